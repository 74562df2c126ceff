"""Answers that are read: as a whole, or line by line as they come."""

from __future__ import annotations

import socket
from http.client import HTTPException, IncompleteRead
from time import monotonic
from weakref import finalize

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from http.client import HTTPConnection, HTTPResponse

CHUNK_BYTES = 65_536


class Stream:
    """The lines of an answer that is still coming, as bytes without line ends. To be iterated once.

    `failed` makes what is raised from what went wrong; `ended` is told when it is over, and whether the connection can
    be used again.
    """

    def __init__(
        self,
        connection: HTTPConnection,
        response: HTTPResponse,
        *,
        failed: Callable[[Exception], Exception],
        ended: Callable[[Stream, bool], None],
    ) -> None:
        self.connection = connection
        self._socket = connection.sock
        self._response = response
        self._failed = failed
        self._ended = ended
        self.is_aborted = False
        self._unread = finalize(self, close, response, connection)
        """What becomes of it if nobody ever asks for its first line."""

    def __iter__(self) -> Iterator[bytes]:
        keep = False
        self._unread.detach()
        try:
            yield from lines_of(self._response)
            keep = not self._response.will_close
        except (OSError, HTTPException, ValueError) as error:
            raise self._failed(error) from error
        finally:
            self._response.close()
            self._ended(self, keep)

    def abort(self) -> None:
        """End it, from any thread, also while it waits for the next line."""
        self.is_aborted = True
        try:
            # Not the shutdown of TLS: that would take the socket away from the thread that reads it.
            socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
        except OSError:
            return  # the other side was quicker


def close(response: HTTPResponse, connection: HTTPConnection) -> None:
    response.close()
    connection.close()


def has_end(response: HTTPResponse) -> bool:
    """Whether it can be told from an answer that was cut off. `http.client` takes a head that was cut off for a whole
    one, in which there is nothing of where the body ends.
    """
    return response.chunked or response.length is not None


def whole(response: HTTPResponse, deadline_s: float) -> bytes:
    """A body from its beginning to its end. Raises TimeoutError if that is not there by then."""
    content = bytearray()
    while piece := response.read1(CHUNK_BYTES):
        content += piece
        if monotonic() > deadline_s:
            raise TimeoutError
    if response.length:
        raise IncompleteRead(bytes(content), response.length)
    # `read1` does not notice the end by itself, and a connection whose answer is open takes no other request.
    response.close()
    return bytes(content)


def lines_of(response: HTTPResponse) -> Iterator[bytes]:
    """The lines of a body. JSON may hold any line end but the one that ends it, so only that one counts."""
    begun = b""
    while piece := response.read1(CHUNK_BYTES):
        *lines, begun = (begun + piece).split(b"\n")
        yield from lines
    if response.length:
        raise IncompleteRead(begun, response.length)
    if begun:
        yield begun
