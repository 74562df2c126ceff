"""Chroma, in process and on disk, with vectors that are brought."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import chromadb
from chromadb.config import Settings

from benches.peers.protocol import ADD, FILTER, NAMESPACE, SEARCH, Batch, Found, Peer, Step

if TYPE_CHECKING:
    from benches.peers.protocol import Vectors


class Chroma(Peer):
    name = "chroma"
    package = "chromadb"
    wants_vectors = True
    can = frozenset((SEARCH, NAMESPACE, FILTER, ADD))
    blocks_max = 100_000
    is_durable = True
    about = "PersistentClient, cosine; the user is a field"

    def __init__(self, directory: str, dimension: int, blocks: int) -> None:
        super().__init__(directory, dimension, blocks)
        client: Any = chromadb.PersistentClient(directory, settings=Settings(anonymized_telemetry=False))
        self._blocks: Any = client.create_collection("blocks", metadata={"hnsw:space": "cosine"})

    def add(self, batch: Batch) -> None:
        self._blocks.add(
            ids=[str(number) for number in range(batch.first, batch.first + len(batch.blocks))],
            embeddings=batch.vectors,
            documents=[block["text"] for block in batch.blocks],
            metadatas=[{"source": b["source"], "user": b["namespace"].rpartition("/")[0]} for b in batch.blocks],
        )

    def ask(self, step: Step, vector: Vectors | None, k: int) -> Found:
        where = {NAMESPACE: {"user": step.namespace}, FILTER: {"source": step.source}}.get(step.kind)
        found = self._blocks.query(query_embeddings=[vector], n_results=k, where=where, include=["documents"])
        return Found([int(number) for number in found["ids"][0]], list(found["documents"][0]))


PEER = Chroma
