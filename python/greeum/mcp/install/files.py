"""Configuration files, read and replaced as a whole."""

from __future__ import annotations

import os

from greeum.mcp.install.document import Unreadable

MARK = "\ufeff"
"""With which some programs begin a file in UTF-8."""


def read(path: str) -> str | None:
    """The content; None if there is no such file. Raises Unreadable, or OSError."""
    try:
        with open(path, encoding="utf-8", newline="") as file:
            return file.read()
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise Unreadable("it is not in UTF-8") from error


def replace(path: str, content: str, before: str | None) -> None:
    """Put this in the place of what was read before, all or nothing; permissions stay. Raises Unreadable if the file
    has changed since it was read, or OSError.
    """
    target = os.path.realpath(path)  # a link stays a link
    os.makedirs(os.path.dirname(target), exist_ok=True)
    aside = f"{target}.{os.getpid()}.greeum"
    mode = 0o666 if before is None else os.stat(target).st_mode & 0o777
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with open(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        if before is not None:
            os.chmod(aside, mode)
        if read(path) != before:
            raise Unreadable("it was changed by another program meanwhile: try again")
        os.replace(aside, target)
    except BaseException:
        os.unlink(aside)
        raise
