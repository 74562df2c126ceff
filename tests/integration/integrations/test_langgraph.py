"""A memory as LangGraph's store: what its own repository asks of stores, and what is Greeum's about it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langgraph.store.base import (
    BaseStore,
    GetOp,
    InvalidNamespaceError,
    Item,
    ListNamespacesOp,
    MatchCondition,
    PutOp,
    SearchItem,
    SearchOp,
)
from langgraph.store.base.batch import AsyncBatchedBaseStore
from langgraph.store.memory import InMemoryStore

import greeum
from greeum import Memory, testing
from greeum.errors import InvalidInput
from greeum.integrations.langgraph import GreeumStore
from greeum.limits import K_MAX, NAME_BYTES_MAX
from greeum.rooted import Rooted

WAIT_S = 30


@pytest.fixture
def memory() -> Iterator[Memory]:
    with testing.memory() as memory:
        yield memory


@pytest.fixture(params=["in memory", "on disk", "below a namespace", "confined"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[GreeumStore]:
    with greeum.open(tmp_path) if request.param == "on disk" else testing.memory() as memory:
        if request.param == "confined":
            yield GreeumStore(Rooted(memory, "acme/agents"))
        else:
            yield GreeumStore(memory, namespace="acme/agents" if request.param == "below a namespace" else "")


def keys(items: list[SearchItem]) -> list[str]:
    return [item.key for item in items]


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not holds():
        assert time.monotonic() < deadline, "it has not come true"
        time.sleep(0.01)


class TestItems:
    def test_what_is_put_comes_back(self, store: GreeumStore) -> None:
        value = {
            "title": "Ferry",
            "stops": ["Busan", "Jeju"],
            "km": 12.5,
            "paid": True,
            "by": None,
            "in": {"deep": [1]},
        }
        before = datetime.now(UTC)
        store.put(("trips", "alice"), "one", value)
        item = store.get(("trips", "alice"), "one")
        assert item is not None
        assert (item.namespace, item.key, item.value) == (("trips", "alice"), "one", value)
        assert before <= item.created_at == item.updated_at

    def test_another_value_is_put_over_it(self, store: GreeumStore) -> None:
        store.put(("a",), "k", {"text": "old", "more": 1})
        first = store.get(("a",), "k")
        store.put(("a",), "k", {"text": "new"})
        item = store.get(("a",), "k")
        assert first is not None and item is not None
        assert item.value == {"text": "new"}
        assert item.created_at == first.created_at
        assert item.updated_at > first.updated_at

    def test_the_moment_of_creation_stays_over_many_puts(self, store: GreeumStore) -> None:
        created = []
        for number in range(4):
            store.put(("a",), "k", {"number": number})
            item = store.get(("a",), "k")
            assert item is not None
            created.append(item.created_at)
        assert len(set(created)) == 1

    def test_keys_are_apart_in_each_namespace(self, store: GreeumStore) -> None:
        store.put(("a",), "k", {"in": "a"})
        store.put(("a", "b"), "k", {"in": "a/b"})
        assert [store.get(place, "k").value["in"] for place in [("a",), ("a", "b")]] == ["a", "a/b"]  # type: ignore[union-attr]
        assert store.get(("b",), "k") is None

    def test_what_is_deleted_is_gone(self, store: GreeumStore) -> None:
        store.put(("a",), "k", {"text": "x"})
        store.put(("a",), "k", {"text": "y"})
        store.delete(("a",), "k")
        assert store.get(("a",), "k") is None
        assert store.search(("a",)) == []
        store.delete(("a",), "k")

    def test_it_can_be_put_again_after_that(self, store: GreeumStore) -> None:
        store.put(("a",), "k", {"text": "x"})
        store.delete(("a",), "k")
        store.put(("a",), "k", {"text": "x"})
        assert keys(store.search(("a",))) == ["k"]

    def test_asynchronously(self, store: GreeumStore) -> None:
        async def use() -> None:
            await store.aput(("a",), "k", {"text": "ferry"})
            found = await store.aget(("a",), "k")
            assert found is not None and found.value == {"text": "ferry"}
            assert keys(await store.asearch(("a",), query="ferry")) == ["k"]
            assert await store.alist_namespaces() == [("a",)]
            await store.adelete(("a",), "k")
            assert await store.aget(("a",), "k") is None

        asyncio.run(use())

    def test_behind_langgraph_own_batching(self, store: GreeumStore) -> None:
        class Batched(AsyncBatchedBaseStore):
            def batch(self, ops: Any) -> Any:
                return store.batch(ops)

            async def abatch(self, ops: Any) -> Any:
                return await store.abatch(ops)

        async def use() -> None:
            batched = Batched()
            await asyncio.gather(*(batched.aput(("a",), f"k{i}", {"n": i}) for i in range(20)))
            await asyncio.gather(batched.aput(("a",), "k0", {"n": 100}), batched.aput(("a",), "k0", {"n": 200}))
            found = await asyncio.gather(*(batched.aget(("a",), f"k{i}") for i in range(20)))
            assert [item.value["n"] for item in found if item] == [200, *range(1, 20)]

        asyncio.run(use())


class TestBatches:
    def test_answers_are_in_the_order_of_the_operations(self, store: GreeumStore) -> None:
        store.put(("test", "foo"), "key1", {"data": "value1"})
        answers = store.batch(
            [
                GetOp(("test", "foo"), "key1"),
                PutOp(("test", "bar"), "key2", {"data": "value2"}),
                SearchOp(("test",), filter={"data": "value1"}),
                ListNamespacesOp(),
                GetOp(("test",), "key3"),
            ]
        )
        item, put, found, namespaces, none = answers
        assert isinstance(item, Item) and item.value == {"data": "value1"}
        assert put is None and none is None
        assert isinstance(found, list) and [one.key for one in found if isinstance(one, Item)] == ["key1"]
        assert namespaces == [("test", "foo")]

    def test_reads_see_what_was_there_before(self, store: GreeumStore) -> None:
        store.put(("a",), "k", {"n": 1})
        old, _, also_old = store.batch([GetOp(("a",), "k"), PutOp(("a",), "k", {"n": 2}), GetOp(("a",), "k")])
        assert isinstance(old, Item) and old == also_old and old.value == {"n": 1}
        assert store.get(("a",), "k").value == {"n": 2}  # type: ignore[union-attr]

    def test_the_last_put_of_a_key_holds(self, store: GreeumStore) -> None:
        store.put(("a",), "old", {"n": 0})
        store.batch(
            [
                PutOp(("a",), "old", None),
                PutOp(("a",), "old", {"n": 1}),
                PutOp(("a",), "new", {"n": 1}),
                PutOp(("a",), "new", {"n": 2}),
                PutOp(("a",), "gone", {"n": 1}),
                PutOp(("a",), "gone", None),
            ]
        )
        assert {item.key: item.value["n"] for item in store.search(("a",))} == {"old": 1, "new": 2}

    def test_a_batch_with_something_wrong_changes_nothing(self, store: GreeumStore) -> None:
        store.put(("a",), "k", {"n": 1})
        for wrong in (
            PutOp(("a",), "k" * (NAME_BYTES_MAX + 1), {"n": 1}),
            PutOp(("a",), "", {"n": 1}),
            PutOp(("a",), "x", {"n": object()}),
            PutOp(("a",), "x", {"n": float("nan")}),
            PutOp(("a",), "x", {"langgraph": 1}),
            PutOp(("a",), "x", [1]),  # type: ignore[arg-type]
            PutOp(("a",), "x", {"n": 1}, ttl=0),
            PutOp(("a",), "x", {"n": 1}, ttl=float("nan")),
            PutOp(("a",), "x", {"n": 1}, index="n"),  # type: ignore[arg-type]
            PutOp(tuple("abcdefghijklmnopqrst"), "x", {"n": 1}),
            SearchOp(("a",), limit=-1),
            SearchOp(("a",), filter={"n": {"$near": 1}}),
            ListNamespacesOp(max_depth=0),
            "put",
        ):
            with pytest.raises(InvalidInput):
                store.batch([PutOp(("a",), "k", {"n": 2}), PutOp(("a",), "new", {"n": 2}), wrong])  # type: ignore[list-item]
        assert {item.key: item.value["n"] for item in store.search(("a",))} == {"k": 1}


class TestNamespaces:
    @pytest.mark.parametrize("namespace", [(), ("the", "thing.about"), ("some", ""), ("langgraph", "a"), (1,)])
    def test_those_that_langgraph_refuses_are_refused(self, store: GreeumStore, namespace: tuple[str, ...]) -> None:
        with pytest.raises(InvalidNamespaceError):
            store.put(namespace, "k", {"n": 1})

    def test_labels_are_checked_in_batches_too(self, store: GreeumStore) -> None:
        for op in (PutOp(("a.b",), "k", {"n": 1}), GetOp(("a", ""), "k"), SearchOp(("a.b",))):
            with pytest.raises(InvalidNamespaceError):
                store.batch([op])

    def test_one_that_begins_alike_is_another(self, store: GreeumStore) -> None:
        labels = ("foo", "foobar", "Foo", "foo\n", "fo%o", "fo_o", "fo?o", "fo*o", "fo[o]", "f/o", "f\no", "*")
        for label in labels:
            store.put((label,), "k", {"n": 1})
            store.put((label, "child"), "k", {"n": 1})
        for label in labels:
            assert {item.namespace for item in store.search((label,))} == {(label,), (label, "child")}
            if label != "*":  # which stands for any label in a condition
                assert set(store.list_namespaces(prefix=(label,))) == {(label,), (label, "child")}
                assert store.list_namespaces(suffix=(label,)) == [(label,)]

    def test_an_empty_prefix_is_everything(self, store: GreeumStore) -> None:
        places = [("a",), ("b", "c"), ("d", "e", "f")]
        for place in places:
            store.put(place, "k", {"n": 1})
        assert {item.namespace for item in store.search(())} == set(places)

    @pytest.fixture
    def listed(self, store: GreeumStore) -> GreeumStore:
        for place in ("a b c", "a b d e", "a b d i", "a b f", "a c f", "b a f", "users 1", "users 2 settings"):
            store.put(tuple(place.split()), "k", {"n": 1})
        return store

    @pytest.mark.parametrize(
        ("options", "expected"),
        [
            ({"prefix": ("a", "b")}, ["a b c", "a b d e", "a b d i", "a b f"]),
            ({"suffix": ("f",)}, ["a b f", "a c f", "b a f"]),
            ({"prefix": ("a",), "suffix": ("f",)}, ["a b f", "a c f"]),
            ({"prefix": ("a", "b"), "max_depth": 3}, ["a b c", "a b d", "a b f"]),
            ({"prefix": ("a", "b"), "limit": 2}, ["a b c", "a b d e"]),
            ({"prefix": ("a", "b"), "offset": 2}, ["a b d i", "a b f"]),
            ({"prefix": ("a", "b"), "offset": 1, "limit": 2}, ["a b d e", "a b d i"]),
            ({"prefix": ("a", "*", "f")}, ["a b f", "a c f"]),
            ({"suffix": ("*", "f")}, ["a b f", "a c f", "b a f"]),
            ({"suffix": ("c", "f")}, ["a c f"]),
            ({"prefix": ("a", "b", "c", "d")}, []),
            ({"prefix": ("users", "1")}, ["users 1"]),
            ({"prefix": ("user",)}, []),
            ({"max_depth": 1}, ["a", "b", "users"]),
            ({"limit": 0}, []),
        ],
    )
    def test_they_are_listed(self, listed: GreeumStore, options: dict[str, Any], expected: list[str]) -> None:
        assert listed.list_namespaces(**options) == [tuple(place.split()) for place in expected]

    def test_only_where_something_is(self, store: GreeumStore) -> None:
        assert store.list_namespaces() == []
        store.put(("a",), "k", {"n": 1})
        store.delete(("a",), "k")
        assert store.list_namespaces() == []

    def test_more_than_a_page_of_them(self, memory: Memory) -> None:
        store = GreeumStore(memory)
        store.batch([PutOp(("n", f"{i:04}"), "k", {"n": i}) for i in range(1_100)])
        assert store.list_namespaces(offset=1_095) == [("n", f"{i:04}") for i in range(1_095, 1_100)]

    def test_an_unknown_kind_of_condition_is_refused(self, listed: GreeumStore) -> None:
        condition = MatchCondition("infix", ("a",))  # type: ignore[arg-type]
        with pytest.raises(InvalidInput):
            listed.batch([ListNamespacesOp((condition,))])


FILTERED: dict[str, dict[str, Any]] = {
    "one": {"text": "red apple", "color": "red", "score": 4.5, "tags": ["x", "y"], "in": {"a": 1, "b": 2}, "ok": True},
    "two": {"text": "red car", "color": "red", "score": 3, "tags": ["x"], "in": {"a": 1}, "ok": False},
    "three": {"text": "green apple", "color": "green", "score": 10, "tags": [], "ok": 1},
    "four": {"text": "blue car", "size": "10"},
    "five": {"text": "grey car", "owner-of": "Ann", "2nd": 2, "in it": {"3-rd": "x", "it's": 'a "b"'}},
}


class TestFilters:
    @pytest.fixture
    def filled(self, store: GreeumStore) -> GreeumStore:
        for key, value in FILTERED.items():
            store.put(("test",), key, value)
        return store

    @pytest.mark.parametrize("query", [None, "apple or car"])
    @pytest.mark.parametrize(
        ("condition", "expected"),
        [
            ({}, {"one", "two", "three", "four", "five"}),
            ({"color": "red"}, {"one", "two"}),
            ({"color": {"$eq": "red"}}, {"one", "two"}),
            ({"color": {"$ne": "red"}}, {"three", "four", "five"}),
            ({"color": None}, {"four", "five"}),
            ({"color": {"$ne": None}}, {"one", "two", "three"}),
            ({"score": {"$gt": 3}}, {"one", "three"}),
            ({"score": {"$gte": 3}}, {"one", "two", "three"}),
            ({"score": {"$lt": 4.5}}, {"two"}),
            ({"score": {"$lte": 4.5, "$gt": 3}}, {"one"}),
            ({"score": {"$lt": float("inf")}}, {"one", "two", "three"}),
            ({"score": {"$lt": 10**100}}, {"one", "two", "three"}),
            ({"score": {"$eq": float("nan")}}, set()),
            ({"size": {"$lt": 20}}, set()),
            ({"color": {"$gt": "green"}}, {"one", "two"}),
            ({"color": {"$gte": "green"}, "score": {"$gte": 4}}, {"one", "three"}),
            ({"tags": ["x"]}, {"two"}),
            ({"tags": ("x", "y")}, {"one"}),
            ({"tags": []}, {"three"}),
            ({"tags": {"$ne": ["x"]}}, {"one", "three", "four", "five"}),
            ({"in": {"a": 1}}, {"one", "two"}),
            ({"in": {"a": 1, "b": {"$gt": 1}}}, {"one"}),
            ({"in": {"$eq": {"a": 1}}}, {"two"}),
            ({"in.b": 2}, {"one"}),
            ({"ok": True}, {"one"}),
            ({"ok": 1}, {"three"}),
            ({"color": "red' OR '1'='1"}, set()),
            ({"nowhere": {"$gt": 1}}, set()),
            ({"score": {"$gt": float("-inf")}}, {"one", "two", "three"}),
            ({"owner-of": "Ann"}, {"five"}),
            ({"2nd": {"$gte": 2}}, {"five"}),
            ({"in it.3-rd": "x"}, {"five"}),
            ({"in it": {"it's": 'a "b"'}}, {"five"}),
            ({"color') = 'red' OR ('1": "1"}, set()),
        ],
    )
    def test_what_they_let_through(
        self, filled: GreeumStore, condition: dict[str, Any], expected: set[str], query: str | None
    ) -> None:
        assert set(keys(filled.search(("test",), filter=condition, query=query))) == expected

    @pytest.mark.parametrize(
        "condition",
        [{"color": {"$like": "r"}}, {"$or": [{"color": "red"}]}, {"score": {"$gt": None}}, {"score": {"$gt": True}},
         {"langgraph": 1}, {"langgraph.ttl": 1}, {"": 1}, {1: 1}, ["color"], {"at": object()}],
    )  # fmt: skip
    def test_what_is_not_known_is_refused(self, filled: GreeumStore, condition: Any) -> None:
        with pytest.raises(InvalidInput, match="filter"):
            filled.search(("test",), filter=condition)

    def test_pages_are_of_what_passes(self, filled: GreeumStore) -> None:
        for condition in ({"score": {"$gte": 0}}, {"color": {"$gte": "a"}}):
            pages = [keys(filled.search(("test",), filter=condition, limit=2, offset=offset)) for offset in (0, 2, 4)]
            assert pages == [["three", "two"], ["one"], []]

    def test_one_that_leaves_too_little_of_the_best_is_refused(self, memory: Memory) -> None:
        store = GreeumStore(memory)
        store.batch([PutOp(("a",), f"k{i}", {"text": "ferry", "tags": [i]}) for i in range(K_MAX + 1)])
        assert len(store.search(("a",), query="ferry", filter={"tags": {"$ne": [1]}})) == 10
        with pytest.raises(InvalidInput, match="filter"):
            store.search(("a",), query="ferry", filter={"tags": [7]})
        assert len(store.search(("a",), filter={"tags": [7]})) == 1


class TestSearching:
    def test_the_best_come_first_with_their_scores(self, store: GreeumStore) -> None:
        store.put(("a",), "trip", {"text": "The ferry to Jeju leaves at nine"})
        store.put(("a",), "food", {"text": "Shrimp is what she cannot eat"})
        store.put(("b",), "other", {"text": "The ferry to Jeju"})
        found = store.search(("a",), query="when does the ferry leave?")
        assert found[0].key == "trip" and found[0].score is not None
        assert all(item.score is not None and item.score <= found[0].score for item in found)
        assert "other" not in keys(found)

    def test_without_a_query_the_newest_come_first(self, store: GreeumStore) -> None:
        for key in ("a", "b", "c"):
            store.put(("n",), key, {"text": key})
        store.put(("n",), "a", {"text": "again"})
        for query in (None, "", "  "):
            found = store.search(("n",), query=query)
            assert keys(found) == ["a", "c", "b"]
            assert all(item.score is None for item in found)

    def test_pages(self, store: GreeumStore) -> None:
        for number in range(5):
            store.put(("n",), f"k{number}", {"text": f"test document number {number}"})
        for query in (None, "test document"):
            pages = [keys(store.search(("n",), query=query, limit=2, offset=offset)) for offset in (0, 2, 4, 6)]
            assert [len(page) for page in pages] == [2, 2, 1, 0]
            assert len({key for page in pages for key in page}) == 5
            assert store.search(("n",), query=query, limit=0) == []

    def test_more_than_a_page_of_a_listing(self, memory: Memory) -> None:
        store = GreeumStore(memory)
        store.batch([PutOp(("a",), f"k{i:04}", {"n": i}) for i in range(1_100)])
        assert len(store.search(("a",), limit=2_000)) == 1_100
        assert [item.value["n"] for item in store.search(("a",), offset=1_098)] == [1, 0]

    def test_it_goes_no_deeper_than_the_index_ranks(self, store: GreeumStore) -> None:
        with pytest.raises(InvalidInput, match="offset"):
            store.search((), query="x", offset=K_MAX)

    @pytest.mark.parametrize("text", ["这是中文", "これは日本語です", "이건 한국어야", "Это русский", "यह रूसी है"])
    def test_in_many_languages(self, store: GreeumStore, text: str) -> None:
        for number, other in enumerate(["这是中文", "これは日本語です", "이건 한국어야", "Это русский", "यह रूसी है"]):
            store.put(("a",), str(number), {"text": other})
        assert store.search(("a",), query=text)[0].value == {"text": text}


class TestIndexing:
    def test_all_of_a_value_is_searched_for(self, store: GreeumStore) -> None:
        store.put(("a",), "k", {"title": "Ferry", "stops": [{"name": "Jeju"}], "km": 12})
        store.put(("a",), "other", {"title": "Dentist"})
        for query in ("ferry", "Jeju", "km 12"):
            assert store.search(("a",), query=query)[0].key == "k"

    def test_or_the_fields_that_are_named(self, memory: Memory) -> None:
        store = GreeumStore(memory, fields=["title", "stops[*].name"])
        store.put(("a",), "k", {"title": "Ferry", "stops": [{"name": "Jeju"}, {"name": "Udo"}], "note": "shrimp"})
        assert memory.get(key="k", namespace="a").text == "Ferry\nJeju\nUdo"

    def test_or_those_that_are_named_with_the_item(self, memory: Memory) -> None:
        store = GreeumStore(memory, fields=["title"])
        store.put(("a",), "k", {"title": "Ferry", "note": "shrimp"}, index=["note"])
        assert memory.get(key="k", namespace="a").text == "shrimp"
        store.put(("a",), "k", {"title": "Ferry", "note": "shrimp"}, index=["$"])
        assert memory.get(key="k", namespace="a").text == '{"note": "shrimp", "title": "Ferry"}'

    @pytest.mark.parametrize(
        ("value", "text"),
        [
            ({"text": "I like pizza"}, "I like pizza"),
            ({"theme": "dark"}, "theme: dark"),
            ({"kind": "Memory", "content": {"content": "I like pizza"}}, "kind: Memory\nI like pizza"),
            ({"title": "Ferry", "stops": ["Udo", "Jeju"], "km": 12}, "title: Ferry\nstops: Udo\nstops: Jeju\nkm: 12"),
            ({"data": 5, "ok": True, "by": None, "more": {}}, "data: 5\nok: true\nby: null"),
        ],
    )
    def test_a_value_reads_as_text(self, memory: Memory, value: dict[str, Any], text: str) -> None:
        GreeumStore(memory).put(("a",), "k", value)
        assert memory.get(key="k", namespace="a").text == text

    @pytest.mark.parametrize(
        ("value", "index"),
        [({"text": "ferry"}, False), ({"text": "ferry"}, []), ({"text": "ferry"}, ["title"]), ({}, None),
         ({"text": " "}, None)],
    )  # fmt: skip
    def test_what_is_not_indexed_is_there_but_not_found(self, store: GreeumStore, value: Any, index: Any) -> None:
        store.put(("a",), "ferry", value, index=index)
        store.put(("a",), "other", {"text": "a ship"})
        assert store.get(("a",), "ferry").value == value  # type: ignore[union-attr]
        assert keys(store.search(("a",), query="ferry")) == ["other"]
        assert keys(store.search(("a",))) == ["other", "ferry"]

    def test_indexing_can_be_changed(self, store: GreeumStore) -> None:
        store.put(("a",), "k", {"text": "ferry"}, index=False)
        store.put(("a",), "k", {"text": "ferry"})
        assert keys(store.search(("a",), query="ferry")) == ["k"]
        store.put(("a",), "k", {"text": "ferry"}, index=False)
        assert store.search(("a",), query="ferry") == []

    def test_fields_must_be_paths(self, memory: Memory) -> None:
        with pytest.raises(InvalidInput, match="fields"):
            GreeumStore(memory, fields="title")


class TestExpiring:
    SOON_MINUTES = 0.001

    def test_it_is_supported(self, store: GreeumStore) -> None:
        assert BaseStore.supports_ttl is False and store.supports_ttl is True

    def test_what_has_expired_is_not_there(self, store: GreeumStore) -> None:
        store.put(("a",), "k", {"text": "ferry"}, ttl=self.SOON_MINUTES)
        store.put(("b",), "k", {"text": "ferry"}, ttl=None)
        until(lambda: store.get(("a",), "k", refresh_ttl=False) is None)
        until(lambda: store.search((), query="ferry") != [] and len(store.search(())) == 1)
        assert store.list_namespaces() == [("b",)]

    def test_a_key_that_has_expired_is_free(self, store: GreeumStore) -> None:
        store.put(("a",), "k", {"text": "old"}, ttl=self.SOON_MINUTES)
        first = store.get(("a",), "k", refresh_ttl=False)
        until(lambda: store.get(("a",), "k", refresh_ttl=False) is None)
        store.put(("a",), "k", {"text": "new"})
        item = store.get(("a",), "k")
        assert item is not None and item.value == {"text": "new"}
        assert first is None or item.created_at > first.created_at

    def test_a_put_without_one_ends_it(self, store: GreeumStore, memory: Memory) -> None:
        store = GreeumStore(memory)
        store.put(("a",), "k", {"text": "x"}, ttl=60)
        assert memory.get(key="k", namespace="a").expires_at is not None
        store.put(("a",), "k", {"text": "x"})
        assert memory.get(key="k", namespace="a").expires_at is None

    @pytest.mark.parametrize("read", ["get", "search", "listing"])
    @pytest.mark.parametrize("refresh", [True, False, None])
    @pytest.mark.parametrize("on_read", [True, False])
    def test_reading_moves_it_on(self, memory: Memory, read: str, refresh: bool | None, on_read: bool) -> None:
        store = GreeumStore(memory, ttl={"default_ttl": 60, "refresh_on_read": on_read})
        store.put(("a",), "k", {"text": "ferry"})
        before = memory.get(key="k", namespace="a").expires_at
        if read == "get":
            store.get(("a",), "k", refresh_ttl=refresh)
        else:
            store.search(("a",), query="ferry" if read == "search" else None, refresh_ttl=refresh)
        after = memory.get(key="k", namespace="a").expires_at
        assert before is not None and after is not None
        assert (after > before) is (on_read if refresh is None else refresh)

    def test_the_default_holds_where_none_is_named(self, memory: Memory) -> None:
        store = GreeumStore(memory, ttl={"default_ttl": 60})
        store.put(("a",), "default", {"n": 1})
        store.put(("a",), "never", {"n": 1}, ttl=None)
        store.put(("a",), "sooner", {"n": 1}, ttl=5)
        left = {block.key: block.expires_at for block in memory.list()}
        assert left["never"] is None and left["sooner"] is not None and left["default"] is not None
        assert left["sooner"] < left["default"]

    def test_nothing_of_it_is_in_the_value(self, store: GreeumStore) -> None:
        store.put(("a",), "k", {"n": 1}, ttl=60)
        store.put(("a",), "k", {"n": 2}, ttl=60)
        assert store.get(("a",), "k").value == {"n": 2}  # type: ignore[union-attr]
        assert store.search(("a",))[0].value == {"n": 2}

    @pytest.mark.parametrize(
        "ttl", [{"omit_expired": False}, {"sweep_interval_minutes": 5}, {"default": 5}]
    )  # fmt: skip
    def test_what_would_have_no_effect_is_refused(self, memory: Memory, ttl: Any) -> None:
        with pytest.raises(InvalidInput, match="ttl"):
            GreeumStore(memory, ttl=ttl)

    def test_an_item_put_anew_while_it_is_read_keeps_its_own_time(
        self, memory: Memory, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store = GreeumStore(memory)
        store.put(("a",), "k", {"text": "old"}, ttl=60)
        update = memory.update

        def overtaken(block: int, **fields: Any) -> Any:
            monkeypatch.undo()
            store.put(("a",), "k", {"text": "new"})
            return update(block, **fields)

        monkeypatch.setattr(memory, "update", overtaken)
        assert store.get(("a",), "k").value == {"text": "old"}  # type: ignore[union-attr]
        assert store.get(("a",), "k").value == {"text": "new"}  # type: ignore[union-attr]
        assert memory.get(key="k", namespace="a").expires_at is None


class TestBesideOtherDoors:
    def test_what_others_have_added_is_there(self, memory: Memory) -> None:
        store = GreeumStore(memory, namespace="acme")
        block = memory.add("I moved to Busan.", namespace="acme/alice", source="alice", metadata={"mood": "glad"})
        item = store.search(("alice",), query="where does she live?")[0]
        assert (item.key, item.value) == (f"#{block.id}", {"mood": "glad", "text": "I moved to Busan."})
        assert store.get(("alice",), item.key) == Item(
            value=item.value, key=item.key, namespace=("alice",), created_at=block.added_at, updated_at=block.added_at
        )
        assert store.get(("ben",), item.key) is None and store.get(("alice",), "#999") is None
        assert keys(store.search(("alice",), filter={"mood": "glad"})) == [item.key]

    def test_its_key_stays_when_it_is_put_over(self, memory: Memory) -> None:
        store = GreeumStore(memory)
        block = memory.add("I moved to Busan.", namespace="alice")
        store.put(("alice",), f"#{block.id}", {"text": "I moved to Jeju."})
        assert keys(store.search(("alice",))) == [f"#{block.id}"]
        assert store.get(("alice",), f"#{block.id}").value == {"text": "I moved to Jeju."}  # type: ignore[union-attr]
        store.delete(("alice",), f"#{block.id}")
        assert memory.list() == []

    def test_what_is_put_is_found_by_others(self, memory: Memory) -> None:
        GreeumStore(memory).put(("alice", "facts"), "city", {"text": "She lives in Busan.", "sure": 0.9})
        hit = memory.search("where does she live?", namespace="alice", where={"metadata.sure": {"gt": 0.5}})[0]
        assert (hit.block.key, hit.block.kind) == ("city", "item")

    def test_an_overwritten_value_is_in_the_history(self, memory: Memory) -> None:
        store = GreeumStore(memory)
        for city in ("Seoul", "Busan"):
            store.put(("a",), "city", {"text": city})
        assert [one.text for one in memory.history(memory.get(key="city", namespace="a").id)] == ["Seoul", "Busan"]

    def test_a_name_for_notes_that_others_use_does_no_harm(self, memory: Memory) -> None:
        memory.add("x", namespace="a", key="k", metadata={"langgraph": "theirs"})
        memory.add("y", namespace="a", key="l", metadata={"langgraph": {"created_at": 5}})
        store = GreeumStore(memory)
        assert {item.key: item.value for item in store.search(("a",))} == {"k": {"text": "x"}, "l": {"text": "y"}}


PLACES = st.sampled_from([("a",), ("a", "b"), ("b",), ("a", "b", "c")])

KEYS = st.sampled_from(["k", "l"])

VALUES = st.fixed_dictionaries(
    {"n": st.integers(0, 3), "name": st.sampled_from(["x", "y"]), "in": st.fixed_dictionaries({"m": st.integers(0, 1)})}
)

CONDITIONS = st.sampled_from(
    [None, {"n": 1}, {"n": {"$gt": 1}}, {"n": {"$gte": 1, "$lt": 3}}, {"name": {"$ne": "x"}}, {"in": {"m": 1}},
     {"in": {"m": {"$lte": 0}}, "name": "y"}, {"name": {"$eq": "y"}, "n": {"$ne": 2}}]
)  # fmt: skip


def made(kind: Any, *parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.tuples(*parts).map(lambda given: kind(*given))


OPERATIONS = st.one_of(
    made(PutOp, PLACES, KEYS, VALUES),
    made(PutOp, PLACES, KEYS, VALUES | st.none(), st.sampled_from([None, False, ["name"]])),
    made(GetOp, PLACES, KEYS),
    made(SearchOp, PLACES | st.just(()), CONDITIONS),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.lists(OPERATIONS, min_size=1, max_size=4), min_size=2, max_size=8))
def test_it_answers_as_langgraph_own_store(batches: list[list[Any]]) -> None:
    def shown(answer: Any) -> Any:
        if isinstance(answer, list):
            return sorted((item.namespace, item.key, str(item.value)) for item in answer)
        return answer and (answer.namespace, answer.key, answer.value)

    with testing.memory() as memory:
        theirs, ours = InMemoryStore(), GreeumStore(memory)
        for batch in batches:
            assert list(map(shown, ours.batch(batch))) == list(map(shown, theirs.batch(batch))), batch
        everything = theirs.search((), limit=100)
        assert shown(ours.search((), limit=100)) == shown(everything)
        assert ours.list_namespaces() == sorted({item.namespace for item in everything})


def test_writers_of_one_key_do_not_lose_each_other(tmp_path: Path) -> None:
    """Each put holds or is overwritten as a whole: one item is left, whose text and value belong together."""
    with greeum.open(tmp_path) as memory:
        store, start = GreeumStore(memory), Barrier(4)
        failed: list[Exception] = []

        def write(writer: int) -> None:
            start.wait()
            try:
                for number in range(15):
                    store.put(("a",), "k", {"text": f"{writer} wrote {number}", "writer": writer}, index=["text"])
            except greeum.GreeumError as error:
                failed.append(error)

        threads = [Thread(target=write, args=(writer,)) for writer in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failed == []
        (block,) = memory.list()
        assert block.text.startswith(f"{block.metadata['writer']} wrote") and block.text == block.metadata["text"]
