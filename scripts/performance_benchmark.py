"""How fast it is, and whether it stays so and keeps everything when it is hard pressed.

    python scripts/performance_benchmark.py [--blocks N] [--json]
    python scripts/performance_benchmark.py --stress [--duration SECONDS] [--clients N] [--rate N] [--blocks N] [--json]

Without `--stress` it measures a workload of `benches/workloads/` by itself. With it, clients (threads) search a memory
without pause: for half of the time alone, for the other half while blocks are added at a rate. Each block that was
added is asked for at once, and in the end, by a memory that is opened anew, all of them are counted. The exit code is 1
if something was not found, was lost, or failed.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benches import run, workloads
from benches.machine import machine, memory_bytes
from benches.texts import Texts

import greeum

WORKLOAD = "chat-10k"
K = 10
BATCH = 50
"""Blocks that are added together under stress."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stress", action="store_true")
    parser.add_argument("--duration", type=float, default=60.0, help="seconds of stress (60)")
    parser.add_argument("--clients", type=int, default=2, help="threads that search (2)")
    parser.add_argument("--rate", type=float, default=1_000.0, help="blocks added a second in the second half (1,000)")
    parser.add_argument("--blocks", type=int, help="blocks to begin with (10,000)")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    workload = workloads.scaled(workloads.read([WORKLOAD])[0], options.blocks, None)
    if not options.stress:
        figures = run.measure(workload)
        print(json.dumps(figures) if options.json else run.table(workload, figures))
        return
    with tempfile.TemporaryDirectory(prefix="greeum-stress-", ignore_cleanup_errors=True) as directory:
        figures = Stress(directory, workload, options).run()
    print(json.dumps(figures) if options.json else table(workload, options, figures))
    sys.exit(bool(figures["failures"] or figures["not_found"] or figures["lost"]))


class Stress:
    """Searchers and a writer on one memory."""

    def __init__(self, directory: str, workload: dict[str, Any], options: argparse.Namespace) -> None:
        self._directory, self._options = directory, options
        self._texts = Texts(workload)
        self._blocks = list(self._texts.blocks())
        self._queries = [query for query, _ in self._texts.queries(self._blocks)]
        self._memory = greeum.open(directory)
        self._stopped = threading.Event()
        self._failures: list[str] = []
        self._not_found = 0
        self._added = 0

    def run(self) -> dict[str, Any]:
        for first in range(0, len(self._blocks), 1_000):
            self._memory.add_many(self._blocks[first : first + 1_000])
        half = self._options.duration / 2
        alone = self._phase(half, is_adding=False)
        pressed = self._phase(half, is_adding=True)
        held = memory_bytes()
        self._memory.close()
        with greeum.open(self._directory) as again:
            lost = len(self._blocks) + self._added - again.count()
        return {
            "alone": alone,
            "while_adding": pressed,
            "added": self._added,
            "not_found": self._not_found,
            "lost": lost,
            "failures": self._failures[:10],
            "memory_bytes": held,
            "machine": machine(),
        }

    def _phase(self, seconds: float, *, is_adding: bool) -> dict[str, float]:
        """What searches took, in milliseconds of wall time."""
        self._stopped.clear()
        taken: list[list[float]] = [[] for _ in range(self._options.clients)]
        threads = [threading.Thread(target=self._search, args=(place, times)) for place, times in enumerate(taken)]
        if is_adding:
            threads.append(threading.Thread(target=self._add))
        cpu = time.process_time()
        for thread in threads:
            thread.start()
        self._stopped.wait(seconds)  # unless something fails
        self._stopped.set()
        for thread in threads:
            thread.join()
        cpu = time.process_time() - cpu
        times = sorted(time for some in taken for time in some)
        if not times:
            return {"searches": 0, "cpu_seconds": cpu}
        at = {name: times[int(len(times) * share)] for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))}
        return {"searches": len(times), "cpu_seconds": cpu} | {f"{name}_ms": value for name, value in at.items()}

    def _search(self, place: int, times: list[float]) -> None:
        at = place
        while not self._stopped.is_set():
            started = time.perf_counter()
            try:
                hits = self._memory.search(self._queries[at % len(self._queries)], k=K)
                sum(len(hit.block.text) for hit in hits)
            except greeum.GreeumError as error:
                self._fail(error)
            times.append((time.perf_counter() - started) * 1e3)
            at += self._options.clients

    def _add(self) -> None:
        """Adds batch after batch, no faster than the rate; the first of each is asked for at once, by its key."""
        started = time.perf_counter()
        while not self._stopped.is_set():
            texts = [f"stress {self._added + place}: {self._queries[place]}" for place in range(BATCH)]
            batch = [{"text": text, "key": text, "namespace": "stress"} for text in texts]
            try:
                self._memory.add_many(batch)
                self._added += BATCH
                hits = self._memory.search(texts[0], k=K, namespace="stress")
                self._not_found += texts[0] not in {hit.block.text for hit in hits}
            except greeum.GreeumError as error:
                self._fail(error)
            self._stopped.wait(max(0.0, started + self._added / self._options.rate - time.perf_counter()))

    def _fail(self, error: greeum.GreeumError) -> None:
        self._failures.append(f"{type(error).__name__}: {error}")
        self._stopped.set()


def table(workload: dict[str, Any], options: argparse.Namespace, figures: dict[str, Any]) -> str:
    where = f"{options.clients} clients in one process, embedding included; {figures['machine']}"
    lines = [f"{workload['blocks']:,} blocks, {where}"]
    for name, title in (
        ("alone", "searching alone"),
        ("while_adding", f"while {options.rate:,.0f} a second are added"),
    ):
        phase = figures[name]
        times = " / ".join(f"{phase.get(f'{which}_ms', 0):.2f}" for which in ("p50", "p95", "p99"))
        cpu = f"{phase['cpu_seconds']:.1f} s of processor"
        lines.append(f"  {title:34}{phase['searches']:9,} searches, p50 / p95 / p99 {times} ms, {cpu}")
    kept = f"not found at once {figures['not_found']}, lost {figures['lost']}, failures {len(figures['failures'])}"
    lines.append(f"  added {figures['added']:,}; {kept}")
    return "\n".join([*lines, *(f"  {failure}" for failure in figures["failures"])])


if __name__ == "__main__":
    main()
