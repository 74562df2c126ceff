"""A disk that counts what is asked of it, and fails when it is told to: a layer over the real one, for SQLite."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import count
from typing import Any

import apsw

_numbers = count(1)


class Disk(apsw.VFS):
    """Registered by making one; open a store with `vfs=disk.name`.

    Syncs need not reach the real disk, unless the test is of their cost: no power is cut here.
    """

    def __init__(self, *, syncs: bool = False) -> None:
        self.syncs = syncs
        self.name = f"disk-{next(_numbers)}"
        self.log_syncs = 0
        self.databases_opened = 0
        self.seen: Counter[str] = Counter()
        """How many writes and syncs there were since the last fault was set."""
        self._fault: Callable[[str, int], int] | None = None
        super().__init__(self.name, "")

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> DiskFile:  # noqa: N802 - SQLite's name
        self.databases_opened += bool(flags[0] & apsw.SQLITE_OPEN_MAIN_DB)
        return DiskFile(self, name, flags)

    def fail(self, fault: Callable[[str, int], int]) -> None:
        """From now on `fault(act, number)`, with "write" or "sync", gives the error code to fail with, or 0."""
        self.seen.clear()
        self._fault = fault

    def mend(self) -> None:
        self._fault = None

    def asked(self, act: str) -> None:
        self.seen[act] += 1
        code = self._fault(act, self.seen[act]) if self._fault else 0
        if code:
            raise apsw.exception_for(code)


class DiskFile(apsw.VFSFile):
    def __init__(self, disk: Disk, name: str | apsw.URIFilename | None, flags: list[int]) -> None:
        self._disk = disk
        self._is_log = bool(flags[0] & apsw.SQLITE_OPEN_WAL)
        super().__init__("", name, flags)

    def xWrite(self, data: Any, offset: int) -> None:  # noqa: N802
        self._disk.asked("write")
        super().xWrite(data, offset)

    def xSync(self, flags: int) -> None:  # noqa: N802
        self._disk.log_syncs += self._is_log
        self._disk.asked("sync")
        if self._disk.syncs:
            super().xSync(flags)
