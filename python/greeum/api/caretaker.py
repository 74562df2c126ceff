"""Maintenance in the background of a server: one process of all does it at a time, and no request waits for it."""

from __future__ import annotations

import os
from threading import Event, Thread

from greeum.errors import GreeumError, StoreBusy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from greeum.memory import Memory

    Memories = Callable[[], Iterable[Memory]]
    Note = Callable[..., None]

LOOK_PERIOD_S = 60.0
"""How often to look whether a memory is due, and to count what was used: looking costs one question to its store."""


class Stopped(Exception):
    """The server ends: what is left to do is done another time."""


class Caretaker:
    """Maintains every one of `memories` that was not maintained for `period_s`, by whichever process; 0 is never.

    `open_memories` are those of this process in which uses may be noted. What was done is told to `note`.
    """

    def __init__(self, memories: Memories, open_memories: Memories, *, period_s: float, note: Note) -> None:
        self._memories = memories
        self._open_memories = open_memories
        self._period_s = period_s
        self._note = note
        self._stop = Event()
        self._thread = Thread(target=self._run, name="greeum-caretaker", daemon=True)

    def start(self) -> None:
        """Begin to look. The first time is not at once: a server that starts has other things to do."""
        self._thread.start()

    def close(self) -> None:
        """Leave off, and wait until that is so: a step in the middle of it takes some fifty milliseconds."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        pause_s = min(LOOK_PERIOD_S, self._period_s) if self._period_s else LOOK_PERIOD_S
        while not self._stop.wait(pause_s):
            self.look()

    def look(self) -> None:
        """Count uses, and maintain what is due."""
        for memory in self._open_memories():
            self._try(memory._count_uses)
        if not self._period_s:
            return
        try:
            for memory in self._memories():
                self._try(lambda: self._maintain(memory))  # noqa: B023 - called at once
                if self._stop.is_set():
                    return
        except StoreBusy:
            return  # another process is at it

    def _try(self, work: Callable[[], object]) -> None:
        """What goes wrong with one memory is told, and does not keep the others waiting."""
        try:
            work()
        except (Stopped, StoreBusy):
            return
        except (GreeumError, OSError, RuntimeError) as error:
            self._note("warning", "maintenance.failed", error=str(error))

    def _maintain(self, memory: Memory) -> None:
        last_us, now_us = memory._store.maintained_at(), memory._now_us()
        if last_us is not None and now_us - last_us < self._period_s * 1_000_000:
            return
        report = memory.maintain(progress=self._go_on)
        done = {name: count for name, count in report.counts.items() if count}
        if done:
            self._note("info", "maintained", memory=os.path.basename(memory._store.directory or ""), **done)

    def _go_on(self, step: str, done: int) -> None:
        if self._stop.is_set():
            raise Stopped
