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
from greeum import Memory, aio, testing
from greeum.aio import AsyncMemory, AsyncRemoteMemory
from greeum.errors import InvalidInput, NotFound, StoreClosed
from greeum.screening import Screening

NOT_AWAITED = {"closest"}
"""Asked with what has been checked already."""

OF_DOORS = {"search_json", "search_many_json", "through"}
"""For those who pass hits on, and have threads of their own; or know who comes."""

OF_THE_MACHINE = {"backup", "drop_backups", "logical_hash", "merge"}
"""Of the directory that a memory is in, and so of no server's."""

ASKED_AT_ONCE = {"export", "seq", "stream"}
"""Written by hand, or iterated over: what they give is not what is awaited."""

PARTS = {
    "anchors": (greeum.Anchors, aio.AsyncAnchors),
    "policies": (greeum.Policies, aio.AsyncPolicies),
    "retention": (greeum.Retention, aio.AsyncRetention),
    "screening": (Screening, aio.AsyncScreening),
    "time_zone": (greeum.TimeZone, aio.AsyncTimeZone),
    "weights": (greeum.Weights, aio.AsyncWeights),
}
FACES = [(Memory, AsyncMemory), (Memory, AsyncRemoteMemory), *PARTS.values()]
OF_THE_INSIDE = {"of", "read_only", "screen"}
"""Of policies and screening, what those who write ask."""


def public(face: type) -> set[str]:
    return {name for name, _ in inspect.getmembers(face, inspect.isfunction) if not name.startswith("_")}


def run(work: Callable[[AsyncMemory], Awaitable[Any]]) -> Any:
    async def within() -> Any:
        async with AsyncMemory(testing.memory()) as memory:
            return await work(memory)

    return asyncio.run(within())


def test_every_method_is_offered() -> None:
    assert public(AsyncMemory) == public(Memory) - OF_DOORS | {"seq"}
    assert public(AsyncRemoteMemory) == public(Memory) - OF_DOORS - OF_THE_MACHINE | {"follow", "seq"}
    for plain, face in PARTS.values():
        assert public(face) == public(plain) - NOT_AWAITED - OF_THE_INSIDE
    memory = AsyncMemory(testing.memory())
    for name, (_, face) in PARTS.items():
        assert isinstance(getattr(memory, name), face)
    memory.memory.close()


@pytest.mark.parametrize(("plain", "face"), FACES)
def test_a_method_shows_the_arguments_and_the_description_of_the_one_it_calls(plain: type, face: type) -> None:
    for name in public(face) & public(plain) - ASKED_AT_ONCE:
        method, original = getattr(face, name), getattr(plain, name)
        assert inspect.signature(method) == inspect.signature(original), name
        assert inspect.getdoc(method) == inspect.getdoc(original), name
        assert inspect.iscoroutinefunction(method), name
    stream = inspect.signature(AsyncMemory.stream)
    assert stream == inspect.signature(Memory.stream)
    assert inspect.isasyncgenfunction(AsyncMemory.stream)


def test_opening_shows_its_arguments() -> None:
    assert inspect.signature(aio.open) == inspect.signature(greeum.open)
    assert inspect.signature(aio.connect) == inspect.signature(greeum.connect)


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
