"""A connection over which HTTP/1.1 comes in: requests, their order, their time-outs.

Not one of uvicorn's protocols: those leave open for ever what is half sent, and take more of each request's time.
"""

from __future__ import annotations

import asyncio
from collections import deque

from greeum.api import refusals
from greeum.api.exchange import Exchange
from greeum.api.gate import ALWAYS
from greeum.api.reader import Reader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.api.gate import Gate
    from greeum.api.reader import Request
    from greeum.api.refusals import Refused

FRESH, IDLE, HEADERS, BODY, LINGER = range(5)
"""What a connection receives: nothing yet; nothing, after a request; a request's headers; its body; what is no longer
read, because the connection ends."""

BUFFERED_BYTES_MAX = 65_536
"""What is read of a body ahead of the application; then the client has to wait."""

DISCARDED_BYTES_MAX = 65_536
"""The longest body of a request refused for overload that is read and thrown away, so that the connection can go on."""

FIRST_S = 1.0
"""How long a connection that was made while the server ends has to send its request."""


class Connection(asyncio.Protocol):
    """From connecting to closing. Its requests are answered one after the other, in their order."""

    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.transport: asyncio.Transport = None  # type: ignore[assignment]
        self._loop = asyncio.get_running_loop()
        self._reader: Reader | None = None
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
        # Flow.
        self.write_paused = False
        self.paused_s = 0.0
        """When the client began to keep an answer waiting, if it does."""
        self._read_paused = False
        self._drained: asyncio.Future[None] | None = None
        self._stalled: tuple[int, float] | None = None
        """How much waited to be taken by the client, and since when."""

    # What asyncio calls.

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.transport = transport
        self._reader = Reader(self, transport.get_extra_info("sockname"), transport.get_extra_info("peername"))
        self.gate.connections.add(self)
        if self.gate.open_count > self.gate.bounds.connections_max:
            self.refuse(refusals.FULL)

    def connection_lost(self, exc: Exception | None) -> None:
        self.gate.connections.discard(self)
        self._queue.clear()
        if self._exchange is not None and self._exchange.open:
            self._exchange.disconnected = True
            self._exchange.wake()
        self.resume_writing()
        self._stop_reading()

    def eof_received(self) -> bool:
        """Whether to keep the other direction open: for a client that has said all, and waits for its answer."""
        exchange = self._exchange
        if exchange is None or exchange.started or exchange.more_body:
            return False
        exchange.keep_alive = False
        return True

    def data_received(self, data: bytes) -> None:
        if self._reader is not None:
            refused = self._reader.feed(data)
            if refused is not None and self._phase != LINGER:
                self.refuse(refused)

    def pause_writing(self) -> None:
        self.write_paused, self.paused_s = True, self._loop.time()

    def resume_writing(self) -> None:
        self.write_paused, self._stalled = False, None
        drained, self._drained = self._drained, None
        if drained is not None and not drained.done():
            drained.set_result(None)

    @property
    def unread_bytes(self) -> int:
        """How much of its answers waits for the client to take it."""
        return self.transport.get_write_buffer_size()

    async def drained(self) -> None:
        """Wait until the client has taken most of what was sent."""
        if self._drained is None:
            self._drained = self._loop.create_future()
        await asyncio.shield(self._drained)

    def resume_reading(self) -> None:
        if self._read_paused and not self._queue:
            self._read_paused = False
            self.transport.resume_reading()

    def _pause_reading(self) -> None:
        if not self._read_paused:
            self._read_paused = True
            self.transport.pause_reading()

    # What the reader calls.

    def headers_begin(self) -> None:
        if self._phase != LINGER:
            self._phase, self._since_s = HEADERS, self._loop.time()

    def request_comes(self, request: Request) -> None:
        if self._phase == LINGER:
            return
        self._phase, self._since_s = BODY, self._loop.time()
        self._body_bytes = 0
        is_first = self._exchange is None or not self._exchange.open
        gate = self.gate
        if gate.waiting >= gate.bounds.waiting_max and is_first and request.scope["raw_path"] not in ALWAYS:
            self._turn_away(request)
            return
        exchange = self._receiving = Exchange(self, request)
        if is_first:
            self._begin(exchange)
        else:
            self._queue.append(exchange)
            self._pause_reading()

    def body_comes(self, data: bytes) -> None:
        self._body_bytes += len(data)
        exchange = self._receiving
        if exchange is None or exchange.complete:
            return
        exchange.body = exchange.body + data if exchange.body else data
        if len(exchange.body) > BUFFERED_BYTES_MAX:
            self._pause_reading()
        exchange.wake()

    def request_ends(self) -> None:
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

    def websocket_comes(self, handshake: bytes) -> None:
        if self._exchange is not None and self._exchange.open:
            self.refuse(refusals.NOT_HTTP)
            return
        self.gate.connections.discard(self)
        self._stop_reading()
        protocol = self.gate.websocket()
        protocol.connection_made(self.transport)
        protocol.data_received(handshake)
        self.transport.set_protocol(protocol)

    # From requests to answers.

    def _begin(self, exchange: Exchange) -> None:
        self._exchange = exchange
        if not exchange.more_body:
            exchange.count()
        exchange.task = self._loop.create_task(exchange.run(self.gate.application))
        self.gate.tasks.add(exchange.task)

    def _turn_away(self, request: Request) -> None:
        """Too many wait already. What it costs to say so is what an overloaded server has left to give."""
        self._receiving = None
        close = request.expects or not request.keep_alive or not is_short(request)
        self.transport.write(self.gate.refusal(refusals.OVERLOADED, request.scope["method"], close=close))
        if close:
            self._linger()

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

    def fail(self, exchange: Exchange, request_id: str) -> None:
        """It cannot be answered as it should; the log says why, under this id."""
        if not exchange.open:
            return
        exchange.complete = True
        if exchange.started:
            self.transport.close()
        else:
            exchange.uncount()
            method = exchange.scope["method"]
            self.transport.write(self.gate.refusal(refusals.FAILED, method, request_id=request_id))
            self._linger()

    # To the end.

    def refuse(self, refused: Refused) -> None:
        """Say what is wrong with what comes, and close. Requests that came before it are answered first."""
        exchange = self._exchange
        if exchange is not None and exchange.open:
            if exchange is not self._receiving:
                exchange.keep_alive = False
                self._queue.clear()
                self._linger()
                return
            exchange.disconnected = True
            exchange.wake()
            if exchange.started:
                self.transport.abort()
                return
        self.transport.write(self.gate.refusal(refused))
        self._linger()

    def _linger(self) -> None:
        """Read on for a moment without using it, so that the client can take the answer, then close."""
        self._phase, self._since_s = LINGER, self._loop.time()
        self._receiving = None
        self._stop_reading()
        if self._read_paused:
            self._read_paused = False
            self.transport.resume_reading()

    def _stop_reading(self) -> None:
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.stop()

    def shutdown(self) -> None:
        """The server ends: close as soon as nothing is under way here. Asked again and again until then."""
        if self._exchange is not None and self._exchange.open:
            return
        is_new = self._phase == FRESH and self._loop.time() - self._since_s < FIRST_S
        if self._phase in (FRESH, IDLE) and not is_new:
            self.transport.close()

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
        waiting = self.unread_bytes
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


def is_short(request: Request) -> bool:
    """Whether the body that its headers announce is worth reading only to be thrown away."""
    for name, value in request.scope["headers"]:
        if name == b"transfer-encoding":
            return False
        if name == b"content-length":
            return int(value) <= DISCARDED_BYTES_MAX
    return True
