"""A memory behind a real HTTP server on this machine, for the tests of what connects to one."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from greeum import Memory
from greeum.api import server
from greeum.api.application import application
from greeum.api.gate import Bounds, Gate
from greeum.api.health import Health
from greeum.api.logs import AccessLog
from greeum.api.metrics import Metrics
from greeum.api.operations import IDS

STOP_S = 30


class Loop:
    """An event loop in a thread: servers come and go in it without waiting for each other."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()

    def run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(STOP_S)

    def close(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(STOP_S)
        self.loop.close()


def bound(port: int) -> socket.socket:
    """A socket to listen on, at a port that the system chose if none is named."""
    # Named as TCP, or asyncio leaves Nagle's algorithm on, and every answer in two parts waits for 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    return listener


class Server:
    """One ASGI application in uvicorn, as people have it who bring their own server."""

    def __init__(self, loop: Loop, app: Any, *, listen_port: int = 0, **options: Any) -> None:
        self._loop = loop
        listener = bound(listen_port)
        self.port: int = listener.getsockname()[1]
        config = uvicorn.Config(app, lifespan="on", log_level="error", **options)
        self.url = f"{'https' if config.ssl_keyfile else 'http'}://127.0.0.1:{self.port}"
        self._server: Any = uvicorn.Server(config)
        loop.run(self._start(config, listener))

    async def _start(self, config: uvicorn.Config, listener: socket.socket) -> None:
        # As uvicorn does it, but without its main loop, which looks ten times a second whether to end.
        config.load()
        self._server.lifespan = config.lifespan_class(config)
        await self._server.startup(sockets=[listener])

    def stop(self) -> None:
        self._loop.run(self._stop())

    async def _stop(self) -> None:
        # As uvicorn does it, but without the tenth of a second that it waits for clients to notice.
        for listener in self._server.servers:
            listener.close()
        for connection in list(self._server.server_state.connections):
            connection.shutdown()
        await self._server.lifespan.shutdown()


class OwnServer(Server):
    """One ASGI application in the server of `greeum serve`."""

    def __init__(self, loop: Loop, app: Any, *, listen_port: int = 0) -> None:
        self._loop = loop
        self._listener = bound(listen_port)
        self._listener.listen()
        self._listener.setblocking(False)
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        loop.run(self._begin(app))

    async def _begin(self, app: Any) -> None:
        gate = Gate(app, bounds=Bounds(), health=Health(), log=AccessLog(None), metrics=Metrics(IDS))
        self._server = server.Server(gate, [self._listener], drain_s=0)
        is_ready = asyncio.Event()
        self._serving = asyncio.ensure_future(self._server.run(lambda: app, is_ready.set))
        await is_ready.wait()

    def stop(self) -> None:
        self._loop.run(self._stop())
        self._listener.close()

    async def _stop(self) -> None:
        self._server.stop()
        await self._serving


@contextmanager
def loop_in_a_thread() -> Iterator[Loop]:
    loop = Loop()
    try:
        yield loop
    finally:
        loop.close()


@contextmanager
def served(loop: Loop, memory: Memory, *, kind: type[Server] = Server, **options: Any) -> Iterator[Server]:
    """A server of this memory, which stays open when it ends."""
    running = kind(loop, application(memory), **options)
    try:
        yield running
    finally:
        running.stop()
