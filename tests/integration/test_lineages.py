"""Two lives of one memory, both in use: a directory of backups goes on with one of them, the other is refused, and
neither what it does nor what it forgets gets among the backups of the first.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import greeum
from greeum import Memory, testing
from greeum.backups import ledger, lineage, pieces, places
from greeum.errors import Conflict, NotFound

Fork = Callable[[], Path]


@contextmanager
def opened(directory: Path) -> Iterator[Memory]:
    with greeum.open(directory, embedder=testing.TinyEmbedder()) as memory:
        yield memory


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "backups"


@pytest.fixture
def first(tmp_path: Path, place: Path) -> Path:
    """A memory that has been backed up once."""
    directory = tmp_path / "first"
    with opened(directory) as memory:
        memory.add_many([{"text": "one"}, {"text": "two"}, {"text": "three"}])
        memory.backup(place)
    return directory


@pytest.fixture(params=["a copy of its files", "restored from its backup"])
def second(request: pytest.FixtureRequest, first: Path, place: Path, tmp_path: Path) -> Path:
    """Another life of it."""
    directory = tmp_path / "second"
    if request.param == "a copy of its files":
        shutil.copytree(first, directory)
    else:
        greeum.restore(place, directory)
    return directory


def texts(directory: Path) -> list[str]:
    with opened(directory) as memory:
        return sorted(block.text for block in memory.list(limit=1_000))


def restored(place: Path, at: object = None) -> list[str]:
    """What the backups hold."""
    target = place.parent / "restored"
    shutil.rmtree(target, ignore_errors=True)
    greeum.restore(place, target, at=at)  # type: ignore[arg-type]
    return texts(target)


def back_up(directory: Path, place: Path, text: str | None = None) -> pieces.Backup:
    with opened(directory) as memory:
        if text is not None:
            memory.add(text)
        return memory.backup(place)


def forget_all(directory: Path) -> list[str]:
    """The directories of backups that could not be told."""
    with opened(directory) as memory:
        return memory.wipe(confirm=memory.count()).untold


class TestTurns:
    """Whichever backs up first has the directory."""

    @pytest.mark.parametrize("goes_on", ["first", "second"])
    def test_the_other_is_refused_and_leaves_it_alone(
        self, first: Path, second: Path, place: Path, goes_on: str
    ) -> None:
        mine, other = (first, second) if goes_on == "first" else (second, first)
        back_up(mine, place, "mine")
        with pytest.raises(Conflict, match="has gone on with another copy of this memory"):
            back_up(other, place, "theirs")
        back_up(mine, place, "mine again")
        with opened(other) as memory:
            memory.drop_backups(place)
        with pytest.raises(Conflict, match="name another directory"):
            back_up(other, place)
        assert len(pieces.Pieces(str(place)).all) == 3
        assert restored(place) == ["mine", "mine again", "one", "three", "two"]
        assert all(ok for _, ok, _ in greeum.verify(place))

    def test_the_other_goes_on_in_a_directory_of_its_own(self, first: Path, second: Path, place: Path) -> None:
        back_up(first, place, "mine")
        own = place.parent / "own"
        back_up(second, own, "theirs")
        back_up(second, own, "theirs again")
        assert restored(own) == ["one", "theirs", "theirs again", "three", "two"]
        assert restored(place) == ["mine", "one", "three", "two"]

    def test_of_several_that_were_restored_one(self, first: Path, place: Path, tmp_path: Path) -> None:
        for name in ("a", "b"):
            greeum.restore(place, tmp_path / name)
        back_up(tmp_path / "b", place, "b")
        for other in (first, tmp_path / "a"):
            with pytest.raises(Conflict):
                back_up(other, place)

    def test_a_memory_that_was_moved_by_copying_it_goes_on(self, first: Path, place: Path, tmp_path: Path) -> None:
        shutil.copytree(first, tmp_path / "moved")
        shutil.rmtree(first)
        made = [back_up(tmp_path / "moved", place, text) for text in ("x", "y")]
        assert [one.number for one in made] == [2, 3]
        assert [one.is_full for one in made] == [True, False]
        first_seq = pieces.Pieces(str(place)).all[0].seq
        assert restored(place, first_seq) == ["one", "three", "two"]

    def test_one_that_was_renamed_is_the_same(self, first: Path, place: Path, tmp_path: Path) -> None:
        first.rename(tmp_path / "renamed")
        assert not back_up(tmp_path / "renamed", place, "x").is_full

    @pytest.mark.parametrize("looks_the_same", [False, True])
    def test_files_that_were_put_back_are_refused(
        self, first: Path, place: Path, tmp_path: Path, looks_the_same: bool
    ) -> None:
        """Also if the file system gives the copy the number that the file had before."""
        shutil.copytree(first, tmp_path / "kept")
        back_up(first, place, "later")
        shutil.rmtree(first)
        shutil.copytree(tmp_path / "kept", first)
        if looks_the_same:
            take_for_the_same(first)
        for text in (None, "another", "and another"):
            with pytest.raises(Conflict, match="holds a later state"):
                back_up(first, place, text)

    @pytest.mark.parametrize("act", ["add", "update", "link", "forget"])
    def test_one_that_looks_the_same_and_has_done_as_much(
        self, first: Path, place: Path, tmp_path: Path, act: str
    ) -> None:
        twin = tmp_path / "twin"
        shutil.copytree(first, twin)
        take_for_the_same(twin)
        acts: dict[str, Callable[[Memory], object]] = {
            "add": lambda memory: memory.add("mine"),
            "update": lambda memory: memory.update(1, importance=1.0),
            "link": lambda memory: memory.link(2, 3),
            "forget": lambda memory: memory.forget(1),
        }
        with opened(first) as memory:
            acts[act](memory)
            memory.backup(place)
        with opened(twin) as memory:
            memory.add("theirs")
            with pytest.raises(Conflict):
                memory.backup(place)


def take_for_the_same(directory: Path) -> None:
    """As where a copy has the number of the file that it is a copy of: an image of a whole disk."""
    with opened(directory) as memory:
        memory._store.put_setting(lineage.HOME, lineage.home_of(memory._store))


class TestForgetting:
    def test_what_the_other_forgets_is_not_forgotten_here(self, first: Path, second: Path, place: Path) -> None:
        back_up(first, place, "mine")
        assert forget_all(second) == [str(place)]
        assert restored(place) == ["mine", "one", "three", "two"]

    def test_nor_what_it_forgot_before_this_one_went_on(self, first: Path, second: Path, place: Path) -> None:
        """Until then nobody knows which of the two goes on, and nothing that either forgot comes back."""
        assert forget_all(second) == []
        assert restored(place) == []
        back_up(first, place, "mine")
        assert restored(place) == ["mine", "one", "three", "two"]
        assert restored(place, pieces.Pieces(str(place)).all[0].seq) == ["one", "three", "two"]
        assert all(ok for _, ok, _ in greeum.verify(place))

    def test_what_the_one_that_goes_on_forgot_stays_forgotten(self, first: Path, second: Path, place: Path) -> None:
        with opened(second) as memory:
            memory.forget(memory.search("two", k=1)[0].block.id)
        back_up(second, place, "theirs")
        assert restored(place, 3) == ["one", "three"]
        assert restored(place) == ["one", "theirs", "three"]

    def test_doctor_says_that_they_have_gone_on_with_another(self, first: Path, second: Path, place: Path) -> None:
        back_up(second, place, "theirs")
        with opened(first) as memory:
            found = {name: (ok, detail) for name, ok, detail in memory.check()}["backups"]
            assert found[0] is False
            assert "has gone on with another copy of this memory" in found[1]
            memory.drop_backups(place)
            assert "backups" not in {name for name, ok, _ in memory.check() if not ok}

    def test_of_two_that_look_the_same_each_tells_all_that_it_forgot(
        self, first: Path, place: Path, tmp_path: Path
    ) -> None:
        """The second certificate of one is not that of the other, though both are the second."""
        twin = tmp_path / "twin"
        shutil.copytree(first, twin)
        for directory, text in ((first, "one"), (twin, "two"), (first, "three")):
            take_for_the_same(directory)
            with opened(directory) as memory:
                [block] = [block for block in memory.list() if block.text == text]
                assert memory.forget(block.id).untold == []
        names = ledger.lineages_in(str(place))
        assert len(names) == 2
        assert len(ledger.read(str(place), names)) == 3
        assert restored(place) == []


class TestGoingBack:
    def test_to_a_seq_is_along_the_line_of_the_newest(self, first: Path, place: Path, tmp_path: Path) -> None:
        """What was done after the backup that was restored has the same seqs, and is another past."""
        left = [back_up(first, place, f"left {number}") for number in range(3)]
        greeum.restore(place, tmp_path / "second", at=left[0].seq)
        with opened(tmp_path / "second") as memory:
            memory.add("gone on")
        gone_on = back_up(tmp_path / "second", place, "further")
        assert gone_on.seq == left[2].seq
        common = ["left 0", "one", "three", "two"]
        assert restored(place, left[0].seq) == common
        assert restored(place, left[1].seq) == common
        assert restored(place, left[2].seq) == ["further", "gone on", *common]
        assert restored(place, str(left[2].to_dict()["at"])) == ["left 0", "left 1", "left 2", "one", "three", "two"]

    def test_to_a_seq_before_the_line_begins(self, first: Path, place: Path, tmp_path: Path) -> None:
        back_up(first, place, "left")
        greeum.restore(place, tmp_path / "second", at=3)
        back_up(tmp_path / "second", place, "gone on")
        with pytest.raises(NotFound, match="no backup as old as 2"):
            restored(place, 2)
        assert restored(place, 3) == ["one", "three", "two"]

    def test_backups_of_before_lineages_were_told_apart(self, first: Path, place: Path) -> None:
        path = place / "000001.json"
        fields = json.loads(path.read_text())
        for name in ("goes_on_from", "lineages", "apart"):
            del fields[name]
        path.write_text(json.dumps(fields))
        with opened(first) as memory:
            memory._store.put_setting(places.SETTING, json.dumps([str(place)]))
        assert restored(place) == ["one", "three", "two"]
        assert forget_all(first) == []
        assert restored(place) == []
        assert not back_up(first, place, "more").is_full
        assert restored(place, 3) == []
        assert restored(place) == ["more"]
