"""Vectors that the caller brings along: for a memory whose texts are embedded elsewhere."""

from __future__ import annotations

from greeum.errors import InvalidInput

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


class GivenVectors:
    """An Embedder that embeds nothing: `add` and `search` need `vector=`, of `dimension` components, from one model of
    yours.

    `model` becomes part of the fingerprint, so that vectors of two models do not meet in one memory. A search without
    a vector goes by the words.
    """

    def __init__(self, dimension: int, model: str = "") -> None:
        self.dimension = dimension
        self.fingerprint = f"given/{model}/{dimension}"

    def encode_blocks(self, texts: Sequence[str]) -> list[bytes]:
        """Raises InvalidInput: this memory takes its vectors from the caller."""
        raise InvalidInput("vector", "is missing: this memory takes its vectors from the caller")

    def encode_query(self, text: str) -> None:
        """None: the query goes by its words."""
