"""The Store: what is true. Durable, transactional; each change takes the next *seq*.

Useful for keeping blocks, links and anchors, and for telling followers what has changed. Not for finding anything
by content: that is the Index, which is a fold of this Store's changes.

What every Store promises:

* A method that changes something returns once the change is durable, all of it or none of it.
* Changes are numbered 1, 2, 3, … without gaps, in the order in which they became visible.
* Block ids are positive, strictly increasing in the order of seq, below 2**53, and never used twice, not even after
  the block with the highest id was forgotten.
* The log of changes holds (seq, operation, block id) and never content. What is forgotten is gone from every row.
* All methods may be called from any thread.
"""

from __future__ import annotations

from greeum.store.upkeep import Upkeep

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any, Protocol, TypeAlias

    from greeum.store.arrivals import Arrival, Outcome
    from greeum.store.rollback import Undone
else:
    Protocol = object

if TYPE_CHECKING:
    BlockRow: TypeAlias = tuple[
        int,  # id
        str,  # uid: 32 hex digits, the block's identity across stores
        str,  # namespace, canonical
        str | None,  # key
        str,  # text
        str,  # kind
        str | None,  # source
        str,  # tags: a JSON array of strings
        float,  # importance
        str,  # metadata: a JSON object
        int,  # at, microseconds since 1970 UTC, as all times here
        int,  # added_at
        int | None,  # valid_from
        int | None,  # valid_to
        int | None,  # expires_at
        int,  # revision: 1 when added, one more with each change of a field
        int | None,  # supersedes: the id of the version before
        int | None,  # superseded_by: the id of the version after
        int | None,  # superseded_at: when that was recorded
        str,  # origin: where it was written from; empty for the library itself
        float,  # trust, 0 to 1
        str,  # flags: a JSON array of strings, ascending, each once
        int,  # uses
    ]
    # source id, target id, kind, weight, added_at, origin: where it was written from
    LinkRow: TypeAlias = tuple[int, int, str, float, int, str]
    AnchorRow: TypeAlias = tuple[str, str, int, int, bool, int]  # namespace, name, block id, hops, pinned, moved_at
    Change: TypeAlias = tuple[int, int, int]  # seq, operation, block id
    CertificateRow: TypeAlias = tuple[
        int,  # number: 1, 2, 3, …
        int,  # at
        str,  # origin: where that was asked from; "" if that was not said
        str,  # asked: a JSON object without content, see `ErasureRequest`
        int,  # blocks
        int,  # versions
        int,  # links
        int,  # anchors
        int,  # seq: that of the last change that it made
        str,  # erased: SHA-256 of the digests of the uids, one after the other, ascending
        str,  # previous: the SHA-256 of the certificate before, "" for the first
        str,  # SHA-256 of all of this
    ]
    LedgerRow: TypeAlias = tuple[bytes, int, int]  # digest of a uid, block id, number of the certificate

# Operations of the log. A follower needs no more than "read this block (or its links) again".
BLOCK = 1
"""The block was added, revised or superseded: read its row."""
FORGOTTEN = 2
"""The block is gone."""
LINKS = 3
"""The links that leave the block have changed: read them."""

DEFAULT_ZONE = "UTC"
"""The time zone of a memory of which nothing else was said."""
ANCHOR = 4
"""An anchor was set, moved, pinned or cleared; the block is the one it points to (or pointed to)."""

BLOCK_COLUMNS = (
    "id",
    "uid",
    "namespace",
    "key",
    "text",
    "kind",
    "source",
    "tags",
    "importance",
    "metadata",
    "at",
    "added_at",
    "valid_from",
    "valid_to",
    "expires_at",
    "revision",
    "supersedes",
    "superseded_by",
    "superseded_at",
    "origin",
    "trust",
    "flags",
    "uses",
)
"""The columns of a BlockRow, in order."""

REVISABLE = frozenset(
    {"kind", "source", "tags", "importance", "metadata", "at", "valid_from", "valid_to", "expires_at"}
)
"""The columns that `revise` may change: everything but a block's text and its identity."""


class Draft:
    """A block that is to be added: every field checked and encoded, only id and seq are missing.

    What is to be done about others that say the same: `digest` is a number that equal texts of a kind and source
    share, and `says` tells whether a text is really the same; `alike` is a block that says the same in other words, and
    `same_as` the uid of a draft before it in the same request that does.
    `on_duplicate` is "return" (give back the block that is there), "link" (add it, with a link to that) or "keep"; a
    turn (`is_turn`) that has the same digest is given back whatever that says. `similar_to` is a block to link it
    with, and `supersedes` one whose next version it is. `was_there` and `duplicate_of` are for the Store to fill in:
    that nothing was added, and which block says the same. So is `seq`: under which its block was added, provided that
    all that came of its request is one new row for each draft; else None.

    `near` is a (namespace, anchor name) pair or a block id: the new block is linked with what is found there, in the
    same transaction, and an unpinned anchor moves on to it. `anchor` is a (namespace, name, hops) that comes to point
    to it without being linked: one that is there keeps its hops, and stays where it is if it is pinned.

    `vectors` are the codes of its passages, as the Embedder made them. `origin`, `trust` and `flags` are the writer's,
    never the caller's. `unsaid` are the fields about the thing itself of which the caller said nothing: a block that is
    superseded keeps them. `is_repeatable` says that the uid names a request that may be made again.
    """

    __slots__ = (
        "added_at",
        "alike",
        "anchor",
        "at",
        "conflicts",
        "digest",
        "duplicate_of",
        "echo_of",
        "expires_at",
        "flags",
        "importance",
        "is_policy_said",
        "is_repeatable",
        "is_turn",
        "key",
        "kind",
        "metadata",
        "namespace",
        "near",
        "on_conflict",
        "on_duplicate",
        "origin",
        "revision",
        "same_as",
        "says",
        "seq",
        "similar_to",
        "source",
        "supersedes",
        "tags",
        "text",
        "trust",
        "uid",
        "unsaid",
        "uses",
        "valid_from",
        "valid_to",
        "vectors",
        "was_there",
    )

    def __init__(
        self,
        *,
        uid: str,
        namespace: str,
        text: str,
        kind: str,
        at: int,
        added_at: int,
        vectors: bytes,
        key: str | None = None,
        source: str | None = None,
        tags: str = "[]",
        importance: float = 0.5,
        metadata: str = "{}",
        valid_from: int | None = None,
        valid_to: int | None = None,
        expires_at: int | None = None,
        near: tuple[str, str] | int | None = None,
        revision: int = 1,
        origin: str = "",
        trust: float = 1.0,
        flags: str = "[]",
        uses: int = 0,
        is_repeatable: bool = False,
    ) -> None:
        self.uid = uid
        self.namespace = namespace
        self.key = key
        self.text = text
        self.kind = kind
        self.source = source
        self.tags = tags
        self.importance = importance
        self.metadata = metadata
        self.at = at
        self.added_at = added_at
        self.valid_from = valid_from
        self.valid_to = valid_to
        self.expires_at = expires_at
        self.vectors = vectors
        self.near = near
        self.revision = revision
        self.origin = origin
        self.trust = trust
        self.flags = flags
        self.uses = uses
        self.is_repeatable = is_repeatable
        self.digest: int | None = None
        self.says: Callable[[str], bool] = text.__eq__
        self.is_turn = False
        self.anchor: tuple[str, str, int] | None = None
        self.on_duplicate = "keep"
        self.on_conflict = "keep"
        self.is_policy_said = False
        self.alike: int | None = None
        self.same_as: str | None = None
        self.similar_to: int | None = None
        self.supersedes: int | None = None
        self.echo_of: int | None = None
        self.conflicts: tuple[Any, ...] = ()
        self.was_there = False
        self.duplicate_of: int | None = None
        self.seq: int | None = None
        self.unsaid: tuple[str, ...] = ()


class ErasureRequest:
    """Who wants something forgotten, when, and what was asked for: a JSON object that says it without content."""

    __slots__ = ("asked", "at", "origin")

    def __init__(self, *, asked: str = '{"by":"ids"}', origin: str = "", at: int = 0) -> None:
        self.asked = asked
        self.origin = origin
        self.at = at


class Erased(list[int]):
    """The ids of all versions that were erased (or would be), ascending, and what went with them.

    `blocks` counts a block and its older versions once; `links` are those at either end. `certificate` is None if
    nothing was erased.
    """

    def __init__(self, ids: Iterable[int] = (), *, blocks: int = 0, links: int = 0, anchors: int = 0) -> None:
        super().__init__(ids)
        self.blocks = blocks
        self.links = links
        self.anchors = anchors
        self.certificate: CertificateRow | None = None


UNSAID = ErasureRequest()
"""The request of whoever says nothing."""


class Store(Upkeep, Protocol):
    """See the module. Every `ids` argument may hold ids that do not exist: they are passed over."""

    read_only: bool
    is_on_disk: bool
    """Whether it is there when it is opened again."""

    def seq(self) -> int:
        """The number of the newest change that is durable; 0 for an empty store. Cheap: asked before every search."""

    def embedder(self) -> tuple[str, int] | None:
        """The fingerprint and dimension that this store is bound to, or None before the first."""

    def bind_embedder(self, fingerprint: str, dimension: int) -> None:
        """Bind the store to an embedder. Raises EmbedderMismatch if it is bound to another already; so does whatever
        takes or gives vectors when another one has taken over since."""

    # Changes. Each is one transaction.

    def add(self, drafts: Sequence[Draft]) -> list[BlockRow]:
        """Add all drafts or none, in order; the rows as stored.

        A draft whose (namespace, key) is taken adds nothing if the head of that key has the same text (its row is
        returned in place), and raises Conflict otherwise. So does a `uid` that is taken, unless the draft is repeatable
        and the block with that uid has the same namespace, key and text, and corrects none: then the newest version of
        that block comes back in place. An unknown `near` raises NotFound.

        A draft that says what a newest version says already (see Draft) adds nothing, or a link: found out inside the
        transaction, so that of two processes one adds it. One that `supersedes` a block that is still a newest
        version becomes its next version, as in `supersede`; otherwise it is added by itself."""

    def supersede(self, block_id: int, draft: Draft, revision: int | None = None) -> BlockRow:
        """Add `draft` as the version after `block_id`; its key, its links both ways and the anchors that point to it
        move over.

        Raises NotFound; raises Forbidden if `block_id` is trusted more; raises Conflict if `revision` is given and is
        not the current one, if `block_id` has been superseded already, or if the draft is in another namespace or has
        another key (it may leave the key out, or give one to a block that has none).

        If the draft is repeatable and its uid is taken, the newest version comes back provided that it was this
        correction that took the uid (the same text, for any version of the same block); otherwise Conflict is raised.
        """

    def take_in(self, arrivals: Sequence[Arrival], *, stop: bool = False, bring_back: bool = False) -> list[Outcome]:
        """Add blocks that have an identity already, from an export or another program, in order: for each what became
        of it and the id under which it is here.

        One whose uid is here is `present`, and so is one whose key is held by a block of which any version has the same
        text. One with a `before` is added as the version after that block, as `supersede` does (`corrected`); if that
        block has a later version with the same text, it is `present`. One that was forgotten here, and is not to be
        brought back, is `forgotten`, with the id 0; so is one that would be the version after such a block. For one
        that cannot be taken a Conflict, NotFound or Forbidden stands in its place and the others are taken; with
        `stop`, none after it is.
        """

    def revise(
        self, block_id: int, fields: dict[str, object], revision: int | None = None, flags: Sequence[str] = ()
    ) -> BlockRow:
        """Change columns named in REVISABLE and count the revision up; `flags` come to those that are there. Where all
        of it is so already, nothing is changed, and no seq taken.

        Raises InvalidInput for any other column; raises NotFound; raises Conflict if `revision` is given and is not
        the current one.
        """

    def forget(self, block_ids: Iterable[int], request: ErasureRequest = UNSAID) -> Erased:
        """Erase these blocks with every version before and after them, their vectors and their links both ways.

        Anchors that pointed to them are cleared. Their uids are entered into the ledger, and a certificate says what
        was done; neither is made if there is nothing to erase. Returns the ids that were erased, ascending.
        """

    def reconcile(self, ledger: Sequence[LedgerRow], request: ErasureRequest = UNSAID) -> Erased:
        """Take over the ledger of what this memory has forgotten in a life after this one, erase what it names with
        what corrects that, and see to it that no id of it is given again. The version before, if it was not forgotten
        too, is the newest again. The store has a new lineage from then on.
        """

    def put_setting(self, name: str, value: str) -> None:
        """Keep a fact about the store itself. It is no change: it takes no seq."""

    def flag(self, ids: Iterable[int], name: str, is_set: bool) -> list[int]:
        """Give these blocks a flag, or take it from them; those that changed, ascending."""

    def roll_back(self, origin: str, since: int, namespace: str, now: int, dry_run: bool) -> Undone:
        """Undo what an origin, and those below it, wrote since a time, in a namespace and below.

        Its blocks are quarantined and lose their keys; of each chain in which it wrote, the versions of others follow
        one another again, and the newest of them has back the links and the anchors; the links that it added go, as far
        as both ends are there. With `dry_run` nothing is changed.
        """

    def link(self, source: int, target: int, kind: str, weight: float, added_at: int, origin: str = "") -> LinkRow:
        """Add a link, or change the weight, and nothing else, of the one that is there.

        Raises NotFound if an end does not exist.
        """

    def link_many(self, links: Sequence[LinkRow]) -> int:
        """As `link` for each, in one transaction; how many of them were not there before. One of which an end does not
        exist is passed over.
        """

    def unlink(self, source: int, target: int, kind: str) -> bool:
        """Remove a link; whether there was one."""

    def set_anchor(
        self, namespace: str, name: str, block_id: int, hops: int | None, pinned: bool | None, moved_at: int
    ) -> AnchorRow:
        """Create the anchor, or move it and change what is not None (hops 2 and not pinned when it is new).

        Raises NotFound if the block does not exist.
        """

    def set_anchors(self, anchors: Sequence[AnchorRow]) -> list[AnchorRow]:
        """Create or replace each anchor, in one transaction; those that were set. One whose block does not exist is
        passed over.
        """

    def pin_anchor(self, namespace: str, name: str, pinned: bool) -> AnchorRow:
        """Pin or unpin. Raises NotFound."""

    def clear_anchor(self, namespace: str, name: str) -> bool:
        """Remove the anchor; whether there was one."""

    def set_policies(self, policies: Mapping[str, str]) -> None:
        """Keep these by name, beside those that are there."""

    def set_time_zone(self, name: str) -> None:
        """Keep the name of the memory's time zone. It is no change: it takes no seq."""

    def swap_weights(self, namespace: str, before: str | None, after: str | None) -> bool:
        """Keep what is said of a namespace's weights, or remove it (None), if `before` is what is kept now; whether it
        was. It is no change: it takes no seq. What it says is the caller's.
        """

    # Questions.

    def newest(self) -> tuple[int, int]:
        """The newest seq, and how often `swap_weights`, `set_policies` or `set_time_zone` has changed something.
        Cheap: asked before every search and every add.
        """

    def weights(self, namespace: str) -> str | None:
        """What is kept for exactly this namespace."""

    def weights_below(self, namespace: str) -> dict[str, str]:
        """What is kept for this namespace and each below it, by namespace. "" is the root: all of them."""

    def written_by(self, origin: str, since: int, namespace: str) -> list[int]:
        """The blocks that an origin, and those below it, added since a time, in a namespace and below; ascending."""

    def policies(self) -> dict[str, str]:
        """What `set_policies` has kept."""

    def time_zone(self) -> str:
        """What `set_time_zone` has kept, else `DEFAULT_ZONE`."""

    def would_forget(self, block_ids: Iterable[int]) -> Erased:
        """What `forget` would erase."""

    def certificates(self) -> list[CertificateRow]:
        """Every certificate, in order."""

    def ledger(self, after: int) -> list[LedgerRow]:
        """What was forgotten by certificates with a number above `after`, ordered by that number, then by digest. What
        came from another life of this memory has the number 0: -1 asks for all.
        """

    def forgotten(self, uids: Sequence[str]) -> set[str]:
        """Those of these uids that were forgotten here at some time."""

    def setting(self, name: str) -> str | None:
        """A fact about the store itself, or None. Every store has a `memory_id`, a `lineage` (which changes when it is
        restored) and a `certificate_key`, each some hex digits by chance.
        """

    def copy(self, directory: str) -> Store:
        """Write all that is stored, as of one moment, into a new store in this directory, which must be there and be
        empty; that store, open for reading. Nobody waits for it meanwhile.

        Raises InvalidInput if this store has no file, StoreFull, or another StoreError.
        """

    def blocks(self, ids: Sequence[int]) -> list[BlockRow]:
        """The rows of these blocks, in the order asked for."""

    def entries(self, ids: Sequence[int]) -> list[tuple[BlockRow, bytes]]:
        """The rows and the vectors of these blocks, in ascending order of id: what the Index folds."""

    def ids_of(self, uids: Sequence[str]) -> dict[str, int]:
        """The ids of the blocks with these uids, by uid."""

    def block_by_key(self, namespace: str, key: str) -> BlockRow | None:
        """The newest version of the block with this key."""

    def history(self, block_id: int) -> list[BlockRow]:
        """Every version of this block, oldest first; empty if there is no such block."""

    def has_link(self, source: int, target: int, kind: str) -> bool:
        """Whether there is this link."""

    def links(self, ids: Sequence[int]) -> list[LinkRow]:
        """The links that leave these blocks, ordered by (source, target, kind)."""

    def backlinks(self, ids: Sequence[int]) -> list[LinkRow]:
        """The links that arrive at these blocks, ordered by (source, target, kind)."""

    def anchor(self, namespace: str, name: str) -> AnchorRow | None:
        """The anchor of exactly this namespace."""

    def anchors(self, namespace: str) -> list[AnchorRow]:
        """The anchors of this namespace and all below it, ordered by (namespace, name). "" is the root: all of them."""

    def changes(self, after: int, limit: int) -> list[Change]:
        """Up to `limit` changes with a seq above `after`, ascending.

        Raises LookupError if the log no longer reaches back to `after`, or does not yet reach it, as in a restored
        backup: the follower must rebuild from `ids`.
        """

    def ids(self, after: int, limit: int) -> list[int]:
        """Up to `limit` block ids above `after`, ascending, superseded ones included."""

    def tally(self, field: str, ids: Sequence[int]) -> dict[str, int]:
        """How many of these blocks, each named once, have each value of `field`: kind, namespace, source (those that
        have one) or tags (each tag by itself).
        """

    def counts(self) -> dict[str, int]:
        """How many `blocks` (current), `superseded`, `links`, `anchors`, and `bytes` on disk (0 in memory)."""

    def check(self) -> list[str]:
        """Read everything and look for damage; what was found, in words. Empty if all is well."""

    def close(self) -> None:
        """Wait for writers, then release everything. A second call does nothing."""
