"""What is read, and how much of it is held: files, packed or not, and the files of a folder. Nothing is written."""

from __future__ import annotations

import os
import stat
import zlib
from typing import NamedTuple, cast

from greeum.errors import InvalidInput, NotFound

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from io import BufferedReader
    from typing import BinaryIO, Protocol
    from zipfile import ZipExtFile, ZipFile

    class Stream(Protocol):
        """What can be read, some bytes at a time."""

        def read(self, size: int, /) -> bytes: ...

    class Prompt(Stream, Protocol):
        """One that also gives what has come, and does not wait for as much as was asked for."""

        def read1(self, size: int, /) -> bytes: ...


PIECE_BYTES = 1_048_576
"""Read at once: few calls, and little to hold."""

LINE_BYTES_MAX = 16_777_216
"""A line of JSON Lines: a block's text, of which JSON may write each byte as six, and its metadata."""

BLANK_LINES_MAX = 100_000
"""In one file. They pack to nothing, say nothing, and to look at each takes as long as at a short one."""

PACKED_RATIO_MAX = 200
"""What a packed file may grow to, times its size. Text packs five to twenty times smaller; a bomb a thousand times."""

PACKED_FREE_BYTES = 67_108_864
"""Up to here nobody asks for the ratio: it does no harm, and small files of one letter are not attacks."""

GZIP_MAGIC = b"\x1f\x8b"
ZIP_MAGIC = b"PK\x03\x04"
ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
SQLITE_MAGIC = b"SQLite format 3\0"
MAGIC_BYTES = 16


def check_there(path: str) -> None:
    """Raises NotFound or InvalidInput if nothing can be read under this name."""
    try:
        os.stat(path)
    except FileNotFoundError as error:
        raise NotFound(f"{path}: there is no such file") from error
    except OSError as error:
        raise unreadable(path, error) from error


def unreadable(path: str, error: OSError) -> InvalidInput:
    return InvalidInput("path", f"{path} cannot be read: {error.strerror or error}")


def magic(path: str) -> bytes:
    """The first bytes of a file, by which its kind is known."""
    try:
        with open(path, "rb") as file:
            return file.read(MAGIC_BYTES)
    except OSError as error:
        raise unreadable(path, error) from error


class Counted:
    """A stream that counts what was read of it."""

    def __init__(self, stream: Prompt) -> None:
        self._stream = stream
        self.done = 0

    def read(self, size: int = PIECE_BYTES, /) -> bytes:
        piece = self._stream.read1(size)  # what has come can be unpacked
        self.done += len(piece)
        return piece

    def seek(self, place: int, /) -> object:
        """What is packed is read from front to back."""
        raise OSError(f"cannot go back to {place}")


class Unpacked:
    """A stream of what is packed in another: what is wrong with that is InvalidInput, and so is one that grows out of
    all proportion to what was read of it, or to the `packed_bytes` that it has.
    """

    def __init__(self, stream: Prompt, name: str, packed: Counted | int) -> None:
        self._stream = stream
        self._name = name
        self._packed = packed
        self._done = 0

    def read(self, size: int, /) -> bytes:
        return self._checked(self._stream.read, size)

    def read1(self, size: int, /) -> bytes:
        return self._checked(self._stream.read1, size)

    def _checked(self, read: Callable[[int], bytes], size: int) -> bytes:
        from zipfile import BadZipFile

        try:
            piece = read(size)
        except (EOFError, zlib.error, BadZipFile, OSError) as error:
            raise InvalidInput("path", f"{self._name} is damaged: {error}") from error
        self._done += len(piece)
        packed = self._packed if isinstance(self._packed, int) else self._packed.done
        if self._done > max(PACKED_FREE_BYTES, packed * PACKED_RATIO_MAX):
            raise InvalidInput(
                "path", f"{self._name} unpacks to more than {PACKED_RATIO_MAX} times its size: that is no export"
            )
        return piece


def buffered(file: BinaryIO) -> BufferedReader:
    """An open file, of which the first bytes can be looked at before it is read."""
    from io import BufferedReader

    return file if isinstance(file, BufferedReader) else BufferedReader(file)  # type: ignore[arg-type]


def unpacked(file: BinaryIO, name: str) -> Prompt:
    """The content of an open file, out of gzip if it is in that: its first bytes say so."""
    stream = buffered(file)
    start = stream.peek(MAGIC_BYTES)[:MAGIC_BYTES]
    if start.startswith(ZSTD_MAGIC):
        raise InvalidInput("path", f"{name} is packed by zstd, which is not read: unpack it first, by `zstd -d`")
    if not start.startswith(GZIP_MAGIC):
        return stream
    from gzip import GzipFile

    counted = Counted(stream)
    return Unpacked(GzipFile(fileobj=counted, mode="rb"), name, counted)


def opened(path: str) -> BinaryIO:
    """The file of this name. Raises NotFound or InvalidInput."""
    try:
        return open(path, "rb")
    except FileNotFoundError as error:
        raise NotFound(f"{path}: there is no such file") from error
    except OSError as error:
        raise unreadable(path, error) from error


def lines(stream: Prompt, bytes_max: int = LINE_BYTES_MAX) -> Iterator[tuple[int, bytes | None]]:
    """Number and content of each line, without its end, as soon as it has come; None for one that is too long. Raises
    InvalidInput if too many are empty."""
    number, waiting, size, blank = 1, list[bytes](), 0, 0
    while piece := stream.read1(PIECE_BYTES):
        for place, part in enumerate(piece.split(b"\n")):
            if place:
                yield number, b"".join(waiting) if size <= bytes_max else None
                blank += size == 0
                if blank > BLANK_LINES_MAX:
                    raise InvalidInput("path", f"has more than {BLANK_LINES_MAX:,} empty lines")
                number, waiting, size = number + 1, [], 0
            size += len(part)
            if size <= bytes_max:
                waiting.append(part)
    if size:
        yield number, b"".join(waiting) if size <= bytes_max else None


def first_line(stream: Stream) -> bytes | None:
    """The first line of what is read in one go; None if it is longer than that."""
    piece = stream.read(PIECE_BYTES)
    line, end, _ = piece.partition(b"\n")
    return line if end or len(piece) < PIECE_BYTES else None


class Found(NamedTuple):
    """A file below a folder: its path from there with "/" between, and why it is not read, if so."""

    path: str
    problem: str | None


def below(folder: str, suffixes: tuple[str, ...]) -> Iterator[Found]:
    """The files below a folder whose name ends so, in order of their paths. Links are not followed, hidden folders are
    passed over.
    """
    for where, folders, names in os.walk(folder, followlinks=False):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if not name.lower().endswith(suffixes):
                continue
            path = os.path.join(where, name)
            yield Found(os.path.relpath(path, folder).replace(os.sep, "/"), problem_of(path))


def problem_of(path: str) -> str | None:
    """Why a file of a folder is not read, if so."""
    try:
        mode = os.lstat(path).st_mode
        os.fsencode(path).decode()
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    except UnicodeDecodeError:
        return "has a name that is not UTF-8"
    if stat.S_ISLNK(mode):
        return "is a symbolic link, which may lead anywhere: import what it points to"
    return None if stat.S_ISREG(mode) else "is no file"


def content(path: str, bytes_max: int) -> bytes:
    """A file of a folder as a whole. Raises InvalidInput if it is too large, or has become a link meanwhile."""
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0))
        with open(descriptor, "rb") as file:
            read = file.read(bytes_max + 1)
    except OSError as error:
        raise unreadable(path, error) from error
    if len(read) > bytes_max:
        raise InvalidInput("file", f"is larger than {bytes_max:,} bytes")
    return read


def archive(path: str) -> ZipFile:
    """A zip file, to be closed by whoever asked. Raises InvalidInput."""
    from zipfile import BadZipFile, ZipFile

    try:
        return ZipFile(path)
    except (BadZipFile, OSError, ValueError) as error:
        raise InvalidInput("path", f"{path} is no zip file that can be read: {error}") from error


def member(packed: ZipFile, name: str) -> Prompt:
    """A file in a zip file. Raises InvalidInput."""
    from zipfile import BadZipFile

    info = packed.getinfo(name)
    try:
        stream = cast("ZipExtFile", packed.open(info))
        return Unpacked(stream, name, min(info.compress_size, os.path.getsize(packed.filename or "")))
    except (BadZipFile, NotImplementedError, RuntimeError, OSError) as error:
        raise InvalidInput("path", f"{name} cannot be unpacked: {error}") from error
