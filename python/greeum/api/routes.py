"""What can be asked of the service: the operations, and which one a method and a path mean."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote_to_bytes

import msgspec

from greeum import limits
from greeum.api.http import JSON, LONE_PERCENT
from greeum.api.problems import Problem
from greeum.errors import InvalidInput

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from msgspec import Struct

    from greeum.api.http import Answer, Call

    Handle = Callable[..., Answer]


def never(_: Call) -> bool:
    return False


def always(_: Call) -> bool:
    return True


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """One thing that can be asked: where, with what, who answers it and how.

    `handle` is given the caller's Memory and the Call, and returns an Answer; its docstring describes the operation. It
    waits for the disk or the processor as Memory does, so that it runs in a thread, unless `is_quick` says of a call
    that the event loop does it sooner itself.
    """

    id: str
    method: str
    path: str
    handle: Handle
    body: type[Struct] | None = None
    query: type[Struct] | None = None
    takes: bytes | None = None
    """The media type of a body that is read as it comes, in place of JSON."""
    status: int = 200
    status_unchanged: int | None = None
    """What it answers in place of `status` where nothing had to be made; None where that makes no difference."""
    answer: type[Struct] | type[str] | None = None
    """The shape of what is answered as JSON; `str` for what is another text, None for nothing."""
    offers: tuple[bytes, ...] = (JSON,)
    """The media types of its answer; the first one is sent to those who do not choose."""
    streams: tuple[tuple[bytes, str], ...] = ()
    """Of the media types that are no JSON: what is sent."""
    problems: tuple[str, ...] = ()
    """Those that it may answer besides the ones that every operation may."""
    preconditions: tuple[bytes, ...] = ()
    """Which of If-Match and If-None-Match it heeds. On a method that changes something others are refused."""
    is_counted: bool = False
    """Whether a second request does more than one. An Idempotency-Key that it does not heed is then refused."""
    headers: tuple[str, ...] = ()
    """Those of Idempotency-Key and Last-Event-ID that it heeds."""
    bytes_max: int = limits.BODY_BYTES_MAX
    is_quick: Callable[[Call], bool] = never
    is_open: bool = False
    """Whether everybody may ask it, without a key: it is given no Memory."""
    is_long: bool = False
    """Whether it may take minutes: such calls have few threads of their own, and leave the others to the rest."""

    @property
    def parameter(self) -> str | None:
        """The name of what stands in braces in the path."""
        return self.path.partition("{")[2].partition("}")[0] or None

    @property
    def needs_body(self) -> bool:
        """Whether its body has a field that must be there; else the whole body may be left out."""
        return self.body is not None and has_required(self.body)


@lru_cache(maxsize=64)
def has_required(shape: type[Struct]) -> bool:
    return any(field.required for field in msgspec.structs.fields(shape))


class Router:
    """Finds operations. Paths without a parameter are looked up as they are; a parameter is the third segment, and what
    stands after it is looked up: `/v1/blocks/{id}/history`, `/v1/anchors/{name}:move`.
    """

    def __init__(self, operations: Iterable[Operation]) -> None:
        self.operations = tuple(operations)
        self._exact: dict[str, dict[str, Operation]] = {}
        self._below: dict[tuple[str, str], dict[str, Operation]] = {}
        for operation in self.operations:
            methods = self._methods_of(operation.path)
            assert operation.method not in methods, operation.id
            methods[operation.method] = operation
            if operation.method == "GET":
                methods["HEAD"] = operation

    def _methods_of(self, path: str) -> dict[str, Operation]:
        before, braces, after = path.partition("{")
        if not braces:
            return self._exact.setdefault(path, {})
        assert before.count("/") == 3, path
        return self._below.setdefault((before, after.partition("}")[2]), {})

    def find(self, method: str, path: str, raw_path: bytes) -> tuple[Operation, str]:
        """The operation, and what stands in the place of its parameter. Raises Problem if there is none."""
        methods, parameter = self._look(path, raw_path)
        operation = methods.get(method)
        if operation is None:
            allow = ", ".join(allowed(methods))
            raise Problem(
                "method-not-allowed", f"This path takes {allow}", headers=[(b"allow", allow.encode("latin-1"))]
            )
        return operation, parameter

    def methods(self, path: str, raw_path: bytes) -> list[str]:
        """The methods that a path takes. Raises Problem if there is no such path."""
        return allowed(self._look(path, raw_path)[0])

    def _look(self, path: str, raw_path: bytes) -> tuple[dict[str, Operation], str]:
        methods = self._exact.get(path)
        return (methods, "") if methods is not None else self._look_below(raw_path)

    def _look_below(self, raw_path: bytes) -> tuple[dict[str, Operation], str]:
        # The path as it was sent: an encoded slash or colon belongs to the parameter.
        before, third, after = split_at_third(raw_path)
        if third and not after:
            name, colon, verb = third.rpartition(b":")
            methods = self._below.get((before, text(colon + verb))) if name else None
            if methods is not None:
                return methods, decoded(name)
        methods = self._below.get((before, text(after)))
        if methods is None or not third:
            raise Problem("not-found", "There is no such path; /openapi.json lists those that there are")
        return methods, decoded(third)


def split_at_third(path: bytes) -> tuple[str, bytes, bytes]:
    """`/v1/blocks/7/history` → `/v1/blocks/`, `7`, `/history`."""
    segments = path.split(b"/", 3)
    if len(segments) < 4:
        return "", b"", b""
    third, slash, after = segments[3].partition(b"/")
    return text(b"/".join(segments[:3]) + b"/"), third, slash + after


def text(path: bytes) -> str:
    return path.decode("latin-1")


def decoded(segment: bytes) -> str:
    """What a segment of a path says. Raises InvalidInput for percent signs that say nothing, and what is not UTF-8."""
    try:
        if not LONE_PERCENT.search(segment):
            return unquote_to_bytes(segment).decode()
    except UnicodeDecodeError:
        pass
    raise InvalidInput("path", "is not percent-encoded UTF-8")


def allowed(methods: dict[str, Operation]) -> list[str]:
    return sorted({*methods, "OPTIONS"})
