"""What searches have just given back, so that it is known when it comes again to be stored."""

from __future__ import annotations

from collections import deque
from time import monotonic

from greeum import _core
from greeum.store.rows import NAMESPACE, TEXT

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


ECHO_CHARACTERS_MAX = 16_384
"""Longer texts are documents, which nobody's turn repeats as a whole."""

READ_CHARACTERS_MAX = 524_288
"""Of texts that searches gave back and that are read for one add: it takes some milliseconds at most. What is left is
read for the next."""

READ_STEP = 16
"""Rows that are read at once: so many of the largest are 16 MiB."""

KEYS_MAX = 65_536
"""Blocks whose key is kept: some megabytes, and 20 times what these searches give back one by one."""


class _Search:
    __slots__ = ("asked", "at_s", "found", "keys", "queries", "scope", "unread")

    def __init__(self, at_s: float, scope: str, queries: Sequence[str], found: _core.Found) -> None:
        self.at_s = at_s
        self.scope = scope
        self.queries = queries
        self.found = found
        self.asked: frozenset[int] | None = None
        self.unread: list[int] = []
        self.keys: dict[int, int] = {}
        """Once somebody adds something: what was asked, the hits whose texts have not been read, and the others by
        their keys."""

    def prepare(self) -> frozenset[int]:
        if self.asked is None:
            self.unread = ids_of(self)
            self.asked = frozenset(hash(_core.normal(query)) for query in self.queries)
        return self.asked


class Echoes:
    """The answers of one memory, by whatever door. Noting one costs a microsecond; texts are read when something is
    added, once each, and not kept: a key of eight bytes stands for each."""

    def __init__(self, rows: Callable[[Sequence[int]], Mapping[int, BlockRow]]) -> None:
        self._rows = rows
        self._searches: deque[_Search] = deque(maxlen=SEARCHES_MAX)
        self._keys: dict[int, int | None] = {}

    def note(self, scope: str, queries: Sequence[str], found: _core.Found) -> None:
        """A search of this namespace has given this back."""
        self._searches.append(_Search(monotonic(), scope, queries, found))

    def find(self, texts: Iterable[tuple[str, str]]) -> Iterator[int | None]:
        """For each text and the namespace that it is for: the block of exactly this namespace whose text this is, if a
        search has given it back just now, and the text was not what it asked for: whoever says the same again says it
        himself. (That somebody has found the same elsewhere is nothing that one who adds here may learn.)"""
        since_s = monotonic() - ECHO_S
        reaching: dict[str, list[_Search]] = {}
        left = READ_CHARACTERS_MAX
        for text, namespace in texts:
            if namespace not in reaching:
                reaching[namespace] = self._reaching(namespace, since_s)
                left = self._read(reaching[namespace], left)
            yield self._echoed(text, namespace, reaching[namespace])

    def holds(self, block: int, namespace: str) -> bool:
        """Whether a search that reaches this namespace has given back this block just now."""
        since_s = monotonic() - ECHO_S
        return any(block in ids_of(search) for search in self._reaching(namespace, since_s))

    def _reaching(self, namespace: str, since_s: float) -> list[_Search]:
        """The searches that may have given back something of this namespace, the newest first."""
        return [
            search
            for search in reversed(list(self._searches))
            if search.at_s >= since_s
            and (not search.scope or namespace == search.scope or namespace.startswith(search.scope + "/"))
        ]

    def _echoed(self, text: str, namespace: str, searches: list[_Search]) -> int | None:
        if not searches or len(text) > ECHO_CHARACTERS_MAX:
            return None
        normal = _core.normal(text)
        asked = hash(normal)
        if len(normal.encode()) < ECHO_BYTES_MIN or any(asked in search.prepare() for search in searches):
            return None
        key = hash((namespace, normal))
        given_back = dict.fromkeys(search.keys[key] for search in searches if key in search.keys)
        return next((block for block in given_back if self._says(block, namespace, normal)), None)

    def _says(self, block: int, namespace: str, normal: str) -> bool:
        """Whether it is so, and not only the key the same."""
        row = self._rows([block]).get(block)
        return row is not None and row[NAMESPACE] == namespace and _core.normal(row[TEXT]) == normal

    def _read(self, searches: Iterable[_Search], left: int) -> int:
        """Learn the keys of what these have given back, as long as something is `left` of what one add may read; what
        is left then."""
        for search in searches:
            search.prepare()
            while search.unread and left > 0:
                unread = search.unread
                step, search.unread = unread[:READ_STEP], unread[READ_STEP:]
                left -= self._learn(step)
                keys = ((self._keys.get(block), block) for block in step)
                search.keys |= {key: block for key, block in keys if key is not None}
        return left

    def _learn(self, blocks: Sequence[int]) -> int:
        """Learn the keys of these, unless they are known; how much had to be read for it."""
        if len(self._keys) > KEYS_MAX:
            self._keys = {}
        unknown = [block for block in blocks if block not in self._keys]
        rows = self._rows(unknown) if unknown else {}
        for block, row in rows.items():
            text = row[TEXT]
            is_short = len(text) <= ECHO_CHARACTERS_MAX
            self._keys[block] = hash((row[NAMESPACE], _core.normal(text))) if is_short else None
        return sum(len(row[TEXT]) for row in rows.values())


def ids_of(search: _Search) -> list[int]:
    found = search.found
    return [hit[0] for query in range(len(found)) for hit in found.hits(query)[:HITS_MAX]]
