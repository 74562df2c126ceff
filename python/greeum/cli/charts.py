"""The parts of a hit's score, as bars."""

from __future__ import annotations

from greeum.cli.cells import COLUMN_GAP

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

EIGHTHS = ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")

AGAINST = "░"
"""What a bar is made of that speaks against the block."""

BAR_CELLS = 10

NAME_CELLS = 12
"""The longest name of a part, `conversation`."""

NUMBER_CELLS = 6

PART_CELLS = NAME_CELLS + 1 + BAR_CELLS + 1 + NUMBER_CELLS

CELLS_OTHERWISE = 100
"""The width that is used where there is no terminal to fill."""


def bar(value: float, largest: float) -> str:
    """A bar of at most BAR_CELLS, in eighths of a cell; a shaded one for a negative value."""
    eighths = round(abs(value) / largest * BAR_CELLS * 8) if largest > 0 else 0
    if value < 0:
        return AGAINST * -(-eighths // 8)
    return "█" * (eighths // 8) + EIGHTHS[eighths % 8]


def chart(parts: Mapping[str, float], cells: int | None) -> list[str]:
    """Lines of bars, several to a line as the width allows. Parts that say nothing are left out."""
    telling = {name: value for name, value in parts.items() if value}
    largest = max(map(abs, telling.values()), default=0.0)
    drawn = [
        f"{name:<{NAME_CELLS}} {bar(value, largest):<{BAR_CELLS}} {value:>{NUMBER_CELLS}.2f}"
        for name, value in telling.items()
    ]
    a_line = max(1, ((cells or CELLS_OTHERWISE) + len(COLUMN_GAP)) // (PART_CELLS + len(COLUMN_GAP)))
    return [COLUMN_GAP.join(drawn[start : start + a_line]) for start in range(0, len(drawn), a_line)]
