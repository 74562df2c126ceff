"""The grammar of `where` as JSON Schema. What it means is in docs/reference/filters.md, and decided by the Index."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

VALUES_MAX = 1_000
"""Values of one `in` or `nin`."""

ORDERED = ("gt", "gte", "lt", "lte")
NAME: Schema = {"type": "string"}
NUMBER: Schema = {"type": "number"}
DAY: Schema = {
    "type": "string",
    "description": "A day of which the text speaks, in ISO 8601; of a time, its day in the memory's time zone.",
}
TIME: Schema = {"type": "string", "description": "ISO 8601."}
SCALAR: Schema = {"type": ["string", "number", "boolean", "null"]}


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def condition(value: Schema, *operators: str) -> Schema:
    """A value, null, or an object of operators that must all hold."""
    or_none: Schema = {"anyOf": [value, {"type": "null"}]}
    several: Schema = {"type": "array", "items": or_none, "maxItems": VALUES_MAX}
    known: Schema = dict.fromkeys(("eq", "ne", "contains", "prefix", *ORDERED), value)
    known |= {"in": several, "nin": several, "exists": {"type": "boolean"}}
    known["eq"] = known["ne"] = known["contains"] = or_none
    taken: Schema = {
        "type": "object",
        "properties": {name: known[name] for name in operators},
        "additionalProperties": False,
        "minProperties": 1,
    }
    return {"anyOf": [value, {"type": "null"}, taken]} if "eq" in operators else taken


EQUAL = ("eq", "ne", "in", "nin", "exists")

SCHEMAS: dict[str, Schema] = {
    "Filter": {
        "title": "Filter",
        "description": "Which blocks to look at: fields, each with a value or with operators that must all hold, and "
        "`and`, `or`, `not` of filters. Other fields are refused.",
        "type": "object",
        "properties": {
            "and": {"type": "array", "items": ref("Filter")},
            "or": {"type": "array", "items": ref("Filter")},
            "not": ref("Filter"),
            **{name: condition(SCALAR, "contains", "exists") for name in ("tags", "flags")},
            "namespace": condition(NAME, *EQUAL, "prefix"),
            "mentions": condition(DAY, *EQUAL, *ORDERED),
            **{name: condition(NUMBER, *EQUAL, *ORDERED) for name in ("importance", "trust", "uses")},
            **{name: condition(NAME, *EQUAL) for name in ("kind", "source", "key", "origin")},
            **{
                name: condition(TIME, *EQUAL, *ORDERED)
                for name in ("at", "added_at", "valid_from", "valid_to", "expires_at", "superseded_at")
            },
        },
        "patternProperties": {"^metadata\\..": condition(SCALAR, *EQUAL, *ORDERED, "contains")},
        "additionalProperties": False,
        "examples": [
            {"source": "alice", "importance": {"gte": 0.5}},
            {"or": [{"tags": {"contains": "trip"}}, {"metadata.paid": True}]},
        ],
    }
}
