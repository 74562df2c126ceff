"""The Embedder: what turns a text into vectors, and what every one of them promises.

A text is embedded passage by passage; each passage becomes one *code*: a little-endian f32 scale, then one signed byte
a component. Scale × bytes is a vector of length 1, or of zeros alone where the model knows nothing of what the text
says: such a passage is near nothing, and its words find it all the same.

Useful for the two moments that need vectors, adding and asking. Not for ranking: the Index compares codes.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Set
from itertools import islice
from struct import unpack_from

from greeum import _core
from greeum.errors import EmbedderFailed, GreeumError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Protocol, TypeAlias

    Vector: TypeAlias = Sequence[float]
else:
    Protocol = object

SCALE_BYTES = 4
"""What a code begins with."""


class Embedder(Protocol):
    """Text to codes. All methods may be called from any thread; EmbedderFailed says why there are no codes."""

    fingerprint: str
    """Model, dimension, version: two embedders with equal fingerprints give comparable vectors."""

    dimension: int
    """Components of a vector."""

    def encode_blocks(self, texts: Sequence[str]) -> list[bytes]:
        """Codes of each text's passages, concatenated."""

    def encode_query(self, text: str) -> bytes | None:
        """One code; None if the Index is to embed the query by its own statistics (the static table does)."""


class FloatEmbedder(ABC):
    """An Embedder around a model that speaks in floats: cuts texts into passages, batches, checks and quantises.

    A subclass sets `name`, `fingerprint` and `dimension`, and writes `embed`.
    """

    name: str
    """Who failed, in the words of an error message."""

    fingerprint: str
    dimension: int

    texts_per_call: int = 32
    """How many texts `embed` is given at once, at most."""

    @abstractmethod
    def embed(self, texts: Sequence[str], *, query: bool) -> Sequence[Vector | None]:
        """One vector for each text, of any length but zero; None for a text of which the model knows nothing.

        `query` tells whether these are questions or what is to be found; to many models it makes no difference.
        """

    def encode_blocks(self, texts: Sequence[str]) -> list[bytes]:
        """Codes of each text's passages, concatenated. Raises EmbedderFailed."""
        passages = [_core.split(text) for text in texts]
        codes = iter(self._codes([passage for of_text in passages for passage in of_text], query=False))
        return [b"".join(islice(codes, len(of_text))) for of_text in passages]

    def encode_query(self, text: str) -> bytes:
        """The code of a question; of a long one, the code of its passages' mean. Raises EmbedderFailed."""
        codes = self._codes(_core.split(text), query=True)
        if len(codes) == 1:
            return codes[0]
        mean = total(codes, self.dimension)
        return self._code(mean if any(mean) else None)

    def _codes(self, texts: Sequence[str], *, query: bool) -> list[bytes]:
        codes: list[bytes] = []
        for start in range(0, len(texts), self.texts_per_call):
            codes += map(self._code, self._embedded(texts[start : start + self.texts_per_call], query=query))
        return codes

    def _embedded(self, batch: Sequence[str], *, query: bool) -> Sequence[Vector | None]:
        try:
            vectors = self.embed(batch, query=query)
        except GreeumError:
            raise
        except Exception as error:  # It is not ours, and may raise anything.
            raise self._failed(f"{type(error).__name__}: {error}") from error
        if not hasattr(vectors, "__len__") or isinstance(vectors, (str, bytes, Mapping, Set)):
            raise self._failed(f"returned {type(vectors).__name__}, not a list of vectors")
        try:
            count = len(vectors)
        except TypeError as error:  # an array of no dimension has a length that it cannot tell
            raise self._failed(f"returned {vectors!r}, not a list of vectors") from error
        if count != len(batch):
            raise self._failed(f"asked for {len(batch)} vectors, got {count}")
        return vectors

    def _code(self, vector: Vector | None) -> bytes:
        if vector is None:
            return bytes(SCALE_BYTES + self.dimension)
        if isinstance(vector, (str, bytes, dict)):
            raise self._failed(f"returned {type(vector).__name__}, where a vector of numbers belongs")
        try:
            return _core.quantize([vector], self.dimension)
        except (TypeError, ValueError) as error:
            raise self._failed(f"returned a vector that cannot be used: {error}") from error

    def _failed(self, reason: str) -> EmbedderFailed:
        return EmbedderFailed(f"{getattr(self, 'name', type(self).__name__)}: {reason}")


def total(codes: Sequence[bytes], dimension: int) -> list[float]:
    """The sum of the vectors that the codes stand for."""
    result = [0.0] * dimension
    for code in codes:
        (scale,) = unpack_from("<f", code)
        for component, step in enumerate(memoryview(code)[SCALE_BYTES:].cast("b")):
            result[component] += scale * step
    return result
