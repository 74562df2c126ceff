"""The JSON Schemas of arguments and answers, under the library's names. Models read the descriptions.

Every conversation pays for the list of tools. So the grammar of filters is said by memory_search alone and the fields
of a block by memory_get alone, and what a value may be beyond its type is said by the error that refuses it.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.mcp.tools.tool import Schema


def string(description: str) -> dict[str, object]:
    return {"type": "string", "description": description}


def whole_number(description: str) -> dict[str, object]:
    return {"type": "integer", "description": description}


def number(description: str) -> dict[str, object]:
    return {"type": "number", "description": description}


def truth(description: str) -> dict[str, object]:
    return {"type": "boolean", "description": description}


def array(items: Schema, description: str | None = None) -> dict[str, object]:
    schema: dict[str, object] = {"type": "array", "items": items}
    if description is not None:
        schema["description"] = description
    return schema


def record(properties: dict[str, Schema]) -> dict[str, object]:
    """An object with these fields and no others."""
    return {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}


def answer(properties: dict[str, Schema]) -> dict[str, object]:
    """What a tool answers. It has these fields; to say so of each would cost every conversation some hundred tokens."""
    return {"type": "object", "properties": properties}


def fields(names: str) -> dict[str, object]:
    """An object within an answer, by what it has: types are seen when it comes."""
    return {"type": "object", "description": names}


def or_null(schema: Schema) -> dict[str, object]:
    """Said by `anyOf`: dialects that know one type only, as some models have, refuse a list of types."""
    described = {name: schema[name] for name in ("description",) if name in schema}
    return described | {"anyOf": [{k: v for k, v in schema.items() if k not in described}, {"type": "null"}]}


ID_MAX = 2**53 - 1

BLOCK_ID = whole_number("Its id, in [brackets] in answers.")
BLOCK_IDS: Schema = {
    "anyOf": [{"type": "integer"}, {"type": "array", "items": {"type": "integer"}}],
    "description": "An id, or several.",
}
QUERY = string("What to look for, in plain words.")
NAMESPACE = string("A path like acme/alice, and all below. Default: all")
PLACE = string("A path like acme/alice/chat-1. Default: the root")
WHERE: Schema = {
    "type": "object",
    "description": (
        'Filter, as in {"source": "alice", "at": {"gte": "2026-01-01"}}. Fields: kind, source, key, tags, importance, '
        "mentions (days that the text speaks of), at, added_at, valid_from, valid_to, expires_at, superseded_at, "
        "origin, trust, flags, uses, namespace, metadata.NAME. "
        "Operators: eq, ne, in, nin, gt, gte, lt, lte, contains, exists, prefix; and, or, not combine."
    ),
}
WHERE_AGAIN: Schema = {"type": "object", "description": "Filter, as in memory_search."}

NEAR: Schema = {
    "anyOf": [{"type": "string"}, {"type": "integer"}],
    "description": "Look first around an anchor (name, or auto) or a block (id).",
}
NEAR_WHEN_ADDING: Schema = {
    **NEAR,
    "description": "Link it with an anchor's block (name, or auto) or a block (id).",
}
HISTORY = truth("Also superseded versions, and what is not valid now.")
AS_OF = string("What was known then, in ISO 8601.")
NOW = string("From when the question is meant. Default: as_of, else now")
MIN_TRUST = number("Leave out origins trusted less: 0 to 1.")
EXACT = truth("Score every block, however slow.")
WEIGHTS: Schema = {"type": "object", "description": 'Of evidence, as in {"words": 2}.'}

FACETS = array(
    {"type": "string", "enum": ["kind", "source", "tags", "namespace"]}, "Count by the values of these, too."
)

KEY = string("Your name for it, unique in its namespace.")
KIND = string("message (a turn), note, fact or your own. Default: message")
SOURCE = string("Who or what said it.")
TAGS = array({"type": "string"}, "Tags.")
IMPORTANCE = number("0 to 1. Default: 0.5")
METADATA: Schema = {"type": "object", "description": "More, for filters."}
AT = string("When it was said, in ISO 8601. Default: now")
VALID_FROM = string("Since when it holds.")
VALID_TO = string("Until when it holds.")
EXPIRES_AT = string("When it is to be gone.")
TTL = number("The same, in seconds from now.")
ON_DUPLICATE: Schema = {
    "type": "string",
    "enum": ["return", "link", "keep"],
    "description": "If the same is there: give it back, link both, keep both.",
}
ON_CONFLICT: Schema = {
    "type": "string",
    "enum": ["keep", "supersede", "reject"],
    "description": "If it contradicts a block. Default: keep both",
}
IDEMPOTENCY_KEY = string("A repeat under this name is done once.")

BLOCK = fields(
    "id, uid, namespace, key, text, kind, source, tags, importance, metadata, at, added_at, valid_from, valid_to, "
    "expires_at, revision, supersedes, superseded_by, superseded_at, origin, trust, flags, uses"
)
"""`Block.to_dict()`."""

BLOCK_AGAIN = fields("As in memory_get.")

ID_OR_NULL: Schema = {"type": ["integer", "null"]}

OUTCOME: dict[str, Schema] = {
    "is_new": {"type": "boolean"},
    "duplicate_of": ID_OR_NULL,
    "echo_of": ID_OR_NULL,
    "conflicts": array(fields("block, reason, new, old, is_sure, message")),
}
"""`Added.outcome()`."""

FORGOTTEN: dict[str, Schema] = {
    **{name: {"type": "integer"} for name in ("blocks", "versions", "links", "anchors")},
    "dry_run": {"type": "boolean"},
    "certificate": {"type": ["string", "null"]},
}
"""What was forgotten, and the SHA-256 of the certificate of it."""

HIT = fields("score, parts, block")
"""`Hit.to_dict()`."""

LINK = fields("source, target, kind, weight, added_at, origin")
"""`Link.to_dict()`."""

ANCHOR = fields("namespace, name, block_id, hops, pinned, moved_at")
"""`Anchor.to_dict()`."""

IDS = array({"type": "integer"})
