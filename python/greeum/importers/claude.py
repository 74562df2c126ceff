"""Claude's export: conversations.json, an array of conversations with their messages.

Messages may say which one they follow; what follows from the last of them back is then the conversation, and others are
of branches that were left. Each conversation is a namespace of its own, so that its messages follow one another.
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

NAME = "claude"

SOURCES = {"human": "user"}
"""Senders as other programs call them."""

ROOT = "00000000-0000-4000-8000-000000000000"
"""What the first message names as the one before it."""


def is_one(value: object) -> bool:
    """Whether a part of a document is such a conversation."""
    return isinstance(value, dict) and isinstance(value.get("chat_messages"), list)


def findings(part: Part) -> Findings:
    """The messages of one conversation."""
    conversation = check_object(part.value, "conversation")
    identity = conversation.get("uuid")
    if not isinstance(identity, str) or not identity.strip():
        raise InvalidInput("uuid", "is missing: a conversation must have one")
    messages = conversation.get("chat_messages")
    if not isinstance(messages, list):
        raise InvalidInput("chat_messages", "must be an array")
    last = moment(conversation.get("created_at"), "created_at")
    title = optional_short(conversation.get("name"))
    kept = branch_of(messages, conversation.get("current_leaf_message_uuid"))
    for number, said in enumerate(messages):
        where = f"{part.where}.chat_messages[{number}]"
        try:
            finding = message(check_object(said, "message"), last)
        except InvalidInput as error:
            yield Bad(where, str(error))
            continue
        if isinstance(finding, Record):
            if kept is not None and finding.id not in kept:
                finding = Left("messages of other branches")
            else:
                finding.where, finding.id = where, f"{identity}/{finding.id}"
                finding.namespace = (identity,)
                finding.metadata |= {"conversation": title} if title else {}
                last = finding.at
        yield finding


def branch_of(messages: list[Any], current: object) -> set[str] | None:
    """The messages that lead to the current one, or to the last; None for all of them, if none names another. Raises
    InvalidInput if they go in a circle.
    """
    parents = {
        said["uuid"]: said.get("parent_message_uuid")
        for said in messages
        if isinstance(said, dict) and isinstance(said.get("uuid"), str)
    }
    if not any(isinstance(parent, str) and parent in parents for parent in parents.values()):
        return None
    uuid = current if isinstance(current, str) and current in parents else next(reversed(parents))
    kept: set[str] = set()
    while isinstance(uuid, str) and uuid in parents and uuid != ROOT:
        if uuid in kept:
            raise InvalidInput("chat_messages", f"go in a circle at {uuid!r:.80}")
        kept.add(uuid)
        uuid = parents[uuid]
    return kept


def message(said: dict[str, Any], last: int | None) -> Record | Left:
    """What a message says. Raises InvalidInput."""
    uuid, sender = said.get("uuid"), said.get("sender")
    if not isinstance(uuid, str) or not uuid:
        raise InvalidInput("uuid", "is missing")
    if not isinstance(sender, str) or not sender.strip():
        raise InvalidInput("sender", "is missing")
    text = "\n\n".join(texts(said))
    if not text.strip():
        return Left("messages without text")
    at = moment(said.get("created_at"), "created_at")
    names = [file.get("file_name") for file in listed(said, "attachments") + listed(said, "files")]
    files = [name for name in map(optional_short, names) if name]
    return Record(
        where="", id=uuid, text=text, source=SOURCES.get(sender, sender), metadata={"files": files} if files else {},
        at=last if at is None else at,
    )  # fmt: skip


def texts(said: dict[str, Any]) -> Iterator[str]:
    """The texts of a message, and of what was attached to it. What a tool was asked and answered is not among them."""
    check_kind(said.get("text"), "text", str)
    check_kind(said.get("content"), "content", list)
    written = [part.get("text") for part in listed(said, "content") if part.get("type", "text") == "text"]
    plain = [text for text in written if isinstance(text, str) and text.strip()]
    yield from plain or [text for text in [said.get("text")] if isinstance(text, str)]
    for attached in listed(said, "attachments"):
        if isinstance(attached.get("extracted_content"), str) and attached["extracted_content"].strip():
            yield attached["extracted_content"]


def listed(said: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The objects of a list, if it is one."""
    value = said.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
