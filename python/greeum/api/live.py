"""Recall while somebody types, over one WebSocket: of the queries that have arrived, only the newest is answered."""

from __future__ import annotations

import asyncio
from time import perf_counter

from greeum.api import encoding, requests, wire
from greeum.errors import InvalidInput, Unauthenticated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from greeum.api.authentication import Visitor
    from greeum.api.http import Message, Receive, Send
    from greeum.api.worker import Worker

OPERATION = "search.live"

PATH = "/v1/search:live"

SUBPROTOCOL, SUBPROTOCOL_KEY = "greeum", "greeum.key."
"""What browsers offer: the name of this protocol, and a key where they can send no header."""

MESSAGE_BYTES_MAX = 1_048_576
"""One message: a query, however JSON escapes it, and its filter."""

KEY_TIMEOUT_S = 10.0
"""How long the key may take that a browser sends as its first message."""

IDLE_TIMEOUT_S = 600.0
"""How long nothing may be asked: somebody who thinks that long connects again within one round trip."""

GOING_AWAY, NOT_TEXT, REFUSED, TOO_BIG = 1001, 1003, 1008, 1009
"""Codes of RFC 6455 with which a conversation is ended."""


class Ended(Exception):
    """The conversation is over; with a code where it is us who end it."""

    def __init__(self, code: int = 0, reason: str = "") -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Conversation:
    """One client's."""

    def __init__(self, worker: Worker, receive: Receive, send: Send, request_id: str) -> None:
        self._worker = worker
        self._receive = receive
        self._send = send
        self._request_id = request_id
        self.visitor: Visitor | None = None
        self._newest: str | None = None
        """The last message that has arrived, if nobody has taken it yet."""
        self._arrived = asyncio.Event()

    async def run(self, visitor: Visitor | None, subprotocol: str | None) -> None:
        """Accept it, and answer until it ends. `visitor` None: who it is comes as the first message."""
        self.visitor = visitor
        await self._send({"type": "websocket.accept", "subprotocol": subprotocol})
        try:
            if self.visitor is None:
                self.visitor = await self._introduction()
            await self._converse(self.visitor)
        except Ended as ended:
            if ended.code:
                await self._send({"type": "websocket.close", "code": ended.code, "reason": ended.reason})
        except OSError:
            pass  # The client has gone while something was sent to it.

    async def _introduction(self) -> Visitor:
        try:
            text = await asyncio.wait_for(self._text(), KEY_TIMEOUT_S)
            fields = requests.checked(requests.json_of(text, "message"), wire.LiveKey)
            return await self._worker.enter(fields["key"])
        except (TimeoutError, InvalidInput, Unauthenticated) as error:
            raise Ended(REFUSED, 'send {"key": "…"} first, with a key that holds') from error

    async def _text(self) -> str:
        """The next message."""
        message = await self._receive()
        if message["type"] == "websocket.disconnect":
            raise Ended
        text = message.get("text")
        if text is None:
            raise Ended(NOT_TEXT, "write JSON in text messages")
        if len(text) > MESSAGE_BYTES_MAX:
            raise Ended(TOO_BIG, f"a message may have {MESSAGE_BYTES_MAX:,} bytes")
        return str(text)

    async def _converse(self, visitor: Visitor) -> None:
        listening = asyncio.ensure_future(self._listen())
        stopping = asyncio.ensure_future(self._worker.health.stopping.wait())
        answering = asyncio.ensure_future(self._answer_newest(visitor))
        tasks = (listening, stopping, answering)
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
            raise Ended(GOING_AWAY, "the server ends; connect again")
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _listen(self) -> None:
        """Keep the newest of what arrives."""
        while True:
            try:
                self._newest = await asyncio.wait_for(self._text(), IDLE_TIMEOUT_S)
            except TimeoutError as error:
                raise Ended(GOING_AWAY, "nothing was asked for long; connect again") from error
            self._arrived.set()

    async def _answer_newest(self, visitor: Visitor) -> None:
        """One after the other: while one is searched for, others may arrive, and all but the last are passed over."""
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            text, self._newest = self._newest, None
            assert text is not None
            await self._send({"type": "websocket.send", "text": await self._answer(visitor, text)})

    async def _answer(self, visitor: Visitor, text: str) -> str:
        began_s, status, number = perf_counter(), 200, b"null"
        try:
            self._worker.door.confirm(visitor)
            fields = requests.json_of(text, "message")
            number = number_of(fields)
            self._worker.admit(visitor, OPERATION)
            query = requests.checked(fields, wire.LiveSearch)
            del query["id"]
            hits = await self._worker.run(search, visitor, query)
            answer = b'{"id":%b,"hits":%b}' % (number, hits)
        except Unauthenticated as error:
            raise Ended(REFUSED, "the key has been revoked") from error
        except Exception as error:  # noqa: BLE001 - whatever it was, the caller gets an answer
            problem = self._worker.problem_of(error, self._request_id, OPERATION)
            status = problem.status
            answer = b'{"id":%b,"problem":%b}' % (number, problem.body(self._request_id))
        self._note(visitor, status, perf_counter() - began_s, len(answer))
        return answer.decode()

    def _note(self, visitor: Visitor, status: int, seconds: float, size: int) -> None:
        worker = self._worker
        worker.log.write(self._request_id, "WS", OPERATION, status, seconds, size, visitor.key_id)
        worker.metrics.observe(OPERATION, status, seconds)


def number_of(fields: Any) -> bytes:
    """The message's id, to be sent back; null if it has none that could be."""
    number = fields.get("id") if isinstance(fields, dict) else None
    return b"%d" % number if type(number) is int and abs(number) < 2**53 else b"null"


def search(visitor: Visitor, query: dict[str, Any]) -> bytes:
    return encoding.hits(visitor.memory.search(**query))


def offered(scope: Message) -> tuple[str | None, str | None]:
    """The subprotocol to agree on, and the key that stands among those offered: browsers can send no header."""
    names = list(scope.get("subprotocols", ()))
    key = next((name.removeprefix(SUBPROTOCOL_KEY) for name in names if name.startswith(SUBPROTOCOL_KEY)), None)
    return (SUBPROTOCOL if SUBPROTOCOL in names else None), key
