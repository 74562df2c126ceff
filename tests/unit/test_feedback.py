"""Feedback: what one judgement takes from the Index, and what it leaves behind."""

from __future__ import annotations

import json
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

import greeum
from greeum import Memory, feedback, testing
from greeum.embed.given import GivenVectors
from greeum.errors import StoreReadOnly
from greeum.learning import LEARNABLE

QUERY = "xylophone melody"


def fill(memory: Memory) -> list[int]:
    texts = ["The xylophone was tuned.", "A melody for the xylophone.", "Rain again.", "A melody hummed by Ben."]
    return [block.id for block in memory.add_many({"text": text, "kind": "note"} for text in texts)]


def steps(memory: Memory, namespace: str = "") -> dict[str, float]:
    kept = memory._store.weights(namespace)
    assert kept is not None
    found: dict[str, float] = json.loads(kept)["learnt"]["steps"]
    return found


def test_evidence_for_the_good_one_gains_and_for_the_bad_one_loses() -> None:
    with testing.memory() as memory:
        plain, dear = (
            memory.add(text, kind="note", importance=importance, namespace=place).id
            for place, text, importance in (("a", "The xylophone here.", 0.0), ("b", "The xylophone there.", 1.0))
        )
        memory.feedback(QUERY, good=[dear], bad=[plain])
        assert steps(memory)["importance"] > 0
        memory.weights.reset()
        memory.feedback(QUERY, good=[plain], bad=[dear])
        assert steps(memory)["importance"] < 0


def test_the_same_judgements_teach_the_same() -> None:
    learnt = []
    for _ in range(2):
        with testing.memory() as memory:
            blocks = fill(memory)
            for good in (blocks[1], blocks[0], blocks[1]):
                memory.feedback(QUERY, good=[good])
            learnt.append(memory._store.weights(""))
    assert learnt[0] == learnt[1]


def test_nothing_that_is_kept_has_a_text_or_an_id_in_it() -> None:
    with testing.memory() as memory:
        blocks = fill(memory)
        memory.feedback(QUERY, good=[blocks[1]], bad=[blocks[3]], idempotency_key="of-alice")
        kept = memory._store.weights("")
        assert kept is not None
        own = json.loads(kept)
        assert own["set"] == {}
        assert set(own["learnt"]) == {"steps", "judgements", "gain", "spread", "requests"}
        assert set(own["learnt"]["steps"]) <= set(LEARNABLE)
        assert not any(word in kept for word in ("xylophone", "melody", "alice", "Ben"))


def test_no_file_holds_the_query(tmp_path: Path) -> None:
    with greeum.open(tmp_path) as memory:
        memory.feedback(f"zephyrine {QUERY}", good=[fill(memory)[1]])
        assert memory._store.weights("") is not None, "something was learnt"
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or b"zephyrine" not in path.read_bytes()


def test_a_vector_that_is_brought_is_the_query() -> None:
    with testing.memory(embedder=GivenVectors(3)) as memory:
        near = memory.add("The xylophone.", vector=[1, 0, 0])
        far = memory.add("The xylophone!", vector=[0, 1, 0], namespace="b")
        memory.feedback("", vector=[1, 0.1, 0], good=[near.id], bad=[far.id])
        towards = steps(memory)["vector"]
        memory.weights.reset()
        memory.feedback("", vector=[0.1, 1, 0], good=[near.id], bad=[far.id])
        assert steps(memory)["vector"] < 0 < towards


def test_what_is_said_at_the_same_time_is_all_learnt() -> None:
    with testing.memory() as memory:
        good = fill(memory)[1]
        threads = [Thread(target=memory.feedback, args=(QUERY,), kwargs={"good": [good]}) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert memory.weights.get().judgements == 8


def test_who_comes_second_keeps_both_and_searches_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with testing.memory() as memory:
        good = fill(memory)[1]
        swap, lesson = memory._store.swap_weights, feedback.Lesson
        searched: list[str] = []

        def searching(*arguments: Any) -> feedback.Lesson:
            searched.append("once")
            return lesson(*arguments)

        def overtaken(namespace: str, before: str | None, after: str | None) -> bool:
            monkeypatch.setattr(memory._store, "swap_weights", swap)
            memory.feedback(QUERY, good=[good])
            return swap(namespace, before, after)

        monkeypatch.setattr(feedback, "Lesson", searching)
        monkeypatch.setattr(memory._store, "swap_weights", overtaken)
        memory.feedback(QUERY, good=[good])
        assert memory.weights.get().judgements == 2
        assert searched == ["once", "once"], "once for each of the two"


def test_what_another_has_learnt_meanwhile_under_the_same_key_is_not_learnt_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with testing.memory() as memory:
        good = fill(memory)[1]
        swap = memory._store.swap_weights

        def overtaken(namespace: str, before: str | None, after: str | None) -> bool:
            monkeypatch.setattr(memory._store, "swap_weights", swap)
            memory.feedback(QUERY, good=[good], idempotency_key="of-alice")
            return swap(namespace, before, after)

        monkeypatch.setattr(memory._store, "swap_weights", overtaken)
        memory.feedback(QUERY, good=[good], idempotency_key="of-alice")
        assert memory.weights.get().judgements == 1


def test_a_memory_that_is_only_read_learns_nothing(tmp_path: Path) -> None:
    with greeum.open(tmp_path) as memory:
        good = fill(memory)[1]
    with greeum.open(tmp_path, read_only=True) as memory, pytest.raises(StoreReadOnly):
        memory.feedback(QUERY, good=[good])
