"""Greeum, in its default configuration: words, vectors, late interaction and conversation in one search."""

from __future__ import annotations

from typing import TYPE_CHECKING

import greeum
from benches.peers.protocol import ADD, ANCHOR, FILTER, NAMESPACE, SEARCH, Batch, Found, Peer, Step

if TYPE_CHECKING:
    from benches.peers.protocol import Vectors


class Greeum(Peer):
    name = "greeum"
    package = "greeum"
    can = frozenset((SEARCH, NAMESPACE, FILTER, ANCHOR, ADD))
    is_durable = True
    about = "the whole default search; embeds by itself; every add is synced"

    def __init__(self, directory: str, dimension: int, blocks: int) -> None:
        super().__init__(directory, dimension, blocks)
        self._memory = greeum.open(directory)
        self._ids: list[int] = []
        self._numbers: dict[int, int] = {}

    def add(self, batch: Batch) -> None:
        added = self._memory.add_many(batch.blocks)
        self._numbers.update((block.id, number) for number, block in enumerate(added, batch.first))
        self._ids += (block.id for block in added)

    def finish(self) -> None:
        self._memory.close()  # writes the index files
        self._memory = greeum.open(self.directory)

    def ask(self, step: Step, vector: Vectors | None, k: int) -> Found:
        hits = self._memory.search(
            step.text,
            k=k,
            namespace=step.namespace if step.kind == NAMESPACE else "",
            where={"source": step.source} if step.kind == FILTER else None,
            near=None if step.near is None else self._ids[step.near],
        )
        return Found([self._numbers[hit.block.id] for hit in hits], [hit.block.text for hit in hits])

    def close(self) -> None:
        self._memory.close()


PEER = Greeum
