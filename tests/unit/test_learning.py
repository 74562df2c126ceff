"""What judgements teach: the slope of a loss, steps that are bounded, and how much of it is believed."""

from __future__ import annotations

from math import exp, log, log1p

import pytest

from greeum.learning import (
    DOUBT,
    FACTOR_MAX,
    LEARNABLE,
    REQUESTS_MAX,
    STEP_MAX,
    Candidate,
    Learnt,
    directions,
    standing,
)
from greeum.weights import defaults

NAMES = ("words", "date")


def loss(steps: tuple[float, float], better: list[Candidate], worse: list[Candidate]) -> float:
    """The mean logistic loss of all pairs, if the weights are moved by these steps."""

    def score(candidate: Candidate) -> float:
        return candidate.score + sum(step * slope for step, slope in zip(steps, candidate.slopes, strict=True))

    pairs = [(up, down) for up in better for down in worse]
    total = sum(up.worth * down.worth for up, down in pairs)
    return sum(up.worth * down.worth / total * 2.0 * log1p(exp((score(down) - score(up)) / 2.0)) for up, down in pairs)


def test_directions_are_the_slope_of_the_loss() -> None:
    better = [Candidate(3.0, (1.0, 0.5)), Candidate(1.0, (0.2, 4.0))]
    worse = [Candidate(2.0, (2.0, 0.0), 3.0), Candidate(2.5, (1.5, 1.0))]
    found = directions(NAMES, better, worse)
    for i, name in enumerate(NAMES):
        up, down = ([step if at == i else 0.0 for at in range(2)] for step in (1e-4, -1e-4))
        slope = (loss((up[0], up[1]), better, worse) - loss((down[0], down[1]), better, worse)) / 2e-4
        assert found[name] == pytest.approx(-slope, abs=1e-4)


def test_a_pair_that_stands_right_says_little() -> None:
    right = directions(NAMES, [Candidate(20.0, (1.0, 0.0))], [Candidate(0.0, (0.0, 0.0))])
    wrong = directions(NAMES, [Candidate(0.0, (1.0, 0.0))], [Candidate(20.0, (0.0, 0.0))])
    assert right["words"] < 0.001
    assert wrong["words"] > 0.99


def test_scores_may_be_as_far_apart_as_they_like() -> None:
    far = directions(NAMES, [Candidate(-1e6, (1.0, 0.0))], [Candidate(1e6, (0.0, 0.0))])
    assert far["words"] == pytest.approx(1.0)


def test_no_step_is_large_and_no_weight_goes_beyond_its_bounds() -> None:
    learnt = Learnt({})
    for judgements in range(1, 101):
        before = learnt.factor("date")
        learnt = learnt.after(0.1, {"date": 50.0, "words": -50.0}, None)
        assert learnt.factor("date") <= before * exp(STEP_MAX) * 1.000001
        assert learnt.judgements == judgements
    assert learnt.factor("date") == pytest.approx(FACTOR_MAX)
    assert learnt.factor("words") == pytest.approx(1 / FACTOR_MAX)


def test_what_is_said_no_more_goes_back_to_the_default() -> None:
    learnt = Learnt({"words": log(FACTOR_MAX)})
    for _ in range(1_000):
        learnt = learnt.after(0.0, {"words": 0.0}, None)
    assert learnt.factor("words") == pytest.approx(1.0, abs=0.01)


def test_it_is_not_believed_before_it_has_shown_that_it_is_better() -> None:
    assert Learnt({}).share == 0.0
    assert Learnt({}).after(0.3, {}, None).share == 0.0
    worse = Learnt({})
    for _ in range(100):
        worse = worse.after(-0.1, {}, None)
    assert worse.share == 0.0


def test_it_is_believed_more_the_longer_it_does_better() -> None:
    learnt, shares = Learnt({}), []
    for _ in range(40):
        learnt = learnt.after(0.2, {}, None)
        shares.append(learnt.share)
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1 - (40 * 0.2**2 + DOUBT) / (40 * 0.2) ** 2)
    assert shares[-1] > 0.95


def test_gains_that_come_and_go_are_chance() -> None:
    learnt = Learnt({})
    for number in range(40):
        learnt = learnt.after(0.2 if number % 2 else -0.2, {}, None)
    assert learnt.share == 0.0


def test_a_share_of_it_moves_a_weight_by_as_much() -> None:
    learnt = Learnt({"words": log(2.0)})
    assert learnt.factor("words", 0.0) == 1.0
    assert learnt.factor("words", 0.5) == pytest.approx(2**0.5)
    assert learnt.factor("tokens") == 1.0


def test_it_is_what_it_was_after_it_was_kept() -> None:
    learnt = Learnt({}).after(0.2, {"words": 0.1}, "one").after(-0.1, {"date": -2.0}, None)
    assert Learnt(**learnt.to_dict()).to_dict() == learnt.to_dict()


def test_the_last_requests_are_known() -> None:
    learnt = Learnt({})
    for number in range(REQUESTS_MAX + 1):
        learnt = learnt.after(0.0, {}, str(number))
    assert learnt.requests == [str(number) for number in range(1, REQUESTS_MAX + 1)]


def test_how_high_hits_stand() -> None:
    assert standing([1, 2, 3], {1, 2}) == 1.0
    assert standing([3, 1, 2], {1, 2}) < standing([1, 3, 2], {1, 2}) < 1.0
    assert standing([3], {1}) == 0.0


def test_all_that_can_be_learnt_is_a_weight_that_counts() -> None:
    assert set(LEARNABLE) == {name for name, value in defaults().items() if value} - {
        "half_life",
        "near",
        "summary",
        "update",
        "home",
        "several",
    }
