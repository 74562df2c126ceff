"""The pages of a database that have changed since the last backup: found, written, and put together again."""

from __future__ import annotations

import os
from hashlib import blake2b, sha256
from struct import Struct
from zlib import compressobj, decompressobj, error

from greeum.backups.disk import typed_errors
from greeum.errors import StoreDamaged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

DIGEST_BYTES = 16
"""Of a page's hash: a page that changed and has the same one would be missed, once in some 10^38."""

LEVEL = 1
"""Of zlib: half the size at a third of the time that the usual level takes."""

READ_BYTES = 1 << 20

NUMBER = Struct(">I")
"""Before each page: its place, from 0."""


def page_size_of(path: str) -> int:
    """As the header of an SQLite database says."""
    with open(path, "rb") as file:
        header = file.read(18)
    size = int.from_bytes(header[16:18], "big")
    return 65_536 if size == 1 else size


def write_changed(path: str, page_size: int, before: bytes, target: BinaryIO) -> tuple[bytes, int]:
    """Write those pages of a database whose digests are not in `before` at their place; the digests of all pages, and
    how many were written.
    """
    packer = compressobj(LEVEL)
    digests = bytearray()
    written = 0
    with open(path, "rb", buffering=READ_BYTES) as file:
        while page := file.read(page_size):
            digest = blake2b(page, digest_size=DIGEST_BYTES).digest()
            place = len(digests)
            if before[place : place + DIGEST_BYTES] != digest:
                target.write(packer.compress(NUMBER.pack(place // DIGEST_BYTES) + page))
                written += 1
            digests += digest
    target.write(packer.flush())
    return bytes(digests), written


def lay(path: str, page_size: int, page_count: int, target: BinaryIO, digest: str) -> None:
    """Lay the pages of a piece, whose file has this SHA-256, over what is in `target`. Raises StoreDamaged."""
    seen = sha256()
    try:
        for record in records(path, NUMBER.size + page_size, seen):
            [place] = NUMBER.unpack_from(record)
            if place >= page_count:
                break
            target.seek(place * page_size)
            target.write(record[NUMBER.size :])
    except error as cause:
        raise damaged(path) from cause
    if seen.hexdigest() != digest:
        raise damaged(path)
    target.truncate(page_count * page_size)


def damaged(path: str) -> StoreDamaged:
    return StoreDamaged(f"{path}: is damaged: restore an earlier backup, or take the file from another copy")


def records(path: str, size: int, seen: sha256) -> Iterator[bytes]:  # type: ignore[valid-type]
    """The records of a compressed file; all of its bytes go through `seen`."""
    unpacker = decompressobj()
    rest = b""
    with typed_errors(path), open(path, "rb") as file:
        while packed := file.read(READ_BYTES):
            seen.update(packed)  # type: ignore[attr-defined]
            rest += unpacker.decompress(packed)
            whole = len(rest) - len(rest) % size
            for start in range(0, whole, size):
                yield rest[start : start + size]
            rest = rest[whole:]


def put_together(pieces: list[tuple[str, int, str]], page_size: int, path: str) -> None:
    """Make a database file of pieces, each its file, the number of pages that there were then, and its SHA-256; the
    first has all pages. Raises StoreDamaged, StoreFull or another StoreError.
    """
    with typed_errors(path):
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "r+b") as target:
            for name, page_count, digest in pieces:
                lay(name, page_size, page_count, target, digest)
            target.flush()
            os.fsync(target.fileno())
