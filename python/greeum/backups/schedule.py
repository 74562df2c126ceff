"""Backups again and again, by a thread of a server."""

from __future__ import annotations

from threading import Event, Thread
from time import monotonic

from greeum.errors import GreeumError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    from greeum.backups.pieces import Backup

    class Memory(Protocol):
        def backup(self, directory: str, *, full: bool = False, keep: float | None = None) -> Backup:
            """As `Memory.backup`."""

    Note = Callable[..., None]


class Schedule:
    """Makes a backup of a memory into a directory at once, then every so many seconds, until `close`.

    `note` is called with a level, a name and fields for each: `info` and `backup`, or `error` and `backup_failed`,
    after which the next one is tried in its turn.
    """

    def __init__(self, memory: Memory, directory: str, *, every_s: float, keep_s: float | None, note: Note) -> None:
        self._memory = memory
        self._directory = directory
        self._every_s = every_s
        self._keep_s = keep_s
        self._note = note
        self._stop = Event()
        self._thread = Thread(target=self._run, name="greeum-backup", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Wait for the one that is being made, and make no more."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        due_s = monotonic()
        while not self._stop.wait(max(due_s - monotonic(), 0)):
            due_s = monotonic() + self._every_s
            self._make_one()

    def _make_one(self) -> None:
        start_s = monotonic()
        try:
            made = self._memory.backup(self._directory, keep=self._keep_s)
        except (GreeumError, OSError, RuntimeError) as error:
            # Whatever it was, the next one is due: a thread that ends by it would make no more, and nobody would hear.
            self._note("error", "backup_failed", reason=str(error))
        else:
            took_s = round(monotonic() - start_s, 3)
            self._note("info", "backup", number=made.number, seq=made.seq, bytes=made.size_bytes, seconds=took_s)
