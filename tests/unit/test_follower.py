"""The follower keeps an Index equal to a Store: by its log, by its rows where the log is cut, and with files written
beside what goes on.
"""

from __future__ import annotations

import platform
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from subprocess import run
from threading import Barrier, Event, Thread
from typing import TYPE_CHECKING

import pytest

import greeum
from greeum import Memory, follower, wiring
from greeum.follower import grouped
from greeum.store.memory import MemoryStore
from greeum.store.sqlite import SQLiteStore
from greeum.testing import TinyEmbedder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from greeum.store.protocol import BlockRow, Change, Draft

THREADS = 8

TAIL_BLOCKS_MAX = 20_000
"""As in the Index: with more blocks in memory it wants files."""


class CutStore(MemoryStore):
    """A Store whose log begins later than it did, as a Store may let it."""

    begins_after = 0

    def changes(self, after: int, limit: int) -> list[Change]:
        if after < self.begins_after:
            raise LookupError(f"the log begins after {self.begins_after}")
        return super().changes(after, limit)


def test_a_cut_log_is_made_up_for_by_the_rows() -> None:
    store = CutStore()
    with wiring.join(store, TinyEmbedder(), None) as memory:
        memory.add("The violin is old.")
        with wiring.join(store, TinyEmbedder(), None) as other:
            other.forget(other.add("soon gone").id)
            other.add("Rain again.")
            store.begins_after = store.seq()
            assert {hit.block.text for hit in memory.search("violin rain", k=5)} == {
                "The violin is old.",
                "Rain again.",
            }
            assert memory.stats()["index_trouble"] is None


class SlowStore(MemoryStore):
    """A Store that holds an add up when it is durable, and before anybody has been told."""

    def __init__(self) -> None:
        super().__init__()
        self.is_slow = False
        self.durable, self.may_return = Event(), Event()

    def add(self, drafts: Sequence[Draft]) -> list[BlockRow]:
        rows = super().add(drafts)
        if self.is_slow:
            self.is_slow = False
            self.durable.set()
            assert self.may_return.wait(60)
        return rows


@contextmanager
def an_add_held_up() -> Iterator[tuple[Memory, SlowStore, Callable[[], None]]]:
    """A memory of a violin to which a cello is being added: durable, and not returned until the last is called."""
    store = SlowStore()
    with wiring.join(store, TinyEmbedder(), None) as memory, ThreadPoolExecutor(1) as pool:
        memory.add("The violin is old.")
        store.is_slow = True
        adding = pool.submit(memory.add, "The cello is new.")
        assert store.durable.wait(60)

        def finish() -> None:
            store.may_return.set()
            adding.result(60)

        try:
            yield memory, store, finish
        finally:
            store.may_return.set()


def texts_found(memory: Memory, query: str) -> set[str]:
    return {hit.block.text for hit in memory.search(query)}


def test_a_search_does_not_wait_for_an_add_that_has_not_returned(monkeypatch: pytest.MonkeyPatch) -> None:
    with an_add_held_up() as (memory, store, finish):
        # Neither does it do the work of the one who adds.
        with monkeypatch.context() as patch:
            patch.setattr(memory._follower, "_step", lambda: pytest.fail("folded in by the search"))
            assert texts_found(memory, "violin cello") == {"The violin is old."}
            assert not memory._follower.is_late(store.seq())
        finish()
        assert texts_found(memory, "violin cello") == {"The violin is old.", "The cello is new."}


def test_a_search_near_a_block_whose_add_has_not_returned_starts_there() -> None:
    with an_add_held_up() as (memory, _store, finish):
        assert [hit.block.text for hit in memory.search("cello", near=memory.seq, k=1)] == ["The cello is new."]
        finish()


def test_what_another_process_has_added_is_found_while_an_add_here_has_not_returned() -> None:
    with an_add_held_up() as (memory, store, finish):
        wiring.join(store, TinyEmbedder(), None).add("The harp is theirs.")
        assert memory._follower.is_late(store.seq())
        assert "The harp is theirs." in texts_found(memory, "harp")
        finish()
        assert len(texts_found(memory, "violin cello harp")) == 3


class Telling(dict[str, object]):
    """A block to be added that tells when its turn has come."""

    def __init__(self, text: str, has_come: Event) -> None:
        super().__init__(text=text)
        self._has_come = has_come

    def get(self, key: str, default: object = None) -> object:
        self._has_come.set()
        return super().get(key, default)


def test_searches_go_on_between_the_drafts_of_a_long_add(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follower, "SEARCHING_S", 60.0)
    has_begun, has_found = Event(), Event()
    finished: list[bool] = []

    class Embedder(TinyEmbedder):
        """Asked for all of them when the last draft is made."""

        def encode_blocks(self, texts: Sequence[str]) -> list[bytes]:
            finished.append(has_found.is_set())
            return super().encode_blocks(texts)

    def search() -> None:
        assert has_begun.wait(60)
        memory.search("violin")
        has_found.set()

    with wiring.join(MemoryStore(), Embedder(), None) as memory, ThreadPoolExecutor(1) as pool:
        memory.add("The violin is old.")
        memory.search("violin")
        searching = pool.submit(search)
        # So that nobody has to let go of Python's lock who does not do so himself.
        before_s = sys.getswitchinterval()
        sys.setswitchinterval(60)
        try:
            memory.add_many([Telling(f"Number {number}.", has_begun) for number in range(4_000)])
        finally:
            sys.setswitchinterval(before_s)
        searching.result(60)
    assert finished[-1]


class CutSQLiteStore(SQLiteStore):
    """A Store in a directory, whose log was cut."""

    def changes(self, after: int, limit: int) -> list[Change]:
        if after < self.seq():
            raise LookupError("the log begins later")
        return super().changes(after, limit)


def test_without_a_log_the_newest_block_is_missed_for_good_reason(tmp_path: Path) -> None:
    """Whether it was forgotten or never there cannot be told: the Index is built anew, and is right."""
    with greeum.open(tmp_path, embedder=TinyEmbedder()) as memory:
        blocks = memory.add_many({"text": f"turn {number}"} for number in range(300))
        memory.forget(blocks[-1].id)
    store = CutSQLiteStore(str(tmp_path))
    with wiring.join(store, TinyEmbedder(), str(tmp_path / wiring.INDEX_DIRECTORY)) as memory:
        assert memory.stats()["index_trouble"] == "its index belongs to another state of this memory"
        assert len(memory.list(limit=1_000)) == 299


def test_the_log_is_searched_to_its_beginning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follower, "CHANGES_PER_STEP", 50)
    with greeum.open(tmp_path, embedder=TinyEmbedder()) as memory:
        blocks = memory.add_many({"text": f"turn {number}"} for number in range(300))
        memory.forget(blocks[-1].id)
        for block in blocks[:120]:
            memory.update(block.id, importance=1)
    told: list[int] = []
    with greeum.open(tmp_path, embedder=TinyEmbedder(), progress=lambda done, _: told.append(done)) as memory:
        assert memory.stats()["index_trouble"] is None
    assert told == []


@pytest.fixture
def large(tmp_path: Path) -> Memory:
    """A memory with as many blocks in memory as may be there."""
    memory = greeum.open(tmp_path, embedder=TinyEmbedder())
    for start in range(0, TAIL_BLOCKS_MAX - 1, 9_999):
        count = min(9_999, TAIL_BLOCKS_MAX - 1 - start)
        memory.add_many({"text": f"turn {start + number}"} for number in range(count))
    return memory


def test_a_long_tail_is_written_beside_what_goes_on(large: Memory, tmp_path: Path) -> None:
    index = tmp_path / wiring.INDEX_DIRECTORY
    assert not index.exists()
    first = large.add("the one too many")
    large.search("while it is written")
    folding = large._follower._folding
    assert folding is not None
    folding.join()
    stats = large.stats()["index"]
    assert isinstance(stats, dict)
    assert (stats["files"], stats["tail_blocks"]) == (1, 0)
    assert len(list(index.glob("*.segment"))) == 1
    assert large.get(first.id).text in [hit.block.text for hit in large.search("the one too many", k=1_000)]
    large.close()


def test_what_could_not_be_written_is_written_later(large: Memory, tmp_path: Path) -> None:
    in_the_way = tmp_path / wiring.INDEX_DIRECTORY
    in_the_way.write_text("not a directory")
    large.add("the one too many")
    assert large._follower._folding is not None
    large._follower._folding.join()
    assert str(large.stats()["index_trouble"]).startswith("its files could not be written: ")
    in_the_way.unlink()
    large.add("and another")
    large._follower._folding.join()
    assert large.stats()["index_trouble"] is None
    assert list(in_the_way.glob("*.segment"))
    large.close()


def test_one_fold_at_a_time(large: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, may_go_on = Event(), Event()
    folds: list[int] = []

    def fold(wait: bool = False) -> None:
        folds.append(1)
        begun.set()
        may_go_on.wait(60)

    monkeypatch.setattr(large._follower, "_fold", fold)
    large.add("the one too many")
    assert begun.wait(60)
    large.add("and another")
    assert len(folds) == 1
    may_go_on.set()
    large.close()


def test_links_are_grouped_by_source_and_of_several_kinds_the_strongest_counts_each_for_what_it_says() -> None:
    ends = [(1, 2, "about", 0.25), (1, 2, "near", 0.75), (1, 3, "about", 0.5), (4, 1, "about", 1.0)]
    links = [(*end, 0, "") for end in ends]
    assert grouped([1, 4, 5], links) == [(1, [(2, 0.75, 0.25), (3, 0.5, 0.5)]), (4, [(1, 1.0, 1.0)]), (5, [])]


def test_many_threads_that_find_a_fold_due_begin_it_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As threads that add do, when the last block comes that was missing for a file."""
    with greeum.open(tmp_path, embedder=TinyEmbedder()) as memory:
        followed = memory._follower
        goes_on = Event()
        begun: list[bool] = []

        def fold(wait: bool = False) -> None:
            begun.append(wait)
            goes_on.wait()

        def begin(together: Barrier) -> None:
            together.wait()
            followed._fold_in_background()

        monkeypatch.setattr(followed, "_fold", fold)
        usual_s = sys.getswitchinterval()
        sys.setswitchinterval(1e-6)
        try:
            for number in range(1, 21):
                goes_on.clear()
                together = Barrier(THREADS)
                with ThreadPoolExecutor(THREADS) as pool:
                    for done in [pool.submit(begin, together) for _ in range(THREADS)]:
                        done.result()
                goes_on.set()
                assert followed._folding is not None
                followed._folding.join()
                assert len(begun) == number
        finally:
            sys.setswitchinterval(usual_s)
            goes_on.set()


def test_a_fold_for_which_no_thread_can_be_started_fails_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(thread: Thread) -> None:
        raise RuntimeError("can't start new thread")

    with greeum.open(tmp_path, embedder=TinyEmbedder()) as memory:
        with monkeypatch.context() as patched:
            patched.setattr(Thread, "start", refuse)
            memory._follower._fold_in_background()
        assert memory._follower.trouble == "its files could not be written: can't start new thread"
        memory.add("The violin is old.")
        memory._follower._fold_in_background()
        assert memory._follower._folding is not None
        memory._follower._folding.join()
        assert memory._follower.trouble is None


HOLES = """
import sys
from pathlib import Path
import greeum

PIECE, PIECES, KEPT = 65_536, 1_000, 10

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4_096

with greeum.open(sys.argv[1]) as memory:
    memory.add_many({"text": f"turn {number}"} for number in range(300))
    pieces = [bytes([number % 256]) * PIECE for number in range(PIECES)]
    pieces = pieces[::KEPT]
    before = resident()
    memory._follower._fold(wait=True)
    print((before - resident()) / (PIECE * PIECES))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="it is glibc that keeps what was freed")
def test_a_fold_gives_back_what_lies_unused(tmp_path: Path) -> None:
    done = run([sys.executable, "-c", HOLES, str(tmp_path)], capture_output=True, text=True, check=True)
    assert float(done.stdout) > 0.5
