"""What needs no server is refused before anything is sent, with the words of a memory of one's own; and what is sent
says what was meant.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from tests.scripted import Received, Scripted, said, scripted

import greeum
from greeum import Anchors, Memory, RemoteMemory, testing
from greeum.errors import GreeumError, InvalidInput
from greeum.limits import BATCH_BODY_BYTES_MAX, BATCH_HITS_MAX, BATCH_MAX, K_MAX, QUERIES_MAX, TEXT_BYTES_MAX
from greeum.policies import Policies
from greeum.remote import bodies
from greeum.remote.anchors import RemoteAnchors
from greeum.remote.policies import RemotePolicies, RemoteScreening
from greeum.remote.retention import RemoteRetention
from greeum.retention import Retention
from greeum.screening import Screening

NAN, INFINITY = float("nan"), float("inf")

WRONG: list[Callable[[Any], object]] = [
    lambda memory: memory.add(5),
    lambda memory: memory.add(" "),
    lambda memory: memory.add("\ud800"),
    lambda memory: memory.add("a\0b"),
    lambda memory: memory.add("x" * (TEXT_BYTES_MAX + 1)),
    lambda memory: memory.add("hello", namespace="a//b"),
    lambda memory: memory.add("hello", namespace=5),
    lambda memory: memory.add("hello", namespace={"a"}),
    lambda memory: memory.add("hello", key=""),
    lambda memory: memory.add("hello", kind=None),
    lambda memory: memory.add("hello", source=5),
    lambda memory: memory.add("hello", tags="trip"),
    lambda memory: memory.add("hello", tags=["trip", 5]),
    lambda memory: memory.add("hello", importance=NAN),
    lambda memory: memory.add("hello", importance=INFINITY),
    lambda memory: memory.add("hello", importance="0.5"),
    lambda memory: memory.add("hello", importance=True),
    lambda memory: memory.add("hello", metadata={"x": NAN}),
    lambda memory: memory.add("hello", metadata={"x": {1, 2}}),
    lambda memory: memory.add("hello", metadata={"x": datetime(2025, 1, 1)}),
    lambda memory: memory.add("hello", metadata={"x": b"y"}),
    lambda memory: memory.add("hello", metadata={5: "y"}),
    lambda memory: memory.add("hello", metadata={"x": 2**53 + 1}),
    lambda memory: memory.add("hello", metadata={"x": "\udfff"}),
    lambda memory: memory.add("hello", metadata=[]),
    lambda memory: memory.add("hello", at=5),
    lambda memory: memory.add("hello", at=date(2025, 1, 1)),
    lambda memory: memory.add("hello", at="yesterday"),
    lambda memory: memory.add("hello", valid_from="10000-01-01"),
    lambda memory: memory.add("hello", expires_at=datetime.min.replace(tzinfo=timezone(timedelta(hours=9)))),
    lambda memory: memory.add("hello", ttl=0),
    lambda memory: memory.add("hello", ttl="1h"),
    lambda memory: memory.add("hello", ttl=NAN),
    lambda memory: memory.add("hello", ttl=timedelta(0)),
    lambda memory: memory.add("hello", ttl=60, expires_at="2025-03-04"),
    lambda memory: memory.add("hello", on_duplicate="replace"),
    lambda memory: memory.add("hello", on_conflict=True),
    lambda memory: memory.add("hello", near=True),
    lambda memory: memory.add("hello", near=0),
    lambda memory: memory.add("hello", near=1.5),
    lambda memory: memory.add("hello", near=2**53),
    lambda memory: memory.add_many("hello"),
    lambda memory: memory.add_many(5),
    lambda memory: memory.add_many([7]),
    lambda memory: memory.add_many([{}]),
    lambda memory: memory.add_many([{"text": "a"}, {"text": "b", "importance": 2}]),
    lambda memory: memory.add_many([{"text": "a", "importence": 1}]),
    lambda memory: memory.add_many([{"text": "a", 5: 1}]),
    lambda memory: memory.add_many([{"text": "a"}] * (BATCH_MAX + 1)),
    lambda memory: memory.search(5),
    lambda memory: memory.search(""),
    lambda memory: memory.search("hello", k=0),
    lambda memory: memory.search("hello", k=True),
    lambda memory: memory.search("hello", k=1.0),
    lambda memory: memory.search("hello", where="source = 'alice'"),
    lambda memory: memory.search("hello", where={"importance": NAN}),
    lambda memory: memory.search("hello", where={"source": object()}),
    lambda memory: memory.search("hello", history=1),
    lambda memory: memory.search("hello", exact="yes"),
    lambda memory: memory.search("hello", weights={"words": NAN}),
    lambda memory: memory.search("hello", weights={"words": "1"}),
    lambda memory: memory.search("hello", weights=[1]),
    lambda memory: memory.search("hello", near=""),
    lambda memory: list(memory.stream("hello", k=-1)),
    lambda memory: memory.search_many("hello"),
    lambda memory: memory.search_many(["hello", 5]),
    lambda memory: memory.context("hello", max_tokens=0),
    lambda memory: memory.get(),
    lambda memory: memory.get(1, key="k"),
    lambda memory: memory.get(1, namespace="acme"),
    lambda memory: memory.get("1"),
    lambda memory: memory.get(-1),
    lambda memory: memory.get(key=5),
    lambda memory: memory.list(limit=0),
    lambda memory: memory.list(limit=1_001),
    lambda memory: memory.list(newest_first=1),
    lambda memory: memory.list(cursor=5),
    lambda memory: memory.namespaces(cursor=5),
    lambda memory: memory.count(history=None),
    lambda memory: memory.count(expired=1),
    lambda memory: memory.list(expired="yes"),
    lambda memory: memory.facets("kind", limit=0),
    lambda memory: memory.facets("kind", k=5),
    lambda memory: memory.facets("kind", query="hello", k=1_001),
    lambda memory: memory.count(query=" "),
    lambda memory: memory.count(query="hello", expired=True),
    lambda memory: memory.namespaces(limit=0),
    lambda memory: memory.changes(-1),
    lambda memory: memory.changes(limit=0),
    lambda memory: memory.update("1", importance=1),
    lambda memory: memory.update(1, importance=NAN),
    lambda memory: memory.update(1, at=None),
    lambda memory: memory.update(1, ttl=-1),
    lambda memory: memory.update(1, ttl=None, expires_at=None),
    lambda memory: memory.update(1, metadata=None),
    lambda memory: memory.update(1, text=None),
    lambda memory: memory.update(1, importance=1, revision=0),
    lambda memory: memory.update(1, importance=1, revision="1"),
    lambda memory: memory.forget("1"),
    lambda memory: memory.forget(["1"]),
    lambda memory: memory.forget(None),
    lambda memory: memory.forget(0),
    lambda memory: memory.forget(),
    lambda memory: memory.forget({1: 2}),
    lambda memory: memory.forget(1, dry_run=1),
    lambda memory: memory.forget(1, namespace="a"),
    lambda memory: memory.forget([1], where={"kind": "note"}),
    lambda memory: memory.forget(namespace=""),
    lambda memory: memory.forget(namespace="/"),
    lambda memory: memory.forget(where={}),
    lambda memory: memory.forget(where={"source": object()}),
    lambda memory: memory.forget(where={"kind": "note"}, dry_run="yes"),
    lambda memory: memory.wipe(confirm=True),
    lambda memory: memory.wipe(confirm=-1),
    lambda memory: memory.certificates(namespace="/"),
    lambda memory: memory.certificates(where="{}"),
    lambda memory: memory.used("1"),
    lambda memory: memory.used([0]),
    lambda memory: memory.maintain(dry_run=1),
    lambda memory: memory.maintain(grace=-1),
    lambda memory: memory.maintain(grace="1h"),
    lambda memory: memory.retention.set(),
    lambda memory: memory.retention.set("a//b", max_blocks=1),
    lambda memory: memory.retention.set(kind="", max_blocks=1),
    lambda memory: memory.retention.set(max_age=0),
    lambda memory: memory.retention.set(max_age=timedelta(-1)),
    lambda memory: memory.retention.set(max_blocks=1.0),
    lambda memory: memory.retention.rule(kind=None),
    lambda memory: memory.retention.clear("/"),
    lambda memory: memory.quarantine(),
    lambda memory: memory.quarantine("1"),
    lambda memory: memory.quarantine(1, origin="web"),
    lambda memory: memory.quarantine(origin=""),
    lambda memory: memory.quarantine(source=5),
    lambda memory: memory.quarantine(origin="web", dry_run=1),
    lambda memory: memory.release(namespace="/"),
    lambda memory: memory.release(where={"source": object()}),
    lambda memory: memory.roll_back(origin=""),
    lambda memory: memory.roll_back(origin="web", since="yesterday"),
    lambda memory: memory.roll_back(origin="web", namespace="/"),
    lambda memory: memory.roll_back(origin="web", forget=1),
    lambda memory: memory.screening.set("secrets", "refuse"),
    lambda memory: memory.screening.set("secret", "drop"),
    lambda memory: memory.time_zone.set("Seoul"),
    lambda memory: memory.time_zone.set(9),
    lambda memory: memory.policies.get(5),
    lambda memory: memory.policies.set("", on_duplicate="keep"),
    lambda memory: memory.policies.set(on_duplicate="replace"),
    lambda memory: memory.policies.set(on_conflict=1),
    lambda memory: memory.link(1, "2"),
    lambda memory: memory.link(True, 2),
    lambda memory: memory.link(1, 2, kind=""),
    lambda memory: memory.link(1, 2, weight=NAN),
    lambda memory: memory.unlink(1, 2, kind=5),
    lambda memory: memory.links(1.0),
    lambda memory: memory.history(None),
    lambda memory: memory.anchor(5),
    lambda memory: memory.anchors.set("", 1),
    lambda memory: memory.anchors.set("A", "1"),
    lambda memory: memory.anchors.set("A", 1, hops=9),
    lambda memory: memory.anchors.set("A", 1, pinned=1),
    lambda memory: memory.anchors.get("A", namespace="/"),
    lambda memory: memory.anchors.status(namespace=5),
    lambda memory: memory.import_("lines"),
    lambda memory: memory.import_(5),
    lambda memory: memory.import_([], bring_back=1),
]


@pytest.fixture(scope="module")
def local() -> Iterator[Memory]:
    with testing.memory(embedder=testing.TinyEmbedder()) as memory:
        yield memory


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch) -> RemoteMemory:
    """A memory that cannot be reached, and need not be."""
    memory = greeum.connect("http://127.0.0.1:1")

    def refuse(*_: object) -> object:
        raise AssertionError("a request was sent")

    monkeypatch.setattr(memory._transport, "_tried", refuse)
    return memory


@pytest.mark.parametrize("act", WRONG)
def test_it_is_refused_here_as_it_is_there(local: Memory, nowhere: RemoteMemory, act: Callable[[Any], object]) -> None:
    with pytest.raises(GreeumError) as there:
        act(local)
    with pytest.raises(GreeumError) as here:
        act(nowhere)
    assert type(here.value) is type(there.value)
    assert vars(here.value) == vars(there.value)
    assert str(here.value) == str(there.value)


@pytest.mark.parametrize("vector", ["abc", [NAN], [INFINITY], [1e300], ["1"], [True], [0.0], 5])
def test_a_vector_of_no_numbers_is_refused(nowhere: RemoteMemory, vector: Any) -> None:
    for act in (
        lambda: nowhere.add("hello", vector=vector),
        lambda: nowhere.search("hello", vector=vector),
        lambda: nowhere.update(1, text="hello", vector=vector),
    ):
        with pytest.raises(InvalidInput) as caught:
            act()
        assert caught.value.field == "vector"


def test_more_than_fits_into_a_request_is_refused(nowhere: RemoteMemory) -> None:
    large = [{"text": "x" * TEXT_BYTES_MAX}] * (BATCH_BODY_BYTES_MAX // TEXT_BYTES_MAX)
    with pytest.raises(InvalidInput, match=r"at most 16,777,216 bytes go into one request"):
        nowhere.add_many(large)
    with pytest.raises(InvalidInput, match="at most 10,000 go into one request") as caught:
        nowhere.forget(range(1, BATCH_MAX + 2))
    assert caught.value.field == "block"


def test_an_anchor_itself_is_not_sent(nowhere: RemoteMemory, local: Memory) -> None:
    anchor = local.anchors.set("here", local.add("hello").id)
    with pytest.raises(InvalidInput, match="write 'here'") as caught:
        nowhere.search("hello", near=anchor)
    assert caught.value.field == "near"


OF_A_MEMORY_OF_ONES_OWN = {
    "at_hand", "backup", "drop_backups", "logical_hash", "merge", "of", "read_only", "screen",
    "search_json", "search_many_json", "through",
}  # fmt: skip
"""For servers, of the memory that they keep: whether there is something to wait for, and answers as they are sent. For
the machine that it is on: its directories. For Memory itself: what is asked with values that were checked."""

OF_A_REMOTE_MEMORY = {"follow", "url"}


def test_the_face_is_that_of_a_memory() -> None:
    """The same names, with the same arguments."""
    for face, other in (
        (Memory, RemoteMemory), (Anchors, RemoteAnchors), (Policies, RemotePolicies), (Retention, RemoteRetention),
        (Screening, RemoteScreening),
    ):  # fmt: skip
        here, there = offered(face), offered(other)
        assert there.keys() - OF_A_REMOTE_MEMORY == here.keys() - OF_A_MEMORY_OF_ONES_OWN
        for name, thing in here.items():
            if inspect.isfunction(thing) and name in there:
                assert parameters(there[name]) == parameters(thing), name


def offered(face: type) -> dict[str, Any]:
    return {name: getattr(face, name) for name in dir(face) if not name.startswith("_")}


def parameters(method: Callable[..., object]) -> list[tuple[str, object, object]]:
    """Names, kinds and defaults."""
    return [(one.name, one.kind, one.default) for one in inspect.signature(method).parameters.values()]


# What is sent.


@pytest.fixture
def server() -> Iterator[Scripted]:
    with scripted(said([])) as server:
        yield server


def sent(server: Scripted, act: Callable[[RemoteMemory], object]) -> Received:
    """The request that this makes, whatever becomes of the answer."""
    with greeum.connect(server.url) as memory, pytest.raises(GreeumError):
        act(memory)
    return server.received[-1]


def body_of(server: Scripted, act: Callable[[RemoteMemory], object]) -> Any:
    return json.loads(sent(server, act).body)


def test_a_block_is_sent_as_it_was_meant(server: Scripted) -> None:
    body = body_of(
        server,
        lambda memory: memory.add(
            '부산 "\u2028\x7f🏠\n', namespace=("acme", "a/b"), key="집", tags=iter(["b", "a", "b"]), importance=1,
            metadata={"t": (1, 2.5, None), "e": -1e-300}, at=datetime(2025, 3, 4, 9, 12, 0, 1),
            valid_from=datetime(2025, 3, 4, tzinfo=timezone(timedelta(hours=9))), near=7, vector=(1, 0.1),
        ),
    )  # fmt: skip
    assert body == {
        "text": '부산 "\u2028\x7f🏠\n', "namespace": "acme/a%2Fb", "kind": "message", "key": "집", "tags": ["b", "a"],
        "importance": 1.0, "metadata": {"t": [1, 2.5, None], "e": -1e-300}, "at": "2025-03-04T09:12:00.000001",
        "valid_from": "2025-03-03T15:00:00Z", "near": 7, "vector": [1.0, 0.1],
    }  # fmt: skip


def test_what_is_none_is_left_out(server: Scripted) -> None:
    body = body_of(server, lambda memory: memory.add_many([{"text": "a", "key": None, "at": None, "vector": None}]))
    assert body == {"blocks": [{"text": "a"}]}


def test_a_change_says_what_becomes_nothing(server: Scripted) -> None:
    request = sent(server, lambda memory: memory.update(7, source=None, tags=(), valid_to=None, revision=3))
    assert json.loads(request.body) == {"source": None, "tags": [], "valid_to": None}
    assert (request.method, request.target, request.headers["if-match"]) == ("PATCH", "/v1/blocks/7", '"7-3"')
    assert "if-match" not in sent(server, lambda memory: memory.update(7, text="hi")).headers


def test_a_search_is_sent_as_it_was_meant(server: Scripted) -> None:
    where: Mapping[str, object] = {"source": {"in": {"b", "a"}}, "at": {"gt": datetime(2025, 1, 1, tzinfo=UTC)}}
    body = body_of(server, lambda memory: memory.search("hi", k=3, where=where, near="A", weights={'"': 1, "words": 2}))
    assert body == {
        "query": "hi", "k": 3, "where": {"source": {"in": ["a", "b"]}, "at": {"gt": "2025-01-01T00:00:00Z"}},
        "near": "A", "weights": {'"': 1.0, "words": 2.0},
    }  # fmt: skip
    body = body_of(server, lambda memory: memory.search("", history=True, exact=True, namespace=["a"], vector=[1]))
    assert body == {"query": "", "k": 10, "history": True, "exact": True, "namespace": "a", "vector": [1.0]}


def test_names_in_a_url_are_encoded(server: Scripted) -> None:
    for act, target in (
        (lambda memory: memory.anchors.get("주/제:?#.", namespace="a b/c%2Fd"),
         "/v1/anchors/%EC%A3%BC%2F%EC%A0%9C%3A%3F%23.?namespace=a%20b%2Fc%252Fd"),
        (lambda memory: memory.anchor("A"), "/v1/anchors/A?namespace=&closest=true"),
        (lambda memory: memory.anchors.pin("a:b"), "/v1/anchors/a%3Ab:pin"),
        (lambda memory: memory.get(key="a&b=c+d"), "/v1/blocks:by-key?key=a%26b%3Dc%2Bd&namespace="),
        (lambda memory: memory.list(where={"source": "앨"}, limit=3),
         "/v1/blocks?namespace=&where=%7B%22source%22%3A%20%22%EC%95%A8%22%7D&limit=3&history=false&newest_first=false"),
    ):  # fmt: skip
        assert sent(server, act).target == target


def test_a_path_of_a_proxy_goes_before_it(server: Scripted) -> None:
    with greeum.connect(server.url + "/team/memory/") as memory, pytest.raises(GreeumError):
        memory.get(7)
    assert server.received[-1].target == "/team/memory/v1/blocks/7"


def test_many_queries_go_in_as_many_requests_as_they_need(monkeypatch: pytest.MonkeyPatch) -> None:
    assert [len(batch) for batch in bodies.batches(["q"] * (2 * QUERIES_MAX + 1), 100)] == [QUERIES_MAX, QUERIES_MAX, 1]
    monkeypatch.setattr(bodies, "QUERIES_CHARS_MAX", 10)
    assert list(bodies.batches(["12345", "12345", "1", "0123456789", "1"], 10)) == [
        ["12345", "12345"], ["1"], ["0123456789"], ["1"],
    ]  # fmt: skip
    assert list(bodies.batches([], 10)) == []


def test_queries_that_want_many_hits_go_in_smaller_batches() -> None:
    per_batch = BATCH_HITS_MAX // K_MAX
    assert [len(batch) for batch in bodies.batches(["q"] * (per_batch + 1), K_MAX)] == [per_batch, 1]
