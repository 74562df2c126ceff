"""Damages the files of an index, as a bad disk would."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from random import Random

PAGE_BYTES = 4_096


def damage(index: Path, random: Random) -> str | None:
    """Damage one file of an index; what was done, or None if there is no file with anything in it."""
    files = sorted(path for path in index.rglob("*") if path.is_file() and path.stat().st_size > 0)
    if not files:
        return None
    path, harm = random.choice(files), random.choice(HARMS)
    return f"{harm(path, random)} {path.relative_to(index)}"


def flip_bit(path: Path, random: Random) -> str:
    """One bit of one byte."""
    content = bytearray(path.read_bytes())
    place = random.randrange(len(content))
    content[place] ^= 1 << random.randrange(8)
    path.write_bytes(content)
    return f"bit flipped in byte {place} of"


def truncate(path: Path, random: Random) -> str:
    """The end is missing, down to all of it."""
    size = random.randrange(path.stat().st_size)
    with path.open("r+b") as file:
        file.truncate(size)
    return f"cut to {size} bytes:"


def zero_page(path: Path, random: Random) -> str:
    """A page that was allocated and never written."""
    content = bytearray(path.read_bytes())
    start = random.randrange(0, len(content), PAGE_BYTES)
    end = min(start + PAGE_BYTES, len(content))
    content[start:end] = bytes(end - start)
    path.write_bytes(content)
    return f"zeros from byte {start} to {end} of"


def append(path: Path, random: Random) -> str:
    """Something stands after the end."""
    extra = random.randbytes(random.randrange(1, PAGE_BYTES))
    with path.open("ab") as file:
        file.write(extra)
    return f"{len(extra)} bytes added to"


def remove(path: Path, random: Random) -> str:
    """The whole file is missing."""
    path.unlink()
    return "removed"


HARMS: tuple[Callable[[Path, Random], str], ...] = (flip_bit, truncate, zero_page, append, remove)
