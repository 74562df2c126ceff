"""The same memory for asyncio: every call goes to a worker thread, once, and nothing else is done here.

async with await greeum.aio.open("./memory") as memory:
    await memory.add("I moved to Busan in May.")

`greeum.aio.connect(url, key)` is the same for a memory that a server keeps.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import chain, islice, repeat

from greeum import wiring
from greeum.finding import STREAM_SLICES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine
    from typing import Any, Self

    from greeum.memory import Memory
    from greeum.model import Change, Hit
    from greeum.remote import RemoteMemory

    Run = Callable[..., Coroutine[Any, Any, Any]]

METHODS = frozenset(
    ("add", "add_many", "anchor", "backup", "certificates", "changes", "check", "close", "context", "count", "diff",
     "drop_backups", "explain", "facets", "feedback", "forget", "get", "history", "import_", "import_from", "link",
     "links", "list", "logical_hash", "maintain", "merge", "namespaces", "quarantine", "release", "repair", "roll_back",
     "search", "search_many", "stats", "unlink", "update", "used", "wipe")
)  # fmt: skip
"""What `AsyncMemory` offers: the methods of Memory that wait for the disk or for the processor."""

ANCHOR_METHODS = frozenset(("clear", "get", "move", "pin", "set", "status", "unpin"))

RETENTION_METHODS = frozenset(("clear", "list", "rule", "set"))

WEIGHTS_METHODS = frozenset(("get", "reset", "set"))


async def open(path: str | None = None, **options: Any) -> AsyncMemory:  # noqa: A001 - as greeum.open
    """As `greeum.open`."""
    return AsyncMemory(await asyncio.to_thread(partial(wiring.open, path, **options)))


async def connect(url: str, key: str | None = None, **options: Any) -> AsyncRemoteMemory:
    """As `greeum.connect`."""
    from greeum import remote

    return AsyncRemoteMemory(await asyncio.to_thread(partial(remote.connect, url, key, **options)))


class Delegate:
    """Calls the methods of `target` that are named, each in a worker thread as `run` does it."""

    def __init__(self, target: object, names: frozenset[str], run: Run = asyncio.to_thread) -> None:
        self._target = target
        self._names = names
        self._run = run

    def __getattr__(self, name: str) -> Callable[..., Coroutine[Any, Any, Any]]:
        if name.startswith("_") or name not in self._names:
            raise AttributeError(f"there is no {name!r} here; there are {', '.join(sorted(self._names))}")
        return partial(self._run, getattr(self._target, name))

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._names]


class AsyncMemory(Delegate):
    """A Memory whose methods are awaited. `memory` is the one behind it."""

    def __init__(self, memory: Memory | RemoteMemory, run: Run = asyncio.to_thread) -> None:
        super().__init__(memory, METHODS, run)
        self.memory = memory
        self.anchors = Delegate(memory.anchors, ANCHOR_METHODS, run)
        self.weights = Delegate(memory.weights, WEIGHTS_METHODS, run)

    @property
    def retention(self) -> Delegate:
        """`Memory.retention`, awaited. Raises Forbidden where a memory is confined."""
        target: Any = self.memory
        return Delegate(target.retention, RETENTION_METHODS, self._run)

    async def stream(self, query: str, **options: Any) -> AsyncIterator[Hit]:
        """The hits of `Memory.stream`, for `async for`: each slice is read in a worker thread."""
        hits = await self._run(partial(self.memory.stream, query, **options))
        for size in chain(STREAM_SLICES, repeat(STREAM_SLICES[-1])):
            part = await self._run(list, islice(hits, size))
            for hit in part:
                yield hit
            if len(part) < size:
                return

    async def seq(self) -> int:
        """`Memory.seq`."""
        seq: int = await self._run(lambda: self.memory.seq)
        return seq

    async def export(self) -> list[str]:
        """The lines of `Memory.export`, all at once."""
        lines: list[str] = await self._run(lambda: list(self.memory.export()))
        return lines

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._run(self.memory.close)


CALLS_MAX = 64
"""Calls to a server that wait for it at the same time. They wait in threads of their own: asyncio's are as few as there
are processors, and a server is not waited for by the processor."""


class AsyncRemoteMemory(AsyncMemory):
    """A RemoteMemory whose methods are awaited. `memory` is the one behind it."""

    memory: RemoteMemory

    def __init__(self, memory: RemoteMemory) -> None:
        self._threads = ThreadPoolExecutor(CALLS_MAX, "greeum-remote")
        super().__init__(memory, self._wait_for)

    async def _wait_for(self, work: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._threads, partial(work, *arguments, **options))

    async def follow(self, after: int = 0) -> AsyncIterator[Change]:
        """The changes of `RemoteMemory.follow`, for `async for`."""
        with self.memory.follow(after) as feed:
            while (change := await self._wait_for(next, feed, None)) is not None:
                yield change
