"""How often blocks were used, gathered aside: a use is noted in RAM, and many are counted in one transaction.

A use is what a caller says is one. What a search, a context or `get` gives is none: were it counted, and did counts
weigh, then what is shown would be shown more often for having been shown.
"""

from __future__ import annotations

from _thread import allocate_lock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    Counts = dict[int, int]

GATHERED_MAX = 1_000
"""Blocks of which uses are noted aside; with more they are counted. A thousand take some 70 ms to count and to fold,
and are what is lost at most when a process is killed."""


class Uses:
    """Noted by any thread."""

    def __init__(self) -> None:
        self._lock = allocate_lock()
        self._counts: Counts = {}

    def __len__(self) -> int:
        """Of how many blocks uses are noted."""
        return len(self._counts)

    def note(self, blocks: Iterable[int]) -> bool:
        """Note one use of each; whether there are now so many that they should be counted."""
        with self._lock:
            for block in blocks:
                self._counts[block] = self._counts.get(block, 0) + 1
            return len(self._counts) >= GATHERED_MAX

    def take(self) -> Counts:
        """What was noted; from now on nothing is."""
        with self._lock:
            taken, self._counts = self._counts, {}
            return taken

    def put_back(self, counts: Counts) -> None:
        """What was taken could not be counted."""
        with self._lock:
            for block, count in counts.items():
                self._counts[block] = self._counts.get(block, 0) + count
