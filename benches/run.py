"""Runs the workloads of benches/workloads and prints what they took.

    python -m benches.run [--workload NAME …] [--beside PEER …] [--record] [--json]

Embedding is included, every add is durable, each query is asked once and the text of every hit is read. Figures are of
wall time with the processor time beside them: on a machine that others use, believe the latter.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import greeum
from benches import side_by_side, workloads
from benches.chart import chart
from benches.machine import machine, memory_bytes, size_bytes
from benches.peers import NAMES
from benches.texts import Texts

HERE = Path(__file__).parent
HISTORY = HERE / "history.ndjson"
CHARTS = HERE / "charts"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workload", action="append", help="only this one (may be given several times)")
    parser.add_argument("--blocks", type=int, help="so many in the place of the workload's")
    parser.add_argument("--queries", type=int, help="so many in the place of the workload's")
    parser.add_argument(
        "--beside", nargs="*", metavar="PEER", help=f"measure these too, by turns: {', '.join(NAMES[1:])}"
    )
    parser.add_argument("--core", type=int, default=0, help="the core that --beside keeps everyone on")
    parser.add_argument(
        "--record", action="store_true", help=f"add a line to {HISTORY.name}; with --beside, a chart too"
    )
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    for workload in workloads.read(options.workload):
        wanted = workloads.scaled(workload, options.blocks, options.queries)
        if options.beside is None:
            alone(wanted, options)
        else:
            beside(wanted, options)


def alone(workload: dict[str, Any], options: argparse.Namespace) -> None:
    """Greeum by itself: wall time as well, opening, disk."""
    figures = {"workload": workload["name"], "blocks": workload["blocks"]} | measure(workload)
    if options.record:
        record(figures)
    print(json.dumps(figures) if options.json else table(workload, figures))


def beside(workload: dict[str, Any], options: argparse.Namespace) -> None:
    """Greeum and others."""
    figures = side_by_side.measure(workload, ["greeum", *options.beside], options.core)
    head = f"{workload['name']}: {workload['blocks']:,} blocks, one core of {machine()}, embedding included"
    if options.record:
        record({"workload": workload["name"], "blocks": workload["blocks"], "side_by_side": figures})
        CHARTS.mkdir(exist_ok=True)
        (CHARTS / f"{workload['name']}.svg").write_text(chart(f"{head}: a search", figures))
    print(json.dumps(figures) if options.json else side_by_side.table(head, figures))


def measure(workload: dict[str, Any]) -> dict[str, float]:
    """All figures of one workload."""
    with tempfile.TemporaryDirectory(prefix="greeum-bench-", ignore_cleanup_errors=True) as directory:
        texts = Texts(workload)
        figures, blocks = add(directory, workload, texts)
        # Searched by a process of its own, whose memory is that of searching alone.
        asked = [sys.executable, "-m", "benches.run", "--search-in", directory]
        questions = json.dumps({"queries": texts.queries(blocks), "k": workload["k"]})
        figures |= json.loads(subprocess.run(asked, input=questions, capture_output=True, text=True, check=True).stdout)
        figures["disk_bytes_per_block"] = size_bytes(directory) / workload["blocks"]
        figures["memory_bytes_per_block"] = figures.pop("memory_bytes") / workload["blocks"]
        return figures


def add(directory: str, workload: dict[str, Any], texts: Texts) -> tuple[dict[str, float], list[Any]]:
    """Remember all blocks, batch after batch; the figures, and the blocks."""
    blocks = list(texts.blocks())
    memory = greeum.open(directory)
    started, cpu = time.perf_counter(), time.process_time()
    for start in range(0, len(blocks), workload["batch"]):
        memory.add_many(blocks[start : start + workload["batch"]])
    added, added_cpu = time.perf_counter() - started, time.process_time() - cpu
    memory.close()
    closed = time.perf_counter() - started
    figures = {
        "adds_per_second": len(blocks) / added,
        "adds_per_cpu_second": len(blocks) / added_cpu,
        "close_seconds": closed - added,
    }
    return figures, blocks


def search_in(directory: str) -> None:
    """Open, ask everything once, print the figures; the questions come on standard input."""
    asked = json.load(sys.stdin)
    before = memory_bytes()
    started = time.perf_counter()
    memory = greeum.open(directory)
    opened = time.perf_counter() - started
    read(memory.search(asked["queries"][0][0], k=asked["k"]))
    first = time.perf_counter() - started
    # Each query once: half of them over everything, half over what the user in question has said.
    figures = ask("search", memory, [(query, "") for query, _ in asked["queries"][::2]], asked["k"])
    figures |= ask("search_one_user", memory, asked["queries"][1::2], asked["k"])
    figures |= {"open_ms": opened * 1e3, "first_hit_ms": first * 1e3, "memory_bytes": memory_bytes() - before}
    print(json.dumps(figures))
    memory.close()


def ask(name: str, memory: greeum.Memory, queries: list[Any], k: int) -> dict[str, float]:
    """What these searches took, reading included."""
    walls, cpu = [], time.thread_time()
    for query, namespace in queries:
        at = time.perf_counter()
        read(memory.search(query, k=k, namespace=namespace))
        walls.append((time.perf_counter() - at) * 1e3)
    cpu = (time.thread_time() - cpu) / len(walls) * 1e3
    walls.sort()
    return {
        f"{name}_mean_ms": sum(walls) / len(walls),
        f"{name}_p50_ms": walls[len(walls) // 2],
        f"{name}_p95_ms": walls[int(len(walls) * 0.95)],
        f"{name}_cpu_ms": cpu,
    }


def read(hits: list[greeum.Hit]) -> int:
    return sum(len(hit.block.text) for hit in hits)


def record(figures: dict[str, Any]) -> None:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False, cwd=HERE
    )
    line = {
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "commit": commit.stdout.strip(),
        "machine": machine(),
    }
    with HISTORY.open("a") as history:
        history.write(json.dumps(line | figures) + "\n")


def table(workload: dict[str, Any], figures: dict[str, Any]) -> str:
    def search(name: str) -> str:
        return " / ".join(f"{figures[f'{name}_{which}_ms']:.2f}" for which in ("mean", "p50", "p95")) + " ms"

    rows = [
        ("adds a second, durable, embedding included", f"{figures['adds_per_second']:,.0f}"),
        ("… a processor second", f"{figures['adds_per_cpu_second']:,.0f}"),
        ("closing (index files written)", f"{figures['close_seconds']:.1f} s"),
        ("opening / to the first hit", f"{figures['open_ms']:.0f} ms / {figures['first_hit_ms']:.0f} ms"),
        ("search everything: mean / median / p95", search("search")),
        ("… of processor time", f"{figures['search_cpu_ms']:.2f} ms"),
        ("search one user: mean / median / p95", search("search_one_user")),
        ("… of processor time", f"{figures['search_one_user_cpu_ms']:.2f} ms"),
        ("memory a block, after searching", f"{figures['memory_bytes_per_block']:,.0f} B"),
        ("disk a block", f"{figures['disk_bytes_per_block']:,.0f} B"),
    ]  # fmt: skip
    head = (
        f"{workload['name']}: {workload['blocks']:,} blocks, batches of {workload['batch']:,}, 1 process; {machine()}"
    )
    return "\n".join([head, *(f"  {name:45s}{value:>24s}" for name, value in rows)])


if __name__ == "__main__":
    if sys.argv[1:2] == ["--search-in"]:
        search_in(sys.argv[2])
    else:
        main()
