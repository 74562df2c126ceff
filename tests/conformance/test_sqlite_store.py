"""The Store on disk keeps every promise of a Store, and does whatever the one in memory does."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest
from tests.conformance.every_store import *  # noqa: F403
from tests.conformance.store import OpenStore
from tests.conformance.store_model import compare_with_memory

from greeum.store.sqlite import SQLiteStore


@pytest.fixture
def open_store(tmp_path: Path) -> OpenStore:
    numbers = count()
    return lambda: SQLiteStore(str(tmp_path / f"memory-{next(numbers)}"))


def test_it_does_what_the_store_in_memory_does() -> None:
    compare_with_memory(SQLiteStore)
