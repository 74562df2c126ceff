"""greeum logical-hash: whether two memories hold the same."""

from __future__ import annotations

from greeum.cli import fields
from greeum.cli.options import HERE, Command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.cli.call import Call


def run(call: Call) -> int:
    with call.open() as memory:
        found = memory.logical_hash()
    if call.screen.json:
        call.screen.document({"logical_hash": found})
    else:
        call.screen.line(found)
    return 0


COMMAND = Command(
    "logical-hash",
    run,
    "Print a hash of all that is stored, to tell whether two memories hold the same.",
    options=[fields.READ_ONLY],
    details="""Blocks in every version, with their vectors, links, anchors and weights, whatever the ids are. It reads
        everything. With --json the document is {"logical_hash": …}.""",
    examples=["greeum logical-hash --memory ./restored --read-only"],
    places=HERE,
)
