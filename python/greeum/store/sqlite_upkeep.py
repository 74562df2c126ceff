"""`upkeep.Upkeep` for the Store on disk."""

from __future__ import annotations

import os

import apsw

from greeum.store import erasure
from greeum.store.connections import typed
from greeum.store.files import MAINTAIN_LOCK_FILE, Claim
from greeum.store.protocol import ANCHOR, BLOCK, LINKS, UNSAID
from greeum.store.statements import load, log, row_of, rows_of
from greeum.store.upkeep import FLAWS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager
    from typing import Any, TypeVar

    from greeum.store.protocol import ErasureRequest
    from greeum.store.upkeep import Flaws, RuleRow, Seen
    from greeum.store.writer import Writer

    T = TypeVar("T")
    Mender = Callable[[apsw.Connection, list[Any]], int]

MAINTAINED_AT = "maintained_at"
"""The setting that says when it was last maintained."""

INCREMENTAL = 2
"""Of `PRAGMA auto_vacuum`: free pages are given back when asked for."""

REWRITTEN_BYTES_MAX = 268_435_456
"""A database that was made before pages could be given back is written anew for it, once, if it holds no more than
this: it is kept in RAM meanwhile, and others wait with their writes (some seconds of the 30 that they wait at most)."""

ROOM_SHARE = 2
"""So many times as much must be free on the disk: it is in the write-ahead log and in the database for a while."""

EVERYTHING = 2**62
"""More blocks than there are."""

LONG_AGO_US = -(2**62)
"""Before whatever was added."""


class SQLiteUpkeep:
    """The half of SQLiteStore that nobody needs who only remembers and searches."""

    if TYPE_CHECKING:
        directory: str

        _path: str
        _writer: Writer

        def _ask(self, question: Callable[[apsw.Connection], T]) -> T: ...
        def _change(self, work: Callable[[apsw.Connection], T]) -> T: ...

    def expired(self, before: int) -> int:
        count: int = self._ask(lambda connection: rows(connection, "count_expired", before)[0][0])
        return count

    def forget_expired(self, before: int, limit: int, request: ErasureRequest = UNSAID) -> list[int]:
        def work(connection: apsw.Connection) -> list[int]:
            return forgotten(connection, rows(connection, "expired", before, limit), request)

        return self._change(work)

    def retention(self) -> list[RuleRow]:
        return self._ask(lambda connection: rows(connection, "retention"))

    def put_retention(self, rule: RuleRow) -> None:
        self._change(lambda connection: rows(connection, "put_retention", *rule))

    def remove_retention(self, namespace: str, kind: str) -> bool:
        return bool(self._change(lambda connection: rows(connection, "remove_retention", namespace, kind)))

    def outlived(self, rule: RuleRow, now: int) -> Seen:
        namespace, kind, max_age_us, max_blocks, _ = rule
        oldest = LONG_AGO_US if max_age_us is None else now - max_age_us
        most = EVERYTHING if max_blocks is None else max_blocks
        return self._ask(lambda connection: rows(connection, "outlived", namespace, kind, oldest, most))

    def forget_seen(self, seen: Seen, rules: Sequence[RuleRow], request: ErasureRequest = UNSAID) -> list[int]:
        def work(connection: apsw.Connection) -> list[int]:
            if rows(connection, "retention") != list(rules):
                return []
            return forgotten(connection, for_each(connection, "unchanged", seen), request)

        return self._change(work)

    def count_uses(self, uses: Mapping[int, int]) -> int:
        counts = [(count, block_id) for block_id, count in sorted(uses.items())]

        def work(connection: apsw.Connection) -> int:
            counted = for_each(connection, "count_use", counts)
            log(connection, [(BLOCK, block_id) for (block_id,) in counted])
            return len(counted)

        return self._change(work)

    def log_length(self) -> int:
        length: int = self._ask(lambda connection: rows(connection, "log_length")[0][0])
        return length

    def cut_log(self, kept: int, limit: int) -> int:
        def work(connection: apsw.Connection) -> int:
            rows(connection, "cut_log", max(kept, 1), limit)
            return connection.changes()

        return self._change(work)

    def free_bytes(self) -> int:
        free, used, page_bytes, mode = self._ask(lambda connection: rows(connection, "free_pages")[0])
        can_give = mode == INCREMENTAL or self._can_rewrite(used * page_bytes)
        return int(free * page_bytes) if can_give else 0

    def _can_rewrite(self, used_bytes: int) -> bool:
        from shutil import disk_usage

        return used_bytes <= REWRITTEN_BYTES_MAX and disk_usage(self.directory).free > ROOM_SHARE * used_bytes

    def give_back(self, pages: int) -> None:
        *_, mode = self._ask(lambda connection: rows(connection, "free_pages")[0])
        if mode == INCREMENTAL:
            self._change(lambda connection: connection.execute(f"PRAGMA incremental_vacuum({int(pages)})").fetchall())
            return
        try:
            self._writer.rewrite()
        except apsw.Error as error:
            raise typed(error, self._path) from error

    def maintaining(self) -> AbstractContextManager[None]:
        return Claim(os.path.join(self.directory, MAINTAIN_LOCK_FILE))

    def maintained_at(self) -> int | None:
        found = self._ask(lambda connection: row_of(connection, "setting", MAINTAINED_AT))
        return None if found is None else int(found[0])

    def note_maintained(self, at: int) -> None:
        self._change(lambda connection: rows_of(connection, "put_setting", MAINTAINED_AT, at))

    def last_id(self) -> int:
        newest: int = self._ask(lambda connection: rows(connection, "newest_block")[0][0])
        return newest

    def flaws(self, *wanted: str) -> Flaws:
        return self._ask(lambda connection: found_flaws(connection, wanted or tuple(FLAWS)))

    def odd_vectors(self, code_bytes: int) -> list[int]:
        return [row[0] for row in self._ask(lambda connection: rows(connection, "odd_vectors", code_bytes))]

    def mend(self, flaw: str) -> int:
        return self._change(lambda connection: MENDERS[flaw](connection, rows(connection, f"flaw_{flaw}")))

    def put_vectors(self, block_id: int, vectors: bytes) -> None:
        def work(connection: apsw.Connection) -> None:
            if row_of(connection, "block_exists", block_id) is not None:
                rows(connection, "mend_vectors", block_id, vectors)
                log(connection, [(BLOCK, block_id)])

        self._change(work)

    def reindex(self) -> None:
        self._change(lambda connection: rows(connection, "reindex"))


_statements: dict[str, str] = {}
"""Those of `upkeep.sql`, by name, once they are needed: most processes need none."""


def statements() -> dict[str, str]:
    if not _statements:
        _statements.update(load("upkeep.sql"))
    return _statements


def rows(connection: apsw.Connection, statement: str, *bindings: Any) -> list[Any]:
    """All rows of one of these statements."""
    return connection.execute(statements()[statement], bindings).fetchall()


def for_each(connection: apsw.Connection, statement: str, bindings: list[Any]) -> list[Any]:
    """All rows of one of these statements, run once for each of `bindings`."""
    return connection.executemany(statements()[statement], bindings).fetchall()


def forgotten(connection: apsw.Connection, heads: list[Any], request: ErasureRequest) -> list[int]:
    ids = [row[0] for row in heads]
    erasure.forget(connection, ids, request)
    return ids


def found_flaws(connection: apsw.Connection, wanted: Sequence[str]) -> Flaws:
    found = {flaw: rows(connection, f"flaw_{flaw}") for flaw in wanted}
    if "chains" in found:
        # What can be mended breaks a chain too.
        mendable = {row[0] for row in rows(connection, "flaw_successors")}
        mendable |= {row[1] for row in rows(connection, "flaw_heads")}
        found["chains"] = [row for row in found["chains"] if row[0] not in mendable]
    return {flaw: concerned for flaw, concerned in found.items() if concerned}


def mend_links(connection: apsw.Connection, concerned: list[Any]) -> int:
    for_each(connection, "mend_link", concerned)
    log(connection, [(LINKS, source) for source in sorted({row[0] for row in concerned})])
    return len(concerned)


def mend_vectors(connection: apsw.Connection, concerned: list[Any]) -> int:
    for (block_id,) in concerned:
        rows(connection, "erase_vectors", block_id)
    rows_of(connection, "put_setting", erasure.SCRUB_DUE, 1)  # they tell what somebody had forgotten
    return len(concerned)


def each(statement: str, operation: int) -> Mender:
    """Runs a statement for each that is concerned, and says of the block that stands first there what was done."""

    def mend(connection: apsw.Connection, concerned: list[Any]) -> int:
        for_each(connection, statement, concerned)
        log(connection, [(operation, row[0]) for row in concerned])
        return len(concerned)

    return mend


def mend_heads(connection: apsw.Connection, concerned: list[Any]) -> int:
    for_each(connection, "mend_head", [(newer, old) for old, newer in concerned])
    log(connection, [(BLOCK, row[0]) for row in concerned])
    return len(concerned)


def mend_log(connection: apsw.Connection, concerned: list[Any]) -> int:
    """Whoever has not seen what is missing starts again from the rows; so does whoever has."""
    return len(for_each(connection, "cut_log_before", concerned))


def mend_counter(connection: apsw.Connection, concerned: list[Any]) -> int:
    rows(connection, "forget_counter")
    for_each(connection, "mend_counter", concerned)
    return len(concerned)


MENDERS: dict[str, Mender] = {
    "links": mend_links,
    "vectors": mend_vectors,
    "anchors": each("mend_anchor", ANCHOR),
    "successors": each("mend_successor", BLOCK),
    "predecessors": each("mend_predecessor", BLOCK),
    "heads": mend_heads,
    "log": mend_log,
    "counter": mend_counter,
}
"""What puts each of MENDABLE in order, given what is wrong."""
