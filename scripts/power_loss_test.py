"""Does what was acknowledged survive a loss of power?

    python scripts/power_loss_test.py --rounds 100 [--processes 4] [--seed S] [--ext4]

As `crash_test.py`, on a disk (`tools/lossfs`) that forgets what was never synced: each round the writers are killed, or
have closed the memory, and the power goes. Of what was written and not synced, everything is lost, or whole files, or
half a page, as a real disk may do it. Then the files of the index are damaged, which may not change an answer.

Ends with status 1 at the first violation, and with 77 where no such disk can be mounted (it takes Linux, /dev/fuse, the
right to mount, and cargo).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[1]))

from scripts.survival import processes, texts, trial
from scripts.survival.check import ask, copied, expect_same
from scripts.survival.damage import damage
from scripts.survival.lossfs import LossFs, Unavailable, build
from scripts.survival.trial import Trial

import greeum
from greeum.wiring import INDEX_DIRECTORY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from random import Random

UNAVAILABLE_STATUS = 77
"""What test harnesses take for "skipped"."""

CLOSED_SHARE = 0.25
"""Rounds in which the writers close the memory before the power goes: that must be no more and no less safe."""

CLOSING_OPERATIONS = 80
TOTAL_LOSS_SHARE = 0.4
"""Crashes that lose all that is pending; the others let some of it survive, whole or torn."""

DAMAGES = 4
QUESTIONS = 10


class PowerTrial(Trial):
    """A memory on a disk whose power goes."""

    def __init__(self, disk: LossFs, scratch: Path, random: Random) -> None:
        super().__init__(disk.path / "memory", scratch, random)
        self._disk = disk

    def play(self, number: int, process_count: int) -> str:
        """One round; what was done."""
        before = self.expected.acknowledged
        kinds = trial.some_kinds(self.random)
        closed = self.random.random() < CLOSED_SHARE
        if closed:
            self.write(number, process_count, processes.finish, kinds, f"--operations={CLOSING_OPERATIONS}")
        else:
            self.write(number, process_count, processes.kill_together, kinds)
        total = self.random.random() < TOTAL_LOSS_SHARE
        crash = self._disk.crash(None if total else self.random.getrandbits(trial.SEED_BITS))
        self.checker.check(self.directory)
        harms = self._damage_index()
        lost = [name for name, count in crash.items() if count] or ["nothing pending"]
        return (
            f"{' '.join(kinds)}; {'closed' if closed else 'killed'}; "
            f"{self.expected.acknowledged - before} acknowledged, {len(self.expected.live)} blocks; "
            f"{', '.join(lost)}; {', '.join(harms)}"
        )

    def _damage_index(self) -> list[str]:
        """Damage the index of a copy, again and again. Raises Violation if an answer changes."""
        questions = texts.questions(self.random, QUESTIONS)
        with greeum.open(self.directory) as memory:
            answers = ask(memory, questions)
        harms = []
        for _ in range(DAMAGES):
            with copied(self.directory, self.scratch / "damaged") as copy:
                harm = damage(copy / INDEX_DIRECTORY, self.random) or "no index to damage"
                expect_same(answers, copy, questions, f"an index with {harm}")
            harms.append(harm)
        return harms


def parse_arguments() -> argparse.Namespace:
    """See the module."""
    parser = argparse.ArgumentParser(description="Does what was acknowledged survive a loss of power?")
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--processes", type=int, default=4, help=f"writers at once, up to {processes.WRITERS_MAX}")
    parser.add_argument("--seed", type=int, help="repeats the choices of a run, though not its timing")
    parser.add_argument("--ext4", action="store_true", help="a sync of a new file persists its name too")
    return parser.parse_args()


def main() -> None:
    """See the module."""
    arguments = parse_arguments()
    options = ["--ext4"] if arguments.ext4 else []

    @contextmanager
    def begin(scratch: Path, random: Random) -> Iterator[Callable[[int], str]]:
        with LossFs(program, scratch, *options) as disk:
            power = PowerTrial(disk, scratch, random)
            yield lambda number: power.play(number, arguments.processes)

    try:
        program = build()
        with tempfile.TemporaryDirectory() as scratch, LossFs(program, Path(scratch)):
            pass
    except Unavailable as reason:
        print(f"no disk to lose power: {reason}", file=sys.stderr)
        sys.exit(UNAVAILABLE_STATUS)
    trial.run(arguments.rounds, arguments.seed, begin)


if __name__ == "__main__":
    main()
