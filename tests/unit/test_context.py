"""From hits to a text for a prompt: what is taken, in which order it stands, and how long it is taken to be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greeum import Hit
from greeum._core import PARTS, Zone
from greeum.context import candidates, chosen, day_of, heading, line, phrases_of, tokens
from greeum.context import compose as compose_in
from greeum.limits import K_MAX, TIME_MAX_US
from greeum.model import Block, Context

if TYPE_CHECKING:
    from greeum.store.protocol import BlockRow

HOUR_US = 3_600_000_000


UTC, SEOUL = Zone("UTC"), Zone("Asia/Seoul")


def compose(hits: list[Hit], most: int) -> Context:
    return compose_in(hits, most, UTC)


def line_of(block: Block) -> str:
    return line(block, day_of(block, UTC))


def hit(
    block: int, text: str, score: float, namespace: str = "", source: str | None = None, at: int | None = None
) -> Hit:
    row: BlockRow = (
        block, f"{block:032x}", namespace, None, text, "message", source, "[]", 0.5, "{}",
        block * HOUR_US if at is None else at, 0, None, None, None, 1, None, None, None, "", 1.0, "[]", 0,
    )  # fmt: skip
    return Hit(row, score, [0.0] * len(PARTS))


def order(*hits: Hit) -> list[int]:
    return [block.id for block in chosen(hits, 100_000)]


def test_the_best_come_first_and_each_says_something_new() -> None:
    said = "I moved to Busan in May"
    assert order(hit(1, said, 5), hit(2, "it rains", 3), hit(3, said.upper() + "!", 4), hit(4, said, 1)) == [1, 2]


def test_what_repeats_half_of_it_comes_later() -> None:
    first = hit(1, "alice moved to busan by train", 5)
    repeats, other = hit(2, "alice moved to busan yesterday", 4), hit(3, "it rains over there", 3.5)
    assert order(first, repeats, other, hit(4, "nothing of the kind", 1)) == [1, 3, 2, 4]
    assert order(first, repeats, hit(4, "nothing of the kind", 1)) == [1, 2, 4]


def test_what_does_not_fit_has_not_been_said() -> None:
    long = hit(1, "The violin was made in Cremona. " + "It is old. " * 200, 5)
    short = hit(2, "The violin was made in Cremona.", 1)
    assert [block.id for block in chosen([long, short], 60)] == [2]


def test_a_long_text_is_compared_by_its_beginning() -> None:
    words = [f"word{number}" for number in range(5_000)]
    assert len(phrases_of(" ".join(words))) == 500
    assert order(hit(1, " ".join(words), 2), hit(2, " ".join([*words[:500], "other"]), 1)) == [1]
    assert phrases_of("!" * 1_000) == {("!" * 500, "")}


def test_equals_keep_the_order_of_the_hits() -> None:
    assert order(hit(9, "one", 1), hit(4, "two", 1), hit(7, "three", 1)) == [9, 4, 7]
    assert order() == []


def test_scores_below_nothing_are_scores() -> None:
    assert order(hit(1, "one", -1), hit(2, "two", -2), hit(3, "one", -3)) == [1, 2]


def test_a_text_without_words_is_a_phrase() -> None:
    assert phrases_of("?!") == {("?!", "")}
    assert phrases_of("Yes.") == {("yes", "")}
    assert phrases_of("부산으로 이사했다") == {("부산으로", "이사했다"), ("이사했다", "")}
    assert order(hit(1, "?!", 2), hit(2, "…", 1), hit(3, "?!", 0.5)) == [1, 2]


def test_conversations_stand_by_the_first_block_of_each() -> None:
    hits = [
        hit(1, "one", 1, "b", at=20 * HOUR_US),
        hit(2, "two", 9, "a", at=30 * HOUR_US),
        hit(3, "three", 5, "b", at=40 * HOUR_US),
        hit(4, "four", 7, "a", at=10 * HOUR_US),
        hit(5, "five", 7, "a", at=30 * HOUR_US),
    ]
    context = compose(hits, 1_000)
    assert [block.id for block in context.blocks] == [4, 2, 5, 1, 3]
    assert context.text == (
        "## a\n[4] 1970-01-01: four\n[2] 1970-01-02: two\n[5] 1970-01-02: five\n\n"
        "## b\n[1] 1970-01-01: one\n[3] 1970-01-02: three"
    )


def test_days_are_those_of_the_zone() -> None:
    context = compose_in([hit(1, "one", 1, at=14 * HOUR_US), hit(2, "two", 1, at=15 * HOUR_US)], 1_000, SEOUL)
    assert context.text == "## /\n[1] 1970-01-01: one\n[2] 1970-01-02: two"


def test_a_heading_is_paid_for_once() -> None:
    hits = [hit(1, "one", 9, "a" * 40), hit(2, "two", 8, "b" * 40), hit(3, "three", 7, "a" * 40)]
    most = tokens(compose(hits[:1], 1_000).text) + tokens("\n" + line_of(hits[2].block)) + 2
    assert [block.id for block in compose(hits, most).blocks] == [1, 3]


def test_lines_and_headings_are_single() -> None:
    block = hit(12, " a\r\n\r\nb\x85c\n", 1, "x\u2028y", "two\nnames", TIME_MAX_US).block
    assert line_of(block) == "[12] 9999-12-31 two names: a\n    \n    b\n    c"
    assert heading(block.namespace) == "## x y"
    assert heading("") == "## /"


HITS = st.lists(
    st.tuples(
        st.text(min_size=1, max_size=60),
        st.floats(-5, 10),
        st.sampled_from(("", "a", "a/부산", "b" * 50)),
        st.none() | st.text(min_size=1, max_size=10),
        st.integers(0, 10).map(lambda hours: hours * HOUR_US),
    ),
    max_size=30,
)


@given(HITS, st.integers(1, 400))
def test_it_never_takes_more_than_it_may(said: list[tuple[str, float, str, str | None, int]], most: int) -> None:
    hits = [hit(number, *one) for number, one in enumerate(said, 1)]
    context = compose(hits, most)
    assert context.tokens == tokens(context.text) <= most
    assert {block.id for block in context.blocks} <= {one.block.id for one in hits}
    assert len({block.id for block in context.blocks}) == len(context.blocks)
    assert compose(hits, most) == context
    roomy = compose(hits, 100_000)
    for block in roomy.blocks:
        assert line_of(block) in roomy.text


@pytest.mark.parametrize(
    ("text", "estimate"),
    [
        ("", 0),
        ("word", 1),
        ("four letters and spaces here", 7),
        ("2025-05-03", 7),
        ("부산", 3),
        ("부산으로 이사했다", 13),
        ("🎉", 2),
        ("é", 1),
        ("a" * 4_000, 1_000),
    ],
)
def test_tokens_are_estimated_by_what_characters_there_are(text: str, estimate: int) -> None:
    assert tokens(text) == estimate


@given(st.text(), st.text())
def test_an_estimate_of_parts_is_one_of_the_whole(one: str, other: str) -> None:
    assert 0 <= tokens(one + other) <= tokens(one) + tokens(other) <= tokens(one + other) + 1


def test_the_more_room_the_more_candidates() -> None:
    assert [candidates(most) for most in (1, 1_000, 2_000, 8_000, 100_000)] == [50, 50, 100, 400, K_MAX]
