"""What a set says, remembered in a memory that is searched, and is gone afterwards."""

from __future__ import annotations

from contextlib import contextmanager
from tempfile import TemporaryDirectory
from weakref import finalize

from greeum import inputs
from greeum.memory import clock_us
from greeum.wiring import opened
from greeum.zones import Zone

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from greeum.explanation import Explanation

BATCH = 1_000
"""Blocks that are added at once."""


class Clock:
    """The time as it is, or as a question would have it."""

    def __init__(self) -> None:
        self.at_us: int | None = None

    def __call__(self) -> int:
        return clock_us() if self.at_us is None else self.at_us


def text_of(block: Any) -> str:
    """What a block says; of a photo that was shared with it, its caption in brackets."""
    caption = getattr(block, "caption", "")
    return f"{block.text} [{caption}]" if caption else str(block.text)


class Remembered:
    """Blocks of a set in a new memory of their own."""

    def __init__(self, blocks: Iterable[Any]) -> None:
        directory = TemporaryDirectory(prefix="greeum-")
        self._clock = Clock()
        self._memory = memory = opened(directory.name, self._clock)
        items = list(blocks)
        self._ids: dict[str, int] = {}
        for start in range(0, len(items), BATCH):
            part = items[start : start + BATCH]
            added = memory.add_many(map(as_drafted, part))
            self._ids |= {item.id: block.id for item, block in zip(part, added, strict=True)}

        def give_back() -> None:
            memory.close()
            directory.cleanup()

        self.close = finalize(self, give_back)

    def retrieve(self, query: str, k: int, near: str | None = None, at: str | None = None, **options: Any) -> list[str]:
        """The ids that a search finds, best first, as if it were `at`; `near` is an id, and other options are those of
        `search`.
        """
        with self._asked_at(at):
            found = self._memory.search(query, k=k, near=self._id_of(near), **options)
        return [hit.block.key or "" for hit in found]

    def explain(
        self, query: str, block: str, k: int, near: str | None = None, at: str | None = None, now: str | None = None
    ) -> Explanation:
        """Why that search finds a block, or does not."""
        with self._asked_at(at):
            return self._memory.explain(query, self._ids[block], k=k, near=self._id_of(near), now=now)

    def _id_of(self, named: str | None) -> int | None:
        return None if named is None else self._ids[named]

    @contextmanager
    def _asked_at(self, at: str | None) -> Iterator[None]:
        """Have the clock of the memory stand at a time, which is of its zone if it has no offset."""
        self._clock.at_us = inputs.optional_time(at, "at", lambda: Zone(self._memory.time_zone.get()))
        try:
            yield
        finally:
            self._clock.at_us = None


def as_drafted(block: Any) -> dict[str, Any]:
    """The fields of `add_many`: every conversation and session is a namespace of its own, and nothing is left out that
    was said before.
    """
    return {
        **getattr(block, "further", {}),
        "on_duplicate": "keep",
        "text": text_of(block),
        "source": block.speaker or None,
        "at": block.timestamp,
        "key": block.id,
        "namespace": [block.conversation, block.session],
    }


def make(blocks: Iterable[Any], **options: Any) -> Callable[[str, int], list[str]]:
    """Remember `blocks` in a new memory of their own; a function that searches it. `options` go to every search."""
    remembered = Remembered(blocks)

    def retrieve(query: str, k: int) -> list[str]:
        return remembered.retrieve(query, k, **options)

    return retrieve
