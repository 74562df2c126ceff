"""greeum changes: the log of what was changed."""

from __future__ import annotations

from greeum.cli import fields
from greeum.cli.options import Command, Option, as_whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.cli.call import Call


def run(call: Call) -> int:
    with call.open() as memory:
        changes = memory.changes(**call.pick("after", "limit"))
        seq = memory.seq
    if call.screen.json:
        call.screen.document({"changes": [change.to_dict() for change in changes], "seq": seq})
        return 0
    rows = [[str(change.seq), change.operation, str(change.block_id)] for change in changes]
    call.screen.table(("SEQ", "OPERATION", "BLOCK"), rows, none="no changes", numeric=("SEQ", "BLOCK"))
    if changes and changes[-1].seq < seq:
        call.screen.note(f"there are more: run the same command with --after {changes[-1].seq}")
    return 0


COMMAND = Command(
    "changes",
    run,
    "Show what was changed, in order: which block, and how.",
    options=[
        Option("--after", "SEQ", "Only what came after this one. Default: 0", read=as_whole_number),
        Option("--limit", "N", "How many at most. Default: 1000", read=as_whole_number),
        fields.READ_ONLY,
    ],
    details="""OPERATION is block (added, corrected, or a field of it changed), forgotten, links or anchor. `greeum
        maintain` cuts the log where nobody needs it any more: what is before that cannot be shown. With --json the
        document is {"changes": [{"seq", "operation", "block_id"}, …], "seq": the newest}.""",
    examples=["greeum changes", "greeum changes --after 1200 --limit 50"],
)
