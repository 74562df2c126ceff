"""Whatever is passed, it is stored as it is, or refused with an InvalidInput that names the argument."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

import greeum
from greeum import testing
from greeum.errors import InvalidInput, NotFound

VALUES: tuple[Any, ...] = (
    None, True, -1, 0, 2**70, 10**5_000, 1.5, float("nan"), float("inf"), "", " ", "a\0b", "\ud800", "x" * 2_000_000,
    b"bytes", [], ["x"], [None], {}, {"x": 1}, {"a": {"b": object()}}, {"a": float("nan")}, object(),
    {1, 2}, ("a", "b"),
)  # fmt: skip

ADD = (
    "text", "namespace", "key", "kind", "source", "tags", "importance", "metadata", "at", "valid_from", "valid_to",
    "expires_at", "near", "vector",
)  # fmt: skip

SEARCH = ("query", "k", "namespace", "where", "near", "history", "exact", "weights", "vector")


@pytest.fixture
def memory() -> Iterator[greeum.Memory]:
    with testing.memory() as memory:
        memory.add("A boat.")
        yield memory


@pytest.mark.parametrize("field", ADD)
def test_to_add(memory: greeum.Memory, field: str) -> None:
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


@pytest.mark.parametrize("field", SEARCH)
def test_to_search(memory: greeum.Memory, field: str) -> None:
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


def argument(error: InvalidInput) -> str:
    """Of "a key of metadata.trip" or "tags[3]" the argument itself."""
    return error.field.split(" ")[-1].split(".")[0].split("[")[0]
