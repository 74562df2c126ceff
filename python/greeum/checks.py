"""Is a memory sound? Each check reads what there is, changes nothing, and says what it found. `greeum doctor` shows
them; what can be put in order is done by `repairs`.
"""

from __future__ import annotations

from greeum.errors import GreeumError, StoreDamaged, StoreError
from greeum.store.upkeep import FLAWS, MENDABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from greeum.embed.protocol import Embedder
    from greeum.follower import Follower
    from greeum.store.protocol import Store

    Finding: TypeAlias = tuple[
        str, bool, str
    ]  # what was looked at, whether it is well, what was found and is to be done

PROBLEMS_SHOWN_MAX = 5
"""Of one damaged database: they have one cause, and the advice is the same for all."""

SAMPLE_BLOCKS = 256
"""Blocks that are compared with the index, word by word and vector by vector, spread over all: some 40 ms. One that
lacks one block in a hundred is noticed with 92 % certainty."""

SCALE_BYTES = 4
"""Before the components of a vector, a byte each, stands its scale."""

REPAIR = "`greeum doctor --repair` puts it in order"


def check(store: Store, follower: Follower, embedder: Embedder) -> list[Finding]:
    """All of them; the first reads the whole database, which takes about a second for each GB."""
    looks: list[tuple[str, Callable[[], Finding]]] = [
        ("database", lambda: check_database(store)),
        ("rows", lambda: check_rows(store)),
        ("vectors", lambda: check_vectors(store, embedder)),
        ("index files", lambda: check_files(follower)),
        ("leftovers", lambda: check_leftovers(follower)),
        ("index", lambda: check_agreement(store, follower)),
        ("sample", lambda: check_sample(store, follower)),
        ("certificates", lambda: check_certificates(store)),
        ("weights", lambda: check_weights(store)),
        ("embedder", lambda: check_embedder(embedder)),
    ]
    findings = [looked(name, look) for name, look in looks]
    findings += check_backups(store)
    if store.directory is not None:
        from greeum.surroundings import surroundings

        findings += surroundings(store.directory)
    return findings


def looked(name: str, look: Callable[[], Finding]) -> Finding:
    """What a look found. What cannot be read is a finding too."""
    try:
        return look()
    except (GreeumError, RuntimeError, OSError) as error:
        return name, False, f"cannot be looked at: {error}"


def check_database(store: Store) -> Finding:
    try:
        problems = store.check()
    except StoreDamaged as error:
        problems = [str(error)]
    if not problems:
        return "database", True, "no damage found"
    first = "; ".join(problems[:PROBLEMS_SHOWN_MAX])
    if are_of_indexes(problems):
        return "database", False, f"{first}: {REPAIR}"
    return "database", False, f"{first}: keep a copy of the directory, then restore a backup or export what can be read"


def are_of_indexes(problems: list[str]) -> bool:
    """Whether all of it is about what SQLite derives from the tables."""
    return all("missing from index" in one or "entries in index" in one for one in problems)


def check_rows(store: Store) -> Finding:
    flaws = {flaw: concerned for flaw, concerned in store.flaws().items() if flaw != "bare"}
    if not flaws:
        return "rows", True, "versions, links, anchors and the log fit together"
    told = "; ".join(f"{FLAWS[flaw]} ({shown(concerned)})" for flaw, concerned in flaws.items())
    if flaws.keys() <= MENDABLE:
        return "rows", False, f"{told}: {REPAIR}"
    return "rows", False, f"{told}: what is right cannot be told from the rows; compare with a backup or an export"


def shown(concerned: list[tuple[object, ...]]) -> str:
    first = ", ".join(str(row[0]) for row in concerned[:PROBLEMS_SHOWN_MAX])
    return f"{first}, …: {len(concerned):,}" if len(concerned) > PROBLEMS_SHOWN_MAX else first


def check_vectors(store: Store, embedder: Embedder) -> Finding:
    """That every block has some, and that they are of the embedder's size."""
    wrong = without_vectors(store, embedder)
    if not wrong:
        return "vectors", True, "every block has some, of the right size"
    told = f"blocks without vectors, or with some of another size: {shown([(block,) for block in wrong])}"
    if makes_vectors(embedder):
        return "vectors", False, f"{told}: {REPAIR}"
    return "vectors", False, f"{told}: they were brought along, and cannot be made anew: update these blocks"


def without_vectors(store: Store, embedder: Embedder) -> list[int]:
    """The blocks that have no vectors, or none that the embedder can have made."""
    bare = [int(row[0]) for row in store.flaws("bare").get("bare", ())]
    return sorted({*bare, *store.odd_vectors(embedder.dimension + SCALE_BYTES)})


def makes_vectors(embedder: Embedder) -> bool:
    return not embedder.fingerprint.startswith("given/")


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


def check_leftovers(follower: Follower) -> Finding:
    """What a writer that died has left: it may hold what was forgotten since."""
    names = follower.index.leftovers()
    if not names:
        return "leftovers", True, "none"
    told = ", ".join(names[:PROBLEMS_SHOWN_MAX]) + (", …" if len(names) > PROBLEMS_SHOWN_MAX else "")
    return "leftovers", False, f"files of the index that a writer has left: {told}: {REPAIR}"


def check_agreement(store: Store, follower: Follower) -> Finding:
    follower.catch_up()
    counts = store.counts()
    stored, indexed = counts["blocks"] + counts["superseded"], follower.index.stats()["blocks"]
    if stored == indexed:
        return "index", True, f"has all {stored:,} blocks"
    return "index", False, f"has {indexed:,} blocks of {stored:,}: {REPAIR}, or remove the directory `index`"


def check_sample(store: Store, follower: Follower) -> Finding:
    """That the index says of some blocks what their rows say."""
    entries = store.entries(sample(store))
    wrong = follower.index.differing(entries)
    if wrong:
        # What was changed meanwhile is no trouble.
        follower.catch_up()
        wrong = follower.index.differing(store.entries(wrong))
    if not wrong:
        return "sample", True, f"{len(entries):,} blocks are in the index as they are in the rows"
    told = shown([(block,) for block in wrong])
    return "sample", False, f"of {len(entries):,} blocks, the index has {len(wrong):,} otherwise ({told}): {REPAIR}"


def sample(store: Store) -> list[int]:
    """The ids of some blocks, from the first to the newest, at even distances."""
    newest = store.last_id()
    step = max(newest // SAMPLE_BLOCKS, 1)
    found: list[int] = []
    for after in range(0, newest, step):
        found += store.ids(after, 1)
    return sorted(set(found))


def check_certificates(store: Store) -> Finding:
    from greeum.store.certificates import faults

    rows = store.certificates()
    found = faults(rows)
    if not found:
        return "certificates", True, f"{len(rows):,}, each covering the one before"
    return "certificates", False, f"{'; '.join(found[:PROBLEMS_SHOWN_MAX])}: who could write to the database?"


def check_weights(store: Store) -> Finding:
    """That what is kept of namespaces' weights can be read."""
    kept = store.weights_below("")
    wrong = unreadable_weights(store)
    if not wrong:
        return "weights", True, f"{len(kept):,} namespaces have some of their own"
    told = shown([(repr(namespace),) for namespace in wrong])
    return "weights", False, f"those of these namespaces cannot be read, and are passed over: {told}: {REPAIR}"


def unreadable_weights(store: Store) -> list[str]:
    """The namespaces of which something is kept that cannot be read."""
    from greeum.weights import is_readable

    return [namespace for namespace, kept in store.weights_below("").items() if not is_readable(kept)]


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
            "and make a backup there; or, if it is gone for good, or has gone on with another copy of this memory, "
            "`greeum backup DIR --drop`",
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
