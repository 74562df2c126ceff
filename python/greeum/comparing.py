"""What a text that is to be added has to do with those that are there: the same again, or the opposite.

Decided here and nowhere else, before anything is stored. That two processes add the very same at once is seen to by the
Store, inside its transaction.
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

COMPARED_BYTES_MAX = 4_000
"""Longer texts are essays, or code, and are compared as a whole only: this is about as many sentences as `compare`
looks at."""

COMMON_AT = 32
"""Drafts of one request from which on a word that they share says nothing of what they are about: it keeps looking
among ten thousand at some microseconds each."""

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
        for draft in drafts:
            self._look_for_echo(draft)
        asked = [draft for draft in drafts if is_compared(draft, is_single)]
        if not asked:
            return
        if len(asked) > 1:
            self._look_among(asked)
        items = [(draft.namespace, draft.text, draft.vectors[: self._code_bytes(draft)]) for draft in asked]
        for draft, ids in zip(asked, self._index.nearest(items, self._now_us(), NEAREST), strict=True):
            rows = self._kept.rows(ids)
            self._compare(draft, [rows[block] for block in ids if block in rows])

    def _look_among(self, drafts: Sequence[Draft]) -> None:
        """Say of each draft which one before it says the same in other words, if that matters."""
        groups: dict[tuple[object, ...], Gathered] = {}
        for draft in drafts:
            if draft.on_duplicate == "keep" or draft.alike is not None:
                continue
            of = (draft.namespace, draft.kind, draft.source, draft.valid_from, draft.valid_to)
            near = groups.setdefault(of, Gathered()).near(draft)
            if near:
                compared = self._index.compare(draft.text, [other.text for other in near])
                same = [(found[0], other.uid) for other, found in zip(near, compared, strict=True) if found[0] >= SAME]
                draft.same_as = max(same)[1] if same else None

    def _code_bytes(self, draft: Draft) -> int:
        """The bytes of the first vector."""
        return len(draft.vectors) // max(1, len(_core.split(draft.text)))

    def _look_for_echo(self, draft: Draft) -> None:
        found = self._echoes.find(draft.text, draft.namespace)
        if found is None:
            return
        self._note_echo(draft, found)
        if draft.is_policy_said:
            draft.similar_to = found
        else:
            draft.on_duplicate, draft.alike = "return", found

    def _note_echo(self, draft: Draft, block: int) -> None:
        draft.echo_of = block
        from json import dumps, loads

        draft.flags = dumps(sorted({*loads(draft.flags), ECHO}))

    def _compare(self, draft: Draft, rows: Sequence[BlockRow]) -> None:
        rows = [row for row in rows if is_comparable(row, draft)]
        if not rows:
            return
        compared = self._index.compare(draft.text, [row[TEXT] for row in rows])
        found = list(zip(rows, compared, strict=True))
        if draft.on_duplicate != "keep" and draft.alike is None:
            self._note_duplicate(draft, found)
        if draft.alike is None or draft.on_duplicate == "link":
            self._note_conflicts(draft, found)

    def _note_duplicate(self, draft: Draft, found: Sequence[tuple[BlockRow, Compared]]) -> None:
        same = [(sameness, row) for row, (sameness, _) in found if sameness >= SAME and stands_for(row, draft)]
        if not same:
            return
        draft.alike = max(same, key=lambda pair: pair[0])[1][0]
        if self._echoes.holds(draft.alike, draft.namespace):
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


class Gathered:
    """Drafts of one request that may stand for each other, by the beginnings of their words."""

    def __init__(self) -> None:
        self._by_word: dict[str, list[Draft]] = {}

    def near(self, draft: Draft) -> list[Draft]:
        """Those before it that share most of its rarer words, a few; it is one of them from now on."""
        words = {word[: 4 if word.isascii() else 2] for word in draft.text.lower().split()}
        shared: dict[str, tuple[int, Draft]] = {}
        for word in words:
            known = self._by_word.setdefault(word, [])
            if len(known) < COMMON_AT:
                for other in known:
                    shared[other.uid] = shared.get(other.uid, (0, other))[0] + 1, other
            known.append(draft)
        return [other for _, other in sorted(shared.values(), key=lambda pair: -pair[0])[:NEAREST]]


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
