"""The Store on disk: one SQLite database in WAL mode, in a directory of its own.

Readers never wait for a writer. Within a process many threads share one commit (see `committer`); between processes
writers take turns (see `files.WriteLock`). Nothing else in a process may open the database file: closing it would
drop SQLite's locks.
"""

from __future__ import annotations

import os
from operator import lt
from time import monotonic

import apsw

from greeum.errors import NotFound, StoreClosed, StoreReadOnly, StoreVersion
from greeum.store import changes, erasure, files, sqlite_arrivals
from greeum.store.changes import anchor_row, bound_embedder
from greeum.store.committer import Committer
from greeum.store.connections import Readers, copy_database, is_immutable, typed
from greeum.store.erasure import SCRUB_DUE, run
from greeum.store.log_index import LogIndex
from greeum.store.migrations import is_current
from greeum.store.protocol import DEFAULT_ZONE, UNSAID
from greeum.store.sqlite_upkeep import SQLiteUpkeep
from greeum.store.statements import SQL, answer_of, row_of, rows_of
from greeum.store.writer import Writer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from typing import Any, TypeVar

    from greeum.store.arrivals import Arrival, Outcome
    from greeum.store.protocol import (
        AnchorRow,
        BlockRow,
        CertificateRow,
        Change,
        Draft,
        Erased,
        ErasureRequest,
        LedgerRow,
        LinkRow,
    )
    from greeum.store.replacement import Replacement
    from greeum.store.rollback import Undone

    T = TypeVar("T")


TALLIES = {"kind": "tally_kind", "namespace": "tally_namespace", "source": "tally_source", "tags": "tally_tags"}
"""The statement that counts the values of a field."""


class SQLiteStore(SQLiteUpkeep):
    """A Store in `directory`; `protocol.Store` says what its methods promise.

    `create` makes the directory and the database if they are not there; without it, and with `read_only`, NotFound is
    raised. `vfs` names a file system layer that is registered with SQLite.
    """

    is_on_disk = True

    def __init__(self, directory: str, *, read_only: bool = False, create: bool = True, vfs: str | None = None) -> None:
        self.read_only = read_only
        self.directory = self._directory = os.path.abspath(directory)
        self._path = os.path.join(self._directory, files.DATABASE_FILE)
        self._process = os.getpid()
        self._closed = False
        self._bound: str | None = None
        """The fingerprint of the embedder whose vectors it takes and gives; None before it is bound."""
        self._writer = Writer(self._path, vfs, files.WriteLock(self._directory))
        self._committer = Committer(self._writer.transact)
        if create and not read_only:
            files.make_directory(self._directory)
        elif files.size_bytes(self._path) == 0:
            raise NotFound(f"{self._directory}: there is no memory here; name another directory, or create one")
        files.warn_of_network(self._directory)
        try:
            self._readers = self._open_for_reading(vfs) if read_only else self._open_for_writing(vfs)
        except apsw.Error as error:
            raise typed(error, self._path) from error
        self._file = files.identity(self._path)
        self._looked_at_s = monotonic()
        self._log_index = LogIndex(self._path)
        self._known: tuple[bytes | None, tuple[int, int]] = (None, (0, 0))
        """What `newest` said last, and in what state of the log."""

    def _open_for_reading(self, vfs: str | None) -> Readers:
        readers = Readers(self._path, vfs, immutable=is_immutable(self._path))
        if not readers.ask(lambda connection: is_current(connection, self._path)):
            raise StoreVersion(
                f"{self._path}: made by an older Greeum; open it once without read_only to bring it up to date"
            )
        return readers

    def _open_for_writing(self, vfs: str | None) -> Readers:
        if not os.access(self._directory, os.W_OK):
            raise StoreReadOnly(f"{self._directory}: may not be written; open it with read_only=True (--read-only)")
        if files.size_bytes(self._path) == 0:
            self._writer.prepare()
        readers = Readers(self._path, vfs)
        if not readers.ask(lambda connection: is_current(connection, self._path)):
            self._writer.prepare()
        if readers.ask(lambda connection: row_of(connection, "setting", SCRUB_DUE)):
            self._writer.scrub()
        return readers

    def close(self) -> None:
        if self._closed or os.getpid() != self._process:
            return  # what a forked child inherits is its parent's to close
        self._closed = True
        self._log_index.close()
        self._committer.close()
        try:
            self._writer.settle_doubt()
        except apsw.Error as error:
            raise typed(error, self._path) from error
        finally:
            self._readers.close()
            self._writer.close()

    def _check_usable(self) -> None:
        if self._closed:
            raise StoreClosed(f"{self._directory}: this memory has been closed; open it again")
        if os.getpid() != self._process:
            raise StoreClosed(f"{self._directory}: this memory was opened before a fork; open it again in the child")

    def _ask(self, question: Callable[[apsw.Connection], T]) -> T:
        self._check_askable()
        try:
            return self._readers.ask(question)
        except apsw.Error as error:
            raise typed(error, self._path) from error
        except UnicodeDecodeError as error:  # what it keeps was checked when it came: the disk has changed it
            raise typed(apsw.CorruptError(f"a text in it is not UTF-8: {error.reason}"), self._path) from error

    def _change(self, work: Callable[[apsw.Connection], T]) -> T:
        self._check_usable()
        if self.read_only:
            raise StoreReadOnly(f"{self._directory}: opened read-only; open it without read_only to change it")
        self._look()
        return self._committer.run(work)

    def _check_askable(self) -> None:
        self._check_usable()
        if monotonic() - self._looked_at_s > files.LOOK_PERIOD_S:
            self._look()

    def _look(self) -> None:
        """Raises StoreFailed if the database is no longer where it was: SQLite would go on in a file without a name,
        answer from it, and lose all that is written."""
        if files.identity(self._path) != self._file:
            raise files.moved(self._path)
        self._looked_at_s = monotonic()

    # Changes.

    def bind_embedder(self, fingerprint: str, dimension: int) -> None:
        # One that is bound is only compared: that needs no turn at writing, and may be done read-only.
        turn = self._change if self.embedder() is None else self._ask
        turn(lambda connection: changes.bind_embedder(connection, fingerprint, dimension))
        self._bound = fingerprint

    def _with_vectors(self, work: Callable[[apsw.Connection], T]) -> Callable[[apsw.Connection], T]:
        """The work, unless another embedder has taken over since this store was bound: vectors of two never meet."""

        def checked(connection: apsw.Connection) -> T:
            changes.check_embedder(connection, self._bound)
            return work(connection)

        return checked

    def add(self, drafts: Sequence[Draft]) -> list[BlockRow]:
        return self._change(self._with_vectors(lambda connection: changes.add(connection, drafts)))

    def supersede(self, block_id: int, draft: Draft, revision: int | None = None) -> BlockRow:
        return self._change(
            self._with_vectors(lambda connection: changes.supersede(connection, block_id, draft, revision))
        )

    def take_in(self, arrivals: Sequence[Arrival], *, stop: bool = False, bring_back: bool = False) -> list[Outcome]:
        return self._change(
            self._with_vectors(
                lambda connection: sqlite_arrivals.take_in(connection, arrivals, stop=stop, bring_back=bring_back)
            )
        )

    def replacement(self, fingerprint: str, dimension: int) -> Replacement:
        """For a change of embedder: what gathers the vectors of the next one."""
        from greeum.store.replacement import Replacement

        return Replacement(self._ask, self._change, fingerprint, dimension)

    def renewing(self) -> AbstractContextManager[None]:
        """The turn of the one process that makes vectors anew. Raises StoreBusy if another one has it."""
        return files.Claim(os.path.join(self.directory, files.RENEW_LOCK_FILE))

    def revise(
        self, block_id: int, fields: dict[str, object], revision: int | None = None, flags: Sequence[str] = ()
    ) -> BlockRow:
        return self._change(lambda connection: changes.revise(connection, block_id, fields, revision, flags))

    def flag(self, ids: Iterable[int], name: str, is_set: bool) -> list[int]:
        from greeum.store import provenance

        wanted = list(ids)
        return self._change(lambda connection: provenance.flag(connection, wanted, name, is_set=is_set))

    def roll_back(self, origin: str, since: int, namespace: str, now: int, dry_run: bool) -> Undone:
        from greeum.store import provenance

        turn = self._ask if dry_run else self._change
        return turn(
            lambda connection: provenance.roll_back(connection, origin, since, namespace, now=now, dry_run=dry_run)
        )

    def forget(self, block_ids: Iterable[int], request: ErasureRequest = UNSAID) -> Erased:
        ids = list(block_ids)
        return self._change(lambda connection: erasure.forget(connection, ids, request))

    def reconcile(self, ledger: Sequence[LedgerRow], request: ErasureRequest = UNSAID) -> Erased:
        return self._change(lambda connection: erasure.reconcile(connection, ledger, request))

    def put_setting(self, name: str, value: str) -> None:
        self._change(lambda connection: rows_of(connection, "put_setting", name, value))

    def link(self, source: int, target: int, kind: str, weight: float, added_at: int, origin: str = "") -> LinkRow:
        return self._change(
            lambda connection: changes.link(
                connection, source, target, kind, weight=weight, added_at=added_at, origin=origin
            )
        )

    def link_many(self, links: Sequence[LinkRow]) -> int:
        return self._change(lambda connection: changes.link_many(connection, links))

    def unlink(self, source: int, target: int, kind: str) -> bool:
        return self._change(lambda connection: changes.unlink(connection, source, target, kind))

    def set_anchor(
        self, namespace: str, name: str, block_id: int, hops: int | None, pinned: bool | None, moved_at: int
    ) -> AnchorRow:
        return self._change(
            lambda connection: changes.set_anchor(
                connection, namespace, name, block_id, hops=hops, pinned=pinned, moved_at=moved_at
            )
        )

    def set_anchors(self, anchors: Sequence[AnchorRow]) -> list[AnchorRow]:
        return self._change(lambda connection: changes.set_anchors(connection, anchors))

    def pin_anchor(self, namespace: str, name: str, pinned: bool) -> AnchorRow:
        return self._change(lambda connection: changes.pin_anchor(connection, namespace, name, pinned))

    def clear_anchor(self, namespace: str, name: str) -> bool:
        return self._change(lambda connection: changes.clear_anchor(connection, namespace, name))

    def set_policies(self, policies: Mapping[str, str]) -> None:
        self._change(lambda connection: changes.set_policies(connection, policies))

    def set_time_zone(self, name: str) -> None:
        self._change(lambda connection: changes.set_time_zone(connection, name))

    def swap_weights(self, namespace: str, before: str | None, after: str | None) -> bool:
        return self._change(lambda connection: changes.swap_weights(connection, namespace, before, after))

    # Questions.

    def newest(self) -> tuple[int, int]:
        self._check_askable()
        state = self._log_index.state()  # before it is asked: what is committed meanwhile is another one
        known, newest = self._known
        if state is None or state != known:
            newest = self._ask(_newest)
            self._known = (state, newest)
        return newest

    def weights(self, namespace: str) -> str | None:
        return self.setting(f"weights/{namespace}")

    def weights_below(self, namespace: str) -> dict[str, str]:
        if namespace == "":
            return dict(self._ask(lambda connection: rows_of(connection, "weights")))
        return dict(self._ask(lambda connection: rows_of(connection, "weights_below", namespace)))

    def policies(self) -> dict[str, str]:
        return dict(self._ask(lambda connection: rows_of(connection, "policies")))

    def time_zone(self) -> str:
        return self.setting(changes.TIME_ZONE) or DEFAULT_ZONE

    def seq(self) -> int:
        return self._ask(_newest_seq)

    def embedder(self) -> tuple[str, int] | None:
        return self._ask(bound_embedder)

    def would_forget(self, block_ids: Iterable[int]) -> Erased:
        ids = list(block_ids)
        return self._ask(lambda connection: erasure.would_forget(connection, ids))

    def certificates(self) -> list[CertificateRow]:
        return self._ask(lambda connection: run(connection, "certificates"))

    def ledger(self, after: int) -> list[LedgerRow]:
        return self._ask(lambda connection: run(connection, "ledger", after))

    def forgotten(self, uids: Sequence[str]) -> set[str]:
        return self._ask(lambda connection: erasure.forgotten(connection, uids))

    def setting(self, name: str) -> str | None:
        row = self._ask(lambda connection: row_of(connection, "setting", name))
        return None if row is None else str(row[0])

    def copy(self, directory: str) -> SQLiteStore:
        self._check_usable()
        path = os.path.join(os.path.abspath(directory), files.DATABASE_FILE)
        files.make_database(path)
        try:
            self._readers.ask(lambda connection: copy_database(connection, path))
        except apsw.Error as error:
            raise typed(error, path) from error
        return SQLiteStore(directory, read_only=True)

    def written_by(self, origin: str, since: int, namespace: str) -> list[int]:
        from greeum.store import provenance

        return self._ask(lambda connection: provenance.written_by(connection, origin, since, namespace))

    def blocks(self, ids: Sequence[int]) -> list[BlockRow]:
        return self._ask(lambda connection: rows_of(connection, "blocks", _json_array(ids)))

    def entries(self, ids: Sequence[int]) -> list[tuple[BlockRow, bytes]]:
        def read(connection: apsw.Connection) -> list[Any]:
            rows = rows_of(connection, "entries", _json_array(sorted(set(ids))))
            # Afterwards: none of these rows is of a later embedder, if that has not taken over by now.
            changes.check_embedder(connection, self._bound)
            return rows

        return [(row[:-1], row[-1]) for row in self._ask(read)]

    def ids_of(self, uids: Sequence[str]) -> dict[str, int]:
        return self._ask(lambda connection: changes.ids_of(connection, uids))

    def check(self) -> list[str]:
        found = self._ask(lambda connection: rows_of(connection, "integrity_check"))
        return [problem for (problem,) in found if problem != "ok"]

    def block_by_key(self, namespace: str, key: str) -> BlockRow | None:
        row: BlockRow | None = self._ask(lambda connection: row_of(connection, "block_by_key", namespace, key))
        return row

    def history(self, block_id: int) -> list[BlockRow]:
        return self._ask(lambda connection: rows_of(connection, "history", block_id))

    def has_link(self, source: int, target: int, kind: str) -> bool:
        return self._ask(lambda connection: row_of(connection, "link_exists", source, target, kind)) is not None

    def links(self, ids: Sequence[int]) -> list[LinkRow]:
        return self._ask(lambda connection: _rows_for_each(connection, "links_from", sorted(set(ids))))

    def backlinks(self, ids: Sequence[int]) -> list[LinkRow]:
        found = self._ask(lambda connection: _rows_for_each(connection, "links_to", set(ids)))
        return sorted(found, key=_by_ends_and_kind)

    def anchor(self, namespace: str, name: str) -> AnchorRow | None:
        row = self._ask(lambda connection: row_of(connection, "anchor", namespace, name))
        return None if row is None else anchor_row(row)

    def anchors(self, namespace: str) -> list[AnchorRow]:
        if namespace == "":
            rows = self._ask(lambda connection: rows_of(connection, "anchors"))
        else:
            rows = self._ask(lambda connection: rows_of(connection, "anchors_below", namespace))
        return [anchor_row(row) for row in rows]

    def changes(self, after: int, limit: int) -> list[Change]:
        found: list[Change] = self._ask(lambda connection: rows_of(connection, "change_log", after, limit))
        if found and found[0][0] != after + 1:
            raise LookupError(f"the log begins at seq {found[0][0]}, after {after + 1}: start again from the rows")
        if not found and after > self.seq():
            raise LookupError(f"the log ends before seq {after}, as in a restored backup: start again from the rows")
        return found

    def ids(self, after: int, limit: int) -> list[int]:
        found = [
            block_id for (block_id,) in self._ask(lambda connection: rows_of(connection, "block_ids", after, limit))
        ]
        if not _ascend(after, found):  # whoever goes on after the last of them might read this page for ever
            raise typed(apsw.CorruptError("blocks are not in the order of their ids"), self._path)
        return found

    def tally(self, field: str, ids: Sequence[int]) -> dict[str, int]:
        return dict(self._ask(lambda connection: rows_of(connection, TALLIES[field], _json_array(ids))))

    def counts(self) -> dict[str, int]:
        blocks, superseded, links, anchors = self._ask(lambda connection: row_of(connection, "counts"))
        size_bytes = files.size_bytes(self._path) + files.size_bytes(self._path + "-wal")
        return {
            "blocks": blocks - superseded,
            "superseded": superseded,
            "links": links,
            "anchors": anchors,
            "bytes": size_bytes,
        }


def _newest_seq(connection: apsw.Connection) -> int:
    newest: Any = connection.execute(SQL["newest_seq"]).get
    return newest or 0


def _newest(connection: apsw.Connection) -> tuple[int, int]:
    seq, settings_changes = answer_of(connection, "newest")
    return seq or 0, settings_changes or 0


def _json_array(ids: Sequence[int]) -> str:
    return f"[{','.join(map(str, ids))}]"


def _rows_for_each(connection: apsw.Connection, statement: str, ids: Collection[int]) -> list[Any]:
    """The rows of a statement run for each id, all as of one moment."""
    if not ids:
        return []
    connection.execute("BEGIN")
    try:
        return connection.executemany(SQL[statement], [(block_id,) for block_id in ids]).fetchall()
    finally:
        if connection.in_transaction:
            connection.execute("COMMIT")


def _ascend(after: int, ids: Sequence[int]) -> bool:
    return all(map(lt, (after, *ids), ids))


def _by_ends_and_kind(link: LinkRow) -> tuple[int, int, str]:
    return link[:3]
