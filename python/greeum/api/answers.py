"""The shapes of answers, for OpenAPI: those that several operations give; others stand in the file of what is asked.
Answers themselves come from `to_dict()`; tests hold them against these.
"""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from greeum.problems import KINDS, TYPE_PREFIX

Moment = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]
ProblemType = Annotated[str, Meta(extra_json_schema={"enum": [TYPE_PREFIX + name for name in KINDS]})]
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
    origin: Annotated[str, Meta(description="Where it was written from; set by the server.")]
    trust: Annotated[float, Meta(description="How far its origin was trusted.", ge=0, le=1)]
    flags: Annotated[list[str], Meta(description="What was noticed about it.")]
    uses: Annotated[int, Meta(description="How often it was used.", ge=0)]


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


class Link(Answered):
    """A directed, typed edge from one block to another."""

    source: int
    target: int
    kind: str
    weight: Annotated[float, Meta(ge=0, le=1)]
    added_at: Moment
    origin: Annotated[str, Meta(description="Where it was written from; set by the server.")]


class Anchor(Answered):
    """A named place in a namespace that points to a block."""

    namespace: str
    name: str
    block_id: int
    hops: int
    pinned: bool
    moved_at: Moment


class Problem(Answered):
    """What is wrong (RFC 9457). `type` stays the same; `field` names what of the request cannot be used."""

    type: ProblemType
    title: str
    status: int
    detail: str
    instance: str
    field: str | UnsetType = UNSET
