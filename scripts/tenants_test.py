"""Does a server hold many tenants, and do those who are busy at the same time keep up?

    python scripts/tenants_test.py --tenants 10000 --blocks 100 --active 1000 --seconds 60

Makes so many tenants with so many blocks each, each with a key, in one process and through the door that the service
uses. Then visits every one of them in random order, so that memories are opened and closed all the time, and asks each
for what only it was told. Then lets `--active` of them add a block once a second each, and sees whether they are late.
At the end every tenant must hold exactly what was added to it. Prints figures as it goes; ends with status 1 if
something is missing or mixed up, if the active ones do not keep up, or if more memories were open than may be.

`--directory` keeps what was made for a later run with the same numbers.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from time import monotonic, process_time

from greeum.api.authentication import KeyedDoor, Visitor
from greeum.api.threads import QUEUE_MAX, Threads
from greeum.api.worker import THREADS
from greeum.control.store import ControlStore
from greeum.tenants import TENANTS_DIRECTORY, Tenants

PERIOD_S = 1.0
"""Between two adds of one tenant."""

LATE_S_MAX = 1.0
"""An add that is done later than this after its time has come has not kept up."""

WATCH_ADDS = 1_024
"""Adds from one count of what is open to the next: to list five thousand files takes as long as several adds."""

KEYS_FILE = "keys.txt"

WORDS = ("harbour", "ledger", "orchard", "violin", "granite", "lantern", "meadow", "compass", "turbine", "saddle")


class Failure(Exception):
    """What should hold does not."""


class Node:
    """One process of a server: the door, the keys of all tenants, and what each should hold."""

    def __init__(self, directory: Path, arguments: argparse.Namespace) -> None:
        self.directory = directory
        self.control = ControlStore(str(directory))
        self.tenants = Tenants(str(directory / TENANTS_DIRECTORY), open_max=arguments.open_max)
        self.door = KeyedDoor(self.control, self.tenants)
        self.blocks: int = arguments.blocks
        self.keys = self._keys(arguments.tenants)
        self.added = [0] * len(self.keys)
        self.threads: int = arguments.threads
        self.files_most = self.open_most = 0

    def _keys(self, count: int) -> list[str]:
        kept = self.directory / KEYS_FILE
        keys = kept.read_text().split() if kept.exists() else []
        began_s = monotonic()
        made = [self.control.create_key(name_of(number), "writer")[1].text for number in range(len(keys), count)]
        if made:
            print(f"made {len(made):,} keys, {len(made) / (monotonic() - began_s):,.0f} a second", flush=True)
        kept.write_text("\n".join([*keys, *made]))
        return [*keys, *made]

    @contextmanager
    def visit(self, number: int) -> Iterator[Visitor]:
        visitor = self.door.enter(self.keys[number])
        try:
            yield visitor
        finally:
            self.door.leave(visitor)

    def watch(self) -> None:
        """Remember the most files and memories that were open."""
        self.files_most = max(self.files_most, len(os.listdir("/proc/self/fd")))
        self.open_most = max(self.open_most, self.tenants.open_count)

    def each(self, work: Callable[[int], None], numbers: Sequence[int], what: str) -> None:
        """Do this for each of these tenants, from several threads, and say how quickly it went."""
        began_s, cpu_s = monotonic(), process_time()
        self.at(work, ((began_s, number) for number in numbers))
        took_s, cpu_s = monotonic() - began_s, process_time() - cpu_s
        print(f"{what} {len(numbers):,} tenants, {len(numbers) / took_s:,.0f} a second "
              f"({cpu_s / len(numbers) * 1000:.2f} ms of CPU each); {self.figures()}", flush=True)  # fmt: skip

    def at(self, work: Callable[[int], None], due: Iterable[tuple[float, int]]) -> list[float]:
        """Do this for each of these tenants when its time has come, in the threads of a server, as many of them waiting
        as may in one. How long after its time each was done.
        """
        return asyncio.run(self._at(work, due))

    async def _at(self, work: Callable[[int], None], due: Iterable[tuple[float, int]]) -> list[float]:
        threads, room = Threads(self.threads, "tenants"), asyncio.Semaphore(QUEUE_MAX // 2)
        late_s: list[float] = []

        async def do(due_s: float, number: int) -> None:
            try:
                await threads.begin(number, work, number)
            finally:
                room.release()
            late_s.append(monotonic() - due_s)
            if len(late_s) % WATCH_ADDS == 0:
                self.watch()

        async with asyncio.TaskGroup() as tasks:
            for due_s, number in due:
                await room.acquire()
                await asyncio.sleep(max(0.0, due_s - monotonic()))
                tasks.create_task(do(due_s, number))
        threads.close()
        return late_s

    def figures(self) -> str:
        self.watch()
        return f"{self.tenants.open_count:,} open, {self.files_most:,} files at most, {resident_mib():,.0f} MiB"


def name_of(number: int) -> str:
    return f"tenant-{number}"


def resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def fill(node: Node, number: int) -> None:
    with node.visit(number) as visitor:
        there = int(str(visitor.memory.stats()["blocks"]))
        texts = [f"{WORDS[(number + i) % len(WORDS)]} {i} belongs to {name_of(number)}" for i in range(node.blocks)]
        visitor.memory.add_many([{"text": text} for text in texts[there:]])
        node.added[number] = max(there - node.blocks, 0)


def look(node: Node, number: int) -> None:
    """Nothing but what is this tenant's own is found, and the block that is asked for first."""
    wanted = f"{WORDS[number % len(WORDS)]} 0 belongs to {name_of(number)}"
    with node.visit(number) as visitor:
        hits = visitor.memory.search(wanted, k=10)
    texts = [hit.block.text for hit in hits]
    if texts[0] != wanted or any(name_of(number) not in text.split() for text in texts):
        raise Failure(f"{name_of(number)} was answered {texts}")


def beats(active: Sequence[int], seconds: int, random: Random) -> Iterator[tuple[float, int]]:
    """Every active tenant once a second, each at a moment of its own within it."""
    offsets = sorted((random.random() * PERIOD_S, number) for number in active)
    began_s = monotonic()
    return ((began_s + beat * PERIOD_S + offset, number) for beat in range(seconds) for offset, number in offsets)


def add(node: Node, number: int) -> None:
    with node.visit(number) as visitor:
        visitor.memory.add(f"beat {node.added[number]} of {name_of(number)}")
    node.added[number] += 1


def keep_up(node: Node, active: Sequence[int], seconds: int, random: Random) -> None:
    # As in a server that has run for a while, those who are busy have been here already.
    node.each(lambda number: add(node, number), active, "added to")
    began_s, cpu_s = monotonic(), process_time()
    late_s = sorted(node.at(lambda number: add(node, number), beats(active, seconds, random)))
    took_s = monotonic() - began_s
    share = (process_time() - cpu_s) / took_s
    print(f"{len(active):,} tenants added once a second: {len(late_s) / took_s:,.0f} adds a second, done after "
          f"{late_s[len(late_s) // 2] * 1000:.1f} ms (median), {late_s[int(len(late_s) * 0.99)] * 1000:.1f} ms (99 %), "
          f"{late_s[-1] * 1000:.0f} ms (most), {share:.0%} of a core; {node.figures()}", flush=True)  # fmt: skip
    if late_s[-1] > LATE_S_MAX:
        raise Failure(f"an add was done {late_s[-1]:.1f} s after its time")


def count(node: Node, number: int) -> None:
    with node.visit(number) as visitor:
        held = visitor.memory.stats()["blocks"]
    if held != node.blocks + node.added[number]:
        raise Failure(f"{name_of(number)} holds {held} blocks, not {node.blocks + node.added[number]}")


def parse_arguments() -> argparse.Namespace:
    """See the module."""
    parser = argparse.ArgumentParser(description="Does a server hold many tenants?")
    parser.add_argument("--tenants", type=int, default=10_000)
    parser.add_argument("--blocks", type=int, default=100, help="of each tenant")
    parser.add_argument("--active", type=int, default=1_000, help="tenants that add once a second")
    parser.add_argument("--seconds", type=int, default=30, help="how long they do")
    parser.add_argument("--threads", type=int, default=THREADS, help="of the one process (default: the server's)")
    parser.add_argument("--open-max", type=int, help="memories open at once (default: the server's own)")
    parser.add_argument("--directory", type=Path, help="where to make them, and keep them")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def run(directory: Path, arguments: argparse.Namespace) -> None:
    random = Random(arguments.seed)
    node = Node(directory, arguments)
    print(f"at most {node.tenants.open_max:,} memories open; {node.figures()}", flush=True)
    everybody = list(range(len(node.keys)))
    try:
        node.each(lambda number: fill(node, number), everybody, "made")
        random.shuffle(everybody)
        node.each(lambda number: look(node, number), everybody, "visited")
        keep_up(node, everybody[: arguments.active], arguments.seconds, random)
        node.each(lambda number: count(node, number), everybody, "counted")
    finally:
        node.door.close()
    print(f"closed; {node.figures()}", flush=True)
    if node.open_most > node.tenants.open_max:
        raise Failure(f"{node.open_most} memories were open")


def main() -> None:
    """See the module."""
    arguments = parse_arguments()
    try:
        if arguments.directory is None:
            with TemporaryDirectory(prefix="greeum-tenants-") as folder:
                run(Path(folder), arguments)
        else:
            arguments.directory.mkdir(parents=True, exist_ok=True)
            run(arguments.directory, arguments)
    except Failure as failure:
        sys.exit(f"FAILED: {failure}")


if __name__ == "__main__":
    main()
