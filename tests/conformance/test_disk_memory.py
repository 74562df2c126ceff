"""A memory in a directory keeps every promise of a Memory, and is the same when it is opened again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conformance.memory import (  # noqa: F401
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
    TestLookingAfterIt,
    TestThreads,
    TestUpdating,
    clock,
    memory,
    vectors,
)
from tests.conformance.memory_duplicates import (  # noqa: F401
    TestAddingTheSameList,
    TestContradictions,
    TestEchoes,
    TestTheSameAgain,
    TestTheSamePolicy,
)
from tests.conformance.memory_explaining import TestBudget, TestExplaining  # noqa: F401
from tests.conformance.memory_forgetting import (  # noqa: F401
    TestCertificates,
    TestForgettingByFilter,
    TestWiping,
)
from tests.conformance.memory_lifetime import (  # noqa: F401
    TestCountingUses,
    TestExpired,
    TestFading,
    TestMaintaining,
    TestReopeningUses,
    TestRetention,
    TestTimeToLive,
    TestUsing,
)
from tests.conformance.memory_recall import (  # noqa: F401
    TestChanges,
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
from tests.conformance.memory_requests import (  # noqa: F401
    TestRepeatedCorrections,
    TestRepeatedRequests,
)
from tests.conformance.memory_search import (  # noqa: F401
    TestFiltering,
    TestLanguages,
    TestListing,
    TestNamespaces,
    TestSearching,
    TestSearchingNear,
    TestWeights,
)
from tests.conformance.memory_transfer import (  # noqa: F401
    TestReopening,
    TestTransfer,
)
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
from tests.conformance.memory_weights import (  # noqa: F401
    TestFeedback,
    TestOwnWeights,
)

from greeum import Memory, wiring
from greeum.embed.protocol import Embedder
from greeum.embed.static import StaticEmbedder
from greeum.store.sqlite import SQLiteStore
from greeum.testing import FrozenClock


@pytest.fixture
def open_memory(tmp_path: Path) -> Iterator[OpenMemory]:
    directory = tmp_path / "memory"
    opened: list[Memory] = []

    def open_again(*, embedder: Embedder | None = None, clock: FrozenClock | None = None) -> Memory:  # noqa: F811
        if clock is None:
            opened.append(wiring.open(directory, embedder=embedder))
        else:
            chosen = embedder or StaticEmbedder()
            index = str(directory / wiring.INDEX_DIRECTORY)
            opened.append(wiring.join(SQLiteStore(str(directory)), chosen, index, now_us=clock))
        return opened[-1]

    yield open_again
    for one in opened:
        one.close()
