"""Connections to one server, kept between requests. Each is used by one thread at a time."""

from __future__ import annotations

import os
import socket
from http.client import HTTPConnection, HTTPSConnection
from ssl import create_default_context
from time import monotonic
from weakref import finalize

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ssl import SSLContext

    from greeum.remote.address import Address

    Idle = list[tuple[HTTPConnection, float]]

CONNECT_S = 5.0
"""For a connection and its TLS: time enough for two lost packets to be sent again."""

IDLE_S = 50.0
"""How long a connection is kept unused: servers of Greeum close theirs after 75 seconds and proxies after 60, and of a
request that meets a connection being closed nobody knows whether it was done."""

IDLE_CONNECTIONS_MAX = 64
"""How many are kept: what a busy process has open at once. What is above is closed after use."""


class Connections:
    """Those of one process; a process that is forked off makes its own."""

    def __init__(self, address: Address, tls: SSLContext | None) -> None:
        self._address = address
        self._tls = (tls or create_default_context()) if address.secure else None
        self._idle: Idle = []
        self._process = os.getpid()
        self._is_closed = False
        finalize(self, close_all, self._idle)

    def take(self) -> HTTPConnection:
        """One that is open. Raises OSError if there is none and none can be made."""
        if self._process != os.getpid():
            # Connections that two processes share give each the other's answers. Closed here they stay open there.
            self._process = os.getpid()
            close_all(self._idle)
        while (kept := popped(self._idle)) is not None:
            connection, since_s = kept
            if monotonic() - since_s < IDLE_S and not is_readable(connection):
                return connection
            connection.close()
        return self._made()

    def _made(self) -> HTTPConnection:
        host, port = self._address.host, self._address.port
        if self._tls is None:
            connection = HTTPConnection(host, port, timeout=CONNECT_S)
        else:
            connection = HTTPSConnection(host, port, timeout=CONNECT_S, context=self._tls)
        connection.connect()
        return connection

    def put_back(self, connection: HTTPConnection, *, keep: bool) -> None:
        """It is not needed for now, and may be used again if `keep`."""
        if not keep or len(self._idle) >= IDLE_CONNECTIONS_MAX:
            connection.close()
            return
        self._idle.append((connection, monotonic()))
        if self._is_closed:
            close_all(self._idle)

    def close(self) -> None:
        """Let go of those that are idle, and keep no others."""
        self._is_closed = True
        close_all(self._idle)


def popped(idle: Idle) -> tuple[HTTPConnection, float] | None:
    """The one that was used last, if there is any: other threads take from the same list."""
    try:
        return idle.pop()
    except IndexError:
        return None


def close_all(idle: Idle) -> None:
    while (kept := popped(idle)) is not None:
        kept[0].close()


def is_readable(connection: HTTPConnection) -> bool:
    """Whether there is something to read, or nothing will come any more."""
    sock: socket.socket = connection.sock
    timeout_s = sock.gettimeout()
    sock.settimeout(0)
    try:
        # Below TLS, if there is any, which has no such question.
        socket.socket.recv(sock, 1, socket.MSG_PEEK)
    except BlockingIOError:
        return False
    except OSError:
        return True
    finally:
        sock.settimeout(timeout_s)
    return True
