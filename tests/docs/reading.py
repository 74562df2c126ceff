"""Doing what a page says, from top to bottom, and comparing what happens with what it shows.

Within a page the blocks share a working directory and a home, and those of Python their variables. A block of `text`
right after one of `python` is what that one prints; in a block of `console`, what stands below a command is what it
says. `…` stands for anything. A command that ends with `&` is a server, which goes on until the page is over.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

from tests.docs.pages import Fence, fences, name
from tests.docs.servers import Servers


def follow(page: Path, python: Callable[[Fence], str]) -> None:
    """Do what the page says in the working directory; `python` runs a block and returns what that prints."""
    servers = Servers()
    try:
        for fence, following in pairwise([*fences(page), None]):
            assert fence is not None
            if fence.language == "console":
                for line, command, shown in commands(fence):
                    said = run(page, line, command, servers)
                    expect(page, line, servers.here(shown), said)
            elif fence.language == "python":
                said = python(Fence(fence.language, servers.here(fence.text), fence.line))
                if following is not None and following.language == "text" and is_next(page, fence, following):
                    expect(page, following.line, servers.here(following.text), said)
    finally:
        servers.stop()


def run(page: Path, line: int, command: str, servers: Servers) -> str:
    """What a command says, and after that what it says of itself: into a pipe they come in no certain order."""
    if command.endswith(" &"):
        return servers.start(command.removesuffix(" &"))
    ended = subprocess.run(
        ["bash", "-c", servers.here(command)], capture_output=True, stdin=subprocess.DEVNULL, check=False
    )
    output = (ended.stdout + ended.stderr).decode()
    assert ended.returncode == 0, f"{name(page)}:{line}: {command}\n{output}"
    return output


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
