"""What goes wrong, as RFC 9457 says it: `application/problem+json` with a type that stays the same."""

from __future__ import annotations

from typing import NamedTuple

from msgspec.json import encode

from greeum import errors

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    Headers = Sequence[tuple[bytes, bytes]]

MEDIA_TYPE = b"application/problem+json"

TYPE_PREFIX = "urn:greeum:problem:"

RETRY_AFTER_S = 1
"""When to try again after `unavailable`: a writer in the way, or a worker that ends, is gone by then as a rule."""

ALWAYS_WITH: dict[str, Headers] = {
    "unavailable": [(b"retry-after", b"%d" % RETRY_AFTER_S)],
    "unauthenticated": [(b"www-authenticate", b'Bearer realm="greeum"')],
}
"""Headers that a problem does not come without."""


class Kind(NamedTuple):
    """A sort of problem: its status, and its title, which is the same every time."""

    status: int
    title: str


KINDS = {
    "invalid-input": Kind(400, "The request cannot be used"),
    "unauthenticated": Kind(401, "A valid key is needed"),
    "forbidden": Kind(403, "The caller may not do that"),
    "not-found": Kind(404, "There is no such thing here"),
    "method-not-allowed": Kind(405, "The path does not take this method"),
    "not-acceptable": Kind(406, "There is no answer of the accepted types"),
    "timeout": Kind(408, "The request did not arrive in time"),
    "conflict": Kind(409, "The change contradicts what is stored"),
    "log-cut": Kind(410, "The log does not reach back so far"),
    "precondition-failed": Kind(412, "The block is another by now"),
    "too-large": Kind(413, "The request is too large"),
    "unsupported-media-type": Kind(415, "The body is of a type that is not taken"),
    "misdirected": Kind(421, "The server does not answer to this name"),
    "rate-limited": Kind(429, "Too many requests with this key"),
    "internal": Kind(500, "The server failed"),
    "embedder-failed": Kind(502, "The embedder failed"),
    "unavailable": Kind(503, "Not at the moment"),
    "store-full": Kind(507, "There is no room on the disk"),
}
"""Each by the name with which its type ends."""

OF_ERRORS = (
    (errors.InvalidInput, "invalid-input"),
    (errors.Unauthenticated, "unauthenticated"),
    (errors.LogCut, "log-cut"),
    (errors.NotFound, "not-found"),
    (errors.Forbidden, "forbidden"),
    (errors.StoreReadOnly, "forbidden"),
    (errors.Conflict, "conflict"),
    (errors.EmbedderMismatch, "conflict"),
    (errors.EmbedderFailed, "embedder-failed"),
    (errors.StoreFull, "store-full"),
    (errors.StoreBusy, "unavailable"),
    (errors.StoreClosed, "unavailable"),
    (errors.StoreFailed, "unavailable"),
    (errors.GreeumError, "internal"),
)
"""Which problem an error is. The first that fits counts: StoreDamaged and StoreVersion are left for the last."""

PRIVATE = ("internal",)
"""Problems whose detail is not told: it speaks of the machine, and is in its log."""

OF_THE_MACHINE = (
    (errors.StoreBusy, "The memory is in use or being opened, or too many are open; nothing was stored; try again"),
    (errors.StoreClosed, "The memory was closed, as it is when a server ends; try again"),
    (errors.StoreFull, "There is no room on the server's disk; nothing was stored; what is there can be read"),
    (errors.StoreReadOnly, "The server may read this memory, but not change it"),
    (errors.EmbedderFailed, "The embedder of this memory did not answer, or not as it should; try again"),
    (errors.StoreFailed, "The server's disk failed, so that this is not done, or not to its end; try again"),
)
"""What is told of errors whose own message names directories of the server, or its embedder; that is in its log."""


class Problem(Exception):
    """An answer that says what is wrong."""

    def __init__(self, name: str, detail: str, *, field: str | None = None, headers: Headers = ()) -> None:
        super().__init__(detail)
        self.name = name
        self.status = KINDS[name].status
        self.detail = detail
        self.field = field
        self.headers = list(headers)
        self.headers.extend(ALWAYS_WITH.get(name, ()))

    def body(self, request_id: str) -> bytes:
        return encode(self.members(request_id))

    def members(self, request_id: str) -> dict[str, object]:
        """What the JSON object holds."""
        members: dict[str, object] = {
            "type": TYPE_PREFIX + self.name,
            "title": KINDS[self.name].title,
            "status": self.status,
            "detail": self.detail,
            "instance": f"urn:greeum:request:{request_id}",
        }
        if self.field is not None:
            members["field"] = self.field
        return members


def problem_of(error: Exception) -> Problem:
    """The problem that an error is; `internal` for one that nobody raised on purpose."""
    if isinstance(error, Problem):
        return error
    name = next((name for kind, name in OF_ERRORS if isinstance(error, kind)), "internal")
    if name in PRIVATE:
        return Problem(name, "Something failed that should not have; the server's log has this request's id")
    return Problem(name, of_the_machine(error) or printable(str(error)), field=field_of(error))


def of_the_machine(error: Exception) -> str | None:
    """What to tell in place of the message, if that is about the machine and not about the request."""
    return next((detail for kind, detail in OF_THE_MACHINE if isinstance(error, kind)), None)


def field_of(error: Exception) -> str | None:
    return printable(error.field) if isinstance(error, errors.InvalidInput) else None


def printable(text: str) -> str:
    """A message may quote what was sent, and that need not be text: halves of surrogate pairs become `?`."""
    return text.encode("utf-8", "replace").decode()
