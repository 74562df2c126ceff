"""Qdrant's client in its local mode: NumPy in process. Its server is another thing, and not measured."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from qdrant_client import QdrantClient, models

from benches.peers.protocol import ADD, FILTER, NAMESPACE, SEARCH, Batch, Found, Peer, Step

if TYPE_CHECKING:
    from benches.peers.protocol import Vectors


class Qdrant(Peer):
    name = "qdrant"
    package = "qdrant-client"
    wants_vectors = True
    can = frozenset((SEARCH, NAMESPACE, FILTER, ADD))
    blocks_max = 20_000
    about = "local mode of the client: exact; the user is a field"

    def __init__(self, directory: str, dimension: int, blocks: int) -> None:
        super().__init__(directory, dimension, blocks)
        warnings.simplefilter("ignore")  # it advises to use the server
        self._client: Any = QdrantClient(path=directory)
        vectors = models.VectorParams(size=dimension, distance=models.Distance.COSINE)
        self._client.create_collection("blocks", vectors_config=vectors)

    def add(self, batch: Batch) -> None:
        payloads = [
            {"text": b["text"], "source": b["source"], "user": b["namespace"].rpartition("/")[0]} for b in batch.blocks
        ]
        ids: list[Any] = list(range(batch.first, batch.first + len(batch.blocks)))
        self._client.upsert("blocks", models.Batch(ids=ids, vectors=batch.vectors.tolist(), payloads=payloads))  # type: ignore[union-attr]

    def ask(self, step: Step, vector: Vectors | None, k: int) -> Found:
        where = {NAMESPACE: ("user", step.namespace), FILTER: ("source", step.source)}.get(step.kind)
        conditions = where and models.Filter(
            must=[models.FieldCondition(key=where[0], match=models.MatchValue(value=where[1]))]
        )
        points = self._client.query_points("blocks", query=vector, limit=k, query_filter=conditions).points
        return Found([point.id for point in points], [point.payload["text"] for point in points])

    def close(self) -> None:
        self._client.close()


PEER = Qdrant
