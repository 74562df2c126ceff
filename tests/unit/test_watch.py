"""Those who follow a memory's changes hear of it when they can no longer be read."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from greeum.api.watch import Watch
from greeum.errors import StoreClosed, StoreFailed


class Failing:
    """A memory whose seq cannot be asked for any more."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.asked = 0

    @property
    def seq(self) -> int:
        self.asked += 1
        if self.asked > 1:
            raise self.error
        return 7


class Notes:
    """What a worker is told."""

    def __init__(self) -> None:
        self.failed: list[Exception] = []
        self.forgotten: list[Watch] = []


@pytest.mark.parametrize(
    ("error", "heard", "is_logged"),
    [(StoreClosed("closed"), StoreClosed, False), (ZeroDivisionError("a defect"), StoreFailed, True)],
)
def test_they_hear_whatever_it_is(error: Exception, heard: type[Exception], is_logged: bool) -> None:  # noqa: FBT001
    notes = Notes()
    worker: Any = SimpleNamespace(
        forget_watch=notes.forgotten.append,
        request_id=lambda _: "a-1",
        log=SimpleNamespace(failed=lambda *told: notes.failed.append(told[2])),
    )

    async def follow() -> Exception | None:
        memory: Any = Failing(error)
        watch = Watch(memory, worker)
        visitor: Any = object()
        with watch.following(visitor) as follower:
            await asyncio.wait_for(follower.sleep(), 5)
            return follower.error

    assert isinstance(asyncio.run(follow()), heard)
    assert notes.failed == ([error] if is_logged else [])
    assert notes.forgotten
