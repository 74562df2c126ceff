"""The control store: one SQLite database for the tenants of a server and their keys.

Any number of processes may have it open: the workers of a server, and the command line that makes and revokes keys.
"""

from __future__ import annotations

import os
from _thread import allocate_lock
from hmac import compare_digest
from time import time_ns

import apsw

from greeum.control import keys
from greeum.control.inputs import label_of, rate_of, role_of, tenant_name, trust_of
from greeum.control.model import ROLES, Key
from greeum.control.schema import SQL, is_current, migrate
from greeum.errors import NotFound, StoreClosed, StoreFailed
from greeum.inputs import namespace
from greeum.store import files
from greeum.store.connections import open_reader, open_writer, typed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    from greeum.control.keys import NewKey
    from greeum.inputs import Namespace

    T = TypeVar("T")

DATABASE_FILE = "control.db"
"""The file in the directory of a server's tenants."""


class ControlStore:
    """The control store in `directory`. All methods may be called from any thread, and raise StoreError.

    `create` makes it if it is not there; without it, NotFound is raised.
    """

    def __init__(self, directory: str, *, create: bool = True) -> None:
        self._path = os.path.join(os.path.abspath(directory), DATABASE_FILE)
        self._lock = allocate_lock()
        self._closed = False
        if files.size_bytes(self._path) == 0 and not create:
            raise NotFound(f"{self._path}: there is none; `greeum keys create` makes it with the first key")
        try:
            self._reader = self._opened(os.path.dirname(self._path))
        except apsw.Error as error:
            raise typed(error, self._path) from error
        try:
            self._check_in_place()
        except StoreFailed:
            self._reader.close()
            raise

    def _opened(self, directory: str) -> apsw.Connection:
        if files.size_bytes(self._path) == 0:
            files.make_directory(directory)
            self._prepare(directory)
        # Looked at before it is opened: what is put in its place meanwhile is then noticed.
        self._file = files.identity(self._path)
        reader = open_reader(self._path, None)
        if not is_current(reader, self._path):
            self._prepare(directory)
        return reader

    def _prepare(self, directory: str) -> None:
        # Of several processes that find none, one makes it.
        with files.WriteLock(directory):
            files.make_database(self._path)
            writer = open_writer(self._path, None)
            try:
                migrate(writer)
            finally:
                writer.close()

    def __enter__(self) -> ControlStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file. A second call does nothing."""
        with self._lock:
            self._closed = True
            self._reader.close()

    # Questions.

    def version(self) -> int:
        """A number that is another one after any change, by whichever process. Raises StoreFailed if another file lies
        in the place of this one, or none: whoever revokes a key from then on does so there, where this one never looks.
        """
        self._check_in_place()
        return int(self._ask(lambda reader: reader.execute("PRAGMA data_version").get))

    def _check_in_place(self) -> None:
        try:
            is_in_place = files.identity(self._path) == self._file
        except OSError as error:
            raise StoreFailed(f"{self._path}: cannot be looked at ({error.strerror})") from error
        if not is_in_place:
            raise StoreFailed(
                f"{self._path}: was moved, removed or replaced while it was open; put it back, or restart the server",
                was_moved=True,
            )

    def key_of(self, text: str) -> Key | None:
        """The key that is written like this, if there is one and it has not been revoked."""
        public_id = keys.id_in(text)
        row = None if public_id is None else self._row(public_id)
        if row is None or not compare_digest(row[-1], keys.digest(text)):
            return None
        return valid(row)

    def valid_key(self, public_id: str) -> Key | None:
        """The key of this public part, if there is one and it has not been revoked."""
        row = self._row(public_id)
        return None if row is None else valid(row)

    def keys(self, tenant: str | None = None) -> list[Key]:
        """All keys, those that were revoked too, or those of one tenant; oldest first."""
        rows = self._ask(lambda reader: reader.execute(SQL["keys"], (tenant,)).fetchall())
        return [key_in(row) for row in rows]

    def tenants(self) -> list[str]:
        """The names of all tenants."""
        return [name for (name,) in self._ask(lambda reader: reader.execute(SQL["tenants"]).fetchall())]

    def _row(self, public_id: str) -> Any:
        return self._ask(lambda reader: reader.execute(SQL["key"], (public_id,)).fetchone())

    def _ask(self, question: Callable[[apsw.Connection], Any]) -> Any:
        with self._lock:
            if self._closed:
                raise StoreClosed(f"{self._path}: has been closed; open it again")
            try:
                return question(self._reader)
            except apsw.Error as error:
                raise typed(error, self._path) from error

    # Changes.

    def create_key(
        self,
        tenant: str,
        role: str,
        *,
        root: Namespace = "",
        rate: float | None = None,
        label: str = "",
        trust: float = 1.0,
    ) -> tuple[Key, NewKey]:
        """Make a key, and its tenant if there is none of this name: what is known of it, and the key itself, which
        cannot be told again.

        `root` confines it to a namespace; `rate` is how many requests a second it may make; `trust` is how far what it
        writes is trusted, in full unless said otherwise: whoever is given a key is trusted with what is there already.
        Raises InvalidInput.
        """
        key = requested(tenant, role, root=root, rate=rate, label=label, trust=trust)
        new = keys.NewKey()
        key = key._replace(id=new.id)
        values = (*key[:2], str(key.role), *key[3:7], key.trust, keys.digest(new.text))

        def change(writer: apsw.Connection) -> None:
            writer.execute(SQL["add_tenant"], (key.tenant, key.created_at_us))
            writer.execute(SQL["add_key"], values)

        self._change(change)
        return key, new

    def revoke(self, public_id: str) -> Key:
        """Let nobody in with this key any more; the key as it is now. Again, it changes nothing. Raises NotFound."""
        self._change(lambda writer: writer.execute(SQL["revoke"], (now_us(), public_id)).fetchall())
        row = self._row(public_id)
        if row is None:
            raise NotFound(f"there is no key {public_id}")
        return key_in(row)

    def _change(self, work: Callable[[apsw.Connection], object]) -> None:
        """Run this in a transaction. A connection is opened for it: who serves only asks, and keys are made rarely."""
        try:
            writer = open_writer(self._path, None)
            try:
                writer.execute("BEGIN IMMEDIATE")
                work(writer)
                writer.execute("COMMIT")
            finally:
                # What was not committed is rolled back.
                writer.close()
        except apsw.Error as error:
            raise typed(error, self._path) from error


def requested(
    tenant: str, role: str, *, root: Namespace = "", rate: float | None = None, label: str = "", trust: float = 1.0
) -> Key:
    """The key that `create_key` makes of these, as yet without an id. Raises InvalidInput."""
    return Key(
        "",
        tenant_name(tenant),
        role_of(role),
        namespace(root),
        rate_of(rate),
        label_of(label),
        now_us(),
        None,
        trust_of(trust, role_of(role)),
    )


def now_us() -> int:
    """Microseconds since 1970."""
    return time_ns() // 1_000


def valid(row: Any) -> Key | None:
    key = key_in(row)
    return key if key.revoked_at_us is None else None


def key_in(row: Any) -> Key:
    return Key._make((*row[:2], ROLES[row[2]], *row[3:9]))
