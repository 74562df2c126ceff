"""Threads for calls that wait, shared by all tenants: one whose calls take long cannot hold up the others."""

from __future__ import annotations

import asyncio
from _thread import allocate_lock
from collections import Counter, deque
from queue import SimpleQueue
from threading import Thread
from time import monotonic, process_time

from greeum.api.problems import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Iterable
    from typing import Any, TypeVar

    T = TypeVar("T")

QUEUE_MAX = 1_024
"""Calls that may wait for a thread: as many as may wait for their answer in a worker by default."""

TENANTS_AT_ONCE = 3
"""Whose calls run at the same time while the processors are busy. Calls of one tenant wait for one another and share a
sync; those of many all want Python's lock, which each gives up some twenty times in an add. Of adds by 1,000 tenants,
two processors, one of them half busy with other things, manage 1,260 a second with 1 at once, 1,290 with 2, 1,340 with
3 or 4; with 64, when an add still cost more, a fifth less than with 3.
"""

LOOK_S = 0.02
"""While somebody waits: how often it is looked whether more tenants may run. An add takes a fifth of that."""

BUSY_CORES = 0.9
"""With less than so much of a processor in use, those who run wait for something else, such as a slow disk."""


class Breadth:
    """Of how many tenants calls run at once: of few, and of more if those wait for something else than processors."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._tenants = TENANTS_AT_ONCE
        self._slow: set[Hashable] = set()
        """Whose calls ran at the last look, and none of them has ended since."""
        self._looked = (0.0, 0.0)

    def begin(self, running: Collection[Hashable]) -> None:
        """Somebody has begun to wait."""
        self._tenants = TENANTS_AT_ONCE
        self._note(running)

    def look(self, running: Collection[Hashable]) -> None:
        """Somebody still waits, LOOK_S later."""
        was_s, was_cpu_s = self._looked
        slow = len(self._slow)
        self._note(running)
        now_s, cpu_s = self._looked
        idle = cpu_s - was_cpu_s < BUSY_CORES * (now_s - was_s)
        self._tenants = min(self._tenants * 2 if idle else TENANTS_AT_ONCE + slow, self._most)

    def full(self, running: Collection[Hashable]) -> bool:
        """Whether nobody may begin who does not run already."""
        return len(running) >= self._tenants

    def ended(self, share: Hashable) -> None:
        self._slow.discard(share)

    def _note(self, running: Collection[Hashable]) -> None:
        self._slow = set(running)
        self._looked = (monotonic(), process_time())


class Call:
    """Something to do, for whom, and what comes of it. The future is the event loop's: a thread only looks at it."""

    __slots__ = ("arguments", "error", "found", "future", "share", "work")

    def __init__(
        self, share: Hashable, work: Callable[..., Any], arguments: tuple[Any, ...], future: asyncio.Future[Any]
    ) -> None:
        self.share = share
        self.work = work
        self.arguments = arguments
        self.future = future
        self.found: Any = None
        self.error: BaseException | None = None

    def run(self) -> None:
        if self.future.cancelled():
            return
        try:
            self.found = self.work(*self.arguments)
        except BaseException as error:  # noqa: BLE001 - whoever waits for it is told, whatever it is
            self.error = error

    def settle(self) -> None:
        """In the event loop: tell whoever waits, if anybody still does. Afterwards nothing of it is kept."""
        found, error = self.found, self.error
        self.found = self.error = None
        self.arguments = ()
        if self.future.done():
            return
        if isinstance(error, StopIteration):  # which no future takes
            self.future.set_exception(RuntimeError("a call has raised StopIteration"))
        elif error is not None:
            self.future.set_exception(error)
        else:
            self.future.set_result(found)


class Threads:
    """A number of threads. Each tenant may have half of those that the others leave, and so of the places to wait in:
    alone one half, beside one that has its half a quarter, and so on. Whoever waits is served in turn with the others.
    How many tenants have any at once, `Breadth` says.
    """

    def __init__(self, count: int, name: str, *, queue_max: int = QUEUE_MAX) -> None:
        self._count = count
        self._name = name
        self._queue_max = queue_max
        self._begun: SimpleQueue[Call | None] = SimpleQueue()
        """Calls that count as running, until a thread takes them; None ends the thread that takes it."""
        self._threads: list[Thread] = []
        """As many as have been needed at once."""
        self._closed = False
        self._lock = allocate_lock()
        self._running: Counter[Hashable] = Counter()
        self._waiting: dict[Hashable, deque[Call]] = {}
        """Of each tenant that has any, in the order in which they are served next."""
        self._waiting_count = 0
        self._breadth = Breadth(count)
        self._looking = False
        self._done: dict[asyncio.AbstractEventLoop, list[Call]] = {}
        """Whose results an event loop has been asked to fetch. To wake it costs as much as a statement of SQL, so that
        those that end while it is busy are fetched together."""

    def begin(self, share: Hashable, work: Callable[..., T], *arguments: Any) -> asyncio.Future[T]:
        """Have it done as soon as it is the turn of this tenant; None is whoever has no share, because all is theirs.
        Raises Problem if the tenant has too much waiting already.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        call = Call(share, work, arguments, future)
        with self._lock:
            begins = self._may_begin(share)
            if begins:
                self._running[share] += 1
            else:
                self._wait(call)
                looks = not self._looking
                if looks:
                    self._looking = True
                    self._breadth.begin(self._running)
        if begins and not self._hand_out(call):
            with self._lock:
                self._end(share)
            raise RuntimeError("no thread can be had: these have been told to end, or the system has none")
        if not begins and looks:
            loop.call_later(LOOK_S, self._look)
        return future

    def close(self) -> None:
        """Wait for what runs and for what waits. Nothing may be begun any more."""
        with self._lock:
            self._closed = True
            for _ in self._threads:
                self._begun.put(None)
        for thread in self._threads:
            thread.join()

    def _may_begin(self, share: Hashable) -> bool:
        running = self._running
        total, own = running.total(), running[share]
        half = max(1, (self._count - total + own) // 2)
        return total < self._count and own < half and (own > 0 or not self._breadth.full(running))

    def _wait(self, call: Call) -> None:
        waiting = self._waiting.setdefault(call.share, deque())
        others = self._waiting_count - len(waiting)
        if call.share is not None and len(waiting) >= max(1, (self._queue_max - others) // 2):
            raise Problem("unavailable", "Too many requests for this memory wait already; try again")
        waiting.append(call)
        self._waiting_count += 1

    def _look(self) -> None:
        """While anybody waits, whether more may run."""
        with self._lock:
            self._looking = self._waiting_count > 0
            self._breadth.look(self._running)
            # Once these threads are to end, those that run see to those that wait.
            begun = [] if self._closed else self._next()
        for call in begun:
            self._hand_out(call)
        if self._looking:
            asyncio.get_running_loop().call_later(LOOK_S, self._look)

    def _hand_out(self, call: Call) -> bool:
        """Have it done by a thread that is free; False if they are to end, or there is none and none to be had. One for
        each call that runs is enough, and one is begun when it is needed.
        """
        with self._lock:
            if self._closed:
                return False
            if len(self._threads) < self._running.total() and not self._begin_thread():
                return False
            self._begun.put(call)
        return True

    def _begin_thread(self) -> bool:
        """Whether there is a thread to do it, then: if the system gives no more, those that there are have to do."""
        thread = Thread(target=self._work, name=f"{self._name}_{len(self._threads)}", daemon=True)
        try:
            thread.start()
        except RuntimeError:
            return bool(self._threads)
        self._threads.append(thread)
        return True

    def _work(self) -> None:
        while (call := self._begun.get()) is not None:
            self._run(call)
            del call  # or what it gave would be kept until the next one comes

    def _run(self, call: Call) -> None:
        """Do it, and whatever may be done after it."""
        begun = [call]
        while begun:
            call = begun.pop()
            begun = [other for other in begun if not self._hand_out(other)]
            call.run()
            with self._lock:
                self._end(call.share)
                begun += self._next()
                done = self._done.setdefault(call.future.get_loop(), [])
                done.append(call)
                is_first = len(done) == 1
            loop = call.future.get_loop()
            del call
            if is_first:
                self._wake(loop)

    def _wake(self, loop: asyncio.AbstractEventLoop) -> None:
        """Have the event loop fetch what is done."""
        try:
            loop.call_soon_threadsafe(self._fetch, loop)
        except RuntimeError:
            # It has been closed, and nobody waits any more.
            with self._lock:
                self._done.pop(loop, None)

    def _fetch(self, loop: asyncio.AbstractEventLoop) -> None:
        with self._lock:
            done = self._done.pop(loop, [])
        for call in done:
            call.settle()

    def _end(self, share: Hashable) -> None:
        self._running[share] -= 1
        self._breadth.ended(share)
        if not self._running[share]:
            del self._running[share]

    def _next(self) -> list[Call]:
        """Those that may begin now; they count as running from here on."""
        found = []
        while (waiting := self._whose_turn()) is not None:
            call = waiting.popleft()
            found.append(call)
            self._running[call.share] += 1
            self._waiting_count -= 1
            del self._waiting[call.share]
            if waiting:
                self._waiting[call.share] = waiting
        return found

    def _whose_turn(self) -> deque[Call] | None:
        """Of those that wait. A thousand may: they are looked through only as long as another tenant may begin."""
        if self._running.total() >= self._count:
            return None
        asked: Iterable[Hashable] = self._waiting
        if self._breadth.full(self._running):
            asked = [share for share in self._running if share in self._waiting]
        return next((self._waiting[share] for share in asked if self._may_begin(share)), None)
