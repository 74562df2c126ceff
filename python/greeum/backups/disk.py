"""How files of backups are written, and what it means if that fails."""

from __future__ import annotations

import os
from contextlib import contextmanager
from hashlib import sha256
from shutil import rmtree

from greeum.store import files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

UNFINISHED = ".unfinished"
"""Ends the name of what is being written: what has its own name is complete, and what ends so is swept away."""


@contextmanager
def typed_errors(path: str) -> Iterator[None]:
    """Raises StoreFull, StoreReadOnly or StoreFailed for what the operating system raises."""
    try:
        yield
    except OSError as error:
        if error.filename is None:
            error.filename = path
        raise files.typed(error) from error


@contextmanager
def written(path: str) -> Iterator[BinaryIO]:
    """A file for its owner alone that has its name once it is whole and synced."""
    unfinished = path + UNFINISHED
    with typed_errors(path):
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            with open(descriptor, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            os.replace(unfinished, path)
        except BaseException:
            remove(unfinished)
            raise
        files.sync_directory(os.path.dirname(path))


def remove(path: str) -> None:
    """A file, or a directory with all that is in it; nothing if there is none."""
    if os.path.isdir(path) and not os.path.islink(path):
        rmtree(path)
    elif os.path.lexists(path):
        os.unlink(path)


def sha256_of(path: str) -> str:
    """Of a file's content."""
    from hashlib import file_digest

    with open(path, "rb") as file:
        return file_digest(file, sha256).hexdigest()
