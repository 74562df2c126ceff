"""A memory on the other side of HTTP keeps every promise of a Memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import cast

import pytest

import greeum
from greeum import Memory, wiring
from greeum.embed.protocol import Embedder
from greeum.embed.static import StaticEmbedder
from greeum.store.sqlite import SQLiteStore
from greeum.testing import FrozenClock

for suite in ("memory", "memory_search", "memory_transfer"):
    pytest.register_assert_rewrite(f"tests.conformance.{suite}")

from tests.conformance import memory as memory_suite  # noqa: E402
from tests.conformance import memory_search, memory_transfer  # noqa: E402
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
    TestLookingAfterIt,
    TestThreads,
    TestUpdating,
    clock,
    memory,
    vectors,
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
from tests.conformance.memory_transfer import (  # noqa: E402, F401
    TestReopening,
    TestTransfer,
)
from tests.served import Loop, loop_in_a_thread, served  # noqa: E402


@pytest.fixture(scope="module")
def loop() -> Iterator[Loop]:
    with loop_in_a_thread() as loop:
        yield loop


@pytest.fixture
def open_memory(tmp_path: Path, loop: Loop) -> Iterator[OpenMemory]:
    """Each opening is a server of its own over the same directory; the one before it has ended by then."""
    directory = tmp_path / "memory"
    running = ExitStack()

    def open_again(*, embedder: Embedder | None = None, clock: FrozenClock | None = None) -> Memory:  # noqa: F811
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


def test_no_suite_is_left_out() -> None:
    for suite in (memory_suite, memory_search, memory_transfer):
        suites = {name: value for name, value in vars(suite).items() if name.startswith("Test")}
        assert suites.items() <= globals().items()
