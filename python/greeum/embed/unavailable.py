"""Stands for an embedder that cannot be had: for what is done with a memory that needs no vectors."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

    from greeum.errors import GreeumError


class UnavailableEmbedder:
    """Answers to the name of the embedder that a memory is bound to. Whoever asks it for vectors is told why there are
    none.
    """

    def __init__(self, fingerprint: str, dimension: int, error: GreeumError) -> None:
        self.fingerprint = fingerprint
        self.dimension = dimension
        self._error = error

    def encode_blocks(self, texts: Sequence[str]) -> NoReturn:
        """Raises what has kept it from being there."""
        raise self._error.with_traceback(None)

    def encode_query(self, text: str) -> NoReturn:
        """Raises what has kept it from being there."""
        raise self._error.with_traceback(None)
