"""Threads that tenants share: who may have how many, who waits, and that nobody waits for another's slow calls."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Awaitable, Callable, Iterator
from threading import Event, Thread
from typing import Any

import pytest

from greeum.api import threads as module
from greeum.api.problems import Problem
from greeum.api.threads import LOOK_S, TENANTS_AT_ONCE, Breadth, Threads

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


def test_all_are_told_though_many_end_at_once() -> None:
    async def test(threads: Threads) -> None:
        for _ in range(20):
            calls = [threads.begin(number % 40, str, number) for number in range(200)]
            assert await asyncio.gather(*calls) == [str(number) for number in range(200)]

    shared(16, test)


def test_one_who_raises_what_no_future_takes_keeps_nobody_from_being_told(gate: Event) -> None:
    async def test(threads: Threads) -> None:
        holding = threads.begin(None, gate.wait, PATIENCE_S)
        ending, other = threads.begin(None, next, iter(())), threads.begin(None, str, 1)
        gate.set()
        with pytest.raises(RuntimeError):
            await ending
        assert (await holding, await other) == (True, "1")

    shared(1, test)


def test_the_end_waits_for_all_that_has_come(gate: Event) -> None:
    done: list[int] = []

    def wait_and_note(number: int) -> None:
        gate.wait(PATIENCE_S)
        done.append(number)

    async def test() -> None:
        threads = Threads(4, "test")
        calls = [threads.begin(number % 7, wait_and_note, number) for number in range(50)]
        closing = asyncio.ensure_future(asyncio.to_thread(threads.close))
        gate.set()
        await asyncio.wait_for(asyncio.gather(closing, *calls), PATIENCE_S)
        assert sorted(done) == list(range(50))
        with pytest.raises(RuntimeError):
            threads.begin("late", str, 1)

    for _ in range(20):
        gate.clear()
        done.clear()
        asyncio.run(test())


def test_who_has_closed_the_loop_leaves_the_threads_to_others(gate: Event) -> None:
    threads = Threads(1, "test")

    async def leave() -> None:
        threads.begin(None, gate.wait, PATIENCE_S)

    async def come() -> str:
        return await asyncio.wait_for(threads.begin(None, str, 1), PATIENCE_S)

    asyncio.run(leave())
    gate.set()
    assert asyncio.run(come()) == "1"
    threads.close()


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


def ran_at_once(threads: Threads, gate: Event, tenants: int) -> tuple[list[str], list[asyncio.Future[None]]]:
    """Who of so many tenants has begun, while none of them ends."""
    begun: list[str] = []

    def work(share: str) -> None:
        begun.append(share)
        gate.wait(PATIENCE_S)

    return begun, [threads.begin(f"tenant {number}", work, f"tenant {number}") for number in range(tenants)]


def test_few_tenants_run_at_once_and_those_as_often_as_they_like(gate: Event, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_S", PATIENCE_S)
    done: list[int] = []

    async def test(threads: Threads) -> None:
        begun, calls = ran_at_once(threads, gate, 20)
        own = threads.begin("tenant 0", done.append, 1)
        await own
        assert begun == [f"tenant {number}" for number in range(TENANTS_AT_ONCE)]
        gate.set()
        await asyncio.gather(*calls)
        assert len(begun) == 20

    shared(64, test)


def test_more_tenants_run_while_those_who_do_wait_for_a_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    idle = Looks(monkeypatch, cores=0.5)
    assert idle.tenants_after(1, ending=True) == TENANTS_AT_ONCE * 2
    assert idle.tenants_after(9, ending=True) == 64


def test_no_more_tenants_run_while_the_processors_are_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Looks(monkeypatch, cores=1.0).tenants_after(9, ending=True) == TENANTS_AT_ONCE


def test_whose_calls_take_long_is_not_counted_however_busy_the_processors_are(monkeypatch: pytest.MonkeyPatch) -> None:
    busy = Looks(monkeypatch, cores=1.0)
    assert busy.tenants_after(1, ending=False) == TENANTS_AT_ONCE * 2
    assert busy.tenants_after(3, ending=False) == TENANTS_AT_ONCE * 3


class Looks:
    """A breadth that is looked at while the process uses so many processors."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, cores: float) -> None:
        self._now_s = 0.0
        monkeypatch.setattr(module, "monotonic", lambda: self._now_s)
        monkeypatch.setattr(module, "process_time", lambda: self._now_s * cores)

    def tenants_after(self, looks: int, *, ending: bool) -> int:
        """How many may run, if as many as may always do, and between two looks the calls of all end, or of none."""
        breadth, running = Breadth(64), set[str]()
        fill(breadth, running)
        breadth.begin(running)
        for _ in range(looks):
            for share in running if ending else ():
                breadth.ended(share)
            self._now_s += LOOK_S
            breadth.look(running)
            fill(breadth, running)
        return len(running)


def fill(breadth: Breadth, running: set[str]) -> None:
    while not breadth.full(running):
        running.add(f"tenant {len(running)}")


def test_slow_tenants_do_not_keep_others_from_running(gate: Event) -> None:
    async def test(threads: Threads) -> None:
        begun, calls = ran_at_once(threads, gate, 40)
        while len(begun) < 40:
            await asyncio.sleep(0.001)
        gate.set()
        await asyncio.gather(*calls)

    shared(64, test)


def test_what_a_call_gave_is_not_kept_by_the_thread_that_made_it() -> None:
    class Answer:
        """Something that can be referred to weakly."""

    async def test(threads: Threads) -> None:
        answer = await threads.begin("a", Answer)
        kept = weakref.ref(answer)
        del answer
        while kept() is not None:  # the thread lets go of it a moment later
            await asyncio.sleep(0.001)

    shared(1, test)


def test_where_no_thread_is_to_be_had_those_that_there_are_do(gate: Event, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Thread) -> None:
        raise RuntimeError("can't start new thread")

    async def test(threads: Threads) -> None:
        holding = threads.begin("a", gate.wait, PATIENCE_S)
        with monkeypatch.context() as patched:
            patched.setattr(Thread, "start", refuse)
            others = [threads.begin(name, str, name) for name in "bcd"]
            gate.set()
            assert await asyncio.gather(holding, *others) == [True, "b", "c", "d"]

    shared(8, test)


def test_where_there_is_none_at_all_whoever_comes_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Thread) -> None:
        raise RuntimeError("can't start new thread")

    async def test(threads: Threads) -> None:
        with monkeypatch.context() as patched:
            patched.setattr(Thread, "start", refuse)
            with pytest.raises(RuntimeError, match="no thread"):
                threads.begin("a", str, 1)
        assert await threads.begin("a", str, 1) == "1"

    shared(2, test)
