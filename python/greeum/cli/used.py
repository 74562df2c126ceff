"""greeum used: what was of use weighs more."""

from __future__ import annotations

from greeum.cli import fields
from greeum.cli.options import Argument, Command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.cli.call import Call


def run(call: Call) -> int:
    blocks = list(dict.fromkeys(call.given["blocks"]))
    with call.open() as memory:
        memory.used(blocks)
    if call.screen.json:
        call.screen.document({"used": blocks})
    else:
        call.screen.line(f"used: {', '.join(map(str, blocks))}")
    return 0


COMMAND = Command(
    "used",
    run,
    "Say that blocks were of use: they weigh more in searches, and fade more slowly.",
    arguments=[Argument("ID…", "The blocks' ids.", field="blocks", read=fields.BLOCK_ID, most=None)],
    details="""Each counts once a call; `greeum get` shows the sum. A server counts them within some minutes. If one of
        the ids is not there, none is counted. With --json the document is {"used": [ids]}.""",
    examples=["greeum used 17 18"],
)
