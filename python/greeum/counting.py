"""How many blocks there are of what: counted by value, without reading a text."""

from __future__ import annotations

from greeum import inputs, limits
from greeum.errors import InvalidInput

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeAlias

    from greeum._core import Index
    from greeum.store.protocol import Store

    Counts: TypeAlias = dict[str, int]

FACETS = ("kind", "namespace", "source", "tags")
"""The fields that blocks can be counted by."""

IDS_PER_STEP = 20_000
"""Blocks counted in one read transaction: it takes some 15 ms."""


def facet_fields(fields: str | Iterable[str]) -> list[str]:
    """The fields asked for, each once. Raises InvalidInput for one that blocks are not counted by."""
    reason = "must be a field's name, or several"
    named = [fields] if isinstance(fields, str) else inputs.several(fields, "fields", reason)
    distinct = list(dict.fromkeys(inputs.name(field, "fields") for field in named))
    for field in distinct:
        if field not in FACETS:
            raise InvalidInput("fields", f"{field!r} cannot be counted by; there are {', '.join(FACETS)}")
    if not distinct:
        raise InvalidInput("fields", f"names none; there are {', '.join(FACETS)}")
    return distinct


class Tally:
    """Counts the blocks of a namespace for which a filter holds, as they are at one moment: those that have a word of
    `text`, as it is meant at `asked_at`, unless it is empty. Or of all these only some, whose ids are given.
    """

    def __init__(
        self,
        store: Store,
        index: Index,
        namespace: str,
        where_json: str | None,
        now_us: int,
        then: int | None,
        text: str = "",
        ids: list[int] | None = None,
        asked_at: int | None = None,
    ) -> None:
        self._store = store
        self._index = index
        self._scope = namespace, where_json
        self._now_us = now_us
        self._then = then
        self._text = text, asked_at
        self._ids = ids
        self._is_of_some = ids is not None

    def of(self, field: str) -> Counts:
        """How many blocks have each value of a field; those that have none are not counted."""
        if field == "namespace" and not self._is_of_some:
            return dict(self._index.namespaces(*self._scope, self._now_us, None, 2**53, self._then, *self._text))
        if self._ids is None:
            self._ids = self._index.ids(*self._scope, False, self._now_us, self._then, *self._text)
        total: Counts = {}
        for start in range(0, len(self._ids), IDS_PER_STEP):
            for value, count in self._store.tally(field, self._ids[start : start + IDS_PER_STEP]).items():
                total[value] = total.get(value, 0) + count
        return total


def most_frequent(counts: Counts, limit: int) -> list[tuple[str, int]]:
    """The values that are counted most, of equals the first by name."""
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:limit]


def amounts(store: Store, index: Index, namespace: str) -> dict[str, object]:
    """How many `blocks`, `superseded` ones and `links` between them there are at and below a namespace, expired blocks
    among them, as in `Store.counts`.
    """
    before_all_us = limits.TIME_MIN_US - 1
    superseded = index.count(namespace, '{"superseded_at": {"exists": true}}', True, before_all_us, None)
    ids = index.ids(namespace, None, True, before_all_us, None)
    here, links = set(ids), 0
    for start in range(0, len(ids), IDS_PER_STEP):
        links += sum(link[1] in here for link in store.links(ids[start : start + IDS_PER_STEP]))
    return {"blocks": len(ids) - superseded, "superseded": superseded, "links": links}
