"""The Store in memory keeps every promise of a Store but durability."""

from __future__ import annotations

import pytest
from tests.conformance.every_store import *  # noqa: F403
from tests.conformance.store import OpenStore

from greeum.store.memory import MemoryStore


@pytest.fixture
def open_store() -> OpenStore:
    return MemoryStore
