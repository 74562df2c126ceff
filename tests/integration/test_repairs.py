"""Stores that are really damaged: each kind of damage is found, told, and mended where that is safe; what is not sure
stays as it is, and a look changes nothing.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

import greeum
from greeum import Memory, wiring
from greeum.embed.given import GivenVectors
from greeum.errors import EmbedderMismatch, NotFound, StoreDamaged
from greeum.store import files
from greeum.testing import TinyEmbedder

ENOUGH_FOR_A_FILE = 300

EMPTY = hashlib.sha256(b"").hexdigest()


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A memory with a chain of three versions (1, 301, 302), a link, an anchor, and index files."""
    where = tmp_path / "memory"
    with greeum.open(where, embedder=TinyEmbedder()) as memory:
        memory.add_many({"text": f"turn {number} of the violin"} for number in range(ENOUGH_FOR_A_FILE))
        memory.update(memory.update(1, text="turn one").id, text="turn one again")
        memory.link(2, 3)
        memory.anchors.set("A", 4)
    return where


def sql(directory: Path, *statements: str) -> None:
    """What somebody does to a database who heeds no constraint."""
    connection = apsw.Connection(str(directory / "memory.db"))
    connection.execute("PRAGMA foreign_keys = OFF")
    for statement in statements:
        connection.execute(statement).fetchall()
    connection.close()


def opened(directory: Path) -> Memory:
    return greeum.open(directory, embedder=TinyEmbedder(), create=False)


def troubles(memory: Memory) -> dict[str, str]:
    return {name: told for name, is_well, told in memory.check() if not is_well}


def content(directory: Path) -> dict[str, str]:
    """Every file with its content, but for SQLite's book of who reads what."""
    paths = sorted(path for path in directory.rglob("*") if path.is_file() and path.suffix != ".db-shm")
    digests = {str(path.relative_to(directory)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}
    return {name: digest for name, digest in digests.items() if not (name.endswith("-wal") and digest == EMPTY)}


def looked_at(directory: Path) -> dict[str, str]:
    """What a look finds, having seen to it that it changes nothing."""
    before = content(directory)
    with greeum.open(directory, embedder=TinyEmbedder(), read_only=True) as memory:
        found = troubles(memory)
    assert content(directory) == before
    return found


def mended(directory: Path) -> dict[str, tuple[bool, str]]:
    """What was done, having seen to it that all is well now, and that nothing is done twice."""
    done = {name: (is_well, told) for name, is_well, told in wiring.repair(directory, embedder=TinyEmbedder())}
    with opened(directory) as memory:
        assert troubles(memory) == {}
        assert memory.repair() == []
        memory.add("it can be written")
        assert memory.search("violin")
    return done


class TestRows:
    """Damage of one kind each: (statements, what the finding says, how to see that it is mended)."""

    @pytest.mark.parametrize(
        ("damage", "told"),
        [
            (["INSERT INTO links VALUES (5, 999, 'about', 1.0, 0, '')"], "links of which an end is not there (5)"),
            (["INSERT INTO links VALUES (999, 5, 'about', 1.0, 0, '')"], "links of which an end is not there (999)"),
            (["INSERT INTO links VALUES (5, 5, 'about', 1.0, 0, '')"], "links of which an end is not there (5)"),
            (["INSERT INTO vectors VALUES (999, x'00')"], "vectors of no block (999)"),
            (["INSERT INTO anchors VALUES ('', 'Z', 999, 2, 0, 0)"], "anchors that point to no block (999)"),
            (["DELETE FROM blocks WHERE id = 302", "DELETE FROM vectors WHERE block_id = 302"],
             "blocks whose newer version is not there (301)"),
            (["DELETE FROM blocks WHERE id = 1", "DELETE FROM vectors WHERE block_id = 1"],
             "blocks whose older version is not there (301)"),
            (["UPDATE blocks SET superseded_by = NULL WHERE id = 301"], "do not say what supersedes them (301)"),
            (["DELETE FROM log WHERE seq = 200"], "a gap in the log of changes (201)"),
            (["UPDATE sqlite_sequence SET seq = 7 WHERE name = 'blocks'"], "the counter of ids lies behind (302)"),
            (["DELETE FROM sqlite_sequence WHERE name = 'blocks'"], "the counter of ids lies behind (302)"),
        ],
    )  # fmt: skip
    def test_what_contradicts_itself_is_mended(self, directory: Path, damage: list[str], told: str) -> None:
        sql(directory, *damage)
        assert told in looked_at(directory)["rows"]
        is_well, what = mended(directory)["rows"]
        assert is_well
        assert "1 put in order" in what or "put in order" in what

    def test_the_newest_version_that_is_left_is_found_again(self, directory: Path) -> None:
        sql(directory, "DELETE FROM blocks WHERE id = 302", "DELETE FROM vectors WHERE block_id = 302")
        mended(directory)
        with opened(directory) as memory:
            assert [block.id for block in memory.history(1)] == [1, 301]
            assert memory.get(301).superseded_by is None
            assert memory.get(301).superseded_at is None
            listed = [block.id for block in memory.list(limit=1_000)]
            assert 301 in listed
            assert 1 not in listed

    def test_what_is_superseded_is_found_no_more(self, directory: Path) -> None:
        sql(directory, "UPDATE blocks SET superseded_by = NULL, superseded_at = NULL WHERE id = 301")
        mended(directory)
        with opened(directory) as memory:
            assert [block.id for block in memory.history(1)] == [1, 301, 302]
            assert memory.get(301).superseded_at == memory.get(302).added_at
            assert 301 not in [block.id for block in memory.list(limit=1_000)]

    def test_no_id_is_used_again(self, directory: Path) -> None:
        sql(directory, "UPDATE sqlite_sequence SET seq = 7 WHERE name = 'blocks'")
        with opened(directory) as memory:
            memory.repair()
            assert memory.add("next").id == 303

    def test_links_and_anchors_that_are_well_stay(self, directory: Path) -> None:
        sql(directory, "INSERT INTO links VALUES (5, 999, 'about', 1.0, 0, '')")
        mended(directory)
        with opened(directory) as memory:
            assert [(link.source, link.target) for link in memory.links(2)] == [(2, 3)]
            assert memory.links(5) == []
            assert memory.anchor("A").block_id == 4

    def test_several_kinds_at_once(self, directory: Path) -> None:
        sql(
            directory,
            "DELETE FROM blocks WHERE id = 301",
            "DELETE FROM vectors WHERE block_id = 301",
            "INSERT INTO links VALUES (5, 999, 'about', 1.0, 0, '')",
        )
        mended(directory)
        with opened(directory) as memory:
            assert [block.id for block in memory.history(1)] == [1]
            assert [block.id for block in memory.history(302)] == [302]

    def test_versions_of_which_it_is_not_sure_stay_as_they_are(self, directory: Path) -> None:
        # Two blocks say that they supersede the same one, which names neither.
        sql(
            directory,
            "UPDATE blocks SET superseded_by = NULL WHERE id = 301",
            "UPDATE blocks SET supersedes = 301 WHERE id = 7",
            "UPDATE blocks SET supersedes = 301 WHERE id = 300",
            "UPDATE blocks SET superseded_by = 2 WHERE id = 9",
        )
        found = looked_at(directory)["rows"]
        assert "blocks whose versions contradict each other" in found
        assert "cannot be told" in found
        before = chains(directory)
        name, is_well, told = wiring.repair(directory, embedder=TinyEmbedder())[0]
        assert (name, is_well) == ("rows", False)
        assert "left as it is" in told
        assert chains(directory) == before

    def test_a_key_that_somebody_else_has_by_now_is_not_taken_away(self, directory: Path) -> None:
        with opened(directory) as memory:
            old = memory.add("I live in Busan.", key="home")
            new = memory.update(old.id, text="I live in Seoul.")
        sql(directory, f"DELETE FROM blocks WHERE id = {new.id}", f"DELETE FROM vectors WHERE block_id = {new.id}")
        with opened(directory) as memory:
            other = memory.add("I live in Daejeon.", key="home")
        assert "contradict each other" in looked_at(directory)["rows"]
        wiring.repair(directory, embedder=TinyEmbedder())
        with opened(directory) as memory:
            assert memory.get(key="home") == other
            assert memory.get(old.id).superseded_by == new.id


def chains(directory: Path) -> list[tuple[object, ...]]:
    connection = apsw.Connection(str(directory / "memory.db"))
    rows = connection.execute("SELECT id, supersedes, superseded_by, superseded_at FROM blocks").fetchall()
    connection.close()
    return rows


class TestVectors:
    def test_they_are_made_anew(self, directory: Path) -> None:
        with opened(directory) as memory:
            before = memory.search("turn 7 of the violin", k=1)[0]
        sql(
            directory,
            "DELETE FROM vectors WHERE block_id = 8",
            "UPDATE vectors SET vectors = x'0102' WHERE block_id = 9",
        )
        assert "8, 9" in looked_at(directory)["vectors"]
        assert mended(directory)["vectors"] == (True, "of 2 blocks made anew")
        with opened(directory) as memory:
            assert memory.search("turn 7 of the violin", k=1)[0].block == before.block

    def test_even_if_it_does_not_open_for_them(self, directory: Path) -> None:
        sql(directory, "UPDATE vectors SET vectors = x'0102' WHERE block_id = 9")
        for path in (directory / "index").iterdir():
            path.unlink()
        with pytest.raises(greeum.GreeumError):
            opened(directory)
        mended(directory)

    def test_those_of_another_embedder_are_not_taken_for_damaged(self, directory: Path) -> None:
        before = content(directory)
        with pytest.raises(EmbedderMismatch):
            wiring.repair(directory)
        assert content(directory) == before

    def test_those_that_were_brought_along_cannot_be_made(self, tmp_path: Path) -> None:
        given = GivenVectors(3, "test")
        with greeum.open(tmp_path / "m", embedder=given) as memory:
            memory.add("hello", vector=[1.0, 0.0, 0.0])
        sql(tmp_path / "m", "DELETE FROM vectors")
        [(name, is_well, told)] = wiring.repair(tmp_path / "m", embedder=given)[:1]
        assert (name, is_well) == ("vectors", False)
        assert "update these blocks" in told


class TestDatabase:
    def test_its_indexes_are_made_anew(self, directory: Path) -> None:
        # An index that was built when it was said to be for a part of the table lacks the rest of it.
        plain = "CREATE INDEX links_by_target ON links (target)"
        redefine = "UPDATE sqlite_schema SET sql = '{}' WHERE name = 'links_by_target'"
        sql(directory, "PRAGMA writable_schema = ON", redefine.format(f"{plain} WHERE target > 1000000"))
        sql(directory, "REINDEX links_by_target", "PRAGMA writable_schema = ON", redefine.format(plain))
        assert "links_by_target" in looked_at(directory)["database"]
        assert mended(directory)["database"] == (True, "its indexes were made anew out of its tables")
        with opened(directory) as memory:
            assert [link.source for link in memory.links(3)] == [2]

    def test_other_damage_is_left_alone(self, directory: Path) -> None:
        database = directory / "memory.db"
        damaged = bytearray(database.read_bytes())
        half = len(damaged) // 2 // 4_096 * 4_096
        damaged[half : half + 8_192] = b"\xff" * 8_192
        database.write_bytes(damaged)
        before = content(directory)
        with greeum.open(directory, embedder=TinyEmbedder(), read_only=True) as memory:
            found = troubles(memory)
        assert "restore a backup" in found["database"]
        [(name, is_well, told)] = wiring.repair(directory, embedder=TinyEmbedder())
        assert (name, is_well) == ("database", False)
        assert "left as it is" in told
        assert content(directory)["memory.db"] == before["memory.db"]


class TestIndex:
    def test_damaged_files_are_made_anew(self, directory: Path) -> None:
        [segment] = (directory / "index").glob("*.segment")
        damaged = bytearray(segment.read_bytes())
        damaged[-1] ^= 1
        segment.write_bytes(damaged)
        assert "index files" in looked_at(directory)
        mended(directory)

    def test_blocks_that_it_lacks(self, directory: Path) -> None:
        columns = "namespace, text, kind, tags, importance, metadata, at, added_at, revision"
        sql(
            directory,
            f"INSERT INTO blocks (uid, {columns}) SELECT 'f', {columns} FROM blocks WHERE id = 5",
            "INSERT INTO vectors SELECT 303, vectors FROM vectors WHERE block_id = 5",
        )
        assert "302 blocks of 303" in looked_at(directory)["index"]
        mended(directory)
        with opened(directory) as memory:
            assert 303 in [block.id for block in memory.list(limit=1_000)]

    def test_blocks_that_it_has_otherwise(self, directory: Path) -> None:
        # The text of a block changes behind the back of everybody.
        sql(directory, "UPDATE blocks SET text = 'turn of the piano, and of nothing else' WHERE id = 5")
        assert "(5)" in looked_at(directory)["sample"]
        assert "made anew" in mended(directory)["index"][1]
        with opened(directory) as memory:
            assert memory.search("piano", k=1)[0].block.id == 5

    @pytest.mark.parametrize(
        "change",
        ["kind = 'note'", "source = 'bob'", "importance = 0.9", "at = at + 1", "tags = '[\"a\"]'", "namespace = 'x'",
         "expires_at = 9000000000000000", "uses = 3", "metadata = '{\"km\":5}'"],
    )  # fmt: skip
    def test_whatever_differs_is_seen(self, directory: Path, change: str) -> None:
        sql(directory, f"UPDATE blocks SET {change} WHERE id = 5")
        assert "(5)" in looked_at(directory)["sample"]

    def test_what_a_writer_that_died_has_left_is_removed(self, directory: Path) -> None:
        left = directory / "index" / "00000099-0.segment.tmp"
        left.write_bytes(b"turn 7 of the violin")
        assert left.name in looked_at(directory)["leftovers"]
        assert mended(directory)["leftovers"] == (True, f"removed: {left.name}")
        assert not left.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="modes and locks of POSIX")
class TestSurroundings:
    def test_files_are_closed_to_others(self, directory: Path) -> None:
        mine = directory / "notes.txt"
        mine.write_text("not Greeum's")
        for path in (directory, directory / "memory.db", directory / "index", mine):
            os.chmod(path, 0o755 if path.is_dir() else 0o644)
        assert "chmod 700" in looked_at(directory)["permissions"]
        is_well, told = mended(directory)["permissions"]
        assert is_well
        assert str(directory / "memory.db") in told
        assert {path.stat().st_mode & 0o777 for path in (directory, directory / "index")} == {0o700}
        assert (directory / "memory.db").stat().st_mode & 0o777 == 0o600
        assert mine.stat().st_mode & 0o777 == 0o644

    def test_a_lock_of_the_dead_is_none(self, directory: Path) -> None:
        child = os.fork()
        if child == 0:
            files._try_lock(files._open(str(directory / files.WRITE_LOCK_FILE)))
            os.kill(os.getpid(), 9)
        os.waitpid(child, 0)
        with opened(directory) as memory:
            assert ("locks", True, "free") in memory.check()

    def test_a_lock_of_the_living_is_told(self, directory: Path) -> None:
        with opened(directory) as memory, files.Claim(str(directory / files.MAINTAIN_LOCK_FILE)):
            [told] = [found[2] for found in memory.check() if found[0] == "locks"]
        assert files.MAINTAIN_LOCK_FILE in told


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        ("UPDATE blocks SET text = CAST(x'62ff64' AS TEXT) WHERE id = 7", "a text in it is not UTF-8"),
        ("UPDATE blocks SET uid = 'zz' || substr(uid, 3) WHERE id = 7", "the uid of block 7 is damaged"),
        ("DELETE FROM blocks WHERE id = 1", "block 301 supersedes block 1, which is not there"),
        ("UPDATE blocks SET importance = -5e165 WHERE id = 7", "rows of blocks 1 to 302 are damaged"),
    ],
)
def test_what_the_disk_has_changed_in_a_row_is_told_as_damage(directory: Path, damage: str, told: str) -> None:
    sql(directory, damage)
    shutil.rmtree(directory / "index")  # or it would not be read
    with pytest.raises(StoreDamaged, match=told), opened(directory) as memory:
        list(memory.export())
        memory.logical_hash()


def test_that_the_directory_is_gone_is_a_finding(directory: Path) -> None:
    with opened(directory) as memory:
        shutil.rmtree(directory)
        assert "is not there any more" in troubles(memory)["directory"]


def test_where_there_is_none_nothing_is_made(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        wiring.repair(tmp_path / "nothing")
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Every block is looked at: what is tested is that damage is seen, not that a sample hits it."""
    monkeypatch.setattr("greeum.checks.SAMPLE_BLOCKS", 1_000)
    yield
