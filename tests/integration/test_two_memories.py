"""Several memories on one directory, in one process and in several: what one does the others see at once, whatever
becomes of the index files meanwhile; and what is forgotten is in no file.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from random import Random
from threading import Thread
from typing import Any

import pytest

import greeum
import greeum.testing
from greeum import Memory, follower
from greeum.embed.given import GivenVectors
from greeum.embed.static import StaticEmbedder
from greeum.errors import Conflict, EmbedderMismatch, NotFound, StoreClosed, StoreFailed, StoreReadOnly
from greeum.store.sqlite import SQLiteStore
from greeum.testing import TinyEmbedder

QUERIES = ("violin", "a train to busan", "부산 바다", "what did alice say about rain?")
WORDS = ("busan", "rain", "train", "violin", "market", "river", "snow", "tea", "lamp", "stone", "부산", "바다", "시장")
FOLDED_BLOCKS = 300
"""So many that closing writes a file."""

Open = Callable[..., Memory]


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "memory"


@pytest.fixture
def open_memory(directory: Path) -> Iterator[Open]:
    """Opens the directory; whatever is still open at the end is closed."""
    opened: list[Memory] = []

    def open_again(**options: Any) -> Memory:
        opened.append(greeum.open(directory, **options))
        return opened[-1]

    yield open_again
    for memory in reversed(opened):
        memory.close()


def sentence(random: Random) -> str:
    return " ".join(random.choices(WORDS, k=random.randint(2, 8))) + random.choice(".?!")


def remember_some(memory: Memory, count: int = FOLDED_BLOCKS, seed: int = 1) -> list[int]:
    random = Random(seed)
    blocks = memory.add_many(
        {"text": sentence(random), "namespace": f"n/{number % 7}", "source": random.choice(("alice", "bob"))}
        for number in range(count)
    )
    return [block.id for block in blocks]


def fold(memory: Memory) -> None:
    assert memory._index.fold(True)


def view(memory: Memory) -> dict[str, object]:
    """All that can be seen of a memory, scores to the last bit."""
    stats = memory.stats()
    blocks = memory.list(history=True, limit=1_000)
    return {
        "counts": [stats[name] for name in ("blocks", "superseded", "links", "anchors", "seq")],
        "blocks": [block.to_dict() for block in blocks],
        "links": [[link.to_dict() for link in memory.links(block.id)] for block in blocks[:20]],
        "anchors": [anchor.to_dict() for anchor in memory.anchors.status()],
        "hits": [answers(memory, query) for query in QUERIES],
        "bobs": [block.id for block in memory.list(where={"source": "bob"}, limit=1_000)],
    }


def answers(memory: Memory, query: str) -> list[tuple[int, float, dict[str, float]]]:
    near = memory.list(limit=1)
    hits = memory.search(query, k=100, exact=True, near=near[0].id if near else None)
    return [(hit.block.id, hit.score, hit.parts) for hit in hits]


class Life:
    """Things that happen to a memory, one at random each time."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._heads: list[int] = []

    def go_on(self, memory: Memory) -> None:
        acts = [self._add, self._add_many, self._correct, self._revise, self._forget, self._link, self._anchor, fold]
        random = self._random
        act = random.choices(acts, weights=(6, 2, 3, 3, 3, 3, 2, 2))[0] if len(self._heads) > 3 else self._add_many
        act(memory)

    def _add(self, memory: Memory) -> None:
        self._heads.append(memory.add(sentence(self._random), namespace=f"n/{self._random.randint(0, 3)}").id)

    def _add_many(self, memory: Memory) -> None:
        self._heads += remember_some(memory, self._random.randint(1, 9), self._random.randint(0, 99))

    def _some(self) -> int:
        return self._random.choice(self._heads)

    def _correct(self, memory: Memory) -> None:
        old = self._some()
        self._heads.remove(old)
        self._heads.append(memory.update(old, text=sentence(self._random)).id)

    def _revise(self, memory: Memory) -> None:
        memory.update(self._some(), source=self._random.choice(("bob", None)), importance=self._random.random())

    def _forget(self, memory: Memory) -> None:
        gone = self._some()
        self._heads.remove(gone)
        memory.forget(gone)

    def _link(self, memory: Memory) -> None:
        source, target = self._some(), self._some()
        if source != target:
            memory.link(source, target, weight=self._random.random())

    def _anchor(self, memory: Memory) -> None:
        memory.anchors.set(self._random.choice("AB"), self._some())


@pytest.mark.parametrize("refresh_period_s", [0, 3_600])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whoever_does_something_both_see_it(
    open_memory: Open, directory: Path, monkeypatch: pytest.MonkeyPatch, seed: int, refresh_period_s: float
) -> None:
    monkeypatch.setattr(follower, "REFRESH_PERIOD_S", refresh_period_s)
    life, turns = Life(seed), Random(seed)
    one, other = open_memory(), open_memory()
    for _ in range(50):
        life.go_on(turns.choice((one, other)))
        assert view(one) == view(other)
    seen = view(one)
    third = open_memory(read_only=True)
    assert view(third) == seen
    for memory in (third, other, one):
        memory.close()
    assert view(open_memory()) == seen
    open_memory().close()
    shutil.rmtree(directory / "index")
    assert view(open_memory()) == seen


def test_a_policy_that_another_sets_holds_for_the_next_add(open_memory: Open) -> None:
    mine, theirs = open_memory(), open_memory()
    first = mine.add("The harbour is closed.", kind="message")
    assert mine.add("The harbour is closed.", kind="message").id != first.id
    for policy in ("return", "keep", "return"):
        theirs.policies.set("message", on_duplicate=policy)
        found = mine.add("The harbour is closed.", kind="message")
        assert found.is_new == (policy != "return")


def test_who_adds_by_turns_finds_all_of_it(open_memory: Open) -> None:
    """Also where what was added is next, and is not read back."""
    mine, theirs = open_memory(), open_memory()
    added = []
    for turn in range(6):
        for memory in (mine, theirs, theirs, mine):
            added.append(memory.add(f"harbour turn {turn}").id)
            if len(added) % 5 == 0:
                theirs.forget(added.pop(0))
    for memory in (mine, theirs):
        assert [block.id for block in memory.list()] == added
        assert sorted(hit.block.id for hit in memory.search("harbour turn", k=100)) == added


def test_a_conflict_between_two_is_noticed(open_memory: Open) -> None:
    one, other = open_memory(), open_memory()
    block = one.add("I live in Busan.", key="home")
    other.update(block.id, importance=1)
    with pytest.raises(Conflict):
        one.update(block.id, importance=0, revision=1)
    other.update(block.id, text="I live in Seoul.")
    with pytest.raises(Conflict):
        one.update(block.id, text="I live in Jeju.")
    with pytest.raises(Conflict):
        one.add("I live in Jeju.", key="home")
    other.forget(block.id)
    with pytest.raises(NotFound):
        one.update(block.id, importance=0.1)
    assert one.search("live") == other.search("live") == []


class Interrupted(TinyEmbedder):
    """Lets something else happen while it embeds."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        self._meanwhile = meanwhile

    def encode_blocks(self, texts: Sequence[str]) -> list[bytes]:
        self._meanwhile()
        return super().encode_blocks(texts)


def test_a_change_between_reading_and_superseding_is_a_conflict(open_memory: Open) -> None:
    one = open_memory(embedder=TinyEmbedder())
    block = one.add("I live in Busan.", source="alice")
    other = open_memory(embedder=Interrupted(lambda: one.update(block.id, source="bob")))
    with pytest.raises(Conflict):
        other.update(block.id, text="I live in Seoul.", revision=1)


# Processes.

WORKER = """
import json, sys
import greeum
from greeum import follower

if sys.argv[2:]:
    follower.REFRESH_PERIOD_S = float(sys.argv[2])
with greeum.open(sys.argv[1]) as memory:
    acts = {
        "add": lambda text: memory.add(text).id,
        "many": lambda text, count: len(memory.add_many({"text": f"{text} {n}"} for n in range(count))),
        "update": lambda block, text: memory.update(block, text=text).id,
        "forget": lambda block: memory.forget(block),
        "texts": lambda query: [hit.block.text for hit in memory.search(query, k=1000)],
        "scores": lambda query: [[hit.block.id, hit.score] for hit in memory.search(query, k=1000, exact=True)],
        "fold": lambda: memory._index.fold(True),
        "trouble": lambda: memory.stats()["index_trouble"],
    }
    print(json.dumps("ready"), flush=True)
    for line in sys.stdin:
        name, *arguments = json.loads(line)
        print(json.dumps(acts[name](*arguments)), flush=True)
"""


class Worker:
    """A process with the directory open, which does what it is told."""

    def __init__(self, directory: Path, *more: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", WORKER, str(directory), *more],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        assert self.answer() == "ready"

    def tell(self, *command: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()

    def answer(self) -> Any:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())

    def do(self, *command: object) -> Any:
        self.tell(*command)
        return self.answer()

    def end(self) -> None:
        """Let it close the memory and wait until it has."""
        self._process.communicate()
        assert self._process.returncode == 0

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()


@pytest.fixture
def start(directory: Path) -> Iterator[Callable[..., Worker]]:
    workers: list[Worker] = []

    def start_worker(*more: str) -> Worker:
        workers.append(Worker(directory, *more))
        return workers[-1]

    yield start_worker
    for worker in workers:
        worker.kill()


def test_processes_see_each_other_at_once(start: Callable[..., Worker], open_memory: Open) -> None:
    workers = [start(), start()]
    mine = open_memory()
    block = 0
    for number in range(6):
        writer, reader = workers[number % 2], workers[1 - number % 2]
        text = f"The violin number {number} is old."
        block = writer.do("add", text) if number < 3 else writer.do("update", block, text)
        assert text in reader.do("texts", "violin")
        assert text in [hit.block.text for hit in mine.search("violin")]
        if number % 2:
            writer.do("fold")
    assert len(workers[0].do("texts", "violin")) == 3
    workers[1].do("forget", block)
    assert len(workers[0].do("texts", "violin")) == 2
    assert len(mine.search("violin")) == 2
    assert workers[0].do("scores", "violin") == workers[1].do("scores", "violin")
    for worker in workers:
        assert worker.do("trouble") is None
        worker.end()
    assert len(open_memory().search("violin")) == 2


def test_processes_that_write_and_fold_at_once_lose_nothing(start: Callable[..., Worker], open_memory: Open) -> None:
    workers = [start("0") for _ in range(3)]
    for round_ in range(4):
        for number, worker in enumerate(workers):
            worker.tell("many", f"violin of worker {number} in round {round_}", 40)
            worker.tell("fold")
        for worker in workers:
            worker.answer()
            worker.answer()
    everything = [worker.do("scores", "violin") for worker in workers]
    assert everything[0] == everything[1] == everything[2]
    assert len(everything[0]) == 4 * 3 * 40
    for worker in workers:
        worker.end()
    memory = open_memory()
    assert [[hit.block.id, hit.score] for hit in memory.search("violin", k=1_000, exact=True)] == everything[0]
    assert memory.stats()["index_trouble"] is None


def test_a_process_that_dies_takes_nothing_with_it(start: Callable[..., Worker], open_memory: Open) -> None:
    worker, mine = start(), open_memory()
    worker.do("many", "violin", FOLDED_BLOCKS)
    worker.do("fold")
    worker.do("many", "viola", 10)
    worker.kill()
    assert len(mine.search("violin", k=1_000, where={"not": {"kind": "note"}})) >= FOLDED_BLOCKS
    mine.close()
    memory = open_memory()
    assert memory.stats()["blocks"] == FOLDED_BLOCKS + 10
    assert memory.stats()["index_trouble"] is None


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_forked_child_closes_nothing_of_its_parents(open_memory: Open, directory: Path) -> None:
    memory = open_memory()
    remember_some(memory)
    child = os.fork()
    if child == 0:
        failed = True
        try:
            memory.close()
            failed = False
        finally:
            os._exit(int(failed))
    assert os.waitpid(child, 0)[1] == 0
    assert not (directory / "index").exists()
    memory.add("one more")
    assert memory.stats()["blocks"] == FOLDED_BLOCKS + 1


def test_closing_lets_go_of_the_store_though_the_index_cannot_catch_up(
    open_memory: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = open_memory()
    remember_some(memory)

    def fail() -> None:
        raise StoreFailed("the disk is gone")

    monkeypatch.setattr(memory._follower, "catch_up", fail)
    with pytest.raises(StoreFailed, match="the disk is gone"):
        memory.close()
    with pytest.raises(StoreClosed):
        memory.get(1)


# The files of the index.


def only(directory: Path, pattern: str) -> Path:
    [path] = (directory / "index").glob(pattern)
    return path


def flip(path: Path, at: float) -> None:
    """Change one byte, `at` from 0 (the first) to 1 (the last)."""
    content = bytearray(path.read_bytes())
    content[int(at * (len(content) - 1))] ^= 0x10
    path.write_bytes(content)


DAMAGES: dict[str, tuple[Callable[[Path], object], str | None]] = {
    "nothing": (lambda directory: None, None),
    "all gone": (lambda directory: shutil.rmtree(directory / "index"), None),
    "manifest gone": (lambda directory: only(directory, "manifest.json").unlink(), None),
    "manifest garbled": (lambda directory: flip(only(directory, "manifest.json"), 0.5), "manifest"),
    "manifest cut": (lambda directory: os.truncate(only(directory, "manifest.json"), 20), "manifest is cut short"),
    "manifest empty": (lambda directory: os.truncate(only(directory, "manifest.json"), 0), "manifest is cut short"),
    "manifest binary": (lambda directory: only(directory, "manifest.json").write_bytes(b"\xff\xfe"), "not text"),
    "segment head": (lambda directory: flip(only(directory, "*.segment"), 0), "is not a segment"),
    "segment format": (lambda directory: flip(only(directory, "*.segment"), 8 / 1e5), "format|checksum|segment"),
    "segment middle": (lambda directory: flip(only(directory, "*.segment"), 0.5), "its checksum is wrong"),
    "segment end": (lambda directory: flip(only(directory, "*.segment"), 1), "its checksum is wrong"),
    "segment cut": (lambda directory: os.truncate(only(directory, "*.segment"), 5_000), "checksum|segment"),
    "segment empty": (lambda directory: os.truncate(only(directory, "*.segment"), 0), "is not a segment"),
    "segment gone": (lambda directory: only(directory, "*.segment").unlink(), "missing"),
    "links garbled": (lambda directory: flip(only(directory, "*.links"), 0.5), "link"),
    "links cut": (lambda directory: os.truncate(only(directory, "*.links"), 3), "link"),
    "links gone": (lambda directory: only(directory, "*.links").unlink(), "missing"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_index_is_built_anew_and_says_so(open_memory: Open, directory: Path, damage: str) -> None:
    harm, trouble = DAMAGES[damage]
    memory = open_memory()
    blocks = remember_some(memory)
    memory.link(blocks[0], blocks[5])
    memory.close()
    memory = open_memory()
    seen = view(memory)
    memory.close()
    harm(directory)
    told: list[tuple[int, int]] = []
    memory = open_memory(progress=lambda done, total: told.append((done, total)))
    assert view(memory) == seen
    reason = memory.stats()["index_trouble"]
    if trouble is None:
        assert reason is None
    else:
        assert isinstance(reason, str)
        assert re.search(trouble, reason), reason
    assert told == ([] if damage == "nothing" else [(FOLDED_BLOCKS, FOLDED_BLOCKS)])
    memory.close()
    memory = open_memory()
    assert view(memory) == seen
    assert memory.stats()["index_trouble"] is None


def test_index_files_that_vanish_while_it_is_open_are_written_again(open_memory: Open, directory: Path) -> None:
    memory = open_memory()
    remember_some(memory)
    fold(memory)
    seen = view(memory)
    shutil.rmtree(directory / "index")
    assert view(memory) == seen
    memory.add("one more")
    fold(memory)
    assert {path.suffix for path in (directory / "index").iterdir()} == {".segment", ".links", ".json", ".lock"}
    seen = view(memory)
    memory.close()
    told: list[int] = []
    memory = open_memory(progress=lambda done, total: told.append(done))
    assert (told, memory.stats()["index_trouble"]) == ([], None)
    assert view(memory) == seen


def test_a_manifest_that_another_one_garbles_does_no_harm(
    open_memory: Open, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower, "REFRESH_PERIOD_S", 0)
    memory = open_memory()
    remember_some(memory)
    fold(memory)
    seen = view(memory)
    flip(only(directory, "manifest.json"), 0.3)
    assert view(memory) == seen
    assert "manifest" in str(memory.stats()["index_trouble"])
    memory.add("one more")
    memory.close()
    assert open_memory().stats()["index_trouble"] is None


def test_an_index_that_cannot_be_written_is_no_loss(open_memory: Open, directory: Path) -> None:
    memory = open_memory()
    blocks = remember_some(memory)
    (directory / "index").write_text("in the way")
    memory.close()
    assert "files could not be written" in str(memory._follower.trouble)
    (directory / "index").unlink()
    memory = open_memory()
    assert memory.stats()["blocks"] == FOLDED_BLOCKS
    fold(memory)
    shutil.rmtree(directory / "index")
    (directory / "index").write_text("in the way")
    with pytest.raises(StoreFailed, match=r"forgotten, but .*index files could not be rewritten"):
        memory.forget(blocks[0])
    with pytest.raises(NotFound):
        memory.get(blocks[0])
    (directory / "index").unlink()
    memory.forget(blocks[1])
    assert not memory._index.holds_forgotten


# Another state of the store.


def copied(directory: Path) -> Path:
    """A copy of the database as it is now."""
    copy = directory.parent / "copy.db"
    shutil.copy(directory / "memory.db", copy)
    return copy


def restore(copy: Path, directory: Path) -> None:
    shutil.copy(copy, directory / "memory.db")


def test_an_older_copy_of_the_store_is_noticed(open_memory: Open, directory: Path) -> None:
    memory = open_memory()
    blocks = remember_some(memory)
    memory.close()
    copy = copied(directory)
    memory = open_memory()
    seen = view(memory)
    memory.update(blocks[7], source="carol")
    memory.add("not in the copy")
    memory.forget(blocks[8])
    memory.close()
    restore(copy, directory)
    memory = open_memory()
    assert memory.stats()["index_trouble"] == "its index belongs to another state of this memory"
    assert view(memory) == seen
    memory.close()
    memory = open_memory()
    assert memory.stats()["index_trouble"] is None
    assert view(memory) == seen


def test_an_older_copy_is_noticed_by_who_comes_later_too(open_memory: Open, directory: Path) -> None:
    memory = open_memory()
    blocks = remember_some(memory)
    memory.close()
    copy = copied(directory)
    memory = open_memory()
    for block in blocks[:5]:
        memory.update(block, source="carol")
    fold(memory)
    memory.close()
    restore(copy, directory)
    one = open_memory()
    for block in blocks[100:110]:  # the store grows past what the old index files had seen
        one.update(block, source="dave")
    other = open_memory()
    assert other.list(where={"source": "carol"}) == []
    assert view(one) == view(other)


def test_the_store_of_another_memory_is_noticed(open_memory: Open, directory: Path, tmp_path: Path) -> None:
    memory = open_memory()
    remember_some(memory)
    memory.close()
    with greeum.open(tmp_path / "other") as other:
        remember_some(other, 400, seed=9)
        seen = view(other)
    restore(tmp_path / "other" / "memory.db", directory)
    memory = open_memory()
    assert memory.stats()["index_trouble"] == "its index belongs to another state of this memory"
    assert view(memory) == seen


def test_the_store_of_a_smaller_memory_with_a_longer_past_is_noticed(
    open_memory: Open, directory: Path, tmp_path: Path
) -> None:
    memory = open_memory()
    remember_some(memory)
    memory.close()
    with greeum.open(tmp_path / "other") as other:
        block = other.add("The violin is old.")
        for _ in range(FOLDED_BLOCKS + 10):
            other.update(block.id, importance=1)
        seen = view(other)
    restore(tmp_path / "other" / "memory.db", directory)
    memory = open_memory()
    assert memory.stats()["index_trouble"] == "its index belongs to another state of this memory"
    assert view(memory) == seen


@pytest.mark.xfail(strict=True, reason="the index knows its store by the newest block alone, and both copies have it")
def test_a_copy_that_went_its_own_way_is_noticed(open_memory: Open, directory: Path, tmp_path: Path) -> None:
    memory = open_memory()
    blocks = remember_some(memory)
    memory.close()
    shutil.copytree(directory, tmp_path / "copy")
    memory = open_memory()
    memory.update(blocks[0], source="carol")
    fold(memory)
    memory.close()
    with greeum.open(tmp_path / "copy") as copy:
        for block in blocks[1:4]:
            copy.update(block, source="dave")
    restore(tmp_path / "copy" / "memory.db", directory)
    memory = open_memory()
    assert memory.list(where={"source": "carol"}) == []
    assert len(memory.list(where={"source": "dave"})) == 3


def test_forgetting_the_newest_block_is_no_sign_of_another_state(open_memory: Open) -> None:
    memory = open_memory()
    blocks = remember_some(memory)
    memory.forget(blocks[-1])
    fold(memory)
    memory.update(blocks[0], importance=1)
    memory.close()
    told: list[int] = []
    memory = open_memory(progress=lambda done, total: told.append(done))
    assert memory.stats()["index_trouble"] is None
    assert told == []


# Reading only.


def test_a_reader_sees_what_a_writer_does_and_changes_nothing(open_memory: Open) -> None:
    writer = open_memory()
    block = writer.add("The violin is old.", key="v")
    other = writer.add("The viola is new.")
    writer.anchors.set("A", block.id)
    reader = open_memory(read_only=True)
    assert view(reader) == view(writer)
    with greeum.testing.memory() as elsewhere:
        elsewhere.add("no")
        exported = list(elsewhere.export())
    acts: list[Callable[[], object]] = [
        lambda: reader.add("no"),
        lambda: reader.add_many([{"text": "no"}]),
        lambda: reader.update(block.id, text="no"),
        lambda: reader.update(block.id, importance=1),
        lambda: reader.forget(block.id),
        lambda: reader.link(block.id, other.id),
        lambda: reader.unlink(block.id, other.id),
        lambda: reader.anchors.set("B", block.id),
        lambda: reader.anchors.move("A", other.id),
        lambda: reader.anchors.pin("A"),
        lambda: reader.anchors.unpin("A"),
        lambda: reader.anchors.clear("A"),
        lambda: reader.import_(exported),
    ]
    for act in acts:
        with pytest.raises(StoreReadOnly):
            act()
    new = writer.update(block.id, text="The violin is new.")
    assert reader.get(key="v").id == new.id
    assert [hit.block.id for hit in reader.search("violin", k=1)] == [new.id]
    writer.forget(new.id)
    assert [hit.block.id for hit in reader.search("violin")] == [other.id]


def test_a_reader_writes_no_files(open_memory: Open, directory: Path) -> None:
    memory = open_memory()
    blocks = remember_some(memory)
    memory.close()
    reader = open_memory(read_only=True)
    before = sorted((path.name, path.stat().st_mtime_ns) for path in (directory / "index").iterdir())
    # A Store by itself leaves the index as it is: it is the reader that now knows of something to rewrite.
    store = SQLiteStore(str(directory))
    store.forget(blocks[:5])
    store.close()
    assert reader.stats()["blocks"] == FOLDED_BLOCKS - 5
    reader.close()
    assert sorted((path.name, path.stat().st_mtime_ns) for path in (directory / "index").iterdir()) == before
    shutil.rmtree(directory / "index")
    reader = open_memory(read_only=True)
    assert reader.stats()["blocks"] == FOLDED_BLOCKS - 5
    reader.close()
    assert not (directory / "index").exists()


def test_a_reader_of_a_restored_copy_leaves_it_to_a_writer(open_memory: Open, directory: Path) -> None:
    memory = open_memory()
    remember_some(memory)
    memory.close()
    copy = copied(directory)
    memory = open_memory()
    seen = view(memory)
    remember_some(memory, seed=2)
    memory.close()
    restore(copy, directory)
    for _ in range(2):
        reader = open_memory(read_only=True)
        assert view(reader) == seen
        assert reader.stats()["index_trouble"] == "its index belongs to another state of this memory"
        reader.close()


def test_there_must_be_something_to_read(directory: Path) -> None:
    with pytest.raises(NotFound, match="there is no memory here"):
        greeum.open(directory, read_only=True)
    with pytest.raises(NotFound, match="there is no memory here"):
        greeum.open(directory, create=False)
    assert not directory.exists()


def test_a_store_that_knows_no_embedder_yet_may_be_read(open_memory: Open, directory: Path) -> None:
    SQLiteStore(str(directory)).close()
    memory = open_memory(read_only=True)
    assert memory.search("violin") == []
    memory.close()
    assert open_memory(embedder=TinyEmbedder()).stats()["embedder"] == "tiny/64"


# The embedder.


@pytest.mark.parametrize("read_only", [False, True])
def test_another_embedder_is_refused(open_memory: Open, read_only: bool) -> None:
    memory = open_memory(embedder=TinyEmbedder())
    memory.add("hello")
    memory.close()
    for other in (None, StaticEmbedder(), GivenVectors(64)):
        with pytest.raises(EmbedderMismatch, match=r"tiny/64.*embedder=.*GREEUM_EMBEDDER.*greeum reembed"):
            open_memory(embedder=other, read_only=read_only)
    memory = open_memory(embedder=TinyEmbedder(), read_only=read_only)
    assert [hit.block.text for hit in memory.search("hello")] == ["hello"]


def test_vectors_of_two_models_do_not_meet(open_memory: Open) -> None:
    open_memory(embedder=GivenVectors(3, "a")).close()
    with pytest.raises(EmbedderMismatch):
        open_memory(embedder=GivenVectors(3, "b"))
    with pytest.raises(EmbedderMismatch):
        open_memory(embedder=GivenVectors(4, "a"))


# What is forgotten.

SECRET = "The zyzzyva hides below the quincunx."
SOURCE = "secretive-sibyl"
KEY = "hidden-key-7f1e"
TAG = "tag-of-shadows"


def hash_of(*parts: bytes) -> bytes:
    """The 64-bit hash that words and facts are kept under, as it lies in a file."""
    mask, state = 2**64 - 1, 0xCBF29CE484222325
    for part in parts:
        for byte in part + b"\xff":
            state = ((state ^ byte) * 0x100000001B3) & mask
    for multiplier in (0xFF51AFD7ED558CCD, 0xC4CEB9FE1A85EC53):
        state = ((state ^ (state >> 33)) * multiplier) & mask
    return (state ^ (state >> 33)).to_bytes(8, "little")


TRACES = {
    "text": SECRET.encode(),
    "source": SOURCE.encode(),
    "vector": StaticEmbedder().encode_blocks([SECRET])[0][4:],
    "word": hash_of(b"w", b"zyzzyva"),
    "fact": hash_of(b"=", b"key", b"s", KEY.encode()),
    "tag": hash_of(b"@", b"tags", b"s", TAG.encode()),
}
"""What a block leaves in files: in the database its text, in the index files the others too."""


def traces(directory: Path) -> set[tuple[str, str]]:
    """Which traces are in which files; read by another process: closing a file here drops SQLite's locks on it."""
    script = (
        "import json, pathlib, sys\n"
        "directory, traces = pathlib.Path(sys.argv[1]), json.loads(sys.argv[2])\n"
        "for path in filter(pathlib.Path.is_file, directory.rglob('*')):\n"
        "    content = path.read_bytes()\n"
        "    found = [name for name, trace in traces.items() if bytes.fromhex(trace) in content]\n"
        "    print(json.dumps([path.suffix, found]))"
    )
    arguments = json.dumps({name: content.hex() for name, content in TRACES.items()})
    found = subprocess.run(
        [sys.executable, "-c", script, directory, arguments], capture_output=True, text=True, check=True
    )
    lines = map(json.loads, found.stdout.splitlines())
    return {(suffix, name) for suffix, names in lines for name in names}


def add_secret(memory: Memory) -> int:
    return memory.add(SECRET, source=SOURCE, key=KEY, tags=[TAG]).id


def in_segments(found: set[tuple[str, str]]) -> set[str]:
    return {trace for suffix, trace in found if suffix == ".segment"}


ALL_BUT_TEXT = set(TRACES) - {"text"}


def test_what_is_forgotten_is_in_no_file_though_it_was_never_folded(open_memory: Open, directory: Path) -> None:
    memory = open_memory()
    remember_some(memory)
    secret = add_secret(memory)
    assert "text" in {trace for _, trace in traces(directory)}
    memory.forget(secret)
    assert traces(directory) == set()
    fold(memory)
    assert traces(directory) == set()


def test_what_is_forgotten_is_in_no_file_though_it_was_folded(open_memory: Open, directory: Path) -> None:
    memory = open_memory()
    remember_some(memory)
    secret = add_secret(memory)
    memory.update(secret, text=f"{SECRET} Or did.")
    fold(memory)
    assert in_segments(traces(directory)) == ALL_BUT_TEXT
    memory.forget(secret)
    assert traces(directory) == set()
    memory.close()
    assert traces(directory) == set()


def test_what_is_forgotten_after_reopening_is_in_no_file(open_memory: Open, directory: Path) -> None:
    memory = open_memory()
    remember_some(memory)
    secret = add_secret(memory)
    memory.close()
    memory = open_memory()
    assert in_segments(traces(directory)) == ALL_BUT_TEXT
    memory.forget(secret)
    assert traces(directory) == set()
    assert memory.stats()["blocks"] == FOLDED_BLOCKS


def test_what_another_memory_has_just_folded_is_forgotten_too(
    open_memory: Open, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follower, "REFRESH_PERIOD_S", 3_600)  # it does not look by itself before it forgets
    one, other = open_memory(), open_memory()
    remember_some(one)
    secret = add_secret(one)
    assert other.stats()["blocks"] == FOLDED_BLOCKS + 1
    one.close()
    assert in_segments(traces(directory)) == ALL_BUT_TEXT
    other.forget(secret)
    assert traces(directory) == set()


def test_who_closes_later_does_not_write_what_another_one_has_forgotten(open_memory: Open, directory: Path) -> None:
    one, other = open_memory(), open_memory()
    remember_some(one)
    secret = add_secret(one)
    other.forget(secret)
    one.close()
    assert list((directory / "index").glob("*.segment"))
    assert traces(directory) == set()


def test_what_one_process_folded_another_one_forgets(
    start: Callable[..., Worker], open_memory: Open, directory: Path
) -> None:
    mine = open_memory()
    remember_some(mine)
    secret = add_secret(mine)
    fold(mine)
    worker = start()
    assert worker.do("forget", secret) == [secret]
    assert traces(directory) == set()
    assert [hit.block.text for hit in mine.search("zyzzyva") if "zyzzyva" in hit.block.text] == []
    mine.close()
    assert traces(directory) == set()


def test_an_expired_or_corrected_block_is_kept_until_it_is_forgotten(open_memory: Open, directory: Path) -> None:
    memory = open_memory()
    secret = memory.add(SECRET, source=SOURCE, key=KEY, tags=[TAG], expires_at="2020-01-01").id
    new = memory.update(secret, text="Nothing.")
    assert "text" in {trace for _, trace in traces(directory)}
    memory.forget(new.id)
    assert traces(directory) == set()


def test_what_a_dead_writer_left_is_swept_by_the_next_forget(open_memory: Open, directory: Path) -> None:
    memory = open_memory()
    blocks = remember_some(memory)
    fold(memory)
    left = directory / "index" / "00000099-0.segment"
    left.write_bytes(next((directory / "index").glob("*.segment")).read_bytes())
    memory.forget(blocks[0])
    assert not left.exists()


def test_forgetting_waits_for_the_files_that_are_being_written(open_memory: Open, directory: Path) -> None:
    memory = open_memory()
    blocks = remember_some(memory)
    folding = Thread(target=fold, args=(memory,))
    folding.start()
    memory.forget(blocks[0])
    folding.join()
    assert not memory._index.holds_forgotten


def test_what_comes_while_an_embedder_is_at_work_is_compared_with(directory: Path) -> None:
    class Slow(TinyEmbedder):
        def encode_blocks(self, texts: Sequence[str]) -> list[bytes]:
            if texts == ["Ann lives in Seoul."]:
                other.add("Ann lives in Busan.", kind="fact")
            return super().encode_blocks(texts)

    with (
        greeum.open(directory, embedder=TinyEmbedder()) as other,
        greeum.open(directory, embedder=Slow()) as memory,
        pytest.raises(Conflict),
    ):
        memory.add("Ann lives in Seoul.", kind="fact", on_conflict="reject")
