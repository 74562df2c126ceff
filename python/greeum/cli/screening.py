"""greeum screening: what is done with secrets, personal data and hidden characters in what is written."""

from __future__ import annotations

from greeum.cli import fields
from greeum.cli.options import Argument, Command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.cli.call import Call


def run_show(call: Call) -> int:
    with call.open() as memory:
        policies = memory.screening.policies()
    if call.screen.json:
        call.screen.document(policies)
    else:
        call.screen.table(("KIND", "POLICY"), [list(pair) for pair in policies.items()])
    return 0


def run_set(call: Call) -> int:
    kind, policy = call.given["kind"], call.given["policy"]
    call.write(lambda memory: memory.screening.set(kind, policy))
    if call.screen.json:
        call.screen.document({kind: policy})
    else:
        call.screen.line(f"{kind}: {policy}")
    return 0


SHOW = Command(
    "screening show",
    run_show,
    "Show what is done with each kind of finding in what is written.",
    options=[fields.READ_ONLY],
    examples=["greeum screening show"],
)

SET = Command(
    "screening set",
    run_set,
    "Say what is done with a kind of finding.",
    arguments=[
        Argument("KIND", "secret, personal, control, bidi or zero-width.", field="kind"),
        Argument("POLICY", "note (the block gets a flag), redact or refuse.", field="policy"),
    ],
    details="""It holds for every process that uses the memory, from the next write on; what is stored stays as it is.
        The memory is made if it is not there.""",
    examples=["greeum screening set secret redact"],
)
