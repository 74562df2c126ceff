"""A connection over which HTTP/1.1 comes in: bytes to requests, within bounds of size and time.

Not one of uvicorn's protocols: those leave open for ever what is half sent, and take more of each request's time.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any
from urllib.parse import unquote

import httptools

from greeum.api import gate as refusals
from greeum.api.exchange import Exchange

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.api.gate import Gate, Refused

FRESH, IDLE, HEADERS, BODY, LINGER = range(5)
"""What a connection receives: nothing yet; nothing, after a request; a request's headers; its body; what is no longer
read, because the connection ends."""

BUFFERED_BYTES_MAX = 65_536
"""What is read of a body ahead of the application; then the client has to wait."""

DISCARDED_BYTES_MAX = 65_536
"""The longest body of a request refused for overload that is read and thrown away, so that the connection can go on."""


FIRST_S = 1.0
"""How long a connection that was made while the server ends has to send its request."""


class RefusedError(Exception):
    """Raised while bytes are parsed, to stop that."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.detail)
        self.refused = refused


class Connection(asyncio.Protocol):
    """From connecting to closing. Its requests are answered one after the other, in their order."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.transport: asyncio.Transport = None  # type: ignore[assignment]
        self._loop = asyncio.get_running_loop()
        self._parser: Any = httptools.HttpRequestParser(self)
        self._exchange: Exchange | None = None
        """The request that is being answered, or was answered last."""
        self._queue: deque[Exchange] = deque()
        """Requests that came before the one ahead of them was answered."""
        self._receiving: Exchange | None = None
        """The request whose body comes; None if it was refused."""
        self._phase = FRESH
        self._since_s = self._loop.time()
        """When the phase began; of a body, when it was last waited for."""
        self._body_bytes = 0
        """Of the body, since then."""
        self._unread_bytes = 0
        """Taken in by the parser without anything coming out."""
        # The request whose headers come.
        self._headers: list[tuple[bytes, bytes]] = []
        self._url = b""
        self._hosts = 0
        self._expects = False
        # Flow.
        self.write_paused = False
        self._read_paused = False
        self._drained: asyncio.Future[None] | None = None
        self._stalled: tuple[int, float] | None = None
        """How much waited to be taken by the client, and since when."""
        self._peers: tuple[Any, Any] = (None, None)

    # asyncio's side.

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.transport = transport
        self._peers = transport.get_extra_info("sockname"), transport.get_extra_info("peername")
        self.gate.connections.add(self)
        if len(self.gate.connections) > self.gate.bounds.connections_max:
            self.refuse(refusals.FULL)

    def connection_lost(self, exc: Exception | None) -> None:
        self.gate.connections.discard(self)
        self._queue.clear()
        if self._exchange is not None and self._exchange.open:
            self._exchange.disconnected = True
            self._exchange.wake()
        self.resume_writing()
        self._parser = None

    def eof_received(self) -> bool:
        """Whether to keep the other direction open: for a client that has said all, and waits for its answer."""
        exchange = self._exchange
        return exchange is not None and not exchange.started and not exchange.more_body

    def pause_writing(self) -> None:
        self.write_paused = True

    def resume_writing(self) -> None:
        self.write_paused, self._stalled = False, None
        drained, self._drained = self._drained, None
        if drained is not None and not drained.done():
            drained.set_result(None)

    async def drained(self) -> None:
        """Wait until the client has taken most of what was sent."""
        if self._drained is None:
            self._drained = self._loop.create_future()
        await self._drained

    def resume_reading(self) -> None:
        if self._read_paused and not self._queue:
            self._read_paused = False
            self.transport.resume_reading()

    def _pause_reading(self) -> None:
        if not self._read_paused:
            self._read_paused = True
            self.transport.pause_reading()

    def data_received(self, data: bytes) -> None:
        if self._parser is None:
            return
        self._unread_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            if self._phase == HEADERS:
                self._become_websocket(data[upgrade.args[0] :])
        except httptools.HttpParserCallbackError as error:
            if not isinstance(error.__context__, RefusedError):
                raise
            self.refuse(error.__context__.refused)
        except httptools.HttpParserError:
            self.refuse(refusals.NOT_HTTP)
        else:
            if self._unread_bytes > refusals.HEADER_BYTES_MAX:
                self.refuse(refusals.LARGE_HEADERS)

    # The parser's side.

    def on_message_begin(self) -> None:
        if self._phase == LINGER:
            return
        self._headers = []
        self._url = b""
        self._hosts = 0
        self._expects = False
        self._phase = HEADERS
        self._since_s = self._loop.time()

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._phase != HEADERS:
            return  # Trailers after a body: they must not become headers of the request.
        name = name.lower()
        if name == b"host":
            self._hosts += 1
        elif name == b"expect" and value.lower() == b"100-continue":
            self._expects = True
        self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        if self._phase == LINGER:
            return
        self._check_sizes()
        parser = self._parser
        is_upgrade = parser.should_upgrade()
        if is_upgrade and is_websocket(self._headers):
            return
        scope = self._scope(parser.get_method().decode("ascii"), parser.get_http_version())
        self._phase, self._since_s = BODY, self._loop.time()
        self._body_bytes = self._unread_bytes = 0
        is_first = self._exchange is None or not self._exchange.open
        gate = self.gate
        if gate.waiting >= gate.bounds.waiting_max and is_first and scope["raw_path"] not in refusals.ALWAYS:
            self._turn_away(scope)
            return
        keep_alive = not is_upgrade and scope["http_version"] == "1.1" and parser.should_keep_alive()
        exchange = Exchange(self, scope, keep_alive=keep_alive, expects=self._expects)
        self._receiving = exchange
        if is_first:
            self._begin(exchange)
        else:
            self._queue.append(exchange)
            self._pause_reading()

    def on_body(self, data: bytes) -> None:
        self._unread_bytes = 0
        self._body_bytes += len(data)
        exchange = self._receiving
        if exchange is None or exchange.complete:
            return
        exchange.body = exchange.body + data if exchange.body else data
        if len(exchange.body) > BUFFERED_BYTES_MAX:
            self._pause_reading()
        exchange.wake()

    def on_message_complete(self) -> None:
        if self._phase == HEADERS:
            return  # It becomes a WebSocket.
        self._unread_bytes = 0
        exchange, self._receiving = self._receiving, None
        if self._phase == LINGER:
            self.transport.close()
            return
        self._phase, self._since_s = IDLE, self._loop.time()
        if exchange is None:
            return
        exchange.more_body = False
        if exchange is self._exchange:
            if not exchange.started:
                exchange.count()
            exchange.wake()

    # From headers to a request.

    def _check_sizes(self) -> None:
        if self._unread_bytes > refusals.HEADER_BYTES_MAX:
            size = len(self._url) + sum(len(name) + len(value) + 4 for name, value in self._headers)
            if size > refusals.HEADER_BYTES_MAX:
                raise RefusedError(refusals.LARGE_HEADERS)
        if len(self._headers) > refusals.HEADERS_MAX:
            raise RefusedError(refusals.LARGE_HEADERS)
        if len(self._url) > refusals.URL_BYTES_MAX:
            raise RefusedError(refusals.LONG_URL)

    def _scope(self, method: str, version: str) -> dict[str, Any]:
        """What ASGI wants to know of a request."""
        if self._hosts != 1 and not (version == "1.0" and self._hosts == 0):
            raise RefusedError(refusals.NOT_HTTP)
        try:
            parts = httptools.parse_url(self._url)
            raw_path = parts.path or b"/"
            path = raw_path.decode("ascii")
            if "%" in path:
                path = unquote(path, errors="strict")
        except (httptools.HttpParserInvalidURLError, UnicodeDecodeError) as error:
            raise RefusedError(refusals.BAD_URL) from error
        return {
            "type": "http",
            "asgi": ASGI_VERSIONS,
            "http_version": version,
            "server": self._peers[0],
            "client": self._peers[1],
            "scheme": "http",
            "method": method,
            "root_path": "",
            "path": path,
            "raw_path": raw_path,
            "query_string": parts.query or b"",
            "headers": self._headers,
        }

    def _begin(self, exchange: Exchange) -> None:
        self._exchange = exchange
        if not exchange.more_body:
            exchange.count()
        exchange.task = self._loop.create_task(exchange.run(self.gate.application))
        self.gate.tasks.add(exchange.task)

    def _turn_away(self, scope: dict[str, Any]) -> None:
        """Too many wait already. What it costs to say so is what an overloaded server has left to give."""
        self._receiving = None
        close = self._expects or not is_short(self._headers) or not self._parser.should_keep_alive()
        self.transport.write(self.gate.refusal(refusals.OVERLOADED, scope["method"], close=close))
        if close:
            self._linger()

    def _become_websocket(self, rest: bytes) -> None:
        if self._exchange is not None and self._exchange.open:
            self.refuse(refusals.NOT_HTTP)
            return
        self.gate.connections.discard(self)
        lines = [b"GET ", self._url, b" HTTP/1.1\r\n"]
        for name, value in self._headers:
            lines += (name, b": ", value, b"\r\n")
        protocol = self.gate.websocket()
        protocol.connection_made(self.transport)
        protocol.data_received(b"".join([*lines, b"\r\n", rest]))
        self.transport.set_protocol(protocol)
        self._parser = None

    # From answers to the end.

    def answered(self, exchange: Exchange) -> None:
        """Its answer is complete."""
        if self.transport.is_closing():
            return
        if not exchange.keep_alive:
            if self._receiving is exchange:
                self._linger()
            else:
                self.transport.close()
            return
        if self._phase != BODY:
            self._since_s = self._loop.time()
        if self._queue:
            self._begin(self._queue.popleft())
        self.resume_reading()

    def fail(self, exchange: Exchange) -> None:
        """It cannot be answered as it should."""
        if not exchange.open:
            return
        exchange.complete = True
        if exchange.started:
            self.transport.close()
        else:
            exchange.uncount()
            self.transport.write(self.gate.refusal(refusals.FAILED, exchange.scope["method"], close=True))
            self._linger()

    def refuse(self, refused: Refused) -> None:
        """Say what is wrong with what comes, and close. Requests that came before it are answered first."""
        exchange = self._exchange
        if exchange is not None and exchange.open and exchange is not self._receiving:
            exchange.keep_alive = False
            self._queue.clear()
            self._linger()
            return
        if exchange is not None and exchange.open:
            exchange.disconnected = True
            exchange.wake()
            if exchange.started:
                self.transport.abort()
                return
        self.transport.write(self.gate.refusal(refused, "", close=True))
        self._linger()

    def _linger(self) -> None:
        """Read on for a moment without using it, so that the client can take the answer, then close."""
        self._phase, self._since_s = LINGER, self._loop.time()
        self._receiving = self._parser = None
        if self._read_paused:
            self._read_paused = False
            self.transport.resume_reading()

    def shutdown(self) -> None:
        """The server ends: close as soon as nothing is under way here. Asked again and again until then."""
        if self._exchange is not None and self._exchange.open:
            return
        is_new = self._phase == FRESH and self._loop.time() - self._since_s < FIRST_S
        if self._phase in (FRESH, IDLE) and not is_new:
            self.transport.close()

    # Time-outs.

    def check(self, now_s: float) -> None:
        """Close it if its client takes too long with what it has to do. Called every `SWEEP_S`."""
        bounds, elapsed_s = self.gate.bounds, now_s - self._since_s
        if self.write_paused or self.transport.is_closing():
            self._check_progress(now_s)
        elif self._phase == BODY:
            self._check_pace(now_s)
        elif self._exchange is not None and self._exchange.open:
            return
        elif self._phase == HEADERS and elapsed_s > bounds.headers_s:
            self.refuse(refusals.SLOW_HEADERS)
            self.transport.close()
        elif (
            (self._phase == FRESH and elapsed_s > bounds.headers_s)
            or (self._phase == IDLE and elapsed_s > bounds.idle_s)
            or (self._phase == LINGER and elapsed_s > bounds.linger_s)
        ):
            self.transport.abort()

    def _check_progress(self, now_s: float) -> None:
        """The client must take something of what waits for it."""
        waiting = self.transport.get_write_buffer_size()
        if self._stalled is None or self._stalled[0] != waiting:
            self._stalled = waiting, now_s
        elif now_s - self._stalled[1] > self.gate.bounds.stall_s:
            self.transport.abort()

    def _check_pace(self, now_s: float) -> None:
        """The body must come quickly enough for its size, unless it is we who make it wait."""
        bounds = self.gate.bounds
        if self._read_paused:
            self._since_s, self._body_bytes = now_s, 0
        elif now_s - self._since_s > bounds.body_grace_s + self._body_bytes / bounds.body_bytes_per_s:
            self.refuse(refusals.SLOW_BODY)
            self.transport.close()


ASGI_VERSIONS = {"version": "3.0", "spec_version": "2.4"}


def is_websocket(headers: list[tuple[bytes, bytes]]) -> bool:
    return any(name == b"upgrade" and value.lower() == b"websocket" for name, value in headers)


def is_short(headers: list[tuple[bytes, bytes]]) -> bool:
    """Whether the body that these headers announce is worth reading only to be thrown away."""
    for name, value in headers:
        if name == b"transfer-encoding":
            return False
        if name == b"content-length":
            return int(value) <= DISCARDED_BYTES_MAX
    return True
