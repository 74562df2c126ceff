"""Stands for an embedder that cannot be had: for what is done with a memory that needs no vectors."""

from __future__ import annotations

from greeum.errors import EmbedderFailed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn


class UnavailableEmbedder:
    """Answers to the name of the embedder that a memory is bound to. Whoever asks it for vectors is told why there are
    none.
    """

    def __init__(self, fingerprint: str, dimension: int, reason: str) -> None:
        self.fingerprint = fingerprint
        self.dimension = dimension
        self._reason = reason

    def encode_blocks(self, texts: Sequence[str]) -> NoReturn:
        """Raises EmbedderFailed."""
        raise EmbedderFailed(self._reason)

    def encode_query(self, text: str) -> NoReturn:
        """Raises EmbedderFailed."""
        raise EmbedderFailed(self._reason)
