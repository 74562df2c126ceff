"""What is added a second time, or says the opposite of what is there: every memory knows it again."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conformance.memory import OpenMemory

from greeum import Memory
from greeum.errors import Conflict, InvalidInput
from greeum.testing import FrozenClock

SAYS = "Alice keeps her bicycle in the cellar of the old library."


class TestTheSameAgain:
    @pytest.mark.parametrize("kind", ["fact", "note"])
    def test_facts_and_notes_are_kept_once(self, memory: Memory, kind: str) -> None:
        first = memory.add(SAYS, kind=kind)
        again = memory.add(f"  {SAYS.upper().rstrip('.')}!\n", kind=kind)
        assert (first.is_new, first.duplicate_of) == (True, None)
        assert (again.is_new, again.duplicate_of, again.id) == (False, first.id, first.id)
        assert again == first
        assert memory.count() == 1

    def test_the_same_in_other_words_is_known_too(self, memory: Memory) -> None:
        first = memory.add("I bought a new car last week.", kind="fact")
        assert memory.add("Last week I purchased a new car", kind="fact").duplicate_of == first.id
        first = memory.add("저는 커피를 좋아해요.", kind="fact")
        assert memory.add("커피를 제가 좋아합니다", kind="fact").duplicate_of == first.id
        assert memory.count() == 2

    @pytest.mark.parametrize(
        ("one", "other", "is_same"),
        [
            ("치과 예약은 다음 주 화요일 오후 세 시입니다.", "다음주 화요일 오후 3시 치과 예약이에요", True),
            ("여름 휴가로 제주도에 갈 거예요.", "여름휴가는 제주도로 갈 겁니다", True),
            ("우리 팀은 파이썬과 도커를 사용합니다.", "우리 팀은 Python이랑 Docker를 써요", True),
            ("수진이가 지호에게 책을 빌려줬어.", "지호가 수진이에게 책을 빌려줬어", False),
            ("나는 술을 안 마셔.", "나는 술을 마셔", False),
            ("월세는 65만 원이야.", "월세는 75만원이야", False),
            ("수도권 2315가구, 지방 3077가구가 공급된다.", "수도권에는 3077가구, 지방에는 2315가구가 공급된다.", False),
        ],
    )
    def test_korean_is_known_by_its_morphemes(self, memory: Memory, one: str, other: str, is_same: bool) -> None:
        memory.add(one, kind="fact")
        assert memory.add(other, kind="fact").is_new is not is_same

    @pytest.mark.parametrize(
        "other",
        [
            "I bought a new car last month.",
            "I bought two new cars last week.",
            "I did not buy a new car last week.",
            "Bob bought a new car last week.",
            "I sold a new car last week.",
        ],
    )
    def test_a_small_difference_is_another_fact(self, memory: Memory, other: str) -> None:
        memory.add("I bought a new car last week.", kind="fact")
        assert memory.add(other, kind="fact").is_new
        assert memory.count() == 2

    def test_the_second_yes_is_a_turn_too(self, memory: Memory) -> None:
        assert [memory.add("yes", source="alice").is_new for _ in range(3)] == [True] * 3
        assert memory.count() == 3

    def test_another_namespace_kind_source_or_time_is_another_fact(self, memory: Memory) -> None:
        memory.add(SAYS, kind="fact", namespace="acme/alice", source="alice")
        for fields in (
            {"namespace": "acme/alice/chat"},
            {"namespace": "acme"},
            {"kind": "note"},
            {"source": "bob"},
            {"source": None},
            {"valid_from": "2025-01-01"},
        ):
            whole = {"kind": "fact", "namespace": "acme/alice", "source": "alice", **fields}
            assert memory.add(SAYS, **whole).is_new, fields  # type: ignore[arg-type]

    def test_a_key_names_a_thing_of_its_own(self, memory: Memory) -> None:
        first = memory.add(SAYS, kind="fact")
        assert memory.add(SAYS, kind="fact", key="bicycle").is_new
        again = memory.add(SAYS, kind="fact", key="bicycle")
        assert (again.is_new, again.duplicate_of) == (False, again.id)
        assert again.id != first.id

    def test_one_that_goes_sooner_does_not_stand_for_it(self, memory: Memory) -> None:
        first = memory.add(SAYS, kind="fact", expires_at="2124-01-01")
        assert memory.add(SAYS, kind="fact", expires_at="2123-01-01").duplicate_of == first.id
        assert memory.add(SAYS, kind="fact").is_new

    def test_what_was_corrected_or_forgotten_can_be_said_again(self, memory: Memory) -> None:
        first = memory.add(SAYS, kind="fact")
        memory.update(first.id, text="Alice keeps her bicycle at home.")
        second = memory.add(SAYS, kind="fact")
        assert second.is_new
        memory.forget(second.id)
        assert memory.add(SAYS, kind="fact").is_new

    def test_a_correction_is_known_again(self, memory: Memory) -> None:
        first = memory.add(SAYS, kind="fact")
        now = memory.update(first.id, text="Alice keeps her bicycle at home.")
        assert memory.add("alice keeps her bicycle at home", kind="fact").duplicate_of == now.id

    def test_what_has_expired_can_be_said_again(self, open_memory: OpenMemory) -> None:
        clock = FrozenClock("2025-01-01T00:00:00Z")
        memory = open_memory(clock=clock)
        memory.add(SAYS, kind="fact", expires_at="2025-01-02")
        clock.advance(2 * 86_400)
        assert memory.add(SAYS, kind="fact", expires_at="2025-01-05").is_new


class TestTheSamePolicy:
    def test_a_call_may_say_what_to_do(self, memory: Memory) -> None:
        first = memory.add(SAYS, kind="fact")
        kept = memory.add(SAYS, kind="fact", on_duplicate="keep")
        assert (kept.is_new, kept.duplicate_of) == (True, None)
        linked = memory.add(SAYS, kind="fact", on_duplicate="link")
        assert linked.is_new
        assert linked.duplicate_of in (first.id, kept.id)
        assert [(link.source, link.target, link.kind) for link in memory.links(linked.id)] == [
            (linked.id, linked.duplicate_of, "similar")
        ]
        turn = memory.add("We meet at the station at noon.")
        assert memory.add("we meet at the station at noon", on_duplicate="return").duplicate_of == turn.id

    @pytest.mark.parametrize("field", ["on_duplicate", "on_conflict"])
    @pytest.mark.parametrize("value", ["", "replace", 1, True])
    def test_another_word_is_refused(self, memory: Memory, field: str, value: object) -> None:
        with pytest.raises(InvalidInput) as raised:
            memory.add(SAYS, **{field: value})  # type: ignore[arg-type]
        assert raised.value.field == field
        with pytest.raises(InvalidInput) as raised:
            memory.add_many([{"text": SAYS}, {"text": SAYS, field: value}])
        assert raised.value.field == f"blocks[1].{field}"
        assert memory.count() == 0


class TestAddingTheSameList:
    def test_facts_are_added_once(self, memory: Memory) -> None:
        items = [{"text": f"Fact number {i} is about the number {i}.", "kind": "fact"} for i in range(20)]
        assert all(block.is_new for block in memory.add_many(items))
        again = memory.add_many([*items, {"text": "Another one.", "kind": "fact"}])
        assert [block.is_new for block in again] == [False] * 20 + [True]
        assert memory.count() == 21

    def test_within_one_list_the_very_same_counts_once(self, memory: Memory) -> None:
        first, second = memory.add_many([{"text": SAYS, "kind": "fact"}, {"text": SAYS.lower(), "kind": "fact"}])
        assert (second.is_new, second.id) == (False, first.id)

    def test_within_one_list_the_same_in_other_words_counts_once_too(self, memory: Memory) -> None:
        items = [
            {"text": "I bought a new car last week.", "kind": "fact", "source": "alice"},
            {"text": "Last week I purchased a new car", "kind": "fact", "source": "alice"},
            {"text": "Last week I purchased a new car", "kind": "fact", "source": "bob"},
            {"text": "I bought a new car last month.", "kind": "fact", "source": "alice"},
            {"text": "지난주에 새 차를 구입했습니다.", "kind": "note"},
            {"text": "새 차를 지난 주에 샀어요", "kind": "note", "on_duplicate": "link"},
        ]
        first, again, bobs, other, korean, linked = memory.add_many(items)
        assert (again.is_new, again.id) == (False, first.id)
        assert [block.is_new for block in (bobs, other, korean, linked)] == [True] * 4
        assert [(link.target, link.kind) for link in memory.links(linked.id)] == [(korean.id, "similar")]
        assert memory.count() == 5

    def test_a_conversation_is_added_once(self, memory: Memory) -> None:
        turns = [
            {"text": "yes", "source": "alice", "at": "2025-01-01T10:00:00Z"},
            {"text": "yes", "source": "alice", "at": "2025-01-01T10:00:00Z"},
            {"text": "yes", "source": "bob", "at": "2025-01-01T10:00:00Z"},
            {"text": "yes", "source": "alice", "at": "2025-01-01T10:00:01Z"},
        ]
        assert all(block.is_new for block in memory.add_many(turns))
        assert not any(block.is_new for block in memory.add_many(turns))
        assert memory.count() == 4

    def test_turns_of_now_are_turns_of_their_own(self, memory: Memory) -> None:
        memory.add_many([{"text": "yes"}, {"text": "yes"}])
        assert memory.add_many([{"text": "yes"}])[0].is_new
        assert memory.count() == 3


class TestContradictions:
    def test_it_is_superseded_though_both_are_near_the_same(self, memory: Memory) -> None:
        house = memory.add("We bought a house.", kind="fact")
        old = memory.add("The team has eight members.", kind="fact", near=house.id)
        new = memory.add("The team has nine members.", kind="fact", near=house.id, on_conflict="supersede")
        assert new.supersedes == old.id
        links = [(link.source, link.target, link.kind) for link in memory.links(new.id)]
        assert links == [(new.id, house.id, "near")]

    def test_it_is_said_and_both_are_kept(self, memory: Memory) -> None:
        old = memory.add("I live in Seoul.", kind="fact")
        new = memory.add("I live in Busan.", kind="fact")
        (conflict,) = new.conflicts
        assert (conflict.block, conflict.reason, conflict.old, conflict.new) == (old.id, "value", "Seoul", "Busan")
        assert "Seoul" in conflict.message
        assert str(old.id) in conflict.message
        assert memory.get(old.id).superseded_by is None
        assert memory.count() == 2

    @pytest.mark.parametrize(
        ("old", "new", "reason"),
        [
            ("Alice's birthday is May 3.", "Alice's birthday is May 4.", "date"),
            ("내 생일은 5월 3일이야.", "내 생일은 5월 4일이야.", "date"),
            ("The team has eight members.", "The team has nine members.", "number"),
            ("I drink coffee.", "I don't drink coffee anymore.", "negation"),
            ("나는 커피를 좋아해.", "나는 커피를 좋아하지 않아.", "negation"),
        ],
    )
    def test_the_reason_is_named_and_the_old_one_superseded(
        self, memory: Memory, old: str, new: str, reason: str
    ) -> None:
        before = memory.add(old, kind="fact")
        after = memory.add(new, kind="fact", on_conflict="supersede")
        assert [conflict.reason for conflict in after.conflicts] == [reason]
        assert after.supersedes == before.id
        assert [block.text for block in memory.history(after.id)] == [old, new]
        assert memory.count() == 1

    @pytest.mark.parametrize(
        ("old", "new", "is_sure"),
        [
            ("The rent is 900.", "The rent went up to 950.", True),
            ("I work at BMW.", "I quit BMW.", True),
            ("I work at BMW.", "I started at Siemens.", False),
            ("나는 서울에 살아.", "부산으로 이사했어.", True),
        ],
    )
    def test_a_change_in_other_words_is_told_whatever_the_policy(
        self, memory: Memory, old: str, new: str, is_sure: bool
    ) -> None:
        before = memory.add(old, kind="fact")
        kept = memory.add(new, kind="fact")
        assert [(conflict.block, conflict.is_sure) for conflict in kept.conflicts] == [(before.id, is_sure)]
        memory.forget(kept.id)
        with pytest.raises(Conflict, match=f"block {before.id}"):
            memory.add(new, kind="fact", on_conflict="reject")
        after = memory.add(new, kind="fact", on_conflict="supersede")
        assert after.supersedes == (before.id if is_sure else None)

    def test_a_change_is_found_among_others_who_say_the_like(self, memory: Memory) -> None:
        others = [f"{name} lives in {town}." for name in ("Ann", "Bob", "Eva") for town in ("Oslo", "Rome", "Bonn")]
        visits = [f"I visited Leipzig in {month}." for month in ("March", "June", "August", "October")]
        memory.add_many([{"text": text, "kind": "note"} for text in others + visits])
        home = memory.add("I live in Hamburg.", kind="fact")
        moved = memory.add("I moved to Leipzig.", kind="fact")
        assert home.id in [conflict.block for conflict in moved.conflicts]

    def test_superseding_takes_key_and_links_along(self, memory: Memory) -> None:
        old = memory.add("I live in Seoul.", kind="fact", key="home")
        other = memory.add("Seoul has many palaces.")
        memory.link(other.id, old.id)
        new = memory.add("I live in Busan.", kind="fact", on_conflict="supersede")
        assert memory.get(key="home") == new
        assert [link.target for link in memory.links(other.id)] == [new.id]

    def test_superseding_keeps_what_the_new_one_says_nothing_of(self, memory: Memory) -> None:
        said: dict[str, Any] = {"tags": ["home"], "importance": 0.9, "metadata": {"page": 3}}
        memory.add("I live in Seoul.", kind="fact", source="alice", valid_from="2020-01-01", **said)
        busan = memory.add("I live in Busan.", kind="fact", source="alice", on_conflict="supersede")
        assert (list(busan.tags), busan.importance, busan.metadata) == (["home"], 0.9, {"page": 3})
        assert busan.valid_from is None, "since when it holds belongs to what is said"
        assert [hit.block.id for hit in memory.search("x", where={"tags": {"contains": "home"}}, exact=True)] == [
            busan.id
        ]
        daegu = memory.add(
            "I live in Daegu.",
            kind="fact",
            source="alice",
            tags=["flat"],
            metadata={"page": 4},
            on_conflict="supersede",
        )
        assert (list(daegu.tags), daegu.importance, daegu.metadata) == (["flat"], 0.9, {"page": 4})

    def test_a_default_that_is_said_is_said(self, memory: Memory) -> None:
        said: dict[str, Any] = {"tags": ["home"], "importance": 0.9, "metadata": {"page": 3}}
        plain: dict[str, Any] = {"tags": [], "importance": 0.5, "metadata": {}}
        unsaid: dict[str, Any] = {"tags": None, "importance": None, "metadata": None}
        for name in said:
            memory.add(f"{name} lives in Seoul.", kind="fact", **said)
            (busan,) = memory.add_many(
                [{"text": f"{name} lives in Busan.", "kind": "fact", "on_conflict": "supersede", name: plain[name]}]
            )
            assert busan.supersedes is not None
            has = {"tags": list(busan.tags), "importance": busan.importance, "metadata": busan.metadata}
            assert has == said | {name: plain[name]}
            daegu = memory.add(f"{name} lives in Daegu.", kind="fact", on_conflict="supersede", **unsaid)
            assert (daegu.supersedes, daegu.importance) == (busan.id, busan.importance)

    def test_it_is_rejected_by_name(self, memory: Memory) -> None:
        old = memory.add("I live in Seoul.", kind="fact")
        with pytest.raises(Conflict, match=f"block {old.id}"):
            memory.add("I live in Busan.", kind="fact", on_conflict="reject")
        with pytest.raises(Conflict, match=f"block {old.id}"):
            memory.add_many(
                [{"text": "It rains."}, {"text": "I live in Busan.", "kind": "fact", "on_conflict": "reject"}]
            )
        assert memory.count() == 1

    def test_what_is_not_sure_supersedes_nothing(self, memory: Memory) -> None:
        memory.add("I ran 5 km.", kind="fact")
        new = memory.add("I ran 8 km.", kind="fact", on_conflict="supersede")
        assert [conflict.is_sure for conflict in new.conflicts] == [False]
        assert new.supersedes is None
        # Of two nobody knows which one has changed.
        memory.add("I live in Seoul.", kind="fact")
        memory.add("I live in Busan.", kind="fact")
        third = memory.add("I live in Daegu.", kind="fact", on_conflict="supersede")
        assert len(third.conflicts) == 2
        assert third.supersedes is None
        assert memory.count() == 5

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("My friend lives in Berlin.", "My friend lives in Madrid."),
            ("My son is seven.", "My son is nine."),
            ("내 동생은 서울에 살아.", "내 동생은 대구에 살아."),
            ("나는 헬스장에 다닌다.", "나는 회사에 다닌다."),
        ],
    )
    def test_what_another_one_may_be_meant_by_supersedes_nothing(self, memory: Memory, one: str, other: str) -> None:
        memory.add(one, kind="fact")
        new = memory.add(other, kind="fact", on_conflict="supersede")
        assert [conflict.is_sure for conflict in new.conflicts] == [False]
        assert new.supersedes is None

    def test_what_was_said_before_supersedes_nothing(self, memory: Memory) -> None:
        memory.add("I live in Seoul.", kind="fact", at="2025-05-01")
        assert memory.add("I live in Busan.", kind="fact", at="2024-05-01", on_conflict="supersede").supersedes is None

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("I like tea.", "I like coffee."),
            ("Alice lives in Seoul.", "Bob lives in Seoul."),
            ("I live in Korea.", "I live in Seoul."),
            ("Room 3 has a window.", "Room 4 has a window."),
            ("민수는 서울에 살아.", "영희는 서울에 살아."),
        ],
    )
    def test_what_may_both_hold_is_no_contradiction(self, memory: Memory, one: str, other: str) -> None:
        memory.add(one, kind="fact")
        assert memory.add(other, kind="fact").conflicts == ()

    def test_another_speaker_time_or_namespace_is_no_contradiction(self, memory: Memory) -> None:
        memory.add("I live in Seoul.", kind="fact", source="alice", valid_to="2020-01-01", namespace="a")
        assert memory.add("I live in Busan.", kind="fact", source="bob", namespace="a").conflicts == ()
        later = memory.add("I live in Busan.", kind="fact", source="alice", valid_from="2020-01-01", namespace="a")
        assert later.conflicts == ()
        assert memory.add("I live in Busan.", kind="fact", source="alice", namespace="b").conflicts == ()

    def test_one_sentence_of_a_long_turn_says_the_opposite(self, memory: Memory) -> None:
        """But then not all of the older one is to go."""
        around = "We talked about the garden for an hour, and about the neighbours, who have a new dog. "
        old = memory.add(
            f"{around * 3}The deadline of my thesis is April 3. It rained all day, as it always does here."
        )
        new = memory.add(f"The deadline of my thesis is April 5. {around * 2}", on_conflict="supersede")
        (conflict,) = new.conflicts
        assert (conflict.block, conflict.reason, conflict.is_sure) == (old.id, "date", False)
        assert new.supersedes is None

    def test_a_list_says_it_too(self, memory: Memory) -> None:
        old = memory.add("I live in Seoul.", kind="fact")
        turn, fact = memory.add_many([{"text": "I live in Busan."}, {"text": "I live in Daegu.", "kind": "fact"}])
        assert turn.conflicts == ()
        assert [conflict.block for conflict in fact.conflicts] == [old.id]


class TestGoingBack:
    """What is said again after something else was said instead is news."""

    OSLO = "Nora lives in Oslo."
    BERGEN = "Nora lives in Bergen."

    def items(self, *texts: str, **fields: str) -> list[dict[str, Any]]:
        return [{"text": text, "kind": "fact", **fields} for text in texts]

    def test_it_is_added_anew_and_reported(self, memory: Memory) -> None:
        memory.add(self.OSLO, kind="fact")
        bergen = memory.add(self.BERGEN, kind="fact")
        back = memory.add(self.OSLO, kind="fact")
        assert (back.is_new, back.duplicate_of) == (True, None)
        assert [conflict.block for conflict in back.conflicts] == [bergen.id]
        assert memory.add(self.OSLO, kind="fact").duplicate_of == back.id, "nothing was said since"
        assert memory.add(self.BERGEN, kind="fact").is_new
        assert memory.count() == 4

    def test_the_policy_acts_on_it(self, memory: Memory) -> None:
        memory.add(self.OSLO, kind="fact")
        bergen = memory.add(self.BERGEN, kind="fact")
        with pytest.raises(Conflict, match=f"block {bergen.id}"):
            memory.add(self.OSLO, kind="fact", on_conflict="reject")
        assert memory.add(self.OSLO, kind="fact", on_conflict="supersede").supersedes == bergen.id

    def test_what_was_said_before_the_other_is_no_news(self, memory: Memory) -> None:
        oslo = memory.add(self.OSLO, kind="fact", at="2025-01-01")
        memory.add(self.BERGEN, kind="fact", at="2025-03-01")
        assert memory.add(self.OSLO, kind="fact", at="2025-02-01").duplicate_of == oslo.id
        assert memory.add(self.OSLO, kind="fact", at="2025-04-01").is_new

    def test_a_list_goes_back_to_what_is_there(self, memory: Memory) -> None:
        memory.add(self.OSLO, kind="fact")
        for is_new in (True, False):
            added = memory.add_many(self.items(self.BERGEN, self.OSLO))
            assert [block.is_new for block in added] == [is_new] * 2
        assert memory.count() == 3

    @pytest.mark.parametrize("texts", [(OSLO, BERGEN), (OSLO, BERGEN, OSLO), (OSLO, BERGEN) * 4])
    def test_a_list_goes_back_and_can_be_added_again(self, memory: Memory, texts: tuple[str, ...]) -> None:
        for is_new in (True, False):
            assert [block.is_new for block in memory.add_many(self.items(*texts))] == [is_new] * len(texts)

    def test_a_list_that_has_grown_at_its_beginning_repeats_the_rest(self, memory: Memory) -> None:
        memory.add(self.OSLO, kind="fact", at="2025-03-01")
        items = self.items(self.BERGEN, at="2025-01-01") + self.items(self.OSLO, at="2025-03-01")
        assert [block.is_new for block in memory.add_many(items)] == [True, False]


class TestEchoes:
    def test_what_a_search_gave_back_is_not_added_again(self, memory: Memory) -> None:
        block = memory.add(SAYS, namespace="a")
        assert memory.search("where is the bicycle?", namespace="a")
        again = memory.add(SAYS.rstrip("."), namespace="a", source="assistant")
        assert (again.is_new, again.id, again.echo_of) == (False, block.id, block.id)
        assert memory.count() == 1

    def test_by_whatever_way_it_was_found(self, memory: Memory) -> None:
        block = memory.add(SAYS)
        for find in (
            lambda: memory.search_json("bicycle"),
            lambda: memory.search_many(["bicycle", "cellar"]),
            lambda: memory.context("bicycle"),
            lambda: list(memory.stream("bicycle")),
        ):
            find()
            assert memory.add(SAYS).echo_of == block.id

    def test_who_asks_for_it_gets_it_with_a_link_and_a_flag(self, memory: Memory) -> None:
        block = memory.add(SAYS)
        memory.search("bicycle")
        kept = memory.add(SAYS, on_duplicate="keep")
        assert (kept.is_new, kept.echo_of, kept.flags) == (True, block.id, ("echo",))
        assert [(link.target, link.kind) for link in memory.links(kept.id)] == [(block.id, "similar")]

    def test_in_another_namespace_nothing_is_known_of_it(self, memory: Memory) -> None:
        memory.add(SAYS, namespace="a/one")
        memory.search("bicycle")
        copy = memory.add(SAYS, namespace="a/two")
        assert (copy.is_new, copy.echo_of, copy.flags) == (True, None, ())

    def test_who_asks_the_same_again_says_it_himself(self, memory: Memory) -> None:
        memory.add("Where does Alice keep her bicycle in winter?")
        memory.search("where does alice keep her bicycle in winter?")
        assert memory.add("Where does Alice keep her bicycle in winter?").is_new

    def test_a_short_answer_is_nobodys(self, memory: Memory) -> None:
        memory.add("Yes, I did.")
        memory.search("did you?")
        assert memory.add("Yes, I did.").is_new
