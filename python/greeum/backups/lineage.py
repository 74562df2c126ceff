"""Whose a directory of backups is: that of one *lineage*, which is one life of a memory.

A memory that was restored, and one whose files were copied, are lives of their own from then on, though they have the
same past. Both may be in use. A directory goes on with one of them: with the first that makes a backup there, which is
then the newest. From then on the others are refused there, and what they forget does not count for its backups.
"""

from __future__ import annotations

import os

from greeum.backups import places
from greeum.backups.disk import typed_errors
from greeum.backups.pieces import newest_in
from greeum.errors import Conflict
from greeum.store import files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.backups.pieces import Backup
    from greeum.backups.places import Footing
    from greeum.store.protocol import Store

LINEAGE = "lineage"

HOME = "home"
"""The setting that has the number of the file (its inode) to which the lineage belongs: a copy has another."""

LINEAGE_BYTES = 16


def settle(store: Store) -> None:
    """See to it that the lineage is that of this file: a copy begins one of its own."""
    home = home_of(store)
    kept = store.setting(HOME)
    if kept is None:
        store.put_setting(HOME, home)
    elif kept != home:
        begin(store)


def is_settled(store: Store) -> bool:
    return store.setting(HOME) in (None, home_of(store))


def home_of(store: Store) -> str:
    path = os.path.join(store.directory or "", files.DATABASE_FILE)
    with typed_errors(path):
        return str(os.stat(path).st_ino)


def begin(store: Store) -> None:
    """A lineage of its own. What was its footing in directories still is, until they go on with another."""
    store.put_setting(LINEAGE, os.urandom(LINEAGE_BYTES).hex())
    store.put_setting(HOME, home_of(store))


def restored(store: Store, place: str, newest: Backup, chosen: Backup) -> None:
    """It has come out of the backups there, and goes on from one of them. It has its new lineage already."""
    store.put_setting(HOME, home_of(store))
    places.remember(store, place, (newest.number, chosen.number))


def take_footing(store: Store, place: str) -> None:
    """Come to a directory, or back to it. Raises Conflict if it has gone on with another lineage, or holds the backups
    of another memory.
    """
    newest = newest_in(place)
    if newest is not None and newest["memory_id"] != store.setting("memory_id"):
        raise Conflict(f"{place}: holds the backups of another memory: name another directory")
    settle(store)
    footing = places.places_of(store).get(place)
    if has_footing(store, newest, footing):
        if footing is None:
            places.remember(store, place, (0, 0))
    elif newest is not None and is_later(store, newest):
        places.remember(store, place, (newest.number, newest.number))
    else:
        raise gone_on(place)


def has_footing(store: Store, newest: Backup | None, footing: Footing | None) -> bool:
    """Whether the newest backup is this memory's own, or was the newest already when it was last there."""
    if newest is None or newest.lineage == store.setting(LINEAGE):
        return True
    return footing is not None and newest.number == footing[0]


def gone_on(place: str) -> Conflict:
    return Conflict(
        f"{place}: has gone on with another copy of this memory, or holds a later state of it than this: name another "
        "directory"
    )


def may_go_on(store: Store, place: str, newest: Backup | None) -> bool:
    """Whether the next backup there may be this memory's."""
    if has_footing(store, newest, places.places_of(store).get(place)):
        return True
    return newest is not None and is_later(store, newest)


def check_past(store: Store, place: str, newest: Backup | None) -> None:
    """Raises Conflict if the newest backup is of this lineage, and later than this memory: older files were put back,
    or there are two that cannot be told apart.
    """
    if newest is not None and newest.lineage == store.setting(LINEAGE) and not is_later(store, newest):
        raise gone_on(place)


def is_later(store: Store, piece: Backup) -> bool:
    """Whether what this memory has done until now begins with all that it had done by then, as far as the number of
    changes, the newest of them, the newest block and the newest certificate tell.
    """
    return (
        piece.seq <= store.seq()
        and has_change(store, piece)
        and has_block(store, piece.newest_uid)
        and has_certificate(store, piece["certificates"], piece["certificate"])
    )


def has_change(store: Store, piece: Backup) -> bool:
    if piece.newest_change is None:
        return True
    try:
        changes = store.changes(piece.seq - 1, 1)
    except LookupError:
        return True  # its log has been cut since
    return [list(change[1:]) for change in changes] == [piece.newest_change]


def has_block(store: Store, uid: str) -> bool:
    """Whether it is there, or was and is forgotten."""
    return not uid or bool(store.ids_of([uid]) or store.forgotten([uid]))


def has_certificate(store: Store, number: int, seal: str) -> bool:
    return number == 0 or [row[-1] for row in store.certificates()[number - 1 : number]] == [seal]
