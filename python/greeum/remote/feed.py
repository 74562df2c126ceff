"""The changes of a memory elsewhere, as they happen."""

from __future__ import annotations

from threading import Event

from greeum.errors import ServerFailed
from greeum.remote import rows
from greeum.remote.events import events_of
from greeum.remote.problems import error_of
from greeum.remote.request import EVENTS, Request
from greeum.remote.retries import Patience, Trouble
from greeum.remote.transport import parsed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from typing import TypeVar

    from greeum.model import Change
    from greeum.remote.stream import Stream
    from greeum.remote.transport import Transport

    T = TypeVar("T")

SILENCE_S = 50.0
"""A server shows every 15 seconds that it is there: three times in a row it does not miss that by chance."""

GONE_S = 120.0
"""How long a server may be gone before whoever follows it is told: one that was restarted, or moved to another machine,
is back by then."""

GONE_TRIES_MAX = 1_000
"""In that time, which is the bound."""

RECONNECT_S = 1.0
"""Between the end of one stream and the next. Servers and proxies end streams as they please, also at once."""


class Feed:
    """An iterator of changes without an end; where a connection breaks, the next one goes on after the last change.

    It ends when it is closed, which any thread may do, and raises what the server says (LogCut: read everything anew),
    or ServerFailed when the server cannot be reached any more.
    """

    def __init__(self, transport: Transport, target: Callable[[int], str], after: int) -> None:
        self._transport = transport
        self._target = target
        self.seq = after
        """Of the last change that was given out: where another feed would go on."""
        self.trouble: str | None = None
        """Why a new connection was made the last time; None if the server ended the stream in good order."""
        self._closed = Event()
        self._stream: Stream | None = None
        self._changes = self._follow()

    def __iter__(self) -> Iterator[Change]:
        return self

    def __next__(self) -> Change:
        return next(self._changes)

    def __enter__(self) -> Feed:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End it. A second call does nothing."""
        self._closed.set()
        if self._stream is not None:
            self._stream.abort()
        try:
            self._changes.close()
        except ValueError:
            return  # another thread is in it, and comes out by itself

    def _follow(self) -> Generator[Change, None, None]:
        patience = Patience()
        while not self._closed.is_set():
            self._stream = self._transport.stream(self._request(), patience)
            try:
                yield from self._read(self._stream)
                self.trouble = None
            except Trouble as trouble:
                self.trouble = str(trouble)
            self._closed.wait(RECONNECT_S)
            patience = Patience(GONE_TRIES_MAX, GONE_S)

    def _request(self) -> Request:
        return Request(
            "GET", self._target(self.seq), changes=False, is_repeatable=True, accept=EVENTS, timeout_s=SILENCE_S
        )

    def _read(self, stream: Stream) -> Iterator[Change]:
        if self._closed.is_set():
            stream.abort()
        for name, data in events_of(stream):
            if name == b"problem":
                raise error_of(self._transport.url, self._understood(lambda said: said, data))
            change = self._understood(rows.change, data)
            self.seq = change.seq
            yield change

    def _understood(self, meaning: Callable[[object], T], data: bytes) -> T:
        try:
            return meaning(parsed(data))
        except (KeyError, TypeError, ValueError) as error:
            raise ServerFailed(f"{self._transport.url}: answered what is no change ({error!r})") from error
