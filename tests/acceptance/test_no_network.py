"""No network, no telemetry, nothing outside of the directory: everything is done once where none of it is possible."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FORBID_SOCKETS = """
import socket, sys
def refuse(*_, **__):
    raise AssertionError("a socket was opened")
socket.socket.__init__ = refuse
socket.create_connection = socket.getaddrinfo = refuse
sys.addaudithook(lambda event, _: refuse() if event.startswith("socket.") else None)
"""

EVERYTHING = """
import sys, greeum
with greeum.open(sys.argv[1]) as memory:
    block = memory.add("I moved to Busan in May.", source="Alice", namespace="acme/alice")
    other = memory.add("부산으로 이사했어.", near=block.id)
    memory.add_many({"text": f"note {number}"} for number in range(300))
    memory.anchors.set("A", block.id)
    assert memory.search("where does Alice live?", near="A")
    memory.update(block.id, text="I moved to Busan in June.")
    lines = list(memory.export())
    assert all(is_well for _, is_well, _ in memory.check())
    memory.forget(other.id)
    memory.import_(lines)
"""


def run(script: str, *words: str | Path, program: tuple[str, ...] = (), **environment: str) -> None:
    ended = subprocess.run(
        [*program, sys.executable, "-c", script, *words],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | environment,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_no_socket_is_opened(tmp_path: Path) -> None:
    run(FORBID_SOCKETS + EVERYTHING, tmp_path)


@pytest.mark.skipif(sys.platform != "linux" or shutil.which("unshare") is None, reason="takes Linux and unshare")
def test_it_works_where_there_is_no_network_at_all(tmp_path: Path) -> None:
    alone = ("unshare", "--net", "--map-root-user")
    if subprocess.run([*alone, "true"], capture_output=True, check=False).returncode:
        pytest.skip("may not make a network namespace")
    run(EVERYTHING, tmp_path, program=alone)


@pytest.mark.parametrize(
    "words",
    [["add", "I moved to Busan."], ["search", "Busan", "--json"], ["demo"], ["doctor"], ["forget", "1", "--yes"]],
    ids=lambda words: words[0],
)
def test_the_command_line_opens_none_either(tmp_path: Path, words: list[str]) -> None:
    run(EVERYTHING, tmp_path / "memory")
    directory = tmp_path / ("empty" if words == ["demo"] else "memory")
    call = "from greeum.cli import main\nsys.exit(main(sys.argv[1:]))"
    run(FORBID_SOCKETS + call, *words, "--memory", directory, COLUMNS="80")


def test_nothing_is_written_outside_of_the_directory(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    run(EVERYTHING, tmp_path / "memory", HOME=str(home), TMPDIR=str(home), XDG_CACHE_HOME=str(home))
    assert list(home.rglob("*")) == []
