"""A server that does exactly what a test says, byte by byte, for what a sound server never does."""

from __future__ import annotations

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from time import monotonic, sleep
from typing import Any

WAIT_S = 30


@dataclass(frozen=True)
class Received:
    """A request as it came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    connection: int


@dataclass(frozen=True)
class Says:
    """What to answer: `content` at once, or byte by byte every `drip_s`; then the connection stays, ends, or breaks."""

    content: bytes
    end: str = "stays"
    drip_s: float | None = None


def answer(status: int, body: bytes, media_type: str = "application/json", **headers: str) -> bytes:
    """A whole answer."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    lines = {"Content-Type": media_type, "Content-Length": str(len(body))} | given
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status} Said\r\n{head}\r\n".encode() + body


def said(value: object, status: int = 200, **headers: str) -> Says:
    return Says(answer(status, json.dumps(value).encode(), **headers))


def problem(name: str, status: int, detail: str = "no", **more: Any) -> Says:
    headers = {key: more.pop(key) for key in ("Retry_After", "Connection") if key in more}
    members = {"type": f"urn:greeum:problem:{name}", "title": "Title", "status": status, "detail": detail} | more
    return Says(answer(status, json.dumps(members).encode(), "application/problem+json", **headers))


def chunks(*pieces: bytes, media_type: str = "application/x-ndjson", whole: bool = True) -> bytes:
    """An answer whose length nobody knows beforehand."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    return head + b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + (b"0\r\n\r\n" if whole else b"")


SILENCE = Says(b"", "silent")
"""Say nothing until the test is over."""

RESET = Says(b"", "breaks")
"""Take the request, and break the connection."""


@dataclass
class Scripted:
    """Answers each request with the next of `script`, the last one for ever."""

    script: list[Says]
    received: list[Received] = field(default_factory=list)
    connections: int = 0

    def __post_init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def close(self) -> None:
        self._over.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.drop()
        for thread in self._threads:
            thread.join(WAIT_S)

    def drop(self) -> None:
        """End the connections that are open, as a server does with those that are idle."""
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(connection, self.connections))
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        self._open.add(connection)
        with suppress(OSError, ValueError), connection, connection.makefile("rb") as stream:
            while (request := read(stream, number)) is not None:
                with self._lock:
                    self.received.append(request)
                    says = self.script.pop(0) if len(self.script) > 1 else self.script[0]
                if not self._say(connection, says):
                    break
        self._open.discard(connection)

    def _say(self, connection: socket.socket, says: Says) -> bool:
        """Whether the connection goes on."""
        if says.drip_s is None:
            connection.sendall(says.content)
        else:
            for byte in says.content:
                if self._over.wait(says.drip_s):
                    return False
                connection.sendall(bytes([byte]))
        if says.end == "silent":
            self._over.wait(WAIT_S)
        elif says.end == "breaks":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return says.end == "stays"


def read(stream: Any, number: int) -> Received | None:
    """The next request of a connection."""
    first = stream.readline()
    if not first:
        return None
    method, target, _ = first.decode().split()
    headers = {}
    while (line := stream.readline()) not in (b"\r\n", b""):
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.lower()] = value.strip()
    if headers.get("transfer-encoding") == "chunked":
        return Received(method, target, headers, b"".join(read_chunks(stream)), number)
    return Received(method, target, headers, stream.read(int(headers.get("content-length", "0"))), number)


def read_chunks(stream: Any) -> Iterator[bytes]:
    while (size := int(stream.readline() or b"0", 16)) > 0:
        yield stream.read(size)
        stream.readline()
    stream.readline()


def until(condition: Callable[[], bool]) -> None:
    """Returns when the condition holds."""
    deadline_s = monotonic() + WAIT_S
    while not condition():
        assert monotonic() < deadline_s, "it has not come true"
        sleep(0.002)


@contextmanager
def scripted(*script: Says) -> Iterator[Scripted]:
    server = Scripted(list(script))
    try:
        yield server
    finally:
        server.close()
