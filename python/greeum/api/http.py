"""A request on its way to an operation, and the answer on its way back: headers, bodies and media types."""

from __future__ import annotations

import re
import zlib
from functools import lru_cache

from greeum.api.problems import MEDIA_TYPE as PROBLEM
from greeum.api.problems import Problem
from greeum.errors import InvalidInput

TYPE_CHECKING = False
if TYPE_CHECKING:
    from asyncio import Future
    from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Iterator, MutableMapping
    from typing import Any

    from greeum.api.authentication import Visitor
    from greeum.api.tracing import Span
    from greeum.api.worker import Worker

    Scope = MutableMapping[str, Any]
    Message = MutableMapping[str, Any]
    Receive = Callable[[], Awaitable[Message]]
    Send = Callable[[Message], Awaitable[None]]
    ASGI = Callable[[Scope, Receive, Send], Awaitable[None]]
    Headers = list[tuple[bytes, bytes]]

JSON = b"application/json"
NDJSON = b"application/x-ndjson"
EVENTS = b"text/event-stream"

GZIP_BYTES_MIN = 1_024
"""Answers from this size on are compressed for those who ask: a smaller one fits a packet as it is."""

GZIP_LEVEL = 1
"""It takes away seven tenths of a search's answer in 20 µs; level 6 takes half as long again for a fiftieth more."""

ACCEPT_BYTES_MAX = 1_000
"""The longest Accept header that is read: what browsers send is a fifth of it."""

LONE_PERCENT = re.compile(rb"%(?![0-9A-Fa-f]{2})")
"""A percent sign that two hex digits do not follow: it says nothing, and readers differ in what they make of it."""

REQUEST_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")

ALWAYS: Headers = [(b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff")]


class ClientLeft(Exception):
    """The connection was closed before the request was there, or before the answer was."""


class Call:
    """One request: what an operation may want to know of it."""

    __slots__ = (
        "accepted", "at_once", "body", "extra_headers", "headers", "left", "operation_id", "path", "problem",
        "query", "receive", "request_id", "scope", "sent", "span", "visitor", "worker",
    )  # fmt: skip

    def __init__(self, scope: Scope, receive: Receive, worker: Worker) -> None:
        self.scope = scope
        self.receive = receive
        self.worker = worker
        """What the calls of this process share."""
        self.headers: dict[bytes, bytes] = {}
        """By name, in lower case."""
        self.request_id = "-"
        self.operation_id = "other"
        self.visitor: Visitor | None = None
        self.path: str = ""
        """What stands in the path in the place of its {parameter}."""
        self.query: dict[str, Any] = {}
        self.body: dict[str, Any] = {}
        self.accepted: bytes = JSON
        """Which of the media types that the operation offers is wanted."""
        self.extra_headers: Headers = []
        """What the answer is to say besides, whatever it is."""
        self.span: Span | None = None
        self.at_once = False
        """Whether the event loop makes it itself, and is kept by it."""
        self.problem: str | None = None
        """The name of the problem that it was answered with."""
        self.left: Future[None] | None = None
        """For answers in pieces: done when the client has gone."""
        self.sent = 0
        """Bytes of the answer's body that were sent."""

    @property
    def share(self) -> str | None:
        """As `Visitor.share`."""
        return None if self.visitor is None else self.visitor.share


class Answer:
    """What is sent back: a body at once, or its beginning and then `pieces` as they come."""

    __slots__ = ("body", "headers", "inner", "is_bulk", "media_type", "pieces", "records", "status")

    def __init__(
        self,
        body: bytes = b"",
        status: int = 200,
        headers: Headers | None = None,
        *,
        media_type: bytes = JSON,
        pieces: Iterator[bytes] | AsyncGenerator[bytes, None] | None = None,
        records: int | None = None,
        is_bulk: bool = False,
        inner: ASGI | None = None,
    ) -> None:
        self.body = body
        self.status = status
        self.headers = headers or []
        self.media_type = media_type
        self.pieces = pieces
        self.is_bulk = is_bulk
        """Whether the pieces may wait for one another, so that they can be compressed together."""
        self.inner = inner
        """Another application, which is to answer in place of this."""
        self.records = records
        """How many blocks it is about, for traces."""


def problem_answer(problem: Problem, request_id: str) -> Answer:
    return Answer(problem.body(request_id), problem.status, problem.headers, media_type=PROBLEM)


SINGLE = frozenset(
    (b"accept", b"authorization", b"content-encoding", b"content-length", b"content-type", b"host", b"idempotency-key",
     b"if-match", b"if-none-match", b"last-event-id", b"origin", b"x-api-key", b"x-request-id")
)  # fmt: skip
"""Headers of which one counts: given twice it would be unclear which."""


def check_single(headers: Iterable[tuple[bytes, bytes]]) -> None:
    """Raises InvalidInput if a header of which one counts stands there twice."""
    seen = set()
    for name, _ in headers:
        if name in seen and name in SINGLE:
            raise InvalidInput(name.decode(), "is given twice")
        seen.add(name)


def credential_of(headers: dict[bytes, bytes]) -> str | None:
    """What came with a request to say who sends it, unchecked; of `Bearer` the key. Raises InvalidInput if two things
    did.
    """
    key, authorization = headers.get(b"x-api-key"), headers.get(b"authorization")
    if authorization is None:
        return None if key is None else key.decode("latin-1")
    if key is not None:
        raise InvalidInput("x-api-key", "comes beside authorization; send one of them")
    scheme, _, token = authorization.partition(b" ")
    return (token.strip() if scheme.lower() == b"bearer" else authorization).decode("latin-1")


async def body_of(receive: Receive, headers: dict[bytes, bytes], bytes_max: int) -> bytes:
    """The whole body. Raises Problem for one that is too long, and ClientLeft if it does not come to its end."""
    declared = headers.get(b"content-length")
    if declared is not None and declared.isdigit() and int(declared[:20]) > bytes_max:
        raise too_large(bytes_max)
    message = await receive()
    if not message.get("more_body") and message["type"] == "http.request":
        body: bytes = message.get("body", b"")
        if len(body) > bytes_max:
            raise too_large(bytes_max)
        return body
    return await long_body(message, receive, bytes_max)


async def long_body(message: Message, receive: Receive, bytes_max: int) -> bytes:
    pieces, size = [], 0
    while True:
        if message["type"] == "http.disconnect":
            raise ClientLeft
        pieces.append(message.get("body", b""))
        size += len(pieces[-1])
        if size > bytes_max:
            raise too_large(bytes_max)
        if not message.get("more_body"):
            return b"".join(pieces)
        message = await receive()


def replayed(body: bytes, receive: Receive) -> Receive:
    """Gives a body that was read, in one piece, and then what comes after it."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return waiting.pop() if waiting else await receive()

    return again


def too_large(bytes_max: int) -> Problem:
    return Problem("too-large", f"The body is longer than the {bytes_max:,} bytes that are taken here")


def has_body(headers: dict[bytes, bytes]) -> bool:
    return headers.get(b"content-length", b"0") != b"0" or b"transfer-encoding" in headers


def check_type(headers: dict[bytes, bytes], wanted: bytes, encodings: tuple[bytes, ...] = (b"identity",)) -> None:
    """That the body is what is wanted, in UTF-8 and in one of these content encodings. Raises Problem."""
    given = headers.get(b"content-type")
    if given != wanted and not is_type(given or b"", wanted):
        raise Problem("unsupported-media-type", f"The body must be {wanted.decode()} in UTF-8: say so in content-type")
    if headers.get(b"content-encoding", b"identity").lower() not in encodings:
        how = " or ".join(encoding.decode() for encoding in encodings)
        raise Problem("unsupported-media-type", f"The content encoding of the body must be {how}")


def is_type(given: bytes, wanted: bytes) -> bool:
    kind, *parameters = (part.strip().lower() for part in given.split(b";"))
    return kind == wanted and all(part in (b"", b"charset=utf-8", b'charset="utf-8"') for part in parameters)


def chosen_type(headers: dict[bytes, bytes], offers: tuple[bytes, ...]) -> bytes:
    """Which of the media types is liked best; the first of them if it does not matter. Raises Problem if none is."""
    accept = headers.get(b"accept")
    if not accept or accept == b"*/*" or accept == offers[0]:
        return offers[0]
    chosen = preferred(accept, offers) if len(accept) <= ACCEPT_BYTES_MAX else None
    if chosen is None:
        there = ", ".join(offer.decode() for offer in offers)
        raise Problem("not-acceptable", f"Accept leaves out all that can be answered here: {there}")
    return chosen


@lru_cache(maxsize=256)
def preferred(accept: bytes, offers: tuple[bytes, ...]) -> bytes | None:
    """Which offer an Accept header gives the most weight; of equal ones the first."""
    weights = weights_of(accept)
    best, most = None, 0.0
    for offer in offers:
        everything_of_kind = offer.partition(b"/")[0] + b"/*"
        weight = weights.get(offer, weights.get(everything_of_kind, weights.get(b"*/*", 0.0)))
        if weight > most:
            best, most = offer, weight
    return best


def weights_of(header: bytes) -> dict[bytes, float]:
    """Each of the things that an Accept or Accept-Encoding header lists, with its `q`."""
    weights = {}
    for entry in header.split(b","):
        name, *parameters = (part.strip().lower() for part in entry.split(b";"))
        weight = b"1"
        for parameter in parameters:
            if parameter.startswith(b"q="):
                weight = parameter[2:]
        weights[name] = float(weight) if re.fullmatch(rb"[01](\.[0-9]{0,3})?", weight) else 0.0
    return weights


def takes_gzip(headers: dict[bytes, bytes]) -> bool:
    accepted = headers.get(b"accept-encoding")
    return accepted is not None and is_gzip_listed(accepted[:ACCEPT_BYTES_MAX])


@lru_cache(maxsize=256)
def is_gzip_listed(accepted: bytes) -> bool:
    return weights_of(accepted).get(b"gzip", 0.0) > 0.0


def compressor() -> zlib._Compress:
    """Makes gzip out of what it is fed."""
    return zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, 16 + zlib.MAX_WBITS)


def gzipped(body: bytes) -> bytes:
    press = compressor()
    return press.compress(body) + press.flush()
