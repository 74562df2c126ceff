"""One peer in a process of its own, on one core: does what it is told by lines of JSON, and says what that took.

Processor time is that of the whole process: some peers work in threads of their own.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from typing import Any

from benches.embedding import DIMENSION, vectors
from benches.machine import memory_bytes, size_bytes
from benches.peers import peer
from benches.peers.protocol import ADD, Batch, Peer, Step
from benches.workloads import Content

WIDTHS = (16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1_024)
"""How widely a graph is searched: the first of these that finds enough is taken."""

TRIED = 100
"""Questions by which that is found out."""


RECALL = 0.95
"""Share of the nearest vectors that has to be found, unless the workload says otherwise."""


class Child:
    """What is held between two lines."""

    def __init__(self, name: str, workload: dict[str, Any], directory: str) -> None:
        self._workload = workload
        self._directory = directory
        content = Content(workload)
        self._blocks, self._steps = content.blocks, content.steps()
        kind = peer(name)
        self._embeds = kind.wants_vectors
        vectors(["what is read for the first time"])
        self._before = memory_bytes()
        self._peer: Peer = kind(directory, DIMENSION, len(self._blocks) + len(self._steps))

    def fill(self) -> dict[str, float]:
        """Adds all blocks."""
        started, cpu = time.perf_counter(), time.process_time()
        for first in range(0, len(self._blocks), self._workload["batch"]):
            self._add(first, self._blocks[first : first + self._workload["batch"]])
        self._peer.finish()
        return {
            "adds_per_cpu_second": len(self._blocks) / (time.process_time() - cpu),
            "adds_per_second": len(self._blocks) / (time.perf_counter() - started),
        }

    def _add(self, first: int, blocks: list[dict[str, Any]]) -> None:
        self._peer.add(Batch(first, blocks, vectors([one["text"] for one in blocks]) if self._embeds else None))

    def tune(self) -> dict[str, float]:
        """Searches as widely as it takes to find the nearest vectors; says nothing where there is nothing to choose."""
        if not self._peer.widen(WIDTHS[0]):
            return {}
        asked = [step for step in self._steps if step.kind != ADD][:TRIED]
        nearest = self._nearest(asked)
        for width in WIDTHS:
            self._peer.widen(width)
            recall = self._recall(asked, nearest)
            if recall >= self._workload.get("recall", RECALL):
                break
        return {"width": width, "recall": recall}

    def _nearest(self, asked: list[Step]) -> list[set[int]]:
        """The nearest blocks by their vectors, all of which are compared."""
        held = vectors([block["text"] for block in self._blocks])
        k = min(self._workload["k"], len(held) - 1)
        probes = vectors([step.text for step in asked])
        return [set((-(held @ probe)).argpartition(k)[:k].tolist()) for probe in probes]

    def _recall(self, asked: list[Step], nearest: list[set[int]]) -> float:
        found = sum(len(exact.intersection(self._ask(step))) for step, exact in zip(asked, nearest, strict=True))
        return found / sum(map(len, nearest))

    def _ask(self, step: Step) -> list[int]:
        """The numbers of what is found; the text of every hit is read."""
        vector = vectors([step.text])[0] if self._embeds else None
        found = self._peer.ask(step, vector, self._workload["k"])
        sum(map(len, found.texts))
        return found.numbers

    def steps(self, first: int, last: int) -> list[dict[str, Any]]:
        """Takes some of the steps, each once: what each took, and whether the answer was found."""
        return [self._step(step) for step in self._steps[first:last] if step.kind in self._peer.can]

    def _step(self, step: Step) -> dict[str, Any]:
        started, cpu = time.perf_counter(), time.process_time()
        if step.kind == ADD:
            self._add(step.answer, [step.block()])
            found = [step.answer]
        else:
            found = self._ask(step)
        took = {"cpu_ms": (time.process_time() - cpu) * 1e3, "wall_ms": (time.perf_counter() - started) * 1e3}
        return took | {"kind": step.kind, "is_found": step.answer in found}

    def size(self) -> dict[str, float]:
        """What it holds after all that."""
        blocks = len(self._blocks)
        memory = (memory_bytes() - self._before) / blocks
        return {"memory_bytes_per_block": memory, "disk_bytes_per_block": size_bytes(self._directory) / blocks}

    def close(self) -> None:
        self._peer.close()


def pin(core: int) -> None:
    """Keeps this process on one core, where the system can do that."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})


def main() -> None:
    """Reads `[method, arguments]` line by line; what a peer prints itself goes to standard error."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    name, core = sys.argv[1], int(sys.argv[2])
    pin(core)
    with tempfile.TemporaryDirectory(prefix=f"bench-{name}-", ignore_cleanup_errors=True) as directory:
        child = Child(name, json.loads(sys.stdin.readline()), directory)
        for line in sys.stdin:
            method, arguments = json.loads(line)
            answers.write(json.dumps(getattr(child, method)(*arguments)) + "\n")
        child.close()


if __name__ == "__main__":
    main()
