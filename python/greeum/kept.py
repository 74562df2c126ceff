"""Blocks as JSON, kept from one search to the next: what is asked for often need not be read and written again."""

from __future__ import annotations

from _thread import allocate_lock

from greeum import _core, limits
from greeum.errors import InvalidInput

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from greeum.store.protocol import Store

KEPT_BYTES_MAX = 64 * 1_048_576
"""What all memories of a process keep together: 100,000 turns of a conversation."""


ROWS_PER_STEP = 64
"""Rows that are read at once: so many of the largest are 64 MiB; a search asks for ten, as a rule."""


class Budget:
    """How many bytes the memories of a process keep."""

    def __init__(self, bytes_max: int) -> None:
        self.bytes_max = bytes_max
        self.bytes = 0
        self.lock = allocate_lock()


BUDGET = Budget(KEPT_BYTES_MAX)


class KeptBlocks:
    """The JSON of one memory's blocks, as far as there is room. Whoever learns that a block has changed drops it."""

    def __init__(self, store: Store, budget: Budget = BUDGET) -> None:
        self._store = store
        self._budget = budget
        self._kept: dict[int, bytes] = {}
        self._generation = 0
        self._is_closed = False

    def json(self, ids: Sequence[int]) -> dict[int, bytes]:
        """The JSON of each of these blocks that there is. Raises InvalidInput for more than one answer may be."""
        kept = self._kept.get
        found = {block: json for block in ids if (json := kept(block)) is not None}
        if len(found) < len(ids):
            self._read(found, [block for block in ids if block not in found])
        return found

    def _read(self, found: dict[int, bytes], ids: list[int]) -> None:
        """Add the JSON of these. Raises InvalidInput when it becomes more than one answer may be."""
        size = sum(map(len, found.values()))
        for start in range(0, len(ids), ROWS_PER_STEP):
            generation = self._generation
            rows = self._store.blocks(ids[start : start + ROWS_PER_STEP])
            read = {row[0]: _core.blocks_json([row])[1:-1] for row in rows}
            self._keep(read, generation)
            found |= read
            size += sum(map(len, read.values()))
            if size > limits.ANSWER_BYTES_MAX:
                raise too_much()

    def _keep(self, read: dict[int, bytes], generation: int) -> None:
        budget = self._budget
        with budget.lock:
            if generation != self._generation or self._is_closed:
                return  # one of them may have changed since it was read
            fresh = {block: json for block, json in read.items() if block not in self._kept}
            self._kept.update(fresh)
            budget.bytes += sum(map(len, fresh.values()))
            while budget.bytes > budget.bytes_max and self._kept:
                self._remove(next(iter(self._kept)))

    def drop(self, ids: Iterable[int]) -> None:
        """These have changed, or are about to in the eyes of those who search."""
        with self._budget.lock:
            self._generation += 1
            for block in ids:
                self._remove(block)

    def close(self) -> None:
        """Nobody is to ask any more: whoever still does leaves nothing here, which would take room for ever."""
        self._is_closed = True
        self.clear()

    def clear(self) -> None:
        """All may have changed."""
        with self._budget.lock:
            self._generation += 1
            self._budget.bytes -= sum(map(len, self._kept.values()))
            self._kept = {}

    def _remove(self, block: int) -> None:
        json = self._kept.pop(block, None)
        if json is not None:
            self._budget.bytes -= len(json)


def too_much() -> InvalidInput:
    most = limits.ANSWER_BYTES_MAX // 1_048_576
    return InvalidInput("k", f"asks for more than the {most} MiB that one answer may be: ask for fewer, or as a stream")
