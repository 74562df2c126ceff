"""The statements of `sql/queries.sql`, by name, and how one is run. They are read once and split at lines, for the
command line pays for it; those of `sql/upkeep.sql` are read by what needs them.
"""

from __future__ import annotations

import os

from greeum.store.protocol import BLOCK_COLUMNS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    import apsw

SQL_DIRECTORY = os.path.join(os.path.dirname(__file__), "sql")


def load(file_name: str, directory: str = SQL_DIRECTORY) -> dict[str, str]:
    """The statements of a file in which a line `-- name: reason` stands before each."""
    statements: dict[str, str] = {}
    name = ""
    for line in read(file_name, directory).splitlines():
        if line.startswith("-- "):
            name = line[3:].partition(":")[0]
            statements[name] = ""
        elif name:
            statements[name] += line + "\n"
    return {name: text.strip().replace("$block", ", ".join(BLOCK_COLUMNS)) for name, text in statements.items()}


def read(file_name: str, directory: str = SQL_DIRECTORY) -> str:
    """The text of a file of SQL."""
    with open(os.path.join(directory, file_name), encoding="utf-8") as file:
        return file.read()


SQL = load("queries.sql")
"""Every statement, by name."""


def rows_of(connection: apsw.Connection, statement: str, *bindings: Any) -> list[Any]:
    """All rows of a named statement."""
    return connection.execute(SQL[statement], bindings).fetchall()


def row_of(connection: apsw.Connection, statement: str, *bindings: Any) -> Any:
    """The only row of a named statement, or None."""
    rows = connection.execute(SQL[statement], bindings).fetchall()
    return rows[0] if rows else None


def answer_of(connection: apsw.Connection, question: str, *bindings: Any) -> Any:
    """The first row of a named question, or None. It is not gone through to its end, for which Python's lock would be
    given up once more: that is dearer than most answers while other threads want it.
    """
    return connection.execute(SQL[question], bindings).fetchone()


def log(connection: apsw.Connection, changes: Iterable[tuple[int, int]]) -> None:
    """Enter operations into the log, each with the block that it was about."""
    connection.executemany(SQL["log_change"], changes)
