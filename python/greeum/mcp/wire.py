"""Standard input and output as a wire for lines of JSON, and for nothing else."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from queue import SimpleQueue
from threading import Thread

from greeum.errors import InvalidInput

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

READ_BYTES = 65_536
"""Read at once: what a pipe holds."""

LINE_BYTES_MAX = 33_554_432
"""A longer line is no request: the largest text, each of its bytes escaped, is a quarter of that."""

TOO_LONG = b"["
"""Stands for a line that was too long to keep, and is no JSON."""

FLUSH_S = 5.0
"""How long to wait at the end for a client that does not read what was written."""


class Wire:
    """A descriptor that lines come from, and one that they go to; a thread writes, so that no caller ever waits."""

    def __init__(self, source: int, target: int) -> None:
        self._source = source
        self._target = target
        self._waiting: SimpleQueue[bytes | None] = SimpleQueue()
        self._is_broken = False
        self._is_open = True
        self._when_broken: Callable[[], object] | None = None
        self._writer = Thread(target=self._write, name="greeum-mcp-writer", daemon=True)
        self._writer.start()

    def lines(self) -> Iterator[bytes]:
        """Every line without its end, until there are no more. One that is too long comes as TOO_LONG."""
        rest, is_too_long = bytearray(), False
        while chunk := self._read():
            *ended, begun = chunk.split(b"\n")
            for part in ended:
                yield TOO_LONG if is_too_long else bytes(rest + part)
                rest, is_too_long = bytearray(), False
            if not is_too_long:
                rest += begun
            if len(rest) > LINE_BYTES_MAX:
                rest, is_too_long = bytearray(), True
        with suppress(OSError):  # one that could not be read may be closed already
            os.close(self._source)
        if rest:
            yield bytes(rest)

    def _read(self) -> bytes:
        try:
            return os.read(self._source, READ_BYTES)
        except OSError:
            return b""  # as from a terminal that has gone

    def send(self, line: bytes) -> None:
        """Have a line written, with its end. After the other side has gone it is let fall."""
        self._waiting.put(line)

    def close(self) -> None:
        """Write what waits, and let go of where it goes to. A second call does nothing."""
        self._waiting.put(None)
        self._writer.join(FLUSH_S)
        if self._is_open and not self._writer.is_alive():
            self._is_open = False
            os.close(self._target)

    def _write(self) -> None:
        while (line := self._waiting.get()) is not None:
            left = memoryview(line)
            while left and not self._is_broken:
                try:
                    left = left[os.write(self._target, left) :]
                except OSError:
                    self._is_broken = True
                    self._tell_broken()

    def when_broken(self, call: Callable[[], object]) -> None:
        """Have this called when it turns out that nobody reads any more what is written."""
        self._when_broken = call
        self._tell_broken()

    def _tell_broken(self) -> None:
        if self._is_broken and self._when_broken is not None:
            self._when_broken()


def claimed() -> Wire:
    """The wire of this process. From now on whatever reads standard input finds its end, and whatever prints to
    standard output, a stray `print` or a library, prints to standard error.
    """
    if sys.stdin is None:
        raise InvalidInput("standard input", "is closed: an agent that speaks MCP starts this command and talks to it")
    wire = Wire(os.dup(0), os.dup(1))
    nowhere = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nowhere, 0)
    os.close(nowhere)
    os.dup2(2, 1)
    return wire
