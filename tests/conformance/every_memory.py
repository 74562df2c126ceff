"""What every Memory promises, wherever it is: the test of one kind of Memory takes all of it and adds the rest."""

from __future__ import annotations

from tests.conformance.memory import (
    TestAddingMany,
    TestAddingNear,
    TestAddingNearAuto,
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
from tests.conformance.memory_duplicates import (
    TestAddingTheSameList,
    TestContradictions,
    TestGoingBack,
    TestTheSameAgain,
    TestTheSamePolicy,
)
from tests.conformance.memory_explaining import (
    TestBudget,
    TestExplaining,
)
from tests.conformance.memory_forgetting import (
    TestForgettingByFilter,
    TestWiping,
)
from tests.conformance.memory_lifetime import (
    TestExpired,
    TestTimeToLive,
    TestUsing,
)
from tests.conformance.memory_recall import (
    TestContext,
    TestCounting,
    TestDifference,
    TestFacets,
    TestNamespaceListing,
    TestOptions,
    TestStreaming,
    TestTimeTravel,
    TestValidity,
    TestWhatAQueryMatches,
)
from tests.conformance.memory_requests import (
    TestRepeatedCorrections,
    TestRepeatedRequests,
)
from tests.conformance.memory_search import (
    TestDaysOfWhichTextsSpeak,
    TestFiltering,
    TestLanguages,
    TestListing,
    TestNamespaces,
    TestSearchingNear,
    TestTimes,
    TestWeights,
)
from tests.conformance.memory_weights import (
    TestFeedback,
    TestOwnWeights,
)

__all__ = [
    "TestAddingMany",
    "TestAddingNear",
    "TestAddingNearAuto",
    "TestAddingTheSameList",
    "TestAnchors",
    "TestBudget",
    "TestClosing",
    "TestContext",
    "TestContradictions",
    "TestCounting",
    "TestDaysOfWhichTextsSpeak",
    "TestDifference",
    "TestExpired",
    "TestExpiring",
    "TestExplaining",
    "TestFacets",
    "TestFeedback",
    "TestFiltering",
    "TestForgetting",
    "TestForgettingByFilter",
    "TestGetting",
    "TestGivenVectors",
    "TestGoingBack",
    "TestKeys",
    "TestLanguages",
    "TestLinking",
    "TestListing",
    "TestNamespaceListing",
    "TestNamespaces",
    "TestOptions",
    "TestOwnWeights",
    "TestRepeatedCorrections",
    "TestRepeatedRequests",
    "TestSearchingNear",
    "TestStreaming",
    "TestTheSameAgain",
    "TestTheSamePolicy",
    "TestThreads",
    "TestTimeToLive",
    "TestTimeTravel",
    "TestTimes",
    "TestUpdating",
    "TestUsing",
    "TestValidity",
    "TestWeights",
    "TestWhatAQueryMatches",
    "TestWiping",
    "clock",
    "memory",
    "vectors",
]  # fmt: skip
