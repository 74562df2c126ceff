"""Figures for Prometheus, of all workers of a server together. No label names a tenant, a user or a block."""

from __future__ import annotations

import os
import time
from bisect import bisect_left
from itertools import accumulate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from prometheus_client.core import Metric

BUCKETS_S = (
    5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 1e-2, 2.5e-2, 5e-2, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
)  # fmt: skip
"""Upper bounds in seconds: a search takes a fraction of the 5 ms at which the usual buckets begin."""

CLASSES = ("1xx", "2xx", "3xx", "4xx", "5xx")

OTHER = "other"
"""Requests to no operation: there is no such path, or the connection was refused before it was read."""

GAUGES = {
    "http_requests_in_flight": "Requests that were received and have no answer yet.",
    "http_connections": "Open connections.",
    "open_memories": "Memories that are open.",
}
"""Name without its `greeum_` → meaning. Who knows the figure gives it to `Metrics.watch`."""

PROCESS = {
    "cpu_seconds_total": "User and system CPU time, in seconds.",
    "resident_memory_bytes": "Resident memory, in bytes.",
    "open_fds": "Open file descriptors.",
    "start_time_seconds": "When the worker started, in seconds since 1970.",
}

PROCESS_PERIOD_S = 5.0
"""How often a worker writes down what it takes, for a scrape of another one."""

HISTOGRAM_CELLS = len(BUCKETS_S) + 2
"""A count for each bucket, one for what is above them, and the sum of seconds."""


OPERATIONS_MAX = 128
"""Operations that there is room for, so that the size of the shared memory is known before the operations are."""

CELLS = len(GAUGES) + len(PROCESS) + OPERATIONS_MAX * len(CLASSES) * HISTOGRAM_CELLS
"""Eight-byte cells of shared memory for each worker."""


class Metrics:
    """Counts in cells of shared memory, one part for each worker; a scrape of any worker adds them up.

    A worker that takes the place of a dead one counts on from where that one stopped, so that nothing ever goes back.
    Not for several threads of one process: observe from the event loop.
    """

    def __init__(
        self, operations: Iterable[str], *, cells: memoryview | None = None, worker: int = 0, workers: int = 1
    ) -> None:
        """`cells`: `CELLS` cells of eight bytes for each worker, seen by all of them; by default this process's own."""
        names = sorted({*operations, OTHER})
        if len(names) > OPERATIONS_MAX:
            raise ValueError(f"there is room for {OPERATIONS_MAX} operations, not for {len(names)}")
        content = memoryview(bytearray(8 * CELLS * workers)) if cells is None else cells
        everything = content[: 8 * CELLS * workers].cast("d")
        self._parts = [everything[number * CELLS : (number + 1) * CELLS] for number in range(workers)]
        self._own = self._parts[worker]
        first = len(GAUGES) + len(PROCESS)
        step = len(CLASSES) * HISTOGRAM_CELLS
        self._places = {name: first + place * step for place, name in enumerate(names)}
        self._watched: dict[str, Callable[[], float]] = {}
        self._cpu_before_s = self._own[len(GAUGES)]
        self._started_s = time.time()
        self._looked_s = 0.0
        self.refresh()
        self._refresh_process()

    def observe(self, operation_id: str, status: int, seconds: float) -> None:
        """Count a request that was answered."""
        own = self._own
        place = self._places.get(operation_id)
        if place is None:
            place = self._places[OTHER]
        place += (status // 100 - 1) * HISTOGRAM_CELLS
        own[place + bisect_left(BUCKETS_S, seconds)] += 1.0
        own[place + HISTOGRAM_CELLS - 1] += seconds

    def watch(self, gauge: str, figure: Callable[[], float]) -> None:
        """Ask `figure` for one of `GAUGES`, of this worker, at every `refresh`."""
        if gauge not in GAUGES:
            raise KeyError(gauge)
        self._watched[gauge] = figure

    def refresh(self) -> None:
        """Write down the gauges, for a scrape of another worker. The server does it twice a second."""
        for place, gauge in enumerate(GAUGES):
            figure = self._watched.get(gauge)
            self._own[place] = 0.0 if figure is None else figure()
        # To list ten thousand open files takes milliseconds.
        if time.monotonic() - self._looked_s >= PROCESS_PERIOD_S:
            self._refresh_process()

    def _refresh_process(self) -> None:
        self._looked_s = time.monotonic()
        of_process = (self._cpu_before_s + time.process_time(), resident_bytes(), open_files(), self._started_s)
        for place, value in enumerate(of_process, len(GAUGES)):
            self._own[place] = value

    def expose(self, accept: str = "") -> tuple[bytes, str]:
        """Everything, of all workers, in Prometheus's text form or, if `accept` asks for it, OpenMetrics; its type."""
        from prometheus_client import CollectorRegistry
        from prometheus_client.exposition import choose_encoder

        self.refresh()
        self._refresh_process()
        registry = CollectorRegistry()
        registry.register(self)
        encode, content_type = choose_encoder(accept)
        return encode(registry), content_type

    def collect(self) -> Iterator[Metric]:
        """Prometheus's interface of a collector."""
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

        from greeum import __version__

        build = GaugeMetricFamily("greeum_build_info", "The version that runs.", labels=["version"])
        build.add_metric([__version__], 1)
        yield build
        for place, (gauge, meaning) in enumerate(GAUGES.items()):
            yield GaugeMetricFamily(f"greeum_{gauge}", meaning, sum(part[place] for part in self._parts))
        for place, (name, meaning) in enumerate(PROCESS.items(), len(GAUGES)):
            kind = CounterMetricFamily if name.endswith("_total") else GaugeMetricFamily
            figure = kind(f"process_{name}", meaning, labels=["worker"])
            for number, part in enumerate(self._parts):
                figure.add_metric([str(number)], part[place])
            yield figure
        seconds = HistogramMetricFamily(
            "greeum_http_request_duration_seconds",
            "From the last byte of a request's headers to the last byte of its answer.",
            labels=["operation", "status"],
        )
        for operation, first in self._places.items():
            for number, status in enumerate(CLASSES):
                counts = self._added(first + number * HISTOGRAM_CELLS)
                if any(counts[:-1]):
                    seconds.add_metric([operation, status], running(counts[:-1]), counts[-1])
        yield seconds

    def _added(self, first: int) -> list[float]:
        """The cells of one histogram, summed over the workers."""
        parts = [part[first : first + HISTOGRAM_CELLS] for part in self._parts]
        return [sum(counts) for counts in zip(*parts, strict=True)]


def running(counts: list[float]) -> list[tuple[str, float]]:
    """Counts of buckets as Prometheus has them: each with all those below it."""
    bounds = [*(str(bound) for bound in BUCKETS_S), "+Inf"]
    return list(zip(bounds, accumulate(counts), strict=True))


def resident_bytes() -> float:
    """0 where the system has no /proc to ask."""
    try:
        with open("/proc/self/statm", encoding="ascii") as facts:
            return float(facts.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0.0


def open_files() -> float:
    """0 where the system has no /proc to ask."""
    try:
        return float(len(os.listdir("/proc/self/fd")))
    except OSError:
        return 0.0
