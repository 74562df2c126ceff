"""A disk that is full or fails: a typed error, and what is there is exactly what was acknowledged."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from threading import Barrier, Thread

import apsw
import pytest
from tests.conformance.store import draft
from tests.integration.disk import Disk

from greeum.errors import StoreBusy, StoreDamaged, StoreError, StoreFailed, StoreFull, StoreReadOnly
from greeum.store import connections, files
from greeum.store.erasure import SCRUB_DUE
from greeum.store.protocol import Store
from greeum.store.sqlite import SQLiteStore

TEXT = "I moved to Busan in May. " * 40
ACTS = 24


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
def directory(tmp_path: Path) -> str:
    return str(tmp_path / "memory")


def write_all(store: Store, texts: dict[int, str]) -> list[StoreError]:
    """Add, correct and forget; keep `texts` true to what was acknowledged. The errors on the way."""
    errors: list[StoreError] = []
    for number in range(ACTS):
        try:
            if number % 6 == 5 and texts:
                for block_id in store.forget([min(texts)]):
                    del texts[block_id]
            elif number % 6 == 4 and texts and store.history(max(texts))[-1][-1] is None:
                row = store.supersede(max(texts), draft(f"{TEXT} corrected"))
                texts[row[0]] = row[4]
            else:
                for row in store.add([draft(f"{TEXT} {number}") for _ in range(1 + number % 3)]):
                    texts[row[0]] = row[4]
        except StoreError as error:
            errors.append(error)
        assert stored(store) == texts
    return errors


def stored(store: Store) -> dict[int, str]:
    return {row[0]: row[4] for row in store.blocks(store.ids(0, 1_000))}


def folded(store: Store) -> set[int]:
    """The blocks that a follower of the log has."""
    blocks: set[int] = set()
    for seq, (number, operation, block_id) in enumerate(store.changes(0, 10_000), 1):
        assert seq == number
        if operation == 1:
            blocks.add(block_id)
        elif operation == 2:
            blocks.remove(block_id)
    return blocks


def once(act: str, number: int, code: int) -> Callable[[str, int], int]:
    return lambda asked, nth: code if (asked, nth) == (act, number) else 0


def from_then_on(act: str, number: int, code: int) -> Callable[[str, int], int]:
    return lambda asked, nth: code if asked == act and nth >= number else 0


@pytest.mark.parametrize("fails", [once, from_then_on])
@pytest.mark.parametrize(
    ("act", "numbers", "code", "expected"),
    [
        ("sync", range(1, 40), apsw.SQLITE_IOERR_FSYNC, StoreFailed),
        ("write", range(1, 240, 7), apsw.SQLITE_IOERR_WRITE, StoreFailed),
        ("write", range(1, 240, 7), apsw.SQLITE_FULL, StoreFull),
    ],
)
def test_what_is_there_is_what_was_acknowledged(
    tmp_path: Path,
    disk: Disk,
    *,
    fails: Callable[[str, int, int], Callable[[str, int], int]],
    act: str,
    numbers: range,
    code: int,
    expected: type[StoreError],
) -> None:
    failed = 0
    for number in numbers:
        directory = str(tmp_path / f"{act}-{number}")
        store = SQLiteStore(directory, vfs=disk.name)
        disk.fail(fails(act, number, code))
        texts: dict[int, str] = {}
        errors = write_all(store, texts)
        assert {type(error) for error in errors} <= {expected}
        failed += bool(errors)
        disk.mend()
        assert write_all(store, texts) == []
        store.close()
        again = SQLiteStore(directory)
        assert stored(again) == texts
        assert folded(again) == set(texts)
        again.close()
    assert failed > len(numbers) // 2


def test_the_changes_of_a_failed_commit_do_not_come_back(directory: str, disk: Disk) -> None:
    """They are in the log's file, whole; only that they were not acknowledged tells them from the others."""
    store = SQLiteStore(directory, vfs=disk.name)
    store.add([draft("kept")])
    disk.fail(from_then_on("sync", 1, apsw.SQLITE_IOERR_FSYNC))
    with pytest.raises(StoreFailed):
        store.add([draft("lost")])
    disk.mend()
    store.close()
    again = SQLiteStore(directory)
    assert list(stored(again).values()) == ["kept"]
    again.close()


def test_a_connection_whose_sync_failed_is_not_used_again(directory: str, disk: Disk) -> None:
    store = SQLiteStore(directory, vfs=disk.name)
    store.add([draft("kept")])
    opened = disk.databases_opened
    disk.fail(once("sync", 1, apsw.SQLITE_IOERR_FSYNC))
    with pytest.raises(StoreFailed):
        store.add([draft("lost")])
    store.add([draft("kept")])
    assert disk.databases_opened == opened + 1
    assert list(stored(store).values()) == ["kept", "kept"]
    store.close()


def test_one_failed_sync_fails_everyone_who_waited_for_it(directory: str, disk: Disk) -> None:
    store = SQLiteStore(directory, vfs=disk.name)
    acknowledged: list[str] = []
    errors: list[StoreError] = []
    barrier = Barrier(16)
    disk.fail(lambda asked, number: apsw.SQLITE_IOERR_FSYNC if asked == "sync" and number % 3 == 2 else 0)

    def write(thread: int) -> None:
        barrier.wait()
        for number in range(10):
            try:
                acknowledged.append(store.add([draft(f"{thread}/{number}")])[0][4])
            except StoreFailed as error:
                errors.append(error)

    threads = [Thread(target=write, args=(thread,)) for thread in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(stored(store).values()) == sorted(acknowledged)
    assert len(acknowledged) + len(errors) == 160
    assert acknowledged
    assert errors
    assert len({id(error) for error in errors}) == len(errors)
    disk.mend()
    store.close()


@pytest.mark.parametrize("code", [apsw.SQLITE_FULL, apsw.SQLITE_IOERR_WRITE])
def test_a_store_that_could_not_be_made_can_be_made_later(directory: str, disk: Disk, code: int) -> None:
    for number in range(1, 12):
        disk.fail(from_then_on("write", number, code))
        with pytest.raises((StoreFull, StoreFailed)):
            SQLiteStore(directory, vfs=disk.name).add([draft()])
    disk.mend()
    store = SQLiteStore(directory, vfs=disk.name)
    store.add([draft()])
    assert store.seq() == 1
    store.close()


@pytest.mark.parametrize("pages", [0, 1])
def test_what_an_interrupted_making_has_left_is_made_anew(directory: str, pages: int) -> None:
    """With all that a new one has: free pages can be given back."""
    files.make_directory(directory)
    files.make_database(str(Path(directory) / files.DATABASE_FILE))
    if pages:
        connection = apsw.Connection(str(Path(directory) / files.DATABASE_FILE))
        assert connection.execute("PRAGMA journal_mode = WAL").get == "wal"
        connection.close()
    store = SQLiteStore(directory)
    store.add([draft()])
    store.close()
    connection = apsw.Connection(str(Path(directory) / files.DATABASE_FILE))
    assert connection.execute("PRAGMA auto_vacuum").get == 2
    connection.close()


def test_on_a_full_disk_a_store_can_be_opened_and_read(directory: str, disk: Disk) -> None:
    store = SQLiteStore(directory)
    store.add([draft("kept")])
    store.close()
    connection = apsw.Connection(str(Path(directory) / files.DATABASE_FILE))
    connection.execute("INSERT INTO settings VALUES (?, 1)", (SCRUB_DUE,))  # as a crash after a forgetting leaves it
    connection.close()
    disk.fail(from_then_on("write", 1, apsw.SQLITE_FULL))
    store = SQLiteStore(directory, vfs=disk.name)
    assert list(stored(store).values()) == ["kept"]
    with pytest.raises(StoreFull):
        store.add([draft("lost")])
    disk.mend()
    store.add([draft("after")])
    store.close()
    assert list(stored(SQLiteStore(directory, read_only=True)).values()) == ["kept", "after"]


def test_another_program_that_holds_the_database_makes_it_busy(directory: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "BUSY_WAIT_MS", 10)
    store = SQLiteStore(directory)
    other = apsw.Connection(str(Path(directory) / files.DATABASE_FILE))
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusy, match="another process"):
        store.add([draft()])
    other.execute("ROLLBACK")
    other.close()
    store.add([draft()])
    assert store.seq() == 1
    store.close()


def test_damage_is_an_error_and_not_an_answer(directory: str) -> None:
    store = SQLiteStore(directory)
    store.add([draft(TEXT) for _ in range(1_000)])
    store.close()
    path = Path(directory) / files.DATABASE_FILE
    content = bytearray(path.read_bytes())
    spared = 4_096 * 20  # the roots, so that it can be opened
    content[spared:] = b"\xa5" * (len(content) - spared)
    path.write_bytes(content)
    store = SQLiteStore(directory)
    with pytest.raises(StoreDamaged, match=r"memory\.db"):
        store.blocks(store.ids(0, 1_000))
    with pytest.raises(StoreDamaged):
        store.add([draft()])
    store.close()


def test_damaged_pointers_within_a_page_are_an_error_and_no_page_without_end(directory: str) -> None:
    store = SQLiteStore(directory)
    store.add([draft(TEXT), draft(TEXT)])
    store.close()
    path = Path(directory) / files.DATABASE_FILE
    connection = apsw.Connection(str(path))
    root = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'blocks'").get
    page_bytes = connection.pragma("page_size")
    connection.close()
    content = bytearray(path.read_bytes())
    pointers = (root - 1) * page_bytes + 8  # behind the page's header; SQLite then reads rows of zeros
    content[pointers : pointers + 14] = b"garbagegarbage"
    path.write_bytes(content)
    store = SQLiteStore(directory)
    with pytest.raises(StoreDamaged, match="order of their ids"):
        store.ids(0, 1_000)
    store.close()


@pytest.mark.parametrize("is_replaced", [False, True])
def test_nothing_is_acknowledged_that_would_go_into_a_file_without_a_name(directory: str, is_replaced: bool) -> None:
    store = SQLiteStore(directory)
    store.add([draft()])
    os.rename(directory, directory + ".old")
    if is_replaced:
        SQLiteStore(directory).close()
    with pytest.raises(StoreFailed, match=r"memory\.db: was moved, removed or replaced while it was open"):
        store.add([draft()])
    store.close()
    moved = SQLiteStore(directory + ".old")
    moved.add([draft()])
    assert moved.seq() == 2
    moved.close()


@pytest.mark.parametrize(
    ("number", "expected"),
    [(errno.ENOSPC, StoreFull), (errno.EROFS, StoreReadOnly), (errno.EACCES, StoreReadOnly), (errno.EIO, StoreFailed)],
)
def test_a_lock_that_cannot_be_opened_is_a_typed_error(
    directory: str, monkeypatch: pytest.MonkeyPatch, number: int, expected: type[StoreError]
) -> None:
    store = SQLiteStore(directory)

    def refuse(path: str, *_: object) -> int:
        raise OSError(number, os.strerror(number), path)

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refuse)
        with pytest.raises(expected, match=r"\.lock"):
            store.add([draft()])
    store.add([draft()])
    assert store.seq() == 1
    store.close()
