"""Whether the tests that prove the promises of docs/guarantees.md notice when what keeps a promise is gone.

    python scripts/guard_test.py
    python scripts/guard_test.py --only backups

Each guard of tests/guards/guards.py is taken out of a copy of the product, in turn, and its test is run against that:
it must fail. Says which did not, and which promises have no guard here; exits with 1 if a test passed all the same.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.guards.guards import GUARDS, Guard

ROOT = Path(__file__).resolve().parent.parent

TIMEOUT_S = 600
"""For one test: without its guard it may well wait for something that does not come, until its own limit."""

FAILED = 1
"""What pytest exits with if a test failed. Anything else is not about the promise."""

COPIED = ("python", "tests", "docs", "scripts", "pyproject.toml", "README.md", "clients/typescript/src")

SUITES = (("tests/conformance/store", "tests/conformance/test_sqlite_store.py"),
          ("tests/conformance/memory", "tests/conformance/test_disk_memory.py"))  # fmt: skip
"""A suite is run by the tests of the store, or memory, on disk."""

TEST = re.compile(r"`((?:tests|crates)/[\w./]+::[\w:]+)`")


def runnable(test: str) -> str:
    """As pytest knows it."""
    file, _, name = test.partition("::")
    for beginning, suite in SUITES:
        if file.startswith(beginning):
            return f"{suite}::{name}"
    return test


def code_without(guard: Guard, copy: Path) -> int:
    """What its test exits with."""
    path = copy / "python" / "greeum" / guard.file
    whole = path.read_text(encoding="utf-8")
    path.write_text(whole.replace(guard.lines, guard.instead, 1), encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(copy / "python"), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", runnable(guard.test)]
    try:
        done = subprocess.run(
            command, cwd=copy, env=environment, stdout=subprocess.DEVNULL, timeout=TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired:
        return FAILED
    finally:
        path.write_text(whole, encoding="utf-8")
    return done.returncode


def make_copy(directory: str) -> Path:
    copy = Path(directory)
    for name in COPIED:
        source, target = ROOT / name, copy / name
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
    return copy


def unguarded() -> list[str]:
    """Tests that a promise names and no guard here."""
    named = TEST.findall((ROOT / "docs" / "guarantees.md").read_text(encoding="utf-8"))
    return sorted(set(named) - {guard.test for guard in GUARDS})


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", default="", help="guards whose file or test has this in it")
    only = parser.parse_args().only
    chosen = [guard for guard in GUARDS if only in guard.file or only in guard.test]
    unnoticed = []
    with TemporaryDirectory() as directory:
        copy = make_copy(directory)
        for guard in chosen:
            code = code_without(guard, copy)
            said = "noticed" if code == FAILED else f"NOT NOTICED (pytest: {code})"
            print(f"{said:<12}{guard.name}\n{'':<12}{guard.test}", flush=True)
            if code != FAILED:
                unnoticed.append(guard)
    print(f"{len(chosen) - len(unnoticed)} of {len(chosen)} guards are missed when they are gone")
    if not only:
        print("promises without a guard here:", *unguarded(), sep="\n  ")
    return 1 if unnoticed else 0


if __name__ == "__main__":
    sys.exit(main())
