"""The shapes of requests: what comes is checked against them, and OpenAPI is made from them.

A request's fields are the arguments of `Memory`, which looks at their values itself, so that each door refuses the same
with the same words. Here stands which fields there are and of what type; bounds are named for those who read OpenAPI.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from greeum import limits

Id = Annotated[int, Meta(description="A block's id: one version of it.", ge=1, le=2**53 - 1)]

Namespace = Annotated[
    Any,
    Meta(
        description='A path such as "acme/alice", or its segments; "" is the root.',
        examples=["acme/alice"],
        extra_json_schema={
            "anyOf": [
                {"type": "string"},
                {"type": "array", "items": {"type": "string"}, "maxItems": limits.NAMESPACE_SEGMENTS_MAX},
            ]
        },
    ),
]

Where = Annotated[
    Any,
    Meta(
        description="Which blocks to look at.",
        examples=[{"source": "alice", "importance": {"gte": 0.5}}],
        extra_json_schema={"anyOf": [{"$ref": "#/components/schemas/Filter"}, {"type": "null"}]},
    ),
]

Near = Annotated[
    str | int | None,
    Meta(description="An anchor's name (auto: the one that fits) or a block's id: what is around it comes first."),
]

Weights = Annotated[
    Any,
    Meta(
        description="How much each kind of evidence counts, by name.",
        examples=[{"tokens": 0}],
        extra_json_schema={
            "anyOf": [{"type": "object", "additionalProperties": {"type": "number"}}, {"type": "null"}],
        },
    ),
]

Judged = Annotated[list[Id], Meta(max_length=limits.JUDGED_MAX)]

Vector = Annotated[
    Any,
    Meta(
        description="For memories whose vectors the caller brings: as many numbers as its others have.",
        extra_json_schema={
            "anyOf": [
                {"type": "array", "items": {"type": "number"}, "maxItems": limits.DIMENSION_MAX},
                {"type": "null"},
            ]
        },
    ),
]

Tags = Annotated[
    Any,
    Meta(
        description="Each once, in the order given.",
        examples=[["trip", "sea"]],
        extra_json_schema={"type": "array", "items": {"type": "string", "minLength": 1}},
    ),
]

Metadata = Annotated[
    Any,
    Meta(
        description="Your own fields; `where` reaches them as `metadata.NAME`.",
        examples=[{"paid": True}],
        extra_json_schema={"type": "object"},
    ),
]

Share = Annotated[float, Meta(extra_json_schema={"minimum": 0, "maximum": 1})]

Time = Annotated[
    str, Meta(description="ISO 8601; without an offset it is UTC.", examples=["2025-03-04T09:12:00+09:00"])
]

Ttl = Annotated[
    float | None,
    Meta(
        description="In how many seconds from now it is gone from searches; in place of `expires_at`.",
        extra_json_schema={"exclusiveMinimum": 0},
    ),
]

OnDuplicate = Annotated[
    str | None,
    Meta(
        description="What to do if the namespace holds a block that says the same: give that back, link the new one "
        "with it, or keep it like any other. Null: as the memory's policies say.",
        extra_json_schema={"enum": ["return", "link", "keep", None]},
    ),
]

OnConflict = Annotated[
    str | None,
    Meta(
        description="What to do if it contradicts a block of the namespace: keep both and say so, supersede that one "
        "if it is sure, or reject it. Null: as the memory's policies say.",
        extra_json_schema={"enum": ["keep", "supersede", "reject", None]},
    ),
]

AsOf = Annotated[Time | None, Meta(description="As things stood then: what had been recorded by that time, and held.")]

MinTrust = Annotated[
    float,
    Meta(
        description="Leaves out what came by a door that is trusted less.",
        extra_json_schema={"minimum": 0, "maximum": 1},
    ),
]

Name = Annotated[str, Meta(extra_json_schema={"minLength": 1, "maxLength": limits.NAME_BYTES_MAX})]

Text = Annotated[
    str,
    Meta(
        examples=["I moved to Busan in May."],
        extra_json_schema={"minLength": 1, "maxLength": limits.TEXT_BYTES_MAX},
    ),
]

Query = Annotated[
    str,
    Meta(
        description="What to find.",
        examples=["where does Alice live?"],
        extra_json_schema={"maxLength": limits.QUERY_BYTES_MAX},
    ),
]

K = Annotated[
    int, Meta(description="How many hits at most.", extra_json_schema={"minimum": 1, "maximum": limits.K_MAX})
]

PageLimit = Annotated[int, Meta(extra_json_schema={"minimum": 1, "maximum": limits.PAGE_MAX})]

Cursor = Annotated[
    str | None, Meta(description="The `cursor` of the page before; null after the last page and before the first.")
]

Hops = Annotated[int | None, Meta(extra_json_schema={"minimum": 1, "maximum": limits.HOPS_MAX})]

FACET_FIELDS_MAX = 16
"""Fields of one request: each once, and there are four."""

CHANGES_LIMIT = 1_000
"""Changes of a page, if nothing else is asked for: as many as `Memory.changes` gives."""


FINDINGS = ("bidi", "control", "personal", "secret", "zero-width")
"""What may be found in a text: hidden characters, personal data, secrets."""


class Request(Struct, forbid_unknown_fields=True):
    """Something that a caller sends."""


# Requests.


class NewBlock(Request):
    """A block to remember. `at` is when it was said (default: now); the same text under the same key adds nothing."""

    text: Text
    namespace: Namespace = ""
    key: Name | None = None
    kind: Name = "message"
    source: Name | None = None
    tags: Tags = []
    importance: Share = 0.5
    metadata: Metadata = {}
    at: Time | None = None
    valid_from: Time | None = None
    valid_to: Time | None = None
    expires_at: Time | None = None
    ttl: Ttl = None
    near: Near = None
    vector: Vector = None
    on_duplicate: OnDuplicate = None
    on_conflict: OnConflict = None


class NewBlocks(Request):
    """Blocks to remember, all or none."""

    blocks: Annotated[list[NewBlock], Meta(extra_json_schema={"maxItems": limits.BATCH_MAX})]


class BlockChange(Request):
    """What is to be changed; what is left out stays. With a new text there is a new block that supersedes this one."""

    text: Text | UnsetType = UNSET
    kind: Name | UnsetType = UNSET
    source: Name | UnsetType | None = UNSET
    tags: Tags | UnsetType = UNSET
    importance: Share | UnsetType = UNSET
    metadata: Metadata | UnsetType = UNSET
    at: Time | UnsetType = UNSET
    valid_from: Time | UnsetType | None = UNSET
    valid_to: Time | UnsetType | None = UNSET
    expires_at: Time | UnsetType | None = UNSET
    ttl: Ttl | UnsetType = UNSET
    vector: Vector = None


class BlockIds(Request):
    """Several blocks."""

    ids: Annotated[list[Id], Meta(max_length=limits.BATCH_MAX)]


DryRun = Annotated[bool, Meta(description="Whether to change nothing, and say what would be.")]


class Forget(BlockIds, kw_only=True):
    """Several blocks, to be erased."""

    dry_run: DryRun = False


class ForgetWhere(Request):
    """What the blocks have in common that are to be erased: a namespace, a filter or both."""

    namespace: Namespace = ""
    where: Where = None
    dry_run: DryRun = False


class Wipe(Request):
    """That really everything is meant."""

    confirm: Annotated[int, Meta(description="How many blocks there are, as stats say.", ge=0, le=2**53)]


class SearchOptions(Request):
    k: K = 10
    namespace: Namespace = ""
    where: Where = None
    near: Near = None
    history: Annotated[
        bool, Meta(description="Whether superseded versions, and what holds no longer or not yet, may be hits.")
    ] = False
    exact: Annotated[bool, Meta(description="Whether to score every block, whatever it takes.")] = False
    as_of: AsOf = None
    min_trust: MinTrust = 0.0
    weights: Weights = None


BudgetMs = Annotated[
    float | None,
    Meta(
        description="How long a query may take; what there was no time for is in `left_out`. Only for answers in JSON.",
        extra_json_schema={"exclusiveMinimum": 0, "maximum": limits.SEARCH_BUDGET_MS_MAX},
    ),
]


class OneQuery(SearchOptions, kw_only=True):
    query: Query
    vector: Vector = None


class Search(OneQuery, kw_only=True):
    """What to find, and where."""

    budget_ms: BudgetMs = None


class SearchMany(SearchOptions, kw_only=True):
    """Several queries, with the same options for all."""

    queries: Annotated[list[Query], Meta(max_length=limits.QUERIES_MAX)]
    budget_ms: BudgetMs = None


class ExplainRequest(OneQuery, kw_only=True):
    """Which block, and of which search."""

    block: Id


class LiveSearch(OneQuery, kw_only=True):
    """A message over `/v1/search:live`."""

    id: Annotated[int, Meta(description="Comes back with the answer.", ge=0, le=2**53 - 1)]


class LiveKey(Request):
    """The first message from a browser that has not named its key otherwise."""

    key: str


class ContextRequest(Request):
    """What a prompt is about, and how much room it has."""

    query: Query
    max_tokens: Annotated[int, Meta(extra_json_schema={"minimum": 1, "maximum": limits.CONTEXT_TOKENS_MAX})] = 1_000
    namespace: Namespace = ""
    where: Where = None
    near: Near = None
    as_of: AsOf = None
    min_trust: MinTrust = 0.0
    weights: Weights = None


Expired = Annotated[bool, Meta(description="What has expired and is not erased yet, and nothing else.")]


class CountRequest(Request):
    """Which blocks to count."""

    namespace: Namespace = ""
    where: Where = None
    history: bool = False
    expired: Expired = False
    as_of: AsOf = None


class DiffRequest(Request):
    """Between which moments, and of which blocks."""

    since: Annotated[Time, Meta(description="The earlier moment.")]
    until: Annotated[Time | None, Meta(description="The later one; now if it is left out.")] = None
    namespace: Namespace = ""
    where: Where = None
    limit: Annotated[PageLimit, Meta(description="How many of each sort at most; all are counted.")] = 100


class FacetsRequest(Request):
    """Whose values to count."""

    fields: Annotated[
        list[Literal["kind", "source", "tags", "namespace"]],
        Meta(examples=[["kind", "source"]], min_length=1, max_length=FACET_FIELDS_MAX),
    ]
    namespace: Namespace = ""
    where: Where = None
    as_of: AsOf = None
    limit: Annotated[PageLimit, Meta(description="How many values of each field at most.")] = 20


class NewRule(Request):
    """What is to be kept; at least one bound must be given."""

    namespace: Namespace = ""
    kind: Annotated[Name | None, Meta(description="Null: of every kind.")] = None
    max_age: Annotated[
        float | None,
        Meta(
            description="Seconds since it was added; null is without bound.", extra_json_schema={"exclusiveMinimum": 0}
        ),
    ] = None
    max_blocks: Annotated[
        int | None,
        Meta(
            description="How many, the newest ones; null is without bound.",
            extra_json_schema={"minimum": 0, "maximum": 2**53 - 1},
        ),
    ] = None


class Maintain(Request):
    """How to go about it."""

    dry_run: DryRun = False
    grace: Annotated[
        float,
        Meta(
            description="For how many seconds what has expired is still kept.",
            extra_json_schema={"minimum": 0},
        ),
    ] = 86_400.0


class NewPolicy(Request):
    """What to do with blocks of a kind from now on; what is null or left out stays as it is."""

    kind: Annotated[Name, Meta(description="`*`: of every kind of which nothing is said.")] = "*"
    on_duplicate: OnDuplicate = None
    on_conflict: OnConflict = None


class NewWeights(Request):
    """How much some kinds of evidence are to count; those that are left out stay as they are."""

    weights: Annotated[
        dict[str, float | None], Meta(description="By name; null takes back what was said.", min_length=1)
    ]
    namespace: Annotated[Namespace, Meta(description="It holds there and below.")] = ""


class WeightsReset(Request):
    """What to forget of a namespace's weights."""

    namespace: Namespace = ""
    learnt_only: Annotated[bool, Meta(description="Whether what was set is to stay.")] = False


class Feedback(Request):
    """Which hits of a query have answered it (`good`), and which have not (`bad`); at least one is named."""

    query: Query
    good: Judged = []
    bad: Judged = []
    namespace: Namespace = ""
    vector: Vector = None


class Quarantine(Request):
    """Which blocks to hide or to show again: these ids, or all for which everything holds that is said."""

    ids: Annotated[list[Id], Meta(max_length=limits.BATCH_MAX)] | UnsetType = UNSET
    origin: Annotated[Name | None, Meta(description="Who wrote it, or one below: `web` is `web/crawler` too.")] = None
    source: Name | None = None
    where: Where = None
    namespace: Namespace = ""
    dry_run: DryRun = False


class RollBack(Request):
    """Whose writes are undone."""

    origin: Annotated[Name, Meta(description="And of those below it: `web` is `web/crawler` too.")]
    since: Annotated[Time | None, Meta(description="What was written from then on; all of it if left out.")] = None
    namespace: Namespace = ""
    forget: Annotated[bool, Meta(description="Whether to erase its blocks, in place of hiding them.")] = False
    dry_run: DryRun = False


class NewScreening(Request):
    """What to do with a kind of finding from now on."""

    kind: Annotated[str, Meta(extra_json_schema={"enum": list(FINDINGS)})]
    policy: Annotated[str, Meta(extra_json_schema={"enum": ["note", "redact", "refuse"]})]


class NewLink(Request):
    """A link to add; the same again changes its weight."""

    source: Id
    target: Id
    kind: Name = "about"
    weight: Share = 1.0


class AnchorPlace(Request):
    """Where an anchor is to be."""

    block: Id
    namespace: Namespace = ""
    hops: Annotated[Hops, Meta(description="How far searches near it reach; null: as it was.")] = None
    pinned: Annotated[bool | None, Meta(description="Whether it stays when blocks are added near it.")] = None


class AnchorMove(Request):
    """Where an anchor is to go."""

    block: Id
    namespace: Namespace = ""


class AnchorNamespace(Request):
    """Of which namespace the anchor is."""

    namespace: Namespace = ""


# What stands in the query of a URL.

PathNamespace = Annotated[str, Meta(description='A path such as "acme/alice"; "" is the root.')]


class Listing(Request):
    namespace: PathNamespace = ""
    where: Where = None
    history: bool = False
    expired: Expired = False
    as_of: AsOf = None
    limit: PageLimit = 100
    cursor: Cursor = None
    newest_first: bool = False


class DryRunOnly(Request):
    dry_run: DryRun = False


class CertificatesOf(Request):
    namespace: Annotated[
        PathNamespace | None, Meta(description="With it, or with a filter: those of a forgetting of just this.")
    ] = None
    where: Where = None


class RuleName(Request):
    namespace: PathNamespace = ""
    kind: Annotated[Name | None, Meta(description="Left out: the rule for every kind.")] = None


class RuleFor(Request):
    namespace: PathNamespace = ""
    kind: Name = "message"


class PolicyFor(Request):
    kind: Name = "*"


class BringBack(Request):
    bring_back: Annotated[bool, Meta(description="Whether to take in what was forgotten here, too.")] = False


class Moment(Request):
    as_of: AsOf = None


class Key(Request):
    key: Name
    namespace: PathNamespace = ""
    as_of: AsOf = None


class NamespacesPage(Request):
    namespace: PathNamespace = ""
    limit: PageLimit = 100
    cursor: Cursor = None


class LinkName(Request):
    source: Id
    target: Id
    kind: Name = "about"


class InNamespace(Request):
    namespace: PathNamespace = ""


class AnchorName(Request):
    namespace: PathNamespace = ""
    closest: Annotated[
        bool, Meta(description="Whether to take the anchor that a search there would use, of a namespace above too.")
    ] = False


class Since(Request):
    after: Annotated[int, Meta(description="The seq of the last change that is known.", ge=0, le=2**53 - 1)] = 0
    limit: PageLimit = CHANGES_LIMIT
