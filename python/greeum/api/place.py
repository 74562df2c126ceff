"""Where a server keeps its data, and whether that is still so: it goes on answering out of files that were removed, and
nothing of what it would still write would be found again.
"""

from __future__ import annotations

import os

MISSING, REPLACED, NOT_WRITABLE = "missing", "replaced", "not-writable"
"""What may be wrong: the database is gone; another lies in its place; the directory takes no files any more."""


class Place:
    """A directory with a database that this server has open."""

    def __init__(self, directory: str, database: str) -> None:
        self._directory = os.path.abspath(directory)
        self._database = os.path.join(self._directory, database)
        self._file = identity(self._database)

    def trouble(self) -> str | None:
        """What is wrong with it now; None if nothing is. Takes two system calls."""
        found = identity(self._database)
        if found is None:
            return MISSING
        if found != self._file:
            return REPLACED
        return None if os.access(self._directory, os.W_OK | os.X_OK) else NOT_WRITABLE


def identity(path: str) -> tuple[int, int] | None:
    """Which file this is, whatever it holds; None if there is none that can be reached."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino
