"""Lists a page at a time: the pages, and the cursors that lead from one to the next."""

from __future__ import annotations

from zlib import crc32

from greeum import limits
from greeum.errors import InvalidInput
from greeum.model import Block

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from greeum.store.protocol import BlockRow


ROWS_PER_STEP = 64
"""Rows of a page that are read at once: so many of the largest are 64 MiB, and of usual ones one page is two reads."""


class Page(list[Block]):
    """Some blocks of a list; `cursor` asks for the next ones, and is None after the last."""

    cursor: str | None = None


class NamespacePage(list[tuple[str, int]]):
    """Some namespaces, each with how many blocks it has itself; `cursor` as in `Page`."""

    cursor: str | None = None


def page_rows(read: Callable[[Sequence[int]], Iterable[BlockRow]], ids: Sequence[int]) -> tuple[list[BlockRow], int]:
    """The rows of these blocks as far as they go on one page, and how many of the ids that were. At least one is."""
    rows: list[BlockRow] = []
    size = done = 0
    while done < len(ids) and size < limits.PAGE_BYTES_MAX:
        step = list(ids[done : done + ROWS_PER_STEP])
        found = {row[0]: row for row in read(step)}
        for block in step:
            row = found.get(block)  # None: forgotten a moment ago
            size += 0 if row is None else bytes_of(row[4]) + bytes_of(row[9])
            if size > limits.PAGE_BYTES_MAX and rows:
                return rows, done
            rows += [] if row is None else [row]
            done += 1
    return rows, done


def bytes_of(text: str) -> int:
    """What a text takes in UTF-8, at most."""
    return len(text) if text.isascii() else 4 * len(text)


def checksum(*filters: object) -> int:
    """Tells listings with other filters apart."""
    return crc32("\0".join(map(str, filters)).encode())


def write_cursor(after: tuple[int, int], listing: int) -> str:
    """The cursor after a block, which is named by its time and its id."""
    return f"{after[0]:x}.{after[1]:x}.{listing:08x}"


def read_cursor(cursor: object, listing: int) -> tuple[int, int]:
    """What `write_cursor` was given. Raises InvalidInput."""
    parts = cursor.split(".") if isinstance(cursor, str) else []
    try:
        at, block, of = (int(part, 16) for part in parts)
    except ValueError:
        at = block = of = 0
    # What is written in another way, or lies where no block can be, we have not written.
    is_ours = 0 < block < 2**53 and limits.TIME_MIN_US <= at <= limits.TIME_MAX_US
    if not is_ours or cursor != write_cursor((at, block), of):
        raise InvalidInput("cursor", "is none that a page of `list` has given")
    if of != listing:
        raise InvalidInput("cursor", "belongs to a listing with other filters, or of another memory")
    return at, block


def write_namespace_cursor(after: str, listing: int) -> str:
    """The cursor after a namespace."""
    return f"{listing:08x}.{after.encode().hex()}"


def read_namespace_cursor(cursor: object, listing: int) -> str:
    """What `write_namespace_cursor` was given. Raises InvalidInput."""
    of, _, digits = cursor.partition(".") if isinstance(cursor, str) else ("", "", "")
    try:
        after = bytes.fromhex(digits).decode()
        is_ours = cursor == write_namespace_cursor(after, int(of, 16))
    except ValueError:
        is_ours = False
    if not is_ours:
        raise InvalidInput("cursor", "is none that a page of `namespaces` has given")
    if int(of, 16) != listing:
        raise InvalidInput("cursor", "belongs to a listing of another namespace or memory")
    return after
