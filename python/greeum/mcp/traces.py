"""What spans say of requests that come as MCP: without it, all of them would be a POST to one path."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from greeum.api.tracing import Span

SPAN = "span"
"""Where in `scope["state"]` stands the request's span, or None while nothing is traced."""

ERROR = "greeum/error"
"""Where, in the `_meta` of a call that failed, its error's name stands."""

LISTS = ("hits", "blocks", "results", "block_ids", "forgotten")
"""Under which of these an answer lists blocks."""


async def traced(ctx: Any, call_next: Any) -> Any:
    """A middleware of the SDK's server: notes in the request's span what was asked, and what came of it. What the
    protocol refuses is not noted: its names are whatever somebody sends.
    """
    answer = await call_next(ctx)
    span: Span | None = ctx.request.scope["state"].get(SPAN)
    if span is not None:
        note(span, ctx.method, ctx.params or {}, answer or {})
    return answer


def note(span: Span, method: str, params: Any, answer: Any) -> None:
    """Of calls of tools also the tool, how many blocks, and, where content may be recorded, the query."""
    if method != "tools/call":
        span.message(method)
        return
    span.message(method, params["name"])
    if answer.get("isError"):
        span.failed(answer["_meta"][ERROR])
    else:
        query = (params.get("arguments") or {}).get("query")
        span.memory(records=records_in(answer["structuredContent"]), queries=[] if query is None else [query])


def records_in(structured: dict[str, Any]) -> int | None:
    """How many blocks an answer is about; None for one that is about none, as a count."""
    for name in LISTS:
        if name in structured:
            return len(structured[name])
    return 1 if "block" in structured or "metadata" in structured else None
