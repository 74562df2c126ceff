"""A directory on a disk that loses power on command: builds, mounts and commands `tools/lossfs`."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType

ROOT = Path(__file__).parents[2]
MANIFEST = ROOT / "tools" / "lossfs" / "Cargo.toml"


class Unavailable(Exception):
    """There can be no such disk on this machine; the message says why."""


def build() -> Path:
    """The program, compiled if it has changed. Raises Unavailable without cargo."""
    if shutil.which("cargo") is None:
        raise Unavailable("cargo is not installed, and lossfs must be compiled")
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target" / "lossfs"))
    subprocess.run(
        ["cargo", "build", "--quiet", "--release", "--manifest-path", MANIFEST, "--target-dir", target], check=True
    )
    return target / "release" / "lossfs"


class LossFs:
    """A mounted lossfs. `path` is where to write, `durable` holds what a loss of power would leave."""

    def __init__(self, program: Path, scratch: Path, *options: str) -> None:
        self.path = scratch / "disk"
        self.durable = scratch / "durable"
        self._socket = scratch / "control"
        for directory in (self.path, self.durable):
            directory.mkdir()
        command: list[Path | str] = [program, self.durable, self.path, "--control", self._socket, *options]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        if self._process.stdout.readline() != "ready\n":
            raise Unavailable(self._process.communicate()[1].strip())

    def __enter__(self) -> LossFs:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.communicate()

    def crash(self, seed: int | None) -> dict[str, int]:
        """Lose power, and come back; what it did to what was pending. Without a seed all of that is lost."""
        return self._say("crash" if seed is None else f"crash {seed}")

    def fail_sync(self, count: int) -> None:
        """Let the `count`-th sync from now fail, and drop what it should have written: 1 is the next."""
        self._say(f"fail-sync {count}")

    def set_full(self, full: bool) -> None:
        """While it is full, no file can grow."""
        self._say(f"full {'on' if full else 'off'}")

    def stats(self) -> dict[str, int]:
        """How many writes, syncs and crashes there were, and how much is pending."""
        return self._say("stats")

    def _say(self, command: str) -> dict[str, int]:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(self._socket))
            connection.sendall(command.encode() + b"\n")
            answer: dict[str, int] = json.loads(connection.makefile().readline())
        if "error" in answer:
            raise ValueError(f"lossfs refused {command!r}: {answer['error']}")
        return answer
