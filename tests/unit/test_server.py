"""How a server starts and ends."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from typing import Any

import pytest
from tests.listening import PATIENCE_S, listening
from tests.unit.test_connection import GET, application, post, respond, tell

from greeum.api import server as servers
from greeum.api.acceptor import Acceptor
from greeum.api.health import Health
from greeum.api.lifespan import Lifespan


def probe(path: bytes) -> bytes:
    return GET.replace(b"/path", path)


def test_while_it_starts_probes_are_answered_and_requests_put_off() -> None:
    opened = threading.Event()

    def make() -> Any:
        opened.wait(PATIENCE_S)
        return tell

    with listening(None, make=make) as server:
        client = server.client()
        assert client.ask(probe(b"/livez")).status == 200
        assert [client.ask(probe(path)).status for path in (b"/readyz", b"/startupz")] == [503, 503]
        put_off = client.ask(GET)
        assert (put_off.status, put_off.headers["retry-after"]) == (503, "1")
        assert put_off.headers["content-type"] == "application/problem+json"
        assert json.loads(put_off.body)["instance"] == f"urn:greeum:request:{put_off.headers['x-request-id']}"
        opened.set()
        server.until(lambda: server.gate.health.state == "ready")
        # The same connection meets the application now.
        assert client.ask(GET).status == 200


def test_a_websocket_is_put_off_too_while_it_starts() -> None:
    opened = threading.Event()
    with listening(None, make=lambda: opened.wait(PATIENCE_S) and tell) as server:
        client = server.client()
        client.send(
            b"GET / HTTP/1.1\r\nhost: a\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
            b"sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n\r\n"
        )
        assert client.answer().status == 403
        opened.set()


def test_an_application_that_cannot_be_made_ends_the_server() -> None:
    def make() -> Any:
        raise OSError("there is no room")

    with pytest.raises(OSError, match="no room"), listening(None, make=make) as server:
        server.code.result(PATIENCE_S)


def test_requests_under_way_are_finished_and_their_connections_closed() -> None:
    released = threading.Event()

    async def handle(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.to_thread(released.wait, PATIENCE_S)
        await respond(send, b"well")

    with listening(application(handle)) as server:
        busy, idle = server.client(), server.client()
        busy.send(GET)
        server.until(lambda: server.gate.waiting == 1)
        server.loop.call_soon_threadsafe(server.server.stop)
        assert idle.rest() == b""
        with pytest.raises(OSError):
            socket.create_connection(("127.0.0.1", server.port), 1)
        released.set()
        answer = busy.answer()
        assert (answer.body, answer.headers["connection"]) == (b"well", "close")
        assert busy.rest() == b""
        assert server.code.result(PATIENCE_S) == servers.DONE


def test_while_it_drains_requests_are_answered_and_connections_handed_back() -> None:
    with listening(tell, drain_s=0.5) as server:
        client = server.client()
        assert "connection" not in client.ask(GET).headers
        server.loop.call_soon_threadsafe(server.server.stop)
        server.until(lambda: server.gate.health.draining)
        answer = client.ask(post(b"ab"))
        assert (answer.status, answer.headers["connection"]) == (200, "close")
        assert server.client().ask(GET).status == 200
        assert server.code.result(PATIENCE_S) == servers.DONE


def test_who_was_taken_in_at_the_last_moment_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    # As if the loop had been busy until then: what waits at the socket is taken when it is closed.
    monkeypatch.setattr(Acceptor, "_take_some", lambda _: None)
    stages: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await respond(send, stages[-1].encode())
            return
        for stage in ("startup", "shutdown"):
            await receive()
            stages.append(stage)
            await send({"type": f"lifespan.{stage}.complete"})

    with listening(app, drain_s=0.0) as server:
        client = server.client()
        client.send(GET)
        server.call(server.server.stop)
        assert server.code.result(PATIENCE_S) == servers.DONE
        assert client.answer().body == b"startup"


def test_streams_without_an_end_are_told_to_end() -> None:
    async def handle(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await server.gate.health.stopping.wait()
        await send({"type": "http.response.body", "body": b"bye"})

    with listening(application(handle)) as server:
        client = server.client()
        client.send(GET)
        server.until(lambda: len(server.gate.tasks) == 1)
        assert server.stop() == servers.DONE
        assert client.rest().endswith(b"3\r\nbye\r\n0\r\n\r\n")


def test_what_does_not_end_in_time_is_cut_off_and_the_code_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "GRACE_S", 0.1)
    stages: list[str] = []

    async def never_ending(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            for stage in ("startup", "shutdown"):
                await receive()
                stages.append(stage)
                await send({"type": f"lifespan.{stage}.complete"})
            return
        await asyncio.Event().wait()

    with listening(never_ending) as server:
        client = server.client()
        client.send(GET)
        server.until(lambda: server.gate.waiting == 1)
        assert server.stop() == servers.CUT_OFF
        assert client.rest() == b""
    # The memory is closed all the same.
    assert stages == ["startup", "shutdown"]


def test_a_second_stop_ends_it_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    codes: list[int] = []
    monkeypatch.setattr("os._exit", codes.append)
    with listening(tell, drain_s=0.3) as server:
        for _ in range(2):
            server.call(server.server.stop)
        assert codes == [servers.INTERRUPTED]
        assert server.code.result(PATIENCE_S) == servers.DONE


def test_a_stop_while_it_starts_ends_it_when_it_has_started() -> None:
    opened = threading.Event()
    with listening(None, make=lambda: opened.wait(PATIENCE_S) and tell) as server:
        server.call(server.server.stop)
        opened.set()
        assert server.code.result(PATIENCE_S) == servers.DONE
        assert server.gate.health.draining


def lived(application: Any) -> None:
    async def live() -> None:
        lifespan = Lifespan(application)
        await lifespan.startup()
        await lifespan.shutdown()

    asyncio.run(live())


def test_an_application_whose_startup_fails_is_an_error() -> None:
    async def fails(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "there is no room"})

    async def raises(scope: Any, receive: Any, send: Any) -> None:
        raise OSError("there is no room")

    async def returns(scope: Any, receive: Any, send: Any) -> None:
        return

    for bad in (fails, raises):
        with pytest.raises((RuntimeError, OSError), match="there is no room"):
            lived(bad)
    with pytest.raises(RuntimeError, match="ended at its startup"):
        lived(returns)
    lived(tell)


def test_the_probes_of_a_server_that_starts_say_so_in_json() -> None:
    assert Health().answer("/startupz") == (503, b'{"status":"starting"}')
