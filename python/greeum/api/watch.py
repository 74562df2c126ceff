"""Whoever follows a memory's changes is told of them; the memory is asked once for all of its followers."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from time import monotonic

from msgspec.json import encode

from greeum.errors import GreeumError, StoreFailed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator

    from greeum import Memory
    from greeum.api.authentication import Visitor
    from greeum.api.worker import Worker
    from greeum.model import Change
    from greeum.rooted import Rooted

POLL_PERIOD_S = 0.05
"""How often to look for changes, also those of other processes: they are sent within a tenth of a second."""

CONFIRM_PERIOD_S = 0.5
"""How often to ask whether the followers' keys still hold: a revoked one is to be out within a second."""

HEARTBEAT_PERIOD_S = 15.0
"""How often to say something when there is nothing to say: proxies cut what is silent for half a minute or more."""

CHANGES_PER_STEP = 1_000
"""Changes read at once; a follower who is behind by more reads on in further steps."""


class Follower:
    """One who follows, asleep for most of the time."""

    __slots__ = ("_sleep", "error", "heard_at_s", "visitor")

    def __init__(self, visitor: Visitor) -> None:
        self.visitor = visitor
        self.error: GreeumError | None = None
        """Why it may not go on."""
        self.heard_at_s = monotonic()
        """When it was last sent something."""
        self._sleep: asyncio.Future[None] | None = None

    async def sleep(self) -> None:
        """Until there is something to do."""
        self._sleep = asyncio.get_running_loop().create_future()
        await self._sleep

    def wake(self, *_: object) -> None:
        if self._sleep is not None and not self._sleep.done():
            self._sleep.set_result(None)

    @property
    def is_due(self) -> bool:
        """Whether it is time for a heartbeat."""
        return monotonic() - self.heard_at_s >= HEARTBEAT_PERIOD_S


class Watch:
    """Looks at one memory as long as somebody follows it."""

    def __init__(self, memory: Memory | Rooted, worker: Worker, share: Hashable = None) -> None:
        self.memory = memory
        self.seq: int = memory.seq
        self._worker = worker
        self._share = share
        self._first = self.seq + 1
        """The seq of the first of the newest changes."""
        self._newest: list[bytes] = []
        """Those that came last, each as an event: for followers who are not behind."""
        self._followers: set[Follower] = set()
        self._task = asyncio.create_task(self._look())

    @contextmanager
    def following(self, visitor: Visitor) -> Iterator[Follower]:
        """Take part in it."""
        follower = Follower(visitor)
        self._followers.add(follower)
        try:
            yield follower
        finally:
            self._followers.discard(follower)
            if not self._followers:
                self._task.cancel()
                self._worker.forget_watch(self)

    async def events_after(self, after: int) -> tuple[bytes, int]:
        """Events of the next changes, and the seq of the last of them; none if there are none yet. Raises LogCut."""
        if after >= self.seq:
            return b"", after
        if after + 1 >= self._first:
            return b"".join(self._newest[after + 1 - self._first :]), self.seq
        changes = await self._worker.run(self._share, read, self.memory, after)
        return b"".join(map(event_of, changes)), changes[-1].seq if changes else after

    async def _look(self) -> None:
        confirmed_at_s = monotonic()
        while True:
            await asyncio.sleep(POLL_PERIOD_S)
            try:
                await self._step()
            except Exception as error:  # noqa: BLE001 - whatever it is, followers must hear of it
                self._worker.forget_watch(self)
                self._end(self._followers, self._told(error))
                return
            if monotonic() - confirmed_at_s >= CONFIRM_PERIOD_S:
                confirmed_at_s = monotonic()
                self._confirm()

    async def _step(self) -> None:
        # Asking takes microseconds and waits for nobody: a thread would cost more.
        if self.memory.seq > self.seq:
            changes = await self._worker.run(self._share, read, self.memory, self.seq)
            if changes:
                self._first, self._newest = changes[0].seq, list(map(event_of, changes))
                self.seq = changes[-1].seq
            for follower in list(self._followers):
                follower.wake()
        elif self._worker.health.stopping.is_set():
            for follower in list(self._followers):
                follower.wake()

    def _told(self, error: Exception) -> GreeumError:
        """What followers hear of it; what nobody raised on purpose goes to the log."""
        if isinstance(error, GreeumError):
            return error
        self._worker.log.failed(self._worker.request_id(None), "changes", error)
        return StoreFailed("the changes can no longer be read; connect again")

    def _confirm(self) -> None:
        """Wake those whose key has been revoked, and those to whom something must be said."""
        for follower in list(self._followers):
            try:
                self._worker.door.confirm(follower.visitor)
            except GreeumError as error:
                self._end([follower], error)
            if follower.is_due:
                follower.wake()

    def _end(self, followers: Iterable[Follower], error: GreeumError) -> None:
        for follower in list(followers):
            follower.error = error
            follower.wake()


def read(memory: Memory | Rooted, after: int) -> list[Change]:
    return memory.changes(after, limit=CHANGES_PER_STEP)


def event_of(change: Change) -> bytes:
    return b"id: %d\nevent: change\ndata: %b\n\n" % (change.seq, encode(change.to_dict()))
