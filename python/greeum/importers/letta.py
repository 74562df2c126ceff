"""Letta's agent files: what an agent keeps in its context, and the messages that it has exchanged.

Each agent is a namespace of its own. A block of its core memory has its label for a key, so that a later file corrects
what has changed. Tools, models and instructions of the system are no memories.
"""

from __future__ import annotations

from json import loads

from greeum.errors import InvalidInput
from greeum.importers.documents import check_kind, check_object
from greeum.importers.records import Bad, Left, Record, digest, moment, optional_short, short

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from greeum.importers.documents import Part
    from greeum.importers.records import Findings

NAME = "letta"

MEMBERS = frozenset(("agents", "agent_type", "core_memory"))
"""By one of these a document is known: the first is in files of several agents, the others in the older ones."""

SAID = ("user", "assistant", "tool")


def findings(parts: Iterator[Part]) -> Findings:
    """What the agents of a file remember."""
    members: dict[str, list[Any]] = {}
    for part in parts:
        if part.problem is not None:
            yield Bad(part.where, part.problem)
        elif part.member in ("agents", "blocks", "core_memory", "messages", "id", "name", "agent_type"):
            members.setdefault(part.member, []).append(part.value)
    if "agents" not in members:
        only = {name: values[0] for name, values in members.items() if name in ("id", "name")}
        members["agents"] = [only | {name: members.get(name, []) for name in ("core_memory", "messages")}]
    blocks = {block["id"]: block for block in members.get("blocks", ()) if isinstance(block, dict) and "id" in block}
    for number, agent in enumerate(members["agents"]):
        where = f"agents[{number}]"
        try:
            yield from of_agent(where, check_object(agent, "agent"), blocks)
        except InvalidInput as error:
            yield Bad(where, str(error))


def of_agent(where: str, agent: dict[str, Any], blocks: dict[Any, Any]) -> Findings:
    name = optional_short(agent.get("name")) or optional_short(agent.get("id"))
    if name is None:
        raise InvalidInput("name", "is missing: an agent must have one")
    core = [(f"block_ids[{i}]", blocks.get(block_id)) for i, block_id in enumerate(listed(agent, "block_ids"))]
    for member in ("core_memory", "memory_blocks"):
        core += [(f"{member}[{i}]", block) for i, block in enumerate(listed(agent, member))]
    for place, block in core:
        yield from caught(f"{where}.{place}", name, block, core_block)
    for number, message in enumerate(listed(agent, "messages")):
        yield from caught(f"{where}.messages[{number}]", name, message, said)


def caught(where: str, name: str, value: object, read: Callable[[str, dict[str, Any]], Record | Left]) -> Findings:
    try:
        finding = read(name, check_object(value, "it"))
    except InvalidInput as error:
        yield Bad(where, str(error))
        return
    if isinstance(finding, Record):
        finding.where = where
    yield finding


def core_block(name: str, block: dict[str, Any]) -> Record | Left:
    label, text = block.get("label"), block.get("value")
    if not isinstance(label, str) or not label.strip() or not isinstance(text, str):
        raise InvalidInput("label", "and value must be strings")
    if not text.strip():
        return Left("core memory that is empty")
    description = block.get("description")
    written = [moment(block.get(name), name) for name in ("updated_at", "created_at")]
    return Record(
        where="", id=digest(name, label, text), text=text, namespace=(name,), key=short(label), kind="core",
        metadata={"description": description[:1_000]} if isinstance(description, str) and description else {},
        at=next((at for at in written if at is not None), None), importance=0.8, replaces=True,
    )  # fmt: skip


def said(name: str, message: dict[str, Any]) -> Record | Left:
    role = message.get("role")
    if not isinstance(role, str):
        raise InvalidInput("role", "is missing")
    if role not in SAID:
        return Left("instructions of the system")
    text = "\n\n".join(filter(str.strip, texts(message)))
    if not text.strip():
        return Left("messages without text")
    at = moment(message.get("created_at"), "created_at")
    identity = message.get("id")
    # Ids in a file are numbered anew for each file ("message-0"), so that they say nothing by themselves.
    return Record(
        where="", id=digest(name, identity, message.get("created_at"), role, text), text=text, namespace=(name,),
        source=optional_short(message.get("name")) or role, at=at,
    )  # fmt: skip


def texts(message: dict[str, Any]) -> Iterator[str]:
    """The texts of a message. An assistant's words to the user are an argument of the tool that sends them."""
    content = message.get("content", message.get("text"))
    check_kind(content, "content", str, list)
    for part in [content] if isinstance(content, str) else content if isinstance(content, list) else ():
        text = part.get("text") if isinstance(part, dict) else part
        if isinstance(text, str):
            yield unwrapped(text)
    for call in listed(message, "tool_calls"):
        function = call.get("function") if isinstance(call, dict) else None
        if isinstance(function, dict) and function.get("name") == "send_message":
            yield field_of(function.get("arguments"), "message")


def unwrapped(text: str) -> str:
    """What a person has said is kept as JSON with its time; the rest is as it is."""
    return field_of(text, "message") or text if text.startswith("{") else text


def field_of(document: object, field: str) -> str:
    """A text within a JSON object; empty if there is none."""
    try:
        value = loads(document) if isinstance(document, str) else document
    except (ValueError, RecursionError):
        return ""
    found = value.get(field) if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""


def listed(value: dict[str, Any], name: str) -> list[Any]:
    found = value.get(name)
    return found if isinstance(found, list) else []
