"""What does HTTP add to a search?

    python scripts/door_cost.py [--blocks 10000] [--clients 64] [--seconds 4] [--rounds 3]

Processor time for each request, of the server's process, with its log on: of a search over HTTP, of the same search
without HTTP, of a bare ASGI application that answers as many bytes, and of the same under uvicorn. All in one run, one
after the other, several times; the least of each counts, because other work on the machine only adds to it.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from benches.texts import Texts
from scripts.load.clients import Job, loaded
from scripts.load.served import cpu_s, running, served

import greeum
from greeum.model import hits_json

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
    least["door_us"] = min(one["http_us"] - one["search_us"] for one in rounds)
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
    search_us, size = without_http(directory, searches, options.seconds)
    log = os.path.join(directory, "access.log")
    with served("--memory", directory, "--log", log) as server:
        http_us = per_request(server.process.pid, server.port, searches, options)
    found = {"search_us": search_us, "http_us": http_us, "answer_bytes": float(size)}
    for name in ("greeum", "uvicorn"):
        with running([sys.executable, "-m", "scripts.load.echo", name, str(size)]) as (process, said):
            port = int(said["url"].rpartition(":")[2])
            found[f"echo_{name}_us"] = per_request(process.pid, port, searches, options)
    return found


def without_http(directory: str, searches: list[list[str]], seconds: float) -> tuple[float, int]:
    """A search and its hits as JSON; and how many bytes these are in the mean."""
    with greeum.open(directory) as memory:
        for query, namespace in searches:
            memory.search(query, namespace=namespace)
        count, size, began_s = 0, 0, time.process_time()
        while time.process_time() - began_s < seconds:
            query, namespace = searches[count % len(searches)]
            size += len(hits_json(memory.search(query, namespace=namespace)))
            count += 1
        return (time.process_time() - began_s) / count * 1e6, size // count


def per_request(process: int, port: int, searches: list[list[str]], options: Any) -> float:
    job = Job(port, options.clients, options.seconds, searches)
    loaded(job._replace(seconds=0.5))
    before_s = cpu_s(process)
    outcome = loaded(job)
    spent_s = cpu_s(process) - before_s
    answered = outcome.statuses["200"]
    if answered != sum(outcome.statuses.values()):
        raise RuntimeError(f"not every answer was right: {outcome.statuses}")
    return spent_s / answered * 1e6


def table(least: dict[str, float]) -> str:
    names = {
        "search_us": "a search and its hits as JSON, without HTTP",
        "http_us": "the same over HTTP",
        "door_us": "what HTTP adds",
        "echo_greeum_us": "a bare application that answers as many bytes, under this server",
        "echo_uvicorn_us": "the same under uvicorn",
    }
    lines = [f"{least[name]:8.1f} us  {meaning}" for name, meaning in names.items()]
    return "\n".join([*lines, f"{least['answer_bytes']:8,.0f} bytes to an answer"])


if __name__ == "__main__":
    main()
