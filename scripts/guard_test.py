"""Whether the tests that prove the promises of docs/guarantees.md notice when what keeps a promise is gone.

    python scripts/guard_test.py
    python scripts/guard_test.py --only backups
    python scripts/guard_test.py --only crates/ --target target/guards

Each guard of tests/guards/guards.py is taken out of a copy of the product, in turn, and its test is run against that:
it must fail. Says of each why it failed, and which did not; exits with 1 if one passed all the same. A guard in Rust
takes a build (some 30 seconds): of the extension, or of the core's own test.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.guards.guard import Guard
from tests.guards.guards import GUARDS

ROOT = Path(__file__).resolve().parent.parent

TIMEOUT_S = 600
"""For one test: without its guard it may well wait for something that does not come, until its own limit."""

PYTEST_FAILED, CARGO_FAILED, TIMED_OUT = 1, 101, -1
"""What they exit with if a test failed, and what stands for one that did not end. Anything else is not about the
promise."""

COPIED = (
    "python", "tests", "docs", "scripts", "crates", "tools", "Cargo.toml", "Cargo.lock", "pyproject.toml", "README.md",
    "clients/typescript/src",
)  # fmt: skip

SUITES = (("tests/conformance/store", "tests/conformance/test_sqlite_store.py"),
          ("tests/conformance/memory", "tests/conformance/test_disk_memory.py"))  # fmt: skip
"""A suite is run by the tests of the store, or memory, on disk."""

EXTENSION = "python/greeum/_core.abi3.so"

QUICK = ("--config", 'profile.release.lto="off"', "--config", "profile.release.incremental=true")
"""For cargo: what is built for one test is to be built quickly, and mostly out of what was built for the one before."""

REASON_CHARACTERS = 160

BUILT = ("lib_core.so", "lib_core.dylib")


class Outcome(NamedTuple):
    """Whether the test failed, as it must, and what was said of it."""

    is_noticed: bool
    reason: str


def runnable(test: str) -> str:
    """As pytest knows it."""
    file, _, name = test.partition("::")
    for beginning, suite in SUITES:
        if file.startswith(beginning):
            return f"{suite}::{name}"
    return test


def without(guard: Guard, copy: Path, target: Path) -> Outcome:
    """What becomes of its test."""
    wholes = {path: (copy / path).read_bytes() for path in {edit.path for edit in guard.edits}}
    extension = (copy / EXTENSION).read_bytes()
    try:
        for edit in guard.edits:
            text = (copy / edit.path).read_text(encoding="utf-8")
            (copy / edit.path).write_text(text.replace(edit.lines, edit.instead, 1), encoding="utf-8")
        if guard.test.startswith("crates/"):
            return cargo_test(guard.test, copy, target)
        is_rust = any(edit.path.startswith("crates/") for edit in guard.edits)
        error = build_extension(copy, target) if is_rust else ""
        return Outcome(False, error) if error else pytest_test(guard.test, copy)
    finally:
        for path, whole in wholes.items():
            (copy / path).write_bytes(whole)
        (copy / EXTENSION).write_bytes(extension)


def pytest_test(test: str, copy: Path) -> Outcome:
    environment = os.environ | {"PYTHONPATH": str(copy / "python"), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", runnable(test)]
    code, said = run(command, copy, environment)
    reasons = re.findall(r"^E +(\S.*)$", said, re.MULTILINE)
    return Outcome(code in (PYTEST_FAILED, TIMED_OUT), reasons[0] if reasons else f"pytest exits with {code}")


def cargo_test(test: str, copy: Path, target: Path) -> Outcome:
    file, _, name = test.partition("::")
    kind = ["--lib"] if "/src/" in file else ["--test", Path(file).stem]
    command = [*cargo("test", target), "--package", "greeum-core", *kind, name]
    code, said = run(command, copy, dict(os.environ))
    reasons = re.findall(r"^(?:thread .* panicked at .*\n|E +)(.+)$", said, re.MULTILINE)
    return Outcome(
        code in (CARGO_FAILED, TIMED_OUT) and bool(reasons), reasons[0] if reasons else f"cargo exits with {code}"
    )


def cargo(command: str, target: Path) -> list[str]:
    return ["cargo", command, "--release", "--locked", "--quiet", *QUICK, "--target-dir", str(target)]


def build_extension(copy: Path, target: Path) -> str:
    """Into the place from which Python takes it; what cargo says if it cannot be built."""
    code, said = run([*cargo("build", target), "--package", "greeum-python"], copy, dict(os.environ))
    if code:
        return said
    built = next(target / "release" / name for name in BUILT if (target / "release" / name).exists())
    shutil.copyfile(built, copy / EXTENSION)
    return ""


def run(command: list[str], directory: Path, environment: dict[str, str]) -> tuple[int, str]:
    """What it exits with and what it says; that it does not end is a failure of the test."""
    process = subprocess.Popen(
        command, cwd=directory, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True,
    )  # fmt: skip
    try:
        said, _ = process.communicate(timeout=TIMEOUT_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)  # with what it has started
        process.wait()
        return TIMED_OUT, f"E  it did not end within {TIMEOUT_S} s"
    return process.returncode, said


def make_copy(copy: Path) -> None:
    for name in COPIED:
        source, target = ROOT / name, copy / name
        if source.is_dir():
            # Without their times: cargo takes what is older than its last build for built.
            ignored = shutil.ignore_patterns("__pycache__", "target", "node_modules")
            shutil.copytree(source, target, ignore=ignored, copy_function=shutil.copyfile)
        elif source.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", default="", help="guards whose file or test has this in it")
    parser.add_argument("--target", type=Path, help="where cargo builds, and finds what it has built before")
    arguments = parser.parse_args()
    chosen = [guard for guard in GUARDS if arguments.only in f"{guard.edits[0].path} {guard.test}"]
    unnoticed = 0
    with TemporaryDirectory() as directory:
        copy = Path(directory)
        make_copy(copy)
        target = (arguments.target or copy / "target").resolve()
        for guard in chosen:
            outcome = without(guard, copy, target)
            unnoticed += not outcome.is_noticed
            said = "noticed" if outcome.is_noticed else "NOT NOTICED"
            print(
                f"{said:<12}{guard.name}\n{'':<12}{guard.test}\n{'':<12}{outcome.reason[:REASON_CHARACTERS]}",
                flush=True,
            )
    print(f"{len(chosen) - unnoticed} of {len(chosen)} guards are missed when they are gone")
    return 1 if unnoticed else 0


if __name__ == "__main__":
    sys.exit(main())
