"""Who calls: whose memory a request is about, and what it may do there."""

from __future__ import annotations

from threading import Lock
from typing import Protocol

from greeum.errors import Forbidden, StoreClosed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    from greeum.mcp.tools.tool import AnyMemory
    from greeum.memory import Memory

    T = TypeVar("T")


class Caller(Protocol):
    """Known anew for every request, so that no request can see the memory of another."""

    is_local: bool
    """On this machine, as its owner: may be told what concerns the machine."""

    @property
    def memory(self) -> AnyMemory:
        """May have to be opened first, which raises what that raises."""
        ...

    def allow(self, operation: str, *, reads: bool) -> None:
        """Raises Forbidden if the caller may not do this."""
        ...

    async def run(self, work: Callable[[Any], T]) -> T:
        """What comes of asking the memory, in a thread."""
        ...


class Local:
    """Whoever started this process, over one memory that is opened when it is first needed, or `opened` before."""

    is_local = True

    def __init__(self, open_memory: Callable[[], Memory], *, read_only: bool) -> None:
        self._open = open_memory
        self._read_only = read_only
        self._lock = Lock()
        self._memory: Memory | None = None
        self._is_closed = False

    @property
    def memory(self) -> Memory:
        """What could not be opened is tried again with each request: the reason may be gone by then."""
        with self._lock:
            if self._is_closed:
                raise StoreClosed("this memory is closed: the conversation has ended")
            if self._memory is None:
                self._memory = self._open()
            return self._memory

    async def run(self, work: Callable[[Any], T]) -> T:
        from anyio import to_thread

        return await to_thread.run_sync(lambda: work(self.memory))

    def allow(self, operation: str, *, reads: bool) -> None:
        if self._read_only and not reads:
            raise Forbidden(f"{operation} changes something, and this server was started with --read-only")

    def close(self) -> None:
        """Close it if it was opened. A second call does nothing."""
        with self._lock:
            self._is_closed = True
            if self._memory is not None:
                self._memory.close()
                self._memory = None
