"""Does the server keep up with a thousand clients, rightly and in steady memory? And with three times as many?

    python scripts/load_test.py [--blocks 100000] [--clients 1000] [--seconds 300] [--workers 1] [--overload 3]

Clients keep their connections and ask again as soon as they are answered: 80 % searches, 15 % adds, 5 % gets by key.

Of the searches one in a hundred is checked against the same memory, opened by another process, which is asked right
before and right after: if it answered the same both times, the server must have. Of the adds one in a hundred is
looked for at once by another client. That proves that the server answers what the library answers at that moment, and
that what was acknowledged is found; that the library ranks well is for other tests to say. Users have few enough blocks
that each one's vector is compared: among more, which of them are depends on how an index lies in files and in memory,
and two processes may differ in what comes last.

Then, with --overload N, N times as many requests a second as could be answered, from N times as many clients, with as
many allowed to wait as there were clients before. What is refused must be 429 or 503 with Retry-After, and what is
answered must take at most twice as long (99th percentile) as before.

Ends with status 1 if requests failed, an answer was wrong, a block was lost, or one of the above does not hold.
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

sys.path.insert(0, str(Path(__file__).parents[1]))

from benches.texts import Texts
from scripts.load.clients import Job, Outcome, loaded
from scripts.load.served import Served, served

import greeum

BATCH = 1_000
SEARCHES = 2_000
KEYS = 2_000

CHECK_SHARE = 0.01
"""Of the searches and the adds, how many are checked."""

CONVERSATIONS_PER_USER = 25
"""Five hundred blocks for each user, and half as many again that come."""

ERROR_SHARE_MAX = 0.001
"""Of all requests, how many may fail."""

SLOWER_MAX = 2.0
"""How much longer the 99th percentile of what is answered may be under overload."""

SAMPLE_S = 1.0
"""How often the server's memory is looked at."""

WARM_SHARE = 0.3
"""Of the time, how much is left out of the slope of the memory: caches fill, connections come."""


class Resident(threading.Thread):
    """Looks how much memory a server takes while it is under load."""

    def __init__(self, server: Served) -> None:
        super().__init__()
        self._server = server
        self._done = threading.Event()
        self.samples: list[tuple[float, int]] = []

    def run(self) -> None:
        began_s = time.monotonic()
        while not self._done.wait(SAMPLE_S):
            self.samples.append((time.monotonic() - began_s, self._server.resident_bytes()))

    def stop(self) -> None:
        self._done.set()
        self.join()

    def slope_bytes_per_s(self) -> float:
        """Of the line that fits best through what was seen after the beginning."""
        warm = self.samples[int(len(self.samples) * WARM_SHARE) :]
        if len(warm) < 2:
            return 0.0
        mean_s = sum(at for at, _ in warm) / len(warm)
        mean_bytes = sum(size for _, size in warm) / len(warm)
        spread = sum((at - mean_s) ** 2 for at, _ in warm)
        return sum((at - mean_s) * (size - mean_bytes) for at, size in warm) / spread


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--blocks", type=int, default=100_000)
    parser.add_argument("--clients", type=int, default=1_000)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--overload", type=int, default=0, help="this many times as much, afterwards")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="greeum-load-") as directory:
        job = fill(directory, options)
        workers, waiting = str(options.workers), str(-(-options.clients // options.workers))
        arguments = ["--memory", directory, "--log", "none", "--workers", workers]
        if options.overload:
            arguments += ["--waiting-max", waiting]
        with served(*arguments) as server:
            job = job._replace(port=server.port)
            loaded(job._replace(seconds=min(5.0, options.seconds), seed=0, check_share=0.0))
            at_capacity, resident = under(server, job)
            faults = told("at capacity", at_capacity, resident) + failures(at_capacity)
            if options.overload:
                rate = options.overload * sum(at_capacity.statuses.values()) / at_capacity.seconds
                more = job._replace(clients=options.clients * options.overload, rate=rate, seed=2, check_share=0.0)
                over, resident = under(server, more)
                faults += told(f"{options.overload} times as many", over, resident) + refusals(at_capacity, over)
            code = server.stop()
            faults += [f"it ended with {code}"] if code else []
    for fault in faults:
        print(f"FAILED: {fault}")
    return 1 if faults else 0


def fill(directory: str, options: Any) -> Job:
    """Remember so many blocks; what to ask of them."""
    workload = json.loads((Path(__file__).parents[1] / "benches" / "workloads" / "chat-100k.json").read_text())
    workload |= {"blocks": options.blocks, "queries": SEARCHES, "conversations_per_user": CONVERSATIONS_PER_USER}
    texts = Texts(workload)
    blocks = [block | {"key": f"block-{number}"} for number, block in enumerate(texts.blocks())]
    with greeum.open(directory) as memory:
        for start in range(0, len(blocks), BATCH):
            memory.add_many(blocks[start : start + BATCH])
    return Job(
        port=0,
        clients=options.clients,
        seconds=options.seconds,
        searches=[list(search) for search in texts.queries(blocks)],
        search_share=0.8,
        add_share=0.15,
        texts=tuple(block["text"] for block in blocks[:KEYS]),
        keys=tuple((block["key"], block["namespace"]) for block in blocks[:: max(1, len(blocks) // KEYS)]),
        check_share=CHECK_SHARE,
        memory=directory,
    )


def under(server: Served, job: Job) -> tuple[Outcome, Resident]:
    resident = Resident(server)
    resident.start()
    try:
        return loaded(job), resident
    finally:
        resident.stop()


def told(name: str, outcome: Outcome, resident: Resident) -> list[str]:
    """Print what came of it."""
    count = sum(outcome.statuses.values())
    print(f"{name}: {count:,} requests in {outcome.seconds:.0f} s, {count / outcome.seconds:,.0f} a second")
    print(f"   answers by status: {outcome.statuses}")
    for kind, figures in (outcome.latencies_ms | {"refused": outcome.refusals_ms}).items():
        if figures:
            print(f"   {kind}: " + ", ".join(f"{value:,.1f} {figure}" for figure, value in figures.items()))
    print(f"   checks: {outcome.checks}")
    if resident.samples:
        size, slope = resident.samples[-1][1], resident.slope_bytes_per_s()
        adds = outcome.latencies_ms.get("add", {}).get("count", 0)
        print(f"   memory: {size / 1e6:,.1f} MB, {slope * 60 / 1e6:+,.2f} MB a minute, while {adds:,.0f} blocks came")
    return [f"{fault}" for fault in outcome.wrong]


def failures(outcome: Outcome) -> list[str]:
    """What should not be, where there is room for all."""
    count = sum(outcome.statuses.values())
    failed = sum(number for status, number in outcome.statuses.items() if status not in ("200", "201"))
    return [f"{failed:,} of {count:,} requests failed"] if failed > ERROR_SHARE_MAX * count else []


def refusals(before: Outcome, over: Outcome) -> list[str]:
    """What should not be, where there are too many."""
    faults = []
    odd = {status: count for status, count in over.statuses.items() if status not in ("200", "201", "429", "503")}
    if odd:
        faults.append(f"answers that are neither right nor refusals: {odd}")
    if over.without_retry_after:
        faults.append(f"{over.without_retry_after:,} refusals do not say when to try again")
    for kind, figures in over.latencies_ms.items():
        usual_ms = before.latencies_ms[kind]["p99"]
        if figures["p99"] > SLOWER_MAX * usual_ms:
            faults.append(f"99 % of each {kind} within {figures['p99']:,.0f} ms, {usual_ms:,.0f} ms before")
    return faults


if __name__ == "__main__":
    sys.exit(main())
