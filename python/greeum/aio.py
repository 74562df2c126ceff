"""The same memory for asyncio: every call goes to a worker thread, once, and nothing else is done here.

async with await greeum.aio.open("./memory") as memory:
    await memory.add("I moved to Busan in May.")
"""

from __future__ import annotations

import asyncio
from functools import partial

from greeum import wiring

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

    from greeum.memory import Memory

METHODS = frozenset(
    ("add", "add_many", "anchor", "check", "close", "forget", "get", "history", "import_", "link", "links", "list",
     "search", "search_many", "stats", "unlink", "update")
)  # fmt: skip
"""What `AsyncMemory` offers: the methods of Memory that wait for the disk or for the processor."""

ANCHOR_METHODS = frozenset(("clear", "get", "move", "pin", "set", "status", "unpin"))


async def open(path: str | None = None, **options: Any) -> AsyncMemory:  # noqa: A001 - as greeum.open
    """As `greeum.open`."""
    return AsyncMemory(await asyncio.to_thread(partial(wiring.open, path, **options)))


class Delegate:
    """Calls the methods of `target` that are named, each in a worker thread."""

    def __init__(self, target: object, names: frozenset[str]) -> None:
        self._target = target
        self._names = names

    def __getattr__(self, name: str) -> Callable[..., Coroutine[Any, Any, Any]]:
        if name.startswith("_") or name not in self._names:
            raise AttributeError(f"there is no {name!r} here; there are {', '.join(sorted(self._names))}")
        return partial(asyncio.to_thread, getattr(self._target, name))


class AsyncMemory(Delegate):
    """A Memory whose methods are awaited. `memory` is the one behind it."""

    def __init__(self, memory: Memory) -> None:
        super().__init__(memory, METHODS)
        self.memory = memory
        self.anchors = Delegate(memory.anchors, ANCHOR_METHODS)

    async def export(self) -> list[str]:
        """The lines of `Memory.export`, all at once."""
        return await asyncio.to_thread(lambda: list(self.memory.export()))

    async def __aenter__(self) -> AsyncMemory:
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self.memory.close)
