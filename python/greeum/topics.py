"""What is being talked about: which of the anchors a text belongs to, and when there is a new subject.

The anchors A, B and C of a conversation stand for its last subjects. A block that is added near `auto` goes on with the
one that it fits, and takes that anchor along. One that fits none stays aside: it may be an odd remark, and no anchor
moves. Only if the next fits none either, or goes on with what stays aside, does it open a subject, with a free anchor
or the one that was left longest ago. So that a word in passing changes nothing, another subject must fit better by a
margin, and what says too little to be told stays with what was said last. Pinned anchors stand for what they point to,
and never move.
"""

from __future__ import annotations

from typing import NamedTuple

from greeum.anchors import HOPS, HOPS_OTHERWISE
from greeum.model import Anchor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from greeum import _core

NEW_SUBJECT = 0.3
"""What fits less than this is about something else, if it says much; see `is_new`. What each threshold sees, and takes
for a change that is none, is in `docs/concepts/recall.md`."""

HALF_WORDS = 16
"""A text of so many words must fit half as well as one that says much: a short answer has few words in common with
what it answers."""

MARGIN = 0.15
"""By how much another subject must fit better than the one at hand."""

WORDS_MIN = 4
"""Words that say what a text is about, from which on it can be told; "Yes, me too!" is about what was said before."""


class Said(NamedTuple):
    """A text that is to be added: with its vector, if that is given, to a (canonical) namespace; and when it was said,
    in microseconds."""

    text: str
    code: bytes | None
    namespace: str
    at: int


class Place(NamedTuple):
    """Where a block belongs. `near` is the anchor that it is to be linked with: one that it comes back to, or a pinned
    one. (What goes straight on is tied to the turn before as it is.) `anchor` (namespace, name, and hops if it is new)
    comes to point to it. Neither: it stays aside.
    """

    near: Anchor | None = None
    anchor: tuple[str, str, int] | None = None


class Topics:
    """Reads of an Index what texts have to do with what anchors point to."""

    def __init__(self, index: _core.Index, now_us: Callable[[], int]) -> None:
        self._index = index
        self._now_us = now_us

    def place(self, said: Said, slots: Sequence[Anchor]) -> Place:
        """Where a text belongs, of these anchors that an add to its namespace may use."""
        if not slots:
            return moving(said.namespace, next(iter(HOPS)))
        at_hand = max(slots, key=lambda anchor: anchor.moved_at)
        words, around, aside = self._fits(said, slots)
        if words < WORDS_MIN:
            return going_on(at_hand, at_hand) if aside is None else Place()
        fits = dict(zip(slots, around, strict=True))
        best = max(slots, key=lambda anchor: fits[anchor])
        if aside is not None and (is_new(fits[best], words) or aside > fits[best] + MARGIN):
            return opening(slots, at_hand)
        if is_new(fits[best], words):
            return Place()
        return going_on(best if fits[best] > fits[at_hand] + MARGIN else at_hand, at_hand)

    def _fits(self, said: Said, slots: Sequence[Anchor]) -> tuple[int, list[float], float | None]:
        near = [(anchor.block_id, anchor.hops) for anchor in slots]
        # Anchors of several conversations of the same people: the fit is over what the widest of these sees.
        within = min((anchor.namespace for anchor in slots), key=len)
        return self._index.fits(said.text, said.code, within, near, said.namespace, said.at, self._now_us())


def is_new(fit: float, words: int) -> bool:
    """Whether a text of so many words that fits no better than this is about something else."""
    return fit < NEW_SUBJECT * words / (words + HALF_WORDS)


def going_on(anchor: Anchor, at_hand: Anchor) -> Place:
    """In the subject of one anchor, after that of another (or the same)."""
    if anchor.pinned or anchor != at_hand:
        return Place(near=anchor)
    return moving(anchor.namespace, anchor.name)


def opening(slots: Sequence[Anchor], at_hand: Anchor) -> Place:
    """A free anchor, or the one that was left longest ago; where all are pinned, none."""
    taken = {anchor.name for anchor in slots}
    free = next((name for name in HOPS if name not in taken), None)
    if free is not None:
        return moving(at_hand.namespace, free)
    movable = [anchor for anchor in slots if not anchor.pinned]
    if not movable:
        return Place()
    left = min(movable, key=lambda anchor: anchor.moved_at)
    return moving(left.namespace, left.name)


def moving(namespace: str, name: str) -> Place:
    """With an anchor that comes to point to it."""
    return Place(anchor=(namespace, name, HOPS.get(name, HOPS_OTHERWISE)))
