"""A call with an argument that a method does not have says so of the method that was called, and what it has."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import greeum
from greeum import Memory, RemoteMemory, testing
from greeum.aio import AsyncMemory
from greeum.keywords import PARTS, SYNONYMS
from greeum.rooted import Rooted


@pytest.fixture
def memory() -> Iterator[Memory]:
    with testing.memory() as opened:
        yield opened


def refusal(call: Callable[[], object]) -> str:
    with pytest.raises(TypeError) as caught:
        call()
    return str(caught.value)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (
            lambda m: m.search("plums", limit=3),
            "Memory.search() has no argument `limit` (did you mean `k`?); there are query, k, ",
        ),
        (lambda m: m.list(k=3), "Memory.list() has no argument `k` (did you mean `limit`?); "),
        (lambda m: m.add(content="plums"), "Memory.add() has no argument `content` (did you mean `text`?); "),
        (lambda m: m.add("plums", user_id="eve"), "Memory.add() has no argument `user_id` (did you mean `namespace`?)"),
        (lambda m: m.search("plums", namspace="a"), "Memory.search() has no argument `namspace` (did you mean `na"),
        (lambda m: m.get(id=1), "Memory.get() has no argument `id` (did you mean `block`?); "),
        (lambda m: m.count(qwxyz=1), "Memory.count() has no argument `qwxyz`; there are namespace, where, "),
        (lambda m: m.search("plums", 3), "Memory.search() takes query by place; give others by their names: query, k,"),
        (lambda m: m.add(), "Memory.add() missing 1 required positional argument: 'text'"),
        (lambda m: m.search("plums", query="plums"), "Memory.search() got multiple values for argument 'query'"),
    ],
)
def test_it_names_the_method_and_what_was_meant(memory: Memory, call: Callable[[Any], object], said: str) -> None:
    assert refusal(lambda: call(memory)).startswith(said)


@pytest.mark.parametrize("part", PARTS)
def test_a_part_is_not_replaced_by_an_assignment(memory: Memory, part: str) -> None:
    """It would look as if it had been set, and nothing would go by it."""
    faces = [memory, Rooted(memory, "acme"), AsyncMemory(memory), greeum.connect("http://127.0.0.1:8400")]
    for face in faces:
        with pytest.raises(
            AttributeError, match=rf"`{part}` is not assigned: change it with `memory\.{part}\.set\(…\)`"
        ):
            setattr(face, part, "Asia/Seoul")
        with pytest.raises(AttributeError, match="is not assigned"):
            setattr(face, part, getattr(memory, part))
    for face in (faces[0], *faces[2:]):  # a confined one refuses some of its parts altogether
        with pytest.raises(AttributeError):
            getattr(face, part).name = "Asia/Seoul"


def test_these_are_the_parts(memory: Memory) -> None:
    assert {name for name, part in vars(memory).items() if name[0] != "_" and hasattr(part, "set")} == set(PARTS)
    assert memory.time_zone.get() == "UTC"


def test_every_face_says_it(memory: Memory) -> None:
    confined, awaited = Rooted(memory, "acme"), AsyncMemory(memory)
    remote = greeum.connect("http://127.0.0.1:8400")
    meant = "has no argument `limit` (did you mean `k`?)"
    assert f"RemoteMemory.search() {meant}" in refusal(lambda: remote.search("plums", limit=3))  # type: ignore[call-arg]
    assert f"Rooted.explain() {meant}" in refusal(lambda: confined.explain("plums", 1, limit=3))  # type: ignore[call-arg]
    assert f"Memory.search() {meant}" in refusal(lambda: confined.search("plums", limit=3))  # type: ignore[call-arg]
    assert f"Memory.search() {meant}" in refusal(
        lambda: asyncio.run(awaited.search("plums", limit=3))  # type: ignore[call-arg]
    )
    assert "Memory.export() has no argument `scope` (did you mean `namespace`?)" in refusal(
        lambda: asyncio.run(awaited.export(scope="acme"))  # type: ignore[call-arg]
    )


def test_an_error_of_the_caller_or_of_the_inside_stays_what_it_is(memory: Memory) -> None:
    memory.add("ripe plums")

    def reranker(query: str, hits: Any) -> Any:
        raise TypeError("mine() got an unexpected keyword argument 'limit'")

    class Odd(dict[str, Any]):
        def keys(self) -> Any:
            raise TypeError("mine")

    with pytest.raises(TypeError, match=r"^mine$"):
        memory.add_many([Odd()])
    hits = memory.search("plums", rerank=reranker)
    assert "mine() got an unexpected" in str(hits.reason)  # type: ignore[attr-defined]


@pytest.mark.parametrize("face", [Memory, RemoteMemory, Rooted])
def test_a_method_shows_its_arguments_and_description_as_before(face: type) -> None:
    for name, method in inspect.getmembers(face, inspect.isfunction):
        if not name.startswith("_"):
            assert "arguments" not in inspect.signature(method).parameters, name
            assert inspect.getdoc(method), name
            assert method.__name__ == name


def test_what_is_suggested_is_there() -> None:
    """Each row of the table begins with an argument that some method has, and that may be meant by all others."""
    there = {
        argument
        for _, method in inspect.getmembers(Memory, inspect.isfunction)
        for argument in inspect.signature(method).parameters
    }
    for usual, *others in SYNONYMS:
        assert usual in there, usual
        assert others
