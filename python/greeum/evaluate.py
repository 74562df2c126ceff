"""Retrieval evaluation of a memory through its public face: what `make(blocks)` is given is remembered, `retrieve`
searches it.

The contract is that of common evaluation scripts: a block has `id`, `text`, `speaker`, `timestamp`, `session` and
`conversation`; `retrieve(query, k)` returns ids, best first.
"""

from __future__ import annotations

from tempfile import TemporaryDirectory
from weakref import finalize

import greeum

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any


def text_of(block: Any) -> str:
    """What a block says; of a photo that was shared with it, its caption in brackets."""
    caption = getattr(block, "caption", "")
    return f"{block.text} [{caption}]" if caption else str(block.text)


def make(blocks: Iterable[Any], **options: Any) -> Callable[[str, int], list[str]]:
    """Remember `blocks` in a new memory of their own; a function that searches it. `options` go to every search."""
    items = list(blocks)
    directory = TemporaryDirectory(prefix="greeum-")
    memory = greeum.open(directory.name)
    for start in range(0, len(items), 1_000):
        memory.add_many(
            {
                "text": text_of(b),
                "source": b.speaker or None,
                "at": b.timestamp,
                "key": b.id,
                "namespace": [b.conversation, b.session],
            }
            for b in items[start : start + 1_000]
        )

    def retrieve(query: str, k: int) -> list[str]:
        return [hit.block.key or "" for hit in memory.search(query, k=k, **options)]

    def give_back() -> None:
        memory.close()
        directory.cleanup()

    finalize(retrieve, give_back)
    return retrieve
