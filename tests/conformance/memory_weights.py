"""What every Memory must do about weights of its own: those that are set, and those that are learnt from feedback."""

from __future__ import annotations

from typing import Any

import pytest

from greeum import Block, Memory
from greeum.errors import InvalidInput, NotFound

HERE, ABOVE, BESIDE = "acme/alice", "acme", "acme/bob"
SOLD, SEEN = "They sold the {} in the end.", "Somebody saw the {} there."
TOPICS = [f"topic{number:02}" for number in range(60)]
TAUGHT = 40
"""Topics of which there is feedback; the others are asked for afterwards."""


def values(memory: Memory, namespace: str = "") -> dict[str, float]:
    """The weights that are not the default."""
    weights = memory.weights.get(namespace).weights.values()
    return {weight.name: weight.value for weight in weights if weight.origin != "default"}


def words_of(memory: Memory, namespace: str, **options: Any) -> float:
    """What the words are worth for the best hit."""
    return memory.search("the violin", namespace=namespace, **options)[0].parts["words"]


def fill(memory: Memory) -> None:
    for namespace in (HERE, BESIDE):
        memory.add_many({"text": text, "namespace": namespace} for text in ("The violin is old.", "Rain again."))


def sold_and_seen(memory: Memory) -> list[tuple[Block, Block]]:
    """Notes of each topic: what was sold answers better, and what was seen is more important, and so comes first."""
    notes = memory.add_many(
        {"text": text.format(topic), "kind": "note", "importance": importance, "namespace": f"{HERE}/{topic}/{place}"}
        for topic in TOPICS
        for place, text, importance in (("sold", SOLD, 0.0), ("seen", SEEN, 1.0))
    )
    return list(zip(notes[::2], notes[1::2], strict=True))


def answered(memory: Memory, pairs: list[tuple[Block, Block]]) -> int:
    """For how many topics of which nothing was said the better answer comes first."""
    asked = list(zip(TOPICS, pairs, strict=True))[TAUGHT:]
    return sum(memory.search(topic, k=1, namespace=HERE)[0].block == sold for topic, (sold, _) in asked)


def teach(memory: Memory, pairs: list[tuple[Block, Block]]) -> None:
    for topic, (sold, seen) in zip(TOPICS[:TAUGHT], pairs, strict=False):
        memory.feedback(topic, good=[sold.id], bad=[seen.id], namespace=HERE)


class TestOwnWeights:
    def test_without_any_all_are_the_defaults(self, memory: Memory) -> None:
        weighing = memory.weights.get()
        assert (weighing.namespace, weighing.judgements, weighing.share) == ("", 0, 0.0)
        assert {weight.origin for weight in weighing.weights.values()} == {"default"}
        assert weighing["tokens"].value == weighing["tokens"].default == 0.5
        assert weighing["tokens"].namespace is None

    def test_what_is_set_counts_in_searches_there_and_below(self, memory: Memory) -> None:
        fill(memory)
        usual = words_of(memory, HERE)
        weighing = memory.weights.set({"words": 0.8, "recency": 0.3}, namespace=ABOVE)
        assert (weighing["words"].value, weighing["words"].origin, weighing["words"].namespace) == (0.8, "set", ABOVE)
        assert weighing == memory.weights.get(ABOVE)
        assert words_of(memory, HERE) == pytest.approx(2 * usual)
        assert values(memory, HERE) == {"words": 0.8, "recency": 0.3}
        assert values(memory, "zoo") == {}

    def test_every_way_of_searching_heeds_them(self, memory: Memory) -> None:
        fill(memory)
        memory.weights.set({"words": 0.0}, namespace=HERE)
        assert words_of(memory, HERE) == 0.0
        assert next(iter(memory.stream("the violin", namespace=HERE))).parts["words"] == 0.0
        assert memory.search_many(["the violin"], namespace=HERE)[0][0].parts["words"] == 0.0

    def test_the_closest_that_was_set_counts(self, memory: Memory) -> None:
        memory.weights.set({"words": 0.8, "tokens": 0.7}, namespace=ABOVE)
        memory.weights.set({"words": 0.1}, namespace=HERE)
        assert values(memory, HERE) == {"words": 0.1, "tokens": 0.7}
        assert values(memory, BESIDE) == {"words": 0.8, "tokens": 0.7}

    def test_what_a_search_says_goes_over_them(self, memory: Memory) -> None:
        fill(memory)
        usual = words_of(memory, HERE)
        memory.weights.set({"words": 0.8}, namespace=HERE)
        assert words_of(memory, HERE, weights={"words": 0.4}) == pytest.approx(usual)
        assert words_of(memory, HERE, weights={"tokens": 0.4}) == pytest.approx(2 * usual)

    def test_what_is_left_out_stays_and_none_takes_back(self, memory: Memory) -> None:
        memory.weights.set({"words": 0.8}, namespace=HERE)
        memory.weights.set({"tokens": 0.7}, namespace=HERE)
        assert values(memory, HERE) == {"words": 0.8, "tokens": 0.7}
        memory.weights.set({"words": None}, namespace=HERE)
        assert values(memory, HERE) == {"tokens": 0.7}

    def test_they_are_reset_for_one_namespace(self, memory: Memory) -> None:
        memory.weights.set({"words": 0.8}, namespace=ABOVE)
        memory.weights.set({"tokens": 0.7}, namespace=HERE)
        assert memory.weights.reset(namespace=HERE) == memory.weights.get(HERE)
        assert values(memory, HERE) == {"words": 0.8}
        memory.weights.reset(namespace=ABOVE)
        assert values(memory, HERE) == {}

    def test_they_are_no_change_and_outlive_a_wipe(self, memory: Memory) -> None:
        memory.add("The violin is old.")
        seq = memory.stats()["seq"]
        memory.weights.set({"words": 0.8})
        assert memory.stats()["seq"] == seq
        memory.wipe(confirm=1)
        assert values(memory) == {"words": 0.8}

    @pytest.mark.parametrize(
        "weights", [None, {}, [("words", 1)], {"colour": 1}, {"words": "1"}, {"words": True}, {"words": float("nan")},
                    {"colour": None}, {"half_life": 0}, {"words": 1e9}],
    )  # fmt: skip
    def test_what_is_no_weight(self, memory: Memory, weights: Any) -> None:
        with pytest.raises(InvalidInput, match="weights"):
            memory.weights.set(weights)
        assert values(memory) == {}

    def test_how_large_a_weight_may_be_is_said(self, memory: Memory) -> None:
        memory.weights.set({"words": 999_999})
        with pytest.raises(InvalidInput, match="must be a number between -1,000,000 and 1,000,000") as caught:
            memory.weights.set({"words": 1e6})
        assert caught.value.field == "weights.words"


class TestFeedback:
    def test_some_dozens_of_judgements_find_better_answers(self, memory: Memory) -> None:
        pairs = sold_and_seen(memory)
        before = answered(memory, pairs)
        teach(memory, pairs)
        learnt = memory.weights.get(HERE)
        assert learnt.judgements == TAUGHT
        assert 0.5 < learnt.share < 1
        assert learnt["importance"].value < learnt["importance"].default
        assert learnt["words"].value > learnt["words"].default
        assert learnt["words"].origin == "learnt"
        assert answered(memory, pairs) >= before + 5

    def test_it_is_taken_back(self, memory: Memory) -> None:
        pairs = sold_and_seen(memory)
        before = answered(memory, pairs)
        memory.weights.set({"recency": 0.1}, namespace=HERE)
        teach(memory, pairs)
        assert memory.weights.reset(namespace=HERE, learnt_only=True)["words"].origin == "default"
        assert values(memory, HERE) == {"recency": 0.1}
        memory.weights.reset(namespace=HERE)
        assert memory.weights.get(HERE).judgements == 0
        assert answered(memory, pairs) == before

    def test_it_counts_where_it_was_said_and_below(self, memory: Memory) -> None:
        pairs = sold_and_seen(memory)
        teach(memory, pairs)
        below = memory.weights.get(f"{HERE}/topic00")
        assert below["words"].origin == "learnt"
        assert below["words"].namespace == HERE
        assert below.judgements == 0
        assert values(memory, BESIDE) == values(memory, ABOVE) == {}

    def test_one_judgement_changes_nothing_that_is_found(self, memory: Memory) -> None:
        ((sold, seen), *_) = sold_and_seen(memory)
        before = [(hit.block.id, hit.score) for hit in memory.search(TOPICS[0], namespace=HERE)]
        learnt = memory.feedback(TOPICS[0], good=[sold.id], bad=[seen.id], namespace=HERE)
        assert (learnt.judgements, learnt.share) == (1, 0.0)
        assert [(hit.block.id, hit.score) for hit in memory.search(TOPICS[0], namespace=HERE)] == before

    def test_what_was_set_is_not_touched(self, memory: Memory) -> None:
        pairs = sold_and_seen(memory)
        memory.weights.set({"words": 0.41}, namespace=ABOVE)
        teach(memory, pairs)
        learnt = memory.weights.get(HERE)
        assert (learnt["words"].value, learnt["words"].origin) == (0.41, "set")
        assert learnt["importance"].origin == "learnt"

    def test_bad_ones_alone_teach_too(self, memory: Memory) -> None:
        pairs = sold_and_seen(memory)
        for topic, (_, seen) in zip(TOPICS[:TAUGHT], pairs, strict=False):
            memory.feedback(topic, bad=[seen.id], namespace=HERE)
        learnt = memory.weights.get(HERE)
        assert learnt.judgements == TAUGHT
        assert learnt["importance"].value < learnt["importance"].default

    def test_under_one_key_it_is_learnt_once(self, memory: Memory) -> None:
        ((sold, _), *_) = sold_and_seen(memory)
        first = memory.feedback(TOPICS[0], good=[sold.id], namespace=HERE, idempotency_key="job-1")
        assert memory.feedback(TOPICS[0], good=[sold.id], namespace=HERE, idempotency_key="job-1") == first
        again = memory.feedback(TOPICS[0], good=[sold.id], namespace=HERE, idempotency_key="job-2")
        assert again.judgements == 2

    def test_a_wipe_takes_along_what_was_learnt(self, memory: Memory) -> None:
        ((sold, _), *_) = sold_and_seen(memory)
        memory.feedback(TOPICS[0], good=[sold.id], namespace=HERE)
        memory.wipe(confirm=2 * len(TOPICS))
        assert memory.weights.get(HERE).judgements == 0

    def test_what_a_search_does_not_find_teaches_nothing(self, memory: Memory) -> None:
        memory.add("The violin is old.", namespace=HERE)
        old = memory.add("The violin was lent.", namespace=HERE)
        memory.update(old.id, text="The violin was given away.")
        assert memory.feedback("the violin", good=[old.id], namespace=HERE).judgements == 0

    def test_a_block_elsewhere_is_not_there(self, memory: Memory) -> None:
        block = memory.add("The violin is old.", namespace=BESIDE)
        for missing in (block.id, block.id + 1_000):
            with pytest.raises(NotFound, match=str(missing)):
                memory.feedback("the violin", good=[missing], namespace=HERE)

    @pytest.mark.parametrize(
        "said", [{}, {"good": [1], "bad": [1]}, {"good": 1}, {"good": "1"}, {"bad": [0]}, {"good": [True]},
                 {"good": list(range(1, 102))}],
    )  # fmt: skip
    def test_what_is_no_judgement(self, memory: Memory, said: Any) -> None:
        memory.add("The violin is old.")
        with pytest.raises(InvalidInput, match=r"good|bad"):
            memory.feedback("the violin", **said)
