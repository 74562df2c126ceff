"""ChatGPT's export: conversations.json, an array of conversations, each a tree of messages.

A message that was edited, or answered anew, begins another branch. What the person saw last is the way from
`current_node` up to the root: that is the conversation. Each is a namespace of its own, so that its messages follow one
another.
"""

from __future__ import annotations

from greeum.errors import InvalidInput
from greeum.importers.documents import check_kind, check_object
from greeum.importers.records import Bad, Left, Record, moment, optional_short

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from greeum.importers.documents import Part
    from greeum.importers.records import Findings

NAME = "chatgpt"

SAID = ("user", "assistant", "tool")
"""Roles that say something; the system's messages are instructions."""


def is_one(value: object) -> bool:
    """Whether a part of a document is such a conversation."""
    return isinstance(value, dict) and isinstance(value.get("mapping"), dict)


def findings(part: Part) -> Findings:
    """The messages of one conversation."""
    conversation = check_object(part.value, "conversation")
    mapping = check_object(conversation.get("mapping"), "mapping")
    identity = conversation.get("conversation_id") or conversation.get("id")
    if not isinstance(identity, str) or not identity.strip():
        raise InvalidInput("id", "is missing: a conversation must have one")
    began = moment(conversation.get("create_time"), "create_time")
    branch = branch_of(mapping, conversation.get("current_node"))
    last = began
    for node_id in branch:
        where = f"{part.where}.mapping[{node_id!r:.80}]"
        try:
            finding = message(mapping[node_id], node_id, last)
        except InvalidInput as error:
            yield Bad(where, str(error))
            continue
        if isinstance(finding, Record):
            finding.where, finding.id = where, f"{identity}/{finding.id}"
            finding.namespace = (identity,)
            title = optional_short(conversation.get("title"))
            finding.metadata |= {"conversation": title} if title else {}
            last = finding.at
        if finding is not None:
            yield finding
    on_branch = set(branch)
    for node_id, node in mapping.items():
        if node_id not in on_branch and isinstance(node, dict) and node.get("message") is not None:
            yield Left("messages of other branches")


def branch_of(mapping: dict[str, Any], current: object) -> list[str]:
    """The nodes from the root down to the current one. Raises InvalidInput if they go in a circle."""
    node_id = current if isinstance(current, str) and current in mapping else newest_leaf(mapping)
    branch: list[str] = []
    seen: set[str] = set()
    while isinstance(node_id, str) and node_id in mapping:
        if node_id in seen:
            raise InvalidInput("mapping", f"goes in a circle at {node_id!r:.80}")
        seen.add(node_id)
        branch.append(node_id)
        node = mapping[node_id]
        node_id = node.get("parent") if isinstance(node, dict) else None
    return branch[::-1]


def newest_leaf(mapping: dict[str, Any]) -> str | None:
    """The last of the nodes without children: a later one was written later."""
    for node_id, node in reversed(mapping.items()):
        if isinstance(node, dict) and not node.get("children"):
            return node_id
    return next(iter(mapping), None)


def message(node: object, node_id: str, last: int | None) -> Record | Left | None:
    """What a node says; None for one that holds nothing, as the root. Raises InvalidInput."""
    said = check_object(node, "node").get("message")
    if said is None:
        return None
    said = check_object(said, "message")
    author = check_object(said.get("author"), "author")
    role = author.get("role")
    if not isinstance(role, str):
        raise InvalidInput("author.role", "is missing")
    metadata = said["metadata"] if isinstance(said.get("metadata"), dict) else {}
    if role not in SAID or metadata.get("is_visually_hidden_from_conversation"):
        return Left("instructions of the system")
    text = "\n\n".join(texts(said.get("content")))
    if not text.strip():
        return Left("messages without text")
    at = moment(said.get("create_time"), "create_time")
    identity = said.get("id")
    notes = {"model": metadata.get("model_slug"), "tool": author.get("name") if role == "tool" else None}
    return Record(
        where="", id=identity if isinstance(identity, str) and identity else node_id, text=text, source=role,
        metadata={name: note for name, note in notes.items() if isinstance(note, str)}, at=last if at is None else at,
    )  # fmt: skip


def texts(content: object) -> Iterator[str]:
    """The texts of a message's content; pictures and sounds are none."""
    check_kind(content, "content", dict)
    if not isinstance(content, dict):
        return
    parts = content.get("parts")
    check_kind(parts, "content.parts", list)
    if not isinstance(parts, list):
        parts = [content.get("text"), content.get("result"), content.get("content")]
    for part in parts:
        text = part.get("text") if isinstance(part, dict) else part
        if isinstance(text, str) and text.strip():
            yield text
