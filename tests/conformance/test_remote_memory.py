"""A memory on the other side of HTTP keeps every promise of a Memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import cast

import pytest
from tests.conformance import memory as memory_suite
from tests.conformance import (
    memory_duplicates,
    memory_explaining,
    memory_forgetting,
    memory_lifetime,
    memory_recall,
    memory_requests,
    memory_search,
    memory_transfer,
)
from tests.conformance.every_memory import *  # noqa: F403
from tests.conformance.memory import PARTS, OpenMemory, TestLookingAfterIt, tell  # noqa: F401
from tests.conformance.memory_forgetting import TestCertificates  # noqa: F401
from tests.conformance.memory_lifetime import TestCountingUses, TestReopeningUses, TestRetention  # noqa: F401
from tests.conformance.memory_recall import TestChanges  # noqa: F401
from tests.conformance.memory_transfer import TestReopening, TestTransfer  # noqa: F401
from tests.conformance.memory_zones import TestTimeZone  # noqa: F401
from tests.served import Loop, loop_in_a_thread, served

import greeum
from greeum import Memory, wiring
from greeum.embed.protocol import Embedder
from greeum.embed.static import StaticEmbedder
from greeum.store.sqlite import SQLiteStore
from greeum.testing import FrozenClock


@pytest.fixture(scope="module")
def loop() -> Iterator[Loop]:
    with loop_in_a_thread() as loop:
        yield loop


@pytest.fixture
def open_memory(tmp_path: Path, loop: Loop) -> Iterator[OpenMemory]:
    """Each opening is a server of its own over the same directory; the one before it has ended by then."""
    directory = tmp_path / "memory"
    running = ExitStack()

    def open_again(*, embedder: Embedder | None = None, clock: FrozenClock | None = None) -> Memory:
        running.close()
        if clock is None:
            local = wiring.open(directory, embedder=embedder)
        else:
            index = str(directory / wiring.INDEX_DIRECTORY)
            local = wiring.join(SQLiteStore(str(directory)), embedder or StaticEmbedder(), index, now_us=clock)
        running.enter_context(local)
        server = running.enter_context(served(loop, local))
        # It is no subclass of Memory; that it can stand in its place is what is tested here.
        return cast("Memory", running.enter_context(greeum.connect(server.url)))

    yield open_again
    running.close()


ROUNDING = 7 * 0.5e-4
"""JSON has four digits after the point of a score and of each of its parts: what these add up to may be off by half a
digit of each."""


class TestAdding(memory_suite.TestAdding):
    def test_the_kind_says_whether_it_is_a_turn_of_a_conversation(self, memory: Memory) -> None:
        for kind in ("message", "note"):
            memory.add("It was made in Cremona.", kind=kind, namespace=kind)
            memory.add("The violin is old.", kind=kind, namespace=kind)
        beside = {"message": 0.0, "note": 0.0}
        for hit in memory.search("old violin", weights={"session": 1}):
            if hit.block.text == "It was made in Cremona.":
                alone = hit.parts["words"] + hit.parts["vector"] + hit.parts["tokens"]
                beside[hit.block.kind] = hit.parts["conversation"] - alone
        assert beside["message"] > 0.1, "the turn beside it speaks for it"
        assert beside["note"] == pytest.approx(0, abs=ROUNDING), "a note has nothing but itself"


class TestSearching(memory_search.TestSearching):
    def test_a_score_is_the_sum_of_its_parts(self, memory: Memory) -> None:
        tell(memory)
        memory.anchors.set("A", memory.list()[0].id)
        for hit in memory.search("apple and plum", near="A"):
            assert set(hit.parts) == PARTS
            assert hit.score == pytest.approx(sum(hit.parts.values()), abs=ROUNDING)
            assert hit.block == memory.get(hit.block.id)


class TestEchoes(memory_duplicates.TestEchoes):
    def test_by_whatever_way_it_was_found(self, memory: Memory) -> None:
        block = memory.add(memory_duplicates.SAYS)
        for find in (
            lambda: memory.search_many(["bicycle", "cellar"]),
            lambda: memory.context("bicycle"),
            lambda: list(memory.stream("bicycle")),
        ):
            find()
            assert memory.add(memory_duplicates.SAYS).echo_of == block.id


class TestFading(memory_lifetime.TestFading):
    """How much it is, to four digits, says nothing exact of how it compares."""

    def test_what_was_used_comes_before_its_equal(self, memory: Memory) -> None:
        first, second = memory.add_many([{"text": "a violin", "namespace": name, "kind": "note"} for name in "ab"])
        assert [hit.block.id for hit in memory.search("violin")] == [second.id, first.id]
        memory.used(first.id)
        memory.maintain()
        assert [hit.block.id for hit in memory.search("violin")] == [first.id, second.id]

    def test_recency_halves_and_uses_slow_that_down(self, memory: Memory, clock: FrozenClock) -> None:
        memory.add("a violin", namespace="a", kind="note")
        clock.advance(100 * 86_400)
        memory.add("a violin", namespace="b", kind="note")
        older, newer = (
            hit.parts["prior"] for hit in reversed(memory.search("violin", weights={"recency": 1, "half_life": 100}))
        )
        assert newer > older


class TestMaintaining(memory_lifetime.TestMaintaining):
    """A server tells of its steps when all of them are done."""

    def test_a_second_run_finds_nothing_to_do(self, memory: Memory, clock: FrozenClock) -> None:
        memory.add_many({"text": f"turn {number}", "ttl": 60 + number} for number in range(70))
        memory.retention.set(max_blocks=10)
        clock.advance(100)
        told: list[tuple[str, int]] = []
        first = memory.maintain(grace=0, progress=lambda step, done: told.append((step, done)))
        assert (first.counts["expired"], first.counts["outlived"]) == (41, 19)
        assert told == list(first.counts.items())
        assert set(memory.maintain(grace=0).counts.values()) == {0}

    def test_interrupted_it_goes_on_from_there(self, memory: Memory, clock: FrozenClock) -> None:
        """Who does not wait for it does not end it: it is done all the same."""
        memory.add("The door code is 4711.", ttl=60)
        clock.advance(60)

        def interrupt(step: str, done: int) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            memory.maintain(grace=0, progress=interrupt)
        assert memory.count(expired=True) == 0


def test_no_suite_is_left_out() -> None:
    for suite in (
        memory_suite, memory_duplicates, memory_explaining, memory_forgetting, memory_lifetime, memory_recall,
        memory_requests, memory_search, memory_transfer,
    ):  # fmt: skip
        for name, cases in vars(suite).items():
            if name.startswith("Test"):
                assert issubclass(globals()[name], cases), name
