"""A memory elsewhere, for asyncio: everything that the other one has, and changes as they come."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from tests.scripted import until
from tests.served import Loop, loop_in_a_thread, served

from greeum import Memory, aio, testing
from greeum.aio import AsyncRemoteMemory
from greeum.errors import InvalidInput, NotFound, StoreClosed

WAIT_S = 30


@pytest.fixture(scope="module")
def loop() -> Iterator[Loop]:
    with loop_in_a_thread() as loop:
        yield loop


@pytest.fixture
def local() -> Iterator[Memory]:
    with testing.memory(embedder=testing.TinyEmbedder()) as memory:
        yield memory


@pytest.fixture
def run(loop: Loop, local: Memory) -> Iterator[Callable[[Callable[[AsyncRemoteMemory], Awaitable[Any]]], Any]]:
    with served(loop, local) as server:

        def run(work: Callable[[AsyncRemoteMemory], Awaitable[Any]]) -> Any:
            async def within() -> Any:
                async with await aio.connect(server.url) as memory:
                    return await asyncio.wait_for(work(memory), WAIT_S)

            return asyncio.run(within())

        yield run


def test_calls_give_what_the_memory_gives(local: Memory, run: Any) -> None:
    async def work(memory: AsyncRemoteMemory) -> None:
        block = await memory.add("The violin is old.", key="v", namespace="acme")
        assert local.get(block.id) == block == await memory.get(key="v", namespace="acme")
        assert [hit.block for hit in await memory.search("violin")] == [block]
        assert [hit.block async for hit in memory.stream("violin")] == [block]
        assert (await memory.anchors.set("A", block.id)).block_id == block.id
        assert await memory.seq() == local.seq
        assert await memory.export() == list(local.export())
        assert await memory.export(namespace="zoo") == list(local.export(namespace="zoo")) != list(local.export())
        assert await memory.count() == 1
        with pytest.raises(NotFound):
            await memory.get(999)
        with pytest.raises(InvalidInput):
            await memory.add("")

    run(work)


def test_more_calls_wait_at_once_than_there_are_processors(local: Memory, run: Any) -> None:
    async def work(memory: AsyncRemoteMemory) -> None:
        await asyncio.gather(*(memory.add(f"turn {number}") for number in range(100)))

    run(work)
    assert local.count() == 100


def test_changes_come_as_they_happen(local: Memory, run: Any) -> None:
    async def work(memory: AsyncRemoteMemory) -> list[int]:
        seen = []
        local.add("turn 1")
        async for change in memory.follow():
            seen.append(change.seq)
            if change.seq == 5:
                return seen
            local.add(f"turn {change.seq + 1}")
        raise AssertionError("it has ended")

    assert run(work) == [1, 2, 3, 4, 5]


def test_whoever_stops_waiting_leaves_no_thread_waiting(local: Memory, run: Any) -> None:
    async def work(memory: AsyncRemoteMemory) -> None:
        async def follow() -> None:
            async for _ in memory.follow():
                seen.set()

        seen = asyncio.Event()
        local.add("turn 1")
        following = asyncio.ensure_future(follow())
        await seen.wait()
        following.cancel()
        with pytest.raises(asyncio.CancelledError):
            await following
        await asyncio.to_thread(until, lambda: not memory.memory._transport._streams)

    run(work)


def test_after_closing_there_is_nothing(run: Any) -> None:
    async def work(memory: AsyncRemoteMemory) -> None:
        await memory.close()
        with pytest.raises(StoreClosed):
            await memory.stats()

    run(work)


def test_nothing_is_sent_by_connecting() -> None:
    async def work() -> None:
        async with await aio.connect("http://127.0.0.1:1", timeout_s=1.0) as memory:
            assert memory.memory.url == "http://127.0.0.1:1"
        with pytest.raises(InvalidInput):
            await aio.connect("nowhere")

    asyncio.run(work())
