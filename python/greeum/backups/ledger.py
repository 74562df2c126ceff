"""The ledger of what was forgotten, as it lies beside the backups, for the day on which nothing else is left.

One file for each life of the memory, to which every `forget` appends before it returns: a batch of entries (a digest of
a uid and the id of the block) and a trailer that says up to which certificate it reaches, and has a SHA-256 over this
batch and the trailer before it. A batch that was cut short was never acknowledged, and the next one overwrites it.
"""

from __future__ import annotations

import os
from hashlib import sha256
from struct import Struct

from greeum.backups import lineage
from greeum.backups.disk import typed_errors
from greeum.backups.pieces import newest_in
from greeum.errors import StoreDamaged
from greeum.store import files
from greeum.store.certificates import DIGEST_BYTES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from typing import BinaryIO

    from greeum.store.protocol import LedgerRow, Store

FOLDER = "forgotten"
"""Below the directory of the backups; it has a lock of its own, so that forgetting does not wait for a backup."""

SUFFIX = ".ledger"

ENTRY = Struct(f">{DIGEST_BYTES}sQ")
"""Digest of a uid, block id."""

HEADER = Struct(">Q")
"""How many entries follow."""

TRAILER = Struct(">q32s")
"""The number of the newest certificate that is in it, and the chained SHA-256."""


class Content:
    """What is in a ledger's file."""

    def __init__(self) -> None:
        self.rows: list[LedgerRow] = []
        self.last: frozenset[bytes] = frozenset()
        """The digests of the last batch."""
        self.before = -1
        """The newest certificate in the batches before the last one; -1 if there are none."""
        self.newest = -1
        """The newest certificate in it; -1 if there is nothing."""
        self.seal = b""
        """The last SHA-256."""
        self.end = 0
        """Where that ends, in bytes."""


def tell(store: Store, place: str) -> None:
    """Append to the ledger in `place` what it does not have yet. Raises StoreError if it cannot be written, or is
    damaged, and Conflict if the directory has gone on with another lineage.
    """
    folder = os.path.join(place, FOLDER)
    with typed_errors(place):
        os.stat(place)  # where the whole place is gone (a disk that is not mounted), none is to be made
        files.make_directory(folder)
    with in_turn(place):
        lineage.take_footing(store, place)
        if not append(store, path_of(store, place)):
            lineage.begin(store)
            lineage.take_footing(store, place)
            append(store, path_of(store, place))


def in_turn(place: str) -> files.WriteLock:
    """While nobody tells this directory anything."""
    return files.WriteLock(os.path.join(place, FOLDER))


def standing(place: str, lineages: Collection[str]) -> dict[str, object]:
    """What a piece of these lineages says of the ledgers: how many entries theirs have, and which are others'."""
    apart = [name for name in lineages_in(place) if name not in lineages]
    return {"forgotten": len(read(place, lineages)), "apart": apart}


def append(store: Store, path: str) -> bool:
    """Whether it could be: not if what was appended last is another's, which has the same lineage and is another life
    (a copy that could not be told from it): it would go on where that one ended, and leave out what it forgot itself.
    """
    with typed_errors(path):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        with open(descriptor, "r+b") as file:
            content = read_file(file, path, entries=False)
            since = store.ledger(content.before)
            if not content.last <= {digest for digest, _, _ in since}:
                return False
            rows = [row for row in since if row[2] > content.newest]
            if rows:
                file.seek(content.end)
                file.truncate()
                file.write(batch(rows, content.seal))
                file.flush()
                os.fsync(file.fileno())
                files.sync_directory(os.path.dirname(path))
            return True


def is_told(store: Store, place: str) -> bool:
    """Whether the ledger in `place` has all that was forgotten. Raises StoreError if it cannot be read."""
    if not lineage.may_go_on(store, place, newest_in(place)):
        return False
    path = path_of(store, place)
    with typed_errors(path), open(path, "rb") as file:
        return lineage.is_settled(store) and not store.ledger(read_file(file, path, entries=False).newest)


def path_of(store: Store, place: str) -> str:
    return os.path.join(place, FOLDER, f"{store.setting('lineage')}{SUFFIX}")


def batch(rows: Sequence[LedgerRow], seal: bytes) -> bytes:
    """These entries as they are appended after a trailer with this SHA-256."""
    body = HEADER.pack(len(rows)) + b"".join(ENTRY.pack(digest, block_id) for digest, block_id, _ in rows)
    newest = max(number for _, _, number in rows)
    return body + TRAILER.pack(newest, chained(seal, body, newest))


def chained(seal: bytes, body: bytes, newest: int) -> bytes:
    return sha256(seal + body + HEADER.pack(newest)).digest()


def read(place: str, names: Collection[str]) -> list[LedgerRow]:
    """All that these lineages are known to have forgotten. Raises StoreDamaged."""
    found: list[LedgerRow] = []
    for name in names:
        path = os.path.join(place, FOLDER, f"{name}{SUFFIX}")
        with typed_errors(path):
            if os.path.exists(path):
                with open(path, "rb") as file:
                    found += read_file(file, path).rows
    return found


def lineages_in(place: str) -> list[str]:
    """Those that have told the directory what they forgot."""
    folder = os.path.join(place, FOLDER)
    with typed_errors(folder):
        names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    return [name.removesuffix(SUFFIX) for name in names if name.endswith(SUFFIX)]


def read_file(file: BinaryIO, path: str, *, entries: bool = True) -> Content:
    """What is whole of it; the rows, if they are wanted. Raises StoreDamaged."""
    written = file.read()
    content = Content()
    while (batch_end := end_of_batch(written, content.end)) is not None:
        start, stop = content.end + HEADER.size, batch_end - TRAILER.size
        number, is_said = TRAILER.unpack_from(written, stop)
        if is_said != chained(content.seal, written[content.end : stop], number):
            raise StoreDamaged(
                f"{path}: is damaged at byte {content.end}: take this ledger from another copy of the backups"
            )
        is_last = end_of_batch(written, batch_end) is None
        if entries or is_last:
            rows = [(digest, block_id, 0) for digest, block_id in ENTRY.iter_unpack(written[start:stop])]
            content.rows += rows if entries else ()
            content.last = frozenset(digest for digest, _, _ in rows)
        content.before, content.newest, content.seal, content.end = content.newest, number, is_said, batch_end
    return content


def end_of_batch(content: bytes, start: int) -> int | None:
    """Where the batch that begins there ends; None if it was cut short."""
    if len(content) < start + HEADER.size:
        return None
    [count] = HEADER.unpack_from(content, start)
    end: int = start + HEADER.size + count * ENTRY.size + TRAILER.size
    return end if end <= len(content) else None
