"""A memory behind LlamaIndex: as a block of its Memory, and as a chat memory."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from llama_index.core.base.llms.types import ChatMessage, ImageBlock, MessageRole, TextBlock
from llama_index.core.memory import Memory as LlamaMemory
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import create_async_engine

from greeum import Memory, testing
from greeum.errors import InvalidInput
from greeum.integrations.llama_index import GreeumChatMemory, GreeumMemoryBlock
from greeum.limits import QUERY_BYTES_MAX

SAID = [
    ("user", "I am allergic to shrimp."),
    ("assistant", "Noted: no shrimp."),
    ("user", "The ferry to Jeju leaves at nine."),
]


@pytest.fixture
def memory() -> Iterator[Memory]:
    with testing.memory() as memory:
        yield memory


def messages() -> list[ChatMessage]:
    return [ChatMessage(role=role, content=text) for role, text in SAID]


def asked(block: GreeumMemoryBlock, *texts: str, **options: Any) -> list[str]:
    said = [ChatMessage(role="user", content=text) for text in texts]
    return [one.text for one in asyncio.run(block.aget(said, **options)) if isinstance(one, TextBlock)]


class TestBlock:
    def test_what_was_put_comes_back_when_it_matters(self, memory: Memory) -> None:
        block = GreeumMemoryBlock(memory=memory, k=1)
        asyncio.run(block.aput(messages()))
        (told,) = asked(block, "Is there something that she is allergic to?")
        assert told.endswith("] user: I am allergic to shrimp.")

    def test_each_session_has_its_place(self, memory: Memory) -> None:
        block = GreeumMemoryBlock(memory=memory, namespace="app")
        asyncio.run(block.aput(messages()[:1], session_id="monday"))
        asyncio.run(block.aput(messages()[2:], session_id="friday"))
        assert [one.namespace for one in memory.list()] == ["app/monday", "app/friday"]
        assert len(asked(block, "shrimp or ferry?", session_id="friday")) == 2
        block.own_session_only = True
        assert [told.partition("] ")[2] for told in asked(block, "shrimp or ferry?", session_id="friday")] == [
            "user: The ferry to Jeju leaves at nine."
        ]

    def test_messages_are_left_as_they_were(self, memory: Memory) -> None:
        said = messages()
        asyncio.run(GreeumMemoryBlock(memory=memory).aput(said, session_id="s"))
        assert all(message.additional_kwargs == {"session_id": "s"} for message in said)
        assert all(block.metadata == {} for block in memory.list())

    def test_it_need_not_take_what_is_let_go(self, memory: Memory) -> None:
        block = GreeumMemoryBlock(memory=memory, accept_short_term_memory=False)
        asyncio.run(block.aput(messages(), from_short_term_memory=True))
        assert memory.list() == []

    def test_as_many_messages_as_are_wanted_are_asked_about(self, memory: Memory) -> None:
        memory.add_many([{"text": text} for _, text in SAID])
        one, two = (GreeumMemoryBlock(memory=memory, k=1, query_messages=count) for count in (1, 2))
        assert "ferry" in asked(one, "shrimp allergic", "ferry Jeju nine")[0]
        assert asked(two, "shrimp allergic", "and?") == asked(one, "shrimp allergic\nand?")

    def test_options_of_a_search(self, memory: Memory) -> None:
        memory.add_many([{"text": text, "source": source} for source, text in SAID])
        assert len(asked(GreeumMemoryBlock(memory=memory), "shrimp", where={"source": "assistant"})) == 1
        with pytest.raises(InvalidInput):
            asked(GreeumMemoryBlock(memory=memory), "shrimp", where={"author": "x"})

    def test_of_nothing_asked_comes_nothing(self, memory: Memory) -> None:
        memory.add("x")
        block = GreeumMemoryBlock(memory=memory)
        assert asked(block) == asked(block, " ") == []
        assert asyncio.run(block.aget(None)) == []

    def test_of_a_long_query_the_end_counts(self, memory: Memory) -> None:
        memory.add_many([{"text": text} for _, text in SAID])
        long = "shrimp " * QUERY_BYTES_MAX + "배" * QUERY_BYTES_MAX + " The ferry to Jeju leaves at nine."
        assert "ferry" in asked(GreeumMemoryBlock(memory=memory, k=1), long)[0]

    def test_truncating_lets_the_least_go(self, memory: Memory) -> None:
        block = GreeumMemoryBlock(memory=memory)
        content: list[Any] = [TextBlock(text="x" * 40) for _ in range(3)]
        assert asyncio.run(block.atruncate(content, 0)) == content
        assert asyncio.run(block.atruncate(content, 1)) == content[:2]
        assert asyncio.run(block.atruncate(content, 11)) == content[:1]
        assert asyncio.run(block.atruncate(content, 21)) is None
        assert asyncio.run(block.atruncate([], 1)) is None
        assert len(content) == 3

    @pytest.mark.parametrize("wrong", [{"k": 0}, {"k": 2_000}, {"query_messages": 0}])
    def test_numbers_that_cannot_be_are_refused(self, memory: Memory, wrong: dict[str, Any]) -> None:
        with pytest.raises(ValidationError):
            GreeumMemoryBlock(memory=memory, **wrong)

    def test_in_llamaindex_own_memory(self, memory: Memory) -> None:
        async def talk() -> str:
            block = GreeumMemoryBlock(memory=memory, k=1)
            engine = create_async_engine("sqlite+aiosqlite:///:memory:")
            theirs = LlamaMemory.from_defaults(
                session_id="s", token_limit=40, chat_history_token_ratio=0.5, token_flush_size=10,
                memory_blocks=[block], tokenizer_fn=str.split, async_engine=engine,
            )  # fmt: skip
            await theirs.aput(ChatMessage(role="user", content="I am allergic to shrimp."))
            for number in range(8):
                await theirs.aput(ChatMessage(role="user", content=f"And now for something else, number {number}."))
            shown = await theirs.aget(input="What is the user allergic to? Is it shrimp?")
            await engine.dispose()
            return "\n".join(message.content or "" for message in shown if message.role == MessageRole.SYSTEM)

        told = asyncio.run(talk())
        assert "<greeum>" in told and "user: I am allergic to shrimp." in told
        assert memory.list()[0].text == "I am allergic to shrimp."


class TestChatMemory:
    def test_all_comes_back_as_it_was(self, memory: Memory) -> None:
        said = [
            *messages(),
            ChatMessage(role="assistant", content="", additional_kwargs={"tool_calls": [{"id": "c1"}]}),
            ChatMessage(role="tool", content="21 degrees", additional_kwargs={"tool_call_id": "c1"}),
            ChatMessage(role="user", blocks=[TextBlock(text="Look"), ImageBlock(url="http://127.0.0.1/a.png")]),
        ]
        chat = GreeumChatMemory.from_defaults(memory=memory, session_id="s")
        chat.put(said[0])
        chat.put_messages(said[1:])
        assert chat.get_all() == said
        assert chat.class_name() == "GreeumChatMemory"

    @settings(max_examples=50, deadline=None)
    @given(st.lists(st.tuples(st.sampled_from(["user", "assistant", "system", "tool"]), st.text()), max_size=5))
    def test_any_texts(self, said: list[tuple[str, str]]) -> None:
        with testing.memory() as memory:
            chat = GreeumChatMemory(memory=memory, session_id="s")
            chat.put_messages([ChatMessage(role=role, content=text) for role, text in said])
            assert [(message.role.value, message.content) for message in chat.get_all()] == said

    def test_the_last_ones(self, memory: Memory) -> None:
        chat = GreeumChatMemory(memory=memory, session_id="s", last=2)
        chat.put_messages(messages())
        assert chat.get() == messages()[1:]

    def test_and_what_answers_from_earlier(self, memory: Memory) -> None:
        earlier = GreeumChatMemory(memory=memory, session_id="monday", namespace="app")
        earlier.put_messages(messages())
        chat = GreeumChatMemory(memory=memory, session_id="friday", namespace="app", last=1, k=1)
        chat.put_messages([ChatMessage(role="user", content="Hello."), ChatMessage(role="user", content="Shrimp?")])
        system, recent = chat.get("Am I allergic to shrimp?")
        assert system.role == MessageRole.SYSTEM
        assert (system.content or "").startswith("From earlier:\n[")
        assert (system.content or "").endswith("user: I am allergic to shrimp.")
        assert recent.content == "Shrimp?"
        assert asyncio.run(chat.aget("Am I allergic to shrimp?")) == [system, recent]

    def test_what_is_shown_is_not_told_again(self, memory: Memory) -> None:
        chat = GreeumChatMemory(memory=memory, session_id="s")
        chat.put_messages(messages())
        assert chat.get("shrimp and ferry") == messages()
        chat.k = 0
        chat.last = 1
        assert chat.get("shrimp") == messages()[2:]

    def test_options_of_a_search(self, memory: Memory) -> None:
        memory.add_many([{"text": text, "source": source} for source, text in SAID])
        chat = GreeumChatMemory(memory=memory, session_id="s")
        (told,) = chat.get("shrimp", where={"source": "assistant"})
        assert (told.content or "").count("shrimp") == 1
        with pytest.raises(InvalidInput, match="where"):
            chat.get(where={"source": "assistant"})

    def test_setting_and_resetting(self, memory: Memory) -> None:
        memory.add("somewhere else")
        chat = GreeumChatMemory(memory=memory, session_id="s")
        chat.put_messages(messages())
        chat.set(messages()[:1])
        assert chat.get_all() == messages()[:1]
        chat.reset()
        assert chat.get_all() == []
        assert [block.text for block in memory.list()] == ["somewhere else"]

    def test_messages_of_other_doors_are_there(self, memory: Memory) -> None:
        memory.add("I am Alice.", namespace="s", source="alice")
        assert GreeumChatMemory(memory=memory, session_id="s").get_all() == [
            ChatMessage(role="user", content="I am Alice.")
        ]

    def test_a_session_that_cannot_be_is_refused(self, memory: Memory) -> None:
        with pytest.raises(ValidationError, match="namespace"):
            GreeumChatMemory(memory=memory, session_id="")

    def test_a_copy_shares_the_memory(self, memory: Memory) -> None:
        chat = GreeumChatMemory(memory=memory, session_id="s")
        chat.put_messages(messages())
        assert "memory" not in chat.model_dump()
        assert chat.model_copy().get_all() == messages()
