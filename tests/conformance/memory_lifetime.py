"""What every Memory does with what is to end: blocks that expire, rules of retention, uses, maintenance."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.conformance.memory import HOUR, NOW, OpenMemory, facts, ids, texts

from greeum import Memory
from greeum.errors import Conflict, InvalidInput, NotFound
from greeum.testing import FrozenClock

DAY_S = 86_400.0


class TestTimeToLive:
    def test_seconds_or_a_timedelta_from_now(self, memory: Memory, clock: FrozenClock) -> None:
        first = memory.add("The door code is 4711.", ttl=3_600)
        second, third = memory.add_many(
            [{"text": "The gate code is 42.", "ttl": HOUR}, {"text": "A code.", "ttl": None}]
        )
        assert (first.expires_at, second.expires_at, third.expires_at) == (NOW + HOUR, NOW + HOUR, None)
        clock.advance(3_599)
        assert len(memory.search("code")) == 3
        clock.advance(1)
        assert ids(memory.search("code")) == [third.id]
        assert memory.count() == 1

    def test_an_update_counts_from_now_too(self, memory: Memory, clock: FrozenClock) -> None:
        block = memory.add("The door code is 4711.", ttl=60)
        clock.advance(30)
        assert memory.update(block.id, ttl=60).expires_at == NOW + timedelta(seconds=90)
        corrected = memory.update(block.id, text="The door code is 4712.", ttl=HOUR)
        assert corrected.expires_at == NOW + timedelta(seconds=30) + HOUR
        assert memory.update(corrected.id, ttl=None).expires_at is None

    @pytest.mark.parametrize("bad", [0, -1, float("nan"), float("inf"), 1e12, True, "1h", timedelta(0), timedelta.max])
    def test_what_is_no_time_is_refused(self, memory: Memory, bad: Any) -> None:
        block = memory.add("hello")
        before = facts(memory)
        with pytest.raises(InvalidInput) as caught:
            memory.add("hello", ttl=bad)
        assert caught.value.field == "ttl"
        with pytest.raises(InvalidInput) as caught:
            memory.update(block.id, ttl=bad)
        assert caught.value.field == "ttl"
        with pytest.raises(InvalidInput) as caught:
            memory.add_many([{"text": "hello"}, {"text": "hello", "ttl": bad}])
        assert caught.value.field == "blocks[1].ttl"
        assert facts(memory) == before

    def test_to_say_it_twice_is_refused(self, memory: Memory) -> None:
        block = memory.add("hello")
        with pytest.raises(InvalidInput, match="ttl"):
            memory.add("hello", ttl=60, expires_at=NOW)
        for ttl in (60, None):
            with pytest.raises(InvalidInput, match="ttl"):
                memory.update(block.id, ttl=ttl, expires_at=NOW)


class TestExpired:
    def test_what_has_expired_can_be_listed_and_counted(self, memory: Memory, clock: FrozenClock) -> None:
        memory.add("stays", namespace="a")
        later = memory.add("expires later", namespace="a", ttl=7_200, at=NOW, valid_from="2030-01-01")
        sooner = memory.add("expires sooner", namespace="a/b", ttl=3_600, at=NOW - HOUR)
        memory.add("expires elsewhere", namespace="c", ttl=3_600)
        assert memory.list(expired=True) == []
        clock.advance(7_200)
        assert ids(memory.list(namespace="a", expired=True)) == [sooner.id, later.id]
        assert ids(memory.list(namespace="a", expired=True, newest_first=True)) == [later.id, sooner.id]
        assert memory.count(expired=True) == 3
        assert memory.count(namespace="a", where={"namespace": "a/b"}, expired=True) == 1
        assert texts(memory.list()) == ["stays"]

    def test_page_by_page(self, memory: Memory, clock: FrozenClock) -> None:
        added = memory.add_many({"text": f"turn {number}", "ttl": 60} for number in range(5))
        clock.advance(60)
        page = memory.list(expired=True, limit=3)
        clock.advance(1)
        rest = memory.list(expired=True, limit=3, cursor=page.cursor)
        assert ids([*page, *rest]) == ids(added)
        assert rest.cursor is None
        with pytest.raises(InvalidInput, match="cursor"):
            memory.list(cursor=page.cursor)

    def test_older_versions_are_history(self, memory: Memory, clock: FrozenClock) -> None:
        old = memory.add("old", ttl=60)
        new = memory.update(old.id, text="new")
        clock.advance(60)
        assert ids(memory.list(expired=True)) == [new.id]
        assert {*ids(memory.list(expired=True, history=True))} == {old.id, new.id}
        assert memory.count(expired=True, history=True) == 2

    @pytest.mark.parametrize("text", ["Alice is at home.", "Alice has left."])
    def test_its_key_is_free_for_another(self, memory: Memory, clock: FrozenClock, text: str) -> None:
        old = memory.add("Alice is at home.", key="alice", kind="note", ttl=60)
        clock.advance(61)
        new = memory.add(text, key="alice", kind="note")
        assert (new.is_new, new.supersedes, new.duplicate_of) == (True, None, None)
        assert memory.get(key="alice") == new
        assert memory.get(old.id).key is None
        assert [block.id for block in memory.history(new.id)] == [new.id]
        with pytest.raises(Conflict):
            memory.add_many([{"text": "A third.", "kind": "note"}, {"text": "And a fourth.", "key": "alice"}])
        assert memory.get(key="alice") == new

    def test_a_request_that_fails_frees_no_key(self, memory: Memory, clock: FrozenClock) -> None:
        first = memory.add("Alice was at home.", key="alice", ttl=60)
        memory.update(first.id, text="Alice is at home.")
        memory.add("Bob is at home.", key="bob")
        clock.advance(61)
        with pytest.raises(Conflict):
            memory.add_many([{"text": "Alice has left.", "key": "alice"}, {"text": "Bob has left.", "key": "bob"}])
        assert [block.key for block in memory.history(first.id)] == ["alice", "alice"]
        assert memory.get(key="alice").text == "Alice is at home."

    def test_it_is_about_now(self, memory: Memory) -> None:
        for ask in (memory.list, memory.count):
            with pytest.raises(InvalidInput, match="expired"):
                ask(expired=True, as_of=NOW)
            with pytest.raises(InvalidInput, match="expired"):
                ask(expired=1)  # type: ignore[arg-type]


class TestUsing:
    def test_who_is_not_there_was_not_used(self, memory: Memory) -> None:
        block = memory.add("hello")
        with pytest.raises(NotFound, match="999"):
            memory.used([block.id, 999])
        with pytest.raises(InvalidInput, match="block"):
            memory.used("A")  # type: ignore[arg-type]

    def test_a_use_is_no_change_at_once(self, memory: Memory) -> None:
        block = memory.add("hello")
        before = facts(memory)
        memory.used(block.id)
        assert facts(memory) == before


class TestCountingUses:
    def test_they_are_counted_together(self, memory: Memory) -> None:
        first, second = memory.add_many([{"text": "hello"}, {"text": "world"}])
        memory.used(first.id)
        memory.used([first.id, second.id, first.id])
        assert memory.maintain().counts["uses"] == 2
        assert (memory.get(first.id).uses, memory.get(second.id).uses) == (2, 1)
        assert ids(memory.list(where={"uses": {"gte": 2}})) == [first.id]
        assert memory.maintain().counts["uses"] == 0

    def test_when_there_are_many_they_are_counted_at_once(self, memory: Memory) -> None:
        added = memory.add_many({"text": f"turn {number}"} for number in range(1_000))
        memory.used(ids(added[:-1]))
        assert memory.get(added[0].id).uses == 0
        memory.used(added[-1].id)
        assert {block.uses for block in memory.list(limit=1_000)} == {1}

    def test_what_was_forgotten_meanwhile_is_passed_over(self, memory: Memory) -> None:
        block = memory.add("hello")
        memory.used(block.id)
        memory.forget(block.id)
        assert memory.maintain().counts["uses"] == 0

    def test_searching_reading_and_contexts_are_no_uses(self, memory: Memory) -> None:
        block = memory.add("a violin", key="violin")
        memory.search("violin")
        memory.context("violin")
        memory.get(block.id)
        memory.get(key="violin")
        assert memory.maintain().counts["uses"] == 0


class TestFading:
    """The weights `uses`, `recency` and `half_life`."""

    def prior(self, memory: Memory, **weights: float) -> dict[int, float]:
        """What fading adds, in a memory so small that priors count for little: only how they compare is looked at."""
        found = memory.search("violin", weights={"personal": 0.0, **weights})
        return {hit.block.id: hit.parts["prior"] for hit in found}

    def test_what_was_used_comes_before_its_equal(self, memory: Memory) -> None:
        first, second = memory.add_many([{"text": "a violin", "namespace": name, "kind": "note"} for name in "ab"])
        assert ids(memory.search("violin")) == [second.id, first.id]
        for _ in range(4):
            memory.used(first.id)
        memory.maintain()
        assert ids(memory.search("violin")) == [first.id, second.id]
        once, twice = (self.prior(memory, uses=weight) for weight in (1.0, 2.0))
        assert (once[second.id], twice[second.id]) == (0.0, 0.0)
        assert twice[first.id] == pytest.approx(2 * once[first.id])
        assert once[first.id] > 0.0
        assert self.prior(memory, uses=0.0) == {first.id: 0.0, second.id: 0.0}

    def test_recency_halves_and_uses_slow_that_down(self, memory: Memory, clock: FrozenClock) -> None:
        first, second = memory.add_many([{"text": "a violin", "namespace": name, "kind": "note"} for name in "ab"])
        future = memory.add("a violin to come", namespace="c", kind="note", at=NOW + 100 * timedelta(days=1))
        memory.used(first.id)
        memory.maintain()

        def compared(**weights: float) -> list[float]:
            found = self.prior(memory, recency=1.0, uses=0.0, **weights)
            return [found[block.id] / found[future.id] for block in (first, second)]

        assert compared() == pytest.approx([1, 1])
        clock.advance(30 * DAY_S)
        assert compared() == pytest.approx([0.5**0.5, 0.5])
        assert compared(half_life=15) == pytest.approx([0.5, 0.25])
        assert self.prior(memory, uses=0.0) == pytest.approx({first.id: 0, second.id: 0, future.id: 0})

    def test_nothing_is_left_out(self, memory: Memory, clock: FrozenClock) -> None:
        memory.add_many({"text": "a violin", "namespace": str(number)} for number in range(20))
        clock.advance(10_000 * DAY_S)
        assert len(memory.search("violin", k=20, weights={"recency": 5.0})) == 20

    def test_a_half_life_is_more_than_nothing(self, memory: Memory) -> None:
        for bad in (0, -1):
            with pytest.raises(InvalidInput, match="half_life"):
                memory.search("violin", weights={"half_life": bad})


class TestRetention:
    def test_rules_are_set_listed_and_cleared(self, memory: Memory) -> None:
        memory.retention.set("acme", max_age=timedelta(days=30))
        rule = memory.retention.set(["acme", "alice"], "fact", max_age=60.5, max_blocks=7)
        assert (rule.namespace, rule.kind, rule.max_age, rule.max_blocks) == (
            "acme/alice", "fact", timedelta(seconds=60.5), 7,
        )  # fmt: skip
        assert memory.retention.list()[1] == rule
        assert rule.to_dict() == {
            "namespace": "acme/alice", "kind": "fact", "max_age": 60.5, "max_blocks": 7,
            "set_at": "2025-03-04T09:00:00Z",
        }  # fmt: skip
        assert memory.retention.rule("acme/alice/chat", "fact") == rule
        assert memory.retention.rule("acme/alice/chat") == memory.retention.list()[0]
        assert memory.retention.rule("acme2", "fact") is None
        memory.retention.clear("acme/alice", "fact")
        with pytest.raises(NotFound, match="fact"):
            memory.retention.clear("acme/alice", "fact")
        assert [one.namespace for one in memory.retention.list()] == ["acme"]
        assert "acme" in repr(memory.retention.list())

    def test_only_maintenance_applies_them(self, memory: Memory, clock: FrozenClock) -> None:
        old = memory.add("old", namespace="acme", at="1990-01-01")
        clock.advance(60)
        new = memory.add("new", namespace="acme", at="1980-01-01")
        memory.retention.set("acme", max_age=30)
        assert {*ids(memory.list())} == {old.id, new.id}
        assert {*ids(memory.search("old new"))} == {old.id, new.id}
        assert memory.maintain(dry_run=True).counts["outlived"] == 1
        assert {*ids(memory.list())} == {old.id, new.id}
        assert memory.maintain().counts["outlived"] == 1
        assert ids(memory.list()) == [new.id]
        with pytest.raises(NotFound):
            memory.get(old.id)

    def test_the_newest_so_many_are_kept(self, memory: Memory) -> None:
        added = memory.add_many({"text": f"turn {number}", "namespace": f"acme/{number % 3}"} for number in range(9))
        memory.retention.set("acme", max_blocks=4)
        memory.maintain()
        assert {*ids(memory.list())} == {*ids(added[-4:])}
        memory.retention.set("acme", max_blocks=0)
        memory.maintain()
        assert memory.count() == 0

    def test_a_closer_rule_may_keep_longer(self, memory: Memory, clock: FrozenClock) -> None:
        kept = memory.add("a fact", namespace="acme/alice", kind="fact")
        memory.add("a message", namespace="acme/alice")
        clock.advance(60)
        memory.retention.set(max_age=30)
        memory.retention.set("acme", "fact", max_age=3_600)
        memory.maintain()
        assert ids(memory.list()) == [kept.id]

    @pytest.mark.parametrize(
        ("field", "options"),
        [
            ("max_age", {}),
            ("max_age", {"max_age": 0}),
            ("max_age", {"max_age": "30d"}),
            ("max_blocks", {"max_blocks": -1}),
            ("max_blocks", {"max_blocks": 1.5}),
            ("kind", {"max_blocks": 1, "kind": ""}),
            ("namespace", {"max_blocks": 1, "namespace": "a//b"}),
        ],
    )
    def test_a_rule_that_says_nothing_is_refused(self, memory: Memory, field: str, options: dict[str, Any]) -> None:
        with pytest.raises(InvalidInput) as caught:
            memory.retention.set(**options)
        assert caught.value.field == field
        assert memory.retention.list() == []


class TestMaintaining:
    def test_what_has_expired_is_erased_after_a_time_of_grace(self, memory: Memory, clock: FrozenClock) -> None:
        block = memory.add("The door code is 4711.", ttl=60)
        newer = memory.update(block.id, text="The door code is 4712.")
        memory.link(memory.add("a note").id, newer.id)
        clock.advance(60 + DAY_S - 1)
        assert memory.maintain().counts["expired"] == 0
        assert ids(memory.history(newer.id)) == [block.id, newer.id]
        clock.advance(1)
        assert memory.maintain(dry_run=True).counts["expired"] == 1
        assert memory.maintain().counts["expired"] == 1
        for gone in (block, newer):
            with pytest.raises(NotFound):
                memory.get(gone.id)
        assert memory.stats()["links"] == 0

    def test_the_grace_may_be_none(self, memory: Memory, clock: FrozenClock) -> None:
        memory.add_many({"text": f"turn {number}", "ttl": 60} for number in range(3))
        clock.advance(60)
        assert memory.maintain(grace=HOUR).counts["expired"] == 0
        assert memory.maintain(grace=0).counts["expired"] == 3
        for bad in (-1, "1d", True):
            with pytest.raises(InvalidInput, match="grace"):
                memory.maintain(grace=bad)  # type: ignore[arg-type]

    def test_more_time_in_the_time_of_grace_saves_it(self, memory: Memory, clock: FrozenClock) -> None:
        block = memory.add("The door code is 4711.", ttl=60)
        clock.advance(61)
        memory.update(block.id, ttl=HOUR)
        assert memory.maintain(grace=0).counts["expired"] == 0
        assert ids(memory.list()) == [block.id]

    def test_a_dry_run_changes_nothing(self, memory: Memory, clock: FrozenClock) -> None:
        memory.add_many({"text": f"turn {number}", "ttl": 60} for number in range(3))
        memory.retention.set(max_blocks=1)
        memory.used(1)
        clock.advance(60)
        before = facts(memory)
        report = memory.maintain(dry_run=True, grace=0)
        assert report.dry_run
        assert (report.counts["uses"], report.counts["expired"], report.counts["outlived"]) == (1, 3, 2)
        assert facts(memory) == before

    def test_a_second_run_finds_nothing_to_do(self, memory: Memory, clock: FrozenClock) -> None:
        memory.add_many({"text": f"turn {number}", "ttl": 60 + number} for number in range(700))
        memory.retention.set(max_blocks=10)
        clock.advance(100)
        told: list[tuple[str, int]] = []
        first = memory.maintain(grace=0, progress=lambda step, done: told.append((step, done)))
        assert (first.counts["expired"], first.counts["outlived"]) == (41, 649)
        assert [pair for pair in told if pair[0] == "outlived"] == [
            ("outlived", 500),
            ("outlived", 649),
            ("outlived", 649),
        ]
        before = facts(memory)
        assert set(memory.maintain(grace=0).counts.values()) == {0}
        assert facts(memory) == before

    def test_interrupted_it_goes_on_from_there(self, memory: Memory, clock: FrozenClock) -> None:
        memory.add_many({"text": f"turn {number}", "ttl": 60} for number in range(1_200))
        clock.advance(60)

        def interrupt(step: str, done: int) -> None:
            if (step, done) == ("expired", 500):
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            memory.maintain(grace=0, progress=interrupt)
        assert memory.count(expired=True) == 700
        assert memory.maintain(grace=0).counts["expired"] == 700

    def test_the_report_says_what_was_done(self, memory: Memory) -> None:
        memory.add("hello")
        report = memory.maintain()
        document = report.to_dict()
        assert document["dry_run"] is False
        steps = document["steps"]
        assert isinstance(steps, list)
        assert [step["name"] for step in steps] == ["uses", "expired", "outlived", "links", "index", "log", "space"]
        assert all(step.keys() == {"name", "count", "unit", "seconds"} for step in steps)
        assert "expired 0" in repr(report)
        assert repr(report.steps[1]) == "Step(expired: 0 blocks)"

    def test_a_sound_memory_needs_no_repair(self, memory: Memory) -> None:
        memory.add("hello")
        before = facts(memory)
        assert memory.repair() == []
        assert facts(memory) == before


class TestReopeningUses:
    def test_a_close_counts_what_was_used(self, open_memory: OpenMemory) -> None:
        with open_memory() as memory:
            block = memory.add("hello")
            memory.used(block.id)
        with open_memory() as memory:
            assert memory.get(block.id).uses == 1
