"""A memory as LangChain's vector store and retriever: what its standard tests do not ask."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from langchain_core.documents import Document
from langchain_core.embeddings import DeterministicFakeEmbedding, Embeddings

import greeum
from greeum import Memory, testing
from greeum.errors import Conflict, EmbedderFailed, EmbedderMismatch, InvalidInput
from greeum.integrations.langchain import GreeumRetriever, GreeumVectorStore, LangChainEmbedder
from greeum.limits import K_MAX


@pytest.fixture
def memory() -> Iterator[Memory]:
    with testing.memory() as memory:
        yield memory


@pytest.fixture
def store(memory: Memory) -> GreeumVectorStore:
    store = GreeumVectorStore(memory, namespace="acme")
    store.add_texts(
        ["The ferry to Jeju leaves at nine.", "The ferry to Udo leaves at ten.", "Shrimp is what she cannot eat."],
        [{"km": 90, "tags": ["sea"]}, {"km": 4, "tags": ["sea", "day"]}, {"km": None, "kind": "food"}],
        ids=["jeju", "udo", "shrimp"],
    )
    return store


def ids(documents: Sequence[Document]) -> list[str | None]:
    return [document.id for document in documents]


class Letters(Embeddings):
    """Vectors that count letters, and say which call they were made by."""

    def __init__(self, model: str | None = None) -> None:
        self.calls: list[str] = []
        if model is not None:
            self.model = model

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        self.calls.append("documents")
        return [[1.0 + text.count("a"), 1.0 + text.count("b"), 1.0] for text in texts]

    def embed_query(self, text: str) -> list[float]:
        self.calls.append("query")
        return [1.0 + text.count("a"), 1.0 + text.count("b"), 1.0]


class TestSearching:
    def test_scores_go_down(self, store: GreeumVectorStore) -> None:
        found = store.similarity_search_with_score("when does the ferry to Udo leave?", k=3)
        assert found[0][0].id == "udo"
        assert [score for _, score in found] == sorted((score for _, score in found), reverse=True)

    @pytest.mark.parametrize(
        ("condition", "expected"),
        [
            ({"km": 4}, {"udo"}),
            ({"km": {"$gt": 4}}, {"jeju"}),
            ({"km": {"$in": [4, 90]}}, {"jeju", "udo"}),
            ({"km": {"$nin": [4]}}, {"jeju", "shrimp"}),
            ({"km": {"$exists": False}}, {"shrimp"}),
            ({"tags": {"$contains": "day"}}, {"udo"}),
            ({"kind": {"$gte": "fog"}}, {"shrimp"}),
            ({"$or": [{"km": 4}, {"kind": "food"}]}, {"udo", "shrimp"}),
            ({"$and": [{"km": {"$gt": 1}}, {"km": {"$lt": 10}}]}, {"udo"}),
            ({"$not": {"km": 4}}, {"jeju", "shrimp"}),
            ({"$not": [{"kind": {"$gt": "a"}}]}, {"jeju", "udo"}),
            ({"tags": ["sea"]}, {"jeju"}),
            (None, {"jeju", "udo", "shrimp"}),
        ],
    )
    def test_filters(self, store: GreeumVectorStore, condition: Any, expected: set[str]) -> None:
        assert set(ids(store.similarity_search("ferry or shrimp", k=3, filter=condition))) == expected

    @pytest.mark.parametrize("condition", [{"km": {"$near": 4}}, {"$nor": []}, {"$or": []}, {"$or": {"km": 1}}, "km"])
    def test_filters_that_are_not_known_are_refused(self, store: GreeumVectorStore, condition: Any) -> None:
        with pytest.raises(InvalidInput, match="filter"):
            store.similarity_search("ferry", filter=condition)

    def test_the_options_of_memory_search(self, store: GreeumVectorStore, memory: Memory) -> None:
        memory.add("The ferry to Jeju was late.", namespace="acme/alice", source="alice")
        found = store.similarity_search("ferry", where={"source": "alice"}, filter={"km": {"$exists": False}})
        assert [document.page_content for document in found] == ["The ferry to Jeju was late."]
        only_words = store.similarity_search_with_score("nine", k=1, weights={"vector": 0, "tokens": 0})
        assert only_words[0][0].id == "jeju"
        with pytest.raises(TypeError):
            store.similarity_search("ferry", fetch_k=20)
        with pytest.raises(InvalidInput, match="k"):
            store.similarity_search("ferry", k=K_MAX + 1)

    def test_what_has_no_meaning_here_is_refused(self, store: GreeumVectorStore) -> None:
        with pytest.raises(NotImplementedError, match="relevance"):
            store.similarity_search_with_relevance_scores("ferry")
        for search in (store.similarity_search_by_vector, store.max_marginal_relevance_search_by_vector):
            with pytest.raises(NotImplementedError, match="by the query's text"):
                search([0.5, 0.5])

    def test_its_own_retriever(self, store: GreeumVectorStore) -> None:
        retriever = store.as_retriever(search_kwargs={"k": 1, "filter": {"km": {"$lt": 10}}})
        assert ids(retriever.invoke("ferry")) == ["udo"]


class TestVariety:
    """Maximal marginal relevance, over vectors that count letters."""

    @pytest.fixture
    def letters(self, memory: Memory) -> GreeumVectorStore:
        store = GreeumVectorStore(memory, embedding=Letters())
        store.add_texts(
            ["ferry aaaaaaaa", "ferry aaaaaaaaa", "ferry aaabb", "ferry bbbbbbbb"],
            [{"n": 1}, {"n": 2}, {"n": 3}, {"n": 4}],
            ids=["a8", "a9", "ab", "b8"],
        )
        return store

    @pytest.mark.parametrize(("nearness", "expected"), [(1.0, ["ab", "a8", "a9"]), (0.3, ["ab", "b8", "a9"])])
    def test_what_is_alike_comes_later(self, letters: GreeumVectorStore, nearness: float, expected: list[str]) -> None:
        found = letters.max_marginal_relevance_search("ferry aaaaaabbbb", k=3, lambda_mult=nearness)
        assert ids(found) == expected

    def test_nothing_but_differing_counts_at_nought(self, letters: GreeumVectorStore) -> None:
        found = letters.max_marginal_relevance_search("ferry aaaaaaaa", k=2, lambda_mult=0)
        assert ids(found) == ["a8", "b8"]

    def test_among_the_best_that_the_search_finds(self, letters: GreeumVectorStore) -> None:
        found = letters.similarity_search("ferry aaaaaaaa", k=2)
        assert letters.max_marginal_relevance_search("ferry aaaaaaaa", k=2, fetch_k=1, lambda_mult=0) == found
        only = letters.max_marginal_relevance_search("ferry", filter={"n": {"$gt": 2}})
        assert set(ids(only)) == {"ab", "b8"}
        assert letters.max_marginal_relevance_search("ferry", where={"source": "nobody"}) == []

    def test_a_retriever_of_this_kind(self, letters: GreeumVectorStore) -> None:
        retriever = letters.as_retriever(search_type="mmr", search_kwargs={"k": 2, "lambda_mult": 0.3})
        assert ids(retriever.invoke("ferry aaaaaabbbb")) == ["ab", "b8"]
        assert ids(asyncio.run(retriever.ainvoke("ferry aaaaaabbbb"))) == ["ab", "b8"]

    def test_a_text_of_which_the_model_knows_nothing(self, letters: GreeumVectorStore) -> None:
        letters.embeddings.embed_documents = lambda texts: [[0.0] * 3 for _ in texts]  # type: ignore[union-attr, method-assign]
        assert len(letters.max_marginal_relevance_search("ferry", k=3)) == 3

    def test_without_an_embedding_it_is_asked_for(self, store: GreeumVectorStore) -> None:
        for search in (store.max_marginal_relevance_search, store.as_retriever(search_type="mmr").invoke):
            with pytest.raises(InvalidInput, match="must be given to the store") as caught:
                search("ferry")
            assert caught.value.field == "embedding"

    @pytest.mark.parametrize(("name", "value"), [("k", 0), ("fetch_k", K_MAX + 1), ("lambda_mult", 1.5)])
    def test_what_it_cannot_take(self, letters: GreeumVectorStore, name: str, value: Any) -> None:
        with pytest.raises(InvalidInput) as caught:
            letters.max_marginal_relevance_search("ferry", **{name: value})
        assert caught.value.field == name


class TestDocuments:
    def test_fields_of_a_block_for_all(self, store: GreeumVectorStore, memory: Memory) -> None:
        (name,) = store.add_documents([Document("The ferry was late.")], source="log", tags=["sea"], importance=0.9)
        block = memory.get(key=name, namespace="acme")
        assert (block.kind, block.source, block.tags, block.importance) == ("document", "log", ("sea",), 0.9)
        with pytest.raises(InvalidInput, match="batch_size"):
            store.add_texts(["x"], batch_size=5)

    def test_as_many_as_texts(self, store: GreeumVectorStore) -> None:
        with pytest.raises(InvalidInput, match="ids"):
            store.add_texts(["a", "b"], ids=["1"])
        with pytest.raises(InvalidInput, match="metadatas"):
            store.add_texts(["a"], [{}, {}])

    def test_the_last_of_one_id_holds(self, store: GreeumVectorStore) -> None:
        assert store.add_texts(["one", "two"], [{"n": 1}, {"n": 2}], ids=["k", "k"]) == ["k", "k"]
        assert store.get_by_ids(["k", "k"]) == [Document("two", metadata={"n": 2}, id="k")]

    def test_the_same_again_writes_nothing(self, store: GreeumVectorStore, memory: Memory) -> None:
        before = memory.seq
        store.add_texts(["Shrimp is what she cannot eat."], [{"km": None, "kind": "food"}], ids=["shrimp"])
        assert memory.seq == before

    def test_other_metadata_alone_keep_the_version(self, store: GreeumVectorStore, memory: Memory) -> None:
        store.add_texts(["Shrimp is what she cannot eat."], [{"km": 1}], ids=["shrimp"])
        block = memory.get(key="shrimp", namespace="acme")
        assert (block.metadata, block.supersedes, block.revision) == ({"km": 1}, None, 2)

    def test_deleting_everything(self, store: GreeumVectorStore, memory: Memory) -> None:
        memory.add("elsewhere", namespace="other")
        memory.add("below", namespace="acme/alice")
        assert store.delete() is True
        assert [block.text for block in memory.list()] == ["elsewhere"]
        assert store.delete() is True

    def test_nothing_else_can_be_asked_of_deleting(self, store: GreeumVectorStore) -> None:
        with pytest.raises(InvalidInput, match="force"):
            store.delete(["udo"], force=True)

    def test_what_others_have_added_can_be_had_and_changed(self, store: GreeumVectorStore, memory: Memory) -> None:
        keyless = memory.add("Alice is afraid of the sea.", namespace="acme/alice", source="alice")
        memory.add("Ben is not.", namespace="acme/ben", key="ben")
        found = store.similarity_search("who is afraid of the sea?", k=1)
        assert ids(found) == [f"#{keyless.id}"]
        assert store.get_by_ids([f"#{keyless.id}", "ben"]) == [
            Document("Alice is afraid of the sea.", id=f"#{keyless.id}"), Document("Ben is not.", id="ben"),
        ]  # fmt: skip
        store.add_documents([Document("Alice loves the sea.", id=f"#{keyless.id}")])
        assert store.get_by_ids([f"#{keyless.id}"])[0].page_content == "Alice loves the sea."
        store.delete([f"#{keyless.id}", "ben"])
        assert memory.list(namespace="acme/alice") == memory.list(namespace="acme/ben") == []

    def test_an_id_that_is_below_twice_is_nobodys(self, store: GreeumVectorStore, memory: Memory) -> None:
        for name in ("alice", "ben"):
            memory.add("x", namespace=f"acme/{name}", key="k")
        with pytest.raises(Conflict, match="acme/alice"):
            store.get_by_ids(["k"])

    def test_what_has_expired_is_not_there(self, store: GreeumVectorStore) -> None:
        store.add_texts(["old"], ids=["old"], expires_at="2020-01-01")
        assert store.get_by_ids(["old"]) == []
        store.add_texts(["new"], ids=["old"])
        assert store.get_by_ids(["old"]) == [Document("new", id="old")]


class TestFromTexts:
    def test_in_a_memory_that_is_open(self, memory: Memory) -> None:
        store = GreeumVectorStore.from_texts(
            ["ferry", "shrimp"], None, [{"n": 1}, {"n": 2}], ids=["a", "b"], memory=memory, namespace="acme"
        )
        assert store.embeddings is None
        assert store.similarity_search("shrimp", k=1) == [Document("shrimp", metadata={"n": 2}, id="b")]

    def test_at_a_path_with_langchains_embeddings(self, tmp_path: Path) -> None:
        letters = Letters("letters")
        documents = [Document("aaa", id="a"), Document("bbb", id="b")]
        store = GreeumVectorStore.from_documents(documents, letters, path=str(tmp_path))
        with closing(store.memory):
            assert store.embeddings is letters
            assert store.similarity_search("zaza aa", k=1)[0].id == "a"
        assert letters.calls == ["documents", "documents", "query"]
        with pytest.raises(EmbedderMismatch, match="langchain/letters/3"):
            greeum.open(tmp_path)

    def test_what_cannot_be_added_leaves_nothing_open(self, tmp_path: Path) -> None:
        with pytest.raises(InvalidInput):
            GreeumVectorStore.from_texts([" "], path=str(tmp_path))
        with closing(GreeumVectorStore.from_texts(["x"], path=str(tmp_path)).memory) as memory:
            assert [block.text for block in memory.list()] == ["x"]
            with pytest.raises(InvalidInput):
                GreeumVectorStore.from_texts([" "], memory=memory)
            assert len(memory.list()) == 1

    def test_asynchronously(self, memory: Memory) -> None:
        store = asyncio.run(GreeumVectorStore.afrom_texts(["ferry"], None, ids=["a"], memory=memory))  # type: ignore[arg-type]
        assert ids(store.similarity_search("ferry")) == ["a"]

    @pytest.mark.parametrize(
        ("options", "field"),
        [
            ({}, "path"),
            ({"memory": "memory", "path": "x"}, "path"),
            ({"memory": "memory", "embedding": Letters("m")}, "embedding"),
            ({"memory": "memory", "model": "m"}, "model"),
            ({"path": "x", "embedding": Letters()}, "model"),
        ],
    )
    def test_what_does_not_go_together_is_refused(
        self, memory: Memory, tmp_path: Path, options: dict[str, Any], field: str
    ) -> None:
        given = options | ({"memory": memory} if "memory" in options else {})
        with pytest.raises(InvalidInput) as caught:
            GreeumVectorStore.from_texts(["x"], **({"embedding": None} | given))
        assert caught.value.field == field


class TestEmbedder:
    def test_its_fingerprint_names_the_model(self) -> None:
        assert LangChainEmbedder(DeterministicFakeEmbedding(size=6), "fake").fingerprint == "langchain/fake/6"
        assert LangChainEmbedder(Letters("letters")).fingerprint == "langchain/letters/3"

    def test_what_the_provider_raises_is_the_cause(self) -> None:
        letters = Letters("letters")
        with testing.memory(embedder=LangChainEmbedder(letters)) as memory:
            letters.embed_documents = letters.embed_query = fail  # type: ignore[assignment, method-assign]
            for ask in (memory.add, memory.search):
                with pytest.raises(EmbedderFailed, match="no answer") as caught:
                    ask("x")
                assert isinstance(caught.value.__cause__, ConnectionError)
            assert memory.list() == []


def fail(*_: object) -> None:
    raise ConnectionError("no answer")


class TestRetriever:
    def test_its_options(self, store: GreeumVectorStore, memory: Memory) -> None:
        memory.add("The ferry was late.", namespace="acme/alice", source="alice", at="2025-05-03")
        retriever = GreeumRetriever(memory=memory, namespace="acme", where={"source": "alice"})
        (found,) = retriever.invoke("ferry")
        assert found.page_content == "The ferry was late."
        score = found.metadata.pop("score")
        assert isinstance(score, float)
        assert found.metadata == {"source": "alice", "at": "2025-05-03T00:00:00Z"}
        assert ids(retriever.invoke("ferry", where=None, k=1, namespace=("acme",)))
        assert asyncio.run(retriever.ainvoke("ferry", where={"source": "ben"})) == []

    def test_a_blocks_own_metadata_come_first(self, memory: Memory) -> None:
        memory.add("ferry", key="k", source="alice", metadata={"source": "log.txt"})
        (found,) = GreeumRetriever(memory=memory).invoke("ferry")
        assert (found.id, found.metadata["source"]) == ("k", "log.txt")

    def test_what_is_not_known_is_refused(self, memory: Memory) -> None:
        with pytest.raises(TypeError):
            GreeumRetriever(memory=memory).invoke("ferry", fetch_k=20)
        with pytest.raises(InvalidInput):
            GreeumRetriever(memory=memory, where={"author": "x"}).invoke("ferry")
