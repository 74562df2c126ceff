"""Rounds of writing, dying and checking, and what is reported of them."""

from __future__ import annotations

import secrets
import shutil
import sys
import tempfile
import time
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import apsw
from scripts.survival import ledger, processes
from scripts.survival.check import Checker
from scripts.survival.expected import Expected, Violation
from scripts.survival.writer import WEIGHTS

from greeum.errors import GreeumError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from scripts.survival.processes import Writer

ROUNDS_PER_MEMORY = 20
"""A memory is used again, so that crashes meet old data; and not for ever, so that they meet the beginning too."""

SEED_BITS = 32
VIOLATION_STATUS = 1


class Trial:
    """One memory, the writers that come and go, and what must be in it. Ledgers and copies are in `scratch`."""

    def __init__(self, directory: Path, scratch: Path, random: Random) -> None:
        self.directory = directory
        self.scratch = scratch
        self.random = random
        self.checker = Checker(scratch, random)

    @property
    def expected(self) -> Expected:
        """What must be in the memory."""
        return self.checker.expected

    def write(
        self,
        round_number: int,
        count: int,
        end: Callable[[Sequence[Writer], Random], None],
        kinds: Sequence[str],
        *options: str,
    ) -> None:
        """Let `count` processes do things of these kinds until `end` has ended them, and read their ledgers."""
        ledgers = [self.scratch / f"ledger-{round_number}-{number}" for number in range(count)]
        writers = [
            processes.start(
                self.directory, path, number, round_number, self.random, f"--kinds={','.join(kinds)}", *options
            )
            for number, path in enumerate(ledgers)
        ]
        end(writers, self.random)
        for path in ledgers:
            self.expected.follow(ledger.read(path))


def some_kinds(random: Random) -> list[str]:
    """Adds, and about half of what else a writer can do: one kind hides what goes wrong with another.

    (To forget something empties the write-ahead log, and so makes durable what should have been already.)
    """
    return ["add", *(kind for kind in WEIGHTS if kind != "add" and random.random() < 0.5)]


def run(
    rounds: int,
    seed: int | None,
    begin: Callable[[Path, Random], AbstractContextManager[Callable[[int], str]]],
) -> None:
    """Play `rounds` rounds, on a new memory every so often, and say how each went.

    `begin` makes a memory in a directory it is given, and returns what plays one round of that number and says what
    was done. The seed of the n-th memory is `seed` + n, so a violation can be repeated from its memory's beginning.
    """
    seed = secrets.randbits(SEED_BITS) if seed is None else seed
    started, played = time.monotonic(), 0
    while played < rounds:
        scratch = Path(tempfile.mkdtemp(prefix="greeum-survival-"))
        count = min(ROUNDS_PER_MEMORY, rounds - played)
        with begin(scratch, Random(seed)) as play:
            for number in range(count):
                try:
                    print(f"round {played + number + 1}/{rounds}: {play(number)}", flush=True)
                except (Violation, GreeumError, apsw.Error) as problem:
                    report(problem, seed, number + 1, scratch)
        shutil.rmtree(scratch)
        played, seed = played + count, seed + 1
    duration_s = time.monotonic() - started
    print(f"{played} rounds in {duration_s:.0f} s: nothing acknowledged was lost, nothing was there by halves")


def report(problem: Exception, seed: int, rounds: int, scratch: Path) -> None:
    """Say what was violated and how to see it again, and end. A memory that cannot be read is a violation too."""
    what = str(problem) if isinstance(problem, Violation) else f"{type(problem).__name__}: {problem}"
    print(f"VIOLATION: {what}\nkept in {scratch}\nrepeat with: --seed {seed} --rounds {rounds}", file=sys.stderr)
    sys.exit(VIOLATION_STATUS)
