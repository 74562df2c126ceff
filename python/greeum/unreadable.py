"""JSON that says one thing and no other, and what is said of a text that cannot be read as such."""

from __future__ import annotations

from json import JSONDecoder

from greeum.errors import InvalidInput

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, NoReturn


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
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise InvalidInput(twice[:80], "stands twice in one object")
    return found


def refuse_constant(name: str) -> NoReturn:
    raise NotJson(f"{name} is no number")


STRICT = JSONDecoder(object_pairs_hook=unique, parse_constant=refuse_constant)
"""Reads what every reader understands alike. Raises InvalidInput, ValueError or RecursionError."""
