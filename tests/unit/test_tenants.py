"""Tenants: who is opened and closed when, and that one in trouble troubles nobody else."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event
from typing import Any

import pytest

from greeum import Memory
from greeum import tenants as module
from greeum.errors import StoreBusy, StoreClosed, StoreDamaged, StoreFailed
from greeum.store import files
from greeum.tenants import FILES_EACH, OPEN_MAX, Tenants, open_max_here
from greeum.testing import TinyEmbedder


class FakeMemory:
    """A memory that only knows whether it is open."""

    def __init__(self, opened: Opened, name: str) -> None:
        self.opened, self.name = opened, name

    def close(self) -> None:
        self.opened.now.remove(self.name)
        self.opened.closed.append(self.name)
        if self.name in self.opened.bad_to_close:
            raise self.opened.close_error


class Opened:
    """What was opened and closed, in order."""

    def __init__(self) -> None:
        self.opened: list[str] = []
        self.closed: list[str] = []
        self.now: list[str] = []
        self.bad_to_open: set[str] = set()
        self.bad_to_close: set[str] = set()
        self.close_error: Exception = StoreFailed("the disk failed")
        self.gate: Event | None = None
        self.embedders: list[object] = []

    def open(self, path: str, *, embedder: object) -> FakeMemory:
        name = Path(path).name
        if self.gate is not None:
            assert self.gate.wait(10)
        if name in self.bad_to_open:
            raise StoreDamaged(f"{name} is damaged")
        assert name not in self.now, "opened twice"
        self.opened.append(name)
        self.now.append(name)
        self.embedders.append(embedder)
        return FakeMemory(self, name)


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Opened:
    found = Opened()
    monkeypatch.setattr(module, "open_memory", found.open)
    return found


@pytest.fixture
def tenants(opened: Opened) -> Iterator[Tenants]:
    """Room for two."""
    found = Tenants("somewhere", embedder=TinyEmbedder(), open_max=2)
    yield found
    found.close()
    assert opened.now == []
    assert found.open_count == 0


def came(tenants: Tenants, name: str) -> Memory:
    """The memory of a tenant, for a moment."""
    place = tenants.enter(name)
    tenants.leave(place)
    assert place.memory is not None
    return place.memory


def visit(tenants: Tenants, name: str) -> None:
    tenants.leave(tenants.enter(name))


class TestRoom:
    def test_a_memory_stays_open_for_the_next_visitor(self, tenants: Tenants, opened: Opened) -> None:
        visit(tenants, "a")
        visit(tenants, "a")
        assert (opened.opened, tenants.open_count) == (["a"], 1)

    def test_the_one_left_alone_longest_gives_way(self, tenants: Tenants, opened: Opened) -> None:
        for name in ("a", "b", "a", "c"):
            visit(tenants, name)
        assert (opened.now, opened.closed) == (["a", "c"], ["b"])

    def test_an_entrance_at_once_counts_as_a_visit(self, tenants: Tenants, opened: Opened) -> None:
        visit(tenants, "a")
        visit(tenants, "b")
        place = tenants.enter_at_once("a")
        assert place is not None
        tenants.leave(place)
        visit(tenants, "c")
        assert opened.closed == ["b"]

    def test_a_defect_while_one_is_closed_takes_away_no_room(self, tenants: Tenants, opened: Opened) -> None:
        opened.bad_to_close, opened.close_error = {"a"}, RuntimeError("a defect")
        visit(tenants, "a")
        visit(tenants, "b")
        with pytest.raises(RuntimeError):
            tenants.enter("c")
        assert (opened.now, tenants.open_count) == (["b"], 1)
        visit(tenants, "c")
        assert opened.now == ["b", "c"]

    def test_nobody_is_put_out(self, tenants: Tenants, opened: Opened) -> None:
        inside = tenants.enter("a")
        for name in ("b", "c", "d"):
            visit(tenants, name)
        assert inside.memory is not None
        assert opened.closed == ["b", "c"]
        tenants.leave(inside)

    def test_a_memory_is_in_use_until_the_last_one_leaves(self, tenants: Tenants, opened: Opened) -> None:
        first, second = tenants.enter("a"), tenants.enter("a")
        tenants.leave(first)
        visit(tenants, "b")
        visit(tenants, "c")
        assert opened.closed == ["b"]
        tenants.leave(second)
        visit(tenants, "b")
        assert opened.closed == ["b", "a"]

    def test_if_all_are_in_use_it_is_full(self, tenants: Tenants, opened: Opened) -> None:
        inside = [tenants.enter("a"), tenants.enter("b")]
        with pytest.raises(StoreBusy, match="all 2 memories"):
            tenants.enter("c")
        tenants.leave(inside[0])
        visit(tenants, "c")
        tenants.leave(inside[1])
        assert opened.closed == ["a"]

    def test_at_once_only_what_is_open(self, tenants: Tenants) -> None:
        assert tenants.enter_at_once("a") is None
        for name in ("a", "b", "c"):
            visit(tenants, name)
        assert tenants.enter_at_once("a") is None

    def test_one_embedder_serves_all(self, tenants: Tenants, opened: Opened) -> None:
        for name in ("a", "b", "c"):
            visit(tenants, name)
        assert len(set(map(id, opened.embedders))) == 1


class TestParts:
    """Views of a memory, confined to a namespace."""

    @pytest.fixture(autouse=True)
    def views(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "Rooted", lambda memory, namespace: (memory.name, namespace, object()))

    def test_they_are_kept_while_it_is_open(self, tenants: Tenants) -> None:
        place = tenants.enter("a")
        part: Any = place.part("acme/alice")
        assert part[:2] == ("a", "acme/alice")
        assert place.part("acme/alice") is part
        assert place.part("acme/bob") is not part
        assert place.part("") is place.memory
        tenants.leave(place)

    def test_each_who_writes_has_their_own(self, tmp_path: Path) -> None:
        tenants = Tenants(str(tmp_path), embedder=TinyEmbedder())
        place = tenants.enter("real")
        part = place.part("", "key/1", 0.5)
        assert place.part("", "key/1", 0.5) is part
        assert place.part("", "key/2", 0.5) is not part
        assert part.add("hello").origin == "key/1"
        assert place.part("", "key/1", 1.0).add("hello again").trust == 1.0
        tenants.leave(place)
        tenants.close()

    def test_none_of_a_closed_memory_is_handed_out(self, tenants: Tenants) -> None:
        place = tenants.enter("a")
        part = place.part("acme/alice")
        tenants.leave(place)
        visit(tenants, "b")
        visit(tenants, "c")
        again = tenants.enter("a")
        assert again.part("acme/alice") is not part
        tenants.leave(again)

    def test_they_are_bounded(self, tenants: Tenants, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "PARTS_MAX", 3)
        place = tenants.enter("a")
        for number in range(10):
            place.part(f"n{number}")
            assert len(place.parts) <= 3
        tenants.leave(place)

    @pytest.mark.parametrize("namespace", ["", "acme"])
    def test_when_the_server_ends_there_are_none(self, tenants: Tenants, namespace: str) -> None:
        place = tenants.enter("a")
        tenants.close()
        with pytest.raises(StoreClosed):
            place.part(namespace)
        tenants.leave(place)


class TestTrouble:
    def test_it_stays_with_the_one_who_has_it(self, tenants: Tenants, opened: Opened) -> None:
        opened.bad_to_open = {"bad"}
        visit(tenants, "a")
        for _ in range(3):
            with pytest.raises(StoreDamaged):
                tenants.enter("bad")
        visit(tenants, "b")
        assert (opened.now, tenants.open_count) == (["a", "b"], 2)

    def test_it_takes_no_room_when_there_is_none(self, tenants: Tenants, opened: Opened) -> None:
        opened.bad_to_open = {"bad"}
        visit(tenants, "a")
        visit(tenants, "b")
        for _ in range(3):
            with pytest.raises(StoreDamaged):
                tenants.enter("bad")
        assert opened.now == ["b"]

    def test_it_may_be_over(self, tenants: Tenants, opened: Opened) -> None:
        opened.bad_to_open = {"a"}
        with pytest.raises(StoreDamaged):
            tenants.enter("a")
        opened.bad_to_open = set()
        visit(tenants, "a")
        assert opened.now == ["a"]

    def test_one_that_cannot_be_closed_well_is_told_of_and_gone(
        self, tenants: Tenants, opened: Opened, caplog: pytest.LogCaptureFixture
    ) -> None:
        opened.bad_to_close = {"a"}
        for name in ("a", "b", "c"):
            visit(tenants, name)
        assert opened.now == ["b", "c"]
        assert "tenant a" in caplog.text
        assert "the disk failed" in caplog.text


class TestAtTheSameTime:
    def test_of_those_who_come_first_one_opens_it(self, tenants: Tenants, opened: Opened) -> None:
        start = Barrier(8)

        def come(_: int) -> object:
            start.wait()
            place = tenants.enter("a")
            memory = place.memory
            tenants.leave(place)
            return memory

        with ThreadPoolExecutor(8) as pool:
            memories = set(pool.map(come, range(8)))
        assert len(memories) == 1
        assert opened.opened == ["a"]

    def test_nobody_is_given_a_closed_memory(self, tenants: Tenants, opened: Opened) -> None:
        """More tenants than there is room for, from several threads: every visitor is inside an open memory."""

        def come(number: int) -> None:
            name = f"t{number % 5}"
            try:
                place = tenants.enter_at_once(name) or tenants.enter(name)
            except StoreBusy:
                return
            assert place.memory is not None
            assert name in opened.now
            assert tenants.open_count <= 2
            tenants.leave(place)

        switch_s = sys.getswitchinterval()
        sys.setswitchinterval(1e-5)
        try:
            with ThreadPoolExecutor(6) as pool:
                list(pool.map(come, range(3_000)))
        finally:
            sys.setswitchinterval(switch_s)
        assert len(opened.now) <= 2

    def test_who_waits_too_long_is_told_to_come_back(
        self, tenants: Tenants, opened: Opened, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "OPEN_WAIT_S", 0.01)
        opened.gate = Event()
        with ThreadPoolExecutor(1) as pool:
            first = pool.submit(tenants.enter, "a")
            for _ in range(2):
                with pytest.raises(StoreBusy, match="being opened"):
                    tenants.enter("a")
            # Others are not in the way: they have their own.
            opened.gate.set()
            place = first.result(10)
        visit(tenants, "a")
        tenants.leave(place)
        assert opened.opened == ["a"]

    def test_once_somebody_has_waited_in_vain_nobody_waits(
        self, tenants: Tenants, opened: Opened, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "OPEN_WAIT_S", 0.01)
        opened.gate = Event()
        with ThreadPoolExecutor(1) as pool:
            first = pool.submit(tenants.enter, "a")
            with pytest.raises(StoreBusy):
                tenants.enter("a")
            monkeypatch.setattr(module, "OPEN_WAIT_S", 3_600.0)
            with pytest.raises(StoreBusy):
                tenants.enter("a")
            opened.gate.set()
            tenants.leave(first.result(10))


class TestClosing:
    def test_everything_is_closed_and_nobody_comes_in(self, tenants: Tenants, opened: Opened) -> None:
        place = tenants.enter("a")
        visit(tenants, "b")
        tenants.close()
        assert opened.now == []
        with pytest.raises(StoreClosed):
            tenants.enter("a")
        assert tenants.enter_at_once("a") is None
        tenants.leave(place)
        tenants.close()

    def test_one_that_is_being_opened_is_closed_too(self, opened: Opened) -> None:
        tenants = Tenants("somewhere", embedder=TinyEmbedder(), open_max=2)
        opened.gate = Event()
        with ThreadPoolExecutor(2) as pool:
            entered = pool.submit(tenants.enter, "a")
            while tenants.open_count == 0:
                assert not entered.done()
            closed = pool.submit(tenants.close)
            opened.gate.set()
            closed.result(10)
            entered.result(10)
        assert opened.now == []
        assert tenants.open_count == 0

    def test_who_waited_meanwhile_does_not_open_it_again(self, opened: Opened) -> None:
        tenants = Tenants("somewhere", embedder=TinyEmbedder(), open_max=2)
        visit(tenants, "a")
        place = tenants.enter("a")
        place.memory, memory = None, place.memory
        assert memory is not None
        memory.close()
        tenants._closed = True
        with pytest.raises(StoreClosed):
            tenants._open(place)
        tenants.leave(place)


class TestOnDisk:
    def test_one_that_was_removed_is_told_of_and_what_is_put_there_is_opened(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(files, "LOOK_PERIOD_S", -1.0)
        monkeypatch.setattr(module, "LOOK_PERIOD_S", -1.0)
        tenants = Tenants(str(tmp_path), embedder=TinyEmbedder())
        for name in ("a", "b"):
            assert came(tenants, name).add(f"of {name}").is_new
        inside = tenants.enter("a")
        assert inside.memory is not None
        shutil.copytree(tmp_path / "a", tmp_path / "backup")
        shutil.rmtree(tmp_path / "a")
        memory = inside.memory
        uses: tuple[Callable[[], object], ...] = (
            lambda: memory.get(1),
            lambda: memory.search("of"),
            lambda: memory.add("x"),
        )
        for use in uses:
            with pytest.raises(StoreFailed, match="was moved, removed or replaced") as caught:
                use()
            assert caught.value.was_moved
        assert tenants.enter_at_once("a") is None
        with pytest.raises(StoreFailed, match="was moved, removed or replaced"):
            tenants.enter("a")
        assert not (tmp_path / "a").exists()
        assert came(tenants, "b").get(1).text == "of b"
        (tmp_path / "backup").rename(tmp_path / "a")
        with pytest.raises(StoreBusy, match="when those inside have left"):
            tenants.enter("a")
        tenants.leave(inside)
        assert came(tenants, "a").get(1).text == "of a"
        assert came(tenants, "a").add("more").id == 2
        assert tenants.open_count == 2
        tenants.close()

    def test_each_has_a_directory_of_its_own(self, tmp_path: Path) -> None:
        tenants = Tenants(str(tmp_path), embedder=TinyEmbedder(), open_max=1)
        for name in ("a", "b"):
            place = tenants.enter(name)
            assert place.memory is not None
            place.memory.add(f"I am {name}")
            tenants.leave(place)
        place = tenants.enter("a")
        assert place.memory is not None
        assert [block.text for block in place.memory.list()] == ["I am a"]
        tenants.leave(place)
        tenants.close()
        assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]

    def test_the_environments_embedder_is_the_default(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "embedder_of", lambda _: TinyEmbedder())
        tenants = Tenants(str(tmp_path))
        place = tenants.enter("a")
        assert place.memory is not None
        assert place.memory.stats()["embedder"] == TinyEmbedder.fingerprint
        tenants.leave(place)
        tenants.close()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such limit")
class TestHowMany:
    UNBOUNDED = -1
    ENOUGH = 2 * OPEN_MAX * FILES_EACH

    @pytest.mark.parametrize(
        ("limits", "raised", "expected"),
        [
            ((1_024, ENOUGH), ENOUGH, OPEN_MAX),
            ((1_024, UNBOUNDED), ENOUGH, OPEN_MAX),
            ((ENOUGH, ENOUGH), None, OPEN_MAX),
            ((UNBOUNDED, UNBOUNDED), None, OPEN_MAX),
            ((256, 1_024), 1_024, 64),
            ((8, 8), 8, 1),
        ],
    )
    def test_as_many_as_there_may_be_files_for(
        self, monkeypatch: pytest.MonkeyPatch, limits: tuple[int, int], raised: int | None, expected: int
    ) -> None:
        import resource

        asked: list[Any] = []
        assert resource.RLIM_INFINITY == self.UNBOUNDED
        monkeypatch.setattr(resource, "getrlimit", lambda _: limits)
        monkeypatch.setattr(resource, "setrlimit", lambda _, wanted: asked.append(wanted))
        assert open_max_here() == expected
        assert asked == ([] if raised is None else [(raised, limits[1])])
