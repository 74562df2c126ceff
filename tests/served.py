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
from greeum.api.application import application

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


class Server:
    """One ASGI application, listening on a port that the system chose, if none is named."""

    def __init__(self, loop: Loop, app: Any, *, listen_port: int = 0, **options: Any) -> None:
        self._loop = loop
        # Named as TCP, or asyncio leaves Nagle's algorithm on, and every answer in two parts waits for 40 ms.
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", listen_port))
        self.port: int = listener.getsockname()[1]
        config = uvicorn.Config(app, lifespan="on", log_level="error", **options)
        self.url = f"{'https' if config.ssl_keyfile else 'http'}://127.0.0.1:{self.port}"
        self._server = uvicorn.Server(config)
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


@contextmanager
def loop_in_a_thread() -> Iterator[Loop]:
    loop = Loop()
    try:
        yield loop
    finally:
        loop.close()


@contextmanager
def served(loop: Loop, memory: Memory, **options: Any) -> Iterator[Server]:
    """A server of this memory, which stays open when it ends."""
    server = Server(loop, application(memory), **options)
    try:
        yield server
    finally:
        server.stop()
