"""Changes as they happen: what a stream of events says, and that nothing is left out where streams end or break."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.scripted import RESET, Says, Scripted, answer, chunks, problem, scripted, until

import greeum
from greeum.errors import Forbidden, InvalidInput, LogCut, ServerFailed, StoreClosed
from greeum.model import Change
from greeum.remote import feed as feeds
from greeum.remote import retries
from greeum.remote.events import events_of


def event(seq: int, name: str = "change") -> bytes:
    data = json.dumps(Change(seq, "block", seq).to_dict())
    return f"id: {seq}\nevent: {name}\ndata: {data}\n\n".encode()


def stream(*pieces: bytes, end: str = "stays", whole: bool = True) -> Says:
    return Says(chunks(*pieces, media_type="text/event-stream", whole=whole), end)


@pytest.fixture(autouse=True)
def without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "RECONNECT_S", 0.0)
    monkeypatch.setattr(retries, "BACKOFF_FIRST_S", 0.0)


@pytest.fixture
def server() -> Iterator[Scripted]:
    with scripted(stream(b"")) as server:
        yield server


class TestEvents:
    @pytest.mark.parametrize(
        ("lines", "events"),
        [
            ("data: 1\n\n", [("", "1")]),
            ("event: a\ndata: 1\n\ndata: 2\n\n", [("a", "1"), ("", "2")]),
            ("data:1\r\n\r\n", [("", "1")]),
            ("data: 1\ndata: 2\n\n", [("", "1\n2")]),
            (": heartbeat\n\n:\ndata: 1\n:\n: x\n\n", [("", "1")]),
            ("id: 7\nretry: 5\nevent: a\n\ndata: 1\n\n", [("", "1")]),
            ("data: 1\n", []),
            ("data:  1: 2\n\n", [("", " 1: 2")]),
            ("", []),
        ],
    )
    def test_become_complete_with_an_empty_line(self, lines: str, events: list[tuple[str, str]]) -> None:
        found = events_of(lines.encode().split(b"\n")[:-1])
        assert [(name.decode(), data.decode()) for name, data in found] == events


def test_changes_come_in_order_over_as_many_connections_as_it_takes(server: Scripted) -> None:
    server.script[:] = [
        stream(b": hello\n\n", event(1) + event(2)),
        stream(event(3), b"data: {", end="ends", whole=False),
        RESET,
        stream(event(4), b":\n\n", end="silent", whole=False),
    ]
    with greeum.connect(server.url) as memory, memory.follow(after=0) as feed:
        assert [next(feed).seq for _ in range(4)] == [1, 2, 3, 4]
        assert feed.seq == 4
    assert [one.target.partition("?")[2] for one in server.received] == ["after=0", "after=2", "after=3", "after=3"]
    assert all(one.headers["accept"] == "text/event-stream" for one in server.received)


def test_what_falls_silent_is_begun_anew(server: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "SILENCE_S", 0.05)
    server.script[:] = [stream(event(1), end="silent", whole=False), stream(event(2), end="silent", whole=False)]
    with greeum.connect(server.url) as memory, memory.follow() as feed:
        assert [next(feed).seq for _ in range(2)] == [1, 2]
        assert feed.trouble is not None
        assert "no answer within 0.05 s" in feed.trouble


def test_what_a_server_says_is_wrong_ends_it(server: Scripted) -> None:
    members = {"type": "urn:greeum:problem:forbidden", "title": "t", "status": 403, "detail": "the key was revoked"}
    said = b"event: problem\ndata: " + json.dumps(members).encode() + b"\n\n"
    server.script[:] = [problem("log-cut", 410, "it begins at 7"), stream(event(1), said)]
    with greeum.connect(server.url) as memory:
        with pytest.raises(LogCut, match="it begins at 7"):
            next(memory.follow())
        feed = memory.follow()
        assert next(feed).seq == 1
        with pytest.raises(Forbidden, match="the key was revoked"):
            next(feed)


@pytest.mark.parametrize("data", [b"{}", b"[]", b"{", b"\xff", b'{"seq": "1", "operation": "block", "block_id": 1}'])
def test_what_is_no_change_ends_it(server: Scripted, data: bytes) -> None:
    server.script[:] = [stream(b"data: " + data + b"\n\n")]
    with greeum.connect(server.url) as memory, pytest.raises(ServerFailed, match="what is no change"):
        next(memory.follow())


def test_so_does_a_server_that_is_gone(server: Scripted) -> None:
    server.script[:] = [stream(event(1)), Says(answer(404, b"", "text/html"))]
    with greeum.connect(server.url) as memory:
        feed = memory.follow()
        assert next(feed).seq == 1
        with pytest.raises(ServerFailed, match="answered 404"):
            next(feed)
        with pytest.raises(StopIteration):
            next(feed)


def test_another_thread_may_close_it(server: Scripted) -> None:
    server.script[:] = [stream(event(1), end="silent", whole=False)]
    with greeum.connect(server.url) as memory, ThreadPoolExecutor(1) as pool:
        feed = memory.follow()
        rest = pool.submit(list, feed)
        until(lambda: feed.seq == 1)
        feed.close()
        feed.close()
        assert [change.seq for change in rest.result(20)] == [1]


def test_closing_before_it_begins(server: Scripted) -> None:
    with greeum.connect(server.url) as memory:
        feed = memory.follow()
        feed.close()
        assert list(feed) == []
    assert server.received == []


def test_a_closed_memory_follows_nothing(server: Scripted) -> None:
    server.script[:] = [stream(event(1), end="silent", whole=False)]
    memory = greeum.connect(server.url)
    feed = memory.follow()
    with ThreadPoolExecutor(1) as pool:
        rest = pool.submit(list, feed)
        until(lambda: feed.seq == 1)
        memory.close()
        with pytest.raises(StoreClosed):
            rest.result(20)


def test_where_to_begin_is_checked(server: Scripted) -> None:
    with greeum.connect(server.url) as memory, pytest.raises(InvalidInput) as caught:
        memory.follow(-1)
    assert caught.value.field == "after"
