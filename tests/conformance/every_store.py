"""What every Store promises: the test of one kind of Store takes all of it."""

from __future__ import annotations

from tests.conformance.store import (
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
from tests.conformance.store_upkeep import (
    TestCuttingTheLog,
    TestExpiring,
    TestLookingAfterIt,
    TestRetention,
    TestUses,
)

__all__ = [
    "TestAdding", "TestAnchors", "TestCertificates", "TestClosing", "TestCuttingTheLog", "TestEmbedder",
    "TestExpiring", "TestForgetting", "TestLedger", "TestLinks", "TestLog", "TestLookingAfterIt", "TestManyAtOnce",
    "TestNear", "TestReading", "TestRepeating", "TestRetention", "TestRevising", "TestSettings", "TestTakingIn",
    "TestTallying", "TestThreads", "TestUses", "TestVersions", "TestWeights", "store",
]  # fmt: skip
