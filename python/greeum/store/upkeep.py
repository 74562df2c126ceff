"""What a Store does for those who look after it: what has outlived its time, what was used, what is not in order.

`protocol.Store` has these methods too; they are apart, since whoever only remembers and searches calls none of them.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager
    from typing import Any, Protocol, TypeAlias
else:
    Protocol = object

if TYPE_CHECKING:
    from greeum.store.protocol import ErasureRequest

    RuleRow: TypeAlias = tuple[
        str,  # namespace, canonical: it holds there and below
        str,  # kind; "" is every kind
        int | None,  # max_age in microseconds
        int | None,  # max_blocks
        int,  # set_at
    ]
    Seen: TypeAlias = list[tuple[int, int]]  # block id and revision, as they were when looked at
    Flaws: TypeAlias = dict[str, list[tuple[Any, ...]]]

FLAWS = {
    "links": "links of which an end is not there",
    "vectors": "vectors of no block",
    "anchors": "anchors that point to no block",
    "successors": "blocks whose newer version is not there",
    "predecessors": "blocks whose older version is not there",
    "heads": "blocks that do not say what supersedes them",
    "chains": "blocks whose versions contradict each other",
    "bare": "blocks without vectors",
    "log": "a gap in the log of changes",
    "counter": "the counter of ids lies behind",
}
"""What rows may contradict each other in, with what is found of it. Constraints keep all of this from happening: what
is found comes from a damaged disk, or from somebody who changed the file by other means."""

MENDABLE = frozenset(FLAWS) - {"chains", "bare"}
"""Of which it is sure what is right, from the rows alone: which of several versions is meant cannot be known, and
vectors are not made here."""


class Upkeep(Protocol):
    """See the module. What changes something is one transaction a call, as in `protocol.Store`."""

    @property
    def directory(self) -> str | None:
        """Where its files are; None if it has none."""

    # What has outlived its time.

    def expired(self, before: int) -> int:
        """How many blocks have expired by then. Older versions do not count: a block lives as its newest one does."""

    def forget_expired(self, before: int, limit: int, request: ErasureRequest = ...) -> list[int]:
        """Erase, as `forget` does, up to `limit` blocks that have expired by then; their ids, without those of older
        versions, which go along.
        """

    def retention(self) -> list[RuleRow]:
        """The rules, ordered by namespace and kind."""

    def put_retention(self, rule: RuleRow) -> None:
        """Set a rule, whether or not there is one for that namespace and kind."""

    def remove_retention(self, namespace: str, kind: str) -> bool:
        """Remove a rule; whether there was one."""

    def outlived(self, rule: RuleRow, now: int) -> Seen:
        """The blocks that this rule, and no closer one, is for, and that are older than it allows or too many: oldest
        first. Blocks are as old as they are in the store (`added_at`).
        """

    def forget_seen(self, seen: Seen, rules: Sequence[RuleRow], request: ErasureRequest = ...) -> list[int]:
        """Erase those of these blocks that are as they were when they were looked at, if the rules are these still;
        their ids, without those of older versions, which go along.
        """

    # What was used.

    def count_uses(self, uses: Mapping[int, int]) -> int:
        """Count so many uses more of each of these blocks; how many of them are there."""

    # What piles up.

    def log_length(self) -> int:
        """How many changes the log holds."""

    def cut_log(self, kept: int, limit: int) -> int:
        """Drop up to `limit` changes that lie before the newest `kept`, which are at least one; how many it dropped."""

    def free_bytes(self) -> int:
        """Space in its files that holds nothing and could be given back."""

    def give_back(self, pages: int) -> None:
        """Give back some of it."""

    def maintaining(self) -> AbstractContextManager[None]:
        """While it is held, nobody else maintains this store. Raises StoreBusy if somebody does."""

    def maintained_at(self) -> int | None:
        """When it was last maintained."""

    def note_maintained(self, at: int) -> None:
        """That it was maintained just now. No change: it has no seq."""

    # What is not in order.

    def last_id(self) -> int:
        """The highest id that a block has; 0 if there is none."""

    def flaws(self, *wanted: str) -> Flaws:
        """What rows contradict each other in, by the names of FLAWS (default: all of them): the rows concerned, a
        block's id first. What is well is left out.
        """

    def odd_vectors(self, code_bytes: int) -> list[int]:
        """The blocks whose vectors are not of this size each, or none."""

    def mend(self, flaw: str) -> int:
        """Put one of MENDABLE in order; how many rows that took. Raises KeyError for another."""

    def put_vectors(self, block_id: int, vectors: bytes) -> None:
        """Give a block vectors, whether or not it has some. An unknown block is passed over."""

    def reindex(self) -> None:
        """Make anew what is derived from the tables within the database."""


def closest(rules: Sequence[RuleRow], namespace: str, kind: str) -> RuleRow | None:
    """The one rule that counts for a block: that of the longest namespace that holds it, and there, that of its kind
    before that of every kind.
    """
    fitting = [rule for rule in rules if holds(rule[0], namespace) and rule[1] in ("", kind)]
    return max(fitting, key=lambda rule: (len(rule[0]), rule[1] != ""), default=None)


def holds(above: str, namespace: str) -> bool:
    """Whether a namespace is at or below another."""
    return not above or namespace == above or namespace.startswith(above + "/")
