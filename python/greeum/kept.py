"""Blocks that searches have given back, kept from one to the next: what is asked for often need not be read and written
again.
"""

from __future__ import annotations

from _thread import allocate_lock
from math import inf
from operator import itemgetter

from greeum import _core, limits
from greeum.errors import InvalidInput
from greeum.store.rows import FLAGS, KEY, KIND, METADATA, NAMESPACE, ORIGIN, SOURCE, TAGS, TEXT, UID

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    from greeum.store.protocol import BlockRow, Store

KEPT_BYTES_MAX = 64 * 1_048_576
"""What all memories of a process keep together: 60,000 turns of a conversation as rows, or 100,000 as JSON."""

ROWS_PER_STEP = 64
"""Rows that are read at once: so many of the largest are 64 MiB; a search asks for ten, as a rule."""


ROW_BYTES = 208 + 13 * 32
"""What a row takes up but for its strings: a tuple of 23, and 13 numbers of up to 32 bytes each."""


STRINGS: Callable[[BlockRow], tuple[str | None, ...]] = itemgetter(
    UID, NAMESPACE, KEY, TEXT, KIND, SOURCE, TAGS, METADATA, ORIGIN, FLAGS
)
"""The strings of a row."""


class Budget:
    """How many bytes the memories of a process keep."""

    def __init__(self, bytes_max: int) -> None:
        self.bytes_max = bytes_max
        self.bytes = 0
        self.lock = allocate_lock()


BUDGET = Budget(KEPT_BYTES_MAX)


class KeptBlocks:
    """One memory's blocks, as far as there is room: the rows that Python shows, and the JSON that servers pass on.
    Whoever learns that a block has changed drops it.
    """

    def __init__(self, store: Store, budget: Budget = BUDGET) -> None:
        self._rows = Kept(store, budget, itself, row_bytes)
        self._json = Kept(store, budget, as_json, len)

    def rows(self, ids: Sequence[int]) -> dict[int, BlockRow]:
        """The row of each of these blocks that there is."""
        return self._rows.of(ids)

    def json(self, ids: Sequence[int]) -> dict[int, bytes]:
        """The JSON of each of these blocks that there is. Raises InvalidInput for more than one answer may be."""
        return self._json.of(ids, limits.ANSWER_BYTES_MAX)

    def add(self, row: BlockRow) -> None:
        """This one is new, and as it was stored: the next to be added is compared with it, and searches find it."""
        self._rows.add(row[0], row)

    def drop(self, ids: Iterable[int]) -> None:
        """These have changed, or are about to in the eyes of those who search."""
        changed = list(ids)
        self._rows.drop(changed)
        self._json.drop(changed)

    def close(self) -> None:
        """Nobody is to ask any more: whoever still does leaves nothing here, which would take room for ever."""
        self._rows.close()
        self._json.close()

    def clear(self) -> None:
        """All may have changed."""
        self._rows.clear()
        self._json.clear()


class Kept:
    """What there is of blocks in one form, which `form` makes of a row and which takes up `size` bytes."""

    def __init__(
        self, store: Store, budget: Budget, form: Callable[[BlockRow], Any], size: Callable[[Any], int]
    ) -> None:
        self._store = store
        self._budget = budget
        self._form = form
        self._size = size
        self._kept: dict[int, Any] = {}
        self._generation = 0
        self._is_closed = False

    def of(self, ids: Sequence[int], bytes_max: float = inf) -> dict[int, Any]:
        """The form of each of these blocks that there is. Raises InvalidInput if what has to be read makes it more than
        `bytes_max`.
        """
        kept = self._kept.get
        found = {block: form for block in ids if (form := kept(block)) is not None}
        if len(found) < len(ids):
            self._read(found, [block for block in ids if block not in found], bytes_max)
        return found

    def _read(self, found: dict[int, Any], ids: list[int], bytes_max: float) -> None:
        """Add the form of these."""
        is_bounded = bytes_max < inf
        size = sum(map(self._size, found.values())) if is_bounded else 0
        for start in range(0, len(ids), ROWS_PER_STEP):
            generation = self._generation
            rows = self._store.blocks(ids[start : start + ROWS_PER_STEP])
            read = {row[0]: self._form(row) for row in rows}
            self._keep(read, generation)
            found |= read
            if is_bounded:
                size += sum(map(self._size, read.values()))
                if size > bytes_max:
                    raise too_much()

    def add(self, block: int, form: Any) -> None:
        self._keep({block: form}, self._generation)

    def _keep(self, read: dict[int, Any], generation: int) -> None:
        budget = self._budget
        with budget.lock:
            if generation != self._generation or self._is_closed:
                return  # one of them may have changed since it was read
            fresh = {block: form for block, form in read.items() if block not in self._kept}
            self._kept.update(fresh)
            budget.bytes += sum(map(self._size, fresh.values()))
            while budget.bytes > budget.bytes_max and self._kept:
                self._remove(next(iter(self._kept)))

    def drop(self, ids: Iterable[int]) -> None:
        with self._budget.lock:
            self._generation += 1
            for block in ids:
                self._remove(block)

    def close(self) -> None:
        self._is_closed = True
        self.clear()

    def clear(self) -> None:
        with self._budget.lock:
            self._generation += 1
            self._budget.bytes -= sum(map(self._size, self._kept.values()))
            self._kept = {}

    def _remove(self, block: int) -> None:
        form = self._kept.pop(block, None)
        if form is not None:
            self._budget.bytes -= self._size(form)


def itself(row: BlockRow) -> BlockRow:
    return row


def row_bytes(row: BlockRow) -> int:
    """What a row takes up, with all that is in it: strings by themselves, and the rest as what it is at most."""
    size = ROW_BYTES
    for value in STRINGS(row):
        if value is not None:
            size += value.__sizeof__()
    return size


def as_json(row: BlockRow) -> bytes:
    return _core.blocks_json([row])[1:-1]


def too_much() -> InvalidInput:
    most = limits.ANSWER_BYTES_MAX // 1_048_576
    return InvalidInput("k", f"asks for more than the {most} MiB that one answer may be: ask for fewer, or as a stream")
