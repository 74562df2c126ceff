"""A memory in a directory keeps every promise of a Memory, and is the same when it is opened again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conformance.every_memory import *  # noqa: F403
from tests.conformance.memory import OpenMemory, TestAdding, TestLookingAfterIt  # noqa: F401
from tests.conformance.memory_duplicates import TestEchoes  # noqa: F401
from tests.conformance.memory_forgetting import TestCertificates  # noqa: F401
from tests.conformance.memory_lifetime import (  # noqa: F401
    TestCountingUses,
    TestFading,
    TestMaintaining,
    TestReopeningUses,
    TestRetention,
)
from tests.conformance.memory_recall import TestChanges  # noqa: F401
from tests.conformance.memory_search import TestSearching  # noqa: F401
from tests.conformance.memory_transfer import TestReopening, TestTransfer  # noqa: F401
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
from tests.conformance.memory_zones import TestSharedTimeZone, TestTimeZone  # noqa: F401

from greeum import Memory, wiring
from greeum.embed.protocol import Embedder
from greeum.embed.static import StaticEmbedder
from greeum.store.sqlite import SQLiteStore
from greeum.testing import FrozenClock


@pytest.fixture
def open_memory(tmp_path: Path) -> Iterator[OpenMemory]:
    directory = tmp_path / "memory"
    opened: list[Memory] = []

    def open_again(*, embedder: Embedder | None = None, clock: FrozenClock | None = None) -> Memory:
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
