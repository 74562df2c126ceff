"""JSON documents in parts: the same as when parsed as a whole, with a bound on what is held."""

from __future__ import annotations

import io
import json
import random
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest

from greeum.importers import documents
from greeum.importers.documents import Part, parts


class Dripping:
    """A stream that gives a few bytes at a time."""

    def __init__(self, content: bytes, size: int) -> None:
        self._stream = io.BytesIO(content)
        self._size = size

    def read(self, size: int, /) -> bytes:
        return self._stream.read(min(size, self._size))


def read(text: str | bytes, size: int = 1 << 20) -> list[Part]:
    return list(parts(Dripping(text.encode() if isinstance(text, str) else text, size)))


def flattened(value: Any) -> list[tuple[str | None, int | None, Any]]:
    if isinstance(value, list):
        return [(None, number, item) for number, item in enumerate(value)]
    found: list[tuple[str | None, int | None, Any]] = []
    for name, member in value.items():
        if isinstance(member, list):
            found += [(name, number, item) for number, item in enumerate(member)]
        else:
            found.append((name, None, member))
    return found


def made(chance: random.Random, depth: int) -> Any:
    kind = chance.randrange(8 if depth else 6)
    if kind == 6:
        return [made(chance, depth - 1) for _ in range(chance.randrange(4))]
    if kind == 7:
        return {text_of(chance): made(chance, depth - 1) for _ in range(chance.randrange(4))}
    return [None, True, chance.randrange(-999, 999), chance.random() * 1e-9, "", text_of(chance)][kind]


def text_of(chance: random.Random) -> str:
    return "".join(
        chance.choices(
            ['"', "\\", "[", "]", "{", "}", ",", ":", " ", "\n", "한", "🏠", "a", "\\u"], k=chance.randrange(9)
        )
    )


@pytest.mark.parametrize("size", [1, 2, 7, 1 << 20])
@pytest.mark.parametrize("is_ascii", [True, False])
def test_parts_are_those_of_the_whole(size: int, is_ascii: bool) -> None:
    chance = random.Random(size)
    for _ in range(60):
        value = made(chance, 4)
        value = value if isinstance(value, (list, dict)) else [value]
        text = json.dumps(value, ensure_ascii=is_ascii, indent=chance.choice([None, 1]))
        found = [(part.member, part.number, part.value) for part in read(text, size)]
        assert found == flattened(value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[1, 2", ["", "breaks off"]),
        ('[{"a": "x', ["breaks off"]),
        ('["x', ["breaks off"]),
        ("", ["breaks off"]),
        ("7", ["neither an array nor an object"]),
        ("[1 2]", ["", "a comma belongs"]),
        ("[,]", ["nothing where a value belongs"]),
        ("{1: 2}", ["no name"]),
        ('{"a" 2}', ["has no : where"]),
        ("[nonsense, 1]", ["is not JSON", ""]),
        ('[{"a": }, 1]', ["is not JSON", ""]),
        ("[" + "[" * 100_000 + "]" * 100_000 + ", 1]", ["is not JSON (it is nested too deep)", ""]),
        (b'[{"a": "\xff"}, "\xfe", 1]', ["is not UTF-8", "is not UTF-8", ""]),
        ("[" + "9" * 5_000 + ", 1]", ["is not JSON (it holds a number with thousands of digits)", ""]),
        ("\ufeff[1]", [""]),
    ],
)
@pytest.mark.parametrize("size", [3, 1 << 20])
def test_what_is_wrong_is_said_where_it_is(text: str | bytes, expected: list[str], size: int) -> None:
    found = read(text, size)
    assert len(found) == len(expected)
    for part, words in zip(found, expected, strict=True):
        assert bool(words) == (part.problem is not None)
        assert words in (part.problem or "")


def test_what_is_too_large_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "PART_BYTES_MAX", 100)
    large: list[Any] = ["x" * 200, ["x\\" * 60, {"a": ["]" * 80]}], {"k": '"' * 150}, [[1] * 3] * 60]
    for size in (1, 30, 1 << 20):
        found = read(json.dumps([*large, "fine"]), size)
        assert [part.value for part in found if part.problem is None][-1] == "fine"
        # What was read in one go may be larger by what was read.
        assert len(found) == 5
        assert size > 1_000 or all("larger than 100 bytes" in (part.problem or "") for part in found[:4])


class Endless:
    """A gigabyte of one string, or of small conversations, of which nobody could hold the whole."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces

    def read(self, size: int, /) -> bytes:
        return next(self._pieces, b"")


def test_memory_is_bounded_whatever_the_size() -> None:
    def one_string() -> Iterator[bytes]:
        yield b'["'
        yield from [b"x" * (1 << 20)] * 96
        yield b'", {"a": 1}]'

    tracemalloc.start()
    found = list(parts(Endless(one_string())))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [part.value for part in found] == [None, {"a": 1}]
    assert peak < 4 * documents.PART_BYTES_MAX
