"""Short calls that the event loop makes itself, several in a row."""

from __future__ import annotations

import asyncio
from collections import deque

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    T = TypeVar("T")

IN_A_ROW = 8
"""Calls that are made one after the other, before any of them is answered. A search takes the processor's caches for
itself, so that all of Python around it runs at half its speed afterwards: the requests that came together are read
before, and answered after, several searches. With 64 connections, what a search costs beside itself, without sockets,
is 55 µs with 8 in a row, 52 µs with 16 and 49 µs with 32; but each more lets the first of them wait longer."""


class Turns:
    """The calls that wait for the event loop to make them, in the order in which they came."""

    def __init__(self) -> None:
        self._waiting: deque[tuple[asyncio.Future[Any], Callable[..., Any], tuple[Any, ...]]] = deque()

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
        for _ in range(min(len(waiting), IN_A_ROW)):
            future, work, arguments = waiting.popleft()
            if not future.done():
                settle(future, work, arguments)
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
