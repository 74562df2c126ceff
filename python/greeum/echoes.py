"""What searches have just given back, so that it is known when it comes again to be stored."""

from __future__ import annotations

from collections import deque
from time import monotonic

from greeum import _core
from greeum.store.rows import ID, NAMESPACE, TEXT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

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
    __slots__ = ("asked", "at_s", "found", "queries", "scope", "texts")

    def __init__(self, at_s: float, scope: str, queries: Sequence[str], found: _core.Found) -> None:
        self.at_s = at_s
        self.scope = scope
        self.queries = queries
        self.found = found
        self.asked: frozenset[str] | None = None
        self.texts: dict[tuple[str, str], int] | None = None
        """Once somebody adds something: what was asked, and the hits by namespace and text, all in normal form."""


class Echoes:
    """The answers of one memory, by whatever door. Noting one costs a microsecond; texts are read when something is
    added."""

    def __init__(self, rows: Callable[[Sequence[int]], Mapping[int, BlockRow]]) -> None:
        self._rows = rows
        self._searches: deque[_Search] = deque(maxlen=SEARCHES_MAX)

    def note(self, scope: str, queries: Sequence[str], found: _core.Found) -> None:
        """A search of this namespace has given this back."""
        self._searches.append(_Search(monotonic(), scope, queries, found))

    def find(self, texts: Iterable[tuple[str, str]]) -> Iterator[int | None]:
        """For each text and the namespace that it is for: the block of exactly this namespace whose text this is, if a
        search has given it back just now, and the text was not what it asked for: whoever says the same again says it
        himself. (That somebody has found the same elsewhere is nothing that one who adds here may learn.)"""
        since_s = monotonic() - ECHO_S
        answers: dict[str, _Answers] = {}
        for text, namespace in texts:
            if namespace not in answers:
                answers[namespace] = self._answers(namespace, since_s)
            yield answers[namespace].echoed(text, namespace)

    def holds(self, block: int, namespace: str) -> bool:
        """Whether a search that reaches this namespace has given back this block just now."""
        since_s = monotonic() - ECHO_S
        return any(block in ids_of(search) for search in self._reaching(namespace, since_s))

    def _answers(self, namespace: str, since_s: float) -> _Answers:
        answers = _Answers()
        for search in self._reaching(namespace, since_s):
            if search.asked is None or search.texts is None:
                search.asked = frozenset(map(_core.normal, search.queries))
                rows = self._rows(ids_of(search)).values()
                search.texts = {(row[NAMESPACE], _core.normal(row[TEXT])): row[ID] for row in rows}
            answers.asked |= search.asked
            answers.texts |= search.texts
        return answers

    def _reaching(self, namespace: str, since_s: float) -> list[_Search]:
        return [
            search
            for search in list(self._searches)
            if search.at_s >= since_s
            and (not search.scope or namespace == search.scope or namespace.startswith(search.scope + "/"))
        ]


class _Answers:
    """What the searches that reach one namespace asked and have given back."""

    __slots__ = ("asked", "texts")

    def __init__(self) -> None:
        self.asked: set[str] = set()
        self.texts: dict[tuple[str, str], int] = {}

    def echoed(self, text: str, namespace: str) -> int | None:
        if not self.texts:
            return None
        normal = _core.normal(text)
        if len(normal.encode()) < ECHO_BYTES_MIN or normal in self.asked:
            return None
        return self.texts.get((namespace, normal))


def ids_of(search: _Search) -> list[int]:
    found = search.found
    return [hit[0] for query in range(len(found)) for hit in found.hits(query)[:HITS_MAX]]
