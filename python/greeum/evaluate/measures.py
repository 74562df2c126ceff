"""How well questions were answered: shares of what was to be found, and how sure their means are."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from math import log2
from random import Random

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from greeum.evaluate.sets import Answer, Question

DEPTH = 50
"""Hits that every search asks for, at least: what is found this deep can still be ranked anew by others."""

RESAMPLES = 1_000

CERTAINTY = 0.95


@dataclass(frozen=True)
class Outcome:
    """What one search brought."""

    question: Question
    group: str
    """The conversation that it was about."""
    found: tuple[Answer, ...]
    seconds: float

    @property
    def ranks(self) -> list[int]:
        """The places, from 1, of what answers it."""
        return [rank for rank, block in enumerate(self.found, 1) if block in self.question.answers]

    def recall(self, k: int) -> float:
        """The share of what answers it that is among the first k."""
        return sum(rank <= k for rank in self.ranks) / len(self.question.answers)

    def is_hit(self, k: int) -> bool:
        """Whether anything that answers it is among the first k."""
        return any(rank <= k for rank in self.ranks)

    def is_missed(self, k: int) -> bool:
        """Whether more of what answers it could be among the first k."""
        return sum(rank <= k for rank in self.ranks) < min(k, len(self.question.answers))

    def ndcg(self, k: int) -> float:
        """The same, with what comes earlier counting for more: 1 if nothing could come earlier."""
        best = sum(1 / log2(place + 1) for place in range(1, min(k, len(self.question.answers)) + 1))
        return sum(1 / log2(rank + 1) for rank in self.ranks if rank <= k) / best

    @property
    def reciprocal_rank(self) -> float:
        return 1 / self.ranks[0] if self.ranks else 0.0


@dataclass(frozen=True)
class Summary:
    """The means over some questions."""

    questions: int
    recall: float
    interval: tuple[float, float]
    """Where `recall` lies in 95 of 100 samples of such conversations."""
    hit: float
    """The share of the questions of which something that answers is found."""
    ndcg: float
    mrr: float
    recall_deep: float
    mean_ms: float
    p99_ms: float


def summary(outcomes: Sequence[Outcome], k: int) -> Summary:
    """The means at k. There must be outcomes."""
    milliseconds = sorted(outcome.seconds * 1e3 for outcome in outcomes)
    recalls = [outcome.recall(k) for outcome in outcomes]
    return Summary(
        questions=len(outcomes),
        recall=mean(recalls),
        interval=interval(recalls, [outcome.group for outcome in outcomes]),
        hit=mean(outcome.is_hit(k) for outcome in outcomes),
        ndcg=mean(outcome.ndcg(k) for outcome in outcomes),
        mrr=mean(outcome.reciprocal_rank for outcome in outcomes),
        recall_deep=mean(outcome.recall(DEPTH) for outcome in outcomes),
        mean_ms=mean(milliseconds),
        p99_ms=milliseconds[min(len(milliseconds) - 1, len(milliseconds) * 99 // 100)],
    )


def difference(whole: Sequence[Outcome], reduced: Sequence[Outcome], k: int) -> tuple[float, tuple[float, float]]:
    """By how much recall at k of the second is above the first, question by question, and between what bounds."""
    gains = [after.recall(k) - before.recall(k) for before, after in zip(whole, reduced, strict=True)]
    return mean(gains), interval(gains, [outcome.group for outcome in whole])


def interval(values: Sequence[float], groups: Sequence[str]) -> tuple[float, float]:
    """Where the mean lies in 95 of 100 samples. Whole groups are drawn, with replacement: questions about one
    conversation are no more independent than what is said in it. Of one group alone, its values are drawn.
    """
    members: dict[str, list[float]] = defaultdict(list)
    for value, group in zip(values, groups, strict=True):
        members[group].append(value)
    drawn_from = list(members.values()) if len(members) > 1 else [[value] for value in values]
    sums = [(sum(part), len(part)) for part in drawn_from]
    chance = Random(0)
    means = sorted(mean_of_sums(chance.choices(sums, k=len(sums))) for _ in range(RESAMPLES))
    below = round(RESAMPLES * (1 - CERTAINTY) / 2)
    return means[below], means[-1 - below]


def mean_of_sums(sums: Iterable[tuple[float, int]]) -> float:
    totals, counts = zip(*sums, strict=True)
    return float(sum(totals) / sum(counts))


def mean(values: Iterable[float]) -> float:
    listed = list(values)
    return sum(listed) / len(listed)
