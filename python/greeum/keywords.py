"""Names that a caller gets wrong: arguments that a method does not have, and which was probably meant; and parts of a
memory that are not replaced by an assignment.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import FunctionType
    from typing import Any, TypeVar

    C = TypeVar("C")

SYNONYMS = (
    ("k", "limit", "top_k", "topk", "n", "n_results", "num_results", "max_results", "size", "count"),
    ("where", "filter", "filters"),
    ("namespace", "user_id", "user", "agent_id", "run_id", "session_id", "thread_id", "scope", "collection"),
    ("text", "content", "message", "memory", "document", "data", "body"),
    ("query", "q", "question", "text"),
    ("block", "id", "block_id", "memory_id", "ids", "blocks"),
    ("blocks", "items", "texts", "documents", "messages", "memories"),
    ("source", "author", "role", "speaker", "actor"),
    ("kind", "type", "category"),
    ("tags", "labels", "tag"),
    ("at", "timestamp", "time", "created_at", "date"),
    ("as_of", "at", "when"),
    ("now", "today", "asked_at", "reference_time", "query_time"),
    ("since", "after", "start"),
    ("metadata", "meta", "payload", "properties"),
    ("vector", "embedding", "embeddings"),
    ("rerank", "reranker"),
    ("near", "anchor", "slot"),
    ("max_tokens", "tokens", "token_limit", "budget"),
    ("budget_ms", "timeout", "timeout_s", "timeout_ms", "deadline_ms"),
    ("importance", "priority", "salience"),
    ("min_trust", "trust"),
    ("history", "include_history"),
    ("expires_at", "expires", "expiration_date"),
    ("ttl", "expires_in", "ttl_s"),
    ("idempotency_key", "request_id"),
    ("directory", "path"),
)
"""Names of arguments of ours and of other programs that mean the same, the usual one of ours first."""

COMPARED_CHARACTERS_MAX = 64
"""Of a name that is looked for among others by its letters: over HTTP it may be of any length, and takes the square."""

PARTS = ("anchors", "policies", "retention", "screening", "time_zone", "weights")
"""Of a memory: each has a method `set`, by which it is changed for every process."""

SHOWN = ("__module__", "__name__", "__qualname__", "__doc__")
"""What `help` shows of a function; its arguments are found by `__wrapped__`."""


def with_fixed_parts(face: type[C]) -> type[C]:
    """Have assignments to a memory's parts refused: they would change nothing but what this one object shows."""
    face.__setattr__ = keeping_parts  # type: ignore[method-assign]
    return face


def keeping_parts(memory: object, name: str, value: object) -> None:
    # Its constructor gives it each part once; what it shows of another (`retention` of an awaited one) is none.
    if name in PARTS and (name in vars(memory) or hasattr(type(memory), name)):
        raise AttributeError(f"`{name}` is not assigned: change it with `memory.{name}.set(…)`")
    object.__setattr__(memory, name, value)


def told(face: type[C]) -> type[C]:
    """Have the public methods of a class, and of what it is made of, say what they take if they are called with
    something else. A call that is right pays a tenth of a microsecond for it. What passes all its arguments on is left
    as it is: what it calls speaks for it.
    """
    for base in face.__mro__[:-1]:
        for name, method in list(vars(base).items()):
            if not name.startswith("_") and hasattr(method, "__code__") and not hasattr(method, "__wrapped__"):
                setattr(base, name, telling(method, f"{face.__name__}.{name}"))
    return face


def telling(method: FunctionType, name: str) -> Callable[..., Any]:
    """The method, under the name that callers know it by: what it inherits from is not theirs to know."""

    def call(*arguments: Any, **options: Any) -> Any:
        try:
            return method(*arguments, **options)
        except TypeError as error:
            if error.__traceback__ is None or error.__traceback__.tb_next is not None:
                raise  # from within the method
            said = str(error).replace(method.__qualname__, name, 1)
        raise TypeError(misfit(method, name, arguments, options) or said)

    # As functools.wraps, which commands that only read do not load.
    for attribute in SHOWN:
        setattr(call, attribute, getattr(method, attribute))
    call.__wrapped__ = method  # type: ignore[attr-defined]
    return call


def misfit(method: FunctionType, name: str, arguments: Sequence[object], options: Mapping[str, object]) -> str | None:
    """What is said of arguments that are too many, or that the method does not have; None if it is something else."""
    code = method.__code__
    by_place = code.co_varnames[1 : code.co_argcount]
    taken = code.co_varnames[1 : code.co_argcount + code.co_kwonlyargcount]
    for option in options:
        if option not in taken:
            return f"{name}() has no argument `{option}`{guess(option, taken)}; there are {listed(taken)}"
    if len(arguments) - 1 > len(by_place):
        return f"{name}() takes {listed(by_place)} by place; give others by their names: {listed(taken)}."
    return None


def listed(names: Sequence[str]) -> str:
    return ", ".join(names) if names else "none"


def guess(option: str, taken: Sequence[str]) -> str:
    """What follows after a name that there is not: which of these was probably meant, if that is to be seen."""
    meant = nearest(option, taken)
    return f" (did you mean `{meant}`?)" if meant else ""


def nearest(option: str, taken: Sequence[str]) -> str | None:
    """Which of these arguments was probably meant: the one that means the same, or is written alike."""
    for names in SYNONYMS:
        if option in names:
            for name in names:
                if name in taken:
                    return name
    if len(option) > COMPARED_CHARACTERS_MAX:
        return None
    from difflib import get_close_matches

    return next(iter(get_close_matches(option, taken, 1)), None)
