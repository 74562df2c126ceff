"""The body of an import: what was exported, as it comes, in pieces that are worth a packet."""

from __future__ import annotations

import zlib
from json import dumps

from greeum.errors import InvalidInput
from greeum.importers.exports import LINES_PER_STEP, parsed
from greeum.importers.files import GZIP_MAGIC, unpacked
from greeum.importers.intake import LINE, at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from io import BufferedReader

PIECE_BYTES = 65_536

GZIP_LEVEL = 1
"""What was packed is packed again on its way, quickly: it is read in between, and what is damaged is noticed here."""

GZIP_FORM = 31
"""How zlib is told of gzip's form, with the largest window."""


class Upload:
    """To be iterated once. Where something cannot be sent, or what gives the parts raises an error, the body ends, so
    that what came before is taken in as it is in a memory of one's own; `error` is then to be raised.
    """

    def __init__(self, parts: Iterable[bytes], *, is_packed: bool = False) -> None:
        self._parts = parts
        self.is_packed = is_packed
        self.error: Exception | None = None

    def __iter__(self) -> Iterator[bytes]:
        press = zlib.compressobj(GZIP_LEVEL, wbits=GZIP_FORM) if self.is_packed else None
        piece = bytearray()
        for part in self._sound():
            piece += part if press is None else press.compress(part)
            if len(piece) >= PIECE_BYTES:
                yield bytes(piece)
                piece.clear()
        if press is not None:
            piece += press.flush()
        # An empty piece is how chunks say that the body is over.
        if piece:
            yield bytes(piece)

    def _sound(self) -> Iterator[bytes]:
        try:
            yield from self._parts
        except Exception as error:  # noqa: BLE001 - it is raised when the server has answered
            self.error = error


def lines_upload(lines: Iterable[str], progress: Callable[[int], None] | None) -> Upload:
    """Lines as they are sent. `progress` is called with how many have been."""
    if isinstance(lines, (str, bytes)) or not hasattr(lines, "__iter__"):
        raise InvalidInput("lines", "must be several strings, each a line of JSON")
    return Upload(each_written(lines, progress))


def each_written(lines: Iterable[str], progress: Callable[[int], None] | None) -> Iterator[bytes]:
    for number, line in enumerate(lines, 1):
        yield written(line, number)
        if progress is not None and number % LINES_PER_STEP == 0:
            progress(number)


def stream_upload(stream: BufferedReader, name: str, progress: Callable[[int, int], None] | None) -> Upload:
    """An export that is in a file, or comes in a stream; what is packed there is sent packed. `progress` is called with
    how many lines have been sent, and 0.
    """
    is_packed = stream.peek(len(GZIP_MAGIC)).startswith(GZIP_MAGIC)
    return Upload(each_read(stream, name, progress), is_packed=is_packed)


def each_read(stream: BufferedReader, name: str, progress: Callable[[int, int], None] | None) -> Iterator[bytes]:
    plain = unpacked(stream, name)
    lines = 0
    while part := plain.read1(PIECE_BYTES):
        yield part
        if progress is not None:
            lines += part.count(b"\n")
            progress(lines, 0)


def written(line: object, number: int) -> bytes:
    """One line as it is sent."""
    try:
        if not isinstance(line, str):
            raise InvalidInput(LINE, f"must be a string, not {type(line).__name__}")
        text = line.strip(" \t\r\n")
        # Within one line of ours there may be line ends, between the members of an object.
        return (dumps(parsed(text), ensure_ascii=False) if "\n" in text else text).encode() + b"\n"
    except UnicodeEncodeError as error:
        reason = f"holds half of a surrogate pair at {error.start}: it is not text"
        raise InvalidInput(f"line {number}", reason) from error
    except InvalidInput as error:
        raise at(f"line {number}", error) from error
