"""LangChain's own standard tests of vector stores and retrievers, as they are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from langchain_core.vectorstores import VectorStore
from langchain_tests.integration_tests import RetrieversIntegrationTests, VectorStoreIntegrationTests

from greeum import Memory, testing
from greeum.integrations.langchain import GreeumRetriever, GreeumVectorStore

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.filterwarnings("ignore:The test .* is marked with '@pytest.mark.asyncio' but it is not an async"),
]
"""The suite leaves it to its user to say that asynchronous tests are to be run, and holds synchronous ones as well."""

FACTS = ["The ferry to Jeju leaves at nine.", "Shrimp is what Alice cannot eat.", "Ben works in Busan.", "It rained."]


class TestVectorStoreWithGreeumsEmbedder(VectorStoreIntegrationTests):
    @pytest.fixture
    def vectorstore(self) -> Iterator[VectorStore]:
        with testing.memory() as memory:
            yield GreeumVectorStore(memory, namespace="acme/documents")


class TestVectorStoreWithLangChainsEmbeddings(VectorStoreIntegrationTests):
    @pytest.fixture
    def vectorstore(self, tmp_path: Path) -> Iterator[VectorStore]:
        store = GreeumVectorStore.from_texts([], self.get_embeddings(), path=str(tmp_path), model="fake")
        with closing(store.memory):
            yield store


class TestRetriever(RetrieversIntegrationTests):
    memory: Memory

    @pytest.fixture(autouse=True)
    def filled(self) -> Iterator[None]:
        with testing.memory() as memory:
            memory.add_many([{"text": text} for text in FACTS])
            type(self).memory = memory
            yield

    @property
    def retriever_constructor(self) -> type[GreeumRetriever]:
        return GreeumRetriever

    @property
    def retriever_constructor_params(self) -> dict[str, Any]:
        return {"memory": self.memory, "k": 2}

    @property
    def retriever_query_example(self) -> str:
        return "What of ferries, shrimp and Busan?"
