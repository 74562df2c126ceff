"""A Store in memory: the twin of the one on disk, for tests that should not touch a disk.

It keeps every promise of `protocol.Store` but durability. Plain dictionaries under one lock; nothing here is fast for
millions of blocks.
"""

from __future__ import annotations

from collections import Counter
from itertools import chain, islice
from json import loads

from greeum.errors import InvalidInput
from greeum.store.memory_addition import MemoryAddition
from greeum.store.memory_upkeep import MemoryUpkeep
from greeum.store.protocol import ANCHOR, BLOCK, BLOCK_COLUMNS, LINKS
from greeum.store.rows import ANCHOR_HOPS, SUPERSEDED_BY, is_within, mismatch, revised

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from greeum.store.protocol import AnchorRow, BlockRow, Change, LinkRow, Store


class MemoryStore(MemoryUpkeep, MemoryAddition):
    """A Store that is gone when it is closed."""

    read_only = False
    is_on_disk = False

    def close(self) -> None:
        self._gate.close()

    # Changes.

    def bind_embedder(self, fingerprint: str, dimension: int) -> None:
        with self._gate:
            if self._embedder not in (None, (fingerprint, dimension)):
                raise mismatch(self._embedder, (fingerprint, dimension))
            self._embedder = fingerprint, dimension

    def revise(
        self, block_id: int, fields: dict[str, object], revision: int | None = None, flags: Sequence[str] = ()
    ) -> BlockRow:
        with self._gate:
            before = self._existing(block_id)
            row = self._rows[block_id] = revised(before, fields, revision, flags)
            if row != before:
                self._log.append((BLOCK, block_id))
            return row

    def put_setting(self, name: str, value: str) -> None:
        with self._gate:
            self._settings[name] = value

    def link(self, source: int, target: int, kind: str, weight: float, added_at: int, origin: str = "") -> LinkRow:
        with self._gate:
            for end in (source, target):
                self._existing(end)
            self._log.append((LINKS, source))
            return self._put_link((source, target, kind, weight, added_at, origin))

    def _put_link(self, link: LinkRow) -> LinkRow:
        before = self._links.get(link[:3])
        self._links[link[:3]] = link if before is None else (*link[:4], *before[4:])
        return self._links[link[:3]]

    def link_many(self, links: Sequence[LinkRow]) -> int:
        with self._gate:
            before = len(self._links)
            rows = [self._put_link(link) for link in links if link[0] in self._rows and link[1] in self._rows]
            self._log.extend((LINKS, source) for source in sorted({row[0] for row in rows}))
            return len(self._links) - before

    def unlink(self, source: int, target: int, kind: str) -> bool:
        with self._gate:
            removed = self._links.pop((source, target, kind), None)
            if removed is not None:
                self._log.append((LINKS, source))
            return removed is not None

    def set_anchor(
        self, namespace: str, name: str, block_id: int, hops: int | None, pinned: bool | None, moved_at: int
    ) -> AnchorRow:
        with self._gate:
            self._existing(block_id)
            before = self._anchors.get((namespace, name), (namespace, name, block_id, ANCHOR_HOPS, False, moved_at))
            hops = before[3] if hops is None else hops
            pinned = before[4] if pinned is None else pinned
            self._anchors[namespace, name] = anchor = (namespace, name, block_id, hops, pinned, moved_at)
            self._log.append((ANCHOR, block_id))
            return anchor

    def set_anchors(self, anchors: Sequence[AnchorRow]) -> list[AnchorRow]:
        with self._gate:
            rows = [anchor for anchor in anchors if anchor[2] in self._rows]
            self._anchors |= {anchor[:2]: anchor for anchor in rows}
            self._log += [(ANCHOR, anchor[2]) for anchor in rows]
            return rows

    def pin_anchor(self, namespace: str, name: str, pinned: bool) -> AnchorRow:
        with self._gate:
            _, _, block_id, hops, _, moved_at = self._existing_anchor(namespace, name)
            self._anchors[namespace, name] = anchor = (namespace, name, block_id, hops, pinned, moved_at)
            self._log.append((ANCHOR, block_id))
            return anchor

    def clear_anchor(self, namespace: str, name: str) -> bool:
        with self._gate:
            removed = self._anchors.pop((namespace, name), None)
            if removed is not None:
                self._log.append((ANCHOR, removed[2]))
            return removed is not None

    def set_policies(self, policies: Mapping[str, str]) -> None:
        with self._gate:
            self._policies.update(policies)
            self._settings_changes += 1

    def set_time_zone(self, name: str) -> None:
        with self._gate:
            self._time_zone = name
            self._settings_changes += 1

    def swap_weights(self, namespace: str, before: str | None, after: str | None) -> bool:
        with self._gate:
            if self._weights.get(namespace) != before:
                return False
            if after is None:
                self._weights.pop(namespace, None)
            else:
                self._weights[namespace] = after
            self._settings_changes += 1
            return True

    # Questions.

    def newest(self) -> tuple[int, int]:
        with self._gate:
            return self._log_start + len(self._log), self._settings_changes

    def weights(self, namespace: str) -> str | None:
        with self._gate:
            return self._weights.get(namespace)

    def weights_below(self, namespace: str) -> dict[str, str]:
        with self._gate:
            return {name: kept for name, kept in self._weights.items() if is_within(name, namespace)}

    def policies(self) -> dict[str, str]:
        with self._gate:
            return dict(self._policies)

    def time_zone(self) -> str:
        with self._gate:
            return self._time_zone

    def seq(self) -> int:
        with self._gate:
            return self._log_start + len(self._log)

    def embedder(self) -> tuple[str, int] | None:
        with self._gate:
            return self._embedder

    def setting(self, name: str) -> str | None:
        with self._gate:
            return self._settings.get(name)

    def copy(self, directory: str) -> Store:
        raise InvalidInput("memory", f"is in RAM, and has no file that {directory} could hold a copy of: export it")

    def blocks(self, ids: Sequence[int]) -> list[BlockRow]:
        with self._gate:
            return [self._rows[block_id] for block_id in ids if block_id in self._rows]

    def entries(self, ids: Sequence[int]) -> list[tuple[BlockRow, bytes]]:
        with self._gate:
            wanted = sorted(self._rows.keys() & set(ids))
            return [(self._rows[block_id], self._vectors[block_id]) for block_id in wanted]

    def ids_of(self, uids: Sequence[str]) -> dict[str, int]:
        with self._gate:
            return {uid: self._uids[uid] for uid in uids if uid in self._uids}

    def check(self) -> list[str]:
        return []

    def block_by_key(self, namespace: str, key: str) -> BlockRow | None:
        with self._gate:
            head = self._heads.get((namespace, key))
            return None if head is None else self._rows[head]

    def history(self, block_id: int) -> list[BlockRow]:
        with self._gate:
            return self._chain(block_id)

    def has_link(self, source: int, target: int, kind: str) -> bool:
        with self._gate:
            return (source, target, kind) in self._links

    def links(self, ids: Sequence[int]) -> list[LinkRow]:
        with self._gate:
            wanted = set(ids)
            return sorted(link for link in self._links.values() if link[0] in wanted)

    def backlinks(self, ids: Sequence[int]) -> list[LinkRow]:
        with self._gate:
            wanted = set(ids)
            return sorted(link for link in self._links.values() if link[1] in wanted)

    def anchor(self, namespace: str, name: str) -> AnchorRow | None:
        with self._gate:
            return self._anchors.get((namespace, name))

    def anchors(self, namespace: str) -> list[AnchorRow]:
        with self._gate:
            return sorted(anchor for anchor in self._anchors.values() if is_within(anchor[0], namespace))

    def changes(self, after: int, limit: int) -> list[Change]:
        with self._gate:
            place = after - self._log_start
            if not 0 <= place <= len(self._log):
                raise LookupError(f"the log does not reach seq {after}: start again from the rows")
            found = self._log[place : place + limit]
            return [(seq, operation, block_id) for seq, (operation, block_id) in enumerate(found, after + 1)]

    def ids(self, after: int, limit: int) -> list[int]:
        with self._gate:
            return list(islice((block_id for block_id in self._rows if block_id > after), limit))

    def tally(self, field: str, ids: Sequence[int]) -> dict[str, int]:
        column = BLOCK_COLUMNS.index(field)
        with self._gate:
            values: list[Any] = [self._rows[block_id][column] for block_id in ids if block_id in self._rows]
        if field == "tags":
            return dict(Counter(chain.from_iterable(map(loads, values))))
        return dict(Counter(value for value in values if value is not None))

    def counts(self) -> dict[str, int]:
        with self._gate:
            superseded = sum(row[SUPERSEDED_BY] is not None for row in self._rows.values())
            return {
                "blocks": len(self._rows) - superseded,
                "superseded": superseded,
                "links": len(self._links),
                "anchors": len(self._anchors),
                "bytes": 0,
            }
