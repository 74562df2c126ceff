"""From bytes to arguments: bodies and query strings, checked against shapes. What is not understood is refused; nothing
is passed over.
"""

from __future__ import annotations

import re
from functools import lru_cache
from json import JSONDecodeError
from urllib.parse import parse_qsl

import msgspec
from msgspec.inspect import StructType

from greeum.api.http import LONE_PERCENT
from greeum.errors import InvalidInput
from greeum.keywords import guess
from greeum.unreadable import STRICT, json_fault

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from msgspec import Struct

QUERY_FIELDS_MAX = 32
"""Parameters in a query string: more than any operation has."""


WHOLE = ("body", "message")
"""All that was sent: what is wrong within it is named by itself."""


def json_of(text: str, field: str = "body") -> Any:
    """What JSON says. Raises InvalidInput."""
    try:
        return STRICT.decode(text)
    except InvalidInput as error:
        if field in WHOLE:
            raise
        raise InvalidInput(f"{field}.{error.field}", error.reason) from error
    except JSONDecodeError as error:
        raise InvalidInput(field, f"is not JSON: {error.msg} at character {error.pos}") from error
    except (ValueError, RecursionError) as error:
        raise InvalidInput(field, f"is not JSON that can be read: {json_fault(error)}") from error


def fields_of(body: bytes, shape: type[Struct]) -> dict[str, Any]:
    """The fields of a body. Raises InvalidInput."""
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise InvalidInput("body", f"is not UTF-8 at byte {error.start}") from error
    return checked(json_of(text), shape)


def checked(fields: Any, shape: type[Struct]) -> dict[str, Any]:
    """The same fields, if they have the shape. Raises InvalidInput."""
    try:
        msgspec.convert(fields, shape)
    except msgspec.ValidationError as error:
        raise refused(str(error), shape) from error
    except UnicodeEncodeError as error:
        raise InvalidInput("body", "has a field with half of a surrogate pair in its name") from error
    given: dict[str, Any] = fields
    return given


PROBLEM = re.compile(r"(.*?)(?: - at `\$\.?(.*)`)?", re.DOTALL)
NAMED = re.compile(r"Object (contains unknown|missing required) field `(.*)`", re.DOTALL)
CHOSEN = re.compile(r"Invalid enum value (.*)", re.DOTALL)
EXPECTED = re.compile(r"Expected `([^`]*)`(?:, got `([^`]*)`| of (length .*)| (.*))", re.DOTALL)
WORDS = {
    "str": "a string", "int": "a whole number", "float": "a number", "bool": "true or false", "null": "null",
    "array": "a list", "object": "an object",
}  # fmt: skip


def refused(message: str, shape: type[Struct]) -> InvalidInput:
    """The error for what msgspec found: it names the field as Memory does."""
    found = PROBLEM.fullmatch(message)
    assert found is not None
    what, place = found[1], found[2] or ""
    if (named := NAMED.fullmatch(what)) is not None:
        field = f"{place}.{named[2]}" if place else named[2]
        if named[1].startswith("missing"):
            return InvalidInput(field, "is missing")
        names = sorted(names_at(place, shape))
        return InvalidInput(field[:200], f"is no field{guess(named[2], names)}; there are {', '.join(names)}")
    if (chosen := CHOSEN.fullmatch(what)) is not None and values_at(place, shape):
        return InvalidInput(place, f"is {chosen[1]}; there are {', '.join(values_at(place, shape))}")
    return InvalidInput(place or "body", reason_of(what))


def values_at(place: str, shape: type[Struct]) -> list[str]:
    """What a field of the shape, or what it lists, may be, if that is a choice."""
    [kind] = (field.type for field in struct_of(shape).fields if field.encode_name == place.partition("[")[0])
    kind = bare(kind)
    if isinstance(kind, msgspec.inspect.UnionType):  # one, or a list of them
        kind = bare(kind.types[0])
    if isinstance(kind, msgspec.inspect.ListType):
        kind = bare(kind.item_type)
    return sorted(map(str, kind.values)) if isinstance(kind, msgspec.inspect.LiteralType) else []


def names_at(place: str, shape: type[Struct]) -> tuple[str, ...]:
    """The fields of the shape, or of those that it lists at this place."""
    inner = {field.encode_name: bare(field.type) for field in struct_of(shape).fields}
    listed = inner.get(place.partition("[")[0])
    items = kinds_within(listed.item_type) if isinstance(listed, msgspec.inspect.ListType) else []
    item = next((kind for kind in items if isinstance(kind, StructType)), None)
    return tuple(inner) if item is None else tuple(field.encode_name for field in item.fields)


def struct_of(shape: type[Struct]) -> StructType:
    found = msgspec.inspect.type_info(shape)
    assert isinstance(found, StructType)
    return found


def kinds_within(kind: msgspec.inspect.Type) -> list[msgspec.inspect.Type]:
    """What it may be one of; itself, if there is nothing to choose."""
    kind = bare(kind)
    return [bare(each) for each in kind.types] if isinstance(kind, msgspec.inspect.UnionType) else [kind]


def bare(kind: msgspec.inspect.Type) -> msgspec.inspect.Type:
    """A type without what is said about it."""
    while isinstance(kind, msgspec.inspect.Metadata):
        kind = kind.type
    return kind


def reason_of(what: str) -> str:
    found = EXPECTED.fullmatch(what)
    if found is None:
        return what[:200]
    if found[1] == "int" and found[2] == "float":
        return "must be a whole number, written without a decimal point"
    wanted = " or ".join(WORDS.get(word, word) for word in found[1].split(" | "))
    if found[2] is not None:
        return f"must be {wanted}, not {WORDS.get(found[2], found[2])}"
    return f"must have a {found[3]}" if found[3] is not None else f"must be {wanted} {found[4]}"


# Query strings.

KINDS = {msgspec.inspect.IntType: "int", msgspec.inspect.BoolType: "bool", msgspec.inspect.AnyType: "json"}


@lru_cache(maxsize=64)
def kinds_of(shape: type[Struct]) -> dict[str, str]:
    """Of what kind each parameter is: `str`, `int`, `bool`, or `json` for what only JSON can say."""
    return {field.encode_name: kind_of(field.type) for field in struct_of(shape).fields}


def kind_of(kind: msgspec.inspect.Type) -> str:
    return KINDS.get(type(kinds_within(kind)[0]), "str")


def parameters_of(query: bytes, shape: type[Struct] | None) -> dict[str, Any]:
    """The parameters of a query string. Raises InvalidInput."""
    pairs = pairs_of(query)
    kinds = {} if shape is None else kinds_of(shape)
    found: dict[str, Any] = {}
    for name, text in pairs:
        if name in found:
            raise InvalidInput(name, "is given twice")
        if name not in kinds:
            known = f"; there are {', '.join(sorted(kinds))}" if kinds else ": this operation takes none"
            raise InvalidInput(name[:200] or "query", f"is no parameter{known}")
        found[name] = READERS[kinds[name]](text, name)
    return found if shape is None else checked(found, shape)


def pairs_of(query: bytes) -> list[tuple[str, str]]:
    if not query:
        return []
    if LONE_PERCENT.search(query):
        raise InvalidInput("query", "has a percent sign that two hex digits do not follow")
    try:
        return parse_qsl(
            query.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict",
            max_num_fields=QUERY_FIELDS_MAX,
        )  # fmt: skip
    except ValueError as error:
        raise InvalidInput("query", "is not made of name=value, percent-encoded UTF-8, and joined by &") from error


def whole_number(text: str, field: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,20}", text):
        raise InvalidInput(field, "must be a whole number")
    return int(text)


def truth(text: str, field: str) -> bool:
    if text not in ("true", "false"):
        raise InvalidInput(field, "must be true or false")
    return text == "true"


READERS = {"str": lambda text, _: text, "int": whole_number, "bool": truth, "json": json_of}
