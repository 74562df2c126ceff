"""For tests of what is built on Greeum: a memory that lives in RAM, a clock that stands still.

from greeum.testing import FrozenClock, memory

with memory(clock=FrozenClock("2025-03-04T09:00:00Z")) as m:
    m.add("…")
"""

from __future__ import annotations

from greeum import inputs, wiring
from greeum.embed.static import StaticEmbedder
from greeum.store.memory import MemoryStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from greeum.embed.protocol import Embedder
    from greeum.inputs import Time
    from greeum.memory import Memory

__all__ = ["FrozenClock", "MemoryStore", "TinyEmbedder", "memory"]


class FrozenClock:
    """A clock that stands at one moment until it is told to go on."""

    def __init__(self, at: Time = "2025-01-01T00:00:00Z") -> None:
        self.now_us = inputs.time(at, "at")

    def __call__(self) -> int:
        return self.now_us

    def advance(self, seconds: float) -> None:
        """Go on by so many seconds (or back, if negative)."""
        self.now_us += round(seconds * 1_000_000)


class TinyEmbedder:
    """Sixty-four dimensions out of a text's letters, by counting: quick, repeatable, and of no meaning."""

    fingerprint = "tiny/64"
    dimension = 64

    def encode_blocks(self, texts: Sequence[str]) -> list[bytes]:
        """Codes of each text's passages, concatenated."""
        from greeum._core import split

        return [b"".join(self.encode_query(passage) for passage in split(text)) for text in texts]

    def encode_query(self, text: str) -> bytes:
        """One code."""
        from greeum._core import quantize

        counts = [0.0] * self.dimension
        for letter in text.lower():
            counts[ord(letter) % self.dimension] += 1.0
        return quantize([counts if any(counts) else [1.0] * self.dimension], self.dimension)


def memory(*, embedder: Embedder | None = None, clock: Callable[[], int] | None = None) -> Memory:
    """A new, empty Memory that keeps nothing on disk."""
    return wiring.join(MemoryStore(), embedder or StaticEmbedder(), None, now_us=clock)
