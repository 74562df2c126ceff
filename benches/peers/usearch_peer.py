"""usearch: a graph over vectors in half precision. The texts lie in a list beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from usearch.index import Index

from benches.peers.protocol import ADD, SEARCH, Batch, Found, Peer, Step

if TYPE_CHECKING:
    from benches.peers.protocol import Vectors

LINKS, BUILD_WIDTH = 16, 128
"""Its defaults."""


class Usearch(Peer):
    name = "usearch"
    package = "usearch"
    wants_vectors = True
    can = frozenset((SEARCH, ADD))
    about = f"bf16, connectivity={LINKS}, expansion_add={BUILD_WIDTH}; texts in a list"

    def __init__(self, directory: str, dimension: int, blocks: int) -> None:
        super().__init__(directory, dimension, blocks)
        self._index = Index(ndim=dimension, metric="cos", dtype="bf16", connectivity=LINKS, expansion_add=BUILD_WIDTH)
        self._texts: list[str] = []

    def add(self, batch: Batch) -> None:
        import numpy as np

        numbers = np.arange(batch.first, batch.first + len(batch.blocks))
        self._index.add(numbers, batch.vectors, threads=1)
        self._texts += (block["text"] for block in batch.blocks)

    def ask(self, step: Step, vector: Vectors | None, k: int) -> Found:
        numbers = [int(number) for number in self._index.search(vector, k, threads=1).keys]
        return Found(numbers, [self._texts[number] for number in numbers])

    def widen(self, width: int) -> bool:
        self._index.expansion_search = width
        return True


PEER = Usearch
