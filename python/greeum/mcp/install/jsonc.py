"""Putting an entry into JSON that people write by hand: all else stays as it is, comments and all."""

from __future__ import annotations

from json import JSONDecodeError, JSONDecoder, dumps
from typing import Any, NamedTuple

from greeum.mcp.install.document import Unreadable, inner_of, with_entry

BLANKS = " \t\r\n"

DEPTH_MAX = 200
"""Levels of nesting: no configuration has them."""

DECODER = JSONDecoder()


class Value(NamedTuple):
    """A value, and where it stands in the text."""

    start: int
    end: int
    content: Any
    members: dict[str, Value]
    """Of an object: its values."""


class Reader:
    """Reads a text from its beginning to its end."""

    def __init__(self, text: str, *, allows_comments: bool, at: int = 0) -> None:
        self._text = text
        self._allows_comments = allows_comments
        self._at = at

    def document(self) -> Value:
        value = self._value(0)
        self._skip()
        if self._at < len(self._text):
            raise self._unreadable("there is something after its end")
        return value

    def _value(self, depth: int) -> Value:
        self._skip()
        start = self._at
        if depth > DEPTH_MAX:
            raise self._unreadable("it is nested too deep")
        if self._text[start : start + 1] == "{":
            members = self._object(depth)
            return Value(start, self._at, {name: value.content for name, value in members.items()}, members)
        content = self._array(depth) if self._text[start : start + 1] == "[" else self._scalar()
        return Value(start, self._at, content, {})

    def _scalar(self) -> Any:
        try:
            content, self._at = DECODER.raw_decode(self._text, self._at)
        except (JSONDecodeError, RecursionError) as error:
            raise self._unreadable("a value is expected") from error
        return content

    def _object(self, depth: int) -> dict[str, Value]:
        members: dict[str, Value] = {}
        for _ in self._items("}"):
            name = self._scalar()
            if not isinstance(name, str):
                raise self._unreadable("a name is expected")
            if name in members:
                raise self._unreadable(f"{name!r} occurs twice")
            self._take(":")
            members[name] = self._value(depth + 1)
        return members

    def _array(self, depth: int) -> list[Any]:
        return [self._value(depth + 1).content for _ in self._items("]")]

    def _items(self, close: str) -> Any:
        """One turn for each item of an object or array, up to its end."""
        self._at += 1
        is_first = True
        while not self.is_next(close):
            if not is_first:
                self._take(",")
                if self._allows_comments and self.is_next(close):
                    break
            self._skip()
            yield
            is_first = False
        self._take(close)

    def is_next(self, mark: str) -> bool:
        """Whether this stands next, blanks and comments aside."""
        self._skip()
        return self._text.startswith(mark, self._at)

    def _take(self, mark: str) -> None:
        if not self.is_next(mark):
            raise self._unreadable(f"{mark!r} is expected")
        self._at += 1

    def _skip(self) -> None:
        while True:
            while self._at < len(self._text) and self._text[self._at] in BLANKS:
                self._at += 1
            if not self._allows_comments or not self._text.startswith(("//", "/*"), self._at):
                return
            close = "\n" if self._text[self._at + 1] == "/" else "*/"
            end = self._text.find(close, self._at + 2)
            if end < 0 and close == "*/":
                raise self._unreadable("a comment has no end")
            self._at = len(self._text) if end < 0 else end + len(close)

    def _unreadable(self, reason: str) -> Unreadable:
        before = self._text[: self._at]
        return Unreadable(f"line {before.count(chr(10)) + 1}: {reason}")


def read(text: str, *, allows_comments: bool) -> Value:
    """Raises Unreadable, also for a document that is no object."""
    document = Reader(text, allows_comments=allows_comments).document()
    if not isinstance(document.content, dict):
        raise Unreadable("it is no object")
    return document


def put(text: str, keys: tuple[str, ...], entry: dict[str, object], *, allows_comments: bool) -> str:
    """The text with the entry in its place. Raises Unreadable."""
    if not text.strip():
        return dumps(with_entry({}, keys, entry), indent=2, ensure_ascii=False) + "\n"
    document = read(text, allows_comments=allows_comments)
    wanted = with_entry(document.content, keys, entry)
    if wanted == document.content:
        return text
    at, depth = document, 0
    while keys[depth] in at.members and depth < len(keys) - 1:
        at, depth = at.members[keys[depth]], depth + 1
    content = inner_of(wanted, keys[: depth + 1])
    edited = (
        replaced(text, at, keys[depth], content) if keys[depth] in at.members else added(text, at, keys[depth], content)
    )
    if read(edited, allows_comments=allows_comments).content != wanted:
        raise Unreadable("the entry cannot be added without changing something else")
    return edited


def replaced(text: str, around: Value, name: str, content: Any) -> str:
    """The text with another value for a member that is there."""
    old = around.members[name]
    return text[: old.start] + laid_out(text, content, indentation(text, old.start)) + text[old.end :]


def added(text: str, around: Value, name: str, content: Any) -> str:
    """The text with one member more, as the last of an object."""
    outer = indentation(text, around.start)
    inner = outer + step(text)
    newline = "\r\n" if "\r\n" in text else "\n"
    close = around.end - 1
    last = max((value.end for value in around.members.values()), default=None)
    comma = "" if last is None or has_comma(text, last) else ","
    head = text[:close] if last is None else text[:last] + comma + text[last:close]
    member = f"{inner}{dumps(name, ensure_ascii=False)}: {laid_out(text, content, inner)}"
    return head.rstrip(BLANKS) + newline + member + newline + outer + text[close:]


def has_comma(text: str, at: int) -> bool:
    """Whether a comma stands after the last value of an object: the reader passes over comments on the way to it."""
    return Reader(text, allows_comments=True, at=at).is_next(",")


def laid_out(text: str, content: Any, indent: str) -> str:
    """A value as it stands in this text, of which the first line is indented already."""
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = dumps(content, indent=step(text), ensure_ascii=False).split("\n")
    return (newline + indent).join(lines)


def indentation(text: str, at: int) -> str:
    """The blanks at the beginning of the line of this place."""
    line = text[text.rfind("\n", 0, at) + 1 : at]
    return line[: len(line) - len(line.lstrip(" \t"))]


def step(text: str) -> str:
    """How far this text indents: as its first indented line does."""
    for line in text.splitlines():
        blanks = line[: len(line) - len(line.lstrip(" \t"))]
        if blanks and line.strip():
            return blanks
    return "  "
