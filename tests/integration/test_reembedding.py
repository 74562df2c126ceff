"""A change of embedder while the memory is in use: nothing is lost, and vectors of two embedders never meet."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

import greeum
from greeum.embed.given import GivenVectors
from greeum.embed.protocol import FloatEmbedder
from greeum.errors import Conflict, EmbedderFailed, EmbedderMismatch, InvalidInput, NotFound
from greeum.memory import Memory
from greeum.reembedding import BLOCKS_PER_STEP, LAST_BLOCKS_MAX
from greeum.store.sqlite import SQLiteStore

BLOCKS = 3 * BLOCKS_PER_STEP


class Letters(FloatEmbedder):
    """Vectors that count letters, in so many dimensions."""

    name = "letters"

    def __init__(self, dimension: int = 26) -> None:
        self.dimension = dimension
        self.fingerprint = f"letters/{dimension}/1"
        self.texts: list[str] = []

    def embed(self, texts: Sequence[str], *, query: bool) -> list[list[float]]:
        if not query:
            self.texts += texts
        return [[1.0 + text.count(chr(ord("a") + place)) for place in range(self.dimension)] for text in texts]


class Failing(Letters):
    """Fails after some texts, as a model does whose server is gone."""

    def __init__(self, texts: int) -> None:
        super().__init__()
        self.left = texts

    def embed(self, texts: Sequence[str], *, query: bool) -> list[list[float]]:
        self.left -= len(texts)
        if self.left < 0:
            raise EmbedderFailed("the server is gone")
        return super().embed(texts, query=query)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    with greeum.open(tmp_path / "memory") as memory:
        memory.add_many([{"text": f"Boat number {number} is in the harbour."} for number in range(BLOCKS)])
    return tmp_path / "memory"


def texts(memory: Memory, query: str) -> list[str]:
    return [hit.block.text for hit in memory.search(query, k=3)]


def sound(memory: Memory) -> bool:
    return all(ok for _, ok, _ in memory.check())


def test_the_new_one_takes_over(place: Path) -> None:
    steps: list[tuple[int, int]] = []
    embedder = Letters()
    done = greeum.reembed(place, embedder=embedder, progress=lambda *step: steps.append(step))
    assert done.to_dict() == {"embedder": "letters/26/1", "before": done.before, "blocks": BLOCKS}
    assert done.before.startswith("static/")
    assert (BLOCKS, BLOCKS) in steps and [step[0] for step in steps[:3]] == [256, 512, 768]
    with greeum.open(place, embedder=Letters()) as memory:
        assert texts(memory, "boat number 41")[0] == "Boat number 41 is in the harbour."
        assert memory.stats()["embedder"] == "letters/26/1" and sound(memory)
    with pytest.raises(EmbedderMismatch, match=r"letters/26/1 \(26 dimensions\)"):
        greeum.open(place)


def test_what_is_open_goes_on_until_something_changes(place: Path) -> None:
    with greeum.open(place) as old:
        before = texts(old, "boat number 41")
        greeum.reembed(place, embedder=Letters())
        assert texts(old, "boat number 41") == before
        with pytest.raises(EmbedderMismatch, match="open it anew"):
            old.add("A canoe.")
        with pytest.raises(EmbedderMismatch, match="open it anew"):
            old.update(1, text="A canoe.")
        with greeum.open(place, embedder=Letters()) as new:
            new.add("A canoe.")
            with pytest.raises(EmbedderMismatch, match="open it anew"):
                old.search("canoe")
            old.close()
            # What was closed last has not left its own files in the place of these.
            assert texts(new, "canoe")[0] == "A canoe." and sound(new)


class Meanwhile(Letters):
    """Somebody else uses the memory while vectors are made."""

    def __init__(self, place: Path) -> None:
        super().__init__()
        self.place = place
        self.turn = 0

    def embed(self, texts: Sequence[str], *, query: bool) -> list[list[float]]:
        if not query and self.turn < 3:
            self.turn += 1
            with greeum.open(self.place) as memory:
                added = memory.add(f"Canoe number {self.turn}.")
                memory.forget(self.turn)
                memory.update(added.id, text=f"Kayak number {self.turn}.")
                assert memory.search(f"kayak number {self.turn}")[0].block.text == f"Kayak number {self.turn}."
        return super().embed(texts, query=query)


def test_meanwhile_others_add_forget_and_search(place: Path) -> None:
    greeum.reembed(place, embedder=Meanwhile(place))
    with greeum.open(place, embedder=Letters()) as memory:
        assert sound(memory)
        assert memory.stats()["blocks"] == BLOCKS
        assert texts(memory, "kayak number 3")[0] == "Kayak number 3."
        with pytest.raises(NotFound):
            memory.get(1)


class Untiring(Letters):
    """Somebody adds a block whenever vectors are made."""

    def __init__(self, place: Path) -> None:
        super().__init__()
        self.place = place

    def embed(self, texts: Sequence[str], *, query: bool) -> list[list[float]]:
        if not query and len(texts) > LAST_BLOCKS_MAX // 4:
            with greeum.open(self.place) as memory:
                memory.add(f"Canoe number {len(self.texts)}.")
        return super().embed(texts, query=query)


def test_it_ends_although_there_is_always_something_new(place: Path) -> None:
    done = greeum.reembed(place, embedder=Untiring(place))
    assert done.blocks > BLOCKS
    with greeum.open(place, embedder=Letters()) as memory:
        assert sound(memory)


def test_one_that_was_cut_short_goes_on_where_it_stopped(place: Path) -> None:
    with pytest.raises(EmbedderFailed, match="gone"):
        greeum.reembed(place, embedder=Failing(BLOCKS_PER_STEP + 10))
    with greeum.open(place) as memory:
        assert texts(memory, "boat number 41")[0] == "Boat number 41 is in the harbour."
    embedder = Letters()
    assert greeum.reembed(place, embedder=embedder).blocks == len(embedder.texts) == BLOCKS - BLOCKS_PER_STEP


def test_what_another_one_had_begun_is_not_taken(place: Path) -> None:
    with pytest.raises(EmbedderFailed):
        greeum.reembed(place, embedder=Failing(BLOCKS_PER_STEP + 10))
    assert greeum.reembed(place, embedder=Letters(20)).blocks == BLOCKS
    with greeum.open(place, embedder=Letters(20)) as memory:
        assert sound(memory)


def amounts(place: Path) -> tuple[int, int]:
    store = SQLiteStore(str(place))
    try:
        return store.replacement("letters/26/1", 26).amounts()
    finally:
        store.close()


def test_a_change_that_was_begun_can_be_given_up(place: Path) -> None:
    with pytest.raises(EmbedderFailed):
        greeum.reembed(place, embedder=Failing(BLOCKS_PER_STEP + 10))
    assert amounts(place) == (BLOCKS_PER_STEP, BLOCKS)
    done = greeum.reembed(place)
    assert done.before == done.embedder and done.blocks == 0
    assert amounts(place) == (0, BLOCKS)


def test_what_is_forgotten_leaves_no_vector_behind(place: Path) -> None:
    with pytest.raises(EmbedderFailed):
        greeum.reembed(place, embedder=Failing(BLOCKS_PER_STEP + 10))
    with greeum.open(place) as memory:
        memory.forget(1)
    assert amounts(place) == (BLOCKS_PER_STEP - 1, BLOCKS - 1)


class Rival(Letters):
    """Somebody else changes to yet another embedder meanwhile."""

    def __init__(self, place: Path) -> None:
        super().__init__()
        self.place = place

    def embed(self, texts: Sequence[str], *, query: bool) -> list[list[float]]:
        with pytest.raises(EmbedderFailed):
            greeum.reembed(self.place, embedder=Failing20())
        return super().embed(texts, query=query)


class Failing20(Failing):
    def __init__(self) -> None:
        super().__init__(0)
        self.dimension, self.fingerprint = 20, "letters/20/1"


def test_two_changes_at_once_do_not_mix(place: Path) -> None:
    with pytest.raises(Conflict, match="another change of embedder"):
        greeum.reembed(place, embedder=Rival(place))
    with greeum.open(place) as memory:
        assert sound(memory)


def test_what_cannot_be(place: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="makes no vectors"):
        greeum.reembed(place, embedder=GivenVectors(4))
    with pytest.raises(InvalidInput, match="of 0 components"):
        greeum.reembed(place, embedder=Letters(0))
    with pytest.raises(NotFound):
        greeum.reembed(tmp_path / "nothing", embedder=Letters())


def greeum_command(place: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "greeum", "reembed", "--memory", str(place), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def test_the_command(place: Path) -> None:
    greeum.reembed(place, embedder=Letters())
    back = greeum_command(place)
    assert back.returncode == 0, back.stderr
    assert f"{BLOCKS} blocks embedded by static/" in back.stdout and "the place of letters/26/1" in back.stdout
    again = greeum_command(place, "--json")
    assert json.loads(again.stdout)["blocks"] == 0
    assert "already" in greeum_command(place).stdout
    with greeum.open(place) as memory:
        assert sound(memory)
