"""What a set says, remembered in a memory that is searched, and is gone afterwards."""

from __future__ import annotations

from tempfile import TemporaryDirectory
from weakref import finalize

import greeum

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

BATCH = 1_000
"""Blocks that are added at once."""


def text_of(block: Any) -> str:
    """What a block says; of a photo that was shared with it, its caption in brackets."""
    caption = getattr(block, "caption", "")
    return f"{block.text} [{caption}]" if caption else str(block.text)


class Remembered:
    """Blocks of a set in a new memory of their own."""

    def __init__(self, blocks: Iterable[Any]) -> None:
        directory = TemporaryDirectory(prefix="greeum-")
        self._memory = memory = greeum.open(directory.name)
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

    def retrieve(self, query: str, k: int, near: str | None = None, **options: Any) -> list[str]:
        """The ids that a search finds, best first; `near` is an id, and other options are those of `search`."""
        if near is not None:
            options["near"] = self._ids[near]
        return [hit.block.key or "" for hit in self._memory.search(query, k=k, **options)]


def as_drafted(block: Any) -> dict[str, Any]:
    """The fields of `add_many`: every conversation and session is a namespace of its own."""
    return {
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
