"""The benchmarks run, small: what they say is what a user would be told, and what they compare is comparable."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from benches import workloads
from benches.chart import chart
from benches.child import Child
from benches.peers import NAMES
from benches.peers.protocol import ADD, ANCHOR, FILTER, NAMESPACE, SEARCH
from benches.side_by_side import summary, table
from benches.workloads import Content

ROOT = Path(__file__).resolve().parents[2]
SMALL = workloads.scaled(workloads.read(["mixed-1k"])[0], 200, 80)


def ran(*arguments: str) -> list[Any]:
    """The lines of JSON that a program prints."""
    environment = os.environ | {"PYTHONPATH": str(ROOT / "python")}
    command = [sys.executable, *arguments, "--json"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_our_own_questions_fare_as_well_as_they_must() -> None:
    (own,) = ran("scripts/quality_benchmark.py")
    assert (own["questions"], own["without"], own["kind"]) == (185, "", "")
    assert 0.57 <= own["recall_at_10"] <= own["recall_at_50"] <= 1


def test_in_full_each_part_is_left_out_and_each_kind_has_its_line(tmp_path: Path) -> None:
    set_of_two = tmp_path / "two.jsonl"
    rows: list[dict[str, Any]] = [{"id": "a", "text": "The river is cold."}, {"id": "b", "text": "Coffee at nine."}]
    rows += [
        {"question": "cold river", "answers": ["a"], "kind": "x"},
        {"question": "nine", "answers": ["b"], "kind": "y"},
    ]
    set_of_two.write_text("\n".join(map(json.dumps, rows)))
    found = [row for row in ran("scripts/quality_benchmark.py", "--full", str(set_of_two)) if row["set"] == "two"]
    assert {row["kind"] for row in found} == {"", "x", "y"}
    assert {"words", "vector", "tokens"} <= {row["without"] for row in found}


def test_performance_by_itself() -> None:
    (figures,) = ran("scripts/performance_benchmark.py", "--blocks", "100")
    assert figures["adds_per_cpu_second"] > 0
    assert figures["search_cpu_ms"] > 0


def test_under_stress_nothing_is_lost() -> None:
    (figures,) = ran("scripts/performance_benchmark.py", "--stress", "--duration", "1", "--blocks", "200")
    assert (figures["not_found"], figures["lost"], figures["failures"]) == (0, 0, [])
    assert figures["added"] > 0
    assert figures["alone"]["searches"] > 0
    assert figures["while_adding"]["searches"] > 0


def test_side_by_side_everyone_takes_the_same_steps() -> None:
    arguments = ["--workload", "mixed-1k", "--blocks", "200", "--queries", "80", "--beside", "fts5"]
    (figures,) = ran("-m", "benches.run", *arguments)
    assert list(figures) == ["greeum", "fts5"]
    assert {f"{kind}_cpu_ms" for kind in (SEARCH, NAMESPACE, FILTER, ANCHOR, ADD)} <= set(figures["greeum"])
    assert "anchor_cpu_ms" not in figures["fts5"], "what it has no way for is not measured"
    assert min(one["found"] for one in figures.values()) > 0.5
    shown = table("head", figures)
    assert "(1.0×)" in shown
    assert "—" in shown
    drawn = chart("head", figures)
    assert ElementTree.fromstring(drawn).tag.endswith("svg")
    assert len(drawn) < 4_000


def test_an_unknown_peer_is_named() -> None:
    arguments = ["-m", "benches.run", "--workload", "mixed-1k", "--beside", "nobody"]
    done = subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "nobody: no such peer" in done.stderr


def test_every_peer_has_a_file_and_every_file_is_a_peer() -> None:
    files = {path.stem.removesuffix("_peer") for path in (ROOT / "benches" / "peers").glob("*_peer.py")}
    assert files == set(NAMES)


@pytest.mark.parametrize("name", ["greeum", "fts5"])
def test_a_peer_finds_what_it_was_given(name: str, tmp_path: Path) -> None:
    child = Child(name, SMALL, str(tmp_path))
    assert child.fill()["adds_per_cpu_second"] > 0
    assert child.tune() == {}, "neither has a width to choose"
    steps = child.steps(0, 80)
    assert summary(steps)["found"] > 0.7
    assert child.size()["disk_bytes_per_block"] > 0
    child.close()


def test_the_steps_are_those_of_the_mix_and_the_same_every_time() -> None:
    steps = Content(SMALL).steps()
    assert steps == Content(SMALL).steps()
    assert {step.kind for step in steps} == set(SMALL["mix"])
    blocks = Content(SMALL).blocks
    asked = [step for step in steps if step.kind != ADD]
    assert all(set(step.text.split()) <= set(blocks[step.answer]["text"].split()) for step in asked)
    assert [step.answer for step in steps if step.kind == ADD] == list(range(200, 200 + 80 - len(asked)))
