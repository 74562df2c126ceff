"""Every block of Python and of commands in the documents runs, in the order of its page, and says what the page says.

Within a page the blocks share variables, a working directory and a home. A block of `text` right after one of `python`
is what that one prints; in a block of `console`, what stands below a command is what it says. `…` stands for anything.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from tests.docs.pages import Fence, all_pages, fences, name

import greeum

TO_RUN = {"python", "console"}

KNOWN = TO_RUN | {"ts", "text", "json", "sh", "py", ""}
"""`ts` is run by clients/typescript/test/documents.test.ts. `sh` and `py` are for what needs the network, a build or a model: nothing runs them, and `py` is only parsed."""


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
    monkeypatch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.chdir(work)
    return tmp_path


@pytest.fixture
def variables() -> Iterator[dict[str, Any]]:
    """What the Python of a page has made; memories that it leaves open are closed."""
    made: dict[str, Any] = {"__name__": "__page__"}
    yield made
    for value in made.values():
        if isinstance(value, greeum.Memory):
            value.close()


@pytest.mark.parametrize("page", with_code(), ids=name)
@pytest.mark.usefixtures("home")
def test_what_a_page_shows_happens(page: Path, variables: dict[str, Any]) -> None:
    blocks = fences(page)
    for fence, following in zip(blocks, [*blocks[1:], None], strict=True):
        if fence.language == "python":
            said = run_python(page, fence, variables)
            if following is not None and following.language == "text" and is_next(page, fence, following):
                expect(page, following.line, following.text, said)
        elif fence.language == "console":
            for line, command, shown in commands(fence):
                expect(page, line, shown, run_command(page, line, command))


@pytest.mark.parametrize("page", all_pages(), ids=name)
def test_every_block_says_in_what_language_it_is(page: Path) -> None:
    assert {fence.language for fence in fences(page)} <= KNOWN
    assert page.read_text(encoding="utf-8").count("```") == 2 * len(fences(page))
    for fence in fences(page):
        if fence.language == "py":
            ast.parse(fence.text)


def run_python(page: Path, fence: Fence, variables: dict[str, Any]) -> str:
    """What the block prints. Its lines are numbered as in the page."""
    output = StringIO()
    with redirect_stdout(output):
        exec(compile("\n" * (fence.line - 1) + fence.text, str(page), "exec"), variables)
    return output.getvalue()


def commands(fence: Fence) -> Iterator[tuple[int, str, str]]:
    """Line, command and what is shown below it, for each `$` in a block. A `\\` at the end of a line joins the next."""
    parts = re.split(r"^\$ ", fence.text, flags=re.MULTILINE)
    assert parts[0] == "", "a block of commands begins with `$ `"
    line = fence.line
    for part in parts[1:]:
        found = re.match(r"((?:[^\n]*\\\n)*[^\n]*)\n(.*)", part, re.DOTALL)
        assert found is not None
        yield line, found[1], found[2]
        line += part.count("\n")


def run_command(page: Path, line: int, command: str) -> str:
    ended = subprocess.run(
        ["bash", "-c", command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, check=False
    )
    output = ended.stdout.decode()
    assert ended.returncode == 0, f"{name(page)}:{line}: {command}\n{output}"
    return output


def expect(page: Path, line: int, shown: str, said: str) -> None:
    """That what was said is what is shown, but for white space and what `…` stands for."""
    if not shown.strip():
        return
    pattern = r"\s*.*?\s*".join(re.escape(part) for part in re.split(r"\s*…\s*", squeezed(shown)))
    assert re.fullmatch(pattern, squeezed(said), re.DOTALL), f"{name(page)}:{line} shows\n{shown}\nbut it is\n{said}"


def squeezed(text: str) -> str:
    return " ".join(text.split())


def is_next(page: Path, fence: Fence, following: Fence) -> bool:
    """Whether nothing but empty lines stands between two blocks."""
    lines = page.read_text(encoding="utf-8").splitlines()
    end = fence.line + fence.text.count("\n")
    return not any(line.strip() for line in lines[end : following.line - 2])
