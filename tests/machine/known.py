"""What a memory must hold, kept in the plainest way: dictionaries, and a loop for every question."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

HOPS = 2


@dataclass(frozen=True)
class Known:
    """One version of a block, as it was told."""

    id: int
    uid: str
    namespace: str
    key: str | None
    text: str
    kind: str
    source: str | None
    tags: tuple[str, ...]
    importance: float
    at: int
    added_at: int
    valid_from: int | None = None
    valid_to: int | None = None
    expires_at: int | None = None
    revision: int = 1
    supersedes: int | None = None
    superseded_by: int | None = None
    superseded_at: int | None = None

    def is_in(self, namespace: str) -> bool:
        return namespace == "" or f"{self.namespace}/".startswith(f"{namespace}/")

    def is_seen(self, now: int, then: int | None, *, history: bool) -> bool:
        """Whether a search or list shows it: now, or as of then."""
        moment = now if then is None else then
        if self.expires_at is not None and self.expires_at <= moment:
            return False
        if then is not None and self.added_at > then:
            return False
        if history:
            return True
        if self.superseded_by is not None and (
            then is None or self.superseded_at is None or self.superseded_at <= then
        ):
            return False
        begins, ends = self.valid_from, self.valid_to
        return (begins is None or begins <= moment) and (ends is None or ends > moment)


@dataclass
class State:
    """All of a memory."""

    blocks: dict[int, Known] = field(default_factory=dict)
    links: dict[tuple[int, int, str], float] = field(default_factory=dict)
    anchors: dict[tuple[str, str], tuple[int, int, bool]] = field(default_factory=dict)
    """Name → block, hops, whether it is pinned."""

    def copy(self) -> State:
        return State(dict(self.blocks), dict(self.links), dict(self.anchors))

    def chain(self, block: int) -> list[Known]:
        """Every version, oldest first."""
        first = self.blocks[block]
        while first.supersedes is not None:
            first = self.blocks[first.supersedes]
        versions = [first]
        while (after := versions[-1].superseded_by) is not None:
            versions.append(self.blocks[after])
        return versions

    def head(self, namespace: str, key: str) -> Known | None:
        heads = (block for block in self.blocks.values() if block.superseded_by is None)
        return next((block for block in heads if (block.namespace, block.key) == (namespace, key)), None)

    def seen(self, now: int, namespace: str = "", then: int | None = None, *, history: bool = False) -> list[Known]:
        """In the order in which they were said."""
        found = (b for b in self.blocks.values() if b.is_in(namespace) and b.is_seen(now, then, history=history))
        return sorted(found, key=lambda block: (block.at, block.id))

    # Changes.

    def add(self, block: Known, near: tuple[str, str] | int | None = None) -> None:
        self.blocks[block.id] = block
        if near is None:
            return
        target = near if isinstance(near, int) else self.anchors[near][0]
        self.links[block.id, target, "near"] = 1.0
        if isinstance(near, tuple) and not self.anchors[near][2]:
            self.anchors[near] = (block.id, *self.anchors[near][1:])

    def supersede(self, old: int, new: Known) -> None:
        self.blocks[old] = replace(self.blocks[old], superseded_by=new.id, superseded_at=new.added_at)
        self.blocks[new.id] = replace(new, supersedes=old)
        for name, (block, hops, pinned) in self.anchors.items():
            if block == old:
                self.anchors[name] = (new.id, hops, pinned)
        moved = {}
        for (source, target, kind), weight in self.links.items():
            ends = (new.id if source == old else source, new.id if target == old else target)
            moved[*ends, kind] = weight
        self.links = moved

    def revise(self, block: int, **fields: object) -> None:
        now = self.blocks[block]
        self.blocks[block] = replace(now, revision=now.revision + 1, **fields)  # type: ignore[arg-type]

    def forget(self, blocks: Iterable[int]) -> list[int]:
        gone = sorted({version.id for block in blocks for version in self.chain(block)})
        for block in gone:
            del self.blocks[block]
        self.links = {ends: weight for ends, weight in self.links.items() if not {*ends[:2]} & set(gone)}
        self.anchors = {name: anchor for name, anchor in self.anchors.items() if anchor[0] not in gone}
        return gone
