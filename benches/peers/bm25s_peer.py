"""bm25s: scores of all words worked out beforehand, in a sparse matrix. Nothing can be added to it afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import bm25s

from benches.peers.protocol import SEARCH, Batch, Found, Peer, Step

if TYPE_CHECKING:
    from benches.peers.protocol import Vectors


class Bm25s(Peer):
    name = "bm25s"
    package = "bm25s"
    can = frozenset((SEARCH,))
    about = "its own tokenizer, NumPy backend; texts in a list"

    def __init__(self, directory: str, dimension: int, blocks: int) -> None:
        super().__init__(directory, dimension, blocks)
        self._texts: list[str] = []
        self._index: Any = bm25s.BM25()

    def add(self, batch: Batch) -> None:
        self._texts += (block["text"] for block in batch.blocks)

    def finish(self) -> None:
        tokens = bm25s.tokenize(self._texts, stopwords=None, show_progress=False)
        self._index.index(tokens, show_progress=False)

    def ask(self, step: Step, vector: Vectors | None, k: int) -> Found:
        tokens = bm25s.tokenize([step.text], stopwords=None, show_progress=False)
        found, _ = self._index.retrieve(tokens, k=min(k, len(self._texts)), show_progress=False)
        numbers = [int(number) for number in found[0]]
        return Found(numbers, [self._texts[number] for number in numbers])


PEER = Bm25s
