"""A connection that asks to become a WebSocket."""

from __future__ import annotations

from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol


class Upgraded(WebSocketsSansIOProtocol):
    """Uvicorn's, which takes a handshake that was answered with a refusal for one that the application has forgotten,
    and logs that as an error of the server.
    """

    async def send(self, message: Any) -> None:
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and not message.get("more_body", False):
            self.handshake_complete = True
