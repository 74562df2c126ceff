"""Several processes on one directory: what is acknowledged is there, nobody starves, and death frees the lock."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from tests.conformance.store import draft

from greeum.errors import StoreBusy, StoreClosed
from greeum.store import files
from greeum.store.sqlite import SQLiteStore

PROCESSES = 8
ADDS = 200

WRITER = """
import json, sys, time, uuid
from greeum.store.protocol import Draft
from greeum.store.sqlite import SQLiteStore

directory, adds = sys.argv[1], int(sys.argv[2])
store = SQLiteStore(directory)
print("ready", flush=True)
sys.stdin.readline()
ids, finished = [], []
for number in range(adds):
    draft = Draft(uid=uuid.uuid4().hex, namespace="n", text="x", kind="k", at=0, added_at=0, vectors=b"")
    [row] = store.add([draft])
    ids.append(row[0])
    finished.append(time.monotonic())
    if len(sys.argv) > 3:
        print(row[0], flush=True)
store.close()
print(json.dumps([ids, finished]), flush=True)
"""


REPEATER = """
import json, sys
import greeum
from greeum.testing import TinyEmbedder

with greeum.open(sys.argv[1], embedder=TinyEmbedder()) as memory:
    print("ready", flush=True)
    sys.stdin.readline()
    told = []
    for number in range(int(sys.argv[2])):
        items = [{"text": f"{number}, one"}, {"text": f"{number}, two"}]
        blocks = memory.add_many(items, idempotency_key=f"add {number}")
        block = memory.update(blocks[0].id, text=f"{number}, corrected", idempotency_key=f"correct {number}")
        told.append([blocks[1].id, block.id])
print(json.dumps(told), flush=True)
"""
"""Makes the same requests as every other one that does this."""


def start_writer(directory: str, adds: int, *more: str, program: str = WRITER) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program, directory, str(adds), *more],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


def line_from(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def let_go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


@pytest.fixture
def directory(tmp_path: Path) -> str:
    return str(tmp_path / "memory")


def test_what_every_process_asks_for_is_done_once(directory: str) -> None:
    requests = 20
    writers = [start_writer(directory, requests, program=REPEATER) for _ in range(4)]
    assert [line_from(writer) for writer in writers] == ["ready\n"] * len(writers)
    for writer in writers:
        let_go(writer)
    reports = [json.loads(writer.communicate()[0]) for writer in writers]
    assert [writer.returncode for writer in writers] == [0] * len(writers)
    assert all(report == reports[0] for report in reports)
    store = SQLiteStore(directory)
    counts = store.counts()
    assert (counts["blocks"], counts["superseded"]) == (2 * requests, requests)
    assert store.seq() == 4 * requests
    store.close()


def test_all_adds_of_all_processes_arrive_in_turn(directory: str) -> None:
    writers = [start_writer(directory, ADDS) for _ in range(PROCESSES)]
    assert [line_from(writer) for writer in writers] == ["ready\n"] * PROCESSES
    for writer in writers:
        let_go(writer)
    reports: list[tuple[list[int], list[float]]] = [json.loads(writer.communicate()[0]) for writer in writers]
    store = SQLiteStore(directory)
    logged = store.changes(0, PROCESSES * ADDS + 1)
    assert [seq for seq, _, _ in logged] == list(range(1, PROCESSES * ADDS + 1))
    added = [block_id for _, _, block_id in logged]
    assert added == sorted(set(added)) == store.ids(0, PROCESSES * ADDS + 1)
    assert sorted(block_id for ids, _ in reports for block_id in ids) == added
    for ids, _ in reports:
        assert ids == sorted(ids)
    # Nobody is still waiting for its first turn when another one is through with all of its own.
    assert max(finished[0] for _, finished in reports) < min(finished[-1] for _, finished in reports)
    store.close()


def test_what_was_acknowledged_survives_a_kill_and_the_lock_is_free(directory: str) -> None:
    writer = start_writer(directory, 10_000, "report each")
    assert line_from(writer) == "ready\n"
    let_go(writer)
    acknowledged = [int(line_from(writer)) for _ in range(50)]
    writer.kill()
    acknowledged += [int(line) for line in writer.communicate()[0].splitlines()]
    store = SQLiteStore(directory)
    assert set(acknowledged) <= set(store.ids(0, 20_000))
    assert store.add([draft()])[0][0] > acknowledged[-1]
    assert store.seq() == len(store.ids(0, 20_000))
    store.close()


def test_a_reader_in_another_process_sees_a_change_at_once(directory: str) -> None:
    writer = start_writer(directory, 20, "report each")
    assert line_from(writer) == "ready\n"
    reader = SQLiteStore(directory, read_only=True)
    let_go(writer)
    for _ in range(20):
        block_id = int(line_from(writer))
        assert [row[0] for row in reader.blocks([block_id])] == [block_id]
    writer.communicate()
    reader.close()


def test_two_stores_of_one_process_take_turns(directory: str) -> None:
    one, other = SQLiteStore(directory), SQLiteStore(directory)
    for number in range(1, 6):
        one.add([draft()])
        other.add([draft()])
        assert one.seq() == other.seq() == 2 * number
    one.close()
    other.add([draft()])
    assert other.seq() == 11
    other.close()


def test_waiting_for_the_lock_has_an_end(directory: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store = SQLiteStore(directory)
    monkeypatch.setattr(files, "WRITE_LOCK_WAIT_S", 0.02)
    errors: list[StoreBusy] = []

    def write() -> None:
        with pytest.raises(StoreBusy, match=r"write\.lock") as caught:
            store.add([draft()])
        errors.append(caught.value)

    with files.WriteLock(directory):
        threads = [Thread(target=write) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len({id(error) for error in errors}) == 4  # each thread has its own, for a traceback grows as it is raised
    assert store.seq() == 0
    store.add([draft()])
    assert store.seq() == 1
    store.close()


@pytest.mark.skipif(os.name != "posix", reason="locks")
def test_who_has_just_written_stands_in_line_and_who_was_away_need_not(
    directory: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    monkeypatch.setattr(files, "WRITE_LOCK_WAIT_S", 0.02)
    monkeypatch.setattr(files, "AWAY_S", 3_600.0)
    os.mkdir(directory)
    lock = files.WriteLock(directory)
    turn = os.open(os.path.join(directory, files.TURN_LOCK_FILE), os.O_RDWR | os.O_CREAT)
    fcntl.flock(turn, fcntl.LOCK_EX)
    with lock:
        pass
    with pytest.raises(StoreBusy, match="write-next"), lock:
        pass
    monkeypatch.setattr(files, "AWAY_S", 0.0)
    with lock, pytest.raises(StoreBusy), files.WriteLock(directory):
        pass
    os.close(turn)
    with lock:
        pass


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_forked_child_must_open_the_store_again(directory: str) -> None:
    store = SQLiteStore(directory)
    store.add([draft()])

    def in_child() -> list[Any]:
        seen: list[Any] = []
        acts: list[Callable[[], object]] = [store.seq, lambda: store.add([draft()])]
        for act in acts:
            try:
                seen.append(act())
            except StoreClosed as error:
                seen.append("fork" in str(error))
        store.close()
        again = SQLiteStore(directory)
        again.add([draft()])
        seen.append(again.seq())
        again.close()
        return seen

    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writing, json.dumps(in_child()).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as report:
        assert json.load(report) == [True, True, 2]
    os.waitpid(child, 0)
    assert store.seq() == 2
    store.add([draft()])
    assert store.seq() == 3
    store.close()


@pytest.mark.skipif(os.name != "posix", reason="forks")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_child_does_not_keep_the_lock_of_a_parent_that_died(directory: str) -> None:
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            WRITER.replace('print("ready"', 'import os\nif os.fork() == 0: time.sleep(60)\nprint("ready"'),
            directory,
            "100000",
            "report each",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        start_new_session=True,
    )
    assert line_from(parent) == "ready\n"
    let_go(parent)
    for _ in range(20):
        line_from(parent)
    parent.kill()
    parent.wait()
    store = SQLiteStore(directory)
    store.add([draft()])
    store.close()
    os.killpg(parent.pid, signal.SIGKILL)
    parent.communicate()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_child_forked_during_a_write_does_not_keep_the_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "WRITE_LOCK_WAIT_S", 0.02)
    reading, writing = os.pipe()
    with files.WriteLock(str(tmp_path)):
        child = os.fork()
        if child == 0:
            os.close(writing)
            os.read(reading, 1)  # until the parent closes its end
            os._exit(0)
    with files.WriteLock(str(tmp_path)):
        pass
    os.close(writing)
    os.close(reading)
    os.waitpid(child, 0)
