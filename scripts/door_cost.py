"""What does HTTP add to a search?

    python scripts/door_cost.py [--blocks 10000] [--clients 64] [--seconds 4] [--rounds 3]

Processor time for each request of a server with its log on, and how much of it is the search itself, both counted in
that server at that moment: on a machine that others use, a search takes now half a millisecond, now a whole one. Beside
it a bare ASGI application that answers as many bytes, under the same server and under uvicorn. One after the other, in
several rounds; the least of each counts, because other work on the machine only adds to it.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from benches.texts import Texts
from scripts.load.clients import Job, loaded
from scripts.load.served import cpu_s, running

import greeum

BATCH = 1_000
SEARCHES = 500
"""Different ones, asked in turn."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--blocks", type=int, default=10_000)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="greeum-door-") as directory:
        searches = fill(directory, options.blocks)
        rounds = [measure(directory, searches, options) for _ in range(options.rounds)]
    least = {name: min(one[name] for one in rounds) for name in rounds[0]}
    print(json.dumps(least) if options.json else table(least))


def fill(directory: str, count: int) -> list[list[str]]:
    """Remember so many blocks; searches within what one user has said."""
    workload = json.loads((Path(__file__).parents[1] / "benches" / "workloads" / "chat-100k.json").read_text())
    texts = Texts(workload | {"blocks": count, "queries": SEARCHES})
    blocks = list(texts.blocks())
    with greeum.open(directory) as memory:
        for start in range(0, count, BATCH):
            memory.add_many(blocks[start : start + BATCH])
    return [list(query) for query in texts.queries(blocks)]


def measure(directory: str, searches: list[list[str]], options: Any) -> dict[str, float]:
    """Microseconds of processor time for each."""
    job = Job(0, options.clients, options.seconds, searches)
    log = os.path.join(directory, "access.log")
    command = [sys.executable, "-m", "scripts.load.metered", "--memory", directory, "--log", log]
    with running(command) as (process, said):
        load(job._replace(port=port_of(said)))
        process.terminate()
        assert process.stdout is not None
        counted = json.loads(process.stdout.readline())
    each = {name: counted[name] / counted["searches"] * 1e6 for name in ("all_s", "search_s")}
    size = answer_bytes(directory, searches)
    found = {
        "search_us": each["search_s"],
        "http_us": each["all_s"],
        "door_us": each["all_s"] - each["search_s"],
        "answer_bytes": float(size),
    }
    for name in ("greeum", "uvicorn"):
        with running([sys.executable, "-m", "scripts.load.echo", name, str(size)]) as (process, said):
            found[f"echo_{name}_us"] = per_request(process.pid, job._replace(port=port_of(said)))
    return found


def port_of(said: Any) -> int:
    return int(said["url"].rpartition(":")[2])


def answer_bytes(directory: str, searches: list[list[str]]) -> int:
    """How long an answer is in the mean."""
    with greeum.open(directory) as memory:
        sizes = [len(memory.search_json(query, namespace=namespace)) for query, namespace in searches]
    return sum(sizes) // len(sizes)


def per_request(process: int, job: Job) -> float:
    load(job._replace(seconds=0.5))
    before_s = cpu_s(process)
    answered = load(job)
    return (cpu_s(process) - before_s) / answered * 1e6


def load(job: Job) -> int:
    """How many requests were answered, which must be all."""
    outcome = loaded(job)
    answered = outcome.statuses.get("200", 0)
    if answered != sum(outcome.statuses.values()):
        raise RuntimeError(f"not every answer was right: {outcome.statuses}")
    return answered


def table(least: dict[str, float]) -> str:
    names = {
        "http_us": "a search over HTTP, all in all",
        "search_us": "the search itself, and its hits as JSON",
        "door_us": "what HTTP adds",
        "echo_greeum_us": "a bare application that answers as many bytes, under this server",
        "echo_uvicorn_us": "the same under uvicorn",
    }
    lines = [f"{least[name]:8.1f} us  {meaning}" for name, meaning in names.items()]
    return "\n".join([*lines, f"{least['answer_bytes']:8,.0f} bytes to an answer"])


if __name__ == "__main__":
    main()
