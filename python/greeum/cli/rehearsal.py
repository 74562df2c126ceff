"""An embedder for what is tried out before it is done: it is asked for each text once, and may be far away."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from greeum.embed.protocol import Embedder


class Rehearsed:
    """An Embedder in front of another one, which remembers what that one has made."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._blocks: dict[tuple[str, ...], list[bytes]] = {}
        self._queries: dict[str, bytes | None] = {}
        self.fingerprint = embedder.fingerprint
        self.dimension = embedder.dimension

    def encode_blocks(self, texts: Sequence[str]) -> list[bytes]:
        """Codes of each text's passages, concatenated."""
        asked = tuple(texts)
        if asked not in self._blocks:
            self._blocks[asked] = self._embedder.encode_blocks(texts)
        return self._blocks[asked]

    def encode_query(self, text: str) -> bytes | None:
        """One code."""
        if text not in self._queries:
            self._queries[text] = self._embedder.encode_query(text)
        return self._queries[text]
