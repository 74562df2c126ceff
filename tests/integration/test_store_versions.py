"""Which databases a store opens, finishes, or refuses, and what it remembers from one opening to the next."""

from __future__ import annotations

from pathlib import Path

import apsw
import pytest
from tests.conformance.store import draft

from greeum.errors import NotFound, StoreDamaged, StoreVersion
from greeum.store import files, migrations, statements
from greeum.store.erasure import ERASURE_SQL
from greeum.store.protocol import BLOCK_COLUMNS
from greeum.store.sqlite import SQLiteStore


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "memory"


def make(directory: Path, *texts: str) -> None:
    store = SQLiteStore(str(directory))
    store.add([draft(text) for text in texts])
    store.close()


def execute(directory: Path, statement: str) -> list[tuple[apsw.SQLiteValue, ...]]:
    connection = apsw.Connection(str(directory / files.DATABASE_FILE))
    rows = connection.execute(statement).fetchall()
    connection.close()
    return rows


def test_the_header_says_whose_it_is_and_which_version(directory: Path) -> None:
    make(directory)
    assert execute(directory, "PRAGMA application_id") == [(migrations.APPLICATION_ID,)]
    assert execute(directory, "PRAGMA user_version") == [(len(migrations.MIGRATIONS),)]
    [(created_at,)] = execute(directory, "SELECT value FROM settings WHERE name = 'created_at'")
    assert isinstance(created_at, int)
    assert created_at > 1_700_000_000_000_000  # microseconds, as all times


def test_every_migration_is_listed_once_in_order() -> None:
    found = sorted(path.name for path in Path(statements.SQL_DIRECTORY).glob("m*.sql"))
    assert list(migrations.MIGRATIONS) == found
    assert [name[:4] for name in found] == [f"m{number:03}" for number in range(1, len(found) + 1)]


def test_every_statement_is_used() -> None:
    code = "".join(path.read_text() for path in Path(statements.__file__).parent.glob("*.py"))
    assert [name for name in {**statements.SQL, **ERASURE_SQL} if f'"{name}"' not in code] == []


def test_the_table_has_the_columns_of_a_row(directory: Path) -> None:
    make(directory)
    names = {name for (name,) in execute(directory, "SELECT name FROM pragma_table_info('blocks')")}
    assert names == {*BLOCK_COLUMNS, "digest"}


@pytest.mark.parametrize("read_only", [False, True])
def test_a_newer_database_is_refused_and_left_alone(directory: Path, read_only: bool) -> None:
    make(directory, "kept")
    execute(directory, f"PRAGMA user_version = {len(migrations.MIGRATIONS) + 1}")
    with pytest.raises(StoreVersion, match="newer Greeum"):
        SQLiteStore(str(directory), read_only=read_only)
    assert execute(directory, "SELECT text FROM blocks") == [("kept",)]


@pytest.mark.parametrize("read_only", [False, True])
def test_a_file_that_is_not_a_database_is_refused_and_left_alone(directory: Path, read_only: bool) -> None:
    directory.mkdir()
    path = directory / files.DATABASE_FILE
    path.write_text("Dear diary, " * 1_000)
    with pytest.raises(StoreDamaged, match="not a database"):
        SQLiteStore(str(directory), read_only=read_only)
    assert path.read_text() == "Dear diary, " * 1_000


def test_the_database_of_another_program_is_refused_and_left_alone(directory: Path) -> None:
    directory.mkdir()
    (directory / files.DATABASE_FILE).touch()
    execute(directory, "CREATE TABLE diary (day, entry)")
    with pytest.raises(StoreDamaged, match="not of a Greeum memory"):
        SQLiteStore(str(directory))
    assert execute(directory, "SELECT name FROM sqlite_schema") == [("diary",)]


@pytest.mark.parametrize("made_by_sqlite", [False, True])
def test_a_creation_that_was_cut_short_is_finished(directory: Path, made_by_sqlite: bool) -> None:
    directory.mkdir()
    (directory / files.DATABASE_FILE).touch()
    if made_by_sqlite:
        execute(directory, "PRAGMA journal_mode = WAL")
    store = SQLiteStore(str(directory))
    store.add([draft()])
    assert store.seq() == 1
    store.close()


@pytest.mark.parametrize(("read_only", "create"), [(True, True), (False, False), (True, False)])
def test_where_there_is_none_none_is_made_unasked(directory: Path, read_only: bool, create: bool) -> None:
    with pytest.raises(NotFound, match="no memory here"):
        SQLiteStore(str(directory), read_only=read_only, create=create)
    assert not directory.exists()
    directory.mkdir()
    with pytest.raises(NotFound, match="no memory here"):
        SQLiteStore(str(directory), read_only=read_only, create=create)
    assert list(directory.iterdir()) == []


def test_it_is_as_it_was_when_it_is_opened_again(directory: Path) -> None:
    store = SQLiteStore(str(directory))
    store.bind_embedder("potion:1", 256)
    rows = store.add([draft("a", key="k"), draft("b"), draft("c")])
    store.forget([rows[2][0]])
    seq = store.seq()
    store.close()
    again = SQLiteStore(str(directory), create=False)
    assert again.seq() == seq
    assert again.embedder() == ("potion:1", 256)
    assert again.blocks(again.ids(0, 10)) == rows[:2]
    [row] = again.add([draft("d")])
    assert row[0] > rows[2][0]  # not even after the highest was forgotten
    again.close()


def test_a_follower_of_a_log_that_was_cut_must_start_again(directory: Path) -> None:
    make(directory, *"abcdef")
    execute(directory, "DELETE FROM log WHERE seq <= 3")
    store = SQLiteStore(str(directory))
    with pytest.raises(LookupError, match="start again"):
        store.changes(2, 10)
    assert [seq for seq, _, _ in store.changes(3, 10)] == [4, 5, 6]
    assert store.seq() == 6
    store.close()
