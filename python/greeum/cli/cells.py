"""How wide text is in a terminal, and how to fit it: Korean takes two cells a character, a combining mark none."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

ELLIPSIS = "…"

JOINERS = "\u200c\u200d"
"""Invisible, but they make one sign of several, in emoji and in some scripts."""

MEDIAL_JAMO = range(0x1160, 0x1200)
"""Vowels and final consonants of Hangul: they are drawn into the cells of the consonant before them."""


def width(text: str) -> int:
    """Cells that a line of text takes."""
    if text.isascii():
        return len(text)
    return sum(map(width_of, text))


def width_of(character: str) -> int:
    if character < "\u0300":
        return 1
    from unicodedata import category, east_asian_width

    if category(character) in ("Mn", "Me", "Cf") or ord(character) in MEDIAL_JAMO:
        return 0
    return 2 if east_asian_width(character) in "WF" else 1


def shown(text: str) -> str:
    """Text as it may go to a terminal: what would steer it (escapes and other controls) is shown as �."""
    if text.isprintable():
        return text
    return "".join(
        c if c.isprintable() or c in "\n\t" or c in JOINERS else " " if c.isspace() else "\ufffd" for c in text
    )


def on_one_line(text: str) -> str:
    """Text without line ends, tabs or runs of blanks."""
    return " ".join(shown(text).split())


def clip(text: str, cells: int) -> str:
    """Text in at most so many cells; an ellipsis stands for what is left out."""
    if len(text) * 2 <= cells or width(text) <= cells:
        return text
    room, end = cells - 1, 0
    for end, character in enumerate(text):  # noqa: B007 - where it stopped is what is asked
        room -= width_of(character)
        if room < 0:
            break
    return text[:end].rstrip() + ELLIPSIS


def pad(text: str, cells: int) -> str:
    """Text with blanks behind it, up to so many cells."""
    return text + " " * (cells - width(text))


def pad_left(text: str, cells: int) -> str:
    """Text with blanks before it, as numbers are written."""
    return " " * (cells - width(text)) + text


def wrap(text: str, cells: int) -> list[str]:
    """Text in lines of at most so many cells, cut at blanks; a word that is wider stands alone."""
    lines: list[str] = []
    for word in text.split():
        if lines and width(lines[-1]) + 1 + width(word) <= cells:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


COLUMN_GAP = "  "

NARROW_CELLS_MAX = 28
"""Names and namespaces in a table: longer ones would leave no room for the text beside them."""

TEXT_CELLS_MIN = 20
"""What the last column is given even where the others take all the room."""


def table(
    heads: Sequence[str], rows: Sequence[Sequence[str]], cells: int | None, numeric: Sequence[str] = ()
) -> list[str]:
    """Lines of a table, heads first. In a known width the last column takes what is left, and everything is clipped to
    fit; without one nothing is. Columns whose head is in `numeric` are flush right.
    """
    if cells is not None:
        rows = [[*(clip(cell, NARROW_CELLS_MAX) for cell in row[:-1]), row[-1]] for row in rows]
    widths = [max(map(width, column)) for column in zip(heads, *rows, strict=True)][:-1]
    last = None if cells is None else max(TEXT_CELLS_MIN, cells - sum(widths) - len(COLUMN_GAP) * len(widths))
    lines = []
    for row in (heads, *rows):
        fitted = [
            pad_left(cell, column) if head in numeric else pad(cell, column)
            for head, cell, column in zip(heads, row, widths, strict=False)
        ]
        lines.append(COLUMN_GAP.join([*fitted, row[-1] if last is None else clip(row[-1], last)]).rstrip())
    return lines
