"""Streamable HTTP on one side, a process that speaks MCP over standard input and output on the other.

So a suite that can only call addresses tests the process: what comes by HTTP is written to it line by line, and what
it says comes back as Server-Sent Events.
"""

from __future__ import annotations

import asyncio
import json
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence
from itertools import count
from typing import Any

Message = dict[str, Any]

HANDSHAKE = "initialize"

ENVELOPE = "io.modelcontextprotocol/protocolVersion"
"""In the `_meta` of every request of the versions without a handshake."""

END_S = 20


class Speaker:
    """One process, and the requests that it has not answered yet."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._numbers = count(1)
        self._open: dict[object, asyncio.Queue[Message]] = {}
        self._listening = asyncio.create_task(self._listen())
        self.strays: list[str] = []
        """Lines that were no JSON."""

    @classmethod
    async def start(cls, command: Sequence[str]) -> Speaker:
        limit = 16 * 1024 * 1024
        return cls(await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, limit=limit))

    async def _listen(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            try:
                message = json.loads(line)
            except ValueError:
                self.strays.append(line.decode())
                continue
            # What is no answer goes along with the request that is being answered: the suite has one at a time.
            for number, queue in self._open.items():
                if "method" in message or message.get("id") == number:
                    queue.put_nowait(message)

    async def say(self, message: Message) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(message).encode() + b"\n")
        await self._process.stdin.drain()

    async def ask(self, request: Message) -> AsyncIterator[Message]:
        """Everything that is said until the request is answered. Its id is replaced by one that no other has."""
        number = f"bridge-{next(self._numbers)}"
        queue = self._open[number] = asyncio.Queue()
        try:
            await self.say(request | {"id": number})
            while True:
                message = await queue.get()
                if message.get("id") == number and "method" not in message:
                    yield message | {"id": request["id"]}
                    return
                yield message
        finally:
            del self._open[number]

    async def end(self) -> int:
        """Say that there is nothing more; the exit code."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        code = await asyncio.wait_for(self._process.wait(), END_S)
        await self._listening
        return code


class Bridge:
    """An ASGI application. Each session has a process of its own; those without one share two."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._speakers: dict[str, Speaker] = {}
        self.ended: list[tuple[int, list[str]]] = []
        """The exit code of each process that has ended, and what it printed besides messages."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await self._end_all()
            await send({"type": "lifespan.shutdown.complete"})
            return
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        session = headers.get("mcp-session-id", "")
        if scope["method"] == "DELETE":
            await self._end(session)
            await answer(send, 200, b"")
        elif scope["method"] != "POST":
            await answer(send, 405, b"")
        else:
            await self._post(json.loads(await body_of(receive)), session, send)

    async def _post(self, message: Message, session: str, send: Any) -> None:
        opens = message.get("method") == HANDSHAKE
        if opens:
            session = f"session-{len(self._speakers) + len(self.ended)}"
        if session and session not in self._speakers and not opens:
            await answer(send, 404, b"")
            return
        # A process speaks the era of its first request to the end, so those without sessions have one for each.
        place = session or ("stands by itself" if ENVELOPE in meta_of(message) else "says nothing of itself")
        if place not in self._speakers:
            self._speakers[place] = await Speaker.start(self._command)
        speaker = self._speakers[place]
        if "method" not in message or "id" not in message:
            await speaker.say(message)
            await answer(send, 202, b"")
            return
        headers = [(b"content-type", b"text/event-stream")]
        if session:
            headers.append((b"mcp-session-id", session.encode()))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        async for said in speaker.ask(message):
            event = f"event: message\ndata: {json.dumps(said)}\n\n".encode()
            await send({"type": "http.response.body", "body": event, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def _end(self, session: str) -> None:
        speaker = self._speakers.pop(session)
        self.ended.append((await speaker.end(), speaker.strays))

    async def _end_all(self) -> None:
        for session in list(self._speakers):
            await self._end(session)


def meta_of(message: Message) -> Message:
    parameters = message.get("params")
    meta = parameters.get("_meta") if isinstance(parameters, dict) else None
    return meta if isinstance(meta, dict) else {}


async def body_of(receive: Any) -> bytes:
    pieces = []
    while True:
        message = await receive()
        pieces.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(pieces)


async def answer(send: Any, status: int, body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": []})
    await send({"type": "http.response.body", "body": body})
