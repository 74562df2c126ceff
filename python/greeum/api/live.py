"""Recall while somebody types, over one WebSocket: of the queries that have arrived, only the newest is answered."""

from __future__ import annotations

import asyncio
from time import perf_counter
from typing import Annotated, Any

from msgspec import Meta

from greeum.api import requests, wire
from greeum.api.gate import WEBSOCKET_BYTES_MAX
from greeum.api.search import OneQuery
from greeum.api.watch import CONFIRM_PERIOD_S
from greeum.errors import GreeumError, InvalidInput, Unauthenticated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.api.authentication import Visitor
    from greeum.api.http import Message, Receive, Send
    from greeum.api.worker import Worker

OPERATION = "search.live"

PATH = "/v1/search:live"

SUBPROTOCOL, SUBPROTOCOL_KEY = "greeum", "greeum.key."
"""What browsers offer: the name of this protocol, and a key where they can send no header."""

KEY_TIMEOUT_S = 10.0
"""How long the key may take that a browser sends as its first message."""

IDLE_TIMEOUT_S = 600.0
"""How long nothing may be asked: somebody who thinks that long connects again within one round trip."""

REVOKED = "the key does not hold any longer"

GOING_AWAY, NOT_TEXT, REFUSED, TOO_BIG, TRY_AGAIN = 1001, 1003, 1008, 1009, 1013
"""Codes of RFC 6455 with which a conversation is ended."""


class LiveSearch(OneQuery, kw_only=True):
    """A message over `/v1/search:live`."""

    id: Annotated[int, Meta(description="Comes back with the answer.", ge=0, le=2**53 - 1)]


class LiveKey(wire.Request):
    """The first message from a browser that has not named its key otherwise."""

    key: str


class Ended(Exception):
    """The conversation is over; with a code where it is us who end it."""

    def __init__(self, code: int = 0, reason: str = "") -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Conversation:
    """One client's. Between two messages nobody is inside: a memory is kept open by those who use it."""

    def __init__(self, worker: Worker, receive: Receive, send: Send, request_id: str, credential: str | None) -> None:
        self._worker = worker
        self._receive = receive
        self._send = send
        self._request_id = request_id
        self._credential = credential
        self._newest: str | None = None
        """The last message that has arrived, if nobody has taken it yet."""
        self._arrived = asyncio.Event()

    async def is_known(self) -> bool:
        """Whether the credential opens the door; False for somebody who has named none where one is needed. Raises
        Unauthenticated for one that does not hold.
        """
        try:
            self._worker.door.leave(await self._worker.enter(self._credential))
        except Unauthenticated:
            if self._credential is None:
                return False
            raise
        return True

    async def run(self, subprotocol: str | None, *, is_known: bool) -> None:
        """Accept it, and answer until it ends. Who is not known names the key in the first message."""
        try:
            await self._send({"type": "websocket.accept", "subprotocol": subprotocol})
            if not is_known:
                await self._introduction()
            await self._converse()
        except Ended as ended:
            if ended.code:
                await self._send({"type": "websocket.close", "code": ended.code, "reason": ended.reason})
        except OSError:
            pass  # The client has gone while something was sent to it.

    async def _introduction(self) -> None:
        try:
            text = await asyncio.wait_for(self._text(), KEY_TIMEOUT_S)
            self._credential = requests.checked(requests.json_of(text, "message"), LiveKey)["key"]
            await self.is_known()
        except (TimeoutError, InvalidInput, Unauthenticated) as error:
            raise Ended(REFUSED, 'send {"key": "…"} first, with a key that holds') from error
        except GreeumError as error:
            raise Ended(TRY_AGAIN, "the memory cannot be opened now; try again") from error

    async def _text(self) -> str:
        """The next message."""
        message = await self._receive()
        if message["type"] == "websocket.disconnect":
            raise Ended
        text = message.get("text")
        if text is None:
            raise Ended(NOT_TEXT, "write JSON in text messages")
        # Our own server counts before it decodes; others may have no bound, or another one.
        if len(text.encode()) > WEBSOCKET_BYTES_MAX:
            raise Ended(TOO_BIG, f"a message may have {WEBSOCKET_BYTES_MAX:,} bytes")
        return str(text)

    async def _converse(self) -> None:
        listening = asyncio.ensure_future(self._listen())
        stopping = asyncio.ensure_future(self._worker.health.stopping.wait())
        answering = asyncio.ensure_future(self._answer_newest())
        confirming = asyncio.ensure_future(self._confirm())
        tasks = (listening, stopping, answering, confirming)
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

    async def _confirm(self) -> None:
        """Ask time and again whether the key still holds: who says nothing is to be out too, soon after it does not."""
        while True:
            await asyncio.sleep(CONFIRM_PERIOD_S)
            try:
                self._worker.door.check(self._credential)
            except Unauthenticated as error:
                raise Ended(REFUSED, REVOKED) from error
            except GreeumError:
                continue  # Whether it holds cannot be told now; nobody is let in meanwhile.

    async def _answer_newest(self) -> None:
        """One after the other: while one is searched for, others may arrive, and all but the last are passed over."""
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            text, self._newest = self._newest, None
            assert text is not None
            await self._send({"type": "websocket.send", "text": await self._answer(text)})

    async def _answer(self, text: str) -> str:
        began_s, status, number, visitor = perf_counter(), 200, b"null", None
        try:
            visitor = await self._worker.enter(self._credential)
            fields = requests.json_of(text, "message")
            number = number_of(fields)
            self._worker.admit(visitor, OPERATION)
            query = requests.checked(fields, LiveSearch)
            del query["id"]
            hits = await self._worker.run(visitor.share, search, visitor, query)
            answer = b'{"id":%b,"hits":%b}' % (number, hits)
        except Unauthenticated as error:
            raise Ended(REFUSED, REVOKED) from error
        except Exception as error:  # noqa: BLE001 - whatever it was, the caller gets an answer
            problem = self._worker.problem_of(error, self._request_id, OPERATION)
            status = problem.status
            answer = b'{"id":%b,"problem":%b}' % (number, problem.body(self._request_id))
        finally:
            if visitor is not None:
                self._worker.door.leave(visitor)
        self._note(visitor, status, perf_counter() - began_s, len(answer))
        return answer.decode()

    def _note(self, visitor: Visitor | None, status: int, seconds: float, size: int) -> None:
        worker, key_id = self._worker, None if visitor is None else visitor.key_id
        worker.log.write(self._request_id, "WS", OPERATION, status, seconds, size, key_id)
        worker.metrics.observe(OPERATION, status, seconds)


def number_of(fields: Any) -> bytes:
    """The message's id, to be sent back; null if it has none that could be."""
    number = fields.get("id") if isinstance(fields, dict) else None
    return b"%d" % number if type(number) is int and abs(number) < 2**53 else b"null"


def search(visitor: Visitor, query: dict[str, Any]) -> bytes:
    return visitor.memory.search_json(**query)


def offered(scope: Message) -> tuple[str | None, str | None]:
    """The subprotocol to agree on, and the key that stands among those offered: browsers can send no header."""
    names = list(scope.get("subprotocols", ()))
    key = next((name.removeprefix(SUBPROTOCOL_KEY) for name in names if name.startswith(SUBPROTOCOL_KEY)), None)
    return (SUBPROTOCOL if SUBPROTOCOL in names else None), key
