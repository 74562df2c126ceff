"""What every Memory must do with a request that is made again, since nobody knew whether it was done. See `memory`."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from tests.conformance.memory import HOUR, NOW, everything, facts, ids, texts

from greeum import Block, Memory
from greeum.errors import Conflict, InvalidInput, NotFound
from greeum.testing import FrozenClock


class TestRepeatedRequests:
    def test_the_same_again_adds_nothing(self, memory: Memory, clock: FrozenClock) -> None:
        first = memory.add("I moved to Busan.", namespace="acme/alice", idempotency_key="request 1")
        before = facts(memory)
        clock.advance(60)
        again = memory.add("I moved to Busan.", namespace=["acme", "alice"], idempotency_key="request 1", source="bob")
        assert again == first
        assert facts(memory) == before
        assert everything(memory) == [first]

    def test_another_text_is_a_conflict(self, memory: Memory) -> None:
        memory.add("I moved to Busan.", idempotency_key="r")
        before = facts(memory)
        others: list[dict[str, Any]] = [{"text": "I moved to Seoul."}, {"text": "I moved to Busan.", "key": "home"}]
        for other in others:
            with pytest.raises(Conflict, match="idempotency key"):
                memory.add(**other, idempotency_key="r")
        assert facts(memory) == before

    def test_without_a_key_or_with_another_it_is_another_request(self, memory: Memory) -> None:
        blocks = [memory.add("hello", idempotency_key=key) for key in ("a", "b", None, None, "A")]
        assert len({block.uid for block in blocks}) == 5
        assert all(len(block.uid) == 32 for block in blocks)

    def test_a_key_belongs_to_its_namespace(self, memory: Memory) -> None:
        here = memory.add("hello", namespace="a", idempotency_key="r")
        there = memory.add("hello there", namespace="b", idempotency_key="r")
        assert memory.add("hello", namespace="a", idempotency_key="r") == here
        assert memory.add("hello there", namespace="b", idempotency_key="r") == there

    @pytest.mark.parametrize("key", ["", " ", "x" * 257, "a\0b", 5, b"r"])
    def test_a_key_is_a_name(self, memory: Memory, key: Any) -> None:
        block = memory.add("hello")
        before = facts(memory)
        for act in (
            lambda: memory.add("hello", idempotency_key=key),
            lambda: memory.add_many([{"text": "hello"}], idempotency_key=key),
            lambda: memory.update(block.id, text="hi", idempotency_key=key),
        ):
            with pytest.raises(InvalidInput) as caught:
                act()
            assert caught.value.field == "idempotency_key"
        assert facts(memory) == before

    def test_a_batch_is_repeated_as_a_whole_or_in_part(self, memory: Memory) -> None:
        items: list[dict[str, Any]] = [{"text": text, "namespace": text} for text in ("one", "two", "three")]
        blocks = memory.add_many(items, idempotency_key="r")
        before = facts(memory)
        assert memory.add_many(items, idempotency_key="r") == blocks
        assert memory.add_many(items[:2], idempotency_key="r") == blocks[:2]
        assert facts(memory) == before
        more = memory.add_many([*items, {"text": "four"}], idempotency_key="r")
        assert more[:3] == blocks
        assert texts(everything(memory)) == ["one", "two", "three", "four"]

    def test_a_batch_that_differs_adds_nothing(self, memory: Memory) -> None:
        memory.add_many([{"text": "one"}, {"text": "two"}], idempotency_key="r")
        before = facts(memory)
        with pytest.raises(Conflict):
            memory.add_many([{"text": "one"}, {"text": "2"}, {"text": "three"}], idempotency_key="r")
        with pytest.raises(Conflict):
            memory.add_many([{"text": "two"}, {"text": "one"}], idempotency_key="r")
        assert facts(memory) == before

    def test_equal_blocks_of_one_batch_are_two(self, memory: Memory) -> None:
        blocks = memory.add_many([{"text": "yes"}] * 2, idempotency_key="r")
        assert len(set(ids(blocks))) == 2
        assert memory.add_many([{"text": "yes"}] * 2, idempotency_key="r") == blocks

    def test_what_was_corrected_since_comes_in_its_newest_version(self, memory: Memory) -> None:
        old = memory.add("one", idempotency_key="r", key="k")
        newest = memory.update(memory.update(old.id, text="two").id, text="three")
        assert memory.add("one", idempotency_key="r", key="k") == newest
        with pytest.raises(Conflict):
            memory.add("one", key="k")

    def test_what_was_forgotten_since_is_added_anew(self, memory: Memory) -> None:
        first, second = memory.add_many([{"text": "one"}, {"text": "two"}], idempotency_key="r")
        memory.forget(first.id)
        again = memory.add_many([{"text": "one"}, {"text": "two"}], idempotency_key="r")
        assert again[0].id > second.id
        assert again[1] == second
        assert again[0].uid == first.uid

    def test_an_anchor_does_not_move_twice(self, memory: Memory) -> None:
        start = memory.add("start")
        memory.anchors.set("A", start.id)
        block = memory.add("next", near="A", idempotency_key="r")
        before = facts(memory)
        assert memory.add("next", near="A", idempotency_key="r") == block
        assert facts(memory) == before
        assert [link.target for link in memory.links(block.id)] == [start.id]

    def test_threads_that_ask_for_the_same_at_once(self, memory: Memory) -> None:
        def add(_: int) -> list[int]:
            return ids(memory.add_many([{"text": "one"}, {"text": "two"}], idempotency_key="r"))

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(add, range(24)))
        assert len(set(map(tuple, answers))) == 1
        assert facts(memory)["blocks"] == 2


class TestRepeatedCorrections:
    def test_the_same_again_is_the_correction_that_is_there(self, memory: Memory, clock: FrozenClock) -> None:
        old = memory.add("May", key="home")
        new = memory.update(old.id, text="June", importance=0.75, revision=1, idempotency_key="r")
        before = facts(memory)
        clock.advance(60)
        assert memory.update(old.id, text="June", importance=0.75, revision=1, idempotency_key="r") == new
        assert facts(memory) == before
        newest = memory.update(new.id, text="July")
        assert memory.update(old.id, text="June", idempotency_key="r") == newest

    def test_a_job_that_is_run_again_does_nothing(self, memory: Memory) -> None:
        def job() -> list[Block]:
            block = memory.add("May", idempotency_key="add")
            corrected = memory.update(block.id, text="June", idempotency_key="correct")
            rated = memory.update(corrected.id, importance=0.75, idempotency_key="rate")
            return [corrected, rated]

        first = job()
        before = facts(memory)
        assert job() == [first[1], first[1]]
        assert facts(memory) == before

    def test_another_correction_is_a_conflict(self, memory: Memory) -> None:
        old, other = memory.add("May"), memory.add("Monday")
        memory.update(old.id, text="June", idempotency_key="r")
        before = facts(memory)
        corrections: list[dict[str, Any]] = [
            {"block": old.id, "text": "July", "idempotency_key": "r"},
            {"block": other.id, "text": "June", "idempotency_key": "r"},
            {"block": old.id, "text": "June", "idempotency_key": "another"},
            {"block": old.id, "text": "June"},
        ]
        for arguments in corrections:
            with pytest.raises(Conflict):
                memory.update(**arguments)
        with pytest.raises(Conflict):
            memory.add("June", idempotency_key="r")
        assert facts(memory) == before

    def test_fields_that_say_so_already_are_left_alone(self, memory: Memory) -> None:
        block = memory.add("hello", tags=["a"])
        fields: dict[str, Any] = {"tags": ["b"], "importance": 0.75, "expires_at": NOW + HOUR, "idempotency_key": "r"}
        after = memory.update(block.id, revision=1, **fields)
        before = facts(memory)
        assert memory.update(block.id, revision=1, **fields) == after
        assert memory.update(block.id, **fields) == after
        assert after.revision == 2
        assert facts(memory) == before
        assert memory.update(block.id, tags=["b"]) == after, "without a key too: what changes nothing is no change"

    def test_fields_that_were_changed_since_are_set_again_or_refused(self, memory: Memory) -> None:
        block = memory.add("hello", importance=0.1)
        memory.update(block.id, importance=0.2, revision=1, idempotency_key="r")
        memory.update(block.id, importance=0.3)
        with pytest.raises(Conflict, match=r"[Rr]evision|tag"):
            memory.update(block.id, importance=0.2, revision=1, idempotency_key="r")
        assert memory.update(block.id, importance=0.2, idempotency_key="r").revision == 4

    def test_what_is_not_there_or_superseded_is_said(self, memory: Memory) -> None:
        with pytest.raises(NotFound):
            memory.update(999, importance=0.2, idempotency_key="r")
        old = memory.add("one", importance=0.5)
        new = memory.update(old.id, text="two")
        with pytest.raises(Conflict, match="superseded"):
            memory.update(old.id, importance=0.2, idempotency_key="r")
        assert memory.update(old.id, importance=0.5, idempotency_key="r") == new

    def test_threads_that_ask_for_the_same_at_once(self, memory: Memory) -> None:
        old = memory.add("May")

        def correct(_: int) -> int:
            return memory.update(old.id, text="June", idempotency_key="r").id

        def rate(_: int) -> int:
            return memory.update(new, importance=0.75, idempotency_key="s").revision

        with ThreadPoolExecutor(8) as pool:
            [new] = set(pool.map(correct, range(16)))
            assert set(pool.map(rate, range(16))) == {2}
        assert len(memory.history(old.id)) == 2
