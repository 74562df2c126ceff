"""greeum forget: erase blocks for good."""

from __future__ import annotations

import sys

from greeum.cli import fields
from greeum.cli.options import Argument, Command, Option
from greeum.errors import InvalidInput

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.cli.call import Call
    from greeum.memory import Memory


def run(call: Call) -> int:
    ids: list[int] = call.given["blocks"]
    with call.open() as memory:
        if "yes" not in call.given and not agreed(call, memory, ids):
            call.screen.note("nothing was forgotten")
            return 0
        erased = memory.forget(ids)
    if call.screen.json:
        call.screen.document({"forgotten": erased})
    else:
        call.screen.line(f"forgotten: {', '.join(map(str, erased))}")
    return 0


def agreed(call: Call, memory: Memory, ids: list[int]) -> bool:
    """Whether the person at the terminal wants it, having seen what it is."""
    from greeum.cli.cells import clip, on_one_line
    from greeum.cli.screen import is_terminal

    if not is_terminal(sys.stdin) or not is_terminal(sys.stderr):
        raise InvalidInput("--yes", "is needed where nobody can be asked: forgetting cannot be undone")
    for block in dict.fromkeys(ids):
        call.screen.note(f"{block}  {clip(on_one_line(memory.get(block).text), 60)}")
    sys.stderr.write("Forget this for good, with every version of it? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


COMMAND = Command(
    "forget",
    run,
    "Erase blocks for good, with every version, link and index entry.",
    arguments=[Argument("ID…", "The blocks' ids.", field="blocks", read=fields.BLOCK_ID, most=None)],
    options=[Option("-y --yes", None, "Do not ask.")],
    details="""On a terminal it shows the blocks and asks; anywhere else it needs --yes. If one of the ids is not
        there, nothing is forgotten. With --json the document is {"forgotten": [ids]}, older versions among
        them.""",
    examples=["greeum forget 17 18", "greeum forget 17 --yes"],
)
