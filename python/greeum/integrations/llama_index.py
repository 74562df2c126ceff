"""A memory for LlamaIndex: a block for its `Memory`, or a chat memory of its own.

| LlamaIndex | Greeum |
| --- | --- |
| session | a namespace: the session's id, below the one that is given |
| message | a block of kind `message`: its content is the text, its role the source |
| `aput`, `put` | add |
| `aget` of the block | a search for the last messages |
| `get_all`, `set`, `reset` | list; forget and add; forget |
"""

from __future__ import annotations

import asyncio
from typing import Any

from greeum.errors import InvalidInput
from greeum.integrations.blocks import root_of
from greeum.integrations.conversations import Conversation
from greeum.integrations.extras import brought_by
from greeum.integrations.texts import fitted
from greeum.limits import K_MAX, QUERY_BYTES_MAX

with brought_by("llama-index"):
    from llama_index.core.base.llms.types import ChatMessage, ContentBlock, MessageRole, TextBlock
    from llama_index.core.bridge.pydantic import Field, PrivateAttr
    from llama_index.core.memory import BaseMemory, BaseMemoryBlock
    from pydantic import SkipValidation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from greeum.inputs import Namespace
    from greeum.integrations.protocol import AnyMemory
    from greeum.model import Hit

CHARACTERS_PER_TOKEN = 4
"""As many as English has; other languages have fewer, so that more than enough is taken away when something must go."""


class GreeumMemoryBlock(BaseMemoryBlock[list[ContentBlock]]):
    """What was said earlier and matters now: messages that the short-term memory lets go are kept, and those that
    answer the last messages best are brought back.

    Each session's messages are kept in a namespace of their own below `namespace`. Searched is in all of them, and in
    whatever else is there, or with `own_session_only` in the session alone.
    """

    name: str = Field(default="greeum", description="The name of the memory block.")
    memory: SkipValidation[Any] = Field(description="A memory of Greeum.", exclude=True, repr=False)
    namespace: str | tuple[str, ...] = Field(default="", description="Where messages are kept and searched for.")
    k: int = Field(default=5, ge=1, le=K_MAX, description="How many messages are brought back at most.")
    own_session_only: bool = Field(default=False, description="Whether other sessions are left out.")
    query_messages: int = Field(default=1, ge=1, description="How many of the last messages are asked about.")

    async def _aget(
        self, messages: list[ChatMessage] | None = None, session_id: str | None = None, **block_kwargs: Any
    ) -> list[ContentBlock]:
        """What answers the last messages; `block_kwargs` are further options of `Memory.search`."""
        query = "\n".join(message.content or "" for message in (messages or [])[-self.query_messages :])
        if not query.strip():
            return []
        session = session_id if self.own_session_only else None
        options = {"k": self.k, "namespace": place(self.memory, self.namespace, session)} | block_kwargs
        hits = await asyncio.to_thread(self.memory.search, cut(query), **options)
        return [TextBlock(text=line(hit)) for hit in hits]

    async def _aput(self, messages: list[ChatMessage]) -> None:
        by_session: dict[str | None, list[ChatMessage]] = {}
        for message in messages:
            kept = message.model_copy(update={"additional_kwargs": dict(message.additional_kwargs)})
            by_session.setdefault(kept.additional_kwargs.pop("session_id", None), []).append(kept)
        for session, said in by_session.items():
            await asyncio.to_thread(conversation(self.memory, self.namespace, session).add, as_said(said))

    async def atruncate(self, content: list[ContentBlock], tokens_to_truncate: int) -> list[ContentBlock] | None:
        """What is left when the messages that answer least have made room for so many tokens; None if nothing is."""
        kept, excess = list(content), tokens_to_truncate * CHARACTERS_PER_TOKEN
        while kept and excess > 0:
            excess -= len(getattr(kept.pop(), "text", ""))
        return kept or None


class GreeumChatMemory(BaseMemory):
    """A chat memory that keeps everything and gives back what matters: the last messages, and what of the earlier ones
    answers the input.
    """

    memory: SkipValidation[Any] = Field(description="A memory of Greeum.", exclude=True, repr=False)
    session_id: str = Field(description="The conversation.")
    namespace: str | tuple[str, ...] = Field(default="", description="Where sessions are kept and searched for.")
    last: int = Field(default=20, ge=1, description="How many of the last messages are given back.")
    k: int = Field(default=5, ge=0, le=K_MAX, description="How many earlier ones, for an input.")
    _conversation: Conversation = PrivateAttr()

    def model_post_init(self, context: Any, /) -> None:
        """Raises InvalidInput for a session or namespace that cannot be one."""
        super().model_post_init(context)
        self._conversation = conversation(self.memory, self.namespace, self.session_id)

    @classmethod
    def class_name(cls) -> str:
        """How LlamaIndex calls it."""
        return "GreeumChatMemory"

    @classmethod
    def from_defaults(cls, **kwargs: Any) -> GreeumChatMemory:
        """The same as the constructor."""
        return cls(**kwargs)

    def get(self, input: str | None = None, **kwargs: Any) -> list[ChatMessage]:  # noqa: A002
        """The last messages; before them, if there is an input, a system message with what answers it from earlier, in
        this session or another. `kwargs` are further options of `Memory.search`.
        """
        recent = [message_of(item) for item in self._conversation.newest(self.last)]
        if input is None:
            if kwargs:
                raise InvalidInput(next(iter(kwargs)), "comes with an input")
            return recent
        shown = {message.content for message in recent}
        options = {"k": min(K_MAX, self.k + len(shown)), "namespace": place(self.memory, self.namespace, None)} | kwargs
        hits = self.memory.search(cut(input), **options) if self.k and input.strip() else []
        earlier = [hit for hit in hits if hit.block.text not in shown][: self.k]
        if not earlier:
            return recent
        told = "\n".join(["From earlier:", *map(line, earlier)])
        return [ChatMessage(role=MessageRole.SYSTEM, content=told), *recent]

    def get_all(self) -> list[ChatMessage]:
        """All messages of the session, in the order in which they were put."""
        return [message_of(item) for item in self._conversation.newest()]

    def put(self, message: ChatMessage) -> None:
        """Add a message."""
        self.put_messages([message])

    def put_messages(self, messages: list[ChatMessage]) -> None:
        """Add messages, all or none."""
        self._conversation.add(as_said(messages))

    def set(self, messages: list[ChatMessage]) -> None:
        """Forget all messages, and add these."""
        self.reset()
        self.put_messages(messages)

    def reset(self) -> None:
        """Forget all messages of the session."""
        self._conversation.clear()


def place(memory: AnyMemory, namespace: Namespace, session: str | None) -> tuple[str, ...]:
    above = root_of(memory, namespace)
    return above if session is None else (*above, session)


def conversation(memory: AnyMemory, namespace: Namespace, session: str | None) -> Conversation:
    return Conversation(memory, place(memory, namespace, session), "llama_index", spoken)


def spoken(source: str | None, text: str) -> dict[str, Any]:
    """A message in which somebody says something; what is none of LlamaIndex's roles is the user's."""
    role = source if source in {one.value for one in MessageRole} else MessageRole.USER.value
    return as_item(ChatMessage(role=role, content=text))


def as_item(message: ChatMessage) -> dict[str, Any]:
    item: dict[str, Any] = message.model_dump(mode="json")
    return item


def as_said(messages: Iterable[ChatMessage]) -> list[tuple[dict[str, Any], str | None, str]]:
    return [(as_item(message), message.role.value, message.content or "") for message in messages]


def message_of(item: dict[str, Any]) -> ChatMessage:
    return ChatMessage.model_validate(item)


def line(hit: Hit) -> str:
    """A hit as a line of a prompt: when, who, what."""
    block = hit.block
    said = block.text if block.source is None else f"{block.source}: {block.text}"
    return f"[{block.at_iso[:10]}] {said}"


def cut(query: str) -> str:
    """The end of a query that is too long to be asked: what was said last counts most."""
    return fitted(query).encode()[-QUERY_BYTES_MAX:].decode(errors="ignore")
