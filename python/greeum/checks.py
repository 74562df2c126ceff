"""Is a memory sound? Each check reads what there is and says what it found. `greeum doctor` shows them."""

from __future__ import annotations

from greeum.errors import StoreDamaged, StoreError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    from greeum.embed.protocol import Embedder
    from greeum.follower import Follower
    from greeum.store.protocol import Store

    Finding: TypeAlias = tuple[
        str, bool, str
    ]  # what was looked at, whether it is well, what was found and is to be done

PROBLEMS_SHOWN_MAX = 5
"""Of one damaged database: they have one cause, and the advice is the same for all."""


def check(store: Store, follower: Follower, embedder: Embedder) -> list[Finding]:
    """All of them; the first reads the whole database, which takes about a second for each GB."""
    return [
        check_database(store),
        check_files(follower),
        check_agreement(store, follower),
        check_certificates(store),
        *check_backups(store),
        check_embedder(embedder),
    ]


def check_database(store: Store) -> Finding:
    try:
        problems = store.check()
    except StoreDamaged as error:
        problems = [str(error)]
    if not problems:
        return "database", True, "no damage found"
    first = "; ".join(problems[:PROBLEMS_SHOWN_MAX])
    return "database", False, f"{first}: keep a copy of the directory, then restore a backup or export what can be read"


def check_files(follower: Follower) -> Finding:
    """The Index as it was found, and the files as they are now."""
    trouble = follower.trouble
    if trouble is None:
        try:
            follower.index.verify()
        except (RuntimeError, OSError) as error:
            trouble = str(error)
    if trouble is None:
        return "index files", True, "their checksums are right"
    return "index files", False, f"{trouble}; nothing is lost: the next command that may write makes them anew"


def check_agreement(store: Store, follower: Follower) -> Finding:
    follower.catch_up()
    counts = store.counts()
    stored, indexed = counts["blocks"] + counts["superseded"], follower.index.stats()["blocks"]
    if stored == indexed:
        return "index", True, f"has all {stored:,} blocks"
    return "index", False, f"has {indexed:,} blocks of {stored:,}: remove the directory `index`, it is built anew"


def check_certificates(store: Store) -> Finding:
    from greeum.store.certificates import faults

    rows = store.certificates()
    found = faults(rows)
    if not found:
        return "certificates", True, f"{len(rows):,}, each covering the one before"
    return "certificates", False, f"{'; '.join(found[:PROBLEMS_SHOWN_MAX])}: who could write to the database?"


def check_backups(store: Store) -> list[Finding]:
    """Whether they know what was forgotten; nothing where there are none. Whether they can be restored, `verify`
    says.
    """
    if store.setting("backups") is None:
        return []
    from greeum.backups.places import places_of

    untold = [place for place in places_of(store) if not knows_all(store, place)]
    if not untold:
        return [("backups", True, "know all that was forgotten")]
    return [
        (
            "backups",
            False,
            f"{', '.join(untold)}: cannot be read, or is not told all that was forgotten: see that it can be written, "
            "and make a backup there; or, if it is gone for good, `greeum backup DIR --drop`",
        )
    ]


def knows_all(store: Store, place: str) -> bool:
    from greeum.backups.ledger import is_told

    try:
        return is_told(store, place)
    except StoreError:
        return False


def check_embedder(embedder: Embedder) -> Finding:
    """That it is the one that made the vectors was seen to when the memory was opened."""
    return "embedder", True, f"{embedder.fingerprint}, {embedder.dimension} dimensions"
