"""What requests are made of. Each is checked against a shape, and OpenAPI is made of these. Shapes stand in the files
of what they ask for; here are the types of their fields.

A request's fields are the arguments of `Memory`, which looks at their values itself, so that each interface refuses the
same with the same words. Shapes say which fields there are and of what type; bounds are named for those who read
OpenAPI.
"""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta, Struct

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
    str,
    Meta(
        description="ISO 8601; without an offset it is of the memory's time zone.",
        examples=["2025-03-04T09:12:00+09:00"],
    ),
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

Now = Annotated[
    Time | None,
    Meta(
        description='From when the query is meant: its "yesterday" is the day before. Default: `as_of`, else the time '
        "that it is."
    ),
]

MinTrust = Annotated[
    float,
    Meta(
        description="Leaves out what was written through an origin that is trusted less.",
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

Matched = Annotated[
    str | None,
    Meta(
        description="Only blocks that have one of its words, in any form that a search knows it by.",
        examples=["pottery class"],
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

DryRun = Annotated[bool, Meta(description="Whether to change nothing, and say what would be.")]

Expired = Annotated[bool, Meta(description="What has expired and is not erased yet, and nothing else.")]

PathNamespace = Annotated[str, Meta(description='A path such as "acme/alice"; "" is the root.')]
"""A namespace in the query of a URL."""


class Request(Struct, forbid_unknown_fields=True):
    """Something that a caller sends."""


class InNamespace(Request):
    namespace: PathNamespace = ""
