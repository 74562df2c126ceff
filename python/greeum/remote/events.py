"""Server-Sent Events: from lines to what the events say."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def events_of(lines: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Name and data of each event, as it becomes complete. Comments, by which a server shows that it is there, are
    passed over, and so is an event that has begun and does not end.
    """
    name, data = b"", b""
    for line in lines:
        field, _, value = line.removesuffix(b"\r").partition(b":")
        value = value.removeprefix(b" ")
        if field == b"event":
            name = value
        elif field == b"data":
            data += (b"\n" if data else b"") + value
        elif line in (b"", b"\r"):
            if data:
                yield name, data
            name, data = b"", b""
