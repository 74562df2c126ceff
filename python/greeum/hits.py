"""The hits of a search that has a time to keep to, and that time; and how those of a stream come."""

from __future__ import annotations

from time import monotonic

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from greeum.model import Hit

STREAM_SLICES = (1, 9, 64)
"""Hits of which `stream` reads the texts at once: the first alone, so that it can be shown while others are read, then
what makes ten with it, and then so many that the largest texts there are take 64 MiB."""

STREAM_FIRST = 50
"""Hits that `stream` ranks by themselves if more are wanted: up to here a search does not look deeper for more."""


class Hits(list["Hit"]):
    """Hits, best first, of which `left_out` says what there was no time for: nothing, unless a budget was given.

    These are stages of a search: "graph" (the walk from the anchor), "words", "vector" and "tokens" (kinds of
    evidence), "candidates" (some that these led to were not looked at closely), "turns" (those around some were not
    looked at) and "home" (the conversation that most hits are of was not asked once more by itself).
    """

    left_out: tuple[str, ...]

    def __init__(self, hits: Iterable[Hit] = (), left_out: Iterable[str] = ()) -> None:
        super().__init__(hits)
        self.left_out = tuple(left_out)


class Budget:
    """So many milliseconds from now on."""

    def __init__(self, budget_ms: float) -> None:
        self._ends_s = monotonic() + budget_ms / 1_000

    def left_us(self) -> int:
        """How much of it is left, in microseconds."""
        return max(0, int((self._ends_s - monotonic()) * 1e6))
