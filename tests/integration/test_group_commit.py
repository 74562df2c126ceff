"""Threads that write at once share a commit, and one of them being interrupted harms none of the others."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Barrier, Thread, get_ident
from typing import Any

import apsw
import pytest
from tests.conformance.store import draft
from tests.integration.disk import Disk

from greeum.errors import StoreClosed
from greeum.store import committer as committer_module
from greeum.store.committer import Committer, Request
from greeum.store.files import WriteLock
from greeum.store.sqlite import SQLiteStore

THREADS = 64
ADDS = 100
SYNCS_MAX = 400

PATIENCE_S = 60.0
"""For what other threads do in milliseconds: a machine that is slower than this hangs."""


@pytest.fixture
def disk() -> Disk:
    return Disk(syncs=True)


@pytest.fixture
def directory(tmp_path: Path) -> str:
    return str(tmp_path / "memory")


@pytest.fixture
def store(directory: str, disk: Disk) -> Iterator[SQLiteStore]:
    store = SQLiteStore(directory, vfs=disk.name)
    yield store
    store.close()


def start(act: Callable[[], object]) -> Thread:
    thread = Thread(target=act)
    thread.start()
    return thread


def wait_until(holds: Callable[[], bool]) -> None:
    """Look again and again, but not for ever."""
    end_s = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < end_s, "it has not come to pass"
        time.sleep(0.001)


def wait_for_queue(committer: Committer, length: int) -> None:
    """Until so many wait for a leader that is itself waiting: that they have come is nowhere to be seen but here."""
    wait_until(lambda: len(committer._queue) >= length)


def wait_for_leader(committer: Committer) -> None:
    wait_until(lambda: committer._leading)


def test_many_threads_need_few_syncs(store: SQLiteStore, disk: Disk) -> None:
    barrier = Barrier(THREADS)

    def write() -> None:
        barrier.wait()
        for _ in range(ADDS):
            store.add([draft()])

    before = disk.log_syncs
    for thread in [start(write) for _ in range(THREADS)]:
        thread.join()
    assert store.seq() == THREADS * ADDS
    assert disk.log_syncs - before <= SYNCS_MAX


def test_one_thread_syncs_each_of_its_adds(store: SQLiteStore, disk: Disk) -> None:
    before = disk.log_syncs
    for number in range(1, 21):
        store.add([draft()])
        assert disk.log_syncs - before >= number


def test_what_waits_together_is_one_commit_and_each_has_its_own_outcome(
    store: SQLiteStore, disk: Disk, directory: str
) -> None:
    store.add([draft("x", key="taken")])
    outcomes: list[object] = []

    def write(key: str) -> None:
        try:
            outcomes.append(store.add([draft("y", key=key)])[0][3])
        except Exception as error:  # noqa: BLE001 - it is the outcome
            outcomes.append(type(error).__name__)

    with WriteLock(directory):
        threads = [start(lambda key=key: write(key)) for key in ("a", "b", "taken", "c")]  # type: ignore[misc]
        wait_for_queue(store._committer, 3)  # without the leader, who has a batch of its own
        before = disk.log_syncs
    for thread in threads:
        thread.join()
    assert sorted(map(str, outcomes)) == ["Conflict", "a", "b", "c"]
    assert disk.log_syncs - before == 2
    assert store.seq() == 4


def test_closing_waits_for_those_who_write(store: SQLiteStore, directory: str) -> None:
    with WriteLock(directory):
        writers = [start(lambda: store.add([draft()])) for _ in range(4)]
        wait_for_queue(store._committer, 3)
        closing = start(store.close)
        wait_until(lambda: store._closed)
        with pytest.raises(StoreClosed):
            store.add([draft()])
        closing.join(timeout=0.05)
        assert closing.is_alive()
    for thread in [*writers, closing]:
        thread.join()
    again = SQLiteStore(directory)
    assert again.seq() == 4
    again.close()


@pytest.mark.skipif(os.name != "posix", reason="signals another thread")
@pytest.mark.parametrize("leads", [True, False])
def test_an_interrupted_writer_stores_nothing_and_holds_nobody_up(
    store: SQLiteStore, directory: str, leads: bool
) -> None:
    main = get_ident()
    others: list[Thread] = []

    def interrupt_once_it_waits() -> None:
        if leads:
            wait_for_leader(store._committer)
            others.extend(start(lambda: store.add([draft()])) for _ in range(2))
        wait_for_queue(store._committer, 2 if leads else 1)
        signal.pthread_kill(main, signal.SIGINT)

    with WriteLock(directory):
        if not leads:
            others.append(start(lambda: store.add([draft()])))
            wait_for_leader(store._committer)
        interrupter = start(interrupt_once_it_waits)
        with pytest.raises(KeyboardInterrupt):
            store.add([draft("interrupted")])
        interrupter.join()
    for thread in others:
        thread.join()
    store.add([draft("after")])
    texts = [row[4] for row in store.blocks(store.ids(0, 10))]
    assert "interrupted" not in texts
    assert len(texts) == len(others) + 1


class Batches:
    """Takes the place of the transaction: keeps how many were in each."""

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def transact(self, batch: list[Request]) -> None:
        self.sizes.append(len(batch))
        for request in batch:
            request.settled = True


def run_together(committer: Committer, count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """One batch of so many, whatever came before."""
    with monkeypatch.context() as patch:
        patch.setattr(committer, "_company", count)
        for thread in [start(lambda: committer.run(lambda _: None)) for _ in range(count)]:
            thread.join()


def test_a_leader_waits_for_the_company_of_the_last_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(committer_module, "COMPANY_WAIT_S", 60.0)
    batches = Batches()
    committer = Committer(batches.transact)
    for count in (3, 3, 2):
        run_together(committer, count, monkeypatch)
    assert batches.sizes == [3, 3, 2]


def test_a_leader_goes_on_alone_if_nobody_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    batches = Batches()
    committer = Committer(batches.transact)
    monkeypatch.setattr(committer, "_company", 2)
    for _ in range(3):
        committer.run(lambda _: None)
    assert batches.sizes == [1, 1, 1]


@pytest.mark.skipif(os.name != "posix", reason="signals another thread")
def test_a_leader_that_is_interrupted_while_it_waits_for_company_hands_on_the_lead(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(committer_module, "COMPANY_WAIT_S", 60.0)
    batches = Batches()
    committer = Committer(batches.transact)
    monkeypatch.setattr(committer, "_company", 3)
    main = get_ident()
    others: list[Thread] = []

    def interrupt_once_it_waits() -> None:
        wait_for_leader(committer)
        others.append(start(lambda: committer.run(lambda _: None)))
        wait_for_queue(committer, 2)
        signal.pthread_kill(main, signal.SIGINT)

    interrupter = start(interrupt_once_it_waits)
    with pytest.raises(KeyboardInterrupt):
        committer.run(lambda _: None)
    interrupter.join()
    others[0].join()
    assert batches.sizes == [1]


def test_an_interrupted_leader_leaves_the_others_of_its_batch_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(committer_module, "COMPANY_WAIT_S", 60.0)
    batches = Batches()
    outcomes: list[object] = []

    def interrupted_at_first(batch: list[Request]) -> None:
        if not batches.sizes:
            batches.sizes.append(len(batch))
            raise KeyboardInterrupt
        batches.transact(batch)

    committer = Committer(interrupted_at_first)

    def run() -> None:
        try:
            outcomes.append(committer.run(lambda _: None))
        except KeyboardInterrupt:
            outcomes.append(KeyboardInterrupt)

    monkeypatch.setattr(committer, "_company", 3)
    threads = [start(run) for _ in range(3)]
    for thread in threads:
        thread.join()
    assert batches.sizes == [3, 2]
    assert outcomes.count(KeyboardInterrupt) == 1


class InterruptedAtCommit:
    """A connection during whose commit Ctrl-C is pressed: Python notices when the call returns."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def __getattr__(self, name: str) -> object:
        return getattr(self._connection, name)

    def execute(self, statement: str, *bindings: Any) -> apsw.Cursor:
        cursor = self._connection.execute(statement, *bindings)
        if statement == "COMMIT":
            raise KeyboardInterrupt
        return cursor


def test_an_interruption_during_the_commit_does_not_add_twice(
    store: SQLiteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.add([draft("before")])
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(store._writer, "_connection", InterruptedAtCommit(store._writer._opened()))
        store.add([draft("during")])
    store.add([draft("after")])
    assert [row[4] for row in store.blocks(store.ids(0, 10))] == ["before", "during", "after"]
