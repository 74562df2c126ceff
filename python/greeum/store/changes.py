"""What each change does to the database. Every function here runs inside a transaction that its caller commits."""

from __future__ import annotations

import apsw

from greeum.errors import Conflict, EmbedderMismatch, NotFound
from greeum.store.protocol import ANCHOR, BLOCK, BLOCK_COLUMNS, LINKS
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
    UID,
    added_before,
    check_repeated,
    check_revision,
    has_expired,
    inherited_key,
    new_row,
    repeats,
    revised,
    taken,
)
from greeum.store.statements import SQL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from greeum.store.protocol import AnchorRow, BlockRow, Draft, LinkRow

_REVISED_COLUMNS = ("kind", "source", "tags", "importance", "metadata", "at", "valid_from", "valid_to", "expires_at")
"""In the order of the statement `revise_block`."""

_REVISED = tuple(BLOCK_COLUMNS.index(column) for column in (*_REVISED_COLUMNS, "revision", "flags", "id"))


def rows_of(connection: apsw.Connection, statement: str, *bindings: Any) -> list[Any]:
    """All rows of a named statement."""
    return connection.execute(SQL[statement], bindings).fetchall()


def row_of(connection: apsw.Connection, statement: str, *bindings: Any) -> Any:
    """The only row of a named statement, or None."""
    rows = connection.execute(SQL[statement], bindings).fetchall()
    return rows[0] if rows else None


def ids_of(connection: apsw.Connection, uids: Iterable[str]) -> dict[str, int]:
    found = ((uid, row_of(connection, "block_by_uid", uid)) for uid in uids)
    return {uid: row[0] for uid, row in found if row is not None}


def bind_embedder(connection: apsw.Connection, fingerprint: str, dimension: int) -> None:
    bound = bound_embedder(connection)
    if bound is None:
        rows_of(connection, "put_setting", "embedder", fingerprint)
        rows_of(connection, "put_setting", "dimension", dimension)
    elif bound != (fingerprint, dimension):
        raise EmbedderMismatch(
            f"this memory's vectors were made by {bound[0]} ({bound[1]} dimensions), "
            f"not by {fingerprint} ({dimension}): open it with that embedder, or change to this one with greeum.reembed"
        )


def check_embedder(connection: apsw.Connection, fingerprint: str | None) -> None:
    """Raises EmbedderMismatch if the store is bound to another embedder by now."""
    if fingerprint is not None and row_of(connection, "setting", "embedder") != (fingerprint,):
        bound = bound_embedder(connection)
        raise EmbedderMismatch(
            f"this memory's vectors are made by {bound and bound[0]} since it was opened with {fingerprint}: "
            "open it anew with that embedder"
        )


def bound_embedder(connection: apsw.Connection) -> tuple[str, int] | None:
    fingerprint = row_of(connection, "setting", "embedder")
    return None if fingerprint is None else (fingerprint[0], row_of(connection, "setting", "dimension")[0])


def add(connection: apsw.Connection, drafts: Sequence[Draft]) -> list[BlockRow]:
    addition = _Addition(connection)
    try:
        rows = [addition.stored(draft) or addition.take(draft) for draft in drafts]
        addition.write()
    except (Conflict, NotFound, apsw.ConstraintError) as error:
        addition.check_uids(error)
        raise
    return rows


def supersede(connection: apsw.Connection, block_id: int, draft: Draft, revision: int | None) -> BlockRow:
    old = _existing(connection, block_id)
    addition = _Addition(connection)
    if draft.is_repeatable:
        done = addition.repeated(draft, old[KEY] or draft.key, rows_of(connection, "history", block_id))
        if done is not None:
            return done
    check_revision(old, revision)
    key = inherited_key(old, draft)
    if key != old[KEY]:
        addition.claim(draft)
    try:
        row = addition.place_after(old, draft, key)
        addition.write()
    except (NotFound, apsw.ConstraintError) as error:
        addition.check_uids(error)
        raise
    return row


def _move_to(connection: apsw.Connection, block_id: int, new_id: int, at: int) -> None:
    """Anchors and links of a block go over to the version after it."""
    moved = rows_of(connection, "move_anchors", new_id, at, block_id)
    _log(connection, [(ANCHOR, new_id) for _ in moved])
    leaving = rows_of(connection, "move_links_from", new_id, block_id)
    arriving = rows_of(connection, "move_links_to", new_id, block_id)
    _log(connection, [(LINKS, moved_id) for moved_id in ((block_id, new_id) if leaving else ())])
    _log(connection, [(LINKS, source) for source in sorted({source for (source,) in arriving})])


class _Addition:
    """The rows of one `add` or `supersede`: planned against what is stored, then written kind by kind.

    A statement that runs for a thousand rows costs each of them less than half of what running it for one does.
    """

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        last = row_of(connection, "last_block_id")
        self._next_id: int = last[0] + 1 if last else 1
        self._rows: list[BlockRow] = []
        self._vectors: list[tuple[int, bytes]] = []
        self._links: list[LinkRow] = []
        self._heads: dict[tuple[str, str], BlockRow] = {}
        self._anchors: dict[tuple[str, str], AnchorRow] = {}
        self._digests: list[int | None] = []
        self._by_digest: dict[int, list[BlockRow]] = {}
        self._freed: list[int] = []
        """Blocks that have expired, in all their versions, and lose their keys."""
        self._taken: dict[str, BlockRow] = {}
        """What became of each draft, by its uid."""
        self._superseded: dict[int, tuple[int, int]] = {}
        """By the block before: the block after it, and when it was added."""
        self.log: list[tuple[int, int]] = []

    def stored(self, draft: Draft) -> BlockRow | None:
        """The row that this request has stored before, or that says the same under the same key already. Raises
        Conflict if it says something else.
        """
        draft.was_there, draft.duplicate_of = False, None
        done = self.repeated(draft, draft.key) if draft.is_repeatable else None
        if done is None:
            head = self._head(draft)
            done = None if head is None else added_before(head, draft)
        draft.was_there = done is not None
        return done

    def take(self, draft: Draft) -> BlockRow:
        """The row that says the same already, if that is to be given back; otherwise that of the draft, with its
        links, and as the version after the block that it supersedes."""
        row = self._taken[draft.uid] = self._take(draft)
        return row

    def _take(self, draft: Draft) -> BlockRow:
        same = self._same(draft)
        draft.duplicate_of = None if same is None else same[ID]
        if same is not None and (draft.on_duplicate == "return" or draft.is_turn):
            draft.was_there = True
            return same
        old = None if draft.supersedes is None else self._open(draft.supersedes)
        if old is None or draft.key not in (None, old[KEY]) or old[NAMESPACE] != draft.namespace:
            row = self.place(draft, draft.key)
        else:
            row = self.place_after(old, draft, old[KEY])
        for target in sorted({same[ID] if same is not None else 0, draft.similar_to or 0} - {0}):
            if self._is_planned(target) or self._open(target) is not None:
                link = (row[ID], target, SIMILAR_LINK_KIND, SIMILAR_LINK_WEIGHT, draft.added_at, draft.origin)
                self._links.append(link)
                self.log.append((LINKS, row[ID]))
        return row

    def _same(self, draft: Draft) -> BlockRow | None:
        """The newest of those that say the same, if that matters. A block that this same request has planned counts,
        unless both are turns: a conversation may hold the same words twice at a time."""
        if draft.on_duplicate == "keep" and not draft.is_turn:
            return None
        found: list[BlockRow] = []
        if draft.digest is not None:
            if not draft.is_turn:
                found += reversed(self._by_digest.get(draft.digest, []))
            found += rows_of(self._connection, "blocks_by_digest", draft.digest)
        taken = self._taken.get(draft.same_as or "")
        if taken is not None:
            draft.alike = taken[ID]
            found.append(taken)
        elif draft.alike is not None:
            found += filter(None, [self._open(draft.alike)])
        return next(
            (row for row in found if row[ID] not in self._superseded and repeats(draft, row, draft.added_at)), None
        )

    def _open(self, block_id: int) -> BlockRow | None:
        """A stored block that is a newest version, and is to stay one."""
        row: BlockRow | None = row_of(self._connection, "block", block_id)
        return None if row is None or row[SUPERSEDED_BY] is not None or block_id in self._superseded else row

    def _is_planned(self, block_id: int) -> bool:
        return bool(self._rows) and self._rows[0][ID] <= block_id < self._next_id

    def place_after(self, old: BlockRow, draft: Draft, key: str | None) -> BlockRow:
        """Plan a row as the version after a stored one."""
        self.log.append((BLOCK, old[ID]))
        row = self.place(draft, key, supersedes=old[ID])
        self._superseded[old[ID]] = row[ID], draft.added_at
        return row

    def repeated(self, draft: Draft, key: str | None, versions: Sequence[BlockRow] = ()) -> BlockRow | None:
        """The newest version of what this very request has stored before, with this key, and as a correction of the
        block that has these versions. Raises Conflict if it was another request.
        """
        planned = next((row for row in self._rows if row[UID] == draft.uid), None)
        if planned is not None:
            check_repeated(planned, draft, key)
            return planned
        found = row_of(self._connection, "block_by_uid", draft.uid)
        if found is None:
            return None
        check_repeated(_existing(self._connection, found[0]), draft, key, versions)
        newest: BlockRow = rows_of(self._connection, "history", found[0])[-1]
        return newest

    def claim(self, draft: Draft) -> None:
        """Raises Conflict if the draft's key is taken, whatever the text."""
        head = self._head(draft)
        if head is not None:
            raise Conflict(f"the key {draft.key!r} is taken by block {head[ID]}: choose another key")

    def place(self, draft: Draft, key: str | None, supersedes: int | None = None) -> BlockRow:
        """Plan a row, with its link and the anchor's move if it is near something."""
        row = new_row(draft, self._next_id, key, supersedes)
        self._rows.append(row)
        self._vectors.append((self._next_id, draft.vectors))
        self._digests.append(draft.digest)
        if draft.digest is not None:
            self._by_digest.setdefault(draft.digest, []).append(row)
        self.log.append((BLOCK, self._next_id))
        if key is not None:
            self._heads[draft.namespace, key] = row
        if draft.near is not None:
            self._stand_near(draft, draft.near, self._next_id)
        if draft.anchor is not None:
            self._point(*draft.anchor, self._next_id, draft.added_at)
        self._next_id += 1
        return row

    def write(self) -> None:
        """Store what was planned."""
        many = self._connection.executemany
        many(SQL["free_key"], [(block,) for block in self._freed])
        for before, (after, at) in self._superseded.items():
            rows_of(self._connection, "mark_superseded", after, at, before)
        many(SQL["add_block"], [(*row, digest) for row, digest in zip(self._rows, self._digests, strict=True)])
        many(SQL["add_vectors"], self._vectors)
        many(SQL["put_link"], self._links).fetchall()
        many(SQL["put_anchor"], self._anchors.values())
        _log(self._connection, self.log)
        for before, (after, at) in self._superseded.items():
            _move_to(self._connection, before, after, at)

    def check_uids(self, error: Exception) -> None:
        """After an error: raises Conflict if a uid of what was planned is taken, which is cheap to find out only now.

        So the first draft that is wrong is the one that the caller hears of.
        """
        holders: dict[str, int] = {}
        for row in self._rows:
            stored = row_of(self._connection, "block_by_uid", row[UID])
            holder = holders.setdefault(row[UID], stored[0] if stored else row[ID])
            if holder != row[ID]:
                raise taken(row[UID], holder) from error

    def _head(self, draft: Draft) -> BlockRow | None:
        if draft.key is None:
            return None
        planned = self._heads.get((draft.namespace, draft.key))
        if planned is not None:
            return planned
        row: BlockRow | None = row_of(self._connection, "block_by_key", draft.namespace, draft.key)
        if row is None or not has_expired(row, draft.added_at):
            return row
        if row[ID] not in self._freed:
            # All of its versions: a correction takes over the key of the one before, also where it is imported.
            versions = [version[ID] for version in rows_of(self._connection, "history", row[ID]) if version[KEY]]
            self._freed += versions
            self.log += [(BLOCK, version) for version in versions]
        return None

    def _stand_near(self, draft: Draft, near: tuple[str, str] | int, block_id: int) -> None:
        anchor: AnchorRow | None = None
        if isinstance(near, int):
            target = near
            if not self._rows[0][ID] <= target < block_id:
                _existing(self._connection, target)
        else:
            anchor = self._anchor(near)
            target = anchor[2]
        self._links.append((block_id, target, NEAR_LINK_KIND, NEAR_LINK_WEIGHT, draft.added_at, draft.origin))
        self.log.append((LINKS, block_id))
        if anchor is not None:
            self._point(anchor[0], anchor[1], anchor[3], block_id, draft.added_at)

    def _point(self, namespace: str, name: str, hops: int, block_id: int, at: int) -> None:
        """Have an anchor point to a block, unless it is pinned."""
        anchor = self._find_anchor((namespace, name))
        if anchor is None or not anchor[4]:
            self._anchors[namespace, name] = (namespace, name, block_id, anchor[3] if anchor else hops, False, at)
            self.log.append((ANCHOR, block_id))

    def _anchor(self, name: tuple[str, str]) -> AnchorRow:
        anchor = self._find_anchor(name)
        if anchor is None:
            raise NotFound(f"there is no anchor {name[1]!r} in the namespace {name[0]!r}: set it first")
        return anchor

    def _find_anchor(self, name: tuple[str, str]) -> AnchorRow | None:
        return self._anchors.get(name) or row_of(self._connection, "anchor", *name)


def set_policies(connection: apsw.Connection, policies: Mapping[str, str]) -> None:
    for name, value in policies.items():
        rows_of(connection, "put_setting", f"policy/{name}", value)


def swap_weights(connection: apsw.Connection, namespace: str, before: str | None, after: str | None) -> bool:
    name = f"weights/{namespace}"
    kept = row_of(connection, "setting", name)
    if (None if kept is None else kept[0]) != before:
        return False
    if after is None:
        rows_of(connection, "remove_setting", name)
    else:
        rows_of(connection, "put_setting", name, after)
    rows_of(connection, "count_weights_change")
    return True


def revise(
    connection: apsw.Connection,
    block_id: int,
    fields: dict[str, object],
    revision: int | None,
    flags: Iterable[str] = (),
) -> BlockRow:
    row = revised(_existing(connection, block_id), fields, revision, flags)
    rows_of(connection, "revise_block", *(row[column] for column in _REVISED))
    _log(connection, [(BLOCK, block_id)])
    return row


def link(
    connection: apsw.Connection, source: int, target: int, kind: str, *, weight: float, added_at: int, origin: str = ""
) -> LinkRow:
    for end in (source, target):
        if row_of(connection, "block_exists", end) is None:
            raise _no_block(end)
    row: LinkRow = row_of(connection, "put_link", source, target, kind, weight, added_at, origin)
    _log(connection, [(LINKS, source)])
    return row


def link_many(connection: apsw.Connection, links: Sequence[LinkRow]) -> list[LinkRow]:
    there = _existing_of(connection, {end for link in links for end in link[:2]})
    rows = [link for link in links if link[0] in there and link[1] in there]
    stored: list[Any] = connection.executemany(SQL["put_link"], rows).fetchall()
    _log(connection, [(LINKS, source) for source in sorted({link[0] for link in rows})])
    return stored


def set_anchors(connection: apsw.Connection, anchors: Sequence[AnchorRow]) -> list[AnchorRow]:
    there = _existing_of(connection, {anchor[2] for anchor in anchors})
    rows = [anchor for anchor in anchors if anchor[2] in there]
    connection.executemany(SQL["put_anchor"], rows)
    _log(connection, [(ANCHOR, anchor[2]) for anchor in rows])
    return rows


def _existing_of(connection: apsw.Connection, ids: Iterable[int]) -> set[int]:
    """Those of these blocks that are there."""
    return {block_id for block_id in ids if row_of(connection, "block_exists", block_id) is not None}


def unlink(connection: apsw.Connection, source: int, target: int, kind: str) -> bool:
    removed = row_of(connection, "remove_link", source, target, kind)
    if removed is not None:
        _log(connection, [(LINKS, source)])
    return removed is not None


def set_anchor(
    connection: apsw.Connection,
    namespace: str,
    name: str,
    block_id: int,
    *,
    hops: int | None,
    pinned: bool | None,
    moved_at: int,
) -> AnchorRow:
    if row_of(connection, "block_exists", block_id) is None:
        raise _no_block(block_id)
    _, _, _, hops_now, pinned_now, _ = row_of(connection, "anchor", namespace, name) or (0, 0, 0, ANCHOR_HOPS, False, 0)
    anchor = (
        namespace,
        name,
        block_id,
        hops_now if hops is None else hops,
        bool(pinned_now if pinned is None else pinned),
        moved_at,
    )
    rows_of(connection, "put_anchor", *anchor)
    _log(connection, [(ANCHOR, block_id)])
    return anchor


def pin_anchor(connection: apsw.Connection, namespace: str, name: str, pinned: bool) -> AnchorRow:
    anchor = row_of(connection, "pin_anchor", pinned, namespace, name)
    if anchor is None:
        raise NotFound(f"there is no anchor {name!r} in the namespace {namespace!r}: set it first")
    _log(connection, [(ANCHOR, anchor[2])])
    return anchor_row(anchor)


def clear_anchor(connection: apsw.Connection, namespace: str, name: str) -> bool:
    pointed_to = row_of(connection, "remove_anchor", namespace, name)
    if pointed_to is not None:
        _log(connection, [(ANCHOR, pointed_to[0])])
    return pointed_to is not None


def anchor_row(row: Any) -> AnchorRow:
    """SQLite has no booleans."""
    namespace, name, block_id, hops, pinned, moved_at = row
    return namespace, name, block_id, hops, bool(pinned), moved_at


def _existing(connection: apsw.Connection, block_id: int) -> BlockRow:
    row: BlockRow | None = row_of(connection, "block", block_id)
    if row is None:
        raise _no_block(block_id)
    return row


def _no_block(block_id: int) -> NotFound:
    return NotFound(f"there is no block {block_id} here (it may have been forgotten)")


def _log(connection: apsw.Connection, changes: Iterable[tuple[int, int]]) -> None:
    connection.executemany(SQL["log_change"], changes)
