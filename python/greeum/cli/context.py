"""greeum context: what is known about a question, as a text for a prompt."""

from __future__ import annotations

from greeum.cli import fields
from greeum.cli.options import Argument, Command, Option, as_whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.cli.call import Call

NOT_OF_A_CONTEXT = ("k", "history", "exact")
"""How many blocks there are is a matter of the room; what no longer holds, and what takes long, is for no prompt."""

OPTIONS = tuple(option for option in fields.SEARCH_OPTIONS if option.field not in NOT_OF_A_CONTEXT)


def run(call: Call) -> int:
    query = call.text(call.given["query"], "query")
    with call.open() as memory:
        context = memory.context(query, **call.pick("max_tokens", *(option.field for option in OPTIONS)))
    if call.screen.json:
        call.screen.document(context.to_dict())
    elif context.text:
        from greeum.cli.cells import shown

        call.screen.line(shown(context.text))
    else:
        call.screen.note("nothing found, or nothing that fits")
    return 0


COMMAND = Command(
    "context",
    run,
    "Write down what is known about a question, as a text for a prompt.",
    arguments=[
        Argument(
            "QUERY…|-",
            "The question, in as many words as you like; - reads it from standard input.",
            field="query",
            most=None,
        )
    ],
    options=[
        Option("--max-tokens", "N", "How long the text may be, in tokens. Default: 1000", read=as_whole_number),
        *OPTIONS,
        fields.READ_ONLY,
    ],
    details="""By conversation, in the order in which it was said, with dates, names and ids to cite. With --json the
        document is {"text", "tokens", "blocks": […]}. See docs/guides/context.md.""",
    examples=[
        'greeum context "where does Alice live?" --namespace acme/alice --max-tokens 500',
    ],
)
