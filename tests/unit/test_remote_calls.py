"""What a remote memory is asked, it answers as the memory that the server keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from tests.conformance.memory import remember_much, tell
from tests.served import loop_in_a_thread, served

import greeum
from greeum import Hit, Memory, RemoteMemory, testing
from greeum.errors import GreeumError, InvalidInput, NotFound
from greeum.limits import QUERIES_MAX
from greeum.problems import KINDS
from greeum.remote.retries import Patience


@pytest.fixture(scope="module")
def local() -> Iterator[Memory]:
    with testing.memory() as memory:
        tell(memory)
        remember_much(memory, 400)
        memory.update(3, text="two plums")
        memory.anchors.set("A", 2)
        yield memory


@pytest.fixture(scope="module")
def remote(local: Memory) -> Iterator[RemoteMemory]:
    with loop_in_a_thread() as loop, served(loop, local) as server, greeum.connect(server.url) as memory:
        yield memory


QUESTIONS: list[Callable[[Any], object]] = [
    lambda memory: memory.context("violin and bridge", max_tokens=200),
    lambda memory: memory.context("plums", near="A", namespace="acme", where={"kind": "fact"}, weights={"near": 1}),
    lambda memory: memory.context("violin").tokens,
    lambda memory: memory.count(),
    lambda memory: memory.count(namespace="n/3", where={"source": "alice"}, history=True),
    lambda memory: memory.count(history=True),
    lambda memory: memory.facets("source"),
    lambda memory: memory.facets("source", query="hello", k=3),
    lambda memory: memory.count(query="hello"),
    lambda memory: memory.facets(["kind", "tags", "namespace"], namespace="acme", where={}, limit=2),
    lambda memory: memory.namespaces(namespace="n", limit=7),
    lambda memory: memory.namespaces(namespace="n", limit=7).cursor,
    lambda memory: memory.namespaces(namespace="n", limit=7, cursor=memory.namespaces(namespace="n", limit=7).cursor),
    lambda memory: memory.changes(),
    lambda memory: memory.changes(5, limit=3),
    lambda memory: memory.changes(memory.seq),
    lambda memory: memory.seq,
    lambda memory: memory.check(),
    lambda memory: memory.stats(),
    lambda memory: memory.list(limit=3).cursor,
    lambda memory: memory.history(3),
    lambda memory: memory.anchors.status(),
]


@pytest.mark.parametrize("ask", QUESTIONS)
def test_the_answers_are_equal(local: Memory, remote: RemoteMemory, ask: Callable[[Any], object]) -> None:
    assert ask(remote) == ask(local)


def rounded(hits: list[Hit]) -> list[dict[str, object]]:
    return [hit.to_dict() for hit in hits]


def test_hits_are_equal_but_for_rounding(local: Memory, remote: RemoteMemory) -> None:
    queries = ["violin", "부산 바다", "did alice paint the bridge?"]
    expected = [rounded(local.search(query, k=50)) for query in queries]
    assert [rounded(remote.search(query, k=50)) for query in queries] == expected
    assert [rounded(list(remote.stream(query, k=50))) for query in queries] == expected
    assert [rounded(hits) for hits in remote.search_many(queries, k=50)] == expected


@pytest.mark.parametrize("kind", [kind.error for kind in KINDS.values() if kind.error is not InvalidInput])
def test_errors_are_those_of_the_memory(
    local: Memory, remote: RemoteMemory, monkeypatch: pytest.MonkeyPatch, kind: type[GreeumError]
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise kind("it went wrong")

    monkeypatch.setattr(Memory, "get", fail)
    monkeypatch.setattr(Patience, "wait", lambda *_: False)
    with pytest.raises(GreeumError) as caught:
        remote.get(1)
    assert type(caught.value) is kind


def test_a_stream_may_be_left_and_refuses_at_once(remote: RemoteMemory) -> None:
    assert next(iter(remote.stream("violin", k=100))).score > 0
    with pytest.raises(InvalidInput) as caught:
        remote.stream("violin", k=0)
    assert caught.value.field == "k"
    with pytest.raises(NotFound):
        list(remote.stream("violin", near="nowhere"))


def test_more_queries_than_one_request_takes(local: Memory, remote: RemoteMemory) -> None:
    answers = remote.search_many(["violin"] * (QUERIES_MAX + 1), k=1, where={"source": "bob"})
    assert len(answers) == QUERIES_MAX + 1
    assert {hits[0].block.id for hits in answers} == {local.search("violin", k=1, where={"source": "bob"})[0].block.id}


def test_a_filter_as_long_as_filters_may_be(local: Memory, remote: RemoteMemory) -> None:
    where = {"source": {"in": [f"말하는 사람 {number} 번" * 2 for number in range(999)] + ["bob"]}}
    assert remote.count(where=where) == local.count(where=where) > 0
    assert rounded(remote.search("violin", where=where)) == rounded(local.search("violin", where=where))
    with pytest.raises(InvalidInput, match="a URL has room for 16,384 bytes") as caught:
        remote.list(where=where)
    assert caught.value.field == "where"
    where = {"source": {"in": [f"말하는 사람 {number} 번" for number in range(100)] + ["bob"]}}
    assert remote.list(where=where) == local.list(where=where)
