"""The default Embedder: the table of token vectors that is shipped with Greeum. No network, microseconds a text."""

from __future__ import annotations

import os

from greeum import _core
from greeum.errors import EmbedderFailed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

HERE = os.path.dirname(__file__)
TABLE = f"{HERE}/../data/static-256.table"
"""Where the shipped table lies; `data/NOTICE.md` says where it comes from."""

SHIPPED_BEFORE = ("static/06a46447/256",)
"""What the fingerprints of tables begin with that were shipped in its place: 0.1.0 had no Korean morphemes."""


class StaticEmbedder:
    """An Embedder over a table of token vectors, mapped into memory. Raises EmbedderFailed if it cannot be read."""

    def __init__(self, path: str = TABLE) -> None:
        try:
            self.table = _core.Table(path)
        except (OSError, RuntimeError) as error:
            raise EmbedderFailed(f"the token table {path} cannot be read: {error}") from error
        self.fingerprint = self.table.fingerprint
        self.dimension = self.table.dimension
        self._is_shipped = path == TABLE

    def succeeds(self, fingerprint: str) -> bool:
        """Whether an earlier version made the vectors of this fingerprint: by another method from the same table, or
        from the table that was shipped then.
        """
        (table, method), (own_table, own_method) = parts(fingerprint), parts(self.fingerprint)
        is_before = table == own_table and method < own_method
        return is_before or (self._is_shipped and table in SHIPPED_BEFORE)

    def precedes(self, fingerprint: str) -> bool:
        """Whether a later version made the vectors of this fingerprint from the same table."""
        (table, method), (own_table, own_method) = parts(fingerprint), parts(self.fingerprint)
        return table == own_table and method > own_method

    def encode_blocks(self, texts: Sequence[str]) -> list[bytes]:
        """Codes of each text's passages, concatenated."""
        return self.table.encode_blocks(texts)

    def encode_query(self, text: str) -> bytes | None:
        """None: the Index weighs a question's words by how rare they are in what it holds, which it alone knows."""
        return None


def parts(fingerprint: str) -> tuple[str, int]:
    """The table of a fingerprint, with its dimension, and the number of the method. One of another kind has no number,
    and is like no table's.
    """
    table, _, method = fingerprint.rpartition("/")
    return (table, int(method)) if method.isascii() and method.isdecimal() else (fingerprint, 0)
