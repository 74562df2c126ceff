"""A conversation with a process over its standard input and output, each wait with an end."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

Message = dict[str, Any]

GREEUM = (sys.executable, "-m", "greeum")

WAIT_S = 60

INITIALIZE: Message = {
    "jsonrpc": "2.0",
    "id": 0,
    "method": "initialize",
    "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}},
}

INITIALIZED: Message = {"jsonrpc": "2.0", "method": "notifications/initialized"}


def call(number: object, name: str, **arguments: Any) -> Message:
    params = {"name": name, "arguments": arguments}
    return {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": params}


class Talk:
    """The process, and what it has said."""

    def __init__(self, *words: str, command: Sequence[str] = GREEUM, home: Path | None = None) -> None:
        environment = os.environ | ({} if home is None else {"GREEUM_HOME": str(home)})
        self.process = subprocess.Popen(
            [*command, *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
        )
        self._said: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._errors: list[bytes] = []
        self._readers = [threading.Thread(target=read) for read in (self._read, self._read_errors)]
        for reader in self._readers:
            reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._said.put(line)

    def _read_errors(self) -> None:
        assert self.process.stderr is not None
        self._errors.extend(self.process.stderr)

    def __enter__(self) -> Talk:
        return self

    def __exit__(self, *_: object) -> None:
        assert self.process.stdin is not None
        with suppress(OSError):  # what was written last never arrived
            self.process.stdin.close()
        try:
            self.process.wait(WAIT_S)
        finally:
            self.process.kill()
        for reader in self._readers:
            reader.join(WAIT_S)
        for pipe in (self.process.stdout, self.process.stderr):
            assert pipe is not None
            pipe.close()

    def say(self, *messages: Message | bytes) -> None:
        """Write messages, or what is none, all at once."""
        assert self.process.stdin is not None
        lines = [one if isinstance(one, bytes) else json.dumps(one).encode() + b"\n" for one in messages]
        self.process.stdin.write(b"".join(lines))
        self.process.stdin.flush()

    def hear(self) -> Message:
        """The next message. Anything else on standard output is an error."""
        message = json.loads(self._said.get(timeout=WAIT_S))
        assert message["jsonrpc"] == "2.0"
        found: Message = message
        return found

    def ask(self, message: Message) -> Message:
        """Say something, and wait for the answer to it."""
        self.say(message)
        answer = self.hear()
        assert answer["id"] == message["id"]
        return answer

    def open(self) -> Message:
        """Shake hands; the answer."""
        answer = self.ask(INITIALIZE)
        self.say(INITIALIZED)
        return answer

    def end(self) -> tuple[int, list[Message], str]:
        """Close standard input; the exit code, what was said meanwhile, and standard error."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self.ended()

    def ended(self) -> tuple[int, list[Message], str]:
        """Wait for the end."""
        code = self.process.wait(WAIT_S)
        for reader in self._readers:
            reader.join(WAIT_S)
        rest = []
        while not self._said.empty():
            rest.append(json.loads(self._said.get()))
        return code, rest, b"".join(self._errors).decode()
