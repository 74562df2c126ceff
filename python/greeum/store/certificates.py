"""What every Store writes down when it forgets: a certificate, and a line in the ledger for each version. Pure
functions.

Neither holds content. A certificate says when, by which origin, at whose request, and how many; its SHA-256 covers the
one before it, so that none can be changed or left out unnoticed. The ledger holds a digest of each uid, by which a
block that comes back (in a backup, in an export) is known again.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from greeum.store.protocol import CertificateRow, ErasureRequest

DIGEST_BYTES = 16
"""Of a uid's SHA-256: as many as the uid itself has, which leaves no chance of two alike."""

SEALED = (
    "number", "at", "origin", "asked", "blocks", "versions", "links", "anchors", "seq", "erased", "previous",
)  # fmt: skip
"""The columns of a certificate that its SHA-256 covers, in order."""


def uid_digest(uid: str) -> bytes:
    """What the ledger knows a uid by."""
    from hashlib import sha256

    return sha256(b"greeum forgotten\0" + uid.encode()).digest()[:DIGEST_BYTES]


def certify(
    before: tuple[int, str] | None,
    request: ErasureRequest,
    amounts: tuple[int, int, int, int],
    seq: int,
    digests: Iterable[bytes],
) -> CertificateRow:
    """The certificate after the one with this number and SHA-256. `amounts` are blocks, versions, links, anchors;
    `digests` are those of the uids, ascending.
    """
    from hashlib import sha256

    number, previous = before or (0, "")
    erased = sha256(b"".join(digests)).hexdigest()
    sealed = (number + 1, request.at, request.origin, request.asked, *amounts, seq, erased, previous)
    return (*sealed, seal(sealed))


def seal(columns: Sequence[object]) -> str:
    """The SHA-256 of a certificate: of its columns as a JSON object without spaces, names in the order of SEALED."""
    from hashlib import sha256
    from json import dumps

    named = dict(zip(SEALED, columns, strict=True))
    return sha256(dumps(named, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()


def faults(rows: Sequence[CertificateRow]) -> list[str]:
    """What is wrong with a chain of certificates, in words; nothing if each is whole and covers the one before."""
    found: list[str] = []
    previous = ""
    for number, row in enumerate(rows, 1):
        if row[0] != number:
            return [*found, f"certificate {number} is missing"]
        if row[-1] != seal(row[:-1]):
            found.append(f"certificate {number} was changed after it was written")
        if row[-2] != previous:
            found.append(f"certificate {number} does not follow the one before it")
        previous = row[-1]
    return found
