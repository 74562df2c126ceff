"""From bytes to arguments."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from greeum.api import requests, wire
from greeum.api.blocks import BlockIds, Listing, NewBlock, NewBlocks
from greeum.api.looking import FacetsRequest
from greeum.api.search import Search
from greeum.errors import InvalidInput

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


@given(VALUES)
def test_json_is_read_as_it_was_written(value: Any) -> None:
    for ascii_only in (True, False):
        assert requests.json_of(json.dumps(value, ensure_ascii=ascii_only)) == value


@given(st.binary(max_size=60))
def test_bytes_are_fields_or_refused(body: bytes) -> None:
    try:
        fields = requests.fields_of(body, NewBlock)
    except InvalidInput:
        return
    assert fields == json.loads(body)


@given(st.text(max_size=60) | st.binary(max_size=60))
def test_a_query_string_is_parameters_or_refused(query: str | bytes) -> None:
    try:
        found = requests.parameters_of(query if isinstance(query, bytes) else query.encode(), Listing)
    except InvalidInput:
        return
    assert found.keys() <= {field.name for field in msgspec.structs.fields(Listing)}


@pytest.mark.parametrize(
    ("fields", "shape", "field", "reason"),
    [
        ({"query": "a", "k": "1"}, Search, "k", "must be a whole number, not a string"),
        ({"query": "a", "near": 1.5}, Search, "near", "must be a whole number or a string or null, not a number"),
        ({"k": 1}, Search, "query", "is missing"),
        ({"query": "a", "depth": 1}, Search, "depth", "is no field; there are as_of, budget_ms, exact"),
        ({"query": "a", "limit": 1}, Search, "limit", "is no field (did you mean `k`?); there are as_of, budget_ms"),
        ({"ids": [1, 0]}, BlockIds, "ids[1]", "must be a whole number >= 1"),
        ({"ids": [1] * 20_000}, BlockIds, "ids", "must have a length <= 10000"),
        ({"blocks": [{"text": "a"}, {"txt": "b"}]}, NewBlocks, "blocks[1].txt",
        "is no field (did you mean `text`?); there are at, expires_at"),
        ({"blocks": [{"text": "a"}, {}]}, NewBlocks, "blocks[1].text", "is missing"),
        ({"blocks": {}}, NewBlocks, "blocks", "must be a list, not an object"),
        ({"fields": ["kind", "colour"]}, FacetsRequest, "fields[1]",
        "is 'colour'; there are kind, namespace, source, tags"),
        ([], Search, "body", "must be an object, not a list"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(fields: Any, shape: Any, field: str, reason: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        requests.checked(fields, shape)
    assert caught.value.field == field
    assert caught.value.reason.startswith(reason)


def test_parameters_are_of_their_kinds() -> None:
    query = b"namespace=a%2Fb&where=%7B%22kind%22%3A%22x%22%7D&history=true&limit=7&cursor=null&newest_first=false"
    assert requests.parameters_of(query, Listing) == {
        "namespace": "a/b",
        "where": {"kind": "x"},
        "history": True,
        "limit": 7,
        "cursor": "null",
        "newest_first": False,
    }
    assert requests.parameters_of(b"namespace=a+b", wire.InNamespace) == {"namespace": "a b"}
    assert requests.parameters_of(b"", None) == {}
