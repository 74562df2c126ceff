"""The JSON Schemas of arguments and answers, under the library's names. Models read the descriptions."""

from __future__ import annotations

from greeum import limits

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.mcp.tools.tool import Schema


def string(description: str) -> dict[str, object]:
    return {"type": "string", "description": description}


def whole_number(description: str, most: int, least: int = 1) -> dict[str, object]:
    return {"type": "integer", "minimum": least, "maximum": most, "description": description}


def truth(description: str) -> dict[str, object]:
    return {"type": "boolean", "description": description}


def array(items: Schema, description: str | None = None) -> dict[str, object]:
    schema: dict[str, object] = {"type": "array", "items": items}
    if description is not None:
        schema["description"] = description
    return schema


def record(properties: dict[str, Schema], optional: tuple[str, ...] = ()) -> dict[str, object]:
    """An object of an answer: with these fields and no others."""
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def or_null(schema: Schema) -> dict[str, object]:
    return {**schema, "type": [schema["type"], "null"]}


ID_MAX = 2**53 - 1

BLOCK_ID = whole_number("The block's id, as answers show it in [brackets].", ID_MAX)
BLOCK_IDS: Schema = {
    "anyOf": [{"type": "integer", "minimum": 1, "maximum": ID_MAX}, {"type": "array", "items": {"type": "integer"}}],
    "description": "The id of a block, or several ids.",
}
QUERY = string("What to look for, in plain words, in any language.")
K = whole_number(f"How many hits at most, up to {limits.K_MAX:,}. Default: 5", limits.K_MAX)
NAMESPACE = string(
    "Whose it is: a path like acme/alice/chat-1. Finding looks at it and at all below it. Default: everything."
)
WHERE: Schema = {
    "type": "object",
    "description": (
        'Filter, as in {"source": "alice", "importance": {"gte": 0.5}, "at": {"gte": "2026-01-01"}}. Fields: kind, '
        "source, key, tags, importance, at, added_at, valid_from, valid_to, expires_at, superseded_at, origin, trust, "
        "flags, uses, namespace, metadata.NAME. "
        "Operators: eq, ne, in, nin, gt, gte, lt, lte, contains, exists, prefix; and, or, not combine filters."
    ),
}
WHERE_AGAIN: Schema = {"type": "object", "description": "Filter, as in memory_search."}
"""The grammar is said once: every conversation pays for the list of tools."""

NEAR: Schema = {
    "anyOf": [{"type": "string"}, {"type": "integer"}],
    "description": "Look around an anchor (its name, as A; auto: the one that fits) or a block (its id) first.",
}
NEAR_WHEN_ADDING: Schema = {
    **NEAR,
    "description": "Link it with an anchor's block (its name, as A), or with a block (its id).",
}
HISTORY = truth("Include versions that were corrected since, and what holds no longer or not yet. Default: false")
AS_OF = string("What was known, and held, at that time, in ISO 8601. Default: now")
MIN_TRUST: Schema = {
    "type": "number",
    "minimum": 0,
    "maximum": 1,
    "description": "Leave out what came by a door that is trusted less. Default: 0",
}
EXACT = truth("Score every block, whatever it takes. Default: false")
WEIGHTS: Schema = {
    "type": "object",
    "additionalProperties": {"type": "number"},
    "description": 'How much each kind of evidence counts, as in {"words": 2}. Rarely needed.',
}

KEY = string("Your own name for the thing, unique in its namespace: the same text under it is added once.")
KIND = string("message (a turn of a conversation), note, fact, or your own. Default: message")
SOURCE = string("Who or what said it.")
TAGS = array({"type": "string"}, "Tags.")
IMPORTANCE: Schema = {"type": "number", "minimum": 0, "maximum": 1, "description": "How much it matters. Default: 0.5"}
METADATA: Schema = {"type": "object", "description": "More about it, for filters."}
AT = string("When it was said or true, in ISO 8601. Default: now")
VALID_FROM = string("Since when it holds, in ISO 8601.")
VALID_TO = string("Until when it holds, in ISO 8601.")
EXPIRES_AT = string("When it is to be gone from searches, in ISO 8601.")
TTL: Schema = {
    "type": "number",
    "exclusiveMinimum": 0,
    "description": "In how many seconds it is to be gone, in place of expires_at.",
}
ON_DUPLICATE: Schema = {
    "type": "string",
    "enum": ["return", "link", "keep"],
    "description": "If the same is there: give that back, link the two, or keep both. Default: as the memory says",
}
ON_CONFLICT: Schema = {
    "type": "string",
    "enum": ["keep", "supersede", "reject"],
    "description": "If it contradicts a block: keep both, supersede that if it is sure, or reject this. Default: keep",
}
IDEMPOTENCY_KEY = string("Names this very request, so that it may be made again without doing it twice.")

TIME: Schema = {"type": "string"}
TIME_OR_NULL: Schema = {"type": ["string", "null"]}

BLOCK = record(
    {
        "id": {"type": "integer"},
        "uid": {"type": "string"},
        "namespace": {"type": "string"},
        "key": {"type": ["string", "null"]},
        "text": {"type": "string"},
        "kind": {"type": "string"},
        "source": {"type": ["string", "null"]},
        "tags": array({"type": "string"}),
        "importance": {"type": "number"},
        "metadata": {"type": "object"},
        "at": TIME,
        "added_at": TIME,
        "valid_from": TIME_OR_NULL,
        "valid_to": TIME_OR_NULL,
        "expires_at": TIME_OR_NULL,
        "revision": {"type": "integer"},
        "supersedes": {"type": ["integer", "null"]},
        "superseded_by": {"type": ["integer", "null"]},
        "superseded_at": TIME_OR_NULL,
        "origin": {"type": "string"},
        "trust": {"type": "number"},
        "flags": array({"type": "string"}),
        "uses": {"type": "integer"},
    }
)
"""`Block.to_dict()`."""

ID_OR_NULL: Schema = {"type": ["integer", "null"]}

OUTCOME: dict[str, Schema] = {
    "is_new": {"type": "boolean"},
    "duplicate_of": ID_OR_NULL,
    "echo_of": ID_OR_NULL,
    "conflicts": array(
        record(
            {
                "block": {"type": "integer"},
                "reason": {"type": "string"},
                "new": {"type": "string"},
                "old": {"type": "string"},
                "is_sure": {"type": "boolean"},
                "message": {"type": "string"},
            }
        )
    ),
}
"""`Added.outcome()`."""

FORGOTTEN: dict[str, Schema] = {
    **{name: {"type": "integer"} for name in ("blocks", "versions", "links", "anchors")},
    "dry_run": {"type": "boolean"},
    "certificate": {"type": ["string", "null"]},
}
"""What was forgotten, and the SHA-256 of the certificate of it."""

HIT = record(
    {
        "score": {"type": "number"},
        "parts": {"type": "object", "additionalProperties": {"type": "number"}},
        "block": BLOCK,
    }
)
"""`Hit.to_dict()`."""

LINK = record(
    {
        "source": {"type": "integer"},
        "target": {"type": "integer"},
        "kind": {"type": "string"},
        "weight": {"type": "number"},
        "added_at": TIME,
        "origin": {"type": "string"},
    }
)
"""`Link.to_dict()`."""

ANCHOR = record(
    {
        "namespace": {"type": "string"},
        "name": {"type": "string"},
        "block_id": {"type": "integer"},
        "hops": {"type": "integer"},
        "pinned": {"type": "boolean"},
        "moved_at": TIME,
    }
)
"""`Anchor.to_dict()`."""

IDS = array({"type": "integer"})
