"""What each change does to the database. Every function here runs inside a transaction that its caller commits."""

from __future__ import annotations

import apsw

from greeum.errors import Conflict, EmbedderMismatch, NotFound
from greeum.store.addition import Addition, existing, no_block
from greeum.store.protocol import ANCHOR, BLOCK, BLOCK_COLUMNS, LINKS
from greeum.store.rows import ANCHOR_HOPS, KEY, check_revision, inherited_key, mismatch, revised
from greeum.store.statements import SQL, answer_of, log, row_of, rows_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from greeum.store.protocol import AnchorRow, BlockRow, Draft, LinkRow

TIME_ZONE = "time_zone"
"""The setting that names it."""

_REVISED_COLUMNS = ("kind", "source", "tags", "importance", "metadata", "at", "valid_from", "valid_to", "expires_at")
"""In the order of the statement `revise_block`."""

_REVISED = tuple(BLOCK_COLUMNS.index(column) for column in (*_REVISED_COLUMNS, "revision", "flags", "id"))


def ids_of(connection: apsw.Connection, uids: Iterable[str]) -> dict[str, int]:
    found = ((uid, row_of(connection, "block_by_uid", uid)) for uid in uids)
    return {uid: row[0] for uid, row in found if row is not None}


def bind_embedder(connection: apsw.Connection, fingerprint: str, dimension: int) -> None:
    bound = bound_embedder(connection)
    if bound is None:
        rows_of(connection, "put_setting", "embedder", fingerprint)
        rows_of(connection, "put_setting", "dimension", dimension)
    elif bound != (fingerprint, dimension):
        raise mismatch(bound, (fingerprint, dimension))


def check_embedder(connection: apsw.Connection, fingerprint: str | None) -> None:
    """Raises EmbedderMismatch if the store is bound to another embedder by now."""
    if fingerprint is not None and answer_of(connection, "setting", "embedder") != (fingerprint,):
        bound = bound_embedder(connection)
        raise EmbedderMismatch(
            f"this memory's vectors are made by {bound and bound[0]} since it was opened with {fingerprint}: "
            "open it anew with that embedder (embedder=… in Python, or GREEUM_EMBEDDER)"
        )


def bound_embedder(connection: apsw.Connection) -> tuple[str, int] | None:
    fingerprint = row_of(connection, "setting", "embedder")
    return None if fingerprint is None else (fingerprint[0], row_of(connection, "setting", "dimension")[0])


def add(connection: apsw.Connection, drafts: Sequence[Draft]) -> list[BlockRow]:
    addition = Addition(connection)
    try:
        rows = [addition.stored(draft, place) or addition.take(draft) for place, draft in enumerate(drafts)]
        addition.write()
        addition.number(drafts)
    except (Conflict, NotFound, apsw.ConstraintError) as error:
        addition.check_uids(error)
        raise
    return rows


def supersede(connection: apsw.Connection, block_id: int, draft: Draft, revision: int | None) -> BlockRow:
    old = existing(connection, block_id)
    addition = Addition(connection)
    if draft.is_repeatable:
        done = addition.repeated(draft, old[KEY] or draft.key, rows_of(connection, "history", block_id))
        if done is not None:
            return done
    check_revision(old, revision)
    key = inherited_key(old, draft)
    if key != old[KEY]:
        addition.claim(draft)
    try:
        row = addition.place_after(old, draft, key)
        addition.write()
    except (NotFound, apsw.ConstraintError) as error:
        addition.check_uids(error)
        raise
    return row


def set_policies(connection: apsw.Connection, policies: Mapping[str, str]) -> None:
    for name, value in policies.items():
        rows_of(connection, "put_setting", f"policy/{name}", value)
    rows_of(connection, "count_settings_change")


def set_time_zone(connection: apsw.Connection, name: str) -> None:
    rows_of(connection, "put_setting", TIME_ZONE, name)
    rows_of(connection, "count_settings_change")


def swap_weights(connection: apsw.Connection, namespace: str, before: str | None, after: str | None) -> bool:
    name = f"weights/{namespace}"
    kept = row_of(connection, "setting", name)
    if (None if kept is None else kept[0]) != before:
        return False
    if after is None:
        rows_of(connection, "remove_setting", name)
    else:
        rows_of(connection, "put_setting", name, after)
    rows_of(connection, "count_settings_change")
    return True


def revise(
    connection: apsw.Connection,
    block_id: int,
    fields: dict[str, object],
    revision: int | None,
    flags: Iterable[str] = (),
) -> BlockRow:
    before = existing(connection, block_id)
    row = revised(before, fields, revision, flags)
    if row == before:
        return before
    rows_of(connection, "revise_block", *(row[column] for column in _REVISED))
    log(connection, [(BLOCK, block_id)])
    return row


def link(
    connection: apsw.Connection, source: int, target: int, kind: str, *, weight: float, added_at: int, origin: str = ""
) -> LinkRow:
    for end in (source, target):
        if row_of(connection, "block_exists", end) is None:
            raise no_block(end)
    row: LinkRow = row_of(connection, "put_link", source, target, kind, weight, added_at, origin)
    log(connection, [(LINKS, source)])
    return row


def link_many(connection: apsw.Connection, links: Sequence[LinkRow]) -> int:
    there = _existing_of(connection, {end for link in links for end in link[:2]})
    rows = [link for link in links if link[0] in there and link[1] in there]
    distinct = {link[:3] for link in rows}
    before = connection.executemany(SQL["link_exists"], distinct).fetchall()
    connection.executemany(SQL["put_link"], rows).fetchall()
    log(connection, [(LINKS, source) for source in sorted({link[0] for link in rows})])
    return len(distinct) - len(before)


def set_anchors(connection: apsw.Connection, anchors: Sequence[AnchorRow]) -> list[AnchorRow]:
    there = _existing_of(connection, {anchor[2] for anchor in anchors})
    rows = [anchor for anchor in anchors if anchor[2] in there]
    connection.executemany(SQL["put_anchor"], rows)
    log(connection, [(ANCHOR, anchor[2]) for anchor in rows])
    return rows


def _existing_of(connection: apsw.Connection, ids: Iterable[int]) -> set[int]:
    """Those of these blocks that are there."""
    return {block_id for block_id in ids if row_of(connection, "block_exists", block_id) is not None}


def unlink(connection: apsw.Connection, source: int, target: int, kind: str) -> bool:
    removed = row_of(connection, "remove_link", source, target, kind)
    if removed is not None:
        log(connection, [(LINKS, source)])
    return removed is not None


def set_anchor(
    connection: apsw.Connection,
    namespace: str,
    name: str,
    block_id: int,
    *,
    hops: int | None,
    pinned: bool | None,
    moved_at: int,
) -> AnchorRow:
    if row_of(connection, "block_exists", block_id) is None:
        raise no_block(block_id)
    _, _, _, hops_now, pinned_now, _ = row_of(connection, "anchor", namespace, name) or (0, 0, 0, ANCHOR_HOPS, False, 0)
    anchor = (
        namespace,
        name,
        block_id,
        hops_now if hops is None else hops,
        bool(pinned_now if pinned is None else pinned),
        moved_at,
    )
    rows_of(connection, "put_anchor", *anchor)
    log(connection, [(ANCHOR, block_id)])
    return anchor


def pin_anchor(connection: apsw.Connection, namespace: str, name: str, pinned: bool) -> AnchorRow:
    anchor = row_of(connection, "pin_anchor", pinned, namespace, name)
    if anchor is None:
        raise NotFound(f"there is no anchor {name!r} in the namespace {namespace!r}: set it first")
    log(connection, [(ANCHOR, anchor[2])])
    return anchor_row(anchor)


def clear_anchor(connection: apsw.Connection, namespace: str, name: str) -> bool:
    pointed_to = row_of(connection, "remove_anchor", namespace, name)
    if pointed_to is not None:
        log(connection, [(ANCHOR, pointed_to[0])])
    return pointed_to is not None


def anchor_row(row: Any) -> AnchorRow:
    """SQLite has no booleans."""
    namespace, name, block_id, hops, pinned, moved_at = row
    return namespace, name, block_id, hops, bool(pinned), moved_at
