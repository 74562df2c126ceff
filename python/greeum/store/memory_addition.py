"""What `add` and `supersede` put into a Store in memory: the twin of `addition`."""

from __future__ import annotations

from greeum.errors import Conflict
from greeum.store.arrivals import Intake
from greeum.store.memory_erasure import MemoryErasure
from greeum.store.protocol import ANCHOR, BLOCK, LINKS
from greeum.store.rows import (
    ID,
    KEY,
    NAMESPACE,
    NEAR_LINK_KIND,
    NEAR_LINK_WEIGHT,
    SIMILAR_LINK_KIND,
    SIMILAR_LINK_WEIGHT,
    SUPERSEDED_BY,
    added_before,
    check_repeated,
    check_revision,
    has_expired,
    inherited_key,
    new_row,
    repeats,
    superseded,
    taken,
    without_key,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from greeum.store.arrivals import Arrival, Outcome
    from greeum.store.protocol import AnchorRow, BlockRow, Draft, LinkRow


class MemoryAddition(MemoryErasure):
    """The part of MemoryStore that takes in. What fails halfway is erased again."""

    def take_in(self, arrivals: Sequence[Arrival], *, stop: bool = False, bring_back: bool = False) -> list[Outcome]:
        with self._gate:
            return Intake(_Shelf(self), arrivals, stop=stop, bring_back=bring_back).run()

    def add(self, drafts: Sequence[Draft]) -> list[BlockRow]:
        with self._gate:
            return self._add(drafts)

    def _add(self, drafts: Sequence[Draft]) -> list[BlockRow]:
        last_id, seq, anchors = self._last_id, len(self._log), dict(self._anchors)
        before = [self._rows[draft.supersedes] for draft in drafts if draft.supersedes in self._rows]
        heads = filter(None, map(self._stored_head, drafts))
        expired = [head for head in heads if has_expired(head, drafts[0].added_at)]
        before += [version for head in expired for version in self._chain(head[ID])]
        self._taken = {}
        links = dict(self._links) if before else self._links
        rows: list[BlockRow] = []
        try:
            rows += [
                self._stored(draft, place, last_id) or self._take(draft, last_id) for place, draft in enumerate(drafts)
            ]
        finally:
            if len(rows) != len(drafts):
                self._undo(last_id, seq, anchors, links, before)
        if len(self._log) - seq == self._last_id - last_id == len(drafts):
            for number, draft in enumerate(drafts, self._log_start + seq + 1):
                draft.seq = number
        return rows

    def _undo(
        self,
        last_id: int,
        seq: int,
        anchors: dict[tuple[str, str], AnchorRow],
        links: dict[tuple[int, int, str], LinkRow],
        superseded: list[BlockRow],
    ) -> None:
        for block_id in range(last_id + 1, self._last_id + 1):
            self._erase(block_id)
        for row in superseded:
            self._rows[row[ID]] = row
            if row[KEY] is not None:
                self._heads[row[NAMESPACE], row[KEY]] = row[ID]
        self._links = {ends: link for ends, link in links.items() if link[0] <= last_id}
        self._anchors = anchors
        self._last_id = last_id
        del self._log[seq:]

    def supersede(self, block_id: int, draft: Draft, revision: int | None = None) -> BlockRow:
        with self._gate:
            return self._supersede(block_id, draft, revision)

    def _supersede(self, block_id: int, draft: Draft, revision: int | None) -> BlockRow:
        old = self._existing(block_id)
        done = self._repeated(draft, old[KEY] or draft.key, self._chain(block_id))
        if done is not None:
            return done
        check_revision(old, revision)
        key = inherited_key(old, draft)
        if key != old[KEY] and self._head(draft) is not None:
            raise Conflict(f"the key {draft.key!r} is taken by another block: choose another key")
        row = self._place(draft, key, old)
        self._move_to(block_id, row[ID], draft.added_at)
        return row

    def _move_to(self, old: int, new: int, at: int) -> None:
        for name, anchor in self._anchors.items():
            if anchor[2] == old:
                self._anchors[name] = (*name, new, anchor[3], anchor[4], at)
                self._log.append((ANCHOR, new))
        self._move_links(old, new)

    def _move_links(self, old: int, new: int) -> None:
        leaving = [link for link in self._links.values() if link[0] == old]
        arriving = [link for link in self._links.values() if link[1] == old and link[0] != new]
        for source, target, kind, weight, added_at, origin in leaving + arriving:
            del self._links[source, target, kind]
            ends = (new, target, kind) if source == old else (source, new, kind)
            self._links[ends] = (*ends, weight, added_at, origin)
        self._log.extend((LINKS, block) for block in ((old, new) if leaving else ()))
        self._log.extend((LINKS, source) for source in sorted({link[0] for link in arriving}))

    def _stored_head(self, draft: Draft) -> BlockRow | None:
        if draft.key is None or (draft.namespace, draft.key) not in self._heads:
            return None
        return self._rows[self._heads[draft.namespace, draft.key]]

    def _head(self, draft: Draft) -> BlockRow | None:
        head = self._stored_head(draft)
        if head is None or draft.key is None or not has_expired(head, draft.added_at):
            return head
        versions = [version for version in self._chain(head[ID]) if version[KEY]]
        self._rows |= {version[ID]: without_key(version) for version in versions}
        del self._heads[draft.namespace, draft.key]
        self._log += [(BLOCK, version[ID]) for version in versions]
        return None

    def _stored(self, draft: Draft, place: int, last_id: int) -> BlockRow | None:
        draft.was_there, draft.duplicate_of, draft.seq = False, None, None
        done = self._repeated(draft, draft.key)
        if done is None:
            head = self._head(draft)
            if head is not None:
                done = added_before(head, draft, place if head[ID] > last_id else None)
        draft.was_there = done is not None
        return done

    def _take(self, draft: Draft, last_id: int) -> BlockRow:
        row = self._taken[draft.uid] = self._taken_row(draft, last_id)
        return row

    def _taken_row(self, draft: Draft, last_id: int) -> BlockRow:
        same = self._same(draft, last_id)
        draft.duplicate_of = None if same is None else same[ID]
        if same is not None and (draft.on_duplicate == "return" or draft.is_turn):
            draft.was_there = True
            return same
        old = self._next_version_of(draft)
        row = self._place(draft, draft.key if old is None else old[KEY], old)
        if old is not None:
            self._move_to(old[ID], row[ID], draft.added_at)
        for target in sorted({same[ID] if same is not None else 0, draft.similar_to or 0} - {0}):
            if target in self._rows and self._rows[target][SUPERSEDED_BY] is None:
                link = (row[ID], target, SIMILAR_LINK_KIND, SIMILAR_LINK_WEIGHT, draft.added_at, draft.origin)
                self._links[link[:3]] = link
                self._log.append((LINKS, row[ID]))
        return row

    def _next_version_of(self, draft: Draft) -> BlockRow | None:
        """The block that the draft supersedes, if it still can."""
        old = self._rows.get(draft.supersedes or 0)
        fits = old is not None and old[NAMESPACE] == draft.namespace and draft.key in (None, old[KEY])
        return old if fits and old is not None and old[SUPERSEDED_BY] is None else None

    def _same(self, draft: Draft, last_id: int) -> BlockRow | None:
        # As SQLiteStore does: what this same request has added counts, unless both are turns.
        if draft.on_duplicate == "keep" and not draft.is_turn:
            return None
        found = sorted(self._digests.get(draft.digest, ()) if draft.digest is not None else (), reverse=True)
        if draft.is_turn:
            found = [block_id for block_id in found if block_id <= last_id]
        planned = self._taken.get(draft.same_as or "")
        if planned is not None:
            draft.alike = planned[ID]
        if draft.alike is not None and draft.alike in self._rows:
            found.append(draft.alike)
        rows = [self._rows[block_id] for block_id in found]
        return next((row for row in rows if repeats(draft, row, draft.added_at)), None)

    def _repeated(self, draft: Draft, key: str | None, versions: Sequence[BlockRow] = ()) -> BlockRow | None:
        """The newest version of what this very request has stored before."""
        if not draft.is_repeatable or draft.uid not in self._uids:
            return None
        stored = self._rows[self._uids[draft.uid]]
        check_repeated(stored, draft, key, versions)
        return self._chain(stored[ID])[-1]

    def _place(self, draft: Draft, key: str | None, old: BlockRow | None = None) -> BlockRow:
        """Add a row, near what it is to be near; everything that can fail comes first."""
        if draft.uid in self._uids:
            raise taken(draft.uid, self._uids[draft.uid])
        anchor = self._existing_anchor(*draft.near) if isinstance(draft.near, tuple) else None
        target = self._existing(draft.near)[ID] if isinstance(draft.near, int) else anchor and anchor[2]
        self._last_id += 1
        row = new_row(draft, self._last_id, key, old and old[ID])
        if old is not None:
            self._rows[old[ID]] = superseded(old, row[ID], draft.added_at)
            self._log.append((BLOCK, old[ID]))
        self._rows[row[ID]] = row
        self._vectors[row[ID]] = draft.vectors
        self._uids[draft.uid] = row[ID]
        if draft.digest is not None:
            self._digests.setdefault(draft.digest, []).append(row[ID])
            self._digest_of[row[ID]] = draft.digest
        if key is not None:
            self._heads[draft.namespace, key] = row[ID]
        self._log.append((BLOCK, row[ID]))
        if target is not None:
            link = (row[ID], target, NEAR_LINK_KIND, NEAR_LINK_WEIGHT, draft.added_at, draft.origin)
            self._links[link[:3]] = link
            self._log.append((LINKS, row[ID]))
        if anchor is not None:
            self._point(anchor[0], anchor[1], anchor[3], row[ID], draft.added_at)
        if draft.anchor is not None:
            self._point(*draft.anchor, row[ID], draft.added_at)
        return row

    def _point(self, namespace: str, name: str, hops: int, block_id: int, at: int) -> None:
        anchor = self._anchors.get((namespace, name))
        if anchor is None or not anchor[4]:
            kept = hops if anchor is None else anchor[3]
            self._anchors[namespace, name] = (namespace, name, block_id, kept, False, at)
            self._log.append((ANCHOR, block_id))


class _Shelf:
    """What an Intake asks of the store, with its lock held."""

    def __init__(self, store: MemoryAddition) -> None:
        self._store = store

    def ids_of(self, uids: Iterable[str]) -> dict[str, int]:
        return {uid: self._store._uids[uid] for uid in uids if uid in self._store._uids}

    def forgotten(self, uids: Iterable[str]) -> set[str]:
        return self._store._forgotten(uids)

    def head(self, namespace: str, key: str) -> BlockRow | None:
        head = self._store._heads.get((namespace, key))
        return None if head is None else self._store._rows[head]

    def chain(self, block_id: int) -> list[BlockRow]:
        return self._store._chain(block_id)

    def place(self, drafts: Sequence[Draft]) -> list[BlockRow]:
        return self._store._add(drafts)

    def correct(self, block_id: int, draft: Draft) -> BlockRow:
        return self._store._supersede(block_id, draft, None)
