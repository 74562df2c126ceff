"""Guarantee 1, its first half: an acknowledged write survives `kill -9`. At length: `scripts/crash_test.py`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "scripts" / "crash_test.py"


def run(*options: str) -> None:
    """Let the script judge; what it has to say goes with a failure."""
    ended = subprocess.run([sys.executable, SCRIPT, *options], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_killed_writers_lose_nothing_that_was_acknowledged() -> None:
    run("--rounds=6", "--processes=3")


def test_whatever_several_processes_add_at_once_arrives() -> None:
    run("--adds=8x40")
