"""What `add` and `supersede` put into the database, inside a transaction that its caller commits."""

from __future__ import annotations

from greeum.errors import Conflict, NotFound
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
    UID,
    added_before,
    check_repeated,
    has_expired,
    new_row,
    repeats,
    taken,
)
from greeum.store.statements import SQL, answer_of, log, row_of, rows_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    import apsw

    from greeum.store.protocol import AnchorRow, BlockRow, Draft, LinkRow


class Addition:
    """The rows of one `add` or `supersede`: planned against what is stored, then written kind by kind.

    A statement that runs for a thousand rows costs each of them less than half of what running it for one does.
    """

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        last = answer_of(connection, "last_block_id")
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
        self._log: list[tuple[int, int]] = []

    def stored(self, draft: Draft, place: int) -> BlockRow | None:
        """The row that this request has stored before, or that says the same under the same key already. Raises
        Conflict if it says something else. `place` is the draft's in its list.
        """
        draft.was_there, draft.duplicate_of, draft.seq = False, None, None
        done = self.repeated(draft, draft.key) if draft.is_repeatable else None
        if done is None:
            head = self._head(draft)
            if head is not None:
                done = added_before(head, draft, place if self._is_planned(head[ID]) else None)
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
                self._log.append((LINKS, row[ID]))
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
        self._log.append((BLOCK, old[ID]))
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
        check_repeated(existing(self._connection, found[0]), draft, key, versions)
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
        self._log.append((BLOCK, self._next_id))
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
        if self._freed:
            many(SQL["free_key"], [(block,) for block in self._freed])
        for before, (after, at) in self._superseded.items():
            rows_of(self._connection, "mark_superseded", after, at, before)
        many(SQL["add_block"], [(*row, digest) for row, digest in zip(self._rows, self._digests, strict=True)])
        many(SQL["add_vectors"], self._vectors)
        # Most have none of these; also nothing to do costs some microseconds each.
        if self._links:
            many(SQL["put_link"], self._links).fetchall()
        if self._anchors:
            many(SQL["put_anchor"], self._anchors.values())
        log(self._connection, self._log)
        for before, (after, at) in self._superseded.items():
            move_to(self._connection, before, after, at)

    def number(self, drafts: Sequence[Draft]) -> None:
        """Say under which seq each was added, once they are written, if all that was entered is one row for each."""
        if len(self._log) == len(self._rows) == len(drafts):
            first = self._connection.last_insert_rowid() - len(drafts) + 1
            for seq, draft in enumerate(drafts, first):
                draft.seq = seq

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
            self._log += [(BLOCK, version) for version in versions]
        return None

    def _stand_near(self, draft: Draft, near: tuple[str, str] | int, block_id: int) -> None:
        anchor: AnchorRow | None = None
        if isinstance(near, int):
            target = near
            if not self._rows[0][ID] <= target < block_id:
                existing(self._connection, target)
        else:
            anchor = self._anchor(near)
            target = anchor[2]
        self._links.append((block_id, target, NEAR_LINK_KIND, NEAR_LINK_WEIGHT, draft.added_at, draft.origin))
        self._log.append((LINKS, block_id))
        if anchor is not None:
            self._point(anchor[0], anchor[1], anchor[3], block_id, draft.added_at)

    def _point(self, namespace: str, name: str, hops: int, block_id: int, at: int) -> None:
        """Have an anchor point to a block, unless it is pinned."""
        anchor = self._find_anchor((namespace, name))
        if anchor is None or not anchor[4]:
            self._anchors[namespace, name] = (namespace, name, block_id, anchor[3] if anchor else hops, False, at)
            self._log.append((ANCHOR, block_id))

    def _anchor(self, name: tuple[str, str]) -> AnchorRow:
        anchor = self._find_anchor(name)
        if anchor is None:
            raise NotFound(f"there is no anchor {name[1]!r} in the namespace {name[0]!r}: set it first")
        return anchor

    def _find_anchor(self, name: tuple[str, str]) -> AnchorRow | None:
        return self._anchors.get(name) or row_of(self._connection, "anchor", *name)


def move_to(connection: apsw.Connection, block_id: int, new_id: int, at: int) -> None:
    """Anchors and links of a block go over to the version after it."""
    moved = rows_of(connection, "move_anchors", new_id, at, block_id)
    log(connection, [(ANCHOR, new_id) for _ in moved])
    leaving = rows_of(connection, "move_links_from", new_id, block_id)
    arriving = rows_of(connection, "move_links_to", new_id, block_id)
    log(connection, [(LINKS, moved_id) for moved_id in ((block_id, new_id) if leaving else ())])
    log(connection, [(LINKS, source) for source in sorted({source for (source,) in arriving})])


def existing(connection: apsw.Connection, block_id: int) -> BlockRow:
    row: BlockRow | None = row_of(connection, "block", block_id)
    if row is None:
        raise no_block(block_id)
    return row


def no_block(block_id: int) -> NotFound:
    return NotFound(f"there is no block {block_id} here (it may have been forgotten)")
