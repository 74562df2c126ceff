"""How many requests a key may make."""

from __future__ import annotations

import pytest

from greeum.api.rate import CELLS, PLACES, Rates


def taken(rates: Rates, key: str, rate: float, now_s: float, tries: int) -> int:
    return sum(rates.take(key, rate, now_s).allowed for _ in range(tries))


@pytest.mark.parametrize(("rate", "at_once"), [(1, 1), (5, 5), (1_000, 1_000), (2.5, 2), (0.5, 1), (0.01, 1)])
def test_a_quiet_key_may_make_the_requests_of_a_second_at_once(rate: float, at_once: int) -> None:
    assert taken(Rates(), "alice", rate, 100.0, at_once + 10) == at_once


@pytest.mark.parametrize("rate", [0.5, 1, 7, 100, 3_333])
def test_over_a_long_time_it_gets_its_rate(rate: float) -> None:
    rates, seconds, step_s = Rates(), 40, 1 / (4 * rate)
    tries = int(seconds / step_s)
    allowed = sum(rates.take("alice", rate, 5.0 + number * step_s).allowed for number in range(tries))
    assert rate * seconds <= allowed + 1 <= rate * seconds + max(1, rate) + 2


def test_keys_do_not_share() -> None:
    rates = Rates()
    assert taken(rates, "alice", 3, 1.0, 10) == 3
    assert taken(rates, "ben", 3, 1.0, 10) == 3


def test_workers_share_what_a_key_has() -> None:
    cells = memoryview(bytearray(8 * CELLS))
    one, other = Rates(cells), Rates(cells)
    assert taken(one, "alice", 10, 1.0, 6) == 6
    assert taken(other, "alice", 10, 1.0, 10) == 4
    assert taken(one, "alice", 10, 1.5, 10) == 5


def test_a_refusal_says_when_to_try_again_and_then_it_works() -> None:
    rates = Rates()
    assert taken(rates, "alice", 0.25, 0.0, 1) == 1
    refused = rates.take("alice", 0.25, 1.0)
    assert (refused.allowed, refused.remaining) == (False, 0)
    assert not rates.take("alice", 0.25, 1.0 + refused.reset_s - 1.01).allowed
    assert rates.take("alice", 0.25, 1.0 + refused.reset_s).allowed


def test_what_is_left_is_counted_down() -> None:
    rates = Rates()
    found = [rates.take("alice", 4, 1.0) for _ in range(5)]
    assert [one.remaining for one in found] == [3, 2, 1, 0, 0]
    assert [one.limit for one in found] == [4] * 5
    assert rates.take("alice", 4, 100.0).remaining == 3


def test_headers_are_those_of_the_draft() -> None:
    rates = Rates()
    assert rates.take("alice", 2, 1.0).headers() == [
        (b"ratelimit-policy", b'"key";q=2;w=1'),
        (b"ratelimit", b'"key";r=1;t=1'),
    ]
    rates.take("alice", 2, 1.0)
    assert rates.take("alice", 2, 1.0).headers()[-1] == (b"retry-after", b"1")
    assert Rates().take("ben", 0.1, 1.0).headers()[0] == (b"ratelimit-policy", b'"key";q=1;w=10')


def test_more_keys_than_places_take_one_another_s_place_only_when_it_is_free() -> None:
    rates = Rates()
    for number in range(4 * PLACES):
        assert rates.take(f"key-{number}", 1, float(number)).allowed
    # Those of long ago have gone; one of now is counted still.
    assert not rates.take(f"key-{4 * PLACES - 1}", 1, 4.0 * PLACES - 1).allowed
    assert len(rates._marks) <= 4 * PLACES


def test_a_place_that_another_worker_gave_away_is_found_anew() -> None:
    cells = memoryview(bytearray(8 * CELLS))
    one, other = Rates(cells), Rates(cells)
    assert taken(one, "alice", 1, 1.0, 3) == 1
    for number in range(8 * PLACES):
        other.take(f"key-{number}", 1, 50.0)
    assert taken(one, "alice", 1, 60.0, 3) == 1
