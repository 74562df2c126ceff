"""greeum feedback: which hits have answered a question, and which have not."""

from __future__ import annotations

from greeum.cli import fields
from greeum.cli.options import Argument, Command, Option

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.cli.call import Call


def run(call: Call) -> int:
    query = call.text(call.given["query"], "query")
    with call.open() as memory:
        weighing = memory.feedback(query, **call.pick("good", "bad", "namespace"))
    if call.screen.json:
        call.screen.document(weighing.to_dict())
    else:
        call.screen.line(f"{weighing.judgements:,} judgements, {weighing.share:.0%} of what they have taught in use")
    return 0


COMMAND = Command(
    "feedback",
    run,
    "Say which hits of a question have answered it; it tunes the weights of the namespace.",
    arguments=[
        Argument("QUERY…|-", "The question as it was searched; - reads it from standard input.", field="query",
                 most=None)
    ],
    options=[
        Option("--good", "ID", "A block that answers it; repeat it for more.", read=fields.BLOCK_ID, repeats=True),
        Option("--bad", "ID", "One that does not; repeat it for more.", read=fields.BLOCK_ID, repeats=True),
        fields.NAMESPACE,
    ],
    details="""Some dozens of judgements are needed before searches change; `greeum weights show` says what was learnt,
        and `greeum weights reset` takes it back. Only sums are kept, and no text.""",
    examples=['greeum feedback "where does Alice live?" --good 12 --bad 7 --namespace acme/alice'],
)  # fmt: skip
