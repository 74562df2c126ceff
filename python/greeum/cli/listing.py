"""greeum list: blocks in the order in which they were said."""

from __future__ import annotations

from greeum.cli import fields
from greeum.cli.options import Command, Option, as_whole_number
from greeum.cli.zones import zone_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.cli.call import Call


GIVEN = ("namespace", "where", "history", "expired", "as_of", "limit", "cursor", "newest_first")


def run(call: Call) -> int:
    with call.open() as memory:
        page = memory.list(**call.pick(*GIVEN))
        zone = zone_of(call, memory)
    if call.screen.json:
        call.screen.document({"blocks": [block.to_dict() for block in page], "cursor": page.cursor})
        return 0
    from greeum.cli.blocks import show_blocks

    show_blocks(call.screen, page, zone)
    if page.cursor is not None:
        call.screen.note(f"there are more: run the same command with --cursor {page.cursor}")
    return 0


COMMAND = Command(
    "list",
    run,
    "List blocks in the order in which they were said.",
    options=[
        fields.NAMESPACE,
        fields.WHERE,
        Option("--limit", "N", "How many at most. Default: 100", read=as_whole_number, elsewhere="-k -n"),
        Option("--cursor", "CURSOR", "Go on where a list with the same filters has ended."),
        Option("--newest-first", None, "The newest first."),
        fields.HISTORY,
        fields.EXPIRED,
        fields.AS_OF,
        fields.READ_ONLY,
    ],
    details="""With --json the document is {"blocks": […], "cursor": …}; the cursor is null after the last block.""",
    examples=[
        "greeum list --newest-first --limit 20",
        'greeum list --namespace acme/alice --where \'{"kind": "fact"}\'',
    ],
)
