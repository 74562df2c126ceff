"""SQLite databases of other programs: read, and never written, not even beside.

SQLite makes files beside a database that has a write-ahead log or a journal, so such a one is copied first, with
these, into a directory of our own, and read there. One that has neither is opened as immutable: no lock, no file. What
it holds is not trusted: only plain tables are read, texts are decoded here, and no value is larger than a block may be.
"""

from __future__ import annotations

import os

import apsw

from greeum import limits
from greeum.errors import InvalidInput
from greeum.importers.files import unreadable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import TracebackType
    from typing import Any

COMPANIONS = ("-wal", "-journal")
"""What belongs to a database and may hold changes that it does not have yet."""

VALUE_BYTES_MAX = limits.TEXT_BYTES_MAX
"""A text that is larger cannot be a block; it is not read at all."""

SQLITE_BYTES_MAX = 67_108_864
"""What SQLite itself makes of one value or row: a table whose columns compute gigabytes ends there."""

COPY_TRIES = 3
"""How often a database is copied that changes meanwhile."""

ENCODINGS = {"UTF-8": "utf-8", "UTF-16le": "utf-16-le", "UTF-16be": "utf-16-be"}


class Row:
    """A row of a table: its rowid, its values by column, and why one of these is not there, if so."""

    __slots__ = ("name", "problem", "values")

    def __init__(self, name: object, values: dict[str, Any], problem: str | None) -> None:
        self.name = name
        self.values = values
        self.problem = problem

    def __getitem__(self, column: str) -> Any:
        return self.values[column]

    def get(self, column: str) -> Any:
        """None if the store has no such column."""
        return self.values.get(column)


class Database:
    """A database of another program, open for reading. Use it with `with`. Raises InvalidInput."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._copy: str | None = None
        self._before = state_of(path)
        self._connection = self._opened()
        self._encoding = "utf-8"
        self._tables: dict[str, list[str]] = {}
        try:
            encoding = self._connection.execute("PRAGMA encoding").get
            self._encoding = ENCODINGS.get(str(encoding), "utf-8")
            self._tables = self._described()
        except apsw.Error as error:
            self.close()
            raise InvalidInput("path", f"{path} is no database that can be read: {error}") from error

    def __enter__(self) -> Database:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()
        if self._copy is not None:
            from shutil import rmtree

            rmtree(self._copy, ignore_errors=True)

    @property
    def has_changed(self) -> bool:
        """Whether it was changed since it was opened: what was read may then be of both states."""
        return self._copy is None and state_of(self.path) != self._before

    def _opened(self) -> apsw.Connection:
        from pathlib import Path

        path = self.path
        if any(size for _, size in self._before[1:]):
            path = self._copied()
        name = Path(path).absolute().as_uri() + ("?mode=rw" if self._copy else "?immutable=1")
        flags = apsw.SQLITE_OPEN_URI | (apsw.SQLITE_OPEN_READWRITE if self._copy else apsw.SQLITE_OPEN_READONLY)
        try:
            connection = apsw.Connection(name, flags=flags)
            connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.limit(apsw.SQLITE_LIMIT_LENGTH, SQLITE_BYTES_MAX)
        except apsw.Error as error:
            raise InvalidInput("path", f"{self.path} is no database that can be read: {error}") from error
        return connection

    def _copied(self) -> str:
        """A copy, with what belongs to it, for us alone. Raises InvalidInput if it does not hold still."""
        from shutil import copyfile
        from tempfile import mkdtemp

        self._copy = mkdtemp(prefix="greeum-import-")
        target = os.path.join(self._copy, "copy.db")
        for _ in range(COPY_TRIES):
            before = state_of(self.path)
            try:
                for suffix in ("", *COMPANIONS):
                    if os.path.exists(self.path + suffix):
                        copyfile(self.path + suffix, target + suffix)
            except OSError as error:
                raise unreadable(self.path, error) from error
            if state_of(self.path) == before:
                return target
        raise InvalidInput("path", f"{self.path} is being written to: stop the program that does, then try again")

    def _described(self) -> dict[str, list[str]]:
        """The plain tables and their columns. A view or a virtual table could compute anything."""
        plain = "SELECT name FROM sqlite_schema WHERE type = 'table' AND rootpage > 0"
        names = [name for (name,) in self._connection.execute(plain)]
        return {
            name: [column for (column,) in self._connection.execute("SELECT name FROM pragma_table_info(?)", (name,))]
            for name in names
        }

    def columns(self, table: str) -> list[str]:
        """The columns of a table; none if it is not there."""
        return self._tables.get(table, [])

    def rows(
        self,
        table: str,
        columns: Iterable[str],
        *,
        where: str = "1",
        order: str = "rowid",
        arguments: tuple[Any, ...] = (),
    ) -> Iterator[Row]:
        """The rows of a table; `where` and `order` are SQL of ours. Raises InvalidInput if the file is damaged."""
        wanted = list(columns)
        # As bytes, since another program may have written what is no text, and with the size first.
        fields = ", ".join(
            f"CASE WHEN octet_length({quoted(name)}) > {VALUE_BYTES_MAX} THEN NULL "
            f"WHEN typeof({quoted(name)}) = 'text' THEN CAST({quoted(name)} AS BLOB) ELSE {quoted(name)} END, "
            f"typeof({quoted(name)}), octet_length({quoted(name)})"
            for name in wanted
        )
        statement = f"SELECT rowid, {fields} FROM {quoted(table)} WHERE {where} ORDER BY {order}"
        try:
            for rowid, *values in self._connection.execute(statement, arguments):
                yield self._row(rowid, wanted, values)
        except apsw.Error as error:
            raise InvalidInput("path", f"{self.path} is damaged at {table}: {error}") from error

    def _row(self, rowid: object, wanted: list[str], values: list[Any]) -> Row:
        found: dict[str, Any] = {}
        problem = None
        for place, name in enumerate(wanted):
            value, kind, size = values[3 * place : 3 * place + 3]
            if value is None and size is not None:
                problem = problem or f"{name} is {size:,} bytes long"
            elif kind == "text":
                try:
                    value = bytes(value).decode(self._encoding)
                except UnicodeDecodeError as error:
                    value, problem = None, problem or f"{name} is not UTF-8 (byte {error.start})"
            found[name] = value
        return Row(rowid, found, problem)


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def state_of(path: str) -> list[tuple[int, int]]:
    """When the database and what belongs to it were written, and their sizes."""
    found = []
    for suffix in ("", *COMPANIONS):
        try:
            status = os.stat(path + suffix)
        except FileNotFoundError:
            found.append((0, 0))
        except OSError as error:
            raise unreadable(path, error) from error
        else:
            found.append((status.st_mtime_ns, status.st_size))
    return found
