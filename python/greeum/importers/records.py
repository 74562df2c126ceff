"""What a format finds: records, which name each other by the identities that they have there.

A record says where it was found, so that a report can. Its times are microseconds since 1970; what it leaves out is for
the memory to choose.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from greeum import inputs, limits
from greeum.errors import InvalidInput

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo
    from typing import Any, TypeAlias


@dataclass(slots=True)
class Record:
    """A memory there, to be a block here. `id` is its identity, the same each time it is read. `before` is that of the
    version that it corrects; `replaces` says that it is the newer version of whatever has its key.
    """

    where: str
    id: str
    text: str
    namespace: tuple[str, ...] = ()
    key: str | None = None
    kind: str = "message"
    source: str | None = None
    tags: list[str] = field(default_factory=list)
    importance: float = 0.5
    metadata: dict[str, Any] = field(default_factory=dict)
    at: int | None = None
    added_at: int | None = None
    expires_at: int | None = None
    before: str | None = None
    replaces: bool = False


@dataclass(slots=True)
class Edge:
    """A link between two records."""

    where: str
    source: str
    target: str
    kind: str
    weight: float = 1.0
    added_at: int | None = None


@dataclass(slots=True)
class Slot:
    """An anchor."""

    where: str
    name: str
    block: str
    hops: int
    pinned: bool
    moved_at: int | None = None


@dataclass(slots=True)
class Bad:
    """Something that cannot be taken."""

    where: str
    reason: str


@dataclass(slots=True)
class Left:
    """Something that is not meant to be taken."""

    reason: str


@dataclass(slots=True)
class Note:
    """Something to see about the whole."""

    text: str


if TYPE_CHECKING:
    Finding: TypeAlias = Record | Edge | Slot | Bad | Left | Note
    Findings: TypeAlias = Iterator[Finding]


def digest(*parts: object) -> str:
    """An identity out of what makes it up, however long that is."""
    from hashlib import blake2b

    written = "\0".join(map(str, parts))
    return blake2b(written.encode(errors="surrogatepass"), digest_size=16).hexdigest()


SECONDS_MAX = 100_000_000_000
"""A number of seconds since 1970 lies below, one of milliseconds above: the year 5138, or March 1973."""


def moment(value: object, name: str, zone: tzinfo | None = None) -> int | None:
    """Microseconds since 1970 out of ISO 8601, or a number of seconds or milliseconds; None stays None. A time without
    an offset is in `zone`, or else UTC. Raises InvalidInput.
    """
    if value is None or value == "":
        return None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return of_number(value, name)
    if zone is not None and isinstance(value, str):
        value = in_zone(value, zone)
    known: Any = value  # of another type: `time` says so
    return inputs.time(known, name)


def of_number(value: float, name: str) -> int:
    if not abs(value) < float("inf"):
        raise InvalidInput(name, f"is {value}, which is no time")
    seconds = value / 1_000 if abs(value) > SECONDS_MAX else value
    if not limits.TIME_MIN_US <= seconds * 1_000_000 <= limits.TIME_MAX_US:
        raise InvalidInput(name, "lies outside the years 1 to 9999")
    return round(seconds * 1_000_000)


def in_zone(value: str, zone: tzinfo) -> str:
    """The same time with an offset, if it has none."""
    from datetime import datetime

    try:
        time = datetime.fromisoformat(value)
        return (time if time.tzinfo is not None else time.replace(tzinfo=zone)).isoformat()
    except (ValueError, OverflowError):
        return value


# What other programs keep, as a memory takes it.

REPLACEMENT = "\ufffd"


def clean(text: str) -> str:
    """A text without what cannot be stored: halves of surrogate pairs, and NUL."""
    if "\0" in text:
        text = text.replace("\0", REPLACEMENT)
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def short(name: str) -> str:
    """A name, cut to what one may have; what is cut off is told apart by a digest."""
    from hashlib import blake2b

    name = clean(name)
    encoded = name.encode()
    if len(encoded) <= limits.NAME_BYTES_MAX:
        return name
    digest = blake2b(encoded, digest_size=4).hexdigest()
    return encoded[: limits.NAME_BYTES_MAX - 9].decode(errors="ignore") + "~" + digest


def optional_short(name: object) -> str | None:
    return short(name) if isinstance(name, str) and name.strip() else None


def tame(value: object, depth: int = limits.METADATA_DEPTH_MAX - 1) -> Any:
    """A value as metadata may hold it: what JSON cannot say, or what is nested too deep, is said in words."""
    if isinstance(value, dict) and depth > 0:
        return {short(str(key)): tame(item, depth - 1) for key, item in value.items() if str(key).strip()}
    if isinstance(value, (list, tuple)) and depth > 0:
        return [tame(item, depth - 1) for item in value]
    if value is None or isinstance(value, (bool, int, float)):
        return tame_number(value)
    return clean(value) if isinstance(value, str) else clean(str(value))[: limits.NAME_BYTES_MAX]


def tame_number(value: float | None) -> float | str | None:
    if isinstance(value, int) and abs(value) > inputs.INTEGER_MAX:
        return inputs.shown(value)
    return str(value) if isinstance(value, float) and not abs(value) < float("inf") else value
