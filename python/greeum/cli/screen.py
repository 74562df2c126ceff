"""Where a command prints: text for people or one JSON document, in UTF-8 whatever the locale."""

from __future__ import annotations

import os
import sys

from greeum.cli import cells

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TextIO

    from greeum.settings import Settings

BOLD, DIM, RED, GREEN = "1", "2", "31", "32"
"""The styles used, as terminals number them."""


def speak_utf8() -> None:
    """Whatever the locale says: a memory is in UTF-8, half of it Korean. A stream that is closed shows nothing."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - for as long as the process
        elif stream.encoding.lower().replace("-", "") != "utf8":
            stream.reconfigure(encoding="utf-8")


def is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and not stream.closed and stream.isatty()


class Screen:
    """Standard output and standard error of one command."""

    __slots__ = ("colour", "json", "width")

    def __init__(self, settings: Settings, *, json: bool) -> None:
        self.json = json
        self.colour = is_terminal(sys.stdout) and not settings.no_color
        self.width = settings.columns or terminal_width()
        """Cells of a line; None where there is no terminal, and lines may be as long as they are."""

    def line(self, text: str = "") -> None:
        """Print a line."""
        sys.stdout.write(text + "\n")

    def note(self, text: str) -> None:
        """Print a line beside the output proper."""
        sys.stderr.write(text + "\n")

    def document(self, value: object) -> None:
        """Print the one JSON document."""
        self.line(as_json(value))

    def styled(self, text: str, style: str) -> str:
        return f"\x1b[{style}m{text}\x1b[0m" if self.colour else text

    def table(
        self, heads: Sequence[str], rows: Sequence[Sequence[str]], *, numeric: Sequence[str] = (), none: str = ""
    ) -> None:
        """Print a table; of one without rows say `none` beside the output, where there may be such a one."""
        if not rows:
            if none:
                self.note(none)
            return
        head, *lines = cells.table(heads, rows, self.width, numeric)
        self.line(self.styled(head, DIM))
        for line in lines:
            self.line(line)


def terminal_width() -> int | None:
    if not is_terminal(sys.stdout):
        return None
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or None
    except OSError:
        return None


def as_json(value: object) -> str:
    from json import dumps

    return dumps(value, ensure_ascii=False)
