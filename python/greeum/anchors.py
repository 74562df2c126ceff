"""Anchors: named places in a memory that searches start from and new blocks attach to."""

from __future__ import annotations

from greeum import inputs, limits
from greeum.errors import Conflict, InvalidInput, NotFound
from greeum.model import Anchor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    from greeum.inputs import Namespace
    from greeum.store.protocol import Store

    class Slots(Protocol):
        """Anchors, or as many of them as somebody may see."""

        def closest(self, name: str, namespace: str) -> Anchor: ...
        def status(self, *, namespace: Namespace = "") -> list[Anchor]: ...


HOPS = {"A": 1, "B": 2, "C": 3}
"""Hop budgets of the default anchors: the turn at hand, the subject, the surroundings."""

HOPS_OTHERWISE = 2

AUTO = "auto"
"""In place of an anchor's name: the one that fits what is asked, or said."""

CHOICES_MAX = 16
"""Anchors among which a search picks one, those that moved last: a few blocks around each are looked at."""


class Anchors:
    """`memory.anchors`. An anchor belongs to a namespace ("" is the root); a search or an add in a namespace uses the
    anchor of that name in the closest namespace at or above it.
    """

    __slots__ = ("_now_us", "_store")

    def __init__(self, store: Store, now_us: Callable[[], int]) -> None:
        self._store = store
        self._now_us = now_us

    def set(
        self, name: str, block: int, *, namespace: Namespace = "", hops: int | None = None, pinned: bool | None = None
    ) -> Anchor:
        """Point the anchor to a block, and create it if it is new.

        `hops` is how far searches near it reach (default: A 1, B 2, C 3, others 2); `pinned` keeps it where it is when
        blocks are added near it. What is None stays as it was. Raises NotFound if there is no such block.
        """
        where, name = inputs.namespace(namespace), inputs.name(name, "name")
        if name == AUTO:
            raise InvalidInput("name", f"{AUTO!r} stands for whichever anchor fits: give this one another name")
        block = inputs.block_id(block)
        if hops is not None:
            hops = inputs.count(hops, "hops", limits.HOPS_MAX)
        elif self._store.anchor(where, name) is None:
            hops = HOPS.get(name, HOPS_OTHERWISE)
        if pinned is not None:
            inputs.truth(pinned, "pinned")
        return Anchor(self._store.set_anchor(where, name, block, hops, pinned, self._now_us()))

    def move(self, name: str, block: int, *, namespace: Namespace = "") -> Anchor:
        """Point an existing anchor to another block. Raises NotFound, or Conflict if it is pinned."""
        if self.get(name, namespace=namespace).pinned:
            raise Conflict(f"anchor {name!r} is pinned: unpin it first, or set it")
        return self.set(name, block, namespace=namespace)

    def pin(self, name: str, *, namespace: Namespace = "") -> Anchor:
        """Keep the anchor where it is. Raises NotFound."""
        return Anchor(self._store.pin_anchor(inputs.namespace(namespace), inputs.name(name, "name"), True))

    def unpin(self, name: str, *, namespace: Namespace = "") -> Anchor:
        """Let the anchor move with the conversation again. Raises NotFound."""
        return Anchor(self._store.pin_anchor(inputs.namespace(namespace), inputs.name(name, "name"), False))

    def clear(self, name: str, *, namespace: Namespace = "") -> None:
        """Remove the anchor; its block stays. Raises NotFound."""
        if not self._store.clear_anchor(inputs.namespace(namespace), inputs.name(name, "name")):
            raise NotFound(f"there is no anchor {name!r} in namespace {namespace!r}")

    def get(self, name: str, *, namespace: Namespace = "") -> Anchor:
        """The anchor of exactly this namespace. Raises NotFound."""
        where = inputs.namespace(namespace)
        anchor = self._find(inputs.name(name, "name"), where)
        if anchor is None:
            raise NotFound(f"there is no anchor {name!r} in namespace {where!r}: set it first")
        return anchor

    def _find(self, name: str, namespace: str) -> Anchor | None:
        """The anchor of exactly this (canonical) namespace, if there is one."""
        row = self._store.anchor(namespace, name)
        return None if row is None else Anchor(row)

    def closest(self, name: str, namespace: str) -> Anchor:
        """The anchor of this name in the closest namespace at or above a (canonical) one. Raises NotFound."""
        where = namespace
        while True:
            anchor = self._find(name, where)
            if anchor is not None:
                return anchor
            if not where:
                raise NotFound(f"there is no anchor {name!r} in namespace {namespace!r} or above: set it first")
            where = where.rpartition("/")[0]

    def status(self, *, namespace: Namespace = "") -> list[Anchor]:
        """The anchors of a namespace and of all below it."""
        return [Anchor(row) for row in self._store.anchors(inputs.namespace(namespace))]


class Choice:
    """Whichever anchor fits, of those that can be seen from here: what `near="auto"` stands for."""

    __slots__ = ("anchors",)

    def __init__(self, anchors: Slots) -> None:
        self.anchors = anchors

    def slots(self, namespace: str) -> list[Anchor]:
        """The anchors A, B and C that a search or an add in a (canonical) namespace would use, as far as there are."""
        found = []
        for name in HOPS:
            try:
                found.append(self.anchors.closest(name, namespace))
            except NotFound:
                continue
        return found

    def within(self, namespace: str) -> list[Anchor]:
        """These, and the anchors in the namespace and below it; the last ones to move, if there are many."""
        seen = [*self.slots(namespace), *self.anchors.status(namespace=namespace)]
        found = {(anchor.namespace, anchor.name): anchor for anchor in seen}
        return sorted(found.values(), key=lambda anchor: anchor.moved_at, reverse=True)[:CHOICES_MAX]
