"""The anchors of a confined memory."""

from __future__ import annotations

from greeum import inputs
from greeum.anchors import HOPS, HOPS_OTHERWISE
from greeum.errors import Conflict, NotFound

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.inputs import Namespace
    from greeum.memory import Memory
    from greeum.model import Anchor
    from greeum.rooted.root import Root


class RootedAnchors:
    """`Rooted.anchors`: those at or below the root that point to a block there."""

    __slots__ = ("_anchors", "_root")

    def __init__(self, memory: Memory, root: Root) -> None:
        self._anchors = memory.anchors
        self._root = root

    def set(
        self, name: str, block: int, *, namespace: Namespace = "", hops: int | None = None, pinned: bool | None = None
    ) -> Anchor:
        """As `Anchors.set`."""
        where, name = self._root.within(namespace), inputs.name(name, "name")
        self._root.block(block)
        if self._shown(name, where) is None:
            # One that points outside is not to lend its hops.
            hops = HOPS.get(name, HOPS_OTHERWISE) if hops is None else hops
            pinned = False if pinned is None else pinned
        return self._anchors.set(name, block, namespace=where, hops=hops, pinned=pinned)

    def move(self, name: str, block: int, *, namespace: Namespace = "") -> Anchor:
        """As `Anchors.move`."""
        if self.get(name, namespace=namespace).pinned:
            raise Conflict(f"anchor {name!r} is pinned: unpin it first, or set it")
        return self.set(name, block, namespace=namespace)

    def pin(self, name: str, *, namespace: Namespace = "") -> Anchor:
        """As `Anchors.pin`."""
        return self._still_shown(self._anchors.pin(name, namespace=self.get(name, namespace=namespace).namespace))

    def unpin(self, name: str, *, namespace: Namespace = "") -> Anchor:
        """As `Anchors.unpin`."""
        return self._still_shown(self._anchors.unpin(name, namespace=self.get(name, namespace=namespace).namespace))

    def clear(self, name: str, *, namespace: Namespace = "") -> None:
        """As `Anchors.clear`."""
        self._anchors.clear(name, namespace=self.get(name, namespace=namespace).namespace)

    def get(self, name: str, *, namespace: Namespace = "") -> Anchor:
        """As `Anchors.get`."""
        where = self._root.within(namespace)
        anchor = self._shown(inputs.name(name, "name"), where)
        if anchor is None:
            raise no_anchor(name, where)
        return anchor

    def closest(self, name: str, namespace: str) -> Anchor:
        """As `Anchors.closest`, but not above the root."""
        where = namespace
        while True:
            anchor = self._shown(name, where)
            if anchor is not None:
                return anchor
            if where == self._root.path:
                raise NotFound(f"there is no anchor {name!r} in namespace {namespace!r} or above: set it first")
            where = where.rpartition("/")[0]

    def status(self, *, namespace: Namespace = "") -> list[Anchor]:
        """As `Anchors.status`."""
        anchors = self._anchors.status(namespace=self._root.within(namespace))
        inside = self._root.inside(anchor.block_id for anchor in anchors)
        return [anchor for anchor in anchors if anchor.block_id in inside]

    def _shown(self, name: str, namespace: str) -> Anchor | None:
        anchor = self._anchors._find(name, namespace)
        return anchor if anchor is not None and self._root.inside([anchor.block_id]) else None

    def _still_shown(self, anchor: Anchor) -> Anchor:
        """Another may have moved it outside meanwhile."""
        if not self._root.inside([anchor.block_id]):
            raise no_anchor(anchor.name, anchor.namespace)
        return anchor


def no_anchor(name: str, namespace: str) -> NotFound:
    return NotFound(f"there is no anchor {name!r} in namespace {namespace!r}: set it first")
