"""What the calls of one process share: who lets them in, where they run, and who notes that they were made."""

from __future__ import annotations

import asyncio
import os
from itertools import count
from weakref import WeakKeyDictionary

from greeum.api import policy
from greeum.api.http import REQUEST_ID
from greeum.api.problems import Problem, problem_of
from greeum.api.threads import Threads
from greeum.api.turns import Turns
from greeum.api.watch import Watch
from greeum.problems import of_the_machine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from typing import Any, TypeVar

    from greeum import Memory
    from greeum.api.authentication import Authentication, Visitor
    from greeum.api.health import Health
    from greeum.api.hosts import Hosts
    from greeum.api.http import Headers, Scope
    from greeum.api.logs import AccessLog
    from greeum.api.metrics import Metrics
    from greeum.api.rate import Rates
    from greeum.api.tracing import Tracer
    from greeum.rooted import Rooted

    T = TypeVar("T")

THREADS = 64
"""Calls that wait at the same time, for the disk as a rule. Half may be one tenant's: as many adds share one sync."""

LONG_THREADS = 16
"""Calls that may take minutes, such as imports, at the same time. Mostly they wait for more of a body, or the disk."""

AT_ONCE_S_MAX = 0.001
"""How long the event loop may be kept by one search. To hand it to a thread and back takes 30 µs of processor time, as
much as all the rest of a request; a search that takes longer than this is not to hold up everybody else."""

TRY_AGAIN_AFTER = 64
"""After so many calls in threads one is made at once again, to see whether that has become quick."""


class Pace:
    """Whether searches have been quick enough lately to be made at once. Most of them count, not the mean of all, which
    a few that the machine has interrupted would spoil.
    """

    def __init__(self) -> None:
        self._usual_s = AT_ONCE_S_MAX / 2
        """Follows the median: a step up for each call that takes longer, a step down for each that does not."""
        self._passed = 0

    def note(self, seconds: float) -> None:
        """One that was made at once took so long."""
        if seconds > self._usual_s:
            self._usual_s = min(self._usual_s * 1.1, AT_ONCE_S_MAX * 1.3)
        else:
            self._usual_s = max(self._usual_s * 0.9, AT_ONCE_S_MAX / 100)

    def allows(self) -> bool:
        if self._usual_s <= AT_ONCE_S_MAX:
            return True
        self._passed += 1
        return self._passed % TRY_AGAIN_AFTER == 0


class Worker:
    """One for each process, or for each application of it."""

    def __init__(
        self,
        door: Authentication,
        *,
        log: AccessLog,
        metrics: Metrics,
        tracer: Tracer,
        health: Health,
        hosts: Hosts,
        rates: Rates,
        page: bytes | None,
        description: Callable[[], bytes],
    ) -> None:
        self.door = door
        self.log = log
        self.metrics = metrics
        self.tracer = tracer
        self.health = health
        self._paces: WeakKeyDictionary[Memory | Rooted, Pace] = WeakKeyDictionary()
        self.loop: asyncio.AbstractEventLoop
        """That of the last call that may take minutes: its thread asks it for more of the body."""
        self.page = b"" if page is None else page
        self.description = description
        """Makes the OpenAPI document, once."""
        self._hosts = hosts
        self._rates = rates
        self.turns = Turns()
        self._short = Threads(THREADS, "greeum-call")
        self._long = Threads(LONG_THREADS, "greeum-long")
        self._watches: dict[int, Watch] = {}
        """By the id of the memory that each holds."""
        self._ids = count(1)
        self._id_prefix = os.urandom(5).hex()

    # Letting in.

    def request_id(self, given: bytes | None) -> str:
        """The caller's, if it may be one; else one of ours."""
        if given is not None and REQUEST_ID.fullmatch(given):
            return given.decode("ascii")
        return f"{self._id_prefix}-{next(self._ids):x}"

    def check_host(self, scope: Scope, headers: dict[bytes, bytes]) -> None:
        """Raises Problem if this server does not answer to the name, to a page of another, or to who is elsewhere."""
        refusal = self._hosts.refusal_of(scope.get("client"))
        refusal = refusal or self._hosts.refusal(headers.get(b"host"), headers.get(b"origin"))
        if refusal is not None:
            raise Problem("misdirected" if refusal.status == 421 else "forbidden", refusal.detail)

    async def enter(self, credential: str | None) -> Visitor:
        """Who this is; `door.leave` must follow. Raises Unauthenticated, or what opening a memory raises."""
        visitor = self.door.enter_at_once(credential)
        if visitor is not None:
            return visitor
        # Whose memory it opens is known to the door alone; a credential stands for its tenant well enough.
        entering = self._short.begin(credential, self.door.enter, credential)
        try:
            return await asyncio.shield(entering)
        except asyncio.CancelledError:
            # The thread goes on, and comes in for somebody who has gone: the memory would be kept open for ever.
            entering.add_done_callback(self._leave_again)
            raise

    def _leave_again(self, entering: asyncio.Future[Visitor]) -> None:
        if not entering.cancelled() and entering.exception() is None:
            self.door.leave(entering.result())

    def admit(self, visitor: Visitor, operation_id: str) -> Headers:
        """Count it against the key's rate; what an answer is to say of that. Raises Forbidden, or Problem."""
        policy.allow(visitor, operation_id)
        if visitor.rate is None or visitor.key_id is None:
            return []
        allowance = self._rates.take(visitor.key_id, visitor.rate)
        if not allowance.allowed:
            detail = f"This key may make {allowance.limit} requests in {allowance.window_s} s; try again"
            raise Problem("rate-limited", detail, headers=allowance.headers())
        return allowance.headers()

    # Running.

    async def run(self, share: Hashable, work: Callable[..., T], *arguments: Any) -> T:
        """What it returns, or raises, in a thread of those that are whose `share` this is: see `Visitor.share`."""
        return await self._short.begin(share, work, *arguments)

    async def run_long(self, share: Hashable, work: Callable[..., T], *arguments: Any) -> T:
        """The same, for what may take minutes."""
        self.loop = asyncio.get_running_loop()
        return await self._long.begin(share, work, *arguments)

    def watch_of(self, visitor: Visitor) -> Watch:
        """The one that looks at this visitor's memory."""
        memory = visitor.memory
        watch = self._watches.get(id(memory))
        if watch is None:
            watch = self._watches[id(memory)] = Watch(memory, self, visitor.share)
        return watch

    def pace_of(self, visitor: Visitor) -> Pace:
        """How quick searches of this visitor's memory are."""
        pace = self._paces.get(visitor.memory)
        if pace is None:
            pace = self._paces[visitor.memory] = Pace()
        return pace

    def forget_watch(self, watch: Watch) -> None:
        if self._watches.get(id(watch.memory)) is watch:
            del self._watches[id(watch.memory)]

    # Noting.

    def problem_of(self, error: Exception, request_id: str, operation_id: str) -> Problem:
        """The problem to answer with; what nobody raised on purpose goes to the log, and what callers are not told."""
        problem = problem_of(error)
        if problem.name == "internal":
            self.log.failed(request_id, operation_id, error)
        elif of_the_machine(error) is not None:
            self.log.failed(request_id, operation_id, error, reason=str(error))
        return problem

    def close(self) -> None:
        """Wait for what runs, and close the door."""
        self._short.close()
        self._long.close()
        self.door.close()
