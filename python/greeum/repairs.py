"""What `check` finds put in order, where it is sure what is right; what was done is said. Everything else stays as it
is: whoever is not sure does more harm than good.

The rows come first, for the index is made of them, and may not open before they are well.
"""

from __future__ import annotations

from greeum.checks import (
    are_of_indexes,
    check_agreement,
    check_database,
    check_leftovers,
    check_rows,
    check_sample,
    check_vectors,
    check_weights,
    makes_vectors,
    unreadable_weights,
    without_vectors,
)
from greeum.errors import StoreDamaged
from greeum.store.upkeep import FLAWS, MENDABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.checks import Finding
    from greeum.embed.protocol import Embedder
    from greeum.follower import Follower
    from greeum.store.protocol import Store

BLOCKS_PER_STEP = 100
"""Texts that are embedded at once."""


def repair(store: Store, follower: Follower, embedder: Embedder) -> list[Finding]:
    """Everything that can be put in order; nothing where nothing is to be done."""
    done = repair_store(store, embedder)
    return [*done, *repair_rest(store, follower)] if can_be_read(done) else done


def can_be_read(done: list[Finding]) -> bool:
    """Whether nothing is left of damage that keeps rows from being read."""
    return all(is_well for name, is_well, _ in done if name == "database")


def repair_rest(store: Store, follower: Follower) -> list[Finding]:
    """What is made of the rows, and what all of it stands on."""
    follower.catch_up()
    done = repair_index(store, follower)
    if store.directory is not None:
        done += repair_permissions(store.directory)
    return done


def repair_store(store: Store, embedder: Embedder) -> list[Finding]:
    """The database and its rows. Damage that is not only of what is derived stays, and so does everything then."""
    done = []
    if not check_database(store)[1]:
        done.append(repair_database(store))
        if not done[-1][1]:
            return done
    if not check_rows(store)[1]:
        done.append(repair_rows(store))
    if not check_vectors(store, embedder)[1]:
        done.append(repair_vectors(store, embedder))
    if not check_weights(store)[1]:
        done.append(repair_weights(store))
    return done


def repair_database(store: Store) -> Finding:
    try:
        problems = store.check()
        if are_of_indexes(problems):
            store.reindex()
            name, is_well, detail = check_database(store)
            return name, is_well, "its indexes were made anew out of its tables" if is_well else detail
    except StoreDamaged as error:
        problems = [str(error)]
    return "database", False, f"{problems[0]}: left as it is; restore a backup, or export what can be read"


def repair_rows(store: Store) -> Finding:
    """Flaw by flaw; what one leaves may show the next, so that it is done until nothing more comes of it."""
    mended: dict[str, int] = {}
    while flaws := [flaw for flaw in store.flaws() if flaw in MENDABLE]:
        count = {flaw: store.mend(flaw) for flaw in flaws}
        for flaw, rows in count.items():
            mended[flaw] = mended.get(flaw, 0) + rows
        if not any(count.values()):
            break
    _, is_well, detail = check_rows(store)
    told = "; ".join(f"{FLAWS[flaw]}: {count:,} put in order" for flaw, count in mended.items())
    return "rows", is_well, told if is_well else f"{told}; left as it is: {detail}".lstrip("; ")


def repair_vectors(store: Store, embedder: Embedder) -> Finding:
    if not makes_vectors(embedder):
        return check_vectors(store, embedder)
    wrong = without_vectors(store, embedder)
    for start in range(0, len(wrong), BLOCKS_PER_STEP):
        rows = store.blocks(wrong[start : start + BLOCKS_PER_STEP])
        for row, vectors in zip(rows, embedder.encode_blocks([row[4] for row in rows]), strict=True):
            store.put_vectors(row[0], vectors)
    _, is_well, detail = check_vectors(store, embedder)
    return "vectors", is_well, f"of {len(wrong):,} blocks made anew" if is_well else detail


def repair_weights(store: Store) -> Finding:
    """Nothing is known of what they were: the defaults, or what is set above, hold there again."""
    from greeum.weights import KeptWeights

    kept, wrong = KeptWeights(store), unreadable_weights(store)
    for namespace in wrong:
        kept.remove(namespace)
    return "weights", check_weights(store)[1], f"of {len(wrong):,} namespaces removed: those from above hold there"


def repair_index(store: Store, follower: Follower) -> list[Finding]:
    done = []
    reasons = [
        detail
        for _, is_well, detail in (files(follower), check_agreement(store, follower), check_sample(store, follower))
        if not is_well
    ]
    if reasons:
        follower.renew()
        is_well = all(found[1] for found in (files(follower), check_agreement(store, follower)))
        done.append(("index", is_well, f"made anew out of the rows, for it was not right: {reasons[0]}"))
    if not check_leftovers(follower)[1]:
        names = follower.index.leftovers()
        follower.index.scrub()
        done.append(("leftovers", not follower.index.leftovers(), f"removed: {', '.join(names)}"))
    return done


def files(follower: Follower) -> Finding:
    """As `check_files`, but an index that was made anew when it was opened is well by now if its files are."""
    try:
        follower.index.verify()
    except (RuntimeError, OSError) as error:
        return "index files", False, str(error)
    trouble = follower.trouble
    return "index files", trouble is None, trouble or "their checksums are right"


def repair_permissions(directory: str) -> list[Finding]:
    from greeum.surroundings import close_to_others, exposed, permissions

    if not exposed(directory):
        return []
    changed = close_to_others(directory)
    _, is_well, detail = permissions(directory)
    return [("permissions", is_well, f"closed to others: {', '.join(changed)}" if is_well else detail)]
