"""As a new user would: the built wheel in an empty environment, and the first hit through every door that it opens, by
doing what the documents show.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.docs import reading
from tests.docs.pages import ROOT, Fence, fences
from tests.mcp.node import INSPECTOR, NODE, needs_node

CLIENT = ROOT / "clients" / "typescript"

PAGES = ["docs/start.md", "docs/guides/clients.md"]

STOP_S = 30

PINNED = re.compile(r"^([\w.-]+==[^\s;]+)", re.MULTILINE)

INTERPRETER = """
import io, json, sys
from contextlib import redirect_stdout
variables = {"__name__": "__page__"}
for line in sys.stdin:
    said = io.StringIO()
    with redirect_stdout(said):
        exec(json.loads(line), variables)
    print(json.dumps(said.getvalue()), flush=True)
"""


def run(*words: str | Path, folder: Path) -> str:
    """What a command prints."""
    ended = subprocess.run([str(word) for word in words], cwd=folder, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, f"{words}\n{ended.stdout}{ended.stderr}"
    return ended.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built out of what `make` has compiled already."""
    folder = tmp_path_factory.mktemp("wheel")
    maturin = Path(sys.executable).with_name("maturin")
    run(maturin, "build", "--release", "--locked", "--quiet", "--out", folder, folder=ROOT)
    [wheel] = folder.glob("greeum-*.whl")
    return wheel


@pytest.fixture(scope="module")
def commands(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The commands of an environment with the wheel, what it asks for in the versions that are tested, and no more."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder / "venv", with_pip=True)
    pins = folder / "pins.txt"
    pins.write_text("\n".join(PINNED.findall((ROOT / "requirements" / "build.txt").read_text(encoding="utf-8"))))
    commands = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
    run(commands / "python", "-m", "pip", "install", "--quiet", "-c", pins, f"{wheel}[server]", folder=folder)
    return commands


@pytest.fixture
def work(commands: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home and working directory, in which the installed commands are found first."""
    work = tmp_path / "work"
    work.mkdir()
    for variable in [one for one in os.environ if one.startswith(("GREEUM_", "PYTHON", "COVERAGE"))]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", os.pathsep.join([str(commands), os.environ["PATH"]]))
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.chdir(work)
    return work


class Interpreter:
    """A Python of the environment, to which blocks are given one after the other."""

    def __init__(self, commands: Path) -> None:
        self._process = subprocess.Popen(
            [commands / "python", "-I", "-c", INTERPRETER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, fence: Fence) -> str:
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(fence.text) + "\n")
        self._process.stdin.flush()
        said: str = json.loads(self._process.stdout.readline())
        return said

    def close(self) -> None:
        self._process.communicate(timeout=STOP_S)


@pytest.fixture
def interpreter(commands: Path, work: Path) -> Iterator[Interpreter]:
    interpreter = Interpreter(commands)
    yield interpreter
    interpreter.close()


@pytest.fixture
def server(commands: Path, work: Path) -> Iterator[str]:
    """The address of `greeum serve` over the memory in the home."""
    options = ["--port", "0", "--json", "--log", "server.log"]
    process = subprocess.Popen([commands / "greeum", "serve", *options], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    url: str = json.loads(process.stdout.readline())["url"]
    yield url
    process.terminate()
    assert process.wait(STOP_S) == 0
    process.stdout.close()


def test_it_is_the_wheel_that_is_tried(commands: Path, work: Path) -> None:
    found = run(commands / "python", "-I", "-c", "import greeum; print(greeum.__file__)", folder=work)
    assert Path(found.strip()).is_relative_to(commands.parent)
    assert run(commands / "greeum", "add", "I moved to Busan in May.", folder=work).startswith("block 1")
    assert "Busan" in run(commands / "greeum", "search", "Busan", folder=work)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
def test_rest_and_python_as_the_page_shows(page: str, interpreter: Interpreter) -> None:
    reading.follow(ROOT / page, interpreter.run)


def inspected(*server: str | Path, folder: Path) -> dict[str, Any]:
    """What the MCP project's inspector gets from a search."""
    tool = ["--method", "tools/call", "--tool-name", "memory_search", "--tool-arg", "query=where did I move?"]
    answer: dict[str, Any] = json.loads(run(NODE, INSPECTOR, "--cli", *server, *tool, folder=folder))
    return answer


@needs_node
def test_mcp_over_http_and_over_standard_input(commands: Path, work: Path, server: str) -> None:
    run(commands / "greeum", "add", "I moved to Busan in May.", folder=work)
    for way in ([f"{server}/mcp", "--transport", "http"], [commands / "greeum", "mcp"]):
        [hit] = inspected(*way, folder=work)["structuredContent"]["hits"]
        assert hit["block"]["text"] == "I moved to Busan in May."


@needs_node
@pytest.mark.skipif(not (CLIENT / "node_modules").exists(), reason="the packages of clients/typescript are not there")
def test_typescript_as_the_page_shows(work: Path, server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.pathsep.join([str(NODE.parent), os.environ["PATH"]]))
    npm = NODE.with_name("npm")
    source = work / "client"
    shutil.copytree(CLIENT, source, ignore=shutil.ignore_patterns("node_modules", "dist"))
    (source / "node_modules").symlink_to(CLIENT / "node_modules")
    run(npm, "run", "build", folder=source)
    packed = json.loads(run(npm, "pack", "--json", "--pack-destination", work, folder=source))
    (work / "package.json").write_text('{"type": "module", "private": true}')
    run(npm, "install", "--offline", "--no-audit", "--no-fund", f"./{packed[0]['filename']}", folder=work)
    page = ROOT / "docs" / "guides" / "typescript.md"
    place = next(at for at, fence in enumerate(fences(page)) if fence.language == "ts")
    block, shown = fences(page)[place : place + 2]
    (work / "page.ts").write_text(block.text.replace("http://127.0.0.1:8400", server), encoding="utf-8")
    reading.expect(page, shown.line, shown.text, run(NODE, "page.ts", folder=work))
