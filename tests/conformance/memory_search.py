"""What every Memory must find: searching, filtering, listing. See `memory`."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise, product
from random import Random
from typing import Any

import pytest
from tests.conformance.memory import (
    HOUR,
    NOW,
    PARTS,
    QUERIES,
    WORDS,
    everything,
    facts,
    ids,
    remember_much,
    scores,
    tell,
    texts,
)

from greeum import Block, Hit, Memory, limits, testing
from greeum.errors import InvalidInput, NotFound
from greeum.limits import HOPS_MAX, K_MAX, PAGE_MAX
from greeum.testing import FrozenClock

ALL = {"apple", "pear", "plum", "fig"}


FILTERS: list[tuple[dict[str, Any], set[str]]] = [
    ({}, ALL),
    ({"source": "alice"}, {"apple"}),
    ({"source": {"eq": "alice"}}, {"apple"}),
    ({"source": None}, {"plum"}),
    ({"source": {"ne": "alice"}}, {"pear", "plum", "fig"}),
    ({"source": {"ne": None}}, {"apple", "pear", "fig"}),
    ({"source": {"in": ["alice", "bob"]}}, {"apple", "pear"}),
    ({"source": {"in": {"alice", "bob"}}}, {"apple", "pear"}),
    ({"source": {"in": ["alice", None]}}, {"apple", "plum"}),
    ({"source": {"in": []}}, set()),
    ({"source": {"nin": ["alice", "bob"]}}, {"plum", "fig"}),
    ({"source": {"exists": True}}, {"apple", "pear", "fig"}),
    ({"source": {"exists": False}}, {"plum"}),
    ({"kind": "fact"}, {"plum", "fig"}),
    ({"key": "third"}, {"plum"}),
    ({"key": {"exists": True}}, {"plum"}),
    ({"tags": {"contains": "trip"}}, {"pear", "fig"}),
    ({"tags": {"contains": "tri"}}, set()),
    ({"tags": {"exists": False}}, {"apple", "plum"}),
    ({"importance": 0.5}, {"pear"}),
    ({"importance": 0.9}, {"plum", "fig"}),
    ({"importance": {"gte": 0.9}}, {"plum", "fig"}),
    ({"importance": {"gt": 0.9}}, set()),
    ({"importance": {"ne": 0.1}}, {"pear", "plum", "fig"}),
    ({"importance": {"gt": 0.5}}, {"plum", "fig"}),
    ({"importance": {"gte": 0.5}}, {"pear", "plum", "fig"}),
    ({"importance": {"lt": 0.5}}, {"apple"}),
    ({"importance": {"lte": 0.5}}, {"apple", "pear"}),
    ({"importance": {"gt": 0.1, "lt": 0.9}}, {"pear"}),
    ({"at": {"lt": "2024-01-01"}}, {"fig"}),
    ({"at": {"gte": NOW}}, {"apple", "pear", "plum"}),
    ({"at": {"gt": NOW}}, set()),
    ({"at": datetime(2020, 1, 1)}, {"fig"}),
    ({"added_at": NOW.isoformat()}, ALL),
    ({"valid_from": {"lte": "2020-06-01"}, "valid_to": {"gt": "2020-06-01"}}, {"fig"}),
    ({"valid_to": {"exists": True}}, {"fig"}),
    ({"valid_to": None}, {"apple", "pear", "plum"}),
    ({"expires_at": {"gt": "2030-01-01"}}, {"fig"}),
    ({"namespace": "acme/alice"}, {"apple"}),
    ({"namespace": {"prefix": "acme/alice"}}, {"apple", "pear"}),
    ({"namespace": {"prefix": "acme"}}, {"apple", "pear", "plum"}),
    ({"namespace": {"nin": ["zoo", "acme/alice"]}}, {"pear", "plum"}),
    ({"metadata.km": 5}, {"pear"}),
    ({"metadata.km": {"gt": 4}}, {"pear", "plum"}),
    ({"metadata.km": {"lte": 12.5}}, {"pear", "plum"}),
    ({"metadata.km": "far"}, {"fig"}),
    ({"metadata.km": {"exists": False}}, {"apple"}),
    ({"metadata.by.train": True}, {"pear"}),
    ({"metadata.by": {"exists": True}}, {"pear"}),
    ({"metadata.stops": {"contains": "대전"}}, {"plum"}),
    ({"metadata.stops": {"contains": 3}}, {"plum"}),
    ({"metadata.open": None}, ALL),
    ({"source": "alice", "kind": "note"}, set()),
    ({"and": [{"kind": "fact"}, {"tags": {"contains": "trip"}}]}, {"fig"}),
    ({"or": [{"source": "bob"}, {"key": "third"}]}, {"pear", "plum"}),
    ({"or": []}, set()),
    ({"and": []}, ALL),
    ({"not": {"kind": "fact"}}, {"apple", "pear"}),
    ({"not": {"or": [{"source": "bob"}, {"not": {"kind": "fact"}}]}}, {"plum", "fig"}),
]  # fmt: skip


class TestFiltering:
    @pytest.mark.parametrize(("where", "expected"), FILTERS)
    def test_search_and_list_give_what_the_filter_says(
        self, memory: Memory, where: dict[str, Any], expected: set[str]
    ) -> None:
        tell(memory)
        assert set(texts(memory.list(where=where))) == expected
        assert set(texts(memory.search("apple pear plum fig", where=where))) == expected

    def test_times_far_off_are_told_apart(self, memory: Memory) -> None:
        early, late = (memory.add("hello", at=f"9999-12-31T23:59:59.99999{digit}Z") for digit in (8, 9))
        assert ids(memory.list(where={"at": {"gt": early.at}})) == [late.id]
        assert ids(memory.list(where={"at": early.at})) == [early.id]

    def test_whole_numbers_that_doubles_do_not_tell_apart_are_refused(self, memory: Memory) -> None:
        with pytest.raises(InvalidInput, match="beyond 2"):
            memory.add("hello", metadata={"n": 2**53 + 1})
        with pytest.raises(InvalidInput, match="beyond 2"):
            memory.list(where={"metadata.n": 2**53 + 1})

    def test_a_namespace_in_a_filter_may_be_written_in_any_form(self, memory: Memory) -> None:
        block = memory.add("hello", namespace=["acme", "a/b"])
        for where in ({"namespace": "acme/a%2fb"}, {"namespace": {"prefix": "%61cme"}}):
            assert ids(memory.list(where=where)) == [block.id]

    def test_a_filter_does_not_change_what_a_block_scores(self, memory: Memory) -> None:
        tell(memory)
        unfiltered = dict(scores(memory.search("apple pear plum fig")))
        for where, _ in FILTERS:
            for block, score in scores(memory.search("apple pear plum fig", where=where)):
                assert score == unfiltered[block]

    @pytest.mark.parametrize(
        ("where", "field"),
        [
            ({"sauce": "alice"}, "where.sauce"),
            ({"source": {"like": "a%"}}, "where.source"),
            ({"source": {}}, "where.source"),
            ({"source": 5}, "where.source"),
            ({"source": {"gt": "a"}}, "where.source"),
            ({"source": {"prefix": "al"}}, "where.source"),
            ({"source": {"contains": "al"}}, "where.source"),
            ({"source": {"exists": 1}}, "where.source"),
            ({"source": {"in": "alice"}}, "where.source"),
            ({"tags": "trip"}, "where.tags"),
            ({"at": "yesterday"}, "where.at"),
            ({"at": 5}, "where.at"),
            ({"importance": "high"}, "where.importance"),
            ({"metadata.": 1}, "where.metadata."),
            ({"metadata.km": [1]}, "where.metadata.km"),
            ({"and": {"kind": "fact"}}, "where.and"),
            ({"or": ["fact"]}, "where.or"),
            ({"not": "fact"}, "where.not"),
        ],
    )
    def test_what_is_not_known_is_refused(self, memory: Memory, where: dict[str, Any], field: str) -> None:
        for act in (lambda: memory.search("apple", where=where), lambda: memory.list(where=where)):
            with pytest.raises(InvalidInput) as caught:
                act()
            assert caught.value.field == field


MENTIONED: list[tuple[dict[str, Any], str]] = [
    ({"mentions": "2023-05-07"}, "fell May"),
    ({"mentions": {"eq": "2023-05-07T18:00"}}, "fell May"),
    ({"mentions": {"in": ["2023-05-07", "2023-07-29"]}}, "fell trip May"),
    ({"mentions": {"gte": "2023-05-01", "lt": "2023-06-01"}}, "fell May"),
    ({"mentions": {"gte": datetime(2023, 5, 1), "lte": datetime(2023, 5, 6)}}, "May"),
    ({"mentions": {"gte": date(2023, 5, 1), "lte": date(2023, 5, 6)}}, "May"),
    ({"mentions": {"gt": "2023-05-07", "lt": "2023-05-31"}}, "May"),
    ({"mentions": {"gt": "2023-07-22", "lt": "2023-07-29"}}, "trip"),
    ({"mentions": {"gt": "2023-07-22"}}, "trip year wedding"),
    ({"mentions": {"gte": "2024-01-01"}}, "wedding"),
    ({"mentions": {"lt": "2023-01-01"}}, ""),
    ({"mentions": {"gte": "2023-01-01", "lte": "2023-12-31"}}, "fell trip May year"),
    ({"mentions": {"gte": "2023-06-01", "lt": "2023-05-01"}}, ""),
    ({"mentions": {"exists": False}}, "apple"),
    ({"mentions": None}, "apple"),
    ({"mentions": {"exists": True}}, "fell trip May year wedding"),
    ({"mentions": {"ne": "2023-05-07"}}, "apple trip year wedding"),
    ({"mentions": {"nin": ["2023-05-07", None]}}, "trip year wedding"),
    ({"mentions": {"lt": "2023-05-07", "ne": "2023-05-20"}}, "year"),
    ({"and": [{"mentions": {"gt": "2023-07-22"}}, {"mentions": {"lt": "2023-07-29"}}]}, "trip year"),
    ({"or": [{"mentions": "2023-05-07"}, {"mentions": {"gte": "2024-01-01"}}]}, "fell May wedding"),
    ({"not": {"mentions": {"gte": "2023-05-01"}}, "mentions": {"exists": True}}, ""),
    ({"mentions": "2023-05-07", "source": "Ben"}, "May"),
]
"""What is asked of the days that texts speak of, and what begins with one of these words."""


def remember_days(memory: Memory) -> None:
    memory.add_many(
        [
            {"text": "fell yesterday on the bridge", "at": "2023-05-08T09:00Z", "source": "Ann"},
            {"text": "trip from 22 July 2023 to 29 July 2023, on the bridge", "at": "2023-05-08"},
            {"text": "May 2023 is for the bridge", "at": "2023-05-08", "source": "Ben", "namespace": "acme/ben"},
            {"text": "year 2023 of the bridge", "at": "2023-05-08"},
            {"text": "wedding on the bridge, 2024-02-10", "at": "2023-05-08"},
            {"text": "apple on the bridge", "at": "2023-05-07"},
        ]
    )


def firsts(found: Iterable[Block | Hit]) -> set[str]:
    return {text.split()[0] for text in texts(found)}


class TestDaysOfWhichTextsSpeak:
    @pytest.mark.parametrize(("where", "expected"), MENTIONED)
    def test_every_door_gives_what_the_filter_says(self, memory: Memory, where: dict[str, Any], expected: str) -> None:
        remember_days(memory)
        wanted = set(expected.split())
        assert firsts(memory.list(where=where)) == wanted
        assert firsts(memory.search("bridge", where=where)) == wanted
        assert firsts(memory.stream("bridge", where=where)) == wanted
        assert firsts(memory.context("bridge", where=where).blocks) == wanted
        assert memory.count(where=where) == len(wanted)
        assert sum(count for _, count in memory.facets("kind", where=where)["kind"]) == len(wanted)
        assert memory.forget(where=where, dry_run=True).blocks == len(wanted)

    def test_what_is_forgotten_by_them_is_gone(self, memory: Memory) -> None:
        remember_days(memory)
        memory.forget(where={"mentions": {"gte": "2023-05-01", "lt": "2023-06-01"}})
        assert firsts(memory.list()) == {"trip", "year", "wedding", "apple"}
        assert memory.count(where={"mentions": "2023-05-07"}) == 0

    def test_they_are_those_of_the_newest_text(self, memory: Memory) -> None:
        remember_days(memory)
        (block,) = memory.list(where={"mentions": {"gte": "2024-01-01"}})
        new = memory.update(block.id, text="wedding on the bridge, 2025-03-10")
        assert memory.count(where={"mentions": "2024-02-10"}) == 0
        assert ids(memory.list(where={"mentions": "2025-03-10"})) == [new.id]
        assert memory.count(where={"mentions": "2024-02-10"}, history=True) == 1

    def test_a_search_says_that_they_keep_a_block_out(self, memory: Memory) -> None:
        remember_days(memory)
        (block,) = memory.list(where={"mentions": {"gte": "2024-01-01"}})
        said = memory.explain("bridge", block.id, where={"mentions": "2023-05-07"})
        assert said.excluded == ("where.mentions",)

    @pytest.mark.parametrize(
        "condition",
        [
            "May 2023", "yesterday", 5, {}, {"within": "2023-05-07"}, {"contains": "2023-05-07"}, {"gte": None},
            {"lt": "2023-02-30"}, {"in": "2023-05-07"}, {"exists": "yes"}, {"prefix": "2023"},
        ],
    )  # fmt: skip
    def test_what_is_no_day_is_refused(self, memory: Memory, condition: Any) -> None:
        remember_days(memory)
        where = {"mentions": condition}
        for act in (
            lambda: memory.search("bridge", where=where), lambda: memory.list(where=where),
            lambda: memory.count(where=where), lambda: memory.facets("kind", where=where),
            lambda: memory.forget(where=where),
        ):  # fmt: skip
            with pytest.raises(InvalidInput) as caught:
                act()
            assert caught.value.field == "where.mentions"
        assert memory.count() == 6


class TestNamespaces:
    @pytest.fixture
    def said(self, memory: Memory) -> Memory:
        for namespace in ("", "acme", "acme/alice", "acme/alice/chat", "acme/alice2", "acme/alice%2Fchat", "acmea"):
            memory.add("The violin is old.", namespace=namespace, source="alice")
        return memory

    @pytest.mark.parametrize(
        ("namespace", "expected"),
        [
            ("", 7),
            ("acme", 5),
            ("acme/alice", 2),
            ("acme/alice/chat", 1),
            ("acme/alice2", 1),
            (["acme", "alice/chat"], 1),
            ("acme/al", 0),
            ("nobody", 0),
        ],
    )
    def test_a_namespace_holds_what_is_at_it_and_below(self, said: Memory, namespace: Any, expected: int) -> None:
        assert len(said.search("violin", namespace=namespace)) == expected
        assert len(said.list(namespace=namespace)) == expected
        assert len(said.search("violin", namespace=namespace, exact=True, history=True)) == expected

    def test_statistics_are_those_of_the_namespace(self, memory: Memory) -> None:
        memory.add("The violin is old.", namespace="acme/alice")
        memory.add("Rain again.", namespace="acme/alice")
        alone = scores(memory.search("old violin", namespace="acme/alice"))
        memory.add_many({"text": f"violin {number}", "namespace": "acme/bob"} for number in range(50))
        assert scores(memory.search("old violin", namespace="acme/alice")) == alone


class TestSearching:
    def test_the_best_come_first_and_no_more_than_asked_for(self, memory: Memory) -> None:
        memory.add_many({"text": f"The violin number {number} is old."} for number in range(30))
        hits = memory.search("violin number 7", k=5)
        assert len(hits) == 5
        assert hits[0].block.text == "The violin number 7 is old."
        assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
        assert len(memory.search("violin")) == 10
        assert len(memory.search("violin", k=K_MAX)) == 30

    def test_a_score_is_the_sum_of_its_parts(self, memory: Memory) -> None:
        tell(memory)
        memory.anchors.set("A", memory.list()[0].id)
        for hit in memory.search("apple and plum", near="A"):
            assert set(hit.parts) == PARTS
            assert hit.score == pytest.approx(sum(hit.parts.values()), abs=1e-5)
            assert hit.block == memory.get(hit.block.id)

    def test_fewer_hits_are_the_first_of_more(self, memory: Memory) -> None:
        remember_much(memory, 250)
        for query in QUERIES:
            longest = scores(memory.search(query, k=K_MAX))
            for k in (1, 10, 50, 249):
                assert scores(memory.search(query, k=k)) == longest[:k]

    def test_fewer_hits_are_the_first_of_more_among_many_blocks(self, memory: Memory) -> None:
        remember_much(memory, 5_000)
        for query in QUERIES:
            for options in ({}, {"namespace": "n/3"}, {"where": {"source": "alice"}}):
                longest = scores(memory.search(query, k=50, **options))
                assert scores(memory.search(query, k=10, **options)) == longest[:10]
                exact = scores(memory.search(query, k=500, exact=True, **options))
                assert scores(memory.search(query, k=10, exact=True, **options)) == exact[:10]
                deeper = dict(scores(memory.search(query, k=K_MAX, **options)))
                assert all(deeper.get(block, score) == score for block, score in longest)

    @pytest.mark.parametrize("k", [33, 50, 51, 120])
    def test_as_many_come_as_were_asked_for_if_there_are_as_many(self, memory: Memory, k: int) -> None:
        names = ["amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heath", "inlet", "jetty"]
        memory.add_many(
            {
                "text": f"The {one} {other} is {names[number % 7]}.",
                "kind": "fact" if number % 2 else "message",
                "metadata": {"number": number % 5},
            }
            for number, (one, other) in enumerate(product(names * 3, names * 3))
        )
        wheres: list[dict[str, Any] | None] = [None, {"kind": "fact"}, {"metadata.number": 3}]
        for query, where in product(("amber", "which grove?", "nothing of it"), wheres):
            assert len(memory.search(query, k=k, where=where)) == k
            assert len(list(memory.stream(query, k=k, where=where))) == k

    def test_exact_looks_at_every_block(self, memory: Memory) -> None:
        remember_much(memory, 5_000)
        query = QUERIES[0]
        every = memory.search(query, k=K_MAX, exact=True)
        likely = memory.search(query, k=100)
        assert scores(every)[:100] != scores(likely), "the likely ones are measured against a sample"
        assert len(set(ids(likely)) & set(ids(every))) >= 90
        assert all(hit.score <= every[0].score for hit in every)

    def test_exact_or_not_is_the_same_among_few_blocks(self, memory: Memory) -> None:
        remember_much(memory, 250)
        for query in QUERIES:
            assert scores(memory.search(query, exact=True)) == scores(memory.search(query))

    def test_history_includes_superseded_versions(self, memory: Memory) -> None:
        old = memory.add("I live in Busan.")
        new = memory.update(old.id, text="I live in Seoul.")
        assert ids(memory.search("where do I live? Busan")) == [new.id]
        assert set(ids(memory.search("where do I live? Busan", history=True))) == {old.id, new.id}

    def test_a_search_changes_nothing(self, memory: Memory) -> None:
        tell(memory)
        before = facts(memory)
        memory.search("apple", near=1)
        memory.list()
        assert facts(memory) == before

    def test_several_queries_at_once(self, memory: Memory) -> None:
        tell(memory)
        queries = ["apple", "fig", "plum"]
        options: dict[str, Any] = {"k": 2, "where": {"kind": "fact"}}
        answers = memory.search_many(iter(queries), **options)
        assert [scores(answer) for answer in answers] == [scores(memory.search(query, **options)) for query in queries]
        assert memory.search_many([]) == []

    def test_an_empty_memory_answers_nothing(self, memory: Memory) -> None:
        assert memory.search("violin") == []
        assert memory.list() == []
        assert memory.list().cursor is None

    def test_an_emoji_is_a_word(self, memory: Memory) -> None:
        block = memory.add("so glad 🎉")
        memory.add("so sad")
        assert ids(memory.search("🎉"))[0] == block.id

    def test_an_anchor_out_of_sight_leaves_everything(self, memory: Memory) -> None:
        gone = memory.add("a ticket", expires_at="2020-01-01", namespace="a")
        memory.anchors.set("A", gone.id, namespace="a")
        kept = memory.add("a garden", namespace="a")
        assert ids(memory.search("garden", near="A", namespace="a")) == [kept.id]

    def test_near_a_corrected_block_is_near_its_correction(self, memory: Memory) -> None:
        old, beside = memory.add("the first", kind="note"), memory.add("a garden", kind="note")
        new = memory.update(old.id, text="the second")
        memory.link(new.id, beside.id)
        assert memory.search("garden", near=old.id)[0].parts["graph"] > 0

    def test_a_question_of_function_words_finds_names_and_what_is_nearest(self, memory: Memory) -> None:
        memory.add_many([{"text": text, "kind": "note"} for text in ("I saw The Who.", "Who are you?", "It was late.")])
        assert memory.search("the who")[0].block.text == "I saw The Who."
        words = {hit.block.text: hit.parts["words"] for hit in memory.search("who are you")}
        assert max(words, key=lambda text: words[text]) == "Who are you?"
        assert memory.search("AND") != []

    @pytest.mark.parametrize("text", ["one", "The Who", "It is what it is", "그것"])
    def test_a_text_of_function_words_is_found_by_itself(self, memory: Memory, text: str) -> None:
        others = ("two", "three", "one of the best", "who is the man in the hat", "it is late", "나는 그것을 샀어")
        memory.add_many([{"text": other, "kind": "note"} for other in (*others, text)])
        assert memory.search(text)[0].block.text == text

    @pytest.mark.parametrize(
        ("question", "days_ago"),
        [
            ("What happened yesterday?", [1]),
            ("What did I do the day before yesterday?", [2]),
            ("what did I do three days ago", [3]),
            ("What did I do last week?", range(1, 14)),
            ("What did I do today?", [0]),
            ("어제 뭐 했지?", [1]),
            ("사흘 전에 뭐 했어?", [3]),
            ("오늘 뭐 했지?", [0]),
        ],
    )
    def test_what_was_said_at_a_time_is_found_among_many_blocks(
        self, memory: Memory, clock: FrozenClock, question: str, days_ago: Sequence[int]
    ) -> None:
        random, now = Random(3), datetime.fromtimestamp(clock.now_us / 1e6, UTC)
        said = [now - timedelta(days=number // 4) for number in range(4 * 100)]
        memory.add_many({"text": " ".join(random.choices(WORDS, k=5)), "source": "Lee", "at": at} for at in said)
        [hit, *_] = memory.search(question)
        assert (now - hit.block.at).days in days_ago
        account = memory.explain(question, hit.block.id).account
        assert account is not None
        assert account.score == pytest.approx(hit.score, abs=1e-3)

    def test_the_words_of_a_time_count_where_nothing_is_of_that_time(self, memory: Memory) -> None:
        memory.add_many(
            [
                {"text": text, "at": "2021-03-04", "kind": "note"}
                for text in ("The ferry leaves tomorrow.", "A letter came.", "We ate soup.")
            ]
        )
        assert memory.search("what is tomorrow?")[0].block.text == "The ferry leaves tomorrow."

    def test_now_is_not_what_a_question_is_about(self, memory: Memory) -> None:
        notes = (
            "I only drink tea now.",
            "We live in a flat in Torshov.",
            "My car is a Volvo.",
            "The dog is called Rex.",
        )
        memory.add_many([{"text": text, "source": "Nora"} for text in notes])
        assert memory.search("Where do we live now?")[0].block.text == "We live in a flat in Torshov."
        assert memory.search("now")[0].block.text == "I only drink tea now."

    def test_the_score_of_one_block_alone_says_whether_it_fits(self, memory: Memory) -> None:
        memory.add("I saw a concert in London.")
        scores = [
            memory.search(query)[0].score for query in ("a concert in London", "museums in London", "my birthday")
        ]
        assert scores == sorted(scores, reverse=True)
        assert scores[0] > 4
        assert scores[2] < 1

    @pytest.mark.parametrize("query", ['"', "?!...", "*", "()", "—", "\u202e", "%", "'; --"])
    def test_a_query_of_signs_finds_no_words(self, memory: Memory, query: str) -> None:
        memory.add("The violin is old.", kind="note")
        assert memory.search(query) == []


LANGUAGES = [
    ("저는 5월에 부산으로 이사했어요.", "부산에 이사 갔나요?"),
    ("어제 친구들과 바다에서 수영을 했다.", "친구랑 수영"),
    ("할머니께서 만드신 김치찌개가 그립다.", "김치찌개"),
    ("회의는 2025년 3월 4일 오전 9시에 시작합니다.", "3월 4일 회의"),
    ("The children were running along the harbour.", "child runs at the harbour"),
    ("We ate CRÈME BRÛLÉE at the café.", "creme brulee cafe"),
    ("Ｆｕｌｌ ｗｉｄｔｈ ｔｅａ", "full width tea"),
    ("나는 Python과 Rust를 좋아한다.", "python rust"),
]


class TestLanguages:
    @pytest.fixture
    def said(self, memory: Memory) -> Memory:
        memory.add_many({"text": text, "kind": "note"} for text, _ in LANGUAGES)
        return memory

    @pytest.mark.parametrize(("text", "query"), LANGUAGES)
    def test_what_was_said_is_found(self, said: Memory, text: str, query: str) -> None:
        assert texts(said.search(query, k=1)) == [text]

    @pytest.mark.parametrize(
        ("text", "query"),
        [
            ("🎂🎂🎂", "🎂"),
            ("See you there👍🏽", "👍"),
            ("The shop is in the Lange Straße.", "LANGE STRASSE"),
            ("We met in Łódź.", "lodz"),
        ],
    )
    def test_what_is_written_otherwise_is_found(self, said: Memory, text: str, query: str) -> None:
        said.add(text, kind="note")
        [hit] = said.search(query, k=1)
        assert hit.block.text == text
        assert hit.parts["words"] > 0

    @pytest.mark.parametrize(
        ("query", "other", "counts"),
        [
            ("인규 씨는 어디 있었어?", "씨", False),
            ("인규는 5월 말에 어디 있었어?", "말에", False),
            ("해바라기 씨는 어디 있었어?", "씨", True),
            ("말에 어디 있었어?", "말에", True),
        ],
    )
    def test_what_belongs_to_a_name_or_a_month_is_no_word(
        self, memory: Memory, query: str, other: str, counts: bool
    ) -> None:
        block = memory.add(f"{other} 이야기", kind="note", at="2020-01-01")
        account = memory.explain(query, block.id, now="2025-06-09").account
        assert account is not None
        assert any(match.adds > 0 for match in account.words) is counts

    @pytest.mark.parametrize(("text", "query"), LANGUAGES[:4])
    def test_normal_forms_are_one(self, memory: Memory, text: str, query: str) -> None:
        apart, together = unicodedata.normalize("NFD", text), unicodedata.normalize("NFC", query)
        memory.add("전혀 다른 이야기입니다.")
        block = memory.add(apart)
        hits = memory.search(together)
        assert hits[0].block.id == block.id
        assert hits[0].parts["words"] > 0
        assert scores(hits) == scores(memory.search(unicodedata.normalize("NFD", query)))


WEIGHTS = (
    "words", "vector", "tokens", "previous", "asked", "next", "previous2", "next2", "session", "source", "company",
    "family", "question", "brief_question", "answer", "opening", "brevity", "personal", "summary", "time", "date",
    "update", "home", "diversity", "several", "importance", "uses", "recency", "half_life", "near", "linked", "about",
)  # fmt: skip


LATER = ("uses", "half_life", "update", "home", "linked", "about", "several")
"""Those that need more than one conversation."""


class TestTimes:
    @pytest.mark.parametrize(
        ("query", "now", "found"),
        [
            ("What did I do last Friday?", "2025-06-09", "I went to the dentist."),
            ("지난주 금요일에 뭐 했어?", "2025-06-09", "I went to the dentist."),
            ("금욜에 뭐 했어?", "2025-06-09", "I went to the dentist."),
            ("발렌타인데이에 뭐 했어?", "2025-06-09", "I went to a concert."),
            ("What have I done since Thursday?", "2025-06-09", "I went to the dentist."),
        ],
    )
    def test_a_day_is_found_by_its_date_and_not_by_its_name(
        self, memory: Memory, query: str, now: str, found: str
    ) -> None:
        memory.add("I went to the dentist.", at="2025-06-06")
        memory.add("I went to a concert.", at="2025-02-14")
        memory.add("Let us have the meeting on Friday.", at="2025-05-01")
        memory.add("회의는 금요일에 하자. 대전 출장인데.", at="2025-05-01")
        memory.add_many({"text": f"I just ate and slept {day}", "at": f"2025-04-{day:02}"} for day in range(1, 29))
        assert memory.search(query, k=1, now=now)[0].block.text == found

    def test_a_day_is_more_than_its_month(self, memory: Memory) -> None:
        month = memory.add("The choir rehearsed a lot in March 2025.", at="2025-06-01")
        day = memory.add("The choir rehearsed on 30 March 2025.", at="2025-06-01")
        memory.add_many({"text": f"I just ate and slept {day}", "at": f"2025-04-{day:02}"} for day in range(1, 29))

        def date(query: str, block_id: int) -> float:
            account = memory.explain(query, block_id).account
            assert account is not None
            return sum(weight.adds for weight in account.weights if weight.name == "date")

        assert 0 < date("choir on 30 March 2025", month.id) < date("choir on 30 March 2025", day.id)
        assert date("choir in March 2025", month.id) == date("choir in March 2025", day.id) > 0


class TestWeights:
    @pytest.fixture
    def said(self, memory: Memory) -> Memory:
        """A conversation in which every kind of evidence plays a part."""
        said = [
            ("alice", "Good morning! It rains.", 0.5),
            ("bob", "When did you move to Busan?", 0.5),
            ("alice", "I moved to Busan in May.", 0.9),
            ("bob", "By train?", 0.5),
            ("alice", "Yes, with the violin.", 0.5),
            ("bob", "Lovely.", 0.1),
        ]
        memory.add_many({"text": t, "source": s, "importance": i, "namespace": "chat/one"} for s, t, i in said)
        memory.add("The cat sleeps.", source="carol", namespace="elsewhere/one")
        memory.anchors.set("A", 3)
        return memory

    def test_to_a_summary_belongs_what_was_answered(self, memory: Memory) -> None:
        pages = "The ticket costs ninety euros, the train leaves at noon, and a seat can be reserved. " * 8
        said = ("I plan a train trip.", pages, "I want a window seat.", pages)
        sources = ("user", "assistant") * 2
        memory.add_many(
            {"text": text, "source": source, "namespace": "chat"} for text, source in zip(said, sources, strict=True)
        )
        asked, summary = (
            {hit.block.id: hit.parts["prior"] for hit in memory.search(query, namespace="chat")}
            for query in ("What about my train trip?", "Summarize my train trip")
        )
        assert asked[1] > asked[2], "what the user said counts more than pages about it"
        assert summary[1] == summary[2]

    QUESTION = "What did they have to pay for the boiler?"

    def in_chat(self, memory: Memory, other: str) -> tuple[list[int], set[str]]:
        """The first two hits, where a question is the first turn and `other` the second, and what is weighed of it."""
        said = ("Did you have the boiler mended?", other, "And did it rain on Sunday?", other)
        memory.add_many(
            {"text": text, "source": source, "namespace": "chat"}
            for text, source in zip(said, ("nora", "emil") * 2, strict=True)
        )
        memory.add_many(
            {"text": f"I walked {number} steps.", "source": source, "namespace": "chat"}
            for number in range(60)
            for source in ("nora", "emil")
        )
        account = memory.explain(self.QUESTION, 1, namespace="chat").account
        assert account is not None
        return ids(memory.search(self.QUESTION, k=2)), {weight.name for weight in account.weights}

    def test_between_people_the_answer_stands_above_its_question(self, memory: Memory) -> None:
        found, weighed = self.in_chat(memory, "Yes, the plumber came, and I paid ninety euros.")
        assert found == [2, 1]
        assert {"question", "brief_question"} <= weighed

    def test_what_somebody_asks_an_assistant_is_what_they_say(self, memory: Memory) -> None:
        _, weighed = self.in_chat(memory, "A boiler is mended by those who know how to do it. " * 40)
        assert "question" in weighed
        assert "brief_question" not in weighed

    ASKED = "When is my call with the director of the agency?"
    MOVED = (
        ("My call with the director of the agency is on Monday at 3 PM.", "alice"),
        ("The director moved our call to Tuesday.", "alice"),
        ("The train has moved.", "alice"),
    )

    def order_of(self, memory: Memory, said: Iterable[tuple[str, str]], query: str, **weights: float) -> list[int]:
        """Which of what was said, one after the other, is found first."""
        added = [memory.add(text, source=source, kind="note").id for text, source in said]
        return [added.index(block) for block in ids(memory.search(query, weights=weights))]

    def test_a_note_about_whom_the_question_names_stands_beside_what_they_say(self, memory: Memory) -> None:
        turns = [
            {"text": f"I went to see number {number} today.", "source": source, "namespace": "chat/one"}
            for number in range(120)
            for source in ("Tomas", "수빈", "assistant")
        ]
        memory.add_many(turns)
        english = memory.add("Tomas is allergic to penicillin.", kind="fact")
        korean = memory.add("수빈은 페니실린 알레르기가 있다.", kind="fact")
        assert memory.search("Which antibiotic must Tomas not take?")[0].block == english
        assert memory.search("수빈이가 먹으면 안 되는 항생제는?")[0].block == korean
        account = memory.explain("Which antibiotic must Tomas not take?", korean.id).account
        assert account is not None
        assert "company" not in {weight.name for weight in account.weights}, "it tells of somebody else"

    @pytest.mark.parametrize(
        ("source", "query", "named"),
        [
            ("Alice Smith", "What does Alice like?", True),
            ("Alice Smith", "What does Ms Smith like?", True),
            ("Dr. Brandt", "What does Brandt like?", True),
            ("김민지", "민지가 뭘 좋아해?", True),
            ("민지", "김민지 씨는 뭘 좋아해?", True),
            ("수빈", "수빈이한테 뭘 물어봤지?", True),
            ("Rose Miller", "Which rose do you like?", False),
            ("weather bot", "What is the weather like?", False),
        ],
    )
    def test_a_name_is_known_by_what_people_say_of_it(
        self, memory: Memory, source: str, query: str, named: bool
    ) -> None:
        block = memory.add("Noodles, above all.", source=source)
        memory.add("It rains.", source="Bob Stone")
        account = memory.explain(query, block.id).account
        assert account is not None
        assert (account.source == source) is named

    def test_of_many_whose_names_begin_alike_each_is_known(self, memory: Memory) -> None:
        speakers = [f"Speaker {number}" for number in range(1, 13)]
        blocks = memory.add_many({"text": "Noodles, above all.", "source": source} for source in speakers)
        for source, block in zip(speakers, blocks, strict=True):
            account = memory.explain(f"What did {source} say?", block.id).account
            assert account is not None
            assert account.source == source

    def test_a_name_that_two_have_is_nobodys(self, memory: Memory) -> None:
        block = memory.add("Noodles, above all.", source="Alice Smith")
        other = memory.add("Bread, above all.", source="Alice Miller", namespace="other")
        for namespace, source in (("", None), ("other", "Alice Miller")):
            account = memory.explain("What does Alice like?", other.id, namespace=namespace).account
            assert account is not None
            assert account.source == source
        account = memory.explain("What does Alice Smith like?", block.id).account
        assert account is not None
        assert account.source == "Alice Smith"

    def test_what_has_changed_stands_above_what_was_so_before(self, memory: Memory) -> None:
        assert self.order_of(memory, self.MOVED, self.ASKED) == [1, 0, 2]

    def test_how_it_was_is_not_how_it_is(self, memory: Memory) -> None:
        assert self.order_of(memory, self.MOVED, self.ASKED.replace(" is ", " was ")) == [0, 1, 2]

    def test_what_somebody_else_says_of_theirs_changes_nothing(self, memory: Memory) -> None:
        said = [(text, source if text != self.MOVED[1][0] else "bob") for text, source in self.MOVED]
        assert self.order_of(memory, said, self.ASKED) == [0, 1, 2]

    def test_what_was_said_before_is_no_update(self, memory: Memory) -> None:
        assert self.order_of(memory, [self.MOVED[at] for at in (1, 0, 2)], self.ASKED) == [1, 0, 2]

    def test_what_a_page_says_at_one_time_is_one_account(self, memory: Memory) -> None:
        page = [(text.replace("My", "The").replace("our", "the"), source) for text, source in self.MOVED]
        assert self.order_of(memory, page, self.ASKED.replace("my", "the")) == [0, 1, 2]

    def test_an_update_can_be_weighed_nothing(self, memory: Memory) -> None:
        assert self.order_of(memory, self.MOVED, self.ASKED, update=0) == [0, 1, 2]

    def test_what_has_changed_is_explained(self, memory: Memory) -> None:
        added = [memory.add(text, source=source, kind="note").id for text, source in self.MOVED]
        explanation = memory.explain(self.ASKED, added[1])
        assert explanation.account is not None
        assert "update" in [weighed.name for weighed in explanation.account.weights]
        assert explanation.score == memory.search(self.ASKED)[0].score

    def test_the_conversation_that_is_meant_is_asked_by_itself(self, memory: Memory) -> None:
        turns = ("I tune the violin.", "The violin is old.", "Violins need rosin.", "A violin for Ann?", "Play it!")
        own = [{"text": text, "namespace": f"ann-and-ben/{day}"} for day in range(4) for text in turns]
        others = [{"text": f"Rain in town {number}.", "namespace": f"{number}/one"} for number in range(300)]
        memory.add_many([*own, *others])
        query = "Whose old violin needs rosin?"
        alone = ids(memory.search(query, namespace="ann-and-ben"))
        assert ids(memory.search(query)) == alone
        assert ids(memory.search(query, weights={"home": 0})) != alone
        explanation = memory.explain(query, alone[1])
        assert explanation.account is not None
        assert "home" in [weighed.name for weighed in explanation.account.weights]
        assert explanation.rank == 2

    @pytest.mark.parametrize("backwards", [False, True])
    def test_what_is_linked_with_the_answer_stands_behind_it(self, memory: Memory, backwards: bool) -> None:
        remember_much(memory, 300)
        leads = memory.add("Anna plans the garden behind the kitchen.", kind="note")
        linked = memory.add("Crates go to depot seven.", kind="note")
        query = "Who plans the garden behind the kitchen?"
        assert linked.id not in ids(memory.search(query))
        for kind in ("near", "similar"):
            memory.link(leads.id, linked.id, kind=kind)
            assert linked.id not in ids(memory.search(query)), "it says nothing of what the two say"
        ends = (linked.id, leads.id) if backwards else (leads.id, linked.id)
        memory.link(*ends, kind="needs")
        found = {hit.block.id: hit.parts["graph"] for hit in memory.search(query)}
        assert next(iter(found)) == leads.id
        assert found[linked.id] > 0
        assert linked.id not in ids(memory.search(query, weights={"linked": 0}))
        account = memory.explain(query, linked.id).account
        assert account is not None
        assert [(step.block, step.by, step.backwards) for step in account.path] == [
            (leads.id, "start", False),
            (linked.id, "needs", backwards),
        ]
        assert ("linked", (leads.id,)) in [(weighed.name, weighed.turns) for weighed in account.weights]
        memory.unlink(*ends, kind="needs")
        assert linked.id not in ids(memory.search(query))

    @pytest.mark.parametrize(
        ("leads", "answer", "query", "name"),
        [
            (
                "The boiler was repaired by Kowalski on Monday.",
                "A flat in Lodz is where Kowalski stays.",
                "Who repaired the boiler, and in which city?",
                "Kowalski",
            ),
            (
                "보일러는 설비 기사 방태식 씨가 고쳐 줬다.",
                "방태식 씨는 군산에 산다.",
                "보일러 고쳐 준 기사님 고향은?",
                "태식",
            ),
            (
                "The login page changes with PR-1127, says the list.",
                "PR-1127 waits for a migration.",
                "What changes the login page, and since when is it late?",
                "1127",
            ),
        ],
    )
    def test_what_shares_a_rare_name_with_the_answer_stands_behind_it(
        self, memory: Memory, leads: str, answer: str, query: str, name: str
    ) -> None:
        remember_much(memory, 300)
        first, second = (memory.add(text, kind="note").id for text in (leads, answer))
        usual, without = dict(scores(memory.search(query))), dict(scores(memory.search(query, weights={"about": 0})))
        assert list(usual)[:2] == [first, second]
        assert usual[second] > without.get(second, 0)
        account = memory.explain(query, second).account
        assert account is not None
        assert account.about == name
        assert ("about", (first,)) in [(weighed.name, weighed.turns) for weighed in account.weights]
        assert ids(memory.search(query, k=2, weights={"about": 100})) == [first, second], "it leads, so it stays above"
        memory.forget(first)
        assert all(hit.parts["graph"] == 0 for hit in memory.search(query))

    BOILER = "Who repaired the boiler, and in which city?"

    def test_a_name_that_many_have_ties_nothing(self, memory: Memory) -> None:
        said = ["The boiler was repaired by Kowalski on Monday."]
        memory.add_many({"text": text, "kind": "note"} for text in said)
        several = [memory.add(f"Letter {number} is from Kowalski.", kind="note").id for number in range(12)]
        assert all(hit.parts["graph"] == 0 for hit in memory.search(self.BOILER, k=20))
        memory.forget(several[:-1])
        assert [hit.block.id for hit in memory.search(self.BOILER) if hit.parts["graph"]] == several[-1:]

    def test_a_word_that_begins_sentences_is_no_name(self, memory: Memory) -> None:
        for text in ("Lovely that the boiler was repaired on Monday.", "Lovely walk by the river."):
            memory.add(text, kind="note")
        assert all(hit.parts["graph"] == 0 for hit in memory.search(self.BOILER))

    def test_what_others_write_ties_nothing_here(self, memory: Memory) -> None:
        texts = ("The boiler was repaired by Kowalski on Monday.", "A flat in Lodz is where Kowalski stays.")
        for text in texts:
            memory.add(text, kind="note", namespace="ann")
        before = scores(memory.search(self.BOILER, namespace="ann"))
        for number in range(12):
            memory.add(f"Letter {number} is from Kowalski.", kind="note", namespace="ben")
        assert scores(memory.search(self.BOILER, namespace="ann")) == before
        memory.add(texts[1], kind="note", namespace="carla")
        memory.add(texts[0], kind="note", namespace="dora")
        alone = memory.search(self.BOILER, namespace="carla")
        assert [hit.parts["graph"] for hit in alone] == [0], "the hit that says so is somebody else's"

    SEVERAL = "Which boats did Ann sail?"

    def boats(self, memory: Memory) -> list[list[int]]:
        """Three sessions, of which the first speaks of boats most."""
        said = (
            ("Ann sails boats: Ann sailed the boats Tern.", "Ann sailed the boats Gull and Auk.", "Ann sailed boats."),
            ("Ann sailed a boat in May, the old Skua, and lost a shoe on the way home.", "Rain again."),
            ("There was a boat that Ann sailed to the island, of all things.", "The soup is cold."),
        )
        return [
            [memory.add(text, source="ann", namespace=f"ann/{day}").id for text in texts]
            for day, texts in enumerate(said)
        ]

    def test_several_things_are_looked_for_in_several_sessions(self, memory: Memory) -> None:
        sessions = self.boats(memory)
        found = memory.search(self.SEVERAL, weights={"several": 5})
        assert len({next(n for n, one in enumerate(sessions) if block in one) for block in ids(found)[:3]}) == 3
        one_by_one = memory.search("Where did Ann sail her boat?", weights={"several": 5})
        assert scores(one_by_one) == scores(memory.search("Where did Ann sail her boat?", weights={"several": 0}))
        apart = memory.search("Where did Ann sail her boat?", weights={"diversity": 5})
        assert len({next(n for n, one in enumerate(sessions) if block in one) for block in ids(apart)[:3]}) == 3

    def test_what_better_ones_of_its_session_take_is_explained(self, memory: Memory) -> None:
        first = self.boats(memory)[0]
        weights = {"several": 0.5, "diversity": 0.25}
        ranked = [block for block in ids(memory.search(self.SEVERAL, weights={"several": 0})) if block in first]
        hits = {hit.block.id: hit for hit in memory.search(self.SEVERAL, weights=weights)}
        for better, block in enumerate(ranked):
            explanation = memory.explain(self.SEVERAL, block, weights=weights)
            assert explanation.account is not None
            assert explanation.score == hits[block].score
            taken = {one.name: one.measure for one in explanation.account.weights if one.name in weights}
            assert taken == (dict.fromkeys(weights, -better) if better else {})

    @pytest.mark.parametrize("name", sorted({*WEIGHTS} - {*LATER}))
    def test_each_has_an_effect(self, said: Memory, name: str) -> None:
        """The others need more than this conversation: see above, and memory_lifetime."""
        query = "When in May did Alice move to Busan?" + (" A summary, please." if name == "summary" else "")
        usual, changed = (dict(scores(said.search(query, near="A", weights=weights))) for weights in ({}, {name: 3.21}))
        assert usual.keys() == changed.keys()
        assert usual != changed
        assert usual == dict(scores(said.search(query, near="A")))

    @pytest.mark.parametrize("part", ["words", "vector", "tokens"])
    def test_weight_nothing_and_it_adds_nothing(self, said: Memory, part: str) -> None:
        assert any(hit.parts[part] != 0 for hit in said.search("move to Busan"))
        assert all(hit.parts[part] == 0 for hit in said.search("move to Busan", weights={part: 0}))

    def test_there_are_these_and_no_others(self, memory: Memory) -> None:
        with pytest.raises(InvalidInput) as caught:
            memory.search("hello", weights={"wrds": 1})
        assert caught.value.field == "weights.wrds"
        assert set(WEIGHTS) == set(caught.value.reason.partition("there are ")[2].split())


class TestSearchingNear:
    @pytest.fixture
    def chain(self, memory: Memory) -> list[int]:
        """Blocks in namespaces of their own, so that no conversation ties them, linked one to the next."""
        blocks = [memory.add("A violin.", namespace=f"acme/{number}", kind="note").id for number in range(6)]
        for source, target in pairwise(blocks):
            memory.link(source, target)
        return blocks

    def near(self, hits: Sequence[Hit]) -> dict[int, float]:
        return {hit.block.id: hit.parts["graph"] for hit in hits if hit.parts["graph"] > 0}

    @pytest.mark.parametrize("hops", [1, 2, 3, HOPS_MAX])
    def test_an_anchor_reaches_as_far_as_its_hops(self, memory: Memory, chain: list[int], hops: int) -> None:
        memory.anchors.set("X", chain[0], hops=hops)
        hits = memory.search("violin", near="X")
        near = self.near(hits)
        assert set(near) == set(chain[: hops + 1])
        assert sorted(near, key=lambda block: -near[block]) == sorted(near)
        assert ids(hits)[: len(near)] == sorted(near)
        assert set(ids(hits)) == set(chain)

    def test_without_an_anchor_only_links_make_such_a_part(self, memory: Memory, chain: list[int]) -> None:
        assert set(self.near(memory.search("violin"))) == set(chain)
        assert self.near(memory.search("violin", weights={"linked": 0})) == {}

    def test_a_block_reaches_two_hops(self, memory: Memory, chain: list[int]) -> None:
        near = self.near(memory.search("violin", near=chain[3]))
        assert set(near) == {chain[1], chain[2], chain[3], chain[4], chain[5]}
        assert near[chain[4]] > near[chain[2]], "with a link counts more than against it"

    def test_what_is_near_is_found_though_no_word_is_the_same(self, memory: Memory) -> None:
        here, there = memory.add("A violin.", kind="note"), memory.add("Rain again.", kind="note")
        memory.link(here.id, there.id)
        assert there.id in ids(memory.search("violin", near=here.id))

    def test_a_stronger_link_is_nearer(self, memory: Memory) -> None:
        here, weak, strong = (memory.add("A violin.", kind="note", namespace=f"n/{n}").id for n in range(3))
        memory.link(here, weak, weight=0.2)
        memory.link(here, strong, weight=0.9)
        near = self.near(memory.search("violin", near=here))
        assert near[here] > near[strong] > near[weak] > 0
        memory.link(here, weak, weight=1.0)
        memory.unlink(here, strong)
        near = self.near(memory.search("violin", near=here))
        assert strong not in near
        assert near[weak] > 0

    def test_turns_of_a_conversation_are_near_each_other(self, memory: Memory) -> None:
        turns = [memory.add(text, namespace="chat").id for text in ("A violin.", "Rain.", "Tea?", "Yes.", "Good.")]
        assert set(self.near(memory.search("violin", near=turns[0]))) == set(turns[:3])

    def test_the_walk_does_not_leave_the_namespace(self, memory: Memory) -> None:
        mine, other, also_mine = (
            memory.add("A violin.", namespace=namespace, kind="note").id for namespace in ("acme/a", "zoo", "acme/b")
        )
        memory.link(mine, other)
        memory.link(other, also_mine)
        assert set(self.near(memory.search("violin", near=mine))) == {mine, other, also_mine}
        assert set(self.near(memory.search("violin", near=mine, namespace="acme"))) == {mine}

    def test_the_walk_passes_through_what_the_filter_leaves_out(self, memory: Memory) -> None:
        first, between, last = (
            memory.add("A violin.", namespace=f"n/{kind}", kind=kind).id for kind in ("fact", "note", "fact")
        )
        memory.link(first, between)
        memory.link(between, last)
        found = self.near(memory.search("violin", near=first, where={"kind": "fact"}))
        assert set(found) == {first, last}

    def test_the_anchor_of_the_closest_namespace_is_meant(self, memory: Memory) -> None:
        blocks = {
            namespace: memory.add("A violin.", namespace=namespace, kind="note").id
            for namespace in ("acme/alice", "acme", "acme/alice/chat", "acme2")
        }
        memory.anchors.set("A", blocks["acme"])
        memory.anchors.set("A", blocks["acme/alice"], namespace="acme/alice")
        for namespace, expected in (("", "acme"), ("acme", "acme"), ("acme/alice", "acme/alice")):
            assert memory.anchor("A", namespace=namespace).block_id == blocks[expected]
            assert self.near(memory.search("violin", near="A", namespace=namespace))[blocks[expected]] > 0
        assert memory.anchor("A", namespace="acme/alice/chat").block_id == blocks["acme/alice"]
        assert memory.anchor("A", namespace="acme2").block_id == blocks["acme"]

    def test_what_is_not_there_is_said(self, memory: Memory, chain: list[int]) -> None:
        for near in ("A", 999):
            with pytest.raises(NotFound):
                memory.search("violin", near=near)
        with pytest.raises(InvalidInput) as caught:
            memory.search("violin", near=chain[0], namespace="acme/1")
        assert caught.value.field == "near"


class TestListing:
    def test_in_the_order_in_which_things_were_said(self, memory: Memory) -> None:
        times = ["2024-03-01", "2024-01-01", "2024-02-01", "2024-01-01"]
        blocks = [memory.add(f"said on {at}", at=at) for at in times]
        expected = [blocks[1], blocks[3], blocks[2], blocks[0]]
        assert memory.list() == expected
        assert memory.list(newest_first=True) == expected[::-1]

    def test_pages_follow_each_other_without_gaps_or_repeats(self, memory: Memory) -> None:
        memory.add_many({"text": f"turn {number}", "at": NOW - (number % 7) * HOUR} for number in range(50))
        whole = list(memory.list(limit=PAGE_MAX))
        assert len(whole) == 50
        for limit in (1, 3, 49, 50, 51):
            assert everything(memory, limit=limit) == whole
            assert everything(memory, limit=limit, newest_first=True) == whole[::-1]
        assert len(memory.list(limit=7)) == 7
        assert memory.list(limit=50).cursor is None
        assert memory.list(limit=49).cursor is not None

    def test_a_page_ends_where_its_texts_are_too_long(self, memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
        memory.add_many(
            {"text": "turn " * length, "at": NOW + number * HOUR}
            for number, length in enumerate((400, 1, 1, 99, 99, 99, 300, 1))
        )
        whole = list(memory.list())
        monkeypatch.setattr(limits, "PAGE_BYTES_MAX", 1_000)
        assert everything(memory, limit=100) == whole
        lengths: list[int] = []
        cursor = None
        while len(lengths) < 5:
            page = memory.list(cursor=cursor)
            lengths.append(len(page))
            cursor = page.cursor
        assert (lengths, cursor) == ([1, 3, 2, 1, 1], None)

    def test_a_hundred_unless_said_otherwise(self, memory: Memory) -> None:
        memory.add_many({"text": f"turn {number}"} for number in range(101))
        assert len(memory.list()) == 100

    def test_what_is_added_meanwhile_neither_repeats_nor_hides_anything(self, memory: Memory) -> None:
        blocks = memory.add_many({"text": f"turn {number}", "at": NOW + number * HOUR} for number in range(20))
        seen: list[Block] = []
        cursor = None
        for _ in range(5):
            page = memory.list(limit=3, cursor=cursor)
            seen += page
            memory.add("before all of it", at=NOW - HOUR)
            memory.add("between", at=page[-1].at + HOUR / 2)
            memory.forget(memory.add("soon gone", at=NOW + 30 * HOUR).id)
            cursor = page.cursor
        while cursor is not None:
            page = memory.list(limit=3, cursor=cursor)
            seen += page
            cursor = page.cursor
        assert len(ids(seen)) == len(set(ids(seen)))
        assert [block for block in seen if block in blocks] == blocks
        assert "before all of it" not in texts(seen)
        assert "between" in texts(seen)

    def test_a_forgotten_block_does_not_end_a_listing(self, memory: Memory) -> None:
        blocks = memory.add_many({"text": f"turn {number}", "at": NOW + number * HOUR} for number in range(6))
        page = memory.list(limit=2)
        memory.forget([blocks[1].id, blocks[2].id])
        assert ids(memory.list(limit=2, cursor=page.cursor)) == ids(blocks[3:5])

    def test_the_cursor_of_another_listing_is_refused(self, memory: Memory) -> None:
        tell(memory)
        cursor = memory.list(limit=1).cursor
        assert cursor is not None
        others: list[dict[str, Any]] = [
            {"namespace": "acme"},
            {"where": {}},
            {"where": {"kind": "fact"}},
            {"history": True},
            {"newest_first": True},
        ]
        for other in others:
            with pytest.raises(InvalidInput) as caught:
                memory.list(cursor=cursor, **other)
            assert caught.value.field == "cursor"
        assert len(memory.list(limit=2, cursor=cursor)) == 2, "the limit may change on the way"

    def test_the_cursor_of_another_memory_is_refused(self, memory: Memory) -> None:
        tell(memory)
        with testing.memory() as other:
            tell(other)
            page, namespaces = other.list(limit=1), other.namespaces(limit=1)
        for ask, cursor in ((memory.list, page.cursor), (memory.namespaces, namespaces.cursor)):
            with pytest.raises(InvalidInput, match="memory"):
                ask(cursor=cursor)

    def test_history_lists_superseded_versions_too(self, memory: Memory) -> None:
        old = memory.add("one", at="2024-01-01")
        new = memory.update(old.id, text="two")
        assert ids(memory.list()) == [new.id]
        assert ids(memory.list(history=True)) == [old.id, new.id]
