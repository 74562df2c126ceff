"""The server of one process: accepts connections, watches their time-outs, and ends without losing a request."""

from __future__ import annotations

import asyncio
import os

from greeum.api.acceptor import Acceptor
from greeum.api.gate import SWEEP_S
from greeum.api.lifespan import Lifespan

TYPE_CHECKING = False
if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Sequence

    from greeum.api.gate import ASGI, Gate

GRACE_S = 20.0
"""How long requests under way may take to finish when the server ends; orchestrators kill after 30 s."""

POLL_S = 0.02
"""How often to look whether they have."""

CANCEL_S = 1.0
"""How long work that is cut off may take to notice."""

DONE, CUT_OFF, INTERRUPTED = 0, 1, 130
"""Exit codes: everything was answered; requests were cut off after `GRACE_S`; a second signal ended it at once."""


class Server:
    """Serves an application on sockets that are bound already, until it is told to stop."""

    def __init__(self, gate: Gate, sockets: Sequence[socket.socket], *, drain_s: float) -> None:
        """`drain_s`: how long requests are accepted after the stop, until their senders have seen the readiness go."""
        self._gate = gate
        self._sockets = sockets
        self._drain_s = drain_s
        self._stop = asyncio.Event()
        self._lifespan: Lifespan | None = None

    async def run(self, make: Callable[[], ASGI], ready: Callable[[], None]) -> int:
        """Listen; have the application made by `make`, in a thread; say `ready`; serve until `stop`. The exit code.

        Probes are answered from the first moment. What `make` raises ends the server, and is raised here.
        """
        loop = asyncio.get_running_loop()
        acceptors = [Acceptor(one, self._gate) for one in self._sockets]
        opening, ticking = loop.create_task(self._open(make, ready)), loop.create_task(self._tick())
        stopping = loop.create_task(self._stop.wait())
        try:
            await opening
            # The ticking never ends, unless by a defect: without time-outs it is better not to go on.
            await asyncio.wait((stopping, ticking), return_when=asyncio.FIRST_COMPLETED)
            if ticking.done():
                ticking.result()
            await asyncio.sleep(self._drain_s)
            for acceptor in acceptors:
                acceptor.close()
            return await self._end()
        finally:
            for acceptor in acceptors:
                acceptor.close()
            for task in (opening, stopping, ticking):
                task.cancel()

    def stop(self) -> None:
        """End gently; the second time, at once."""
        if self._stop.is_set():
            os._exit(INTERRUPTED)
        self._gate.health.drain()
        self._stop.set()

    async def _open(self, make: Callable[[], ASGI], ready: Callable[[], None]) -> None:
        application = await asyncio.to_thread(make)
        self._lifespan = Lifespan(application)
        await self._lifespan.startup()
        self._gate.application = application
        if not self._stop.is_set():
            self._gate.health.ready()
            ready()

    async def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(SWEEP_S)
            for connection in list(self._gate.connections):
                connection.check(loop.time())
            self._gate.relieve()
            self._gate.refresh()

    async def _end(self) -> int:
        """Nothing new comes in. Finish what is under way, then close the application."""
        loop, gate = asyncio.get_running_loop(), self._gate
        gate.health.stopping.set()
        for websocket in gate.open_websockets():
            websocket.shutdown()
        deadline_s = loop.time() + GRACE_S
        # What has been taken from the sockets by now becomes a connection, and what has arrived there is read before it
        # is taken for a silent one.
        await asyncio.sleep(POLL_S)
        while (gate.connections or gate.work()) and loop.time() < deadline_s:
            for connection in list(gate.connections):
                connection.shutdown()
            await asyncio.sleep(POLL_S)
        cut_off = gate.work()
        for task in cut_off:
            task.cancel()
        if cut_off:
            await asyncio.wait(cut_off, timeout=CANCEL_S)
        if self._lifespan is not None:
            await self._lifespan.shutdown()
        return CUT_OFF if cut_off else DONE
