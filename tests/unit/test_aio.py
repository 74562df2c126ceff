"""The memory for asyncio offers what Memory offers, and gives what Memory gives."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

import greeum
from greeum import Anchors, Memory, aio, testing
from greeum.aio import AsyncMemory
from greeum.errors import InvalidInput, NotFound, StoreClosed

NOT_AWAITED = {"closest"}
"""Asked with what has been checked already."""


OF_DOORS = {"search_json", "search_many_json", "through"}
"""For those who pass hits on, and have threads of their own; or know who comes."""


def public(face: type) -> set[str]:
    return {name for name, _ in inspect.getmembers(face, inspect.isfunction) if not name.startswith("_")}


def run(work: Callable[[AsyncMemory], Awaitable[Any]]) -> Any:
    async def within() -> Any:
        async with AsyncMemory(testing.memory()) as memory:
            return await work(memory)

    return asyncio.run(within())


def test_every_method_is_offered() -> None:
    memory = AsyncMemory(testing.memory())
    for name in public(Memory) - OF_DOORS:
        assert callable(getattr(memory, name)), name
    for name in public(Anchors) - NOT_AWAITED:
        assert callable(getattr(memory.anchors, name)), name
    assert public(Memory) - OF_DOORS == aio.METHODS | {"export", "stream"}
    assert public(Anchors) - NOT_AWAITED == aio.ANCHOR_METHODS
    memory.memory.close()


def test_what_is_offered_can_be_listed() -> None:
    memory = AsyncMemory(testing.memory())
    assert aio.METHODS | {"export", "stream", "anchors", "memory"} <= set(dir(memory))
    assert set(dir(memory.anchors)) >= aio.ANCHOR_METHODS
    memory.memory.close()


def test_nothing_else_is_offered() -> None:
    memory = AsyncMemory(testing.memory())
    for name in ("_store", "_index", "serach", "__len__"):
        with pytest.raises(AttributeError, match=r"there is no .*; there are add, "):
            getattr(memory, name)
    with pytest.raises(AttributeError, match="clear, get, move"):
        memory.anchors.closest  # noqa: B018
    memory.memory.close()


def test_every_method_gives_what_the_memory_gives() -> None:
    async def work(memory: AsyncMemory) -> None:
        plain = memory.memory
        block = await memory.add("The violin is old.", key="v", namespace="acme")
        assert block == plain.get(block.id)
        [other] = await memory.add_many([{"text": "Rain again."}])
        assert [hit.block for hit in await memory.search("violin", k=1)] == [block]
        assert len(await memory.search_many(["violin", "rain"])) == 2
        assert [hit.block async for hit in memory.stream("violin", k=1)] == [block]
        assert (await memory.context("violin")) == plain.context("violin")
        assert await memory.count(namespace="acme") == 1
        assert await memory.facets("kind") == {"kind": [("message", 2)]}
        assert await memory.namespaces() == [("", 1), ("acme", 1)]
        assert await memory.changes(1) == plain.changes(1)
        assert await memory.seq() == plain.seq
        assert await memory.get(key="v", namespace="acme") == block
        assert await memory.list() == plain.list()
        assert (await memory.update(block.id, importance=1.0)).revision == 2
        assert len(await memory.history(block.id)) == 1
        link = await memory.link(block.id, other.id)
        assert await memory.links(block.id) == [link]
        await memory.unlink(block.id, other.id)
        anchor = await memory.anchors.set("A", block.id)
        assert await memory.anchors.get("A") == await memory.anchor("A", namespace="acme/x") == anchor
        assert (await memory.anchors.pin("A")).pinned
        assert not (await memory.anchors.unpin("A")).pinned
        assert (await memory.anchors.move("A", other.id)).block_id == other.id
        assert await memory.anchors.status() == plain.anchors.status()
        await memory.anchors.clear("A")
        lines = await memory.export()
        assert lines == list(plain.export())
        assert (await memory.import_(lines))["present"] == 2
        assert await memory.forget(other.id) == [other.id]
        assert (await memory.stats())["blocks"] == 1
        assert all(is_well for _, is_well, _ in await memory.check())

    run(work)


def test_errors_are_those_of_the_memory() -> None:
    async def work(memory: AsyncMemory) -> None:
        with pytest.raises(NotFound):
            await memory.get(1)
        with pytest.raises(InvalidInput) as caught:
            await memory.add("")
        assert caught.value.field == "text"

    run(work)


def test_the_loop_goes_on_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    """A call waits in another thread until the loop, which it would otherwise hold up, lets it go."""
    may_go_on = threading.Event()
    plain = testing.memory()
    monkeypatch.setattr(plain, "stats", lambda: may_go_on.wait(60) and threading.current_thread())

    async def work() -> object:
        async with AsyncMemory(plain) as memory:
            call = asyncio.ensure_future(memory.stats())
            await asyncio.sleep(0)
            may_go_on.set()
            return await call

    assert asyncio.run(work()) is not threading.main_thread()


def test_a_stream_reads_in_slices_and_says_at_once_what_is_wrong() -> None:
    async def work(memory: AsyncMemory) -> None:
        await memory.add_many([{"text": f"turn {number}"} for number in range(200)])
        streamed = [hit.block.id async for hit in memory.stream("turn", k=150)]
        assert streamed == [hit.block.id for hit in memory.memory.search("turn", k=150)]
        with pytest.raises(InvalidInput):
            await anext(memory.stream("turn", k=0))

    run(work)


def test_many_calls_at_once() -> None:
    async def work(memory: AsyncMemory) -> int:
        await asyncio.gather(*(memory.add(f"turn {number}") for number in range(50)))
        return len(await memory.list())

    assert run(work) == 50


def test_open_and_close(tmp_path: Path) -> None:
    async def work() -> None:
        async with await aio.open(str(tmp_path / "memory"), embedder=testing.TinyEmbedder()) as memory:
            await memory.add("The violin is old.")
        with pytest.raises(StoreClosed):
            await memory.stats()
        await memory.close()
        with pytest.raises(NotFound):
            await aio.open(str(tmp_path / "nowhere"), create=False)

    asyncio.run(work())
    with greeum.open(tmp_path / "memory", embedder=testing.TinyEmbedder()) as memory:
        assert memory.stats()["blocks"] == 1
