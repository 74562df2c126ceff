"""greeum diff: what is different between two moments."""

from __future__ import annotations

from greeum.cli import fields
from greeum.cli.options import Argument, Command, Option, as_whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.cli.call import Call
    from greeum.cli.screen import Screen
    from greeum.difference import Difference


def run(call: Call) -> int:
    with call.open() as memory:
        found = memory.diff(call.given["since"], **call.pick("until", "namespace", "where", "limit"))
    if call.screen.json:
        call.screen.document(found.to_dict())
    else:
        show(call.screen, found)
    return 0


def show(screen: Screen, found: Difference) -> None:
    """A line a block: + what came, ~ what became of what, - what went."""
    from greeum.cli.cells import on_one_line
    from greeum.cli.screen import BOLD, GREEN, RED

    for block in found.added:
        screen.line(f"{screen.styled('+', GREEN)} [{block.id}] {on_one_line(block.text)}")
    for old, new in found.changed:
        before, after = on_one_line(old.text), on_one_line(new.text)
        screen.line(f"{screen.styled('~', BOLD)} [{old.id}] {before} -> [{new.id}] {after}")
    for block in found.removed:
        screen.line(f"{screen.styled('-', RED)} [{block.id}] {on_one_line(block.text)}")
    screen.note(", ".join(f"{count} {name}" for name, count in found.counts.items()))


COMMAND = Command(
    "diff",
    run,
    "Show what was added, corrected, or is gone, between two moments.",
    arguments=[
        Argument("SINCE", "The earlier moment, in ISO 8601.", field="since"),
        Argument("UNTIL", "The later one. Default: now", field="until", least=0),
    ],
    options=[
        fields.NAMESPACE,
        fields.WHERE,
        Option("--limit", "N", "How many of each sort are shown at most. Default: 100", read=as_whole_number),
        fields.READ_ONLY,
    ],
    details="""With --json the document is {"added": [...], "changed": [{"before", "after"}, ...], "removed": [...],
        "counts": {"added", "changed", "removed"}}.""",
    examples=["greeum diff 2026-11-01", "greeum diff 2026-10-01 2026-11-01 --namespace acme/alice"],
)
