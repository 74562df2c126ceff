"""Whatever is passed, it is stored as it is, or refused with an InvalidInput that names the argument."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

import greeum
from greeum import testing
from greeum.errors import InvalidInput, NotFound
from greeum.testing import FrozenClock

VALUES: tuple[Any, ...] = (
    None, True, -1, 0, 2**70, 10**5_000, 1.5, float("nan"), float("inf"), "", " ", "a\0b", "\ud800", "x" * 2_000_000,
    b"bytes", [], ["x"], [None], {}, {"x": 1}, {"a": {"b": object()}}, {"a": float("nan")}, object(),
    {1, 2}, ("a", "b"),
)  # fmt: skip

NOW = datetime(2025, 3, 4, tzinfo=UTC)

ADD: dict[str, list[tuple[Any, Any]]] = {
    "text": [],
    "namespace": [("", ""), ([], ""), (["x"], "x"), (("a", "b"), "a/b")],
    "key": [(None, None)],
    "kind": [],
    "source": [(None, None)],
    "tags": [(None, ()), ([], ()), (["x"], ("x",)), (("a", "b"), ("a", "b"))],
    "importance": [(None, 0.5), (0, 0.0)],
    "metadata": [(None, {}), ({}, {}), ({"x": 1}, {"x": 1})],
    "at": [(None, NOW)],
    "valid_from": [(None, None)],
    "valid_to": [(None, None)],
    "expires_at": [(None, None)],
    "near": [(None, None)],
    "vector": [(None, None)],
}
"""By argument: which of the values are taken, and what is stored then. All others are refused."""

SEARCH: dict[str, list[Any]] = {
    "query": [],
    "k": [],
    "namespace": ["", [], ["x"], ("a", "b")],
    "where": [None, {}],
    "near": [None],
    "history": [True],
    "exact": [True],
    "weights": [None, {}],
    "vector": [None],
}
"""By argument: which of the values are taken."""


@pytest.fixture
def memory() -> Iterator[greeum.Memory]:
    with testing.memory(clock=FrozenClock(NOW)) as memory:
        memory.add("A boat.")
        yield memory


@pytest.mark.parametrize("field", ADD)
def test_to_add(memory: greeum.Memory, field: str) -> None:
    taken = []
    for value in VALUES:
        given: dict[str, Any] = {"text": "Another boat.", field: value}
        try:
            block = memory.add(**given)
        except InvalidInput as error:
            assert argument(error) == field
        except NotFound:
            assert field == "near"
        else:
            json.dumps(block.to_dict(), allow_nan=False).encode()
            assert memory.get(block.id) == block
            taken.append((value, getattr(block, field, None)))
    assert taken == ADD[field]


@pytest.mark.parametrize("field", SEARCH)
def test_to_search(memory: greeum.Memory, field: str) -> None:
    taken = []
    for value in VALUES:
        given: dict[str, Any] = {"query": "boat", field: value}
        try:
            hits = memory.search(**given)
        except InvalidInput as error:
            assert argument(error) == field
        except NotFound:
            assert field == "near"
        else:
            assert all(hit.score == hit.score for hit in hits)
            taken.append(value)
    assert taken == SEARCH[field]


def argument(error: InvalidInput) -> str:
    """Of "metadata.trip" or "tags[3]" the argument itself."""
    return error.field.split(".")[0].split("[")[0]
