"""JSON that says one thing and no other, and what is said of a text that cannot be read as such."""

from __future__ import annotations

from json import JSONDecoder

from greeum.errors import InvalidInput

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, NoReturn


NAME_SHOWN_MAX = 80
"""Characters of a name as an error shows it."""


class NotJson(ValueError):
    """What Python reads as JSON, although JSON is not like that."""


def json_fault(error: ValueError | RecursionError) -> str:
    """Why a text cannot be read, from what reading it has raised."""
    if isinstance(error, RecursionError):
        return "it is nested too deep"
    if error.__class__ is ValueError:  # what Python says then is how to have it read such numbers all the same
        return "it holds a number with thousands of digits"
    return str(error)


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON. Raises InvalidInput if a name stands in it twice: readers differ in which of them counts."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise InvalidInput(first_twice(pairs), "stands twice in one object")
    return found


def first_twice(pairs: list[tuple[str, Any]]) -> str:
    names = [name for name, _ in pairs]
    return next(name for name in names if names.count(name) > 1)[:NAME_SHOWN_MAX]


class Repeating(dict[str, "Any"]):
    """An object of JSON in which a name stands twice: which one."""

    twice: str


def noting(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    repeating = Repeating(found)
    repeating.twice = first_twice(pairs)
    return repeating


def places(value: Any, place: str = "") -> Iterator[str]:
    """Where a name stands twice, as a path: `where.source`."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from places(inner, joined(place, name[:NAME_SHOWN_MAX]))
        if isinstance(value, Repeating):
            yield joined(place, value.twice)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from places(inner, f"{place}[{number}]")


def joined(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def refuse_constant(name: str) -> NoReturn:
    raise NotJson(f"{name} is no number")


class Strict(JSONDecoder):
    """A decoder that says with its path which name stands twice."""

    def __init__(self) -> None:
        super().__init__(object_pairs_hook=unique, parse_constant=refuse_constant)

    def decode(self, text: str) -> Any:  # type: ignore[override]  # all of a text is read, whatever is before it
        """As JSONDecoder's. Raises InvalidInput, ValueError or RecursionError."""
        try:
            return super().decode(text)
        except InvalidInput as error:
            # An object does not know where it stands, so that all is read again.
            place = next(places(JSONDecoder(object_pairs_hook=noting).decode(text)), error.field)
            raise InvalidInput(place, error.reason) from None


STRICT = Strict()
"""Reads what every reader understands alike. Raises InvalidInput, ValueError or RecursionError."""
