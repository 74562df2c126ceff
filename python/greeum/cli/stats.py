"""greeum stats: how much is in a memory, and how it stands."""

from __future__ import annotations

from greeum.cli import fields
from greeum.cli.options import Command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from greeum.cli.call import Call

LABEL_CELLS = 24


def run(call: Call) -> int:
    with call.open() as memory:
        stats = memory.stats()
    if call.screen.json:
        call.screen.document(stats)
        return 0
    for name, value in flat(stats):
        call.screen.line(f"{name.replace('_', ' '):<{LABEL_CELLS}}{f'{value:,}' if isinstance(value, int) else value}")
    return 0


def flat(stats: dict[str, object]) -> Iterator[tuple[str, object]]:
    """Every fact under a name of its own; those of the index follow the others. What is None has nothing to say."""
    for name, value in stats.items():
        if isinstance(value, dict):
            yield from ((f"{name} {inner}", fact) for inner, fact in value.items())
        elif value is not None:
            yield name, value


COMMAND = Command(
    "stats",
    run,
    "Show how much is in the memory, what made its vectors, by whose days it goes, and how its index stands.",
    options=[fields.READ_ONLY],
    examples=["greeum stats"],
)
