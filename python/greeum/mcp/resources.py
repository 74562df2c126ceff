"""What can be attached to a conversation, as JSON: single blocks, the anchors, the namespaces, the figures."""

from __future__ import annotations

from json import dumps
from typing import NamedTuple

from greeum.errors import InvalidInput, NotFound
from greeum.mcp.tools.connector import BLOCK_URI, title_of, uri_of
from greeum.mcp.tools.schemas import ID_MAX
from greeum.mcp.tools.texts import day_of, zone_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from greeum.mcp.tools.tool import AnyMemory
    from greeum.model import Block

OPERATION = "mcp.resources"
"""What the table of roles calls it to list or read them."""

MEDIA_TYPE = "application/json"

PAGE = 50
"""Blocks on one page of the list."""

LISTED_MAX = 200
"""Blocks in the list at all, the newest: clients read a list to its end to show it. Any other can be read by its id."""

NAMESPACES_MAX = 500
"""Namespaces in their resource; where there are more, the answer says so."""


class Resource(NamedTuple):
    """An entry of the list."""

    uri: str
    name: str
    title: str
    description: str


class Fixed(NamedTuple):
    """One that is always there."""

    resource: Resource
    read: Callable[[AnyMemory], object]


def anchors(memory: AnyMemory) -> object:
    return {"anchors": [anchor.to_dict() for anchor in memory.anchors.status()]}


def namespaces(memory: AnyMemory) -> object:
    page = memory.namespaces(limit=NAMESPACES_MAX)
    found = [{"namespace": namespace, "blocks": blocks} for namespace, blocks in page]
    return {"namespaces": found, "more": page.cursor is not None}


def stats(memory: AnyMemory) -> object:
    return memory.stats()


FIXED = (
    Fixed(Resource("memory://anchors", "anchors", "Anchors", "Where the anchors are, in all namespaces."), anchors),
    Fixed(
        Resource("memory://namespaces", "namespaces", "Namespaces", "Whose memories there are, and how many each has."),
        namespaces,
    ),
    Fixed(Resource("memory://stats", "stats", "Figures", "How much is remembered, and how the index stands."), stats),
)

TEMPLATE = Resource(BLOCK_URI, "block", "A memory", "One block with all its fields, by its id.")

BLOCKS = BLOCK_URI.partition("{")[0]


def listed(memory: AnyMemory, cursor: str | None) -> tuple[list[Resource], str | None]:
    """A page of the list, and the cursor of the next one. Raises InvalidInput for one that is none."""
    before, _, inner = (cursor or "0").partition(":")
    if not before.isdecimal() or bool(inner) != (cursor is not None) or int(before[:9]) >= LISTED_MAX:
        raise InvalidInput("cursor", "is none that a page of this list has given")
    page = memory.list(limit=PAGE, newest_first=True, cursor=inner or None)
    zone = zone_of(memory)
    found = [entry(block, day_of(block, zone)) for block in page]
    if cursor is None:
        found[:0] = [fixed.resource for fixed in FIXED]
    shown = int(before) + len(page)
    return found, f"{shown}:{page.cursor}" if page.cursor is not None and shown < LISTED_MAX else None


def entry(block: Block, day: str) -> Resource:
    description = f"{day} {block.source or block.kind}"
    if block.namespace:
        description += f" in {block.namespace}"
    return Resource(uri_of(block), f"block {block.id}", title_of(block), description)


def read(memory: AnyMemory, uri: str) -> str:
    """The content of one. Raises NotFound."""
    for fixed in FIXED:
        if uri == fixed.resource.uri:
            return dumps(fixed.read(memory), ensure_ascii=False)
    number = uri.removeprefix(BLOCKS)
    if number == uri or not number.isdecimal() or not number.isascii() or not 0 < int(number[:17]) <= ID_MAX:
        raise NotFound(f"there is no resource {uri[:200]}")
    return dumps(memory.get(int(number[:17])).to_dict(), ensure_ascii=False)
