"""What goes wrong, as RFC 9457 says it: `application/problem+json` with a type that stays the same."""

from __future__ import annotations

from msgspec.json import encode

from greeum import errors
from greeum.problems import (
    KINDS,
    OTHER,
    PRIVATE,
    REQUEST_PREFIX,
    RETRY_AFTER_S,
    TYPE_PREFIX,
    in_words_of_json,
    name_of,
    of_the_machine,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    Headers = Sequence[tuple[bytes, bytes]]

MEDIA_TYPE = b"application/problem+json"

TRY_AGAIN = [(b"retry-after", b"%d" % RETRY_AFTER_S)]

ALWAYS_WITH: dict[str, Headers] = {
    **{name: TRY_AGAIN for name, kind in KINDS.items() if kind.status == 503},
    "upgrade-required": [(b"upgrade", b"websocket"), (b"connection", b"upgrade")],
    "unauthenticated": [(b"www-authenticate", b'Bearer realm="greeum"')],
}
"""Headers that a problem does not come without."""


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
    if isinstance(error, errors.InvalidInput):
        return Problem(name, printable(in_words_of_json(str(error))), field=printable(error.field))
    return Problem(name, of_the_machine(error) or printable(str(error)))


def printable(text: str) -> str:
    """A message may quote what was sent, and that need not be text: halves of surrogate pairs become `?`."""
    return text.encode("utf-8", "replace").decode()
