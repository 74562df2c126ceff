"""Memory, the one face of Greeum: remembering, finding, correcting, forgetting go through here, whatever the door."""

from __future__ import annotations

from time import time_ns

from greeum import inputs, limits
from greeum.comparing import Comparer
from greeum.drafts import CHECKS, request_uid
from greeum.errors import Conflict, Forbidden, InvalidInput, NotFound
from greeum.model import Added, Block, Link, RolledBack
from greeum.recall import Recall, list_of
from greeum.store.protocol import BLOCK_COLUMNS
from greeum.store.rows import FLAGS, QUARANTINED, TRUST, trusted_more

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any

    from greeum.embed.protocol import Embedder
    from greeum.follower import Follower
    from greeum.inputs import Namespace, Time
    from greeum.recall import Near
    from greeum.store.protocol import BlockRow, Draft, Store

    Ids = list[int]
    AddedBlocks = list[Added]
    Findings = list[tuple[str, bool, str]]


class Keep:
    """The default of `update`'s arguments: the field stays as it is. (None would clear it.)"""

    def __repr__(self) -> str:
        return "KEEP"


KEEP = Keep()


def clock_us() -> int:
    """Microseconds since 1970."""
    return time_ns() // 1_000


class Memory(Recall):
    """A memory, open. Get one from `greeum.open`. All methods may be called from any thread.

    What a method adds or changes is on disk when it returns, and found by the next search.
    """

    def __init__(
        self, store: Store, follower: Follower, embedder: Embedder, *, now_us: Callable[[], int] = clock_us
    ) -> None:
        super().__init__(store, follower, embedder, now_us=now_us)
        self._comparer = Comparer(store, follower.index, self._echoes, now_us)

    def __enter__(self) -> Memory:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Finish what is being written, and let go of the directory. A second call does nothing."""
        try:
            self._follower.close(fold=not self._store.read_only)
        finally:
            self._store.close()

    def through(self, origin: str, trust: float = 1.0) -> Memory:
        """The same memory, for somebody whose writes are to tell where they are from: every block and link that is
        added through it carries this `origin`, and every block this `trust` (0 to 1).

        It is light: one may be made for each who comes. One within another has the origins of both, joined by a slash,
        and no more trust than either. Who is trusted less than a block may not correct, change or forget it, and what
        corrects a block is trusted no more than that. Closing it closes the memory.
        """
        drafter = self._drafter.through(inputs.name(origin, "origin"), inputs.share(trust, "trust"))
        view = object.__new__(type(self))
        view.__dict__.update(self.__dict__)
        view._drafter = drafter
        view.screening = drafter.screening
        return view

    # Remembering.

    def add(
        self,
        text: str,
        *,
        namespace: Namespace = "",
        key: str | None = None,
        kind: str = "message",
        source: str | None = None,
        tags: Iterable[str] = (),
        importance: float = 0.5,
        metadata: Mapping[str, object] | None = None,
        at: Time | None = None,
        valid_from: Time | None = None,
        valid_to: Time | None = None,
        expires_at: Time | None = None,
        near: Near | None = None,
        vector: Sequence[float] | None = None,
        idempotency_key: str | None = None,
        on_duplicate: str | None = None,
        on_conflict: str | None = None,
    ) -> Added:
        """Remember a text; the block as stored, and what came of it (see `Added`).

        `namespace` is whose it is; `source` who or what said it, `at` when (default now); `kind` is "message" (a turn
        of a conversation), "note", "fact" or your own. `importance` goes from 0 to 1. `key` is your own name for the
        thing, unique in its namespace: adding the same text under it again adds nothing. `near` (an anchor, its name or
        a block's id) links the block with what is there, and an anchor that is not pinned moves on to it. `vector` is
        for memories of `GivenVectors`. `idempotency_key` names this very request, so that it may be made again when
        nobody knows whether it was done: the same text then comes back as it was added (or in its newest version).

        `on_duplicate` says what to do if exactly this namespace holds a block that says the same, in the same words or
        others: "return" that one and add nothing (what facts and notes do), "link" the new one with it, or "keep" it like
        any other (what the rest does, since the second "yes" is a turn too). `on_conflict` says what to do if it contradicts one: "keep" both and say so in `conflicts` (the default),
        "supersede" that one if it is sure that this holds instead, or "reject" it. `memory.policies` changes these
        defaults. What a search has just given back is returned when it is added again, whatever its kind.

        Raises InvalidInput, Conflict (the key, or the idempotency key, was used for another text, or `on_conflict`
        rejects it), NotFound (`near`), EmbedderFailed or StoreError.
        """
        block = {
            "text": text, "namespace": namespace, "key": key, "kind": kind, "source": source, "tags": tags,
            "importance": importance, "metadata": metadata, "at": at, "valid_from": valid_from, "valid_to": valid_to,
            "expires_at": expires_at, "near": near, "vector": vector, "on_duplicate": on_duplicate,
            "on_conflict": on_conflict,
        }  # fmt: skip
        return self._add([block], "", idempotency_key, is_single=True)[0]

    def add_many(self, blocks: Iterable[Mapping[str, Any]], *, idempotency_key: str | None = None) -> AddedBlocks:
        """Remember several texts, all or none: each a mapping of the arguments of `add`. The blocks, in the same order.

        `idempotency_key` names the request as in `add`; each block of it is known again by its place in the list.
        A message whose `at`, source and text are those of one that is there is the same turn and is returned, so that the
        same list again adds nothing. Each is compared with what was there before; among each other only the very same counts as a duplicate, and
        messages are looked at for what they contradict only if they say what is to be done then.
        Raises as `add` does; `field` then begins with the place of the block, as in `blocks[3].text`.
        """
        items = list_of(blocks, "blocks", "must be several mappings, each of the arguments of `add`")
        if len(items) > limits.BATCH_MAX:
            raise InvalidInput("blocks", f"are {len(items):,}; at most {limits.BATCH_MAX:,} go into one transaction")
        return self._add(items, "blocks[{}].", idempotency_key)

    def _add(
        self,
        items: Sequence[Mapping[str, Any]],
        prefix: str,
        idempotency_key: str | None,
        is_single: bool = False,
    ) -> AddedBlocks:
        drafts = self._drafter.drafts(items, prefix, idempotency_key, is_single)
        if not drafts:
            return []
        self._follower.catch_up()
        self._comparer.examine(drafts, is_single)
        rows = self._store.add(drafts)
        self._follower.catch_up()
        return [added(draft, row) for draft, row in zip(drafts, rows, strict=True)]

    # Changing.

    def update(
        self,
        block: int,
        *,
        text: str | Keep = KEEP,
        kind: str | Keep = KEEP,
        source: str | Keep | None = KEEP,
        tags: Iterable[str] | Keep = KEEP,
        importance: float | Keep = KEEP,
        metadata: Mapping[str, object] | Keep = KEEP,
        at: Time | Keep = KEEP,
        valid_from: Time | Keep | None = KEEP,
        valid_to: Time | Keep | None = KEEP,
        expires_at: Time | Keep | None = KEEP,
        revision: int | None = None,
        vector: Sequence[float] | None = None,
        idempotency_key: str | None = None,
    ) -> Block:
        """Correct a block; the block as it is now.

        A new `text` makes a new block that supersedes this one: searches find the new one, `history` shows both. Its
        `at` is now unless you say otherwise; the other fields, links and anchors are taken over. Without a new text the
        fields change in place and `revision` counts up. `revision`, if given, must be the current one.
        `idempotency_key` names this very request, so that it may be made again: the correction that is there already
        then comes back (in its newest version), and fields that say so already are left as they are.

        Raises InvalidInput, NotFound, Forbidden if the block is trusted more than what is written here (see `through`),
        or Conflict if the block was superseded, or changed since `revision`, or if the
        idempotency key was used for another text.
        """
        block = inputs.block_id(block)
        idempotency_key = inputs.optional_name(idempotency_key, "idempotency_key")
        if revision is not None:
            revision = inputs.count(revision, "revision", 2**53)
        given = {
            "kind": kind, "source": source, "tags": tags, "importance": importance, "metadata": metadata,
            "at": at, "valid_from": valid_from, "valid_to": valid_to, "expires_at": expires_at,
        }  # fmt: skip
        fields = {name: CHECKS[name](value) for name, value in given.items() if not isinstance(value, Keep)}
        if isinstance(text, Keep):
            if vector is not None:
                raise InvalidInput("vector", "comes with a new text")
            if not fields:
                raise InvalidInput("update", "changes nothing: name at least one field")
            self._check_trust([block])
            flags = self._drafter.screening.screen(fields)
            revise = self._store.revise if idempotency_key is None else self._revise_once
            row = revise(block, fields, revision, flags)
        else:
            row = self._supersede(block, inputs.text(text), fields, revision, vector, idempotency_key)
        self._follower.catch_up()
        return Block(row)

    def _check_trust(self, blocks: Iterable[int]) -> None:
        """Raises Forbidden if one of them is trusted more than what is written here."""
        if self._drafter.trust < 1:
            for row in self._store.blocks(list(blocks)):
                if row[TRUST] > self._drafter.trust:
                    raise trusted_more(row, self._drafter.trust)

    def _revise_once(
        self, block: int, fields: dict[str, object], revision: int | None, flags: Sequence[str]
    ) -> BlockRow:
        """As `Store.revise`, but what the block says already is not said again."""
        while True:
            row = self._row(block)
            if shows(row, fields):
                return self._store.history(block)[-1]
            try:
                return self._store.revise(block, fields, row[15] if revision is None else revision, flags)
            except Conflict:
                now = self._row(block)
                if not shows(now, fields) and (revision is not None or now[15] == row[15]):
                    raise

    def _supersede(
        self,
        block: int,
        text: str,
        fields: dict[str, Any],
        revision: int | None,
        vector: Sequence[float] | None,
        idempotency_key: str | None,
    ) -> BlockRow:
        while True:
            old = self._row(block)
            draft = self._drafter.successor(old, text, fields, vector)
            if idempotency_key is not None:
                draft.uid, draft.is_repeatable = request_uid(old[2], idempotency_key, 0), True
            try:
                return self._store.supersede(block, draft, old[15] if revision is None else revision)
            except Conflict:
                # Revised meanwhile, and the caller named no revision: take over what it says now.
                if revision is not None or self._row(block)[15] == old[15]:
                    raise

    def forget(self, block: int | Iterable[int]) -> Ids:
        """Erase blocks for good: every version of each, with vectors, links, anchors and index entries. The ids that
        were erased.

        Raises NotFound if one of them is not there, or Forbidden if one is trusted more than what is written here (see
        `through`), and then erases none.
        """
        wanted = [block] if isinstance(block, int) else list_of(block, "block", "must be a block's id, or several")
        ids = [inputs.block_id(one) for one in wanted]
        known = {row[0] for row in self._store.blocks(ids)}
        missing = sorted(set(ids) - known)
        if missing:
            raise none_forgotten(missing[0])
        self._check_trust(version[0] for block in ids for version in self._versions_to_check(block))
        erased = self._store.forget(ids)
        self._follower.scrub()
        return erased

    def _versions_to_check(self, block: int) -> Sequence[BlockRow]:
        return self._store.history(block) if self._drafter.trust < 1 else ()

    # Who wrote what.

    def quarantine(
        self,
        block: int | Iterable[int] | None = None,
        *,
        origin: str | None = None,
        source: str | None = None,
        where: Mapping[str, object] | None = None,
        namespace: Namespace = "",
        dry_run: bool = False,
    ) -> Ids:
        """Hide blocks: no search, list, count or context finds them unless it asks for `history`, until they are
        released. Their ids, without those that were hidden before; with `dry_run` none is hidden yet.

        Named by `block` (an id, or several), or by all of these that are given: by `origin` (and those below it), by
        `source`, by a filter, by namespace. What they corrected stays corrected; see `roll_back`. What the same origin
        writes later is not hidden.

        Raises InvalidInput, NotFound (`block`), or Forbidden to those who are not trusted in full.
        """
        return self._flag(True, block, origin, source, where, namespace, dry_run)

    def release(
        self,
        block: int | Iterable[int] | None = None,
        *,
        origin: str | None = None,
        source: str | None = None,
        where: Mapping[str, object] | None = None,
        namespace: Namespace = "",
        dry_run: bool = False,
    ) -> Ids:
        """Undo a `quarantine`; the ids of those that were hidden. It takes what that takes, and raises as that does."""
        return self._flag(False, block, origin, source, where, namespace, dry_run)

    def roll_back(
        self,
        *,
        origin: str,
        since: Time | None = None,
        namespace: Namespace = "",
        forget: bool = False,
        dry_run: bool = False,
    ) -> RolledBack:
        """Undo what an origin, and those below it, wrote, all of it or since some time: what that came to.

        Its blocks are quarantined and lose their keys, or are erased if `forget`. What they corrected is the newest
        version again, with its key, its links and the anchors that pointed to it. The links that it added are removed.
        Fields that it changed of blocks of others, and what it erased, do not come back. `dry_run` changes nothing.

        Raises InvalidInput, or Forbidden to those who are not trusted in full.
        """
        self._check_trusted_in_full("rolls back")
        begin = limits.TIME_MIN_US if since is None else inputs.time(since, "since")
        scope = inputs.namespace(namespace)
        is_dry, erases = inputs.truth(dry_run, "dry_run"), inputs.truth(forget, "forget")
        undone = self._store.roll_back(inputs.name(origin, "origin"), begin, scope, self._now_us(), is_dry)
        self._follower.catch_up()
        if not erases or not undone.written:
            return RolledBack(undone, [])
        return RolledBack(undone, undone.written if is_dry else list(self.forget(undone.written)))

    def _flag(
        self,
        is_set: bool,
        block: int | Iterable[int] | None,
        origin: str | None,
        source: str | None,
        where: Mapping[str, object] | None,
        namespace: Namespace,
        dry_run: bool,
    ) -> Ids:
        self._check_trusted_in_full("quarantines and releases")
        is_dry = inputs.truth(dry_run, "dry_run")
        if block is None:
            ids = self._meant(origin, source, where, namespace)
        elif (origin, source, where, namespace) == (None, None, None, ""):
            ids = self._known(block)
        else:
            raise InvalidInput("block", "comes alone: an id says which block is meant")
        if is_dry:
            rows = self._store.blocks(sorted(ids))
            return [row[0] for row in rows if (f'"{QUARANTINED}"' in row[FLAGS]) != is_set]
        changed = self._store.flag(ids, QUARANTINED, is_set)
        self._follower.catch_up()
        return changed

    def _known(self, block: int | Iterable[int]) -> set[int]:
        """The ids of blocks that are all there. Raises NotFound."""
        wanted = [block] if isinstance(block, int) else list_of(block, "block", "must be a block's id, or several")
        ids = {inputs.block_id(one) for one in wanted}
        missing = sorted(ids - {row[0] for row in self._store.blocks(sorted(ids))})
        if missing:
            raise NotFound(f"there is no block {missing[0]}: nothing was changed")
        return ids

    def _meant(
        self, origin: str | None, source: str | None, where: Mapping[str, object] | None, namespace: Namespace
    ) -> set[int]:
        """The blocks, hidden and superseded ones too, for which all that is given holds."""
        scope = inputs.namespace(namespace)
        if origin is None and source is None and where is None and not scope:
            raise InvalidInput("origin", "is missing: name an origin, a source, a filter, a namespace, or ids")
        written = (
            None if origin is None else self._store.written_by(inputs.name(origin, "origin"), limits.TIME_MIN_US, scope)
        )
        if written is not None and source is None and where is None:
            return set(written)
        inputs.where(where)
        asked: list[Mapping[str, object]] = [] if where is None else [where]
        if source is not None:
            asked.append({"source": inputs.name(source, "source")})
        filter_json = inputs.where({"and": asked}) if asked else None
        self._follower.catch_up()
        found = set(self._index.ids(scope, filter_json, True, self._now_us(), None))
        return found if written is None else found & set(written)

    def _check_trusted_in_full(self, deed: str) -> None:
        if self._drafter.trust < 1:
            raise Forbidden(f"who {deed} must be trusted in full; what you write is trusted to {self._drafter.trust:g}")

    # Links and anchors.

    def link(self, source: int, target: int, *, kind: str = "about", weight: float = 1.0) -> Link:
        """Link one block to another; the same link again changes its weight (0 to 1). Raises NotFound."""
        ends = inputs.block_id(source, "source"), inputs.block_id(target, "target")
        if ends[0] == ends[1]:
            raise InvalidInput("target", "is the block itself")
        row = self._store.link(
            *ends, inputs.name(kind, "kind"), inputs.share(weight, "weight"), self._now_us(), self._drafter.origin
        )
        self._follower.catch_up()
        return Link(row)

    def unlink(self, source: int, target: int, *, kind: str = "about") -> None:
        """Remove a link. Raises NotFound."""
        ends = inputs.block_id(source, "source"), inputs.block_id(target, "target")
        if not self._store.unlink(*ends, inputs.name(kind, "kind")):
            raise NotFound(f"there is no link {kind!r} from block {source} to block {target}")
        self._follower.catch_up()

    # Looking after it.

    def check(self) -> Findings:
        """Read everything and look for trouble: what was looked at, whether it is well, and what to do."""
        from greeum.checks import check

        return check(self._store, self._follower, self._embedder)

    def export(self) -> Iterable[str]:
        """Everything as JSON Lines, one record a line, for `import_` into any memory. Vectors are
        among it only where they cannot be made anew (`GivenVectors`). See docs/reference/export.md.
        """
        from greeum.transfer import export

        return export(self._store)

    def import_(self, lines: Iterable[str], *, progress: Callable[[int], None] | None = None) -> dict[str, int]:
        """Take in what `export` wrote; how many of each record were `added` and how many were there already.

        Blocks keep their uid, and where they are from and how far they are trusted (no further than what is written
        here, see `through`), and get new ids; a block whose uid is here already is passed over, so that a second import
        of the same lines adds nothing. Raises InvalidInput with the number of the first bad line; what came before it
        stays.
        """
        from greeum.transfer import Importer

        done = Importer(self._store, self._embedder, self._drafter.admit).run(lines, progress)
        self._follower.catch_up()
        return done


def added(draft: Draft, row: BlockRow) -> Added:
    """A draft as it was stored, with what came of it."""
    duplicate_of = row[0] if draft.was_there else draft.duplicate_of
    conflicts = () if draft.was_there else draft.conflicts
    return Added(row, not draft.was_there, duplicate_of, draft.echo_of, conflicts)


def none_forgotten(block: int) -> NotFound:
    return NotFound(f"there is no block {block}: nothing was forgotten")


def shows(row: BlockRow, fields: Mapping[str, object]) -> bool:
    """Whether a row has these values in these columns."""
    return all(row[BLOCK_COLUMNS.index(name)] == value for name, value in fields.items())
