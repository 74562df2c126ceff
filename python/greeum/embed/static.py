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


class StaticEmbedder:
    """An Embedder over a table of token vectors, mapped into memory. Raises EmbedderFailed if it cannot be read."""

    def __init__(self, path: str = TABLE) -> None:
        try:
            self.table = _core.Table(path)
        except (OSError, RuntimeError) as error:
            raise EmbedderFailed(f"the token table {path} cannot be read: {error}") from error
        self.fingerprint = self.table.fingerprint
        self.dimension = self.table.dimension

    def encode_blocks(self, texts: Sequence[str]) -> list[bytes]:
        """Codes of each text's passages, concatenated."""
        return self.table.encode_blocks(texts)

    def encode_query(self, text: str) -> bytes | None:
        """None: the Index weighs a question's words by how rare they are in what it holds, which it alone knows."""
        return None
