"""What comes and goes in pieces: hits, exports, imports, changes. Nothing is held as a whole, and nothing waits."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from tests.asgi import Client, Exchange, talking

import greeum
from greeum import Hit, Memory, limits, testing
from greeum.api import transfer, watch
from greeum.api.application import application
from greeum.api.authentication import OpenDoor
from greeum.errors import LogCut, StoreClosed, Unauthenticated

NDJSON = {"content-type": "application/x-ndjson"}
LINES = {"accept": "application/x-ndjson"}
EVENTS = {"accept": "text/event-stream"}


@pytest.fixture
def memory() -> Iterator[Memory]:
    with testing.memory() as memory:
        yield memory


@pytest.fixture
def rest(memory: Memory) -> Iterator[Client]:
    with talking(application(memory)) as client:
        yield client


def search(rest: Client, headers: dict[str, str], **body: Any) -> Exchange:
    said = headers | {"content-type": "application/json"}
    return rest.open("POST", "/v1/search", said, json.dumps({"query": "turn"} | body).encode())


def events(text: str) -> list[dict[str, str]]:
    """Server-sent events, without comments."""
    found = [dict(line.split(": ", 1) for line in event.splitlines()) for event in text.split("\n\n") if event]
    return [event for event in found if "" not in event]


# Hits.


@pytest.fixture
def many(memory: Memory) -> Memory:
    memory.add_many([{"text": f"turn {n}"} for n in range(600)])
    return memory


def test_hits_come_one_a_line(rest: Client, many: Memory) -> None:
    reply = rest("POST", "/v1/search", {"query": "turn", "k": 500}, headers=LINES)
    assert reply.headers["content-type"] == "application/x-ndjson"
    assert [json.loads(line) for line in reply.text.splitlines()] == [
        hit.to_dict() for hit in many.stream("turn", k=500)
    ]
    assert rest("POST", "/v1/search", {"query": "turn", "namespace": "none"}, headers=LINES).body == b""


def test_hits_come_as_events(rest: Client, many: Memory) -> None:
    reply = rest("POST", "/v1/search", {"query": "turn", "k": 20}, headers=EVENTS)
    assert reply.headers["content-type"] == "text/event-stream"
    assert reply.headers["x-accel-buffering"] == "no"
    *hits, done = events(reply.text)
    assert {event["event"] for event in hits} == {"hit"}
    assert [json.loads(event["data"]) for event in hits] == [hit.to_dict() for hit in many.search("turn", k=20)]
    assert (done["event"], json.loads(done["data"])) == ("done", {"hits": 20})


@pytest.mark.parametrize(("k", "after"), [(10, [9]), (500, [9, *[64] * 7, 42])])
def test_the_first_hit_leaves_before_other_texts_are_read(
    rest: Client, many: Memory, monkeypatch: pytest.MonkeyPatch, k: int, after: list[int]
) -> None:
    read: list[int] = []
    in_store = many._store.blocks

    def blocks(ids: list[int]) -> Any:
        read.extend(ids)
        return in_store(ids)

    class Watched(Exchange):
        read_before: ClassVar[list[int]] = []
        """How many texts had been read when each message was sent."""

        async def _take(self, message: dict[str, Any]) -> None:
            self.read_before.append(len(read))
            await super()._take(message)

    monkeypatch.setattr(many._store, "blocks", blocks)
    scope = rest.scope("POST", "/v1/search", LINES | {"content-type": "application/json"})
    exchange = Watched(rest, scope, ahead_max=1)
    exchange.say(type="http.request", body=b'{"query":"turn","k":%d}' % k)
    assert exchange.hear()["type"] == "http.response.start"
    first = exchange.hear()
    assert (first["more_body"], first["body"].count(b"\n")) == (True, 1)
    assert exchange.read_before[:2] == [1, 1]
    assert [exchange.hear()["body"].count(b"\n") for _ in [*after, "end"]] == [*after, 0]
    assert len(read) == k
    exchange.end()


def test_hits_are_not_read_for_somebody_who_has_left(
    rest: Client, many: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    in_store = many._store.blocks

    def blocks(ids: list[int]) -> Any:
        read.extend(ids)
        if len(read) > 10:
            exchange.leave()
        return in_store(ids)

    monkeypatch.setattr(many._store, "blocks", blocks)
    exchange = search(rest, LINES, k=600)
    exchange.end()
    assert len(read) < 600


def test_hits_that_break_off_do_not_look_complete(rest: Client, many: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    def stream(query: str, **_: Any) -> Iterator[Hit]:
        yield from many.search(query, k=3)
        raise StoreClosed("it was closed")

    monkeypatch.setattr(type(many), "stream", lambda _, query, **options: stream(query, **options))
    exchange = search(rest, LINES)
    exchange.end()
    said = [exchange.hear() for _ in range(2)]
    while exchange.has_more():
        said.append(exchange.hear())
    assert all(message.get("more_body", True) for message in said)

    *hits, last = events(rest("POST", "/v1/search", {"query": "turn"}, headers=EVENTS).text)
    assert hits
    assert (last["event"], json.loads(last["data"])["type"]) == ("problem", "urn:greeum:problem:store-closed")


# Out and in.


@pytest.fixture
def revoked(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether keys do not hold any more: while it is not empty."""
    found: list[bool] = []

    def confirm(*_: object) -> None:
        if found:
            raise Unauthenticated("the key was revoked")

    monkeypatch.setattr(OpenDoor, "confirm", confirm)
    return found


@pytest.mark.parametrize(
    ("method", "target", "body"), [("GET", "/v1/export", b""), ("POST", "/v1/search", b'{"query":"turn","k":500}')]
)
def test_a_key_that_is_revoked_ends_what_is_being_sent(
    rest: Client,
    many: Memory,
    revoked: list[bool],
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    target: str,
    body: bytes,
) -> None:
    monkeypatch.setattr(transfer, "PIECE_BYTES_MIN", 1_000)
    exchange = Exchange(rest, rest.scope(method, target, LINES | {"content-type": "application/json"}), ahead_max=1)
    exchange.say(type="http.request", body=body)
    assert exchange.hear()["status"] == 200
    revoked.append(True)
    pieces = []
    while not exchange.task.done() or exchange.has_more():
        rest.until(lambda: exchange.task.done() or exchange.has_more())
        if exchange.has_more():
            pieces.append(exchange.hear())
    assert len(pieces) <= 2
    assert all(piece["more_body"] for piece in pieces)


def test_a_key_that_is_revoked_ends_what_is_being_taken_in(rest: Client, memory: Memory, revoked: list[bool]) -> None:
    line = json.dumps({"type": "greeum", "format": 1}).encode() + b"\n"
    exchange = rest.open("POST", "/v1/import", NDJSON, None)
    exchange.say(type="http.request", body=line, more_body=True)
    rest.until(exchange.is_read)
    revoked.append(True)
    exchange.say(type="http.request", body=b"\n", more_body=True)
    assert exchange.hear()["status"] == 401
    exchange.end()


def test_an_export_is_what_an_import_takes(rest: Client, many: Memory) -> None:
    many.link(1, 2)
    many.anchors.set("A", 3)
    out = rest("GET", "/v1/export")
    assert out.headers["content-type"] == "application/x-ndjson"
    assert out.text.splitlines() == list(many.export())
    with testing.memory() as other, talking(application(other)) as there:
        taken = there("POST", "/v1/import", body=out.body, headers=NDJSON)
        assert taken.json == {"added": 600, "present": 0, "forgotten": 0, "links": 1, "anchors": 1, "weights": 0}
        assert there("POST", "/v1/import", body=out.body, headers=NDJSON).json["present"] == 600
        assert [line for line in other.export() if '"block"' in line] == [
            line for line in many.export() if '"block"' in line
        ]


def test_an_export_is_sent_while_it_is_read(rest: Client, many: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = 0

    def lines() -> Iterator[str]:
        nonlocal taken
        for _ in range(1_000):
            taken += 1
            yield "x" * 1_000

    monkeypatch.setattr(many, "export", lines)
    exchange = rest.open("GET", "/v1/export")
    exchange.hear()
    assert len(exchange.hear()["body"]) >= transfer.PIECE_BYTES_MIN
    assert taken < 1_000
    exchange.leave()
    exchange.end()


def test_an_export_is_compressed_for_those_who_ask(rest: Client, many: Memory) -> None:
    small = rest("GET", "/v1/export", headers={"accept-encoding": "gzip"})
    assert small.headers["content-encoding"] == "gzip"
    assert gzip.decompress(small.body) == rest("GET", "/v1/export").body


def test_an_import_takes_lines_however_they_are_cut(rest: Client, many: Memory) -> None:
    whole = rest("GET", "/v1/export").body
    for size in (1_000, 70_000):
        with testing.memory() as other, talking(application(other)) as there:
            exchange = there.open("POST", "/v1/import", NDJSON, body=None)
            for start in range(0, len(whole), size):
                exchange.say(type="http.request", body=whole[start : start + size], more_body=True)
            exchange.say(type="http.request", body=b"")
            assert exchange.hear()["status"] == 200
            assert json.loads(exchange.hear()["body"])["added"] == 600


HEADER = b'{"type":"greeum","format":1}\n'


def test_the_last_line_needs_no_end(rest: Client, memory: Memory) -> None:
    body = HEADER + block(1) + block(2).rstrip(b"\n")
    assert rest("POST", "/v1/import", body=body, headers=NDJSON).json["added"] == 2


def block(n: int, **more: Any) -> bytes:
    record = {"type": "block", "uid": f"{n:032x}", "text": f"{n}", "at": "2025-01-01T00:00:00Z"} | more
    return json.dumps(record).encode() + b"\n"


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (b"no json\n", "line 3"),
        (block(2, text=""), "line 3: text"),
        (block(2, colour="red"), "line 3: colour"),
        (b'{"type":"block","uid":"\xff"}\n', "line 3"),
        (b"x" * (limits.BATCH_BODY_BYTES_MAX + 1), "line 3"),
        (b"[" * 100_000 + b"\n", "line 3"),
        (b'{"type":"link"}\n', "line 3: source"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_bad_line_is_named_and_what_came_before_it_stays(
    rest: Client, memory: Memory, bad: bytes, field: str
) -> None:
    reply = rest("POST", "/v1/import", body=HEADER + block(1) + bad + block(3), headers=NDJSON)
    assert (reply.status, reply.json["field"]) == (400, field)
    assert "taken in" in reply.json["detail"]
    assert [found.text for found in memory.list()] == ["1"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"no json\n", "line 1"),
        (block(1), "line 1: type"),
        (HEADER + b"no json\n", "line 2"),
        (b"", "lines"),
    ],
    ids=["no header", "a block", "the first record", "nothing"],
)
def test_nothing_is_said_of_what_came_before_where_nothing_did(rest: Client, body: bytes, field: str) -> None:
    reply = rest("POST", "/v1/import", body=body, headers=NDJSON)
    assert (reply.status, reply.json["field"]) == (400, field)
    assert "taken in" not in reply.json["detail"]


def test_with_a_report_what_cannot_be_taken_is_passed_over_and_named(rest: Client, memory: Memory) -> None:
    body = HEADER + block(1) + b"no json\n" + block(2, colour="red") + block(3)
    reply = rest("POST", "/v1/import?report=true", body=body, headers=NDJSON)
    assert reply.status == 200
    assert (reply.json["format"], reply.json["added"], reply.json["skipped"]) == ("greeum", 2, 2)
    assert [reason["where"] for reason in reply.json["reasons"]] == ["line 3", "line 4"]
    assert "no field of a block" in reply.json["reasons"][1]["reason"]
    assert [found.text for found in memory.list()] == ["1", "3"]


def test_a_dry_run_writes_nothing(rest: Client, memory: Memory) -> None:
    reply = rest("POST", "/v1/import?dry_run=true", body=HEADER + block(1) + b"no json\n", headers=NDJSON)
    assert (reply.json["dry_run"], reply.json["added"], reply.json["skipped"]) == (True, 1, 1)
    assert memory.count() == 0
    assert rest("POST", "/v1/import?dry_run=false", body=HEADER + block(1), headers=NDJSON).json["added"] == 1


@pytest.mark.parametrize("query", ["", "?report=true"])
@pytest.mark.parametrize("said", [{"content-encoding": "gzip"}, {}], ids=["announced", "not announced"])
def test_an_import_may_be_packed(rest: Client, memory: Memory, query: str, said: dict[str, str]) -> None:
    body = gzip.compress(HEADER + block(1) + block(2))
    assert rest("POST", "/v1/import" + query, body=body, headers=NDJSON | said).json["added"] == 2
    assert memory.count() == 2


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (gzip.compress(HEADER + block(1))[:-12], "body"),
        (gzip.compress(HEADER + block(1)) + b"rubbish", "body"),
        (HEADER + block(1), "content-encoding"),
        (b"", "content-encoding"),
        (gzip.compress(gzip.compress(HEADER)), "line 1"),
        (gzip.compress(HEADER + b" " * 80_000_000), "body"),
    ],
    ids=["cut off", "with a tail", "plain", "empty", "packed twice", "a bomb"],
)
@pytest.mark.parametrize("query", ["", "?report=true"])
def test_what_is_packed_and_cannot_be_unpacked_is_refused(rest: Client, body: bytes, field: str, query: str) -> None:
    reply = rest("POST", "/v1/import" + query, body=body, headers=NDJSON | {"content-encoding": "gzip"})
    assert (reply.status, reply.json["field"].partition(":")[0]) == (400, field)


def test_no_other_encoding_is_taken(rest: Client) -> None:
    for encoding in ("br", "zstd", "gzip, gzip"):
        reply = rest("POST", "/v1/import", body=HEADER, headers=NDJSON | {"content-encoding": encoding})
        assert reply.problem == "unsupported-media-type"


def test_what_has_come_is_taken_in_before_more_comes(rest: Client, memory: Memory) -> None:
    """Also of a report, which reads a stream: it waits for no more than there is."""
    exchange = rest.open("POST", "/v1/import?report=true", NDJSON, body=None)
    exchange.say(type="http.request", body=HEADER + block(1) + block(2)[:20], more_body=True)
    exchange.leave()
    exchange.end()
    assert not exchange.has_more()
    assert memory.count() == 1


@pytest.mark.parametrize("body", [b"", b"\n\n", block(1)], ids=["nothing", "empty lines", "no header"])
def test_an_import_says_what_follows(rest: Client, body: bytes) -> None:
    assert rest("POST", "/v1/import", body=body, headers=NDJSON).problem == "invalid-input"


def test_an_import_that_breaks_off_keeps_what_has_come(rest: Client, memory: Memory) -> None:
    exchange = rest.open("POST", "/v1/import", NDJSON, body=None)
    exchange.say(type="http.request", body=HEADER + block(1) + block(2)[:20], more_body=True)
    exchange.leave()
    exchange.end()
    assert not exchange.has_more()
    assert memory.count() == 1


def test_an_import_does_not_wait_for_ever(rest: Client, memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfer, "PIECE_TIMEOUT_S", 0.05)
    exchange = rest.open("POST", "/v1/import", NDJSON, body=None)
    exchange.say(type="http.request", body=HEADER + block(1), more_body=True)
    assert exchange.hear()["status"] == 408
    assert memory.count() == 1


# Changes.


def test_a_page_of_changes(rest: Client, memory: Memory) -> None:
    memory.add_many([{"text": "a"}, {"text": "b"}])
    memory.link(1, 2)
    memory.anchors.set("A", 1)
    memory.forget(2)
    page = rest("GET", "/v1/changes").json
    assert page == {"changes": [change.to_dict() for change in memory.changes()], "seq": memory.seq}
    assert rest("GET", "/v1/changes?after=1&limit=1").json["changes"] == page["changes"][1:2]
    assert rest("GET", f"/v1/changes?after={memory.seq}").json["changes"] == []
    assert rest("GET", "/v1/changes?after=1000").problem == "log-cut"
    assert rest("GET", "/v1/changes", headers={"last-event-id": "1"}).json["field"] == "last-event-id"


class Followed:
    """A stream of changes while it is open."""

    def __init__(self, rest: Client, target: str = "/v1/changes", **headers: str) -> None:
        self.rest = rest
        self.exchange = rest.open("GET", target, EVENTS | headers)
        start = self.exchange.hear()
        assert start["status"] == 200, start
        self.text = ""

    def hear(self, count: int) -> list[int]:
        """The seqs of all events so far, when there are as many."""
        while len(events(self.text)) < count:
            self.text += self.exchange.hear()["body"].decode()
        return [int(event["id"]) for event in events(self.text)]

    def leave(self) -> None:
        self.exchange.leave()
        self.exchange.end()


def test_changes_are_followed_as_they_are_made(rest: Client, memory: Memory) -> None:
    memory.add("before")
    followed = Followed(rest)
    assert followed.hear(1) == [1]
    rest("POST", "/v1/blocks", {"text": "during"})
    rest("PUT", "/v1/anchors/A", {"block": 1})
    assert followed.hear(3) == [1, 2, 3]
    assert [json.loads(event["data"]) for event in events(followed.text)] == [c.to_dict() for c in memory.changes()]
    assert {event["event"] for event in events(followed.text)} == {"change"}
    followed.leave()


def test_a_follower_resumes_where_it_was(rest: Client, memory: Memory) -> None:
    memory.add_many([{"text": f"{n}"} for n in range(5)])
    assert Followed(rest, "/v1/changes?after=3").hear(2) == [4, 5]
    assert Followed(rest, "/v1/changes?after=1", **{"last-event-id": "4"}).hear(1) == [5]
    for bad in ("x", "", "-1", "9" * 20):
        refused = rest("GET", "/v1/changes", headers=EVENTS | {"last-event-id": bad})
        assert refused.json["field"] == "last-event-id"
    assert rest("GET", "/v1/changes?after=6", headers=EVENTS).problem == "log-cut"
    assert rest("GET", "/v1/changes?limit=2", headers=EVENTS).json["field"] == "limit"


def test_a_follower_who_is_far_behind_misses_nothing(
    rest: Client, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "CHANGES_PER_STEP", 7)
    memory.add_many([{"text": f"{n}"} for n in range(50)])
    early, late = Followed(rest, "/v1/changes?after=50"), Followed(rest)
    memory.add_many([{"text": f"more {n}"} for n in range(50)])
    assert early.hear(50) == list(range(51, 101))
    assert late.hear(100) == list(range(1, 101))
    late.leave()
    memory.add("last")
    assert early.hear(51)[-1] == 101


def test_many_followers_ask_the_memory_once(rest: Client, memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = 0
    in_memory = memory.changes

    def changes(*arguments: Any, **options: Any) -> Any:
        nonlocal asked
        asked += 1
        return in_memory(*arguments, **options)

    followers = [Followed(rest) for _ in range(30)]
    monkeypatch.setattr(Memory, "changes", staticmethod(changes))
    memory.add("one")
    assert [follower.hear(1) for follower in followers] == [[1]] * 30
    assert asked == 1


def test_changes_of_another_process_are_followed(tmp_path: Path) -> None:
    with greeum.open(tmp_path) as memory, greeum.open(tmp_path) as elsewhere, talking(application(memory)) as rest:
        followed = Followed(rest)
        elsewhere.add("from elsewhere")
        assert followed.hear(1) == [1]


def test_a_silent_stream_shows_that_it_is_there(rest: Client, memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "HEARTBEAT_PERIOD_S", 0.01)
    monkeypatch.setattr(watch, "CONFIRM_PERIOD_S", 0.01)
    followed = Followed(rest)
    said = [followed.exchange.hear()["body"] for _ in range(3)]
    assert said == [b": changes after 0\n\n", b":\n\n", b":\n\n"]


def test_streams_end_when_the_server_ends(rest: Client, memory: Memory) -> None:
    followed = Followed(rest)
    followed.exchange.hear()
    rest.app._worker.health.stopping.set()
    last = followed.exchange.hear()
    assert last == {"type": "http.response.body", "body": b""}
    followed.exchange.end()


def test_a_follower_who_leaves_is_forgotten(rest: Client, memory: Memory) -> None:
    worker = rest.app._worker
    one, other = Followed(rest), Followed(rest)
    one.leave()
    memory.add("a")
    assert other.hear(1) == [1]
    other.leave()
    assert worker._watches == {}


def test_a_memory_that_fails_ends_its_streams(rest: Client, memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    followed = Followed(rest)
    followed.exchange.hear()

    def changes(*_: Any, **__: Any) -> Any:
        raise LogCut("the log was cut")

    monkeypatch.setattr(Memory, "changes", staticmethod(changes))
    memory.add("a")
    (event,) = events(followed.exchange.hear()["body"].decode())
    assert (event["event"], json.loads(event["data"])["status"]) == ("problem", 410)
    followed.exchange.end()


def test_a_key_that_is_revoked_ends_its_streams(rest: Client, memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    from greeum.errors import Unauthenticated

    monkeypatch.setattr(watch, "CONFIRM_PERIOD_S", 0.01)
    followed = Followed(rest)
    followed.exchange.hear()

    def confirm(_: object) -> None:
        raise Unauthenticated("the key has been revoked")

    monkeypatch.setattr(rest.app._worker.door, "confirm", confirm)
    (event,) = events(followed.exchange.hear()["body"].decode())
    assert json.loads(event["data"])["status"] == 401
    followed.exchange.end()
