"""Other people's tools that run on Node: the MCP project's conformance suite, its inspector and its memory server."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NODE = ROOT / ".venv" / "bin" / "node"
PACKAGES = ROOT / "tests" / "node" / "node_modules"

CONFORMANCE = PACKAGES / "@modelcontextprotocol" / "conformance" / "dist" / "index.js"
CONFORMANCE_NEXT = PACKAGES / "conformance-next" / "dist" / "index.js"
INSPECTOR = PACKAGES / "@modelcontextprotocol" / "inspector" / "clients" / "launcher" / "build" / "index.js"

MEMORY_SERVER = PACKAGES / "@modelcontextprotocol" / "server-memory" / "dist" / "index.js"

needs_node = pytest.mark.skipif(
    not all(file.exists() for file in (NODE, CONFORMANCE, CONFORMANCE_NEXT, INSPECTOR, MEMORY_SERVER)),
    reason="Node and the packages of tests/node are not installed: `make .make/node` does it",
)


def run(tool: Path, *words: str, folder: Path, timeout_s: float = 300) -> subprocess.CompletedProcess[str]:
    """What a tool printed, and its exit code."""
    command = [str(NODE), str(tool), *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=timeout_s, check=False)
