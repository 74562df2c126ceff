"""Figures for Prometheus: what is counted, by several workers too, comes out in the form that it reads."""

from __future__ import annotations

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse

from greeum.api.metrics import BUCKETS_S, CELLS, OPERATIONS_MAX, Metrics

NAME = "greeum_http_request_duration_seconds"


def samples(metrics: Metrics) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    body, _ = metrics.expose()
    found = {}
    for family in parse(body.decode()):
        for sample in family.samples:
            found[sample.name, frozenset(sample.labels.items())] = sample.value
    return found


def figure(metrics: Metrics, name: str, **labels: str) -> float | None:
    return samples(metrics).get((name, frozenset(labels.items())))


def test_requests_are_counted_by_operation_and_class_of_status() -> None:
    metrics = Metrics(["search", "blocks.add"])
    for status, seconds in ((200, 0.0002), (204, 0.004), (404, 0.0001), (503, 20.0)):
        metrics.observe("search", status, seconds)
    count = {status: figure(metrics, f"{NAME}_count", operation="search", status=status) for status in ("2xx", "4xx")}
    assert count == {"2xx": 2, "4xx": 1}
    assert figure(metrics, f"{NAME}_sum", operation="search", status="2xx") == pytest.approx(0.0042)
    assert figure(metrics, f"{NAME}_count", operation="blocks.add", status="2xx") is None


def test_buckets_hold_what_is_at_or_below_their_bound() -> None:
    metrics = Metrics(["search"])
    for bound in BUCKETS_S:
        metrics.observe("search", 200, bound)
    metrics.observe("search", 200, 11.0)

    def bucket(bound: str) -> float | None:
        return figure(metrics, f"{NAME}_bucket", operation="search", status="2xx", le=bound)

    assert [bucket(str(bound)) for bound in BUCKETS_S] == list(range(1, len(BUCKETS_S) + 1))
    assert bucket("+Inf") == len(BUCKETS_S) + 1
    assert (BUCKETS_S[0], BUCKETS_S[-1]) == (5e-5, 10.0)


def test_an_operation_that_is_none_is_counted_among_others() -> None:
    metrics = Metrics(["search"])
    metrics.observe("nothing", 404, 0.1)
    assert figure(metrics, f"{NAME}_count", operation="other", status="4xx") == 1


def test_any_worker_tells_of_all() -> None:
    cells = memoryview(bytearray(8 * CELLS * 2))
    one, other = (Metrics(["search"], cells=cells, worker=number, workers=2) for number in (0, 1))
    one.watch("http_connections", lambda: 3)
    other.watch("http_connections", lambda: 4)
    one.observe("search", 200, 0.001)
    other.observe("search", 200, 0.002)
    other.refresh()
    one.refresh()
    for metrics in (one, other):
        assert figure(metrics, f"{NAME}_count", operation="search", status="2xx") == 2
        assert figure(metrics, "greeum_http_connections") == 7
        assert figure(metrics, "process_start_time_seconds", worker="1")


def test_a_worker_in_the_place_of_a_dead_one_counts_on() -> None:
    cells = memoryview(bytearray(8 * CELLS))
    dead = Metrics(["search"], cells=cells)
    dead.watch("open_memories", lambda: 9)
    dead.observe("search", 200, 0.001)
    dead.refresh()
    spent_s = figure(dead, "process_cpu_seconds_total", worker="0")
    successor = Metrics(["search"], cells=cells)
    successor.observe("search", 200, 0.001)
    assert figure(successor, f"{NAME}_count", operation="search", status="2xx") == 2
    assert figure(successor, "greeum_open_memories") == 0
    later_s = figure(successor, "process_cpu_seconds_total", worker="0")
    assert spent_s is not None and later_s is not None and later_s >= spent_s


def test_gauges_are_asked_when_they_are_read() -> None:
    metrics, open_memories = Metrics([]), [1.0]
    metrics.watch("open_memories", lambda: open_memories[0])
    assert figure(metrics, "greeum_open_memories") == 1
    open_memories[0] = 2.0
    assert figure(metrics, "greeum_open_memories") == 2
    with pytest.raises(KeyError):
        metrics.watch("nothing", lambda: 0)


def test_openmetrics_is_given_where_it_is_asked_for() -> None:
    metrics = Metrics(["search"])
    metrics.observe("search", 200, 0.001)
    body, content_type = metrics.expose("application/openmetrics-text; version=1.0.0")
    assert content_type.startswith("application/openmetrics-text")
    families = parse_openmetrics(body.decode())  # type: ignore[no-untyped-call]
    assert {"greeum_http_connections", NAME} <= {family.name for family in families}
    assert metrics.expose("text/html")[1].startswith("text/plain")


def test_more_operations_than_there_is_room_for_are_an_error_at_the_start() -> None:
    with pytest.raises(ValueError, match="operations"):
        Metrics([str(number) for number in range(OPERATIONS_MAX)])


def test_a_process_says_what_it_takes() -> None:
    metrics = Metrics([])
    for name in ("cpu_seconds_total", "resident_memory_bytes", "open_fds", "start_time_seconds"):
        assert figure(metrics, f"process_{name}", worker="0"), name


def test_where_there_is_no_proc_the_figures_that_need_it_are_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(*_: object, **__: object) -> object:
        raise FileNotFoundError

    monkeypatch.setattr("builtins.open", absent)
    monkeypatch.setattr("os.listdir", absent)
    metrics = Metrics([])
    assert figure(metrics, "process_resident_memory_bytes", worker="0") == 0
    assert figure(metrics, "process_open_fds", worker="0") == 0
