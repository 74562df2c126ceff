"""The memory for tests keeps every promise of a Memory, for as long as it is open."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.conformance.every_memory import *  # noqa: F403
from tests.conformance.memory import OpenMemory, TestAdding, TestLookingAfterIt  # noqa: F401
from tests.conformance.memory_duplicates import TestEchoes  # noqa: F401
from tests.conformance.memory_forgetting import TestCertificates  # noqa: F401
from tests.conformance.memory_lifetime import TestCountingUses, TestFading, TestMaintaining, TestRetention  # noqa: F401
from tests.conformance.memory_recall import TestChanges  # noqa: F401
from tests.conformance.memory_search import TestSearching  # noqa: F401
from tests.conformance.memory_transfer import TestTransfer  # noqa: F401
from tests.conformance.memory_trust import (  # noqa: F401
    TestCrowding,
    TestFlags,
    TestImporting,
    TestOrigins,
    TestQuarantine,
    TestRollingBack,
    TestScreening,
    TestTrust,
)
from tests.conformance.memory_zones import TestTimeZone  # noqa: F401

from greeum import Memory, testing
from greeum.embed.protocol import Embedder
from greeum.testing import FrozenClock


@pytest.fixture
def open_memory() -> Iterator[OpenMemory]:
    opened: list[Memory] = []

    def open_again(*, embedder: Embedder | None = None, clock: FrozenClock | None = None) -> Memory:
        opened.append(testing.memory(embedder=embedder, clock=clock))
        return opened[-1]

    yield open_again
    for one in opened:
        one.close()
