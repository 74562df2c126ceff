"""A server to load: the real command, and what the system says of its processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

STOP_S = 40.0
"""A server ends within its own 20 s, or something is wrong with it."""

TICKS_PER_S = os.sysconf("SC_CLK_TCK")


class Served:
    """A server that runs."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process = process
        self.port = port

    def processes(self) -> list[int]:
        """Its own and its workers' ids."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [self.process.pid, *map(int, children)]

    def cpu_s(self) -> float:
        """User and system time of all its processes so far."""
        return sum(cpu_s(process) for process in self.processes())

    def resident_bytes(self) -> int:
        """Memory of all its processes, shared pages counted in proportion."""
        return sum(resident_bytes(process) for process in self.processes())

    def stop(self) -> int:
        """End it; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_S)


@contextmanager
def served(*arguments: str) -> Iterator[Served]:
    """`greeum serve` with these arguments, on a port that is free."""
    command = [sys.executable, "-m", "greeum", "serve", "--port", "0", "--json", *arguments]
    with running(command) as (process, said):
        yield Served(process, urlsplit(said["url"]).port or 0)


@contextmanager
def running(command: list[str]) -> Iterator[tuple[subprocess.Popen[str], Any]]:
    """A process that says in one line of JSON when it is ready, and that line."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"{' '.join(command)} ended with {process.wait(STOP_S)}")
        yield process, json.loads(line)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(STOP_S)
        if process.stdout is not None:
            process.stdout.close()


def cpu_s(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


def resident_bytes(process: int) -> int:
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) * 1_024 for line in lines if line.startswith("Pss:"))
