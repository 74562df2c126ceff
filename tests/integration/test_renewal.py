"""Vectors that an earlier version of the built-in table has made: made anew when the memory is opened, by one process,
and never beside others.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import apsw
import pytest
from tests.integration.test_reembedding import BLOCKS, Failing, Letters, greeum_command, sound, texts

import greeum
from greeum import reembedding
from greeum.embed.static import SHIPPED_BEFORE, TABLE, StaticEmbedder
from greeum.errors import EmbedderFailed, EmbedderMismatch, StoreBusy, StoreVersion
from greeum.memory import Memory
from greeum.reembedding import BLOCKS_PER_STEP
from greeum.store.files import DATABASE_FILE
from greeum.store.sqlite import SQLiteStore
from greeum.wiring import repair

TABLE_NAME, _, METHOD = StaticEmbedder().fingerprint.rpartition("/")
OLDER, NEWER = f"{TABLE_NAME}/{int(METHOD) - 1}", f"{TABLE_NAME}/{int(METHOD) + 1}"
DIMENSION = StaticEmbedder().dimension
QUERY = "boat number 41"
BOAT = "Boat number 41 is in the harbour."


def execute(place: Path, *statements: str) -> None:
    connection = apsw.Connection(str(place / DATABASE_FILE))
    for statement in statements:
        connection.execute(statement).fetchall()
    connection.close()


def made_by(place: Path, fingerprint: str) -> Path:
    """The memory as another version of Greeum would have left it: with vectors that say other things."""
    vector = bytes((*b"\0\0\0\x3d", *[3] * DIMENSION)).hex()
    execute(
        place,
        f"UPDATE settings SET value = '{fingerprint}' WHERE name = 'embedder'",
        f"UPDATE vectors SET vectors = x'{vector}'",
    )
    shutil.rmtree(place / "index")
    return place


@pytest.fixture
def place(tmp_path: Path) -> Path:
    with greeum.open(tmp_path / "memory") as memory:
        memory.add_many([{"text": f"Boat number {number} is in the harbour."} for number in range(BLOCKS)])
    return made_by(tmp_path / "memory", OLDER)


class Older(StaticEmbedder):
    """The built-in table as the version before had it."""

    def __init__(self) -> None:
        super().__init__()
        self.fingerprint = OLDER


class Encoded:
    """What the built-in table has made vectors of, in this process; and what else is to happen then."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.texts: list[str] = []
        self.fails_after = 10**9
        encode = StaticEmbedder.encode_blocks

        def counted(embedder: StaticEmbedder, texts: Sequence[str]) -> list[bytes]:
            if len(self.texts) + len(texts) > self.fails_after:
                raise EmbedderFailed("the power is gone")
            self.texts += texts
            return encode(embedder, texts)

        monkeypatch.setattr(StaticEmbedder, "encode_blocks", counted)


@pytest.fixture
def encoded(monkeypatch: pytest.MonkeyPatch) -> Encoded:
    return Encoded(monkeypatch)


def scores(memory: Memory) -> list[tuple[str, float]]:
    return [(hit.block.text, hit.score) for hit in memory.search(QUERY, k=5)]


def bound(place: Path) -> str:
    store = SQLiteStore(str(place), read_only=True)
    try:
        found = store.embedder()
        assert found is not None
        return found[0]
    finally:
        store.close()


@pytest.mark.parametrize("fingerprint", [OLDER, f"{TABLE_NAME}/1", f"{SHIPPED_BEFORE[0]}/1"])
def test_opening_makes_them_anew(
    place: Path, tmp_path: Path, fingerprint: str, encoded: Encoded, caplog: pytest.LogCaptureFixture
) -> None:
    made_by(greeum_opened(place), fingerprint)
    encoded.texts.clear()
    caplog.clear()
    steps: list[tuple[int, int]] = []
    with greeum.open(place, progress=lambda *step: steps.append(step)) as memory:
        assert memory.stats()["embedder"] == StaticEmbedder().fingerprint and sound(memory)
        with greeum.open(tmp_path / "anew") as anew:
            anew.add_many([{"text": block.text, "at": block.at} for block in memory.list(limit=BLOCKS)])
            assert scores(memory) == scores(anew)
    assert steps[: BLOCKS // BLOCKS_PER_STEP] == [
        (done, BLOCKS) for done in range(BLOCKS_PER_STEP, BLOCKS + 1, BLOCKS_PER_STEP)
    ]
    assert caplog.messages == [f"this version makes other vectors: those of {BLOCKS} blocks are made anew"]
    encoded.texts.clear()
    greeum_opened(place)
    assert encoded.texts == []


def greeum_opened(place: Path) -> Path:
    greeum.open(place).close()
    return place


def test_one_that_was_cut_short_goes_on_where_it_stopped(place: Path, encoded: Encoded) -> None:
    encoded.fails_after = BLOCKS_PER_STEP + 10
    with pytest.raises(EmbedderFailed, match="power"):
        greeum.open(place)
    assert bound(place) == OLDER
    encoded.fails_after = 10**9
    with greeum.open(place) as memory:
        assert sound(memory) and texts(memory, QUERY)[0] == BOAT
    assert len(encoded.texts) == BLOCKS


KILLED = """
import os, sys
from greeum.embed.static import StaticEmbedder
encode, calls = StaticEmbedder.encode_blocks, []
def dying(embedder, texts):
    calls.append(texts)
    if len(calls) == 3:
        os._exit(9)
    return encode(embedder, texts)
StaticEmbedder.encode_blocks = dying
import greeum
greeum.open(sys.argv[1])
"""


def test_a_process_that_dies_leaves_its_turn_and_what_it_has_made(place: Path, encoded: Encoded) -> None:
    assert subprocess.run([sys.executable, "-c", KILLED, place], check=False, timeout=60).returncode == 9
    assert bound(place) == OLDER
    with greeum.open(place) as memory:
        assert sound(memory)
    assert len(encoded.texts) == BLOCKS - 2 * BLOCKS_PER_STEP


SEARCHING = f"""
import logging, sys
logging.basicConfig(stream=sys.stdout, format="%(message)s")
import greeum
with greeum.open(sys.argv[1]) as memory:
    print(memory.search({QUERY!r}, k=1)[0].block.text)
    memory.add("A canoe.")
"""


def test_of_several_processes_one_makes_them_and_the_others_wait(place: Path) -> None:
    command = [sys.executable, "-c", SEARCHING, str(place)]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    said = [process.communicate(timeout=120)[0].splitlines() for process in processes]
    assert [lines[-1] for lines in said] == [BOAT] * 4
    assert sum(len(lines) - 1 for lines in said) == 1, "it says so once"
    with greeum.open(place) as memory:
        assert sound(memory) and memory.count() == BLOCKS + 4


def test_who_waits_sees_how_far_the_other_one_is(place: Path) -> None:
    store = SQLiteStore(str(place))
    seen = threading.Event()
    opened: list[Memory] = []
    waiting = threading.Thread(
        target=lambda: opened.append(greeum.open(place, progress=lambda done, total: seen.set() if not done else None))
    )
    with store.renewing():
        waiting.start()
        assert seen.wait(30)
    waiting.join(60)
    store.close()
    with opened[0] as memory:
        assert sound(memory)


def test_who_waits_for_one_that_hangs_is_told_so(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reembedding, "STANDSTILL_S", 0.2)
    store = SQLiteStore(str(place))
    with store.renewing(), pytest.raises(StoreBusy, match=f"at 0 of {BLOCKS} blocks for 0.2 s"):
        greeum.open(place)
    store.close()
    with greeum.open(place) as memory:
        assert sound(memory)


def test_meanwhile_the_version_before_goes_on(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    turns: list[str] = []
    encode = StaticEmbedder.encode_blocks
    with greeum.open(place, embedder=Older()) as old:
        before = texts(old, QUERY)

        def busy(embedder: StaticEmbedder, given: Sequence[str]) -> list[bytes]:
            if embedder.fingerprint != OLDER and len(turns) < 3:
                turns.append(old.add(f"Canoe number {len(turns)}.").text)
                assert texts(old, QUERY) == before
            return encode(embedder, given)

        monkeypatch.setattr(StaticEmbedder, "encode_blocks", busy)
        with greeum.open(place) as new:
            assert len(turns) == 3 and sound(new)
            assert texts(new, "canoe number 2")[0] == "Canoe number 2."
            assert texts(old, QUERY) == before, "it finds what it found before"
            with pytest.raises(EmbedderMismatch, match="open it anew"):
                old.add("A kayak.")


def test_read_only_it_is_refused_with_what_to_do(place: Path) -> None:
    with pytest.raises(EmbedderMismatch, match="open it once to write"):
        greeum.open(place, read_only=True)
    assert bound(place) == OLDER
    greeum_opened(place)
    with greeum.open(place, read_only=True) as memory:
        assert texts(memory, QUERY)[0] == BOAT


def test_vectors_of_a_newer_version_are_left_as_they_are(place: Path, encoded: Encoded) -> None:
    made_by(greeum_opened(place), NEWER)
    encoded.texts.clear()
    for read_only in (False, True):
        with pytest.raises(StoreVersion, match="of a newer Greeum"):
            greeum.open(place, read_only=read_only)
    assert bound(place) == NEWER and encoded.texts == []
    assert greeum.reembed(place).before == NEWER


def test_of_other_tables_and_models_nothing_is_made_anew(place: Path, tmp_path: Path, encoded: Encoded) -> None:
    for stranger in ("static/deadbeef/256/1", "letters/26/1", "static/58b651d9/256/x"):
        execute(place, f"UPDATE settings SET value = '{stranger}' WHERE name = 'embedder'")
        with pytest.raises(EmbedderMismatch, match=f"made by {stranger}"):
            greeum.open(place)
    execute(place, f"UPDATE settings SET value = '{OLDER}' WHERE name = 'embedder'")
    with pytest.raises(EmbedderMismatch, match=f"made by {OLDER}"):
        greeum.open(place, embedder=Letters())
    # A table of one's own follows none that was shipped.
    own = StaticEmbedder(shutil.copy(TABLE, str(tmp_path / "own.table")))
    execute(place, f"UPDATE settings SET value = '{SHIPPED_BEFORE[0]}/1' WHERE name = 'embedder'")
    with pytest.raises(EmbedderMismatch):
        greeum.open(place, embedder=own)
    assert encoded.texts == []


def test_a_change_to_a_model_that_was_begun_is_not_undone(place: Path) -> None:
    with pytest.raises(EmbedderFailed):
        greeum.reembed(place, embedder=Failing(BLOCKS_PER_STEP + 10))
    with pytest.raises(EmbedderMismatch, match=f"made by {OLDER}"):
        greeum.open(place)
    embedder = Letters()
    assert greeum.reembed(place, embedder=embedder).blocks == BLOCKS - BLOCKS_PER_STEP
    with greeum.open(place, embedder=embedder) as memory:
        assert sound(memory)


def test_what_a_version_between_had_begun_is_begun_anew(place: Path, encoded: Encoded) -> None:
    encoded.fails_after = BLOCKS_PER_STEP + 10
    with pytest.raises(EmbedderFailed):
        greeum.open(place)
    execute(
        place,
        f"UPDATE settings SET value = '{TABLE_NAME}/1' WHERE name = 'embedder'",
        f"UPDATE settings SET value = '{OLDER}' WHERE name = 'next_embedder'",
    )
    encoded.fails_after = 10**9
    encoded.texts.clear()
    with greeum.open(place) as memory:
        assert sound(memory)
    assert len(encoded.texts) == BLOCKS


def test_a_repair_makes_them_anew_too(place: Path) -> None:
    assert all(ok for _, ok, _ in repair(place))
    assert bound(place) == StaticEmbedder().fingerprint


def test_the_command_line_says_what_takes_so_long(place: Path) -> None:
    command = [sys.executable, "-m", "greeum", "search", QUERY, "-k", "1", "--memory", str(place)]
    found = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60, env=dict(os.environ))
    assert BOAT in found.stdout
    assert found.stderr == f"this version makes other vectors: those of {BLOCKS} blocks are made anew\n"
    assert "already" in greeum_command(place).stdout
