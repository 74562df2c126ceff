"""Where a search near something starts: at an anchor's block, or at a block itself."""

from __future__ import annotations

from greeum import inputs, limits
from greeum.anchors import AUTO, Choice
from greeum.errors import InvalidInput, NotFound
from greeum.model import Anchor
from greeum.store.rows import ADDED_AT, ID, NAMESPACE, is_within

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    from greeum.anchors import Anchors
    from greeum.store.protocol import BlockRow, Store

    Near: TypeAlias = str | int | Anchor | Choice


class Starts:
    """Those of the searches of one memory."""

    def __init__(self, store: Store, anchors: Anchors) -> None:
        self._store = store
        self._anchors = anchors

    def of(self, near: Near, namespace: str, then: int | None) -> list[tuple[int, int]]:
        """The blocks from which a search may start, and how far it reaches from each."""
        if near == AUTO:
            near = Choice(self._anchors)
        if isinstance(near, Choice):
            return [self._one(anchor, namespace, then) for anchor in near.within(namespace)]
        return [self._one(near, namespace, then)]

    def _one(self, near: str | int | Anchor, namespace: str, then: int | None) -> tuple[int, int]:
        if isinstance(near, str):
            near = self._anchors.closest(inputs.name(near, "near"), namespace)
        if isinstance(near, Anchor):
            # It was read at some time before: what it points to may have been corrected or forgotten since.
            return self._version(near.block_id, then)[0], near.hops
        newest = self._version(inputs.block_id(near, "near"), then)
        if not is_within(newest[NAMESPACE], namespace):
            raise InvalidInput("near", f"block {near} is not in namespace {namespace!r}")
        return newest[ID], limits.HOPS_OF_BLOCK

    def _version(self, near: int, then: int | None) -> BlockRow:
        """The newest version, or the one of that time if there was one."""
        versions = self._store.history(near)
        if not versions:
            raise NotFound(f"near: there is no block {near}")
        return versions[-1] if then is None else version_of(versions, then) or versions[0]


def version_of(versions: Sequence[BlockRow], then: int) -> BlockRow | None:
    """The version, of these from the oldest to the newest, that was the newest at some time."""
    return next((row for row in reversed(versions) if row[ADDED_AT] <= then), None)
