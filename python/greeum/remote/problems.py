"""What a server says is wrong (RFC 9457), as the error that the memory behind it raised."""

from __future__ import annotations

from greeum.errors import (
    Conflict,
    EmbedderFailed,
    Forbidden,
    GreeumError,
    InvalidInput,
    LogCut,
    NotFound,
    ServerFailed,
    StoreFull,
    Unauthenticated,
)

TYPE = "urn:greeum:problem:"

REQUEST = "urn:greeum:request:"

ERRORS: dict[str, type[GreeumError]] = {
    "conflict": Conflict,
    "embedder-failed": EmbedderFailed,
    "forbidden": Forbidden,
    "log-cut": LogCut,
    "not-found": NotFound,
    "precondition-failed": Conflict,
    "store-full": StoreFull,
    "unauthenticated": Unauthenticated,
}
"""Problem → error. Of others the caller can know no more than that the server failed."""

INVALID = ("invalid-input", "too-large")


def error_of(url: str, problem: object) -> GreeumError:
    """The error to raise for a problem that the server at `url` answered with."""
    said = problem if isinstance(problem, dict) else {}
    name = str(said.get("type", "")).removeprefix(TYPE)
    detail = str(said.get("detail") or said.get("title") or "says that something is wrong, and not what")
    if name in INVALID:
        field = str(said.get("field", "request"))
        return InvalidInput(field, detail.removeprefix(f"{field}: "))
    if name in ERRORS:
        return ERRORS[name](detail)
    request = str(said.get("instance", "")).removeprefix(REQUEST)
    return ServerFailed(f"{url}: {detail}" + (f" (request {request})" if request else ""))
