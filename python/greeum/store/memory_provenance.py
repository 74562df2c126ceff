"""What a Store in memory knows of who wrote what: the twin of `provenance`."""

from __future__ import annotations

from greeum.store.memory_tables import Tables
from greeum.store.protocol import ANCHOR, BLOCK, LINKS
from greeum.store.rollback import plan, separation
from greeum.store.rows import ADDED_AT, FLAGS, ID, KEY, NAMESPACE, ORIGIN, SUPERSEDED_BY, USES, flagged, is_within

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from greeum.store.protocol import LinkRow
    from greeum.store.rollback import Plan, Undone


class MemoryProvenance(Tables):
    """The part of MemoryStore that says what an origin wrote, and undoes it."""

    def flag(self, ids: Iterable[int], name: str, is_set: bool) -> list[int]:
        with self._gate:
            changed = []
            for block in sorted(self._rows.keys() & set(ids)):
                row = self._rows[block]
                flags = flagged(row[FLAGS], name, is_set=is_set)
                if flags != row[FLAGS]:
                    self._rows[block] = (*row[:FLAGS], flags, *row[USES:])
                    changed.append(block)
            self._log += [(BLOCK, block) for block in changed]
            return changed

    def written_by(self, origin: str, since: int, namespace: str) -> list[int]:
        with self._gate:
            return self._written_by(origin, since, namespace)

    def _written_by(self, origin: str, since: int, namespace: str) -> list[int]:
        return [
            row[ID]
            for row in self._rows.values()
            if is_within(row[ORIGIN], origin) and row[ADDED_AT] >= since and is_within(row[NAMESPACE], namespace)
        ]

    def _links_by(self, origin: str, since: int, namespace: str) -> list[LinkRow]:
        return sorted(
            link
            for link in self._links.values()
            if is_within(link[5], origin)
            and link[4] >= since
            and all(is_within(self._rows[end][NAMESPACE], namespace) for end in link[:2])
        )

    def roll_back(self, origin: str, since: int, namespace: str, now: int, dry_run: bool) -> Undone:
        with self._gate:
            written = self._written_by(origin, since, namespace)
            anchors = [anchor for block in written for anchor in sorted(self._anchors.values()) if anchor[2] == block]
            planned = plan(
                list({chain[0][ID]: chain for chain in map(self._chain, written)}.values()),
                written,
                self._links_by(origin, since, namespace),
                anchors,
                lambda block: sorted(link for link in self._links.values() if link[0] == block),
                now,
            )
            if not dry_run:
                self._carry_out(planned)
            return planned.undone

    def _take_apart(self, doomed: Sequence[int], now: int) -> None:
        """See `rollback.separation`."""
        chains = list({chain[0][ID]: chain for chain in map(self._chain, doomed)}.values())
        anchors = sorted(self._anchors.values())
        self._carry_out(
            separation(chains, set(doomed), lambda block: [anchor for anchor in anchors if anchor[2] == block], now)
        )

    def _carry_out(self, planned: Plan) -> None:
        for row in planned.rows:
            before, key = self._rows[row[ID]], row[KEY]
            if before[KEY] is not None and before[SUPERSEDED_BY] is None:
                self._heads.pop((before[NAMESPACE], before[KEY]), None)
            self._rows[row[ID]] = row
            if key is not None and row[SUPERSEDED_BY] is None:
                self._heads[row[NAMESPACE], key] = row[ID]
        for link in planned.undone.links:
            del self._links[link[:3]]
        relinked = {link[0] for link in planned.undone.links}
        for anchor in planned.undone.anchors:
            self._anchors[anchor[:2]] = anchor
        for old, new in planned.moved.items():
            relinked |= {old, new} | self._give_links(old, new)
        self._log += [(BLOCK, row[ID]) for row in planned.rows]
        self._log += [(LINKS, block) for block in sorted(relinked)]
        self._log += [(ANCHOR, anchor[2]) for anchor in planned.undone.anchors]

    def _give_links(self, old: int, new: int) -> set[int]:
        """The links of one block to another; those that this one has already stay as they are. Who has lost one."""
        mine = sorted(link for link in self._links.values() if old in link[:2])
        for source, target, kind, weight, added_at, origin in mine:
            del self._links[source, target, kind]
            ends = (new, target, kind) if source == old else (source, new, kind)
            if ends[0] != ends[1] and ends not in self._links:
                self._links[ends] = (*ends, weight, added_at, origin)
        return {link[0] for link in mine}
