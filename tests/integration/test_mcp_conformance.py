"""The MCP project's own conformance suite, against both transports: over HTTP against the whole service, over
standard input and output against the front that answers before the SDK is loaded.

Every scenario must pass but for those that are named here, each with the reason why it says nothing about Greeum.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.mcp.bridge import Bridge
from tests.mcp.fixtures import server_with_fixtures
from tests.mcp.node import CONFORMANCE, CONFORMANCE_NEXT, needs_node, run
from tests.mcp.serving import application
from tests.served import Loop, Server, loop_in_a_thread

from greeum import Memory
from greeum.api.authentication import OpenDoor
from greeum.mcp.http import Endpoint
from greeum.testing import memory

pytestmark = [needs_node, pytest.mark.filterwarnings("ignore::mcp.shared.exceptions.MCPDeprecationWarning")]

ASKS_BACK = {
    "tools-call-sampling": "asks the client back, which a server without sessions cannot do, and Greeum never does",
    "tools-call-elicitation": "the same",
    "elicitation-sep1034-defaults": "the same",
    "elicitation-sep1330-enums": "the same",
}
"""Over HTTP. Over standard input and output they pass: the front hands on what it does not know."""

INPUT_REQUIRED = {
    f"input-required-result-{name}": "is about tools of the suite that ask for input first; Greeum has none"
    for name in (
        "basic-elicitation", "basic-sampling", "basic-list-roots", "request-state", "multiple-input-requests",
        "multi-round", "non-tool-request", "result-type", "tampered-state", "capability-check",
    )
}  # fmt: skip

OF_HTTP = dict.fromkeys(
    ("dns-rebinding-protection", "http-header-validation", "http-custom-header-server-validation", "server-stateless"),
    "is about HTTP, which is here the test's own bridge to the process",
)

RESULT = re.compile(r"^([✓✗]) ([\w-]+): \d+ passed, \d+ failed", re.MULTILINE)

# The 32 scenarios of the released suite; of the next one those of each version, without extensions.
SUITES: dict[str, tuple[Path, list[str]]] = {"released": (CONFORMANCE, [])} | {
    version: (CONFORMANCE_NEXT, ["--spec-version", version]) for version in ("2025-06-18", "2025-11-25", "2026-07-28")
}


@pytest.fixture(scope="module")
def loop() -> Iterator[Loop]:
    with loop_in_a_thread() as found:
        yield found


@pytest.fixture(scope="module")
def remembered() -> Iterator[Memory]:
    with memory() as found:
        yield found


@pytest.fixture(scope="module")
def over_http(loop: Loop, remembered: Memory) -> Iterator[str]:
    server = Server(loop, application(OpenDoor(remembered), Endpoint(server_with_fixtures, streams=True)))
    yield f"{server.url}/mcp"
    server.stop()
    loop.run(end_tasks())


async def end_tasks() -> None:
    """What the SDK's event streams leave running to watch for the end of a server that is not this one."""
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    for task in rest:
        task.cancel()
    await asyncio.gather(*rest, return_exceptions=True)


@pytest.fixture(scope="module")
def over_http_alone(loop: Loop, remembered: Memory) -> Iterator[str]:
    """The service as it is, without anything of the suite's own."""
    server = Server(loop, application(OpenDoor(remembered)))
    yield f"{server.url}/mcp"
    server.stop()


def outcome(url: str, suite: str, folder: Path, *more: str) -> dict[str, bool]:
    """Whether each scenario passed."""
    tool, words = SUITES[suite]
    done = run(tool, "server", "--url", url, "--suite", "all", *words, *more, folder=folder)
    found = {name: sign == "✓" for sign, name in RESULT.findall(done.stdout)}
    assert found, done.stdout + done.stderr
    return found


def failed(found: dict[str, bool]) -> set[str]:
    return {name for name, passed in found.items() if not passed}


@pytest.mark.parametrize(
    ("suite", "number", "not_ours"),
    [
        ("released", 32, ASKS_BACK),
        ("2025-06-18", 27, {name: ASKS_BACK[name] for name in ("tools-call-sampling", "tools-call-elicitation")}),
        ("2025-11-25", 33, ASKS_BACK),
        ("2026-07-28", 40, INPUT_REQUIRED),
    ],
)
def test_over_http(over_http: str, tmp_path: Path, suite: str, number: int, not_ours: dict[str, str]) -> None:
    found = outcome(over_http, suite, tmp_path)
    assert failed(found) == set(not_ours)
    assert len(found) == number


def test_over_stdio(loop: Loop, tmp_path: Path) -> None:
    """The handshake's versions: a process for each scenario, and every message goes through the front."""
    bridge = Bridge([sys.executable, "-m", "tests.mcp.fixtures"])
    server = Server(loop, bridge)
    try:
        found = outcome(f"{server.url}/mcp", "released", tmp_path)
    finally:
        server.stop()
    assert failed(found) == {"dns-rebinding-protection"}
    assert len(found) == 32
    assert all(code == 0 and not strays for code, strays in bridge.ended)


def test_over_stdio_without_a_handshake(loop: Loop, tmp_path: Path) -> None:
    """The newest version: one process answers all."""
    bridge = Bridge([sys.executable, "-m", "tests.mcp.fixtures"])
    server = Server(loop, bridge)
    try:
        found = outcome(f"{server.url}/mcp", "2026-07-28", tmp_path)
    finally:
        server.stop()
    assert failed(found) == set(OF_HTTP) | set(INPUT_REQUIRED)
    assert len(found) == 40
    assert bridge.ended and all(code == 0 and not strays for code, strays in bridge.ended)


def test_the_service_as_it_is(over_http_alone: str, tmp_path: Path) -> None:
    """What every server must do passes without the suite's own things too."""
    passed = outcome(over_http_alone, "2026-07-28", tmp_path)
    for scenario in ("tools-list", "resources-list", "prompts-list", "caching", "sep-2164-resource-not-found"):
        assert passed[scenario]
    passed = outcome(over_http_alone, "released", tmp_path)
    for scenario in ("server-initialize", "ping", "tools-list", "resources-list", "prompts-list"):
        assert passed[scenario]
