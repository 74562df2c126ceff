"""A Store in memory: the twin of the one on disk, for tests that should not touch a disk.

It keeps every promise of `protocol.Store` but durability. Plain dictionaries under one lock; nothing here is fast for
millions of blocks.
"""

from __future__ import annotations

from _thread import allocate_lock
from collections import Counter
from itertools import chain, islice
from json import loads
from os import urandom

from greeum.errors import Conflict, EmbedderMismatch, InvalidInput, NotFound, StoreClosed
from greeum.store.arrivals import Intake
from greeum.store.certificates import certify, uid_digest
from greeum.store.memory_provenance import Provenance
from greeum.store.memory_upkeep import MemoryUpkeep
from greeum.store.protocol import ANCHOR, BLOCK, BLOCK_COLUMNS, FORGOTTEN, LINKS, UNSAID, Erased
from greeum.store.rows import (
    ANCHOR_HOPS,
    ID,
    KEY,
    NAMESPACE,
    NEAR_LINK_KIND,
    NEAR_LINK_WEIGHT,
    SIMILAR_LINK_KIND,
    SIMILAR_LINK_WEIGHT,
    SUPERSEDED_BY,
    SUPERSEDES,
    UID,
    added_before,
    check_repeated,
    check_revision,
    has_expired,
    inherited_key,
    is_within,
    new_row,
    repeats,
    revised,
    superseded,
    taken,
    without_key,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from greeum.store.arrivals import Arrival, Outcome
    from greeum.store.protocol import (
        AnchorRow,
        BlockRow,
        CertificateRow,
        Change,
        Draft,
        ErasureRequest,
        LedgerRow,
        LinkRow,
        Store,
    )


class MemoryStore(MemoryUpkeep, Provenance):
    """A Store that is gone when it is closed."""

    read_only = False
    is_on_disk = False

    def __init__(self) -> None:
        super().__init__()
        self._gate = _Gate()
        self._embedder: tuple[str, int] | None = None
        self._last_id = 0
        self._rows: dict[int, BlockRow] = {}  # in ascending order of id, as they were added
        self._vectors: dict[int, bytes] = {}
        self._uids: dict[str, int] = {}
        self._heads: dict[tuple[str, str], int] = {}
        self._taken: dict[str, BlockRow] = {}
        """What became of each draft of the request at hand, by its uid."""
        self._links: dict[tuple[int, int, str], LinkRow] = {}
        self._anchors: dict[tuple[str, str], AnchorRow] = {}
        self._log: list[tuple[int, int]] = []
        self._digests: dict[int, list[int]] = {}
        self._digest_of: dict[int, int] = {}
        self._policies: dict[str, str] = {}
        self._weights: dict[str, str] = {}
        self._weights_changes = 0
        self._certificates: list[CertificateRow] = []
        self._ledger: dict[bytes, tuple[int, int]] = {}
        """Digest of a uid → block id, number of the certificate."""
        self._settings = {
            "memory_id": urandom(16).hex(),
            "lineage": urandom(16).hex(),
            "certificate_key": urandom(32).hex(),
        }
        self._log_start = 0  # changes that were cut off

    def close(self) -> None:
        self._gate.close()

    # Changes.

    def bind_embedder(self, fingerprint: str, dimension: int) -> None:
        with self._gate:
            if self._embedder not in (None, (fingerprint, dimension)):
                raise EmbedderMismatch(f"this memory's vectors were made by {self._embedder}, not by {fingerprint}")
            self._embedder = fingerprint, dimension

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
            rows += [self._stored(draft) or self._take(draft, last_id) for draft in drafts]
        finally:
            if len(rows) != len(drafts):
                self._undo(last_id, seq, anchors, links, before)
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

    def revise(
        self, block_id: int, fields: dict[str, object], revision: int | None = None, flags: Sequence[str] = ()
    ) -> BlockRow:
        with self._gate:
            row = self._rows[block_id] = revised(self._existing(block_id), fields, revision, flags)
            self._log.append((BLOCK, block_id))
            return row

    def forget(self, block_ids: Iterable[int], request: ErasureRequest = UNSAID) -> Erased:
        with self._gate:
            return self._forget(self._doomed(block_ids), request)

    def _doomed(self, block_ids: Iterable[int]) -> Erased:
        ids = sorted({row[ID] for block_id in block_ids for row in self._chain(block_id)})
        gone = set(ids)
        return Erased(
            ids,
            blocks=sum(self._rows[block_id][SUPERSEDED_BY] is None for block_id in ids),
            links=sum(not gone.isdisjoint(link[:2]) for link in self._links),
            anchors=sum(anchor[2] in gone for anchor in self._anchors.values()),
        )

    def _forget(self, erased: Erased, request: ErasureRequest) -> Erased:
        if not erased:
            return erased
        gone = set(erased)
        links = [link for link in self._links if not gone.isdisjoint(link[:2])]
        anchors = sorted(name for name, anchor in self._anchors.items() if anchor[2] in gone)
        bereft = sorted({source for source, _, _ in links} - gone)
        pointed_to = [self._anchors[name][2] for name in anchors]
        for link in links:
            del self._links[link]
        for name in anchors:
            del self._anchors[name]
        number = len(self._certificates) + 1
        for block_id in erased:
            digest = uid_digest(self._rows[block_id][UID])
            self._ledger[digest] = (max(block_id, self._ledger.get(digest, (0, 0))[0]), number)
            self._erase(block_id)
        self._log += [(FORGOTTEN, block_id) for block_id in erased]
        self._log += [(LINKS, block_id) for block_id in bereft]
        self._log += [(ANCHOR, block_id) for block_id in pointed_to]
        erased.certificate = self._certify(erased, request)
        return erased

    def _certify(self, erased: Erased, request: ErasureRequest) -> CertificateRow:
        before = (self._certificates[-1][0], self._certificates[-1][-1]) if self._certificates else None
        number = len(self._certificates) + 1
        digests = sorted(digest for digest, (_, by) in self._ledger.items() if by == number)
        amounts = erased.blocks, len(erased), erased.links, erased.anchors
        self._certificates.append(certify(before, request, amounts, len(self._log), digests))
        return self._certificates[-1]

    def reconcile(self, ledger: Sequence[LedgerRow], request: ErasureRequest = UNSAID) -> Erased:
        with self._gate:
            for digest, block_id, _ in ledger:
                known, by = self._ledger.get(digest, (0, 0))
                self._ledger[digest] = (max(known, block_id), by)
            self._last_id = max(self._last_id, *(block_id for block_id, _ in self._ledger.values()), 0)
            self._settings["lineage"] = urandom(16).hex()
            named = [(row[ID], self._ledger.get(uid_digest(row[UID]), (0, 0))[0]) for row in self._rows.values()]
            gone = [block_id for block_id, last in named if block_id <= last]
            doomed = {row[ID] for block_id in gone for row in self._chain(block_id) if row[ID] >= block_id}
            self._take_apart(sorted(doomed), request.at)
            return self._forget(self._doomed(doomed), request)

    def put_setting(self, name: str, value: str) -> None:
        with self._gate:
            self._settings[name] = value

    def _erase(self, block_id: int) -> None:
        row = self._rows.pop(block_id)
        key = row[KEY]
        del self._vectors[block_id], self._uids[row[UID]]
        digest = self._digest_of.pop(block_id, None)
        if digest is not None:
            self._digests[digest].remove(block_id)
            if not self._digests[digest]:
                del self._digests[digest]
        if key is not None and row[SUPERSEDED_BY] is None:
            del self._heads[row[NAMESPACE], key]

    def link(self, source: int, target: int, kind: str, weight: float, added_at: int, origin: str = "") -> LinkRow:
        with self._gate:
            for end in (source, target):
                self._existing(end)
            self._log.append((LINKS, source))
            return self._put_link((source, target, kind, weight, added_at, origin))

    def _put_link(self, link: LinkRow) -> LinkRow:
        before = self._links.get(link[:3])
        self._links[link[:3]] = link if before is None else (*link[:4], *before[4:])
        return self._links[link[:3]]

    def link_many(self, links: Sequence[LinkRow]) -> list[LinkRow]:
        with self._gate:
            rows = [self._put_link(link) for link in links if link[0] in self._rows and link[1] in self._rows]
            self._log.extend((LINKS, source) for source in sorted({row[0] for row in rows}))
            return rows

    def unlink(self, source: int, target: int, kind: str) -> bool:
        with self._gate:
            removed = self._links.pop((source, target, kind), None)
            if removed is not None:
                self._log.append((LINKS, source))
            return removed is not None

    def set_anchor(
        self, namespace: str, name: str, block_id: int, hops: int | None, pinned: bool | None, moved_at: int
    ) -> AnchorRow:
        with self._gate:
            self._existing(block_id)
            before = self._anchors.get((namespace, name), (namespace, name, block_id, ANCHOR_HOPS, False, moved_at))
            hops = before[3] if hops is None else hops
            pinned = before[4] if pinned is None else pinned
            self._anchors[namespace, name] = anchor = (namespace, name, block_id, hops, pinned, moved_at)
            self._log.append((ANCHOR, block_id))
            return anchor

    def set_anchors(self, anchors: Sequence[AnchorRow]) -> list[AnchorRow]:
        with self._gate:
            rows = [anchor for anchor in anchors if anchor[2] in self._rows]
            self._anchors |= {anchor[:2]: anchor for anchor in rows}
            self._log += [(ANCHOR, anchor[2]) for anchor in rows]
            return rows

    def pin_anchor(self, namespace: str, name: str, pinned: bool) -> AnchorRow:
        with self._gate:
            _, _, block_id, hops, _, moved_at = self._existing_anchor(namespace, name)
            self._anchors[namespace, name] = anchor = (namespace, name, block_id, hops, pinned, moved_at)
            self._log.append((ANCHOR, block_id))
            return anchor

    def clear_anchor(self, namespace: str, name: str) -> bool:
        with self._gate:
            removed = self._anchors.pop((namespace, name), None)
            if removed is not None:
                self._log.append((ANCHOR, removed[2]))
            return removed is not None

    def set_policies(self, policies: Mapping[str, str]) -> None:
        with self._gate:
            self._policies.update(policies)

    def swap_weights(self, namespace: str, before: str | None, after: str | None) -> bool:
        with self._gate:
            if self._weights.get(namespace) != before:
                return False
            if after is None:
                self._weights.pop(namespace, None)
            else:
                self._weights[namespace] = after
            self._weights_changes += 1
            return True

    # Questions.

    def newest(self) -> tuple[int, int]:
        with self._gate:
            return self._log_start + len(self._log), self._weights_changes

    def weights(self, namespace: str) -> str | None:
        with self._gate:
            return self._weights.get(namespace)

    def weights_below(self, namespace: str) -> dict[str, str]:
        with self._gate:
            return {name: kept for name, kept in self._weights.items() if is_within(name, namespace)}

    def policies(self) -> dict[str, str]:
        with self._gate:
            return dict(self._policies)

    def seq(self) -> int:
        with self._gate:
            return self._log_start + len(self._log)

    def embedder(self) -> tuple[str, int] | None:
        with self._gate:
            return self._embedder

    def would_forget(self, block_ids: Iterable[int]) -> Erased:
        with self._gate:
            return self._doomed(block_ids)

    def certificates(self) -> list[CertificateRow]:
        with self._gate:
            return list(self._certificates)

    def ledger(self, after: int) -> list[LedgerRow]:
        with self._gate:
            found = [(digest, block_id, by) for digest, (block_id, by) in self._ledger.items() if by > after]
            return sorted(found, key=lambda row: (row[2], row[0]))

    def forgotten(self, uids: Sequence[str]) -> set[str]:
        with self._gate:
            return self._forgotten(uids)

    def _forgotten(self, uids: Iterable[str]) -> set[str]:
        return {uid for uid in uids if uid_digest(uid) in self._ledger}

    def setting(self, name: str) -> str | None:
        with self._gate:
            return self._settings.get(name)

    def copy(self, directory: str) -> Store:
        raise InvalidInput("memory", f"is in RAM, and has no file that {directory} could hold a copy of: export it")

    def blocks(self, ids: Sequence[int]) -> list[BlockRow]:
        with self._gate:
            return [self._rows[block_id] for block_id in ids if block_id in self._rows]

    def entries(self, ids: Sequence[int]) -> list[tuple[BlockRow, bytes]]:
        with self._gate:
            wanted = sorted(self._rows.keys() & set(ids))
            return [(self._rows[block_id], self._vectors[block_id]) for block_id in wanted]

    def ids_of(self, uids: Sequence[str]) -> dict[str, int]:
        with self._gate:
            return {uid: self._uids[uid] for uid in uids if uid in self._uids}

    def check(self) -> list[str]:
        return []

    def block_by_key(self, namespace: str, key: str) -> BlockRow | None:
        with self._gate:
            head = self._heads.get((namespace, key))
            return None if head is None else self._rows[head]

    def history(self, block_id: int) -> list[BlockRow]:
        with self._gate:
            return self._chain(block_id)

    def links(self, ids: Sequence[int]) -> list[LinkRow]:
        with self._gate:
            wanted = set(ids)
            return sorted(link for link in self._links.values() if link[0] in wanted)

    def backlinks(self, ids: Sequence[int]) -> list[LinkRow]:
        with self._gate:
            wanted = set(ids)
            return sorted(link for link in self._links.values() if link[1] in wanted)

    def anchor(self, namespace: str, name: str) -> AnchorRow | None:
        with self._gate:
            return self._anchors.get((namespace, name))

    def anchors(self, namespace: str) -> list[AnchorRow]:
        with self._gate:
            return sorted(anchor for anchor in self._anchors.values() if is_within(anchor[0], namespace))

    def changes(self, after: int, limit: int) -> list[Change]:
        with self._gate:
            place = after - self._log_start
            if not 0 <= place <= len(self._log):
                raise LookupError(f"the log does not reach seq {after}: start again from the rows")
            found = self._log[place : place + limit]
            return [(seq, operation, block_id) for seq, (operation, block_id) in enumerate(found, after + 1)]

    def ids(self, after: int, limit: int) -> list[int]:
        with self._gate:
            return list(islice((block_id for block_id in self._rows if block_id > after), limit))

    def tally(self, field: str, ids: Sequence[int]) -> dict[str, int]:
        column = BLOCK_COLUMNS.index(field)
        with self._gate:
            values: list[Any] = [self._rows[block_id][column] for block_id in ids if block_id in self._rows]
        if field == "tags":
            return dict(Counter(chain.from_iterable(map(loads, values))))
        return dict(Counter(value for value in values if value is not None))

    def counts(self) -> dict[str, int]:
        with self._gate:
            superseded = sum(row[SUPERSEDED_BY] is not None for row in self._rows.values())
            return {
                "blocks": len(self._rows) - superseded,
                "superseded": superseded,
                "links": len(self._links),
                "anchors": len(self._anchors),
                "bytes": 0,
            }

    # Inside the lock.

    def _existing(self, block_id: int) -> BlockRow:
        if block_id not in self._rows:
            raise NotFound(f"there is no block {block_id} here (it may have been forgotten)")
        return self._rows[block_id]

    def _existing_anchor(self, namespace: str, name: str) -> AnchorRow:
        if (namespace, name) not in self._anchors:
            raise NotFound(f"there is no anchor {name!r} in the namespace {namespace!r}: set it first")
        return self._anchors[namespace, name]

    def _chain(self, block_id: int) -> list[BlockRow]:
        """Every version, oldest first."""
        if block_id not in self._rows:
            return []
        row = self._rows[block_id]
        while row[SUPERSEDES] is not None:
            row = self._rows[row[SUPERSEDES]]
        chain = [row]
        while chain[-1][SUPERSEDED_BY] is not None:
            chain.append(self._rows[chain[-1][SUPERSEDED_BY]])
        return chain

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

    def _stored(self, draft: Draft) -> BlockRow | None:
        draft.was_there, draft.duplicate_of = False, None
        done = self._repeated(draft, draft.key)
        if done is None:
            head = self._head(draft)
            done = None if head is None else added_before(head, draft)
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

    def __init__(self, store: MemoryStore) -> None:
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


class _Gate:
    """Lets in one thread at a time, and nobody once it is closed."""

    def __init__(self) -> None:
        self._mutex = allocate_lock()
        self._closed = False

    def __enter__(self) -> None:
        self._mutex.acquire()
        if self._closed:
            self._mutex.release()
            raise StoreClosed("this memory has been closed; open it again")

    def __exit__(self, *error: object) -> None:
        self._mutex.release()

    def close(self) -> None:
        with self._mutex:
            self._closed = True
