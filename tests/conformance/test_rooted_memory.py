"""A memory that is confined to a namespace keeps every promise of a Memory there, whatever there is round about."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import cast

import pytest
from tests.conformance import memory as memory_suite
from tests.conformance.below import Below
from tests.conformance.every_memory import *  # noqa: F403
from tests.conformance.memory import OpenMemory, TestAdding  # noqa: F401
from tests.conformance.memory_duplicates import TestEchoes  # noqa: F401
from tests.conformance.memory_search import TestSearching  # noqa: F401
from tests.conformance.memory_trust import (  # noqa: F401
    TestCrowding,
    TestFlags,
    TestOrigins,
    TestQuarantine,
    TestRollingBack,
    TestTrust,
)

from greeum import Memory, Rooted, testing
from greeum.embed.protocol import Embedder
from greeum.errors import Forbidden
from greeum.testing import FrozenClock


class TestLookingAfterIt(memory_suite.TestLookingAfterIt):
    def test_stats_count(self, memory: Memory) -> None:
        first = memory.add("one")
        second = memory.add("two", near=first.id)
        memory.update(first.id, text="three", expires_at="2020-01-01")
        memory.anchors.set("A", second.id)
        stats = memory.stats()
        assert (stats["blocks"], stats["superseded"], stats["links"], stats["anchors"]) == (2, 1, 1, 1)
        assert str(stats["embedder"]).startswith("static/")
        assert stats["dimension"] == 256
        assert not {"bytes", "index", "index_trouble"} & stats.keys()


def test_the_time_zone_is_that_of_the_whole() -> None:
    with testing.memory() as whole:
        whole.time_zone.set("Asia/Seoul")
        confined = Rooted(whole, "acme")
        assert confined.time_zone.get() == "Asia/Seoul"
        assert confined.add("one", at="2026-05-02").at == datetime(2026, 5, 1, 15, tzinfo=UTC)
        with pytest.raises(Forbidden, match="time_zone"):
            confined.time_zone.set("UTC")
        assert whole.time_zone.get() == "Asia/Seoul"


@pytest.fixture
def open_memory() -> Iterator[OpenMemory]:
    opened: list[Below] = []

    def open_again(*, embedder: Embedder | None = None, clock: FrozenClock | None = None) -> Memory:
        opened.append(Below(testing.memory(embedder=embedder, clock=clock)))
        # It is no subclass of Memory; that it can stand in its place is what is tested here.
        return cast("Memory", opened[-1])

    yield open_again
    for one in opened:
        one.__exit__()
