"""Threads that tenants share: who may have how many, who waits, and that nobody waits for another's slow calls."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from threading import Event
from typing import Any

import pytest

from greeum.api.problems import Problem
from greeum.api.threads import Threads

PATIENCE_S = 20


@pytest.fixture
def gate() -> Iterator[Event]:
    """What blocked calls wait for. It is opened at the end, or the threads could not."""
    found = Event()
    yield found
    found.set()


def shared(count: int, test: Callable[[Threads], Awaitable[None]], **options: Any) -> None:
    async def run() -> None:
        threads = Threads(count, "test", **options)
        try:
            await asyncio.wait_for(test(threads), PATIENCE_S)
        finally:
            await asyncio.to_thread(threads.close)

    asyncio.run(run())


def blocked(threads: Threads, gate: Event, share: object, count: int) -> list[asyncio.Future[bool]]:
    return [threads.begin(share, gate.wait, PATIENCE_S) for _ in range(count)]


def test_what_a_call_returns_or_raises() -> None:
    async def test(threads: Threads) -> None:
        assert await threads.begin("a", divmod, 7, 2) == (3, 1)
        with pytest.raises(ZeroDivisionError):
            await threads.begin("a", divmod, 7, 0)

    shared(2, test)


def test_a_tenant_whose_calls_take_long_holds_up_nobody_else(gate: Event) -> None:
    async def test(threads: Threads) -> None:
        slow = blocked(threads, gate, "slow", 100)
        slower = blocked(threads, gate, "slower", 100)
        for share in ("a", "b", None):
            assert await threads.begin(share, str, 1) == "1"
        assert not any(call.done() for call in slow + slower)
        gate.set()
        assert await asyncio.gather(*slow, *slower) == [True] * 200

    shared(8, test)


def test_each_has_half_of_what_the_others_leave(gate: Event) -> None:
    running: dict[str, int] = {}

    def work(share: str) -> None:
        running[share] = running.get(share, 0) + 1
        gate.wait(PATIENCE_S)

    async def test(threads: Threads) -> None:
        calls = [threads.begin(share, work, share) for share in ("a", "b", "c") for _ in range(20)]
        while sum(running.values()) < 7:
            await asyncio.sleep(0)
        assert running == {"a": 4, "b": 2, "c": 1}
        gate.set()
        await asyncio.gather(*calls)
        assert running == {"a": 20, "b": 20, "c": 20}

    shared(8, test)


def test_who_waits_is_served_in_turn() -> None:
    order: list[str] = []
    first = Event()

    async def test(threads: Threads) -> None:
        holding = threads.begin("held", first.wait, PATIENCE_S)
        calls = [threads.begin(share, order.append, share) for share in "aaabbc"]
        first.set()
        await asyncio.gather(holding, *calls)
        assert order == ["a", "b", "c", "a", "b", "a"]

    shared(1, test)


def test_who_has_given_up_is_passed_over(gate: Event) -> None:
    done: list[int] = []

    async def test(threads: Threads) -> None:
        holding = threads.begin("a", gate.wait, PATIENCE_S)
        left, stays = threads.begin("a", done.append, 1), threads.begin("a", done.append, 2)
        left.cancel()
        await asyncio.sleep(0)
        gate.set()
        await asyncio.gather(holding, stays)
        assert done == [2]

    shared(1, test)


def test_a_tenant_may_have_so_many_waiting_and_leaves_room_for_others(gate: Event) -> None:
    async def test(threads: Threads) -> None:
        slow = blocked(threads, gate, "slow", 1 + 4)
        with pytest.raises(Problem) as caught:
            threads.begin("slow", str, 1)
        assert (caught.value.status, dict(caught.value.headers)[b"retry-after"]) == (503, b"1")
        other = [threads.begin("other", str, number) for number in range(2)]
        with pytest.raises(Problem):
            threads.begin("other", str, 2)
        gate.set()
        assert await asyncio.gather(*other) == ["0", "1"]
        await asyncio.gather(*slow)

    shared(1, test, queue_max=8)


def test_one_memory_that_has_them_all_may_have_everything_waiting(gate: Event) -> None:
    async def test(threads: Threads) -> None:
        calls = blocked(threads, gate, None, 100)
        gate.set()
        assert await asyncio.gather(*calls) == [True] * 100

    shared(1, test, queue_max=8)
