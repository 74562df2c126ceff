"""Every block of Python and of commands in the documents runs, in the order of its page, and says what the page says:
`reading` says how. They run in this process and its environment.
"""

from __future__ import annotations

import ast
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from tests.docs import reading
from tests.docs.pages import ROOT, Fence, all_pages, fences, name

import greeum

TO_RUN = {"python", "console"}

KNOWN = TO_RUN | {"ts", "text", "json", "sh", "py", ""}
"""`ts` is run by clients/typescript/test/documents.test.ts. `sh` and `py` are for what needs the network, a build or a
model: nothing runs them, and `py` is only parsed."""


def with_code() -> list[Path]:
    return [page for page in all_pages() if any(fence.language in TO_RUN for fence in fences(page))]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home and a working directory of its own, and the commands of the environment that runs the tests."""
    work = tmp_path / "work"
    work.mkdir()
    for variable in [one for one in os.environ if one.startswith("GREEUM_")]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GREEUM_HOME", str(tmp_path / ".greeum"))
    commands = [Path(sys.executable).parent, ROOT / "tests" / "node" / "node_modules" / ".bin"]
    monkeypatch.setenv("PATH", os.pathsep.join([*map(str, commands), os.environ["PATH"]]))
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.chdir(work)
    return tmp_path


@pytest.fixture
def variables() -> Iterator[dict[str, Any]]:
    """What the Python of a page has made; memories that it leaves open are closed."""
    made: dict[str, Any] = {"__name__": "__page__"}
    yield made
    for value in made.values():
        if isinstance(value, greeum.Memory | greeum.RemoteMemory):
            value.close()


@pytest.mark.parametrize("page", with_code(), ids=name)
@pytest.mark.usefixtures("home")
def test_what_a_page_shows_happens(page: Path, variables: dict[str, Any]) -> None:
    for command in ("curl", "mcp-inspector"):
        if f"$ {command} " in page.read_text(encoding="utf-8") and shutil.which(command) is None:
            pytest.skip(f"there is no {command} here")
    reading.follow(page, lambda fence: run_python(page, fence, variables))


def run_python(page: Path, fence: Fence, variables: dict[str, Any]) -> str:
    """What the block prints. Its lines are numbered as in the page."""
    output = StringIO()
    with redirect_stdout(output):
        exec(compile("\n" * (fence.line - 1) + fence.text, str(page), "exec"), variables)
    return output.getvalue()


@pytest.mark.parametrize("page", all_pages(), ids=name)
def test_every_block_says_in_what_language_it_is(page: Path) -> None:
    assert {fence.language for fence in fences(page)} <= KNOWN
    assert page.read_text(encoding="utf-8").count("```") == 2 * len(fences(page))
    for fence in fences(page):
        if fence.language == "py":
            ast.parse(fence.text)
