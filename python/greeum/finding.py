"""The part of a memory that finds: what answers a query, best first."""

from __future__ import annotations

from itertools import chain, repeat

from greeum import inputs, limits
from greeum.anchors import Anchors
from greeum.drafts import Drafter
from greeum.echoes import Echoes
from greeum.hits import STREAM_FIRST, STREAM_SLICES, Budget, Hits
from greeum.kept import too_much
from greeum.model import Hit
from greeum.policies import KeptPolicies, Policies
from greeum.screening import Screening
from greeum.starts import Starts
from greeum.weights import KeptWeights, Weights
from greeum.zones import TimeZone

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import TypeAlias

    from greeum import _core
    from greeum.embed.protocol import Embedder
    from greeum.follower import Follower
    from greeum.inputs import Namespace, Time
    from greeum.model import Context
    from greeum.reranking import Rerank
    from greeum.starts import Near
    from greeum.store.protocol import BlockRow, Store

    Answers = list[Hits]
    Written = list[bytes]
    Ranked = list[tuple[int, float, list[float]]]
    Asked: TypeAlias = list[tuple[str, bytes | None]]
    """Queries, each with its vector."""
    Options: TypeAlias = tuple[
        int,
        str,
        str | None,
        list[tuple[int, int]],
        bool,
        int,
        bool,
        list[tuple[str, float]] | None,
        int | None,
        int | None,
    ]
    """As the Index takes them: k, namespace, filter, where it starts, history, the time, exact, weights, as of, and
    from when the question is meant."""


class Finding:
    """What can be found in a memory."""

    def __init__(self, store: Store, follower: Follower, embedder: Embedder, *, now_us: Callable[[], int]) -> None:
        self._store = store
        self._follower = follower
        self._index = follower.index
        self._embedder = embedder
        self._now_us = now_us
        self.anchors = Anchors(store, now_us)
        self.policies = Policies(store)
        self._kept_policies = KeptPolicies(store)
        self.screening = Screening(store)
        self.time_zone = TimeZone(store, follower)
        self._kept_weights = KeptWeights(store)
        self.weights = Weights(self._kept_weights)
        self._starts = Starts(store, self.anchors)
        self._echoes = Echoes(follower.kept.rows)
        self._drafter = Drafter(embedder, self.anchors, now_us, self.screening, follower.give_way, follower.zone)

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
        now: Time | None = None,
        min_trust: float = 0.0,
        weights: Mapping[str, float] | None = None,
        vector: Sequence[float] | None = None,
        rerank: Rerank | None = None,
        rerank_budget_ms: float = limits.RERANK_BUDGET_MS,
        budget_ms: float | None = None,
    ) -> Hits:
        """The `k` blocks that answer best, best first; fewer if there are fewer. Among more than 256 blocks, a query
        of nothing but words like "is it?" names nothing to look for, and may find none unless `exact`.

        - `namespace`: search only what is at it or below it.
        - `where`: only blocks for which a filter holds, as in `{"source": "alice", "importance": {"gte": 0.5}}`. It
          does not change the score of a block.
        - `near`: an anchor, its name, "auto" for the one that fits, or a block's id. Looks at what is around it,
          prefers what is within its hops, and goes further only if it finds too little there.
        - `history`: include superseded and quarantined versions, and what is not valid any more or not yet.
        - `exact`: score every block, however long it takes.
        - `as_of`: what was known at some time, and valid then. Later changes do not count.
        - `now`: from when the query is meant: its "yesterday" is the day before, and `recency` counts from there. What
          is in scope does not depend on it. Default: `as_of`, else the time that it is.
        - `min_trust`: leave out what was written through an origin that is trusted less.
        - `weights`: how much each kind of evidence counts, by name.
        - `rerank`: your function that gets the query and the first hits (50, or `k` if that is more) and returns a
          score for each. They are reordered by it if it returns within `rerank_budget_ms`. The list that comes back is
          then a `Reranked`, which says whether it did.
        - `budget_ms`: how long it may take until the blocks are known; their texts are read afterwards. What has been
          found by then is ranked, and `left_out` of the list says what there was no time for. The query itself is
          always read whole, at some 250 words a millisecond.

        Raises InvalidInput, NotFound (`near`), EmbedderFailed or StoreError.
        """
        asked, code = self._question(query, vector)
        budget_s = inputs.rerank_budget_s(rerank, rerank_budget_ms)
        budget_ms = inputs.search_budget_ms(budget_ms)
        left_us = None if budget_ms is None else Budget(budget_ms).left_us
        depth = k if rerank is None else max(inputs.count(k, "k", limits.K_MAX), limits.RERANKED_MIN)
        options = self._options(
            [asked], depth, namespace, where, near, history, exact, weights, as_of, now, min_trust, code
        )
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
        now: Time | None = None,
        min_trust: float = 0.0,
        weights: Mapping[str, float] | None = None,
        vector: Sequence[float] | None = None,
    ) -> bytes:
        """The hits of `search` as a JSON array of what `Hit.to_dict` gives: for those who only pass them on, in a
        fraction of the time. Raises as `search` does.
        """
        asked, code = self._question(query, vector)
        options = self._options(
            [asked], k, namespace, where, near, history, exact, weights, as_of, now, min_trust, code
        )
        found = self._found(*options)
        return found.json(0, self._follower.kept.json(found.ids()))

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
        now: Time | None = None,
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
            query_texts(queries), k, namespace, where, near, history, exact, weights, as_of, now, min_trust, None
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
        now: Time | None = None,
        min_trust: float = 0.0,
        weights: Mapping[str, float] | None = None,
    ) -> Written:
        """The hits of `search_many`, as JSON arrays as in `search_json`."""
        options = self._options(
            query_texts(queries), k, namespace, where, near, history, exact, weights, as_of, now, min_trust, None
        )
        found = self._found(*options)
        blocks = self._follower.kept.json(found.ids())
        return bounded(found.json(query, blocks) for query in range(len(found)))

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
        now: Time | None = None,
        min_trust: float = 0.0,
        weights: Mapping[str, float] | None = None,
        vector: Sequence[float] | None = None,
    ) -> Iterator[Hit]:
        """The hits of `search`, one after the other. Their texts are read as they are asked for, a few at first.

        Use it for many hits of which you want the first ones at once. The first 50 are those of a search for 50, which
        takes a tenth of the time of one for 1,000. What a deeper search finds in addition follows.

        Raises as `search` does, at once. A block that is forgotten meanwhile is skipped.
        """
        asked, code = self._question(query, vector)
        if code is None:
            code = self._embedder.encode_query(asked)  # once for both searches

        def rank(k: int) -> Ranked:
            options = self._options(
                [asked], k, namespace, where, near, history, exact, weights, as_of, now, min_trust, code
            )
            return self._found(*options).hits(0)

        first = rank(min(inputs.count(k, "k", limits.K_MAX), STREAM_FIRST))
        return self._streamed(first, k, rank)

    def _streamed(self, first: Ranked, k: int, rank: Callable[[int], Ranked]) -> Iterator[Hit]:
        """The first hits, then those of a deeper search that are not among them."""
        for part in slices(first):
            yield from self._hits_as_of_now(part)
        if k > STREAM_FIRST:
            given = {hit[0] for hit in first}
            rest = [hit for hit in rank(k) if hit[0] not in given][: k - len(first)]
            for part in slices(rest):
                yield from self._hits_as_of_now(part)

    def context(
        self,
        query: str,
        *,
        max_tokens: int = 1_000,
        namespace: Namespace = "",
        where: Mapping[str, object] | None = None,
        near: Near | None = None,
        as_of: Time | None = None,
        now: Time | None = None,
        min_trust: float = 0.0,
        weights: Mapping[str, float] | None = None,
    ) -> Context:
        """What is known about a query, as text for a prompt of at most `max_tokens` tokens.

        It contains the blocks that answer best, each only if it says something new, by conversation and in the order in
        which they were said. Every line has the date, who said it and the id to cite.

        Tokens are estimated, on the safe side. A block that does not fit is left out, and nothing says so: where none
        fits, the text is empty, as it is where nothing is found. The other arguments are those of `search`.
        """
        from greeum.context import candidates, compose

        most = inputs.count(max_tokens, "max_tokens", limits.CONTEXT_TOKENS_MAX)
        hits = self.search(
            query, k=candidates(most), namespace=namespace, where=where, near=near, as_of=as_of,
            now=now, min_trust=min_trust, weights=weights,
        )  # fmt: skip
        return compose(hits, most, self._index.zone)

    def _question(self, query: str, vector: Sequence[float] | None) -> tuple[str, bytes | None]:
        """A query, checked, and the code of the vector that came with it."""
        asked = inputs.string(query, "query", limits.QUERY_BYTES_MAX, empty=vector is not None)
        return asked, None if vector is None else self._drafter.given(vector)

    def _options(
        self,
        queries: Sequence[str],
        k: int,
        namespace: Namespace,
        where: Mapping[str, object] | None,
        near: Near | None,
        history: bool,
        exact: bool,
        weights: Mapping[str, float] | None,
        as_of: Time | None,
        now: Time | None,
        min_trust: float,
        code: bytes | None,
    ) -> tuple[Asked, Options]:
        """Queries, each with its vector (`code`, if it is not to be made of each), and what a search for them is asked
        with, all checked. After it the Index has every change that anybody has been told of, and what it starts from.
        """
        where_json = inputs.where(where, min_trust)
        then = inputs.optional_time(as_of, "as_of", self._follower.zone)
        asked_at = inputs.optional_time(now, "now", self._follower.zone)
        scope = inputs.namespace(namespace)
        k = inputs.count(k, "k", limits.K_MAX)
        start = [] if near is None else self._starts.of(near, scope, then)
        is_history, is_exact = inputs.truth(history, "history"), inputs.truth(exact, "exact")
        encode = self._embedder.encode_query
        asked = [(query, encode(query) if code is None else code) for query in queries]
        # It may start from a block whose add has not returned yet.
        changes = self._follower.catch_up() if start else self._follower.keep_up()
        own = self._kept_weights.of(scope, weights, changes)
        return asked, (k, scope, where_json, start, is_history, self._now_us(), is_exact, own, then, asked_at)

    def _found(self, asked: Asked, options: Options, left_us: Callable[[], int] | None = None) -> _core.Found:
        """The answers of the Index to queries (see `_options`); `left_us` says how long each may take."""
        found = self._index.search(asked, *options, None if left_us is None else left_us())
        self._echoes.note(options[1], [query for query, _ in asked], found)
        return found

    def _hits(self, found: Ranked) -> list[Hit]:
        return shown(found, self._follower.kept.rows([hit[0] for hit in found]))

    def _hits_as_of_now(self, found: Ranked) -> list[Hit]:
        """Some time after they were found: what has been forgotten since by another process may still be kept here."""
        return shown(found, {row[0]: row for row in self._store.blocks([hit[0] for hit in found])})


def shown(found: Ranked, rows: Mapping[int, BlockRow]) -> list[Hit]:
    """Hits with their rows. A block that was forgotten a moment ago is no longer among these."""
    return [Hit(rows[block], score, parts) for block, score, parts in found if block in rows]


def query_texts(queries: Iterable[str]) -> list[str]:
    """Several queries, each one looked at."""
    asked = inputs.several(queries, "queries", "must be several strings")
    return [inputs.string(query, f"queries[{i}]", limits.QUERY_BYTES_MAX) for i, query in enumerate(asked)]


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
