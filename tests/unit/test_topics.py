"""Which anchor a text belongs to, and where a subject begins."""

from __future__ import annotations

import pytest

from greeum.errors import InvalidInput
from greeum.memory import Memory
from greeum.testing import FrozenClock, memory

LENS = "I bought a new lens for my camera in Busan last week."
LENS_TOO = "The shop in Busan cleaned my camera and the lens for free."
BREAD = "Yuna learns to bake sourdough bread with rye flour."
BREAD_TOO = "The sourdough rests overnight before Yuna adds more rye flour."
TENTS = "We hike along the coast of Jeju with two tents."
TENTS_TOO = "Both tents are light enough for the coast of Jeju."
PIANO_TOO = "The school tuned the piano that Grandfather sold."
PIANO = "Grandfather sold his old piano to a school nearby."


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def said(clock: FrozenClock) -> Memory:
    return memory(clock=clock)


def say(said: Memory, clock: FrozenClock, *texts: str) -> list[int]:
    """The ids of the blocks that are added, a minute after the other."""
    ids = []
    for text in texts:
        clock.advance(60)
        ids.append(said.add(text, namespace="a", near="auto").id)
    return ids


def slots(said: Memory) -> dict[str, int]:
    return {anchor.name: anchor.block_id for anchor in said.anchors.status()}


def test_a_subject_takes_its_anchor_along_and_a_new_one_gets_its_own(said: Memory, clock: FrozenClock) -> None:
    _, lens, _, bread = say(said, clock, LENS, LENS_TOO, BREAD, BREAD_TOO)
    assert slots(said) == {"A": lens, "B": bread}
    assert said.anchors.get("B", namespace="a").hops == 2


def test_what_says_too_little_stays_with_the_subject_at_hand(said: Memory, clock: FrozenClock) -> None:
    say(said, clock, LENS, BREAD, BREAD_TOO)
    [last] = say(said, clock, "A lens, really?")
    assert slots(said)["B"] == last


def test_the_fourth_subject_takes_the_anchor_that_was_left_longest_ago(said: Memory, clock: FrozenClock) -> None:
    said_twice = (LENS, LENS_TOO, BREAD, BREAD_TOO, TENTS, TENTS_TOO, PIANO, PIANO_TOO)
    _, _, _, bread, _, tents, _, piano = say(said, clock, *said_twice)
    assert slots(said) == {"A": piano, "B": bread, "C": tents}


def test_a_pinned_anchor_never_moves_and_what_fits_it_is_linked(said: Memory, clock: FrozenClock) -> None:
    [lens] = say(said, clock, LENS)
    said.anchors.pin("A", namespace="a")
    [more] = say(said, clock, LENS_TOO)
    assert slots(said) == {"A": lens}
    assert [(link.source, link.target) for link in said.links(more)] == [(more, lens)]
    say(said, clock, BREAD, BREAD_TOO, TENTS, TENTS_TOO)
    _, piano = say(said, clock, PIANO, PIANO_TOO)
    assert slots(said)["A"] == lens
    assert slots(said)["B"] == piano


def test_where_all_are_pinned_nothing_moves(said: Memory, clock: FrozenClock) -> None:
    say(said, clock, LENS, LENS_TOO, BREAD, BREAD_TOO, TENTS, TENTS_TOO)
    for name in "ABC":
        said.anchors.pin(name, namespace="a")
    before = slots(said)
    say(said, clock, PIANO)
    assert slots(said) == before


def test_coming_back_to_a_subject_is_a_link_to_it(said: Memory, clock: FrozenClock) -> None:
    [lens] = say(said, clock, LENS)
    say(said, clock, BREAD, *(f"{BREAD_TOO} ({loaf})" for loaf in range(12)))
    [back] = say(said, clock, LENS_TOO)
    assert slots(said)["A"] == back
    assert [link.target for link in said.links(back) if link.source == back] == [lens]


def test_going_straight_on_is_no_link(said: Memory, clock: FrozenClock) -> None:
    _, second = say(said, clock, LENS, LENS_TOO)
    assert said.links(second) == []


def test_the_same_again_moves_nothing(said: Memory, clock: FrozenClock) -> None:
    said.add(LENS, namespace="a", near="auto", kind="note")
    say(said, clock, BREAD)
    before = slots(said)
    assert not said.add(LENS, namespace="a", near="auto", kind="note").is_new
    assert slots(said) == before


def test_a_conversation_goes_on_with_the_anchors_above_it(said: Memory) -> None:
    lens = said.add(LENS, namespace="a", near="auto")
    more = said.add(LENS_TOO, namespace="a/b", near="auto")
    assert (lens.id, more.id) == (1, 2)
    assert {anchor.namespace: anchor.block_id for anchor in said.anchors.status()} == {"a": more.id}


def test_a_search_starts_where_it_fits(said: Memory, clock: FrozenClock) -> None:
    say(said, clock, LENS, LENS_TOO)
    bread = said.add(BREAD, namespace="b", near="auto")
    hits = said.search("Who bakes sourdough?", near="auto")
    assert hits[0].block == bread
    assert hits[0].parts["graph"] > 0
    assert said.search("Who bakes sourdough?", namespace="c", near="auto") == []


def test_without_anchors_it_is_a_search_of_everything(said: Memory) -> None:
    said.add(LENS)
    [hit] = said.search("lens", near="auto")
    assert hit.parts["graph"] == 0


def test_auto_is_no_name_and_not_for_several_at_once(said: Memory) -> None:
    block = said.add(LENS)
    with pytest.raises(InvalidInput, match="whichever anchor fits"):
        said.anchors.set("auto", block.id)
    with pytest.raises(InvalidInput, match=r"blocks\[0\].near.*by itself"):
        said.add_many([{"text": LENS_TOO, "near": "auto"}])


def test_a_confined_memory_chooses_among_its_own(said: Memory, clock: FrozenClock) -> None:
    from greeum.rooted import Rooted

    outside = said.add(LENS, namespace="acme")
    said.anchors.set("A", outside.id, namespace="acme")
    rooted = Rooted(said, "acme/alice")
    own = rooted.add(LENS_TOO, near="auto")
    assert slots(said) == {"A": own.id}
    assert [(anchor.namespace, anchor.block_id) for anchor in said.anchors.status()] == [
        ("acme", outside.id), ("acme/alice", own.id)
    ]  # fmt: skip
    [hit] = rooted.search("lens", near="auto")
    assert hit.block == own
