"""What of a memory lies at or below one namespace."""

from __future__ import annotations

from greeum import inputs
from greeum.anchors import AUTO, Choice
from greeum.errors import Forbidden, InvalidInput, NotFound
from greeum.model import Anchor, Block
from greeum.store.rows import ID, NAMESPACE, is_within

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from greeum.inputs import Namespace
    from greeum.rooted.anchors import RootedAnchors
    from greeum.starts import Near
    from greeum.store.protocol import Store

IDS_PER_STEP = 20_000
"""Blocks whose links are read in one transaction."""


class Root:
    """The namespace at and below which everything is that may be known, and what of a memory that is."""

    def __init__(self, store: Store, path: str) -> None:
        self.path = path
        self._store = store

    def within(self, namespace: Namespace) -> str:
        """A namespace that was asked for, in canonical form; "" is the root. Raises Forbidden if it lies outside."""
        where = inputs.namespace(namespace)
        if not where:
            return self.path
        if not self.holds(where):
            raise Forbidden(f"the namespace {where!r} lies outside of {self.path!r}, which this memory is confined to")
        return where

    def holds(self, namespace: str) -> bool:
        """Whether a canonical namespace is the root or lies below it."""
        return is_within(namespace, self.path)

    def block(self, block: int, field: str = "block") -> Block:
        """The block with this id. Raises NotFound if it lies outside, as if it were not there."""
        number = inputs.block_id(block, field)
        for row in self._store.blocks([number]):
            if self.holds(row[NAMESPACE]):
                return Block(row)
        raise NotFound(f"there is no block {number}")

    def inside(self, ids: Iterable[int]) -> set[int]:
        """Those of these blocks that are here."""
        return {row[ID] for row in self._store.blocks(list(ids)) if self.holds(row[NAMESPACE])}

    def amounts(self, ids: Sequence[int]) -> tuple[int, int]:
        """How many links, with both ends here, and anchors of here these blocks have."""
        wanted, ends = set(ids), set[tuple[int, int, str]]()
        for start in range(0, len(ids), IDS_PER_STEP):
            some = ids[start : start + IDS_PER_STEP]
            ends |= {row[:3] for row in [*self._store.links(some), *self._store.backlinks(some)]}
        inside = wanted | self.inside({end for source, target, _ in ends for end in (source, target)} - wanted)
        links = sum(source in inside and target in inside for source, target, _ in ends)
        return links, sum(anchor[2] in wanted for anchor in self._store.anchors(self.path))

    def near(self, near: Near | None, anchors: RootedAnchors, namespace: str) -> Near | None:
        """What something is to be near, if that is here. Raises NotFound."""
        if near == AUTO:
            return Choice(anchors)
        if isinstance(near, str):
            return anchors.closest(inputs.name(near, "near"), namespace)
        if isinstance(near, Anchor):
            return anchors.get(near.name, namespace=near.namespace)
        if isinstance(near, Choice):
            raise InvalidInput("near", f"must be {AUTO!r}: what can be chosen from here is known here")
        if near is not None and inputs.block_id(near, "near") not in self.inside([near]):
            raise NotFound(f"near: there is no block {near}")
        return near
