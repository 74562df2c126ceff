"""Short calls that the event loop makes itself, several in a row."""

from __future__ import annotations

import asyncio
from collections import deque
from time import perf_counter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    T = TypeVar("T")

ROW_S = 0.003
"""How long calls are made one after the other, before any of them is answered. A search takes the processor's caches
for itself, so that all of Python around it runs at half its speed afterwards: the requests that came together are read
before, and answered after, several searches. Twenty searches of 10,000 blocks go into a row, and with 64 connections
what a search costs beside itself is a sixth less than with eight. The first in a row waits for the last, and whoever
comes meanwhile waits for all: where searches take longer, fewer are made."""


class Turns:
    """The calls that wait for the event loop to make them, in the order in which they came."""

    def __init__(self, clock: Callable[[], float] = perf_counter) -> None:
        self._waiting: deque[tuple[asyncio.Future[Any], Callable[..., Any], tuple[Any, ...]]] = deque()
        self._clock = clock

    def take(self, work: Callable[..., T], *arguments: Any) -> asyncio.Future[T]:
        """Have it called when what else the event loop has to do now is done; what it returns, or raises."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        if not self._waiting:
            loop.call_soon(self._run, loop)
        self._waiting.append((future, work, arguments))
        return future

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        waiting = self._waiting
        ends_s = self._clock() + ROW_S
        for _ in range(len(waiting)):
            future, work, arguments = waiting.popleft()
            if not future.done():
                settle(future, work, arguments)
            if self._clock() >= ends_s:
                break
        if waiting:
            # After the answers to those before.
            loop.call_soon(self._run, loop)


def settle(future: asyncio.Future[Any], work: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    try:
        found = work(*arguments)
    except BaseException as error:  # noqa: BLE001 - whoever waits is told, also of a panic of the core
        future.set_exception(error)
    else:
        future.set_result(found)
