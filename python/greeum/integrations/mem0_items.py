"""What mem0 takes and shows, and the same as blocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from hashlib import md5

from greeum import inputs
from greeum.errors import InvalidInput
from greeum.integrations.filters import Grammar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from greeum.model import Block

    Answer = dict[str, Any]

OURS = "mem0"
"""What a block's metadata holds besides mem0's is under this name."""

SCOPE = ("user_id", "agent_id", "run_id")

PROMOTED = (*SCOPE, "actor_id", "role")
"""Metadata that stand beside a memory's others."""

NOT_FIELDS = ("id", "memory", "data", "hash", "created_at", "updated_at", "expiration_date", OURS)
"""What a memory shows and no filter can ask for."""

GRAMMAR = Grammar(
    {name: name for name in ("eq", "ne", "gt", "gte", "lt", "lte", "in", "nin")}
    | {"contains": "has", "icontains": "has_any_case", "*": "exists"},
    {"AND": "and", "OR": "or", "NOT": "not"},
)

UNSET = object()


def refuse_what_needs_a_model(**options: object) -> None:
    for name, value in options.items():
        if value:
            raise InvalidInput(name, "needs a language model, and none is asked here: messages are kept as they are")


def refuse_expired(show_expired: bool) -> None:
    if show_expired:
        raise InvalidInput("show_expired", "cannot be True: what has expired is found by its id alone")


def refuse_scales(*, threshold: object, rerank: object, reference_date: object) -> None:
    for name, value in (("threshold", threshold), ("reference_date", reference_date)):
        if value is not None:
            raise InvalidInput(name, "cannot be given: scores order the memories of one search, and only that")
    if rerank:
        raise InvalidInput("rerank", "cannot be True: there is no second model to ask")


def how_many(top_k: object, limit: object, most: int) -> int:
    """How many memories are wanted; `limit` is the older name."""
    return inputs.count(top_k, "top_k", most, 0) if limit is None else inputs.count(limit, "limit", most, 0)


def checked_scope(ids: Mapping[str, object]) -> dict[str, str]:
    """The ids that are given, as text. Raises InvalidInput if none is, or one cannot be."""
    scope = {name: str(value).strip() for name, value in ids.items() if value is not None}
    for name, value in scope.items():
        if not value or any(letter.isspace() for letter in value):
            raise InvalidInput(name, "must be an id: not blank, and without spaces")
    if not scope:
        raise InvalidInput("user_id", "must be given, or else agent_id or run_id")
    return scope


def checked_messages(messages: Any) -> list[dict[str, Any]]:
    """Messages with a role and a text each."""
    if isinstance(messages, str):
        return [{"role": "user", "content": messages}]
    several = [messages] if isinstance(messages, dict) else messages
    if not isinstance(several, list):
        raise InvalidInput("messages", "must be a string, a dictionary or a list of dictionaries")
    for i, message in enumerate(several):
        for name in ("role", "content"):
            if not isinstance(message, dict) or not isinstance(message.get(name), str):
                raise InvalidInput(f"messages[{i}].{name}", "must be a string")
    return several


def checked_metadata(metadata: Any, has: dict[str, Any] | None = None) -> dict[str, Any]:
    """Metadata that say nothing of whose a memory is, but what is so already."""
    if metadata is not None and not isinstance(metadata, dict):
        raise InvalidInput("metadata", f"must be a dictionary, not {type(metadata).__name__}")
    for name, value in (metadata or {}).items():
        if name in (*PROMOTED, OURS) and (has or {}).get(name, UNSET) != value:
            raise InvalidInput(f"metadata.{name}", "cannot be set through metadata")
    return {name: value for name, value in (metadata or {}).items() if name not in SCOPE}


def block_of(message: dict[str, Any], metadata: dict[str, Any]) -> dict[str, Any]:
    """What a message is added with."""
    actor = message.get("name")
    named = {"role": message["role"]} | ({"actor_id": actor} if actor else {})
    return {"text": message["content"], "source": actor or message["role"], "metadata": metadata | named}


def added(block: Block) -> Answer:
    role, actor = block.metadata["role"], block.metadata.get("actor_id")
    return {"id": str(block.id), "memory": block.text, "event": "ADD", "actor_id": actor, "role": role}


def changed(old: Block | None, new: Block, first: Block) -> Answer:
    """One entry of a memory's history."""
    return {
        "id": str(new.id),
        "memory_id": str(first.id),
        "old_memory": None if old is None else old.text,
        "new_memory": new.text,
        "event": "ADD" if old is None else "UPDATE",
        "created_at": first.at.isoformat(),
        "updated_at": (first.at if old is None else new.added_at).isoformat(),
        "is_deleted": False,
        "actor_id": new.metadata.get("actor_id"),
        "role": new.metadata.get("role"),
    }


def starred(filters: Any) -> Any:
    """Filters in which "*", any value, is an operator like the others."""
    if isinstance(filters, list):
        return [starred(one) for one in filters]
    if not isinstance(filters, dict):
        return filters
    return {
        name: starred(value) if name in GRAMMAR.joins else {"*": True} if value == "*" else value
        for name, value in filters.items()
    }


def said_at(timestamp: float | str | datetime) -> str | datetime:
    """A moment as a block takes it."""
    if isinstance(timestamp, (str, datetime)):
        return timestamp
    try:
        return datetime.fromtimestamp(timestamp, UTC)
    except (OverflowError, OSError, ValueError) as error:
        raise InvalidInput("timestamp", f"is no number of seconds since 1970: {error}") from error


def end_of(day: object) -> datetime:
    """The end of a day in UTC."""
    try:
        last = (
            day.date() if isinstance(day, datetime) else day if isinstance(day, date) else date.fromisoformat(str(day))
        )
        return datetime.combine(last + timedelta(days=1), time(), UTC)
    except (OverflowError, ValueError) as error:
        raise InvalidInput("expiration_date", "must be a day, as 2026-12-31") from error


def digest(text: str) -> str:
    """What mem0 knows a text by."""
    return md5(text.encode(), usedforsecurity=False).hexdigest()
