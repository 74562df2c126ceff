"""What is kept from one search to the next is never older than what was written."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest

from greeum import limits, wiring
from greeum.errors import InvalidInput
from greeum.kept import BUDGET, Budget, KeptBlocks
from greeum.store.memory import MemoryStore
from greeum.store.protocol import Draft
from greeum.testing import TinyEmbedder, memory


class Reads(MemoryStore):
    """A store that counts what is read of it, and does something while it is being read."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[int] = []
        self.meanwhile: Any = lambda: None

    def blocks(self, ids: Sequence[int]) -> list[Any]:
        rows = super().blocks(ids)
        self.read += ids
        self.meanwhile()
        return rows


def test_what_is_more_than_one_answer_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    store = filled(200)
    kept = KeptBlocks(store)
    size = len(kept.json([1])[1])
    monkeypatch.setattr(limits, "ANSWER_BYTES_MAX", 70 * size)
    assert len(kept.json(range(1, 60))) == 59
    for _ in range(2):
        with pytest.raises(InvalidInput) as caught:
            kept.json(range(1, 201))
        assert caught.value.field == "k"
    assert max(store.read) < 200


def test_what_was_just_added_need_not_be_read() -> None:
    store = Reads()
    with wiring.join(store, TinyEmbedder(), None) as memory:
        first = memory.add("The harbour is closed.", kind="fact", source="alice")
        assert memory.add("The harbour is shut.", kind="fact", source="alice").id != first.id
        assert [hit.block.text for hit in memory.search("harbour closed", k=1)] == ["The harbour is closed."]
        assert store.read == []
        wiring.join(store, TinyEmbedder(), None).update(first.id, importance=1)
        store.read.clear()
        assert memory.search("harbour closed", k=1)[0].block.importance == 1
        assert store.read == [first.id]


def filled(count: int) -> Reads:
    store = Reads()
    store.add(
        [
            Draft(uid=f"{i:032x}", namespace="", text=f"text {i}", kind="note", at=i, added_at=i, vectors=b"")
            for i in range(count)
        ]
    )
    return store


def texts(kept: KeptBlocks, ids: Sequence[int]) -> dict[int, str]:
    return {block: json.loads(found)["text"] for block, found in kept.json(ids).items()}


def test_what_was_read_once_is_not_read_again_until_it_changes() -> None:
    store = filled(3)
    kept = KeptBlocks(store, Budget(10_000))
    assert texts(kept, [1, 2, 9]) == {1: "text 0", 2: "text 1"}
    assert texts(kept, [1, 2, 3]) == {1: "text 0", 2: "text 1", 3: "text 2"}
    assert store.read == [1, 2, 9, 3]
    store.revise(2, {"kind": "fact"})
    kept.drop([2])
    assert json.loads(kept.json([2])[2])["kind"] == "fact"
    kept.clear()
    assert texts(kept, [1]) == {1: "text 0"}
    assert store.read == [1, 2, 9, 3, 2, 1]


def test_rows_are_kept_and_dropped_with_the_json() -> None:
    store = filled(2)
    kept = KeptBlocks(store, Budget(10_000))
    assert kept.rows([1, 9]) == {1: store._rows[1]}
    assert kept.rows([1, 2]) == {1: store._rows[1], 2: store._rows[2]}
    kept.json([1])
    assert store.read == [1, 9, 2, 1]
    store.revise(1, {"kind": "fact"})
    kept.drop([1])
    assert kept.rows([1, 2])[1][5] == "fact"
    assert json.loads(kept.json([1])[1])["kind"] == "fact"


def test_who_asks_while_it_is_closed_takes_up_no_room() -> None:
    store, budget = filled(1), Budget(10_000)
    kept = KeptBlocks(store, budget)
    kept.json([1])
    kept.rows([1])
    kept.close()
    assert texts(kept, [1]) == {1: "text 0"}
    assert kept.rows([1])
    assert budget.bytes == 0


def test_what_changes_while_it_is_read_is_not_kept() -> None:
    store = filled(1)
    kept = KeptBlocks(store, Budget(10_000))
    store.meanwhile = lambda: kept.drop([1])
    kept.json([1])
    kept.json([1])
    assert store.read == [1, 1]


def test_all_memories_together_keep_no_more_than_the_budget() -> None:
    budget = Budget(3_000)
    first, second = KeptBlocks(filled(20), budget), KeptBlocks(filled(20), budget)
    for block in range(1, 21):
        first.json([block])
        assert 0 < budget.bytes <= 3_000
        second.rows([block])
        assert 0 < budget.bytes <= 3_000
    first.clear()
    second.clear()
    assert budget.bytes == 0


def test_a_closed_memory_keeps_nothing() -> None:
    before = BUDGET.bytes
    with memory() as m:
        block = m.add("The ferry leaves at nine.")
        assert json.loads(m.search_json("ferry")) == [hit.to_dict() for hit in m.search("ferry")]
        assert BUDGET.bytes > before
        m.update(block.id, importance=0.9)
        assert m.search("ferry")[0].block.importance == m.search_many(["ferry"])[0][0].block.importance == 0.9
        assert json.loads(m.search_json("ferry"))[0]["block"]["importance"] == 0.9
        m.forget(block.id)
        assert m.search_json("ferry") == b"[]" and m.search("ferry") == []
    assert BUDGET.bytes == before
