"""Nothing of what was forgotten is left: in no table, whoever adds one, and in no file, nor in one that was removed."""

from __future__ import annotations

from pathlib import Path
from time import monotonic
from typing import Any

import apsw
import pytest
from tests import canary
from tests.conformance.store import draft

import greeum
from greeum import Memory
from greeum.embed.given import GivenVectors
from greeum.embed.protocol import Embedder
from greeum.embed.static import StaticEmbedder
from greeum.store.connections import open_writer
from greeum.store.sqlite import SQLiteStore

BLOCK_ID = 7_777_777
"""An id that no other number in the database is."""

MAY_KEEP_IDS = {
    "log": "it says that the block is gone",
    "forgotten": "it is the ledger",
    "sqlite_sequence": "never twice",
}
"""Tables in which the id of a forgotten block may be found, and why."""

HOLD_NO_BLOCKS = {"settings", "certificates", "retention"}
"""Tables without anything of a block."""

ERASED = {"blocks", "vectors", "next_vectors", "links", "anchors"}
"""Tables that hold something of blocks. Whoever makes another: let the column that holds the block's id
`REFERENCES blocks (id)`, give it an index, and name the table here; it is then erased, and this is tried below."""

CANARY_S = 5
FOLDED_BLOCKS = 12_000
"""So many that there are files, with a graph over the vectors."""


@pytest.fixture
def store(tmp_path: Path) -> Any:
    store = SQLiteStore(str(tmp_path / "memory"))
    yield store
    store.close()


def tables(connection: apsw.Connection) -> dict[str, list[tuple[str, str]]]:
    """Every table, with the names and types of its columns."""
    names: Any = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    columns = "SELECT name, type FROM pragma_table_info(?)"
    found: Any = {name: connection.execute(columns, (name,)).fetchall() for (name,) in names}
    tables: dict[str, list[tuple[str, str]]] = found
    return tables


def references(connection: apsw.Connection, table: str) -> list[str]:
    """The columns that refer to a block."""
    found: Any = connection.execute(
        """SELECT "from" FROM pragma_foreign_key_list(?) WHERE "table" = 'blocks'""", (table,)
    ).fetchall()
    return [column for (column,) in found]


def plant(connection: apsw.Connection, table: str, columns: list[tuple[str, str]]) -> None:
    """A row that refers to the block in every column that can, and to nothing in the others."""
    mine = references(connection, table)
    values: dict[str, object] = {"INTEGER": 1, "REAL": 0.5, "TEXT": f"x-{table}", "BLOB": b"x", "ANY": 1}
    row = {name: BLOCK_ID if name in mine else values[kind] for name, kind in columns}
    names, marks = ", ".join(f'"{name}"' for name in row), ", ".join("?" * len(row))
    connection.execute(f'INSERT OR IGNORE INTO "{table}" ({names}) VALUES ({marks})', tuple(row.values()))


def holding(connection: apsw.Connection) -> set[str]:
    """The tables in which some column has the block's id."""
    return {
        table
        for table, columns in tables(connection).items()
        for name, _ in columns
        if connection.execute(f'SELECT count(*) FROM "{table}" WHERE "{name}" = ?', (BLOCK_ID,)).get
    }


def test_every_table_is_known_to_hold_blocks_or_not(store: SQLiteStore) -> None:
    known = ERASED | HOLD_NO_BLOCKS | set(MAY_KEEP_IDS)
    assert store._ask(lambda connection: set(tables(connection))) == known


def test_every_table_that_refers_to_a_block_is_erased(store: SQLiteStore) -> None:
    """A row for each table that there is, or will be: what refers to the block goes, wherever it is."""
    store._change(
        lambda connection: connection.execute("INSERT INTO sqlite_sequence VALUES ('blocks', ?)", (BLOCK_ID - 1,))
    )
    [row] = store.add([draft("hello")])
    assert row[0] == BLOCK_ID

    def fill(connection: apsw.Connection) -> None:
        for table, columns in tables(connection).items():
            if table in ERASED - {"blocks"}:
                assert references(connection, table), (
                    f"{table} holds blocks, and does not say so: REFERENCES blocks (id)"
                )
                plant(connection, table, columns)

    store._change(fill)
    assert store._ask(holding) >= ERASED
    store.forget([BLOCK_ID])
    assert store._ask(holding) <= set(MAY_KEEP_IDS)


def test_a_table_that_somebody_adds_is_erased_too(store: SQLiteStore) -> None:
    def add_table(connection: apsw.Connection) -> None:
        connection.execute("CREATE TABLE digests (digest BLOB, of INTEGER NOT NULL REFERENCES blocks (id)) STRICT")

    store._change(add_table)
    gone, stays = (row[0] for row in store.add([draft("gone"), draft("stays")]))
    store._change(
        lambda connection: connection.executemany("INSERT INTO digests VALUES (?, ?)", [(b"x", gone), (b"y", stays)])
    )
    store.forget([gone])
    assert store._ask(lambda connection: connection.execute("SELECT of FROM digests").fetchall()) == [(stays,)]


def test_what_refers_to_a_block_is_found_by_an_index(store: SQLiteStore) -> None:
    """Or forgetting one block would read the whole table."""

    def unindexed(connection: apsw.Connection) -> list[str]:
        found = []
        for table in tables(connection):
            for column in references(connection, table):
                plan: Any = connection.execute(
                    f'EXPLAIN QUERY PLAN SELECT 1 FROM "{table}" WHERE "{column}" = ?', (1,)
                ).fetchall()
                found += [f"{table}.{column}"] if any("SCAN" in step[3] for step in plan) else []
        return found

    assert store._ask(unindexed) == []


def test_a_reference_that_is_left_would_be_an_error(tmp_path: Path) -> None:
    """The last net: the database itself refuses to lose a block that something refers to."""
    SQLiteStore(str(tmp_path)).close()
    connection = open_writer(str(tmp_path / "memory.db"), None)
    assert connection.execute("PRAGMA foreign_keys").get == 1
    connection.close()


def opened(directory: Path, embedder: Embedder) -> Memory:
    return greeum.open(directory, embedder=embedder)


def fill(memory: Memory, count: int) -> None:
    given = [0.25] * (canary.DIMENSION - 1) if str(memory.stats()["embedder"]).startswith("given/") else None
    for start in range(0, count, 10_000):
        memory.add_many(
            {"text": f"turn {number}", "vector": given and [*given, number / count]}
            for number in range(start, min(start + 10_000, count))
        )


@pytest.mark.parametrize(
    "embedder", [StaticEmbedder(), GivenVectors(canary.DIMENSION, "test")], ids=["static", "given"]
)
def test_no_copy_of_a_canary_is_left_within_five_seconds(tmp_path: Path, embedder: Embedder) -> None:
    directory = tmp_path / "memory"
    traces = canary.traces_of(embedder, tmp_path / "traces")
    with opened(directory, embedder) as memory:
        fill(memory, FOLDED_BLOCKS)
        planted = canary.add_to(memory)
        assert memory._index.fold(True)
        found = {name for _, name in canary.copies(directory, traces)}
        assert found >= {"text", "source", "codes", "signs", "tokens"}
        assert len(memory.search(canary.TEXT, k=1)) == 1
        start_s = monotonic()
        memory.forget(planted)
        left = canary.copies(directory, traces)
        while left and monotonic() - start_s < CANARY_S:
            left = canary.copies(directory, traces)
        assert left == []
    assert canary.copies(directory, traces) == []


def test_the_search_for_copies_finds_what_was_removed_and_is_still_open(tmp_path: Path) -> None:
    (tmp_path / "removed").write_bytes(b"a" * 5_000 + canary.TEXT.encode())
    with (tmp_path / "removed").open("rb"):
        (tmp_path / "removed").unlink()
        assert [name for _, name in canary.copies(tmp_path, {"text": canary.TEXT.encode()})] == ["text"]
    assert canary.copies(tmp_path, {"text": canary.TEXT.encode()}) == []


def test_the_search_for_copies_finds_what_is_mapped(tmp_path: Path) -> None:
    import mmap

    path = tmp_path / "removed"
    path.write_bytes(b"a" * 5_000 + canary.TEXT.encode())
    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    path.unlink()
    assert [name for _, name in canary.copies(tmp_path, {"text": canary.TEXT.encode()})] != []
    mapped.close()
