"""Group commit: many threads write, one of them commits for all who wait, with one sync.

There is no thread of its own. Whoever finds nobody at work leads: it takes all that is queued, runs it as one
transaction, hands each its result, and passes the lead to the first of those who came meanwhile. It knows nothing
of transactions; it is given the function that runs one.
"""

from __future__ import annotations

from _thread import allocate_lock

from greeum.errors import StoreClosed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    from apsw import Connection

    T = TypeVar("T")

COMPANY_WAIT_S = 0.002
"""How long a leader waits for the company of the last batch: they have just been woken, and 64 threads need about a
millisecond to come back, whereas starting without them costs them a sync each."""


class Request:
    """One change, the thread that waits for it, and what came of it."""

    __slots__ = ("error", "leads", "result", "settled", "wake", "work")

    def __init__(self, work: Callable[[Connection], Any]) -> None:
        self.work = work
        self.result: Any = None
        self.error: Exception | None = None
        self.settled = False
        """The result is durable, or the error is final."""
        self.leads = False
        self.wake = allocate_lock()
        self.wake.acquire()


class Committer:
    """Runs changes from any number of threads in batches.

    `transact` runs a batch as one transaction and settles every request in it. If it is interrupted (Ctrl-C), what it
    has not settled must not have happened, and will be run again.
    """

    def __init__(self, transact: Callable[[list[Request]], None]) -> None:
        self._transact = transact
        self._mutex = allocate_lock()
        self._queue: list[Request] = []
        self._leading = False
        self._closed = False
        self._company = 1
        """How many were settled by the last batch."""
        self._expected = 0
        """How long the queue must be to let a waiting leader go; 0 if none waits."""
        self._gathered = allocate_lock()
        self._gathered.acquire()
        self._drained = allocate_lock()
        self._drained.acquire()

    def run(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in the next transaction; its result, once that is durable. Raises what `work` raised."""
        request = Request(work)
        try:
            self._line_up(request)
            if request.leads:
                self._lead(request)
        finally:
            if not request.settled:
                self._withdraw(request)
        if request.error is not None:
            raise request.error
        result: T = request.result
        return result

    def close(self) -> None:
        """Refuse what comes from now on, and wait for what has come."""
        with self._mutex:
            self._closed = True
            if not self._leading:
                return
        with self._drained:
            return

    def _line_up(self, request: Request) -> None:
        with self._mutex:
            if self._closed:
                raise StoreClosed("this memory has been closed; open it again")
            self._queue.append(request)
            if not self._leading:
                self._leading = request.leads = True
                return
            if len(self._queue) == self._expected:
                self._expected = 0
                self._gathered.release()
        request.wake.acquire()

    def _lead(self, request: Request) -> None:
        batch: list[Request] = []
        try:
            self._gather()
            with self._mutex:
                batch, self._queue = self._queue, batch
            self._transact(batch)
        finally:
            self._pass_on(batch, request)

    def _gather(self) -> None:
        """If the last batch had company, wait a moment for it to come back."""
        with self._mutex:
            if len(self._queue) >= self._company:
                return
            self._expected = self._company
        came = self._gathered.acquire(timeout=COMPANY_WAIT_S)
        with self._mutex:
            self._expected = 0
            if not came:
                self._gathered.acquire(blocking=False)  # the last of them came between the timeout and here

    def _pass_on(self, batch: list[Request], leader: Request) -> None:
        """Wake everyone whose change is settled, and give the lead to the first of the others."""
        leader.leads = False
        settled = [request for request in batch if request.settled]
        self._company = len(settled)
        with self._mutex:
            self._queue[:0] = [request for request in batch if not request.settled and request is not leader]
            heir = self._appoint()
        for request in settled:
            request.wake.release()
        if heir is not None:
            heir.wake.release()

    def _appoint(self) -> Request | None:
        if not self._queue:
            self._leading = False
            if self._closed:
                self._drained.release()
            return None
        self._queue[0].leads = True
        return self._queue[0]

    def _withdraw(self, request: Request) -> None:
        """The thread is leaving without a result (Ctrl-C): nobody may wait for it, least of all for its lead."""
        with self._mutex:
            if request in self._queue:
                self._queue.remove(request)
            heir = self._appoint() if request.leads else None
            request.leads = False
        if heir is not None:
            heir.wake.release()
