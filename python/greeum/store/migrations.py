"""The shape of the database and its history: numbered files in `sql/`, run once each, in order."""

from __future__ import annotations

import apsw

from greeum.errors import StoreDamaged, StoreVersion
from greeum.store.statements import read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

APPLICATION_ID = 0x4772656D
"""Says in the file's header that it is ours: "Grem"."""

MIGRATIONS = (
    "m001_create_tables.sql",
    "m002_add_provenance.sql",
    "m003_duplicates.sql",
    "m004_forgetting.sql",
    "m005_lifetime.sql",
    "m006_trust.sql",
    "m007_replacement.sql",
)
"""In order; `PRAGMA user_version` is the number of those that have been run."""


def is_current(connection: apsw.Connection, path: str) -> bool:
    """Whether every migration has been run.

    Raises StoreVersion if more have been than there are, and StoreDamaged if this is somebody else's database.
    """
    version = _number(connection, "user_version")
    if _number(connection, "application_id") != APPLICATION_ID and not is_empty(connection):
        raise StoreDamaged(f"{path}: this is a database, but not of a Greeum memory; name another directory")
    if version > len(MIGRATIONS):
        raise StoreVersion(
            f"{path}: written by a newer Greeum (its format is {version}, this one reads up to {len(MIGRATIONS)}); "
            "upgrade, or open a copy made by this version"
        )
    return version == len(MIGRATIONS)


def migrate(connection: apsw.Connection) -> None:
    """Run the migrations that have not been run, all or none."""
    with connection:
        for name in MIGRATIONS[_number(connection, "user_version") :]:
            connection.execute(read(name)).fetchall()
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}").fetchall()
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}").fetchall()


def _number(connection: apsw.Connection, pragma: str) -> int:
    number: Any = connection.execute(f"PRAGMA {pragma}").get
    return int(number)


def is_empty(connection: apsw.Connection) -> bool:
    """Whether it has no table, ours or another's: what is there when the making of a database was interrupted."""
    return not connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").get
