"""Traces by OpenTelemetry: a span for each request, under the names that OpenTelemetry has for HTTP and for memories.

Off unless an exporter's address is configured; then nothing of OpenTelemetry is imported.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

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
    "blocks.get": "read_memory",
    "blocks.list": "read_memory",
    "blocks.history": "read_memory",
    "mcp.memory_add": "create_memory",
    "mcp.memory_update": "update_memory",
    "mcp.memory_forget": "delete_memory",
    "mcp.memory_search": "search_memory",
    "mcp.memory_context": "search_memory",
    "mcp.search": "search_memory",
    "mcp.memory_get": "read_memory",
    "mcp.memory_list": "read_memory",
    "mcp.fetch": "read_memory",
}
"""Operation → OpenTelemetry's `gen_ai.operation.name` for work on memories. It has no name for reading what is found
otherwise than by a search: `read_memory` is ours. Others are spans of HTTP alone."""


class Span:
    """One request while it is traced. The methods of a span that does not exist do nothing: see `Tracer.start`."""

    __slots__ = ("_content", "_span", "_token", "trace_id")

    def __init__(self, span: trace.Span, token: object, *, content: bool) -> None:
        self._span = span
        self._token = token
        self._content = content
        self.trace_id = format(span.get_span_context().trace_id, "032x")
        """For the log, in 32 hexadecimal digits."""

    def memory(self, *, records: int | None = None, queries: Sequence[str] = ()) -> None:
        """How many blocks were found or changed; what was asked for, which is recorded only where content may be: of
        several queries each on a line of its own.
        """
        if records is not None:
            self._span.set_attribute("gen_ai.memory.record.count", records)
        if queries and self._content:
            self._span.set_attribute("gen_ai.memory.query.text", "\n".join(queries))

    def message(self, method: str, tool: str | None = None) -> None:
        """The request is one of MCP: the span is named after its method and its tool, as OpenTelemetry does it."""
        self._span.set_attribute("mcp.method.name", method)
        self._span.update_name(method if tool is None else f"{method} {tool}")
        if tool is not None:
            self._span.set_attribute("gen_ai.tool.name", tool)
            self._span.set_attributes(work_on_memory(f"mcp.{tool}"))

    def failed(self, error: str) -> None:
        """It was answered, but what was asked was not done; `error` is the name of what kept it from that."""
        self._span.set_attribute("error.type", error)

    def end(self, status: int, error: str | None = None) -> None:
        """The request was answered; `error` is the name of its problem, if it is one."""
        from opentelemetry import context
        from opentelemetry.trace import StatusCode

        self._span.set_attribute("http.response.status_code", status)
        if error is not None:
            self.failed(error)
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
        attributes |= work_on_memory(operation_id)
        span = self._tracer.start_span(
            f"{method} {route}", propagate.extract(carrier), kind=trace.SpanKind.SERVER, attributes=attributes
        )
        token = context.attach(trace.set_span_in_context(span))
        return Span(span, token, content=self._content)

    def close(self) -> None:
        """Send what waits to be sent."""
        if self.on:
            self._provider.shutdown()


def work_on_memory(operation_id: str) -> dict[str, str]:
    """What a span says of work on memories."""
    if operation_id not in MEMORY_OPERATIONS:
        return {}
    return {"gen_ai.operation.name": MEMORY_OPERATIONS[operation_id], "gen_ai.provider.name": "greeum"}


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
