"""Threads for calls that wait, shared by all tenants: one whose calls take long cannot hold up the others."""

from __future__ import annotations

import asyncio
from _thread import allocate_lock
from collections import Counter, deque
from concurrent.futures import Future, ThreadPoolExecutor

from greeum.api.problems import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from typing import Any, TypeVar

    T = TypeVar("T")

QUEUE_MAX = 1_024
"""Calls that may wait for a thread: as many as may wait for their answer in a worker by default."""


class Call:
    """Something to do, for whom, and what comes of it."""

    __slots__ = ("arguments", "future", "share", "work")

    def __init__(self, share: Hashable, work: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        self.share = share
        self.work = work
        self.arguments = arguments
        self.future: Future[Any] = Future()

    def run(self) -> None:
        if not self.future.set_running_or_notify_cancel():
            return
        try:
            found = self.work(*self.arguments)
        except BaseException as error:  # noqa: BLE001 - whoever waits for it is told, whatever it is
            self.future.set_exception(error)
        else:
            self.future.set_result(found)


class Threads:
    """A number of threads. Each tenant may have half of those that the others leave, and so of the places to wait in:
    alone one half, beside one that has its half a quarter, and so on. Whoever waits is served in turn with the others.
    """

    def __init__(self, count: int, name: str, *, queue_max: int = QUEUE_MAX) -> None:
        self._count = count
        self._queue_max = queue_max
        self._pool = ThreadPoolExecutor(count, name)
        self._lock = allocate_lock()
        self._running: Counter[Hashable] = Counter()
        self._waiting: dict[Hashable, deque[Call]] = {}
        """Of each tenant that has any, in the order in which they are served next."""
        self._waiting_count = 0

    def begin(self, share: Hashable, work: Callable[..., T], *arguments: Any) -> asyncio.Future[T]:
        """Have it done as soon as it is the turn of this tenant; None is whoever has no share, because all is theirs.
        Raises Problem if the tenant has too much waiting already.
        """
        call = Call(share, work, arguments)
        with self._lock:
            begins = self._may_begin(share)
            if begins:
                self._running[share] += 1
            else:
                self._wait(call)
        if begins:
            self._pool.submit(self._run, call)
        return asyncio.wrap_future(call.future)

    def close(self) -> None:
        """Wait for what runs and for what waits."""
        self._pool.shutdown()

    def _may_begin(self, share: Hashable) -> bool:
        running = self._running
        total, own = running.total(), running[share]
        return total < self._count and own < max(1, (self._count - total + own) // 2)

    def _wait(self, call: Call) -> None:
        waiting = self._waiting.setdefault(call.share, deque())
        others = self._waiting_count - len(waiting)
        if call.share is not None and len(waiting) >= max(1, (self._queue_max - others) // 2):
            raise Problem("unavailable", "Too many requests for this memory wait already; try again")
        waiting.append(call)
        self._waiting_count += 1

    def _run(self, call: Call) -> None:
        """Do it, and whatever may be done after it."""
        begun = [call]
        while begun:
            call = begun.pop()
            for other in begun:
                self._pool.submit(self._run, other)
            call.run()
            with self._lock:
                self._end(call.share)
                begun = self._next()

    def _end(self, share: Hashable) -> None:
        self._running[share] -= 1
        if not self._running[share]:
            del self._running[share]

    def _next(self) -> list[Call]:
        """Those that may begin now that one has ended; they count as running from here on."""
        found = []
        for share in list(self._waiting):
            if self._may_begin(share):
                waiting = self._waiting.pop(share)
                found.append(waiting.popleft())
                self._running[share] += 1
                self._waiting_count -= 1
                if waiting:
                    self._waiting[share] = waiting
        return found
