"""Why a search found a block, or did not: Explanation, and what it is made of.

Numbers add up: of an Explanation's `weights` those of a part sum up to the part, and the parts to the score.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from greeum._core import PARTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from greeum.model import Block

DIGITS = 4
"""To how many digits after the point numbers are written: as those of a hit."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """What one weight does: `adds` is `weight` times `measure`. `turns` are the blocks around that it speaks of, the
    linked one, or the hit with the same name.
    """

    part: str
    name: str
    weight: float
    measure: float
    adds: float
    turns: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Measure:
    """What words, vector or tokens say before they are weighed.

    `value` is BM25, cosine or late interaction; `mean` and `deviation` are those of the blocks in scope. What is
    weighed is how many deviations the value lies above the mean, less `luck`, which a block of many passages has.
    """

    part: str
    value: float
    mean: float
    deviation: float
    luck: float


@dataclass(frozen=True, slots=True)
class Match:
    """A word of the query that the block has, in the forms of its text, and what that adds to the score.

    `by` is "word", "stem" (another form of it), "morpheme", "syllables", "spelling" (what was likely meant: as it was
    typed, it stands nowhere), "label" (its source or a tag), or "date".
    """

    word: str
    found: tuple[str, ...]
    by: str
    adds: float


@dataclass(frozen=True, slots=True)
class Pair:
    """A word of the query, and the word of the block that comes nearest in meaning: from 0 to 1."""

    word: str
    found: str
    similarity: float
    adds: float


@dataclass(frozen=True, slots=True)
class Dates:
    """Times that the query names (`asked`), when the block was said, and those that its text speaks of (`mentions`).

    A day is written as in `2023-05-08`, several as in `2023-05-01/2023-05-31`, and one of any year as in `--05-08`.
    What is open at one side, as "before 5 May", is written as in `../2023-05-04` or `2023-05-06/..`.
    `matched` are those of the block that the query asks for; `asks_when` is whether it asks when something was.
    """

    asks_when: bool
    asked: tuple[str, ...]
    said: str
    mentions: tuple[str, ...]
    matched: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A block on the way from the anchor, or else from the linked block that speaks for it, and how it was reached.

    `by` is "start", "previous", "next" (in the conversation) or a link's kind, which `backwards` was read against its
    direction; `weight` is how strong that tie is.
    """

    block: int
    by: str
    backwards: bool
    weight: float


@dataclass(frozen=True, slots=True)
class Visit:
    """What the search looked at: so many `blocks` in scope, of which it `looked_at` some.

    It did so from the block `start` on if it was near something, and as far as `width` says: its "neighbourhood", that
    and what shares rare "words" with the query, or "everything". `least` is what the last of the hits scores, if there
    are as many as were asked for.
    """

    blocks: int
    looked_at: int
    start: int | None
    width: str
    least: float | None


@dataclass(frozen=True, slots=True)
class Account:
    """A score taken apart. With what is usual, `words` add up to that part of the score, and `tokens` likewise."""

    score: float
    parts: dict[str, float]
    weights: tuple[Weighed, ...]
    measures: tuple[Measure, ...]
    words: tuple[Match, ...]
    tokens: tuple[Pair, ...]
    dates: Dates
    source: str | None
    """The one source that the query names."""
    about: str | None
    """The rare name that it shares with the hit that speaks for it: see the weight `about`."""
    path: tuple[Step, ...]
    proximity: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a search found a block, or did not.

    `outcome` is
    "hit": it is among the hits, at place `rank`;
    "outranked": it was scored, and `rank` is beyond what was asked for;
    "unmatched": it was looked at, and has nothing to do with the query;
    "not_looked_at": others have more of the words and are nearer in meaning, so that nothing led to it;
    "excluded": it may be no hit, for the reasons in `excluded`.

    These are "namespace", "expired", "superseded", "quarantined", "not_yet_valid", "no_longer_valid",
    "not_yet_recorded" (as of that time), "min_trust", "not_indexed", or "where.…" with the field of the filter that
    does not hold. `account` is how it was scored, or would have been; None where no search could see it, or where the
    query is made of words alone that say nothing by themselves (the, who, 그리고), so that it finds nothing.
    """

    query: str
    block: Block
    outcome: str
    excluded: tuple[str, ...]
    rank: int | None
    account: Account | None
    search: Visit

    @property
    def score(self) -> float | None:
        """The score that the search gives the block, or would give."""
        return None if self.account is None else self.account.score

    @property
    def parts(self) -> dict[str, float]:
        """The parts of the score."""
        return {} if self.account is None else self.account.parts

    def to_dict(self) -> dict[str, object]:
        """All of it, ready for JSON; numbers to four digits."""
        return {
            "query": self.query,
            "outcome": self.outcome,
            "excluded": list(self.excluded),
            "rank": self.rank,
            "account": None if self.account is None else rounded(asdict(self.account)),
            "search": rounded(asdict(self.search)),
            "block": self.block.to_dict(),
        }


def rounded(value: Any) -> Any:
    """The same with short numbers, and lists for tuples."""
    if isinstance(value, float):
        return round(value, DIGITS)
    if isinstance(value, dict):
        return {name: rounded(field) for name, field in value.items()}
    return [rounded(item) for item in value] if isinstance(value, (tuple, list)) else value


def explanation(query: str, block: Block, fields: Mapping[str, Any], account: Account | None) -> Explanation:
    """One of what the Index says of a block."""
    return Explanation(
        query, block, fields["outcome"], tuple(fields["excluded"]), fields["rank"], account, Visit(**fields["search"])
    )


def account(fields: Mapping[str, Any], path: Sequence[Step]) -> Account:
    """One of what the Index says of a score, and the way to the block."""
    dates = fields["dates"]
    return Account(
        score=fields["score"],
        parts={name: fields["parts"][name] for name in PARTS},
        weights=tuple(Weighed(**{**weight, "turns": tuple(weight["turns"])}) for weight in fields["weights"]),
        measures=tuple(Measure(**measure) for measure in fields["measures"]),
        words=tuple(Match(**{**match, "found": tuple(match["found"])}) for match in fields["words"]),
        tokens=tuple(Pair(**pair) for pair in fields["tokens"]),
        dates=Dates(
            dates["asks_when"], tuple(dates["asked"]), dates["said"], tuple(dates["mentions"]), tuple(dates["matched"])
        ),
        source=fields["source"],
        about=fields["about"],
        path=tuple(path),
        proximity=fields["proximity"],
    )
