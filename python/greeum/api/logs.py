"""The log of a server: one JSON object a line, never content. A thread writes it: the event loop waits for no disk."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import deque
from json import dumps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

FLUSH_S = 0.2
"""How long a line may wait for others to be written with it."""

WAITING_LINES_MAX = 100_000
"""Lines kept for a reader that has stopped reading (some 20 MB); what comes beyond is counted and dropped. A log that
stands still must not stop the service or fill its memory."""

CHUNK_BYTES_MAX = 4_096
"""What one write to a pipe takes as a whole on every Unix: lines of several workers do not get into one another."""


class LogStream:
    """Lines on their way to a file descriptor, which a thread of its own writes to. `path` is that of the file, if it
    is one: when that was renamed or removed, as by logrotate, the next lines go into a new one there.
    """

    def __init__(self, descriptor: int, path: str | None = None) -> None:
        self._descriptor = descriptor
        self._path = path
        self._lines: deque[str] = deque()
        self._dropped = 0
        self._awake = False
        self._wake = threading.Event()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="greeum-log", daemon=True)
        self._thread.start()

    def append(self, line: str) -> None:
        """Write this line, a JSON object that ends with a line feed, within `FLUSH_S`."""
        if len(self._lines) >= WAITING_LINES_MAX:
            self._dropped += 1
            return
        self._lines.append(line)
        # Looked at after the line is there: the thread takes its flag back before it takes lines.
        if not self._awake:
            self._awake = True
            self._wake.set()

    def close(self) -> None:
        """Write what waits. Later lines go nowhere."""
        self._closed.set()
        self._wake.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._closed.is_set():
            self._wake.wait()
            self._closed.wait(FLUSH_S)
            self._wake.clear()
            self._awake = False
            self._write()
        # What came while the last of these was written.
        self._write()

    def _write(self) -> None:
        lines = [self._lines.popleft() for _ in range(len(self._lines))]
        dropped, self._dropped = self._dropped, 0
        if dropped:
            lines.append(event("warning", "log.dropped", lines=dropped))
        try:
            if lines and self._path is not None:
                self._follow(self._path)
            for chunk in chunks(lines):
                write_all(self._descriptor, chunk)
        except OSError:
            # Nobody reads any more (a closed pipe, a full disk). The service goes on; there is nowhere to say so.
            pass

    def _follow(self, path: str) -> None:
        if is_open_as(self._descriptor, path):
            return
        try:
            new = opened(path)
        except OSError:
            return  # The directory is gone, or this process may make no file there: the old one still takes lines.
        old, self._descriptor = self._descriptor, new
        os.close(old)


def is_open_as(descriptor: int, path: str) -> bool:
    """Whether the file at `path` is the one that is open."""
    try:
        return os.path.samestat(os.stat(path), os.fstat(descriptor))
    except OSError:
        return False


def opened(path: str) -> int:
    """A file to write lines to, made for its owner alone if there is none. Any number of processes may have it open."""
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)


def chunks(lines: list[str]) -> list[bytes]:
    """Whole lines, joined up to what one write takes as a whole."""
    found: list[bytes] = []
    waiting: list[bytes] = []
    size = 0
    for line in lines:
        encoded = line.encode("utf-8", "backslashreplace")
        if size + len(encoded) > CHUNK_BYTES_MAX and waiting:
            found.append(b"".join(waiting))
            waiting, size = [], 0
        waiting.append(encoded)
        size += len(encoded)
    if waiting:
        found.append(b"".join(waiting))
    return found


def write_all(descriptor: int, content: bytes) -> None:
    while content:
        content = content[os.write(descriptor, content) :]


class AccessLog:
    """One line for each request: when, which operation, how it ended, how long it took. No content, path or query."""

    def __init__(self, stream: LogStream | None) -> None:
        """`stream` None writes nothing."""
        self._stream = stream
        self._second = 0
        self._prefix = ""

    def write(
        self,
        request_id: str,
        method: str,
        operation_id: str,
        status: int,
        seconds: float,
        bytes_out: int,
        key_id: str | None,
        trace_id: str | None = None,
    ) -> None:
        """Note a request that was answered. `request_id` and `key_id` are of [A-Za-z0-9._-]: they are not escaped."""
        stream = self._stream
        if stream is None:
            return
        now = time.time()
        second = int(now)
        if second != self._second:
            self._second, self._prefix = second, time.strftime('{"time":"%Y-%m-%dT%H:%M:%S', time.gmtime(second))
        level = "info" if status < 500 else "error"
        key = "" if key_id is None else f',"key":"{key_id}"'
        trace = "" if trace_id is None else f',"trace_id":"{trace_id}"'
        word = method if method.isalpha() else "other"
        stream.append(
            f'{self._prefix}.{int((now - second) * 1e3):03d}Z","level":"{level}","event":"request",'
            f'"request_id":"{request_id}","method":"{word}","operation":"{operation_id}","status":{status},'
            f'"ms":{seconds * 1e3:.3f},"bytes":{bytes_out}{key}{trace}}}\n'
        )

    def failed(self, request_id: str, operation_id: str, error: BaseException, *, reason: str | None = None) -> None:
        """Note a defect of ours, by where it happened. Its message may quote what was sent, so it is left out unless it
        is given as `reason`.
        """
        if self._stream is not None:
            more = {} if reason is None else {"reason": reason}
            self._stream.append(
                event("error", "failure", request_id=request_id, operation=operation_id, **more, **where(error))
            )


def event(level: str, name: str, /, **fields: object) -> str:
    """A line of the log."""
    now = time.time()
    stamp = f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(now))}.{int(now % 1 * 1e3):03d}Z"
    line = {"time": stamp, "level": level, "event": name} | fields
    return dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n"


def where(error: BaseException) -> dict[str, object]:
    """The kind of an error and the lines that led to it, without its message."""
    frames, traceback = [], error.__traceback__
    while traceback is not None:
        frames.append(frame(traceback))
        traceback = traceback.tb_next
    return {"error": type(error).__name__, "frames": frames}


def frame(traceback: TracebackType) -> str:
    code = traceback.tb_frame.f_code
    module = traceback.tb_frame.f_globals.get("__name__", "?")
    return f"{module}:{code.co_name}:{traceback.tb_lineno}"


class JsonHandler(logging.Handler):
    """Takes what libraries log (uvicorn's own messages) into the same stream, in the same form."""

    def __init__(self, stream: LogStream) -> None:
        super().__init__()
        self._stream = stream

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record: its first line, for asyncio puts below it what a task was doing, and with what. Of an
        exception only its kind and place, as in `AccessLog.failed`.
        """
        error = record.exc_info[1] if record.exc_info else None
        more = {} if error is None else where(error)
        message = record.getMessage().partition("\n")[0]
        self._stream.append(event(record.levelname.lower(), "message", logger=record.name, message=message, **more))
