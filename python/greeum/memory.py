"""Memory, the one face of Greeum: remembering, finding, correcting, forgetting go through here, whoever asks."""

from __future__ import annotations

from time import time_ns

from greeum import inputs, keywords
from greeum.anchors import AUTO, Choice
from greeum.comparing import Comparer
from greeum.drafts import request_uid
from greeum.errors import Conflict, InvalidInput, NotFound
from greeum.forgetting import Forgetting, check_scope
from greeum.model import Added, Block, Link
from greeum.store.protocol import BLOCK_COLUMNS
from greeum.store.rows import ID, NAMESPACE, REVISION, SUPERSEDED_BY, TEXT, TRUST, trusted_more
from greeum.upkeep import Upkeep

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any

    from greeum.drafts import Drafter
    from greeum.embed.protocol import Embedder
    from greeum.follower import Follower
    from greeum.forgetting import Certificate, Forgotten
    from greeum.inputs import Namespace, Span, Time
    from greeum.model import RolledBack
    from greeum.provenance import Provenance
    from greeum.starts import Near
    from greeum.store.protocol import BlockRow, Draft, Store
    from greeum.weights import Weighing

    Ids = list[int]
    AddedBlocks = list[Added]
    Certificates = list[Certificate]


class Keep:
    """The default of `update`'s arguments: the field stays as it is. (None would clear it.)"""

    def __repr__(self) -> str:
        return "KEEP"


KEEP = Keep()

NOTHING_TO_CHANGE = "needs a field to change, as text or tags: name at least one"


def clock_us() -> int:
    """Microseconds since 1970."""
    return time_ns() // 1_000


@keywords.with_fixed_parts
@keywords.told
class Memory(Upkeep):
    """A memory, open. Get one from `greeum.open`. All methods may be called from any thread.

    What a method adds or changes is on disk when it returns, and found by the next search.
    """

    def __init__(
        self,
        store: Store,
        follower: Follower,
        embedder: Embedder,
        *,
        now_us: Callable[[], int] = clock_us,
        open_store: Callable[[str], Store] | None = None,
    ) -> None:
        super().__init__(store, follower, embedder, now_us=now_us, open_store=open_store)
        self._comparer = Comparer(follower.kept, follower.index, self._echoes, now_us)
        self._writes_as(self._drafter)

    def __repr__(self) -> str:
        directory = self._store.directory
        return "Memory(in RAM)" if directory is None else f"Memory({directory!r})"

    def __enter__(self) -> Memory:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Finish what is being written, and let go of the directory. A second call does nothing."""
        try:
            self._settle_uses()
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
        view._writes_as(drafter)
        return view

    def _writes_as(self, drafter: Drafter) -> None:
        """Have what is written from now on be by whom this drafter says."""
        self._drafter = drafter
        vars(self)["screening"] = drafter.screening  # which an assignment from outside may not replace
        self._forgetting = Forgetting(self._store, self._follower, drafter.origin, drafter.trust, self._now_us)

    # Remembering.

    def add(
        self,
        text: str,
        *,
        namespace: Namespace = "",
        key: str | None = None,
        kind: str = "message",
        source: str | None = None,
        tags: Iterable[str] | None = None,
        importance: float | None = None,
        metadata: Mapping[str, object] | None = None,
        at: Time | None = None,
        valid_from: Time | None = None,
        valid_to: Time | None = None,
        expires_at: Time | None = None,
        ttl: Span | None = None,
        near: Near | None = None,
        vector: Sequence[float] | None = None,
        idempotency_key: str | None = None,
        on_duplicate: str | None = None,
        on_conflict: str | None = None,
    ) -> Added:
        """Remember a text. Returns the block as stored, and what came of it (see `Added`).

        - `namespace`: whose it is. `source`: who or what said it. `at`: when (default now).
        - `kind`: "message" (a turn of a conversation), "note", "fact" or your own. `importance` is from 0 to 1
          (default 0.5).
        - `key`: your own name for the thing, unique in its namespace. Adding the same text under it again adds
          nothing.
        - `expires_at`: from then on it is not found. `ttl` says the same in seconds from now, or as a `timedelta`.
        - `near`: an anchor, its name or a block's id. Links the block with what is there; an anchor that is not pinned
          moves to the block. "auto" picks the anchor whose subject it continues, or sets A, B or C for a new subject.
        - `vector`: for memories of `GivenVectors`.
        - `idempotency_key`: a name of this request. If the request is repeated, the same text comes back as it was
          added, or in its newest version.

        `on_duplicate` is for a text that says the same as a block of exactly this namespace, in the same words or
        others: "return" that block and add nothing (the default for facts and notes), "link" the two, or "keep" both
        (the default for other kinds, since a second "yes" is a turn too).

        `on_conflict` is for a text that contradicts a block: "keep" both and say so in `conflicts` (the default),
        "supersede" the block if it is certain that the new one holds instead, or "reject" the new one. A block that
        supersedes another takes over its key, links and anchors, and of tags, importance and metadata what you leave
        out (or give as None); `tags=[]` and `importance=0.5` are said, and hold.

        `memory.policies` changes these two defaults. What a search has just given back is returned when it is added
        again, whatever its kind.

        Raises InvalidInput, Conflict (the key, or the idempotency key, was used for another text, or `on_conflict`
        rejects it), NotFound (`near`), EmbedderFailed or StoreError.
        """
        block = {
            "text": text, "namespace": namespace, "key": key, "kind": kind, "source": source, "tags": tags,
            "importance": importance, "metadata": metadata, "at": at, "valid_from": valid_from, "valid_to": valid_to,
            "expires_at": expires_at, "ttl": ttl, "near": near, "vector": vector, "on_duplicate": on_duplicate,
            "on_conflict": on_conflict,
        }  # fmt: skip
        if near == AUTO:
            near = Choice(self.anchors)
        if isinstance(near, Choice):
            return self._add_on_subject(block, near, idempotency_key)
        return self._add([block], "", idempotency_key, is_single=True)[0]

    def _add_on_subject(self, block: dict[str, Any], choice: Choice, idempotency_key: str | None) -> Added:
        """`add` near whichever anchor the text fits."""
        from greeum.topics import Said, Topics

        text, namespace, vector = inputs.text(block["text"]), inputs.namespace(block["namespace"]), block["vector"]
        code = self._embedder.encode_query(text) if vector is None else self._drafter.given(vector)
        said = self._kept_policies.said(self._follower.catch_up())
        at = self._drafter.said_at(block["at"], self._now_us())
        place = Topics(self._index, self._now_us).place(Said(text, code, namespace, at), choice.slots(namespace))
        drafts = self._drafter.drafts([block | {"near": place.near}], said, "", idempotency_key, is_single=True)
        drafts[0].anchor = place.anchor
        return self._add_drafts(drafts, is_single=True)[0]

    def add_many(self, blocks: Iterable[str | Mapping[str, Any]], *, idempotency_key: str | None = None) -> AddedBlocks:
        """Remember several texts, all or none. Each is a string, or a mapping of the arguments of `add`. Returns the
        blocks, in the same order.

        `idempotency_key` names the request as in `add`; each block of it is recognised by its place in the list.

        Adding the same list again adds nothing: a message with the `at`, source and text of one that is there is the
        same turn, and is returned. Each block is compared with those that were there and with those before it in the
        list. Messages are compared for contradictions only if they name an `on_conflict`.

        Raises as `add` does; `field` then begins with the place of the block, as in `blocks[3].text`.
        """
        return self._add(inputs.batch(blocks), "blocks[{}].", idempotency_key)

    def _add(
        self,
        items: Sequence[Mapping[str, Any]],
        prefix: str,
        idempotency_key: str | None,
        is_single: bool = False,
    ) -> AddedBlocks:
        said = self._kept_policies.said(self._follower.catch_up())
        drafts = self._drafter.drafts(items, said, prefix, idempotency_key, is_single)
        return self._add_drafts(drafts, is_single) if drafts else []

    def _add_drafts(self, drafts: Sequence[Draft], is_single: bool) -> AddedBlocks:
        self._follower.catch_up()  # with what came while the embedder was at work
        self._comparer.examine(drafts, is_single)
        for draft in drafts:
            # Which another thread or process may have forgotten meanwhile: then it is added like any other.
            for old in [] if draft.supersedes is None else self._store.blocks([draft.supersedes]):
                self._drafter.take_over(draft, old)
        rows = self._follower.add(drafts)
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
        ttl: Span | Keep | None = KEEP,
        revision: int | None = None,
        vector: Sequence[float] | None = None,
        idempotency_key: str | None = None,
    ) -> Block:
        """Correct a block. Returns the block as it is now.

        A new `text` makes a new block that supersedes this one: searches find the new one, `history` shows both. Its
        `at` is now unless you say otherwise; the other fields, links and anchors are taken over.

        Without a new text, or with the one that it has, the fields change in place and `revision` counts up. If they
        all have these values already, nothing changes.

        - `revision`: must be the current one, if given.
        - `ttl`: sets `expires_at`, counted from now. None for either of them removes the expiry.
        - `idempotency_key`: a name of this request. If the request is repeated, the correction that it made comes
          back, in its newest version.

        Raises InvalidInput, NotFound, Forbidden if the block is trusted more than what is written here (see
        `through`), or Conflict if the block was superseded, or changed since `revision`, or if the idempotency key was
        used for another text.
        """
        block = inputs.block_id(block)
        idempotency_key = inputs.optional_name(idempotency_key, "idempotency_key")
        if revision is not None:
            revision = inputs.count(revision, "revision", 2**53)
        given = {
            "kind": kind, "source": source, "tags": tags, "importance": importance, "metadata": metadata,
            "at": at, "valid_from": valid_from, "valid_to": valid_to, "expires_at": expires_at,
        }  # fmt: skip
        fields = {
            name: self._drafter.field(name, value) for name, value in given.items() if not isinstance(value, Keep)
        }
        if not isinstance(ttl, Keep):
            if "expires_at" in fields:
                raise InvalidInput("ttl", "says when it expires, and so does expires_at: give one of them")
            fields["expires_at"] = inputs.expiry(ttl, None, self._now_us())
        if isinstance(text, Keep):
            if vector is not None:
                raise InvalidInput("vector", "comes with a new text")
            if not fields:
                raise InvalidInput("update", NOTHING_TO_CHANGE)
            row = self._revise(block, fields, revision, idempotency_key)
        elif vector is None and self._says(block, inputs.text(text)):
            row = self._revise(block, fields, revision, idempotency_key)
        else:
            row = self._supersede(block, inputs.text(text), fields, revision, vector, idempotency_key)
        self._follower.catch_up()
        return Block(row)

    def _says(self, block: int, text: str) -> bool:
        """Whether the newest version is this block, and has this text."""
        row = self._row(block)
        return row[TEXT] == text and row[SUPERSEDED_BY] is None

    def _revise(
        self, block: int, fields: dict[str, Any], revision: int | None, idempotency_key: str | None
    ) -> BlockRow:
        self._check_trust([block])
        flags = self._drafter.screening.screen(fields)
        revise = self._store.revise if idempotency_key is None else self._revise_once
        return revise(block, fields, revision, flags)

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
                return self._store.revise(block, fields, row[REVISION] if revision is None else revision, flags)
            except Conflict:
                now = self._row(block)
                if not shows(now, fields) and (revision is not None or now[REVISION] == row[REVISION]):
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
                draft.uid, draft.is_repeatable = request_uid(old[NAMESPACE], idempotency_key, 0), True
            try:
                return self._store.supersede(block, draft, old[REVISION] if revision is None else revision)
            except Conflict:
                # Revised meanwhile, and the caller named no revision: take over what it says now.
                if revision is not None or self._row(block)[REVISION] == old[REVISION]:
                    raise

    def forget(
        self,
        block: int | Iterable[int] | None = None,
        *,
        namespace: Namespace | None = None,
        where: Mapping[str, object] | None = None,
        dry_run: bool = False,
    ) -> Forgotten:
        """Erase blocks for good: every version of each, with vectors, links, anchors and index entries. Returns what
        was forgotten: a list of the ids, with counts and a certificate.

        Name either blocks, or a namespace, a filter (as in `search`) or both. With a filter, a block goes if any
        version of it fits, even an older or expired one: afterwards none that fits is left. With `dry_run` nothing is
        changed, and the answer says what would go. Only `wipe` forgets everything.

        Raises InvalidInput, NotFound if one of the ids is not there, or Forbidden if a version is trusted more than
        what is written here (see `through`). Then nothing is erased.
        """
        check_scope(block, namespace, where)
        inputs.truth(dry_run, "dry_run")
        if block is not None:
            return self._forgetting.named(block, dry_run=dry_run)
        scope = "" if namespace is None else inputs.namespace(namespace)
        return self._forgetting.matching(scope, where, dry_run=dry_run)

    def wipe(self, *, confirm: int) -> Forgotten:
        """Forget everything. `confirm` is the number of blocks, as `stats` says, so that nobody empties the wrong
        memory. Raises Conflict if there are more or fewer.
        """
        return self._wipe("", inputs.count(confirm, "confirm", 2**53, least=0))

    def _wipe(self, namespace: str, confirm: int) -> Forgotten:
        forgotten = self._forgetting.everything(namespace, confirm)
        self._kept_weights.forget_learnt(namespace)  # what was learnt goes with what it was learnt from
        return forgotten

    def _ids_below(self, namespace: str) -> Ids:
        """Those of every version that a wipe of this namespace forgets."""
        return self._forgetting.ids(namespace, None)

    def certificates(
        self, *, namespace: Namespace | None = None, where: Mapping[str, object] | None = None
    ) -> Certificates:
        """What certifies each forgetting, oldest first; with a namespace or a filter, that of this very one.

        Raises InvalidInput.
        """
        from greeum.forgetting import certificates

        self._check_filter(where)
        return certificates(self._store, namespace, where)

    def _check_filter(self, where: Mapping[str, object] | None) -> None:
        """Raises InvalidInput for what is no filter: the Index, which alone knows, is asked for nothing with it."""
        where_json = inputs.where(where)
        if where_json is not None:
            self._index.select("", where_json, False, self._now_us(), None, 0, False, None)

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
        return self._provenance().flag(True, block, origin, source, where, namespace, dry_run)

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
        return self._provenance().flag(False, block, origin, source, where, namespace, dry_run)

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
        version again, with its key, its links and the anchors that pointed to it. The links that it added are removed,
        if both ends are in the namespace.
        Fields that it changed of blocks of others, and what it erased, do not come back. `dry_run` changes nothing.

        Raises InvalidInput, or Forbidden to those who are not trusted in full.
        """
        return self._provenance().roll_back(origin, since, namespace, forget=forget, dry_run=dry_run)

    def _provenance(self) -> Provenance:
        from greeum.provenance import Provenance

        return Provenance(self._store, self._follower, self._forgetting, self._drafter.trust, self._now_us)

    # Links and anchors.

    def link(self, source: int, target: int, *, kind: str = "about", weight: float = 1.0) -> Link:
        """Link one block to another; the same link again changes its weight (0 to 1).

        A search that finds either finds the other behind it, unless `kind` is "near" or "similar", and a walk from an
        anchor leads along it. Raises NotFound.
        """
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

    # Learning from hits.

    def feedback(
        self,
        query: str,
        *,
        good: Iterable[int] = (),
        bad: Iterable[int] = (),
        namespace: Namespace = "",
        vector: Sequence[float] | None = None,
        idempotency_key: str | None = None,
    ) -> Weighing:
        """Say which of a query's hits have answered it, and which have not. It tunes the weights of this namespace, for
        searches there and below; `memory.weights` shows what was learnt, and takes it back.

        `query`, `namespace` and `vector` are those of the search. Of what was found and is not named, what stands
        highest counts as not wanted, a little. One judgement changes next to nothing; some dozens do, once they have
        shown that searches get better by it: no weight goes beyond half or twice its default, and none that was set is
        touched. Only sums are kept, and no text. What is not among the first 60 hits teaches nothing. Under the same
        `idempotency_key` as one of the last 64 judgements nothing is learnt again.

        Raises InvalidInput, NotFound (a block that is not in the namespace), EmbedderFailed or StoreError.
        """
        from greeum.feedback import Judgement, learn

        asked, code = self._question(query, vector)
        scope = inputs.namespace(namespace)
        judgement = Judgement(asked, code, scope, good, bad, idempotency_key)
        judgement.check(self._store)
        if code is None:
            judgement.code = self._embedder.encode_query(asked)
        self._follower.catch_up()
        learn(self._kept_weights, self._index, judgement, self._now_us())
        return self.weights.get(scope)


def added(draft: Draft, row: BlockRow) -> Added:
    """A draft as it was stored, with what came of it."""
    duplicate_of = row[ID] if draft.was_there else draft.duplicate_of
    conflicts = () if draft.was_there else draft.conflicts
    return Added(row, not draft.was_there, duplicate_of, draft.echo_of, conflicts)


def shows(row: BlockRow, fields: Mapping[str, object]) -> bool:
    """Whether a row has these values in these columns."""
    return all(row[BLOCK_COLUMNS.index(name)] == value for name, value in fields.items())
