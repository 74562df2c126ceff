"""A memory against a plain model of it, at length: random changes, questions and crashes.

    python scripts/model_test.py --steps 100000

Says how often each operation was done, and how many crashes there were, and exits with 1 if a step had another outcome
than the model's, if an operation was done in fewer than 2 % of the steps, or if there were fewer than 500 crashes in
100,000.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from time import monotonic

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.machine.base import DONE
from tests.machine.evenly import Evenly

STEPS_PER_RUN = 200
"""Long enough for a memory of a hundred blocks and more."""

SHARE_MIN = 0.02
CRASHES_PER_STEP_MIN = 0.005


def run(steps: int) -> None:
    """Runs of the machine until there were so many steps."""
    one = settings(
        max_examples=20, stateful_step_count=STEPS_PER_RUN, deadline=None, suppress_health_check=list(HealthCheck),
        database=None, phases=[Phase.generate], print_blob=True,
    )  # fmt: skip
    began_s = monotonic()
    while DONE.total() < steps:
        run_state_machine_as_test(Evenly, settings=one)
        print(f"{DONE.total():>9,} steps, {monotonic() - began_s:,.0f} s", file=sys.stderr)


def rare() -> list[str]:
    """The operations that were done too seldom."""
    return [name for name, count in DONE.items() if count < SHARE_MIN * DONE.total()]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--steps", type=int, default=100_000)
    steps = parser.parse_args().steps
    run(steps)
    for name, count in DONE.most_common():
        print(f"{name:<24}{count:>9,}  {count / DONE.total():6.1%}")
    crashes = DONE["crash"] + DONE["crash_in_the_middle"]
    print(f"{DONE.total():,} steps, {crashes:,} crashes, no difference")
    if rare() or crashes < CRASHES_PER_STEP_MIN * DONE.total():
        print(f"too seldom: {', '.join(rare()) or 'crashes'}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
