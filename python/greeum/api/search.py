"""Searching over HTTP: one query, several at once, or its hits as they come."""

from __future__ import annotations

from itertools import chain, islice, repeat
from time import perf_counter
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType
from msgspec.json import decode, encode

from greeum import limits
from greeum.api import answers, encoding, wire
from greeum.api.http import EVENTS, JSON, NDJSON, Answer
from greeum.api.routes import Operation
from greeum.errors import InvalidInput
from greeum.hits import STREAM_FIRST, STREAM_SLICES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from greeum import Hit, Memory
    from greeum.api.http import Call

AT_ONCE_K_MAX = 100
"""Hits that the event loop reads and writes itself: ten times as many take it a millisecond."""


class SearchOptions(wire.Request):
    k: wire.K = 10
    namespace: wire.Namespace = ""
    where: wire.Where = None
    near: wire.Near = None
    history: Annotated[
        bool, Meta(description="Whether superseded versions, and what holds no longer or not yet, may be hits.")
    ] = False
    exact: Annotated[bool, Meta(description="Whether to score every block, whatever it takes.")] = False
    as_of: wire.AsOf = None
    now: wire.Now = None
    min_trust: wire.MinTrust = 0.0
    weights: wire.Weights = None


BudgetMs = Annotated[
    float | None,
    Meta(
        description="How long a query may take; what there was no time for is in `left_out`. Only for answers in JSON.",
        extra_json_schema={"exclusiveMinimum": 0, "maximum": limits.SEARCH_BUDGET_MS_MAX},
    ),
]


class OneQuery(SearchOptions, kw_only=True):
    query: wire.Query
    vector: wire.Vector = None


class Search(OneQuery, kw_only=True):
    """What to find, and where."""

    budget_ms: BudgetMs = None


class SearchMany(SearchOptions, kw_only=True):
    """Several queries, with the same options for all."""

    queries: Annotated[list[wire.Query], Meta(max_length=limits.QUERIES_MAX)]
    budget_ms: BudgetMs = None


Stage = Literal["graph", "words", "vector", "tokens", "candidates", "turns", "home"]


class Hits(answers.Answered):
    """Best first."""

    hits: list[answers.Hit]
    left_out: Annotated[
        list[Stage] | UnsetType, Meta(description="What there was no time for; only where a budget was given.")
    ] = UNSET


class HitsOfQueries(answers.Answered):
    """The hits of each query, in the order of the queries."""

    answers: list[list[answers.Hit]]
    left_out: Annotated[
        list[list[Stage]] | UnsetType,
        Meta(description="What there was no time for, of each query; only where a budget was given."),
    ] = UNSET


def is_quick(call: Call) -> bool:
    """Whether the event loop does it itself, while others wait. Measured with 64 connections, all that is not the
    search takes 41 µs of processor time for one that is made at once, and 72 µs for one in a thread.
    """
    body = call.body
    k_max = AT_ONCE_K_MAX if call.accepted == JSON else STREAM_FIRST
    if body.get("k", 10) > k_max or body.get("exact", False):
        return False
    if body.get("budget_ms") is not None:
        return False
    assert call.visitor is not None
    if not (call.worker.pace_of(call.visitor).allows() and call.visitor.memory.at_hand):
        return False
    call.at_once = True
    return True


def search(memory: Memory, call: Call) -> Answer:
    """The blocks that answer best, best first; `Accept` chooses between all at once and one by one."""
    if call.body.get("budget_ms") is not None:
        return bounded(memory, call)
    began_s = perf_counter()
    answer = whole(memory, call) if call.accepted == JSON else streamed(memory, call)
    if call.at_once:
        assert call.visitor is not None
        call.worker.pace_of(call.visitor).note(perf_counter() - began_s)
    return answer


def whole(memory: Memory, call: Call) -> Answer:
    """All hits at once."""
    found = memory.search_json(**without_budget(call.body))
    return Answer(b'{"hits":' + found + b"}", records=records_in(call, [found]))


def bounded(memory: Memory, call: Call) -> Answer:
    """The hits that were found in time, and what there was no time for."""
    if call.accepted != JSON:
        raise InvalidInput(
            "budget_ms", "is for an answer in JSON: one that comes as a stream cannot say what is left out"
        )
    hits = memory.search(**call.body)
    return Answer(b'{"hits":' + encoding.hits(hits) + b',"left_out":' + encode(hits.left_out) + b"}", records=len(hits))


def without_budget(body: dict[str, Any]) -> dict[str, Any]:
    """A search's options where there is no budget, for what cannot say what was left out."""
    return {name: value for name, value in body.items() if name != "budget_ms"} if "budget_ms" in body else body


def streamed(memory: Memory, call: Call) -> Answer:
    """The hits as they come, the first with the head. What can be refused is refused before the answer begins."""
    found = pieces(memory.stream(**without_budget(call.body)), as_events=call.accepted == EVENTS)
    return Answer(next(found, b""), media_type=call.accepted, pieces=found)


def pieces(stream: Iterator[Hit], *, as_events: bool) -> Iterator[bytes]:
    """Those whose texts are read together are sent together; with the last of them what ends a stream of events."""
    written = encoding.hit_events if as_events else encoding.hit_lines
    total = 0
    for size in chain(STREAM_SLICES, repeat(STREAM_SLICES[-1])):
        hits = list(islice(stream, size))
        total += len(hits)
        if len(hits) < size:
            break
        yield written(hits)
    yield written(hits) + (b"event: done\ndata: " + encode({"hits": total}) + b"\n\n" if as_events else b"")


def search_many(memory: Memory, call: Call) -> Answer:
    """The hits of each query, in the order of the queries, with the same options for all."""
    check_amount(call.body)
    if call.body.get("budget_ms") is not None:
        return many_bounded(memory, call)
    found = memory.search_many_json(**without_budget(call.body))
    pieces = [b'{"answers":[', *chain.from_iterable(zip(found, repeat(b","))), b"]}"]
    if found:
        del pieces[-2]  # the comma after the last one
    return Answer(b"".join(pieces), records=records_in(call, found))


def many_bounded(memory: Memory, call: Call) -> Answer:
    """The hits of each query that were found in time, and what there was no time for."""
    found = memory.search_many(**call.body)
    answers = b",".join([encoding.hits(hits) for hits in found])
    if len(answers) > limits.ANSWER_BYTES_MAX:
        raise InvalidInput("k", f"asks for {len(answers):,} bytes; {limits.ANSWER_BYTES_MAX:,} may be in one answer")
    left_out = encode([hits.left_out for hits in found])
    return Answer(b'{"answers":[' + answers + b'],"left_out":' + left_out + b"}", records=sum(map(len, found)))


def check_amount(body: dict[str, Any]) -> None:
    """Raises InvalidInput for a batch that asks for more hits than are put into one answer."""
    queries, k = len(body["queries"]), min(body.get("k", 10), limits.K_MAX)
    if queries * k > limits.BATCH_HITS_MAX:
        reason = (
            f"ask for {queries * k:,} hits together; {limits.BATCH_HITS_MAX:,} may be: send fewer, or a smaller `k`"
        )
        raise InvalidInput("queries", reason)


def records_in(call: Call, found: list[bytes]) -> int | None:
    """How many hits there are, which only a trace wants to know."""
    return None if call.span is None else sum(len(decode(hits)) for hits in found)


OPERATIONS = (
    Operation(
        id="search", method="POST", path="/v1/search", handle=search, body=Search, answer=Hits,
        is_quick=is_quick,
        offers=(JSON, NDJSON, EVENTS), problems=("not-found", "embedder-failed"),
        streams=(
            (NDJSON, "One Hit a line, best first, as they are read."),
            (EVENTS, "Events `hit`, each a Hit, best first; then `done` with the number of hits."),
        ),
    ),
    Operation(
        id="search.many", method="POST", path="/v1/search:batch", handle=search_many, body=SearchMany,
        answer=HitsOfQueries, problems=("not-found", "embedder-failed"),
    ),
)  # fmt: skip
