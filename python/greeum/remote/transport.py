"""Requests and answers over HTTP, with the patience that a network needs, and no surprises.

Any number of threads may ask at once. Redirects are not followed, for the key would go with them; proxies are not used;
nothing is read from the environment but what OpenSSL reads (SSL_CERT_FILE). TLS is verified as Python does by default.
"""

from __future__ import annotations

from http.client import HTTPException, HTTPSConnection, IncompleteRead
from json import loads
from ssl import SSLError
from threading import Event
from time import monotonic
from weakref import WeakSet

from greeum.errors import ServerFailed, StoreClosed
from greeum.remote.address import authorization
from greeum.remote.connections import Connections, is_readable
from greeum.remote.problems import error_of, has_not_begun
from greeum.remote.request import JSON, PROBLEM
from greeum.remote.retries import Patience, Trouble, retry_after_s
from greeum.remote.stream import Stream, has_end, whole

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from http.client import HTTPConnection, HTTPResponse
    from ssl import SSLContext
    from typing import TypeVar

    from greeum.errors import GreeumError
    from greeum.remote.address import Address
    from greeum.remote.request import Request

    T = TypeVar("T")

OK = range(200, 300)
UNSURE = "whether it was done is not known"

NO_CONTENT, TOO_MANY_REQUESTS, UNAVAILABLE = 204, 429, 503

INTERNAL = 500
"""A defect of the server, which may have met it before or after the work."""

UNREACHED = (502, UNAVAILABLE)
"""What a proxy says while there is no server behind it, as during a restart. 504 is silence, which is not repeated."""


class Transport:
    """Sends requests to one server. `timeout_s` bounds each silence, and each answer that is not a stream."""

    def __init__(
        self, address: Address, key: str | None, *, timeout_s: float, insecure: bool, tls: SSLContext | None
    ) -> None:
        self.url = address.url
        self._timeout_s = timeout_s
        self._key = key
        self._headers = {"User-Agent": "greeum"}
        if key is not None:
            self._headers["Authorization"] = authorization(key, address, insecure=insecure)
        self._connections = Connections(address, tls)
        self._streams: WeakSet[Stream] = WeakSet()
        self.closed = Event()

    def close(self) -> None:
        """Let go of all connections; streams end. A second call does nothing."""
        self.closed.set()
        for stream in list(self._streams):
            stream.abort()
        self._connections.close()

    def ask(self, request: Request) -> object:
        """The JSON of the answer, or None where there is nothing to say. Raises the error that the server answered
        with, or ServerFailed.
        """
        return self._tried(request, self._answer)

    def stream(self, request: Request, patience: Patience | None = None) -> Stream:
        """The answer, line by line as it comes. Raises as `ask` does; the stream raises Trouble where it breaks."""
        return self._tried(request, self._begun, patience)

    def lines(self, request: Request) -> Iterator[bytes]:
        """The lines of a stream that has an end. Raises as `ask` does, at once; and ServerFailed where it breaks."""
        stream = self.stream(request)

        def lines() -> Iterator[bytes]:
            try:
                yield from stream
            except Trouble as trouble:
                raise trouble.error from trouble.__cause__

        return lines()

    def _tried(self, request: Request, attempt: Callable[[Request], T], patience: Patience | None = None) -> T:
        patience = patience or Patience()
        while True:
            try:
                return attempt(request)
            except Trouble as trouble:
                may_repeat = (request.is_repeatable or not trouble.is_unsure) and not request.is_spent
                if not may_repeat or not patience.wait(trouble, self.closed):
                    raise trouble.error from trouble.__cause__

    def _answer(self, request: Request) -> object:
        connection, response = self._exchange(request)
        content = self._content(request, connection, response)
        if response.status == NO_CONTENT:
            return None
        if response.status in OK and media_type(response) == JSON:
            return self._parsed(request, response, content)
        raise self._refusal(request, response, content)

    def _begun(self, request: Request) -> Stream:
        connection, response = self._exchange(request)
        if response.status not in OK or media_type(response) != request.accept:
            raise self._refusal(request, response, self._content(request, connection, response))

        def failed(error: Exception) -> Exception:
            return self._closing() if self.closed.is_set() else self._broken(request, error)

        stream = Stream(connection, response, failed=failed, ended=self._ended)
        self._streams.add(stream)
        return stream

    def _ended(self, stream: Stream, keep: bool) -> None:
        self._streams.discard(stream)
        self._connections.put_back(stream.connection, keep=keep)

    def _exchange(self, request: Request) -> tuple[HTTPConnection, HTTPResponse]:
        """Send it; the head of the answer."""
        if self.closed.is_set():
            raise self._closing()
        connection = self._connected()
        try:
            connection.sock.settimeout(request.timeout_s or self._timeout_s)
            self._send(connection, request)
            response = connection.getresponse()
            if not has_end(response):
                response.close()
                raise HTTPException("its head was cut off, or does not say where the answer ends")
            return connection, response
        except (OSError, HTTPException) as error:
            connection.close()
            raise self._broken(request, error) from error
        except BaseException:
            connection.close()
            raise

    def _connected(self) -> HTTPConnection:
        try:
            return self._connections.take()
        except SSLError as error:
            raise self._error(f"does not speak TLS as it should ({error})") from error
        except OSError as error:
            reason = f"cannot be reached ({error.strerror or error}): is `greeum serve` running there?"
            raise Trouble(self._error(reason), is_unsure=False) from error

    def _send(self, connection: HTTPConnection, request: Request) -> None:
        headers, body = self._headers | request.headers, request.body
        if body is None or isinstance(body, bytes):
            connection.request(request.method, request.target, body, headers)
            return
        request.is_spent = True
        headers["Transfer-Encoding"] = "chunked"
        pieces = until_answered(body, connection)
        try:
            connection.request(request.method, request.target, pieces, headers, encode_chunked=True)
        except ConnectionError:
            # It was refused before all of it was sent; what the server said of it may still be there to be read.
            if not is_readable(connection):
                raise

    def _content(self, request: Request, connection: HTTPConnection, response: HTTPResponse) -> bytes:
        """The body, if it is one that Greeum could have sent; the connection is kept if it can be used again."""
        content, keep = b"", False
        try:
            if media_type(response) in (JSON, PROBLEM) or response.status == NO_CONTENT:
                content = whole(response, monotonic() + (request.timeout_s or self._timeout_s))
                keep = not response.will_close
        except (OSError, HTTPException) as error:
            raise self._broken(request, error) from error
        finally:
            response.close()
            self._connections.put_back(connection, keep=keep)
        return content

    def _parsed(self, request: Request, response: HTTPResponse, content: bytes) -> object:
        try:
            return parsed(content)
        except ValueError as error:
            raise self.failed(request, f"answered {response.status} with what is no JSON") from error

    def _refusal(self, request: Request, response: HTTPResponse, content: bytes) -> Exception:
        """What to raise for an answer that is not the one that was asked for."""
        status, given = response.status, media_type(response)
        error: GreeumError
        is_unsure, is_passing = status in (INTERNAL, UNAVAILABLE), False
        if status in OK:
            return self.failed(request, f"answered with {given or 'something'} where Greeum gives {request.accept}")
        if given == PROBLEM:
            said = self._parsed(request, response, self._without_key(content))
            error, is_unsure = error_of(self.url, said), is_unsure and not has_not_begun(said)
        else:
            error = self._error(f"answered {status} {response.reason}, and not as Greeum does")
            is_unsure, is_passing = status >= INTERNAL, status in UNREACHED
        if is_unsure and request.changes:
            error = type(error)(f"{error}; {UNSURE}")
        wait_s = retry_after_s(response.getheader("Retry-After"))
        if is_passing or (wait_s is not None and status in (TOO_MANY_REQUESTS, UNAVAILABLE)):
            return Trouble(error, is_unsure=is_unsure, wait_s=wait_s)
        return error

    def _broken(self, request: Request, error: Exception) -> Trouble:
        """What to raise where an answer does not come, or not to its end."""
        if isinstance(error, TimeoutError):
            reason = f"no answer within {request.timeout_s or self._timeout_s:g} s"
        else:
            cut = "the answer was cut off" if isinstance(error, IncompleteRead) else "the connection broke"
            reason = f"{cut} ({str(error) or type(error).__name__})"
        return Trouble(self.failed(request, reason), is_unsure=True, is_final=isinstance(error, TimeoutError))

    def _closing(self) -> StoreClosed:
        return StoreClosed(f"{self.url}: this memory has been closed; connect again")

    def failed(self, request: Request, reason: str) -> ServerFailed:
        """An error that says whether something may have been done all the same."""
        return self._error(f"{reason}; {UNSURE}" if request.changes else reason)

    def _error(self, reason: str) -> ServerFailed:
        shown = self._without_key(reason.encode("utf-8", "backslashreplace")).decode()
        return ServerFailed(f"{self.url}: {shown}")

    def _without_key(self, said: bytes) -> bytes:
        """Some servers repeat what they refuse."""
        if self._key is None:
            return said
        return said.replace(self._key.encode(), b"***").replace(self._key.lower().encode(), b"***")


def media_type(response: HTTPResponse) -> str:
    return (response.getheader("Content-Type") or "").partition(";")[0].strip().lower()


def parsed(content: bytes) -> object:
    """JSON as it is defined, and not as Python takes it. Raises ValueError."""
    try:
        return loads(content, parse_constant=refused)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def refused(constant: str) -> object:
    raise ValueError(f"{constant} is no JSON")


def until_answered(pieces: Iterable[bytes], connection: HTTPConnection) -> Iterator[bytes]:
    """The pieces of a body, up to where the server answers already: it has seen what it does not take."""
    # TLS has things of its own to say, which look the same from outside.
    can_tell = not isinstance(connection, HTTPSConnection)
    for piece in pieces:
        yield piece
        if can_tell and is_readable(connection):
            return
