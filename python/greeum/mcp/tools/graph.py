"""A knowledge graph in a memory: what the MCP project's own memory server keeps in a file of JSON Lines.

An entity is a block that has the entity's name for its key and text; an observation is a block of its own, linked to
its entity; a relation is a link between entities. So the graph is found by every search of the memory too.
"""

from __future__ import annotations

from datetime import UTC, datetime
from threading import Lock
from typing import NamedTuple

from greeum.errors import NotFound

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from greeum.mcp.tools.tool import AnyMemory
    from greeum.model import Block

NAMESPACE = "knowledge-graph"
"""Where its blocks are, apart from other memories with the same keys."""

ENTITY, OBSERVATION, MENTION = "entity", "observation", "mention"
"""The kinds of its blocks. A mention stands for an entity that relations name, and that nobody has created yet."""

TYPE, ABOUT = "entityType", "entity"
"""In an entity's metadata its type, in an observation's the name of its entity."""

PAGE = 1_000
"""Blocks read at once."""

changing = Lock()
"""Held while the graph is looked at and then changed: a model may call several tools at once."""


class Relation(NamedTuple):
    """One name relates to another in some way."""

    source: str
    target: str
    kind: str

    def to_dict(self) -> dict[str, str]:
        return {"from": self.source, "to": self.target, "relationType": self.kind}


class Graph:
    """The graph of one memory. It holds nothing: every call reads what is there."""

    def __init__(self, memory: AnyMemory) -> None:
        self._memory = memory

    # Reading.

    def entities(self) -> list[Block]:
        """In the order in which they were created."""
        return list(self._blocks({"kind": ENTITY}))

    def mentions(self) -> list[Block]:
        """Of names that relations have, and no entity."""
        return list(self._blocks({"kind": MENTION}))

    def entity(self, name: str) -> Block | None:
        node = self.node(name)
        return node if node is not None and node.kind == ENTITY else None

    def node(self, name: str) -> Block | None:
        """The block of an entity, or of a mention."""
        try:
            return self._memory.get(key=name, namespace=NAMESPACE)
        except NotFound:
            return None

    def observations(self, name: str) -> list[Block]:
        """Those about an entity, in the order in which they were added."""
        return list(self._blocks({"kind": OBSERVATION, f"metadata.{ABOUT}": name}))

    def all_observations(self) -> dict[str, list[Block]]:
        """Those of all entities, by its name."""
        found: dict[str, list[Block]] = {}
        for block in self._blocks({"kind": OBSERVATION}):
            found.setdefault(str(block.metadata.get(ABOUT)), []).append(block)
        return found

    def relations(self, nodes: Iterable[Block]) -> list[Relation]:
        """Those from and to these blocks, in the order in which they were created."""
        names = {node.id: node.key for node in nodes}
        links = {
            (link.source, link.target, link.kind): link.added_at for node in names for link in self._memory.links(node)
        }
        found = []
        for source, target, kind in sorted(links, key=lambda link: (links[link], link)):
            ends = [self._name(end, names) for end in (source, target)]
            if ends[0] is not None and ends[1] is not None:
                found.append(Relation(ends[0], ends[1], kind))
        return found

    def _name(self, block: int, names: dict[int, str | None]) -> str | None:
        """The name of an entity or a mention; None for other blocks that are linked with one."""
        if block not in names:
            other = self._block(block)
            names[block] = other.key if other is not None and other.kind in (ENTITY, MENTION) else None
        return names[block]

    def _block(self, block: int) -> Block | None:
        """None if it is not of the graph, or has been forgotten a moment ago."""
        try:
            found = self._memory.get(block)
        except NotFound:
            return None
        return found if found.namespace == NAMESPACE else None

    def _blocks(self, where: dict[str, object]) -> Iterator[Block]:
        page = self._memory.list(namespace=NAMESPACE, where=where, limit=PAGE)
        yield from page
        while page.cursor is not None:
            page = self._memory.list(namespace=NAMESPACE, where=where, limit=PAGE, cursor=page.cursor)
            yield from page

    # Changing. The caller holds `changing`.

    def create(self, name: str, entity_type: str) -> Block:
        """An entity that is not there yet; what was a mention becomes it."""
        mention = self.node(name)
        if mention is None:
            return self._memory.add(name, key=name, kind=ENTITY, namespace=NAMESPACE, metadata={TYPE: entity_type})
        return self._memory.update(mention.id, kind=ENTITY, metadata={TYPE: entity_type}, at=datetime.now(UTC))

    def observe(self, entity: Block, contents: Sequence[str]) -> None:
        """Add observations about an entity, all or none."""
        self._memory.add_many(
            {
                "text": text,
                "kind": OBSERVATION,
                "namespace": NAMESPACE,
                "metadata": {ABOUT: entity.key},
                "near": entity.id,
            }
            for text in contents
        )

    def relate(self, relation: Relation) -> bool:
        """Add a relation; False if it is there already. Names that are no entity become mentions."""
        source, target = (self._known(name) for name in (relation.source, relation.target))
        if any((link.target, link.kind) == (target, relation.kind) for link in self._memory.links(source)):
            return False
        self._memory.link(source, target, kind=relation.kind)
        return True

    def _known(self, name: str) -> int:
        node = self.node(name)
        return (node or self._memory.add(name, key=name, kind=MENTION, namespace=NAMESPACE)).id

    def unrelate(self, relation: Relation) -> None:
        """Remove a relation, if it is there."""
        source, target = self.node(relation.source), self.node(relation.target)
        if source is not None and target is not None:
            try:
                self._memory.unlink(source.id, target.id, kind=relation.kind)
            except NotFound:
                return
            self._forget_idle(source, target)

    def delete(self, names: Iterable[str]) -> None:
        """Remove entities with what was observed about them, and the relations from and to these names."""
        for name in names:
            node = self.node(name)
            if node is not None:
                others = {end for link in self._memory.links(node.id) for end in (link.source, link.target)}
                gone = {node.id, *(block.id for block in self.observations(name))}
                self._memory.forget(gone)
                self._forget_idle(*(self._block(other) for other in others - gone))

    def forget(self, observations: Iterable[Block]) -> None:
        """Remove observations."""
        ids = [block.id for block in observations]
        if ids:
            self._memory.forget(ids)

    def _forget_idle(self, *nodes: Block | None) -> None:
        """Remove mentions that no relation names any more."""
        for node in nodes:
            if node is not None and node.kind == MENTION and not self._memory.links(node.id):
                self._memory.forget(node.id)
