"""The logical hash of a memory: what it holds, whatever the ids are, and in whatever order it came.

Each block (every version, with its vectors), link, anchor and namespace's weights is written as JSON, with uids for
ids, and hashed; the hash of the memory is that of the sum of these.
"""

from __future__ import annotations

from hashlib import sha256
from json import JSONEncoder

from greeum.errors import StoreDamaged
from greeum.store.protocol import BLOCK_COLUMNS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from greeum.store.protocol import BlockRow, Store

ROWS_PER_STEP = 2_000
"""Rows read at once."""

OF_IDS = frozenset(("id", "supersedes", "superseded_by"))

COLUMNS = tuple(column for column in BLOCK_COLUMNS if column not in OF_IDS)
"""The columns of a block that count, besides the uid of the version before it."""

MODULUS = 1 << 256


def logical_hash(store: Store, columns: Sequence[str] = COLUMNS, *, weights: bool = True) -> str:
    """The hash, over these columns of a block, and `weights` or not, as older backups have it. Whoever writes meanwhile
    may or may not be in it.
    """
    encode = JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    total, records = 0, 0
    for record in records_of(store, columns, weights=weights):
        total += int.from_bytes(sha256(encode(record).encode()).digest(), "big")
        records += 1
    return sha256(f"{records}:{total % MODULUS:064x}".encode()).hexdigest()


def records_of(store: Store, columns: Sequence[str], *, weights: bool) -> Iterator[list[object]]:
    uids: dict[int, str] = {}
    places = [BLOCK_COLUMNS.index(column) for column in columns]
    last = 0
    while ids := store.ids(last, ROWS_PER_STEP):
        for row, vectors in store.entries(ids):
            uids[row[0]] = row[1]
            yield ["block", *(row[place] for place in places), uid_before(row, uids), vectors.hex()]
        last = ids[-1]
    ids = list(uids)
    for start in range(0, len(ids), ROWS_PER_STEP):
        for source, target, *rest in store.links(ids[start : start + ROWS_PER_STEP]):
            if target in uids:
                yield ["link", uids[source], uids[target], *rest]
    for namespace, name, block_id, hops, pinned, moved_at in store.anchors(""):
        if block_id in uids:
            yield ["anchor", namespace, name, uids[block_id], hops, bool(pinned), moved_at]
    if weights:
        for namespace, kept in store.weights_below("").items():
            yield ["weights", namespace, kept]


def uid_before(row: BlockRow, uids: Mapping[int, str]) -> str | None:
    """The uid of the version that this one supersedes, if there is one. Versions come after those before them."""
    before = row[16]
    if before is None:
        return None
    if before not in uids:
        raise StoreDamaged(
            f"block {row[0]} supersedes block {before}, which is not there: run `greeum doctor --repair`"
        )
    return uids[before]
