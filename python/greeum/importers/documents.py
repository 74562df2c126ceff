"""JSON documents that may be larger than what fits in memory: their parts, one at a time.

A document is an array, or an object whose members may be arrays: the parts are the items of these arrays and the other
members. Where a part ends is found by its brackets and quotes, without building anything of it; then it is parsed. So
what is held is one part, and no more than `PART_BYTES_MAX` of it, whatever the document's size.
"""

from __future__ import annotations

import re
from json import loads
from typing import NamedTuple

from greeum.errors import InvalidInput
from greeum.importers.files import PIECE_BYTES
from greeum.unreadable import json_fault

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from greeum.importers.files import Stream

PART_BYTES_MAX = 33_554_432
"""A part as JSON: a conversation of some ten thousand long messages. Parsed, it takes two to twenty times as much."""

BLANK = b" \t\r\n"

FLAT = re.compile(rb'(?:[^"{}\[\]]++|"(?:[^"\\]++|\\.)*+")*+', re.DOTALL)
"""Up to the next bracket, or a string that ends beyond what has been read."""

REST_OF_STRING = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)


KINDS: dict[type, str] = {str: "a string", list: "an array", dict: "an object"}
"""What JSON calls them."""


class Part(NamedTuple):
    """A part of a document: the member of the object that it is, or is an item of, its number there from 0, and its
    value, or why there is none.
    """

    member: str | None
    number: int | None
    value: Any
    problem: str | None = None

    @property
    def where(self) -> str:
        """How a report calls it."""
        place = "" if self.number is None else f"[{self.number}]"
        return f"{self.member or ''}{place}" or "document"


class Broken(Exception):
    """The document is not JSON from here on."""


def parts(stream: Stream) -> Iterator[Part]:
    """The parts of a document. Where it breaks off, or is not JSON, the last one says so."""
    reader = Reader(stream)
    try:
        yield from reader.parts()
    except Broken as broken:
        yield Part(reader.member, reader.number, None, str(broken))


class Reader:
    """Reads a document from front to back."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._buffer = b""
        self._place = 0
        """In the buffer; what is before it has been dealt with."""
        self._passed = 0
        """Bytes of the stream before the buffer."""
        self.member: str | None = None
        self.number: int | None = None

    def parts(self) -> Iterator[Part]:
        if self._next() == b"\xef":
            for byte in (b"\xef", b"\xbb", b"\xbf"):
                self._expect(byte)
        opening = self._next()
        if opening == b"[":
            yield from self._items()
        elif opening == b"{":
            yield from self._members()
        else:
            raise self._broken("is neither an array nor an object")

    def _members(self) -> Iterator[Part]:
        self._expect(b"{")
        while self._next() != b"}":
            self.member, self.number = self._name(), None
            self._expect(b":")
            if self._next() == b"[":
                yield from self._items()
            else:
                yield self._part()
            if not self._goes_on(b"}"):
                return
        self._place += 1

    def _items(self) -> Iterator[Part]:
        self._expect(b"[")
        self.number = 0
        while self._next() != b"]":
            yield self._part()
            self.number += 1
            if not self._goes_on(b"]"):
                return
        self._place += 1

    def _goes_on(self, end: bytes) -> bool:
        """Pass over a comma, or the end."""
        following = self._next()
        if following not in (b",", end):
            raise self._broken(f"has {following!r} where a comma belongs")
        self._place += 1
        return following == b","

    def _name(self) -> str:
        raw = self._value()
        name = None if raw is None else parsed(raw)[0]
        if not isinstance(name, str):
            raise self._broken("has no name where one belongs")
        return name

    def _part(self) -> Part:
        raw = self._value()
        if raw is None:
            return Part(self.member, self.number, None, f"is larger than {PART_BYTES_MAX:,} bytes")
        value, problem = parsed(raw)
        return Part(self.member, self.number, value, problem)

    def _value(self) -> bytes | None:
        """The bytes of the value that begins here; None if there are too many of them (they are passed over)."""
        opening = self._next()
        if opening in (b"{", b"["):
            return self._nested()
        if opening == b'"':
            return self._string()
        return self._scalar()

    def _nested(self) -> bytes | None:
        kept: int | None = self._place
        scan, depth = self._place, 0
        while True:
            scan = self._flat(scan)
            following = self._buffer[scan : scan + 1]
            if following in (b"{", b"["):
                depth, scan = depth + 1, scan + 1
            elif following in (b"}", b"]"):
                depth, scan = depth - 1, scan + 1
                if depth == 0:
                    raw = None if kept is None else self._buffer[kept:scan]
                    self._place = scan
                    return raw
            elif kept is not None and scan - kept <= PART_BYTES_MAX and len(self._buffer) - kept <= PART_BYTES_MAX:
                scan -= self._more(kept)
                kept = 0
            else:
                kept = None
                scan = self._past_string(scan) if following == b'"' else scan - self._more(scan)

    def _flat(self, scan: int) -> int:
        found = FLAT.match(self._buffer, scan)
        assert found is not None
        return found.end()

    def _string(self) -> bytes | None:
        start = self._place
        while True:
            found = REST_OF_STRING.match(self._buffer, start + 1)
            assert found is not None
            if found.end() < len(self._buffer) and self._buffer[found.end()] == 0x22:
                self._place = found.end() + 1
                return self._buffer[start : self._place]
            if len(self._buffer) - start > PART_BYTES_MAX:
                self._place = self._past_string(start)
                return None
            start -= self._more(start)

    def _past_string(self, start: int) -> int:
        """Where the string ends that begins here; nothing of it is kept."""
        scan = start + 1
        while True:
            found = REST_OF_STRING.match(self._buffer, scan)
            assert found is not None
            scan = found.end()
            if scan < len(self._buffer) and self._buffer[scan] == 0x22:
                return scan + 1
            scan -= self._more(scan)

    def _scalar(self) -> bytes:
        start = self._place
        while True:
            rest = self._buffer[start:]
            length = len(re.match(rb"[^,\]}\s]*+", rest)[0])  # type: ignore[index]
            if length < len(rest) or length > PIECE_BYTES:
                break
            start -= self._more(start)
        if not length:
            raise self._broken("has nothing where a value belongs")
        self._place = start + length
        return self._buffer[start : self._place]

    def _next(self) -> bytes:
        """The next byte that is not blank, which stays."""
        while True:
            while self._place < len(self._buffer):
                following = self._buffer[self._place : self._place + 1]
                if following not in BLANK:
                    return following
                self._place += 1
            self._more(self._place)
            self._place = 0

    def _expect(self, byte: bytes) -> None:
        if self._next() != byte:
            raise self._broken(f"has no {byte.decode('latin-1')} where one belongs")
        self._place += 1

    def _more(self, kept: int) -> int:
        """Read on, and forget what is before `kept`; by how much places in the buffer move."""
        piece = self._stream.read(PIECE_BYTES)
        if not piece:
            raise Broken("the document breaks off here")
        self._buffer = self._buffer[kept:] + piece
        self._passed += kept
        self._place = max(self._place - kept, 0)
        return kept

    def _broken(self, reason: str) -> Broken:
        return Broken(f"the document {reason}, at byte {self._passed + self._place}")


def parsed(raw: bytes) -> tuple[Any, str | None]:
    """A value out of its JSON, or why there is none."""
    try:
        return loads(raw.decode()), None
    except UnicodeDecodeError as error:
        return None, f"is not UTF-8 ({error.reason} at byte {error.start} of it)"
    except (ValueError, RecursionError) as error:
        return None, f"is not JSON ({json_fault(error)})"


def check_kind(value: object, what: str, *kinds: type) -> None:
    """Nothing, or one of these. Raises InvalidInput: what is of another kind is no empty text."""
    if value is not None and not isinstance(value, kinds):
        wanted = " or ".join(KINDS[kind] for kind in kinds)
        raise InvalidInput(what, f"must be {wanted}, not {type(value).__name__}")


def check_object(value: object, what: str) -> dict[str, Any]:
    """A JSON object. Raises InvalidInput."""
    if not isinstance(value, dict):
        raise InvalidInput(what, f"must be an object, not {type(value).__name__}")
    return value
