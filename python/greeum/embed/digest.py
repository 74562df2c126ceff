"""What is in a model's files, in a few characters: a fingerprint must change when the vectors would."""

from __future__ import annotations

from hashlib import file_digest, sha256

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

DIGEST_DIGITS = 16
"""64 bits: two models of one owner will not meet by chance, and an error message can show it."""


def of_files(files: Iterable[tuple[str, Path]]) -> str:
    """Of (name, path) pairs, in the order given: the names and the contents count, the paths do not. Raises OSError."""
    whole = sha256()
    for name, path in files:
        with path.open("rb") as file:
            whole.update(f"{name}\0{file_digest(file, 'sha256').hexdigest()}\0".encode())
    return whole.hexdigest()[:DIGEST_DIGITS]


def of_strings(*strings: str) -> str:
    """Of strings, in order."""
    return sha256("\0".join(strings).encode("utf-8", "surrogatepass")).hexdigest()[:DIGEST_DIGITS]
