"""What the server itself answers, without asking the application: problems as RFC 9457 has them."""

from __future__ import annotations

from http import HTTPStatus
from json import dumps

from greeum.problems import KINDS, OTHER, PRIVATE, REQUEST_PREFIX, RETRY_AFTER_S, TYPE_PREFIX


class Refused:
    """Why a request is not answered, and how that is said. Said often by a server that has little time left, so the
    bytes are made once, but for what changes.
    """

    __slots__ = ("_body", "_heads", "detail", "status")

    def __init__(self, status: int, problem: str, detail: str) -> None:
        """`problem` is one of KINDS; the status may be a closer one than it has there."""
        self.status = status
        self.detail = detail
        members = {
            "type": TYPE_PREFIX + problem,
            "title": KINDS[problem].title,
            "status": status,
            "detail": detail,
            "instance": REQUEST_PREFIX + "%s",
        }
        self._body = dumps(members).encode()
        self._heads = {close: self._head(close=close) for close in (False, True)}

    def _head(self, *, close: bool) -> bytes:
        retry = f"retry-after: {RETRY_AFTER_S}\r\n" if self.status == 503 else ""
        return (
            f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}\r\n"
            f"content-type: application/problem+json\r\ncache-control: no-store\r\n{retry}"
            f"connection: {'close' if close else 'keep-alive'}\r\n"
            "content-length: %d\r\nx-request-id: %b\r\n%b\r\n"
        ).encode("ascii")

    def answer(self, request_id: bytes, *, date: bytes, close: bool, with_body: bool) -> bytes:
        """All bytes of an HTTP answer. `date` is its header line."""
        body = self._body % request_id
        head = self._heads[close] % (len(body), request_id, date)
        return head + body if with_body else head


NOT_HTTP = Refused(400, "invalid-input", "This is not HTTP/1.1")
NO_HOST = Refused(400, "invalid-input", "A request of HTTP/1.1 needs a Host header, and only one")
NO_METHOD = Refused(501, "method-not-allowed", "There is no such method here")
BAD_URL = Refused(400, "invalid-input", "The URL is none, or is not UTF-8")
SLOW_HEADERS = Refused(408, "timeout", "The headers took too long")
SLOW_BODY = Refused(408, "timeout", "The body took too long for its size")
LONG_URL = Refused(414, "too-large", "The URL is longer than is taken; what is long goes into a body")
LARGE_HEADERS = Refused(431, "too-large", "The headers are more, or longer, than are taken")
FAILED = Refused(500, OTHER, PRIVATE)
OVERLOADED = Refused(503, "unavailable", "Too many requests are waiting for their answer; try again")
FULL = Refused(503, "unavailable", "Too many connections are open; try again")
