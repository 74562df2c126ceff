"""Explanations over HTTP: why a search finds a block, or does not."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from greeum.api import encoding, wire
from greeum.api.answers import Answered, Block, Parts
from greeum.api.routes import Operation
from greeum.api.search import OneQuery

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum import Memory
    from greeum.api.http import Answer, Call

PartName = Literal["words", "vector", "tokens", "conversation", "prior", "graph"]


class ExplainRequest(OneQuery, kw_only=True):
    """Which block, and of which search."""

    block: wire.Id


class Weighed(Answered):
    """What one weight does: `adds` is `weight` times `measure`; those of a part sum up to it."""

    part: PartName
    name: str
    weight: float
    measure: float
    adds: float
    turns: Annotated[list[int], Meta(description="The blocks around that it speaks of.")]


class Measure(Answered):
    """What words, vector or tokens say before they are weighed, and what is usual among the blocks in scope."""

    part: Literal["words", "vector", "tokens"]
    value: float
    mean: float
    deviation: float
    luck: Annotated[float, Meta(description="What a block of many passages owes to chance, in deviations.")]


class Match(Answered):
    """A word of the query that the block has, and in which forms."""

    word: str
    found: list[str]
    by: Literal["word", "stem", "morpheme", "syllables", "spelling", "label", "date"]
    adds: float


class Pair(Answered):
    """A word of the query, and the word of the block that comes nearest in meaning, from 0 to 1."""

    word: str
    found: str
    similarity: float
    adds: float


class Dates(Answered):
    """Days: `2023-05-08`, stretches: `2023-05-01/2023-05-31` or `../2023-05-04`, days of any year: `--05-08`."""

    asks_when: bool
    asked: Annotated[list[str], Meta(description="The times that the query names.")]
    said: str
    mentions: list[str]
    matched: list[str]


class PathStep(Answered):
    """A block on the way from the anchor, and what led to it: `start`, `previous`, `next`, or a link's kind."""

    block: int
    by: str
    backwards: bool
    weight: float


class Account(Answered):
    """A score taken apart."""

    score: float
    parts: Parts
    weights: list[Weighed]
    measures: list[Measure]
    words: list[Match]
    tokens: list[Pair]
    dates: Dates
    source: Annotated[str | None, Meta(description="The one source that the query names.")]
    about: Annotated[
        str | None,
        Meta(description="The rare name that it shares with the hit that speaks for it: see the weight `about`."),
    ]
    path: list[PathStep]
    proximity: float


class Visit(Answered):
    """What the search looked at, from where, and how far it went."""

    blocks: int
    looked_at: int
    start: int | None
    width: Literal["neighbourhood", "words", "everything"]
    least: Annotated[float | None, Meta(description="What the last hit scores, if there are as many as asked for.")]


class Explanation(Answered):
    """Why a search finds a block, or does not."""

    query: str
    outcome: Literal["hit", "outranked", "unmatched", "not_looked_at", "excluded"]
    excluded: Annotated[list[str], Meta(description="What keeps it out, as in `superseded` or `where.source`.")]
    rank: int | None
    account: Account | None
    search: Visit
    block: Block


def explain(memory: Memory, call: Call) -> Answer:
    """Why a search with these options finds a block, or does not; its score taken apart."""
    return encoding.one(memory.explain(**call.body))


OPERATIONS = (
    Operation(
        id="explain", method="POST", path="/v1/explain", handle=explain, body=ExplainRequest, answer=Explanation,
        problems=("not-found", "embedder-failed"),
    ),
)  # fmt: skip
