"""The knowledge graph of older stores, if it was used: entities and relationships that were found in the texts.

They come to lie where those of the MCP project's memory server do, so that the same tools show them.
"""

from __future__ import annotations

from greeum.importers.knowledge_graph import ENTITY, TYPE, named
from greeum.importers.records import Bad, Edge, digest, short

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from greeum.importers.databases import Database
    from greeum.importers.records import Findings

ENTITIES = ("entity_id", "name", "type", "first_seen_block")
RELATIONSHIPS = ("source_entity", "target_entity", "relationship_type", "confidence")

SEEN = "mentioned in"
"""The link from an entity to the block in which it was found first."""


def entities(database: Database, block_of: Callable[[object], str | None]) -> Findings:
    """Entities, with a link to where each was found, then their relationships."""
    if not set(ENTITIES) <= set(database.columns("entities")):
        return
    found: dict[object, str] = {}
    for row in database.rows("entities", ENTITIES):
        where, name = f"entity {row['entity_id']}", row["name"]
        if row.problem is not None or not isinstance(name, str) or not name.strip():
            yield Bad(where, row.problem or "has no name")
            continue
        record = named(where, name, ENTITY, {TYPE: str(row["type"])[:200]})
        record.id = found[row["entity_id"]] = digest(ENTITY, name)
        yield record
        seen = block_of(row["first_seen_block"])
        if seen is not None:
            yield Edge(where, record.id, seen, SEEN)
    if set(RELATIONSHIPS) <= set(database.columns("relationships")):
        yield from relationships(database, found)


def relationships(database: Database, found: dict[object, str]) -> Findings:
    for row in database.rows("relationships", RELATIONSHIPS):
        where, kind, weight = f"relationship {row.name}", row["relationship_type"], row["confidence"]
        ends = found.get(row["source_entity"]), found.get(row["target_entity"])
        is_known = row.problem is None and isinstance(kind, str) and kind.strip()
        if not is_known or ends[0] is None or ends[1] is None:
            yield Bad(where, row.problem or "names an entity that is not there, or no type")
        elif ends[0] != ends[1]:
            yield Edge(where, ends[0], ends[1], short(kind), weight if is_share(weight) else 1.0)


def is_share(value: object) -> bool:
    return isinstance(value, (int, float)) and 0 <= value <= 1
