"""What callers may pass, checked where it comes in: every function returns the canonical form, or raises InvalidInput
with the field's name.
"""

from __future__ import annotations

from operator import index

from greeum import limits
from greeum._core import parse_time, split
from greeum.errors import InvalidInput

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime, timedelta, tzinfo
    from typing import Any, BinaryIO

    from greeum._core import Zone

    Namespace = str | Sequence[str]
    Time = str | datetime
    ZoneOf = Callable[[], Zone]
    """Says whose time it is that has no offset; asked only when there is one."""
    Span = float | timedelta


def string(value: object, field: str, bytes_max: int, *, empty: bool = False) -> str:
    """A string that can be stored everywhere: no NUL, no half of a surrogate pair, not too long."""
    if not isinstance(value, str):
        raise InvalidInput(field, f"must be a string, not {type(value).__name__}")
    try:
        size = len(value) if value.isascii() else len(value.encode())
    except UnicodeEncodeError as error:
        raise InvalidInput(field, f"holds half of a surrogate pair at {error.start}: it is not text") from error
    if "\0" in value:
        raise InvalidInput(field, "holds a NUL character")
    if size > bytes_max:
        raise InvalidInput(field, f"is {size:,} bytes long; at most {bytes_max:,} are allowed")
    if not empty and not value.strip():
        raise InvalidInput(field, "is empty")
    return value


def text(value: object, field: str = "text") -> str:
    return string(value, field, limits.TEXT_BYTES_MAX)


def matched(query: object, *, k: int | None = None, expired: bool = False, now: Time | None = None) -> str:
    """What the blocks that are counted are to match; empty if that is not asked."""
    if query is None:
        if k is not None:
            raise InvalidInput("k", "bounds the hits of a query: give that too")
        if now is not None:
            raise InvalidInput(
                "now", "is from when a query is meant: give that too, or `as_of` for what was known then"
            )
        return ""
    if expired:
        raise InvalidInput("query", "matches what a search may find, and what has expired it may not: leave one out")
    return string(query, "query", limits.QUERY_BYTES_MAX)


def name(value: object, field: str) -> str:
    return string(value, field, limits.NAME_BYTES_MAX)


def optional_name(value: object, field: str) -> str | None:
    return None if value is None else name(value, field)


def path(value: object, field: str = "path") -> str:
    """A directory's name, as a string or an `os.PathLike`."""
    if hasattr(value, "__fspath__"):
        value = value.__fspath__()
    return string(value, field, limits.PATH_BYTES_MAX)


def path_or_stream(value: Any) -> str | BinaryIO:
    """A directory's or file's name, or an open binary file."""
    stream: BinaryIO | None = value if hasattr(value, "read") else None
    return path(value) if stream is None else stream


NAMESPACE_BYTES_MAX = limits.NAMESPACE_SEGMENTS_MAX * (limits.SEGMENT_BYTES_MAX * 3 + 1)
"""The longest path: every byte of every segment percent-encoded, and a slash after each."""


def namespace(value: Namespace, field: str = "namespace") -> str:
    """The canonical form: segments joined by "/", each percent-encoded where it holds "/", "%" or control characters.

    A string is taken as such a path ("" is the root); a sequence as the segments themselves.
    """
    if isinstance(value, str):
        if value == "" or is_plain_path(value):
            return value
        string(value, field, NAMESPACE_BYTES_MAX, empty=True)
        segments = [decoded(segment, field) for segment in value.split("/")]
    elif isinstance(value, (list, tuple)):
        segments = [string(segment, field, limits.SEGMENT_BYTES_MAX) for segment in value]
    else:
        raise InvalidInput(field, f"must be a string or a sequence of strings, not {type(value).__name__}")
    if "" in segments:
        raise InvalidInput(field, "has an empty segment: write a/b, without a slash at either end")
    if len(segments) > limits.NAMESPACE_SEGMENTS_MAX:
        raise InvalidInput(field, f"has {len(segments)} segments; at most {limits.NAMESPACE_SEGMENTS_MAX} are allowed")
    return "/".join(encoded(string(segment, field, limits.SEGMENT_BYTES_MAX)) for segment in segments)


def is_plain_path(value: str) -> bool:
    """Whether a path is canonical as it stands, as is told at a glance of most: every search and every block of an add
    brings one.
    """
    return (
        len(value) <= limits.SEGMENT_BYTES_MAX
        and value.isascii()
        and value.replace("/", "").replace("-", "").replace("_", "").isalnum()
        and "" not in (segments := value.split("/"))
        and len(segments) <= limits.NAMESPACE_SEGMENTS_MAX
    )


def encoded(segment: str) -> str:
    """One segment as it stands in a path."""
    if segment.isascii() and segment.isalnum():
        return segment
    return "".join(f"%{ord(c):02X}" if c in "/%" or c < " " or c == "\x7f" else c for c in segment)


def decoded(segment: str, field: str) -> str:
    """One segment of a path as it was meant."""
    if "%" not in segment:
        return segment
    first, *rest = segment.encode().split(b"%")
    try:
        return b"".join([first, *(octet(part[:2]) + part[2:] for part in rest)]).decode()
    except ValueError as error:
        raise InvalidInput(
            field, f"has a percent sign in {segment!r} that two hex digits do not follow (write %25)"
        ) from error


def octet(digits: bytes) -> bytes:
    """The byte that two hex digits stand for. Raises ValueError."""
    # `int` would take a sign, a space or one digit too, and `fromhex` none.
    if len(digits) != 2 or not digits.isalnum():
        raise ValueError(digits)
    return bytes([int(digits, 16)])


def time(value: Time, field: str, zone: ZoneOf | None = None) -> int:
    """Microseconds since 1970, from ISO 8601 or a `datetime`; without an offset it is of `zone`, or else UTC."""
    if not isinstance(value, str):
        return from_datetime(value, field, zone)
    text = string(value, field, limits.NAME_BYTES_MAX, empty=True)
    at = parse_time(text) if zone is None or has_offset(text) else zone().parse(text)
    if at is None:
        raise InvalidInput(field, f"{value[:40]!r} is not a time; write 2025-03-04 or 2025-03-04T09:12:00+09:00")
    return within_calendars(at, field)


def has_offset(text: str) -> bool:
    """Whether a time says how far its clock is ahead of UTC: after the date, which has dashes of its own."""
    return any(mark in text[len("2025-03-04") :] for mark in "Zz+-")


def within_calendars(at: int, field: str) -> int:
    if not limits.TIME_MIN_US <= at <= limits.TIME_MAX_US:
        raise InvalidInput(field, "lies outside the years 1 to 9999 in UTC")
    return at


def from_datetime(value: object, field: str, zone: ZoneOf | None) -> int:
    from datetime import UTC, datetime, timedelta

    if not isinstance(value, datetime):
        raise InvalidInput(field, f"must be a datetime or a string in ISO 8601, not {type(value).__name__}")
    if value.utcoffset() is None:
        return time(value.replace(tzinfo=None).isoformat(), field, zone)
    return within_calendars((value - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1), field)


def optional_time(value: Time | None, field: str, zone: ZoneOf | None = None) -> int | None:
    return None if value is None else time(value, field, zone)


def time_zone(value: object, field: str = "time_zone") -> tzinfo:
    """A time zone by its name in the IANA database, as Asia/Seoul."""
    from zoneinfo import ZoneInfo

    wanted = name(value, field)
    try:
        return ZoneInfo(wanted)
    except (KeyError, ValueError, OSError) as error:
        raise InvalidInput(field, f"is {wanted!r:.80}, which names no time zone; write Asia/Seoul, or UTC") from error


def duration(value: Span, field: str, *, or_none: bool = False) -> int:
    """A time span in microseconds, from seconds or a `timedelta`, not longer than calendars are."""
    if or_none and not isinstance(value, bool) and value == 0:
        return 0
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if not 0 < value <= SPAN_MAX_S:
            raise InvalidInput(field, f"is {shown(value)} s; it must be more than 0, and at most {SPAN_MAX_S:,}")
        return max(round(value * 1_000_000), 1)
    return from_timedelta(value, field)


SPAN_MAX_S = (limits.TIME_MAX_US - limits.TIME_MIN_US) // 1_000_000
"""The seconds of all the years that can be shown."""


def from_timedelta(value: object, field: str) -> int:
    from datetime import timedelta

    if not isinstance(value, timedelta):
        raise InvalidInput(field, f"must be seconds or a timedelta, not {type(value).__name__}")
    if value <= timedelta():
        raise InvalidInput(field, f"is {value}; it must be more than 0")
    return value // timedelta(microseconds=1)


def expiry(ttl: Span | None, expires_at: Time | None, now_us: int, zone: ZoneOf | None = None) -> int | None:
    """When something expires that is to live for so long from now, or until then; None if neither is said."""
    if ttl is None:
        return optional_time(expires_at, "expires_at", zone)
    if expires_at is not None:
        raise InvalidInput("ttl", "says when it expires, and so does expires_at: give one of them")
    ends = now_us + duration(ttl, "ttl")
    if ends > limits.TIME_MAX_US:
        raise InvalidInput("ttl", "ends after the year 9999")
    return ends


def share(value: object, field: str) -> float:
    """A number from 0 to 1."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise InvalidInput(field, f"must be a number, not {type(value).__name__}")
    if not 0 <= value <= 1:
        raise InvalidInput(field, f"is {shown(value)}; it must lie between 0 and 1")
    return float(value)


def count(value: object, field: str, most: int, least: int = 1) -> int:
    number = whole(value)
    if number is None:
        raise InvalidInput(field, f"must be a whole number, not {type(value).__name__}")
    if not least <= number <= most:
        raise InvalidInput(field, f"is {shown(number)}; it must lie between {least} and {most:,}")
    return number


def whole(value: Any) -> int | None:
    """A whole number of whatever type, NumPy's too, as Python's own; None if it is something else, as a truth is."""
    if isinstance(value, bool):
        return None
    try:
        return index(value)
    except TypeError:
        return None


def rerank_budget_s(rerank: object, budget_ms: object) -> float:
    """How long a function that reranks may take; checked whether there is one or not."""
    if rerank is not None and not callable(rerank):
        raise InvalidInput("rerank", "must be a function of the query and the hits that gives a score for each")
    return _milliseconds(budget_ms, "rerank_budget_ms", limits.RERANK_BUDGET_MS_MAX) / 1_000


def search_budget_ms(budget_ms: object) -> float | None:
    """How long a search may take; None if it may take as long as it does."""
    return None if budget_ms is None else _milliseconds(budget_ms, "budget_ms", limits.SEARCH_BUDGET_MS_MAX)


def _milliseconds(value: object, field: str, most: int) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= most:
        raise InvalidInput(field, f"must be a number of milliseconds above 0, up to {most:,}")
    return value


def shown(number: float) -> str:
    """A number as it stands in a message: Python writes no whole number of thousands of digits."""
    if isinstance(number, int) and abs(number) > INTEGER_MAX:
        return f"a whole number of {number.bit_length()} bits"
    return str(number)


def block_id(value: object, field: str = "block") -> int:
    return count(value, field, 2**53 - 1)


def block_ids(blocks: int | Iterable[int]) -> list[int]:
    """One block's id, or those of several."""
    is_one = isinstance(blocks, bool) or whole(blocks) is not None
    wanted = [blocks] if is_one else several(blocks, "block", "must be a block's id, or several")
    return [block_id(one) for one in wanted]


def batch(blocks: object) -> list[Any]:
    """Several blocks to add, of which each is still to be looked at; a text alone is one, too."""
    given = several(blocks, "blocks", "must be several texts, or mappings of the arguments of `add`")
    items = [{"text": item} if isinstance(item, str) else item for item in given]
    if len(items) > limits.BATCH_MAX:
        raise InvalidInput("blocks", f"are {len(items):,}; at most {limits.BATCH_MAX:,} go into one transaction")
    return items


def several(values: object, field: str, reason: str) -> list[Any]:
    """What can be gone through, as a list. One text is not several, and neither is a dictionary."""
    if isinstance(values, (str, bytes, dict)) or not hasattr(values, "__iter__"):
        raise InvalidInput(field, reason)
    return list(values)


def truth(value: object, field: str) -> bool:
    if not isinstance(value, bool):
        raise InvalidInput(field, f"must be True or False, not {type(value).__name__}")
    return value


def tags(value: Iterable[str]) -> str:
    """Tags as a JSON array, in the order given, each once."""
    given = several(value, "tags", "must be a sequence of strings")
    distinct = list(dict.fromkeys(name(tag, f"tags[{i}]") for i, tag in enumerate(given)))
    if not distinct:
        return "[]"
    if len(distinct) > limits.TAGS_MAX:
        raise InvalidInput("tags", f"are {len(distinct)}; at most {limits.TAGS_MAX} are allowed")
    from json import dumps

    return dumps(distinct, ensure_ascii=False)


def metadata(value: Mapping[str, object]) -> str:
    """Metadata as a JSON object."""
    if not isinstance(value, dict):
        raise InvalidInput("metadata", f"must be a dictionary, not {type(value).__name__}")
    if not value:
        return "{}"
    check_json(value, "metadata", limits.METADATA_DEPTH_MAX)
    from json import dumps

    encoded = dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    if len(encoded.encode()) > limits.METADATA_BYTES_MAX:
        raise InvalidInput("metadata", f"is more than {limits.METADATA_BYTES_MAX:,} bytes of JSON")
    return encoded


INTEGER_MAX = 2**53
"""Whole numbers beyond this do not survive most readers of JSON, which take all numbers for doubles."""


def check_json(value: object, field: str, depth: int) -> None:
    """Refuse what JSON cannot say, or what would not come back the same."""
    if depth < 0:
        raise InvalidInput("metadata", f"is nested more than {limits.METADATA_DEPTH_MAX} levels deep")
    match value:
        case None | bool():
            return
        case str():
            string(value, field, limits.TEXT_BYTES_MAX, empty=True)
        case int() | float():
            check_number(value, field)
        case dict():
            for key, item in value.items():
                check_key(key, field)
                check_json(item, f"{field}.{key}", depth - 1)
        case list() | tuple():
            for i, item in enumerate(value):
                check_json(item, f"{field}[{i}]", depth - 1)
        case _:
            raise InvalidInput(
                field, f"is a {type(value).__name__}; JSON has strings, numbers, booleans, null, lists and objects"
            )


def check_key(key: object, field: str) -> None:
    try:
        string(key, field, limits.NAME_BYTES_MAX)
    except InvalidInput as error:
        raise InvalidInput(field, f"has a key that {error.reason}") from error


def check_number(value: float, field: str) -> None:
    if isinstance(value, int) and abs(value) > INTEGER_MAX:
        raise InvalidInput(field, "is a whole number beyond 2**53; pass it as a string")
    if isinstance(value, float) and not abs(value) < float("inf"):
        raise InvalidInput(field, f"is {value}, which JSON cannot say")


def where(value: Mapping[str, object] | None, min_trust: float = 0.0) -> str | None:
    """A filter as JSON, and that what it lets through is trusted so far; times in it may be datetimes, days may be
    dates. What it means is checked by the Index, which alone knows the fields.
    """
    least = share(min_trust, "min_trust") if min_trust != 0.0 else 0.0
    if least > 0.0:
        value = {"trust": {"gte": least}} if value is None else {"and": [_filter(value), {"trust": {"gte": least}}]}
    return None if value is None else _written(_filter(value))


def _filter(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise InvalidInput("where", f"must be a dictionary, not {type(value).__name__}")
    return value


def _written(value: Mapping[str, object]) -> str:
    from json import dumps

    try:
        encoded = dumps(value, ensure_ascii=False, allow_nan=False, default=filter_value)
    except InvalidInput:
        raise
    except (ValueError, TypeError, RecursionError) as error:
        raise InvalidInput("where", str(error)) from error
    return string(encoded, "where", limits.METADATA_BYTES_MAX)


def filter_value(value: Any) -> object:
    if hasattr(value, "utcoffset"):
        at = time(value, "where")
        if value.utcoffset() is None:
            return value.replace(tzinfo=None).isoformat()
        from greeum._core import format_time

        return format_time(at)
    if hasattr(value, "toordinal"):  # a day alone, as it is written
        return value.isoformat()
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    number = whole(value)
    if number is not None:
        return number
    raise TypeError(f"holds a {type(value).__name__}")


def codes(value: object, text: str, dimension: int, field: str = "vectors") -> bytes:
    """The codes of a text's passages, from base64 as `export` writes it."""
    from base64 import b64decode
    from struct import unpack_from

    size, passages = 4 + dimension, len(split(text))
    try:
        raw = b64decode(string(value, field, 2 * size * passages), validate=True)
    except ValueError as error:
        raise InvalidInput(field, "must be base64 of what `export` wrote") from error
    if len(raw) != size * passages:
        raise InvalidInput(field, f"are {len(raw)} bytes; {passages} passages of {size} bytes are needed")
    if not all(0 <= unpack_from("<f", raw, at)[0] <= 1 for at in range(0, len(raw), size)):
        raise InvalidInput(field, "have a scale that no vector has")
    return raw


def vector(value: Sequence[float], field: str = "vector") -> list[float]:
    """The components as floats; whether they are finite and as many as needed is checked where they are used."""
    components = several(value, field, "must be a sequence of numbers")
    if len(components) > limits.DIMENSION_MAX:
        raise InvalidInput(field, f"has {len(components)} components; at most {limits.DIMENSION_MAX:,} are allowed")
    for i, component in enumerate(components):
        if isinstance(component, bool) or not hasattr(component, "__float__") or isinstance(component, str):
            raise InvalidInput(field, f"component {i} is no number")
    try:
        return [float(component) for component in components]
    except (OverflowError, TypeError, ValueError) as error:
        raise InvalidInput(field, f"has a component that is no number: {error}") from error
