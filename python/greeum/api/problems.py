"""What goes wrong, as RFC 9457 says it: `application/problem+json` with a type that stays the same."""

from __future__ import annotations

from msgspec.json import encode

from greeum import errors
from greeum.problems import KINDS, OTHER, PRIVATE, REQUEST_PREFIX, RETRY_AFTER_S, TYPE_PREFIX, name_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    Headers = Sequence[tuple[bytes, bytes]]

MEDIA_TYPE = b"application/problem+json"

TRY_AGAIN = [(b"retry-after", b"%d" % RETRY_AFTER_S)]

ALWAYS_WITH: dict[str, Headers] = {
    **{name: TRY_AGAIN for name, kind in KINDS.items() if kind.status == 503},
    "unauthenticated": [(b"www-authenticate", b'Bearer realm="greeum"')],
}
"""Headers that a problem does not come without."""


OF_THE_MACHINE: dict[type[Exception], str] = {
    errors.StoreBusy: "The memory is in use or being opened, or too many are open; nothing was stored; try again",
    errors.StoreClosed: "The memory was closed, as it is when a server ends; try again",
    errors.StoreDamaged: "The memory on the server is damaged; its operator restores a backup",
    errors.StoreFull: "There is no room on the server's disk; nothing was stored; what is there can be read",
    errors.StoreReadOnly: "The server may read this memory, but not change it",
    errors.StoreVersion: "The memory on the server was written by a newer version than the one that runs there",
    errors.EmbedderFailed: "The embedder of this memory did not answer, or not as it should; try again",
    errors.EmbedderMismatch: "The memory's vectors were made by another embedder than the one that the server has",
    errors.StoreFailed: "The server's disk failed, so that this is not done, or not to its end; try again",
}
"""What is told of errors whose own message names directories of the server, or its embedder; that is in its log."""


MOVED = "This memory's directory on the server was moved, removed or replaced; its operator puts it back"
"""What is told of a StoreFailed that says so: to try again helps once somebody has done something."""


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
            "instance": REQUEST_PREFIX + request_id,
        }
        if self.field is not None:
            members["field"] = self.field
        return members


def problem_of(error: Exception) -> Problem:
    """The problem that an error is; `internal` for one that nobody raised on purpose."""
    if isinstance(error, Problem):
        return error
    name = name_of(error)
    if name == OTHER:
        return Problem(name, PRIVATE)
    return Problem(name, of_the_machine(error) or printable(str(error)), field=field_of(error))


def of_the_machine(error: Exception) -> str | None:
    """What to tell in place of the message, if that is about the machine and not about the request."""
    if isinstance(error, errors.StoreFailed) and error.was_moved:
        return MOVED
    return next((OF_THE_MACHINE[kind] for kind in type(error).__mro__ if kind in OF_THE_MACHINE), None)


def field_of(error: Exception) -> str | None:
    return printable(error.field) if isinstance(error, errors.InvalidInput) else None


def printable(text: str) -> str:
    """A message may quote what was sent, and that need not be text: halves of surrogate pairs become `?`."""
    return text.encode("utf-8", "replace").decode()
