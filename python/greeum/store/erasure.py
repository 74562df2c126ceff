"""How blocks leave the database: listed first, then erased table by table, certified and entered into the ledger.

Every function runs inside a transaction that its caller ends. A table that refers to blocks (`REFERENCES blocks (id)`)
is found by its schema and erased with them; one that only keeps their ids would not be, so a test looks for such.
"""

from __future__ import annotations

from greeum.store.certificates import certify, uid_digest
from greeum.store.protocol import ANCHOR, LINKS, Erased
from greeum.store.statements import SQL, load, log

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    import apsw

    from greeum.store.protocol import ErasureRequest, LedgerRow

ERASURE_SQL = load("erasure.sql")
"""The statements of this module, by name."""

SCRUB_DUE = "scrub_due"
"""The setting that says: something was forgotten, and its text may still be in the write-ahead log."""


def run(connection: apsw.Connection, statement: str, *bindings: Any) -> list[Any]:
    """All rows of a statement of this module."""
    return connection.execute(ERASURE_SQL[statement], bindings).fetchall()


def forget(connection: apsw.Connection, block_ids: Iterable[int], request: ErasureRequest) -> Erased:
    """Erase these blocks, with every version of each."""
    run(connection, "make_doomed")
    run(connection, "doom", json_array(block_ids))
    return _erase(connection, request)


def reconcile(connection: apsw.Connection, ledger: Sequence[LedgerRow], request: ErasureRequest) -> Erased:
    """Take a ledger over, and erase what it names: a store that comes out of a backup holds what was forgotten
    later. What was corrected by that, and was not forgotten (it was a roll-back), is the newest version again.
    """
    from greeum.store import provenance

    connection.executemany(ERASURE_SQL["take_ledger"], [row[:2] for row in ledger])
    run(connection, "begin_ids")
    run(connection, "skip_ids")
    run(connection, "begin_lineage")
    run(connection, "make_doomed")
    run(connection, "doom_forgotten")
    provenance.take_apart(connection, [block_id for (block_id,) in run(connection, "doomed_ids")], request.at)
    return _erase(connection, request)


def would_forget(connection: apsw.Connection, block_ids: Iterable[int]) -> Erased:
    """What `forget` would erase, and nothing is."""
    connection.execute("BEGIN")
    try:
        run(connection, "make_doomed")
        run(connection, "doom", json_array(block_ids))
        return _doomed(connection)
    finally:
        connection.execute("ROLLBACK")


def forgotten(connection: apsw.Connection, uids: Iterable[str]) -> set[str]:
    """Those of these uids that are in the ledger."""
    statement = ERASURE_SQL["in_ledger"]
    return {uid for uid in uids if connection.execute(statement, (uid_digest(uid),)).get}


def json_array(ids: Iterable[int]) -> str:
    return f"[{','.join(map(str, ids))}]"


def _doomed(connection: apsw.Connection) -> Erased:
    ids = [block_id for (block_id,) in run(connection, "doomed_ids")]
    [(blocks, links, anchors)] = run(connection, "doomed_amounts")
    return Erased(ids, blocks=blocks, links=links, anchors=anchors)


def _erase(connection: apsw.Connection, request: ErasureRequest) -> Erased:
    erased = _doomed(connection)
    if erased:
        bereft, pointed_to = _erase_links_and_anchors(connection)
        _erase_what_refers(connection)
        before = run(connection, "newest_certificate")
        number = before[0][0] + 1 if before else 1
        run(connection, "enter_ledger", number)
        run(connection, "erase_blocks")
        connection.execute(SQL["put_setting"], (SCRUB_DUE, 1))
        run(connection, "log_forgotten")
        gone = set(erased)
        changes = [(LINKS, block_id) for block_id in sorted(bereft - gone)]
        changes += [(ANCHOR, block_id) for block_id in pointed_to]
        log(connection, changes)
        seq: Any = connection.execute(SQL["newest_seq"]).get
        digests = [digest for (digest,) in run(connection, "entered", number)]
        amounts = erased.blocks, len(erased), erased.links, erased.anchors
        erased.certificate = certify(before[0] if before else None, request, amounts, seq, digests)
        run(connection, "add_certificate", *erased.certificate)
    run(connection, "drop_doomed")
    return erased


def _erase_links_and_anchors(connection: apsw.Connection) -> tuple[set[int], list[int]]:
    """Those whose links have changed, and those that anchors pointed to, in the order of the anchors' names."""
    anchors = sorted(run(connection, "erase_anchors"))
    bereft = {source for (source,) in run(connection, "erase_links_to")}
    return bereft, [block_id for _, _, block_id in anchors]


def _erase_what_refers(connection: apsw.Connection) -> None:
    for table, column in run(connection, "tables_of_blocks"):
        connection.execute(f'DELETE FROM "{table}" WHERE "{column}" IN (SELECT id FROM temp.doomed)').fetchall()
