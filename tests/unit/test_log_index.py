"""Whether the database has changed, by the header of SQLite's index of the write-ahead log."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import greeum
from greeum.errors import StoreClosed
from greeum.store import log_index
from greeum.store.log_index import MAPPED_FROM, header
from greeum.store.sqlite import SQLiteStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from typing import Any

    from greeum import Memory

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere the database is asked every time")

ADD = "import sys, greeum; greeum.open(sys.argv[1]).add(sys.argv[2])"
"""What another process does."""


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    """A memory that has been searched so often that it looks at the header."""
    with greeum.open(tmp_path / "memory") as memory:
        memory.add("The bakery opens at six.")
        for _ in range(MAPPED_FROM + 1):
            memory.search("bakery")
        yield memory


def store_of(memory: Memory) -> SQLiteStore:
    store = memory._store
    assert isinstance(store, SQLiteStore)
    return store


def questions(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What the database is asked from now on."""
    readers = store_of(memory)._readers
    asked: list[object] = []
    ask = readers.ask

    def noted(question: Callable[[Any], Any]) -> Any:
        asked.append(question)
        return ask(question)

    monkeypatch.setattr(readers, "ask", noted)
    return asked


@linux
def test_the_database_is_not_asked_as_long_as_nobody_writes(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = questions(memory, monkeypatch)
    assert [hit.block.text for hit in memory.search("bakery")] == ["The bakery opens at six."]
    assert asked == []
    memory.add("The bakery is closed on Mondays.")
    before = len(asked)
    memory.search("bakery")
    assert len(asked) > before


def test_what_another_process_has_written_is_found_at_once(memory: Memory) -> None:
    for number in range(3):
        subprocess.run([sys.executable, "-c", ADD, store_of(memory).directory, f"Train number {number}."], check=True)
        assert memory.search("train")[0].block.text.startswith("Train")
        assert f"Train number {number}." in {hit.block.text for hit in memory.search("train")}


def test_what_another_process_has_written_is_found_when_the_log_was_emptied(memory: Memory) -> None:
    with greeum.open(store_of(memory).directory) as other:
        block = other.add("A secret.")
        assert memory.search("secret")
        other.forget(block.id)  # folds the log into the database, and begins it anew
        assert not [hit for hit in memory.search("secret") if hit.block.id == block.id]
        other.add("Another secret.")
        assert memory.search("secret")[0].block.text == "Another secret."


def test_who_is_closed_says_so(memory: Memory) -> None:
    memory.close()
    with pytest.raises(StoreClosed):
        memory.search("bakery")


@linux
def test_a_file_that_nobody_has_open_has_no_header(tmp_path: Path) -> None:
    assert header(str(tmp_path / "memory.db-shm")) is None


@linux
def test_thousands_of_descriptors_are_not_even_listed(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    path = store_of(memory)._log_index._path
    assert header(path) is not None
    monkeypatch.setattr(log_index, "DESCRIPTORS_MAX", 1)
    monkeypatch.setattr(os, "listdir", lambda _: pytest.fail("listed"))
    assert header(path) is None


@linux
def test_the_header_is_another_one_after_each_commit_and_none_once_it_is_closed(memory: Memory) -> None:
    log = store_of(memory)._log_index
    states = [log.state()]
    for number in range(3):
        memory.add(f"Block {number}.")
        states.append(log.state())
    assert None not in states
    assert len(set(states)) == len(states)
    assert log.state() == states[-1]
    log.close()
    assert log.state() is None
