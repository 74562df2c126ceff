"""A bar on standard error for work that takes a while; nothing where nobody would see it move."""

from __future__ import annotations

import sys
from time import monotonic

from greeum.cli.screen import is_terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TextIO

DELAY_S = 0.3
"""Work that is done sooner needs no bar."""

PERIOD_S = 0.1
"""Between two drawings: as often as an eye follows."""

BAR_CELLS = 30


class Bar:
    """Draws itself when called with (done, total), total 0 where that is not known; leaves no trace at its end."""

    def __init__(self, stream: TextIO, label: str, unit: str) -> None:
        self._stream = stream
        self._label = label
        self._unit = unit
        self._next_s = monotonic() + DELAY_S
        self._drawn = False

    def __call__(self, done: int, total: int = 0) -> None:
        now_s = monotonic()
        if now_s < self._next_s:
            return
        self._next_s = now_s + PERIOD_S
        self._drawn = True
        self._stream.write(f"\r{self._label}  {drawn(done, total)} {self._unit}\x1b[K")
        self._stream.flush()

    def end(self) -> None:
        if self._drawn:
            self._stream.write("\r\x1b[K")
            self._stream.flush()


def drawn(done: int, total: int) -> str:
    """How far it is, as a bar and in numbers."""
    if total <= 0:
        return f"{done:,}"
    share = min(1.0, done / total)
    full = round(share * BAR_CELLS)
    return f"{'█' * full}{'░' * (BAR_CELLS - full)} {share:4.0%}  {done:,} of {total:,}"


class bar:  # noqa: N801 - used as a function: with bar("…", "blocks") as progress
    """A context that gives a Bar, or None where standard error is not a terminal."""

    def __init__(self, label: str, unit: str) -> None:
        self._bar = Bar(sys.stderr, label, unit) if is_terminal(sys.stderr) else None

    def __enter__(self) -> Callable[[int, int], None] | None:
        return self._bar

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.end()
