"""The MCP project's own inspector on the command line, as a user tries a server with it: a process, and an address."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.mcp.node import INSPECTOR, needs_node, run
from tests.mcp.serving import application
from tests.served import Server, loop_in_a_thread

import greeum
from greeum.api.authentication import OpenDoor
from greeum.mcp.catalogue import tools_of
from greeum.testing import memory

pytestmark = needs_node


def inspected(folder: Path, *words: str) -> Any:
    """What the inspector prints of an answer."""
    done = run(INSPECTOR, "--cli", *words, folder=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


@pytest.fixture(params=["stdio", "http"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, ...]]:
    """How the inspector is told of a server that remembers one thing."""
    text, source = "I moved to Busan in May.", "alice"
    if request.param == "stdio":
        with greeum.open(tmp_path / "memory") as opened:
            opened.add(text, source=source)
        yield (sys.executable, "-m", "greeum", "mcp", "--memory", str(tmp_path / "memory"))
        return
    with loop_in_a_thread() as loop, memory() as opened:
        opened.add(text, source=source)
        server = Server(loop, application(OpenDoor(opened)))
        yield (f"{server.url}/mcp", "--transport", "http")
        server.stop()


def test_it_lists_and_calls(target: tuple[str, ...], tmp_path: Path) -> None:
    listed = inspected(tmp_path, *target, "--method", "tools/list")["tools"]
    assert [tool["name"] for tool in listed] == [tool.name for tool in tools_of("memory")]
    assert all(tool["outputSchema"]["type"] == "object" for tool in listed)
    words = ("--method", "tools/call", "--tool-name", "memory_search", "--tool-arg", "query=Where does Alice live?")
    found = inspected(tmp_path, *target, *words)
    assert "I moved to Busan in May." in found["content"][0]["text"]
    assert found["structuredContent"]["hits"][0]["block"]["source"] == "alice"


def test_it_reads_resources_and_prompts(target: tuple[str, ...], tmp_path: Path) -> None:
    listed = inspected(tmp_path, *target, "--method", "resources/list")["resources"]
    assert listed[-1]["uri"] == "memory://blocks/1"
    read = inspected(tmp_path, *target, "--method", "resources/read", "--uri", "memory://blocks/1")["contents"][0]
    assert json.loads(read["text"])["text"] == "I moved to Busan in May."
    assert [one["name"] for one in inspected(tmp_path, *target, "--method", "prompts/list")["prompts"]] == [
        "recall",
        "remember",
    ]
