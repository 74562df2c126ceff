"""What `greeum demo` does with a memory: remember, correct, search; and how long each took."""

from __future__ import annotations

from time import perf_counter

from greeum.demo import conversations, corrections, searches

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from greeum.memory import Memory
    from greeum.model import Anchor, Hit

HITS_SHOWN = 3


class Remembered:
    """What was added in one durable transaction, how much of it was corrected later, and the id of each text."""

    __slots__ = ("add_s", "blocks", "corrections", "ids", "namespaces")

    def __init__(self) -> None:
        self.blocks = 0
        self.namespaces = 0
        self.corrections = 0
        self.add_s = 0.0
        self.ids: dict[str, int] = {}


class Asked:
    """One search and what came of it; `plain` is the same without the anchor, where there is one."""

    __slots__ = ("anchor", "hits", "plain", "plain_s", "search", "took_s")

    def __init__(self, search: dict[str, Any], anchor: Anchor | None) -> None:
        self.search = search
        self.anchor = anchor
        self.hits: list[Hit] = []
        self.took_s = 0.0
        self.plain: list[Hit] = []
        self.plain_s = 0.0

    @property
    def expected_first(self) -> bool:
        return bool(self.hits) and self.hits[0].block.text == self.search["expect"]


class Played:
    """The whole demonstration."""

    __slots__ = ("asked", "embedder", "remembered")

    def __init__(self, remembered: Remembered, embedder: str) -> None:
        self.remembered = remembered
        self.embedder = embedder
        self.asked: list[Asked] = []

    def times(self) -> tuple[float, float, int]:
        """Mean and 95th percentile (nearest rank) of the searches, in seconds, and how many there were."""
        times_s = [asked.took_s for asked in self.asked]
        times_s += [asked.plain_s for asked in self.asked if asked.anchor is not None]
        times_s.sort()
        count = len(times_s)
        rank = -(-95 * count // 100)
        return sum(times_s) / count, times_s[rank - 1], count


def remember(memory: Memory) -> Remembered:
    """Add the conversations and correct what was corrected."""
    done = Remembered()
    blocks = conversations()
    start_s = perf_counter()
    added = memory.add_many(blocks)
    done.add_s = perf_counter() - start_s
    done.ids = {block.text: block.id for block in added}
    done.blocks = len(added)
    done.namespaces = len({block.namespace for block in added})
    for change in corrections():
        corrected = memory.update(done.ids[change["old_text"]], text=change["new_text"], at=change["at"])
        done.ids[corrected.text] = corrected.id
        done.corrections += 1
    return done


def ask(memory: Memory, ids: dict[str, int]) -> Iterator[Asked]:
    """Run the searches, one after the other."""
    for search in searches():
        near, options = search["near"], {name: search[name] for name in ("namespace", "where")}
        anchor = None
        if near is not None:
            anchor = memory.anchors.set(near["anchor"], ids[near["at_text"]], namespace=search["namespace"])
        asked = Asked(search, anchor)
        if anchor is not None:
            asked.plain, asked.plain_s = timed(memory, search["query"], options)
            options["near"] = anchor.name
        asked.hits, asked.took_s = timed(memory, search["query"], options)
        yield asked


def timed(memory: Memory, query: str, options: dict[str, Any]) -> tuple[list[Hit], float]:
    """Search and read the texts of the hits; the time that both took, in seconds."""
    start_s = perf_counter()
    hits = memory.search(query, k=HITS_SHOWN, **options)
    for hit in hits:
        hit.block.text  # noqa: B018 - to read it is what is timed
    return hits, perf_counter() - start_s
