"""Filters of other products: what the Index is asked, and what is looked up instead, are one and the same question."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from greeum import testing
from greeum.errors import InvalidInput
from greeum.integrations.filters import VALUES_MAX, Filter, Grammar

GRAMMAR = Grammar(
    {f"${name}": name for name in ("eq", "ne", "gt", "gte", "lt", "lte", "in", "nin", "contains", "exists")},
    {"$and": "and", "$or": "or", "$not": "not"},
)

PLAIN = st.sampled_from([None, True, False, 0, 1, 1.0, -2.5, 7, "", "a", "b", "1"])

NAMES = st.sampled_from(["x", "y", "z"])

METADATA = st.dictionaries(
    NAMES, PLAIN | st.lists(PLAIN, max_size=3) | st.dictionaries(NAMES, PLAIN, max_size=2), max_size=3
)

PATHS = NAMES | st.builds("{}.{}".format, NAMES, NAMES)

CONDITIONS = st.one_of(
    st.builds(lambda path, value: {path: value}, PATHS, PLAIN),
    st.builds(lambda path, op, value: {path: {op: value}}, PATHS, st.sampled_from(["$eq", "$ne"]), PLAIN),
    st.builds(
        lambda path, op, value: {path: {op: value}},
        PATHS, st.sampled_from(["$gt", "$gte", "$lt", "$lte"]), st.sampled_from([0, 1, -2.5, 7]),
    ),
    st.builds(
        lambda path, op, values: {path: {op: values}},
        PATHS, st.sampled_from(["$in", "$nin"]), st.lists(PLAIN.filter(lambda one: one is not None), max_size=3),
    ),
    st.builds(lambda path, value: {path: {"$contains": value}}, PATHS, PLAIN.filter(lambda one: one is not None)),
    st.builds(lambda path, value: {path: {"$exists": value}}, PATHS, st.booleans()),
)  # fmt: skip

FILTERS = st.recursive(
    CONDITIONS,
    lambda inner: st.one_of(
        st.builds(lambda word, parts: {word: parts}, st.sampled_from(["$and", "$or", "$not"]),
                  st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda part: {"$not": part}, inner),
    ),
    max_leaves=5,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(METADATA, min_size=1, max_size=6), FILTERS)
def test_the_index_and_a_look_agree(several: list[dict[str, Any]], conditions: dict[str, Any]) -> None:
    asked, looked = Filter(conditions, GRAMMAR), Filter(conditions, GRAMMAR, field=lambda _: None)
    assert asked.is_exact and not looked.is_exact
    with testing.memory() as memory:
        blocks = memory.add_many([{"text": "x", "metadata": metadata} for metadata in several])
        by_index = {block.id for block in memory.list(where=asked.where)}
        assert by_index == {block.id for block in blocks if looked.holds(block)}
        assert looked.where is None and all(map(asked.holds, blocks))


def test_what_the_index_can_tell_narrows_what_is_looked_up() -> None:
    filter_ = Filter({"n": {"$gt": 1}, "tags": ["a"], "name": {"$gt": "b"}}, GRAMMAR)
    assert filter_.where == {"and": [{"metadata.n": {"gt": 1}}]}
    filter_.restrict({"kind": "note"})
    assert filter_.where == {"and": [{"metadata.n": {"gt": 1}}, {"kind": "note"}]}
    with testing.memory() as memory:
        values = [{"n": 2, "tags": ["a"], "name": "c"}, {"n": 2, "tags": ["a"], "name": "a"}, {"n": 2, "name": "c"}]
        assert [filter_.holds(memory.add("x", metadata=value)) for value in values] == [True, False, False]


@pytest.mark.parametrize(
    "conditions",
    [{"n": {"$in": list(range(VALUES_MAX + 1))}}, {"n": {"$eq": 2**53 + 2}}, {"n": {"$lt": 1e300}},
     {"n": {"$in": [["a"]]}}, {"n": {"$contains": None}}, {"$or": [{"n": 1}, {"n": [1]}]}],
)  # fmt: skip
def test_what_the_index_cannot_tell_is_looked_up(conditions: dict[str, Any]) -> None:
    assert not Filter(conditions, GRAMMAR).is_exact


@pytest.mark.parametrize(
    ("conditions", "field"),
    [
        ([], "filter"),
        ({"": 1}, "filter"),
        ({1: 1}, "filter"),
        ({"$nor": []}, "filter.$nor"),
        ({"$or": []}, "filter.$or"),
        ({"$or": {"n": 1}}, "filter.$or"),
        ({"$and": [1]}, "filter.$and"),
        ({"n": {"$like": 1}}, "filter.n"),
        ({"n": {"$gt": 1, "lt": 2}}, "filter.n"),
        ({"n": {"$in": 1}}, "filter.n"),
        ({"n": {"$exists": 1}}, "filter.n"),
        ({"n": {"$lt": None}}, "filter.n"),
        ({"n": {"$lt": True}}, "filter.n"),
        ({"n": object()}, "filter.n"),
        ({"a": {"n": object()}}, "filter.a.n"),
        ({"n": {"$eq": {"a": [object()]}}}, "filter.n"),
    ],
)
def test_what_cannot_be_meant_is_refused(conditions: Any, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Filter(conditions, GRAMMAR)
    assert caught.value.field == field
