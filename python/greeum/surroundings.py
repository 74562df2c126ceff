"""What a memory on disk stands on: room, permissions, locks. Only looked at from outside, so that it can be told of a
memory that does not open too.
"""

from __future__ import annotations

import os
import stat
import sys

from greeum.store.files import (
    DATABASE_FILE,
    MAINTAIN_LOCK_FILE,
    RENEW_LOCK_FILE,
    TURN_LOCK_FILE,
    WRITE_LOCK_FILE,
    is_held,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    Finding: TypeAlias = tuple[str, bool, str]

FREE_BYTES_MIN = 1_073_741_824
"""1 GiB: a memory of a million blocks writes its index anew within that."""

INDEX_DIRECTORY = "index"

LOCKS = (
    WRITE_LOCK_FILE,
    TURN_LOCK_FILE,
    MAINTAIN_LOCK_FILE,
    RENEW_LOCK_FILE,
    os.path.join(INDEX_DIRECTORY, "fold.lock"),
)

DIRECTORY_MODE, FILE_MODE = 0o700, 0o600
"""For its owner alone."""


def surroundings(directory: str) -> list[Finding]:
    if not os.path.isdir(directory):
        return [("directory", False, f"{directory} is not there any more: open the memory where it is now")]
    return [free_space(directory), permissions(directory), locks(directory)]


def free_space(directory: str) -> Finding:
    from shutil import disk_usage

    free = disk_usage(directory).free
    detail = f"{free / 2**30:,.1f} GiB free"
    if free < FREE_BYTES_MIN:
        return "disk", False, f"{detail}: make room before writes stop"
    return "disk", True, detail


def permissions(directory: str) -> Finding:
    if sys.platform == "win32":
        return "permissions", True, "are those of the folder"
    open_to_others = exposed(directory)
    if open_to_others:
        others = f" and {len(open_to_others) - 1} more" if len(open_to_others) > 1 else ""
        modes = f"chmod {DIRECTORY_MODE:o} for directories, {FILE_MODE:o} for files"
        return "permissions", False, f"others on this machine may look into {open_to_others[0]}{others}: {modes}"
    if not os.access(directory, os.W_OK):
        return "permissions", False, f"{directory} may not be written: it can be read with --read-only"
    return "permissions", True, "for its owner alone"


def exposed(directory: str) -> list[str]:
    """The directory, if others may enter it; and then what lies in it and is open to them too."""
    return [path for path in ours(directory) if os.lstat(path).st_mode & 0o077] if is_open(directory) else []


def is_open(directory: str) -> bool:
    return bool(os.stat(directory).st_mode & 0o077)


def ours(directory: str) -> Iterator[str]:
    """The directory and what we keep in it. What a link leads to is not ours."""
    yield directory
    index = os.path.join(directory, INDEX_DIRECTORY)
    for folder in (directory, index):
        if not os.path.isdir(folder):
            continue
        for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
            if entry.is_symlink() or not (folder == index or is_our_name(entry.name)):
                continue
            yield entry.path


def is_our_name(name: str) -> bool:
    return name.startswith(DATABASE_FILE) or name in (*LOCKS, INDEX_DIRECTORY)


def close_to_others(directory: str) -> list[str]:
    """Leave what is ours to its owner alone; what was changed. What belongs to somebody else stays as it is."""
    changed = []
    for path in exposed(directory):
        status = os.lstat(path)
        if status.st_uid == os.geteuid():
            os.chmod(path, DIRECTORY_MODE if stat.S_ISDIR(status.st_mode) else FILE_MODE)
            changed.append(path)
    return changed


def locks(directory: str) -> Finding:
    """Locks are let go of when the process ends, however it ends: none is left by the dead, and files of no process
    mean nothing.
    """
    held = [name for name in LOCKS if is_held(os.path.join(directory, name))]
    if held:
        return "locks", True, f"{', '.join(held)}: held by a process that is at work now"
    return "locks", True, "free"
