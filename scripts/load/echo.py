"""A bare ASGI application in a server of its own: the least that an answer of so many bytes can cost.

python -m scripts.load.echo uvicorn|greeum BYTES
"""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import sys
from typing import Any

import uvicorn
import uvloop

from greeum.api import sockets
from greeum.api.gate import Gate
from greeum.api.health import Health
from greeum.api.logs import AccessLog
from greeum.api.server import Server
from greeum.api.starting import Starting


class Echo:
    """Reads a request, and answers with the same bytes each time."""

    def __init__(self, size: int) -> None:
        self._body = b"x" * size
        self._headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % size)]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            for stage in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{stage}.complete"})
            return
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": self._headers})
        await send({"type": "http.response.body", "body": self._body})


async def in_ours(application: Any, listener: socket.socket) -> None:
    health, log = Health(), AccessLog(None)
    server = Server(Gate(Starting(health, log, None), health=health, log=log), [listener], drain_s=0.0)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, server.stop)
    await server.run(lambda: application, lambda: say(listener))


async def in_uvicorns(application: Any, listener: socket.socket) -> None:
    config = uvicorn.Config(application, http="httptools", access_log=False, log_level="error")
    say(listener)
    await uvicorn.Server(config).serve(sockets=[listener])


def say(listener: socket.socket) -> None:
    print(json.dumps({"url": sockets.url(listener)}), flush=True)


if __name__ == "__main__":
    listener = sockets.listen(sockets.addresses("127.0.0.1", 0), 0)[0]
    serve = {"uvicorn": in_uvicorns, "greeum": in_ours}[sys.argv[1]]
    uvloop.run(serve(Echo(int(sys.argv[2])), listener))
