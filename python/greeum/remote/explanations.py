"""Explanations that come over HTTP, from JSON."""

from __future__ import annotations

from greeum._core import PARTS
from greeum.explanation import Account, Dates, Explanation, Match, Measure, Pair, Step, Visit, Weighed
from greeum.model import Block
from greeum.remote.rows import block_row, integer, mapping, number, optional, several, string, truth

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def explanation(record: Any) -> Explanation:
    return Explanation(
        query=string(record["query"]),
        block=Block(block_row(record["block"])),
        outcome=string(record["outcome"]),
        excluded=strings(record["excluded"]),
        rank=optional(integer, record["rank"]),
        account=optional(account, record["account"]),
        search=visit(record["search"]),
    )


def account(record: Any) -> Account:
    parts = mapping(record["parts"])
    return Account(
        score=number(record["score"]),
        parts={name: number(parts[name]) for name in PARTS},
        weights=tuple(several(weight, record["weights"])),
        measures=tuple(several(measure, record["measures"])),
        words=tuple(several(match, record["words"])),
        tokens=tuple(several(pair, record["tokens"])),
        dates=dates(record["dates"]),
        source=optional(string, record["source"]),
        about=optional(string, record["about"]),
        path=tuple(several(step, record["path"])),
        proximity=number(record["proximity"]),
    )


def weight(record: Any) -> Weighed:
    return Weighed(
        string(record["part"]), string(record["name"]), number(record["weight"]), number(record["measure"]),
        number(record["adds"]), tuple(several(integer, record["turns"])),
    )  # fmt: skip


def measure(record: Any) -> Measure:
    return Measure(
        string(record["part"]), number(record["value"]), number(record["mean"]), number(record["deviation"]),
        number(record["luck"]),
    )  # fmt: skip


def match(record: Any) -> Match:
    return Match(string(record["word"]), strings(record["found"]), string(record["by"]), number(record["adds"]))


def pair(record: Any) -> Pair:
    return Pair(string(record["word"]), string(record["found"]), number(record["similarity"]), number(record["adds"]))


def dates(record: Any) -> Dates:
    return Dates(
        truth(record["asks_when"]), strings(record["asked"]), string(record["said"]), strings(record["mentions"]),
        strings(record["matched"]),
    )  # fmt: skip


def step(record: Any) -> Step:
    return Step(integer(record["block"]), string(record["by"]), truth(record["backwards"]), number(record["weight"]))


def visit(record: Any) -> Visit:
    return Visit(
        integer(record["blocks"]), integer(record["looked_at"]), optional(integer, record["start"]),
        string(record["width"]), optional(number, record["least"]),
    )  # fmt: skip


def strings(values: Any) -> tuple[str, ...]:
    return tuple(several(string, values))
