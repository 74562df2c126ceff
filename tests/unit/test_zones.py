"""What a change of the time zone does to the index and its files, in every process."""

from __future__ import annotations

from contextlib import closing
from threading import Event, Thread
from typing import TYPE_CHECKING

import pytest

import greeum
from greeum import follower, testing, wiring
from greeum.errors import StoreVersion
from greeum.store.memory import MemoryStore
from greeum.store.sqlite import SQLiteStore
from greeum.testing import TinyEmbedder

if TYPE_CHECKING:
    from pathlib import Path

    from greeum._core import Zone
    from greeum.store.protocol import Store

ENOUGH_FOR_FILES = 300


def test_the_files_are_written_anew(tmp_path: Path) -> None:
    with greeum.open(tmp_path, embedder=TinyEmbedder()) as memory:
        memory.add_many({"text": f"turn {number}"} for number in range(ENOUGH_FOR_FILES))
    with greeum.open(tmp_path, embedder=TinyEmbedder()) as memory:
        memory.time_zone.set("Asia/Seoul")
    with greeum.open(tmp_path, embedder=TinyEmbedder()) as memory:
        assert memory.stats()["index_trouble"] is None
        assert memory.count() == ENOUGH_FOR_FILES


def test_it_is_shown_by_its_name() -> None:
    with testing.memory() as memory:
        memory.time_zone.set("Asia/Seoul")
        assert repr(memory.time_zone) == "TimeZone('Asia/Seoul')"


def test_files_of_another_zone_are_not_used(tmp_path: Path) -> None:
    with greeum.open(tmp_path, embedder=TinyEmbedder()) as memory:
        memory.add_many({"text": f"turn {number}"} for number in range(ENOUGH_FOR_FILES))
    with closing(SQLiteStore(str(tmp_path))) as store:  # as if whoever has set it had died before it wrote files
        store.set_time_zone("Asia/Seoul")
    with greeum.open(tmp_path, embedder=TinyEmbedder(), read_only=True) as memory:
        assert "UTC, not Asia/Seoul" in str(memory.stats()["index_trouble"])
        assert memory.count() == ENOUGH_FOR_FILES
    greeum.open(tmp_path, embedder=TinyEmbedder()).close()
    with greeum.open(tmp_path, embedder=TinyEmbedder()) as memory:
        assert memory.stats()["index_trouble"] is None


def test_the_same_zone_again_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with testing.memory() as memory:
        memory.time_zone.set("Asia/Seoul")
        monkeypatch.setattr(memory._follower, "rebuild", lambda _: pytest.fail("loaded anew"))
        assert memory.time_zone.set("asia/seoul") == "Asia/Seoul"


def test_a_search_that_has_all_to_load_anew_is_not_at_hand() -> None:
    store = MemoryStore()
    with wiring.join(store, TinyEmbedder(), None) as memory, wiring.join(store, TinyEmbedder(), None) as other:
        memory.add("the violin")
        memory.search("violin")
        assert not memory._follower.has_settings_to_read()
        other.time_zone.set("Asia/Seoul")
        assert not memory.at_hand
        memory.search("violin")
        assert not memory._follower.has_settings_to_read()


def test_searches_wait_until_all_is_loaded_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, may_go_on = Event(), Event()
    with testing.memory() as memory:
        memory.add("the violin")

        real = follower.zone_of

        def zone_of(store: Store) -> Zone:
            begun.set()
            assert may_go_on.wait(60)
            return real(store)

        monkeypatch.setattr(follower, "zone_of", zone_of)
        setting = Thread(target=memory.time_zone.set, args=("Asia/Seoul",))
        setting.start()
        assert begun.wait(60)
        found: list[int] = []
        searching = Thread(target=lambda: found.append(len(memory.search("violin"))))
        searching.start()
        may_go_on.set()
        setting.join(60)
        searching.join(60)
        assert found == [1]


def test_a_search_that_had_begun_finds_what_it_would_have_found_before(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []
    store = MemoryStore()
    with wiring.join(store, TinyEmbedder(), None) as memory:
        memory.add_many([{"text": "the violin"}, {"text": "the cello"}])
        real = store.ids

        def ids(after: int, limit: int) -> list[int]:
            seen.append(memory._index.stats()["blocks"])
            return real(after, limit)

        monkeypatch.setattr(store, "ids", ids)
        memory.time_zone.set("Asia/Seoul")
        assert seen == [2, 2]
        assert len(memory.search("violin cello")) == 2


def test_what_is_forgotten_is_in_no_file_though_loading_anew_has_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def holds() -> bool:
        return any(b"quokka" in path.read_bytes() for path in (tmp_path / "index").iterdir())

    with greeum.open(tmp_path, embedder=TinyEmbedder()) as memory:
        memory.add_many({"text": f"turn {number}"} for number in range(ENOUGH_FOR_FILES))
        block = memory.add("the violin", source="quokka")
        memory.maintain()
        assert holds()

        def entries(ids: list[int]) -> list[object]:
            raise OSError("the disk says no")

        with monkeypatch.context() as failing:
            failing.setattr(memory._store, "entries", entries)
            with pytest.raises(OSError, match="says no"):
                memory.time_zone.set("Asia/Seoul")
        with closing(SQLiteStore(str(tmp_path))) as another:
            another.set_time_zone("UTC")
        memory.forget(block.id)
        assert not holds()
        assert memory.count() == ENOUGH_FOR_FILES


def test_all_that_a_filter_names_is_forgotten_though_all_is_being_loaded_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, may_go_on = Event(), Event()

    class SlowStore(MemoryStore):
        def ids(self, after: int, limit: int) -> list[int]:
            begun.set()
            assert may_go_on.wait(60)
            return super().ids(after, limit)

    may_go_on.set()
    with wiring.join(SlowStore(), TinyEmbedder(), None) as memory:
        memory.add("the violin", source="ann")
        begun.clear()
        may_go_on.clear()
        setting = Thread(target=memory.time_zone.set, args=("Asia/Seoul",))
        real = memory._follower.catch_up

        def catch_up() -> int:
            changes = real()
            if not setting.ident:
                setting.start()
                begun.wait(0.2)  # in vain, if it has to wait for what is done now
            return changes

        monkeypatch.setattr(memory._follower, "catch_up", catch_up)
        would = memory.forget(where={"source": "ann"}, dry_run=True)
        may_go_on.set()
        setting.join(60)
        assert would.blocks == 1


def test_a_zone_of_a_newer_database_is_said_to_be_one(tmp_path: Path) -> None:
    with greeum.open(tmp_path) as memory:
        memory.add("the violin")
        with closing(SQLiteStore(str(tmp_path))) as newer:
            newer.set_time_zone("Mars/Olympus")
        with pytest.raises(StoreVersion, match="Mars/Olympus"):
            memory.search("violin")
    with pytest.raises(StoreVersion, match="Mars/Olympus"):
        greeum.open(tmp_path)
