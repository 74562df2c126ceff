"""Traces by OpenTelemetry: a span for each request, under the names that OpenTelemetry has for HTTP and for memories.

Off unless an exporter's address is configured; then nothing of OpenTelemetry is imported.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from opentelemetry import trace
    from opentelemetry.sdk.trace.export import SpanExporter

MEMORY_OPERATIONS = {
    "blocks.add": "create_memory",
    "blocks.add_many": "create_memory",
    "blocks.update": "update_memory",
    "blocks.forget": "delete_memory",
    "blocks.forget_many": "delete_memory",
    "blocks.forget_where": "delete_memory",
    "wipe": "delete_memory",
    "search": "search_memory",
    "search.many": "search_memory",
    "context": "search_memory",
}
"""Operation → OpenTelemetry's `gen_ai.operation.name` for work on memories. Others are spans of HTTP alone."""


class Span:
    """One request while it is traced. The methods of a span that does not exist do nothing: see `Tracer.start`."""

    __slots__ = ("_content", "_span", "_token", "trace_id")

    def __init__(self, span: trace.Span, token: object, *, content: bool) -> None:
        self._span = span
        self._token = token
        self._content = content
        self.trace_id = format(span.get_span_context().trace_id, "032x")
        """For the log, in 32 hexadecimal digits."""

    def memory(self, *, records: int | None = None, query: str | None = None) -> None:
        """How many blocks were found or changed; what was asked for, which is recorded only where content may be."""
        if records is not None:
            self._span.set_attribute("gen_ai.memory.record.count", records)
        if query is not None and self._content:
            self._span.set_attribute("gen_ai.memory.query.text", query)

    def end(self, status: int, error: str | None = None) -> None:
        """The request was answered; `error` is the name of its problem, if it is one."""
        from opentelemetry import context
        from opentelemetry.trace import StatusCode

        self._span.set_attribute("http.response.status_code", status)
        if error is not None:
            self._span.set_attribute("error.type", error)
        if status >= 500:
            self._span.set_status(StatusCode.ERROR)
        context.detach(self._token)  # type: ignore[arg-type]
        self._span.end()


class Tracer:
    """Starts spans. Without an exporter it has nothing to do: ask `on` first, and spare the call."""

    def __init__(self, exporter: SpanExporter | None = None, *, content: bool = False) -> None:
        """`content` records what was searched for; without it no span holds anything that somebody said."""
        self.on = exporter is not None
        self._content = content
        if exporter is not None:
            self._open(exporter)

    def _open(self, exporter: SpanExporter) -> None:
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        from greeum import __version__

        about = {"service.name": "greeum", "service.version": __version__}
        self._provider = TracerProvider(resource=Resource.create(about), shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("greeum", __version__)

    def start(self, operation_id: str, method: str, route: str, headers: Iterable[tuple[bytes, bytes]]) -> Span:
        """The span of a request, below that of its caller if `headers` name one (traceparent). Only while `on`.

        It is the current one of this task until it ends, so that what is called meanwhile can hang on to it.
        """
        from opentelemetry import context, propagate, trace

        carrier = {name.decode("latin-1"): value.decode("latin-1") for name, value in headers}
        attributes = {"http.request.method": method, "http.route": route, "url.scheme": "http"}
        if operation_id in MEMORY_OPERATIONS:
            attributes["gen_ai.operation.name"] = MEMORY_OPERATIONS[operation_id]
            attributes["gen_ai.provider.name"] = "greeum"
        span = self._tracer.start_span(
            f"{method} {route}", propagate.extract(carrier), kind=trace.SpanKind.SERVER, attributes=attributes
        )
        token = context.attach(trace.set_span_in_context(span))
        return Span(span, token, content=self._content)

    def close(self) -> None:
        """Send what waits to be sent."""
        if self.on:
            self._provider.shutdown()


def exporting_tracer(*, content: bool) -> Tracer:
    """A tracer that sends spans where OTEL_EXPORTER_OTLP_ENDPOINT says. Raises InvalidInput if packages are missing."""
    from greeum.errors import InvalidInput
    from greeum.extras import how_to_install

    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    except ImportError as error:
        reason = f"needs more packages: {how_to_install('otel')}"
        raise InvalidInput("OTEL_EXPORTER_OTLP_ENDPOINT", reason) from error
    # It reads the address itself, with headers, time-outs and certificates: all of OTEL_EXPORTER_OTLP_*.
    return Tracer(OTLPSpanExporter(), content=content)
