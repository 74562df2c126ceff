"""Several processes that serve the same memories on the same sockets, and the one that looks after them."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import time
from mmap import mmap
from tempfile import TemporaryFile

from greeum.api.logs import event
from greeum.api.process import ending_signals, serve
from greeum.api.server import CUT_OFF, DONE, INTERRUPTED
from greeum.api.service import NOWHERE, Options, open_log, shared_bytes
from greeum.errors import InvalidInput

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

WORKERS_MAX = 64
"""Each opens the memories for itself; more than this no machine has use for."""

RESTART_PAUSE_S = 0.2
"""Before a worker that has died is replaced; twice as long for each that dies within `SOUND_S`."""

RESTART_PAUSE_MAX_S = 10.0
"""The longest such pause: something is wrong that does not go away, and may be seen to meanwhile."""

SOUND_S = 30.0
"""A worker that has lived so long was not started in vain."""

AT_ONCE_S = 2.0
"""How long workers may take to end after a second signal, before they are killed."""


class Slot:
    """A place for one worker, whichever process has it at the moment."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.process: subprocess.Popen[bytes] | None = None
        self.began_s = 0.0
        self.ready = False
        self.failures = 0
        """How often it died soon after its start, one time after the other."""
        self.start_at_s = 0.0


class Supervisor:
    """Starts workers, replaces those that die, and hands on signals to end."""

    def __init__(
        self,
        options: Options,
        sockets: Sequence[socket.socket],
        ready: Callable[[], None],
        command: Sequence[str],
    ) -> None:
        self._options = options
        self._command = command
        self._sockets = list(sockets)
        self._say_ready = ready
        self._slots = [Slot(number) for number in range(options.workers)]
        self._was_ready = False
        self._signals = 0
        """How many signals to end have come; looked at between other things, not in the midst of them."""
        self._stopping = 0
        """How many of them were heeded."""
        self._kill_at_s = 0.0
        self._code = DONE
        self._shared = shared_file(shared_bytes(options.workers))
        self._lifeline, self._held = os.pipe()
        """Workers read from the one end, and nothing ever comes: but when this process is gone, so is the other end."""
        self._ready_end, self._ready_write = os.pipe()
        """Each worker writes its number when it is ready."""
        self._waker = socket.socketpair()

    def run(self) -> int:
        """Serve until a signal ends it; the exit code."""
        for end in self._waker:
            end.setblocking(False)
        signal.set_wakeup_fd(self._waker[1].fileno(), warn_on_full_buffer=False)
        for number in ending_signals():
            signal.signal(number, self._note_signal)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        try:
            while self._alive() or not self._stopping:
                self._start_those_due()
                self._wait()
                self._heed_signals()
                self._look_after_dead()
                if self._stopping > 1 and time.monotonic() > self._kill_at_s:
                    break
            return self._code
        finally:
            self._kill()

    def _alive(self) -> list[subprocess.Popen[bytes]]:
        return [slot.process for slot in self._slots if slot.process is not None]

    def _start_those_due(self) -> None:
        now_s = time.monotonic()
        for slot in self._slots:
            if slot.process is None and not self._stopping and slot.start_at_s <= now_s:
                self._start(slot)

    def _start(self, slot: Slot) -> None:
        places = [one.fileno() for one in self._sockets]
        pipes = [self._shared, self._lifeline, self._ready_write]
        numbers = ",".join(map(str, [slot.number, *pipes, *places]))
        command = [*self._command, self._options.to_json(), numbers]
        # Each in a group of its own: a Ctrl-C is for this process, which hands it on.
        slot.process = subprocess.Popen(command, pass_fds=[*pipes, *places], stdin=subprocess.DEVNULL, process_group=0)
        slot.began_s, slot.ready = time.monotonic(), False

    def _wait(self) -> None:
        """Until a signal comes, a worker is ready, or something is due."""
        due = [slot.start_at_s for slot in self._slots if slot.process is None and not self._stopping]
        if self._stopping > 1:
            due.append(self._kill_at_s)
        timeout_s = max(0.0, min(due) - time.monotonic()) if due else None
        readable, _, _ = select.select([self._waker[0].fileno(), self._ready_end], [], [], timeout_s)
        if self._waker[0].fileno() in readable:
            self._waker[0].recv(4_096)
        if self._ready_end in readable:
            for number in os.read(self._ready_end, WORKERS_MAX):
                self._slots[number].ready = True
            if not self._was_ready and all(slot.ready for slot in self._slots):
                self._was_ready = True
                self._say_ready()

    def _look_after_dead(self) -> None:
        for slot in self._slots:
            if slot.process is None or slot.process.poll() is None:
                continue
            code, slot.process = slot.process.returncode, None
            if self._stopping:
                # One that had just been started does not know the signal yet, and has nothing to finish.
                self._code = self._code or (DONE if code == -signal.SIGTERM else exit_code(code))
            elif not self._was_ready:
                # It could not start, and said why; nor would another.
                self._code = exit_code(code)
                self._signals += 1
                self._heed_signals()
            else:
                self._note_death(slot, code)

    def _note_death(self, slot: Slot, code: int) -> None:
        now_s = time.monotonic()
        slot.failures = 0 if now_s - slot.began_s >= SOUND_S else slot.failures + 1
        pause_s = min(RESTART_PAUSE_S * 2**slot.failures, RESTART_PAUSE_MAX_S)
        slot.start_at_s = now_s + pause_s
        self._log(event("error", "worker.died", worker=slot.number, code=code, restart_s=pause_s))

    def _log(self, line: str) -> None:
        if self._options.log != NOWHERE:
            with open_log(self._options.log) as log:
                log.write(line)

    def _note_signal(self, number: int, _: object) -> None:
        self._signals += 1

    def _heed_signals(self) -> None:
        while self._stopping < self._signals:
            self._stopping += 1
            self._kill_at_s = time.monotonic() + AT_ONCE_S
            # From the moment on at which the last worker stops listening, new connections are refused.
            for one in self._sockets:
                one.close()
            self._hand_on(signal.SIGTERM)
            if self._stopping > 1:
                self._code = INTERRUPTED

    def _hand_on(self, number: int) -> None:
        for process in self._alive():
            process.send_signal(number)

    def _kill(self) -> None:
        for process in self._alive():
            process.kill()
            process.wait()


def exit_code(code: int) -> int:
    """Of a worker; one that a signal has ended has left requests unanswered."""
    return code if code >= 0 else CUT_OFF


def shared_file(size: int) -> int:
    """The descriptor of a file that is in memory, where there are such, and has no name."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("greeum")
    else:
        with TemporaryFile() as file:
            descriptor = os.dup(file.fileno())
    os.ftruncate(descriptor, size)
    return descriptor


def supervise(
    options: Options, sockets: Sequence[socket.socket], ready: Callable[[], None], command: Sequence[str]
) -> int:
    """Serve with `options.workers` processes until a signal ends it; the exit code. `command` is what runs `work` with
    the words that are added to it. Raises InvalidInput where the system cannot share sockets so.
    """
    if sys.platform == "win32":
        raise InvalidInput("workers", "can be more than one on Linux and macOS only")
    return Supervisor(options, sockets, ready, command).run()


def work(words: Sequence[str]) -> int:
    """Be one of the workers, as the supervisor says with these words; the exit code. Raises as `serve` does."""
    options = Options.from_json(words[0])
    number, shared, lifeline, ready, *places = map(int, words[1].split(","))
    cells = memoryview(mmap(shared, shared_bytes(options.workers)))
    sockets = [socket.socket(fileno=place) for place in places]

    def say_ready() -> None:
        os.write(ready, bytes([number]))

    return serve(options, sockets, say_ready, shared=cells, worker=number, lifeline=lifeline)
