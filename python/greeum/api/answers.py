"""The shapes of answers, for OpenAPI. Answers themselves come from `to_dict()`; tests hold them against these."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

Moment = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
Cursor = Annotated[str | None, Meta(description="Asks for the next page; null after the last one.")]


class Answered(Struct, forbid_unknown_fields=True, kw_only=True):
    """Something that is answered."""


class Block(Answered):
    """One memory, in one version: `id` names the version; `key`, or the newest version, names the thing."""

    id: int
    uid: Annotated[str, Meta(description="Its identity across memories.", pattern="^[0-9a-f]{32}$")]
    namespace: str
    key: str | None
    text: str
    kind: str
    source: str | None
    tags: list[str]
    importance: Annotated[float, Meta(ge=0, le=1)]
    metadata: dict[str, Any]
    at: Annotated[Moment, Meta(description="When it was said or true.")]
    added_at: Moment
    valid_from: Moment | None
    valid_to: Moment | None
    expires_at: Moment | None
    revision: Annotated[int, Meta(description="1 when added, one more with each change of a field.", ge=1)]
    supersedes: Annotated[int | None, Meta(description="The id of the version before.")]
    superseded_by: Annotated[int | None, Meta(description="The id of the version after; null for the newest.")]
    superseded_at: Annotated[Moment | None, Meta(description="When the version after was recorded.")]
    origin: Annotated[str, Meta(description="By which door it came; set by the door.")]
    trust: Annotated[float, Meta(description="How far what came by that door is trusted.", ge=0, le=1)]
    flags: Annotated[list[str], Meta(description="What was noticed about it.")]
    uses: Annotated[int, Meta(description="How often it was used.", ge=0)]


class Contradiction(Answered):
    """That a block cannot hold beside another one, and why."""

    block: Annotated[int, Meta(description="The other one's id.")]
    reason: Literal["number", "date", "negation", "value"]
    new: Annotated[str, Meta(description="What this one says there.")]
    old: Annotated[str, Meta(description="What the other one says there.")]
    is_sure: Annotated[bool, Meta(description="Whether the newer one is sure to hold instead.")]
    message: str


class Added(Block):
    """The block as stored, and what came of adding it."""

    is_new: Annotated[bool, Meta(description="False if nothing was added: this is the block that was there.")]
    duplicate_of: Annotated[int | None, Meta(description="The block that says the same; its own id if it was there.")]
    echo_of: Annotated[int | None, Meta(description="The block that a search had given back a moment before.")]
    conflicts: list[Contradiction]


class AddedBlocks(Answered):
    """Those that were sent, in the same order."""

    blocks: list[Added]


class Blocks(Answered):
    """Several blocks, in order."""

    blocks: list[Block]


class BlockPage(Answered):
    """Some blocks of a list, in the order in which they were said."""

    blocks: list[Block]
    cursor: Cursor


class Certificate(Answered):
    """That something was forgotten, and nothing of what it said. The SHA-256 covers the certificate before."""

    number: Annotated[int, Meta(ge=1)]
    at: Moment
    origin: Annotated[str, Meta(description="By which door; empty if that was not said.")]
    asked: Annotated[dict[str, Any], Meta(description="What was asked for; of a filter a keyed digest.")]
    blocks: int
    versions: int
    links: int
    anchors: int
    seq: int
    erased: Annotated[str, Meta(description="SHA-256 of the digests of the uids.")]
    previous: Annotated[str, Meta(description="The SHA-256 of the certificate before; empty for the first.")]
    sha256: str


class Forgotten(Answered):
    """What was erased, or, after a dry run, what would be."""

    forgotten: Annotated[list[int], Meta(description="The ids of every version, ascending.")]
    blocks: Annotated[int, Meta(description="How many: a block and its older versions are one.")]
    versions: int
    links: int
    anchors: int
    dry_run: bool
    certificate: Annotated[
        Certificate | None,
        Meta(description="Null after a dry run, if there was nothing to forget, and for keys with a root."),
    ]
    untold: Annotated[
        int, Meta(description="How many backups could not be told: the next forgetting or backup tells them.")
    ]


class Certificates(Answered):
    """Oldest first."""

    certificates: list[Certificate]


class Rule(Answered):
    """What is kept of a namespace and all below it."""

    namespace: str
    kind: Annotated[str | None, Meta(description="Null: of every kind.")]
    max_age: Annotated[float | None, Meta(description="Seconds since it was added.")]
    max_blocks: int | None
    set_at: Moment


class Rules(Answered):
    """Every rule, ordered by namespace and kind."""

    rules: list[Rule]


class RuleThatCounts(Answered):
    """The one rule for blocks of a kind in a namespace; null if they are kept for good."""

    rule: Rule | None


class Step(Answered):
    """What one step did, or would do."""

    name: str
    count: int
    unit: Literal["blocks", "links", "changes", "bytes"]
    seconds: float


class Report(Answered):
    """Step by step."""

    dry_run: bool
    steps: list[Step]


class Policy(Answered):
    """What is done with blocks of a kind if a call says nothing itself."""

    on_duplicate: Literal["return", "link", "keep"]
    on_conflict: Literal["keep", "supersede", "reject"]


class Weight(Answered):
    """How much one kind of evidence counts, and why."""

    name: str
    value: float
    default: float
    origin: Literal["default", "set", "learnt"]
    namespace: Annotated[str | None, Meta(description="Where that was said; null for the default.")]


class Weighing(Answered):
    """The weights of a search in a namespace."""

    namespace: str
    judgements: Annotated[int, Meta(description="How often feedback has taught this very namespace something.", ge=0)]
    share: Annotated[float, Meta(description="How much of what was learnt there is in use.", ge=0, le=1)]
    weights: list[Weight]


class Parts(Answered):
    """What a score is the sum of."""

    words: float
    vector: float
    tokens: float
    conversation: float
    prior: float
    graph: float


class Hit(Answered):
    """A block that answers a query, and why. Scores order the hits of one query, and say nothing across queries."""

    score: float
    parts: Parts
    block: Block


Stage = Literal["graph", "words", "vector", "tokens", "candidates", "turns", "home"]


class Hits(Answered):
    """Best first."""

    hits: list[Hit]
    left_out: Annotated[
        list[Stage] | UnsetType, Meta(description="What there was no time for; only where a budget was given.")
    ] = UNSET


class HitsOfQueries(Answered):
    """The hits of each query, in the order of the queries."""

    answers: list[list[Hit]]
    left_out: Annotated[
        list[list[Stage]] | UnsetType,
        Meta(description="What there was no time for, of each query; only where a budget was given."),
    ] = UNSET


class Context(Answered):
    """What is known, ready for a prompt: the text, and the blocks that it was made of, in the order shown."""

    text: str
    blocks: list[Block]
    tokens: Annotated[int, Meta(description="How many tokens the text takes, estimated.")]


class Count(Answered):
    """How many."""

    count: int


class Correction(Answered):
    """A version of a block, and the newest one that took its place."""

    before: Block
    after: Block


class DifferenceCounts(Answered):
    """How many there are, also those that are not shown."""

    added: int
    changed: int
    removed: int


class Difference(Answered):
    """What can be found at the later of two moments and not at the earlier one, and the other way round."""

    added: list[Block]
    changed: list[Correction]
    removed: Annotated[list[Block], Meta(description="What expired, or holds no longer.")]
    counts: DifferenceCounts


class ValueCount(Answered):
    """A value of a field, and in how many blocks it stands."""

    value: str
    count: int


class Facets(Answered):
    """The most frequent values of each field, most frequent first."""

    facets: dict[str, list[ValueCount]]


class NamespaceCount(Answered):
    """A namespace, and how many blocks it holds itself."""

    namespace: str
    blocks: int


class NamespacePage(Answered):
    """Some namespaces, in order."""

    namespaces: list[NamespaceCount]
    cursor: Cursor


class Quarantined(Answered):
    """Those that were hidden by this, or, after a dry run, would be."""

    quarantined: list[int]


class Released(Answered):
    """Those that can be found again, or, after a dry run, could be."""

    released: list[int]


ScreeningPolicy = Literal["note", "redact", "refuse"]


class Screening(Answered):
    """What is done with each kind of finding: a flag and nothing else, a marker in its place, or a refusal."""

    bidi: ScreeningPolicy
    control: ScreeningPolicy
    personal: ScreeningPolicy
    secret: ScreeningPolicy
    zero_width: Annotated[ScreeningPolicy, Meta()] = field(name="zero-width")


class Link(Answered):
    """A directed, typed edge from one block to another."""

    source: int
    target: int
    kind: str
    weight: Annotated[float, Meta(ge=0, le=1)]
    added_at: Moment
    origin: Annotated[str, Meta(description="By which door it came; set by the door.")]


class Links(Answered):
    """Those that leave the block, then those that arrive at it."""

    links: list[Link]


class Anchor(Answered):
    """A named place in a namespace that points to a block."""

    namespace: str
    name: str
    block_id: int
    hops: int
    pinned: bool
    moved_at: Moment


class RolledBack(Answered):
    """What was undone, or, after a dry run, would be."""

    quarantined: Annotated[list[int], Meta(description="Blocks that it wrote, and that nobody finds any more.")]
    forgotten: Annotated[list[int], Meta(description="Blocks that were erased, since that was asked for.")]
    restored: Annotated[list[int], Meta(description="Blocks that are the newest version again.")]
    links: Annotated[list[Link], Meta(description="Links that are gone.")]
    anchors: Annotated[list[Anchor], Meta(description="Anchors that pointed to what it wrote, as they are now.")]


class Anchors(Answered):
    """Those of a namespace and of all below it."""

    anchors: list[Anchor]


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
    """How much there is, what made its vectors, and how its index stands. A key with a root sees only what is of it."""

    blocks: int
    superseded: int | UnsetType = UNSET
    links: int | UnsetType = UNSET
    anchors: int | UnsetType = UNSET
    bytes: int | UnsetType = UNSET
    seq: int | UnsetType = UNSET
    embedder: str | UnsetType = UNSET
    dimension: int | UnsetType = UNSET
    index: IndexStats | UnsetType = UNSET
    index_trouble: str | UnsetType | None = UNSET


class Finding(Answered):
    """What was looked at, whether it is well, and what was found and is to be done."""

    what: str
    well: bool
    advice: str


class Findings(Answered):
    """How the memory stands."""

    findings: list[Finding]


class Imported(Answered):
    """How many records were taken in, and how many blocks were there already, or were forgotten here."""

    added: int
    present: int
    forgotten: int
    links: int
    anchors: int
    weights: Annotated[int, Meta(description="Namespaces of which weights were taken over.")]


class Change(Answered):
    """One entry of the log: never content."""

    seq: int
    operation: Literal["block", "forgotten", "links", "anchor"]
    block_id: int


class Changes(Answered):
    """The changes after a seq, in order, and the newest seq that there is."""

    changes: list[Change]
    seq: int


class Probe(Answered):
    """How one process of the server is."""

    status: str
    checks: dict[str, bool] | UnsetType = UNSET


class Description(Struct, kw_only=True):
    """An OpenAPI document."""

    openapi: str
    info: dict[str, Any]
    paths: dict[str, Any]


class Problem(Answered):
    """What is wrong (RFC 9457). `type` stays the same; `field` names what of the request cannot be used."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    field: str | UnsetType = UNSET
