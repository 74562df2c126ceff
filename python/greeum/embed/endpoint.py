"""One HTTP address that takes JSON and gives JSON, and the patience that it needs.

Connections are kept open between requests. A server that is busy (429) or ill (5xx), or a connection that breaks, is
tried again after a while; silence is not, since whoever asked has waited long enough. Redirects are not followed: the
key would go with them. Proxies are not used, and nothing is read from the environment.
"""

from __future__ import annotations

import json
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from random import uniform
from time import monotonic, sleep, time
from urllib.parse import urlsplit
from weakref import finalize

from greeum.errors import EmbedderFailed, InvalidInput

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from http.client import HTTPResponse

BACKOFF_FIRST_S = 0.5
BACKOFF_MAX_S = 8.0

RETRY_AFTER_MAX_S = 30.0
"""A server that asks for a longer pause is not waited for: the caller of `add` or `search` is."""

REPLY_BYTES_MAX = 268_435_456
"""A reply longer than this is a mistake: 2,048 vectors of 4,096 components are 200 MB of JSON."""

CHUNK_BYTES = 65_536
EXCERPT_CHARS = 200
"""How much of an error's body goes into our message: servers put the reason first."""

TOO_MANY_REQUESTS = 429
SERVER_ERRORS = range(500, 600)
OK = range(200, 300)


class TransientError(Exception):
    """What may be over at the next attempt, `wait_s` seconds from now if the server said so."""

    def __init__(self, reason: str, wait_s: float | None = None) -> None:
        super().__init__(reason)
        self.wait_s = wait_s


class Endpoint:
    """POSTs JSON to `url`. May be used by several threads at once.

    `timeout_s` bounds each silence and each answer, `retries` the attempts after the first. The key is sent as a bearer
    token, and shown nowhere.
    """

    def __init__(self, url: str, *, key: str | None, timeout_s: float, retries: int) -> None:
        if not timeout_s > 0:
            raise InvalidInput("timeout_s", f"is {timeout_s}; it must be more than 0 seconds")
        if retries < 0:
            raise InvalidInput("retries", f"is {retries}; it must be 0 or more")
        self.url = url
        self._secure, self._host, self._port, self._path = parse(url)
        self._timeout_s = timeout_s
        self._retries = retries
        self._key = key
        self._headers = {"Content-Type": "application/json", "Accept": "application/json", "User-Agent": "greeum"}
        if key is not None:
            self._headers["Authorization"] = f"Bearer {checked_key(key)}"
        self._idle: list[HTTPConnection] = []
        finalize(self, close_all, self._idle)

    def post(self, payload: Mapping[str, object]) -> object:
        """The JSON that the server answers with. Raises EmbedderFailed when it does not, or not in time."""
        body = json.dumps(payload).encode("ascii")
        attempt = 0
        while True:
            try:
                return self._attempt(body)
            except TransientError as trouble:
                attempt += 1
                wait_s = backoff_s(attempt) if trouble.wait_s is None else trouble.wait_s
                if attempt > self._retries:
                    raise EmbedderFailed(f"{self.url}: {trouble} (the last of {attempt} attempts)") from trouble
                if wait_s > RETRY_AFTER_MAX_S:
                    raise EmbedderFailed(f"{self.url}: {trouble} (and asks for a pause of {wait_s:.0f} s)") from trouble
                sleep(wait_s)

    def _attempt(self, body: bytes, *, fresh: bool = False) -> object:
        kept = None if fresh else self._kept()
        connection = kept or self._connect()
        keep = False
        try:
            connection.request("POST", self._path, body, self._headers)
            response = connection.getresponse()
            content = self._content(response)
            keep = not response.will_close
        except TimeoutError as error:
            raise EmbedderFailed(f"{self.url}: no answer within {self._timeout_s} s") from error
        except (OSError, HTTPException) as error:
            if kept:
                # Servers close connections that were idle: no sign of trouble, and the other kept ones are as old.
                close_all(self._idle)
                return self._attempt(body, fresh=True)
            raise TransientError(f"the connection failed: {str(error) or type(error).__name__}") from error
        finally:
            if keep:
                self._idle.append(connection)
            else:
                connection.close()
        return self._answer(response, content)

    def _kept(self) -> HTTPConnection | None:
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _connect(self) -> HTTPConnection:
        kind = HTTPSConnection if self._secure else HTTPConnection
        return kind(self._host, self._port, timeout=self._timeout_s)

    def _content(self, response: HTTPResponse) -> bytes:
        deadline = monotonic() + self._timeout_s
        content = bytearray()
        while chunk := response.read1(CHUNK_BYTES):
            content += chunk
            if len(content) > REPLY_BYTES_MAX:
                raise EmbedderFailed(f"{self.url}: the answer is longer than {REPLY_BYTES_MAX} bytes")
            if monotonic() > deadline:
                raise TimeoutError
        if response.length:
            raise ConnectionError(f"{response.length} bytes of the answer are missing")
        # `read1` does not notice the end by itself, and a connection whose answer is open takes no other request.
        response.close()
        return bytes(content)

    def _answer(self, response: HTTPResponse, content: bytes) -> object:
        status = response.status
        if status in OK:
            try:
                # Whole numbers become floats too: a component may be written as 0, and an int has no bound.
                return json.loads(content, parse_int=float)
            except (ValueError, RecursionError) as error:
                raise EmbedderFailed(f"{self.url}: answered {status} with no JSON: {self._excerpt(content)}") from error
        trouble = f"answered {status} {response.reason}: {self._excerpt(content)}"
        if status == TOO_MANY_REQUESTS or status in SERVER_ERRORS:
            raise TransientError(trouble, retry_after_s(response.getheader("Retry-After")))
        raise EmbedderFailed(f"{self.url}: {trouble}")

    def _excerpt(self, content: bytes) -> str:
        """The beginning of a body on one line, without the key: some servers repeat what they refuse."""
        text = " ".join(content[:CHUNK_BYTES].decode("utf-8", "replace").split())
        if self._key:
            text = text.replace(self._key, "***")
        return text[:EXCERPT_CHARS] or "(nothing)"


def parse(url: str) -> tuple[bool, str, int, str]:
    """Whether it is https; host, port and path. Raises InvalidInput."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise InvalidInput("base_url", f"is no URL: {error}") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InvalidInput("base_url", "must begin with http:// or https:// and a host, as http://127.0.0.1:11434/v1")
    if parts.username is not None or parts.query or parts.fragment:
        raise InvalidInput(
            "base_url", "must not hold a user, a password, a query or a fragment: it is shown in messages"
        )
    if not (url.isascii() and url.isprintable()) or " " in url:
        raise InvalidInput("base_url", "must be printable ASCII without spaces; percent-encode the rest")
    secure = parts.scheme == "https"
    return secure, parts.hostname, port or (443 if secure else 80), parts.path or "/"


def checked_key(key: str) -> str:
    """The key if it can stand in a header. Raises InvalidInput, which does not show it."""
    if not key or not (key.isascii() and key.isprintable()) or " " in key:
        raise InvalidInput(
            "api_key", "must be printable ASCII without spaces (a line end at its end is a usual mistake)"
        )
    return key


def backoff_s(attempt: int) -> float:
    """Seconds to wait after so many attempts: twice as long each time, and never the same for all who wait."""
    return min(BACKOFF_MAX_S, BACKOFF_FIRST_S * 2.0 ** (attempt - 1)) * uniform(0.5, 1)


def retry_after_s(header: str | None) -> float | None:
    """The pause that a Retry-After header asks for, in seconds; None if there is none, or none that makes sense."""
    if header is None:
        return None
    if header.strip().isdecimal():
        return float(header)
    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - time())
    except ValueError:
        return None


def close_all(connections: list[HTTPConnection]) -> None:
    """Close these and forget them."""
    while connections:
        connections.pop().close()
