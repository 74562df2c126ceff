"""What a memory must hold, kept in the plainest way: dictionaries, and a loop for every question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple


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
    origin: str = ""
    trust: float = 1.0
    is_hidden: bool = False

    @property
    def is_head(self) -> bool:
        return self.superseded_by is None

    def is_in(self, namespace: str) -> bool:
        return is_below(self.namespace, namespace)

    def is_seen(self, now: int, then: int | None, *, history: bool) -> bool:
        """Whether a search or list shows it: now, or as of then."""
        moment = now if then is None else then
        if self.expires_at is not None and self.expires_at <= moment:
            return False
        if then is not None and self.added_at > then:
            return False
        if history:
            return True
        if self.is_hidden:
            return False
        if self.superseded_by is not None and (
            then is None or self.superseded_at is None or self.superseded_at <= then
        ):
            return False
        begins, ends = self.valid_from, self.valid_to
        return (begins is None or begins <= moment) and (ends is None or ends > moment)


class Edge(NamedTuple):
    """What a link has besides its ends."""

    weight: float
    added_at: int
    origin: str = ""


Ends = tuple[int, int, str]
Place = tuple[str, str]


@dataclass
class State:
    """All of a memory."""

    blocks: dict[int, Known] = field(default_factory=dict)
    links: dict[Ends, Edge] = field(default_factory=dict)
    anchors: dict[Place, tuple[int, int, bool]] = field(default_factory=dict)
    """Name → block, hops, whether it is pinned."""
    rules: dict[Place, tuple[int | None, int | None]] = field(default_factory=dict)
    """Namespace and kind ("" is every kind) → the greatest age, the greatest number."""
    forgotten: dict[str, int] = field(default_factory=dict)
    """Uid → id of what is not to come back."""

    def copy(self) -> State:
        return State(dict(self.blocks), dict(self.links), dict(self.anchors), dict(self.rules), dict(self.forgotten))

    def chain(self, block: int) -> list[Known]:
        """Every version, oldest first."""
        first = self.blocks[block]
        while first.supersedes is not None:
            first = self.blocks[first.supersedes]
        versions = [first]
        while (after := versions[-1].superseded_by) is not None:
            versions.append(self.blocks[after])
        return versions

    def heads(self, namespace: str = "") -> list[Known]:
        return [block for block in self.blocks.values() if block.is_head and block.is_in(namespace)]

    def head(self, namespace: str, key: str | None) -> Known | None:
        if key is None:
            return None
        return next((block for block in self.heads() if (block.namespace, block.key) == (namespace, key)), None)

    def holder(self, namespace: str, key: str, now: int) -> Known | None:
        """The head of a key that an add is to have: one that has expired loses it."""
        head = self.head(namespace, key)
        if head is None or head.expires_at is None or head.expires_at > now:
            return head
        for version in self.chain(head.id):
            self.blocks[version.id] = replace(version, key=None)
        return None

    def seen(self, now: int, namespace: str = "", then: int | None = None, *, history: bool = False) -> list[Known]:
        """In the order in which they were said."""
        found = (b for b in self.blocks.values() if b.is_in(namespace) and b.is_seen(now, then, history=history))
        return sorted(found, key=lambda block: (block.at, block.id))

    # Changes.

    def add(self, block: Known, near: Place | int | None = None) -> None:
        self.blocks[block.id] = block
        if near is None:
            return
        target = near if isinstance(near, int) else self.anchors[near][0]
        self.links[block.id, target, "near"] = Edge(1.0, block.added_at, block.origin)
        if isinstance(near, tuple) and not self.anchors[near][2]:
            self.anchors[near] = (block.id, *self.anchors[near][1:])

    def supersede(self, old: int, new: Known) -> None:
        self.blocks[old] = replace(self.blocks[old], superseded_by=new.id, superseded_at=new.added_at)
        self.blocks[new.id] = replace(new, supersedes=old)
        for name, (block, hops, pinned) in self.anchors.items():
            if block == old:
                self.anchors[name] = (new.id, hops, pinned)
        for (source, target, kind), edge in list(self.links.items()):
            if source == old or (target == old and source != new.id):
                del self.links[source, target, kind]
                ends = (new.id if source == old else source, new.id if target == old else target)
                self.links[*ends, kind] = edge

    def link(self, ends: Ends, weight: float, added_at: int, origin: str) -> None:
        """One that is there weighs something else from now on."""
        self.links[ends] = self.links.get(ends, Edge(weight, added_at, origin))._replace(weight=weight)

    def give_links(self, old: int, new: int) -> None:
        """Those of one block are another's; where that has the same already, its own stays."""
        moved: dict[Ends, Edge] = {ends: edge for ends, edge in self.links.items() if old not in ends[:2]}
        for (source, target, kind), edge in self.links.items():
            ends = (new if source == old else source, new if target == old else target)
            if old in (source, target) and ends[0] != ends[1]:
                moved.setdefault((*ends, kind), edge)
        self.links = moved

    def revise(self, block: int, **fields: object) -> None:
        """What says so already is not changed."""
        now = self.blocks[block]
        after = replace(now, **fields)  # type: ignore[arg-type]
        self.blocks[block] = now if after == now else replace(after, revision=now.revision + 1)

    def hide(self, blocks: Iterable[int], *, is_set: bool) -> list[int]:
        """Those for which that is new."""
        changed = sorted(block for block in blocks if self.blocks[block].is_hidden != is_set)
        for block in changed:
            self.blocks[block] = replace(self.blocks[block], is_hidden=is_set)
        return changed

    def forget(self, blocks: Iterable[int]) -> list[int]:
        gone = sorted({version.id for block in blocks for version in self.chain(block)})
        for block in gone:
            self.forgotten[self.blocks.pop(block).uid] = block
        self.links = {ends: edge for ends, edge in self.links.items() if not {*ends[:2]} & set(gone)}
        self.anchors = {name: anchor for name, anchor in self.anchors.items() if anchor[0] not in gone}
        return gone

    def roll_back(self, origin: str, since: int, namespace: str) -> list[int]:
        """What it wrote is apart from the others' and hidden, without keys; its links are gone."""
        written = {
            block.id
            for block in self.blocks.values()
            if is_below(block.origin, origin) and block.added_at >= since and block.is_in(namespace)
        }
        theirs = [
            ends
            for ends, edge in self.links.items()
            if is_below(edge.origin, origin)
            and edge.added_at >= since
            and all(self.blocks[end].is_in(namespace) for end in ends[:2])
        ]
        self.set_apart(written, theirs)
        for block in written:
            self.blocks[block] = replace(self.blocks[block], key=None, is_hidden=True)
        return sorted(written)

    def set_apart(self, written: set[int], links: Iterable[Ends] = ()) -> None:
        """These versions follow one another, and so do the others of each chain, as if there were only they."""
        kept_head: dict[int, int] = {}
        given: dict[int, int] = {}
        for chain in {tuple(version.id for version in self.chain(block)) for block in written}:
            kept = [block for block in chain if block not in written]
            self._follow(kept)
            self._follow([block for block in chain if block in written])
            if kept:
                kept_head |= dict.fromkeys(written.intersection(chain), kept[-1])
            if kept and chain[-1] in written:
                given[chain[-1]] = kept[-1]
        for name, (block, hops, pinned) in self.anchors.items():
            if (goal := self._goal(block, kept_head, written)) is not None:
                self.anchors[name] = (goal, hops, pinned)
        for ends in links:
            del self.links[ends]
        for old, new in given.items():
            self.give_links(old, new)

    def _follow(self, versions: list[int]) -> None:
        for i, block in enumerate(versions):
            after = self.blocks[versions[i + 1]] if i + 1 < len(versions) else None
            self.blocks[block] = replace(
                self.blocks[block],
                supersedes=versions[i - 1] if i else None,
                superseded_by=None if after is None else after.id,
                superseded_at=None if after is None else after.added_at,
            )

    def _goal(self, block: int, kept_head: Mapping[int, int], written: set[int]) -> int | None:
        """Where an anchor goes: to the version before, or back to where it came from."""
        passed: set[int] = set()
        while block in written and block not in passed:
            if block in kept_head:
                return kept_head[block]
            passed.add(block)
            near = sorted(ends[1] for ends in self.links if ends[0] == block and ends[2] == "near")
            block = near[0] if near else block
        return None if block in written else block

    def without(self, forgotten: Mapping[str, int]) -> State:
        """What comes out of a backup, given what has been forgotten since."""
        state = self.copy()
        state.forgotten |= forgotten
        named = [block.id for block in self.blocks.values() if block.id <= forgotten.get(block.uid, 0)]
        gone = {version.id for block in named for version in self.chain(block) if version.id >= block}
        state.set_apart({block for block in gone if not gone.issuperset(one.id for one in self.chain(block))})
        state.forget(gone)
        return state

    def take_in(self, other: State, ids: Mapping[str, int], *, keeps_anchors: bool) -> int:
        """All that another holds and this does not; how many blocks. `ids` are those that they got here, by uid."""
        count = len(self.blocks)
        here = self._take_blocks(other, ids)
        for (source, target, kind), edge in other.links.items():
            uids = other.blocks[source].uid, other.blocks[target].uid
            if uids[0] in here and uids[1] in here:
                self.link((here[uids[0]], here[uids[1]], kind), edge.weight, edge.added_at, edge.origin)
        for name, (target, hops, pinned) in other.anchors.items():
            uid = other.blocks[target].uid
            if uid in here and not (keeps_anchors and name in self.anchors):
                self.anchors[name] = (here[uid], hops, pinned)
        return len(self.blocks) - count

    def _take_blocks(self, other: State, ids: Mapping[str, int]) -> dict[str, int]:
        """By uid, the ids of all that are here then."""
        here = {block.uid: block.id for block in self.blocks.values()}
        passed: set[str] = set()
        for block in sorted(other.blocks.values(), key=lambda block: block.id):
            before = None if block.supersedes is None else other.blocks[block.supersedes].uid
            if block.uid in here:
                continue
            if block.uid in self.forgotten or before in passed:
                passed.add(block.uid)
                continue
            head = self.head(block.namespace, block.key)
            new = replace(block, id=ids.get(block.uid, 0), supersedes=None, superseded_by=None, superseded_at=None)
            if before is None and head is not None:
                continue  # its key is another's
            if before is None:
                self.add(new)
            elif before in here and self.blocks[here[before]].is_head:
                self.supersede(here[before], replace(new, key=self.blocks[here[before]].key or new.key))
            else:
                continue  # it has been corrected here too
            here[block.uid] = new.id
        return here

    def outlived(self, now: int) -> list[int]:
        """What the rules do not keep: for each block the one that is closest has the say."""
        told: dict[Place, list[Known]] = {}
        for block in self.heads():
            rules = [rule for rule in self.rules if block.is_in(rule[0]) and rule[1] in ("", block.kind)]
            if rules:
                told.setdefault(max(rules, key=lambda rule: (len(rule[0]), rule[1])), []).append(block)
        gone = []
        for rule, blocks in told.items():
            max_age, max_blocks = self.rules[rule]
            newest_first = sorted(blocks, key=lambda block: (block.added_at, block.id), reverse=True)
            for place, block in enumerate(newest_first):
                too_many = max_blocks is not None and place >= max_blocks
                if too_many or (max_age is not None and block.added_at < now - max_age):
                    gone.append(block.id)
        return gone


def is_below(path: str, root: str) -> bool:
    return root == "" or f"{path}/".startswith(f"{root}/")
