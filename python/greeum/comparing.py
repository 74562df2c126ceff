"""What a text that is to be added has to do with those that are there: the same again, or the opposite.

Decided here and nowhere else, before anything is stored. That two processes add the very same at once is seen to by the
Store, inside its transaction.

What is there already is not added again, unless it *goes back*: after "Nora lives in Oslo" and "Nora lives in Bergen"
a second "Nora lives in Oslo" is news. It goes back if what contradicts it was said after all that says the same
(`said_since`), in the memory or before it in the same list. It does not if the same list says that contradiction again
behind it: then the list only repeats how it was.
"""

from __future__ import annotations

from greeum import _core
from greeum.errors import Conflict
from greeum.model import Contradiction
from greeum.store.rows import AT, ID, KIND, SOURCE, TEXT, TRUST, VALID_FROM, VALID_TO, outlives

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from greeum.echoes import Echoes
    from greeum.kept import KeptBlocks
    from greeum.store.protocol import BlockRow, Draft

SAME = 0.93
"""How much of two statements must be the same for one to be a duplicate of the other. `compare` gives 0 to those that
differ in a number, a name, a negation, a tense, a person, the order of things, or by any word that has no synonym in
the other; a synonym costs 3 %. On 238 English pairs (100 paraphrases, 138 with one thing changed) and 480 Korean ones
every threshold up to here keeps a precision of 1.0 with a recall of 0.61 and 0.84; above, recall falls and precision
cannot rise. Free paraphrases are beyond static vectors, whatever the threshold: of translations there and back in KLUE
the best that cross-validation finds at a precision of 0.98 is a recall of 0.13."""

NEAREST = 3
"""Blocks that a text is compared with in full: about two microseconds each. In a namespace of 100,000 facts the one
that says the same is the first or second."""

KIN = (8, 64)
"""Blocks that one which seems to be there already is compared with: its copies, and what has been said instead since.
The larger number is for those that all of the smaller one are about. Only then, so that adding what is new costs no
more."""

COMPARED_BYTES_MAX = 4_000
"""Longer texts are essays, or code, and are compared as a whole only: this is about as many sentences as `compare`
looks at."""

COMMON_AT = 32
"""Drafts of one request from which on a word that they share says nothing of what they are about: it keeps looking
among ten thousand at some microseconds each."""

IN_MEMORY = -1
"""The place, before all others, of what was there when a list came."""

ECHO = "echo"
"""The flag of a block whose text a search had given back just before, and that was added all the same."""


class Comparer:
    """Compares drafts with what a memory holds."""

    def __init__(self, kept: KeptBlocks, index: _core.Index, echoes: Echoes, now_us: Callable[[], int]) -> None:
        self._kept = kept
        self._index = index
        self._echoes = echoes
        self._now_us = now_us

    def examine(self, drafts: Sequence[Draft], is_single: bool) -> None:
        """Say of each draft what it repeats and what it contradicts. The Index must be up to date. Raises Conflict if
        one contradicts a block and is to be rejected then."""
        echoed = self._echoes.find((draft.text, draft.namespace) for draft in drafts)
        for draft, block in zip(drafts, echoed, strict=True):
            if block is not None:
                self._take_for_echo(draft, block)
        asked = [draft for draft in drafts if is_compared(draft, is_single)]
        if not asked:
            return
        examined = [Examined(draft, found) for draft, found in zip(asked, self._near(asked, NEAREST), strict=True)]
        self._note_duplicates([each for each in examined if each.same])
        if len(asked) > 1:
            self._look_among(examined)
        for each in examined:
            if each.draft.alike is None or each.draft.on_duplicate == "link":
                self._note_conflicts(each.draft, each.found)

    def _near(self, drafts: Sequence[Draft], count: int) -> list[list[tuple[BlockRow, Compared]]]:
        """The blocks nearest to each draft that may be about the same, and what comes of comparing."""
        items = [(draft.namespace, draft.text, draft.vectors[: self._code_bytes(draft)]) for draft in drafts]
        found = []
        for draft, ids in zip(drafts, self._index.nearest(items, self._now_us(), count), strict=True):
            kept = self._kept.rows(ids)
            rows = [kept[block] for block in ids if block in kept and is_comparable(kept[block], draft)]
            compared = self._index.compare(draft.text, [row[TEXT] for row in rows]) if rows else []
            found.append(list(zip(rows, compared, strict=True)))
        return found

    def _look_among(self, examined: Sequence[Examined]) -> None:
        """Say of each draft which one before it says the same in other words, and whether it goes back to what one
        before it contradicts."""
        groups: dict[tuple[object, ...], Gathered] = {}
        for number, each in enumerate(examined):
            draft = each.draft
            if draft.on_duplicate == "keep" and not each.goes_back:
                continue
            of = (draft.namespace, draft.kind, draft.source, draft.valid_from, draft.valid_to)
            gathered = groups.setdefault(of, Gathered())
            is_added = draft.alike is None or draft.on_duplicate == "link"
            near = gathered.near(draft.text, number, is_added)
            if near and not each.goes_back:
                self._compare_among(each, number, [(at, examined[at].draft) for at in near])

    def _compare_among(self, each: Examined, number: int, near: Sequence[tuple[int, Draft]]) -> None:
        draft = each.draft
        found = self._compared_among(draft, near[:NEAREST])
        same = [(sameness, at, other) for at, other, (sameness, _) in found if sameness >= SAME]
        if not same and draft.alike is None:
            return
        found += self._compared_among(draft, near[NEAREST:])
        says_the_same = [(other.at, at) for at, other, (sameness, _) in found if sameness >= SAME]
        denials = [(other.at, at) for at, other, (_, difference) in found if difference is not None]
        is_denied = said_since([(each.same_at, IN_MEMORY), *says_the_same], denials, (draft.at, number))
        if is_denied and draft.on_duplicate == "return":
            draft.on_duplicate, draft.alike, each.goes_back = "keep", None, True
        elif same and (draft.alike is None or draft.on_duplicate == "link"):
            draft.same_as = max(same)[2].uid

    def _compared_among(self, draft: Draft, near: Sequence[tuple[int, Draft]]) -> list[tuple[int, Draft, Compared]]:
        compared = self._index.compare(draft.text, [other.text for _, other in near]) if near else []
        return [(at, other, each) for (at, other), each in zip(near, compared, strict=True)]

    def _code_bytes(self, draft: Draft) -> int:
        """The bytes of the first vector."""
        return len(draft.vectors) // max(1, len(_core.split(draft.text)))

    def _take_for_echo(self, draft: Draft, block: int) -> None:
        self._note_echo(draft, block)
        if draft.is_policy_said:
            draft.similar_to = block
        else:
            draft.on_duplicate, draft.alike = "return", block

    def _note_echo(self, draft: Draft, block: int) -> None:
        draft.echo_of = block
        from json import dumps, loads

        draft.flags = dumps(sorted({*loads(draft.flags), ECHO}))

    def _note_duplicates(self, again: Sequence[Examined]) -> None:
        self._find_kin(again)
        repeated_behind: set[int] = set()
        for each in reversed(again):
            repeated = {row[ID] for row in each.same}
            self._note_duplicate(each, repeated_behind)
            repeated_behind |= repeated

    def _find_kin(self, again: Sequence[Examined]) -> None:
        """All that is about the same as each: of what is said often the nearest few are not enough."""
        for count in KIN:
            for each, found in zip(again, self._near([each.draft for each in again], count), strict=True):
                each.found = found
            again = [each for each in again if len(each.found) >= count and each.is_crowded()]
            if not again:
                return

    def _note_duplicate(self, each: Examined, repeated_behind: set[int]) -> None:
        """Have a draft that says the same as a block be that block, unless it goes back. `repeated_behind` are the
        blocks that the drafts behind it in its list say again."""
        draft, same = each.draft, each.same
        is_echo = self._echoes.holds(same[0][ID], draft.namespace)
        denials = each.denials()
        if denials and not denials & repeated_behind and draft.on_duplicate == "return" and not is_echo:
            draft.on_duplicate, each.goes_back = "keep", True
            return
        each.same_at = max(row[AT] for row in same)
        draft.alike = same[0][ID]
        if is_echo:
            self._note_echo(draft, draft.alike)

    def _note_conflicts(self, draft: Draft, found: Sequence[tuple[BlockRow, Compared]]) -> None:
        conflicts = [
            Contradiction(row[ID], *difference, row[TEXT])
            for row, (_, difference) in found
            if difference is not None and holds_at_once(row, draft)
        ]
        draft.conflicts = tuple(conflicts)
        if not conflicts:
            return
        if draft.on_conflict == "reject":
            raise Conflict(f"{conflicts[0].message}: update that block, or add it with another `on_conflict`")
        if draft.on_conflict == "supersede":
            sure = [
                row[ID] for row, (_, difference) in found if difference and difference[3] and may_supersede(row, draft)
            ]
            # Of several nobody knows which one it is that has changed.
            draft.supersedes = sure[0] if len(sure) == len(conflicts) == 1 else None


if TYPE_CHECKING:
    Compared = tuple[float, tuple[str, str, str, bool] | None]
    Moment = tuple[int, int]
    """When something was said; and of what was said at once, the id of the block or the place in the list."""


class Examined:
    """A draft with the blocks nearest to it, and what came of comparing."""

    def __init__(self, draft: Draft, found: list[tuple[BlockRow, Compared]]) -> None:
        self.draft = draft
        self.found = found
        self.goes_back = False
        """Whether it says again what was contradicted since, and so is said anew."""
        self.same_at = 0
        """When the last block that it repeats was said."""

    @property
    def same(self) -> list[BlockRow]:
        """Those that say the same and may be given back instead, the most alike first."""
        draft = self.draft
        if draft.on_duplicate == "keep" or draft.alike is not None:
            return []
        same = [(sameness, row) for row, (sameness, _) in self.found if sameness >= SAME and stands_for(row, draft)]
        return [row for _, row in sorted(same, key=lambda pair: -pair[0])]

    def is_crowded(self) -> bool:
        """Whether all of those found are about the same, so that there may be more."""
        return all(sameness >= SAME or difference is not None for _, (sameness, difference) in self.found)

    def denials(self) -> set[int]:
        """The ids of those that contradict it, and were said after all that say the same."""
        denials = [
            (row[AT], row[ID])
            for row, (_, difference) in self.found
            if difference is not None and holds_at_once(row, self.draft)
        ]
        behind_all_of_now = self.draft.at + 1, 0
        return said_since([(row[AT], row[ID]) for row in self.same], denials, behind_all_of_now)


class Gathered:
    """Drafts of one request that may stand for each other, by the beginnings of their words."""

    def __init__(self) -> None:
        self._by_word: dict[str, list[int]] = {}

    def near(self, text: str, number: int, joins: bool) -> list[int]:
        """The numbers of those before it that share most of its rarer words, a few; of equals the last ones. If it
        `joins`, it is one of them from now on."""
        words = {word[: 4 if word.isascii() else 2] for word in text.lower().split()}
        shared: dict[int, int] = {}
        for word in words:
            known = self._by_word.setdefault(word, [])
            if len(known) < COMMON_AT:
                for other in known:
                    shared[other] = shared.get(other, 0) + 1
            if joins:
                known.append(number)
        return sorted(sorted(shared, reverse=True), key=shared.__getitem__, reverse=True)[: KIN[0]]


def said_since(same: Sequence[Moment], denials: Sequence[Moment], until: Moment) -> set[int]:
    """Which of the denials came after all that says the same, and no later than `until`: their ids, or places."""
    last = max(same)
    return {denial[1] for denial in denials if last < denial <= until}


def is_compared(draft: Draft, is_single: bool) -> bool:
    """Whether a draft is compared with its neighbours. A message that comes in a batch is part of a record of what
    was said, in which one speaker may well contradict another: it is compared only if somebody asks for it."""
    if draft.alike is not None and draft.on_duplicate == "return":
        return False
    wants_duplicate = draft.on_duplicate != "keep"
    wants_conflicts = draft.on_conflict != "keep" or is_single or draft.kind != "message"
    return (wants_duplicate or wants_conflicts) and len(draft.text.encode()) <= COMPARED_BYTES_MAX and draft.key is None


def is_comparable(row: BlockRow, draft: Draft) -> bool:
    """Whether the two may be about the same: "I" is somebody else where another speaks."""
    return row[SOURCE] == draft.source or row[SOURCE] is None or draft.source is None


def stands_for(row: BlockRow, draft: Draft) -> bool:
    """Whether a block can be given back instead of the draft: the same kind of thing from the same source, which
    holds for the same time, is here for as long, and is trusted as far."""
    same = (row[KIND], row[SOURCE], row[VALID_FROM], row[VALID_TO]) == (
        draft.kind,
        draft.source,
        draft.valid_from,
        draft.valid_to,
    )
    return same and row[TRUST] >= draft.trust and outlives(row, draft, draft.added_at)


def holds_at_once(row: BlockRow, draft: Draft) -> bool:
    """Whether the times for which the two hold meet."""
    ends_before = row[VALID_TO] is not None and draft.valid_from is not None and row[VALID_TO] <= draft.valid_from
    begins_after = row[VALID_FROM] is not None and draft.valid_to is not None and draft.valid_to <= row[VALID_FROM]
    return not ends_before and not begins_after


def may_supersede(row: BlockRow, draft: Draft) -> bool:
    """Whether the draft may come after a block: the same kind from the same source, said no earlier and trusted no
    less."""
    return (row[KIND], row[SOURCE]) == (draft.kind, draft.source) and row[AT] <= draft.at and row[TRUST] <= draft.trust
