"""Whether the database has changed, told without asking it: by the header of SQLite's index of the write-ahead log,
which lies in memory that all processes share which have the database open.

To begin and end a transaction takes ten times as long as all else that a search has to do to know that nobody has
written since. Every commit writes that header anew (https://sqlite.org/walformat.html): a counter, and the checksum of
all that is in the log. If it is the same to the last byte, so is the database.
"""

from __future__ import annotations

import os

from greeum import _core

MAPPED_FROM = 32
"""Questions from which on it pays to look for the header: that takes as long as a few of them, and a command of the
command line never asks so often."""

DESCRIPTORS_MAX = 1_024
"""Open files among which SQLite's is looked for, some 2 ms."""

DESCRIPTORS = "/proc/self/fd"


class LogIndex:
    """The index of the write-ahead log of the database at `path`, which this process has open until `close`."""

    def __init__(self, path: str) -> None:
        self._path = os.path.realpath(f"{path}-shm")
        self._questions_left = MAPPED_FROM
        self._has_looked = False
        self._header: _core.LogHeader | None = None

    def state(self) -> bytes | None:
        """What is the same as before only if the database is; None if that cannot be said."""
        if self._header is not None:
            return self._header.read()
        self._questions_left -= 1
        if self._questions_left <= 0 and not self._has_looked:
            self._has_looked = True
            self._header = header(self._path)
        return None

    def close(self) -> None:
        if self._header is not None:
            self._header.close()


def header(path: str) -> _core.LogHeader | None:
    """The header in a file that SQLite has open; None where that cannot be seen, as on other systems than Linux. It is
    SQLite's descriptor that is used, for to close another one would let go of its locks."""
    try:
        own = next((each for each in open_descriptors() if is_of(each, path)), None)
        return None if own is None else _core.LogHeader(int(own))
    except OSError:
        return None


def open_descriptors() -> list[str]:
    """What this process has open; nothing if it is more than `DESCRIPTORS_MAX`. That is told, where it can be, without
    listing thousands, which takes milliseconds: a new one gets the lowest number that is free.
    """
    folder = os.open(DESCRIPTORS, os.O_RDONLY)
    try:
        descriptors = [] if folder > DESCRIPTORS_MAX else os.listdir(folder)
    finally:
        os.close(folder)
    return descriptors if len(descriptors) <= DESCRIPTORS_MAX else []


def is_of(descriptor: str, path: str) -> bool:
    try:
        return os.readlink(f"{DESCRIPTORS}/{descriptor}") == path
    except FileNotFoundError:  # another thread has closed it since
        return False
