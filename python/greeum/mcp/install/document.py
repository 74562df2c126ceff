"""What the editors of documents share."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Unreadable(ValueError):
    """The document is not what it should be, or an entry cannot be put into it without changing something else."""


def with_entry(document: dict[str, Any], keys: tuple[str, ...], entry: dict[str, object]) -> dict[str, Any]:
    """The document with the entry in that place; of an entry that is there already what the new one does not say stays.
    Raises Unreadable if there is something else on the way.
    """
    first, *rest = keys
    inner = document.get(first, {})
    if not isinstance(inner, dict):
        raise Unreadable(f"{first} is no object in it")
    return document | {first: with_entry(inner, tuple(rest), entry) if rest else inner | entry}


def inner_of(document: dict[str, Any], keys: tuple[str, ...]) -> dict[str, Any]:
    """What stands in a place that `with_entry` has filled."""
    for key in keys:
        document = document[key]
    return document
