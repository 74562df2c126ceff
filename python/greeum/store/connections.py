"""Connections to the database: how each is opened, who may use one, and what their errors mean."""

from __future__ import annotations

import os

import apsw

from greeum.errors import (
    InvalidInput,
    StoreBusy,
    StoreClosed,
    StoreDamaged,
    StoreFailed,
    StoreFull,
    StoreReadOnly,
)
from greeum.store.certificates import uid_digest
from greeum.store.files import size_bytes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    from greeum.errors import GreeumError

    T = TypeVar("T")

BUSY_WAIT_MS = 5_000
"""How long SQLite waits for a lock of its own. Writers take turns outside, so only recovery after a crash and the
folding of the log by the last one to close are in the way, and they take seconds at most."""

READER_CACHE_KIB = 8_192
"""Pages one reader keeps: the upper levels of every B-tree of a million blocks, which every question walks through."""

WRITER_CACHE_KIB = 8_192
"""Pages the writer keeps from one transaction to the next, likewise."""

WRITER_SPILL_KIB = 32_768
"""Pages the writer holds in one transaction: a batch of 10,000 blocks with their vectors, which would otherwise be
written twice."""

LOG_BYTES_MAX = 67_108_864
"""What is left of a write-ahead log's file after a large batch: 64 MiB, or an import would keep its space for good."""

IDLE_READERS_MAX = 8
"""Connections kept for the next question. A thread that finds none opens one, which takes some 50 µs."""

UNTRUSTED = (apsw.FullError, apsw.IOError, apsw.CorruptError, apsw.NotADBError, apsw.NoMemError, apsw.CantOpenError)
"""After one of these a writer's connection is not used again: what it believes of the file may not be so."""

_MEANINGS: tuple[tuple[type[apsw.Error], type[GreeumError], str], ...] = (
    (apsw.FullError, StoreFull, "no room on the disk: make room, then try again"),
    (apsw.BusyError, StoreBusy, "another process is at work on it: try again"),
    (apsw.LockedError, StoreBusy, "another process is at work on it: try again"),
    (apsw.ReadOnlyError, StoreReadOnly, "it may not be written: open it with read_only=True (--read-only)"),
    (apsw.CorruptError, StoreDamaged, "it is damaged: keep a copy of the directory, then restore a backup"),
    (apsw.NotADBError, StoreDamaged, "it is not a database: keep a copy of the directory, then restore a backup"),
    (apsw.IOError, StoreFailed, "the disk failed: check it, then try again"),
    (apsw.CantOpenError, StoreFailed, "it cannot be opened: check that the directory is there and its modes"),
)


def typed(error: apsw.Error, path: str) -> GreeumError:
    """What an error of SQLite means for the store. Each call gives a new one, for each thread must have its own."""
    if isinstance(error, apsw.ConstraintError):
        return InvalidInput("block", f"cannot be stored: {error}")
    for kind, meaning, advice in _MEANINGS:
        if isinstance(error, kind):
            return meaning(f"{path}: {advice} ({error})")
    return StoreFailed(f"{path}: {type(error).__name__}: {error}")


def open_writer(path: str, vfs: str | None) -> apsw.Connection:
    """A connection that writes; its commits are durable, and what it deletes is overwritten."""
    connection = _connect(path, apsw.SQLITE_OPEN_READWRITE, vfs, WRITER_CACHE_KIB)
    try:
        _set_up_writer(connection, path)
    except apsw.Error:
        abandon(connection)
        raise
    return connection


def _set_up_writer(connection: apsw.Connection, path: str) -> None:
    if _pragma(connection, "journal_mode = WAL") != "wal":
        raise StoreFailed(f"{path}: this file system cannot hold a write-ahead log; move the directory to a local disk")
    _pragma(connection, "synchronous = FULL")
    # On macOS a plain fsync leaves the data in the drive's cache; elsewhere these two say nothing.
    _pragma(connection, "fullfsync = ON")
    _pragma(connection, "checkpoint_fullfsync = ON")
    _pragma(connection, "secure_delete = ON")
    _pragma(connection, "foreign_keys = ON")
    page_bytes = connection.pragma("page_size")
    _pragma(connection, f"cache_spill = {WRITER_SPILL_KIB * 1_024 // page_bytes}")
    _pragma(connection, f"journal_size_limit = {LOG_BYTES_MAX}")
    connection.create_scalar_function("uid_digest", _uid_digest, 1, deterministic=True)


def abandon(connection: apsw.Connection) -> None:
    """Close a connection with which something failed; it does not try to fold the log as it goes."""
    connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
    connection.close(force=True)


def let_give_back(connection: apsw.Connection) -> None:
    """From now on free pages can be given back a few at a time (`PRAGMA incremental_vacuum`).

    SQLite takes that up by writing the database anew, in one transaction. So it is not said with every connection: for
    a database that is empty that would be a write which may fail, of whoever only opens it.
    """
    _pragma(connection, "auto_vacuum = INCREMENTAL")
    connection.execute("VACUUM")


def _uid_digest(*values: Any) -> bytes:
    """For statements."""
    return uid_digest(values[0])


def open_reader(path: str, vfs: str | None, immutable: bool = False) -> apsw.Connection:
    """A connection that only asks. It never waits for a writer, and a writer never waits for it.

    The file is not mapped: a page that cannot be read should be an error, whereas in a mapping it kills the process.
    """
    flags = apsw.SQLITE_OPEN_READONLY
    name = path
    if immutable:
        from pathlib import Path

        flags |= apsw.SQLITE_OPEN_URI
        name = Path(path).as_uri() + "?immutable=1"
    connection = _connect(name, flags, vfs, READER_CACHE_KIB)
    # The last to close folds the log, and takes a lock for it that a reader cannot have.
    connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
    return connection


def _connect(name: str, flags: int, vfs: str | None, cache_kib: int) -> apsw.Connection:
    connection = apsw.Connection(name, flags=flags, vfs=vfs)
    connection.set_busy_timeout(BUSY_WAIT_MS)
    # One plan for each statement: else a join is planned anew for every value bound to it, at six times its cost.
    connection.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)
    # A function that a tampered schema names is not run.
    _pragma(connection, "trusted_schema = OFF")
    # What is rolled back or sorted is kept aside, and must not be left in a file outside the directory.
    _pragma(connection, "temp_store = MEMORY")
    _pragma(connection, f"cache_size = -{cache_kib}")
    return connection


def copy_database(source: apsw.Connection, path: str) -> None:
    """Write every page, as of one moment, into the database file at `path`, which must be empty. Others may write to
    the source meanwhile.
    """
    target = apsw.Connection(path, flags=apsw.SQLITE_OPEN_READWRITE)
    try:
        with target.backup("main", source, "main") as pages:
            # All at once: in steps it would begin again with every change that another connection makes.
            pages.step(-1)
    finally:
        target.close()


def is_immutable(path: str) -> bool:
    """Whether a reader must, and may, do without locks and without the write-ahead log.

    It must if it may not write to the directory, for then it cannot make the shared memory that the log needs. It may
    if there is nothing in the log and nobody has it open, so that nobody changes the database under it. Should another
    user begin to write, such a reader does not see it: open the store again.
    """
    if os.access(os.path.dirname(path), os.W_OK):
        return False
    return size_bytes(path + "-wal") == 0 and not (os.path.exists(path + "-wal") and os.path.exists(path + "-shm"))


def _pragma(connection: apsw.Connection, text: str) -> object:
    return connection.execute(f"PRAGMA {text}").get


class Readers:
    """Connections that only ask, each lent to one thread at a time.

    One is opened at once, and there is always one until `close`. That is more than thrift: were the last connection to
    be closed after a failed sync, the next one would read the log from the start and find what nobody was promised.
    """

    def __init__(self, path: str, vfs: str | None, immutable: bool = False) -> None:
        self._path = path
        self._vfs = vfs
        self._immutable = immutable
        self._closed = False
        self._idle = [open_reader(path, vfs, immutable)]

    def ask(self, question: Callable[[apsw.Connection], T]) -> T:
        """Answer a question with a connection that no other thread uses meanwhile."""
        connection = self._take()
        try:
            return question(connection)
        finally:
            self._give(connection)

    def _take(self) -> apsw.Connection:
        if self._closed:
            raise StoreClosed("this memory has been closed; open it again")
        try:
            return self._idle.pop()
        except IndexError:
            return open_reader(self._path, self._vfs, self._immutable)

    def _give(self, connection: apsw.Connection) -> None:
        if self._closed or len(self._idle) >= IDLE_READERS_MAX:
            connection.close()
        else:
            self._idle.append(connection)

    def close(self) -> None:
        """Close those that nobody uses; the others are closed when they are given back."""
        self._closed = True
        while self._idle:
            self._idle.pop().close()
