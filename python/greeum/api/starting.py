"""What a server answers before there is an application: the probes, and that it is starting."""

from __future__ import annotations

from json import dumps
from typing import Any

from greeum.api.health import PATHS
from greeum.problems import KINDS, RETRY_AFTER_S, TYPE_PREFIX

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.api.health import Health

NAME = "unavailable"

KIND = KINDS[NAME]

BODY = dumps(
    {
        "type": TYPE_PREFIX + NAME,
        "title": KIND.title,
        "status": KIND.status,
        "detail": "The server is starting; try again",
    }
).encode()


class Starting:
    """An ASGI application."""

    def __init__(self, health: Health) -> None:
        self._health = health

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1013})
            return
        status, body, kind = KIND.status, BODY, b"application/problem+json"
        if scope["path"] in PATHS:
            status, body = self._health.answer(scope["path"])
            kind = b"application/json"
        headers = [(b"content-type", kind), (b"content-length", b"%d" % len(body)), (b"cache-control", b"no-store")]
        if status == 503:
            headers.append((b"retry-after", b"%d" % RETRY_AFTER_S))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
