"""The Store in memory keeps every promise of a Store but durability."""

from __future__ import annotations

import pytest

from greeum.store.memory import MemoryStore

pytest.register_assert_rewrite("tests.conformance.store", "tests.conformance.store_upkeep")

from tests.conformance.store import (  # noqa: E402, F401
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
    store,
)
from tests.conformance.store_upkeep import (  # noqa: E402, F401
    TestCuttingTheLog,
    TestExpiring,
    TestLookingAfterIt,
    TestRetention,
    TestUses,
)


@pytest.fixture
def open_store() -> OpenStore:
    return MemoryStore
