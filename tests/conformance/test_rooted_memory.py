"""A memory that is confined to a namespace keeps every promise of a Memory there, whatever there is round about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import pytest

from greeum import Memory, testing
from greeum.embed.protocol import Embedder
from greeum.testing import FrozenClock

for suite in (
    "memory",
    "memory_duplicates",
    "memory_forgetting",
    "memory_lifetime",
    "memory_recall",
    "memory_requests",
    "memory_search",
):
    pytest.register_assert_rewrite(f"tests.conformance.{suite}")

from tests.conformance import memory as memory_suite  # noqa: E402
from tests.conformance.below import Below  # noqa: E402
from tests.conformance.memory import (  # noqa: E402, F401
    OpenMemory,
    TestAdding,
    TestAddingMany,
    TestAddingNear,
    TestAnchors,
    TestClosing,
    TestExpiring,
    TestForgetting,
    TestGetting,
    TestGivenVectors,
    TestKeys,
    TestLinking,
    TestThreads,
    TestUpdating,
    clock,
    memory,
    vectors,
)
from tests.conformance.memory_duplicates import (  # noqa: E402, F401
    TestAddingTheSameList,
    TestContradictions,
    TestEchoes,
    TestTheSameAgain,
    TestTheSamePolicy,
)
from tests.conformance.memory_forgetting import (  # noqa: E402, F401
    TestForgettingByFilter,
    TestWiping,
)
from tests.conformance.memory_lifetime import (  # noqa: E402, F401
    TestExpired,
    TestTimeToLive,
    TestUsing,
)
from tests.conformance.memory_recall import (  # noqa: E402, F401
    TestContext,
    TestCounting,
    TestDifference,
    TestFacets,
    TestNamespaceListing,
    TestOptions,
    TestStreaming,
    TestTimeTravel,
    TestValidity,
)
from tests.conformance.memory_requests import (  # noqa: E402, F401
    TestRepeatedCorrections,
    TestRepeatedRequests,
)
from tests.conformance.memory_search import (  # noqa: E402, F401
    TestFiltering,
    TestLanguages,
    TestListing,
    TestNamespaces,
    TestSearching,
    TestSearchingNear,
    TestWeights,
)
from tests.conformance.memory_trust import (  # noqa: E402, F401
    TestCrowding,
    TestFlags,
    TestOrigins,
    TestQuarantine,
    TestRollingBack,
    TestTrust,
)


class TestLookingAfterIt(memory_suite.TestLookingAfterIt):
    def test_stats_count(self, memory: Memory) -> None:  # noqa: F811
        first = memory.add("one")
        second = memory.add("two", near=first.id)
        memory.update(first.id, text="three", expires_at="2020-01-01")
        memory.anchors.set("A", second.id)
        stats = memory.stats()
        assert (stats["blocks"], stats["superseded"], stats["links"], stats["anchors"]) == (2, 1, 1, 1)
        assert str(stats["embedder"]).startswith("static/")
        assert stats["dimension"] == 256
        assert not {"bytes", "index", "index_trouble"} & stats.keys()


@pytest.fixture
def open_memory() -> Iterator[OpenMemory]:
    opened: list[Below] = []

    def open_again(*, embedder: Embedder | None = None, clock: FrozenClock | None = None) -> Memory:  # noqa: F811
        opened.append(Below(testing.memory(embedder=embedder, clock=clock)))
        # It is no subclass of Memory; that it can stand in its place is what is tested here.
        return cast("Memory", opened[-1])

    yield open_again
    for one in opened:
        one.__exit__()
