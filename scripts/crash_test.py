"""Does what was acknowledged survive `kill -9`?

    python scripts/crash_test.py --rounds 200 --processes 4 [--seed S]
    python scripts/crash_test.py --adds 8x1000

Each round, some processes write to one memory (blocks singly, in batches and near an anchor, links, corrections,
erasures) and are killed, all at one moment or one after the other. Then the memory must hold every change that was
acknowledged, whole; of one that was not, all or nothing; and answer as if its index had been built from scratch.

`--adds 8x1000` kills nobody: 8 processes add 1,000 blocks each, and all must arrive.

Ends with status 1 at the first violation, and says with what seed to repeat it; the memory is kept for a look.
"""

from __future__ import annotations

import argparse
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[1]))

from scripts.survival import processes, trial
from scripts.survival.check import copied
from scripts.survival.expected import Violation
from scripts.survival.trial import Trial

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from random import Random

IN_PLACE_SHARE = 0.5
"""Else a copy is checked: then the next writers find what the killed ones left, with nobody in between."""


class KillTrial(Trial):
    """A memory whose writers are killed."""

    def play(self, number: int, process_count: int) -> str:
        """One round; what was done."""
        kill = self.random.choice((processes.kill_together, processes.kill_one_by_one))
        kinds = trial.some_kinds(self.random)
        before = self.expected.acknowledged
        self.write(number, process_count, kill, kinds)
        self._check()
        acknowledged = self.expected.acknowledged - before
        return f"{' '.join(kinds)}; {kill.__name__}; {acknowledged} acknowledged, {len(self.expected.live)} blocks"

    def _check(self) -> None:
        if not self.directory.exists() or self.random.random() < IN_PLACE_SHARE:
            self.checker.check(self.directory)
        else:
            with copied(self.directory, self.scratch / "copy") as copy:
                self.checker.check(copy)


class AddTrial(Trial):
    """A memory to which many processes add at once."""

    def play(self, process_count: int, adds: int) -> str:
        """All of it; what was done."""
        self.write(0, process_count, processes.finish, ["add"], f"--operations={adds}")
        if self.expected.acknowledged != process_count * adds:
            raise Violation(f"{self.expected.acknowledged} of {process_count * adds} adds were acknowledged")
        self.checker.check(self.directory)
        return f"{process_count} processes added {adds} blocks each, and all arrived"


def parse_arguments() -> argparse.Namespace:
    """See the module."""
    parser = argparse.ArgumentParser(description="Does what was acknowledged survive kill -9?")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--processes", type=int, default=4, help=f"writers at once, up to {processes.WRITERS_MAX}")
    parser.add_argument("--seed", type=int, help="repeats the choices of a run, though not its timing")
    parser.add_argument("--adds", metavar="PxN", help="kill nobody: P processes add N blocks each")
    return parser.parse_args()


def main() -> None:
    """See the module."""
    arguments = parse_arguments()

    @contextmanager
    def begin(scratch: Path, random: Random) -> Iterator[Callable[[int], str]]:
        if arguments.adds:
            process_count, adds = map(int, arguments.adds.split("x"))
            yield lambda _: AddTrial(scratch / "memory", scratch, random).play(process_count, adds)
        else:
            kills = KillTrial(scratch / "memory", scratch, random)
            yield lambda number: kills.play(number, arguments.processes)

    trial.run(1 if arguments.adds else arguments.rounds, arguments.seed, begin)


if __name__ == "__main__":
    main()
