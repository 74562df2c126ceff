"""Blocks that come from elsewhere with an identity of their own: what a Store does with each, whatever it is kept in.

The decisions are here, once for every Store; a Store gives what they need (`Shelf`), and one transaction around them.
"""

from __future__ import annotations

from greeum.errors import Conflict, Forbidden, NotFound
from greeum.store.rows import ID, TEXT, UID

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Literal, Protocol, TypeAlias

    from greeum.store.protocol import BlockRow, Draft

    State: TypeAlias = Literal["added", "corrected", "present", "forgotten"]
    Outcome: TypeAlias = tuple[State, int] | Conflict | Forbidden | NotFound
else:
    Protocol = object


class Arrival:
    """A draft on its way in. `before` is the uid of the version that it corrects. `replaces` says what becomes of it if
    its key is held by a block with another text: it is then the newer version of that block.
    """

    __slots__ = ("before", "draft", "replaces")

    def __init__(self, draft: Draft, before: str | None = None, *, replaces: bool = False) -> None:
        self.draft = draft
        self.before = before
        self.replaces = replaces


class Ledger(Protocol):
    """Which blocks are here, and which were."""

    def ids_of(self, uids: Sequence[str]) -> dict[str, int]: ...

    def forgotten(self, uids: Sequence[str]) -> set[str]: ...


class PassedOver:
    """What is not taken in: what was forgotten here and is not to be brought back, and what corrects or names it."""

    def __init__(self, ledger: Ledger, *, bring_back: bool) -> None:
        self._ledger = ledger
        self._bring_back = bring_back
        self._uids: set[str] = set()

    def among(self, uids: Iterable[str]) -> set[str]:
        """Those of these uids that are passed over. What is here is not, even if it was forgotten once."""
        if self._bring_back:
            return set()
        asked = list(uids)
        gone = self._ledger.forgotten(asked)
        if gone:
            gone -= self._ledger.ids_of(list(gone)).keys()
        return gone.union(self._uids.intersection(asked))

    def add(self, uid: str) -> None:
        """Remember one that a Store has passed over."""
        self._uids.add(uid)

    def arriving(self, arrivals: Iterable[Arrival]) -> set[str]:
        """The same for blocks none of which is here, with the versions after them. They are remembered."""
        asked = list(arrivals)
        befores = [arrival.before for arrival in asked if arrival.before is not None]
        self._uids |= self.among([*(arrival.draft.uid for arrival in asked), *befores])
        for arrival in asked:
            if arrival.before in self._uids:
                self._uids.add(arrival.draft.uid)
        return self._uids.intersection(arrival.draft.uid for arrival in asked)


class Shelf(Ledger, Protocol):
    """What is asked of a Store, within one transaction of it."""

    def head(self, namespace: str, key: str) -> BlockRow | None: ...

    def chain(self, block_id: int) -> list[BlockRow]: ...

    def place(self, drafts: Sequence[Draft]) -> list[BlockRow]: ...

    def correct(self, block_id: int, draft: Draft) -> BlockRow: ...


class Intake:
    """One call of `Store.take_in`."""

    def __init__(self, shelf: Shelf, arrivals: Sequence[Arrival], *, stop: bool, bring_back: bool) -> None:
        self._shelf = shelf
        self._arrivals = arrivals
        self._stop = stop
        self._known = shelf.ids_of([arrival.draft.uid for arrival in arrivals])
        self._gone = PassedOver(shelf, bring_back=bring_back).arriving(
            arrival for arrival in arrivals if arrival.draft.uid not in self._known
        )
        self._outcomes: list[Outcome] = []
        self._waiting: list[Draft] = []
        self._uids: set[str] = set()
        """Of those that wait."""
        self._keys: set[tuple[str, str | None]] = set()

    def run(self) -> list[Outcome]:
        for arrival in self._arrivals:
            outcome = self._take(arrival)
            if outcome is not None:
                self._outcomes.append(outcome)
            if self._stop and isinstance(outcome, Exception):
                break
        self._write()
        return self._outcomes

    def _take(self, arrival: Arrival) -> Outcome | None:
        """What becomes of it; None if it waits to be added with others."""
        draft = arrival.draft
        if draft.uid in self._uids or arrival.before is not None or (draft.namespace, draft.key) in self._keys:
            self._write()
        if draft.uid in self._known:
            return self._noted("present", draft, self._known[draft.uid])
        if draft.uid in self._gone:
            self._write()
            return "forgotten", 0
        if arrival.before is not None:
            return self._correct(arrival, arrival.before)
        head = None if draft.key is None else self._shelf.head(draft.namespace, draft.key)
        if head is not None:
            return self._merge(arrival, head)
        self._waiting.append(draft)
        self._uids.add(draft.uid)
        if draft.key is not None:
            self._keys.add((draft.namespace, draft.key))
        return None

    def _write(self) -> None:
        """Add those that wait. They came one after the other, and nothing else came between."""
        if self._waiting:
            rows = self._shelf.place(self._waiting)
            self._known |= {row[UID]: row[ID] for row in rows}
            self._outcomes += [("added", row[ID]) for row in rows]
            self._waiting, self._uids, self._keys = [], set(), set()

    def _noted(self, state: State, draft: Draft, block_id: int) -> Outcome:
        self._write()
        self._known[draft.uid] = block_id
        return state, block_id

    def _correct(self, arrival: Arrival, before: str) -> Outcome:
        draft = arrival.draft
        old = self._known.get(before) or self._shelf.ids_of([before]).get(before)
        if old is None:
            return NotFound(f"names block {before}, which is neither in this memory nor in a line before")
        later = [row for row in self._shelf.chain(old) if row[ID] > old]
        for row in later:
            if row[TEXT] == draft.text:
                return self._noted("present", draft, row[ID])
        if later:
            return Conflict(f"its block has been corrected here too, and otherwise (by block {later[0][ID]})")
        return self._corrected(old, draft)

    def _corrected(self, old: int, draft: Draft) -> Outcome:
        self._write()
        try:
            return self._noted("corrected", draft, self._shelf.correct(old, draft)[ID])
        except (Conflict, Forbidden) as error:
            return error

    def _merge(self, arrival: Arrival, head: BlockRow) -> Outcome:
        """Its key is taken: by the same text, in whatever version, or by another."""
        draft = arrival.draft
        for row in reversed(self._shelf.chain(head[ID])):
            if row[TEXT] == draft.text:
                return self._noted("present", draft, row[ID])
        if arrival.replaces:
            return self._corrected(head[ID], draft)
        self._write()
        return Conflict(f"the key {draft.key!r} is taken by block {head[ID]}, which has another text")
