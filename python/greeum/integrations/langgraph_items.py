"""LangGraph's items as blocks: the value is metadata, what of it is searched for is text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from json import dumps

from greeum import inputs
from greeum.errors import InvalidInput
from greeum.integrations.extras import brought_by
from greeum.integrations.texts import fitted

with brought_by("langgraph"):
    from langgraph.store.base import get_text_at_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from langgraph.store.base import PutOp

    from greeum.integrations.blocks import Fields
    from greeum.model import Block

ITEM = "item"
"""The kind of blocks that hold an item."""

UNINDEXED = "unindexed"
"""The kind of those that a query does not look for."""

OURS = "langgraph"
"""What a block's metadata holds besides the value is under this name, so no value may use it."""

PROSE = frozenset(("content", "data", "memory", "message", "text"))
"""Fields that say of themselves no more than that somebody wrote something."""

TTL_MINUTES_MAX = 525_600_000
"""A thousand years: what expires later does not expire, and the calendar ends at the year 9999."""


@dataclass(frozen=True)
class Draft:
    """An item as it is to be put."""

    text: str
    kind: str
    value: dict[str, Any]
    ttl: float | None

    def over(self, block: Block | None) -> Fields:
        """The fields of the block that holds it, when this one is there."""
        now = datetime.now(UTC)
        ours: dict[str, object] = {} if self.ttl is None else {"ttl": self.ttl}
        fields: Fields = {"text": self.text, "kind": self.kind}
        if block is not None:
            ours["created_at"] = (created_at(block) or block.added_at).isoformat()
            fields["at"] = max(now, block.at + timedelta(microseconds=1))
        fields["metadata"] = self.value | ({OURS: ours} if ours else {})
        fields["expires_at"] = None if self.ttl is None else now + timedelta(minutes=self.ttl)
        return fields


def drafted(op: PutOp, fields: Sequence[str] | None) -> Draft:
    """What an operation puts; `fields` are the store's own paths. Raises InvalidInput."""
    value = checked_value(op.value)
    text = fitted("\n".join(text for text in searched(value, op.index, fields) if text.strip()))
    if op.ttl is not None and not (isinstance(op.ttl, (int, float)) and 0 < op.ttl <= TTL_MINUTES_MAX):
        raise InvalidInput("ttl", f"is {op.ttl}; it is a number of minutes, more than 0")
    return Draft(text or op.key, ITEM if text else UNINDEXED, value, op.ttl)


def searched(value: dict[str, Any], index: Any, fields: Sequence[str] | None) -> list[str]:
    """What of a value queries go by."""
    if index is False:
        return []
    paths = fields if index is None else checked_fields(index, "index")
    return leaves(value) if paths is None else [text for path in paths for text in get_text_at_path(value, path)]


def noted(block: Block, name: str) -> Any:
    """What the store has noted about an item, or None."""
    ours = block.metadata.get(OURS)
    return ours.get(name) if isinstance(ours, dict) else None


def created_at(block: Block) -> datetime | None:
    """When an item that has been put again since was put first."""
    at = noted(block, "created_at")
    return datetime.fromisoformat(at) if isinstance(at, str) else None


def value_of(block: Block) -> dict[str, Any]:
    """An item's value; of another block what it says, and its metadata."""
    value = block.metadata
    value.pop(OURS, None)
    return value if block.kind in (ITEM, UNINDEXED) else value | {"text": block.text}


def leaves(value: Any, path: str = "") -> list[str]:
    """A value as lines of text, each with what it is about: `title: Ferry`; what is plainly prose stands by itself."""
    if isinstance(value, dict):
        return [line for name, one in value.items() for line in leaves(one, f"{path}.{name}" if path else name)]
    if isinstance(value, (list, tuple)):
        return [line for one in value for line in leaves(one, path)]
    text = value if isinstance(value, str) else dumps(value)
    is_prose = path.rpartition(".")[2] in PROSE and isinstance(value, str)
    return [text if is_prose else f"{path}: {text}"] if text.strip() else []


def checked_fields(fields: Any, name: str) -> list[str]:
    if not isinstance(fields, (list, tuple)) or not all(isinstance(path, str) for path in fields):
        raise InvalidInput(name, "must be a list of paths, such as ['title', 'messages[*].content']")
    return list(fields)


def checked_value(value: Any) -> dict[str, Any]:
    """A value that a block's metadata can hold."""
    names = checked_names(value, "value")
    try:
        inputs.metadata(names)
    except InvalidInput as error:
        raise InvalidInput(error.field.replace("metadata", "value", 1), error.reason) from error
    return dict(names)


def checked_names(value: Any, field: str) -> Any:
    """A value or filter that does not use our name."""
    if value is None:
        return None
    if not hasattr(value, "keys"):
        raise InvalidInput(field, f"must be a dictionary, not {type(value).__name__}")
    taken = [name for name in value if isinstance(name, str) and name.partition(".")[0] == OURS]
    if taken:
        raise InvalidInput(f"{field}.{taken[0]}", "is a name that the store keeps to itself")
    return dict(value)
