"""The ledger of what was forgotten, as it lies beside the backups, for the day on which nothing else is left.

One file for each life of the memory, to which every `forget` appends before it returns: a batch of entries (a digest of
a uid and the id of the block) and a trailer that says up to which certificate it reaches, and has a SHA-256 over this
batch and the trailer before it. A batch that was cut short was never acknowledged, and the next one overwrites it.
"""

from __future__ import annotations

import os
from hashlib import sha256
from struct import Struct

from greeum.backups.disk import typed_errors
from greeum.errors import StoreDamaged
from greeum.store import files
from greeum.store.certificates import DIGEST_BYTES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
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


def tell(store: Store, place: str) -> None:
    """Append to the ledger in `place` what it does not have yet. Raises StoreError if it cannot be written, or is
    damaged.
    """
    folder = os.path.join(place, FOLDER)
    with typed_errors(place):
        os.stat(place)  # where the whole place is gone (a disk that is not mounted), none is to be made
        files.make_directory(folder)
    path = path_of(store, place)
    with files.WriteLock(folder), typed_errors(path):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        with open(descriptor, "r+b") as file:
            _, newest, seal, end = read_file(file, path, entries=False)
            rows = store.ledger(newest)
            if not rows:
                return
            file.seek(end)
            file.truncate()
            file.write(batch(rows, seal))
            file.flush()
            os.fsync(file.fileno())
        files.sync_directory(folder)


def is_told(store: Store, place: str) -> bool:
    """Whether the ledger in `place` has all that was forgotten. Raises StoreError if it cannot be read."""
    path = path_of(store, place)
    with typed_errors(path), open(path, "rb") as file:
        return not store.ledger(read_file(file, path, entries=False)[1])


def path_of(store: Store, place: str) -> str:
    return os.path.join(place, FOLDER, f"{store.setting('lineage')}{SUFFIX}")


def batch(rows: Sequence[LedgerRow], seal: bytes) -> bytes:
    """These entries as they are appended after a trailer with this SHA-256."""
    body = HEADER.pack(len(rows)) + b"".join(ENTRY.pack(digest, block_id) for digest, block_id, _ in rows)
    newest = max(number for _, _, number in rows)
    return body + TRAILER.pack(newest, chained(seal, body, newest))


def chained(seal: bytes, body: bytes, newest: int) -> bytes:
    return sha256(seal + body + HEADER.pack(newest)).digest()


def read(place: str) -> list[LedgerRow]:
    """All that is known to be forgotten of the memory whose backups are in `place`, over all its lives. Raises
    StoreDamaged.
    """
    folder = os.path.join(place, FOLDER)
    found: list[LedgerRow] = []
    with typed_errors(folder):
        names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
        for name in names:
            if name.endswith(SUFFIX):
                path = os.path.join(folder, name)
                with open(path, "rb") as file:
                    found += read_file(file, path)[0]
    return found


def read_file(file: BinaryIO, path: str, *, entries: bool = True) -> tuple[list[LedgerRow], int, bytes, int]:
    """The entries (if they are wanted), the newest certificate among them (-1 if there are none), the last SHA-256, and
    where that ends.
    """
    content = file.read()
    rows: list[LedgerRow] = []
    newest, seal, end = -1, b"", 0
    while True:
        start = end + HEADER.size
        if len(content) < start:
            return rows, newest, seal, end
        [count] = HEADER.unpack_from(content, end)
        stop = start + count * ENTRY.size
        if len(content) < stop + TRAILER.size:
            return rows, newest, seal, end
        number, is_said = TRAILER.unpack_from(content, stop)
        if is_said != chained(seal, content[end:stop], number):
            raise StoreDamaged(f"{path}: is damaged at byte {end}: take this ledger from another copy of the backups")
        if entries:
            rows += ((digest, block_id, 0) for digest, block_id in ENTRY.iter_unpack(content[start:stop]))
        newest, seal, end = number, is_said, stop + TRAILER.size
