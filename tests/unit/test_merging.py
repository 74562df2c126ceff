"""Two memories become one, and what an import says that it would do is what it does."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.exports import chatgpt, chatgpt_node, written

import greeum
import greeum.testing
from greeum import Memory
from greeum.embed.given import GivenVectors
from greeum.errors import InvalidInput, NotFound
from greeum.testing import FrozenClock, TinyEmbedder

Open = Callable[[str], Memory]


@pytest.fixture
def open_memory(tmp_path: Path) -> Open:
    return lambda name: greeum.open(tmp_path / name, embedder=TinyEmbedder())


@pytest.fixture
def mine(open_memory: Open) -> Iterator[Memory]:
    with open_memory("mine") as memory:
        yield memory


def furnished(memory: Memory) -> None:
    first = memory.add("lesson on Thursday", key="lesson", namespace="alice", tags=["music"], importance=0.9)
    memory.add("부산", at="2020-01-01")
    newer = memory.update(first.id, text="lesson on Friday")
    other = memory.add("the teacher is Mia", near=newer.id)
    memory.link(other.id, first.id, kind="was", weight=0.5)
    memory.anchors.set("A", newer.id, hops=4, pinned=True)


def lines(memory: Memory) -> list[str]:
    return list(memory.export())


class TestMerge:
    def test_everything_comes_over_without_loss(self, mine: Memory, open_memory: Open, tmp_path: Path) -> None:
        with open_memory("theirs") as theirs:
            furnished(theirs)
            expected = lines(theirs)
        told: list[tuple[int, int]] = []
        report = mine.merge(tmp_path / "theirs", progress=lambda done, total: told.append((done, total)))
        assert (report.added, report.corrected, report.links, report.anchors, report.skipped) == (4, 1, 2, 1, 0)
        assert lines(mine) == expected
        assert told == [(0, 7)]
        assert mine.search("Mia", k=1)[0].block.text == "the teacher is Mia"

    @pytest.mark.parametrize("dry_run", [True, False])
    def test_the_report_says_that_days_are_understood_otherwise_here(
        self, mine: Memory, open_memory: Open, tmp_path: Path, dry_run: bool
    ) -> None:
        with open_memory("theirs") as theirs:
            theirs.time_zone.set("Asia/Seoul")
            theirs.add("yesterday")
        mine.add("today")
        [note] = mine.merge(tmp_path / "theirs", dry_run=dry_run).notes
        assert "Asia/Seoul" in note and "UTC" in note and mine.time_zone.get() == "UTC"

    @pytest.mark.parametrize("dry_run", [True, False])
    def test_one_that_holds_nothing_takes_over_the_time_zone(
        self, mine: Memory, open_memory: Open, tmp_path: Path, dry_run: bool
    ) -> None:
        with open_memory("theirs") as theirs:
            theirs.time_zone.set("Asia/Seoul")
        assert mine.merge(tmp_path / "theirs", dry_run=dry_run).notes == []
        assert mine.time_zone.get() == ("UTC" if dry_run else "Asia/Seoul")

    def test_weights_come_over_and_those_that_are_here_stay(
        self, mine: Memory, open_memory: Open, tmp_path: Path
    ) -> None:
        mine.weights.set({"words": 0.8}, namespace="both")
        with open_memory("theirs") as theirs:
            theirs.weights.set({"words": 0.1}, namespace="both")
            theirs.weights.set({"words": 0.2}, namespace="theirs")
        dry, report = (mine.merge(tmp_path / "theirs", dry_run=is_dry) for is_dry in (True, False))
        assert dry.to_dict() | {"dry_run": False} == report.to_dict()
        assert (report.weights, report.skipped) == (1, 1)
        assert report.reasons == [("weights both", "the namespace 'both' has other weights here, and keeps them")]
        assert mine.weights.get("both")["words"].value == 0.8
        assert mine.weights.get("theirs")["words"].value == 0.2
        again = mine.merge(tmp_path / "theirs")
        assert (again.weights, again.skipped) == (0, 1)

    def test_a_second_merge_adds_nothing(self, mine: Memory, open_memory: Open, tmp_path: Path) -> None:
        with open_memory("theirs") as theirs:
            furnished(theirs)
        mine.merge(tmp_path / "theirs")
        before = lines(mine)
        again = mine.merge(tmp_path / "theirs")
        assert (again.added, again.present, again.anchors, again.skipped) == (0, 4, 0, 0)
        assert lines(mine) == before

    def test_what_both_have_grows_from_either(self, mine: Memory, open_memory: Open, tmp_path: Path) -> None:
        mine.add("I live in Busan.", key="home")
        with open_memory("theirs") as theirs:
            home = theirs.add("I live in Busan.", key="home")
            theirs.link(theirs.add("Busan is by the sea.").id, home.id)
            theirs.update(home.id, text="I live in Seoul.")
        report = mine.merge(tmp_path / "theirs")
        assert (report.added, report.present, report.links) == (2, 1, 1)
        now = mine.get(key="home")
        assert [block.text for block in mine.history(now.id)] == ["I live in Busan.", "I live in Seoul."]
        assert [mine.get(link.source).text for link in mine.links(now.id)] == ["Busan is by the sea."]

    def test_contradictions_are_said_and_what_is_here_stays(
        self, mine: Memory, open_memory: Open, tmp_path: Path
    ) -> None:
        mine.add("I live in Busan.", key="home")
        old = mine.add("lesson on Thursday", key="lesson")
        mine.update(old.id, text="lesson on Monday")
        here = mine.anchors.set("A", old.id)
        mine.anchors.set("C", old.id)
        with open_memory("theirs") as theirs:
            other = theirs.add("I live in Seoul.", key="home")
            large = theirs.add("Seoul is large.").id
            theirs.link(large, other.id)
            theirs.anchors.set("C", large)
            lesson = theirs.add("lesson on Thursday", key="lesson")
            theirs.update(lesson.id, text="lesson on Friday")
            theirs.anchors.set("A", other.id)
            theirs.anchors.set("B", lesson.id)
        dry = mine.merge(tmp_path / "theirs", dry_run=True)
        report = mine.merge(tmp_path / "theirs")
        reasons = [reason for _, reason in report.reasons]
        assert ["the key 'home' is taken" in reasons[0], "corrected here too" in reasons[1]] == [True, True]
        assert ["names block" in reason for reason in reasons] == [False, False, True, True, False]
        assert reasons[4] == f"the anchor 'C' points to block {here.block_id} here, and stays there"
        assert (report.added, report.present, report.links, report.anchors) == (1, 1, 0, 1)
        assert dry.to_dict() | {"dry_run": False, "reasons": []} == report.to_dict() | {"reasons": []}
        assert mine.get(key="home").text == "I live in Busan."
        assert mine.get(key="lesson").text == "lesson on Monday"
        assert (mine.anchor("A"), mine.anchor("C").block_id) == (here, here.block_id)

    def test_a_dry_run_says_the_same_and_writes_nothing(self, mine: Memory, open_memory: Open, tmp_path: Path) -> None:
        with open_memory("theirs") as theirs:
            furnished(theirs)
        before = mine.seq
        dry = mine.merge(tmp_path / "theirs", dry_run=True)
        assert (mine.seq, dry.dry_run) == (before, True)
        assert dry.to_dict() | {"dry_run": False} == mine.merge(tmp_path / "theirs").to_dict()

    def test_the_other_one_may_have_another_embedder(self, open_memory: Open, tmp_path: Path) -> None:
        with open_memory("theirs") as theirs:
            furnished(theirs)
        with greeum.testing.memory() as memory:
            assert memory.merge(tmp_path / "theirs").added == 4
            assert memory.search("teacher", k=1)[0].block.text == "the teacher is Mia"

    def test_vectors_of_the_same_embedder_are_taken_along(self, tmp_path: Path) -> None:
        with greeum.open(tmp_path / "theirs", embedder=GivenVectors(3, "m")) as theirs:
            theirs.add("east", vector=[1.0, 0.0, 0.0])
            theirs.add("north", vector=[0.0, 1.0, 0.0])
        with greeum.testing.memory(embedder=GivenVectors(3, "m")) as memory:
            assert memory.merge(tmp_path / "theirs").added == 2
            assert memory.search("", vector=[0.0, 1.0, 0.0])[0].block.text == "north"

    def test_there_must_be_another(self, mine: Memory, tmp_path: Path) -> None:
        with pytest.raises(NotFound):
            mine.merge(tmp_path / "missing")
        assert not (tmp_path / "missing").exists()

    @pytest.mark.parametrize("dry_run", [False, True])
    def test_it_is_not_merged_with_itself(self, mine: Memory, tmp_path: Path, dry_run: bool) -> None:
        mine.add("east")
        (tmp_path / "other name").symlink_to(tmp_path / "mine")
        for itself in (tmp_path / "mine", tmp_path / "mine" / ".." / "mine", tmp_path / "other name"):
            with pytest.raises(InvalidInput, match="is the memory itself") as caught:
                mine.merge(itself, dry_run=dry_run)
            assert caught.value.field == "other"
        assert mine.seq == 1


class TestDryRun:
    def test_it_says_what_would_be_done_and_writes_nothing(self, tmp_path: Path) -> None:
        nodes = [chatgpt_node(str(number), str(number - 1), f"turn {number}") for number in range(700)]
        path = written(tmp_path / "c.json", [chatgpt("c", *nodes), {"mapping": {}}])
        told: list[tuple[int, int]] = []
        with greeum.testing.memory(embedder=TinyEmbedder(), clock=FrozenClock()) as memory:
            dry = memory.import_from(path, dry_run=True)
            assert (memory.seq, dry.added) == (0, 700)
            done = memory.import_from(path, progress=lambda rows, total: told.append((rows, total)))
            assert done.to_dict() | {"dry_run": True} == dry.to_dict()
            assert memory.import_from(path, dry_run=True).present == 700
            assert told == [(500, 0)]
            assert json.loads(json.dumps(done.to_dict()))["reasons"][0]["where"] == "[1]"
            assert repr(done) == "ImportReport(chatgpt: 700 added, 0 corrected, 0 present, 0 forgotten, 1 skipped)"
