"""What a server answers before there is an application: the probes, and that it is starting."""

from __future__ import annotations

from itertools import count
from json import dumps
from secrets import token_hex
from typing import Any

from greeum.api.health import PATHS
from greeum.problems import KINDS, REQUEST_PREFIX, RETRY_AFTER_S, TYPE_PREFIX

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.api.health import Health
    from greeum.api.logs import AccessLog
    from greeum.api.metrics import Metrics

NAME = "unavailable"

KIND = KINDS[NAME]


class Starting:
    """An ASGI application. Requests that it sends away are logged and counted like those of other refusals."""

    def __init__(self, health: Health, log: AccessLog, metrics: Metrics | None) -> None:
        self._health = health
        self._log = log
        self._metrics = metrics
        self._id_prefix = f"s{token_hex(4)}"
        self._ids = count(1)

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1013})
        elif scope["path"] in PATHS:
            status, body = self._health.answer(scope["path"])
            await answer(send, status, body, b"application/json")
        else:
            request_id = f"{self._id_prefix}-{next(self._ids):x}"
            body = problem(request_id)
            self._log.write(request_id, scope["method"], "other", KIND.status, 0.0, len(body), None)
            if self._metrics is not None:
                self._metrics.observe("other", KIND.status, 0.0)
            await answer(send, KIND.status, body, b"application/problem+json", (b"x-request-id", request_id.encode()))


def problem(request_id: str) -> bytes:
    members = {
        "type": TYPE_PREFIX + NAME,
        "title": KIND.title,
        "status": KIND.status,
        "detail": "The server is starting; try again",
        "instance": REQUEST_PREFIX + request_id,
    }
    return dumps(members).encode()


async def answer(send: Any, status: int, body: bytes, media_type: bytes, *more: tuple[bytes, bytes]) -> None:
    headers = [
        *more,
        (b"content-type", media_type),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
    ]
    if status == 503:
        headers.append((b"retry-after", b"%d" % RETRY_AFTER_S))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
