"""Talks to an ASGI application without a network: whole requests, streams a message at a time, WebSockets."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")

WAIT_S = 20

Headers = Mapping[str, str] | list[tuple[bytes, bytes]]


class Reply:
    """The answer to a request."""

    def __init__(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        self.status = status
        self.headers = {name.decode(): value.decode("latin-1") for name, value in headers}
        self.body = body

    @property
    def text(self) -> str:
        body = gzip.decompress(self.body) if self.headers.get("content-encoding") == "gzip" else self.body
        return body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def problem(self) -> str:
        """The name of the problem that it is."""
        assert self.headers["content-type"] == "application/problem+json", (self.status, self.body)
        assert self.json["status"] == self.status
        assert self.json["instance"] == f"urn:greeum:request:{self.headers['x-request-id']}"
        return str(self.json["type"]).removeprefix("urn:greeum:problem:")


class Exchange:
    """One connection to the application, as its server would have it."""

    def __init__(
        self, client: Client, scope: dict[str, Any], *, ahead_max: int = 0, breaks_after: int | None = None
    ) -> None:
        """`ahead_max`: how many messages the application may send before one is heard; 0 is any number. `breaks_after`:
        how many it can send before nobody takes them any more, of which some servers tell it by an OSError.
        """
        self._client = client
        self._breaks_after = breaks_after
        self._to_app: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._from_app: asyncio.Queue[dict[str, Any]] = asyncio.Queue(ahead_max)
        self.task: asyncio.Task[None] = client.loop.create_task(client.app(scope, self._to_app.get, self._take))

    async def _take(self, message: dict[str, Any]) -> None:
        if self._breaks_after is not None:
            self._breaks_after -= 1
            if self._breaks_after < 0:
                raise OSError("nobody takes it")
        await self._from_app.put(message)

    def say(self, **message: Any) -> None:
        self._to_app.put_nowait(message)

    def hear(self) -> dict[str, Any]:
        """The next message of the application."""
        return self._client.wait(self._from_app.get())

    def has_more(self) -> bool:
        """Whether something has been sent that was not heard yet."""
        return not self._from_app.empty()

    def is_read(self) -> bool:
        """Whether the application has taken all that was said."""
        return self._to_app.empty()

    def leave(self) -> None:
        self.say(type="http.disconnect")

    def end(self) -> None:
        """Wait for the application to be done with it."""
        self._client.wait(asyncio.wait_for(asyncio.shield(self.task), WAIT_S))


class Client:
    """Several requests to one application, on one event loop."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.loop = asyncio.new_event_loop()
        self.credential: str | None = None

    def close(self) -> None:
        """Cut off what is still open."""
        while tasks := asyncio.all_tasks(self.loop):
            for task in tasks:
                task.cancel()
            self.loop.run_until_complete(asyncio.wait(tasks))
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(asyncio.wait_for(work, WAIT_S))

    def until(self, holds: Callable[[], object]) -> None:
        """Let the application work until something holds."""

        async def poll() -> None:
            while not holds():
                await asyncio.sleep(0.005)

        self.wait(poll())

    def scope(self, method: str, target: str, headers: Headers = ()) -> dict[str, Any]:  # type: ignore[assignment]
        path, _, query = target.partition("?")
        listed = list(headers) if isinstance(headers, (list, tuple)) else encoded(headers)
        if self.credential is not None:
            listed.append((b"authorization", f"Bearer {self.credential}".encode()))
        return {
            "type": "http",
            "method": method,
            "path": unquoted(path),
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "headers": [(b"host", b"localhost"), *listed],
            "http_version": "1.1",
            "scheme": "http",
            "root_path": "",
        }

    def open(self, method: str, target: str, headers: Headers = (), body: bytes | None = b"") -> Exchange:  # type: ignore[assignment]
        """Begin a request; `body` None: it is said piece by piece."""
        exchange = Exchange(self, self.scope(method, target, headers))
        if body is not None:
            exchange.say(type="http.request", body=body)
        return exchange

    def __call__(
        self,
        method: str,
        target: str,
        json: Any = ...,
        *,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """A whole request: what is given as `json` is its body, or the bytes of `body`."""
        said = dict(headers or {})
        if json is not ...:
            body = dumped(json)
            said.setdefault("content-type", "application/json")
        if body:
            said.setdefault("content-length", str(len(body)))
        exchange = self.open(method, target, said, body or b"")
        start = exchange.hear()
        pieces = []
        while True:
            message = exchange.hear()
            pieces.append(message.get("body", b""))
            if not message.get("more_body"):
                break
        exchange.leave()
        exchange.end()
        assert not exchange.has_more()
        return Reply(start["status"], start["headers"], b"".join(pieces))

    def websocket(self, target: str, headers: Headers = (), subprotocols: tuple[str, ...] = ()) -> Exchange:  # type: ignore[assignment]
        scope = self.scope("GET", target, headers)
        scope |= {"type": "websocket", "subprotocols": list(subprotocols)}
        scope["extensions"] = {"websocket.http.response": {}}
        exchange = Exchange(self, scope)
        exchange.say(type="websocket.connect")
        return exchange


def dumped(value: Any) -> bytes:
    return json.dumps(value).encode()


def encoded(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]


def unquoted(path: str) -> str:
    from urllib.parse import unquote

    return unquote(path, errors="replace")


@contextmanager
def talking(app: Any) -> Iterator[Client]:
    client = Client(app)
    try:
        yield client
    finally:
        client.close()
