"""What `Memory.explain` asks the Index and the Store, to say why a search found a block or did not."""

from __future__ import annotations

from greeum import inputs
from greeum.errors import NotFound
from greeum.finding import Finding
from greeum.model import Block
from greeum.store.rows import ID, SOURCE, SPEAKING_SHARES, TAGS, TEXT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from greeum.explanation import Explanation, Step
    from greeum.inputs import Namespace, Time
    from greeum.starts import Near
    from greeum.store.protocol import BlockRow, Store

LINK_WAYS = {"link": False, "back": True}
"""How the Index says that a link leads to a block, and whether it is read backwards: only the Store knows its kind."""


class Explaining(Finding):
    """What a memory says about its finding."""

    def explain(
        self,
        query: str,
        block: int,
        *,
        k: int = 10,
        namespace: Namespace = "",
        where: Mapping[str, object] | None = None,
        near: Near | None = None,
        history: bool = False,
        exact: bool = False,
        as_of: Time | None = None,
        now: Time | None = None,
        min_trust: float = 0.0,
        weights: Mapping[str, float] | None = None,
        vector: Sequence[float] | None = None,
    ) -> Explanation:
        """Why a search with these options finds a block, or does not: its place, what excludes it, and its score by
        weights, words, dates and the way from the anchor.

        The score is that of `search`. This takes one or two more searches; `search` itself does not get slower. Raises
        as `search` does, and NotFound.
        """
        asked, code = self._question(query, vector)
        row = self._row(inputs.block_id(block))
        self._follower.catch_up()  # with the block, also if its add has not returned yet
        [question], options = self._options(
            [asked], k, namespace, where, near, history, exact, weights, as_of, now, min_trust, code
        )
        said = self._index.explain(question, *options, (row[ID], row[TEXT], labels_of(row), clauses(where, min_trust)))
        return explained(self._store, asked, row, said)

    def _row(self, block: int) -> BlockRow:
        rows = self._store.blocks([block])
        if not rows:
            raise NotFound(f"there is no block {block}")
        return rows[0]


def explained(store: Store, query: str, row: BlockRow, said: str) -> Explanation:
    """What the Index says of a block, with what only the Store knows."""
    from json import loads

    from greeum.explanation import account, explanation

    fields = loads(said)
    score = fields["account"]
    found = None if score is None else account(score, path(store, score["path"], fields["search"]["start"] is None))
    return explanation(query, Block(row), fields, found)


def labels_of(row: BlockRow) -> list[str]:
    """The source and the tags of a block, by which it is found too."""
    from json import loads

    return [*([] if row[SOURCE] is None else [row[SOURCE]]), *loads(row[TAGS])]


def clauses(where: Mapping[str, object] | None, min_trust: float) -> list[tuple[str, str]]:
    """Each field of a filter by itself, so that it can be said which does not hold."""
    from json import dumps

    each = [(f"where.{name}", {name: condition}) for name, condition in (where or {}).items()]
    least = [("min_trust", {"trust": {"gte": min_trust}})] if min_trust else []
    return [(name, dumps(clause, ensure_ascii=False, default=inputs.filter_value)) for name, clause in [*each, *least]]


def path(store: Store, steps: Sequence[Mapping[str, Any]], is_spoken_for: bool) -> list[Step]:
    """The way to the block, with the kinds of its links: from the anchor, or a linked block that speaks for it."""
    from greeum.explanation import Step

    way, before = list[Step](), 0
    for step in steps:
        block, by = step["block"], step["by"]
        backwards = LINK_WAYS.get(by, False)
        if by in LINK_WAYS:
            source, target = (block, before) if backwards else (before, block)
            by = kind_between(store, source, target, is_spoken_for)
        way.append(Step(block, by, backwards, step["weight"]))
        before = block
    return way


def kind_between(store: Store, source: int, target: int, is_spoken_for: bool) -> str:
    """The kind of the strongest link from one block to another; "link" if it has gone since the search."""
    links = [link for link in store.links([source]) if link[1] == target]
    shares = SPEAKING_SHARES if is_spoken_for else {}
    return max(links, key=lambda link: link[3] * shares.get(link[2], 1.0))[2] if links else "link"
