"""Calls that the event loop makes itself: in their order, a few before they are answered, and each on its own."""

from __future__ import annotations

import asyncio

import pytest

from greeum.api.turns import ROW_S, Turns


@pytest.mark.parametrize(("takes_s", "in_a_row"), [(ROW_S, 1), (ROW_S / 2, 2), (ROW_S / 64, 64)])
def test_as_many_are_made_before_they_are_answered_as_the_time_allows(takes_s: float, in_a_row: int) -> None:
    happened: list[str] = []
    now_s = 0.0

    def make(number: int) -> None:
        nonlocal now_s
        now_s += takes_s
        happened.append(f"made {number}")

    async def ask(turns: Turns, number: int) -> None:
        happened.append(f"read {number}")
        await turns.take(make, number)
        happened.append(f"answered {number}")

    numbers = range(2 * in_a_row + 1)

    async def run() -> None:
        turns = Turns(lambda: now_s)
        await asyncio.gather(*(ask(turns, number) for number in numbers))

    asyncio.run(run())
    rows = (numbers[:in_a_row], numbers[in_a_row : 2 * in_a_row], numbers[2 * in_a_row :])
    expected = [f"read {number}" for number in numbers]
    for row in rows:
        expected += [f"{what} {number}" for what in ("made", "answered") for number in row]
    assert happened == expected


class Panic(BaseException):
    """As the core raises it."""


def test_what_one_raises_is_its_own() -> None:
    async def run() -> None:
        turns = Turns()

        def fail() -> None:
            raise Panic

        failed, left, good = turns.take(fail), turns.take(fail), turns.take(str, 7)
        left.cancel()
        assert await good == "7"
        with pytest.raises(Panic):
            await failed
        assert await turns.take(str, 8) == "8"

    asyncio.run(run())
