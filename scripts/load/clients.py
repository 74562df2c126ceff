"""Many clients that load a server, in a process of their own: its work is not the server's.

    echo JOB | python -m scripts.load.clients

The job and what came of it are JSON: see `Job` and `Outcome`.
"""

from __future__ import annotations

import asyncio
import gc
import json
import subprocess
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from urllib.parse import quote

import uvloop
from scripts.load.client import Client, Reply, request

import greeum

ROOT = Path(__file__).parents[2]

CONNECTED_AT_ONCE = 100
"""Connections that are opened at the same time: a backlog that overflows would measure the kernel."""

WITNESSES = 8
"""Clients beside the others that look whether what was added is found."""


class Job(NamedTuple):
    """What to do to the server at `port`."""

    port: int
    clients: int
    seconds: float
    searches: list[list[str]]
    """Query and namespace of each."""
    k: int = 10
    seed: int = 1
    search_share: float = 1.0
    add_share: float = 0.0
    """The rest gets blocks by their keys."""
    texts: tuple[str, ...] = ()
    """Of which blocks are made."""
    keys: tuple[tuple[str, str], ...] = ()
    """Key and namespace of blocks that are there."""
    rate: float = 0.0
    """Requests a second of all clients together, whether or not they are answered in time; 0: as they are answered."""
    check_share: float = 0.0
    """Of the answers, how many are checked."""
    memory: str | None = None
    """The directory that is served, for the oracle."""


class Outcome(NamedTuple):
    """What came of it."""

    seconds: float
    statuses: dict[str, int]
    """How many answers of each status; 0 is a connection that ended without one."""
    without_retry_after: int
    """Refusals that do not say when to try again."""
    latencies_ms: dict[str, dict[str, float]]
    """For each kind of request that was answered well: count, p50, p99, max."""
    refusals_ms: dict[str, float]
    """The same for 429 and 503."""
    checks: dict[str, int]
    """Searches that were the oracle's answer (`right`), were not (`wrong`), or could be either, because the memory had
    changed in between (`open`); blocks that were found by the next search (`found`), or were not (`lost`)."""
    wrong: list[Any]
    """Some of those that were wrong or lost."""


class Load:
    """The clients, and what they count."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._clients = [Client("127.0.0.1", job.port) for _ in range(job.clients)]
        self._witnesses: asyncio.Queue[Client] = asyncio.Queue()
        self._oracle = greeum.open(job.memory, read_only=True) if job.memory and job.check_share else None
        self._statuses: Counter[int] = Counter()
        self._checks: Counter[str] = Counter()
        self._latencies: defaultdict[str, list[float]] = defaultdict(list)
        self._without_retry_after = 0
        self._wrong: list[Any] = []
        self._added = 0
        self._searches = [search(query, namespace, job.k) for query, namespace in job.searches]

    async def run(self) -> Outcome:
        """Load the server for the time that the job says."""
        for start in range(0, len(self._clients), CONNECTED_AT_ONCE):
            await asyncio.gather(*(one.connect() for one in self._clients[start : start + CONNECTED_AT_ONCE]))
        if self._job.add_share and self._job.check_share:
            for _ in range(WITNESSES):
                self._witnesses.put_nowait(Client("127.0.0.1", self._job.port))
        began_s = time.perf_counter()
        self._end_s = began_s + self._job.seconds
        await asyncio.gather(*(self._play(number) for number in range(len(self._clients))))
        return self._outcome(time.perf_counter() - began_s)

    def _outcome(self, seconds: float) -> Outcome:
        refusals = self._latencies.pop("refused", [])
        return Outcome(
            seconds=seconds,
            statuses={str(status): count for status, count in sorted(self._statuses.items())},
            without_retry_after=self._without_retry_after,
            latencies_ms={kind: summary(found) for kind, found in self._latencies.items()},
            refusals_ms=summary(refusals) if refusals else {},
            checks=dict(self._checks),
            wrong=self._wrong[:10],
        )

    async def _play(self, number: int) -> None:
        """One client: a request, its answer, the next."""
        job, client, choose = self._job, self._clients[number], Random(f"{self._job.seed}/{number}")
        period_s = len(self._clients) / job.rate if job.rate else 0.0
        due_s = time.perf_counter() + choose.uniform(0, period_s)
        while (now_s := time.perf_counter()) < self._end_s:
            if now_s < due_s:
                await asyncio.sleep(due_s - now_s)
            due_s = max(due_s, now_s - period_s) + choose.expovariate(1 / period_s) if period_s else 0.0
            kind = choose.random()
            if kind < job.search_share:
                await self._search(client, choose)
            elif kind < job.search_share + job.add_share:
                await self._add(client, choose)
            else:
                await self._get(client, choose)

    async def _ask(self, client: Client, kind: str, content: bytes) -> Reply:
        reply = await client.ask(content)
        self._statuses[reply.status] += 1
        if reply.status in (429, 503):
            self._without_retry_after += not reply.retry_after
            self._latencies["refused"].append(reply.seconds)
        elif 200 <= reply.status < 300:
            self._latencies[kind].append(reply.seconds)
        return reply

    async def _search(self, client: Client, choose: Random) -> None:
        place = choose.randrange(len(self._searches))
        if self._oracle is None or choose.random() >= self._job.check_share:
            await self._ask(client, "search", self._searches[place])
            return
        query, namespace = self._job.searches[place]
        before = self._right(query, namespace)
        reply = await self._ask(client, "search", self._searches[place])
        if reply.status != 200:
            return
        answer = ids(reply.body)
        after = self._right(query, namespace)
        if answer in (before, after):
            self._checks["right"] += 1
        elif before != after:
            self._checks["open"] += 1
        else:
            self._note("wrong", {"query": query, "namespace": namespace, "answer": answer, "right": after})

    def _right(self, query: str, namespace: str) -> list[int]:
        assert self._oracle is not None
        return [hit.block.id for hit in self._oracle.search(query, namespace=namespace, k=self._job.k)]

    def _note(self, what: str, detail: Any) -> None:
        self._checks[what] += 1
        self._wrong.append({what: detail})

    async def _add(self, client: Client, choose: Random) -> None:
        """Add a block; at times, let another client look for it."""
        self._added += 1
        word, namespace = f"load{self._job.seed}x{self._added}", choose.choice(self._job.searches)[1]
        block = {"text": f"{choose.choice(self._job.texts)} {word}", "namespace": namespace, "key": word}
        reply = await self._ask(client, "add", request("POST", "/v1/blocks", json.dumps(block).encode()))
        if reply.status != 201 or self._witnesses.empty() or choose.random() >= self._job.check_share:
            return
        witness = self._witnesses.get_nowait()
        found = await self._ask(witness, "search", search(word, namespace, self._job.k))
        self._witnesses.put_nowait(witness)
        if found.status == 200 and json.loads(reply.body)["id"] in ids(found.body):
            self._checks["found"] += 1
        elif found.status == 200:
            self._note("lost", block)

    async def _get(self, client: Client, choose: Random) -> None:
        key, namespace = choose.choice(self._job.keys)
        path = f"/v1/blocks:by-key?key={quote(key)}&namespace={quote(namespace)}"
        reply = await self._ask(client, "get", request("GET", path))
        if reply.status == 200 and json.loads(reply.body)["key"] != key:
            self._note("wrong", {"key": key, "answer": reply.body.decode()})


def search(query: str, namespace: str, k: int) -> bytes:
    return request("POST", "/v1/search", json.dumps({"query": query, "namespace": namespace, "k": k}).encode())


def ids(answer: bytes) -> list[int]:
    return [hit["block"]["id"] for hit in json.loads(answer)["hits"]]


def summary(seconds: list[float]) -> dict[str, float]:
    """Count, and milliseconds."""
    seconds.sort()
    at = {name: seconds[min(len(seconds) - 1, int(len(seconds) * share))] for name, share in PERCENTILES}
    return {"count": len(seconds)} | {name: round(value * 1e3, 3) for name, value in at.items()}


PERCENTILES = (("p50", 0.5), ("p99", 0.99), ("max", 1.0))


def loaded(job: Job) -> Outcome:
    """Do a job in another process; what came of it."""
    done = subprocess.run(
        [sys.executable, "-m", "scripts.load.clients"],
        input=json.dumps(job._asdict()),
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    if done.returncode:
        raise RuntimeError(f"the clients failed:\n{done.stderr}")
    return Outcome(**json.loads(done.stdout))


def main() -> None:
    job = Job(**json.load(sys.stdin))
    # Two collections of garbage in the generator would look like a stall of the server.
    gc.disable()
    outcome = uvloop.run(Load(job).run())
    json.dump(outcome._asdict(), sys.stdout)


if __name__ == "__main__":
    main()
