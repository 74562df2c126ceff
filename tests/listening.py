"""An ASGI application under the server, in a thread, for tests that speak to it in bytes."""

from __future__ import annotations

import asyncio
import io
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from http.client import HTTPResponse
from typing import Any, NamedTuple

import uvloop

from greeum.api import sockets
from greeum.api.gate import Bounds, Gate
from greeum.api.health import Health
from greeum.api.logs import AccessLog
from greeum.api.metrics import Metrics
from greeum.api.server import Server
from greeum.api.starting import Starting

PATIENCE_S = 10.0
"""How long anything in a test may take before it counts as hanging."""


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class Received(io.BufferedReader):
    """What has come over a connection, for one answer after the other: each would close it after itself."""

    def close(self) -> None:
        """It stays open."""

    def makefile(self, *_: object) -> Received:
        return self


class Client:
    """A connection, spoken over in bytes."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE_S)
        self._received = Received(socket.SocketIO(self.socket, "r"))

    def send(self, content: bytes) -> None:
        self.socket.sendall(content)

    def answer(self, method: str = "GET") -> Answer:
        """The next answer."""
        response = HTTPResponse(self._received, method=method)  # type: ignore[arg-type]
        response.begin()
        return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, response.read())

    def ask(self, content: bytes, method: str = "GET") -> Answer:
        self.send(content)
        return self.answer(method)

    def some(self) -> bytes:
        """What is there, or comes next."""
        return self._received.read1(65_536)

    def rest(self) -> bytes:
        """What comes until the server closes."""
        pieces = []
        try:
            while piece := self.some():
                pieces.append(piece)
        except ConnectionError:
            pass
        return b"".join(pieces)

    def close(self) -> None:
        self.socket.close()


class Listening:
    """A server that runs."""

    def __init__(self, gate: Gate, server: Server, port: int, loop: asyncio.AbstractEventLoop) -> None:
        self.gate = gate
        self.server = server
        self.port = port
        self.loop = loop
        self.code: Future[int] = Future()
        self._clients: list[Client] = []

    def client(self) -> Client:
        """A new connection; it is closed at the end."""
        client = Client(self.port)
        self._clients.append(client)
        return client

    def call(self, function: Callable[[], Any]) -> Any:
        """What a function returns in the server's loop."""
        done: Future[Any] = Future()
        self.loop.call_soon_threadsafe(lambda: done.set_result(function()))
        return done.result(PATIENCE_S)

    def until(self, holds: Callable[[], bool]) -> None:
        """Wait for something to be so in the server's loop."""
        waiting = threading.Event()
        for _ in range(int(PATIENCE_S / 0.005)):
            if self.call(holds):
                return
            waiting.wait(0.005)
        raise AssertionError("it did not come about")

    def stop(self) -> int:
        """End it gently; the exit code."""
        if not self.code.done():
            self.loop.call_soon_threadsafe(self.server.stop)
        return self.code.result(PATIENCE_S)

    def close(self) -> None:
        for client in self._clients:
            client.close()
        if not self.code.done():
            self.stop()


@contextmanager
def listening(
    application: Any, *, make: Callable[[], Any] | None = None, drain_s: float = 0.0, **bounds: Any
) -> Iterator[Listening]:
    """A server of this application, with these bounds, on a port that the system chose."""
    started: Future[Listening] = Future()

    async def run() -> int:
        bound = sockets.listen(sockets.addresses("127.0.0.1", 0), 0)
        bound[0].listen()
        health, log, metrics = Health(), AccessLog(None), Metrics([])
        gate = Gate(Starting(health, log, metrics), bounds=Bounds(**bounds), health=health, log=log, metrics=metrics)
        server = Server(gate, bound, drain_s=drain_s)
        port = bound[0].getsockname()[1]
        found = Listening(gate, server, port, asyncio.get_running_loop())
        if make is not None:
            started.set_result(found)

        def ready() -> None:
            if not started.done():
                started.set_result(found)

        try:
            return await server.run(make or (lambda: application), ready)
        finally:
            bound[0].close()

    def thread() -> None:
        try:
            code = uvloop.run(run())
        except BaseException as error:  # noqa: BLE001 - the test is told
            if not started.done():
                started.set_exception(error)
            started.result().code.set_exception(error)
        else:
            started.result().code.set_result(code)

    runner = threading.Thread(target=thread)
    runner.start()
    found = started.result(PATIENCE_S)
    try:
        yield found
    finally:
        found.close()
        runner.join(PATIENCE_S)
