"""What is answered to everybody: whether the server is well, its figures, its description, and a page to try it."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, Struct, UnsetType

from greeum.api import answers
from greeum.api import page as trial
from greeum.api.http import Answer
from greeum.api.routes import Operation, always

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.api.http import Call

HTML = b"text/html"
PLAIN = b"text/plain"
OPENMETRICS = b"application/openmetrics-text"


class Probe(answers.Answered):
    """How one process of the server is."""

    status: str
    checks: dict[str, bool] | UnsetType = UNSET
    reasons: dict[str, str] | UnsetType = UNSET


class Description(Struct, kw_only=True):
    """An OpenAPI document."""

    openapi: str
    info: dict[str, Any]
    paths: dict[str, Any]


def probe(_: None, call: Call) -> Answer:
    """Whether the process is alive, has started, is to be sent requests."""
    status, body = call.worker.health.answer(f"/{call.operation_id}")
    return Answer(body, status)


def metrics(_: None, call: Call) -> Answer:
    """Figures for Prometheus."""
    body, media_type = call.worker.metrics.expose(call.headers.get(b"accept", b"").decode("latin-1"))
    return Answer(body, media_type=media_type.encode("latin-1"))


def description(_: None, call: Call) -> Answer:
    """This service in the words of OpenAPI 3.1."""
    return Answer(call.worker.description())


def page(_: None, call: Call) -> Answer:
    """A page to try it in a browser."""
    content = call.worker.page
    headers = [(b"content-security-policy", trial.policy(content)), (b"referrer-policy", b"no-referrer")]
    return Answer(content, headers=headers, media_type=trial.CONTENT_TYPE)


def open_to_all(name: str, path: str, handle: Any, **more: Any) -> Operation:
    return Operation(id=name, method="GET", path=path, handle=handle, is_open=True, is_quick=always, **more)


OPERATIONS = (
    open_to_all("livez", "/livez", probe, answer=Probe),
    open_to_all("readyz", "/readyz", probe, answer=Probe),
    open_to_all("startupz", "/startupz", probe, answer=Probe),
    open_to_all("metrics", "/metrics", metrics, answer=str, offers=(PLAIN, OPENMETRICS),
                streams=((PLAIN, "Prometheus's text form."), (OPENMETRICS, "OpenMetrics."))),
    open_to_all("openapi", "/openapi.json", description, answer=Description),
)  # fmt: skip
PAGE = open_to_all("page", "/", page, answer=str, offers=(HTML,))
