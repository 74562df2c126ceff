"""What is asked of a server."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

JSON = "application/json"
PROBLEM = "application/problem+json"
JSON_LINES = "application/x-ndjson"
EVENTS = "text/event-stream"


class Request:
    """One request. `target` is its path and query.

    `changes` says that something is to be changed, `is_repeatable` that doing it twice is doing it once. `timeout_s` is
    for what takes longer, or falls silent earlier, than others do. A body that is made while it is sent `is_spent` from
    then on.
    """

    def __init__(
        self,
        method: str,
        target: str,
        body: bytes | Iterable[bytes] | None = None,
        *,
        changes: bool,
        is_repeatable: bool,
        headers: Mapping[str, str] | None = None,
        body_type: str = JSON,
        accept: str = JSON,
        timeout_s: float | None = None,
    ) -> None:
        self.method = method
        self.target = target
        self.body = body
        self.changes = changes
        self.is_repeatable = is_repeatable
        self.headers = {"Accept": accept} | dict(headers or {})
        if body is not None:
            self.headers["Content-Type"] = body_type
        self.accept = accept
        self.timeout_s = timeout_s
        self.is_spent = False
