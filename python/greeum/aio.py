"""The same memory for asyncio: every call goes to a worker thread, once, and nothing else is done here.

async with await greeum.aio.open("./memory") as memory:
    await memory.add("I moved to Busan in May.")

`greeum.aio.connect(url, key)` is the same for a memory that a server keeps. Each method is made of the one that it
calls, and has its arguments, its answer and its description: for editors, type checkers and `help()` alike.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial, wraps
from itertools import chain, islice, repeat

from greeum import remote, wiring
from greeum.anchors import Anchors
from greeum.hits import STREAM_SLICES
from greeum.keywords import with_fixed_parts
from greeum.memory import Memory
from greeum.policies import Policies
from greeum.remote import RemoteMemory
from greeum.remote.absent import absent
from greeum.retention import Retention
from greeum.screening import Screening
from greeum.weights import Weights
from greeum.zones import TimeZone

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator
    from typing import Any, Concatenate, NoReturn, ParamSpec, Self, TypeVar

    from greeum.model import Change
    from greeum.rooted import Rooted

    P = ParamSpec("P")
    R = TypeVar("R")
    M = TypeVar("M")
    Run = Callable[..., Coroutine[Any, Any, Any]]


def awaited(method: Callable[Concatenate[Any, P], R]) -> Callable[Concatenate[Any, P], Coroutine[Any, Any, R]]:
    """A method that awaits the one of this name, of what stands behind."""
    name = method.__name__

    @wraps(method)
    async def call(self: Behind, /, *arguments: P.args, **options: P.kwargs) -> R:
        answer: R = await self._run(getattr(self._target, name), *arguments, **options)
        return answer

    return call


def iterated(
    method: Callable[Concatenate[Any, P], Iterator[R]],
) -> Callable[Concatenate[Any, P], AsyncIterator[R]]:
    """The same for `async for`: each slice is read in a worker thread."""
    name = method.__name__

    @wraps(method)
    async def call(self: Behind, /, *arguments: P.args, **options: P.kwargs) -> AsyncIterator[R]:
        found: Iterator[R] = await self._run(getattr(self._target, name), *arguments, **options)
        for size in chain(STREAM_SLICES, repeat(STREAM_SLICES[-1])):
            part: list[R] = await self._run(list, islice(found, size))
            for item in part:
                yield item
            if len(part) < size:
                return

    return call


def gathered(
    method: Callable[Concatenate[Any, P], Iterable[R]],
) -> Callable[Concatenate[Any, P], Coroutine[Any, Any, list[R]]]:
    """The same for what is awaited all at once."""
    name = method.__name__

    @wraps(method)
    async def call(self: Behind, /, *arguments: P.args, **options: P.kwargs) -> list[R]:
        everything: list[R] = await self._run(lambda: [*getattr(self._target, name)(*arguments, **options)])
        return everything

    return call


def opened(by: Callable[P, M], face: Callable[[M], R]) -> Callable[P, Coroutine[Any, Any, R]]:
    """What this opens, behind an awaited face."""

    @wraps(by)
    async def call(*arguments: P.args, **options: P.kwargs) -> R:
        return face(await asyncio.to_thread(partial(by, *arguments, **options)))

    return call


class Behind:
    """What stands behind, and what runs its methods elsewhere."""

    __slots__ = ("_run", "_target")

    def __init__(self, target: object, run: Run) -> None:
        self._target = target
        self._run = run


class AsyncAnchors(Behind):
    """`memory.anchors`, awaited."""

    __slots__ = ()

    set = awaited(Anchors.set)
    move = awaited(Anchors.move)
    pin = awaited(Anchors.pin)
    unpin = awaited(Anchors.unpin)
    clear = awaited(Anchors.clear)
    get = awaited(Anchors.get)
    status = awaited(Anchors.status)


class AsyncPolicies(Behind):
    """`memory.policies`, awaited."""

    __slots__ = ()

    get = awaited(Policies.get)
    set = awaited(Policies.set)


class AsyncRetention(Behind):
    """`memory.retention`, awaited."""

    __slots__ = ()

    set = awaited(Retention.set)
    list = awaited(Retention.list)
    rule = awaited(Retention.rule)
    clear = awaited(Retention.clear)


class AsyncScreening(Behind):
    """`memory.screening`, awaited."""

    __slots__ = ()

    policies = awaited(Screening.policies)
    set = awaited(Screening.set)


class AsyncTimeZone(Behind):
    """`memory.time_zone`, awaited."""

    __slots__ = ()

    get = awaited(TimeZone.get)
    set = awaited(TimeZone.set)


class AsyncWeights(Behind):
    """`memory.weights`, awaited."""

    __slots__ = ()

    get = awaited(Weights.get)
    set = awaited(Weights.set)
    reset = awaited(Weights.reset)


@with_fixed_parts
class Awaited(Behind):
    """What can be awaited of a memory, wherever it is kept."""

    _target: Memory | RemoteMemory | Rooted

    def __init__(self, memory: Memory | RemoteMemory | Rooted, run: Run) -> None:
        super().__init__(memory, run)
        self.anchors = AsyncAnchors(memory.anchors, run)
        self.policies = AsyncPolicies(memory.policies, run)
        self.time_zone = AsyncTimeZone(memory.time_zone, run)
        self.weights = AsyncWeights(memory.weights, run)

    @property
    def retention(self) -> AsyncRetention:
        """`memory.retention`, awaited. Raises Forbidden where a memory is confined."""
        return AsyncRetention(self._target.retention, self._run)

    @property
    def screening(self) -> AsyncScreening:
        """`memory.screening`, awaited. Raises Forbidden where a memory is confined."""
        return AsyncScreening(self._target.screening, self._run)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._run(self._target.close)

    close = awaited(Memory.close)

    add = awaited(Memory.add)
    add_many = awaited(Memory.add_many)
    update = awaited(Memory.update)
    forget = awaited(Memory.forget)
    wipe = awaited(Memory.wipe)
    certificates = awaited(Memory.certificates)
    quarantine = awaited(Memory.quarantine)
    release = awaited(Memory.release)
    roll_back = awaited(Memory.roll_back)
    link = awaited(Memory.link)
    unlink = awaited(Memory.unlink)
    feedback = awaited(Memory.feedback)
    used = awaited(Memory.used)

    search = awaited(Memory.search)
    search_many = awaited(Memory.search_many)
    stream = iterated(Memory.stream)
    context = awaited(Memory.context)
    explain = awaited(Memory.explain)
    get = awaited(Memory.get)
    list = awaited(Memory.list)
    history = awaited(Memory.history)
    count = awaited(Memory.count)
    facets = awaited(Memory.facets)
    namespaces = awaited(Memory.namespaces)
    diff = awaited(Memory.diff)
    links = awaited(Memory.links)
    anchor = awaited(Memory.anchor)
    changes = awaited(Memory.changes)
    stats = awaited(Memory.stats)

    check = awaited(Memory.check)
    repair = awaited(Memory.repair)
    maintain = awaited(Memory.maintain)
    import_ = awaited(Memory.import_)
    import_from = awaited(Memory.import_from)

    export = gathered(Memory.export)

    async def seq(self) -> int:
        """`Memory.seq`."""
        seq: int = await self._run(lambda: self._target.seq)
        return seq


class AsyncMemory(Awaited):
    """A Memory whose methods are awaited. `memory` is the one behind it."""

    def __init__(self, memory: Memory | Rooted, run: Run = asyncio.to_thread) -> None:
        super().__init__(memory, run)
        self.memory = memory

    backup = awaited(Memory.backup)
    drop_backups = awaited(Memory.drop_backups)
    logical_hash = awaited(Memory.logical_hash)
    merge = awaited(Memory.merge)


CALLS_MAX = 64
"""Calls to a server that wait for it at the same time. They wait in threads of their own: asyncio's are as few as there
are processors, and a server is not waited for by the processor."""


class AsyncRemoteMemory(Awaited):
    """A RemoteMemory whose methods are awaited. `memory` is the one behind it."""

    def __init__(self, memory: RemoteMemory) -> None:
        self._threads = ThreadPoolExecutor(CALLS_MAX, "greeum-remote")
        super().__init__(memory, self._wait_for)
        self.memory = memory

    if not TYPE_CHECKING:  # where it would say that there is every attribute

        def __getattr__(self, name: str) -> NoReturn:
            raise absent(self, name)

    async def _wait_for(self, work: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._threads, partial(work, *arguments, **options))

    async def follow(self, after: int = 0) -> AsyncIterator[Change]:
        """The changes of `RemoteMemory.follow`, for `async for`."""
        with self.memory.follow(after) as feed:
            while (change := await self._wait_for(next, feed, None)) is not None:
                yield change


open = opened(wiring.open, AsyncMemory)  # noqa: A001 - as greeum.open
connect = opened(remote.connect, AsyncRemoteMemory)
