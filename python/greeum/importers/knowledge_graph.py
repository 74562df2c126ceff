"""The file of the MCP project's own memory server: JSON Lines of entities and relations.

They become what `greeum mcp` makes of the tools of that server, so that these show them: an entity is a block that has
its name for key and text, each observation a block that is linked to it, a relation a link.
"""

from __future__ import annotations

from greeum.errors import InvalidInput
from greeum.importers.documents import parsed
from greeum.importers.files import lines
from greeum.importers.records import Bad, Edge, Left, Record, digest, short

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from greeum.importers.files import Prompt
    from greeum.importers.records import Findings

NAME = "mcp-memory"

NAMESPACE = "knowledge-graph"
"""Where the tools look."""

ENTITY, OBSERVATION, MENTION = "entity", "observation", "mention"
"""The kinds of blocks there. A mention is a name that relations have, and no entity."""

TYPE, ABOUT = "entityType", "entity"
"""What the tools read in metadata: of an entity its type, of an observation its entity."""

NEAR = "near"
"""The link from an observation to its entity."""


def is_one(value: object) -> bool:
    """Whether a line of a file is of such a graph."""
    return isinstance(value, dict) and (
        (value.get("type") == "entity" and "entityType" in value)
        or (value.get("type") == "relation" and "relationType" in value)
    )


def findings(open_stream: Callable[[], Prompt]) -> Findings:
    """The entities and what was observed about them, then the relations: read twice, since lines come in any order."""
    names: set[str] = set()
    yield from entities(open_stream(), names)
    yield from relations(open_stream(), names)


def entities(stream: Prompt, names: set[str]) -> Findings:
    """Those of a stream; each name goes to `names`, and is taken once."""
    for number, line in lines(stream):
        for finding in of_line(number, line, "entity", entity):
            if not isinstance(finding, Record) or finding.kind != ENTITY:
                yield finding
            elif finding.id in names:
                yield Bad(finding.where, f"names the entity {finding.text!r:.80} a second time")
            else:
                names.add(finding.id)
                yield finding


def relations(stream: Prompt, names: set[str]) -> Findings:
    """Those of a stream, after a mention of each end that `names` does not have: it has it then."""
    edges: list[Edge] = []
    for number, line in lines(stream):
        for finding in of_line(number, line, "relation", relation):
            if not isinstance(finding, Edge):
                yield finding
                continue
            for end in (finding.source, finding.target):
                if end not in names:
                    names.add(end)
                    yield named(finding.where, end, MENTION, {})
            edges.append(finding)
    yield from edges


def of_line(number: int, line: bytes | None, sort: str, read: Callable[[str, dict[str, Any]], Findings]) -> Findings:
    """What a line says, if it is of this sort. What is wrong with a line is said once, with the entities."""
    where = f"line {number}"
    if line is not None and not line.strip():
        return
    value, problem = (None, "is too long") if line is None else parsed(line)
    if problem is None and not isinstance(value, dict):
        problem = "is no object"
    found = value.get("type") if isinstance(value, dict) else None
    if problem is None and found not in ("entity", "relation"):
        problem = f"is of type {found!r:.80}; there are entity and relation"
    if problem is not None:
        if sort == "entity":
            yield Bad(where, problem)
    elif isinstance(value, dict) and found == sort:
        try:
            yield from read(where, value)
        except InvalidInput as error:
            yield Bad(where, str(error))


def entity(where: str, value: dict[str, Any]) -> Findings:
    name = a_name(value, "name")
    observations = value.get("observations")
    if not isinstance(observations, list):
        raise InvalidInput("observations", "must be an array")
    yield named(where, name, ENTITY, {TYPE: str(value.get("entityType", ""))[:200]})
    for place, text in enumerate(observations):
        at = f"{where}: observations[{place}]"
        if not isinstance(text, str):
            yield Bad(at, "must be a string")
        elif not text.strip():
            yield Left("observations without text")
        else:
            record = Record(
                at, digest(OBSERVATION, name, text), text, (NAMESPACE,), kind=OBSERVATION, metadata={ABOUT: short(name)}
            )
            yield record
            yield Edge(at, record.id, name, NEAR)


def named(where: str, name: str, kind: str, metadata: dict[str, Any]) -> Record:
    return Record(where, name, short(name), (NAMESPACE,), key=short(name), kind=kind, metadata=metadata)


def relation(where: str, value: dict[str, Any]) -> Findings:
    source, target, kind = (a_name(value, name) for name in ("from", "to", "relationType"))
    if source == target:
        raise InvalidInput("to", "is the entity itself: a memory links blocks with others only")
    yield Edge(where, source, target, short(kind))


def a_name(value: dict[str, Any], field: str) -> str:
    name = value.get(field)
    if not isinstance(name, str) or not name.strip():
        raise InvalidInput(field, "must be a string that is not empty")
    return name
