"""Making a backup: a copy as of one moment, the pages that have changed, and a description of them."""

from __future__ import annotations

import os

from greeum.backups import ledger, lineage, places
from greeum.backups.disk import remove, sha256_of, typed_errors, written
from greeum.backups.logical import COLUMNS, logical_hash
from greeum.backups.pages import DIGEST_BYTES, page_size_of, write_changed
from greeum.backups.pieces import SCRATCH, Backup, Pieces
from greeum.errors import InvalidInput
from greeum.store import files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from greeum.store.protocol import Store

INCREMENTS_MAX = 500
"""Pieces after a full one, at most: restoring reads all of them, some milliseconds each."""


IDS_PER_STEP = 100_000
"""Read at once, on the way to the newest: some megabytes."""


def backup(store: Store, place: str, *, full: bool, keep_us: int | None, now_us: Callable[[], int]) -> Backup:
    """Make the next piece in `place`; it, or the one before if nothing has changed since. See `Memory.backup`."""
    if not store.is_on_disk:
        raise InvalidInput("memory", "is in RAM, and has no file to back up: export it")
    check_apart(store, place)
    files.make_directory(place)
    with files.WriteLock(place):
        pieces = Pieces(place)
        lineage.check_past(store, place, pieces.newest)
        # From here on `forget` tells this place too; what was forgotten before is told now.
        ledger.tell(store, place)
        pieces.sweep()
        made = add_piece(store, pieces, full=full, keep_us=keep_us, now_us=now_us)
        if keep_us is not None:
            pieces.prune(now_us() - keep_us)
        return made


def check_apart(store: Store, place: str) -> None:
    """Backups within the memory's own directory are lost with it, and would share its lock."""
    if store.directory is None:
        return
    home = os.path.realpath(store.directory)
    if os.path.commonpath((home, os.path.realpath(place))) == home:
        raise InvalidInput("directory", f"{place} is the memory, or lies in it: name one that is not lost with it")


def add_piece(store: Store, pieces: Pieces, *, full: bool, keep_us: int | None, now_us: Callable[[], int]) -> Backup:
    scratch = os.path.join(pieces.place, SCRATCH)
    try:
        with typed_errors(scratch):
            os.mkdir(scratch, 0o700)
        copy = store.copy(scratch)
        try:
            facts = facts_of(copy, now_us()) | descent(copy, pieces)
            before = None if full else comparable(pieces, facts, keep_us)
            return write_piece(pieces, copy, os.path.join(scratch, files.DATABASE_FILE), facts, before)
        finally:
            copy.close()
    finally:
        with typed_errors(scratch):
            remove(scratch)


def facts_of(copy: Store, at_us: int) -> dict[str, Any]:
    """What a description says of the memory, but for the logical hash."""
    certificates = copy.certificates()
    return {
        "memory_id": copy.setting("memory_id"),
        "lineage": copy.setting("lineage"),
        "at_us": at_us,
        "seq": copy.seq(),
        "certificates": len(certificates),
        "certificate": certificates[-1][-1] if certificates else "",
        "columns": list(COLUMNS),
        "hashes_weights": True,
    }


def newest_of(copy: Store) -> dict[str, Any]:
    """Its newest change and block, by which later states of it are known."""
    seq, last = copy.seq(), 0
    while ids := copy.ids(last, IDS_PER_STEP):
        last = ids[-1]
    changes = copy.changes(seq - 1, 1) if seq else []
    return {
        "newest_change": list(changes[0][1:]) if changes else None,
        "newest_uid": copy.blocks([last])[0][1] if last else "",
    }


def descent(copy: Store, pieces: Pieces) -> dict[str, Any]:
    """Which of the pieces the next one goes on from, and of which lineages it comes."""
    own, newest = str(copy.setting(lineage.LINEAGE)), pieces.newest
    footing = places.places_of(copy)[pieces.place]
    number = newest.number if newest and newest.lineage == own else footing[1] if footing else 0
    before = next((piece for piece in pieces.all if piece.number == number), None)
    past = pieces.lineages(before) if before else []
    return {"goes_on_from": number, "lineages": list(dict.fromkeys([*past, own]))}


def comparable(pieces: Pieces, facts: dict[str, Any], keep_us: int | None) -> Backup | None:
    """The piece that the next one can go on from; none if it must be a full one."""
    newest = pieces.newest
    if newest is None or newest["lineage"] != facts["lineage"] or facts["seq"] < newest.seq:
        return None
    base, *increments = pieces.chain(newest)
    if len(increments) >= INCREMENTS_MAX or sum(piece.size_bytes for piece in increments) > base.size_bytes:
        return None
    # Or the pages of what was forgotten would stay for as long as the chain grows.
    if keep_us is not None and base.at_us <= facts["at_us"] - keep_us:
        return None
    return newest


def write_piece(pieces: Pieces, copy: Store, database: str, facts: dict[str, Any], before: Backup | None) -> Backup:
    """The piece with what has changed since the one before, or with everything; the one before if nothing has."""
    number = pieces.next_number
    with typed_errors(database):
        page_size = page_size_of(database)
    known = pieces.digests(before) if before is not None and before.page_size == page_size else None
    if known is None:
        before = None
    path = pieces.path(number, "pages")
    with written(path) as file:
        digests, count = write_changed(database, page_size, known or b"", file)
    if before is not None and count == 0:
        with typed_errors(path):
            remove(path)
        return before
    with written(pieces.path(number, "map")) as file:
        file.write(digests)
    facts |= sums_of(pieces, number) | {
        "number": number,
        "base": number if before is None else before.base,
        "page_size": page_size,
        "page_count": len(digests) // DIGEST_BYTES,
        "pages": count,
        # Last, since these take most of the time: where no page has changed they are not needed.
        **newest_of(copy),
        "logical_hash": logical_hash(copy),
    }
    with ledger.in_turn(pieces.place):
        made = pieces.describe(facts | ledger.standing(pieces.place, facts["lineages"]))
    pieces.sweep()
    return made


def sums_of(pieces: Pieces, number: int) -> dict[str, Any]:
    """The size and the checksums of the files of a piece."""
    pages, digests = pieces.path(number, "pages"), pieces.path(number, "map")
    with typed_errors(pages):
        return {"bytes": os.path.getsize(pages), "sha256": sha256_of(pages), "map_sha256": sha256_of(digests)}
