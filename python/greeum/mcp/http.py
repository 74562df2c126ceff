"""MCP over Streamable HTTP: the application that a server answers with at /mcp.

No request depends on another: there are no sessions, so any worker process can answer any request, and whose memory
it is about is known from the request alone. Newer clients work like that anyway; older ones are told of no session.
"""

from __future__ import annotations

import asyncio
from typing import Any

from greeum.api import policy
from greeum.api.http import replayed
from greeum.limits import BODY_BYTES_MAX
from greeum.mcp.messages import INVALID_REQUEST, UNSUPPORTED_VERSION, Refused, is_enveloped, message_of
from greeum.mcp.opening import DISCOVERY_VERSIONS, HANDSHAKE_VERSIONS
from greeum.mcp.traces import traced

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, MutableMapping
    from typing import TypeVar

    from mcp.server.lowlevel.server import Server

    from greeum.api.authentication import Visitor
    from greeum.mcp.callers import Caller
    from greeum.mcp.tools.tool import AnyMemory

    T = TypeVar("T")

    Scope = MutableMapping[str, Any]
    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]

VERSION_HEADER = b"mcp-protocol-version"

VISITOR, RUN = "visitor", "run"
"""Where in `scope["state"]` stands who makes the request, and what runs a function in a thread of theirs; whoever
mounts this has let them in."""


class Guest:
    """A caller over HTTP: a visitor with the memory and the role that their key gives."""

    is_local = False

    def __init__(self, visitor: Visitor, run: Callable[..., Awaitable[Any]]) -> None:
        self._visitor = visitor
        self._run = run

    @property
    def memory(self) -> AnyMemory:
        return self._visitor.memory

    def allow(self, operation: str, *, reads: bool) -> None:
        policy.allow(self._visitor, operation)

    async def run(self, work: Callable[[Any], T]) -> T:
        found: T = await self._run(work, self.memory)
        return found


def guest_of(request: Any) -> Guest:
    """Who makes a request of the SDK: it holds the one of HTTP that it came with."""
    state = request.request.scope["state"]
    return Guest(state[VISITOR], state[RUN])


def memory_server(caller_of: Callable[[Any], Caller]) -> Server[Any]:
    """What is served at /mcp: the tools of a memory."""
    from greeum.mcp.catalogue import server_of, tools_of

    policy.require(tool.operation for tool in tools_of("memory"))
    server = server_of("memory", caller_of)
    server.middleware.append(traced)
    return server


class Endpoint:
    """An ASGI application. It loads the SDK with the first request, which waits for that about a second."""

    def __init__(
        self, build: Callable[[Callable[[Any], Caller]], Server[Any]] = memory_server, *, streams: bool = False
    ) -> None:
        """`streams` answers as Server-Sent Events, which can carry notifications before the answer."""
        self._build = build
        self._streams = streams
        self._server: Server[Any] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise ValueError(f"there is no answer to {scope['type']}")
        if scope["method"] != "POST":  # there is no stream to GET and no session to DELETE
            refused = Refused(INVALID_REQUEST, "Method not allowed: send requests with POST")
            await refuse(send, 405, refused, (b"allow", b"POST"))
            return
        headers = stripped(scope["headers"])
        body = (await receive()).get("body", b"")  # in one piece, as whoever mounts this gives it
        try:
            message = message_of(body)
            check_version(headers, message)
        except Refused as refused:
            await refuse(send, 400, refused)
            return
        if self._server is None:
            self._server = await asyncio.to_thread(self._build, guest_of)
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        # One for each request: so what it starts ends with the request, and nothing of one can reach another.
        manager = StreamableHTTPSessionManager(
            self._server, json_response=not self._streams, stateless=True, max_request_body_size=BODY_BYTES_MAX
        )
        async with manager.run():
            await manager.handle_request({**scope, "headers": headers}, replayed(body, receive), send)


def stripped(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Without the blanks around values, which are no part of them, and which some servers' parsers leave there."""
    return [(name, value.strip(b" \t")) for name, value in headers]


def check_version(headers: Iterable[tuple[bytes, bytes]], message: dict[str, Any]) -> None:
    """Raises Refused for a version in the header that there is not, in words about the header: of a message that says
    nothing of versions itself, the SDK speaks only of what such a message lacks.
    """
    given = next((value.decode("latin-1") for name, value in headers if name == VERSION_HEADER), None)
    if given is None or given in HANDSHAKE_VERSIONS or given in DISCOVERY_VERSIONS or is_enveloped(message):
        return
    there = ", ".join((*HANDSHAKE_VERSIONS, *DISCOVERY_VERSIONS))
    data = {"supported": list(DISCOVERY_VERSIONS), "requested": given}
    reason = f"MCP-Protocol-Version: {given[:40]} is no version that is spoken here; there are {there}"
    raise Refused(UNSUPPORTED_VERSION, reason, message.get("id"), data)


async def refuse(send: Send, status: int, refused: Refused, *more: tuple[bytes, bytes]) -> None:
    """Answer with an error of JSON-RPC."""
    body = refused.answer()
    headers = [*more, (b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
