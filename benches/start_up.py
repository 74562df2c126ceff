"""What one call of the command line costs, in processor time (user + system), beside `python -c pass`.

    python benches/start_up.py [RUNS]

Least and median of the runs, on a memory of ten blocks. `greeum search` is to cost at most three times as much.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
from collections.abc import Sequence
from tempfile import TemporaryDirectory

RUNS = 20

RATIO_MAX = 3.0

COMMANDS: tuple[tuple[str, ...], ...] = (
    ("search", "Busan"),
    ("search", "Busan", "--json"),
    ("list",),
    ("get", "1"),
    ("add", "One more."),
    ("--version",),
)


def cpu_ms(command: Sequence[str], environment: dict[str, str], runs: int) -> tuple[float, float]:
    """Least and median processor time of a command."""
    times = []
    for _ in range(runs):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True, env=environment)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append((after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1e3)
    return min(times), statistics.median(times)


def main(runs: int) -> int:
    with TemporaryDirectory(prefix="greeum-start-up-") as directory:
        # Compiled once and kept, as an installed package is.
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        environment |= {"GREEUM_HOME": f"{directory}/memory", "PYTHONPYCACHEPREFIX": f"{directory}/compiled"}
        program = [sys.executable, "-m", "greeum"]
        for number in range(10):
            subprocess.run(
                [*program, "add", f"I moved to Busan, part {number}."],
                stdout=subprocess.DEVNULL,
                check=True,
                env=environment,
            )
        bare = cpu_ms([sys.executable, "-c", "pass"], environment, runs)
        print(f"{'python -c pass':<32} least {bare[0]:6.1f} ms   median {bare[1]:6.1f} ms")
        ratios = {}
        for words in COMMANDS:
            least, median = cpu_ms([*program, *words], environment, runs)
            ratios[words] = median / bare[1]
            name = f"greeum {' '.join(words)}"
            print(f"{name:<32} least {least:6.1f} ms   median {median:6.1f} ms   {ratios[words]:.1f} times")
    return 0 if ratios[COMMANDS[0]] <= RATIO_MAX else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else RUNS))
