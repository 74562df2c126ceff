"""What is different between two moments: from the blocks that could be found at each to what has become of them."""

from __future__ import annotations

from greeum.model import Block
from greeum.store.rows import ID, SUPERSEDED_BY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from greeum.store.protocol import BlockRow, Store

ROWS_PER_STEP = 500
"""Rows read at once: no read transaction lasts for long."""


class Difference:
    """What can be found at the later of two moments and not at the earlier one, and the other way round.

    `added` are blocks that are new, `changed` pairs of a version and the newest one that took its place, `removed` the
    blocks that expired or hold no longer. Each list may be shorter than `counts` says: those that come first are shown.
    """

    __slots__ = ("added", "changed", "counts", "removed")

    def __init__(
        self, added: list[Block], changed: list[tuple[Block, Block]], removed: list[Block], counts: dict[str, int]
    ) -> None:
        self.added = added
        self.changed = changed
        self.removed = removed
        self.counts = counts

    def to_dict(self) -> dict[str, object]:
        """All of it, ready for JSON."""
        return {
            "added": [block.to_dict() for block in self.added],
            "changed": [{"before": old.to_dict(), "after": new.to_dict()} for old, new in self.changed],
            "removed": [block.to_dict() for block in self.removed],
            "counts": self.counts,
        }

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Difference) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash(tuple(self.counts.values()))

    def __repr__(self) -> str:
        return f"Difference({', '.join(f'{count} {name}' for name, count in self.counts.items())})"


def difference(store: Store, before: Sequence[int], after: Sequence[int], limit: int) -> Difference:
    """The difference between the ids that could be found at two moments."""
    first, last = set(before), set(after)
    came = {row[ID]: row for row in rows_of(store, sorted(last - first))}
    went = rows_of(store, sorted(first - last))
    ends = [(row, end_of(store, row, came)) for row in went]
    changed = [(row, came.pop(end)) for row, end in ends if end is not None and end in came]
    replaced = {row[ID] for row, _ in changed}
    removed = [row for row in went if row[ID] not in replaced]
    added = list(came.values())
    counts = {"added": len(added), "changed": len(changed), "removed": len(removed)}
    return Difference(
        [Block(row) for row in added[:limit]],
        [(Block(old), Block(new)) for old, new in changed[:limit]],
        [Block(row) for row in removed[:limit]],
        counts,
    )


def rows_of(store: Store, ids: Sequence[int]) -> list[BlockRow]:
    steps = range(0, len(ids), ROWS_PER_STEP)
    return [row for start in steps for row in store.blocks(ids[start : start + ROWS_PER_STEP])]


def end_of(store: Store, row: BlockRow, came: dict[int, BlockRow]) -> int | None:
    """The version of a block that can be found at the later moment, if there is one."""
    if row[SUPERSEDED_BY] is None or row[SUPERSEDED_BY] in came:
        return row[SUPERSEDED_BY]
    return next((later[ID] for later in store.history(row[ID]) if later[ID] > row[ID] and later[ID] in came), None)
