"""A client that keeps its connection: as little of HTTP as one needs to load a server, so as to cost little itself."""

from __future__ import annotations

import asyncio
import time
from typing import NamedTuple


class Reply(NamedTuple):
    """An answer, and how long it took; status 0 if the connection ended in the place of one."""

    status: int
    body: bytes
    seconds: float
    retry_after: bool


class Client:
    """One connection, one request at a time. It connects anew when the server has closed it."""

    def __init__(self, host: str, port: int) -> None:
        self._address = host, port
        self._connection: Connection | None = None

    @property
    def is_open(self) -> bool:
        """Whether the next request goes over the connection that there is."""
        return self._connection is not None and self._connection.is_open

    async def connect(self) -> None:
        _, self._connection = await asyncio.get_running_loop().create_connection(Connection, *self._address)

    async def ask(self, request: bytes) -> Reply:
        """Send the bytes of a request; what comes back. Status 0 if nothing does."""
        began_s = time.perf_counter()
        if not self.is_open:
            try:
                await self.connect()
            except OSError:
                return Reply(0, b"", time.perf_counter() - began_s, retry_after=False)
        assert self._connection is not None
        status, body, retry_after = await self._connection.ask(request)
        return Reply(status, body, time.perf_counter() - began_s, retry_after)

    def close(self) -> None:
        """Close the connection, if it is open; the event loop does it in its next turn."""
        if self._connection is not None:
            self._connection.close()


class Connection(asyncio.Protocol):
    """A client's connection, from its beginning to its end."""

    def __init__(self) -> None:
        self.is_open = True
        self._received = b""
        self._answer: asyncio.Future[tuple[int, bytes, bool]] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_open = False
        self._finish((0, b"", False))

    def data_received(self, data: bytes) -> None:
        self._received = self._received + data if self._received else data
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._received[: end + 2].lower()
        length = int(field(head, b"content-length") or 0)
        if len(self._received) < end + 4 + length:
            return
        body, status = self._received[end + 4 : end + 4 + length], int(self._received[9:12])
        self._received = b""
        if field(head, b"connection") == b"close":
            self.is_open = False
        self._finish((status, body, b"\r\nretry-after:" in head))

    def _finish(self, answer: tuple[int, bytes, bool]) -> None:
        waiting, self._answer = self._answer, None
        if waiting is not None and not waiting.done():
            waiting.set_result(answer)

    async def ask(self, request: bytes) -> tuple[int, bytes, bool]:
        """Status, body, and whether the answer says when to try again."""
        if self._transport.is_closing():
            return 0, b"", False
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def close(self) -> None:
        self.is_open = False
        self._transport.close()


def field(head: bytes, name: bytes) -> bytes | None:
    """A header's value, of a head in lower case."""
    start = head.find(b"\r\n" + name + b":")
    if start < 0:
        return None
    start += len(name) + 3
    return head[start : head.index(b"\r\n", start)].strip()


def request(method: str, path: str, body: bytes | None = None) -> bytes:
    """The bytes of a request with JSON."""
    head = f"{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n"
    if body is None:
        return f"{head}\r\n".encode()
    return f"{head}content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body
