"""What could stand where somebody is typing: namespaces, anchors, ids."""

from __future__ import annotations

from typing import NamedTuple

from greeum import inputs
from greeum.errors import Forbidden, InvalidInput, NotFound
from greeum.mcp import prompts, resources

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from greeum.mcp.tools.tool import AnyMemory

VALUES_MAX = 100
"""Values of one completion: the protocol allows no more."""

LOOKED_THROUGH_MAX = 1_000
"""Namespaces, or of the newest blocks, that are looked through for values: a completion is asked for with each
letter."""


class Completion(NamedTuple):
    """Values, and whether there are more than these."""

    values: list[str]
    has_more: bool


def namespaces(memory: AnyMemory, typed: str) -> list[str]:
    try:
        above = inputs.namespace(typed.rpartition("/")[0])
        page = memory.namespaces(namespace=above, limit=LOOKED_THROUGH_MAX)
    except (InvalidInput, Forbidden):
        return []  # what is half typed need not be a namespace yet, or one that may be seen
    return [namespace for namespace, _ in page]


def anchors(memory: AnyMemory, _: str) -> list[str]:
    return sorted({anchor.name for anchor in memory.anchors.status()})


def block_ids(memory: AnyMemory) -> list[str]:
    return [str(block.id) for block in memory.list(limit=LOOKED_THROUGH_MAX, newest_first=True)]


OF_ARGUMENTS: dict[str, Callable[[AnyMemory, str], list[str]]] = {"namespace": namespaces, "near": anchors}
"""Argument of a prompt → the values it might have. Others are free text."""


def of_prompt(memory: AnyMemory, name: str, argument: str, typed: str) -> Completion:
    """Raises NotFound, and InvalidInput for an argument that the prompt does not have."""
    if argument not in (known.name for known in prompts.named(name).arguments):
        raise InvalidInput("argument", f"{argument[:200]!r} is no argument of {name}")
    values = OF_ARGUMENTS.get(argument)
    return beginning(typed, [] if values is None else values(memory, typed))


def of_resource(memory: AnyMemory, uri: str, argument: str, typed: str) -> Completion:
    """Raises NotFound, and InvalidInput for an argument that the template does not have."""
    if uri != resources.TEMPLATE.uri:
        raise NotFound(f"there is no resource template {uri[:200]!r}")
    if argument != "id":
        raise InvalidInput("argument", f"{argument[:200]!r} is no argument of {uri}")
    return beginning(typed, block_ids(memory))


def beginning(typed: str, values: list[str]) -> Completion:
    found = [value for value in values if value.startswith(typed)]
    return Completion(found[:VALUES_MAX], len(found) > VALUES_MAX)
