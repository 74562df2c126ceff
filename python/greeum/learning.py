"""What judgements of hits teach about the weights of a namespace: pairwise logistic regression, a step a judgement.

Of each judgement only sums stay: a number for each weight, how many judgements there were, and whether what was learnt
would have put their good hits higher. No text, no word, no id can be had back from these.
"""

from __future__ import annotations

from math import exp, log, log2

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

LEARNABLE = (
    "words", "vector", "tokens", "previous", "asked", "next", "previous2", "next2", "session", "source", "company",
    "family", "question", "brief_question", "answer", "opening", "brevity", "personal", "time", "date",
    "importance", "uses", "linked", "about",
)  # fmt: skip
"""The weights that judgements move. Not among them: `recency` and `half_life`, which are 0 and a span of days,
`near`, of which a search without an anchor tells nothing, `summary`, which is a share of others, and `update`,
`diversity` and `several`, which say of one hit where another stands."""

RATE = 0.2
"""How far one judgement moves a weight, as a factor (in logarithms) for each standard deviation of evidence."""

STEP_MAX = 0.1
"""At most a tenth at once, whatever the evidence: a date that matches is worth five standard deviations."""

PULL = 0.05
"""With each step a weight goes back by this share (of RATE) of how far it is from its default."""

FACTOR_MAX = 2.0
"""No weight is learnt to be more than twice its default, or less than half of it."""

SPREAD = 2.0
"""Standard deviations of score that make one hit clearly better than another."""

DOUBT = 0.1
"""Spread of gains that is taken for granted before there is any: the first few judgements change next to nothing."""

NAMED_WORTH = 3.0
"""A hit that was said to be bad counts as much as so many of which nothing was said."""

REQUESTS_MAX = 64
"""Requests that are known again if they are made a second time."""

JUDGEMENTS_MAX = 2**53
"""More than there can have been: up to here sums of them are exact."""

REQUEST_BYTES = 8
"""Of the digest of an idempotency key: enough to tell the last few apart, and its text cannot be had back."""


class Learnt:
    """What was learnt for one namespace."""

    __slots__ = ("gain", "judgements", "requests", "spread", "steps")

    def __init__(
        self,
        steps: Mapping[str, float],
        judgements: int = 0,
        gain: float = 0.0,
        spread: float = 0.0,
        requests: Sequence[str] = (),
    ) -> None:
        self.steps = dict(steps)
        """Logarithms of the factors by weight, before they are taken with caution."""
        self.judgements = judgements
        self.gain = gain
        """By how much the good hits would have stood better, summed over judgements that were not yet learnt from."""
        self.spread = spread
        """The sum of the squares of that."""
        self.requests = list(requests)
        """Digests of the last idempotency keys."""

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Learnt:
        """Out of what `to_dict` has given. Raises ValueError, TypeError or KeyError for what that cannot have been."""
        steps = {
            str(name): between(-log(FACTOR_MAX), step, log(FACTOR_MAX)) for name, step in dict(record["steps"]).items()
        }
        judgements, requests = record["judgements"], record["requests"]
        if not isinstance(judgements, int) or not isinstance(requests, list):
            raise TypeError("neither a number of judgements nor requests")
        if judgements > JUDGEMENTS_MAX or len(requests) > REQUESTS_MAX:
            raise ValueError("more judgements or requests than there can be")
        # Each judgement gains or loses at most 1.
        gain, spread = between(-judgements, record["gain"], judgements), between(0, record["spread"], judgements)
        return cls(steps, judgements, gain, spread, [digest_of(request) for request in requests])

    @property
    def share(self) -> float:
        """How much of it is in use, from 0 to 1: nothing before it has shown, on judgements that it had not seen, that
        it is better than the defaults by more than chance does; then as much as is sure (James and Stein's estimate).
        """
        doubt, sure = self.spread + DOUBT, self.gain**2
        return 1.0 - doubt / sure if self.gain > 0 and sure > doubt else 0.0

    def factor(self, name: str, share: float = 1.0) -> float:
        """By what the default of a weight is multiplied if so much of what was learnt is used."""
        return exp(self.steps.get(name, 0.0) * share)

    def after(self, gain: float, slopes: Mapping[str, float], request: str | None) -> Learnt:
        """With one judgement more: what it would have gained, and which way each weight is to go."""
        steps = dict(self.steps)
        bound = log(FACTOR_MAX)
        for name, slope in slopes.items():
            before = steps.get(name, 0.0)
            step = clipped(RATE * (slope - PULL * before), STEP_MAX)
            steps[name] = clipped(before + step, bound)
        requests = self.requests if request is None else [*self.requests, request][-REQUESTS_MAX:]
        return Learnt(steps, self.judgements + 1, self.gain + gain, self.spread + gain**2, requests)

    def to_dict(self) -> dict[str, Any]:
        """As it is kept."""
        return {name: getattr(self, name) for name in self.__slots__}


class Candidate:
    """A hit that is compared with others: its score, and what that gains with each weight, for the weight's doubling in
    small steps."""

    __slots__ = ("score", "slopes", "worth")

    def __init__(self, score: float, slopes: Sequence[float], worth: float = 1.0) -> None:
        self.score = score
        self.slopes = slopes
        self.worth = worth


def directions(names: Sequence[str], better: Sequence[Candidate], worse: Sequence[Candidate]) -> dict[str, float]:
    """Which way, and how far, each weight is to go so that these stand above those: the slope of the logistic loss over
    all pairs, in which a pair that stands right already says little.
    """
    total = sum(candidate.worth for candidate in better) * sum(candidate.worth for candidate in worse)
    found = [0.0] * len(names)
    for up in better:
        for down in worse:
            pull = up.worth * down.worth / total / (1.0 + exp(clipped((up.score - down.score) / SPREAD, 500.0)))
            for i, slope in enumerate(up.slopes):
                found[i] += pull * (slope - down.slopes[i])
    return dict(zip(names, found, strict=True))


def standing(order: Iterable[int], wanted: set[int]) -> float:
    """How high these stand in an order of hits, from 0 (not there) to 1 (nobody above them): NDCG."""
    there = sum(1 / log2(place + 1) for place, block in enumerate(order, 1) if block in wanted)
    return there / sum(1 / log2(place + 1) for place in range(1, len(wanted) + 1))


def between(least: float, value: object, most: float) -> float:
    """The same number. Raises ValueError or TypeError if it is none, or beyond."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"{type(value).__name__} is no number")
    if not least <= value <= most:
        raise ValueError(f"{value} is not between {least} and {most}")
    return float(value)


def digest_of(request: object) -> str:
    """The same digest of an idempotency key. Raises ValueError or TypeError if it is none."""
    if not isinstance(request, str) or len(bytes.fromhex(request)) != REQUEST_BYTES:
        raise TypeError("no digest of a request")
    return request


def clipped(value: float, bound: float) -> float:
    return max(-bound, min(bound, value))
