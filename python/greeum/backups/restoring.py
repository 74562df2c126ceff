"""Bringing a backup back, and trying out whether it could be."""

from __future__ import annotations

import os
from contextlib import nullcontext, suppress

from greeum.backups import ledger, lineage
from greeum.backups.disk import UNFINISHED, remove, sha256_of, typed_errors
from greeum.backups.logical import logical_hash
from greeum.backups.pages import put_together
from greeum.backups.pieces import Pieces
from greeum.errors import Conflict, GreeumError, StoreDamaged, StoreReadOnly
from greeum.store import files
from greeum.store.protocol import ErasureRequest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from typing import TypeAlias

    from greeum.backups.pieces import Backup
    from greeum.store.protocol import Erased, Store

    Open: TypeAlias = Callable[[str], Store]
    Finding: TypeAlias = tuple[str, bool, str]

ASKED = '{"by":"restore"}'


PROBLEMS_SHOWN_MAX = 5
"""Of what is wrong with a backup: the rest is of the same sort."""


class Restored:
    """A backup that was brought back, and how many versions of blocks it held that had been forgotten since."""

    def __init__(self, backup: Backup, erased: Erased) -> None:
        self.backup = backup
        self.forgotten = len(erased)

    def to_dict(self) -> dict[str, object]:
        """As JSON has it."""
        return self.backup.to_dict() | {"forgotten": self.forgotten}


def restore(place: str, target: str, at: object, open_store: Open, now_us: Callable[[], int]) -> Restored:
    """See `greeum.restore`. It is made beside the target, and gets its name when it is whole."""
    with typed_errors(target):
        if os.path.lexists(target) and (not os.path.isdir(target) or os.listdir(target)):
            raise Conflict(f"{target}: is there already, and not empty; name another directory")
    scratch = target.rstrip(os.sep) + UNFINISHED
    with in_turn(place):
        pieces = Pieces(place)
        chosen = pieces.chosen(at)
        with typed_errors(scratch):
            remove(scratch)
        erased = bring_back(pieces, chosen, scratch, open_store, now_us, goes_on=True)
    with typed_errors(target):
        if os.path.isdir(target):
            os.rmdir(target)
        os.rename(scratch, target)
        files.sync_directory(os.path.dirname(os.path.abspath(target)))
    return Restored(chosen, erased)


def bring_back(
    pieces: Pieces, chosen: Backup, scratch: str, open_store: Open, now_us: Callable[[], int], *, goes_on: bool
) -> Erased:
    """A memory in `scratch`, as it was at a backup, without what has been forgotten since; if it `goes_on`, it tells
    this directory what it forgets. Raises StoreError, and then leaves nothing there.
    """
    known = known_forgotten(pieces, chosen)
    whole = False
    try:
        files.make_directory(scratch)
        chain = [(pieces.path(one.number, "pages"), one.page_count, one["sha256"]) for one in pieces.chain(chosen)]
        put_together(chain, chosen.page_size, os.path.join(scratch, files.DATABASE_FILE))
        store = open_store(scratch)
        try:
            check_hash(store, pieces, chosen)
            erased = store.reconcile(known, ErasureRequest(asked=ASKED, origin="", at=now_us()))
            if goes_on:
                go_on(store, pieces, chosen)
        finally:
            store.close()
        whole = True
        return erased
    finally:
        if not whole:
            with typed_errors(scratch):
                remove(scratch)


def check_hash(store: Store, pieces: Pieces, chosen: Backup) -> None:
    """Raises StoreDamaged if a store is not what was backed up."""
    if logical_hash(store, chosen.columns, weights=chosen.hashes_weights) != chosen.logical_hash:
        raise StoreDamaged(f"{pieces.place}: backup {chosen.number} does not hold what it should: take an older")


def go_on(store: Store, pieces: Pieces, chosen: Backup) -> None:
    """Have a store continue a backup's directory, and tell it what it forgets."""
    lineage.restored(store, pieces.place, pieces.all[-1], chosen)
    # Where the backups may only be read, the next `forget` says that they are not told.
    with suppress(StoreReadOnly):
        ledger.tell(store, pieces.place)


def known_forgotten(pieces: Pieces, chosen: Backup) -> list[tuple[bytes, int, int]]:
    """What is known to be forgotten, for one that is to be brought back: by the lineages that it comes of, by those
    that the newest comes of, and by those that may be the next to go on from there. Raises StoreDamaged if the ledgers
    lack what was in them when the newest was made.
    """
    newest = pieces.all[-1]
    going_on = [name for name in ledger.lineages_in(pieces.place) if name not in newest.apart]
    known = ledger.read(pieces.place, {*pieces.lineages(newest), *going_on, *pieces.lineages(chosen)})
    if len(known) < newest.forgotten:
        raise StoreDamaged(
            f"{os.path.join(pieces.place, ledger.FOLDER)}: the ledger of what was forgotten is not whole "
            f"({len(known):,} of {newest.forgotten:,} entries): take it from another copy, or forgotten things would "
            "come back"
        )
    return known


def verify(place: str, at: object, open_store: Open, now_us: Callable[[], int]) -> list[Finding]:
    """See `greeum.verify`."""
    with in_turn(place):
        pieces = Pieces(place)
        chosen = pieces.chosen(at)
        return [*checked(pieces, chosen), tried(pieces, chosen, open_store, now_us)]


def in_turn(place: str) -> AbstractContextManager[None]:
    """While nobody adds or removes backups there; where they may only be read, nobody can."""
    is_writable = os.path.isdir(place) and os.access(place, os.W_OK)
    return files.WriteLock(place) if is_writable else nullcontext()


def checked(pieces: Pieces, chosen: Backup) -> Iterator[Finding]:
    """Every file against its checksum. That the descriptions follow each other was seen to when they were read."""
    yield "descriptions", True, f"{len(pieces.all):,} backups, each covering the one before"
    wrong = [path for piece in pieces.all if (path := fault(pieces, piece))]
    yield "pages", not wrong, f"damaged or missing: {', '.join(wrong)}" if wrong else "their checksums are right"
    try:
        known = known_forgotten(pieces, chosen)
    except GreeumError as error:
        yield "ledger", False, str(error)
    else:
        yield "ledger", True, f"is whole, with {len(known):,} entries"


def fault(pieces: Pieces, piece: Backup) -> str | None:
    path = pieces.path(piece.number, "pages")
    try:
        return None if sha256_of(path) == piece["sha256"] else path
    except OSError:
        return path


def tried(pieces: Pieces, chosen: Backup, open_store: Open, now_us: Callable[[], int]) -> Finding:
    """Restore one into a scratch place, and read all of it."""
    from tempfile import mkdtemp

    parent = pieces.place if os.access(pieces.place, os.W_OK) else None
    with typed_errors(pieces.place):
        scratch = mkdtemp(suffix=UNFINISHED, prefix="verify-", dir=parent)
    name = f"backup {chosen.number}"
    try:
        erased = bring_back(pieces, chosen, scratch, open_store, now_us, goes_on=False)
        store = open_store(scratch)
        try:
            problems = store.check()
        finally:
            store.close()
    except GreeumError as error:
        return name, False, str(error)
    finally:
        with typed_errors(scratch):
            remove(scratch)
    if problems:
        return name, False, "; ".join(problems[:PROBLEMS_SHOWN_MAX])
    rest = f", less {len(erased):,} versions that were forgotten since" if erased else ""
    return name, True, f"was restored, and holds what it should{rest} (logical hash {chosen.logical_hash[:16]}…)"
