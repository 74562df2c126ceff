"""Whether the database has changed, by the header of SQLite's index of the write-ahead log."""

import subprocess
import sys

import greeum
import pytest
from greeum.errors import StoreClosed
from greeum.store.log_index import MAPPED_FROM, header

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere the database is asked every time")

ADD = "import sys, greeum; greeum.open(sys.argv[1]).add(sys.argv[2])"
"""What another process does."""


@pytest.fixture
def memory(tmp_path):
    """A memory that has been searched so often that it looks at the header."""
    with greeum.open(tmp_path / "memory") as memory:
        memory.add("The bakery opens at six.")
        for _ in range(MAPPED_FROM + 1):
            memory.search("bakery")
        yield memory


def questions(memory, monkeypatch):
    """How often the database is asked from now on."""
    asked, ask = [], memory._store._readers.ask
    monkeypatch.setattr(memory._store._readers, "ask", lambda question: (asked.append(question), ask(question))[1])
    return asked


@linux
def test_the_database_is_not_asked_as_long_as_nobody_writes(memory, monkeypatch):
    asked = questions(memory, monkeypatch)
    assert [hit.block.text for hit in memory.search("bakery")] == ["The bakery opens at six."]
    assert asked == []
    memory.add("The bakery is closed on Mondays.")
    before = len(asked)
    memory.search("bakery")
    assert len(asked) > before


def test_what_another_process_has_written_is_found_at_once(memory):
    for number in range(3):
        subprocess.run([sys.executable, "-c", ADD, memory._store.directory, f"Train number {number}."], check=True)
        assert memory.search("train")[0].block.text.startswith("Train")
        assert f"Train number {number}." in {hit.block.text for hit in memory.search("train")}


def test_what_another_process_has_written_is_found_when_the_log_was_emptied(memory):
    with greeum.open(memory._store.directory) as other:
        block = other.add("A secret.")
        assert memory.search("secret")
        other.forget(block.id)  # folds the log into the database, and begins it anew
        assert not [hit for hit in memory.search("secret") if hit.block.id == block.id]
        other.add("Another secret.")
        assert [hit.block.text for hit in memory.search("secret")][0] == "Another secret."


def test_who_is_closed_says_so(memory):
    memory.close()
    with pytest.raises(StoreClosed):
        memory.search("bakery")


@linux
def test_a_file_that_nobody_has_open_has_no_header(tmp_path):
    assert header(str(tmp_path / "memory.db-shm")) is None


@linux
def test_the_header_is_another_one_after_each_commit_and_none_once_it_is_closed(memory):
    log = memory._store._log_index
    states = [log.state()]
    for number in range(3):
        memory.add(f"Block {number}.")
        states.append(log.state())
    assert None not in states
    assert len(set(states)) == len(states)
    assert log.state() == states[-1]
    log.close()
    assert log.state() is None
