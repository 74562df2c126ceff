"""What the connections of one worker share: bounds, counts, and how a request is refused before it is looked at."""

from __future__ import annotations

import time
from email.utils import formatdate
from itertools import count
from secrets import token_hex
from typing import Any, NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable

    from uvicorn.config import Config
    from uvicorn.server import ServerState

    from greeum.api.connection import Connection
    from greeum.api.health import Health
    from greeum.api.logs import AccessLog
    from greeum.api.metrics import Metrics
    from greeum.api.refusals import Refused

    ASGI = Callable[[dict[str, Any], Callable[[], Awaitable[Any]], Callable[[Any], Awaitable[None]]], Awaitable[None]]

HEADERS_TIMEOUT_S = 8.0
"""From a request's first byte, or from connecting, to the last byte of its headers: they fit into a few packets, so
this is for lost ones to be sent again, and what is opened only to be held is gone within 10 s."""

BODY_GRACE_S = 8.0
"""How long a body may take besides what its size explains, likewise."""

BODY_PACE_BYTES_PER_S = 16_384
"""What a body's size explains: a line of 128 kbit/s is slower than any that a service is called over."""

IDLE_TIMEOUT_S = 75.0
"""Between two requests of a connection: longer than the 60 s after which proxies give up theirs, so that it is they
who close, and no request meets a closing connection."""

STALL_TIMEOUT_S = 30.0
"""How long a client may take nothing of an answer that waits for it."""

UNREAD_BYTES_MAX = 536_870_912
"""What of all answers may wait in one worker for clients to take it: sixteen of the longest ones. A client that takes a
few bytes now and then is never stalled, and ten thousand of them would hold more than any machine has."""

LINGER_S = 2.0
"""After an answer that came before the body was read: how long what still comes is read and thrown away. To close at
once would reset the connection, and could take the answer from the client."""

SWEEP_S = 0.5
"""How often connections are looked at for these time-outs: one look at all costs less than a timer for each request."""

WAITING_MAX = 1_024
"""Requests that may wait for their answer in one worker. A worker makes one answer after the other, so at 0.2 ms for
each the last one waits 0.2 s; a thousand clients that all ask at the same moment are served."""

CONNECTIONS_MAX = 10_000
"""Connections open at the same time in one worker: each costs some 10 KB and a file descriptor."""

WEBSOCKET_BYTES_MAX = 1_048_576
"""One message over a WebSocket: a query, however JSON escapes it, and its filter."""

ALWAYS = (b"/livez", b"/readyz", b"/startupz", b"/metrics")
"""Answered under overload too: who looks after the server needs it then."""


class Bounds(NamedTuple):
    """The bounds and time-outs of a worker. Tests have shorter ones."""

    headers_s: float = HEADERS_TIMEOUT_S
    body_grace_s: float = BODY_GRACE_S
    body_bytes_per_s: float = BODY_PACE_BYTES_PER_S
    idle_s: float = IDLE_TIMEOUT_S
    stall_s: float = STALL_TIMEOUT_S
    unread_bytes_max: int = UNREAD_BYTES_MAX
    linger_s: float = LINGER_S
    waiting_max: int = WAITING_MAX
    connections_max: int = CONNECTIONS_MAX


class Gate:
    """One for each worker."""

    def __init__(
        self,
        application: ASGI,
        *,
        bounds: Bounds | None = None,
        health: Health,
        log: AccessLog,
        metrics: Metrics | None = None,
    ) -> None:
        self.application = application
        """Whoever answers requests from now on; a server that starts replaces it."""
        self.bounds = Bounds() if bounds is None else bounds
        self.health = health
        self.log = log
        self.metrics = metrics
        self.connections: set[Connection] = set()
        self.tasks: set[asyncio.Task[None]] = set()
        self.websockets: ServerState | None = None
        """What uvicorn keeps of open WebSockets, once there has been one."""
        self._websocket_config: Config | None = None
        self.waiting = 0
        """Requests that have been received in whole and whose answer has not begun."""
        self._id_prefix = f"c{token_hex(4)}"
        self._ids = count(1)
        self.date_header = b""
        self.refresh()

    def websocket(self) -> asyncio.Protocol:
        """What takes over a connection that becomes a WebSocket: uvicorn's, which is loaded for the first one."""
        from uvicorn.config import Config
        from uvicorn.server import ServerState

        from greeum.api.upgraded import Upgraded

        if self._websocket_config is None or self.websockets is None:
            self._websocket_config = Config(
                self._forward,
                interface="asgi3",
                lifespan="off",
                log_config=None,
                proxy_headers=False,
                workers=1,
                ws_max_size=WEBSOCKET_BYTES_MAX,
            )
            self._websocket_config.load()
            self.websockets = ServerState()
        return Upgraded(self._websocket_config, self.websockets, {})

    async def _forward(self, scope: Any, receive: Any, send: Any) -> None:
        await self.application(scope, receive, send)

    def refresh(self) -> None:
        """What changes with time: the date that every answer says, and the gauges."""
        self.date_header = f"date: {formatdate(time.time(), usegmt=True)}\r\n".encode("ascii")
        if self.metrics is not None:
            self.metrics.refresh()

    def relieve(self) -> None:
        """If more waits for clients than may, give up those that have been taking theirs for longest."""
        slow = sorted((one for one in self.connections if one.write_paused), key=lambda one: one.paused_s)
        excess = sum(one.unread_bytes for one in slow) - self.bounds.unread_bytes_max
        for connection in slow:
            if excess <= 0:
                return
            excess -= connection.unread_bytes
            connection.transport.abort()

    def open_websockets(self) -> list[Any]:
        return [] if self.websockets is None else list(self.websockets.connections)

    @property
    def open_count(self) -> int:
        """Connections of both kinds."""
        return len(self.connections) + (0 if self.websockets is None else len(self.websockets.connections))

    def work(self) -> set[asyncio.Task[None]]:
        """What runs for connections of both kinds."""
        return set(self.tasks) if self.websockets is None else self.tasks | self.websockets.tasks

    def new_id(self) -> str:
        """A name for a request that the application has not given one."""
        return f"{self._id_prefix}-{next(self._ids):x}"

    def refusal(
        self, refused: Refused, method: str = "", *, close: bool = True, request_id: str | None = None
    ) -> bytes:
        """The bytes of an answer; it is logged and counted."""
        name = self.new_id() if request_id is None else request_id
        answer = refused.answer(name.encode("ascii"), date=self.date_header, close=close, with_body=method != "HEAD")
        self.log.write(name, method, "other", refused.status, 0.0, len(answer), None)
        if self.metrics is not None:
            self.metrics.observe("other", refused.status, 0.0)
        return answer
