"""Backups of a memory on disk: restored they are equal, nothing that was forgotten comes back with them, and neither a
crash, a full disk nor a flipped bit makes one of them lie.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any
from zlib import compress, decompress

import pytest
from tests import canary
from tests.conformance.store import draft

import greeum
from greeum import Memory, testing
from greeum.backups import ledger, pieces, taking
from greeum.backups.logical import logical_hash
from greeum.backups.schedule import Schedule
from greeum.embed.static import StaticEmbedder
from greeum.errors import (
    Conflict,
    InvalidInput,
    NotFound,
    StoreDamaged,
    StoreError,
    StoreFailed,
    StoreFull,
    StoreReadOnly,
)
from greeum.store.memory import MemoryStore
from greeum.store.sqlite import SQLiteStore
from greeum.wiring import INDEX_DIRECTORY, join

DAY_S = 86_400


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "backups"


@pytest.fixture
def clock() -> testing.FrozenClock:
    return testing.FrozenClock("2026-01-01T00:00:00Z")


@pytest.fixture
def memory(tmp_path: Path, clock: testing.FrozenClock) -> Iterator[Memory]:
    directory = tmp_path / "memory"
    store = SQLiteStore(str(directory))
    with join(store, testing.TinyEmbedder(), str(directory / INDEX_DIRECTORY), now_us=clock) as memory:
        yield memory


def furnish(memory: Memory) -> None:
    one = memory.add("I live in Busan.", key="home", source="alice", namespace="acme/alice", tags=["a"])
    two = memory.add("부산에 산다", near=one.id, metadata={"n": 1.5}, namespace="acme/alice")
    memory.update(one.id, text="I live in Seoul.")
    memory.link(two.id, memory.add("three").id, kind="x", weight=0.25)
    memory.anchors.set("A", two.id, pinned=True)
    memory.weights.set({"words": 0.8}, namespace="acme")


def texts(path: Path) -> list[str]:
    with greeum.open(path, embedder=testing.TinyEmbedder()) as memory:
        return sorted(block.text for block in memory.list(history=True, limit=1_000))


def hash_of(path: Path) -> str:
    with greeum.open(path, embedder=testing.TinyEmbedder()) as memory:
        return memory.logical_hash()


def is_sound(place: Path, **options: Any) -> bool:
    return all(ok for _, ok, _ in greeum.verify(place, **options))


class TestLogicalHash:
    def test_two_memories_with_the_same_content_have_the_same(self, memory: Memory) -> None:
        furnish(memory)
        with testing.memory(embedder=testing.TinyEmbedder()) as other:
            other.forget([other.add(f"in the way {number}").id for number in range(7)])
            other.import_(memory.export())
            assert [block.id for block in other.list()] != [block.id for block in memory.list()]
            assert other.logical_hash() == memory.logical_hash()

    def test_every_difference_shows(self, memory: Memory) -> None:
        furnish(memory)
        [block] = memory.search("부산에", k=1)
        other = memory.get(key="home", namespace="acme/alice").id
        acts: list[Callable[[], object]] = [
            lambda: memory.add("more"),
            lambda: memory.update(other, importance=0.75),
            lambda: memory.update(other, text="I live in Jeju."),
            lambda: memory.link(block.block.id, other, weight=0.125),
            lambda: memory.link(block.block.id, other, weight=0.25),
            lambda: memory.anchors.unpin("A"),
            lambda: memory.anchors.clear("A"),
            lambda: memory.weights.set({"words": 0.7}, namespace="acme"),
            lambda: memory.weights.reset(namespace="acme"),
            lambda: memory.forget(block.block.id),
        ]
        seen = {memory.logical_hash()}
        for act in acts:
            act()
            assert memory.logical_hash() not in seen
            seen.add(memory.logical_hash())

    def test_vectors_count(self) -> None:
        hashes = set()
        for vectors in (b"\x01", b"\x02"):
            store = MemoryStore()
            store.add([draft("x", uid="a" * 32, at=1, added_at=1, vectors=vectors)])
            hashes.add(logical_hash(store))
        assert len(hashes) == 2


class TestBackingUp:
    def test_what_is_restored_is_equal(self, memory: Memory, place: Path, tmp_path: Path) -> None:
        furnish(memory)
        made = memory.backup(place)
        assert (made.number, made.is_full, made.seq) == (1, True, memory.seq)
        assert made.logical_hash == memory.logical_hash()
        done = greeum.restore(place, tmp_path / "restored")
        assert (done.backup.number, done.forgotten) == (1, 0)
        assert hash_of(tmp_path / "restored") == made.logical_hash
        assert texts(tmp_path / "restored") == sorted(block.text for block in memory.list(history=True))

    def test_one_of_before_weights_were_hashed_is_sound(self, memory: Memory, place: Path, tmp_path: Path) -> None:
        furnish(memory)
        memory.backup(place)
        path = place / "000001.json"
        fields = json.loads(path.read_text())
        del fields["hashes_weights"]
        path.write_text(json.dumps(fields | {"logical_hash": logical_hash(memory._store, weights=False)}))
        assert is_sound(place)
        greeum.restore(place, tmp_path / "restored")
        assert hash_of(tmp_path / "restored") == memory.logical_hash()

    def test_the_next_one_holds_what_has_changed(self, memory: Memory, place: Path, tmp_path: Path) -> None:
        memory.add_many({"text": f"turn {number} {'x' * 500}"} for number in range(500))
        first = memory.backup(place)
        memory.add("more")
        second = memory.backup(place)
        assert (second.number, second.is_full, second.base) == (2, False, 1)
        assert second.pages < first.pages / 4
        assert second.size_bytes < first.size_bytes
        greeum.restore(place, tmp_path / "restored")
        assert hash_of(tmp_path / "restored") == memory.logical_hash()

    def test_where_nothing_has_changed_none_is_made(self, memory: Memory, place: Path) -> None:
        furnish(memory)
        first = memory.backup(place)
        again = memory.backup(place)
        assert (again.number, again.to_dict()) == (1, first.to_dict())

    def test_a_full_one_stands_by_itself(self, memory: Memory, place: Path, tmp_path: Path) -> None:
        furnish(memory)
        memory.backup(place)
        memory.add("more")
        assert memory.backup(place, full=True).is_full
        (place / "000001.pages").unlink()
        greeum.restore(place, tmp_path / "restored")
        assert "more" in texts(tmp_path / "restored")

    def test_any_backup_can_be_gone_back_to(
        self, memory: Memory, place: Path, tmp_path: Path, clock: testing.FrozenClock
    ) -> None:
        made, held = [], []
        for number in range(4):
            memory.add(f"turn {number}")
            clock.advance(3_600)
            made.append(memory.backup(place))
            held.append(memory.logical_hash())
        for number, (backup, expected) in enumerate(zip(made, held, strict=True)):
            for name, at in (("seq", backup.seq), ("time", str(backup.to_dict()["at"]))):
                target = tmp_path / f"{name}-{number}"
                assert greeum.restore(place, target, at=at).backup.number == backup.number
                assert hash_of(target) == expected
            assert is_sound(place, at=backup.seq)
        with pytest.raises(NotFound, match="no backup as old as"):
            greeum.restore(place, tmp_path / "none", at="2025-12-31")
        assert greeum.restore(place, tmp_path / "later", at="2027-01-01").backup.number == 4

    def test_it_is_as_of_one_moment_while_others_write(self, memory: Memory, place: Path, tmp_path: Path) -> None:
        """Whoever adds two blocks at once sees both, or neither, in every backup; and what it says of itself is of the
        same moment."""
        done = Event()

        def write() -> None:
            while not done.is_set():
                blocks = memory.add_many([{"text": "one"}, {"text": "two"}])
                memory.link(blocks[0].id, blocks[1].id)

        writer = Thread(target=write)
        writer.start()
        try:
            for _ in range(4):
                memory.backup(place)
        finally:
            done.set()
            writer.join()
        for number, backup in enumerate(pieces.Pieces(str(place)).all):
            target = tmp_path / f"restored-{number}"
            greeum.restore(place, target, at=backup.seq)
            found = texts(target)
            assert found.count("one") == found.count("two")
            with greeum.open(target, embedder=testing.TinyEmbedder()) as restored:
                assert restored.seq == backup.seq

    def test_a_new_chain_begins_when_the_old_one_is_long(
        self, memory: Memory, place: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(taking, "INCREMENTS_MAX", 2)
        memory.add_many({"text": "x" * 500} for _ in range(200))
        kinds = []
        for number in range(5):
            memory.add(f"{number}")
            kinds.append(memory.backup(place).is_full)
        assert kinds == [True, False, False, True, False]

    def test_a_new_chain_begins_when_the_increments_are_larger(self, memory: Memory, place: Path) -> None:
        memory.add("x")
        memory.backup(place)
        kinds = []
        for _ in range(4):
            memory.add_many({"text": f"{os.urandom(300).hex()}"} for _ in range(50))
            kinds.append(memory.backup(place).is_full)
        assert True in kinds

    def test_one_of_which_the_map_is_lost_begins_a_new_chain(self, memory: Memory, place: Path) -> None:
        furnish(memory)
        memory.backup(place)
        for damage in (Path.unlink, lambda path: path.write_bytes(b"x")):
            damage(place / f"{pieces.Pieces(str(place)).all[-1].number:06d}.map")
            memory.add("more")
            assert memory.backup(place).is_full

    def test_another_memory_is_refused(self, memory: Memory, place: Path, tmp_path: Path) -> None:
        memory.backup(place)
        with (
            greeum.open(tmp_path / "other", embedder=testing.TinyEmbedder()) as other,
            pytest.raises(Conflict, match="another memory"),
        ):
            other.backup(place)

    def test_a_restored_one_goes_on_in_the_same_place(self, memory: Memory, place: Path, tmp_path: Path) -> None:
        furnish(memory)
        memory.backup(place)
        greeum.restore(place, tmp_path / "restored")
        with greeum.open(tmp_path / "restored", embedder=testing.TinyEmbedder()) as again:
            again.add("in the next life")
            assert again.backup(place).is_full
            assert again.backup(place).number == 2
            gone = again.search("Seoul", k=1)[0].block.id
            assert again.forget(gone).untold == []
        assert is_sound(place)
        greeum.restore(place, tmp_path / "twice")
        assert texts(tmp_path / "twice") == ["in the next life", "three", "부산에 산다"]

    def test_files_are_for_their_owner_alone(self, memory: Memory, place: Path) -> None:
        furnish(memory)
        memory.forget(memory.add("x").id)
        memory.backup(place)
        assert place.stat().st_mode & 0o077 == 0
        assert {path.stat().st_mode & 0o077 for path in place.rglob("*") if path.is_file()} == {0}

    def test_a_memory_in_ram_has_none(self, place: Path) -> None:
        with testing.memory() as memory, pytest.raises(InvalidInput, match=r"in RAM.*export"):
            memory.backup(place)

    @pytest.mark.parametrize("within", [".", "backups", "index/../a/b"])
    def test_a_memory_is_not_backed_up_into_itself(self, memory: Memory, tmp_path: Path, within: str) -> None:
        furnish(memory)
        with pytest.raises(InvalidInput, match="is the memory, or lies in it") as raised:
            memory.backup(tmp_path / "memory" / within)
        assert raised.value.field == "directory"
        assert not list((tmp_path / "memory").rglob("*.pages"))

    @pytest.mark.parametrize(
        ("options", "field"),
        [
            ({"keep": -1}, "keep"),
            ({"keep": "30d"}, "keep"),
            ({"keep": True}, "keep"),
            ({"keep": float("nan")}, "keep"),
            ({"full": 1}, "full"),
        ],
    )
    def test_bad_input(self, memory: Memory, place: Path, options: dict[str, Any], field: str) -> None:
        with pytest.raises(InvalidInput) as caught:
            memory.backup(place, **options)
        assert caught.value.field == field
        assert not place.exists()


class TestForgotten:
    def test_it_does_not_come_back_though_the_memory_is_gone(self, memory: Memory, place: Path, tmp_path: Path) -> None:
        furnish(memory)
        memory.backup(place)
        home = memory.get(key="home", namespace="acme/alice")
        assert memory.forget(home.id).untold == []
        memory.close()
        shutil.rmtree(tmp_path / "memory")
        done = greeum.restore(place, tmp_path / "restored")
        assert done.forgotten == 2
        assert texts(tmp_path / "restored") == ["three", "부산에 산다"]
        with greeum.open(tmp_path / "restored", embedder=testing.TinyEmbedder()) as again:
            [certificate] = again.certificates()
            assert certificate.to_dict()["asked"] == {"by": "restore"}
            assert again.add("new").id > 4
            assert again.import_(['{"type": "greeum", "format": 1}', line_of(home)])["forgotten"] == 1
            assert all(ok for _, ok, _ in again.check())

    def test_no_copy_of_it_is_in_what_was_restored(self, place: Path, tmp_path: Path) -> None:
        traces = canary.traces_of(StaticEmbedder(), tmp_path / "traces")
        with greeum.open(tmp_path / "memory") as memory:
            memory.add_many({"text": f"turn {number}"} for number in range(300))
            planted = canary.add_to(memory)
            memory.backup(place)
            memory.forget(planted)
        greeum.restore(place, tmp_path / "restored")
        with greeum.open(tmp_path / "restored") as again:
            assert again.search("quokka Xylthrandir", k=1)[0].block.text != canary.TEXT
            assert canary.copies(tmp_path / "restored", traces) == []
        assert canary.copies(tmp_path / "restored", traces) == []

    def test_what_was_rolled_back_takes_nothing_with_it(self, memory: Memory, place: Path, tmp_path: Path) -> None:
        home = memory.add("Alice lives in Busan.", key="home")
        memory.through("crawler").update(home.id, text="Alice lives in Moscow.")
        memory.backup(place)
        memory.roll_back(origin="crawler", forget=True)
        greeum.restore(place, tmp_path / "restored")
        assert texts(tmp_path / "restored") == ["Alice lives in Busan."] == [block.text for block in memory.list()]

    def test_what_was_added_anew_under_the_same_request_comes_back(
        self, memory: Memory, place: Path, tmp_path: Path
    ) -> None:
        memory.forget(memory.add("said once", idempotency_key="r").id)
        memory.add("said again", idempotency_key="r")
        memory.backup(place)
        greeum.restore(place, tmp_path / "restored")
        assert texts(tmp_path / "restored") == ["said again"]

    def test_a_place_that_cannot_be_told_is_named_and_told_later(
        self, memory: Memory, place: Path, tmp_path: Path
    ) -> None:
        furnish(memory)
        memory.backup(place)
        os.rename(place, tmp_path / "unmounted")
        done = memory.forget(memory.get(key="home", namespace="acme/alice").id)
        assert done.untold == [str(place)]
        assert not place.exists()
        assert findings(memory)["backups"][0] is False
        os.rename(tmp_path / "unmounted", place)
        assert findings(memory)["backups"][0] is False
        assert memory.forget(memory.add("x").id).untold == []
        assert findings(memory)["backups"][0] is True
        greeum.restore(place, tmp_path / "restored")
        assert texts(tmp_path / "restored") == ["three", "부산에 산다"]

    def test_a_place_that_is_gone_for_good_is_dropped(self, memory: Memory, place: Path) -> None:
        memory.backup(place)
        shutil.rmtree(place)
        assert memory.forget(memory.add("x").id).untold == [str(place)]
        memory.drop_backups(place)
        assert memory.forget(memory.add("x").id).untold == []
        with pytest.raises(NotFound, match="no backups in"):
            memory.drop_backups(place)

    def test_a_second_place_learns_of_all_that_was_forgotten_before(
        self, memory: Memory, place: Path, tmp_path: Path
    ) -> None:
        gone = memory.add("gone").id
        memory.backup(place)
        memory.forget(gone)
        memory.backup(tmp_path / "second")
        assert len(told(tmp_path / "second")) == len(told(place)) == 1

    def test_what_is_forgotten_leaves_the_backups_in_time(
        self, memory: Memory, place: Path, clock: testing.FrozenClock
    ) -> None:
        text = "The quokka hides below the quincunx. " * 40
        gone = memory.add(text).id
        memory.backup(place, keep=timedelta(days=7))
        memory.forget(gone)
        for _ in range(14):
            clock.advance(DAY_S)
            memory.add("another day")
            memory.backup(place, keep=timedelta(days=7))
        assert len(pieces.Pieces(str(place)).all) < 15
        assert not held_in(place, text[:30].encode())
        clock.advance(1)
        memory.backup(place, full=True, keep=0)
        assert len(pieces.Pieces(str(place)).all) == 1


def told(place: Path) -> list[tuple[bytes, int, int]]:
    """What all lineages have forgotten."""
    return ledger.read(str(place), ledger.lineages_in(str(place)))


def held_in(place: Path, content: bytes) -> bool:
    """Whether some piece has it in a page."""
    from zlib import decompress

    return any(content in decompress(path.read_bytes()) for path in place.glob("*.pages"))


def line_of(block: greeum.Block) -> str:
    fields = block.to_dict()
    return json.dumps({"type": "block", "uid": fields["uid"], "text": fields["text"], "at": fields["at"]})


def findings(memory: Memory) -> dict[str, tuple[bool, str]]:
    return {name: (ok, detail) for name, ok, detail in memory.check()}


class TestRetention:
    def test_one_can_go_back_for_as_long_as_was_said(
        self, memory: Memory, place: Path, tmp_path: Path, clock: testing.FrozenClock
    ) -> None:
        for _ in range(30):
            clock.advance(DAY_S)
            memory.add("another day")
            memory.backup(place, keep=7 * DAY_S)
        at = clock.now_us - 7 * DAY_S * 1_000_000
        kept = pieces.Pieces(str(place))
        assert kept.all[0].number > 1
        assert kept.all[0].at_us <= at
        assert kept.all[0].at_us >= at - 8 * DAY_S * 1_000_000
        assert is_sound(place)
        assert {path.name for path in place.glob("*.pages")} == {f"{one.number:06d}.pages" for one in kept.all}

    def test_without_it_all_are_kept(self, memory: Memory, place: Path, clock: testing.FrozenClock) -> None:
        for _ in range(5):
            clock.advance(400 * DAY_S)
            memory.add("another year")
            memory.backup(place, full=True)
        assert len(pieces.Pieces(str(place)).all) == 5


class TestRestoring:
    def test_a_target_that_holds_something_is_left_alone(self, memory: Memory, place: Path, tmp_path: Path) -> None:
        memory.backup(place)
        target = tmp_path / "target"
        target.mkdir()
        greeum.restore(place, target)
        before = sorted(path.name for path in target.iterdir())
        with pytest.raises(Conflict, match="not empty"):
            greeum.restore(place, target)
        (tmp_path / "file").write_text("x")
        with pytest.raises(Conflict):
            greeum.restore(place, tmp_path / "file")
        assert sorted(path.name for path in target.iterdir()) == before

    def test_where_there_is_none(self, tmp_path: Path) -> None:
        with pytest.raises(NotFound, match="no backups here"):
            greeum.restore(tmp_path / "nothing", tmp_path / "target")
        (tmp_path / "empty").mkdir()
        for act in (
            lambda: greeum.verify(tmp_path / "empty"),
            lambda: greeum.restore(tmp_path / "empty", tmp_path / "t"),
        ):
            with pytest.raises(NotFound):
                act()

    @pytest.mark.parametrize("at", [True, -1, "yesterday", 1.5])
    def test_bad_input(self, memory: Memory, place: Path, tmp_path: Path, at: Any) -> None:
        memory.backup(place)
        with pytest.raises(InvalidInput) as caught:
            greeum.restore(place, tmp_path / "target", at=at)
        assert caught.value.field == "at"


class TestDamage:
    """Each is noticed, and named; and no target is left behind."""

    @pytest.fixture
    def damaged(self, memory: Memory, place: Path, tmp_path: Path) -> Iterator[Path]:
        furnish(memory)
        memory.backup(place)
        memory.forget(memory.get(key="home", namespace="acme/alice").id)
        memory.add("more")
        memory.backup(place)
        assert is_sound(place)
        yield place
        with pytest.raises(StoreError):
            greeum.restore(place, tmp_path / "restored")
        assert [path.name for path in tmp_path.iterdir() if path.name.startswith("restored")] == []

    def unsound(self, place: Path) -> set[str]:
        return {name for name, ok, _ in greeum.verify(place) if not ok}

    def test_a_flipped_byte_of_pages(self, damaged: Path) -> None:
        path = damaged / "000001.pages"
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
        assert self.unsound(damaged) == {"pages", "backup 2"}

    def test_pages_that_are_whole_but_others(self, damaged: Path) -> None:
        path = damaged / "000001.pages"
        content = bytearray(decompress(path.read_bytes()))
        content[-1] ^= 1
        path.write_bytes(compress(content))
        assert self.unsound(damaged) == {"pages", "backup 2"}

    def test_pages_that_were_cut_short(self, damaged: Path) -> None:
        path = damaged / "000002.pages"
        path.write_bytes(path.read_bytes()[:-20])
        assert self.unsound(damaged) == {"pages", "backup 2"}

    def test_pages_that_are_gone(self, damaged: Path) -> None:
        (damaged / "000001.pages").unlink()
        assert self.unsound(damaged) == {"pages", "backup 2"}

    def test_a_description_that_was_changed(self, damaged: Path) -> None:
        path = damaged / "000001.json"
        path.write_text(path.read_text().replace('"seq": ', '"seq": 1'))
        with pytest.raises(StoreDamaged, match="backup 2 is missing, or was changed"):
            greeum.verify(damaged)

    def test_a_description_that_is_gone(self, damaged: Path) -> None:
        (damaged / "000001.json").unlink()
        with pytest.raises(StoreDamaged, match="backup 1 is missing"):
            greeum.verify(damaged)

    @pytest.mark.parametrize("content", ["", "{", "[]", '{"format": 99}'])
    def test_a_description_that_cannot_be_read(self, damaged: Path, content: str) -> None:
        (damaged / "000002.json").write_text(content)
        with pytest.raises(StoreDamaged, match=r"000002\.json"):
            greeum.verify(damaged)

    def test_a_ledger_that_was_changed(self, damaged: Path) -> None:
        [path] = damaged.rglob("*.ledger")
        content = bytearray(path.read_bytes())
        content[12] ^= 1
        path.write_bytes(content)
        assert self.unsound(damaged) == {"ledger", "backup 2"}

    def test_a_ledger_that_is_gone(self, damaged: Path) -> None:
        shutil.rmtree(damaged / "forgotten")
        assert self.unsound(damaged) == {"ledger", "backup 2"}

    def test_one_whose_content_is_not_what_was_backed_up(self, damaged: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = damaged / "000002.json"
        fields = json.loads(path.read_text())
        path.write_text(json.dumps(fields | {"logical_hash": "0" * 64}))
        assert self.unsound(damaged) == {"backup 2"}


class TestLedgerFile:
    def test_a_batch_that_was_cut_short_is_written_again(self, memory: Memory, place: Path) -> None:
        ids = [memory.add(f"{number}").id for number in range(3)]
        memory.backup(place)
        memory.forget(ids[0])
        [path] = place.rglob("*.ledger")
        whole = path.read_bytes()
        memory.forget(ids[1])
        longer = path.read_bytes()
        for end in range(len(whole), len(longer)):
            path.write_bytes(longer[:end])
            assert len(told(place)) == 1
        memory.forget(ids[2])
        assert [row[1] for row in told(place)] == ids


class TestDisks:
    def test_a_full_disk_is_a_typed_error_wherever_it_strikes(
        self, memory: Memory, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        furnish(memory)
        expected = memory.backup(place).logical_hash
        memory.add("more")
        failures = 0
        while True:
            with Failing(monkeypatch, failures) as failing, suppress(StoreFull):
                memory.backup(place)
            if not failing.struck:
                break
            failures += 1
            assert [one.logical_hash for one in pieces.Pieces(str(place)).all][:1] == [expected]
            assert is_sound(place)
        assert failures > 5
        assert is_sound(place)
        assert not unfinished(place)

    def test_a_full_disk_leaves_no_target(
        self, memory: Memory, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        furnish(memory)
        memory.backup(place)
        failures = 0
        while True:
            with Failing(monkeypatch, failures) as failing, suppress(StoreFull):
                greeum.restore(place, tmp_path / "restored")
            if not failing.struck:
                break
            failures += 1
            if (tmp_path / "restored").exists():
                break  # only the sync of its name failed
        assert failures >= 2
        assert hash_of(tmp_path / "restored") == memory.logical_hash()

    def test_the_copy_itself_may_not_fit(self, memory: Memory, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        import apsw

        from greeum.store import sqlite

        def full(*_: object) -> None:
            raise apsw.FullError("database or disk is full")

        monkeypatch.setattr(sqlite, "copy_database", full)
        with pytest.raises(StoreFull, match="no room"):
            memory.backup(place)
        assert not unfinished(place)

    def test_a_place_that_may_not_be_written(self, memory: Memory, tmp_path: Path) -> None:
        (tmp_path / "file").write_text("x")
        with pytest.raises((StoreFailed, StoreReadOnly)):
            memory.backup(tmp_path / "file" / "backups")


class Failing:
    """Lets the system call of a number fail for want of room, among those that make or sync files."""

    CALLS = ("fsync", "mkdir", "replace", "rename", "rmdir")

    def __init__(self, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
        self._monkeypatch = monkeypatch
        self._left = number
        self.struck = False

    def __enter__(self) -> Failing:
        for name in self.CALLS:
            self._monkeypatch.setattr(os, name, self._failing(getattr(os, name)))
        return self

    def __exit__(self, *_: object) -> None:
        self._monkeypatch.undo()

    def _failing(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def instead(*arguments: Any, **options: Any) -> Any:
            if not self.struck and self._left == 0:
                self.struck = True
                raise OSError(errno.ENOSPC, "No space left on device")
            self._left -= 1
            return call(*arguments, **options)

        return instead


def unfinished(place: Path) -> list[str]:
    return [path.name for path in place.rglob("*.unfinished*")]


def die_at(number: int, act: Callable[[], object]) -> bool:
    """Do it in a child, which dies as by `kill -9` when it has opened, made, renamed or removed so many files."""
    child = os.fork()
    if child == 0:
        left = number

        def count(event: str, _: object) -> None:
            nonlocal left
            if event in ("open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.truncate"):
                left -= 1
                if left < 0:
                    os._exit(9)

        sys.addaudithook(count)
        try:
            act()
        except BaseException:  # noqa: BLE001 - the child must not go on as this test
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in (0, 9)
    return code == 9


STEP = 3
"""Of the places at which a child may die, every third is tried."""


@pytest.mark.skipif(sys.platform == "win32", reason="it forks")
class TestCrashes:
    @pytest.fixture
    def directory(self, tmp_path: Path, place: Path) -> Path:
        directory = tmp_path / "memory"
        with greeum.open(directory, embedder=testing.TinyEmbedder()) as memory:
            furnish(memory)
            memory.backup(place)
            memory.forget(memory.get(key="home", namespace="acme/alice").id)
            memory.add("more")
        return directory

    def test_in_a_backup_leaves_the_old_ones_and_the_next_cleans_up(
        self, directory: Path, place: Path, tmp_path: Path
    ) -> None:
        def back_up() -> None:
            with greeum.open(directory, embedder=testing.TinyEmbedder()) as memory:
                memory.add("once more")
                memory.backup(place, keep=0, full=True)

        number = 0
        while die_at(number, back_up):
            assert is_sound(place)
            number += STEP
        assert number > 10 * STEP
        with greeum.open(directory, embedder=testing.TinyEmbedder()) as memory:
            memory.add("the last")
            memory.backup(place)
            assert not unfinished(place)
            assert {path.suffix for path in place.iterdir()} <= {".pages", ".map", ".json", ".lock", ""}
            greeum.restore(place, tmp_path / "restored")
            assert hash_of(tmp_path / "restored") == memory.logical_hash()

    def test_in_a_restore_leaves_nothing_that_looks_whole(self, directory: Path, place: Path, tmp_path: Path) -> None:
        target = tmp_path / "restored"
        number = 0
        while die_at(number, lambda: greeum.restore(place, target)):
            assert not target.exists() or texts(target) == ["three", "부산에 산다"]
            shutil.rmtree(target, ignore_errors=True)
            number += STEP
        assert number > 3 * STEP
        assert texts(target) == ["three", "부산에 산다"]
        assert not (tmp_path / "restored.unfinished").exists()
        assert is_sound(place)


class TestSchedule:
    def test_it_backs_up_at_once_and_again(self, memory: Memory, place: Path) -> None:
        notes: list[tuple[str, str, dict[str, object]]] = []
        second = Event()

        def note(level: str, name: str, **fields: object) -> None:
            notes.append((level, name, fields))
            memory.add(f"{len(notes)}")
            if len(notes) == 2:
                second.set()

        memory.add("x")
        schedule = Schedule(memory, str(place), every_s=0.05, keep_s=None, note=note)
        assert second.wait(20)
        schedule.close()
        assert [(level, name, fields["number"]) for level, name, fields in notes[:2]] == [
            ("info", "backup", 1),
            ("info", "backup", 2),
        ]
        count = len(notes)
        memory.add("after")
        assert len(notes) == count

    def test_one_that_fails_is_noted_and_tried_again(self, memory: Memory, place: Path) -> None:
        notes: list[str] = []
        recovered = Event()
        place.write_text("in the way")

        def note(level: str, name: str, **fields: object) -> None:
            notes.append(name)
            if name == "backup_failed":
                place.unlink(missing_ok=True)
                assert str(fields["reason"])
            else:
                recovered.set()

        schedule = Schedule(memory, str(place), every_s=0.05, keep_s=3_600, note=note)
        assert recovered.wait(20)
        schedule.close()
        assert notes[:2] == ["backup_failed", "backup"]

    def test_what_nobody_has_foreseen_does_not_end_it(self, place: Path) -> None:
        heard = Event()

        class Broken:
            calls = 0

            def backup(self, directory: str, *, full: bool = False, keep: float | None = None) -> pieces.Backup:
                self.calls += 1
                raise OSError("the disk has gone")

        def note(level: str, name: str, **fields: object) -> None:
            assert (level, name, fields["reason"]) == ("error", "backup_failed", "the disk has gone")
            if broken.calls == 2:
                heard.set()

        broken = Broken()
        schedule = Schedule(broken, str(place), every_s=0.01, keep_s=None, note=note)
        assert heard.wait(20)
        schedule.close()
