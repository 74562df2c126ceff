"""From the arguments of a Memory's methods to the JSON that is sent.

Every value is checked here, by the same functions as in a memory of one's own, before it becomes JSON: what JSON cannot
say (NaN, halves of surrogate pairs, sets, datetimes) is refused or brought into its form, and never altered in silence.
What depends on the memory (which blocks there are, how long a vector must be) the server says.

A body is put together from members that are JSON texts already.
"""

from __future__ import annotations

from json import dumps

from greeum import inputs, limits
from greeum._core import Zone, format_time, quantize
from greeum.drafts import check_fields
from greeum.errors import InvalidInput
from greeum.memory import Keep
from greeum.model import Anchor
from greeum.policies import conflict_policy, duplicate_policy
from greeum.weights import weight_pairs

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any

    Body = dict[str, str]

NULL = "null"

UTC = Zone("UTC")

CURSOR_BYTES_MAX = 65_536
"""Longer than any that is made, of which the longest holds a namespace twice over."""

QUERIES_CHARS_MAX = limits.BODY_BYTES_MAX // 8
"""Of the queries of one request: in UTF-8 it is half a body, and the other half is room for options."""


def encoded(body: Mapping[str, str]) -> bytes:
    """The JSON object with these members."""
    return ("{" + ",".join(f'"{name}":{member}' for name, member in body.items()) + "}").encode()


def array(members: Iterable[str]) -> str:
    return "[" + ",".join(members) + "]"


def quoted(text: str) -> str:
    return dumps(text, ensure_ascii=False)


def quoted_name(value: object, field: str) -> str:
    return quoted(inputs.name(value, field))


def quoted_namespace(value: Any) -> str:
    return quoted(inputs.namespace(value))


def quoted_query(value: object, *, may_be_empty: bool) -> str:
    return quoted(inputs.string(value, "query", limits.QUERY_BYTES_MAX, empty=may_be_empty))


def quoted_time(value: Any, field: str) -> str:
    return quoted(written_time(value, field))


def time_or_null(value: Any, field: str) -> str:
    return NULL if value is None else quoted_time(value, field)


def optional_time(value: Any, field: str) -> str | None:
    """For a query of a URL, where it is not JSON."""
    return None if value is None else written_time(value, field)


def written_time(value: Any, field: str) -> str:
    """A moment in UTC. Without an offset it is what a clock shows where the memory is, which the server knows."""
    unsaid: list[Zone] = []

    def zone() -> Zone:
        unsaid.append(UTC)
        return UTC

    written = format_time(inputs.time(value, field, zone))
    return written.removesuffix("Z") if unsaid else written


def name_or_null(value: object, field: str) -> str:
    return NULL if value is None else quoted_name(value, field)


def truth(value: object, field: str) -> str:
    return "true" if inputs.truth(value, field) else "false"


def seconds(value: Any, field: str, *, or_none: bool = False) -> str:
    """A time span, from seconds or a `timedelta`."""
    whole, rest_us = divmod(inputs.duration(value, field, or_none=or_none), 1_000_000)
    return str(whole) if rest_us == 0 else f"{whole}.{rest_us:06}"


def word_or_null(word: str | None) -> str:
    """One that a policy may be, checked already."""
    return NULL if word is None else quoted(word)


def place(value: Any) -> str:
    """What to be near to: an anchor's name or a block's id."""
    if isinstance(value, Anchor):
        # What it points to may have changed since; a name is looked up when it is used.
        raise InvalidInput("near", f"must be an anchor's name or a block's id here: write {value.name!r}")
    return quoted_name(value, "near") if isinstance(value, str) else str(inputs.block_id(value, "near"))


def components(value: Any) -> str:
    vector = inputs.vector(value)
    # For what it refuses: JSON has no word for what is not finite.
    quantize([vector], len(vector))
    return array(map(repr, vector))


BLOCK: dict[str, Callable[[Any], str]] = {
    "namespace": quoted_namespace,
    "text": lambda value: quoted(inputs.text(value)),
    "kind": lambda value: quoted_name(value, "kind"),
    "at": lambda value: quoted_time(value, "at"),
    "vector": components,
    "key": lambda value: quoted_name(value, "key"),
    "source": lambda value: name_or_null(value, "source"),
    "tags": inputs.tags,
    "importance": lambda value: repr(inputs.share(value, "importance")),
    "metadata": inputs.metadata,
    "valid_from": lambda value: time_or_null(value, "valid_from"),
    "valid_to": lambda value: time_or_null(value, "valid_to"),
    "expires_at": lambda value: time_or_null(value, "expires_at"),
    "ttl": lambda value: NULL if value is None else seconds(value, "ttl"),
    "near": place,
    "on_duplicate": lambda value: word_or_null(duplicate_policy(value)),
    "on_conflict": lambda value: word_or_null(conflict_policy(value)),
}
"""How each field of a block is checked and written, in the order in which a memory looks at them."""

NULLABLE = frozenset(
    ("at", "vector", "key", "source", "tags", "importance", "metadata", "valid_from", "valid_to", "expires_at", "ttl",
     "near", "on_duplicate", "on_conflict")
)  # fmt: skip
"""Fields of a new block of which None says that nothing is said: they are left out."""


def block(item: Any, prefix: str) -> str:
    """A block to add. `prefix` says in errors which one is meant."""
    check_fields(item, prefix)
    given = {"text"}.union(item.keys())
    try:
        if item.get("ttl") is not None and item.get("expires_at") is not None:
            raise said_twice()
        members = {
            field: write(item.get(field))
            for field, write in BLOCK.items()
            if field in given and not (field in NULLABLE and item.get(field) is None)
        }
    except InvalidInput as error:
        raise InvalidInput(prefix + error.field, error.reason) from error
    return encoded(members).decode()


def change(fields: Mapping[str, object]) -> Body:
    """What `update` is to change: all that is not KEEP."""
    body = {field: BLOCK[field](value) for field, value in fields.items() if not isinstance(value, Keep)}
    if "ttl" in body and "expires_at" in body:
        raise said_twice()
    return body


def said_twice() -> InvalidInput:
    return InvalidInput("ttl", "says when it expires, and so does expires_at: give one of them")


def flags(**values: object) -> Body:
    """Of what is true or false, that which is true: the rest is left out."""
    return {field: "true" for field, value in values.items() if inputs.truth(value, field)}


def named_ids(block: int | Iterable[int]) -> str:
    """The ids of one block or several, as many as go into one request."""
    ids = inputs.block_ids(block)
    if len(ids) > limits.BATCH_MAX:
        raise InvalidInput("block", f"are {len(ids):,}; at most {limits.BATCH_MAX:,} go into one request")
    return array(map(str, ids))


def names(**values: object) -> Body:
    """Of these names those that are given."""
    return {field: quoted_name(value, field) for field, value in values.items() if value is not None}


def moment(as_of: Any, now: Any = None) -> Body:
    """Of which moment the answer is to be, and from when the question is meant."""
    said = {"as_of": as_of, "now": now}
    return {field: quoted_time(value, field) for field, value in said.items() if value is not None}


def matched(query: object, k: Any = None, *, expired: bool = False, now: Any = None) -> Body:
    """What the blocks that are counted are to match."""
    asked = inputs.matched(query, k=k, expired=expired, now=now)
    body = {} if k is None else {"k": str(inputs.count(k, "k", limits.K_MAX))}
    return body | {"query": quoted(asked)} if asked else body


def scope(namespace: Any, where: Any, min_trust: Any = 0.0) -> Body:
    """Which blocks are looked at."""
    condition, least = inputs.where(where), inputs.share(min_trust, "min_trust")
    body = {} if condition is None else {"where": condition}
    if least:
        body["min_trust"] = repr(least)
    path = inputs.namespace(namespace)
    return body | {"namespace": quoted(path)} if path else body


def evidence(near: Any, weights: Any, vector: Any = None) -> Body:
    """What counts besides the query."""
    body = {} if near is None else {"near": place(near)}
    if vector is not None:
        body["vector"] = components(vector)
    pairs = weight_pairs(weights)
    return body if pairs is None else body | {"weights": dumps(dict(pairs), ensure_ascii=False)}


def search(
    k: int = 10,
    namespace: Any = "",
    where: Any = None,
    near: Any = None,
    history: bool = False,
    exact: bool = False,
    as_of: Any = None,
    now: Any = None,
    min_trust: Any = 0.0,
    weights: Any = None,
    vector: Any = None,
    budget_ms: Any = None,
) -> Body:
    """All of a search but what is searched for."""
    body = scope(namespace, where, min_trust) | evidence(near, weights, vector) | moment(as_of, now)
    body["k"] = str(inputs.count(k, "k", limits.K_MAX))
    if (budget := inputs.search_budget_ms(budget_ms)) is not None:
        body["budget_ms"] = repr(budget)
    return body | flags(history=history, exact=exact)


def batches(queries: list[str], k: int) -> Iterator[list[str]]:
    """The queries in as many requests as they need, if `k` hits are wanted for each."""
    batch: list[str] = []
    size, most = 0, min(limits.QUERIES_MAX, limits.BATCH_HITS_MAX // k)
    for query in queries:
        if len(batch) == most or size + len(query) > QUERIES_CHARS_MAX:
            yield batch
            batch, size = [], 0
        batch.append(query)
        size += len(query)
    if batch:
        yield batch


# What goes into a query of a URL, where it is not JSON.


def cursor(value: object, of: str) -> str | None:
    """The place in a listing by the method `of`; what it means is known to whoever made it."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise InvalidInput("cursor", f"is none that a page of `{of}` has given")
    return inputs.string(value, "cursor", CURSOR_BYTES_MAX, empty=True)


def seq(value: object) -> str:
    return str(inputs.count(value, "after", 2**53 - 1, least=0))
