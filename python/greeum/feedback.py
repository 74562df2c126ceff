"""Feedback: from what somebody says of a query's hits to the weights of a namespace.

The query is searched once more, under the weights as they were learnt so far, as they would be if nothing had been,
and with each of them a little larger, all from one state of the Index: what a hit's score gains then is what this
evidence is worth for it. Nothing of the query or of a text is kept (see `learning`).
"""

from __future__ import annotations

from hashlib import blake2b

from greeum import inputs, limits
from greeum.errors import InvalidInput, NotFound
from greeum.learning import LEARNABLE, NAMED_WORTH, REQUEST_BYTES, Candidate, Learnt, directions, standing
from greeum.store.rows import ID, NAMESPACE, is_within
from greeum.weights import Own, defaults

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from greeum import _core
    from greeum.store.protocol import Store
    from greeum.weights import KeptWeights

    Ranked = list[tuple[int, float]]

COMPARED = 60
"""Hits among which a named one must be to be compared: three times as many as are taken for granted."""

UNNAMED = 20
"""The first hits, of which those that nobody named stand for what was not wanted: a caller sees ten, mostly, and what
lies just below was not wanted either. Far more of them would only tell what is far from the query anyway."""

NUDGE = 0.05
"""By how much a weight is made larger to see what it is worth: enough to stand out of rounding, and too little to
bring another hit in."""


class Judgement:
    """What was said of the hits of one query."""

    __slots__ = ("bad", "code", "good", "namespace", "query", "request")

    def __init__(
        self,
        query: str,
        code: bytes | None,
        namespace: str,
        good: Iterable[int],
        bad: Iterable[int],
        request: str | None,
    ) -> None:
        self.query = query
        self.code = code
        self.namespace = namespace
        self.good, self.bad = both_sides(good, bad)
        name = inputs.optional_name(request, "idempotency_key")
        self.request = None if name is None else blake2b(name.encode(), digest_size=REQUEST_BYTES).hexdigest()

    def is_known_to(self, learnt: Learnt) -> bool:
        """Whether it was learnt from before."""
        return self.request is not None and self.request in learnt.requests

    def check(self, store: Store) -> None:
        """Raises NotFound if a block that it names is not in its namespace."""
        wanted = sorted(self.good | self.bad)
        there = {row[ID] for row in store.blocks(wanted) if is_within(row[NAMESPACE], self.namespace)}
        if missing := [block for block in wanted if block not in there]:
            raise NotFound(f"there is no block {missing[0]} in namespace {self.namespace!r}")


def both_sides(good: object, bad: object) -> tuple[set[int], set[int]]:
    """The ids of the blocks that are named. Raises InvalidInput if there are none, or one is on either side."""
    said_good, said_bad = named(good, "good"), named(bad, "bad")
    if not said_good and not said_bad:
        raise InvalidInput("good", "or bad must name at least one block")
    if both := said_good & said_bad:
        raise InvalidInput("bad", f"names block {min(both)}, which good names too")
    return said_good, said_bad


def named(blocks: object, field: str) -> set[int]:
    """The ids of some blocks."""
    named = inputs.several(blocks, field, "must be several ids of blocks")
    found = {inputs.block_id(block, field) for block in named}
    if len(found) > limits.JUDGED_MAX:
        raise InvalidInput(field, f"must name at most {limits.JUDGED_MAX} blocks")
    return found


def learn(weights: KeptWeights, index: _core.Index, judgement: Judgement, now_us: int) -> None:
    """Take one step from a judgement. If none of what it names is found near enough to be compared, there is none."""
    before = weights.learnt(judgement.namespace)
    if judgement.is_known_to(before):
        return
    step = Lesson(index, judgement, weights.fixed(judgement.namespace), before, now_us).step()
    if step is None:
        return

    # What others have taught meanwhile is kept: the step is from a little before it, but the searches are not made
    # again for each of them.
    def with_it(own: Own) -> Own:
        learnt = own.learnt or Learnt({})
        return own if judgement.is_known_to(learnt) else Own(own.set, learnt.after(*step, judgement.request))

    weights.change(judgement.namespace, with_it)


class Lesson:
    """One judgement, with what the Index says of it."""

    def __init__(
        self, index: _core.Index, judgement: Judgement, fixed: dict[str, float], learnt: Learnt, now_us: int
    ) -> None:
        self._judgement = judgement
        usual = defaults() | fixed
        moved = {name: usual[name] * learnt.factor(name) for name in LEARNABLE if name not in fixed}
        self._names = [name for name, value in moved.items() if value != 0.0]
        present = usual | moved
        nudged = [{**present, name: present[name] * (1 + NUDGE)} for name in self._names]
        found = index.vary(
            judgement.query,
            judgement.code,
            2 * COMPARED,  # so that what stands among the first stays in sight when a weight is nudged
            judgement.namespace,
            now_us,
            [list(weighting.items()) for weighting in (present, usual, *nudged)],
        )
        self._present, self._usual, *self._nudged = [
            [(block, score) for block, score, _ in found.hits(i)] for i in range(len(found))
        ]

    def step(self) -> tuple[float, dict[str, float]] | None:
        """What it gains, and which way each weight is to go; None if it says nothing."""
        judgement = self._judgement
        compared = self._candidates()
        bad = [compared[block] for block in sorted(judgement.bad) if block in compared]
        if judgement.good:
            better = [compared[block] for block in sorted(judgement.good) if block in compared]
            worse = [worth(candidate, NAMED_WORTH) for candidate in bad] + self._unnamed(compared)
        else:
            better, worse = self._next_to_bad(compared), bad
        if not better or not worse:
            return None
        return self._gain(), directions(self._names, better, worse)

    def _unnamed(self, compared: dict[int, Candidate]) -> list[Candidate]:
        """The first hits of which nothing was said."""
        named = self._judgement.good | self._judgement.bad
        return [compared[block] for block, _ in self._present[:UNNAMED] if block in compared and block not in named]

    def _next_to_bad(self, compared: dict[int, Candidate]) -> list[Candidate]:
        """What would come up if the bad ones went down: of those farther below, nobody knows that they are better."""
        found: list[Candidate] = []
        follows_bad = False
        for block, candidate in compared.items():
            if block in self._judgement.bad:
                follows_bad = True
            elif follows_bad:
                found.append(candidate)
                follows_bad = False
        return found

    def _candidates(self) -> dict[int, Candidate]:
        """The hits that can be compared, best first, with what each weight is worth for them."""
        scores = [dict(ranked) for ranked in self._nudged]
        return {
            block: Candidate(score, [(nudged[block] - score) / NUDGE for nudged in scores])
            for block, score in self._present[:COMPARED]
            if all(block in nudged for nudged in scores)
        }

    def _gain(self) -> float:
        """By how much what was wanted stands higher, and what was not lower, than with nothing learnt."""
        wanted = self._judgement.good or self._judgement.bad
        higher = standing(blocks(self._present), wanted) - standing(blocks(self._usual), wanted)
        return higher if self._judgement.good else -higher


def blocks(ranked: Ranked) -> Sequence[int]:
    return [block for block, _ in ranked]


def worth(candidate: Candidate, times: float) -> Candidate:
    return Candidate(candidate.score, candidate.slopes, times)
