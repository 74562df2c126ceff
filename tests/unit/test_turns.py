"""Calls that the event loop makes itself: in their order, a few before they are answered, and each on its own."""

from __future__ import annotations

import asyncio

import pytest

from greeum.api.turns import IN_A_ROW, Turns


def test_a_few_are_made_before_they_are_answered() -> None:
    happened: list[str] = []

    async def ask(turns: Turns, number: int) -> None:
        happened.append(f"read {number}")
        await turns.take(happened.append, f"made {number}")
        happened.append(f"answered {number}")

    async def run() -> None:
        turns = Turns()
        await asyncio.gather(*(ask(turns, number) for number in range(2 * IN_A_ROW + 1)))

    asyncio.run(run())
    numbers = range(2 * IN_A_ROW + 1)
    rows = (numbers[:IN_A_ROW], numbers[IN_A_ROW : 2 * IN_A_ROW], numbers[2 * IN_A_ROW :])
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
