"""Recall, the half of Memory that asks: it finds, reads, lists and counts, and changes nothing."""

from __future__ import annotations

from itertools import chain, repeat
from time import monotonic

from greeum import inputs, limits
from greeum._core import format_time
from greeum.anchors import AUTO, Anchors, Choice
from greeum.drafts import Drafter
from greeum.echoes import Echoes
from greeum.errors import InvalidInput, LogCut, NotFound
from greeum.explaining import Explaining
from greeum.hits import Budget, Hits
from greeum.kept import too_much
from greeum.listing import (
    NamespacePage,
    Page,
    checksum,
    page_rows,
    read_cursor,
    read_namespace_cursor,
    write_cursor,
    write_namespace_cursor,
)
from greeum.model import OPERATIONS, Anchor, Block, Change, Hit, Link
from greeum.policies import Policies
from greeum.screening import Screening
from greeum.store.rows import QUARANTINED
from greeum.weights import KeptWeights, Weights

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from greeum import _core
    from greeum.difference import Difference
    from greeum.embed.protocol import Embedder
    from greeum.explaining import Asked, Options
    from greeum.follower import Follower
    from greeum.inputs import Namespace, Time
    from greeum.model import Context
    from greeum.reranking import Rerank
    from greeum.store.protocol import BlockRow, Store

    Near = str | int | Anchor | Choice
    # `Recall.list` hides the builtin from annotations within the class.
    Blocks = list[Block]
    Answers = list[Hits]
    Written = list[bytes]
    Changes = list[Change]
    Facets = dict[str, list[tuple[str, int]]]
    Links = list[Link]
    Ranked = list[tuple[int, float, list[float]]]

STREAM_SLICES = (8, 64)
"""Hits of which `stream` reads the texts at once: few at first, so that these can be shown while the rest is read, and
then so many that the largest texts there are take 64 MiB."""

STREAM_FIRST = 50
"""Hits that `stream` ranks by themselves if more are wanted: up to here a search does not look deeper for more."""


AT_HAND_S = 0.05
"""For how long it counts that every change was folded in: what another process writes meanwhile is folded in within as
long."""


class Recall(Explaining):
    """What can be asked of a memory."""

    def __init__(self, store: Store, follower: Follower, embedder: Embedder, *, now_us: Callable[[], int]) -> None:
        self._store = store
        self._follower = follower
        self._index = follower.index
        self._embedder = embedder
        self._embeds_at_once = embedder.fingerprint.startswith(("static/", "given/"))
        self._caught_up_at_s = float("-inf")
        self._now_us = now_us
        self.anchors = Anchors(store, now_us)
        self.policies = Policies(store)
        self.screening = Screening(store)
        self._kept_weights = KeptWeights(store)
        self.weights = Weights(self._kept_weights)
        self._echoes = Echoes(store.blocks)
        self._drafter = Drafter(embedder, self.anchors, self.policies, now_us, self.screening)

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
        as_of: Time | None = None,
        min_trust: float = 0.0,
        weights: Mapping[str, float] | None = None,
        vector: Sequence[float] | None = None,
        rerank: Rerank | None = None,
        rerank_budget_ms: float = limits.RERANK_BUDGET_MS,
        budget_ms: float | None = None,
    ) -> Hits:
        """The `k` blocks that answer best, best first; fewer if there are fewer.

        `namespace` limits it to what lies at or below that; `where` to blocks for which a filter holds, as in
        `{"source": "alice", "importance": {"gte": 0.5}}`, and does not change what a block scores. `near` (an anchor,
        its name, "auto" for the one that fits, or a block's id) looks at what is around it, prefers what is within its
        hops, and goes further only if there is too little of what is asked for. `history` includes superseded versions,
        and what holds no longer, not yet, or is quarantined. `exact` scores every block, whatever it takes. `as_of`
        asks what was known at some time, and held then: what has been recorded or corrected since is as if it had not
        been. `min_trust` leaves out what came by a door that is trusted less. `weights` changes how much each kind of
        evidence counts, by name. `rerank` is a function of yours that is given the query and the first hits (50, or
        `k` if that is more) and gives a score for each, by which they are ordered anew if it is back within
        `rerank_budget_ms`; the list that comes back is then a `Reranked`, which says whether it was. `budget_ms` is how
        long it may take until the blocks are known, their texts are read afterwards: what has been found by then is
        ranked, and `left_out` of the list says what there was no time for.

        Raises InvalidInput, NotFound (`near`), EmbedderFailed or StoreError.
        """
        asked, code = self._question(query, vector)
        budget_s = inputs.rerank_budget_s(rerank, rerank_budget_ms)
        budget_ms = inputs.search_budget_ms(budget_ms)
        left_us = None if budget_ms is None else Budget(budget_ms).left_us
        depth = k if rerank is None else max(inputs.count(k, "k", limits.K_MAX), limits.RERANKED_MIN)
        options = self._options([asked], depth, namespace, where, near, history, exact, weights, as_of, min_trust, code)
        found = self._found(*options, left_us)
        hits = Hits(self._hits(found.hits(0)), found.left_out(0) if left_us else ())
        if rerank is None:
            return hits
        from greeum.reranking import reranked

        return reranked(asked, hits, k, rerank, budget_s)

    def search_json(
        self,
        query: str,
        *,
        k: int = 10,
        namespace: Namespace = "",
        where: Mapping[str, object] | None = None,
        near: Near | None = None,
        history: bool = False,
        exact: bool = False,
        as_of: Time | None = None,
        min_trust: float = 0.0,
        weights: Mapping[str, float] | None = None,
        vector: Sequence[float] | None = None,
    ) -> bytes:
        """The hits of `search` as a JSON array of what `Hit.to_dict` gives: for those who only pass them on, in a
        fraction of the time. Raises as `search` does.
        """
        asked, code = self._question(query, vector)
        options = self._options([asked], k, namespace, where, near, history, exact, weights, as_of, min_trust, code)
        found = self._found(*options)
        return found.json(0, self._follower.kept.json(found.ids()))

    def stream(
        self,
        query: str,
        *,
        k: int = 10,
        namespace: Namespace = "",
        where: Mapping[str, object] | None = None,
        near: Near | None = None,
        history: bool = False,
        exact: bool = False,
        as_of: Time | None = None,
        min_trust: float = 0.0,
        weights: Mapping[str, float] | None = None,
        vector: Sequence[float] | None = None,
    ) -> Iterator[Hit]:
        """The hits of `search`, one after the other: their texts are read as they are asked for, a few at first. For
        many hits, of which the first are wanted at once: the first 50 are those of a search for 50, which takes a tenth
        of the time of one for 1,000, and what a deeper search finds beside them follows.

        Raises as `search` does, at once. A block that is forgotten meanwhile is passed over.
        """
        asked, code = self._question(query, vector)
        if code is None:
            code = self._embedder.encode_query(asked)  # once for both searches

        def rank(k: int) -> Ranked:
            options = self._options([asked], k, namespace, where, near, history, exact, weights, as_of, min_trust, code)
            return self._found(*options).hits(0)

        first = rank(min(inputs.count(k, "k", limits.K_MAX), STREAM_FIRST))
        return self._streamed(first, k, rank)

    def _streamed(self, first: Ranked, k: int, rank: Callable[[int], Ranked]) -> Iterator[Hit]:
        """The first hits, then those of a deeper search that are not among them."""
        for part in slices(first):
            yield from self._hits_as_of_now(part)
        if len(first) == STREAM_FIRST < k:
            given = {hit[0] for hit in first}
            rest = [hit for hit in rank(k) if hit[0] not in given][: k - STREAM_FIRST]
            for part in slices(rest):
                yield from self._hits_as_of_now(part)

    def _found(self, asked: Asked, options: Options, left_us: Callable[[], int] | None = None) -> _core.Found:
        """The answers of the Index to queries (see `_options`); `left_us` says how long each may take."""
        found = self._index.search(asked, *options, None if left_us is None else left_us())
        self._echoes.note(options[1], [query for query, _ in asked], found)
        return found

    def _code(self, vector: Sequence[float]) -> bytes:
        """The code of a vector that came with a query."""
        return self._drafter.given(vector)

    def _hits(self, found: Ranked) -> list[Hit]:
        return shown(found, self._follower.kept.rows([hit[0] for hit in found]))

    def _hits_as_of_now(self, found: Ranked) -> list[Hit]:
        """Some time after they were found: what has been forgotten since by another process may still be kept here."""
        return shown(found, {row[0]: row for row in self._store.blocks([hit[0] for hit in found])})

    def search_many(
        self,
        queries: Iterable[str],
        *,
        k: int = 10,
        namespace: Namespace = "",
        where: Mapping[str, object] | None = None,
        near: Near | None = None,
        history: bool = False,
        exact: bool = False,
        as_of: Time | None = None,
        min_trust: float = 0.0,
        weights: Mapping[str, float] | None = None,
        budget_ms: float | None = None,
    ) -> Answers:
        """The hits of several queries, in the same order, with the same options for all; on all processors, and from
        one state of the memory. `budget_ms` is for each query by itself, from when its turn comes. Raises as `search`
        does.
        """
        budget_ms = inputs.search_budget_ms(budget_ms)
        left_us = None if budget_ms is None else (lambda: int(budget_ms * 1_000))
        options = self._options(
            query_texts(queries), k, namespace, where, near, history, exact, weights, as_of, min_trust, None
        )
        found = self._found(*options, left_us)
        rows = self._follower.kept.rows(found.ids())
        answers = range(len(found))
        return [Hits(shown(found.hits(query), rows), found.left_out(query) if left_us else ()) for query in answers]

    def search_many_json(
        self,
        queries: Iterable[str],
        *,
        k: int = 10,
        namespace: Namespace = "",
        where: Mapping[str, object] | None = None,
        near: Near | None = None,
        history: bool = False,
        exact: bool = False,
        as_of: Time | None = None,
        min_trust: float = 0.0,
        weights: Mapping[str, float] | None = None,
    ) -> Written:
        """The hits of `search_many`, as JSON arrays as in `search_json`."""
        options = self._options(
            query_texts(queries), k, namespace, where, near, history, exact, weights, as_of, min_trust, None
        )
        found = self._found(*options)
        blocks = self._follower.kept.json(found.ids())
        return bounded(found.json(query, blocks) for query in range(len(found)))

    def context(
        self,
        query: str,
        *,
        max_tokens: int = 1_000,
        namespace: Namespace = "",
        where: Mapping[str, object] | None = None,
        near: Near | None = None,
        as_of: Time | None = None,
        min_trust: float = 0.0,
        weights: Mapping[str, float] | None = None,
    ) -> Context:
        """What is known about a query, as a text for a prompt of at most `max_tokens` tokens.

        It is made of the blocks that answer best for their length, each only if it says something new, by conversation
        and in the order in which they were said; every line has the date, who said it and the id to cite. Tokens are
        estimated, on the safe side; a block that does not fit is left out. The rest is as in `search`.
        """
        from greeum.context import candidates, compose

        most = inputs.count(max_tokens, "max_tokens", limits.CONTEXT_TOKENS_MAX)
        hits = self.search(
            query, k=candidates(most), namespace=namespace, where=where, near=near, as_of=as_of,
            min_trust=min_trust, weights=weights,
        )  # fmt: skip
        return compose(hits, most)

    def _starts(self, near: Near, namespace: str, then: int | None) -> list[tuple[int, int]]:
        """The blocks from which a search may start, and how far it reaches from each."""
        if near == AUTO:
            near = Choice(self.anchors)
        if isinstance(near, Choice):
            return [self._start(anchor, namespace, then) for anchor in near.within(namespace)]
        return [self._start(near, namespace, then)]

    def _start(self, near: str | int | Anchor, namespace: str, then: int | None) -> tuple[int, int]:
        if isinstance(near, str):
            near = self.anchors.closest(inputs.name(near, "near"), namespace)
        if isinstance(near, Anchor):
            # It was read at some time before: what it points to may have been corrected or forgotten since.
            return self._version(near.block_id, then)[0], near.hops
        newest = self._version(inputs.block_id(near, "near"), then)
        if not f"{newest[2]}/".startswith(f"{namespace}/" if namespace else ""):
            raise InvalidInput("near", f"block {near} is not in namespace {namespace!r}")
        return newest[0], limits.HOPS_OF_BLOCK

    def _version(self, near: int, then: int | None) -> BlockRow:
        """The newest version, or the one of that time if there was one."""
        versions = self._store.history(near)
        if not versions:
            raise NotFound(f"near: there is no block {near}")
        return versions[-1] if then is None else version_of(versions, then) or versions[0]

    def get(
        self,
        block: int | None = None,
        *,
        key: str | None = None,
        namespace: Namespace = "",
        as_of: Time | None = None,
    ) -> Block:
        """The block with this id, in exactly that version; or the newest version of the one with this key, unless
        it is quarantined. With `as_of`, the version that was the newest at that time. Raises NotFound, also if it was
        not recorded by then.
        """
        found = self._get(block, key, namespace)
        then = inputs.optional_time(as_of, "as_of")
        if then is None:
            return found
        row = version_of(self._store.history(found.id), then)
        if row is None:
            raise NotFound(f"block {found.id} had not been recorded by {format_time(then)}")
        return Block(row)

    def _get(self, block: int | None, key: str | None, namespace: Namespace) -> Block:
        if (block is None) == (key is None):
            raise InvalidInput("block", "name either an id or a key")
        if key is not None:
            where = inputs.namespace(namespace)
            row = self._store.block_by_key(where, inputs.name(key, "key"))
            if row is None:
                raise NotFound(f"there is no block with key {key!r} in namespace {where!r}")
            if f'"{QUARANTINED}"' in row[21]:
                raise NotFound(f"the block with key {key!r} in namespace {where!r} is quarantined: its id is {row[0]}")
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
        expired: bool = False,
        as_of: Time | None = None,
        limit: int = 100,
        cursor: str | None = None,
        newest_first: bool = False,
    ) -> Page:
        """Blocks in the order in which they were said, a page at a time: pass the page's `cursor` for the next one. A
        page ends early where its texts come to 16 MiB.

        Filters, `history` and `as_of` are those of `search`. `expired` lists what has expired by now and is not erased
        yet, and nothing else. Raises InvalidInput, also for a cursor of another listing.
        """
        scope, where_json = inputs.namespace(namespace), inputs.where(where)
        limit = inputs.count(limit, "limit", limits.PAGE_MAX)
        inputs.truth(history, "history")
        inputs.truth(newest_first, "newest_first")
        then = inputs.optional_time(as_of, "as_of")
        listing = checksum(scope, where_json, history, newest_first, then, inputs.truth(expired, "expired"))
        after = None if cursor is None else read_cursor(cursor, listing)
        where_json, history, now_us = self._seen(where_json, history, then, expired)
        self._follower.catch_up()
        found = self._index.select(scope, where_json, history, now_us, after, limit + 1, newest_first, then)
        rows, done = page_rows(self._store.blocks, [block for _, block in found[:limit]])
        page = Page(map(Block, rows))
        if len(found) > done:
            page.cursor = write_cursor(found[done - 1], listing)
        return page

    def _seen(
        self, where_json: str | None, history: bool, then: int | None, expired: bool
    ) -> tuple[str | None, bool, int]:
        """The filter, whether to look at history, and the time, with which the Index gives what is alive, or what is no
        more.
        """
        now_us = self._now_us()
        if not expired:
            return where_json, history, now_us
        if then is not None:
            raise InvalidInput("expired", "is about now, and as_of about another time: give one of them")
        # What had expired is seen from before all time, and what does not hold then, as history.
        return expired_by(now_us, where_json, history), True, BEFORE_ALL_US

    def history(self, block: int) -> Blocks:
        """Every version of a block, oldest first: each says when it was recorded (`added_at`) and when the next one was
        (`superseded_at`). Raises NotFound.
        """
        rows = self._store.history(inputs.block_id(block))
        if not rows:
            raise NotFound(f"there is no block {block}")
        return [Block(row) for row in rows]

    def count(
        self,
        *,
        namespace: Namespace = "",
        where: Mapping[str, object] | None = None,
        history: bool = False,
        expired: bool = False,
        as_of: Time | None = None,
    ) -> int:
        """How many blocks `list` would give in all, without reading one. Raises InvalidInput."""
        scope, where_json = inputs.namespace(namespace), inputs.where(where)
        inputs.truth(history, "history")
        then = inputs.optional_time(as_of, "as_of")
        where_json, history, now_us = self._seen(where_json, history, then, inputs.truth(expired, "expired"))
        self._follower.catch_up()
        return self._index.count(scope, where_json, history, now_us, then)

    def facets(
        self,
        fields: str | Iterable[str],
        *,
        namespace: Namespace = "",
        where: Mapping[str, object] | None = None,
        as_of: Time | None = None,
        limit: int = 20,
    ) -> Facets:
        """The values of some fields, each with how many blocks have it: of every field the `limit` most frequent ones.

        Fields are `kind`, `source`, `tags` (each tag counts by itself) and `namespace`. What a block does not have is
        not counted. It costs about a microsecond for each block and field. Raises InvalidInput.
        """
        from greeum.counting import Tally, facet_fields, most_frequent

        named = facet_fields(fields)
        scope, where_json = inputs.namespace(namespace), inputs.where(where)
        limit = inputs.count(limit, "limit", limits.PAGE_MAX)
        then = inputs.optional_time(as_of, "as_of")
        self._follower.catch_up()
        tally = Tally(self._store, self._index, scope, where_json, self._now_us(), then)
        return {field: most_frequent(tally.of(field), limit) for field in named}

    def namespaces(self, *, namespace: Namespace = "", limit: int = 100, cursor: str | None = None) -> NamespacePage:
        """The namespaces at or below one that hold blocks, in order, each with how many it holds itself (not below it);
        a page at a time, as in `list`. Raises InvalidInput.
        """
        scope = inputs.namespace(namespace)
        limit = inputs.count(limit, "limit", limits.PAGE_MAX)
        listing = checksum("namespaces", scope)
        after = None if cursor is None else read_namespace_cursor(cursor, listing)
        self._follower.catch_up()
        found = self._index.namespaces(scope, None, self._now_us(), after, limit + 1, None)
        page = NamespacePage(found[:limit])
        if len(found) > limit:
            page.cursor = write_namespace_cursor(page[-1][0], listing)
        return page

    def diff(
        self,
        since: Time,
        until: Time | None = None,
        *,
        namespace: Namespace = "",
        where: Mapping[str, object] | None = None,
        limit: int = 100,
    ) -> Difference:
        """What `search` finds as of `until` (default: now) and not as of `since`, and the other way round: what was
        added or began to hold, what was corrected, what expired or holds no longer.

        Filters are those of `search`; at most `limit` of each sort are shown, oldest first, and all are counted. What
        was forgotten is on neither side. It takes about a microsecond a block. Raises InvalidInput.
        """
        from greeum.difference import difference

        scope, where_json = inputs.namespace(namespace), inputs.where(where)
        before, after = inputs.time(since, "since"), inputs.optional_time(until, "until")
        limit = inputs.count(limit, "limit", limits.PAGE_MAX)
        self._follower.catch_up()
        now = self._now_us()
        if after is not None and after < before:
            raise InvalidInput("until", "lies before `since`")
        then = now if after is None else after
        first = self._index.ids(scope, where_json, False, now, before)
        return difference(self._store, first, self._index.ids(scope, where_json, False, now, then), limit)

    def links(self, block: int) -> Links:
        """The links that leave a block, then those that arrive at it. Raises NotFound."""
        block = inputs.block_id(block)
        self._row(block)
        return [Link(row) for row in [*self._store.links([block]), *self._store.backlinks([block])]]

    def anchor(self, name: str, *, namespace: Namespace = "") -> Anchor:
        """The anchor that a search or an add in this namespace would use. Raises NotFound."""
        return self.anchors.closest(inputs.name(name, "name"), inputs.namespace(namespace))

    # Looking after it.

    @property
    def at_hand(self) -> bool:
        """Whether a search has little to wait for: no model is asked for a vector, and every change was folded in just
        now or a moment ago. (To ask the Store each time would cost as much as a part of the search.)
        """
        now_s = monotonic()
        if now_s - self._caught_up_at_s > AT_HAND_S:
            if self._store.seq() != self._index.seq:
                return False
            self._caught_up_at_s = now_s
        return self._embeds_at_once

    @property
    def seq(self) -> int:
        """The number of the newest change."""
        return self._store.seq()

    def changes(self, after: int = 0, *, limit: int = 1_000) -> Changes:
        """The changes with a `seq` above `after`, in order, whoever made them; none if there is nothing new.

        Raises InvalidInput, or LogCut if the log does not reach back to `after`, or not yet that far.
        """
        after = inputs.count(after, "after", 2**53 - 1, least=0)
        limit = inputs.count(limit, "limit", limits.PAGE_MAX)
        try:
            found = self._store.changes(after, limit)
        except LookupError as error:
            raise LogCut(str(error)) from error
        return [Change(seq, OPERATIONS[operation], block) for seq, operation, block in found]

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

    def _amounts(self, namespace: str) -> dict[str, object]:
        """What `stats` counts, of a namespace and all below it."""
        from greeum.counting import amounts

        self._follower.catch_up()
        return amounts(self._store, self._index, namespace)


BEFORE_ALL_US = limits.TIME_MIN_US - 1
"""Before anything expires."""


def expired_by(now_us: int, where_json: str | None, history: bool) -> str:
    """The filter that holds for what has expired, of that for which another one holds."""
    ends = [f'{{"expires_at": {{"lte": "{format_time(now_us)}"}}}}']
    newest = [] if history else ['{"superseded_at": {"exists": false}}']
    return f'{{"and": [{", ".join([*ends, *newest, *([] if where_json is None else [where_json])])}]}}'


def version_of(versions: Sequence[BlockRow], then: int) -> BlockRow | None:
    """The version, of these from the oldest to the newest, that was the newest at some time."""
    return next((row for row in reversed(versions) if row[11] <= then), None)


def shown(found: Ranked, rows: Mapping[int, BlockRow]) -> list[Hit]:
    """Hits with their rows. A block that was forgotten a moment ago is no longer among these."""
    return [Hit(rows[block], score, parts) for block, score, parts in found if block in rows]


def query_texts(queries: Iterable[str]) -> list[str]:
    """Several queries, each one looked at."""
    asked = list_of(queries, "queries", "must be several strings")
    return [inputs.string(query, f"queries[{i}]", limits.QUERY_BYTES_MAX) for i, query in enumerate(asked)]


def list_of(values: object, field: str, reason: str) -> list[Any]:
    if isinstance(values, (str, bytes, dict)) or not hasattr(values, "__iter__"):
        raise InvalidInput(field, reason)
    return list(values)


def bounded(answers: Iterable[bytes]) -> Written:
    """The answers of a batch. Raises InvalidInput if they are more together than one answer may be."""
    written, left = [], limits.ANSWER_BYTES_MAX
    for answer in answers:
        left -= len(answer)
        if left < 0:
            raise too_much()
        written.append(answer)
    return written


def slices(found: Ranked) -> Iterator[Ranked]:
    """Consecutive parts, as large as STREAM_SLICES says; what is left after these, in parts as large as the last."""
    start = 0
    for size in chain(STREAM_SLICES, repeat(STREAM_SLICES[-1])):
        if start >= len(found):
            return
        yield found[start : start + size]
        start += size
