"""Export and import over HTTP, line by line: neither is ever held as a whole."""

from __future__ import annotations

import asyncio
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import Annotated

from msgspec import Meta

from greeum import limits
from greeum.api import answers, encoding, wire
from greeum.api.http import NDJSON, Answer, ClientLeft
from greeum.api.problems import Problem
from greeum.api.routes import Operation
from greeum.errors import InvalidInput

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from greeum import Memory
    from greeum.api.http import Call, Message

PIECE_BYTES_MIN = 65_536
"""Lines of an export are sent together from this size on: one trip to a thread and one write for some hundred."""

PIECE_TIMEOUT_S = 60.0
"""How long an import waits for more of its body. It holds one of few threads while it does."""


class BringBack(wire.Request):
    bring_back: Annotated[bool, Meta(description="Whether to take in what was forgotten here, too.")] = False


class Imported(answers.Answered):
    """How many records were taken in, and how many blocks were there already, or were forgotten here."""

    added: int
    present: int
    forgotten: int
    links: int
    anchors: int
    weights: Annotated[int, Meta(description="Namespaces of which weights were taken over.")]


def export(memory: Memory, _: Call) -> Answer:
    """Everything as JSON Lines, for an import into any memory."""
    return Answer(media_type=NDJSON, pieces=joined(memory.export()), is_bulk=True)


def joined(lines: Iterable[str]) -> Iterator[bytes]:
    """Lines in pieces of a size that is worth sending."""
    waiting: list[str] = []
    size = 0
    for line in lines:
        waiting.append(line)
        size += len(line)
        if size >= PIECE_BYTES_MIN:
            yield ("\n".join(waiting) + "\n").encode()
            waiting, size = [], 0
    if waiting:
        yield ("\n".join(waiting) + "\n").encode()


def import_(memory: Memory, call: Call) -> Answer:
    """Take in what an export wrote; blocks that are here already are passed over, so that it may be sent again, and
    so are those that were forgotten here. At the first bad line it ends: what came before that stays.
    """
    try:
        return encoding.plain(memory.import_(lines_of(pieces_of(call)), **call.query))
    except InvalidInput as error:
        raise InvalidInput(error.field, f"{error.reason} (what came before this line was taken in)") from error


def pieces_of(call: Call) -> Iterator[bytes]:
    """The body as it comes, for a thread that waits for it. Raises ClientLeft, or Problem if nothing comes for long."""
    more = True
    while more:
        waiting = asyncio.run_coroutine_threadsafe(receive(call), call.worker.loop)
        try:
            message = waiting.result(PIECE_TIMEOUT_S)
        except FutureTimeoutError as error:
            waiting.cancel()
            raise Problem("timeout", "The rest of the body did not come; what came before it was taken in") from error
        if message["type"] == "http.disconnect":
            raise ClientLeft
        if call.visitor is not None:
            # It may take minutes: a key that was revoked meanwhile ends it.
            call.worker.door.confirm(call.visitor)
        more = message.get("more_body", False)
        yield message.get("body", b"")


async def receive(call: Call) -> Message:
    return await call.receive()


def lines_of(pieces: Iterable[bytes]) -> Iterator[str]:
    """The lines of a body, without line ends. Raises InvalidInput for one that is too long or is not text."""
    waiting: list[bytes] = []
    size, number = 0, 1
    for piece in pieces:
        for place, part in enumerate(piece.split(b"\n")):
            if place:
                yield text_of(b"".join(waiting), number)
                waiting, size, number = [], 0, number + 1
            waiting.append(part)
            size += len(part)
            if size > limits.BATCH_BODY_BYTES_MAX:
                reason = f"is longer than the {limits.BATCH_BODY_BYTES_MAX:,} bytes that one may have"
                raise InvalidInput(f"line {number}", reason)
    if size:
        yield text_of(b"".join(waiting), number)


def text_of(line: bytes, number: int) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError as error:
        raise InvalidInput(f"line {number}", f"is not UTF-8 at byte {error.start}") from error


OPERATIONS = (
    Operation(
        id="export", method="GET", path="/v1/export", handle=export, answer=str, offers=(NDJSON,),
        streams=(
            (NDJSON, "One record a line: a header, blocks, links, anchors, weights. See docs/reference/export.md."),
        ),
    ),
    Operation(
        id="import", method="POST", path="/v1/import", handle=import_, query=BringBack, takes=NDJSON,
        answer=Imported,
        problems=("conflict", "embedder-failed", "store-full"), is_long=True,
    ),
)  # fmt: skip
