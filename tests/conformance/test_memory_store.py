"""The Store in memory keeps every promise of a Store but durability."""

from __future__ import annotations

import pytest
from tests.conformance.store import (  # noqa: F401
    OpenStore,
    TestAdding,
    TestAnchors,
    TestCertificates,
    TestClosing,
    TestEmbedder,
    TestForgetting,
    TestLedger,
    TestLinks,
    TestLog,
    TestManyAtOnce,
    TestNear,
    TestReading,
    TestRepeating,
    TestRevising,
    TestSettings,
    TestTakingIn,
    TestTallying,
    TestThreads,
    TestVersions,
    TestWeights,
    store,
)
from tests.conformance.store_upkeep import (  # noqa: F401
    TestCuttingTheLog,
    TestExpiring,
    TestLookingAfterIt,
    TestRetention,
    TestUses,
)

from greeum.store.memory import MemoryStore


@pytest.fixture
def open_store() -> OpenStore:
    return MemoryStore
