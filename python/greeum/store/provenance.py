"""What SQLiteStore knows of who wrote what. Every function here runs inside a transaction that its caller commits."""

from __future__ import annotations

from greeum.store.changes import anchor_row
from greeum.store.protocol import ANCHOR, BLOCK, LINKS
from greeum.store.rollback import plan, separation
from greeum.store.rows import FLAGS, ID, KEY, SUPERSEDED_AT, SUPERSEDED_BY, SUPERSEDES, flagged, is_within
from greeum.store.statements import SQL as BLOCK_SQL
from greeum.store.statements import load, log

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    import apsw

    from greeum.store.protocol import BlockRow, LinkRow
    from greeum.store.rollback import Plan, Undone

SQL = BLOCK_SQL | load("provenance.sql")
"""Every statement, by name."""


def rows_of(connection: apsw.Connection, statement: str, *bindings: Any) -> list[Any]:
    return connection.execute(SQL[statement], bindings).fetchall()


def written_by(connection: apsw.Connection, origin: str, since: int, namespace: str) -> list[int]:
    found = rows_of(connection, "written_by", origin, since)
    return [block for block, where in found if is_within(where, namespace)]


def links_by(connection: apsw.Connection, origin: str, since: int, namespace: str) -> list[LinkRow]:
    found = rows_of(connection, "links_by", origin, since)
    return [link[:6] for link in found if is_within(link[6], namespace) and is_within(link[7], namespace)]


def flag(connection: apsw.Connection, ids: Iterable[int], name: str, *, is_set: bool) -> list[int]:
    """Set or take away a flag; those that had not what they have now."""
    changed: list[tuple[str, int]] = []
    for block in sorted(set(ids)):
        for row in rows_of(connection, "block", block):
            flags = flagged(row[FLAGS], name, is_set=is_set)
            if flags != row[FLAGS]:
                changed.append((flags, block))
    connection.executemany(SQL["put_flags"], changed)
    log(connection, [(BLOCK, block) for _, block in changed])
    return [block for _, block in changed]


def roll_back(
    connection: apsw.Connection, origin: str, since: int, namespace: str, *, now: int, dry_run: bool
) -> Undone:
    written = written_by(connection, origin, since, namespace)
    planned = plan(
        chains_of(connection, written),
        written,
        links_by(connection, origin, since, namespace),
        [anchor_row(row) for block in written for row in rows_of(connection, "anchors_to", block)],
        lambda block: rows_of(connection, "links_from", block),
        now,
    )
    if not dry_run:
        carry_out(connection, planned)
    return planned.undone


def take_apart(connection: apsw.Connection, doomed: Sequence[int], now: int) -> None:
    """See `rollback.separation`."""
    planned = separation(
        chains_of(connection, doomed),
        set(doomed),
        lambda block: [anchor_row(row) for row in rows_of(connection, "anchors_to", block)],
        now,
    )
    carry_out(connection, planned)


def chains_of(connection: apsw.Connection, ids: Sequence[int]) -> list[list[BlockRow]]:
    """All versions of these blocks, each chain once."""
    chains: list[list[BlockRow]] = []
    seen: set[int] = set()
    for block in ids:
        if block not in seen:
            chains.append(rows_of(connection, "history", block))
            seen.update(row[ID] for row in chains[-1])
    return chains


def carry_out(connection: apsw.Connection, planned: Plan) -> None:
    many = connection.executemany
    columns = (KEY, SUPERSEDES, SUPERSEDED_BY, SUPERSEDED_AT, FLAGS, ID)
    many(SQL["repair_block"], [tuple(row[column] for column in columns) for row in planned.rows])
    many(SQL["remove_link"], [link[:3] for link in planned.undone.links]).fetchall()
    many(SQL["put_anchor"], planned.undone.anchors)
    relinked = {link[0] for link in planned.undone.links}
    for old, new in planned.moved.items():
        rows_of(connection, "give_links_from", new, old)
        relinked.update(source for (source,) in rows_of(connection, "give_links_to", new, old))
        rows_of(connection, "drop_links_from", old)
        relinked.update(source for (source,) in rows_of(connection, "drop_links_to", old))
        relinked.update((old, new))
    log(connection, [(BLOCK, row[ID]) for row in planned.rows])
    log(connection, [(LINKS, block) for block in sorted(relinked)])
    log(connection, [(ANCHOR, anchor[2]) for anchor in planned.undone.anchors])
