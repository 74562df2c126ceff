"""A `Session` of the OpenAI Agents SDK in a memory.

| Agents SDK | Greeum |
| --- | --- |
| session | a namespace: the session's id, below the one that is given |
| item with a role and words | a block of kind `message`: its words are the text, its role the source |
| call of a tool, its output, … | a block of kind `event`, with what of it is text |
| order of the items | `at`, then id |
| `pop_item`, `clear_session` | forget |

What was said in sessions is found by `Memory.search`, in all of them or in one. Messages that were added to the
session's namespace by other programs are items of the session; a source that is none of the SDK's roles is the user's.
"""

from __future__ import annotations

import asyncio
from typing import Any, cast

from greeum import inputs
from greeum.errors import InvalidInput
from greeum.integrations.blocks import root_of
from greeum.integrations.conversations import Conversation
from greeum.integrations.extras import brought_by

with brought_by("openai-agents"):
    from agents.memory.session_settings import SessionSettings, coerce_session_settings, resolve_session_limit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from agents import TResponseInputItem

    from greeum.inputs import Namespace
    from greeum.integrations.protocol import AnyMemory

ROLES = ("user", "assistant", "system", "developer", "tool")


class GreeumSession:
    """The session `session_id`, in `namespace`. Sessions of one id are one session, in every process.

    `session_settings` is the SDK's: its `limit` holds where `get_items` is given none.
    """

    def __init__(
        self,
        session_id: str,
        memory: AnyMemory,
        *,
        namespace: Namespace = "",
        session_settings: SessionSettings | dict[str, Any] | None = None,
    ) -> None:
        self.session_id = session_id
        self.session_settings: SessionSettings | None = (
            SessionSettings() if session_settings is None else coerce_session_settings(session_settings)
        )
        path = (*root_of(memory, namespace), session_id)
        inputs.namespace(path, "session_id")
        self._conversation = Conversation(memory, path, "openai", spoken)

    async def get_items(self, limit: int | None = None) -> list[TResponseInputItem]:
        """The last `limit` items, or all, in the order in which they were added."""
        most = resolve_session_limit(limit, self.session_settings)
        if most is not None:
            inputs.count(most, "limit", 2**53, 0)
        items = await asyncio.to_thread(self._conversation.newest, most)
        return cast("list[TResponseInputItem]", items)

    async def add_items(self, items: list[TResponseInputItem]) -> None:
        """Add items, all or none. Raises InvalidInput for one that no block can hold."""
        said = [(dict(item), role_of(item), "\n".join(words(item))) for item in checked(items)]
        await asyncio.to_thread(self._conversation.add, said)

    async def pop_item(self) -> TResponseInputItem | None:
        """Forget the last item; what it was, or None if there was none."""
        item = await asyncio.to_thread(self._conversation.pop)
        return cast("TResponseInputItem | None", item)

    async def clear_session(self) -> None:
        """Forget all items."""
        await asyncio.to_thread(self._conversation.clear)


def spoken(source: str | None, text: str) -> dict[str, Any]:
    """An item in which somebody says something."""
    return {"role": source if source in ROLES else "user", "content": text}


def checked(items: Any) -> list[dict[str, Any]]:
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise InvalidInput("items", "must be a list of dictionaries")
    return items


def role_of(item: dict[str, Any]) -> str | None:
    role = item.get("role")
    return role if role in ROLES else None


def words(item: dict[str, Any]) -> Iterator[str]:
    """What of an item is text: what is said, thought, asked of a tool or answered by one."""
    if item.get("type") == "function_call":
        yield f"{item.get('name')} {item.get('arguments')}"
    for field in ("content", "summary", "output"):
        yield from texts(item.get(field))


def texts(content: Any) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, list):
        for part in content:
            yield from texts(part)
    elif isinstance(content, dict):
        yield from (content[name] for name in ("text", "refusal", "transcript") if isinstance(content.get(name), str))
