"""Connections that become WebSockets: handed on whole, bounded, and told when the server ends."""

from __future__ import annotations

from typing import Any

import pytest
from tests.listening import Listening, listening
from tests.unit.test_connection import GET, application, body_of, post, respond
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from greeum.api import server as servers
from greeum.api.gate import WEBSOCKET_BYTES_MAX

HANDSHAKE = (
    b"GET /live HTTP/1.1\r\nhost: a\r\nupgrade: WebSocket\r\nconnection: keep-alive, Upgrade\r\n"
    b"sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-version: 13\r\n\r\n"
)


async def echo(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "http":
        await body_of(receive)
        await respond(send, b"http")
        return
    assert (await receive())["type"] == "websocket.connect"
    if scope["path"] == "/refused":
        await send({"type": "websocket.http.response.start", "status": 401, "headers": []})
        await send({"type": "websocket.http.response.body", "body": b"no ", "more_body": True})
        await send({"type": "websocket.http.response.body", "body": b"key"})
        return
    if scope["path"] != "/live":
        await send({"type": "websocket.close"})
        return
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": message["text"]})


def live(server: Listening, path: str = "/live") -> ClientConnection:
    return connect(f"ws://127.0.0.1:{server.port}{path}", proxy=None)


def test_messages_go_both_ways_and_the_connection_counts() -> None:
    with listening(application(echo)) as server:
        with live(server) as one, live(server) as other:
            for text in ("hello", "안녕", "x" * 100_000):
                for client in (one, other):
                    client.send(text)
                    assert client.recv() == text
            assert server.call(lambda: len(server.gate.open_websockets())) == 2
            assert server.call(lambda: len(server.gate.connections)) == 0
        server.until(lambda: not server.gate.open_websockets() and not server.gate.work())
        assert server.client().ask(GET).body == b"http"


def test_they_count_among_the_connections_that_may_be_open() -> None:
    with listening(application(echo), connections_max=2, linger_s=0.1) as server:
        with live(server), live(server):
            assert server.client().rest().startswith(b"HTTP/1.1 503 ")
        server.until(lambda: not server.gate.open_websockets())
        assert server.client().ask(GET).body == b"http"


def test_one_may_follow_a_request_on_the_same_connection() -> None:
    with listening(application(echo)) as server:
        client = server.client()
        assert client.ask(post(b"ab")).body == b"http"
        client.send(HANDSHAKE)
        assert client.some().startswith(b"HTTP/1.1 101 ")


def test_one_that_comes_before_an_answer_is_refused() -> None:
    with listening(application(echo), linger_s=0.1) as server:
        client = server.client()
        client.send(post(b"ab")[:-1])
        server.until(lambda: len(server.gate.tasks) == 1)
        client.send(b"b" + HANDSHAKE)
        assert client.answer().body == b"http"
        assert client.rest() == b""


def test_one_that_the_application_does_not_want_is_refused() -> None:
    with listening(application(echo)) as server:
        with pytest.raises(InvalidStatus) as caught:
            live(server, "/nothing")
        assert caught.value.response.status_code == 403


def test_a_refusal_is_no_error_of_the_server(caplog: pytest.LogCaptureFixture) -> None:
    with listening(application(echo)) as server:
        for _ in range(2):
            with pytest.raises(InvalidStatus) as caught:
                live(server, "/refused")
            assert (caught.value.response.status_code, caught.value.response.body) == (401, b"no key")
        server.until(lambda: not server.gate.open_websockets() and not server.gate.work())
    assert caplog.records == []


def test_a_message_that_is_too_long_ends_it() -> None:
    with listening(application(echo)) as server, live(server) as client:
        with pytest.raises(ConnectionClosed):
            client.send("x" * (WEBSOCKET_BYTES_MAX + 1))
            client.recv()
        assert client.close_code == 1009


def test_it_is_told_when_the_server_ends() -> None:
    with listening(application(echo)) as server:
        client = live(server)
        assert server.stop() == servers.DONE
        with pytest.raises(ConnectionClosed):
            client.recv()
        assert client.close_code == 1012


def test_an_upgrade_to_anything_else_is_answered_as_if_it_were_none() -> None:
    with listening(application(echo)) as server:
        client = server.client()
        answer = client.ask(GET.replace(b"\r\n\r\n", b"\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n"))
        assert (answer.body, answer.headers["connection"]) == (b"http", "close")
