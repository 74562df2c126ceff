"""Anchors over HTTP."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from greeum import limits
from greeum.api import answers, encoding, wire
from greeum.api.http import Answer
from greeum.api.routes import Operation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum import Memory
    from greeum.api.http import Call

Hops = Annotated[int | None, Meta(extra_json_schema={"minimum": 1, "maximum": limits.HOPS_MAX})]


class AnchorPlace(wire.Request):
    """Where an anchor is to be."""

    block: wire.Id
    namespace: wire.Namespace = ""
    hops: Annotated[Hops, Meta(description="How far searches near it reach; null: as it was.")] = None
    pinned: Annotated[bool | None, Meta(description="Whether it stays when blocks are added near it.")] = None


class AnchorMove(wire.Request):
    """Where an anchor is to go."""

    block: wire.Id
    namespace: wire.Namespace = ""


class AnchorNamespace(wire.Request):
    """Of which namespace the anchor is."""

    namespace: wire.Namespace = ""


class AnchorName(wire.Request):
    namespace: wire.PathNamespace = ""
    closest: Annotated[
        bool, Meta(description="Whether to take the anchor that a search there would use, of a namespace above too.")
    ] = False


class Anchors(answers.Answered):
    """Those of a namespace and of all below it."""

    anchors: list[answers.Anchor]


def status(memory: Memory, call: Call) -> Answer:
    """The anchors of a namespace and of all below it."""
    return encoding.several("anchors", memory.anchors.status(**call.query))


def get(memory: Memory, call: Call) -> Answer:
    """The anchor of this name: of exactly this namespace, or the closest, which a search or an add there would use."""
    namespace = call.query.get("namespace", "")
    if call.query.get("closest", False):
        return encoding.one(memory.anchor(call.path, namespace=namespace))
    return encoding.one(memory.anchors.get(call.path, namespace=namespace))


def put(memory: Memory, call: Call) -> Answer:
    """Point the anchor to a block, and create it if it is new. What is null or left out stays as it was."""
    return encoding.one(memory.anchors.set(call.path, **call.body))


def move(memory: Memory, call: Call) -> Answer:
    """Point an existing anchor to another block, unless it is pinned."""
    return encoding.one(memory.anchors.move(call.path, **call.body))


def pin(memory: Memory, call: Call) -> Answer:
    """Keep the anchor where it is."""
    return encoding.one(memory.anchors.pin(call.path, **call.body))


def unpin(memory: Memory, call: Call) -> Answer:
    """Let the anchor move with the conversation again."""
    return encoding.one(memory.anchors.unpin(call.path, **call.body))


def clear(memory: Memory, call: Call) -> Answer:
    """Remove the anchor; its block stays."""
    memory.anchors.clear(call.path, **call.query)
    return Answer(status=204)


def operation(name: str, method: str, path: str, handle: Any, **more: Any) -> Operation:
    return Operation(
        id=f"anchors.{name}", method=method, path=f"/v1/anchors{path}", handle=handle, problems=("not-found",), **more
    )


OPERATIONS = (
    Operation(
        id="anchors.status", method="GET", path="/v1/anchors", handle=status, query=wire.InNamespace,
        answer=Anchors,
    ),
    operation("get", "GET", "/{name}", get, query=AnchorName, answer=answers.Anchor),
    operation("set", "PUT", "/{name}", put, body=AnchorPlace, answer=answers.Anchor),
    operation("clear", "DELETE", "/{name}", clear, query=wire.InNamespace, status=204),
    Operation(
        id="anchors.move", method="POST", path="/v1/anchors/{name}:move", handle=move, body=AnchorMove,
        answer=answers.Anchor, problems=("not-found", "conflict"),
    ),
    operation("pin", "POST", "/{name}:pin", pin, body=AnchorNamespace, answer=answers.Anchor),
    operation("unpin", "POST", "/{name}:unpin", unpin, body=AnchorNamespace, answer=answers.Anchor),
)  # fmt: skip
