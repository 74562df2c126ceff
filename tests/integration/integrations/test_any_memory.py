"""Every adapter over every kind of memory: a local one, one confined to a namespace, one that a server keeps."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from langchain_core.documents import Document
from llama_index.core.base.llms.types import ChatMessage
from tests.served import Loop, loop_in_a_thread, served

import greeum
from greeum import testing
from greeum.errors import Forbidden
from greeum.integrations.anthropic import GreeumMemoryTool
from greeum.integrations.langchain import GreeumRetriever, GreeumVectorStore
from greeum.integrations.langgraph import GreeumStore
from greeum.integrations.llama_index import GreeumChatMemory, GreeumMemoryBlock
from greeum.integrations.mem0 import Memory as Mem0
from greeum.integrations.openai_agents import GreeumSession
from greeum.integrations.protocol import AnyMemory
from greeum.remote import connect
from greeum.rooted import Rooted

ROOT = "acme/agents"


@pytest.fixture(scope="module")
def loop() -> Iterator[Loop]:
    with loop_in_a_thread() as loop:
        yield loop


@pytest.fixture
def behind() -> Iterator[greeum.Memory]:
    with testing.memory() as memory:
        memory.add("Somebody else's.", namespace="other")
        yield memory


@pytest.fixture(params=["local", "confined", "remote"])
def memory(request: pytest.FixtureRequest, behind: greeum.Memory, loop: Loop) -> Iterator[AnyMemory]:
    if request.param == "local":
        yield behind
    elif request.param == "confined":
        yield Rooted(behind, ROOT)
    else:
        with served(loop, behind) as server, connect(server.url) as remote:
            yield remote


@pytest.fixture
def place(memory: AnyMemory) -> str:
    """The namespace that an adapter is given: one that is confined knows its own."""
    return "" if isinstance(memory, Rooted) else ROOT


@pytest.fixture(autouse=True)
def only_there(behind: greeum.Memory) -> Iterator[None]:
    """Whatever is done, is done below the root."""
    yield
    assert {block.namespace for block in behind.list() if not block.namespace.startswith(ROOT)} == {"other"}
    assert len(behind.list(namespace=ROOT)) > 0


def test_langgraph(memory: AnyMemory, place: str) -> None:
    store = GreeumStore(memory, namespace=place, ttl={"default_ttl": 60})
    store.put(("alice",), "city", {"text": "She lives in Seoul.", "sure": 0.5})
    store.put(("alice",), "city", {"text": "She lives in Busan.", "sure": 0.9})
    store.put(("ben",), "gone", {"text": "x"})
    store.delete(("ben",), "gone")
    assert store.get(("alice",), "city").value == {"text": "She lives in Busan.", "sure": 0.9}  # type: ignore[union-attr]
    (found,) = store.search((), query="where does she live? Busan?", filter={"sure": {"$gt": 0.6}})
    assert (found.key, found.namespace) == ("city", ("alice",))
    assert [item.key for item in store.search((), filter={"text": {"$gt": "S"}})] == ["city"]
    assert store.list_namespaces() == [("alice",)]


def test_langchain(memory: AnyMemory, place: str) -> None:
    store = GreeumVectorStore(memory, namespace=place)
    store.add_texts(["ferry", "shrimp"], [{"n": 1}, {"n": 2}], ids=["a", "b"])
    store.add_documents([Document("late ferry", id="a")])
    memory.add("A ferry of others.", namespace=f"{ROOT}/alice")
    assert store.similarity_search("late ferry", k=1) == [Document("late ferry", id="a")]
    assert store.get_by_ids(["b", "c"]) == [Document("shrimp", metadata={"n": 2}, id="b")]
    store.delete(["b"])
    found = GreeumRetriever(memory=memory, namespace=place).invoke("ferry")
    assert {document.page_content for document in found} == {"late ferry", "A ferry of others."}


def test_openai_agents(memory: AnyMemory, place: str) -> None:
    async def use() -> None:
        session = GreeumSession("s", memory, namespace=place)
        items: list[Any] = [{"role": "user", "content": "hi"}, {"type": "reasoning", "summary": [], "id": "r"}]
        await session.add_items(items)
        await session.add_items(items)
        assert await session.get_items() == items * 2
        assert await session.get_items(1) == items[1:]
        assert await session.pop_item() == items[1]
        other = GreeumSession("t", memory, namespace=place)
        await other.add_items(items)
        await other.clear_session()
        assert await other.get_items() == []

    asyncio.run(use())


def test_anthropic(memory: AnyMemory, place: str) -> None:
    tool = GreeumMemoryTool(memory, namespace=f"{place}/files" if place else None)
    tool.call({"command": "create", "path": "/memories/a/b.md", "file_text": "one"})
    tool.call({"command": "str_replace", "path": "/memories/a/b.md", "old_str": "one", "new_str": "two"})
    tool.call({"command": "rename", "old_path": "/memories/a/b.md", "new_path": "/memories/c.md"})
    assert str(tool.call({"command": "view", "path": "/memories/c.md"})).endswith("\ttwo")
    assert str(tool.call({"command": "view", "path": "/memories"})).split("\n")[2:] == [
        "4K\t/memories/a/", "3B\t/memories/c.md",
    ]  # fmt: skip
    tool.call({"command": "delete", "path": "/memories/a"})


def test_mem0(memory: AnyMemory, place: str) -> None:
    mem0 = Mem0(memory, namespace=place)
    (added,) = mem0.add("I live in Seoul", user_id="alice", metadata={"n": 1})["results"]
    mem0.update(added["id"], "I live in Busan")
    mem0.add("I live in Jeju", user_id="ben")
    mem0.delete_all(user_id="ben")
    (found,) = mem0.search("where do I live? Busan?", filters={"user_id": "alice"})["results"]
    assert (found["id"], found["memory"], found["metadata"]) == (added["id"], "I live in Busan", {"n": 1})
    assert len(mem0.history(added["id"])) == 2
    assert [item["user_id"] for item in mem0.get_all(filters={"user_id": "*"})["results"]] == ["alice"]


def test_llama_index(memory: AnyMemory, place: str) -> None:
    said = [ChatMessage(role="user", content="I am allergic to shrimp.")]
    chat = GreeumChatMemory(memory=memory, session_id="s", namespace=place)
    chat.put_messages(said)
    assert chat.get_all() == said
    block = GreeumMemoryBlock(memory=memory, namespace=place)
    asyncio.run(block.aput([ChatMessage(role="user", content="The ferry leaves at nine.")], session_id="t"))
    (first, *_) = asyncio.run(block.aget([ChatMessage(role="user", content="when does the ferry leave?")]))
    assert "ferry" in first.text  # type: ignore[union-attr]


def test_a_place_outside_of_a_confined_memory_is_refused(behind: greeum.Memory) -> None:
    behind.add("x", namespace=ROOT)
    with pytest.raises(Forbidden):
        GreeumStore(Rooted(behind, ROOT), namespace="other").search(())
    with pytest.raises(Forbidden):
        GreeumVectorStore(Rooted(behind, ROOT), namespace="other").add_texts(["x"])
