"""The shape of the control store and its history, and its statements: files of SQL in `sql/`."""

from __future__ import annotations

import os

from greeum.errors import StoreDamaged, StoreVersion
from greeum.store.statements import load, read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    import apsw

SQL_DIRECTORY = os.path.join(os.path.dirname(__file__), "sql")

APPLICATION_ID = 0x47726374
"""Says in the file's header that it is ours: "Grct"."""

MIGRATIONS = ("m001_create_tables.sql", "m002_trust.sql")
"""In order; `PRAGMA user_version` is the number of those that have been run."""

SQL = load("queries.sql", SQL_DIRECTORY)
"""Every statement, by name."""


def is_current(connection: apsw.Connection, path: str) -> bool:
    """Whether every migration has been run. Raises StoreVersion or StoreDamaged, as the memories' own does."""
    version = pragma(connection, "user_version")
    if version and pragma(connection, "application_id") != APPLICATION_ID:
        raise StoreDamaged(f"{path}: this is a database, but not of a server's tenants; name another directory")
    if version > len(MIGRATIONS):
        raise StoreVersion(
            f"{path}: written by a newer Greeum (its format is {version}, this one reads up to {len(MIGRATIONS)}); "
            "upgrade"
        )
    return version == len(MIGRATIONS)


def migrate(connection: apsw.Connection) -> None:
    """Run the migrations that have not been run, all or none."""
    connection.execute("BEGIN IMMEDIATE")
    for name in MIGRATIONS[pragma(connection, "user_version") :]:
        connection.execute(read(name, SQL_DIRECTORY)).fetchall()
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}").fetchall()
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}").fetchall()
    connection.execute("COMMIT").fetchall()


def pragma(connection: apsw.Connection, name: str) -> int:
    number: Any = connection.execute(f"PRAGMA {name}").get
    return int(number)
