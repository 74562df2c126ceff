"""One process that serves: the only one, or one of several workers."""

from __future__ import annotations

import asyncio
import gc
import signal
import sys

from greeum.api.gate import Bounds, Gate
from greeum.api.health import Health
from greeum.api.server import Server
from greeum.api.service import Observers, make
from greeum.api.starting import Starting

TYPE_CHECKING = False
if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Sequence

    from greeum.api.gate import ASGI
    from greeum.api.service import Options


def serve(
    options: Options,
    sockets: Sequence[socket.socket],
    ready: Callable[[], None],
    *,
    shared: memoryview | None = None,
    worker: int = 0,
    lifeline: int | None = None,
) -> int:
    """Serve until a signal ends it; the exit code. `ready` is called when requests are answered.

    `lifeline` is a descriptor whose other end is closed when there is nobody left to serve for; that ends it too.
    Raises what opening the memory raises.
    """
    raise_open_files()
    keep_heap_together()
    observers = Observers(options, shared=shared, worker=worker)
    try:
        observers.take_messages()
        with asyncio.Runner(loop_factory=loop_factory()) as runner:
            return runner.run(serve_in_loop(options, sockets, ready, observers, lifeline))
    finally:
        observers.close()


async def serve_in_loop(
    options: Options,
    sockets: Sequence[socket.socket],
    ready: Callable[[], None],
    observers: Observers,
    lifeline: int | None,
) -> int:
    health = Health()
    bounds = Bounds(waiting_max=options.waiting_max, connections_max=options.connections_max)
    log, metrics = observers.log, observers.metrics
    gate = Gate(Starting(health, log, metrics), bounds=bounds, health=health, log=log, metrics=metrics)
    observers.metrics.watch("http_connections", lambda: len(gate.connections) + len(gate.open_websockets()))
    observers.metrics.watch("http_requests_in_flight", lambda: gate.waiting)
    server = Server(gate, sockets, drain_s=options.drain_s)
    heed_signals(server.stop, lifeline)
    closers: list[Callable[[], None]] = []

    def open_application() -> ASGI:
        application, close = make(options, observers, health)
        closers.append(close)
        return application

    def started() -> None:
        tune_python()
        observers.note("info", "ready")
        ready()

    try:
        code = await server.run(open_application, started)
    except BaseException as error:
        observers.note("error", "failed", error=type(error).__name__)
        raise
    finally:
        for close in closers:
            await asyncio.to_thread(close)
    observers.note("info", "stopped")
    return code


def ending_signals() -> list[signal.Signals]:
    """Those that end a server in good order: also that of a terminal that is closed, unless nohup has it ignored."""
    ignored = signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    return [signal.SIGINT, signal.SIGTERM] + ([] if ignored else [signal.SIGHUP])


def heed_signals(stop: Callable[[], None], lifeline: int | None) -> None:
    loop = asyncio.get_running_loop()
    if sys.platform == "win32":
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop))
        return
    for number in ending_signals():
        loop.add_signal_handler(number, stop)
    if lifeline is None:
        return

    def gone() -> None:
        loop.remove_reader(lifeline)
        stop()

    loop.add_reader(lifeline, gone)


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop where there is one: it halves what a request costs beside its own work."""
    if sys.platform == "win32":
        return None
    from uvloop import new_event_loop

    return new_event_loop


def tune_python() -> None:
    """Set how Python looks for garbage and lets threads take turns, where all that is needed is there."""
    # What is there now stays: collecting garbage need not look at it again.
    gc.freeze()
    gc.set_threshold(*COLLECTED_AT)
    sys.setswitchinterval(SWITCH_INTERVAL_S)


def raise_open_files() -> None:
    """Let this process have as many files and connections open as the system allows it: the usual 1,024 are for
    programs that have few.
    """
    if sys.platform == "win32":
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES_MAX if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES_MAX)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


OPEN_FILES_MAX = 65_536
"""Descriptors that are enough: ten thousand connections, and the files of a thousand memories."""


def keep_heap_together() -> None:
    """Let glibc keep less of what was freed. Left to itself it has up to eight heaps for each processor, each of which
    keeps the holes that the tables of a memory leave when they are merged: after 34,000 adds, with two processors,
    118 MB of 195 were such holes, and 15 of 80 with this. Other libraries have no such call, or need none.
    """
    if sys.platform != "linux":
        return
    from ctypes import CDLL

    library = CDLL(None)
    if hasattr(library, "mallopt"):
        library.mallopt(M_ARENA_MAX, HEAPS_MAX)
        library.mallopt(M_MMAP_THRESHOLD, MAPPED_BYTES_MIN)


COLLECTED_AT = (10_000, 20, 20)
"""After how many new objects Python looks for garbage among these, and how often among older ones (`gc.set_threshold`).
Next to nothing in a server is garbage that only such a look finds, but what a thousand requests hold while they wait is
gone through each time. With Python's own (700, 10, 10) that takes 2 % of the time, and up to 40 ms at once. With these
it takes 0.7 %, and all objects are not gone through at once for minutes."""

SWITCH_INTERVAL_S = 0.0005
"""How long a thread that wants to run Python waits before the one that does is asked to let it, see
`sys.setswitchinterval`. Under load the event loop always has something to do, and an add or a read by key lets go of
Python for each statement of SQL: with Python's own 5 ms, each time costs it as much. With three times as many requests
as can be answered, 99 % of such reads took 1.5 to 2.1 times as long as without, and 0.9 to 1.1 times with this; as
many are answered, or 4 % more."""

M_ARENA_MAX, M_MMAP_THRESHOLD = -8, -3
"""As <malloc.h> has them."""

HEAPS_MAX = 2
"""Threads that allocate at the same time are few: those that run Python take turns."""

MAPPED_BYTES_MIN = 131_072
"""What is as large as this is mapped by itself, and goes back as it is freed. glibc begins with as much, but goes up to
32 MiB as it sees larger ones freed."""
