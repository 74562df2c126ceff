"""Memories that a server serves are maintained in its background, by one process at a time."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from greeum import Memory, wiring
from greeum.api.caretaker import Caretaker
from greeum.api.hosts import LOOPBACK
from greeum.api.service import NOWHERE, Observers, Options, door_of
from greeum.errors import StoreFailed
from greeum.store.files import MAINTAIN_LOCK_FILE, Claim
from greeum.store.sqlite import SQLiteStore
from greeum.tenants import Tenants
from greeum.testing import FrozenClock, TinyEmbedder

DAY_S = 86_400


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def memory(tmp_path: Path, clock: FrozenClock) -> Iterator[Memory]:
    store = SQLiteStore(str(tmp_path / "one"))
    with wiring.join(store, TinyEmbedder(), str(tmp_path / "one" / "index"), now_us=clock) as memory:
        yield memory


class Notes(list[tuple[Any, ...]]):
    def __call__(self, *what: Any, **more: Any) -> None:
        self.append((*what, more))


def caretaker(notes: Notes, *memories: Memory, period_s: float = 3_600) -> Caretaker:
    return Caretaker(lambda: memories, lambda: memories, period_s=period_s, note=notes)


def test_what_is_due_is_maintained_and_told(memory: Memory, clock: FrozenClock) -> None:
    notes = Notes()
    carer = caretaker(notes, memory)
    memory.add("hello", ttl=60)
    carer.look()
    assert notes == []
    clock.advance(DAY_S + 60)
    carer.look()
    assert notes == [("info", "maintained", {"memory": "one", "expired": 1})]
    memory.add("hello", ttl=1)
    clock.advance(3_599)
    carer.look()
    assert len(notes) == 1


def test_what_another_process_maintains_is_left_to_it(memory: Memory) -> None:
    notes = Notes()
    with memory._store.maintaining():
        caretaker(notes, memory).look()
    assert notes == []
    assert memory._store.maintained_at() is None


def test_uses_are_counted_even_if_nothing_is_maintained(memory: Memory) -> None:
    block = memory.add("hello")
    memory.used(block.id)
    caretaker(Notes(), memory, period_s=0).look()
    assert memory.get(block.id).uses == 1
    assert memory._store.maintained_at() is None


def test_one_that_fails_does_not_keep_others_waiting(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        _count_uses = staticmethod(lambda: 0)

        @property
        def _store(self) -> object:
            raise StoreFailed("the disk has gone")

    notes = Notes()
    broken: Any = Broken()
    caretaker(notes, broken, memory).look()
    assert notes == [("warning", "maintenance.failed", {"error": "the disk has gone"})]
    assert memory._store.maintained_at() is not None


def test_it_leaves_off_when_the_server_ends(memory: Memory, clock: FrozenClock) -> None:
    memory.add("hello", ttl=60)
    clock.advance(2 * DAY_S)
    carer = caretaker(Notes(), memory)
    carer._stop.set()
    carer.look()
    assert memory._store.maintained_at() is None
    assert memory.maintain().counts["expired"] == 1


def until(is_so: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < deadline_s
        time.sleep(0.01)


def test_a_server_of_one_memory(tmp_path: Path) -> None:
    options = Options(str(tmp_path / "one"), None, LOOPBACK, log=NOWHERE, maintain_s=0.01)
    door, close = door_of(options, Observers(options))
    try:
        store = door.enter(None).memory._store  # type: ignore[union-attr]
        until(lambda: store.maintained_at() is not None)
    finally:
        close()


@pytest.fixture
def tenants(tmp_path: Path) -> Iterator[Tenants]:
    tenants = Tenants(str(tmp_path / "tenants"), embedder=TinyEmbedder(), open_max=2)
    for name in ("a", "b", "c"):
        place = tenants.enter(name)
        assert place.memory is not None
        place.memory.add(f"I am {name}.")
        tenants.leave(place)
    yield tenants
    tenants.close()


def test_of_tenants_each_and_none_loses_its_place(tenants: Tenants, tmp_path: Path) -> None:
    open_before = {id(memory) for memory in tenants.open_memories()}
    assert len(open_before) == 2
    notes = Notes()
    Caretaker(tenants.each, tenants.open_memories, period_s=3_600, note=notes).look()
    assert {id(memory) for memory in tenants.open_memories()} == open_before
    assert [memory._store.maintained_at() is not None for memory in tenants.each()] == [True] * 3
    assert notes == []


def test_tenants_are_looked_after_by_one_process_at_a_time(tenants: Tenants, tmp_path: Path) -> None:
    with Claim(str(tmp_path / "tenants" / MAINTAIN_LOCK_FILE)):
        Caretaker(tenants.each, tenants.open_memories, period_s=3_600, note=Notes()).look()
    assert [memory._store.maintained_at() for memory in tenants.each()] == [None] * 3


def test_a_tenant_that_does_not_open_is_passed_over(tenants: Tenants, tmp_path: Path) -> None:
    tenants.close()
    (tmp_path / "tenants" / "b" / "memory.db").write_bytes(b"no database, but long enough to be taken for one" * 100)
    os.makedirs(tmp_path / "tenants" / "empty")
    again = Tenants(str(tmp_path / "tenants"), embedder=TinyEmbedder())
    assert [memory.list()[0].text for memory in again.each()] == ["I am a.", "I am c."]
    assert list(Tenants(str(tmp_path / "nowhere"), embedder=TinyEmbedder()).each()) == []
