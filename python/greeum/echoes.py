"""What searches have just given back, so that it is known when it comes again to be stored."""

from __future__ import annotations

from collections import deque
from time import monotonic

from greeum import _core

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from greeum.store.protocol import BlockRow

    Ranked = Sequence[tuple[int, float, list[float]]]

ECHO_S = 600.0
"""For how long an answer is remembered: an agent stores what it has worked with at the end of its turn, within
minutes."""

SEARCHES_MAX = 64
"""Searches that are remembered: those of some agents at once, each with a few questions a turn."""

HITS_MAX = 50
"""Hits of each, from the best on: more than goes into a prompt."""

ECHO_BYTES_MIN = 24
"""Shorter texts are not held against anybody ("yes, I did"): five English words, or eight Korean syllables."""


class _Search:
    __slots__ = ("at_s", "found", "queries", "scope", "texts")

    def __init__(self, at_s: float, scope: str, queries: Sequence[str], found: _core.Found) -> None:
        self.at_s = at_s
        self.scope = scope
        self.queries = queries
        self.found = found
        self.texts: dict[tuple[str, str], int] | None = None
        """Once somebody adds something: the hits, by namespace and the normal form of their texts."""


class Echoes:
    """The answers of one memory, by whatever door. Noting one costs a microsecond; texts are read when something is
    added."""

    def __init__(self, blocks: Callable[[Sequence[int]], list[BlockRow]]) -> None:
        self._blocks = blocks
        self._searches: deque[_Search] = deque(maxlen=SEARCHES_MAX)

    def note(self, scope: str, queries: Sequence[str], found: _core.Found) -> None:
        """A search of this namespace has given this back."""
        self._searches.append(_Search(monotonic(), scope, queries, found))

    def find(self, text: str, namespace: str) -> int | None:
        """The block of exactly this namespace whose text this is, if a search has given it back just now, and the
        text was not what it asked for: whoever says the same again says it himself. (That somebody has found the same
        elsewhere is nothing that one who adds here may learn.)"""
        if not self._searches:
            return None
        normal = _core.normal(text)
        if len(normal.encode()) < ECHO_BYTES_MIN:
            return None
        return self._found(normal, namespace, monotonic() - ECHO_S)

    def holds(self, block: int, namespace: str) -> bool:
        """Whether a search that reaches this namespace has given back this block just now."""
        since_s = monotonic() - ECHO_S
        return any(block in ids_of(search) for search in self._reaching(namespace, since_s))

    def _found(self, normal: str, namespace: str, since_s: float) -> int | None:
        reaching = self._reaching(namespace, since_s)
        if any(_core.normal(query) == normal for search in reaching for query in search.queries):
            return None
        found = (self._texts(search).get((namespace, normal)) for search in reversed(reaching))
        return next((block for block in found if block is not None), None)

    def _reaching(self, namespace: str, since_s: float) -> list[_Search]:
        return [
            search
            for search in list(self._searches)
            if search.at_s >= since_s
            and (not search.scope or namespace == search.scope or namespace.startswith(search.scope + "/"))
        ]

    def _texts(self, search: _Search) -> dict[tuple[str, str], int]:
        if search.texts is None:
            rows = self._blocks(ids_of(search))
            search.texts = {(row[2], _core.normal(row[4])): row[0] for row in rows}
        return search.texts


def ids_of(search: _Search) -> list[int]:
    found = search.found
    return [hit[0] for query in range(len(found)) for hit in found.hits(query)[:HITS_MAX]]
