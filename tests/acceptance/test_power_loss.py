"""Guarantee 1, its second half: an acknowledged write survives a loss of power, and disks that fail or are full.

At length: `scripts/power_loss_test.py`. The first tests here are of the disk itself: one that lost nothing would find
nothing.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import apsw
import pytest
from scripts.survival.lossfs import LossFs, Unavailable, build

import greeum
from greeum.errors import StoreFailed, StoreFull

SCRIPT = Path(__file__).parents[2] / "scripts" / "power_loss_test.py"
UNAVAILABLE_STATUS = 77

SYNCS_THAT_FAIL = 12
"""Each of the first syncs after opening, and so those that follow a failed one too."""

COMMIT_FIVE_ROWS = """
import os, sys, apsw
connection = apsw.Connection(sys.argv[1])
connection.execute("PRAGMA synchronous = " + sys.argv[2])
for number in range(5):
    connection.execute("INSERT INTO rows VALUES (?)", (number,))
os._exit(0)
"""
"""Ends without closing the database: to close it is to sync it."""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[LossFs]:
    """A disk that loses power, fails and fills up on command."""
    try:
        disk = LossFs(build(), tmp_path)
    except Unavailable as reason:
        pytest.skip(f"no disk to lose power: {reason}")
    with disk:
        yield disk


def test_the_disk_forgets_what_was_not_synced(disk: LossFs) -> None:
    kept, emptied, lost = disk.path / "kept", disk.path / "emptied", disk.path / "lost"
    write(kept, "text", sync=True)
    write(emptied, "text", sync=False)
    sync_directory(disk.path)
    write(lost, "text", sync=True)
    write(kept, "more", sync=False)
    assert [path.read_text() for path in (kept, emptied, lost)] == ["textmore", "text", "text"]
    disk.crash(None)
    assert {path.name: path.read_text() for path in disk.path.iterdir()} == {"kept": "text", "emptied": ""}


@pytest.mark.parametrize(("synchronous", "left"), [("FULL", 5), ("NORMAL", 0)])
def test_the_disk_tells_a_durable_commit_from_another(disk: LossFs, synchronous: str, left: int) -> None:
    path = disk.path / "rows.db"
    with closing(apsw.Connection(str(path))) as connection:
        connection.execute("PRAGMA journal_mode = WAL").fetchall()
        connection.execute("CREATE TABLE rows (number INTEGER)")
    subprocess.run([sys.executable, "-c", COMMIT_FIVE_ROWS, path, synchronous], check=True)
    disk.crash(None)
    with closing(apsw.Connection(str(path))) as connection:
        assert connection.execute("SELECT count(*) FROM rows").fetchall() == [(left,)]


def test_a_loss_of_power_loses_nothing_that_was_acknowledged() -> None:
    options = ["--rounds=4", "--processes=3"]
    ended = subprocess.run([sys.executable, SCRIPT, *options], capture_output=True, text=True, check=False)
    if ended.returncode == UNAVAILABLE_STATUS:
        pytest.skip(ended.stderr.strip())
    assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.parametrize("fails", range(1, SYNCS_THAT_FAIL + 1))
def test_what_could_not_be_synced_is_refused_and_costs_nothing_else(disk: LossFs, fails: int) -> None:
    acknowledged, refused = [], []
    with greeum.open(disk.path / "memory") as memory:
        disk.fail_sync(fails)
        for number in range(2 * SYNCS_THAT_FAIL):
            text = f"note {number}"
            try:
                memory.add(text)
            except StoreFailed:
                refused.append(text)
            else:
                acknowledged.append(text)
        assert len(refused) == disk.stats()["failed_syncs"] == 1
        assert texts(memory) == acknowledged
    disk.crash(None)
    with greeum.open(disk.path / "memory") as memory:
        assert texts(memory) == acknowledged


def test_a_full_disk_refuses_writes_answers_searches_and_recovers(disk: LossFs) -> None:
    with greeum.open(disk.path / "memory") as memory:
        memory.add("the first note")
        disk.set_full(True)
        with pytest.raises(StoreFull):
            memory.add_many([{"text": f"note {number} " * 1_000} for number in range(20)])
        assert [hit.block.text for hit in memory.search("first")] == ["the first note"]
        disk.set_full(False)
        memory.add("the second note")
    disk.crash(None)
    with greeum.open(disk.path / "memory") as memory:
        assert texts(memory) == ["the first note", "the second note"]


def write(path: Path, text: str, sync: bool) -> None:
    with path.open("a") as file:
        file.write(text)
        file.flush()
        if sync:
            os.fsync(file.fileno())


def sync_directory(path: Path) -> None:
    directory = os.open(path, os.O_RDONLY)
    os.fsync(directory)
    os.close(directory)


def texts(memory: greeum.Memory) -> list[str]:
    return [block.text for block in memory.list()]
