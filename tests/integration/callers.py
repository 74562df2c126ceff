"""A service with keys in this process, and requests for every operation that it has, made from the operation's own
description: whoever adds one has it tried without writing anything, unless it takes something of a new sort.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

import msgspec
import pytest
from tests.asgi import Client, Exchange

from greeum.api import authentication, live
from greeum.api.application import Application
from greeum.api.authentication import KeyedDoor
from greeum.api.blocks import BlockChange
from greeum.api.forgetting import ForgetWhere
from greeum.api.health import Health
from greeum.api.hosts import Hosts
from greeum.api.logs import AccessLog
from greeum.api.metrics import Metrics
from greeum.api.operations import IDS, OPERATIONS
from greeum.api.provenance import Quarantine
from greeum.api.routes import Operation
from greeum.api.tracing import Tracer
from greeum.api.upkeep import NewRule
from greeum.api.weights import Feedback
from greeum.control.model import Role
from greeum.control.store import ControlStore
from greeum.memory import Memory
from greeum.tenants import Tenants
from greeum.testing import TinyEmbedder

KEYED = [operation for operation in OPERATIONS if not operation.is_open]
"""Every operation that asks for a key."""

OPEN = [operation for operation in OPERATIONS if operation.is_open]

MARKER = "zanzibar"
"""In everything of the tenant that others must not learn of."""


class Thing(NamedTuple):
    """What a request is about: two linked blocks, of which the first has a key, and an anchor at it."""

    block: int
    other: int
    namespace: str
    key: str
    anchor: str
    blocks: int = 0
    """How many blocks there are with it in its tenant's memory."""


class Request(NamedTuple):
    method: str
    path: str
    query: str = ""
    body: bytes = b""
    media_type: str = "application/json"
    accept: str | None = None


class Answer(NamedTuple):
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        return dict(self.headers).get(name)


def values(thing: Thing) -> dict[str, object]:
    """What fields are given, by name: enough for every operation's required ones."""
    return {
        "text": "An otter swims.",
        "blocks": [{"text": "An otter swims.", "near": thing.block}],
        "query": "otter",
        "queries": ["otter"],
        "ids": [thing.block],
        "fields": ["kind", "namespace", "source", "tags"],
        "source": thing.block,
        "target": thing.other,
        "block": thing.block,
        "key": thing.key,
        "since": "2025-01-01T00:00:00Z",
        "confirm": thing.blocks,
        "where": {"source": "nobody"},
        "max_blocks": 1_000_000,
        "origin": "nobody",
        "kind": "secret",
        "policy": "note",
        "time_zone": "Asia/Seoul",
        "weights": {"words": 0.5},
        "good": [thing.block],
    }


AT_LEAST = {
    BlockChange: {"text"},
    ForgetWhere: {"where"},
    NewRule: {"max_blocks"},
    Feedback: {"good"},
    Quarantine: {"origin"},
}  # fmt: skip
"""Of requests in which something must be said, and it does not matter what: what is said."""


def required(shape: type[msgspec.Struct] | None) -> set[str]:
    """The fields that a request must have."""
    if shape is None:
        return set()
    return {field.name for field in msgspec.structs.fields(shape) if field.required} | AT_LEAST.get(shape, set())


def names(operation: Operation) -> set[str]:
    """Every field that an operation takes."""
    shapes = (operation.body, operation.query)
    return {field.name for shape in shapes if shape is not None for field in msgspec.structs.fields(shape)}


def request_for(operation: Operation, thing: Thing, **more: object) -> Request:
    """A request that is about this thing, with all that it must have, and with `more` fields."""
    parameter = str({"id": thing.block, "name": thing.anchor, None: ""}[operation.parameter])
    path = operation.path.replace(f"{{{operation.parameter}}}", parameter)
    query = content(operation.query, thing, more)
    body = content(operation.body, thing, more)
    if operation.takes is not None:
        record = {"type": "block", "uid": f"{thing.block:032x}", "text": "taken in", "at": "2025-01-01T00:00:00Z"}
        lines = [json.dumps(line) for line in ({"type": "greeum", "format": 1}, record)]
        return Request(operation.method, path, "", "\n".join(lines).encode(), operation.takes.decode())
    encoded = b"" if operation.body is None else json.dumps(body).encode()
    return Request(operation.method, path, urlencode(query), encoded)


def content(shape: type[msgspec.Struct] | None, thing: Thing, more: dict[str, object]) -> dict[str, object]:
    known = {field.name for field in msgspec.structs.fields(shape)} if shape is not None else set()
    given = {name: values(thing)[name] for name in required(shape)}
    return given | {name: value for name, value in more.items() if name in known}


def refers(operation: Operation) -> bool:
    """Whether a request for it names a thing that must be there."""
    is_about = {"ids", "target", "block", "blocks", "key"} & (required(operation.body) | required(operation.query))
    return operation.parameter is not None or bool(is_about)


def credentials(key: str | None, scheme: str = "Bearer ") -> dict[str, str]:
    """Headers, among them a request's id that is always the same, so that nothing in two answers need differ."""
    found = {"x-request-id": "the-same"}
    return found if key is None else found | {"authorization": scheme + key}


class Service:
    """The application over the tenants of a directory, asked without a server in between."""

    def __init__(self, directory: Path, mcp: Any = None) -> None:
        self.control = ControlStore(str(directory))
        tenants = Tenants(str(directory / "tenants"), embedder=TinyEmbedder())
        self.door = KeyedDoor(ControlStore(str(directory)), tenants)
        self.application = Application(
            self.door,
            log=AccessLog(None),
            metrics=Metrics(IDS),
            tracer=Tracer(),
            health=Health(),
            hosts=Hosts(None),
            mcp=mcp,
        )
        self._client = Client(self.application)
        self._admins: dict[str, str] = {}
        self._things = 0

    def close(self) -> None:
        exchange = Exchange(self._client, {"type": "lifespan"})
        for message in ("lifespan.startup", "lifespan.shutdown"):
            exchange.say(type=message)
            exchange.hear()
        exchange.end()
        self._client.close()
        self.control.close()

    def key(self, tenant: str, role: str, root: str = "") -> str:
        return self.control.create_key(tenant, role, root=root)[1].text

    # Asking.

    def ask(self, request: Request, key: str | None, *, scheme: str = "Bearer ") -> Answer:
        headers = credentials(key, scheme) | ({"content-type": request.media_type} if request.body else {})
        if request.accept is not None:
            headers["accept"] = request.accept
        target = f"{request.path}?{request.query}" if request.query else request.path
        reply = self._client(request.method, target, body=request.body, headers=headers)
        return Answer(reply.status, tuple(reply.headers.items()), reply.body)

    def talk(self, key: str | None, *messages: dict[str, object]) -> list[Any]:
        """Over the WebSocket: what is said at first, and to each message, as long as it is open."""
        exchange = self._client.websocket(live.PATH, credentials(key))
        said: list[Any] = [exchange.hear()]
        for message in messages:
            if said[-1]["type"] not in ("websocket.accept", "websocket.send"):
                break
            exchange.say(type="websocket.receive", text=json.dumps(message))
            said.append(exchange.hear())
        exchange.say(type="websocket.disconnect", code=1000)
        exchange.end()
        return said

    # Things to ask for.

    @contextmanager
    def inside(self, tenant: str) -> Iterator[Memory]:
        """The whole memory of a tenant."""
        if tenant not in self._admins:
            self._admins[tenant] = self.key(tenant, "admin")
        visitor = self.door.enter(self._admins[tenant])
        try:
            assert isinstance(visitor.memory, Memory)
            yield visitor.memory
        finally:
            self.door.leave(visitor)

    def next_thing(self, tenant: str, namespace: str = "") -> Thing:
        """What the next thing of this tenant will be, once `make` has made it."""
        self._things += 1
        with self.inside(tenant) as memory:
            block = memory.add(f"This block is there to know the id of {self._things}.").id
            there = memory.count(history=True, where={"superseded_at": {"exists": False}})
        return Thing(block + 1, block + 2, namespace, f"key-{self._things}", f"anchor-{self._things}", there + 2)

    def make(self, tenant: str, thing: Thing, marker: str) -> None:
        """Make it, with a marker in everything of it that has a name or a text."""
        with self.inside(tenant) as memory:
            # None says what another does: what a search has just given back would not be added again.
            same = {"namespace": thing.namespace, "kind": marker, "source": marker, "tags": [marker]}
            first = {"text": f"The otter swims near {marker}, {thing.anchor}.", "key": thing.key}
            blocks = memory.add_many(
                [same | first, same | {"text": f"Another otter sleeps near {marker}, {thing.anchor}."}]
            )
            assert [block.id for block in blocks] == [thing.block, thing.other]
            memory.link(thing.block, thing.other)
            memory.anchors.set(thing.anchor, thing.block, namespace=thing.namespace)
            memory.retention.set(max_blocks=1_000_000)

    def thing(self, tenant: str, marker: str = "plain", namespace: str = "") -> Thing:
        thing = self.next_thing(tenant, namespace)
        self.make(tenant, thing, marker)
        return thing

    def seq(self, tenant: str) -> int:
        """Another one after any change of the tenant's memory."""
        with self.inside(tenant) as memory:
            return memory.seq


@contextmanager
def two_tenants(directory: Path, mcp: Any = None) -> Iterator[Service]:
    """A service in which what one says is nowhere in the other's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(authentication, "LOOK_PERIOD_S", 0.0)
        found = Service(directory, mcp)
        for number in range(3):
            found.thing("acme", MARKER, f"{MARKER}/{number}")
        found.thing("globex", "plain", "plain/1")
        yield found
        found.close()


def each_role(service: Service) -> dict[Role, str]:
    """A key of each, of the marked tenant."""
    return {role: service.key("acme", str(role)) for role in Role}
