"""Every statement finds its rows by an index, and no question asks once for each hit what can be asked once for all."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import apsw
import pytest

import greeum
from greeum.store.connections import open_writer
from greeum.store.files import DATABASE_FILE
from greeum.store.sqlite import SQLiteStore
from greeum.store.statements import SQL_DIRECTORY, load

FILES = ("queries.sql", "erasure.sql", "provenance.sql", "replacement.sql", "upkeep.sql")

HARMLESS = re.compile(r"CONSTANT ROW|VIRTUAL TABLE|\(subquery|temp\.doomed|sqlite_sequence|tables$")
"""What is as long as what was asked about: a caller's list, what is being erased, the schema. So is what a statement
makes for itself by `WITH`, such as a chain of versions."""

WHOLE = {
    "anchors": "all of them are asked for",
    "certificates": "all of them are asked for",
    "newest_certificate": "read from its end, which is one row",
    "counts": "counted in the smallest index: SQLite keeps no numbers of rows",
    "amounts": "counted in the smallest index, for who waits until a change of embedder is over",
    "clear": "all of them go",
    "retention": "all rules are asked for",
    "outlived": "maintenance: whatever a rule has the say over is weighed by its age and its rank",
    "doom_forgotten": "after a restore every uid is compared with the ledger",
    "flaw_links": "the doctor looks at everything",
    "flaw_vectors": "the doctor looks at everything",
    "flaw_anchors": "the doctor looks at everything",
    "flaw_successors": "the doctor looks at everything",
    "flaw_predecessors": "the doctor looks at everything",
    "flaw_heads": "the doctor looks at everything",
    "flaw_chains": "the doctor looks at everything",
    "flaw_bare": "the doctor looks at everything",
    "flaw_log": "the doctor looks at everything",
    "odd_vectors": "the doctor looks at everything",
}
"""Statements that read a whole table, with the reason."""

UNPLANNED = ("PRAGMA", "CREATE", "ALTER", "DROP", "REINDEX")


STATEMENTS = {name: text for file in FILES for name, text in load(file).items() if not text.startswith(UNPLANNED)}


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[apsw.Connection]:
    directory = tmp_path_factory.mktemp("plans")
    greeum.open(directory).close()
    connection = open_writer(str(directory / DATABASE_FILE), None)
    connection.execute(load("erasure.sql")["make_doomed"])
    yield connection
    connection.close()


def scans(connection: apsw.Connection, text: str) -> list[str]:
    """What the statement reads from end to end, as SQLite's planner says it."""
    plan: list[Any] = connection.execute("EXPLAIN QUERY PLAN " + numbered(text), Anything()).fetchall()
    steps = [step for *_, step in plan if step.startswith("SCAN ")]
    made = re.findall(r"(\w+) \(\w+(?:, \w+)*\) AS", text)
    return [step for step in steps if not HARMLESS.search(step) and step.split()[1] not in made]


def numbered(text: str) -> str:
    """The statement with names for what is bound to it."""
    return re.sub(r"\?(\d*)", lambda place: f":value{place[1]}", text)


class Anything(dict[str, int]):
    """A value for whatever a statement is bound to."""

    def __missing__(self, name: str) -> int:
        return 1


def test_all_files_of_statements_are_looked_at() -> None:
    found = {path.name for path in Path(SQL_DIRECTORY).glob("*.sql") if not re.match(r"m\d{3}_", path.name)}
    assert found == set(FILES)


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_statement_reads_a_whole_table_only_where_that_is_meant(connection: apsw.Connection, name: str) -> None:
    found = scans(connection, STATEMENTS[name])
    if name in WHOLE:
        assert found, f"{name} reads no whole table any more: take it off the list"
    else:
        assert not found, f"{name} reads a whole table; write it so that an index serves, or say why not"


def test_a_statement_without_an_index_is_noticed(connection: apsw.Connection) -> None:
    assert scans(connection, "SELECT id FROM blocks WHERE text = ?")
    assert not scans(connection, "SELECT text FROM blocks WHERE id = ?")


BLOCKS = 60


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[greeum.Memory]:
    with greeum.open(tmp_path) as memory:
        added = memory.add_many([{"text": f"The river is cold, part {i}.", "source": "alice"} for i in range(BLOCKS)])
        for one, other in pairwise(added):
            memory.link(one.id, other.id)
        memory.search("river")
        yield memory


@contextmanager
def counted(memory: greeum.Memory) -> Iterator[Counter[str]]:
    """How often each statement is run on the connections that readers have."""
    store: Any = memory._store
    assert isinstance(store, SQLiteStore)
    found: Counter[str] = Counter()
    names = {text: name for name, text in STATEMENTS.items()}

    def note(_: object, text: str, __: object) -> bool:
        found[names.get(text, text)] += 1
        return True

    idle = store._readers._idle
    assert len(idle) == 1
    idle[0].exec_trace = note
    yield found
    idle[0].exec_trace = None


QUESTIONS: dict[str, Callable[[greeum.Memory, int], Any]] = {
    "search": lambda memory, k: [hit.block.text for hit in memory.search("cold river", k=k)],
    "search where": lambda memory, k: memory.search("river", k=k, where={"source": "alice"}),
    "search_json": lambda memory, k: memory.search_json("river cold", k=k),
    "search_many": lambda memory, k: memory.search_many(["river", "cold"], k=k),
    "list": lambda memory, k: list(memory.list(limit=k)),
    "context": lambda memory, k: memory.context("river", max_tokens=20 * k),
    "get": lambda memory, k: memory.get(k),
    "count": lambda memory, k: memory.count(),
    "facets": lambda memory, k: memory.facets(["source", "kind"]),
    "links": lambda memory, k: memory.links(k),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_more_hits_take_no_more_statements(memory: greeum.Memory, name: str) -> None:
    def asked(k: int) -> Counter[str]:
        memory._follower.kept.clear()
        with counted(memory) as found:
            QUESTIONS[name](memory, k)
        return found

    assert asked(2) == asked(40)


def test_what_several_queries_find_is_fetched_at_once(memory: greeum.Memory) -> None:
    memory._follower.kept.clear()
    with counted(memory) as found:
        hits = memory.search_many(["river", "the cold river", "part"], k=20)
    assert all(hits)
    del found["newest"]  # which is not asked if nobody has written since
    assert found == {"blocks": 1}
