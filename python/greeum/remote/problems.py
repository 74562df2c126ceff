"""What a server says is wrong (RFC 9457), as the error that the memory behind it raised."""

from __future__ import annotations

from greeum.errors import GreeumError, InvalidInput, ServerFailed
from greeum.problems import NOT_BEGUN, REQUEST_PREFIX, TYPE_PREFIX, error_class


def error_of(url: str, problem: object) -> GreeumError:
    """The error to raise for a problem that the server at `url` answered with."""
    said = problem if isinstance(problem, dict) else {}
    kind = error_class(str(said.get("type", "")).removeprefix(TYPE_PREFIX))
    detail = str(said.get("detail") or said.get("title") or "says that something is wrong, and not what")
    if kind is InvalidInput:
        field = str(said.get("field", "request"))
        return InvalidInput(field, detail.removeprefix(f"{field}: "))
    if kind is not ServerFailed:
        return kind(detail)
    request = str(said.get("instance", "")).removeprefix(REQUEST_PREFIX)
    return kind(f"{url}: {detail}" + (f" (request {request})" if request else ""))


def has_not_begun(problem: object) -> bool:
    """Whether a problem says that nothing was done."""
    said = problem if isinstance(problem, dict) else {}
    return str(said.get("type", "")).removeprefix(TYPE_PREFIX) in NOT_BEGUN
