"""What must be in a memory, given what was acknowledged; and what may be, given what was not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scripts.survival.ledger import Operation, Text


class Violation(Exception):
    """A promise was broken; the message says which, and by what block."""


@dataclass
class Expected:
    """The state that follows from all ledgers so far.

    `begun` holds what was never acknowledged: each of these may have happened or not, but not by halves.
    """

    live: dict[int, Text] = field(default_factory=dict)
    superseded: dict[int, Text] = field(default_factory=dict)
    erased: dict[int, Text] = field(default_factory=dict)
    versions: dict[int, int] = field(default_factory=dict)  # a version -> the one before
    links: set[tuple[int, int]] = field(default_factory=set)
    begun: list[Operation] = field(default_factory=list)
    acknowledged: int = 0
    arrived: int = 0  # never acknowledged, and there all the same

    def follow(self, operations: Iterable[Operation]) -> None:
        """Take in what one writer did."""
        for operation in operations:
            if operation.ids is None:
                self.begun.append(operation)
            else:
                self.acknowledged += 1
                self._apply(operation, operation.ids)

    def settle(self, found: dict[int, str]) -> None:
        """Decide for each operation that was begun whether it happened, from the digests that were found by id.

        Afterwards `live` must be exactly what was found. Raises Violation if a batch arrived in part.
        """
        ids_by_digest = {digest: block_id for block_id, digest in found.items()}
        for operation in self.begun:
            arrived = [ids_by_digest[text.digest] for text in operation.texts if text.digest in ids_by_digest]
            if len(arrived) not in (0, len(operation.texts)) or arrived != sorted(arrived):
                raise Violation(f"of a batch of {len(operation.texts)} blocks these arrived, in this order: {arrived}")
            gone = operation.kind == "forget" and operation.targets[0] not in found
            if arrived or gone:
                self.arrived += 1
                self._apply(operation, arrived)
        self.begun.clear()

    def current_links(self) -> list[tuple[int, int]]:
        """The links, ascending: a correction has taken over those of the version before."""
        after = {old: new for new, old in self.versions.items()}

        def newest(block_id: int) -> int:
            while block_id in after:
                block_id = after[block_id]
            return block_id

        return sorted({(newest(source), newest(target)) for source, target in self.links})

    def _apply(self, operation: Operation, ids: list[int]) -> None:
        match operation.kind:
            case "add":
                self.live.update(zip(ids, operation.texts, strict=True))
                self.links.update((block_id, target) for block_id in ids for target in operation.targets)
            case "update":
                self._supersede(operation.targets[0], ids[0], operation.texts[0])
            case "forget":
                self._erase(operation.targets[0])
            case "link":
                self.links.add((operation.targets[0], operation.targets[1]))
            case "anchor":
                pass

    def _supersede(self, old: int, new: int, text: Text) -> None:
        self.superseded[old] = self.live.pop(old)
        self.live[new] = text
        self.versions[new] = old

    def _erase(self, block_id: int) -> None:
        self.erased[block_id] = self.live.pop(block_id)
        before = self.versions.pop(block_id, None)
        while before is not None:
            self.erased[before] = self.superseded.pop(before)
            before = self.versions.pop(before, None)
        self.links = {link for link in self.links if not self.erased.keys() & set(link)}
