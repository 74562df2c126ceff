"""What is being talked about: which of the anchors a text belongs to, and when there is a new subject.

The anchors A, B and C of a conversation stand for its last subjects. A block that is added near `auto` goes on with the
one that it fits, and takes that anchor along; one that fits none opens a subject, with a free anchor or the one that
was left longest ago. So that a word in passing changes nothing, another subject must fit better by a margin, and what
says too little to be told stays with the one at hand. Pinned anchors stand for what they point to, and never move.
"""

from __future__ import annotations

from greeum.anchors import HOPS, HOPS_OTHERWISE
from greeum.model import Anchor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from greeum import _core

NEW_SUBJECT = 0.5
"""What fits less than this is about something else: in dialogues of two people one turn in six fits the turns before it
less, and of the first turns after a break of hours six in ten do."""

MARGIN = 0.1
"""By how much another subject must fit better than the one at hand."""

WORDS_MIN = 6
"""Words of a text from which on it can be told what it is about; "Yes, me too!" is about what was said before."""


class Place:
    """Where a block belongs. `near` is the anchor that it is to be linked with: one that it comes back to, or a pinned
    one. (What goes straight on is tied to the turn before as it is.) Otherwise `anchor` (namespace, name, and hops if
    it is new) comes to point to it.
    """

    __slots__ = ("anchor", "near")

    def __init__(self, namespace: str, name: str, near: Anchor | None = None) -> None:
        self.near = near
        self.anchor = (namespace, name, HOPS.get(name, HOPS_OTHERWISE)) if near is None else None


class Topics:
    """Reads of an Index what texts have to do with what anchors point to."""

    def __init__(self, index: _core.Index, now_us: Callable[[], int]) -> None:
        self._index = index
        self._now_us = now_us

    def place(self, text: str, code: bytes | None, namespace: str, slots: Sequence[Anchor]) -> Place:
        """Where a text belongs that is added to a (canonical) namespace, of these anchors that an add there may use."""
        if not slots:
            return Place(namespace, next(iter(HOPS)))
        at_hand = max(slots, key=lambda anchor: anchor.moved_at)
        if len(text.split()) < WORDS_MIN:
            return going_on(at_hand, at_hand)
        near = [(anchor.block_id, anchor.hops) for anchor in slots]
        # Anchors of several conversations of the same people: the fit is over what the widest of these sees.
        within = min((anchor.namespace for anchor in slots), key=len)
        fits = dict(zip(slots, self._index.fits(text, code, within, near, self._now_us()), strict=True))
        best = max(slots, key=lambda anchor: fits[anchor])
        if fits[best] < NEW_SUBJECT:
            return opening(slots, at_hand)
        return going_on(best if fits[best] > fits[at_hand] + MARGIN else at_hand, at_hand)


def going_on(anchor: Anchor, at_hand: Anchor) -> Place:
    """In the subject of one anchor, after that of another (or the same)."""
    return Place(anchor.namespace, anchor.name, anchor if anchor.pinned or anchor != at_hand else None)


def opening(slots: Sequence[Anchor], at_hand: Anchor) -> Place:
    """A free anchor, or the one that was left longest ago; where all are pinned, the block stays with the last."""
    taken = {anchor.name for anchor in slots}
    free = next((name for name in HOPS if name not in taken), None)
    if free is not None:
        return Place(at_hand.namespace, free)
    movable = [anchor for anchor in slots if not anchor.pinned]
    if not movable:
        return going_on(at_hand, at_hand)
    left = min(movable, key=lambda anchor: anchor.moved_at)
    return Place(left.namespace, left.name)
