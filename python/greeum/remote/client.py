"""The operations of the service as four kinds: reading, asking, changing, erasing. Each gives what the answer means."""

from __future__ import annotations

from hashlib import blake2b
from os import urandom
from urllib.parse import quote

from greeum import inputs
from greeum.errors import InvalidInput
from greeum.remote import bodies
from greeum.remote.request import JSON_LINES, Request
from greeum.remote.transport import parsed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any, TypeVar

    from greeum.remote.transport import Transport
    from greeum.remote.upload import Upload

    T = TypeVar("T")
    Meaning = Callable[[Any], T]

URL_BYTES_MAX = 16_384
"""The longest path and query that servers of Greeum take; only the filter of a listing may be longer."""

NAME_BYTES_MAX = 255
"""The longest name of a request that servers take; it is of visible ASCII."""

LONG_S = 600.0
"""For what reads or writes a whole memory: a gigabyte takes a second to check, and an embedder elsewhere may take
minutes over what is imported.
"""


class Client:
    """One server's operations. `prefix` is what stands before `/v1` there."""

    def __init__(self, transport: Transport, prefix: str) -> None:
        self.transport = transport
        self._prefix = prefix

    def target(self, path: str, query: Mapping[str, str | None] | None = None) -> str:
        """What a request asks for: path and query; what is None is left out. Raises InvalidInput if it is too long."""
        given = {name: quote(value, safe="") for name, value in (query or {}).items() if value is not None}
        target = f"{self._prefix}{path}" + ("?" if given else "") + "&".join(f"{k}={v}" for k, v in given.items())
        if len(target) > URL_BYTES_MAX:
            longest = max(given, key=lambda name: len(given[name]))
            raise InvalidInput(longest, f"is too long to be asked for here: a URL has room for {URL_BYTES_MAX:,} bytes")
        return target

    def read(self, path: str, meaning: Meaning[T], **query: str | None) -> T:
        """GET, which changes nothing."""
        return self._meant(Request("GET", self.target(path, query), changes=False, is_repeatable=True), meaning)

    def question(
        self, path: str, body: Mapping[str, str] | None, meaning: Meaning[T], *, timeout_s: float | None = None
    ) -> T:
        """POST of what does not fit into a URL, which changes nothing."""
        content = None if body is None else bodies.encoded(body)
        request = Request("POST", self.target(path), content, changes=False, is_repeatable=True, timeout_s=timeout_s)
        return self._meant(request, meaning)

    def change(
        self,
        method: str,
        path: str,
        body: Mapping[str, str] | None,
        meaning: Meaning[T],
        *,
        headers: Mapping[str, str] | None = None,
        timeout_s: float | None = None,
    ) -> T:
        """Something is changed, which is not tried again when nobody knows whether it was done."""
        content = None if body is None else bodies.encoded(body)
        request = Request(
            method, self.target(path), content, changes=True, is_repeatable=False, headers=headers, timeout_s=timeout_s
        )
        return self._meant(request, meaning)

    def named_change(
        self,
        method: str,
        path: str,
        body: bytes,
        meaning: Meaning[T],
        *,
        name: str | None,
        headers: Mapping[str, str] | None = None,
    ) -> T:
        """Something is changed once, however often it is sent: `name`, or one made for it, names this very request."""
        named = {"Idempotency-Key": urandom(16).hex() if name is None else header_name(name)}
        request = Request(
            method, self.target(path), body, changes=True, is_repeatable=True, headers=named | dict(headers or {})
        )
        return self._meant(request, meaning)

    def erase(self, path: str, **query: str | None) -> None:
        """DELETE of what answers nothing."""
        self.transport.ask(Request("DELETE", self.target(path, query), changes=True, is_repeatable=False))

    def records(self, path: str, body: Mapping[str, str], meaning: Meaning[T]) -> Iterator[T]:
        """POST of a question whose answer comes in pieces: what each of them means, as it comes. Refused at once."""
        request = Request(
            "POST", self.target(path), bodies.encoded(body), changes=False, is_repeatable=True, accept=JSON_LINES
        )
        lines = self.transport.lines(request)
        return (self._understood(request, lambda content: meaning(parsed(content)), line) for line in lines)

    def text_lines(self, path: str, *, timeout_s: float, **query: str | None) -> Iterator[str]:
        """GET of lines of text, as they come."""
        request = Request(
            "GET", self.target(path, query), changes=False, is_repeatable=True, accept=JSON_LINES, timeout_s=timeout_s
        )
        for line in self.transport.lines(request):
            yield self._understood(request, bytes.decode, line)

    def upload(self, path: str, lines: Upload, meaning: Meaning[T], *, timeout_s: float, **query: str | None) -> T:
        """POST of lines, as they come."""
        request = Request(
            "POST",
            self.target(path, query),
            lines,
            changes=True,
            is_repeatable=False,
            headers={"Content-Encoding": "gzip"} if lines.is_packed else None,
            body_type=JSON_LINES,
            timeout_s=timeout_s,
        )
        return self._meant(request, meaning)

    def _meant(self, request: Request, meaning: Meaning[T]) -> T:
        return self._understood(request, meaning, self.transport.ask(request))

    def _understood(self, request: Request, meaning: Meaning[T], answer: object) -> T:
        """What an answer means. Raises ServerFailed if it is of another shape than Greeum's."""
        try:
            return meaning(answer)
        except (KeyError, TypeError, ValueError) as error:
            raise self.transport.failed(request, f"answered what no Greeum answers ({error!r})") from error


def header_name(value: object) -> str:
    """A request's name as it stands in a header; one that cannot is told from all others by its digest."""
    name = inputs.name(value, "idempotency_key")
    if name.isascii() and name.isprintable() and " " not in name and len(name) <= NAME_BYTES_MAX:
        return name
    return f"blake2b-{blake2b(name.encode()).hexdigest()}"
