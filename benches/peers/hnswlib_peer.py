"""hnswlib: a graph over vectors. The texts lie in a list beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import hnswlib

from benches.peers.protocol import ADD, SEARCH, Batch, Found, Peer, Step

if TYPE_CHECKING:
    from benches.peers.protocol import Vectors

LINKS, BUILD_WIDTH = 16, 200
"""M and ef_construction, as in its examples."""


class Hnswlib(Peer):
    name = "hnswlib"
    package = "hnswlib"
    wants_vectors = True
    can = frozenset((SEARCH, ADD))
    about = f"M={LINKS}, ef_construction={BUILD_WIDTH}; texts in a list"

    def __init__(self, directory: str, dimension: int, blocks: int) -> None:
        super().__init__(directory, dimension, blocks)
        self._index = hnswlib.Index(space="cosine", dim=dimension)
        self._index.init_index(max_elements=blocks, M=LINKS, ef_construction=BUILD_WIDTH, random_seed=1)
        self._index.set_num_threads(1)
        self._texts: list[str] = []

    def add(self, batch: Batch) -> None:
        self._index.add_items(batch.vectors, range(batch.first, batch.first + len(batch.blocks)))
        self._texts += (block["text"] for block in batch.blocks)

    def ask(self, step: Step, vector: Vectors | None, k: int) -> Found:
        labels, _ = self._index.knn_query(vector, k=k)
        numbers = [int(number) for number in labels[0]]
        return Found(numbers, [self._texts[number] for number in numbers])

    def widen(self, width: int) -> bool:
        self._index.set_ef(width)
        return True


PEER = Hnswlib
