"""A memory that is not sound says what is wrong and what is to be done."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import greeum
from greeum import Memory, checks
from greeum.store.memory import MemoryStore
from greeum.testing import MemoryStore as Shipped
from greeum.testing import TinyEmbedder, memory

ENOUGH_FOR_A_FILE = 300


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    with greeum.open(tmp_path / "memory", embedder=TinyEmbedder()) as memory:
        memory.add_many({"text": f"turn {number} of the violin " * 4} for number in range(ENOUGH_FOR_A_FILE))
    return tmp_path / "memory"


@pytest.fixture
def sound(directory: Path) -> Iterator[Memory]:
    with greeum.open(directory, embedder=TinyEmbedder()) as memory:
        yield memory


def found(memory: Memory) -> dict[str, tuple[bool, str]]:
    return {what: (is_well, text) for what, is_well, text in memory.check()}


def test_a_sound_memory(sound: Memory) -> None:
    assert all(is_well for is_well, _ in found(sound).values())
    assert found(sound)["index"] == (True, "has all 300 blocks")
    assert "tiny/64" in found(sound)["embedder"][1]


def test_index_files_that_are_damaged_now(sound: Memory, directory: Path) -> None:
    [segment] = (directory / "index").glob("*.segment")
    content = bytearray(segment.read_bytes())
    content[-1] ^= 1
    segment.unlink()
    segment.write_bytes(content)
    is_well, text = found(sound)["index files"]
    assert not is_well
    assert "checksum is wrong; nothing is lost" in text
    segment.unlink()
    assert not found(sound)["index files"][0]


def test_index_files_that_were_damaged_when_it_was_opened(directory: Path) -> None:
    (directory / "index" / "manifest.json").write_text("{")
    with greeum.open(directory, embedder=TinyEmbedder()) as memory:
        is_well, text = found(memory)["index files"]
        assert not is_well
        assert "manifest" in text
        assert found(memory)["index"][0]


def test_a_damaged_database(directory: Path) -> None:
    database = directory / "memory.db"
    content = bytearray(database.read_bytes())
    half = len(content) // 2
    content[half : half + 8_192] = bytes(8_192)
    database.write_bytes(content)
    with greeum.open(directory, embedder=TinyEmbedder()) as memory:
        what, is_well, text = checks.check_database(memory._store)
    assert what == "database"
    assert not is_well
    assert "keep a copy of the directory" in text


def test_an_index_that_lacks_blocks() -> None:
    with memory() as one:
        one.add("hello")
        one._index.reload(one._index.zone)
        one._index.loaded(one._index.seq)
        _, is_well, text = checks.check_agreement(StoreThatCounts(), one._follower)
    assert not is_well
    assert "remove the directory `index`" in text


class StoreThatCounts(MemoryStore):
    """Says that it has a thousand blocks."""

    def counts(self) -> dict[str, int]:
        return {**super().counts(), "blocks": 1_000}


def test_the_store_for_tests_is_the_one_that_is_shipped() -> None:
    assert Shipped is MemoryStore
    assert MemoryStore().check() == []


def test_weights_that_cannot_be_read_are_found_and_removed() -> None:
    with memory() as damaged:
        damaged.weights.set({"words": 0.8}, namespace="beside")
        damaged._store.swap_weights("acme/alice", None, "{")
        is_well, text = found(damaged)["weights"]
        assert not is_well
        assert "'acme/alice'" in text
        [(what, is_well, text)] = [one for one in damaged.repair() if one[0] == "weights"]
        assert (what, is_well) == ("weights", True)
        assert found(damaged)["weights"] == (True, "1 namespaces have some of their own")
        assert damaged.weights.get("beside")["words"].value == 0.8
