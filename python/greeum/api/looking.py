"""Looking at a memory over HTTP: what is known for a prompt, how much there is of what, what has changed."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from greeum import limits
from greeum.api import answers, encoding, wire
from greeum.api.routes import Operation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum import Memory
    from greeum.api.http import Answer, Call


class ContextRequest(wire.Request):
    """What a prompt is about, and how much room it has."""

    query: wire.Query
    max_tokens: Annotated[int, Meta(extra_json_schema={"minimum": 1, "maximum": limits.CONTEXT_TOKENS_MAX})] = 1_000
    namespace: wire.Namespace = ""
    where: wire.Where = None
    near: wire.Near = None
    as_of: wire.AsOf = None
    now: wire.Now = None
    min_trust: wire.MinTrust = 0.0
    weights: wire.Weights = None


class CountRequest(wire.Request):
    """Which blocks to count."""

    namespace: wire.Namespace = ""
    where: wire.Where = None
    history: bool = False
    expired: wire.Expired = False
    as_of: wire.AsOf = None
    now: wire.Now = None
    query: wire.Matched = None


class DiffRequest(wire.Request):
    """Between which moments, and of which blocks."""

    since: Annotated[wire.Time, Meta(description="The earlier moment.")]
    until: Annotated[wire.Time | None, Meta(description="The later one; now if it is left out.")] = None
    namespace: wire.Namespace = ""
    where: wire.Where = None
    limit: Annotated[wire.PageLimit, Meta(description="How many of each sort at most; all are counted.")] = 100


FACET_FIELDS_MAX = 16
"""Fields of one request: each once, and there are four."""


FacetField = Literal["kind", "source", "tags", "namespace"]


class FacetsRequest(wire.Request):
    """Whose values to count."""

    fields: Annotated[
        FacetField | Annotated[list[FacetField], Meta(min_length=1, max_length=FACET_FIELDS_MAX)],
        Meta(description="A field, or several.", examples=[["kind", "source"]]),
    ]
    namespace: wire.Namespace = ""
    where: wire.Where = None
    as_of: wire.AsOf = None
    now: wire.Now = None
    query: wire.Matched = None
    k: Annotated[
        int | None,
        Meta(
            description="Only so many hits of a search for the query, the best, instead of all that have a word of it.",
            extra_json_schema={"minimum": 1, "maximum": limits.K_MAX},
        ),
    ] = None
    limit: Annotated[wire.PageLimit, Meta(description="How many values of each field at most.")] = 20


class NamespacesPage(wire.Request):
    namespace: wire.PathNamespace = ""
    limit: wire.PageLimit = 100
    cursor: wire.Cursor = None


class Context(answers.Answered):
    """What is known, ready for a prompt: the text, and the blocks that it was made of, in the order shown."""

    text: str
    blocks: list[answers.Block]
    tokens: Annotated[int, Meta(description="How many tokens the text takes, estimated.")]


class Count(answers.Answered):
    """How many."""

    count: int


class Correction(answers.Answered):
    """A version of a block, and the newest one that took its place."""

    before: answers.Block
    after: answers.Block


class DifferenceCounts(answers.Answered):
    """How many there are, also those that are not shown."""

    added: int
    changed: int
    removed: int


class Difference(answers.Answered):
    """What can be found at the later of two moments and not at the earlier one, and the other way round."""

    added: list[answers.Block]
    changed: list[Correction]
    removed: Annotated[list[answers.Block], Meta(description="What expired, or holds no longer.")]
    counts: DifferenceCounts


class ValueCount(answers.Answered):
    """A value of a field, and in how many blocks it stands."""

    value: str
    count: int


class Facets(answers.Answered):
    """The most frequent values of each field, most frequent first."""

    facets: dict[str, list[ValueCount]]


class NamespaceCount(answers.Answered):
    """A namespace, and how many blocks it holds itself."""

    namespace: str
    blocks: int


class NamespacePage(answers.Answered):
    """Some namespaces, in order."""

    namespaces: list[NamespaceCount]
    cursor: answers.Cursor


class IndexStats(Struct, kw_only=True):
    """How the Index stands."""

    seq: int
    blocks: int
    tail_blocks: int
    passages: int
    links: int
    files: int
    memory_segments: int
    bytes: int
    kernel: str


class Stats(Struct, kw_only=True):
    """How much there is, what made its vectors, by whose days it goes, and how its index stands. A key with a root sees
    only what is of it.
    """

    blocks: int
    superseded: int | UnsetType = UNSET
    links: int | UnsetType = UNSET
    anchors: int | UnsetType = UNSET
    bytes: int | UnsetType = UNSET
    seq: int | UnsetType = UNSET
    embedder: str | UnsetType = UNSET
    dimension: int | UnsetType = UNSET
    time_zone: str | UnsetType = UNSET
    index: IndexStats | UnsetType = UNSET
    index_trouble: str | UnsetType | None = UNSET


def context(memory: Memory, call: Call) -> Answer:
    """What is known about a query, as a text that is ready for a prompt, within so many tokens."""
    return encoding.one(memory.context(**call.body))


def count(memory: Memory, call: Call) -> Answer:
    """How many blocks there are for which a filter holds."""
    return encoding.plain({"count": memory.count(**call.body)})


def diff(memory: Memory, call: Call) -> Answer:
    """What was added, corrected, or is gone, between two moments."""
    return encoding.plain(memory.diff(**call.body).to_dict())


def facets(memory: Memory, call: Call) -> Answer:
    """The most frequent values of some fields, each with the number of blocks that have it."""
    options = dict(call.body)
    found = memory.facets(options.pop("fields"), **options)
    listed = {field: [{"value": value, "count": blocks} for value, blocks in values] for field, values in found.items()}
    return encoding.plain({"facets": listed})


def namespaces(memory: Memory, call: Call) -> Answer:
    """The namespaces at or below one, in order, each with the number of blocks in itself; a page at a time."""
    page = memory.namespaces(**call.query)
    listed = [{"namespace": namespace, "blocks": blocks} for namespace, blocks in page]
    return encoding.plain({"namespaces": listed, "cursor": page.cursor})


def stats(memory: Memory, _: Call) -> Answer:
    """How much is in it, what made its vectors, and how its index stands."""
    return encoding.plain(memory.stats())


OPERATIONS = (
    Operation(
        id="context", method="POST", path="/v1/context", handle=context, body=ContextRequest,
        answer=Context, problems=("not-found", "embedder-failed"),
    ),
    Operation(id="count", method="POST", path="/v1/count", handle=count, body=CountRequest, answer=Count),
    Operation(id="diff", method="POST", path="/v1/diff", handle=diff, body=DiffRequest, answer=Difference),
    Operation(
        id="facets", method="POST", path="/v1/facets", handle=facets, body=FacetsRequest, answer=Facets,
        problems=("embedder-failed",),
    ),
    Operation(
        id="namespaces", method="GET", path="/v1/namespaces", handle=namespaces, query=NamespacesPage,
        answer=NamespacePage,
    ),
    Operation(id="stats", method="GET", path="/v1/stats", handle=stats, answer=Stats),
)  # fmt: skip
