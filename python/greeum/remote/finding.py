"""The half of a memory that a server keeps which finds: searches, explanations, contexts."""

from __future__ import annotations

from greeum import inputs, limits
from greeum.finding import query_texts
from greeum.hits import Hits
from greeum.remote import bodies, rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from greeum.explanation import Explanation
    from greeum.finding import Answers
    from greeum.inputs import Namespace, Time
    from greeum.model import Context, Hit
    from greeum.remote.client import Client
    from greeum.reranking import Rerank
    from greeum.starts import Near


class RemoteFinding:
    """What finds blocks on a server."""

    if TYPE_CHECKING:
        _client: Client

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
        """As `Memory.search`. A function does not travel: `rerank` runs here, over what the server gives back; and
        `budget_ms` is the server's, beside the time on the way.
        """
        budget_s = inputs.rerank_budget_s(rerank, rerank_budget_ms)
        depth = k if rerank is None else max(inputs.count(k, "k", limits.K_MAX), limits.RERANKED_MIN)
        body = bodies.search(
            depth, namespace, where, near, history, exact, as_of, now, min_trust, weights, vector, budget_ms
        )
        body["query"] = bodies.quoted_query(query, may_be_empty=vector is not None)
        hits = self._client.question("/v1/search", body, hits_in)
        if rerank is None:
            return hits
        from greeum.reranking import reranked

        return reranked(query, hits, k, rerank, budget_s)

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
        """As `Memory.stream`."""
        body = bodies.search(k, namespace, where, near, history, exact, as_of, now, min_trust, weights, vector)
        body["query"] = bodies.quoted_query(query, may_be_empty=vector is not None)
        return self._client.records("/v1/search", body, rows.hit)

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
        """As `Memory.search_many`, in as many requests as it takes."""
        body = bodies.search(
            k, namespace, where, near, history, exact, as_of, now, min_trust, weights, budget_ms=budget_ms
        )
        answers: Answers = []
        for batch in bodies.batches([bodies.quoted(query) for query in query_texts(queries)], k):
            body["queries"] = bodies.array(batch)
            answers += self._client.question("/v1/search:batch", body, answers_in)
        return answers

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
        now: Time | None = None,
        min_trust: float = 0.0,
        weights: Mapping[str, float] | None = None,
        vector: Sequence[float] | None = None,
    ) -> Explanation:
        """As `Memory.explain`."""
        from greeum.remote.explanations import explanation

        body = bodies.search(k, namespace, where, near, history, exact, as_of, now, min_trust, weights, vector)
        body["query"] = bodies.quoted_query(query, may_be_empty=vector is not None)
        body["block"] = str(inputs.block_id(block))
        return self._client.question("/v1/explain", body, explanation)

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
        """As `Memory.context`."""
        body = bodies.scope(namespace, where, min_trust) | bodies.evidence(near, weights) | bodies.moment(as_of, now)
        body["query"] = bodies.quoted_query(query, may_be_empty=False)
        body["max_tokens"] = str(inputs.count(max_tokens, "max_tokens", limits.CONTEXT_TOKENS_MAX))
        return self._client.question("/v1/context", body, rows.context)


def hits_in(answer: Any) -> Hits:
    """The hits of an answer, and what was left out of it if it had a budget."""
    fields = rows.mapping(answer)
    return Hits(rows.several(rows.hit, fields["hits"]), rows.several(rows.string, fields.get("left_out", [])))


def answers_in(answer: Any) -> list[Hits]:
    """The hits of each of several queries."""
    fields = rows.mapping(answer)
    answers = rows.several(rows.hits, fields["answers"])
    left_out = [rows.several(rows.string, stages) for stages in fields.get("left_out", [[] for _ in answers])]
    return [Hits(hits, stages) for hits, stages in zip(answers, left_out, strict=True)]
