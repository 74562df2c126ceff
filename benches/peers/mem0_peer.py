"""mem0 without a language model (`infer=False`), with its default vector store and our table as its embedder."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

os.environ["MEM0_TELEMETRY"] = "False"
from mem0 import Memory
from mem0.utils.factory import EmbedderFactory

from benches.embedding import DIMENSION, vectors
from benches.peers.protocol import ADD, NAMESPACE, SEARCH, Batch, Found, Peer, Step

if TYPE_CHECKING:
    from benches.peers.protocol import Vectors


class TableEmbedding:
    """What mem0 calls for a vector."""

    def __init__(self, config: Any) -> None:
        self.config = config

    def embed(self, text: str, memory_action: str | None = None) -> list[float]:
        return self.embed_batch([text])[0]

    def embed_batch(self, texts: list[str], memory_action: str | None = None) -> list[list[float]]:
        found: list[list[float]] = vectors(texts).tolist()
        return found


class Mem0(Peer):
    name = "mem0"
    package = "mem0ai"
    can = frozenset((SEARCH, NAMESPACE, ADD))
    blocks_max = 1_000
    about = "infer=False, so no language model; local Qdrant; one block a call; embeds within its calls"

    def __init__(self, directory: str, dimension: int, blocks: int) -> None:
        super().__init__(directory, dimension, blocks)
        EmbedderFactory.provider_to_class["openai"] = f"{__name__}.TableEmbedding"
        store = {"path": os.path.join(directory, "qdrant"), "embedding_model_dims": DIMENSION, "on_disk": True}
        self._memory: Any = Memory.from_config(
            {
                "vector_store": {"provider": "qdrant", "config": store},
                "embedder": {"provider": "openai", "config": {"embedding_dims": DIMENSION}},
                "llm": {"provider": "openai", "config": {"api_key": "none is asked"}},
                "history_db_path": os.path.join(directory, "history.db"),
            }
        )

    def add(self, batch: Batch) -> None:
        for number, block in enumerate(batch.blocks, batch.first):
            user = block["namespace"].rpartition("/")[0]
            self._memory.add(block["text"], user_id=user, agent_id="all", metadata={"number": number}, infer=False)

    def ask(self, step: Step, vector: Vectors | None, k: int) -> Found:
        whose = {"user_id": step.namespace} if step.kind == NAMESPACE else {"agent_id": "all"}
        found = self._memory.search(step.text, top_k=k, filters=whose, threshold=0.0)["results"]
        return Found([one["metadata"]["number"] for one in found], [one["memory"] for one in found])


PEER = Mem0
