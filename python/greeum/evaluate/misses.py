"""Questions whose answers were not found, or too low: what was said of the answers, and of what stood above them."""

from __future__ import annotations

from dataclasses import dataclass, field

from greeum.evaluate.measures import DEPTH

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from greeum.evaluate.measures import Outcome
    from greeum.evaluate.runs import Retrieves
    from greeum.evaluate.sets import Answer, Question
    from greeum.explanation import Explanation

    Explained = dict[Answer, Explanation]

ABOVE_MAX = 3
"""Of what stood above: the first of them took the place of the answer, and more are seldom read."""


@dataclass(frozen=True)
class Miss:
    """A question of which something is missing: every answer, and the first hits above the best of those that are
    missing, by the names that the set has for them.
    """

    question: Question
    answers: Explained
    above: Explained

    def to_dict(self) -> dict[str, Any]:
        """All of it, ready for JSON."""
        return {
            "id": self.question.id,
            "kind": self.question.kind,
            "question": self.question.text,
            "at": self.question.at,
            "answers": listed(self.answers),
            "above": listed(self.above),
        }


def listed(explained: Explained) -> list[dict[str, object]]:
    return [{"name": name} | explanation.to_dict() for name, explanation in explained.items()]


@dataclass
class Misses:
    """Takes down the first questions of which something is not among the first `k`, up to `most`."""

    k: int
    most: int
    found: list[Miss] = field(default_factory=list)

    def __call__(self, store: Retrieves, outcome: Outcome) -> None:
        """See whether this is one."""
        if len(self.found) < self.most and outcome.is_missed(self.k):
            self.found.append(miss(store, outcome, self.k))


def miss(store: Retrieves, outcome: Outcome, k: int) -> Miss:
    """What a search says of a question's answers, and of what stood above."""
    question = outcome.question
    place = next((rank for rank in outcome.ranks if rank > k), len(outcome.found) + 1)
    above = [block for block in outcome.found[: place - 1] if block not in question.answers]

    def explained(blocks: Iterable[Answer]) -> Explained:
        depth = max(k, DEPTH)  # as deep as it was searched: how far it looks depends on that
        return {
            block: store.explain(question.text, block, depth, near=question.near, at=question.at, now=question.now)
            for block in blocks
        }

    return Miss(question, explained(question.answers), explained(above[:ABOVE_MAX]))
