"""What the server itself answers, without asking the application: problems as RFC 9457 has them."""

from __future__ import annotations

from http import HTTPStatus
from json import dumps
from typing import NamedTuple

RETRY_AFTER_S = 1
"""When to try again after a refusal for overload: the queue that was full is a fraction of a second long."""


class Refused(NamedTuple):
    """Why a request is not answered, and how that is said."""

    status: int
    problem: str
    """What the problem's type ends with, as in greeum.api.problems."""
    title: str
    detail: str

    def answer(self, request_id: str, *, date: bytes, close: bool, with_body: bool) -> bytes:
        """All bytes of an HTTP answer. `date` is its header line."""
        members = {
            "type": f"urn:greeum:problem:{self.problem}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": f"urn:greeum:request:{request_id}",
        }
        body = dumps(members).encode()
        retry = f"retry-after: {RETRY_AFTER_S}\r\n" if self.status == 503 else ""
        head = (
            f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}\r\n"
            f"content-type: application/problem+json\r\ncontent-length: {len(body)}\r\nx-request-id: {request_id}\r\n"
            f"cache-control: no-store\r\n{retry}connection: {'close' if close else 'keep-alive'}\r\n"
        )
        return head.encode("ascii") + date + b"\r\n" + (body if with_body else b"")


INVALID, TIMEOUT = "The request cannot be used", "The request did not arrive in time"
LARGE, UNAVAILABLE = "The request is too large", "Not at the moment"

NOT_HTTP = Refused(400, "invalid-input", INVALID, "This is not HTTP/1.1")
BAD_URL = Refused(400, "invalid-input", INVALID, "The URL is none, or is not UTF-8")
SLOW_HEADERS = Refused(408, "timeout", TIMEOUT, "The headers took too long")
SLOW_BODY = Refused(408, "timeout", TIMEOUT, "The body took too long for its size")
LONG_URL = Refused(414, "too-large", LARGE, "The URL is longer than is taken; what is long goes into a body")
LARGE_HEADERS = Refused(431, "too-large", LARGE, "The headers are more, or longer, than are taken")
FAILED = Refused(
    500,
    "internal",
    "The server failed",
    "Something failed that should not have; the server's log has this request's id",
)
OVERLOADED = Refused(503, "unavailable", UNAVAILABLE, "Too many requests are waiting for their answer; try again")
FULL = Refused(503, "unavailable", UNAVAILABLE, "Too many connections are open; try again")
