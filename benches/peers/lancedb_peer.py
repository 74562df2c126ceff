"""LanceDB, in process and on disk, with vectors that are brought. Below 100,000 blocks it has no index: exact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import lancedb

from benches.peers.protocol import FILTER, NAMESPACE, SEARCH, Batch, Found, Peer, Step

if TYPE_CHECKING:
    from benches.peers.protocol import Vectors


class Lance(Peer):
    name = "lancedb"
    package = "lancedb"
    wants_vectors = True
    can = frozenset((SEARCH, NAMESPACE, FILTER))
    blocks_max = 100_000
    is_durable = True
    about = "no index: every vector is compared; the user is a column"

    def __init__(self, directory: str, dimension: int, blocks: int) -> None:
        super().__init__(directory, dimension, blocks)
        self._database: Any = lancedb.connect(directory)
        self._blocks: Any = None

    def add(self, batch: Batch) -> None:
        rows = [
            {
                "number": number,
                "text": block["text"],
                "source": block["source"],
                "user": block["namespace"].rpartition("/")[0],
                "vector": vector,
            }
            for (number, block), vector in zip(enumerate(batch.blocks, batch.first), batch.vectors, strict=True)  # type: ignore[arg-type]
        ]
        if self._blocks is None:
            self._blocks = self._database.create_table("blocks", rows)
        else:
            self._blocks.add(rows)

    def ask(self, step: Step, vector: Vectors | None, k: int) -> Found:
        query = self._blocks.search(vector).distance_type("cosine").limit(k).select(["number", "text", "_distance"])
        if step.kind == NAMESPACE:
            query = query.where(f"user = '{step.namespace}'", prefilter=True)
        elif step.kind == FILTER:
            query = query.where(f"source = '{step.source}'", prefilter=True)
        rows = query.to_list()
        return Found([row["number"] for row in rows], [row["text"] for row in rows])


PEER = Lance
