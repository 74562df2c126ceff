"""The application as a whole: what it notes, whom it lets in and when, what else it can hold, how it ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from tests.asgi import Client, Exchange, talking

from greeum import Memory, testing
from greeum.api import page, policy
from greeum.api.application import Application, application
from greeum.api.authentication import OpenDoor, Visitor
from greeum.api.health import Health
from greeum.api.hosts import Hosts
from greeum.api.logs import AccessLog
from greeum.api.metrics import Metrics
from greeum.api.operations import IDS
from greeum.api.tracing import Tracer
from greeum.api.worker import AT_ONCE_S_MAX, TRY_AGAIN_AFTER, Pace
from greeum.control.model import Role


class Line(NamedTuple):
    request_id: str
    method: str
    operation: str
    status: int
    seconds: float
    size: int
    key_id: str | None
    trace_id: str | None


class Notes(AccessLog):
    """A log that can be read."""

    def __init__(self) -> None:
        super().__init__(None)
        self.lines: list[Line] = []
        self.failures: list[tuple[str, str, str]] = []

    def write(self, *fields: Any) -> None:
        self.lines.append(Line(*fields, *[None] * (8 - len(fields))))

    def failed(self, request_id: str, operation_id: str, error: BaseException, *, reason: str | None = None) -> None:
        self.failures.append((request_id, operation_id, type(error).__name__))


class Door(OpenDoor):
    """Everybody comes in with the same role and rate, and it is counted who is inside."""

    def __init__(self, memory: Memory, role: Role = Role.ADMIN, rate: float | None = None) -> None:
        super().__init__(memory)
        self._visitor = Visitor(memory, role, "key-1", rate)
        self.entered = self.left = 0
        self.is_closed = False

    def enter_at_once(self, credential: str | None) -> Visitor:
        self.entered += 1
        return self._visitor

    def leave(self, visitor: Visitor) -> None:
        self.left += 1

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def memory() -> Iterator[Memory]:
    with testing.memory() as memory:
        memory.add("red apples")
        yield memory


def made(door: Any, log: AccessLog | None = None, **more: Any) -> Application:
    options: dict[str, Any] = {"tracer": Tracer(), "health": Health(), "hosts": Hosts(None), "metrics": Metrics(IDS)}
    return Application(door, log=log or AccessLog(None), **options | more)


# What is noted.


def test_every_request_is_noted_with_its_operation_and_never_with_content(memory: Memory) -> None:
    log, metrics, door = Notes(), Metrics(IDS), Door(memory)
    with talking(made(door, log, metrics=metrics)) as rest:
        found = rest("POST", "/v1/search", {"query": "apples"}, headers={"x-request-id": "mine"})
        rest("GET", "/v1/blocks/9")
        rest("GET", "/v1/nowhere/secret")
        rest("GET", "/livez")
        rest("OPTIONS", "/v1/blocks")
        exposed = rest("GET", "/metrics").text
    assert [(line.operation, line.method, line.status) for line in log.lines] == [
        ("search", "POST", 200),
        ("blocks.get", "GET", 404),
        ("other", "GET", 404),
        ("livez", "GET", 200),
        ("other", "OPTIONS", 204),
        ("metrics", "GET", 200),
    ]
    first = log.lines[0]
    assert (first.request_id, first.key_id, first.size) == ("mine", "key-1", len(found.body))
    assert 0 < first.seconds < 10
    assert 'operation="search",status="2xx"' in exposed
    assert (door.entered, door.left) == (2, 2)


def test_a_failure_is_noted_and_the_visitor_leaves(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Memory, "search_json", staticmethod(lambda **_: 1 / 0))
    log, door = Notes(), Door(memory)
    with talking(made(door, log)) as rest:
        assert rest("POST", "/v1/search", {"query": "a"}, headers={"x-request-id": "r"}).problem == "internal"
    assert log.failures == [("r", "search", "ZeroDivisionError")]
    assert log.lines[0].status == 500
    assert door.left == 1


def test_an_answer_that_breaks_off_is_noted(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    def export() -> Iterator[str]:
        yield "x" * 100_000
        raise RuntimeError("secret")

    monkeypatch.setattr(Memory, "export", staticmethod(export))
    log = Notes()
    with talking(made(Door(memory), log)) as rest:
        exchange = rest.open("GET", "/v1/export")
        exchange.end()
    assert log.failures[0][1:] == ("export", "RuntimeError")
    assert log.lines[0].status == 500


def test_who_leaves_is_noted_as_such(memory: Memory) -> None:
    log = Notes()
    with talking(made(Door(memory), log)) as rest:
        exchange = rest.open("POST", "/v1/search", {"content-type": "application/json"}, body=None)
        exchange.leave()
        exchange.end()
    assert [line.status for line in log.lines] == [499]


@pytest.mark.parametrize("path", ["/v1/blocks/1", "/v1/export"])
def test_who_does_not_take_the_answer_has_left(memory: Memory, path: str) -> None:
    log, door = Notes(), Door(memory)
    with talking(made(door, log)) as rest:
        exchange = Exchange(rest, rest.scope("GET", path), breaks_after=1)
        exchange.say(type="http.request", body=b"")
        exchange.end()
    assert [line.status for line in log.lines] == [499]
    assert (log.failures, door.left) == ([], 1)


def test_who_leaves_in_the_middle_of_a_long_answer_has_left(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Memory, "export", staticmethod(lambda: iter(["x" * 100_000] * 20)))
    log = Notes()
    with talking(made(Door(memory), log)) as rest:
        exchange = Exchange(rest, rest.scope("GET", "/v1/export"), ahead_max=1)
        exchange.say(type="http.request", body=b"")
        assert exchange.hear()["status"] == 200
        exchange.hear()
        exchange.leave()
        rest.until(exchange.is_read)
        while not exchange.task.done():
            rest.until(lambda: exchange.task.done() or exchange.has_more())
            if exchange.has_more():
                exchange.hear()
        whole = len(rest("GET", "/v1/export").body)
    assert [line.status for line in log.lines] == [499, 200]
    assert 0 < log.lines[0].size < log.lines[1].size == whole


def test_who_leaves_what_has_no_end_has_had_it_all(memory: Memory) -> None:
    log = Notes()
    with talking(made(Door(memory), log)) as rest:
        exchange = rest.open("GET", "/v1/changes", {"accept": "text/event-stream"})
        assert exchange.hear()["status"] == 200
        exchange.leave()
        exchange.end()
    assert [line.status for line in log.lines] == [200]


def test_requests_are_traced_where_that_is_configured(memory: Memory) -> None:
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    exporter = InMemorySpanExporter()
    tracer, log = Tracer(exporter), Notes()
    with talking(made(Door(memory), log, tracer=tracer)) as rest:
        rest("POST", "/v1/search", {"query": "apples"})
        rest("GET", "/v1/blocks/9")
    tracer.close()
    search, get = exporter.get_finished_spans()
    assert search.name == "POST /v1/search"
    assert search.attributes is not None and get.attributes is not None
    assert search.attributes["gen_ai.memory.record.count"] == 1
    assert "gen_ai.memory.query.text" not in search.attributes
    assert (get.name, get.attributes["error.type"]) == ("GET /v1/blocks/{id}", "not-found")
    assert all(line.trace_id for line in log.lines)


def test_queries_are_recorded_where_that_is_asked_for(memory: Memory) -> None:
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    exporter = InMemorySpanExporter()
    tracer = Tracer(exporter, content=True)
    with talking(made(Door(memory), tracer=tracer)) as rest:
        rest("POST", "/v1/search", {"query": "apples"})
        rest("POST", "/v1/search:batch", {"queries": ["apples", "pears"]})
        rest("GET", "/v1/stats")
    tracer.close()
    asked = [(span.attributes or {}).get("gen_ai.memory.query.text") for span in exporter.get_finished_spans()]
    assert asked == ["apples", "apples\npears", None]


# Who may come in.


def test_the_role_is_looked_at_before_the_body(memory: Memory) -> None:
    with talking(made(Door(memory, Role.READER))) as rest:
        exchange = rest.open("POST", "/v1/blocks", {"content-type": "application/json"}, body=None)
        assert exchange.hear()["status"] == 403
    assert memory.count() == 1


def test_a_rate_is_told_and_held(memory: Memory) -> None:
    with talking(made(Door(memory, rate=2))) as rest:
        replies = [rest("GET", "/v1/blocks/1") for _ in range(3)]
    assert [reply.status for reply in replies] == [200, 200, 429]
    assert replies[0].headers["ratelimit-policy"] == '"key";q=2;w=1'
    assert replies[0].headers["ratelimit"] == '"key";r=1;t=1'
    assert replies[2].problem == "rate-limited"
    assert replies[2].headers["retry-after"] == "1"


def test_a_server_answers_to_its_names_alone(memory: Memory) -> None:
    with talking(made(Door(memory), hosts=Hosts(("127.0.0.1",)))) as rest:
        assert rest("GET", "/v1/stats").problem == "misdirected"
        assert rest("GET", "/metrics").problem == "misdirected"
        assert rest("GET", "/livez").status == 200


def test_an_operation_without_a_policy_does_not_start(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(policy.LEAST_ROLE, "blocks.get")
    with pytest.raises(LookupError, match=r"blocks\.get"):
        application(memory)


# What else it holds.


async def inner(scope: Any, receive: Any, send: Any) -> None:
    visitor = scope["state"]["visitor"]
    await receive()
    headers = [(b"content-type", b"text/plain"), (b"cache-control", b"no-cache")]
    await send({"type": "http.response.start", "status": 202, "headers": headers})
    await send({"type": "http.response.body", "body": visitor.key_id.encode()})


def test_mcp_is_answered_by_its_own_application(memory: Memory) -> None:
    log, door = Notes(), Door(memory)
    with talking(made(door, log, mcp=inner)) as rest:
        reply = rest("POST", "/mcp", {}, headers={"x-request-id": "r"})
    assert (reply.status, reply.text) == (202, "key-1")
    assert reply.headers["x-request-id"] == "r"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert reply.headers["cache-control"] == "no-cache"
    assert [(line.operation, line.status, line.size) for line in log.lines] == [("mcp", 202, 5)]
    assert door.left == 1


@pytest.mark.parametrize("begins", [False, True])
def test_mcp_may_fail(memory: Memory, begins: bool) -> None:
    async def failing(scope: Any, receive: Any, send: Any) -> None:
        if begins:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        raise RuntimeError("secret")

    log = Notes()
    with talking(made(Door(memory), log, mcp=failing)) as rest:
        exchange = rest.open("POST", "/mcp", {"content-type": "application/json"})
        assert exchange.hear()["status"] == (200 if begins else 500)
        exchange.end()
    assert log.failures[0][1:] == ("mcp", "RuntimeError")
    assert log.lines[0].status == 500


def test_without_mcp_there_is_none(memory: Memory) -> None:
    with talking(application(memory)) as rest:
        assert rest("POST", "/mcp", {}).problem == "not-found"


def test_the_page_comes_with_its_policy(memory: Memory) -> None:
    with talking(made(Door(memory), page=page.read())) as rest:
        shown = rest("GET", "/", headers={"accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
        assert (shown.status, shown.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert shown.headers["content-security-policy"] == page.policy(page.read()).decode()
        assert rest("GET", "/", headers={"accept": "application/json"}).problem == "not-acceptable"


def test_it_can_be_mounted_in_another_application(memory: Memory) -> None:
    with talking(Starlette(routes=[Mount("/memory", application(memory))])) as rest:
        assert rest("GET", "/memory/v1/blocks/1").json["text"] == "red apples"
        assert rest("PUT", "/memory/v1/anchors/a%2Fb", {"block": 1}).json["name"] == "a/b"
        assert rest("GET", "/memory/livez").status == 200
        assert rest("GET", "/memory/v1/none").problem == "not-found"


def test_paths_without_their_raw_form_are_found(memory: Memory) -> None:
    with talking(application(memory)) as rest:
        scope = rest.scope("GET", "/v1/blocks/1")
        del scope["raw_path"]
        exchange = Exchange(rest, scope)
        exchange.say(type="http.request", body=b"")
        assert exchange.hear()["status"] == 200


# Where calls run, and how it ends.


def threads_of(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the threads that searches run in, as they come."""
    from threading import current_thread

    names: list[str] = []
    search = memory.search_json

    def noted(*arguments: Any, **options: Any) -> Any:
        names.append(current_thread().name)
        return search(*arguments, **options)

    monkeypatch.setattr(Memory, "search_json", staticmethod(noted))
    return names


def is_in_thread(name: str) -> bool:
    return name.startswith("greeum-call")


def test_a_short_search_keeps_the_event_loop_and_a_long_one_does_not(
    memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = threads_of(memory, monkeypatch)
    with talking(application(memory)) as rest:
        for options in ({}, {"k": 1_000}, {"exact": True}):
            rest("POST", "/v1/search", {"query": "a"} | options)
    assert [is_in_thread(name) for name in names] == [False, True, True]


def test_a_search_that_must_wait_does_so_in_a_thread(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    names = threads_of(memory, monkeypatch)
    monkeypatch.setattr(type(memory), "at_hand", property(lambda _: False))
    with talking(application(memory)) as rest:
        rest("POST", "/v1/search", {"query": "a"})
    assert is_in_thread(names[0])


def test_a_model_is_asked_in_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    with testing.memory(embedder=testing.TinyEmbedder()) as memory, talking(application(memory)) as rest:
        names = threads_of(memory, monkeypatch)
        rest("POST", "/v1/search", {"query": "a"})
    assert is_in_thread(names[0])


def test_searches_that_take_long_are_made_in_threads_until_they_are_short_again() -> None:
    pace = Pace()
    for _ in range(100):
        pace.note(AT_ONCE_S_MAX / 10)
        pace.note(AT_ONCE_S_MAX / 10)
        pace.note(AT_ONCE_S_MAX * 1_000)
        assert pace.allows()
    for _ in range(100):
        pace.note(AT_ONCE_S_MAX * 2)
    allowed = [pace.allows() for _ in range(TRY_AGAIN_AFTER * 3)]
    assert allowed.count(True) == 3
    for _ in range(3):
        pace.note(AT_ONCE_S_MAX / 10)
    assert pace.allows()


def lifespan(rest: Client) -> Exchange:
    exchange = Exchange(rest, {"type": "lifespan"})
    exchange.say(type="lifespan.startup")
    assert exchange.hear() == {"type": "lifespan.startup.complete"}
    return exchange


def test_the_door_is_closed_at_the_end(memory: Memory) -> None:
    health, door = Health(), Door(memory)
    with talking(made(door, health=health)) as rest:
        assert rest("GET", "/readyz").status == 503
        exchange = lifespan(rest)
        assert rest("GET", "/readyz").status == 200
        exchange.say(type="lifespan.shutdown")
        assert exchange.hear() == {"type": "lifespan.shutdown.complete"}
        exchange.end()
    assert health.draining and health.stopping.is_set() and door.is_closed


def test_a_memory_that_was_given_stays_open(memory: Memory) -> None:
    with talking(application(memory)) as rest:
        exchange = lifespan(rest)
        exchange.say(type="lifespan.shutdown")
        exchange.hear()
        exchange.end()
    assert memory.add("still open")


def test_another_protocol_is_refused(memory: Memory) -> None:
    with talking(application(memory)) as rest:
        exchange = Exchange(rest, {"type": "smtp"})
        with pytest.raises(ValueError, match="smtp"):
            exchange.end()
