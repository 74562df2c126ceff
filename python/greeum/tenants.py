"""The memories of a server's tenants, each in a directory of its own: opened when somebody comes, closed when others
need the room.
"""

from __future__ import annotations

import logging
import os
import sys
from _thread import allocate_lock
from collections import OrderedDict
from math import inf
from time import monotonic

from greeum.errors import GreeumError, StoreBusy, StoreClosed
from greeum.rooted import Rooted
from greeum.settings import Settings
from greeum.store import files
from greeum.store.files import DATABASE_FILE, MAINTAIN_LOCK_FILE, Claim
from greeum.wiring import embedder_of
from greeum.wiring import open as open_memory

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from greeum.embed.protocol import Embedder
    from greeum.errors import StoreFailed
    from greeum.memory import Memory

OPEN_MAX = 1_024
"""Memories open at once in one process. One of 100 blocks takes some 0.5 MB and is opened in some 3 ms: a thousand
tenants that are busy at the same time should find theirs open, and half a gigabyte is what that may take."""

FILES_EACH = 8
"""Files that an open memory holds: five, with one connection that reads and the one that writes, and two more for each
thread that read at the same time."""

OPEN_WAIT_S = 2.0
"""How long to wait while somebody else opens or closes a memory. It takes milliseconds, unless an index is built anew
from many blocks; after this, nobody waits any more until it is done, or they would keep the threads that others need.
"""

LOOK_PERIOD_S = 5.0
"""How often it is looked whether an open memory is still that of its directory: one that was put there is opened in its
stead. Until then the memory itself refuses to answer."""

PARTS_MAX = 1_024
"""Views of one memory that are kept, of some 1,000 bytes each: one for each key."""

TENANTS_DIRECTORY = "tenants"
"""Where the tenants' memories lie, below the directory of a server."""

LOG = logging.getLogger(__name__)


class Tenant:
    """One tenant's place: its memory while it is open, and how many are inside."""

    __slots__ = ("_file", "_looked_at_s", "_path", "is_slow", "lock", "memory", "name", "parts", "visitors")

    def __init__(self, name: str, path: str) -> None:
        self.name = name
        self._path = path
        """Of its database."""
        self._file: tuple[int, int] | None = None
        """Which file was there when the memory was opened."""
        self._looked_at_s = -inf
        self.memory: Memory | None = None
        self.parts: dict[tuple[str, str, float], Memory | Rooted] = {}
        """Of the open memory, by the namespace that each is confined to, and who writes through it, how far trusted."""
        self.visitors = 0
        self.lock = allocate_lock()
        """Held by whoever opens or closes the memory."""
        self.is_slow = False
        """Somebody has waited for it in vain."""

    def part(self, namespace: str, origin: str = "", trust: float = 1.0) -> Memory | Rooted:
        """The memory, confined to a namespace ("" is all of it), for somebody whose writes carry an origin and a trust
        as in `Memory.through`. For those who are inside.
        """
        found = self.parts.get((namespace, origin, trust))
        return found if found is not None else self._new_part(namespace, origin, trust)

    def _new_part(self, namespace: str, origin: str, trust: float) -> Memory | Rooted:
        if self.memory is None:
            raise StoreClosed("this server is shutting down")
        if len(self.parts) >= PARTS_MAX:
            self.parts.clear()
        memory = self.memory.through(origin, trust) if origin or trust < 1 else self.memory
        part = self.parts[namespace, origin, trust] = Rooted(memory, namespace) if namespace else memory
        return part

    def put(self, memory: Memory) -> None:
        """This is the memory that is open from now on."""
        self._file, self._looked_at_s = files.identity(self._path), monotonic()
        self.memory = memory

    def is_in_place(self) -> bool:
        """Whether the open memory is that of its directory: it may have been removed, or a backup be there now."""
        now_s = monotonic()
        if now_s - self._looked_at_s > LOOK_PERIOD_S:
            if files.identity(self._path) != self._file:
                return False
            self._looked_at_s = now_s
        return True

    def moved(self) -> StoreFailed | None:
        """What to tell those who come, if there is nothing to open in place of the memory that was removed."""
        return None if os.path.exists(self._path) else files.moved(self._path)

    def take(self) -> Memory | None:
        """The memory, to be closed: from now on there is none here."""
        memory, self.memory = self.memory, None
        self.parts = {}
        return memory


class Tenants:
    """The memories below `directory`, by name, of which at most `open_max` are open at once.

    A memory stays open while somebody is inside; of the others the one that was left alone longest is closed first.
    `embedder` makes the vectors of all (default: the one that the environment asks for). `open_max` is OPEN_MAX by
    default, or as many as this process may have files for.
    """

    def __init__(self, directory: str, *, embedder: Embedder | None = None, open_max: int | None = None) -> None:
        self._directory = os.path.abspath(directory)
        self._embedder = embedder_of(Settings()) if embedder is None else embedder
        self.open_max = open_max_here() if open_max is None else open_max
        self._lock = allocate_lock()
        self._places: OrderedDict[str, Tenant] = OrderedDict()
        """By name; whoever was visited last stands last."""
        self._taken = 0
        """Memories that are open, or being opened or closed."""
        self._closed = False

    @property
    def open_count(self) -> int:
        """How many memories are open."""
        return self._taken

    def enter_at_once(self, name: str) -> Tenant | None:
        """As `enter`, if the memory is open already; else None. Waits for nothing."""
        with self._lock:
            place = self._places.get(name)
            if place is None or place.memory is None:
                return None
            self._places.move_to_end(name)
            place.visitors += 1
        if place.is_in_place():
            return place
        self.leave(place)
        return None

    def enter(self, name: str) -> Tenant:
        """The place of this tenant, whose memory is open until `leave`. The name must be that of a tenant.

        Raises StoreBusy if all the memories that may be open are in use, StoreFailed if the directory was removed while
        its memory was open (one that was put in its place is opened), or what opening a memory raises.
        """
        with self._lock:
            if self._closed:
                raise StoreClosed("this server is shutting down")
            place = self._places.get(name)
            if place is None:
                path = os.path.join(self._directory, name, DATABASE_FILE)
                place = self._places[name] = Tenant(name, path)
            self._places.move_to_end(name)
            place.visitors += 1
        try:
            self._open(place)
        except BaseException:
            self.leave(place)
            raise
        return place

    def _open(self, place: Tenant) -> None:
        """See to it that the memory is open; of those who come at once, one opens it."""
        if not place.lock.acquire(timeout=0 if place.is_slow else OPEN_WAIT_S):
            place.is_slow = True
            raise StoreBusy("this memory is still being opened; try again")
        try:
            if place.memory is not None and not place.is_in_place():
                self._let_go(place)
            if place.memory is None:
                place.put(self._opened(place.name))
        finally:
            place.is_slow = False
            place.lock.release()

    def _let_go(self, place: Tenant) -> None:
        """Close a memory in whose place there is another now. Raises StoreFailed if there is none, so that nobody is
        given an empty one unawares, and StoreBusy while others are inside.
        """
        error = place.moved()
        if error is not None:
            raise error
        with self._lock:
            if place.visitors > 1:
                raise StoreBusy("this memory was replaced, and is opened anew when those inside have left; try again")
            memory = place.take()
            self._taken -= 1
        self._close_well(place.name, memory)

    def leave(self, place: Tenant) -> None:
        """One who was inside has gone."""
        with self._lock:
            place.visitors -= 1
            self._forget_if_empty(place)

    def _forget_if_empty(self, place: Tenant) -> None:
        if place.visitors == 0 and place.memory is None and self._places.get(place.name) is place:
            del self._places[place.name]

    def _opened(self, name: str) -> Memory:
        idle = self._make_room()
        try:
            if idle is not None:
                self._close(*idle)
            return open_memory(os.path.join(self._directory, name), embedder=self._embedder)
        except BaseException:
            with self._lock:
                self._taken -= 1
            raise

    def each(self) -> Iterator[Memory]:
        """Every memory there is, one after the other, for whoever looks after them; raises StoreBusy if another process
        does. Those that are closed are opened for it alone, so that none that is in use is closed for them.
        """
        if not os.path.isdir(self._directory):
            return
        with Claim(os.path.join(self._directory, MAINTAIN_LOCK_FILE)):
            for name in sorted(os.listdir(self._directory)):
                place = self.enter_at_once(name)
                if place is not None:
                    try:
                        if place.memory is not None:
                            yield place.memory
                    finally:
                        self.leave(place)
                elif os.path.isfile(os.path.join(self._directory, name, DATABASE_FILE)):
                    yield from self._opened_alone(name)

    def _opened_alone(self, name: str) -> Iterator[Memory]:
        try:
            memory = open_memory(os.path.join(self._directory, name), embedder=self._embedder, create=False)
        except (GreeumError, OSError) as error:
            LOG.warning("tenant %s: its memory could not be opened: %s", name, error)
            return
        with memory:
            yield memory

    def open_memories(self) -> list[Memory]:
        """Those that are open in this process."""
        with self._lock:
            return [place.memory for place in self._places.values() if place.memory is not None]

    def _make_room(self) -> tuple[Tenant, Memory | None] | None:
        """Take one of the places for open memories; if none is free, that of a memory that nobody uses, which is then
        to be closed.
        """
        with self._lock:
            if self._closed:
                raise StoreClosed("this server is shutting down")
            if self._taken < self.open_max:
                self._taken += 1
                return None
            # Whoever is visited has been moved towards the end, so the search is short.
            idle = next((place for place in self._places.values() if place.visitors == 0 and place.memory), None)
            if idle is None:
                raise StoreBusy(f"all {self.open_max:,} memories that may be open are in use; try again")
            # Free: who opens it is inside, and who closes it has taken the memory away.
            idle.lock.acquire()
            return idle, idle.take()

    def _close(self, place: Tenant, memory: Memory | None) -> None:
        """Close what was taken from a place, whose lock is held, and let go of that."""
        try:
            self._close_well(place.name, memory)
        finally:
            place.lock.release()
            with self._lock:
                self._forget_if_empty(place)

    def _close_well(self, name: str, memory: Memory | None) -> None:
        try:
            if memory is not None:
                memory.close()
        except (GreeumError, OSError) as error:
            # What was acknowledged is on disk already; and it is another tenant who waits for the room.
            LOG.warning("tenant %s: its memory could not be closed well: %s", name, error)

    def close(self) -> None:
        """Let nobody in any more, and close every memory. Those inside should have left: theirs is closed too."""
        with self._lock:
            self._closed = True
            places = list(self._places.values())
        for place in places:
            place.lock.acquire()
            with self._lock:
                memory = place.take()
                self._taken -= memory is not None
            self._close(place, memory)


def open_max_here() -> int:
    """How many memories to open at most: OPEN_MAX if they may have half of the files that this process may open.

    The other half is for connections and whatever else there is. What the process may open is raised for this as far
    as it may raise it itself.
    """
    if sys.platform == "win32":
        return OPEN_MAX  # files are bounded by memory alone there
    import resource

    wanted = 2 * OPEN_MAX * FILES_EACH
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    may_have = wanted if soft == resource.RLIM_INFINITY else soft
    return max(1, min(OPEN_MAX, may_have // 2 // FILES_EACH))
