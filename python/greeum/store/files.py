"""The directory of a store: its files, the lock that its writers take in turn, and where it must not lie."""

from __future__ import annotations

import os
import sys
from errno import EDQUOT, ENOSPC, EROFS
from math import inf
from time import monotonic, monotonic_ns, sleep

from greeum.errors import StoreBusy, StoreError, StoreFailed, StoreFull, StoreReadOnly

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

DATABASE_FILE = "memory.db"
"""Blocks, links, anchors, the log of changes: all that is true."""

WRITE_LOCK_FILE = "write.lock"
"""Held by the one process that writes."""

TURN_LOCK_FILE = "write-next.lock"
"""Held by the one process that writes next."""

MAINTAIN_LOCK_FILE = "maintain.lock"
"""Held by the one process that maintains the store."""

RENEW_LOCK_FILE = "renew.lock"
"""Held by the one process that makes vectors anew, since this version of Greeum makes others than the last."""

LOOK_PERIOD_S = 0.25
"""How often it is looked whether a database that is open is still where it was: one system call."""

WRITE_LOCK_WAIT_S = 30.0
"""How long to wait for the write lock: the longest batch takes seconds, so whoever holds it for longer is stuck."""

AWAY_S = 0.01
"""Who has not had the write lock for so long need not stand in line if it is free: whoever does stand there has had
forty tries. Most memories of a server are written that seldom, and to stand in line costs as much as to write a row."""

WRITE_POLL_S = 0.000_25
"""Between two tries for the write lock. Only the next writer does this: a fraction of the fastest commit."""

TURN_POLL_S = 0.002
"""Between two tries for the turn. Everyone who waits does this: about a commit, so that somebody always takes it."""

NETWORK_FILESYSTEMS = frozenset(
    {
        "9p",
        "afs",
        "beegfs",
        "ceph",
        "cifs",
        "davfs",
        "fuse.ceph",
        "fuse.davfs2",
        "fuse.glusterfs",
        "fuse.juicefs",
        "fuse.rclone",
        "fuse.s3fs",
        "fuse.sshfs",
        "gfs2",
        "glusterfs",
        "lustre",
        "ncpfs",
        "nfs",
        "nfs4",
        "ocfs2",
        "smb2",
        "smb3",
        "smbfs",
    }
)
"""Types, as Linux names them, of file systems that several hosts may mount: memory is not shared between hosts, which
the write-ahead log needs, and their locks and syncs often promise more than they do."""

MOUNTS_FILE = "/proc/self/mountinfo"
"""Where Linux lists what is mounted where; other systems have no such file."""


class WriteLock:
    """One writer at a time, over all processes and all stores of a directory; use it with `with`.

    There are two locks, as in a turnstile: whoever waits for the write lock holds the turn, and lets go of it once
    inside. So a process that has just written finds the turn taken by the one that waited for it, and must wait among
    the others. For the turn itself there is no queue, since a lock with a time limit can only be tried again and
    again: who comes first is chance, with even odds. (Of eight processes that write without pause, the longest wait in
    8,000 commits was for some 150 of them.) Who has been away for AWAY_S takes the write lock if it is free, for that
    keeps nobody from it for long.

    The files are opened for each turn and not kept open: a lock belongs to the open file, which a forked child shares,
    and would otherwise be held for as long as the child lives.
    """

    def __init__(self, directory: str) -> None:
        self._write_path = os.path.join(directory, WRITE_LOCK_FILE)
        self._turn_path = os.path.join(directory, TURN_LOCK_FILE)
        self._file = -1
        self._left_s = -inf

    def __enter__(self) -> None:
        """Raises StoreBusy if the lock is not to be had within WRITE_LOCK_WAIT_S."""
        now_s = monotonic()
        if now_s - self._left_s >= AWAY_S and self._is_free():
            return
        deadline_s = now_s + WRITE_LOCK_WAIT_S
        turn = self._wait(self._turn_path, deadline_s)
        try:
            self._file = self._wait(self._write_path, deadline_s)
        finally:
            _unlock(turn)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _unlock(self._file)
        self._left_s = monotonic()

    def _is_free(self) -> bool:
        """Whether it could be had at once; if so, it is."""
        file = _open(self._write_path)
        locked = False
        try:
            locked = _try_lock(file)
        finally:
            if not locked:
                os.close(file)
        if locked:
            self._file = file
        return locked

    def _wait(self, path: str, deadline_s: float) -> int:
        file = _open(path)
        locked = False
        try:
            while not (locked := _try_lock(file)):
                if monotonic() > deadline_s:
                    raise StoreBusy(f"{path}: another process has held the lock for {WRITE_LOCK_WAIT_S:g} s; try again")
                sleep(WRITE_POLL_S if path is self._write_path else _turn_pause_s())
        finally:
            if not locked:
                os.close(file)
        return file


class Claim:
    """A lock that is had at once or not at all; use it with `with`, and once."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._file = -1

    def __enter__(self) -> None:
        """Raises StoreBusy if somebody else has it."""
        file = _open(self._path)
        try:
            if not _try_lock(file):
                raise StoreBusy(f"{self._path}: another process is at it: try again")
        except BaseException:
            os.close(file)
            raise
        self._file = file

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _unlock(self._file)


def is_held(path: str) -> bool:
    """Whether some process has the lock of this file now. The file is not made for it."""
    try:
        file = os.open(path, os.O_RDWR)
    except OSError:
        return False
    if _try_lock(file):
        _unlock(file)
        return False
    os.close(file)
    return True


def _turn_pause_s() -> float:
    """Between one and two TURN_POLL_S, by the low digits of the clock, since `random` is dear to import."""
    return TURN_POLL_S * (1 + monotonic_ns() // 1_000 % 1_000 / 1_000)


def _open(path: str) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise typed(error) from error


if sys.platform == "win32":

    def _try_lock(file: int) -> bool:
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        return True

    def _unlock(file: int) -> None:
        os.lseek(file, 0, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_UNLCK, 1)
        os.close(file)

else:

    def _try_lock(file: int) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError as error:
            raise StoreFailed(
                f"the file system has no locks ({error.strerror}): move the directory to another"
            ) from error
        return True

    def _unlock(file: int) -> None:
        # Not by closing alone: a child that was forked meanwhile has the file open too.
        fcntl.flock(file, fcntl.LOCK_UN)
        os.close(file)


def typed(error: OSError) -> StoreError:
    """What an error of the operating system means for the store."""
    if error.errno in (ENOSPC, EDQUOT):
        return StoreFull(f"{error.filename}: no room on the disk; make room, then try again")
    if error.errno == EROFS or isinstance(error, PermissionError):
        return StoreReadOnly(
            f"{error.filename}: may not be written ({error.strerror}); open it with read_only=True (--read-only)"
        )
    return StoreFailed(f"{error.filename}: {error.strerror}: see to the disk, or name another directory")


def identity(path: str) -> tuple[int, int] | None:
    """Which file lies at this path, whatever it holds; None if there is none."""
    try:
        found = os.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_dev, found.st_ino


def moved(path: str) -> StoreFailed:
    """That a database is no longer where it was when it was opened."""
    return StoreFailed(
        f"{path}: was moved, removed or replaced while it was open; open the memory anew", was_moved=True
    )


def make_directory(directory: str) -> None:
    """Make it, and what is missing above it, if need be, for its owner alone: what it will hold is private, and so are
    the names of tenants.
    """
    if os.path.isdir(directory):
        return
    above = os.path.dirname(os.path.abspath(directory))
    if not os.path.exists(above):
        make_directory(above)
    try:
        os.makedirs(directory, mode=0o700, exist_ok=True)
        sync_directory(os.path.dirname(directory))
    except (FileExistsError, NotADirectoryError) as error:
        raise StoreFailed(f"{directory}: is a file or lies below one, and not a directory: name another") from error
    except OSError as error:
        raise typed(error) from error


def make_database(path: str) -> None:
    """Make an empty database file, if need be, for its owner alone; SQLite gives its other files the same mode.

    One that is there is not opened: closing it would drop all of this process's SQLite locks on it.
    """
    if os.path.exists(path):
        return
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        sync_directory(os.path.dirname(path))
    except OSError as error:
        raise typed(error) from error


def sync_directory(directory: str) -> None:
    """A file is there after a power loss only if its name is."""
    if sys.platform == "win32":
        return  # a directory cannot be opened there; NTFS logs names itself
    file = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def size_bytes(path: str) -> int:
    """The size of a file; 0 if there is none, also since what should be its directory is a file."""
    try:
        return os.stat(path).st_size
    except (FileNotFoundError, NotADirectoryError):
        return 0


def warn_of_network(directory: str) -> None:
    """Warn if the directory lies on a file system that other hosts may mount too."""
    kind = filesystem_of(directory)
    if kind not in NETWORK_FILESYSTEMS:
        return
    import warnings

    warnings.warn(
        f"{directory} is on a network file system ({kind}): what two hosts write there at once may be lost. "
        "Move it to a local disk, or let one service own it and connect to that.",
        RuntimeWarning,
        stacklevel=3,
    )


def filesystem_of(directory: str) -> str | None:
    """The type of the file system that holds the directory, as Linux names it; None where that is not known."""
    try:
        with open(MOUNTS_FILE, encoding="utf-8", errors="surrogateescape") as file:
            mounts = file.read().splitlines()
    except OSError:
        return None
    directory = os.path.realpath(directory)
    best, kind = "", None
    for mount in mounts:
        point, kind_here = _mount_point_and_type(mount)
        # The last of equals, since a mount hides what was mounted there before.
        if len(point) >= len(best) and (directory == point or directory.startswith(point.rstrip("/") + "/")):
            best, kind = point, kind_here
    return kind


def _mount_point_and_type(mount: str) -> tuple[str, str]:
    """Of a line `36 35 98:0 / /mount\\040point options [optional fields] - type source options`."""
    before, _, after = mount.partition(" - ")
    point = before.split(" ")[4]
    for code, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        point = point.replace(code, character)
    return point, after.split(" ")[0]
