"""From bytes to requests: what a parser finds in them, checked for size and sense before anybody answers it."""

from __future__ import annotations

import re
from typing import Any, NamedTuple
from urllib.parse import unquote

import httptools

from greeum.api import refusals

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from greeum.api.refusals import Refused

    class Taker(Protocol):
        """Who is told what comes, in its order."""

        def headers_begin(self) -> None: ...
        def request_comes(self, request: Request) -> None: ...
        def body_comes(self, data: bytes) -> None: ...
        def request_ends(self) -> None: ...
        def websocket_comes(self, handshake: bytes) -> None: ...


HEADER_BYTES_MAX = 32_768
"""A request's first line and headers: what proxies and clients send is a tenth of it."""

HEADERS_MAX = 100
"""Headers of one request: the usual bound of servers."""

URL_BYTES_MAX = 16_384
"""Path and query: a filter in a query string fits; longer ones have a body."""

METHOD = re.compile(rb"[A-Z]{1,32} ")
"""What begins a request, though its method may be one that nobody knows."""

ABSOLUTE = re.compile(rb"https?://([^/?#]*)(.*)", re.IGNORECASE | re.DOTALL)
"""A URL in whole, as it is sent to proxies. What it names then counts in place of Host (RFC 9112, 3.2.2)."""

ASGI_VERSIONS = {"version": "3.0", "spec_version": "2.4"}


class Request(NamedTuple):
    """A request whose headers have come."""

    scope: dict[str, Any]
    """As ASGI has it."""
    keep_alive: bool
    """Whether another may follow on the same connection."""
    expects: bool
    """Whether its client waits for "100 Continue" before it sends the body."""


class RefusedError(Exception):
    """Raised while bytes are parsed, to stop that."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.detail)
        self.refused = refused


class Reader:
    """Parses what one client sends, one request after the other."""

    def __init__(self, taker: Taker, server: Any, client: Any) -> None:
        """`server` and `client` are the addresses of both ends."""
        self._taker = taker
        self._addresses = server, client
        self._parser: Any = httptools.HttpRequestParser(self)
        self._unread_bytes = 0
        """Taken in by the parser without anything coming out."""
        # The request whose headers come.
        self._in_headers = False
        self._is_websocket = False
        self._headers: list[tuple[bytes, bytes]] = []
        self._url = b""
        self._hosts = 0
        self._expects = False

    def stop(self) -> None:
        """Tell nothing any more. The parser and this hold each other, and would wait for the garbage collector."""
        self._parser = None

    def feed(self, data: bytes) -> Refused | None:
        """Take what has come; why it is refused, if it is: then nothing more can be read."""
        self._unread_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            if self._is_websocket:
                self._taker.websocket_comes(self._handshake() + data[upgrade.args[0] :])
        except httptools.HttpParserCallbackError as error:
            if not isinstance(error.__context__, RefusedError):
                raise
            return error.__context__.refused
        except httptools.HttpParserInvalidMethodError:
            return refusals.NO_METHOD if METHOD.match(data) else refusals.NOT_HTTP
        except httptools.HttpParserError:
            return refusals.NOT_HTTP
        return refusals.LARGE_HEADERS if self._unread_bytes > HEADER_BYTES_MAX else None

    # What the parser calls.

    def on_message_begin(self) -> None:
        self._headers = []
        self._url = b""
        self._hosts = 0
        self._expects = False
        self._in_headers = True
        self._taker.headers_begin()

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self._in_headers:
            return  # A trailer after a body: it must not become a header of the request.
        name = name.lower()
        if name == b"host":
            self._hosts += 1
        elif name == b"expect" and value.lower() == b"100-continue":
            self._expects = True
        # The parser leaves the blanks that may stand after a value.
        self._headers.append((name, value.rstrip(b" \t")))

    def on_headers_complete(self) -> None:
        parser = self._parser
        if parser is None:
            return
        self._check_sizes()
        if not self._url.startswith(b"/"):
            self._take_host()
        self._in_headers = False
        self._unread_bytes = 0
        is_upgrade = parser.should_upgrade()
        self._is_websocket = is_upgrade and is_websocket(self._headers)
        if self._is_websocket:
            return
        scope = self._scope(parser.get_method().decode("ascii"), parser.get_http_version())
        keep_alive = not is_upgrade and scope["http_version"] == "1.1" and parser.should_keep_alive()
        self._taker.request_comes(Request(scope, keep_alive, self._expects))

    def on_body(self, data: bytes) -> None:
        self._unread_bytes = 0
        self._taker.body_comes(data)

    def on_message_complete(self) -> None:
        self._unread_bytes = 0
        if not self._is_websocket:
            self._taker.request_ends()

    # From headers to a request.

    def _check_sizes(self) -> None:
        if self._unread_bytes > HEADER_BYTES_MAX:
            size = len(self._url) + sum(len(name) + len(value) + 4 for name, value in self._headers)
            if size > HEADER_BYTES_MAX:
                raise RefusedError(refusals.LARGE_HEADERS)
        if len(self._headers) > HEADERS_MAX:
            raise RefusedError(refusals.LARGE_HEADERS)
        if len(self._url) > URL_BYTES_MAX:
            raise RefusedError(refusals.LONG_URL)

    def _take_host(self) -> None:
        """Of a URL in whole, the host becomes the header, and the rest the path."""
        absolute = ABSOLUTE.fullmatch(self._url)
        if absolute is None or self._hosts > 1:
            return
        others = [pair for pair in self._headers if pair[0] != b"host"]
        self._headers, self._hosts = [(b"host", absolute[1]), *others], 1
        self._url = absolute[2] if absolute[2].startswith(b"/") else b"/" + absolute[2]

    def _scope(self, method: str, version: str) -> dict[str, Any]:
        if self._hosts != 1 and not (version == "1.0" and self._hosts == 0):
            raise RefusedError(refusals.NO_HOST)
        try:
            parts = httptools.parse_url(self._url)
            raw_path = parts.path or b"/"
            path = raw_path.decode("ascii")
            if "%" in path:
                path = unquote(path, errors="strict")
        except (httptools.HttpParserInvalidURLError, UnicodeDecodeError) as error:
            raise RefusedError(refusals.BAD_URL) from error
        server, client = self._addresses
        return {
            "type": "http",
            "asgi": ASGI_VERSIONS,
            "http_version": version,
            "server": server,
            "client": client,
            "scheme": "http",
            "method": method,
            "root_path": "",
            "path": path,
            "raw_path": raw_path,
            "query_string": parts.query or b"",
            "headers": self._headers,
        }

    def _handshake(self) -> bytes:
        """The request for a WebSocket, as it came."""
        lines = [b"GET ", self._url, b" HTTP/1.1\r\n"]
        for name, value in self._headers:
            lines += (name, b": ", value, b"\r\n")
        return b"".join([*lines, b"\r\n"])


def is_websocket(headers: list[tuple[bytes, bytes]]) -> bool:
    return any(name == b"upgrade" and value.lower() == b"websocket" for name, value in headers)
