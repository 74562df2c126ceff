"""Measures several products at once: each in a process of its own, all on one core, by turns.

They take the same steps, a few each in turn, so that whatever else the machine does slows all of them alike; what
counts is the processor time, and what is compared is the ratio within one run.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from contextlib import ExitStack
from importlib.metadata import PackageNotFoundError, version
from statistics import fmean
from typing import TYPE_CHECKING, Any

from benches.peers import peer

if TYPE_CHECKING:
    from collections.abc import Iterable

TURN = 50
"""Steps that one takes before it is the next one's turn: far more than a switch of processes costs."""

KINDS = ("search", "namespace", "filter", "anchor", "add")


class Process:
    """A peer at work elsewhere."""

    def __init__(self, name: str, workload: dict[str, Any], core: int) -> None:
        self.name = name
        command = [sys.executable, "-m", "benches.child", name, str(core)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._tell(workload)

    def call(self, method: str, *arguments: object) -> Any:
        """What a method of `child.Child` gives."""
        self._tell([method, arguments])
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} ended with {self._process.wait()}: what it said is above")
        return json.loads(line)

    def _tell(self, what: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def measure(workload: dict[str, Any], names: Iterable[str], core: int) -> dict[str, dict[str, Any]]:
    """The figures of each product that is installed and can hold so much, by name."""
    names = [name for name in names if peer(name).blocks_max >= workload["blocks"]]
    with ExitStack() as stack:
        processes = [stack.enter_context(Process(name, workload, core)) for name in names]
        figures = {process.name: process.call("fill") | process.call("tune") for process in processes}
        taken: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for first in range(0, min(workload["queries"], workload["blocks"]), TURN):
            for process in processes:
                taken[process.name] += process.call("steps", first, first + TURN)
        for process in processes:
            figures[process.name] |= summary(taken[process.name]) | process.call("size")
            figures[process.name]["version"] = version_of(process.name)
    return figures


def summary(steps: list[dict[str, Any]]) -> dict[str, Any]:
    """Mean and 95th percentile of each kind of step, and the share of questions whose answer was found."""
    figures: dict[str, Any] = {}
    for kind in KINDS:
        times = sorted(step["cpu_ms"] for step in steps if step["kind"] == kind)
        if times:
            figures |= {f"{kind}_cpu_ms": fmean(times), f"{kind}_p95_cpu_ms": times[int(len(times) * 0.95)]}
    asked = [step["is_found"] for step in steps if step["kind"] == "search"]
    return figures | ({"found": fmean(asked)} if asked else {})


def version_of(name: str) -> str:
    package = peer(name).package
    if package == "sqlite":
        import sqlite3

        return sqlite3.sqlite_version
    try:
        return version(package)
    except PackageNotFoundError:
        return "of this tree"


def table(head: str, figures: dict[str, dict[str, Any]]) -> str:
    """What was measured, a line for each, and how many times as long as Greeum each takes."""
    kinds = [kind for kind in KINDS if any(f"{kind}_cpu_ms" in one for one in figures.values())]
    ours = figures["greeum"]
    titles = ["", "version", *(f"{kind} ms" for kind in kinds), "found", "recall", "adds/s", "B/block"]
    lines = [titles]
    for name, one in figures.items():
        cells = [name, one["version"], *(cell(one, ours, kind) for kind in kinds)]
        cells += [share(one.get("found")), share(one.get("recall"))]
        cells += [f"{one['adds_per_cpu_second']:,.0f}", f"{one['memory_bytes_per_block']:,.0f}"]
        lines.append(cells)
    widths = [max(len(line[column]) for line in lines) for column in range(len(titles))]
    rows = ("  ".join(text.rjust(width) for text, width in zip(line, widths, strict=True)) for line in lines)
    return "\n".join([head, *rows])


def cell(one: dict[str, Any], ours: dict[str, Any], kind: str) -> str:
    took = one.get(f"{kind}_cpu_ms")
    if took is None:
        return "—"
    return f"{took:.3f} ({took / ours[f'{kind}_cpu_ms']:.1f}×)"


def share(value: float | None) -> str:
    return "—" if value is None else f"{value:.2f}"
