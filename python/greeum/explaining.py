"""What `Memory.explain` asks the Index and the Store, to say why a search found a block or did not."""

from __future__ import annotations

from greeum import inputs, limits
from greeum.model import Block

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, TypeAlias

    from greeum import _core
    from greeum.anchors import Choice
    from greeum.embed.protocol import Embedder
    from greeum.explanation import Explanation, Step
    from greeum.follower import Follower
    from greeum.inputs import Namespace, Time
    from greeum.model import Anchor
    from greeum.store.protocol import BlockRow, Store
    from greeum.weights import KeptWeights

    Near: TypeAlias = str | int | Anchor | Choice
    Asked: TypeAlias = list[tuple[str, bytes | None]]
    """Queries, each with its vector."""
    Options: TypeAlias = tuple[
        int, str, str | None, list[tuple[int, int]], bool, int, bool, list[tuple[str, float]] | None, int | None
    ]
    """As the Index takes them: k, namespace, filter, where it starts, history, now, exact, weights, as of."""


LINK_WAYS = {"link": False, "back": True}
"""How the Index says that a link leads to a block, and whether it is read backwards: only the Store knows its kind."""


class Explaining:
    """The half of a memory that says why."""

    if TYPE_CHECKING:
        _store: Store
        _index: _core.Index
        _follower: Follower
        _embedder: Embedder
        _kept_weights: KeptWeights
        _now_us: Callable[[], int]

        def _starts(self, near: Near, namespace: str, then: int | None) -> list[tuple[int, int]]: ...
        def _code(self, vector: Sequence[float]) -> bytes: ...
        def _row(self, block: int) -> BlockRow: ...

    def _question(self, query: str, vector: Sequence[float] | None) -> tuple[str, bytes | None]:
        """A query, checked, and the code of the vector that came with it."""
        asked = inputs.string(query, "query", limits.QUERY_BYTES_MAX, empty=vector is not None)
        return asked, None if vector is None else self._code(vector)

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
        min_trust: float,
        code: bytes | None,
    ) -> tuple[Asked, Options]:
        """Queries, each with its vector (`code`, if it is not to be made of each), and what a search for them is asked
        with, all checked. After it the Index has every change that was there.
        """
        where_json = inputs.where(where, min_trust)
        then = inputs.optional_time(as_of, "as_of")
        scope = inputs.namespace(namespace)
        k = inputs.count(k, "k", limits.K_MAX)
        start = [] if near is None else self._starts(near, scope, then)
        is_history, is_exact = inputs.truth(history, "history"), inputs.truth(exact, "exact")
        encode = self._embedder.encode_query
        asked = [(query, encode(query) if code is None else code) for query in queries]
        changes = self._follower.catch_up()
        own = self._kept_weights.of(scope, weights, changes)
        return asked, (k, scope, where_json, start, is_history, self._now_us(), is_exact, own, then)

    def explain(
        self,
        query: str,
        block: int,
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
    ) -> Explanation:
        """Why a search with these options finds a block, or does not: its place, what keeps it out, and its score taken
        apart into weights, words, dates and the way from the anchor.

        The score is that of `search`. It is found out by searching once or twice more, so that `search` itself costs
        nothing for it. Raises as `search` does, and NotFound.
        """
        asked, code = self._question(query, vector)
        row = self._row(inputs.block_id(block))
        [question], options = self._options(
            [asked], k, namespace, where, near, history, exact, weights, as_of, min_trust, code
        )
        said = self._index.explain(question, *options, (row[0], row[4], labels_of(row), clauses(where, min_trust)))
        return explained(self._store, asked, row, said)


def explained(store: Store, query: str, row: BlockRow, said: str) -> Explanation:
    """What the Index says of a block, with what only the Store knows."""
    from json import loads

    from greeum.explanation import account, explanation

    fields = loads(said)
    score = fields["account"]
    found = None if score is None else account(score, path(store, score["path"]))
    return explanation(query, Block(row), fields, found)


def labels_of(row: BlockRow) -> list[str]:
    """The source and the tags of a block, by which it is found too."""
    from json import loads

    return [*([] if row[6] is None else [row[6]]), *loads(row[7])]


def clauses(where: Mapping[str, object] | None, min_trust: float) -> list[tuple[str, str]]:
    """Each field of a filter by itself, so that it can be said which does not hold."""
    from json import dumps

    each = [(f"where.{name}", {name: condition}) for name, condition in (where or {}).items()]
    least = [("min_trust", {"trust": {"gte": min_trust}})] if min_trust else []
    return [(name, dumps(clause, ensure_ascii=False, default=inputs.filter_value)) for name, clause in [*each, *least]]


def path(store: Store, steps: Sequence[Mapping[str, Any]]) -> list[Step]:
    """The way from the anchor, with the kinds of its links."""
    from greeum.explanation import Step

    way, before = list[Step](), 0
    for step in steps:
        block, by = step["block"], step["by"]
        backwards = LINK_WAYS.get(by, False)
        if by in LINK_WAYS:
            source, target = (block, before) if backwards else (before, block)
            by = kind_between(store, source, target)
        way.append(Step(block, by, backwards, step["weight"]))
        before = block
    return way


def kind_between(store: Store, source: int, target: int) -> str:
    """The kind of the strongest link from one block to another; "link" if it has gone since the search."""
    links = [link for link in store.links([source]) if link[1] == target]
    return max(links, key=lambda link: link[3])[2] if links else "link"
