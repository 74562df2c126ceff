"""The body of an import: lines, as they come, in pieces that are worth a packet."""

from __future__ import annotations

from json import dumps

from greeum.errors import InvalidInput
from greeum.importers.exports import LINES_PER_STEP, parsed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

PIECE_BYTES = 65_536


class Upload:
    """To be iterated once. Where a line cannot be sent, or the lines themselves raise an error, the body ends, so that
    what came before is taken in as it is in a memory of one's own; `error` is then to be raised.
    """

    def __init__(self, lines: Iterable[str], progress: Callable[[int], None] | None) -> None:
        if isinstance(lines, (str, bytes)) or not hasattr(lines, "__iter__"):
            raise InvalidInput("lines", "must be several strings, each a line of JSON")
        self._lines = lines
        self._progress = progress
        self.error: Exception | None = None

    def __iter__(self) -> Iterator[bytes]:
        piece = bytearray()
        for line in self._written():
            piece += line
            if len(piece) >= PIECE_BYTES:
                yield bytes(piece)
                piece.clear()
        # An empty piece is how chunks say that the body is over.
        if piece:
            yield bytes(piece)

    def _written(self) -> Iterator[bytes]:
        try:
            for number, line in enumerate(self._lines, 1):
                yield written(line, number)
                if self._progress is not None and number % LINES_PER_STEP == 0:
                    self._progress(number)
        except Exception as error:  # noqa: BLE001 - it is raised when the server has answered
            self.error = error


def written(line: object, number: int) -> bytes:
    """One line as it is sent."""
    try:
        if not isinstance(line, str):
            raise InvalidInput("line", f"must be a string, not {type(line).__name__}")
        text = line.strip(" \t\r\n")
        # Within one line of ours there may be line ends, between the members of an object.
        return (dumps(parsed(text), ensure_ascii=False) if "\n" in text else text).encode() + b"\n"
    except UnicodeEncodeError as error:
        reason = f"holds half of a surrogate pair at {error.start}: it is not text"
        raise InvalidInput(f"line {number}: line", reason) from error
    except InvalidInput as error:
        raise InvalidInput(f"line {number}: {error.field}", error.reason) from error
