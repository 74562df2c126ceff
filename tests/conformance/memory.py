"""What every Memory must do, whatever it is kept in and wherever that is.

The test of one kind of memory gives a fixture `open_memory`, a function that opens the same memory again (`OpenMemory`
says with what), and imports the classes from here; one that forgets everything when it is closed leaves out
`TestReopening`. Only what `Memory` offers in public is used, so that a remote one can be held to the same.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from itertools import chain
from random import Random
from typing import Any, Protocol

import numpy as np
import pytest

from greeum import Block, Hit, Memory
from greeum.embed.given import GivenVectors
from greeum.embed.protocol import Embedder
from greeum.errors import Conflict, InvalidInput, NotFound, StoreClosed
from greeum.limits import BATCH_MAX, PAGE_MAX
from greeum.testing import FrozenClock

NOW = datetime(2025, 3, 4, 9, 0, tzinfo=UTC)


HOUR = timedelta(hours=1)


PARTS = {"words", "vector", "tokens", "conversation", "prior", "graph"}


class OpenMemory(Protocol):
    """Opens the memory of this test, the same one every time; what is left out is as `greeum.open` has it."""

    def __call__(self, *, embedder: Embedder | None = None, clock: FrozenClock | None = None) -> Memory: ...


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock(NOW)


@pytest.fixture
def memory(open_memory: OpenMemory, clock: FrozenClock) -> Iterator[Memory]:
    with open_memory(clock=clock) as memory:
        yield memory


@pytest.fixture
def vectors(open_memory: OpenMemory) -> Iterator[Memory]:
    """A memory that takes its vectors from the caller, three components each."""
    with open_memory(embedder=GivenVectors(3, "test")) as memory:
        yield memory


def texts(found: Iterable[Block | Hit]) -> list[str]:
    return [(one.block if isinstance(one, Hit) else one).text for one in found]


def ids(found: Iterable[Block | Hit]) -> list[int]:
    return [(one.block if isinstance(one, Hit) else one).id for one in found]


def scores(hits: Iterable[Hit]) -> list[tuple[int, float]]:
    return [(hit.block.id, hit.score) for hit in hits]


def everything(memory: Memory, **options: Any) -> list[Block]:
    """All pages of a listing."""
    blocks: list[Block] = []
    cursor = None
    while True:
        page = memory.list(cursor=cursor, **options)
        blocks += page
        cursor = page.cursor
        if cursor is None:
            return blocks


def facts(memory: Memory) -> dict[str, object]:
    """What no refused call may change."""
    stats = memory.stats()
    return {name: stats[name] for name in ("blocks", "superseded", "links", "anchors", "seq")}


def tell(memory: Memory) -> None:
    """Some blocks that each differ from the others in what a filter can ask about."""
    memory.add_many(
        [
            {"text": "apple", "kind": "message", "source": "alice", "namespace": "acme/alice", "importance": 0.1},
            {"text": "pear", "kind": "note", "source": "bob", "namespace": "acme/alice/chat", "importance": 0.5,
             "tags": ["trip", "sea"], "metadata": {"km": 5, "by": {"train": True}}},
            {"text": "plum", "kind": "fact", "source": None, "namespace": "acme/alice2", "importance": 0.9,
             "key": "third", "metadata": {"km": 12.5, "stops": ["대전", 3, None], "open": None}},
            {"text": "fig", "kind": "fact", "source": "Alice", "namespace": "zoo", "importance": 0.9,
             "tags": ["trip"], "metadata": {"km": "far"}, "at": "2020-01-01", "valid_from": "2020-01-01",
             "valid_to": "2034-01-01", "expires_at": "2035-01-01"},
        ]
    )  # fmt: skip


WORDS = (
    "busan", "rain", "train", "coffee", "moved", "kitchen", "garden", "violin", "piano", "market", "river", "bridge",
    "snow", "paint", "bread", "tea", "book", "lamp", "chair", "stone", "부산", "기차", "바다", "커피", "시장",
)  # fmt: skip


QUERIES = ("violin", "busan rain train", "did alice paint the bridge?", "부산 바다")


def remember_much(memory: Memory, count: int) -> None:
    """The same blocks every time: some conversations of people who say a few words."""
    random = Random(7)
    memory.add_many(
        {
            "text": " ".join(random.choices(WORDS, k=random.randint(2, 9))) + random.choice(".?!"),
            "namespace": f"n/{number % 40}",
            "source": random.choice(("alice", "bob")),
        }
        for number in range(count)
    )


class TestAdding:
    def test_every_field_comes_back(self, memory: Memory) -> None:
        there = memory.add("We looked at flats.")
        block = memory.add(
            "I moved to Busan in May.",
            namespace="acme/alice/chat-1",
            key="home",
            kind="fact",
            source="alice",
            tags=["move", "home"],
            importance=0.75,
            metadata={"km": 325, "by": {"train": True}, "stops": ["대전", None, 1.5]},
            at="2024-05-02T10:00:00+09:00",
            valid_from="2024-05-01",
            valid_to=NOW + HOUR,
            expires_at=NOW + 2 * HOUR,
            near=there.id,
        )
        assert block.text == "I moved to Busan in May."
        assert block.namespace == "acme/alice/chat-1"
        assert block.key == "home"
        assert block.kind == "fact"
        assert block.source == "alice"
        assert block.tags == ("move", "home")
        assert block.importance == 0.75
        assert block.metadata == {"km": 325, "by": {"train": True}, "stops": ["대전", None, 1.5]}
        assert block.at == datetime(2024, 5, 2, 1, 0, tzinfo=UTC)
        assert block.added_at == NOW
        assert block.valid_from == datetime(2024, 5, 1, tzinfo=UTC)
        assert block.valid_to == NOW + HOUR
        assert block.expires_at == NOW + 2 * HOUR
        assert (block.revision, block.supersedes, block.superseded_by) == (1, None, None)
        assert [(link.target, link.kind) for link in memory.links(block.id)] == [(there.id, "near")]
        assert memory.get(block.id) == block

    def test_what_is_left_out_is_nothing_in_particular(self, memory: Memory) -> None:
        block = memory.add("hello")
        assert block.namespace == ""
        assert (block.key, block.source, block.tags, block.metadata) == (None, None, (), {})
        assert (block.kind, block.importance) == ("message", 0.5)
        assert block.at == block.added_at == NOW
        assert (block.valid_from, block.valid_to, block.expires_at) == (None, None, None)
        assert memory.links(block.id) == []
        assert memory.add("hello", metadata=None, near=None).uid != block.uid

    @pytest.mark.parametrize(
        "text",
        [
            "  spaces around \n",
            "줄\r\n바꿈",
            "🏠" * 50,
            unicodedata.normalize("NFD", "부산 café"),
            "\u202eright to left",
            "\x1b[31m",
        ],
    )
    def test_a_text_is_kept_as_it_is(self, memory: Memory, text: str) -> None:
        assert memory.get(memory.add(text).id).text == text

    @pytest.mark.parametrize(
        ("given", "canonical"),
        [
            ("acme/alice", "acme/alice"),
            (["acme", "alice"], "acme/alice"),
            (("acme", "chat/1"), "acme/chat%2F1"),
            ("acme/chat%2f1", "acme/chat%2F1"),
            (["50%"], "50%25"),
            ("a%6Cice", "alice"),
            ("부산/..", "부산/.."),
            ([], ""),
        ],
    )
    def test_a_namespace_has_one_form(self, memory: Memory, given: Any, canonical: str) -> None:
        block = memory.add("hello", namespace=given)
        assert block.namespace == canonical
        assert ids(memory.search("hello", namespace=given)) == ids(memory.list(namespace=canonical)) == [block.id]

    @pytest.mark.parametrize("field", ["at", "valid_from", "valid_to", "expires_at"])
    @pytest.mark.parametrize(
        ("given", "moment"),
        [
            ("2030-03-04", datetime(2030, 3, 4, tzinfo=UTC)),
            ("2030-03-04T09:12:00.5+09:00", datetime(2030, 3, 4, 0, 12, 0, 500_000, tzinfo=UTC)),
            (datetime(2030, 3, 4, 9, 12, 0, 1), datetime(2030, 3, 4, 9, 12, 0, 1, tzinfo=UTC)),
            (
                datetime(2030, 3, 4, 9, 12, tzinfo=timezone(timedelta(hours=9))),
                datetime(2030, 3, 4, 0, 12, tzinfo=UTC),
            ),
            ("0001-01-01", datetime(1, 1, 1, tzinfo=UTC)),
            (datetime.max, datetime.max.replace(tzinfo=UTC)),
        ],
    )
    def test_times_may_be_written_in_several_ways(
        self, memory: Memory, field: str, given: object, moment: datetime
    ) -> None:
        fields: dict[str, Any] = {field: given}
        assert getattr(memory.add("hello", **fields), field) == moment

    def test_tags_keep_their_order_and_each_stands_once(self, memory: Memory) -> None:
        assert memory.add("hello", tags=iter(["b", "a", "b"])).tags == ("b", "a")

    def test_metadata_comes_back_equal(self, memory: Memory) -> None:
        metadata = {"큰 수": 2**53, "작은": -1e-300, "not": None, "deep": {"er": [[{"x": ["\n"]}]]}}
        back = memory.add("hello", metadata=metadata).metadata
        assert json.dumps(back) == json.dumps(metadata)

    def test_the_kind_says_whether_it_is_a_turn_of_a_conversation(self, memory: Memory) -> None:
        def conversation(kind: str) -> float:
            [part] = [
                hit.parts["conversation"] - hit.parts["words"] - hit.parts["vector"] - hit.parts["tokens"]
                for hit in memory.search("old violin", weights={"session": 1})
                if hit.block.kind == kind and hit.block.text == "It was made in Cremona."
            ]
            return part

        for kind in ("message", "note"):
            memory.add("It was made in Cremona.", kind=kind, namespace=kind)
            memory.add("The violin is old.", kind=kind, namespace=kind)
        assert conversation("message") > 0.1, "the turn beside it speaks for it"
        assert conversation("note") == pytest.approx(0, abs=1e-5), "a note has nothing but itself"

    def test_a_query_that_names_the_source_finds_what_it_said(self, memory: Memory) -> None:
        for source in ("bob", "alice", "carol"):
            memory.add("The train to Busan was late.", source=source, namespace=source)
        hits = memory.search("what did alice say about the train to Busan?")
        assert hits[0].block.source == "alice"
        assert hits[0].parts["prior"] > hits[1].parts["prior"]

    def test_importance_weighs(self, memory: Memory) -> None:
        for importance in (0.0, 1.0, 0.5):
            memory.add("The train to Busan was late.", importance=importance, kind="note", on_duplicate="keep")
        hits = memory.search("late train")
        assert [hit.block.importance for hit in hits] == [1.0, 0.5, 0.0]

    def test_what_is_added_is_found_at_once(self, memory: Memory) -> None:
        for number in range(70):
            block = memory.add(f"Box {number} holds the letters of the year {1900 + number}.")
            assert block.id in ids(memory.search(f"letters of {1900 + number}", k=3))
            assert ids(memory.list(newest_first=True, limit=1)) == [block.id]

    def test_dates_and_tags_find_too(self, memory: Memory) -> None:
        memory.add("We met again.", at="2024-05-02")
        memory.add("We met.", at="2023-11-20", tags=["harbour"])
        assert memory.search("what happened in May 2024?")[0].block.at == datetime(2024, 5, 2, tzinfo=UTC)
        assert texts(memory.search("harbour"))[0] == "We met."


class TestExpiring:
    def test_an_expired_block_is_gone_from_searches_and_lists(self, memory: Memory, clock: FrozenClock) -> None:
        block = memory.add("The door code is 4711.", expires_at=NOW + HOUR)
        memory.add("The door is green.")
        clock.advance(3599)
        assert block.id in ids(memory.search("door code"))
        assert block.id in ids(memory.list())
        clock.advance(1)
        for history in (False, True):
            assert block.id not in ids(memory.search("door code", history=history, exact=history))
            assert block.id not in ids(memory.list(history=history))
        assert memory.get(block.id) == block

    def test_a_later_end_brings_it_back(self, memory: Memory, clock: FrozenClock) -> None:
        block = memory.add("The door code is 4711.", expires_at=NOW + HOUR)
        clock.advance(2 * 3600)
        assert memory.search("door code") == []
        memory.update(block.id, expires_at=None)
        assert ids(memory.search("door code")) == [block.id]


class TestKeys:
    def test_the_same_text_under_the_same_key_is_added_once(self, memory: Memory) -> None:
        first = memory.add("I live in Busan.", key="home", namespace="acme/alice")
        before = facts(memory)
        assert memory.add("I live in Busan.", key="home", namespace="acme/alice", importance=1.0) == first
        assert facts(memory) == before

    def test_another_text_under_the_same_key_is_a_conflict(self, memory: Memory) -> None:
        memory.add("I live in Busan.", key="home")
        before = facts(memory)
        with pytest.raises(Conflict, match="home"):
            memory.add("I live in Seoul.", key="home")
        assert facts(memory) == before

    def test_a_key_belongs_to_its_namespace(self, memory: Memory) -> None:
        alice = memory.add("I live in Busan.", key="home", namespace="acme/alice")
        bob = memory.add("I live in Seoul.", key="home", namespace=["acme", "bob"])
        assert memory.get(key="home", namespace="acme/alice") == alice
        assert memory.get(key="home", namespace="acme/bob") == bob
        with pytest.raises(NotFound, match="home"):
            memory.get(key="home")

    def test_a_key_names_the_newest_version(self, memory: Memory) -> None:
        old = memory.add("I live in Busan.", key="home")
        new = memory.update(old.id, text="I live in Seoul.")
        assert new.key == "home"
        assert memory.get(key="home") == new
        assert memory.add("I live in Seoul.", key="home") == new
        with pytest.raises(Conflict):
            memory.add("I live in Busan.", key="home")

    def test_a_forgotten_key_is_free(self, memory: Memory) -> None:
        memory.forget(memory.add("I live in Busan.", key="home").id)
        assert memory.get(memory.add("I live in Seoul.", key="home").id).text == "I live in Seoul."


class TestAddingMany:
    def test_blocks_come_back_in_order_each_with_its_fields(self, memory: Memory) -> None:
        given = ({"text": f"line {number}", "source": f"s{number}", "importance": number / 10} for number in range(10))
        blocks = memory.add_many(given)
        assert texts(blocks) == [f"line {number}" for number in range(10)]
        assert [block.source for block in blocks] == [f"s{number}" for number in range(10)]
        assert [block.importance for block in blocks] == [number / 10 for number in range(10)]
        assert ids(blocks) == sorted(ids(blocks))
        assert everything(memory) == blocks

    def test_a_text_alone_is_a_block(self, memory: Memory) -> None:
        plain, full = memory.add_many(["I live in Busan.", {"text": "I live in Seoul.", "source": "Ben"}])
        assert (plain.text, plain.source, full.source) == ("I live in Busan.", None, "Ben")
        assert everything(memory) == [plain, full]

    def test_what_is_neither_is_refused_by_its_place(self, memory: Memory) -> None:
        with pytest.raises(InvalidInput) as caught:
            memory.add_many(["good", 7])  # type: ignore[list-item]
        assert caught.value.field == "blocks[1]"
        assert everything(memory) == []

    def test_nothing_is_nothing(self, memory: Memory) -> None:
        assert memory.add_many([]) == []
        assert facts(memory)["seq"] == 0

    def test_one_bad_block_and_none_is_added(self, memory: Memory) -> None:
        with pytest.raises(InvalidInput, match="importance") as caught:
            memory.add_many([{"text": "good"}, {"text": "bad", "importance": 2}, {"text": "good too"}])
        assert caught.value.field == "blocks[1].importance"
        assert facts(memory)["seq"] == 0
        assert memory.search("good") == []

    def test_a_block_is_named_by_its_place_even_if_it_is_alone(self, memory: Memory) -> None:
        with pytest.raises(InvalidInput) as caught:
            memory.add_many([{"text": ""}])
        assert caught.value.field == "blocks[0].text"
        with pytest.raises(InvalidInput) as caught:
            memory.add("")
        assert caught.value.field == "text"

    def test_an_unknown_field_is_refused_with_what_there_is(self, memory: Memory) -> None:
        with pytest.raises(InvalidInput, match=r"there are .*importance.*valid_to") as caught:
            memory.add_many([{"text": "good", "importence": 1}])
        assert caught.value.field == "blocks[0].importence"

    def test_a_conflict_in_the_middle_leaves_nothing(self, memory: Memory) -> None:
        memory.add("I live in Busan.", key="home")
        before = facts(memory)
        with pytest.raises(Conflict):
            memory.add_many([{"text": "one"}, {"text": "I live in Seoul.", "key": "home"}, {"text": "two"}])
        with pytest.raises(NotFound):
            memory.add_many([{"text": "one"}, {"text": "two", "near": 999}])
        assert facts(memory) == before

    def test_one_key_of_two_texts_is_named_by_its_place(self, memory: Memory) -> None:
        memory.add("ferry", key="boat")
        twice = [{"text": "ferry", "key": "boat"}, {"text": "nine", "key": "k"}, {"text": "ten", "key": "k"}]
        with pytest.raises(Conflict, match=r"^blocks\[2\]\.key: 'k' is used twice in this list") as caught:
            memory.add_many(twice)
        assert "update block" not in str(caught.value)
        with pytest.raises(Conflict, match="update block 1 with the new text"):
            memory.add_many([{"text": "ten"}, {"text": "train", "key": "boat"}])
        assert texts(memory.list()) == ["ferry"]

    def test_the_same_key_twice_is_one_block(self, memory: Memory) -> None:
        first, again = memory.add_many([{"text": "I live in Busan.", "key": "home"}] * 2)
        assert first == again
        assert facts(memory)["blocks"] == 1

    def test_there_is_a_limit(self, memory: Memory) -> None:
        with pytest.raises(InvalidInput, match="blocks"):
            memory.add_many([{"text": "x"}] * (BATCH_MAX + 1))
        assert facts(memory)["seq"] == 0

    def test_a_whole_batch_is_said_in_order(self, memory: Memory) -> None:
        blocks = memory.add_many([{"text": f"turn {number}"} for number in range(1_200)])
        assert everything(memory, limit=PAGE_MAX) == blocks
        assert memory.stats()["blocks"] == 1_200


class TestAddingNear:
    def test_near_a_block_is_a_link_to_it(self, memory: Memory) -> None:
        there = memory.add("The violin is old.")
        block = memory.add("It was made in Cremona.", near=there.id)
        [link] = memory.links(block.id)
        assert (link.source, link.target, link.kind, link.weight) == (block.id, there.id, "near", 1.0)
        assert link.added_at == NOW

    def test_near_an_anchor_is_a_link_and_the_anchor_moves_on(self, memory: Memory, clock: FrozenClock) -> None:
        there = memory.add("The violin is old.")
        memory.anchors.set("A", there.id)
        clock.advance(60)
        block = memory.add("It was made in Cremona.", near="A")
        assert [(link.source, link.target) for link in memory.links(block.id)] == [(block.id, there.id)]
        anchor = memory.anchors.get("A")
        assert (anchor.block_id, anchor.hops, anchor.pinned) == (block.id, 1, False)
        assert anchor.moved_at == NOW + timedelta(minutes=1)

    def test_a_pinned_anchor_stays(self, memory: Memory) -> None:
        there = memory.add("The violin is old.")
        memory.anchors.set("A", there.id, pinned=True)
        blocks = memory.add_many([{"text": "It was made in Cremona.", "near": "A"}, {"text": "Old wood.", "near": "A"}])
        assert memory.anchors.get("A").block_id == there.id
        assert [link.target for block in blocks for link in memory.links(block.id)] == [there.id, there.id]

    def test_blocks_of_a_batch_form_a_chain_behind_an_anchor(self, memory: Memory) -> None:
        first = memory.add("The violin is old.")
        memory.anchors.set("A", first.id)
        second, third = memory.add_many([{"text": "Cremona.", "near": "A"}, {"text": "Old wood.", "near": "A"}])
        assert [link.target for link in memory.links(third.id)] == [second.id]
        assert memory.anchors.get("A").block_id == third.id

    def test_the_anchor_of_the_closest_namespace_is_meant(self, memory: Memory) -> None:
        root = memory.add("root")
        above = memory.add("above", namespace="acme")
        other = memory.add("other", namespace="elsewhere")
        memory.anchors.set("A", root.id)
        memory.anchors.set("A", above.id, namespace="acme")
        memory.anchors.set("A", other.id, namespace="elsewhere")
        block = memory.add("below", namespace="acme/alice/chat", near="A")
        assert [link.target for link in memory.links(block.id)] == [above.id]
        assert memory.anchors.get("A", namespace="acme").block_id == block.id
        assert memory.anchors.get("A").block_id == root.id
        assert memory.anchors.get("A", namespace="elsewhere").block_id == other.id
        top = memory.add("beside", namespace="acme2", near="A")
        assert [link.target for link in memory.links(top.id)] == [root.id]

    @pytest.mark.parametrize("near", [999, "A"])
    def test_near_what_is_not_there_adds_nothing(self, memory: Memory, near: Any) -> None:
        memory.add("The violin is old.")
        before = facts(memory)
        with pytest.raises(NotFound):
            memory.add("It was made in Cremona.", near=near)
        assert facts(memory) == before


BREAD = (
    "My sister Yuna bakes sourdough bread with rye flour at home.",
    "The sourdough needs a starter, and Yuna feeds hers with rye flour.",
    "The rye flour for Yuna's sourdough bread comes from the mill.",
)
TENTS = (
    "We want to hike along the coast of Jeju with two tents.",
    "The tents are light, and the coast of Jeju is warm.",
    "Along the coast of Jeju we pitch both tents on the beach.",
)
ODD = "Grandfather sold his old piano to a school nearby."


class TestAddingNearAuto:
    """How the anchors move with a conversation: with it, back to an earlier subject, and not for an odd remark."""

    @pytest.fixture
    def say(self, memory: Memory, clock: FrozenClock) -> Callable[..., list[int]]:
        def said(*texts: str) -> list[int]:
            ids = []
            for text in texts:
                clock.advance(60)
                ids.append(memory.add(text, namespace="chat", near="auto").id)
            return ids

        return said

    def slots(self, memory: Memory) -> dict[str, int]:
        return {anchor.name: anchor.block_id for anchor in memory.anchors.status(namespace="chat")}

    def test_a_new_subject_gets_an_anchor_of_its_own(self, memory: Memory, say: Callable[..., list[int]]) -> None:
        _, bread, _, tents = say(*BREAD[:2], *TENTS[:2])
        assert self.slots(memory) == {"A": bread, "B": tents}

    @pytest.mark.parametrize("day", ["Today", "Yesterday", "On 4 March 2025", "내일"])
    def test_a_date_in_common_is_no_subject_in_common(
        self, memory: Memory, say: Callable[..., list[int]], day: str
    ) -> None:
        _, bread, _, tents = say(*(f"{day}: {text}" for text in (*BREAD[:2], *TENTS[:2])))
        assert self.slots(memory) == {"A": bread, "B": tents}

    def test_an_odd_remark_moves_nothing(self, memory: Memory, say: Callable[..., list[int]]) -> None:
        _, bread = say(*BREAD[:2])
        [odd] = say(ODD)
        assert self.slots(memory) == {"A": bread}
        assert memory.links(odd) == []
        say("Oh, really?")
        assert self.slots(memory) == {"A": bread}, "too little to be told goes on with the remark"
        [more] = say(BREAD[2])
        assert self.slots(memory) == {"A": more}

    def test_coming_back_to_a_subject_takes_its_anchor(self, memory: Memory, say: Callable[..., list[int]]) -> None:
        _, bread, _, _, tents = say(*BREAD[:2], *TENTS)
        [back] = say(BREAD[2])
        assert self.slots(memory) == {"A": back, "B": tents}
        assert [(link.source, link.target) for link in memory.links(back)] == [(back, bread)]

    def test_pinned_anchors_never_move(self, memory: Memory, say: Callable[..., list[int]]) -> None:
        [bread] = say(BREAD[0])
        memory.anchors.pin("A", namespace="chat")
        more = say(*BREAD[1:])
        assert [[link.target for link in memory.links(block)] for block in more] == [[bread], [bread]]
        _, _, tents = say(*TENTS)
        assert self.slots(memory) == {"A": bread, "B": tents}

    def test_where_all_are_pinned_what_fits_none_stays_by_itself(
        self, memory: Memory, say: Callable[..., list[int]]
    ) -> None:
        [bread] = say(BREAD[0])
        for name in "ABC":
            memory.anchors.set(name, bread, namespace="chat", pinned=True)
        tents = say(*TENTS)
        assert self.slots(memory) == {"A": bread, "B": bread, "C": bread}
        assert [memory.links(block) for block in tents] == [[], [], []]

    def test_korean_subjects_of_few_long_words(self, memory: Memory, say: Callable[..., list[int]]) -> None:
        _, bread = say("유나 언니는 호밀 가루로 사워도우 빵을 구워.", "사워도우는 언니가 호밀 가루를 먹여 키워.")
        _, tents = say("제주 해안을 텐트로 걸을래.", "텐트는 가볍고 제주 해안은 따뜻해.")
        assert self.slots(memory) == {"A": bread, "B": tents}
        [back] = say("호밀 가루로 만든 사워도우 빵이 잘 구워졌어.")
        assert self.slots(memory) == {"A": back, "B": tents}

    @pytest.mark.parametrize("seed", range(6))
    def test_whatever_is_said_at_most_one_anchor_moves_and_none_that_is_pinned(
        self, memory: Memory, clock: FrozenClock, seed: int
    ) -> None:
        dice = Random(seed)
        for _ in range(24):
            before = {anchor.name: anchor for anchor in memory.anchors.status(namespace="chat")}
            if before and dice.random() < 0.2:
                pin = memory.anchors.unpin if dice.random() < 0.5 else memory.anchors.pin
                pin(dice.choice(sorted(before)), namespace="chat")
                continue
            clock.advance(60)
            block = memory.add(dice.choice([*BREAD, *TENTS, ODD, "Oh."]), namespace="chat", near="auto")
            after = {anchor.name: anchor for anchor in memory.anchors.status(namespace="chat")}
            moved = [name for name, anchor in after.items() if anchor != before.get(name)]
            assert len(moved) <= 1
            assert all(after[name].block_id == block.id for name in moved)
            assert not any(before[name].pinned for name in moved if name in before)
            assert before.keys() <= after.keys() <= {"A", "B", "C"}


class TestGivenVectors:
    def test_the_nearest_vector_answers_first(self, vectors: Memory) -> None:
        vectors.add("east", vector=[1, 0, 0])
        vectors.add("north", vector=[0, 1, 0])
        vectors.add("up", vector=(0, 0, 5))
        assert texts(vectors.search("", vector=[0.1, 0.9, 0.2], k=1)) == ["north"]
        assert texts(vectors.search("?", vector=[0.1, 0.2, 0.9], k=1)) == ["up"]

    def test_the_vector_counts_beside_the_words(self, vectors: Memory) -> None:
        for text, vector in (("a violin", [1, 0, 0]), ("a viola", [0, 1, 0]), ("a cello", [0, 0, 1])):
            vectors.add(text, vector=vector, kind="note")
        by_words = vectors.search("violin")
        by_both = vectors.search("violin", vector=[0, 1, 0])
        assert by_words[0].parts["vector"] == 0
        assert {hit.block.text: hit.parts["vector"] > 0 for hit in by_both}["a viola"]

    def test_a_stream_takes_a_vector(self, vectors: Memory) -> None:
        vectors.add_many({"text": text, "vector": vector} for text, vector in (("east", [1, 0, 0]), ("up", [0, 0, 1])))
        assert texts(vectors.stream("", vector=[0.1, 0.2, 0.9], k=1)) == ["up"]

    def test_an_explanation_takes_a_vector(self, vectors: Memory) -> None:
        block = vectors.add("east", vector=[1, 0, 0])
        vectors.add("north", vector=[0, 1, 0])
        near, far = (vectors.explain("", block.id, vector=vector) for vector in ([1, 0, 0], [0, 1, 0]))
        assert near.parts["vector"] > 0 > far.parts["vector"]

    def test_without_a_vector_a_search_goes_by_the_words(self, vectors: Memory) -> None:
        vectors.add("The violin is old.", vector=[1, 0, 0])
        vectors.add("Rain again.", vector=[0, 1, 0])
        assert texts(vectors.search("violin")) == ["The violin is old."]

    def test_every_passage_of_a_long_text_has_the_vector(self, vectors: Memory) -> None:
        long = vectors.add("The violin is old. " * 100, vector=[1, 0, 0])
        vectors.add("The viola is older.", vector=[0, 1, 0])
        assert ids(vectors.search("", vector=[1, 0, 0], k=1)) == [long.id]
        assert {hit.block.id: hit.parts["words"] > 0 for hit in vectors.search("old violin")}[long.id]

    def test_a_vector_must_come_and_be_usable(self, vectors: Memory) -> None:
        for vector in (None, [1, 0], [0, 0, 0], [float("nan"), 0, 1]):
            with pytest.raises(InvalidInput) as caught:
                vectors.add("hello", vector=vector)
            assert caught.value.field == "vector"
        with pytest.raises(InvalidInput) as caught:
            vectors.add_many([{"text": "good", "vector": [1, 0, 0]}, {"text": "bad", "vector": [1, 0]}])
        assert caught.value.field == "blocks[1].vector"
        assert vectors.stats()["seq"] == 0

    def test_batches_and_corrections_take_vectors_too(self, vectors: Memory) -> None:
        east, _ = vectors.add_many([{"text": "east", "vector": [1, 0, 0]}, {"text": "north", "vector": [0, 1, 0]}])
        up = vectors.update(east.id, text="up", vector=[0, 0, 1])
        assert ids(vectors.search("", vector=[0, 0, 1], k=1)) == [up.id]
        with pytest.raises(InvalidInput) as caught:
            vectors.update(up.id, text="down")
        assert caught.value.field == "vector"
        with pytest.raises(InvalidInput) as caught:
            vectors.update(up.id, importance=1, vector=[0, 0, 1])
        assert caught.value.field == "vector"

    def test_other_memories_take_none(self, memory: Memory) -> None:
        block = memory.add("hello")
        for act in (
            lambda: memory.add("hello", vector=[1.0] * 256),
            lambda: memory.search("hello", vector=[1.0] * 256),
            lambda: memory.update(block.id, text="hi", vector=[1.0] * 256),
        ):
            with pytest.raises(InvalidInput) as caught:
                act()
            assert caught.value.field == "vector"


class TestGetting:
    def test_an_id_names_one_version(self, memory: Memory) -> None:
        old = memory.add("I live in Busan.")
        new = memory.update(old.id, text="I live in Seoul.")
        assert memory.get(old.id).text == "I live in Busan."
        assert memory.get(old.id).superseded_by == new.id
        assert memory.get(new.id) == new

    def test_whole_numbers_may_be_numpys(self, memory: Memory) -> None:
        one: Any = np.int64(memory.add("ferry", metadata={"page": 3}).id)
        boat = memory.add("boat", near=one)
        two: Any = np.int64(boat.id)
        assert memory.get(two) == boat
        assert [block.id for block in memory.list(where={"metadata.page": np.uint8(3)}, limit=np.int32(2))] == [one]  # type: ignore[arg-type]
        assert memory.search("ferry", k=np.int32(1), near=one)[0].block.id == one  # type: ignore[arg-type]
        memory.link(two, one)
        assert memory.anchors.set("A", two, hops=np.int32(1)).hops == 1  # type: ignore[arg-type]
        assert memory.update(two, tags=["sea"], revision=np.int32(1)).revision == 2  # type: ignore[arg-type]
        assert memory.forget(np.array([one, two])) == [one, two]

    def test_either_an_id_or_a_key(self, memory: Memory) -> None:
        block = memory.add("hello", key="k", namespace="acme")
        bad: list[tuple[dict[str, Any], str]] = [
            ({}, "block"),
            ({"block": block.id, "key": "k"}, "block"),
            ({"block": block.id, "namespace": "acme"}, "namespace"),
        ]
        for arguments, field in bad:
            with pytest.raises(InvalidInput) as caught:
                memory.get(**arguments)
            assert caught.value.field == field

    def test_what_is_not_there_is_said(self, memory: Memory) -> None:
        memory.add("hello")
        for act in (
            lambda: memory.get(2),
            lambda: memory.get(2**53 - 1),
            lambda: memory.get(key="nothing"),
            lambda: memory.history(2),
            lambda: memory.links(2),
        ):
            with pytest.raises(NotFound):
                act()

    def test_history_is_every_version_oldest_first(self, memory: Memory) -> None:
        first = memory.add("one")
        second = memory.update(first.id, text="two")
        third = memory.update(second.id, text="three")
        other = memory.add("elsewhere")
        for block in (first, second, third):
            assert texts(memory.history(block.id)) == ["one", "two", "three"]
        assert memory.history(other.id) == [other]


class TestUpdating:
    def test_a_new_text_makes_a_new_version(self, memory: Memory, clock: FrozenClock) -> None:
        old = memory.add(
            "I live in Busan.", namespace="acme/alice", kind="fact", source="alice", tags=["home"], importance=0.9,
            metadata={"x": 1}, at="2024-01-01", valid_from="2024-01-01", valid_to="2026-01-01", expires_at="2030-01-01",
        )  # fmt: skip
        clock.advance(60)
        new = memory.update(old.id, text="I live in Seoul.")
        assert new.id > old.id
        assert new.uid != old.uid
        assert (new.supersedes, new.superseded_by, new.revision) == (old.id, None, 1)
        for field in (
            "namespace",
            "kind",
            "source",
            "tags",
            "importance",
            "metadata",
            "valid_from",
            "valid_to",
            "expires_at",
        ):
            assert getattr(new, field) == getattr(old, field), field
        assert new.at == new.added_at == NOW + timedelta(minutes=1)
        assert memory.get(old.id).superseded_by == new.id
        assert ids(memory.search("live")) == ids(memory.list()) == [new.id]
        assert (memory.stats()["blocks"], memory.stats()["superseded"]) == (1, 1)

    def test_a_new_text_may_come_with_other_fields(self, memory: Memory) -> None:
        old = memory.add("I live in Busan.", source="alice", tags=["home"])
        new = memory.update(old.id, text="I live in Seoul.", at="2024-06-01", source="bob", tags=(), importance=1)
        assert (new.at, new.source, new.tags, new.importance) == (datetime(2024, 6, 1, tzinfo=UTC), "bob", (), 1.0)
        assert memory.get(old.id).source == "alice"

    @pytest.mark.parametrize(
        ("field", "given", "expected"),
        [
            ("kind", "note", "note"),
            ("source", "bob", "bob"),
            ("source", None, None),
            ("tags", ["x", "y"], ("x", "y")),
            ("tags", [], ()),
            ("importance", 1, 1.0),
            ("metadata", {"a": [1]}, {"a": [1]}),
            ("metadata", {}, {}),
            ("at", "2024-01-01", datetime(2024, 1, 1, tzinfo=UTC)),
            ("valid_from", "2024-01-01", datetime(2024, 1, 1, tzinfo=UTC)),
            ("valid_from", None, None),
            ("valid_to", "2034-01-01", datetime(2034, 1, 1, tzinfo=UTC)),
            ("valid_to", None, None),
            ("expires_at", "2034-01-01", datetime(2034, 1, 1, tzinfo=UTC)),
            ("expires_at", None, None),
        ],
    )
    def test_another_field_changes_in_place(self, memory: Memory, field: str, given: Any, expected: Any) -> None:
        before = memory.add(
            "hello", kind="fact", source="alice", tags=["home"], importance=0.9, metadata={"x": 1},
            valid_from="2024-06-01", valid_to="2026-01-01", expires_at="2030-01-01",
        )  # fmt: skip
        after = memory.update(before.id, **{field: given})
        assert getattr(after, field) == expected
        changed = {"revision": 2, field: after.to_dict()[field]}
        assert after.to_dict() == before.to_dict() | changed
        assert memory.get(before.id) == after
        assert memory.history(before.id) == [after]

    def test_searches_see_the_change_at_once(self, memory: Memory) -> None:
        block = memory.add("The violin is old.", source="alice", importance=0.1, namespace="a", tags=["wood"])
        memory.update(block.id, source="bob", importance=0.8, tags=["music"], at="2020-01-01", metadata={"x": 1})
        for where in (
            {"source": "bob"},
            {"importance": {"gt": 0.5}},
            {"tags": {"contains": "music"}},
            {"at": {"lt": "2021-01-01"}},
            {"metadata.x": 1},
        ):
            assert ids(memory.search("violin", where=where)) == [block.id]
        for gone in ({"source": "alice"}, {"tags": {"contains": "wood"}}, {"importance": {"lt": 0.5}}):
            assert memory.search("violin", where=gone) == []

    def test_a_revision_that_is_not_the_current_one_is_a_conflict(self, memory: Memory) -> None:
        block = memory.add("hello")
        assert memory.update(block.id, importance=1, revision=1).revision == 2
        before = facts(memory)
        for fields in ({"importance": 0.2}, {"text": "hi"}):
            with pytest.raises(Conflict, match="revision 2"):
                memory.update(block.id, revision=1, **fields)
        assert facts(memory) == before
        assert memory.update(block.id, text="hi", revision=2).supersedes == block.id

    def test_what_was_superseded_is_not_corrected_again(self, memory: Memory) -> None:
        old = memory.add("one")
        memory.update(old.id, text="two")
        before = facts(memory)
        with pytest.raises(Conflict, match="superseded"):
            memory.update(old.id, text="three")
        assert facts(memory) == before

    def test_nothing_to_change_is_refused(self, memory: Memory) -> None:
        block = memory.add("hello")
        with pytest.raises(InvalidInput, match="needs a field to change") as caught:
            memory.update(block.id)
        assert caught.value.field == "update"
        with pytest.raises(NotFound):
            memory.update(999, importance=1)
        with pytest.raises(NotFound):
            memory.update(999, text="hi")

    @pytest.mark.parametrize(
        "said",
        [
            {"kind": "fact"},
            {"source": "alice", "tags": ["home", "move"], "importance": 0.9, "metadata": {"x": 1}},
            {"at": "2025-01-01", "valid_from": "2024-06-01", "valid_to": None, "expires_at": "2035-01-01"},
            {"text": "I live in Busan."},
            {"text": "I live in Busan.", "importance": 0.9, "revision": 1},
        ],
    )
    def test_what_says_so_already_is_no_change(self, memory: Memory, said: dict[str, Any]) -> None:
        block = memory.add(
            "I live in Busan.", kind="fact", source="alice", tags=["home", "move"], importance=0.9, metadata={"x": 1},
            at="2025-01-01", valid_from="2024-06-01", expires_at="2035-01-01",
        )  # fmt: skip
        before = facts(memory)
        for key in (None, "request-1"):
            assert memory.update(block.id, idempotency_key=key, **said) == block
        assert facts(memory) == before

    def test_a_text_that_it_has_is_no_new_one(self, memory: Memory) -> None:
        block = memory.add("I live in Busan.", importance=0.5)
        after = memory.update(block.id, text="I live in Busan.", importance=0.9)
        assert (after.id, after.revision, after.importance) == (block.id, 2, 0.9)
        new = memory.update(block.id, text="I live in Seoul.")
        with pytest.raises(Conflict, match="superseded"):
            memory.update(block.id, text="I live in Busan.")
        assert memory.update(new.id, text="I live in Busan.").supersedes == new.id

    def test_anchors_move_to_the_new_version(self, memory: Memory) -> None:
        old = memory.add("one")
        memory.anchors.set("A", old.id, pinned=True)
        new = memory.update(old.id, text="two")
        assert memory.anchors.get("A").block_id == new.id
        assert memory.anchors.get("A").pinned


class TestForgetting:
    def test_every_version_goes_with_links_anchors_and_key(self, memory: Memory) -> None:
        old = memory.add("I live in Busan.", key="home")
        new = memory.update(old.id, text="I live in Seoul.")
        other = memory.add("The violin is old.")
        memory.link(other.id, new.id)
        memory.link(new.id, other.id)
        memory.anchors.set("A", new.id)
        assert memory.forget(old.id) == [old.id, new.id]
        for gone in (old.id, new.id):
            with pytest.raises(NotFound):
                memory.get(gone)
        with pytest.raises(NotFound):
            memory.get(key="home")
        with pytest.raises(NotFound):
            memory.anchors.get("A")
        assert memory.links(other.id) == []
        assert ids(memory.search("live in Busan Seoul", history=True)) == [other.id]
        assert ids(memory.list(history=True)) == [other.id]
        stats = memory.stats()
        assert (stats["blocks"], stats["superseded"], stats["links"], stats["anchors"]) == (1, 0, 0, 0)
        assert not [line for line in memory.export() if "Busan" in line or "Seoul" in line]

    def test_several_at_once_each_named_once_or_more(self, memory: Memory) -> None:
        blocks = memory.add_many({"text": f"turn {number}"} for number in range(5))
        assert memory.forget(iter([blocks[3].id, blocks[1].id, blocks[3].id])) == [blocks[1].id, blocks[3].id]
        assert ids(memory.list()) == [blocks[0].id, blocks[2].id, blocks[4].id]
        assert memory.forget([]) == []

    def test_one_that_is_missing_and_none_goes(self, memory: Memory) -> None:
        block = memory.add("hello")
        before = facts(memory)
        with pytest.raises(NotFound, match="999"):
            memory.forget([block.id, 999])
        assert facts(memory) == before
        memory.forget(block.id)
        with pytest.raises(NotFound):
            memory.forget(block.id)

    def test_an_id_is_never_used_again(self, memory: Memory) -> None:
        last = memory.add("hello").id
        memory.forget(last)
        assert memory.add("hello").id > last


class TestLinking:
    def test_links_that_leave_come_before_those_that_arrive(self, memory: Memory, clock: FrozenClock) -> None:
        a, b, c = (memory.add(text).id for text in "abc")
        link = memory.link(a, b)
        assert (link.source, link.target, link.kind, link.weight, link.added_at) == (a, b, "about", 1.0, NOW)
        back = memory.link(c, a, kind="답장", weight=0.25)
        assert memory.links(a) == [link, back]
        assert memory.links(b) == [link]
        assert memory.links(c) == [back]
        assert memory.stats()["links"] == 2

    def test_the_same_link_again_changes_its_weight(self, memory: Memory, clock: FrozenClock) -> None:
        a, b = (memory.add(text).id for text in "ab")
        memory.link(a, b, weight=0.5)
        clock.advance(60)
        again = memory.link(a, b, weight=0.75)
        assert (again.weight, again.added_at) == (0.75, NOW)
        assert memory.links(a) == [again]

    def test_links_of_other_kinds_stand_beside_it(self, memory: Memory) -> None:
        a, b = (memory.add(text).id for text in "ab")
        for kind in ("about", "similar"):
            memory.link(a, b, kind=kind)
        memory.unlink(a, b, kind="similar")
        assert [link.kind for link in memory.links(a)] == ["about"]
        memory.unlink(a, b)
        assert memory.links(a) == []

    def test_what_is_not_there_is_said(self, memory: Memory) -> None:
        a, b = (memory.add(text).id for text in "ab")
        memory.link(a, b)
        before = facts(memory)
        for act in (
            lambda: memory.link(a, 999),
            lambda: memory.link(999, a),
            lambda: memory.unlink(b, a),
            lambda: memory.unlink(a, b, kind="similar"),
        ):
            with pytest.raises(NotFound):
                act()
        with pytest.raises(InvalidInput) as caught:
            memory.link(a, a)
        assert caught.value.field == "target"
        assert facts(memory) == before


class TestAnchors:
    @pytest.fixture
    def blocks(self, memory: Memory) -> list[int]:
        return [memory.add(f"turn {number}").id for number in range(3)]

    @pytest.mark.parametrize(("name", "hops"), [("A", 1), ("B", 2), ("C", 3), ("subject", 2), ("주제", 2)])
    def test_each_has_its_hops_unless_said_otherwise(
        self, memory: Memory, blocks: list[int], name: str, hops: int
    ) -> None:
        anchor = memory.anchors.set(name, blocks[0])
        assert (anchor.namespace, anchor.name, anchor.block_id, anchor.hops) == ("", name, blocks[0], hops)
        assert (anchor.pinned, anchor.moved_at) == (False, NOW)
        assert memory.anchors.set(name, blocks[0], hops=8).hops == 8
        assert memory.anchors.set(name, blocks[1]).hops == 8, "what is not said stays as it was"

    def test_pinning(self, memory: Memory, blocks: list[int]) -> None:
        memory.anchors.set("A", blocks[0])
        assert memory.anchors.pin("A").pinned
        assert memory.anchors.set("A", blocks[1]).pinned
        with pytest.raises(Conflict, match="pinned"):
            memory.anchors.move("A", blocks[2])
        assert memory.anchors.get("A").block_id == blocks[1]
        assert not memory.anchors.unpin("A").pinned
        assert memory.anchors.move("A", blocks[2]).block_id == blocks[2]
        assert memory.anchors.set("A", blocks[0], pinned=True).pinned
        assert not memory.anchors.set("A", blocks[0], pinned=False).pinned

    def test_moving_keeps_its_hops_and_says_when(self, memory: Memory, blocks: list[int], clock: FrozenClock) -> None:
        memory.anchors.set("A", blocks[0], hops=5)
        clock.advance(60)
        moved = memory.anchors.move("A", blocks[1])
        assert (moved.block_id, moved.hops, moved.moved_at) == (blocks[1], 5, NOW + timedelta(minutes=1))
        assert memory.anchors.get("A") == moved

    def test_clearing(self, memory: Memory, blocks: list[int]) -> None:
        memory.anchors.set("A", blocks[0])
        memory.anchors.clear("A")
        assert memory.anchors.status() == []
        assert memory.get(blocks[0]).text == "turn 0"

    def test_an_anchor_belongs_to_its_namespace(self, memory: Memory, blocks: list[int]) -> None:
        memory.anchors.set("A", blocks[0])
        memory.anchors.set("A", blocks[1], namespace="acme/alice")
        memory.anchors.set("B", blocks[2], namespace=["acme", "alice2"])
        assert memory.anchors.get("A").block_id == blocks[0]
        assert memory.anchors.get("A", namespace="acme/alice").block_id == blocks[1]
        with pytest.raises(NotFound):
            memory.anchors.get("A", namespace="acme")
        assert memory.anchor("A", namespace="acme").block_id == blocks[0]
        memory.anchors.move("A", blocks[2], namespace="acme/alice")
        memory.anchors.pin("A", namespace="acme/alice")
        assert not memory.anchors.get("A").pinned
        memory.anchors.unpin("A", namespace="acme/alice")
        memory.anchors.clear("A", namespace="acme/alice")
        assert memory.anchor("A", namespace="acme/alice").block_id == blocks[0]

    def test_status_shows_a_namespace_and_all_below(self, memory: Memory, blocks: list[int]) -> None:
        for namespace in ("", "acme", "acme/alice", "acme2"):
            for name in ("B", "A"):
                memory.anchors.set(name, blocks[0], namespace=namespace)
        names = [(anchor.namespace, anchor.name) for anchor in memory.anchors.status(namespace="acme")]
        assert names == [("acme", "A"), ("acme", "B"), ("acme/alice", "A"), ("acme/alice", "B")]
        assert len(memory.anchors.status()) == 8
        assert memory.stats()["anchors"] == 8

    def test_what_is_not_there_is_said(self, memory: Memory, blocks: list[int]) -> None:
        memory.anchors.set("B", blocks[0])
        before = facts(memory)
        for act in (
            lambda: memory.anchors.set("A", 999),
            lambda: memory.anchors.move("A", blocks[0]),
            lambda: memory.anchors.move("B", 999),
            lambda: memory.anchors.pin("A"),
            lambda: memory.anchors.unpin("A"),
            lambda: memory.anchors.clear("A"),
            lambda: memory.anchors.get("A"),
            lambda: memory.anchor("A", namespace="acme"),
        ):
            with pytest.raises(NotFound):
                act()
        assert facts(memory) == before


class TestLookingAfterIt:
    def test_a_correction_keeps_the_links_both_ways(self, memory: Memory) -> None:
        port, backup, owner = (memory.add(text, kind="fact") for text in ("port 5432", "backup at night", "owner"))
        memory.link(port.id, backup.id)
        memory.link(owner.id, port.id, kind="owns")
        memory.anchors.set("A", port.id)
        corrected = memory.update(port.id, text="port 5433")
        assert [(link.source, link.target) for link in memory.links(corrected.id)] == [
            (corrected.id, backup.id),
            (owner.id, corrected.id),
        ]
        assert memory.links(port.id) == []
        near = {hit.block.id: hit.parts["graph"] for hit in memory.search("backup owner port", near="A")}
        assert near[backup.id] > 0 < near[owner.id]

    def test_a_superseded_block_is_changed_no_more(self, memory: Memory) -> None:
        old = memory.add("one")
        memory.update(old.id, text="two")
        with pytest.raises(Conflict, match="superseded"):
            memory.update(old.id, importance=0.9)

    def test_stats_count(self, memory: Memory) -> None:
        assert facts(memory) == {"blocks": 0, "superseded": 0, "links": 0, "anchors": 0, "seq": 0}
        first = memory.add("one")
        second = memory.add("two", near=first.id)
        memory.update(first.id, text="three")
        memory.anchors.set("A", second.id)
        stats = memory.stats()
        assert {name: stats[name] for name in ("blocks", "superseded", "links", "anchors")} == {
            "blocks": 2, "superseded": 1, "links": 1, "anchors": 1,
        }  # fmt: skip
        assert stats["seq"] == 7
        assert isinstance(stats["bytes"], int)
        assert str(stats["embedder"]).startswith("static/")
        assert stats["dimension"] == 256
        assert stats["index_trouble"] is None
        index = stats["index"]
        assert isinstance(index, dict)
        assert (index["seq"], index["blocks"], index["links"]) == (7, 3, 1)

    def test_a_sound_memory_passes_every_check(self, memory: Memory) -> None:
        tell(memory)
        findings = memory.check()
        looked_at = {
            "database",
            "rows",
            "vectors",
            "index files",
            "leftovers",
            "index",
            "sample",
            "certificates",
            "embedder",
        }
        assert looked_at <= {what for what, _, _ in findings}
        assert all(is_well for _, is_well, _ in findings)
        assert all(found for _, _, found in findings)


class TestClosing:
    def test_a_second_close_does_nothing(self, open_memory: OpenMemory) -> None:
        memory = open_memory()
        memory.add_many({"text": f"turn {number}"} for number in range(300))
        memory.close()
        memory.close()

    def test_a_closed_memory_says_so(self, open_memory: OpenMemory) -> None:
        with open_memory() as memory:
            block = memory.add("hello")
            other = memory.add("hi")
        for act in (
            lambda: memory.add("hello"),
            lambda: memory.search("hello"),
            lambda: memory.get(block.id),
            memory.list,
            lambda: memory.history(block.id),
            lambda: memory.update(block.id, importance=1),
            lambda: memory.forget(block.id),
            lambda: memory.link(block.id, other.id),
            lambda: memory.links(block.id),
            lambda: memory.anchors.set("A", block.id),
            memory.anchors.status,
            memory.stats,
            lambda: list(memory.export()),
        ):
            with pytest.raises(StoreClosed):
                act()


class TestThreads:
    def test_every_thread_finds_what_it_added(self, memory: Memory) -> None:
        def write(thread: int) -> list[int]:
            mine = []
            for number in range(25):
                block = memory.add(f"thread{thread} says number {number}", namespace=f"t/{thread}")
                mine.append(block.id)
                assert block.id in ids(memory.search(f"thread{thread}", k=100, namespace=f"t/{thread}"))
                memory.update(block.id, importance=0.75)
            return mine

        with ThreadPoolExecutor(8) as pool:
            written = list(pool.map(write, range(8)))
        assert sorted(chain.from_iterable(written)) == sorted(ids(memory.list(limit=PAGE_MAX)))
        assert len(memory.list(where={"importance": 0.75}, limit=PAGE_MAX)) == 200
        assert [ids(memory.list(namespace=f"t/{thread}")) for thread in range(8)] == written
