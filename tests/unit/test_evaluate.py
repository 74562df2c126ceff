"""Evaluation: the contract of evaluation scripts, sets and their forms, measures, what is taken away."""

from __future__ import annotations

import json
from math import log2
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from greeum import evaluate, testing
from greeum.errors import InvalidInput, NotFound
from greeum.evaluate.ablations import PARTS, ablations, weights_of
from greeum.evaluate.measures import DEPTH, Outcome, difference, interval, summary
from greeum.evaluate.misses import Misses
from greeum.evaluate.public import read
from greeum.evaluate.remembered import as_drafted
from greeum.evaluate.runs import evaluate as run
from greeum.evaluate.sets import Question, Turn


def turn(name: str, speaker: str, text: str) -> SimpleNamespace:
    """A block as evaluation scripts have it."""
    return SimpleNamespace(id=name, text=text, speaker=speaker, timestamp="2025-03-04", session="s", conversation="c")


SAID = [
    turn("b0", "alice", "The violin is old."),
    turn("b1", "", "Rain again."),
    turn("b2", "bob", "The train was late."),
]


def test_what_was_said_is_retrieved_best_first() -> None:
    retrieve = evaluate.make(iter(SAID))
    assert retrieve("old violin", 1) == ["b0"]
    assert set(retrieve("old violin", 10)) <= {"b0", "b1", "b2"}


def test_options_go_to_every_search() -> None:
    retrieve = evaluate.make(SAID, where={"source": "bob"})
    assert retrieve("old violin and late train", 10) == ["b2"]


def lines(path: Path, *rows: object) -> str:
    """A file of JSON Lines."""
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return str(path)


VIOLIN = {"id": "b0", "text": "The violin is old.", "source": "alice", "at": "2025-03-04", "conversation": "music"}
RAIN = {"id": "b1", "text": "Rain again.", "conversation": "weather", "session": "monday"}
ASKED = {"question": "What is old?", "answers": ["b0"], "kind": "single"}


class TestSets:
    def test_a_file_of_ones_own(self, tmp_path: Path) -> None:
        found = read(lines(tmp_path / "mine.jsonl", VIOLIN, RAIN, ASKED, ASKED | {"conversation": "music"}))
        assert found.name == "mine"
        assert found.blocks[0] == Turn("b0", "The violin is old.", "alice", "2025-03-04", "alone", "music")
        assert [question.id for question in found.questions] == ["1", "2"]
        everything, music = found.stores()
        assert [len(blocks) for blocks, _ in (everything, music)] == [2, 1]
        assert [found.group_of(question) for question in found.questions] == ["music", "music"]

    def test_a_folder_of_files(self, tmp_path: Path) -> None:
        lines(tmp_path / "a.jsonl", VIOLIN)
        lines(tmp_path / "b.jsonl", ASKED)
        assert read(str(tmp_path)).name == tmp_path.name

    def test_pooled(self, tmp_path: Path) -> None:
        file = lines(tmp_path / "mine.jsonl", VIOLIN, RAIN, ASKED | {"conversation": "music"})
        [(blocks, _)] = read(f"jsonl-pooled={file}").stores()
        assert len(blocks) == 2

    @pytest.mark.parametrize(
        ("rows", "says"),
        [
            ([VIOLIN], "no questions"),
            ([VIOLIN, VIOLIN, ASKED], "has 2 blocks with the id 'b0'"),
            ([VIOLIN | {"text": " "}, ASKED], "1: text: is empty"),
            ([VIOLIN, ASKED | {"question": ""}], "2: question: is empty"),
            ([VIOLIN | {"text": "a \ud800"}, ASKED], "1: text: holds half of a surrogate pair"),
            ([VIOLIN, ASKED | {"answers": []}], "2: answers"),
            ([VIOLIN, ASKED | {"answers": ["b7"]}], "no block 'b7'"),
            ([VIOLIN, ASKED | {"near": "b7"}], "no block 'b7'"),
            ([VIOLIN, ASKED | {"near": 1.5}], "near"),
            ([VIOLIN, ASKED | {"conversation": "weather"}], "another conversation"),
            ([{"id": "b0"}], "1: text: is missing"),
            ([VIOLIN | {"source": 7}], "1: source: must be a string"),
            ([[VIOLIN]], "JSON object"),
            ([VIOLIN | {"speaker": "Ada"}, ASKED], "1: speaker: is no field of a block; there are at, conv"),
            ([VIOLIN, ASKED | {"answer": "b0"}], "2: answer: is no field of a question; there are answers, at"),
            ([VIOLIN | {"key": "b1"}], "1: key: is another than the id"),
            ([VIOLIN | {"importance": 2}], "1: importance: is 2"),
            ([VIOLIN | {"tags": "music"}], "1: tags: must be a sequence"),
            ([VIOLIN | {"at": "in spring"}], "1: at: 'in spring' is not a time"),
            ([VIOLIN, ASKED | {"at": "yesterday"}], "2: at: 'yesterday' is not a time"),
        ],
    )
    def test_what_is_wrong_is_named(self, tmp_path: Path, rows: list[object], says: str) -> None:
        with pytest.raises(InvalidInput, match=says):
            read(lines(tmp_path / "mine.jsonl", *rows))

    def test_a_block_carries_what_add_takes(self, tmp_path: Path) -> None:
        more = {"kind": "fact", "tags": ["music"], "importance": 0.9, "expires_at": "2025-06-01"}
        [block] = read(lines(tmp_path / "mine.jsonl", VIOLIN | more, ASKED)).blocks
        assert block.further == more
        drafted = as_drafted(block)
        assert (drafted["kind"], drafted["tags"], drafted["key"]) == ("fact", ["music"], "b0")

    def test_a_block_goes_by_its_key(self, tmp_path: Path) -> None:
        keyed = {"key": "b0", "text": "The violin is old."}
        assert read(lines(tmp_path / "mine.jsonl", keyed, ASKED)).blocks[0].id == "b0"

    def test_when_a_question_is_asked(self, tmp_path: Path) -> None:
        asked = [ASKED, ASKED | {"at": "2025-03-05T10:00+09:00"}]
        found = read(lines(tmp_path / "mine.jsonl", VIOLIN, *asked)).questions
        assert [question.at for question in found] == [None, "2025-03-05T10:00+09:00"]

    def test_a_file_as_windows_writes_it(self, tmp_path: Path) -> None:
        file = Path(lines(tmp_path / "mine.jsonl", VIOLIN, ASKED))
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", b"\r\n"))
        assert read(str(file)).blocks[0].id == "b0"
        file.write_bytes(file.read_bytes() + b"\xff\n")
        with pytest.raises(InvalidInput, match=r"mine\.jsonl:3: is not UTF-8 \(at byte 0 of the line\)"):
            read(str(file))

    def test_a_form_that_there_is_not(self, tmp_path: Path) -> None:
        file = lines(tmp_path / "mine.jsonl", VIOLIN, ASKED)
        with pytest.raises(InvalidInput, match="'foo' is no form of a set; there are jsonl, "):
            read(f"foo={file}")

    def test_what_is_no_set(self, tmp_path: Path) -> None:
        with pytest.raises(NotFound):
            read(str(tmp_path / "nowhere"))
        for name, content in [("a.jsonl", "{"), ("b.json", "{"), ("c.json", "{}"), ("d.json", '[{"qa": [1]}]')]:
            (tmp_path / name).write_text(content, encoding="utf-8")
            with pytest.raises(InvalidInput, match=r"JSON|form"):
                read(str(tmp_path / name))


def document(path: Path, content: object) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")
    return str(path)


def dialogue(*, evidence: list[str]) -> dict[str, Any]:
    """A conversation in LoCoMo's form."""
    turns = [
        {"speaker": "Ada", "dia_id": "D1:1", "text": "I bought a kiln."},
        {"speaker": "Bo", "dia_id": "D1:2", "text": "Look!", "blip_caption": "a clay bowl"},
    ]
    said = {"session_1": turns, "session_1_date_time": "1:56 pm on 8 May, 2023"}
    asked = [
        {"question": "What did Ada buy?", "category": 4, "evidence": evidence},
        {"question": "Nothing?", "category": 5, "evidence": []},
    ]
    return {"sample_id": "conv-1", "conversation": said, "qa": asked}


class TestPublicSets:
    def test_locomo(self, tmp_path: Path) -> None:
        found = read(document(tmp_path / "l.json", [dialogue(evidence=["D01:01; D:1:2 D9:9"])]))
        assert [str(block.timestamp) for block in found.blocks] == ["2023-05-08 13:56:00"] * 2
        assert found.blocks[1].caption == "a clay bowl"
        [question] = found.questions
        assert (question.answers, question.kind) == (("conv-1/D1:1", "conv-1/D1:2"), "single-hop")
        assert read(f"locomo-pooled={tmp_path / 'l.json'}").questions[0].conversation == ""

    def test_beam(self, tmp_path: Path) -> None:
        first = {"id": 0, "role": "user", "content": "A kiln. ->-> 1,1", "time_anchor": "March-15-2024"}
        turns = [[first, {"id": 1, "role": "assistant", "content": "Good.", "time_anchor": "some day"}]]
        document(tmp_path / "7" / "chat.json", [{"batch_number": 1, "turns": turns}])
        asked = [
            {"question": "What?", "source_chat_ids": {"first": [0, True], "second": [99]}},
            {"question": "Nothing?", "source_chat_ids": []},
        ]
        document(tmp_path / "7" / "probing_questions" / "probing_questions.json", {"recall": asked})
        found = read(str(tmp_path))
        assert [block.text for block in found.blocks] == ["A kiln.", "Good."]
        assert {str(block.timestamp) for block in found.blocks} == {"2024-03-15 00:00:00"}
        assert [question.answers for question in found.questions] == [("7/0",)]

    def test_korquad(self, tmp_path: Path) -> None:
        asked = {"id": "q", "question": "언제?", "answers": [{"answer_start": 12, "text": "5월"}]}
        paragraph = {"context": "가마를 샀다. 그것은 5월이었다.", "qas": [asked]}
        file = document(tmp_path / "k.json", {"data": [{"title": "가마", "paragraphs": [paragraph]}]})
        assert [block.speaker for block in read(file).blocks] == ["가마"]
        sentences = read(f"korquad-sentences={file}")
        assert [block.text for block in sentences.blocks] == ["가마를 샀다.", "그것은 5월이었다."]
        assert sentences.questions[0].answers == ("1",)


def outcome(*found: str, answers: tuple[str, ...] = ("a",), group: str = "") -> Outcome:
    return Outcome(Question("?", answers), group, found, 0.001)


class TestMeasures:
    def test_what_comes_earlier_counts_for_more(self) -> None:
        one = outcome("x", "a", "y", "b", answers=("a", "b", "c"))
        assert (one.ranks, one.recall(2), one.recall(10), one.reciprocal_rank) == ([2, 4], 1 / 3, 2 / 3, 1 / 2)
        best = 1 + 1 / log2(3) + 1 / log2(4)
        assert one.ndcg(10) == pytest.approx((1 / log2(3) + 1 / log2(5)) / best)
        assert outcome("a").ndcg(1) == 1.0
        assert (outcome("x").ndcg(1), outcome("x").reciprocal_rank) == (0.0, 0.0)

    def test_means(self) -> None:
        found = summary([outcome("a"), outcome("x", "a"), outcome("x")], 1)
        assert (found.questions, found.recall, found.hit, found.recall_deep) == (3, 1 / 3, 1 / 3, 2 / 3)
        assert found.mrr == pytest.approx(1 / 2)
        assert found.mean_ms == pytest.approx(1.0) == pytest.approx(found.p99_ms)

    def test_any_answer_is_a_hit(self) -> None:
        found = outcome("x", "a", answers=("a", "b"))
        assert (found.is_hit(1), found.is_hit(2), found.recall(2)) == (False, True, 1 / 2)

    def test_what_has_no_room_is_not_missed(self) -> None:
        found = outcome("a", "x", "b", answers=("a", "b"))
        assert [found.is_missed(k) for k in (1, 2, 3)] == [False, True, False]

    def test_conversations_are_drawn_whole(self) -> None:
        """Two conversations, of which one is answered and the other is not, leave everything open; as many questions
        of one alone do not.
        """
        values = [1.0] * 50 + [0.0] * 50
        assert interval(values, ["one"] * 50 + ["other"] * 50) == (0.0, 1.0)
        low, high = interval(values, ["one"] * 100)
        assert 0.38 < low < 0.45
        assert 0.55 < high < 0.62

    def test_a_difference_is_taken_question_by_question(self) -> None:
        whole, reduced = [outcome("a"), outcome("a")], [outcome("a"), outcome("x")]
        assert difference(whole, reduced, 1) == (-0.5, (-1.0, 0.0))
        assert difference(whole, whole, 1) == (0.0, (0.0, 0.0))


class TestAblations:
    def test_each_part_by_itself(self) -> None:
        assert ablations(["each"]) == [(), *((part,) for part in PARTS)]
        assert ablations(["words, opening", "words,opening"]) == [(), ("words", "opening")]

    def test_every_part_and_every_weight_is_known(self) -> None:
        """What is taken away is nothing in the hits; together the parts are all weights but one, that is a length."""
        with testing.memory() as memory:
            near = memory.add("The violin is old, I say.", source="Ada", importance=0.9).id
            memory.add("What is old?", source="Bo")
            for part in PARTS:
                for hit in memory.search("What is old, Ada?", near=near, weights=weights_of((part,))):
                    assert hit.parts[part] == 0.0
            with pytest.raises(InvalidInput) as unknown:
                memory.search("old", weights=weights_of(("nonsense",)))
        named = set(str(unknown.value).rpartition("there are ")[2].split())
        assert named - {weight for part in PARTS.values() for weight in part} == {"half_life"}


class TestRuns:
    def test_a_part_that_is_taken_away_is_missed(self, tmp_path: Path) -> None:
        late = {"text": "The train was late.", "conversation": "trip"}
        said = [late | {"id": name, "source": name, "session": name} for name in ("Bo", "Ada")]
        asked = {"question": "Was the train of Bo late?", "answers": ["Bo"]}
        runs = run(read(lines(tmp_path / "mine.jsonl", *said, asked)), [(), ("words", "prior")], k=1)
        assert [outcomes[0].recall(1) for outcomes in runs.values()] == [1.0, 0.0]
        assert runs[()][0].group == "trip"

    def test_near_a_block_of_the_set(self, tmp_path: Path) -> None:
        said = [VIOLIN | {"id": f"b{n}", "text": f"The violin number {n} is old.", "session": str(n)} for n in range(9)]
        asked = {"question": "old violin", "answers": ["b5"], "near": "b5"}
        runs = run(read(lines(tmp_path / "mine.jsonl", *said, asked)), [(), ("graph",)], k=1)
        assert runs[()][0].recall(1) == 1.0
        assert runs[("graph",)][0].found != runs[()][0].found

    def test_questions_of_a_memory_that_is_there(self, tmp_path: Path) -> None:
        with testing.memory() as memory:
            block = memory.add("The violin is old.")
            memory.add("Rain again.")
            asked = read(lines(tmp_path / "mine.jsonl", {"question": "Which violin?", "answers": [block.id]}))
            newer = memory.update(block.id, text="The violin is very old.")
            [[found]] = run(asked, [()], k=10, memory=memory).values()
            assert (found.found[0], found.recall(1)) == (newer.id, 1.0)
            for answer in (99, "b0"):
                wrong = read(lines(tmp_path / "mine.jsonl", {"question": "?", "answers": [answer]}))
                with pytest.raises(NotFound):
                    run(wrong, [()], k=10, memory=memory)
        with pytest.raises(InvalidInput, match="no blocks"):
            run(asked, [()], k=10)

    def test_questions_of_a_namespace_by_keys_and_as_of_a_time(self, tmp_path: Path) -> None:
        clock = testing.FrozenClock("2025-03-04T09:00Z")
        with testing.memory(clock=clock) as memory:
            memory.add("The violin is old.", namespace="cellar")
            old = memory.add("The violin is old.", namespace="attic", key="violin")
            clock.advance(86_400)
            new = memory.update(old.id, text="The violin is very old.")
            about = {"question": "Which violin?", "answers": ["violin"], "conversation": "attic"}
            rows = [
                about,
                about | {"at": "2025-03-04T12:00Z"},
                about | {"answers": [new.id], "at": "2025-03-04T12:00Z"},
            ]
            [found] = run(read(lines(tmp_path / "mine.jsonl", *rows)), [()], k=10, memory=memory).values()
        assert [outcome.found for outcome in found] == [(new.id,), (old.id,), (old.id,)]
        assert [outcome.recall(1) for outcome in found] == [1.0] * 3

    def test_yesterday_is_meant_from_another_day_of_what_is_known_when_it_is_asked(self, tmp_path: Path) -> None:
        said = [VIOLIN | {"id": f"b{day}", "text": "Lunch.", "at": f"2025-03-{day:02}"} for day in range(1, 20)]
        asked = [
            {"question": "Lunch yesterday?", "answers": [f"b{day - 1}"], "now": f"2025-03-{day:02}T23:00"}
            for day in (3, 11, 17)
        ]
        [found] = run(read(lines(tmp_path / "set.jsonl", *said, *asked)), [()], k=1).values()
        assert [outcome.recall(1) for outcome in found] == [1.0] * 3
        with testing.memory() as memory:
            memory.add_many({"key": one["id"], "text": one["text"], "at": one["at"]} for one in said)
            labelled = read(lines(tmp_path / "mine.jsonl", *asked))
            [found] = run(labelled, [()], k=1, memory=memory).values()
            assert [outcome.recall(1) for outcome in found] == [1.0] * 3
        with pytest.raises(InvalidInput, match="now"):
            read(lines(tmp_path / "wrong.jsonl", asked[0] | {"now": "soon"}))

    def test_yesterday_is_the_day_before_the_question(self, tmp_path: Path) -> None:
        said = [VIOLIN | {"id": f"b{day}", "text": "Lunch.", "at": f"2025-03-{day:02}"} for day in range(1, 20)]
        asked = [
            {"question": "Lunch yesterday?", "answers": [f"b{day - 1}"], "at": f"2025-03-{day:02}T23:00"}
            for day in (5, 11, 19)
        ]
        [found] = run(read(lines(tmp_path / "mine.jsonl", *said, *asked)), [()], k=1).values()
        assert [outcome.recall(1) for outcome in found] == [1.0] * 3

    def test_what_is_missed_is_explained(self, tmp_path: Path) -> None:
        said = [VIOLIN | {"id": f"b{n}", "text": f"The violin number {n} is old."} for n in range(3)]
        asked = [
            {"question": "violin number 1", "answers": ["b1"]},
            {"question": "violin number 2", "answers": ["b1"], "at": "2025-03-05"},
            {"question": "violin number 0", "answers": ["b1"]},
        ]
        misses = Misses(k=1, most=1)
        run(read(lines(tmp_path / "mine.jsonl", *said, *asked)), [(), ("words",)], k=1, look=misses)
        [miss] = misses.found
        assert (miss.question.text, list(miss.answers), next(iter(miss.above))) == ("violin number 2", ["b1"], "b2")
        answer, above = miss.answers["b1"], miss.above["b2"]
        assert (answer.rank or 0) > (above.rank or 0) == 1
        assert above.block.text == "The violin number 2 is old."
        assert above.parts["words"] > answer.parts["words"]
        assert miss.to_dict()["answers"][0]["name"] == "b1"

    def test_what_is_deep_is_asked_for(self, tmp_path: Path) -> None:
        said = [RAIN | {"id": f"r{n}", "text": f"Rain again, on day {n}."} for n in range(DEPTH + 20)]
        asked = {"question": "rain", "answers": ["r0"]}
        [[found]] = run(read(lines(tmp_path / "mine.jsonl", *said, asked)), [()], k=1).values()
        assert len(found.found) == DEPTH
        [[found]] = run(read(lines(tmp_path / "mine.jsonl", *said, asked)), [()], k=DEPTH + 20).values()
        assert len(found.found) == DEPTH + 20
