"""Servers that a page starts: a command that ends with `&` goes on until the page is over.

Pages name the port that a user would see, 8400 or what `--port` says. Here each server takes one that is free, which
stands for the other in the rest of its page: in commands, in Python and in what is shown.
"""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

PORT = "8400"

READY = "Stop it with Ctrl-C."

STOP_S = 30


class Servers:
    """Those of one page."""

    def __init__(self) -> None:
        self._running: list[subprocess.Popen[str]] = []
        self._ports: dict[str, str] = {}

    def here(self, text: str) -> str:
        """What a page says, with the ports that servers have here."""
        return re.sub(r"(127\.0\.0\.1:)(\d+)", lambda found: found[1] + self._ports.get(found[2], found[2]), text)

    def start(self, command: str) -> str:
        """What it says until it is ready. Its errors go where the page can find them, and nobody else."""
        named = re.search(r" --port (\d+)", command)
        quiet = command.replace(named[0], "") if named else command
        with Path("server.err").open("w", encoding="utf-8") as errors:
            server = subprocess.Popen(
                ["bash", "-c", f"exec {quiet} --port 0"], stdout=subprocess.PIPE, stderr=errors, text=True
            )
        self._running.append(server)
        said = self._until_ready(server)
        port = re.search(r"127\.0\.0\.1:(\d+)", said)
        assert port is not None, f"{command} has not said where it listens: {said}{Path('server.err').read_text()}"
        self._ports[named[1] if named else PORT] = port[1]
        return said

    def _until_ready(self, server: subprocess.Popen[str]) -> str:
        assert server.stdout is not None
        said = ""
        while READY not in said and (line := server.stdout.readline()):
            said += line
        return said

    def stop(self) -> None:
        for server in self._running:
            server.terminate()
        for server in self._running:
            server.communicate(timeout=STOP_S)
