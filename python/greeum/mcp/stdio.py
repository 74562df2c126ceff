"""`greeum mcp`: a conversation over standard input and output.

The first request is answered at once (`opening`); then the SDK is loaded and the memory opened, while what arrives in
the meantime waits. The SDK is told of the first request too, and its own answer to it is let fall.
"""

from __future__ import annotations

import signal
from queue import Empty, SimpleQueue
from threading import Event, Thread

from greeum.mcp.callers import Local
from greeum.mcp.offers import offered
from greeum.mcp.opening import Opening
from greeum.mcp.wire import claimed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from mcp.server.lowlevel.server import Server

    from greeum.mcp.opening import Id
    from greeum.mcp.wire import Wire
    from greeum.memory import Memory

OPENING_S = 0.2
"""How long to wait for the first request before loading the SDK all the same: loading takes the processor that an
answer would need, and waiting takes time from whoever comes late."""


class Front:
    """Reads what comes in, in a thread, from `begin` on; answers the first request if it can."""

    def __init__(self, wire: Wire, opening: Opening) -> None:
        self.wire = wire
        self.answered: Id | None = None
        """The id of the request that was answered here."""
        self.is_open = Event()
        """The first line is there, and answered if it can be; or there will be none."""
        self.is_over = False
        """Nothing more will come, and nothing has come."""
        self._opening = opening
        self._waiting: SimpleQueue[bytes | None] = SimpleQueue()
        self._wake: Callable[[], object] | None = None

    def begin(self) -> None:
        Thread(target=self._read, name="greeum-mcp-reader", daemon=True).start()

    def _read(self) -> None:
        is_first = True
        for line in self.wire.lines():
            if is_first and line.strip():
                self._answer(line)
                is_first = False
            self._put(line)
        self.is_over = is_first
        self.is_open.set()
        self._put(None)

    def _answer(self, line: bytes) -> None:
        answer = self._opening.answer(line)
        if answer is not None:
            self.answered, text = answer
            self.wire.send(text)
        self.is_open.set()

    def _put(self, line: bytes | None) -> None:
        self._waiting.put(line)
        if self._wake is not None:
            self._wake()

    def end(self) -> None:
        """As if the client had ended it; for signal handlers too."""
        self._put(None)

    def attach(self, wake: Callable[[], object]) -> None:
        """Have this called, from the reading thread, when there is something to take."""
        self._wake = wake

    def take(self) -> list[bytes | None]:
        """The lines that wait; None is the end."""
        lines = []
        try:
            while True:
                lines.append(self._waiting.get_nowait())
        except Empty:
            return lines


def serve(
    open_memory: Callable[[], Memory],
    build: Callable[[Local], Server[Any]],
    offer: str,
    *,
    read_only: bool,
    note: str = "",
) -> None:
    """Hold a conversation over standard input and output.

    `open_memory` is called in a thread; if it fails, each request is told why. `build` makes the SDK's server once the
    first request was answered; it must have the offer of that name, and the same `note` for the model.
    """
    local = Local(open_memory, read_only=read_only)
    front = Front(claimed(), Opening(offered(offer, note)))
    # An end by signal is an end like any other. It must not be raised: what is being loaded might swallow it. Before
    # anything is read: whoever has an answer may send one.
    signal.signal(signal.SIGTERM, lambda *_: front.end())
    front.begin()
    try:
        front.is_open.wait(OPENING_S)
        if not front.is_over:
            Thread(target=open_early, args=[local], name="greeum-mcp-opener", daemon=True).start()
            hold(front, build, local)
    finally:
        front.wire.close()
        local.close()


def hold(front: Front, build: Callable[[Local], Server[Any]], local: Local) -> None:
    from greeum.mcp.conversation import converse

    converse(front, build(local))


def open_early(local: Local) -> None:
    """Open the memory before it is needed; whoever needs it is told if that fails."""
    import sys

    from greeum.errors import GreeumError

    try:
        local.memory  # noqa: B018 - opens it
    except (GreeumError, OSError) as error:
        sys.stderr.write(f"greeum: {error}\n")
