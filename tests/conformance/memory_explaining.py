"""Every Memory says why it found a block or did not, and what it had no time for. See `memory`."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conformance.memory import NOW, QUERIES, ids, remember_much, scores

from greeum import Memory
from greeum.errors import InvalidInput, NotFound
from greeum.testing import FrozenClock

CLOSE = 2e-3
"""A hit that comes over HTTP has its numbers to four digits, as has each of the numbers that are summed up here."""

OPTIONS: list[dict[str, Any]] = [
    {},
    {"k": 3},
    {"namespace": "n/3"},
    {"where": {"source": "alice"}},
    {"near": "A"},
    {"history": True},
    {"exact": True},
    {"weights": {"words": 3.0, "session": 0.5, "recency": 1.0}},
    {"as_of": NOW},
]
"""Each option of a search, with a value that makes a difference."""


class TestExplaining:
    @pytest.fixture
    def asked(self, memory: Memory) -> Memory:
        remember_much(memory, 600)
        memory.anchors.set("A", memory.search("violin piano")[-1].block.id)
        memory.update(memory.search("violin piano")[0].block.id, text="nothing of the kind")
        return memory

    @pytest.mark.parametrize("options", OPTIONS, ids=lambda options: next(iter(options), "plain"))
    def test_the_score_is_that_of_the_search_and_adds_up(self, asked: Memory, options: dict[str, Any]) -> None:
        for query in QUERIES:
            for place, hit in enumerate(asked.search(query, **options), 1):
                explanation = asked.explain(query, hit.block.id, **options)
                assert (explanation.outcome, explanation.rank) == ("hit", place)
                assert explanation.block == hit.block
                assert explanation.score == pytest.approx(hit.score, abs=CLOSE)
                assert explanation.parts == pytest.approx(hit.parts, abs=CLOSE)
                assert explanation.account is not None
                for part, value in hit.parts.items():
                    adds = [weight.adds for weight in explanation.account.weights if weight.part == part]
                    assert sum(adds) == pytest.approx(value, abs=CLOSE), part

    @pytest.mark.parametrize("options", OPTIONS[1:], ids=lambda options: next(iter(options)))
    def test_each_option_makes_a_difference(self, asked: Memory, options: dict[str, Any]) -> None:
        blocks = [hit.block.id for hit in asked.search("violin piano", k=40, history=True)]
        if "as_of" in options:
            blocks.append(asked.add("a piano and a violin", namespace="n/3").id)
            options = {"as_of": "2001-01-01"}
        plain = [asked.explain("violin piano", block).to_dict() for block in blocks]
        assert [asked.explain("violin piano", block, **options).to_dict() for block in blocks] != plain

    def test_words_are_shown_as_the_text_has_them(self, memory: Memory) -> None:
        block = memory.add("I was moving to Busan.", source="alice", at="2025-05-04", tags=("home",))
        memory.add("Nothing of the kind.", source="bob", at="2024-01-01")
        account = memory.explain("When did Alice move home, in May?", block.id).account
        assert account is not None
        found = {(match.word, match.found, match.by) for match in account.words}
        assert ("move", ("moving",), "stem") in found
        assert ("Alice", ("alice",), "label") in found
        assert ("home", ("home",), "label") in found
        assert ("May", ("2025-05-04",), "date") in found
        assert account.source == "alice"
        assert account.dates.asks_when
        assert (account.dates.asked, account.dates.said) == (("--05",), "2025-05-04")
        assert account.dates.matched == ("2025-05-04",)
        assert {weight.name for weight in account.weights if weight.part == "prior"} >= {"date", "source"}

    def test_of_a_time_that_part_is_named_which_matched(self, memory: Memory) -> None:
        other = memory.add("The meeting is on Friday.", at="2025-05-01")
        block = memory.add("I saw the dentist.", at="2025-06-06")

        def dates(query: str, block_id: int) -> set[tuple[str, tuple[str, ...]]]:
            account = memory.explain(query, block_id, now="2025-06-09").account
            assert account is not None
            return {(match.word, match.found) for match in account.words if match.by == "date"}

        assert dates("What did I do last Friday?", block.id) == {("last Friday", ("2025-06-06",))}
        assert dates("What did I do last Friday?", other.id) == {("2025", ("2025-05-01",))}
        assert dates("지난주 금요일에 뭐 했어?", block.id) == {("지난주 금요일에", ("2025-06-06",))}

    @pytest.mark.parametrize(
        ("query", "asked", "matched"),
        [
            ("before 5 May", "../2025-05-04", ("2025-05-01",)),
            ("after 3 June", "2025-06-04/..", ()),
            ("in the last two weeks", "2025-05-26/2025-06-09", ()),
            ("매년 5월", None, ()),
        ],
    )
    def test_times_may_be_open_at_one_side(
        self, memory: Memory, query: str, asked: str | None, matched: tuple[str, ...]
    ) -> None:
        block = memory.add("The meeting was long.", at="2025-05-01")
        account = memory.explain(f"{query} meeting", block.id, now="2025-06-09").account
        assert account is not None
        assert (account.dates.asked, account.dates.matched) == (() if asked is None else (asked,), matched)

    def test_korean_words_meet_by_stem_and_by_morpheme(self, memory: Memory) -> None:
        block = memory.add("지난주에 부산으로 이사했어요.", at="2025-05-14")
        memory.add("오늘은 비가 와요.", at="2025-05-15")
        account = memory.explain("부산에서 언제 이사하니?", block.id).account
        assert account is not None
        found = {(match.word, match.by): match.found for match in account.words}
        assert found["부산에서", "stem"] == ("부산으로",)
        assert found["이사하니", "morpheme"] == ("이사했어요",)
        assert account.dates.asks_when
        assert account.dates.mentions == ("2025-05-05/2025-05-11",)
        assert ("부산에서", "부산으로") in {(pair.word, pair.found) for pair in account.tokens}

    @pytest.mark.parametrize(
        ("text", "query", "found"),
        [
            ("Renew the licence at the Department of Motor Vehicles.", "dmv", "dmv"),
            ("Ben moved to NYC.", "york", "york"),
            ("Her bday is soon.", "birthday", "bday"),
            ("알바를 구했어.", "아르바이트", "알바를"),
        ],
    )
    def test_short_forms_meet_what_they_stand_for(self, memory: Memory, text: str, query: str, found: str) -> None:
        block = memory.add(text)
        memory.add("The train was late.")
        account = memory.explain(query, block.id).account
        assert account is not None
        assert found in {form for match in account.words for form in match.found}

    def test_the_nearest_words_carry_what_shares_none(self, memory: Memory) -> None:
        block = memory.add("My kitten sleeps all day.")
        memory.add("The train was late.")
        account = memory.explain("cat", block.id).account
        assert account is not None
        assert account.words == ()
        assert [(pair.word, pair.found) for pair in account.tokens] == [("cat", "kitten")]
        assert 0.3 < account.tokens[0].similarity < 1

    def test_the_way_from_the_anchor_is_told_step_by_step(self, memory: Memory) -> None:
        first, second, third = (memory.add(text, namespace="chat") for text in ("one", "two", "three"))
        note = memory.add("four", kind="note")
        memory.link(note.id, third.id, kind="about", weight=0.5)
        explanation = memory.explain("one", note.id, near=first.id)
        assert explanation.search.start == first.id
        account = memory.explain("one", note.id, near=second.id).account
        assert account is not None
        assert [(step.block, step.by, step.backwards) for step in account.path] == [
            (second.id, "start", False), (third.id, "next", False), (note.id, "about", True),
        ]  # fmt: skip
        strength = 0.7**2 * account.path[1].weight * account.path[2].weight
        assert account.proximity == pytest.approx(strength, abs=CLOSE)

    def test_the_turns_around_are_named(self, memory: Memory) -> None:
        question = memory.add("Where do you keep the violin?", source="alice", namespace="chat")
        answer = memory.add("Under the stairs.", source="bob", namespace="chat")
        memory.add("something else", kind="note")
        account = memory.explain("where is the violin", answer.id).account
        assert account is not None
        turns = {weight.name: weight.turns for weight in account.weights}
        assert turns["previous"] == turns["asked"] == (question.id,)

    def test_what_keeps_a_block_out_is_named(self, memory: Memory, clock: FrozenClock) -> None:
        def excluded(block: int, **options: Any) -> tuple[str, ...]:
            explanation = memory.explain("violin", block, **options)
            assert (explanation.outcome == "excluded") == (explanation.excluded != ())
            assert block not in ids(memory.search("violin", **options)) or not explanation.excluded
            return explanation.excluded

        old = memory.add("a violin", namespace="a", source="alice", tags=["music"])
        new = memory.update(old.id, text="a violin and a piano")
        brief = memory.add("a violin for a day", namespace="a", ttl=60)
        later = memory.add("a violin in ten years", namespace="b", valid_from="2090-01-01")
        ended = memory.add("a violin long ago", namespace="b", valid_to="2001-01-01")
        clock.advance(61)
        assert excluded(old.id) == ("superseded",)
        assert excluded(old.id, history=True) == ()
        assert excluded(new.id) == ()
        assert excluded(brief.id) == ("expired",)
        assert excluded(later.id) == ("not_yet_valid",)
        assert excluded(ended.id) == ("no_longer_valid",)
        assert excluded(new.id, namespace="b") == ("namespace",)
        assert excluded(new.id, as_of="2001-01-01") == ("not_yet_recorded",)
        assert excluded(new.id, where={"source": "alice", "kind": "fact"}) == ("where.kind",)
        memory.quarantine(new.id)
        assert excluded(new.id) == ("quarantined",)
        assert memory.explain("violin", new.id).score is None

    def test_what_is_filtered_out_is_scored_all_the_same(self, memory: Memory) -> None:
        block = memory.add("a violin", source="alice")
        memory.add("a piano", source="bob")
        plain = memory.explain("violin", block.id)
        barred = memory.explain("violin", block.id, where={"source": "bob"})
        assert (plain.outcome, barred.outcome) == ("hit", "excluded")
        assert barred.score == plain.score

    def test_what_was_not_found_is_told_by_how_much(self, memory: Memory) -> None:
        remember_much(memory, 600)
        hits = memory.search("violin piano", k=20)
        explanation = memory.explain("violin piano", hits[12].block.id, k=10)
        assert (explanation.outcome, explanation.rank) == ("outranked", 13)
        assert explanation.search.least == pytest.approx(hits[9].score, abs=CLOSE)
        outcomes = {memory.explain("violin piano", block).outcome for block in range(1, 600, 20)}
        assert "not_looked_at" in outcomes
        lone = memory.explain("zzzz", hits[0].block.id)
        assert lone.outcome in ("unmatched", "not_looked_at", "outranked", "hit")

    def test_bad_questions_are_refused(self, memory: Memory) -> None:
        block = memory.add("a violin")
        with pytest.raises(NotFound):
            memory.explain("violin", block.id + 1)
        for arguments, field in (({"query": ""}, "query"), ({"k": 0}, "k"), ({"where": {"sauce": 1}}, "where.sauce")):
            with pytest.raises(InvalidInput) as caught:
                memory.explain(**{"query": "violin", "block": block.id} | arguments)  # type: ignore[arg-type]
            assert caught.value.field == field


class TestBudget:
    def test_a_search_that_has_time_is_as_ever_and_says_that_nothing_is_left_out(self, memory: Memory) -> None:
        remember_much(memory, 400)
        for query in QUERIES:
            in_time = memory.search(query, budget_ms=60_000)
            assert scores(in_time) == scores(memory.search(query))
            assert in_time.left_out == memory.search(query).left_out == ()
        answers = memory.search_many(QUERIES, budget_ms=60_000)
        assert [scores(hits) for hits in answers] == [scores(memory.search(query)) for query in QUERIES]
        assert [hits.left_out for hits in answers] == [()] * len(QUERIES)

    def test_one_without_time_says_what_it_left_out(self, memory: Memory) -> None:
        remember_much(memory, 400)
        hits = memory.search("violin piano", budget_ms=1e-6)
        assert {"words", "vector", "tokens"} <= set(hits.left_out)
        assert len(hits) <= 10
        for hits in memory.search_many(["violin", "piano"], budget_ms=1e-6):
            assert {"words", "vector", "tokens"} <= set(hits.left_out)

    @pytest.mark.parametrize("bad", [0, -1, True, "5", float("nan"), 10**7])
    def test_a_time_that_is_none_is_refused(self, memory: Memory, bad: Any) -> None:
        for search in (lambda: memory.search("x", budget_ms=bad), lambda: memory.search_many(["x"], budget_ms=bad)):
            with pytest.raises(InvalidInput) as caught:
                search()
            assert caught.value.field == "budget_ms"
