"""Recall while somebody types, over a WebSocket."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from threading import Event
from typing import Any

import pytest
from tests.asgi import Client, Exchange, talking

from greeum import Memory, testing
from greeum.api import live
from greeum.api.application import Application, application
from greeum.api.authentication import Visitor
from greeum.api.gate import WEBSOCKET_BYTES_MAX
from greeum.api.health import Health
from greeum.api.hosts import Hosts
from greeum.api.logs import AccessLog
from greeum.api.metrics import Metrics
from greeum.api.operations import IDS
from greeum.api.tracing import Tracer
from greeum.control.model import Role
from greeum.errors import StoreBusy, Unauthenticated

KEY = "the key"


class LockedDoor:
    """Lets in whoever has the key."""

    def __init__(self, memory: Memory, rate: float | None = None) -> None:
        self.visitor = Visitor(memory, Role.READER, "one", rate)
        self.inside = 0
        self.is_revoked = self.is_failing = False

    def enter(self, credential: str | None) -> Visitor:
        if credential != KEY or self.is_revoked:
            raise Unauthenticated("there is no such key")
        self.inside += 1
        return self.visitor

    def enter_at_once(self, credential: str | None) -> Visitor | None:
        return None if credential == KEY else self.enter(credential)

    def check(self, credential: str | None) -> None:
        if self.is_failing:
            raise StoreBusy("the keys cannot be read now")
        if self.is_revoked:
            raise Unauthenticated("the key was revoked")

    def confirm(self, visitor: Visitor) -> None:
        if self.is_revoked:
            raise Unauthenticated("the key was revoked")

    def leave(self, visitor: Visitor) -> None:
        self.inside -= 1

    def close(self) -> None:
        assert self.inside == 0


def locked(door: LockedDoor, hosts: tuple[str, ...] | None = None) -> Application:
    return Application(
        door, log=AccessLog(None), metrics=Metrics(IDS), tracer=Tracer(), health=Health(), hosts=Hosts(hosts)
    )


@pytest.fixture
def memory() -> Iterator[Memory]:
    with testing.memory() as memory:
        memory.add_many([{"text": "red apples"}, {"text": "blue whales"}])
        yield memory


@pytest.fixture
def rest(memory: Memory) -> Iterator[Client]:
    with talking(application(memory)) as client:
        yield client


@pytest.fixture
def door(memory: Memory) -> LockedDoor:
    return LockedDoor(memory)


@pytest.fixture
def guarded(door: LockedDoor) -> Iterator[Client]:
    with talking(locked(door)) as client:
        yield client
    assert door.inside == 0


def opened(rest: Client, *args: Any, **options: Any) -> Exchange:
    exchange = rest.websocket(live.PATH, *args, **options)
    assert exchange.hear()["type"] == "websocket.accept"
    return exchange


def say(exchange: Exchange, **message: Any) -> None:
    exchange.say(type="websocket.receive", text=json.dumps(message))


def hear(exchange: Exchange) -> Any:
    message = exchange.hear()
    assert message["type"] == "websocket.send", message
    return json.loads(message["text"])


def hang_up(exchange: Exchange) -> None:
    exchange.say(type="websocket.disconnect", code=1000)
    exchange.end()


def test_each_query_is_answered_under_its_number(rest: Client, memory: Memory) -> None:
    exchange = opened(rest)
    say(exchange, id=1, query="apples", k=1)
    assert hear(exchange) == {"id": 1, "hits": [hit.to_dict() for hit in memory.search("apples", k=1)]}
    say(exchange, id=7, query="whales", where={"source": "nobody"})
    assert hear(exchange) == {"id": 7, "hits": []}
    memory.add("green apples")
    say(exchange, id=8, query="green apples", k=1)
    assert hear(exchange)["hits"][0]["block"]["text"] == "green apples"
    hang_up(exchange)


def test_queries_that_were_overtaken_are_passed_over(
    rest: Client, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    going_on = Event()
    in_memory = memory.search_json

    def search(query: str, **options: Any) -> Any:
        asked.append(query)
        assert going_on.wait(10)
        return in_memory(query, **options)

    monkeypatch.setattr(Memory, "search_json", staticmethod(search))
    exchange = opened(rest)
    say(exchange, id=0, query="a")
    rest.until(lambda: asked)
    for number in range(1, 6):
        say(exchange, id=number, query="apples"[: number + 1])
    rest.until(exchange.is_read)
    going_on.set()
    numbers = [hear(exchange)["id"]]
    while numbers[-1] != 5:
        numbers.append(hear(exchange)["id"])
    # The last but one may have been the newest for a moment.
    assert numbers in ([0, 5], [0, 4, 5])
    assert len(asked) == len(numbers)
    hang_up(exchange)


@pytest.mark.parametrize(
    ("text", "number", "field"),
    [
        ('{"id":3,"query":"a","k":0}', 3, "k"), ('{"id":3,"query":"a","depth":1}', 3, "depth"),
        ('{"id":3}', 3, "query"),
        ('{"query":"a"}', None, "id"), ('{"id":"x","query":"a"}', None, "id"), ('{"id":-1,"query":"a"}', -1, "id"),
        ('{"id":true,"query":"a"}', None, "id"), ("[]", None, "body"), ("", None, "message"), ("{", None, "message"),
        ('{"id":1,"id":2,"query":"a"}', None, "id"), ('{"id":3,"query":"\\ud800"}', 3, "query"),
    ],
)  # fmt: skip
def test_a_message_that_cannot_be_used_is_answered(rest: Client, text: str, number: object, field: str) -> None:
    exchange = opened(rest)
    exchange.say(type="websocket.receive", text=text)
    answer = hear(exchange)
    assert (answer["id"], answer["problem"]["status"], answer["problem"]["field"]) == (number, 400, field)
    say(exchange, id=4, query="apples")
    assert hear(exchange)["id"] == 4
    hang_up(exchange)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"bytes": b"{}"}, 1003),
        ({"text": "x" * (WEBSOCKET_BYTES_MAX + 1)}, 1009),
        ({"text": "바" * (WEBSOCKET_BYTES_MAX // 2)}, 1009),
    ],
    ids=["binary", "too long", "too many bytes"],
)
def test_what_is_no_message_ends_it(rest: Client, message: dict[str, Any], code: int) -> None:
    exchange = opened(rest)
    exchange.say(type="websocket.receive", **message)
    closed = exchange.hear()
    assert (closed["type"], closed["code"]) == ("websocket.close", code)
    exchange.end()


def test_silence_ends_it(rest: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "IDLE_TIMEOUT_S", 0.02)
    assert opened(rest).hear()["code"] == 1001


def test_who_does_not_take_the_answer_has_left(rest: Client) -> None:
    exchange = Exchange(rest, rest.scope("GET", live.PATH) | {"type": "websocket"}, breaks_after=1)
    exchange.say(type="websocket.connect")
    assert exchange.hear()["type"] == "websocket.accept"
    say(exchange, id=1, query="apples")
    exchange.end()


def test_the_end_of_the_server_ends_it(rest: Client) -> None:
    exchange = opened(rest)
    rest.app._worker.health.stopping.set()
    assert exchange.hear()["code"] == 1001
    exchange.end()


def test_a_failure_is_answered_without_what_it_says(
    rest: Client, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def search(*_: Any, **__: Any) -> Any:
        raise RuntimeError("secret")

    monkeypatch.setattr(Memory, "search_json", staticmethod(search))
    exchange = opened(rest)
    say(exchange, id=1, query="a")
    answer = hear(exchange)
    assert answer["problem"]["type"] == "urn:greeum:problem:internal"
    assert "secret" not in json.dumps(answer)
    hang_up(exchange)


# Who may.


def test_the_key_comes_as_a_header(guarded: Client) -> None:
    exchange = opened(guarded, {"authorization": f"Bearer {KEY}"})
    say(exchange, id=1, query="apples")
    assert hear(exchange)["hits"]
    hang_up(exchange)


def test_the_key_comes_as_a_subprotocol(guarded: Client) -> None:
    exchange = guarded.websocket(live.PATH, subprotocols=("greeum", f"greeum.key.{KEY}"))
    assert exchange.hear() == {"type": "websocket.accept", "subprotocol": "greeum"}
    say(exchange, id=1, query="apples")
    assert hear(exchange)["hits"]
    hang_up(exchange)


def test_the_key_comes_as_the_first_message(guarded: Client) -> None:
    exchange = opened(guarded)
    say(exchange, key=KEY)
    say(exchange, id=1, query="apples")
    assert hear(exchange)["hits"]
    hang_up(exchange)


@pytest.mark.parametrize("message", ['{"key":"other"}', '{"id":1,"query":"apples"}', "{", '{"key":1}'])
def test_who_has_no_key_hears_nothing(guarded: Client, message: str) -> None:
    exchange = opened(guarded)
    exchange.say(type="websocket.receive", text=message)
    assert exchange.hear()["code"] == 1008
    exchange.end()


def test_who_cannot_be_let_in_at_the_moment_is_told_so(
    guarded: Client, door: LockedDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def enter(_: str | None) -> Visitor:
        raise StoreBusy("all memories that may be open are in use")

    exchange = opened(guarded)
    monkeypatch.setattr(door, "enter", enter)
    say(exchange, key=KEY)
    assert exchange.hear()["code"] == 1013
    exchange.end()
    refused = guarded.websocket(live.PATH, {"x-api-key": KEY})
    assert refused.hear()["status"] == 503


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_who_asks_without_upgrading_is_told_so(rest: Client, method: str) -> None:
    refused = rest(method, "/v1/search:live")
    assert (refused.status, refused.problem, refused.headers["upgrade"]) == (426, "upgrade-required", "websocket")


def test_nobody_is_inside_between_two_messages(guarded: Client, door: LockedDoor) -> None:
    exchange = opened(guarded, {"x-api-key": KEY})
    for number in range(2):
        assert door.inside == 0
        say(exchange, id=number, query="apples")
        assert hear(exchange)["id"] == number
    hang_up(exchange)


def test_who_leaves_while_being_let_in_does_not_stay_inside(
    guarded: Client, door: LockedDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    coming, go_on, enter = Event(), Event(), door.enter

    def enter_slowly(credential: str | None) -> Visitor:
        coming.set()
        assert go_on.wait(10)
        visitor = enter(credential)
        let_in.append(visitor)
        return visitor

    let_in: list[Visitor] = []

    exchange = opened(guarded, {"x-api-key": KEY})
    monkeypatch.setattr(door, "enter", enter_slowly)
    say(exchange, id=1, query="apples")
    guarded.until(coming.is_set)
    hang_up(exchange)
    go_on.set()
    guarded.until(lambda: let_in and door.inside == 0)


def test_who_leaves_before_saying_the_key_has_not_been_in(guarded: Client) -> None:
    hang_up(opened(guarded))


def test_who_says_nothing_is_sent_away(guarded: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "KEY_TIMEOUT_S", 0.02)
    assert opened(guarded).hear()["code"] == 1008


@pytest.mark.parametrize(
    ("target", "headers", "status"),
    [
        (live.PATH, {"authorization": "Bearer other"}, 401),
        (live.PATH, {"authorization": "Bearer other", "x-api-key": KEY}, 400),
        ("/v1/other", {"authorization": f"Bearer {KEY}"}, 404),
    ],
)
def test_who_may_not_come_in_is_told_so(guarded: Client, target: str, headers: dict[str, str], status: int) -> None:
    exchange = guarded.websocket(target, headers)
    start = exchange.hear()
    assert (start["type"], start["status"]) == ("websocket.http.response.start", status)
    assert json.loads(exchange.hear()["body"])["status"] == status
    exchange.end()


def test_who_shows_two_keys_is_not_let_in(guarded: Client) -> None:
    headers = [(b"x-api-key", KEY.encode()), (b"x-api-key", b"other")]
    assert guarded.websocket(live.PATH, headers).hear()["status"] == 400


def test_a_page_of_another_site_is_kept_out(door: LockedDoor) -> None:
    with talking(locked(door, ("localhost",))) as client:
        headers = {"authorization": f"Bearer {KEY}", "origin": "http://evil.example"}
        assert client.websocket(live.PATH, headers).hear()["status"] == 403


def test_a_server_that_can_only_refuse_refuses(guarded: Client) -> None:
    scope = guarded.scope("GET", live.PATH, {"authorization": "Bearer other"}) | {"type": "websocket"}
    exchange = Exchange(guarded, scope)
    exchange.say(type="websocket.connect")
    assert exchange.hear() == {"type": "websocket.close", "code": 1008, "reason": ""}
    exchange.end()


def test_a_key_that_is_revoked_ends_it(guarded: Client, door: LockedDoor) -> None:
    exchange = opened(guarded, {"authorization": f"Bearer {KEY}"})
    door.is_revoked = True
    say(exchange, id=1, query="apples")
    assert exchange.hear()["code"] == 1008
    exchange.end()


def test_who_says_nothing_is_out_too(guarded: Client, door: LockedDoor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "CONFIRM_PERIOD_S", 0.01)
    exchange = opened(guarded, {"authorization": f"Bearer {KEY}"})
    door.is_failing = True
    time.sleep(0.1)
    say(exchange, id=1, query="apples")
    assert hear(exchange)["id"] == 1, "it stays open while nobody can tell"
    door.is_failing, door.is_revoked = False, True
    assert exchange.hear()["code"] == 1008
    exchange.end()


def test_each_message_counts_against_the_rate(memory: Memory) -> None:
    with talking(locked(LockedDoor(memory, rate=2))) as client:
        exchange = opened(client, {"x-api-key": KEY})
        for number in range(3):
            say(exchange, id=number, query="apples")
            answer = hear(exchange)
        assert (answer["id"], answer["problem"]["status"]) == (2, 429)
        hang_up(exchange)
