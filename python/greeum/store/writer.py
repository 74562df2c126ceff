"""The one connection that writes: a batch of changes becomes a transaction, and what was forgotten leaves the files."""

from __future__ import annotations

import apsw

from greeum.errors import StoreError
from greeum.store.connections import BUSY_WAIT_MS, UNTRUSTED, abandon, let_give_back, open_writer, typed
from greeum.store.erasure import SCRUB_DUE
from greeum.store.files import make_database
from greeum.store.migrations import is_empty, migrate
from greeum.store.statements import answer_of, rows_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.store.committer import Request
    from greeum.store.files import WriteLock

SCRUB_WAIT_MS = 50
"""How long the folding of the log waits for readers. Theirs take milliseconds; a longer one is not worth the wait of
every writer, since the next batch tries again."""


class Writer:
    """Not for two threads at once. The connection is opened when it is needed: most commands only read."""

    def __init__(self, path: str, vfs: str | None, lock: WriteLock) -> None:
        self._path = path
        self._vfs = vfs
        self._lock = lock
        self._connection: apsw.Connection | None = None
        self._in_doubt = False
        """The end of the log may hold changes that failed, until the next commit overwrites them."""

    def prepare(self) -> None:
        """Make the database if there is none, and bring it to the present shape."""
        with self._lock:
            make_database(self._path)
            try:
                if is_empty(self._opened()):
                    # Also where an earlier making came no further than this.
                    let_give_back(self._opened())
                migrate(self._opened())
            except apsw.Error as error:
                self._distrust(error)
                raise

    def transact(self, batch: list[Request]) -> None:
        """Run the batch in one transaction and settle every request: done and durable, or refused.

        An interruption (Ctrl-C) before the commit leaves all of them as if they had not been run.
        """
        try:
            with self._lock:
                is_due = self._commit(self._opened(), batch)
                self._in_doubt = False
                if is_due:
                    self._scrub(self._opened())
        except (apsw.Error, StoreError) as error:
            self._distrust(error)
            self._refuse(batch, error)

    def rewrite(self) -> None:
        """Write the whole database anew, without free pages, and so that it can give them back from now on. Others may
        read meanwhile; whoever writes waits.

        By a connection of its own, so that no thread need be waited for: the lock keeps all who write away.
        """
        with self._lock:
            connection = open_writer(self._path, self._vfs)
            try:
                let_give_back(connection)
            finally:
                connection.close()

    def scrub(self) -> None:
        """Finish what a forgetting left undone: its process died, or a reader was in the way.

        If that cannot be done now, the next batch tries again, for whoever opens a store on a full disk may read.
        """
        try:
            with self._lock:
                if is_scrub_due(self._opened()):
                    self._scrub(self._opened())
        except (apsw.Error, StoreError) as error:
            self._distrust(error)

    def settle_doubt(self) -> None:
        """Before the last reader is closed: have a connection that can cut off what failed, see `Readers`."""
        if self._in_doubt:
            self._opened()

    def close(self) -> None:
        """The last one to close a database folds the log into it and removes the log."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _opened(self) -> apsw.Connection:
        if self._connection is None:
            self._connection = open_writer(self._path, self._vfs)
        return self._connection

    def _distrust(self, error: apsw.Error | StoreError) -> None:
        """A connection whose sync failed is not asked to sync again: the system may since have dropped what was to be
        written and call it done. A new one reads from the file what is there."""
        if not isinstance(error, UNTRUSTED):
            return
        self._in_doubt = True
        if self._connection is not None:
            abandon(self._connection)
            self._connection = None

    def _commit(self, connection: apsw.Connection, batch: list[Request]) -> bool:
        """Whether there is something to scrub afterwards."""
        complete = False
        try:
            connection.execute("BEGIN IMMEDIATE")
            self._attempt_all(connection, batch)
            # Within the transaction, where it costs no lock of its own.
            is_due = is_scrub_due(connection)
            complete = True
            connection.execute("COMMIT")
        except apsw.Error:
            complete = False
            raise
        finally:
            # An interruption is noticed after the call that it fell into, so the commit may have been done.
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            elif complete:
                for request in batch:
                    request.settled = True
        return is_due

    def _attempt_all(self, connection: apsw.Connection, batch: list[Request]) -> None:
        if len(batch) == 1:
            # All there is to undo is its own.
            self._attempt(connection, batch[0], "ROLLBACK; BEGIN IMMEDIATE")
            return
        for request in batch:
            connection.execute("SAVEPOINT request")
            self._attempt(connection, request, "ROLLBACK TO request")
            connection.execute("RELEASE request")

    def _attempt(self, connection: apsw.Connection, request: Request, undo: str) -> None:
        """Run one request; if it fails on its own account, the others go on."""
        failure: Exception | None = None
        try:
            request.result = request.work(connection)
        except UNTRUSTED:
            raise
        except apsw.Error as error:
            failure = typed(error, self._path)
        except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to the thread that asked
            failure = error
        if failure is not None:
            connection.execute(undo)
        request.error = failure

    def _refuse(self, batch: list[Request], error: apsw.Error | StoreError) -> None:
        """Those that are settled stay so: what failed after the commit is tried again with the next batch."""
        for request in batch:
            if not request.settled:
                request.error = typed(error, self._path) if isinstance(error, apsw.Error) else type(error)(*error.args)
                request.error.__cause__ = error
                request.settled = True

    def _scrub(self, connection: apsw.Connection) -> None:
        """Something was forgotten: fold the log into the database and empty it, for it still holds the text.

        A reader that is in the middle of the log stops this; the setting stays, and the next batch, of whichever
        process, or the next one to open the store for writing tries again.
        """
        connection.set_busy_timeout(SCRUB_WAIT_MS)
        try:
            connection.wal_checkpoint(mode=apsw.SQLITE_CHECKPOINT_TRUNCATE)
        except apsw.BusyError:
            return
        finally:
            connection.set_busy_timeout(BUSY_WAIT_MS)
        rows_of(connection, "remove_setting", SCRUB_DUE)


def is_scrub_due(connection: apsw.Connection) -> bool:
    return answer_of(connection, "setting", SCRUB_DUE) is not None
