"""Every command pays for what it imports, so the quick ones import little. `benches/start_up.py` measures the cost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SAY_WHAT_IS_LOADED = """
import sys
before = set(sys.modules)
from greeum.cli import main
code = main(sys.argv[1:])
sys.stderr.write("\\n".join(sorted(set(sys.modules) - before)))
sys.exit(code)
"""

DEAR = {
    "argparse", "ast", "asyncio", "contextlib", "csv", "ctypes", "dataclasses", "datetime", "decimal", "difflib",
    "dis", "email", "enum", "functools", "hashlib", "http", "inspect", "ipaddress", "locale", "logging",
    "multiprocessing", "numpy", "pathlib", "pickle", "random", "re", "secrets", "shlex", "shutil", "signal",
    "socket", "sqlite3", "ssl", "statistics", "subprocess", "tempfile", "textwrap", "threading", "traceback",
    "typing", "unittest", "urllib", "uuid",
}  # fmt: skip
"""Modules of which each takes some tenths of a millisecond to some tens of them."""

JSON = {"json", "re", "enum", "functools"}
"""`json`, and what it brings."""

OTHER_DOORS = {"greeum.aio", "greeum.transfer", "greeum.checks", "greeum.evaluate", "greeum.testing", "greeum.demo"}


def loaded(home: Path, *words: str) -> set[str]:
    """What a command has loaded when it ends. No `site`, for what that loads depends on what else is installed."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    environment |= {"GREEUM_HOME": str(home), "PYTHONPATH": os.pathsep.join(sys.path)}
    result = subprocess.run(
        [sys.executable, "-S", "-c", SAY_WHAT_IS_LOADED, *words], capture_output=True, check=True, env=environment
    )
    return set(result.stderr.decode().splitlines())


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A memory with something in it."""
    loaded(tmp_path / "home", "add", "I moved to Busan in May.", "--tag", "home", "--metadata", '{"x": 1}')
    return tmp_path / "home"


@pytest.mark.parametrize(
    "words",
    [
        ["add", "부산으로 이사했다.", "--source", "alice", "--key", "k", "--at", "2025-05-01"],
        ["search", "Busan", "--namespace", "acme", "-k", "3"],
        ["list", "--limit", "10", "--newest-first"],
        ["get", "2"],
        ["--version"],
    ],
    ids=lambda words: words[0],
)
def test_a_quick_command_loads_nothing_dear(home: Path, words: list[str]) -> None:
    loaded(home, "add", "without tags or metadata")
    modules = loaded(home, *words)
    assert modules & (DEAR | {"json"} | OTHER_DOORS) == set()


def test_json_is_loaded_when_it_is_asked_for(home: Path) -> None:
    modules = loaded(home, "search", "Busan", "--json")
    assert "json" in modules
    assert modules & (DEAR - JSON | OTHER_DOORS) == set()


def test_a_command_loads_no_other(home: Path) -> None:
    modules = loaded(home, "search", "Busan")
    commands = {
        "add",
        "anchors",
        "demo",
        "doctor",
        "forget",
        "get",
        "help",
        "link",
        "listing",
        "stats",
        "transfer",
        "update",
    }
    assert modules & {f"greeum.cli.{name}" for name in commands} == set()


def test_only_what_is_used_of_the_library(home: Path) -> None:
    """`import greeum` alone brings nothing: names come when they are first used."""
    script = "import sys, json, greeum; print(json.dumps([name for name in sys.modules if name.startswith('greeum')]))"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert json.loads(result.stdout) == ["greeum"]
