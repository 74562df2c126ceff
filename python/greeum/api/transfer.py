"""Export and import over HTTP, line by line: neither is ever held as a whole."""

from __future__ import annotations

import asyncio
import re
from concurrent.futures import TimeoutError as FutureTimeoutError
from io import BufferedReader, RawIOBase
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from greeum.api import answers, encoding, wire
from greeum.api.http import NDJSON, Answer, ClientLeft
from greeum.api.problems import Problem
from greeum.api.routes import Operation
from greeum.errors import InvalidInput
from greeum.importers.files import GZIP_MAGIC, LINE_BYTES_MAX, unpacked
from greeum.importers.files import lines as lines_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from _typeshed import WriteableBuffer

    from greeum import Memory
    from greeum.api.http import Call, Message
    from greeum.importers.files import Prompt

PIECE_BYTES_MIN = 65_536
"""Lines of an export are sent together from this size on: one trip to a thread and one write for some hundred."""

PIECE_TIMEOUT_S = 60.0
"""How long an import waits for more of its body. It holds one of few threads while it does."""

OURS = "greeum"
"""The format of exports; others are converted by whoever sends them."""

TAKEN_IN = " (what came before this was taken in)"

NOTHING_BEFORE = re.compile(r"lines$|line [12](?![0-9])|content-encoding$")
"""Fields of errors before which nothing came, or no more than the header."""


class Taking(wire.Request):
    bring_back: Annotated[bool, Meta(description="Whether to take in what was forgotten here, too.")] = False
    report: Annotated[
        bool,
        Meta(description="Whether to pass over lines that cannot be taken, and say which; the first one ends it else."),
    ] = False
    dry_run: Annotated[bool, Meta(description="Whether to write nothing, and report what would be done.")] = False


class Skipped(answers.Answered):
    """A line that could not be taken."""

    where: str
    reason: str


class Imported(answers.Answered):
    """How many records were taken in, and how many blocks were there already, or were forgotten here. With a report,
    what could not be taken too.
    """

    added: int
    present: int
    forgotten: int
    links: int
    anchors: int
    weights: Annotated[int, Meta(description="Namespaces of which weights were taken over.")]
    format: str | UnsetType = UNSET
    dry_run: bool | UnsetType = UNSET
    corrected: Annotated[int, Meta(description="Of those added, newer versions of others.")] | UnsetType = UNSET
    skipped: Annotated[int, Meta(description="Lines that could not be taken.")] | UnsetType = UNSET
    reasons: Annotated[list[Skipped], Meta(description="The first thousand of them.")] | UnsetType = UNSET
    left_out: dict[str, int] | UnsetType = UNSET
    notes: list[str] | UnsetType = UNSET


class Exported(wire.Request):
    namespace: wire.PathNamespace = ""


def export(memory: Memory, call: Call) -> Answer:
    """Everything at a namespace and below it as JSON Lines, for an import into any memory."""
    return Answer(media_type=NDJSON, pieces=joined(memory.export(**call.query)), is_bulk=True)


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
    """Take in what an export wrote, packed by gzip or not. Blocks that are here already are passed over, so that it may
    be sent again, and so are those that were forgotten here. The first bad line ends it, unless a report is asked for;
    what came before that stays.
    """
    is_dry, brings_back = call.query.get("dry_run", False), call.query.get("bring_back", False)
    try:
        with body_of(call) as body:
            if is_dry or call.query.get("report"):
                return encoding.one(memory.import_from(body, format=OURS, dry_run=is_dry, bring_back=brings_back))
            lines = lines_of(unpacked(body, "what was sent"))
            return encoding.plain(memory.import_(lines, bring_back=brings_back))
    except InvalidInput as error:
        field = "body" if error.field == "path" else error.field
        stays = "" if is_dry or NOTHING_BEFORE.match(field) else TAKEN_IN
        raise InvalidInput(field, error.reason + stays) from error


def body_of(call: Call) -> BufferedReader[Body]:
    """The body as it comes, as a stream. Raises InvalidInput if it is not what the request says."""
    stream = BufferedReader(Body(pieces_of(call)), PIECE_BYTES_MIN)
    says_gzip = call.headers.get(b"content-encoding", b"").lower() == b"gzip"
    if says_gzip and not stream.peek(len(GZIP_MAGIC)).startswith(GZIP_MAGIC):
        raise InvalidInput("content-encoding", "is gzip, and the body is not")
    return stream


class Body(RawIOBase):
    """Pieces, to be read in whatever sizes are wanted. Nothing of it is waited for but the next piece."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._left = memoryview(piece)
        room = memoryview(buffer)
        part = self._left[: len(room)]
        room[: len(part)] = part
        self._left = self._left[len(part) :]
        return len(part)


def pieces_of(call: Call) -> Iterator[bytes]:
    """The body as it comes, for a thread that waits for it. Raises ClientLeft, or Problem if nothing comes for long."""
    more = True
    while more:
        waiting = asyncio.run_coroutine_threadsafe(receive(call), call.worker.loop)
        try:
            message = waiting.result(PIECE_TIMEOUT_S)
        except FutureTimeoutError as error:
            waiting.cancel()
            stays = "" if call.query.get("dry_run") else TAKEN_IN
            raise Problem("timeout", f"The rest of the body did not come{stays}") from error
        if message["type"] == "http.disconnect":
            raise ClientLeft
        if call.visitor is not None:
            # It may take minutes: a key that was revoked meanwhile ends it.
            call.worker.door.confirm(call.visitor)
        more = message.get("more_body", False)
        yield message.get("body", b"")


async def receive(call: Call) -> Message:
    return await call.receive()


def lines_of(stream: Prompt) -> Iterator[str]:
    """The lines of a body, without line ends. Raises InvalidInput for one that is too long or is not text."""
    for number, line in lines_in(stream):
        if line is None:
            raise InvalidInput(f"line {number}", f"is longer than the {LINE_BYTES_MAX:,} bytes that one may have")
        yield text_of(line, number)


def text_of(line: bytes, number: int) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError as error:
        raise InvalidInput(f"line {number}", f"is not UTF-8 at byte {error.start}") from error


OPERATIONS = (
    Operation(
        id="export", method="GET", path="/v1/export", handle=export, query=Exported, answer=str, offers=(NDJSON,),
        streams=(
            (NDJSON, "One record a line: a header, blocks, links, anchors, weights. See docs/reference/export.md."),
        ),
    ),
    Operation(
        id="import", method="POST", path="/v1/import", handle=import_, query=Taking, takes=NDJSON,
        answer=Imported,
        problems=("conflict", "embedder-failed", "store-full"), is_long=True,
    ),
)  # fmt: skip
