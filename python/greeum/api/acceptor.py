"""Takes connections from a socket that several workers listen on, so that each worker gets its share.

An event loop's own way is to take all that there are: then the first worker that wakes has all clients of a server that
was just started, and the others have nothing to do.
"""

from __future__ import annotations

import asyncio
import socket

from greeum.api.connection import Connection

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from greeum.api.gate import Gate

BACKLOG = 2_048
"""Connections that the kernel holds until they are taken: a thousand clients may arrive at the same moment."""

SHARE = 32
"""At a time, a worker takes as many connections as it has for each `SHARE` of its own, and at least one: few while
there are few, so that others get theirs; many while it is busy with many, and comes round seldom."""

PAUSE_S = 0.1
"""How long to take none when there is no room for one more open file: until then one may have been closed."""


class Acceptor:
    """Listens on a socket and takes connections for the gate, until it is closed."""

    def __init__(self, listener: socket.socket, gate: Gate) -> None:
        self._listener = listener
        self._gate = gate
        self._loop = asyncio.get_running_loop()
        self._taking: set[asyncio.Future[Any]] = set()
        self._is_open = True
        listener.setblocking(False)
        listener.listen(BACKLOG)
        self._loop.add_reader(listener, self._take_some)

    def close(self) -> None:
        """Take what is there, which would be reset otherwise, and then no more. A second call does nothing."""
        if self._is_open:
            self._loop.remove_reader(self._listener)
            self._take(BACKLOG)
            self._is_open = False
            self._listener.close()

    def _take_some(self) -> None:
        self._take(1 + len(self._gate.connections) // SHARE)

    def _take(self, most: int) -> None:
        for _ in range(most):
            try:
                accepted, _ = self._listener.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            except OSError:
                self._loop.remove_reader(self._listener)
                self._loop.call_later(PAUSE_S, self._go_on)
                return
            accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            taking = asyncio.ensure_future(self._loop.connect_accepted_socket(lambda: Connection(self._gate), accepted))
            self._taking.add(taking)
            taking.add_done_callback(self._taking.discard)

    def _go_on(self) -> None:
        if self._is_open:
            self._loop.add_reader(self._listener, self._take_some)
