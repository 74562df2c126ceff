"""What is to become of rows when what one origin wrote is undone: planned here, carried out by each Store."""

from __future__ import annotations

from typing import NamedTuple

from greeum.store.rows import (
    ADDED_AT,
    FLAGS,
    ID,
    KEY,
    NEAR_LINK_KIND,
    ORIGIN,
    QUARANTINED,
    SUPERSEDED_AT,
    SUPERSEDED_BY,
    SUPERSEDES,
    TEXT,
    USES,
    flagged,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from greeum.store.protocol import AnchorRow, BlockRow, LinkRow


class Undone(NamedTuple):
    """What a roll-back comes to, or would."""

    written: list[int]
    """The blocks that the origin wrote, ascending: they are quarantined."""
    restored: list[int]
    """Those that are the newest version again, ascending."""
    links: list[LinkRow]
    """The links that it added, which are removed."""
    anchors: list[AnchorRow]
    """The anchors that pointed to what it wrote, as they are now."""


class Plan(NamedTuple):
    """How to get there."""

    rows: list[BlockRow]
    """Those that change, as they will be; what loses its key comes before what gets one."""
    moved: dict[int, int]
    """Block that was written → version before it that is the newest again: links move there."""
    undone: Undone


def plan(
    chains: Iterable[Sequence[BlockRow]],
    written: Sequence[int],
    links: list[LinkRow],
    anchors: Iterable[AnchorRow],
    links_of: Callable[[int], Iterable[LinkRow]],
    now: int,
) -> Plan:
    """`chains` are all versions of all that was `written`; `anchors` those that point to any of it.

    In each chain the versions of others follow one another as if nothing had been in between. What was written stands
    apart from them, without a key, quarantined.
    """
    theirs = frozenset(written)
    rows: list[BlockRow] = []
    kept_rows: list[BlockRow] = []
    heads: dict[int, int] = {}
    moved: dict[int, int] = {}
    for chain in chains:
        kept = [row for row in chain if row[ID] not in theirs]
        apart = [row for row in chain if row[ID] in theirs]
        rows += [quarantined(row) for row in linked(apart)]
        if kept:
            kept_rows += linked(kept)
            heads |= {row[ID]: kept[-1][ID] for row in apart}
            if chain[-1][ID] in theirs:
                moved[chain[-1][ID]] = kept[-1][ID]
    before = {row[ID]: row for chain in chains for row in chain}
    changed = [row for row in (*rows, *kept_rows) if row != before[row[ID]]]
    places = ((anchor, place(anchor[2], heads, theirs, links_of)) for anchor in anchors)
    there = [(*anchor[:2], goal, anchor[3], anchor[4], now) for anchor, goal in places if goal is not None]
    return Plan(changed, moved, Undone(list(written), sorted(moved.values()), links, there))


def separation(
    chains: Iterable[Sequence[BlockRow]], doomed: set[int], anchors_to: Callable[[int], Iterable[AnchorRow]], now: int
) -> Plan:
    """How versions that are to be erased are taken out of chains of which others stay: these have the links, the
    anchors and the key then, as after a roll-back."""
    mixed = [chain for chain in chains if not doomed.issuperset(row[ID] for row in chain)]
    theirs = [row[ID] for chain in mixed for row in chain if row[ID] in doomed]
    anchors = [anchor for block in theirs for anchor in anchors_to(block)]
    return plan(mixed, theirs, [], anchors, lambda _: (), now)


def linked(versions: Sequence[BlockRow]) -> list[BlockRow]:
    """Versions that follow one another, each with the right neighbours."""
    rows: list[BlockRow] = []
    for i, row in enumerate(versions):
        before = versions[i - 1][ID] if i else None
        after = versions[i + 1] if i + 1 < len(versions) else None
        if after is None:
            rows.append((*row[:SUPERSEDES], before, None, None, *row[ORIGIN:]))
        else:
            at = row[SUPERSEDED_AT] if row[SUPERSEDED_BY] == after[ID] else after[ADDED_AT]
            rows.append((*row[:SUPERSEDES], before, after[ID], at, *row[ORIGIN:]))
    return rows


def quarantined(row: BlockRow) -> BlockRow:
    """The row without its key, which others may need, and hidden."""
    return (*row[:KEY], None, *row[TEXT:FLAGS], flagged(row[FLAGS], QUARANTINED), *row[USES:])


def place(
    block: int, heads: dict[int, int], written: frozenset[int], links_of: Callable[[int], Iterable[LinkRow]]
) -> int | None:
    """Where an anchor belongs that points to what was written: to the version before, or to what that was added near,
    as the anchor came from there; None if there is no telling.
    """
    seen: set[int] = set()
    while block in written and block not in seen:
        seen.add(block)
        if block in heads:
            return heads[block]
        near = [link[1] for link in links_of(block) if link[2] == NEAR_LINK_KIND]
        if not near:
            return None
        block = near[0]
    return None if block in written else block
