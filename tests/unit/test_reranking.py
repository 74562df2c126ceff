"""A caller's own function over what a search found: in time, too late, and wrong."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from subprocess import run
from threading import Event, Thread
from typing import Any

import pytest

from greeum.errors import InvalidInput
from greeum.memory import Memory
from greeum.model import Hit
from greeum.reranking import AT_ONCE, Reranked
from greeum.rooted import Rooted
from greeum.testing import memory


@pytest.fixture
def said() -> Memory:
    told = memory()
    told.add_many(
        [{"text": f"An apple pie with {count} apples, said the cook.", "kind": "note"} for count in range(80)]
    )
    return told


def by_id(query: str, hits: Sequence[Hit]) -> list[float]:
    return [float(hit.block.id) for hit in hits]


def test_the_function_gets_the_query_and_fifty_hits_and_orders_them(said: Memory) -> None:
    calls: list[tuple[str, int]] = []

    def rerank(query: str, hits: Sequence[Hit]) -> list[float]:
        calls.append((query, len(hits)))
        return by_id(query, hits)

    first = said.search("apple pie", k=50)
    found = said.search("apple pie", k=3, rerank=rerank)
    assert calls == [("apple pie", 50)]
    assert isinstance(found, Reranked)
    assert (found.outcome, found.reason) == ("reranked", None)
    assert [hit.block.id for hit in found] == sorted((hit.block.id for hit in first), reverse=True)[:3]
    assert found[0].score == next(hit.score for hit in first if hit.block == found[0].block)


def test_equal_scores_keep_the_first_order(said: Memory) -> None:
    found = said.search("apple pie", k=60, rerank=lambda query, hits: [1] * len(hits))
    assert [hit.block.id for hit in found] == [hit.block.id for hit in said.search("apple pie", k=60)]


def test_what_is_late_leaves_the_first_order_and_says_so(said: Memory) -> None:
    goes_on = Event()

    def rerank(query: str, hits: Sequence[Hit]) -> list[float]:
        goes_on.wait()
        return by_id(query, hits)

    try:
        found = said.search("apple pie", k=3, rerank=rerank, rerank_budget_ms=1)
    finally:
        goes_on.set()
    assert isinstance(found, Reranked)
    assert found.outcome == "late"
    assert [hit.block.id for hit in found] == [hit.block.id for hit in said.search("apple pie", k=3)]


HANGS = """
from threading import Event
from greeum.testing import memory
with memory() as said:
    said.add("An apple pie.")
    print(said.search("apple pie", rerank=lambda query, hits: Event().wait(), rerank_budget_ms=1).outcome)
"""


def test_one_that_never_ends_keeps_no_process_from_ending() -> None:
    done = run([sys.executable, "-c", HANGS], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "late\n"


def test_as_many_as_may_run_at_once_and_the_next_is_late(said: Memory) -> None:
    goes_on = Event()
    began: list[str] = []

    def rerank(query: str, hits: Sequence[Hit]) -> list[float]:
        began.append(query)
        goes_on.wait()
        return by_id(query, hits)

    try:
        for number in range(AT_ONCE + 1):
            found = said.search(f"apple pie {number}", rerank=rerank, rerank_budget_ms=1)
            assert isinstance(found, Reranked)
            assert found.outcome == "late"
    finally:
        goes_on.set()
    assert f"apple pie {AT_ONCE}" not in began
    # Those that were late make room as they end.
    found = said.search("apple pie", rerank=by_id, rerank_budget_ms=60_000)
    assert isinstance(found, Reranked)
    assert found.outcome == "reranked"


def test_a_function_for_which_no_thread_can_be_started_takes_no_place(
    said: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(thread: Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(Thread, "start", refuse)
        for _ in range(AT_ONCE + 1):
            found = said.search("apple pie", rerank=by_id, rerank_budget_ms=1_000)
            assert isinstance(found, Reranked)
            assert (found.outcome, found.reason) == ("failed", "RuntimeError: can't start new thread")
    found = said.search("apple pie", rerank=by_id, rerank_budget_ms=60_000)
    assert isinstance(found, Reranked)
    assert found.outcome == "reranked"


@pytest.mark.parametrize(
    ("rerank", "reason"),
    [
        (lambda query, hits: 1 / 0, "ZeroDivisionError: division by zero"),
        (lambda query, hits: [1.0], "gave 1 scores for 50 hits"),
        (lambda query, hits: [float("nan")] * len(hits), "gave a score that is no finite number"),
        (lambda query, hits: ["high"] * len(hits), "gave a score that is no finite number"),
        (lambda query, hits: None, "gave NoneType, not a list of scores"),
    ],
)
def test_what_fails_leaves_the_first_order_and_says_why(said: Memory, rerank: Any, reason: str) -> None:
    found = said.search("apple pie", k=3, rerank=rerank)
    assert isinstance(found, Reranked)
    assert (found.outcome, found.reason) == ("failed", reason)
    assert [hit.block.id for hit in found] == [hit.block.id for hit in said.search("apple pie", k=3)]


def test_where_nothing_is_found_the_function_is_not_called(said: Memory) -> None:
    assert said.search("apple", namespace="elsewhere", rerank=lambda query, hits: 1 / 0) == []  # type: ignore[arg-type,return-value]


def test_a_confined_memory_takes_it_too(said: Memory) -> None:
    found = Rooted(said, "").search("apple pie", k=3, rerank=by_id)
    assert found[0].block.id > found[1].block.id > found[2].block.id


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"rerank": 3}, "rerank"),
        ({"rerank": by_id, "rerank_budget_ms": 0}, "rerank_budget_ms"),
        ({"rerank": by_id, "rerank_budget_ms": "soon"}, "rerank_budget_ms"),
        ({"rerank": by_id, "k": 0}, "k"),
    ],
)
def test_what_is_no_function_or_no_time_is_refused(said: Memory, options: Any, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        said.search("apple pie", **options)
    assert refused.value.field == field
