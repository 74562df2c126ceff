"""The service put together: which memory, whose keys, where its log goes. The wiring of everything in this folder."""

from __future__ import annotations

import os
from functools import partial
from json import dumps, loads
from typing import Any, NamedTuple, TextIO

from greeum.api import metrics, rate
from greeum.api.hosts import LOOPBACK
from greeum.api.logs import AccessLog, JsonHandler, LogStream, event, opened

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from greeum import Memory
    from greeum.api.authentication import Authentication
    from greeum.api.caretaker import Memories
    from greeum.api.gate import ASGI
    from greeum.api.health import Health
    from greeum.api.place import Place
    from greeum.settings import Settings

UNREADABLE = "unreadable"
"""What is wrong with a store that is where it was, and cannot be asked."""

STDERR, NOWHERE = "stderr", "none"
"""Where a log may go besides files."""


MAINTAIN_PERIOD_S = 3_600.0
"""An hour: what has expired is erased within a day and an hour, and there is little to do each time."""


class Options(NamedTuple):
    """What a server is to serve. Exactly one of `memory` and `tenants` is a directory."""

    memory: str | None
    tenants: str | None
    allowed_hosts: tuple[str, ...] | None
    """As for `Hosts`."""
    log: str = STDERR
    workers: int = 1
    drain_s: float = 0.5
    waiting_max: int = 1_024
    connections_max: int = 10_000
    traces: bool = False
    trace_content: bool = False
    backup: str | None = None
    """Where the one memory is backed up to, if it is."""
    backup_every_s: float = 3_600.0
    backup_keep_s: float | None = None
    maintain_s: float = MAINTAIN_PERIOD_S
    """How often each memory is maintained; 0 is never."""

    def to_json(self) -> str:
        return dumps(self._asdict())

    @classmethod
    def from_json(cls, text: str) -> Options:
        """What `to_json` wrote."""
        fields = loads(text)
        hosts = fields["allowed_hosts"]
        return cls(**fields | {"allowed_hosts": None if hosts is None else tuple(hosts)})


def shared_bytes(workers: int) -> int:
    """Size of the memory that the workers of one server share."""
    return 8 * (rate.CELLS + metrics.CELLS * workers)


class Observers:
    """What watches requests: log, metrics, and the memory in which the workers count together."""

    def __init__(self, options: Options, *, shared: memoryview | None = None, worker: int = 0) -> None:
        from greeum.api.operations import IDS

        content = memoryview(bytearray(shared_bytes(options.workers))) if shared is None else shared
        self.rates = rate.Rates(content[: 8 * rate.CELLS])
        cells = content[8 * rate.CELLS :]
        self.metrics = metrics.Metrics(IDS, cells=cells, worker=worker, workers=options.workers)
        self.worker = worker
        self.stream = None if options.log == NOWHERE else stream_of(options.log)
        self.log = AccessLog(self.stream)

    def note(self, level: str, name: str, **fields: object) -> None:
        """Log something that is about the server and no single request."""
        if self.stream is not None:
            self.stream.append(event(level, name, **fields))

    def take_messages(self) -> None:
        """Have what libraries log, from warnings up, written into the same log."""
        import logging

        if self.stream is not None:
            root = logging.getLogger()
            root.setLevel(logging.WARNING)
            root.addHandler(JsonHandler(self.stream))
            logging.captureWarnings(capture=True)

    def close(self) -> None:
        """Write what waits. A second call does nothing."""
        if self.stream is not None:
            self.stream.close()


def descriptor_of(log: str) -> int:
    return 2 if log == STDERR else opened(log)


def stream_of(log: str) -> LogStream:
    return LogStream(descriptor_of(log), None if log == STDERR else os.path.abspath(log))


def open_log(log: str) -> TextIO:
    """The log as a file, for a single line of a process that serves nothing itself."""
    return open(descriptor_of(log), "a", encoding="utf-8", closefd=log != STDERR)


def make(
    options: Options, observers: Observers, health: Health, *, is_guest: bool = False
) -> tuple[ASGI, Callable[[], None]]:
    """The application, with its memory open, and what to call when it is no longer used. Takes as long as opening does.
    `is_guest`: within a server of somebody else, who may listen wherever they like.

    Raises what opening a memory raises, and InvalidInput.
    """
    from greeum.api import page
    from greeum.api.application import Application
    from greeum.api.hosts import Hosts
    from greeum.api.tracing import Tracer, exporting_tracer
    from greeum.mcp.http import Endpoint

    tracer = exporting_tracer(content=options.trace_content) if options.traces else Tracer()
    door, close_door = door_of(options, observers)
    place = place_of(options)
    health.check("store", lambda: place.trouble() or (None if is_readable(door) else UNREADABLE))
    application = Application(
        door,
        log=observers.log,
        metrics=observers.metrics,
        tracer=tracer,
        health=health,
        hosts=Hosts(options.allowed_hosts, only_here=is_guest and options.tenants is None),
        rates=observers.rates,
        mcp=Endpoint(),
        page=page.read(),
    )

    def close() -> None:
        close_door()
        tracer.close()

    return application, close


def door_of(options: Options, observers: Observers) -> tuple[Authentication, Callable[[], None]]:
    """Who lets callers in, and what to call when nobody is to come any more."""
    from greeum.api.authentication import OpenDoor, keyed_door

    if options.tenants is not None:
        door = keyed_door(options.tenants)
        observers.metrics.watch("open_memories", door.open_count)
        return door, looked_after(options, observers, door.tenants.each, door.tenants.open_memories, door.close)
    from greeum.wiring import open as open_memory

    memory = open_memory(options.memory)
    observers.metrics.watch("open_memories", lambda: 1)
    close = looked_after(options, observers, lambda: [memory], lambda: [memory], memory.close)
    return OpenDoor(memory), backed_up(options, observers, memory, close)


def backed_up(options: Options, observers: Observers, memory: Memory, close: Callable[[], None]) -> Callable[[], None]:
    """Have the memory backed up again and again until `close`, if it is to be; what to call in its place."""
    if options.backup is None or observers.worker != 0:
        return close
    from greeum.backups.schedule import Schedule

    schedule = Schedule(
        memory, options.backup, every_s=options.backup_every_s, keep_s=options.backup_keep_s, note=observers.note
    )

    def leave() -> None:
        schedule.close()
        close()

    return leave


def looked_after(
    options: Options, observers: Observers, memories: Memories, open_memories: Memories, close: Callable[[], None]
) -> Callable[[], None]:
    """Have memories maintained in the background until `close`; what to call in its place."""
    from greeum.api.caretaker import Caretaker

    caretaker = Caretaker(memories, open_memories, period_s=options.maintain_s, note=observers.note)
    caretaker.start()

    def leave() -> None:
        caretaker.close()
        close()

    return leave


def place_of(options: Options) -> Place:
    """Of what every request needs: the one memory, or who the tenants' keys belong to. That a single tenant's memory is
    gone is told those who ask for it, and is nothing to send the requests of all others elsewhere for.
    """
    from greeum.api.place import Place
    from greeum.control.store import DATABASE_FILE as CONTROL_FILE
    from greeum.settings import Settings
    from greeum.store.files import DATABASE_FILE as MEMORY_FILE

    if options.tenants is not None:
        return Place(options.tenants, CONTROL_FILE)
    return Place(options.memory or Settings().home, MEMORY_FILE)


def is_readable(door: Authentication) -> bool:
    """Whether what every request needs can be read: the one memory, or who the tenants' keys belong to."""
    from greeum.errors import GreeumError, Unauthenticated

    try:
        # Without a key, several tenants' door turns everybody away; but it has looked whether its keys have changed.
        visitor = door.enter_at_once(None)
        return visitor is not None and visitor.memory.seq >= 0
    except Unauthenticated:
        return True
    except GreeumError:
        return False


def application() -> ASGI:
    """The service that the environment describes, for a server of your own: `uvicorn greeum.api:app`.

    With GREEUM_TENANTS, that of the tenants there, behind keys; else the one memory of GREEUM_HOME, without keys, which
    answers to the names of this machine alone. Its memory is opened when the server starts.
    """
    from greeum.settings import Settings

    return Standalone(options_of(Settings()))


def options_of(settings: Settings) -> Options:
    """What the environment says. Names beyond those of loopback are taken from GREEUM_ALLOWED_HOSTS alone."""
    hosts: tuple[str, ...] | None = settings.allowed_hosts or None
    if settings.tenants is None:
        hosts = hosts or LOOPBACK
    return Options(
        memory=None if settings.tenants else settings.home,
        tenants=settings.tenants,
        allowed_hosts=hosts,
        traces=settings.traces,
        trace_content=settings.trace_content,
    )


class Standalone:
    """The service as an application that opens what it needs at its startup, and closes it at its shutdown."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._application: ASGI | None = None

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._live(scope, receive, send)
        elif self._application is None:
            raise RuntimeError("greeum.api:app needs a server that speaks ASGI's lifespan protocol, with lifespan on")
        else:
            await self._application(scope, receive, send)

    async def _live(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        from asyncio import to_thread

        from greeum.api.health import Health

        observers, last = Observers(self._options), Held(send)
        try:
            application, close = await to_thread(partial(make, is_guest=True), self._options, observers, Health())
            self._application = application
            try:
                await application(scope, receive, last)
            finally:
                await to_thread(close)
        finally:
            await to_thread(observers.close)
        await last.release()


class Held:
    """A lifespan's `send` that keeps back the end. A server that has heard of it may end the process at once, and so
    lose what is still to be closed, and the last lines of the log.
    """

    def __init__(self, send: Any) -> None:
        self._send = send
        self._end: dict[str, Any] | None = None

    async def __call__(self, message: dict[str, Any]) -> None:
        if message["type"] == "lifespan.shutdown.complete":
            self._end = message
        else:
            await self._send(message)

    async def release(self) -> None:
        """All is closed: say so."""
        if self._end is not None:
            await self._send(self._end)
