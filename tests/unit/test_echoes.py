"""What it costs to know again what searches gave back: no more than one add may take, and none of the texts is kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from greeum import Memory, testing
from greeum.echoes import ECHO_CHARACTERS_MAX, READ_CHARACTERS_MAX, READ_STEP, Echoes
from greeum.store.rows import ID, NAMESPACE, TEXT

WIDTH = max(ID, NAMESPACE, TEXT) + 1


def row(block: int, text: str) -> Any:
    columns: list[Any] = [None] * WIDTH
    columns[ID], columns[NAMESPACE], columns[TEXT] = block, "", text
    return tuple(columns)


class Found:
    """As many queries as lists of blocks."""

    def __init__(self, *queries: Sequence[int]) -> None:
        self._queries = queries

    def __len__(self) -> int:
        return len(self._queries)

    def hits(self, query: int) -> list[tuple[int, float, list[float]]]:
        return [(block, 1.0, []) for block in self._queries[query]]


class Rows:
    """A memory's rows, and how many characters of them were read."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.rows = {block: row(block, text) for block, text in enumerate(texts)}
        self.read = 0

    def __call__(self, blocks: Sequence[int]) -> dict[int, Any]:
        found = {block: self.rows[block] for block in blocks if block in self.rows}
        self.read += sum(len(each[TEXT]) for each in found.values())
        return found


def echo(echoes: Echoes, text: str) -> int | None:
    return next(echoes.find([(text, "")]))


@pytest.fixture
def texts() -> list[str]:
    return [f"The ferry number {i} leaves at nine. ".ljust(8_000, "~") for i in range(300)]


def test_one_add_reads_no_more_than_it_may_and_the_next_goes_on(texts: list[str]) -> None:
    rows = Rows(texts)
    echoes = Echoes(rows)
    for i in range(0, 300, 50):
        echoes.note("", ["ferry"], Found(range(i, i + 50)))  # type: ignore[arg-type]
    echo(echoes, "something that nobody has said")
    assert rows.read <= READ_CHARACTERS_MAX + READ_STEP * 8_000
    for _ in range(8):
        echo(echoes, "something that nobody has said")
    assert rows.read == sum(map(len, texts))
    assert [echo(echoes, text) for text in texts] == list(range(300))


def test_a_list_for_many_namespaces_is_one_add(texts: list[str]) -> None:
    rows = Rows(texts)
    echoes = Echoes(rows)
    echoes.note("", ["ferry"], Found(range(300)))  # type: ignore[arg-type]
    list(echoes.find([("something that nobody has said", f"n{i}") for i in range(100)]))
    assert rows.read <= READ_CHARACTERS_MAX + READ_STEP * 8_000


def test_the_newest_search_is_looked_at_first(texts: list[str]) -> None:
    echoes = Echoes(Rows(texts))
    echoes.note("", ["ferry"], Found(range(299)))  # type: ignore[arg-type]
    echoes.note("", ["ferry"], Found([299]))  # type: ignore[arg-type]
    assert echo(echoes, texts[299]) == 299


def test_what_many_searches_gave_back_is_read_once(texts: list[str]) -> None:
    rows = Rows(texts[:40])
    echoes = Echoes(rows)
    for _ in range(64):
        echoes.note("", ["ferry", "nine"], Found(range(40), range(40)))  # type: ignore[arg-type]
    assert echo(echoes, "something that nobody has said") is None
    assert rows.read == 40 * 8_000


def test_a_document_is_nobodys() -> None:
    text = "The ferry leaves. ".ljust(ECHO_CHARACTERS_MAX + 1, "~")
    echoes = Echoes(Rows([text]))
    echoes.note("", ["ferry"], Found([0]))  # type: ignore[arg-type]
    assert echo(echoes, text) is None


def test_what_was_forgotten_meanwhile_is_no_echo(texts: list[str]) -> None:
    rows = Rows(texts[:2])
    echoes = Echoes(rows)
    echoes.note("", ["ferry"], Found([0, 1]))  # type: ignore[arg-type]
    assert echo(echoes, texts[0]) == 0
    del rows.rows[0]
    assert [echo(echoes, text) for text in texts[:2]] == [None, 1]


@pytest.fixture
def memory() -> Iterator[Memory]:
    with testing.memory() as memory:
        yield memory


def test_the_same_text_twice_is_either(memory: Memory) -> None:
    said = "Alice keeps her bicycle in the cellar of her aunt."
    first = memory.add(said, source="Ann")
    second = memory.add(said, source="Bob", on_duplicate="keep")
    memory.search("bicycle")
    assert memory.add(said).echo_of in (first.id, second.id)
