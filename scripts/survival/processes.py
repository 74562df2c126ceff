"""Starts writers, and kills them."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from scripts.survival.expected import Violation

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

Writer: TypeAlias = subprocess.Popen[bytes]

ROOT = Path(__file__).parents[2]
LIFE_SECONDS_MAX = 2.0
"""Most writers are killed at work; the first half second lets some die while they open or create the memory."""

TEXTS_PER_WRITER_MAX = 100_000
WRITERS_MAX = 64
FINISH_SECONDS_MAX = 600
"""A writer that was given an end and has not reached it by then is stuck."""


def start(directory: Path, ledger: Path, number: int, round_number: int, random: Random, *options: str) -> Writer:
    """A writer. No two of a run that differ in number or round write the same text."""
    first_text = (round_number * WRITERS_MAX + number) * TEXTS_PER_WRITER_MAX
    numbers = {"number": number, "first-text": first_text, "seed": random.getrandbits(32)}
    flags = [f"--{name}={value}" for name, value in numbers.items()]
    command: list[Path | str] = [sys.executable, "-m", "scripts.survival.writer", directory, ledger, *flags, *options]
    return subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE)


def kill_together(writers: Sequence[Writer], random: Random) -> None:
    """Kill all at one moment."""
    time.sleep(random.uniform(0, LIFE_SECONDS_MAX))
    for writer in writers:
        writer.kill()
    for writer in writers:
        expect_end(writer, -signal.SIGKILL)


def kill_one_by_one(writers: Sequence[Writer], random: Random) -> None:
    """Kill each at a moment of its own, while the others go on."""
    for writer in random.sample(writers, len(writers)):
        time.sleep(random.uniform(0, 2 * LIFE_SECONDS_MAX / len(writers)))
        writer.kill()
        expect_end(writer, -signal.SIGKILL)


def finish(writers: Sequence[Writer], random: Random) -> None:
    """Wait until all have done what they were to do, and closed the memory."""
    for writer in writers:
        expect_end(writer, 0)


def expect_end(writer: Writer, status: int) -> None:
    """Wait for a writer. Raises Violation if it ended otherwise: nothing here gives it a reason to fail."""
    try:
        errors = writer.communicate(timeout=FINISH_SECONDS_MAX)[1].decode()
    except subprocess.TimeoutExpired:
        writer.kill()
        raise Violation(f"a writer did not end within {FINISH_SECONDS_MAX} s") from None
    if writer.returncode != status:
        raise Violation(f"a writer ended with status {writer.returncode}:\n{errors}")
