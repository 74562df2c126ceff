"""MCP over Streamable HTTP: the application that a server answers with at /mcp.

No request depends on another: there are no sessions, so any worker process can answer any request, and whose memory
it is about is known from the request alone. Newer clients work like that anyway; older ones are told of no session.
"""

from __future__ import annotations

import asyncio
from typing import Any

from greeum.api import policy
from greeum.limits import BODY_BYTES_MAX

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
    return server_of("memory", caller_of)


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
        if scope["method"] != "POST":
            await refuse_method(send)
            return
        if self._server is None:
            self._server = await asyncio.to_thread(self._build, guest_of)
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

        # One for each request: so what it starts ends with the request, and nothing of one can reach another.
        manager = StreamableHTTPSessionManager(
            self._server, json_response=not self._streams, stateless=True, max_request_body_size=BODY_BYTES_MAX
        )
        async with manager.run():
            await manager.handle_request({**scope, "headers": stripped(scope["headers"])}, receive, plainly(send))


def stripped(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Without the blanks around values, which are no part of them, and which some servers' parsers leave there."""
    return [(name, value.strip(b" \t")) for name, value in headers]


NO_MESSAGE = (
    b'{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"Invalid request: the body must be one object with '
    b'\\"jsonrpc\\": \\"2.0\\", a method, params that are an object, and an id if an answer is wanted"}}'
)


def plainly(send: Send) -> Send:
    """Sends on an answer; but of a body that is JSON and no message of JSON-RPC, the SDK says what its own types lack,
    several pages of it, under a number that stands for something else.
    """
    held: list[Message] = []

    async def pass_on(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] == 400:
            held.append(message)
            return
        if held:
            start = held.pop()
            if b'"message":"Validation error:' in message["body"]:
                message["body"] = NO_MESSAGE
                length = (b"content-length", b"%d" % len(NO_MESSAGE))
                start["headers"] = [pair for pair in start["headers"] if pair[0] != length[0]] + [length]
            await send(start)
        await send(message)

    return pass_on


async def refuse_method(send: Send) -> None:
    """There is no stream to GET and no session to DELETE."""
    body = (
        b'{"jsonrpc":"2.0","id":null,"error":{"code":-32600,"message":"Method not allowed: send requests with POST"}}'
    )
    headers = [
        (b"allow", b"POST"), (b"content-type", b"application/json"), (b"content-length", b"%d" % len(body)),
    ]  # fmt: skip
    await send({"type": "http.response.start", "status": 405, "headers": headers})
    await send({"type": "http.response.body", "body": body})
