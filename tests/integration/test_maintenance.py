"""Maintenance on disk: what it erases is gone, what it cuts nobody misses, what happens meanwhile does no harm."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path
from threading import Thread

import pytest

import greeum
from greeum import Memory, maintenance, wiring
from greeum.errors import LogCut, StoreBusy
from greeum.store import writer
from greeum.store.sqlite import SQLiteStore
from greeum.testing import FrozenClock, TinyEmbedder

CANARY = "zanzibar pelican"


def opened(directory: Path) -> Memory:
    return greeum.open(directory, embedder=TinyEmbedder())


def holding(directory: Path, what: bytes) -> list[str]:
    return [path.name for path in directory.rglob("*") if path.is_file() and what in path.read_bytes()]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "memory"


def test_what_it_erases_is_in_no_file(directory: Path) -> None:
    clock = FrozenClock()
    store = SQLiteStore(str(directory))
    with wiring.join(store, TinyEmbedder(), str(directory / "index"), now_us=clock) as memory:
        for name in ("expired", "outlived"):
            memory.add_many(
                {
                    "text": f"{CANARY} {number}",
                    "source": f"{CANARY} {name}",
                    "namespace": name,
                    "ttl": 60 if name == "expired" else None,
                }
                for number in range(300)
            )
        memory.add("this stays", namespace="outlived")
        memory._follower._fold(wait=True)
        assert any(name.endswith(".segment") for name in holding(directory, CANARY.encode()))
        clock.advance(60)
        memory.retention.set("outlived", max_blocks=1)
        counts = memory.maintain(grace=0).counts
        assert (counts["expired"], counts["outlived"]) == (300, 300)
        assert holding(directory, CANARY.encode()) == []
        assert [block.text for block in memory.list()] == ["this stays"]
        assert memory.check() and all(is_well for _, is_well, _ in memory.check())


CHILD = """
    import os, sys
    import greeum
    from greeum.testing import TinyEmbedder

    def progress(step, done):
        if (step, done) == ("expired", 1_000):
            os.kill(os.getpid(), 9)

    greeum.open(sys.argv[1], embedder=TinyEmbedder()).maintain(grace=0, progress=progress)
"""


def test_killed_in_the_middle_the_next_one_goes_on(directory: Path) -> None:
    with opened(directory) as memory:
        memory.add_many(
            {"text": f"{CANARY} {number}", "source": CANARY, "expires_at": "2020-01-01"} for number in range(2_000)
        )
        kept = memory.add("this stays")
    child = subprocess.run([sys.executable, "-c", textwrap.dedent(CHILD), str(directory)], check=False)
    assert child.returncode == -9
    with opened(directory) as memory:
        assert memory.count(expired=True) == 1_000
        assert memory.maintain(grace=0).counts["expired"] == 1_000
        assert holding(directory, CANARY.encode()) == []
        assert [block.id for block in memory.list()] == [kept.id]
        assert all(is_well for _, is_well, _ in memory.check())


def test_beside_others_who_write_and_search(directory: Path) -> None:
    with opened(directory) as memory, opened(directory) as other, opened(directory) as third:
        memory.add_many({"text": f"turn {number}", "expires_at": "2020-01-01"} for number in range(1_500))
        written: list[int] = []
        refused: list[str] = []

        def write() -> None:
            for number in range(50):
                written.append(other.add(f"violin {number}", ttl=3_600).id)
                assert other.search(f"violin {number}")

        def maintain_too() -> None:
            try:
                third.maintain(grace=0)
            except StoreBusy as error:
                refused.append(str(error))

        threads = [Thread(target=write)]
        busy = Thread(target=maintain_too)

        def progress(step: str, done: int) -> None:
            if (step, done) == ("expired", 500):
                busy.start()
                busy.join()

        for thread in threads:
            thread.start()
        assert memory.maintain(grace=0, progress=progress).counts["expired"] == 1_500
        for thread in threads:
            thread.join()
        assert len(refused) == 1
        assert "another process is at it" in refused[0]
        assert sorted(block.id for block in third.list(limit=100)) == sorted(written)
        assert third.count() == 50


def test_who_lies_behind_the_log_begins_anew(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maintenance, "LOG_KEPT_MIN", 100)
    monkeypatch.setattr(maintenance, "LOG_PER_STEP", 30)
    with opened(directory) as behind, opened(directory) as memory:
        behind.add("the first of all")
        memory.add_many({"text": f"turn {number}"} for number in range(20))
        memory.link(1, 2)
        for weight in range(200):
            memory.link(1, 2, weight=weight / 200)
        assert memory.maintain(dry_run=True).counts["log"] == 122
        assert memory.maintain().counts["log"] == 122
        assert memory.maintain().counts["log"] == 0
        with pytest.raises(LogCut):
            memory.changes(0)
        assert len(memory.changes(memory.seq - 100)) == 100
        assert behind.search("turn 7")
        assert behind.count() == 21
        behind.add("and they go on")
        assert memory.count() == 22
    with opened(directory) as memory:
        assert memory.count() == 22
        assert all(is_well for _, is_well, _ in memory.check())


def test_the_log_keeps_two_changes_for_each_block(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maintenance, "LOG_KEPT_MIN", 1)
    with opened(directory) as memory:
        memory.add_many({"text": f"turn {number}"} for number in range(10))
        for importance in range(30):
            memory.update(1, importance=importance / 30)
        assert memory.maintain().counts["log"] == 20
        assert len(memory.changes(memory.seq - 20)) == 20


@pytest.mark.parametrize("is_old", [False, True])
def test_free_space_is_given_back(directory: Path, is_old: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if is_old:
        monkeypatch.setattr(writer, "let_give_back", lambda _: None)  # as databases were made before
        opened(directory).close()
        monkeypatch.undo()
    with opened(directory) as memory:
        memory.add_many({"text": f"{number} " + "violin " * 2_000, "expires_at": "2020-01-01"} for number in range(200))
        memory.add("this stays")
        before = memory.stats()["bytes"]
        expected = memory.maintain(grace=0, dry_run=True).counts["space"]
        assert expected == 0
        given = memory.maintain(grace=0).counts["space"]
        assert given > 1_048_576
        assert memory.maintain(grace=0).counts["space"] == 0
        memory._store._writer._opened().wal_checkpoint(mode=1)  # type: ignore[attr-defined]
    with opened(directory) as memory:
        after = memory.stats()["bytes"]
        assert isinstance(before, int)
        assert isinstance(after, int)
        assert after < before / 4
        assert [block.text for block in memory.list()] == ["this stays"]


def test_links_that_lead_nowhere_are_removed(directory: Path) -> None:
    import apsw

    with opened(directory) as memory:
        memory.add_many({"text": f"turn {number}"} for number in range(3))
        memory.link(1, 2)
    connection = apsw.Connection(str(directory / "memory.db"))
    connection.execute("PRAGMA foreign_keys = OFF; INSERT INTO links VALUES (1, 999, 'about', 1.0, 0, '')")
    connection.close()
    with opened(directory) as memory:
        assert memory.maintain(dry_run=True).counts["links"] == 1
        assert len(memory.links(1)) == 2
        assert memory.maintain().counts["links"] == 1
        assert [link.target for link in memory.links(1)] == [2]


def test_what_is_only_in_memory_goes_into_files(directory: Path) -> None:
    with opened(directory) as memory:
        memory.add_many({"text": f"turn {number}"} for number in range(300))
        assert memory.maintain(dry_run=True).counts["index"] == 300
        assert not (directory / "index").exists()
        assert memory.maintain().counts["index"] == 300
        assert list((directory / "index").glob("*.segment"))
        assert memory.maintain().counts["index"] == 0
