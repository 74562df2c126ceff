"""One request over HTTP/1.1 and its answer: what an ASGI application receives and sends."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.api.connection import Connection
    from greeum.api.gate import ASGI
    from greeum.api.reader import Request

STATUS_LINES = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus}

WITHOUT_BODY = (204, 304)

JOINED_BYTES_MAX = 65_536
"""Bodies below this are joined with their head; to copy a larger one costs more than to send two pieces."""

UNKNOWN = -1
"""The length of a body that ends when it does."""


class Exchange:
    """A request whose headers have arrived, until its answer is complete."""

    __slots__ = (
        "_chunked", "_connection", "_expects", "_given", "_head", "_left", "_waiter", "body", "complete", "counted",
        "disconnected", "keep_alive", "more_body", "scope", "started", "task",
    )  # fmt: skip

    def __init__(self, connection: Connection, request: Request) -> None:
        self._connection = connection
        self.scope = request.scope
        self.keep_alive = request.keep_alive
        self.task: asyncio.Task[None] | None = None
        # Of the request.
        self._expects = request.expects
        self._waiter: asyncio.Future[None] | None = None
        self._given = False
        """Whether the application has had the whole body."""
        self.body = b""
        """What has come of it and was not given to the application yet."""
        self.more_body = True
        self.disconnected = False
        # Of the answer.
        self._head: bytes | None = None
        """Status line and headers, until the first part of the body goes with them."""
        self._chunked = False
        self._left = 0
        """Bytes of the announced length that are still to be sent."""
        self.counted = False
        """Whether it is among those that wait for their answer."""
        self.started = False
        self.complete = False

    async def run(self, application: ASGI) -> None:
        """Have it answered. What the application raises ends this request, and no other."""
        gate = self._connection.gate
        try:
            await application(self.scope, self.receive, self.send)
            if not self.complete and not self.disconnected:
                raise RuntimeError("the application returned before its answer was complete")
        except asyncio.CancelledError:
            self._connection.transport.abort()
            raise
        except (KeyboardInterrupt, SystemExit):
            raise
        except BaseException as error:  # noqa: BLE001 - a panic of the core is no Exception, and ends one request too
            request_id = gate.new_id()
            gate.log.failed(request_id, "other", error)
            self._connection.fail(self, request_id)
        finally:
            self.uncount()
            gate.tasks.discard(self.task)

    @property
    def open(self) -> bool:
        """Whether somebody waits for its answer, or for the rest of it."""
        return not (self.complete or self.disconnected)

    def count(self) -> None:
        """It has been received in whole, and waits for its answer."""
        self.counted = True
        self._connection.gate.waiting += 1

    def uncount(self) -> None:
        if self.counted:
            self.counted = False
            self._connection.gate.waiting -= 1

    def wake(self) -> None:
        """Something has happened that `receive` may be waiting for."""
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    async def receive(self) -> dict[str, Any]:
        """ASGI: the next part of the body; when there is no more, the end of the connection."""
        while not (self.disconnected or self.complete):
            if not self._given and (self.body or not self.more_body):
                body, self.body = self.body, b""
                self._given = not self.more_body
                return {"type": "http.request", "body": body, "more_body": self.more_body}
            if self._expects:
                self._expects = False
                self._connection.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self._connection.resume_reading()
            if self._waiter is None:
                self._waiter = asyncio.get_running_loop().create_future()
            # Whoever gives up waiting must not take it from others who wait, or will.
            await asyncio.shield(self._waiter)
        return {"type": "http.disconnect"}

    async def send(self, message: dict[str, Any]) -> None:
        """ASGI: the head of the answer, then its body in one part or several."""
        connection = self._connection
        if connection.write_paused and not self.disconnected:
            await connection.drained()
        if self.disconnected:
            return
        if message["type"] == "http.response.start":
            self._start(message["status"], message.get("headers", ()))
        elif not self.started or self.complete:
            raise RuntimeError(f"{message['type']} is sent before an answer's head, or after its end")
        else:
            self._send_body(message.get("body", b""), more=message.get("more_body", False))

    def _start(self, status: int, headers: Any) -> None:
        if self.started:
            raise RuntimeError("an answer's head is sent twice")
        self.started = True
        self.uncount()
        gate = self._connection.gate
        if self.more_body or gate.health.draining:
            self.keep_alive = False
        length = None
        parts = [STATUS_LINES[status], gate.date_header]
        for name, value in headers:
            parts += (name, b": ", value, b"\r\n")
            if name == b"content-length":
                length = int(value)
            elif name == b"connection" and value.lower() == b"close":
                self.keep_alive = False
        head = b"".join(parts)
        lines = 2 + (len(parts) - 2) // 4
        if head.count(b"\n") != lines or head.count(b"\r") != lines or b"\0" in head:
            raise RuntimeError("a header holds a line end")
        head += self._framing(status, length)
        head += b"\r\n" if self.keep_alive else b"connection: close\r\n\r\n"
        if self._left == UNKNOWN:
            # A stream may have nothing to say for a while, and its client waits to know that it has begun.
            self._connection.transport.write(head)
        else:
            self._head = head

    def _framing(self, status: int, length: int | None) -> bytes:
        """The header, if it needs one, that says where the body ends."""
        if self.scope["method"] == "HEAD" or status in WITHOUT_BODY:
            self._left = 0
        elif length is not None:
            self._left = length
        else:
            self._left = UNKNOWN
            if self.scope["http_version"] != "1.0":
                self._chunked = True
                return b"transfer-encoding: chunked\r\n"
            self.keep_alive = False
        return b""

    def _send_body(self, body: bytes, *, more: bool) -> None:
        transport = self._connection.transport
        if self.scope["method"] == "HEAD":
            body = b""
        if self._chunked:
            content = b"%x\r\n%b\r\n" % (len(body), body) if body else b""
            transport.write(content if more else content + b"0\r\n\r\n")
        else:
            if self._left != UNKNOWN:
                self._left -= len(body)
                if self._left < 0 or (self._left > 0 and not more):
                    raise RuntimeError("the body is not as long as Content-Length says")
            head, self._head = self._head, None
            if head is None:
                transport.write(body)
            elif len(body) < JOINED_BYTES_MAX:
                transport.write(head + body)
            else:
                transport.writelines((head, body))
        if not more:
            self.complete = True
            self.wake()
            self._connection.answered(self)
