"""One conversation over lines, handed to the SDK's server: what comes in, in order, and what goes out."""

from __future__ import annotations

import asyncio
import logging
import signal
from contextlib import suppress
from typing import Any

import anyio
import mcp_types as types
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.server.lowlevel.server import Server
from mcp.shared.message import SessionMessage

from greeum.mcp.messages import Refused, invalid, is_enveloped, is_id, message_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from greeum.mcp.stdio import Front

    Id = str | int

log = logging.getLogger(__name__)

DRAIN_S = 10.0
"""How long after the end of what comes in the last requests may still be answered."""


def converse(front: Front, server: Server[Any]) -> None:
    """Until the client ends it, or a signal does, and what was asked is answered."""
    asyncio.run(Conversation(front, server).run())


class Conversation:
    """The requests that are not answered yet are kept by id, so that the end can wait for them."""

    def __init__(self, front: Front, server: Server[Any]) -> None:
        self._front = front
        self._server = server
        self._open: set[Id] = set()
        self._is_settled = anyio.Event()
        self._has_begun = False
        """Whether a request has come that a conversation can begin with."""

    async def run(self) -> None:
        incoming, read_stream = anyio.create_memory_object_stream[SessionMessage | Exception](0)
        write_stream, outgoing = anyio.create_memory_object_stream[SessionMessage](0)
        async with anyio.create_task_group() as group:
            self._front.wire.when_broken(from_any_thread(group.cancel_scope.cancel))
            group.start_soon(self._take_in, incoming)
            group.start_soon(self._give_out, outgoing)
            await self._server.run(read_stream, write_stream, self._server.create_initialization_options())

    async def _take_in(self, incoming: MemoryObjectSendStream[SessionMessage | Exception]) -> None:
        async with incoming:
            async for line in self._lines():
                if line.strip():
                    await self._take(line, incoming)
            with anyio.move_on_after(DRAIN_S):
                await self._settled()

    async def _lines(self) -> AsyncIterator[bytes]:
        """What comes in, until the end of it, or until a signal says that this is the end."""
        arrived = asyncio.Event()
        self._front.attach(from_any_thread(arrived.set))
        with suppress(NotImplementedError):  # of Windows, where the handler stays that was there before
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self._front.end)
        while True:
            arrived.clear()
            for line in self._front.take():
                if line is None:
                    return
                yield line
            await arrived.wait()

    async def _take(self, line: bytes, incoming: MemoryObjectSendStream[SessionMessage | Exception]) -> None:
        try:
            content = message_of(line)
            message = understood(content)
        except Refused as refused:
            self._front.wire.send(refused.answer() + b"\n")
            return
        self._has_begun = self._has_begun or content.get("method") == "initialize" or is_enveloped(content)
        if isinstance(message, types.JSONRPCRequest):
            self._open.add(message.id)
        elif isinstance(message, types.JSONRPCNotification) and message.method == "notifications/cancelled":
            # It will not be answered.
            self._settle((message.params or {}).get("requestId"))
        await incoming.send(SessionMessage(message))

    async def _give_out(self, outgoing: MemoryObjectReceiveStream[SessionMessage]) -> None:
        async for item in outgoing:
            message = item.message
            if isinstance(message, types.JSONRPCError) and not self._has_begun:
                message.error = worded(message.error)
            text = message.model_dump_json(by_alias=True, exclude_unset=True)
            if not isinstance(message, types.JSONRPCResponse | types.JSONRPCError):
                self._front.wire.send(text.encode() + b"\n")
                continue
            if message.id is not None and message.id == self._front.answered:
                self._front.answered = None
                if isinstance(message, types.JSONRPCError):
                    log.error("the first request was answered, and should have been refused: %s", message.error.message)
            else:
                self._front.wire.send(text.encode() + b"\n")
            self._settle(message.id)

    def _settle(self, number: Any) -> None:
        if isinstance(number, str | int):
            self._open.discard(number)
        if not self._open:
            self._is_settled.set()

    async def _settled(self) -> None:
        while self._open:
            self._is_settled = anyio.Event()
            await self._is_settled.wait()


def from_any_thread(call: Callable[[], object]) -> Callable[[], None]:
    """The same, to be called by other threads than that of this loop, even after its end."""
    loop = asyncio.get_running_loop()

    def wake() -> None:
        with suppress(RuntimeError):  # the loop has ended
            loop.call_soon_threadsafe(call)

    return wake


def understood(content: dict[str, Any]) -> types.JSONRPCMessage:
    """The message as the SDK has it. Raises Refused: what it does not take must not end the conversation."""
    try:
        return types.jsonrpc_message_adapter.validate_python(content, by_name=False)
    except ValueError as error:
        number = content.get("id")
        raise invalid("the protocol has no such message", number if is_id(number) else None) from error


def worded(error: types.ErrorData) -> types.ErrorData:
    """Of a request that comes before the handshake, the SDK says that its parameters are invalid."""
    if error.code != types.INVALID_PARAMS or error.data:
        return error
    return types.ErrorData(code=error.code, message="A conversation begins with initialize: send that first")
