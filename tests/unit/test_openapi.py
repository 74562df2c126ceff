"""The OpenAPI document says what the router does, and what answers look like."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import msgspec
import pytest
from tests.docs.pages import ROOT

from greeum import testing
from greeum.api import answers, filters, openapi, problems
from greeum.api.changes import Change
from greeum.api.looking import Context
from greeum.api.operations import IDS, OPERATIONS
from greeum.api.policy import LEAST_ROLE
from greeum.errors import InvalidInput
from greeum.problems import KINDS

DOCUMENT = json.loads(openapi.encoded())

METHODS = {"get", "put", "post", "delete", "patch", "head", "options", "trace"}


def test_the_document_and_the_router_agree_both_ways() -> None:
    described = {
        (operation["operationId"], method.upper(), path)
        for path, item in DOCUMENT["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }
    assert described == {(operation.id, operation.method, operation.path) for operation in OPERATIONS}


def test_everything_has_a_policy_or_is_open_to_all() -> None:
    for operation in OPERATIONS:
        assert operation.is_open != (operation.id in LEAST_ROLE), operation.id
    assert {name for name in LEAST_ROLE if not name.startswith("mcp.")} <= set(IDS)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
def test_an_operation_is_described_in_full(operation: Any) -> None:
    described = DOCUMENT["paths"][operation.path][operation.method.lower()]
    assert described["summary"] and described["description"]
    assert (described.get("security") == []) == operation.is_open
    parameters = {(one["in"], one["name"]): one for one in described.get("parameters", ())}
    if operation.query is not None:
        fields = msgspec.structs.fields(operation.query)
        assert {name for place, name in parameters if place == "query"} == {field.name for field in fields}
        assert {("query", field.name) for field in fields if field.required} <= {
            place for place, one in parameters.items() if one["required"]
        }
    in_headers = {name.lower() for place, name in parameters if place == "header"}
    heeded = {name.decode() for name in operation.preconditions} | {name.lower() for name in operation.headers}
    assert in_headers == heeded
    statuses = {str(KINDS[name].status) for name in operation.problems}
    assert {str(operation.status), *statuses} <= described["responses"].keys()
    unchanged = {"200"} if operation.status_unchanged else set()
    assert {status for status in described["responses"] if status < "3"} == {str(operation.status)} | unchanged
    assert ("requestBody" in described) == (operation.body is not None or operation.takes is not None)


def references(value: Any) -> set[str]:
    if isinstance(value, dict):
        inner = {found for item in value.values() for found in references(item)}
        return inner | ({value["$ref"]} if isinstance(value.get("$ref"), str) else set())
    return {found for item in value for found in references(item)} if isinstance(value, list) else set()


def test_every_reference_leads_somewhere_and_everything_is_referred_to() -> None:
    components = DOCUMENT["components"]
    there = {f"#/components/{kind}/{name}" for kind in ("schemas", "responses", "headers") for name in components[kind]}
    used = references(DOCUMENT)
    assert used <= there
    unused = there - used
    assert unused <= {f"#/components/responses/{name}" for name in ("method-not-allowed", "upgrade-required")}, unused


def test_every_problem_is_among_the_types_that_there_are() -> None:
    types = DOCUMENT["components"]["schemas"]["Problem"]["properties"]["type"]["enum"]
    assert types == [f"urn:greeum:problem:{name}" for name in KINDS]
    validator = jsonschema.Draft202012Validator(DOCUMENT["components"]["schemas"]["Problem"])
    members = problems.Problem("store-busy", "a writer is in the way").members("r-1")
    assert validator.is_valid(members)
    assert not validator.is_valid(members | {"type": "urn:greeum:problem:store-bsy"})


def test_schemas_are_schemas() -> None:
    for name, schema in DOCUMENT["components"]["schemas"].items():
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema.get("description"), name


@pytest.mark.parametrize("shape", [answers.Block, answers.Link, answers.Anchor, answers.Hit, Context, Change])
def test_a_shape_is_that_of_the_thing(shape: type[msgspec.Struct]) -> None:
    with testing.memory() as memory:
        memory.add_many([{"text": "red apples", "valid_from": "2025-01-01", "tags": ["x"]}, {"text": "blue"}])
        things = {
            "Block": memory.get(1),
            "Link": memory.link(1, 2),
            "Anchor": memory.anchors.set("A", 1),
            "Hit": memory.search("apples")[0],
            "Context": memory.context("apples"),
            "Change": memory.changes()[0],
        }
    shown: Any = things[shape.__name__]
    assert msgspec.convert(shown.to_dict(), shape)
    assert set(shown.to_dict()) == {field.encode_name for field in msgspec.structs.fields(shape)}


def fields_of_filters() -> set[str]:
    known = filters.SCHEMAS["Filter"]
    return set(known["properties"]) | {"metadata.NAME"}


def test_the_filter_has_the_fields_that_the_index_knows() -> None:
    with testing.memory() as memory, pytest.raises(InvalidInput) as caught:
        memory.list(where={"author": 1})
    named = set(re.findall(r"[a-z_]+(?:\.NAME)?", caught.value.reason.partition("there are ")[2]))
    assert fields_of_filters() - {"and", "or", "not"} == named - {"and", "or", "not"}


@pytest.mark.parametrize("field", sorted(filters.SCHEMAS["Filter"]["properties"].keys() - {"and", "or", "not"}))
def test_the_filter_has_the_operators_that_the_index_takes(field: str) -> None:
    """Each operator with a value that suits the field is taken by both or by neither."""
    schema = filters.SCHEMAS["Filter"] | {"$defs": {}}
    schema = json.loads(json.dumps(schema).replace("#/components/schemas/Filter", "#"))
    validator = jsonschema.Draft202012Validator(schema)
    value: Any = {"importance": 0.5, "trust": 0.5, "uses": 1, "namespace": "a/b"}.get(field, "2025-01-01")
    values: list[Any] = [value, None, {}, 7, True, [], [value], [None], [[value]], [7], [True]]
    operators = ("eq", "ne", "in", "nin", "gt", "gte", "lt", "lte", "contains", "exists", "prefix", "like")
    tried = values + [{operator: one} for operator in operators for one in values]
    if field in ("tags", "flags"):
        # Of no values none is of the wrong type, and the Index looks no further.
        tried = [one for one in tried if one not in ({"in": []}, {"nin": []})]
    with testing.memory() as memory:
        for condition in tried:
            assert validator.is_valid({field: condition}) == is_taken(memory, {field: condition}), condition


def is_taken(memory: Any, where: dict[str, Any]) -> bool:
    try:
        memory.list(where=where)
    except InvalidInput:
        return False
    return True


def test_examples_are_right() -> None:
    with testing.memory() as memory:
        for example in filters.SCHEMAS["Filter"]["examples"]:
            memory.list(where=example)


def test_the_page_in_the_repository_is_current() -> None:
    page = ROOT / "docs" / "reference" / "openapi.json"
    assert page.read_text(encoding="utf-8") == openapi.pretty(), "run python scripts/make_reference.py"
