"""`upkeep.Upkeep` for the Store in memory, whose rows do not contradict each other."""

from __future__ import annotations

from _thread import allocate_lock

from greeum.errors import StoreBusy
from greeum.store.memory_erasure import MemoryErasure
from greeum.store.protocol import BLOCK, UNSAID
from greeum.store.rows import ADDED_AT, EXPIRES_AT, ID, KIND, NAMESPACE, REVISION, SUPERSEDED_BY, USES
from greeum.store.upkeep import MENDABLE, closest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from typing import Any

    from greeum.store.protocol import BlockRow, ErasureRequest
    from greeum.store.upkeep import Flaws, RuleRow, Seen


class MemoryUpkeep(MemoryErasure):
    """The half of MemoryStore that nobody needs who only remembers and searches."""

    directory: str | None = None

    def __init__(self) -> None:
        super().__init__()
        self._rules: dict[tuple[str, str], RuleRow] = {}
        self._maintained_at: int | None = None
        self._maintainer = Maintainer()

    def expired(self, before: int) -> int:
        with self._gate:
            return len(self._expired(before))

    def _expired(self, before: int) -> list[tuple[int, int]]:
        found: list[Any] = [(row[EXPIRES_AT], row[ID]) for row in self._newest() if row[EXPIRES_AT] is not None]
        return sorted(pair for pair in found if pair[0] <= before)

    def _newest(self) -> Iterator[BlockRow]:
        return (row for row in self._rows.values() if row[SUPERSEDED_BY] is None)

    def forget_expired(self, before: int, limit: int, request: ErasureRequest = UNSAID) -> list[int]:
        with self._gate:
            heads = [block_id for _, block_id in self._expired(before)[:limit]]
            self._forget(self._doomed(heads), request)
            return heads

    def retention(self) -> list[RuleRow]:
        with self._gate:
            return self._sorted_rules()

    def _sorted_rules(self) -> list[RuleRow]:
        return [self._rules[name] for name in sorted(self._rules)]

    def put_retention(self, rule: RuleRow) -> None:
        with self._gate:
            self._rules[rule[:2]] = rule

    def remove_retention(self, namespace: str, kind: str) -> bool:
        with self._gate:
            return self._rules.pop((namespace, kind), None) is not None

    def outlived(self, rule: RuleRow, now: int) -> Seen:
        _, _, max_age_us, max_blocks, _ = rule
        with self._gate:
            # The rule itself may not be among those that are kept.
            rules = [*(other for other in self._rules.values() if other[:2] != rule[:2]), rule]
            rows: list[Any] = [row for row in self._newest() if closest(rules, row[NAMESPACE], str(row[KIND])) == rule]
        newest_first = sorted(rows, key=lambda row: (row[ADDED_AT], row[ID]), reverse=True)
        gone = [
            (row[ID], row[REVISION])
            for place, row in enumerate(newest_first)
            if (max_blocks is not None and place >= max_blocks)
            or (max_age_us is not None and row[ADDED_AT] < now - max_age_us)
        ]
        return gone[::-1]

    def forget_seen(self, seen: Seen, rules: Sequence[RuleRow], request: ErasureRequest = UNSAID) -> list[int]:
        with self._gate:
            if self._sorted_rules() != list(rules):
                return []
            now = {row[ID]: row[REVISION] for row in self._newest()}
            unchanged = [block_id for block_id, revision in seen if now.get(block_id) == revision]
            self._forget(self._doomed(unchanged), request)
            return unchanged

    def count_uses(self, uses: Mapping[int, int]) -> int:
        with self._gate:
            there = sorted(self._rows.keys() & uses.keys())
            for block_id in there:
                row: Any = self._rows[block_id]
                self._rows[block_id] = (*row[:USES], row[USES] + uses[block_id], *row[USES + 1 :])
                self._log.append((BLOCK, block_id))
            return len(there)

    def log_length(self) -> int:
        with self._gate:
            return len(self._log)

    def cut_log(self, kept: int, limit: int) -> int:
        with self._gate:
            cut = min(max(len(self._log) - max(kept, 1), 0), limit)
            del self._log[:cut]
            self._log_start += cut
            return cut

    def free_bytes(self) -> int:
        return 0

    def give_back(self, pages: int) -> None:
        """There are no files."""

    def maintaining(self) -> AbstractContextManager[None]:
        return self._maintainer

    def maintained_at(self) -> int | None:
        with self._gate:
            return self._maintained_at

    def note_maintained(self, at: int) -> None:
        with self._gate:
            self._maintained_at = at

    def last_id(self) -> int:
        with self._gate:
            return max(self._rows, default=0)

    def flaws(self, *wanted: str) -> Flaws:
        return {}

    def odd_vectors(self, code_bytes: int) -> list[int]:
        with self._gate:
            return [block_id for block_id, vectors in self._vectors.items() if not vectors or len(vectors) % code_bytes]

    def mend(self, flaw: str) -> int:
        if flaw not in MENDABLE:
            raise KeyError(flaw)
        return 0

    def put_vectors(self, block_id: int, vectors: bytes) -> None:
        with self._gate:
            if block_id in self._rows:
                self._vectors[block_id] = vectors
                self._log.append((BLOCK, block_id))

    def reindex(self) -> None:
        """There is nothing that is derived."""


class Maintainer:
    """One at a time."""

    def __init__(self) -> None:
        self._lock = allocate_lock()

    def __enter__(self) -> None:
        if not self._lock.acquire(blocking=False):
            raise StoreBusy("this memory is being maintained already: try again")

    def __exit__(self, *error: object) -> None:
        self._lock.release()
