"""Spans of requests, in an exporter that keeps them in memory."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from greeum.api import policy, tracing
from greeum.api.forgetting import Forgotten
from greeum.api.operations import OPERATIONS
from greeum.api.tracing import MEMORY_OPERATIONS, Tracer, exporting_tracer
from greeum.errors import InvalidInput

QUERY = "where does Alice live?"


class Traced:
    """A tracer and what it has exported."""

    def __init__(self, *, content: bool = False) -> None:
        self.exporter = InMemorySpanExporter()
        self.tracer = Tracer(self.exporter, content=content)

    def spans(self) -> list[ReadableSpan]:
        self.tracer.close()
        return list(self.exporter.get_finished_spans())


def search(traced: Traced, headers: tuple[tuple[bytes, bytes], ...] = ()) -> None:
    span = traced.tracer.start("search", "POST", "/v1/search", headers)
    span.memory(records=3, queries=[QUERY])
    span.end(200)


def test_a_search_is_a_span_by_the_conventions() -> None:
    traced = Traced()
    search(traced)
    span = traced.spans()[0]
    assert (span.name, span.kind, span.status.status_code) == ("POST /v1/search", SpanKind.SERVER, StatusCode.UNSET)
    assert dict(span.attributes or {}) == {
        "http.request.method": "POST",
        "http.route": "/v1/search",
        "url.scheme": "http",
        "http.response.status_code": 200,
        "gen_ai.operation.name": "search_memory",
        "gen_ai.provider.name": "greeum",
        "gen_ai.memory.record.count": 3,
    }
    assert span.resource.attributes["service.name"] == "greeum"


def test_what_was_searched_for_is_recorded_only_if_that_is_asked_for() -> None:
    silent, open_ = Traced(), Traced(content=True)
    for traced in (silent, open_):
        search(traced)
    assert QUERY not in silent.spans()[0].to_json()
    attributes = open_.spans()[0].attributes
    assert attributes and attributes["gen_ai.memory.query.text"] == QUERY


def test_each_of_several_queries_is_recorded() -> None:
    traced = Traced(content=True)
    span = traced.tracer.start("search.many", "POST", "/v1/search:batch", ())
    span.memory(records=2, queries=["ferry", "bus"])
    span.end(200)
    attributes = traced.spans()[0].attributes
    assert attributes and attributes["gen_ai.memory.query.text"] == "ferry\nbus"


def test_a_span_hangs_on_the_one_of_the_caller() -> None:
    traced = Traced()
    search(traced, ((b"traceparent", b"00-5b8aa5a2d2c872e8321cf37308d69df2-051581bf3cb55c13-01"),))
    span = traced.spans()[0]
    assert span.parent is not None
    assert (span.parent.trace_id, span.parent.span_id) == (0x5B8AA5A2D2C872E8321CF37308D69DF2, 0x051581BF3CB55C13)


def test_a_caller_s_header_that_is_none_begins_a_trace() -> None:
    traced = Traced()
    search(traced, ((b"traceparent", b"\xff\xfe"), (b"tracestate", b"=")))
    assert traced.spans()[0].parent is None


def test_what_failed_says_how() -> None:
    traced = Traced()
    for status, error in ((404, "not-found"), (500, "internal")):
        traced.tracer.start("stats", "GET", "/v1/stats", ()).end(status, error)
    refused, failed = traced.spans()
    assert refused.attributes and refused.attributes["error.type"] == "not-found"
    assert refused.status.status_code is StatusCode.UNSET
    assert failed.status.status_code is StatusCode.ERROR
    assert "gen_ai.operation.name" not in (failed.attributes or {})


def test_while_it_lasts_it_is_the_current_span_and_its_id_is_for_the_log() -> None:
    traced = Traced()
    span = traced.tracer.start("search", "POST", "/v1/search", ())
    assert format(trace.get_current_span().get_span_context().trace_id, "032x") == span.trace_id
    span.end(200)
    assert not trace.get_current_span().get_span_context().is_valid
    assert traced.spans()


def test_operations_with_a_meaning_for_memories_are_operations() -> None:
    assert set(MEMORY_OPERATIONS) <= set(policy.LEAST_ROLE)


def test_without_an_exporter_nothing_of_opentelemetry_is_imported() -> None:
    program = (
        "import sys; from greeum.api.tracing import Tracer; tracer = Tracer(); tracer.close(); "
        "sys.exit(tracer.on or any(name.startswith('opentelemetry') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


@pytest.fixture
def no_exporter(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    yield


@pytest.mark.usefixtures("no_exporter")
def test_missing_packages_are_named() -> None:
    with pytest.raises(InvalidInput, match="its extra `otel`") as caught:
        exporting_tracer(content=False)
    assert caught.value.field == "OTEL_EXPORTER_OTLP_ENDPOINT"


def test_the_exporter_goes_where_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[InMemorySpanExporter] = []

    class Exporter(InMemorySpanExporter):
        def __init__(self) -> None:
            super().__init__()
            found.append(self)

    monkeypatch.setattr("opentelemetry.exporter.otlp.proto.http.trace_exporter.OTLPSpanExporter", Exporter)
    tracer = tracing.exporting_tracer(content=True)
    tracer.start("count", "POST", "/v1/count", ()).end(200)
    tracer.close()
    assert [span.name for span in found[0].get_finished_spans()] == ["POST /v1/count"]


def test_whatever_erases_says_that_it_does() -> None:
    erasing = {operation.id for operation in OPERATIONS if operation.answer is Forgotten}
    assert {name for name, work in MEMORY_OPERATIONS.items() if work == "delete_memory"} == {
        *erasing, "mcp.memory_forget",
    }  # fmt: skip


def test_whatever_counts_blocks_says_what_it_does_with_them() -> None:
    for name in ("blocks.get", "blocks.list", "blocks.history", "mcp.memory_get", "mcp.memory_list", "mcp.fetch"):
        assert MEMORY_OPERATIONS[name] == "read_memory"
