"""`greeum demo`: what it shows is true, what it found is right, and what it says to type next works as printed."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from greeum.cli import main
from greeum.cli.cells import width
from greeum.demo import conversations, corrections, searches
from greeum.demo.play import Asked, Played, Remembered

TITLES = [search["title"] for search in searches()]


class Demonstration:
    """One run, kept, as data and as text."""

    def __init__(self, directory: Path) -> None:
        self.memory = directory / "memory"
        self.data = json.loads(greeum("demo", "--memory", str(self.memory), "--json"))
        self.text = greeum("demo", columns=100)

    def search(self, title: str) -> Any:
        [found] = [search for search in self.data["searches"] if search["title"] == title]
        return found


def greeum(*words: str, columns: int | None = None, **options: Any) -> str:
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "NO_COLOR")}
    environment |= {} if columns is None else {"COLUMNS": str(columns)}
    command = [sys.executable, "-m", "greeum", *words]
    shown: bytes = subprocess.run(command, capture_output=True, check=True, env=environment, **options).stdout
    return shown.decode()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demonstration:
    return Demonstration(tmp_path_factory.mktemp("demo"))


@pytest.mark.parametrize("title", TITLES)
def test_what_was_meant_comes_first(demo: Demonstration, title: str) -> None:
    search = demo.search(title)
    assert search["hits"][0]["block"]["text"] == search["expect"]
    assert search["expected_first"] is True


def test_all_of_it_is_in_the_data(demo: Demonstration) -> None:
    data = demo.data
    assert (data["blocks"], data["corrections"]) == (len(conversations()), len(corrections()))
    assert [search["title"] for search in data["searches"]] == TITLES
    assert all(len(search["hits"]) == 3 for search in data["searches"])
    assert data["memory"] == str(demo.memory)
    assert data["add_ms"] > 0
    assert 0 < data["search_ms"]["mean"] <= data["search_ms"]["p95"]
    assert data["bytes"] == sum(path.stat().st_size for path in demo.memory.rglob("*") if path.is_file())


def test_the_anchor_makes_the_difference(demo: Demonstration) -> None:
    [search] = [search for search in demo.data["searches"] if search["without_anchor"]]
    assert search["near"]
    assert search["without_anchor"]["hits"][0]["block"]["text"] != search["expect"]
    assert search["hits"][0]["parts"]["graph"] > 0
    assert demo.data["search_ms"]["count"] == len(TITLES) + 1


def test_the_commands_shown_find_what_is_shown(demo: Demonstration) -> None:
    for search in demo.data["searches"]:
        program, *words = shlex.split(search["command"])
        assert program == "greeum"
        hits = json.loads(greeum(*words, "--memory", str(demo.memory), "--json"))["hits"]
        assert [hit["block"]["text"] for hit in hits] == [hit["block"]["text"] for hit in search["hits"]]


def test_the_screen(demo: Demonstration) -> None:
    lines = demo.text.splitlines()
    assert max(map(width, lines)) <= 100
    for title in TITLES:
        assert any(line.endswith(f"  {title}") for line in lines)
    right = sum(search["expected_first"] for search in demo.data["searches"])
    assert sum(line.startswith("   ✓ ") for line in lines) == right
    assert f"{right} of {len(TITLES)} answers came first." in lines
    assert f"{len(TITLES) + 1} searches, with their texts read: " in demo.text
    assert len(re.findall(r"\d(\.\d\d)? ms$", demo.text, re.MULTILINE)) == len(TITLES) + 1
    assert "█" in demo.text


@pytest.mark.parametrize("columns", [40, 79, 200])
def test_the_screen_in_other_widths(columns: int) -> None:
    text, _, suggestions = greeum("demo", columns=columns).partition("Try next:")
    assert len(suggestions.split()) > 10
    assert max(map(width, text.splitlines())) <= columns


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv("GREEUM_HOME", str(tmp_path / "home"))
    greeum("demo", "--json")
    assert list(tmp_path.iterdir()) == []


def test_it_is_kept_when_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    kept = Path(json.loads(greeum("demo", "--keep", "--json"))["memory"])
    assert list(tmp_path.iterdir()) == [kept]
    assert json.loads(greeum("stats", "--memory", str(kept), "--json"))["blocks"] == len(conversations())


def test_a_directory_with_something_in_it_is_not_touched(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "precious").write_text("mine", encoding="utf-8")
    assert main(["demo", "--memory", str(tmp_path)]) == 4
    assert os.listdir(tmp_path) == ["precious"]
    assert "not empty" in capsys.readouterr().err


@pytest.mark.parametrize("options", [[], ["--memory", "here"]])
def test_what_to_type_next_works_as_printed(tmp_path: Path, options: list[str]) -> None:
    commands = json.loads(greeum("demo", "--json", *options, cwd=tmp_path))["next"]
    assert len(commands) == 3
    run = f'run() {{ {shlex.quote(sys.executable)} -m greeum "$@"; }}'
    for command in commands:
        assert command.startswith("python -m greeum ")
        script = f"{run}; {command.replace('python -m greeum', 'run')}"
        result = subprocess.run(["sh", "-c", script], capture_output=True, check=False, cwd=tmp_path)
        assert (result.returncode, result.stderr) == (0, b""), command
    where = ["--memory", "here" if options else "greeum-demo"]
    found = greeum("search", "What is Alice's dog afraid of?", "-k", "3", *where, cwd=tmp_path)
    assert "Alice's dog is afraid of the sea." in found


def test_the_summary_of_times() -> None:
    played = Played(Remembered(), "static/x")
    for took_ms in range(1, 101):
        asked = Asked({}, None)
        asked.took_s = took_ms / 1e3
        played.asked.append(asked)
    mean_s, p95_s, count = played.times()
    assert (round(mean_s, 6), p95_s, count) == (0.0505, 0.095, 100)
