"""Memory, the one face of Greeum: remembering, finding, correcting, forgetting go through here, whatever the door."""

from __future__ import annotations

from time import time_ns
from zlib import crc32

from greeum import inputs, limits
from greeum.anchors import Anchors
from greeum.drafts import CHECKS, Drafter
from greeum.errors import Conflict, InvalidInput, NotFound
from greeum.model import Block, Hit, Link

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any

    from greeum.embed.protocol import Embedder
    from greeum.follower import Follower
    from greeum.inputs import Namespace, Time
    from greeum.model import Anchor
    from greeum.store.protocol import BlockRow, Store

    Near = str | int
    # `Memory.list` hides the builtin from annotations within the class.
    Blocks = list[Block]
    Hits = list[Hit]
    Answers = list[Hits]
    Links = list[Link]
    Ids = list[int]
    Found = list[tuple[int, float, list[float]]]
    Findings = list[tuple[str, bool, str]]


class Page(list[Block]):
    """Some blocks of a list; `cursor` asks for the next ones, and is None after the last."""

    cursor: str | None = None


class Keep:
    """The default of `update`'s arguments: the field stays as it is. (None would clear it.)"""

    def __repr__(self) -> str:
        return "KEEP"


KEEP = Keep()


def clock_us() -> int:
    """Microseconds since 1970."""
    return time_ns() // 1_000


class Memory:
    """A memory, open. Get one from `greeum.open`. All methods may be called from any thread.

    What a method adds or changes is on disk when it returns, and found by the next search.
    """

    def __init__(
        self, store: Store, follower: Follower, embedder: Embedder, *, now_us: Callable[[], int] = clock_us
    ) -> None:
        self._store = store
        self._follower = follower
        self._index = follower.index
        self._embedder = embedder
        self._now_us = now_us
        self.anchors = Anchors(store, now_us)
        self._drafter = Drafter(embedder, self.anchors, now_us)

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
    ) -> Block:
        """Remember a text; the block as stored.

        `namespace` is whose it is; `source` who or what said it, `at` when (default now); `kind` is "message" (a turn
        of a conversation), "note", "fact" or your own. `importance` goes from 0 to 1. `key` is your own name for the
        thing, unique in its namespace: adding the same text under it again adds nothing. `near` (an anchor's name or a
        block's id) links the block with what is there, and an anchor that is not pinned moves on to it. `vector` is for
        memories of `GivenVectors`.

        Raises InvalidInput, Conflict (the key names another text), NotFound (`near`), EmbedderFailed or StoreError.
        """
        block = {
            "text": text, "namespace": namespace, "key": key, "kind": kind, "source": source, "tags": tags,
            "importance": importance, "metadata": metadata, "at": at, "valid_from": valid_from, "valid_to": valid_to,
            "expires_at": expires_at, "near": near, "vector": vector,
        }  # fmt: skip
        return self._add([block], "")[0]

    def add_many(self, blocks: Iterable[Mapping[str, Any]]) -> Blocks:
        """Remember several texts, all or none: each a mapping of the arguments of `add`. The blocks, in the same order.

        Raises as `add` does; `field` then begins with the place of the block, as in `blocks[3].text`.
        """
        items = list_of(blocks, "blocks", "must be several mappings, each of the arguments of `add`")
        if len(items) > limits.BATCH_MAX:
            raise InvalidInput("blocks", f"are {len(items):,}; at most {limits.BATCH_MAX:,} go into one transaction")
        return self._add(items, "blocks[{}].")

    def _add(self, items: Sequence[Mapping[str, Any]], prefix: str) -> Blocks:
        drafts = self._drafter.drafts(items, prefix)
        if not drafts:
            return []
        rows = self._store.add(drafts)
        self._follower.catch_up()
        return [Block(row) for row in rows]

    # Finding.

    def search(
        self,
        query: str,
        *,
        k: int = 10,
        namespace: Namespace = "",
        where: Mapping[str, object] | None = None,
        near: Near | None = None,
        history: bool = False,
        exact: bool = False,
        weights: Mapping[str, float] | None = None,
        vector: Sequence[float] | None = None,
    ) -> Hits:
        """The `k` blocks that answer best, best first; fewer if there are fewer.

        `namespace` limits it to what lies at or below that; `where` to blocks for which a filter holds, as in
        `{"source": "alice", "importance": {"gte": 0.5}}`, and does not change what a block scores. `near` (an anchor's
        name or a block's id) prefers what is within its reach. `history` includes superseded versions. `exact` scores
        every block, whatever it takes. `weights` changes how much each kind of evidence counts, by name.

        Raises InvalidInput, NotFound (`near`), EmbedderFailed or StoreError.
        """
        where_json = inputs.where(where)
        scope = inputs.namespace(namespace)
        text = inputs.string(query, "query", limits.QUERY_BYTES_MAX, empty=vector is not None)
        k = inputs.count(k, "k", limits.K_MAX)
        start = None if near is None else self._start(near, scope)
        code = self._embedder.encode_query(text) if vector is None else self._drafter.given(vector)
        self._follower.catch_up()
        found = self._index.search(
            text,
            code,
            k,
            scope,
            where_json,
            start,
            inputs.truth(history, "history"),
            self._now_us(),
            inputs.truth(exact, "exact"),
            weight_pairs(weights),
        )
        return self._hits(found)

    def _hits(self, found: Found) -> Hits:
        rows = {row[0]: row for row in self._store.blocks([hit[0] for hit in found])}
        # A block that was forgotten a moment ago is no longer among the rows.
        return [Hit(rows[block], score, parts) for block, score, parts in found if block in rows]

    def search_many(self, queries: Iterable[str], **options: Any) -> Answers:
        """The hits of several queries, in the same order; `options` are those of `search`, the same for all."""
        return [self.search(query, **options) for query in list_of(queries, "queries", "must be several strings")]

    def _start(self, near: Near, namespace: str) -> tuple[int, int]:
        if isinstance(near, str):
            anchor = self.anchors.closest(inputs.name(near, "near"), namespace)
            return anchor.block_id, anchor.hops
        newest = self._store.history(inputs.block_id(near, "near"))
        if not newest:
            raise NotFound(f"near: there is no block {near}")
        if not f"{newest[-1][2]}/".startswith(f"{namespace}/" if namespace else ""):
            raise InvalidInput("near", f"block {near} is not in namespace {namespace!r}")
        return newest[-1][0], limits.HOPS_OF_BLOCK

    def get(self, block: int | None = None, *, key: str | None = None, namespace: Namespace = "") -> Block:
        """The block with this id, in exactly that version; or the newest version of the one with this key. Raises
        NotFound.
        """
        if (block is None) == (key is None):
            raise InvalidInput("block", "name either an id or a key")
        if key is not None:
            where = inputs.namespace(namespace)
            row = self._store.block_by_key(where, inputs.name(key, "key"))
            if row is None:
                raise NotFound(f"there is no block with key {key!r} in namespace {where!r}")
            return Block(row)
        if namespace != "":
            raise InvalidInput("namespace", "comes with a key; an id is the same in all of them")
        return Block(self._row(inputs.block_id(block)))

    def _row(self, block: int) -> Any:
        rows = self._store.blocks([block])
        if not rows:
            raise NotFound(f"there is no block {block}")
        return rows[0]

    def list(
        self,
        *,
        namespace: Namespace = "",
        where: Mapping[str, object] | None = None,
        history: bool = False,
        limit: int = 100,
        cursor: str | None = None,
        newest_first: bool = False,
    ) -> Page:
        """Blocks in the order in which they were said, a page at a time: pass the page's `cursor` for the next one.

        Filters are those of `search`. Raises InvalidInput, also for a cursor of another listing.
        """
        scope, where_json = inputs.namespace(namespace), inputs.where(where)
        limit = inputs.count(limit, "limit", limits.PAGE_MAX)
        inputs.truth(history, "history")
        inputs.truth(newest_first, "newest_first")
        listing = crc32(f"{scope}\0{where_json}\0{history}\0{newest_first}".encode())
        after = None if cursor is None else read_cursor(cursor, listing)
        self._follower.catch_up()
        found = self._index.select(scope, where_json, history, self._now_us(), after, limit + 1, newest_first)
        page = Page(Block(row) for row in self._store.blocks([block for _, block in found[:limit]]))
        if len(found) > limit:
            page.cursor = write_cursor(found[limit - 1], listing)
        return page

    def history(self, block: int) -> Blocks:
        """Every version of a block, oldest first. Raises NotFound."""
        rows = self._store.history(inputs.block_id(block))
        if not rows:
            raise NotFound(f"there is no block {block}")
        return [Block(row) for row in rows]

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
    ) -> Block:
        """Correct a block; the block as it is now.

        A new `text` makes a new block that supersedes this one: searches find the new one, `history` shows both. Its
        `at` is now unless you say otherwise; the other fields, links and anchors are taken over. Without a new text the
        fields change in place and `revision` counts up. `revision`, if given, must be the current one.

        Raises InvalidInput, NotFound, or Conflict if the block was superseded, or changed since `revision`.
        """
        block = inputs.block_id(block)
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
            row = self._store.revise(block, fields, revision)
        else:
            row = self._supersede(block, inputs.text(text), fields, revision, vector)
        self._follower.catch_up()
        return Block(row)

    def _supersede(
        self, block: int, text: str, fields: dict[str, Any], revision: int | None, vector: Sequence[float] | None
    ) -> BlockRow:
        while True:
            old = self._row(block)
            draft = self._drafter.successor(old, text, fields, vector)
            try:
                return self._store.supersede(block, draft, old[15] if revision is None else revision)
            except Conflict:
                # Revised meanwhile, and the caller named no revision: take over what it says now.
                if revision is not None or self._row(block)[15] == old[15]:
                    raise

    def forget(self, block: int | Iterable[int]) -> Ids:
        """Erase blocks for good: every version of each, with vectors, links, anchors and index entries. The ids that
        were erased.

        Raises NotFound if one of them is not there, and then erases none.
        """
        wanted = [block] if isinstance(block, int) else list_of(block, "block", "must be a block's id, or several")
        ids = [inputs.block_id(one) for one in wanted]
        known = {row[0] for row in self._store.blocks(ids)}
        missing = sorted(set(ids) - known)
        if missing:
            raise NotFound(f"there is no block {missing[0]}: nothing was forgotten")
        erased = self._store.forget(ids)
        self._follower.scrub()
        return erased

    # Links and anchors.

    def link(self, source: int, target: int, *, kind: str = "about", weight: float = 1.0) -> Link:
        """Link one block to another; the same link again changes its weight (0 to 1). Raises NotFound."""
        ends = inputs.block_id(source, "source"), inputs.block_id(target, "target")
        if ends[0] == ends[1]:
            raise InvalidInput("target", "is the block itself")
        row = self._store.link(*ends, inputs.name(kind, "kind"), inputs.share(weight, "weight"), self._now_us())
        self._follower.catch_up()
        return Link(row)

    def unlink(self, source: int, target: int, *, kind: str = "about") -> None:
        """Remove a link. Raises NotFound."""
        ends = inputs.block_id(source, "source"), inputs.block_id(target, "target")
        if not self._store.unlink(*ends, inputs.name(kind, "kind")):
            raise NotFound(f"there is no link {kind!r} from block {source} to block {target}")
        self._follower.catch_up()

    def links(self, block: int) -> Links:
        """The links that leave a block, then those that arrive at it. Raises NotFound."""
        block = inputs.block_id(block)
        self._row(block)
        return [Link(row) for row in [*self._store.links([block]), *self._store.backlinks([block])]]

    def anchor(self, name: str, *, namespace: Namespace = "") -> Anchor:
        """The anchor that a search or an add in this namespace would use. Raises NotFound."""
        return self.anchors.closest(inputs.name(name, "name"), inputs.namespace(namespace))

    # Looking after it.

    def stats(self) -> dict[str, object]:
        """How much is in it, what made its vectors, and how its index stands."""
        self._follower.catch_up()
        store = self._store
        facts: dict[str, object] = dict(store.counts())
        facts["seq"] = store.seq()
        facts["embedder"] = self._embedder.fingerprint
        facts["dimension"] = self._embedder.dimension
        facts["index"] = self._index.stats()
        facts["index_trouble"] = self._follower.trouble
        return facts

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

        Blocks keep their uid and get new ids; a block whose uid is here already is passed over, so that a second import
        of the same lines adds nothing. Raises InvalidInput with the number of the first bad line; what came before it
        stays.
        """
        from greeum.transfer import Importer

        done = Importer(self._store, self._embedder).run(lines, progress)
        self._follower.catch_up()
        return done


def weight_pairs(weights: Mapping[str, float] | None) -> list[tuple[str, float]] | None:
    """Weights by name; which names there are is known to the Index."""
    if weights is None:
        return None
    if not isinstance(weights, dict):
        raise InvalidInput("weights", f"must be a dictionary, not {type(weights).__name__}")
    for name, weight in weights.items():
        if isinstance(weight, bool) or not isinstance(weight, (int, float)) or not -1e6 < weight < 1e6:
            raise InvalidInput(f"weights.{name}", "must be a finite number")
    return [(inputs.name(name, "weights"), float(weight)) for name, weight in weights.items()]


def list_of(values: object, field: str, reason: str) -> list[Any]:
    if isinstance(values, (str, bytes, dict)) or not hasattr(values, "__iter__"):
        raise InvalidInput(field, reason)
    return list(values)


def write_cursor(after: tuple[int, int], listing: int) -> str:
    return f"{after[0]:x}.{after[1]:x}.{listing:08x}"


def read_cursor(cursor: object, listing: int) -> tuple[int, int]:
    parts = cursor.split(".") if isinstance(cursor, str) else []
    try:
        at, block, of = (int(part, 16) for part in parts)
    except ValueError:
        at = block = of = 0
    # What is written in another way, or lies where no block can be, we have not written.
    is_ours = 0 < block < 2**53 and limits.TIME_MIN_US <= at <= limits.TIME_MAX_US
    if not is_ours or cursor != write_cursor((at, block), of):
        raise InvalidInput("cursor", "is none that a page of `list` has given")
    if of != listing:
        raise InvalidInput("cursor", "belongs to a listing with other filters")
    return at, block
