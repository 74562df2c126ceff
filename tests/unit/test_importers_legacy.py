"""Stores of Greeum 2 to 5, with everything that is known to be odd about them."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.exports import LegacyStore, written

import greeum.testing
from greeum import Memory
from greeum.errors import InvalidInput
from greeum.importers import databases
from greeum.mcp.tools.graph import Graph
from greeum.testing import FrozenClock, TinyEmbedder

NOW = datetime(2025, 3, 4, 10, 0, tzinfo=UTC)


@pytest.fixture
def memory() -> Iterator[Memory]:
    with greeum.testing.memory(embedder=TinyEmbedder(), clock=FrozenClock(NOW.isoformat())) as memory:
        yield memory


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LegacyStore]:
    with LegacyStore(tmp_path / "old") as store:
        yield store


@pytest.fixture
def later(tmp_path: Path) -> Iterator[LegacyStore]:
    with LegacyStore(tmp_path / "later", later=True) as store:
        yield store


def texts(memory: Memory) -> list[str]:
    return [block.text for block in memory.list()]


def edges(memory: Memory) -> set[tuple[str, str, str, float]]:
    found = {link for block in memory.list(history=True) for link in memory.links(block.id)}
    return {
        (memory.get(link.source).text, link.kind, memory.get(link.target).text, round(link.weight, 3)) for link in found
    }


class TestBlocks:
    def test_each_is_a_note_with_all_that_was_known_of_it(self, memory: Memory, store: LegacyStore) -> None:
        digest = store.block("부산으로 이사했다", tags=("개인",), keywords=("부산",), metadata={"n": 1}, importance=0.8)
        report = memory.import_from(store.folder, time_zone="Asia/Seoul")
        assert (report.format, report.added, report.skipped, report.notes) == ("greeum-legacy", 1, 0, [])
        [block] = memory.list()
        assert (block.text, block.kind, block.tags, block.importance) == ("부산으로 이사했다", "note", ("개인",), 0.8)
        assert block.at == datetime(2025, 3, 4, 0, 0, 0, 500_000, tzinfo=UTC)
        assert (block.added_at, block.origin) == (block.at, "import/greeum-legacy")
        legacy = {"block_index": 0, "hash": digest, "hash_kind": "library", "keywords": ["부산"]}
        assert block.metadata == {"n": 1, "legacy": legacy}

    def test_times_are_those_of_this_machine_unless_said_otherwise(self, memory: Memory, store: LegacyStore) -> None:
        store.block("x", timestamp="2025-03-04T09:00:00")
        store.block("y", timestamp="2025-03-04T09:00:00+09:00")
        memory.import_from(store.folder)
        assert [block.at for block in memory.list()] == [
            datetime(2025, 3, 4, tzinfo=UTC),
            datetime(2025, 3, 4, 9).astimezone(UTC),
        ]
        with pytest.raises(InvalidInput, match="names no time zone"):
            memory.import_from(store.folder, time_zone="Mars/Olympus")

    def test_a_second_import_adds_nothing_wherever_the_store_lies(
        self, memory: Memory, store: LegacyStore, tmp_path: Path
    ) -> None:
        for number in range(3):
            store.block(f"block {number}")
        assert memory.import_from(store.path).added == 3
        os.rename(store.folder, tmp_path / "data")
        again = memory.import_from(tmp_path)
        assert (again.added, again.present) == (0, 3)

    def test_every_kind_of_hash_is_taken_and_told(self, memory: Memory, store: LegacyStore) -> None:
        for kind in ("library", "server", "none", "library"):
            store.block(kind, hash_kind=kind)
        store.block("moved", index=9)
        store.connection.execute("UPDATE blocks SET hash = 'ab' WHERE block_index = 0")
        report = memory.import_from(store.folder)
        assert report.added == 5
        kinds = [block.metadata["legacy"]["hash_kind"] for block in memory.list()]  # type: ignore[index]
        assert kinds == ["unverified", "server", "none", "library", "library"]
        assert [note.split(" ", 1)[0] for note in report.notes] == ["the", "1"]

    def test_revisions_are_versions_of_one_block(self, memory: Memory, store: LegacyStore) -> None:
        store.block("on Thursday")
        for number, text in enumerate(("on Friday", "on Saturday"), 2):
            revision = {"original_block_index": 0, "revision_type": "update", "revision_number": number}
            store.block(text, metadata=revision, tags=("revision",))
        store.anchors({"slot": "A", "anchor_block_id": "0"})
        report = memory.import_from(store.folder)
        assert (report.added, report.corrected) == (3, 2)
        assert [block.text for block in memory.history(memory.list()[0].id)] == [
            "on Thursday",
            "on Friday",
            "on Saturday",
        ]
        assert memory.get(memory.anchor("A").block_id).text == "on Saturday"

    def test_guesses_of_later_versions_are_noise(self, memory: Memory, store: LegacyStore) -> None:
        store.block("x", metadata={"actant_analysis": {"actants": {}}, "actant_processing": {}, "kept": True})
        memory.import_from(store.folder)
        assert set(memory.list()[0].metadata) == {"kept", "legacy"}

    def test_metadata_that_cannot_be_read_are_kept_and_told(self, memory: Memory, store: LegacyStore) -> None:
        store.block("x", metadata="{broken")
        store.block("y", metadata="[1]")
        report = memory.import_from(store.folder)
        assert [block.metadata["unread"] for block in memory.list()] == ["{broken", [1]]
        assert [note.split(":")[0] for note in report.notes] == ["block 0", "block 1"]

    def test_metadata_that_do_not_fit_are_left_out(self, memory: Memory, store: LegacyStore) -> None:
        store.block("x", metadata={"long": "y" * 70_000})
        report = memory.import_from(store.folder)
        assert (report.added, report.notes) == (1, ["of 1 blocks the metadata did not fit, and were left out"])

    def test_a_bad_row_is_skipped_with_its_reason(self, memory: Memory, store: LegacyStore) -> None:
        store.block("good")
        store.block("no time", timestamp="yesterday")
        store.block(" ")
        store.block(b"\xff\xfe")
        store.connection.execute("UPDATE blocks SET context = CAST(x'c328' AS TEXT) WHERE block_index = 3")
        store.block("x" * (databases.VALUE_BYTES_MAX + 1))
        store.block("also good", importance=7.5)
        store.block("at no time", timestamp="")
        report = memory.import_from(store.folder)
        assert texts(memory) == ["good", "also good"]
        assert report.left_out == {"blocks without text": 1}
        assert [where for where, _ in report.reasons] == ["block 1", "block 3", "block 4", "block 6"]
        for word, (_, reason) in zip(("timestamp", "UTF-8", "bytes", "is missing"), report.reasons, strict=True):
            assert word in reason


class TestShortTerm:
    def test_they_live_for_the_rest_of_their_hour(self, memory: Memory, store: LegacyStore) -> None:
        row = "INSERT INTO short_term_memories VALUES (?, ?, ?, ?, '{}')"
        for name, minutes in (("fresh", 20), ("ended", 61)):
            at = (NOW - timedelta(minutes=minutes)).isoformat()
            store.connection.execute(row, (name, at, f"{name} milk", "user"))
        store.connection.execute(row, ("odd", "never", "x", None))
        store.connection.execute(row, ("no text", NOW.isoformat(), b"x", None))
        report = memory.import_from(store.folder)
        assert report.left_out == {"short-term memories that have ended": 1}
        assert [where for where, _ in report.reasons] == ["short-term memory odd", "short-term memory no text"]
        [block] = memory.list()
        assert (block.text, block.source, block.expires_at) == ("fresh milk", "user", NOW + timedelta(minutes=40))


class TestLinks:
    def test_all_forms_become_links_each_once_and_the_strongest_counts(
        self, memory: Memory, store: LegacyStore
    ) -> None:
        neighbours: list[object] = [
            {"id": "blk_0", "w": 0.5},
            {"id": "blk_0", "w": 0.7},
            {"id": "2", "weight": 0.4},
            {"id": "blk_99", "w": 0.9},
            {"id": {"id": "blk_3", "w": 0.2}, "weight": 1.0},
            {"id": True},
            "odd",
            {"id": "blk_1", "w": 1},
        ]
        for name in "abcd":
            store.block(name, metadata={"links": {"neighbors": neighbours}} if name == "b" else None)
        store.graph(("0", "3", 0.62), ("0", "0", 0.9), ("blk_3", "2", float("nan")), ("1", "2", 0.8), ("7", "0", 1))
        report = memory.import_from(store.folder)
        assert edges(memory) == {
            ("b", "near", "a", 0.7),
            ("b", "near", "c", 0.8),
            ("b", "near", "d", 0.2),
            ("a", "near", "d", 0.62),
            ("d", "near", "c", 0.5),
        }
        assert report.links == 5
        assert "2 links lead to blocks that are not there, and were left out" in report.notes

    def test_the_tree_of_later_versions_becomes_links(self, memory: Memory, later: LegacyStore) -> None:
        one = later.block("one", slot="A")
        later.block("two", before=one, xref=f'["{one}", "unknown"]')
        later.connection.execute(
            "INSERT INTO memory_nodes VALUES ('n1', 0, 'memory', 'one'), ('n2', 1, 'memory', 'two')"
        )
        later.connection.execute(
            "INSERT INTO associations VALUES ('a', 'n2', 'n1', 'semantic', 0.3), ('b', 'n2', 'zz', 'causal', 0.3)"
        )
        memory.import_from(later.folder)
        assert edges(memory) == {
            ("two", kind, "one", weight) for kind, weight in (("after", 1), ("about", 0.5), ("semantic", 0.3))
        }

    def test_a_graph_that_cannot_be_read_is_said(self, memory: Memory, store: LegacyStore) -> None:
        store.block("x")
        (store.folder / "graph_snapshot.jsonl").write_text("{", encoding="utf-8")
        report = memory.import_from(store.folder)
        assert report.added == 1
        assert [where for where, _ in report.reasons] == ["graph_snapshot.jsonl"]

    def test_what_is_no_edge_is_no_link(self, memory: Memory, later: LegacyStore) -> None:
        for text in ("one", "two"):
            later.block(text)
        odd: list[object] = [5, {"u": True, "v": "1", "w": 1}, {"u": "blk_0", "v": "blk_0", "w": 1}, {"u": "x"}]
        written(later.folder / "graph_snapshot.jsonl", {"edges": [*odd, {"u": "blk_0", "v": 1, "w": 7}]})
        later.connection.executescript(
            "INSERT INTO memory_nodes VALUES ('a', 0, '', ''), ('b', 1, '', ''), ('c', NULL, '', '');"
            "INSERT INTO associations VALUES ('1', 'a', 'b', ' ', 0.5), ('2', 'a', 'c', 'k', 1);"
            "INSERT INTO associations VALUES ('3', 'a', 'z', 'k', 1);"
            "INSERT INTO associations VALUES ('4', 'a', 'b', CAST(x'c328' AS TEXT), 1);"
        )
        report = memory.import_from(later.folder)
        assert [where for where, _ in report.reasons] == ["association 4"]
        assert edges(memory) == {("one", "near", "two", 1.0), ("one", "about", "two", 0.5)}


class TestEntities:
    def test_they_are_where_the_tools_for_graphs_look(self, memory: Memory, store: LegacyStore) -> None:
        store.block("Ben plays the cello")
        store.connection.executescript(
            "CREATE TABLE entities (entity_id INTEGER PRIMARY KEY, name TEXT, type TEXT, first_seen_block INT,"
            " confidence REAL);"
            "CREATE TABLE relationships (rel_id INTEGER PRIMARY KEY, source_entity INT, target_entity INT,"
            " relationship_type TEXT, confidence REAL);"
            "INSERT INTO entities VALUES (1, 'Ben', 'person', 0, 0.7), (2, 'cello', 'thing', 99, 0.7),"
            " (3, ' ', 'thing', 0, 0.7), (4, 'Ben', 'name', 0, 0.7);"
            "INSERT INTO relationships VALUES (1, 1, 2, 'plays', 0.9), (2, 1, 77, 'knows', 0.9), (3, 1, 4, 'is', 5);"
        )
        report = memory.import_from(store.folder)
        assert [where for where, _ in report.reasons] == ["entity 3", "relationship 2"]
        assert [relation.to_dict() for relation in Graph(memory).relations(Graph(memory).entities())] == [
            {"from": "Ben", "to": "cello", "relationType": "plays"}
        ]
        assert ("Ben", "mentioned in", "Ben plays the cello", 1.0) in edges(memory)
        assert memory.import_from(store.folder).added == 0


class TestAnchors:
    def test_they_keep_hops_and_pins(self, memory: Memory, store: LegacyStore) -> None:
        for name in "abc":
            store.block(name)
        store.anchors(
            {
                "slot": "A",
                "anchor_block_id": "0",
                "hop_budget": 9,
                "pinned": True,
                "last_used_ts": 1755245165,
                "topic_vec": [1],
            },
            {"slot": "B", "anchor_block_id": "77", "hop_budget": 2, "pinned": False},
            {"slot": "C", "anchor_block_id": "", "hop_budget": 3},
        )
        report = memory.import_from(store.folder, namespace="old")
        [anchor] = memory.anchors.status()
        assert (anchor.name, anchor.namespace, anchor.hops, anchor.pinned) == ("A", "old", 3, True)
        assert anchor.moved_at == datetime.fromtimestamp(1755245165, UTC)
        assert [where for where, _ in report.reasons] == ["anchors.json: slots[1]"]

    def test_those_that_cannot_be_read_are_said(self, memory: Memory, store: LegacyStore) -> None:
        store.block("x")
        (store.folder / "anchors.json").write_text("[" * 100_000, encoding="utf-8")
        (store.folder / "stm_anchors.db").write_bytes(b"no database")
        report = memory.import_from(store.folder)
        assert (report.added, report.anchors) == (1, 0)
        assert [where for where, _ in report.reasons] == ["anchors.json", "stm_anchors.db"]

    def test_those_of_later_versions_name_hashes(self, memory: Memory, later: LegacyStore) -> None:
        one, _ = later.block("one"), later.block("two")
        later.anchors({"slot": "A", "anchor_block_id": "1"}, {"slot": "B", "anchor_block_id": "1"})
        later.later_anchors(A=one, B=None, C="unknown")
        memory.import_from(later.folder)
        points = {anchor.name: memory.get(anchor.block_id).text for anchor in memory.anchors.status()}
        assert points == {"A": "one", "B": "two"}


def files(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {path.name: (path.stat().st_mtime_ns, path.read_bytes()) for path in folder.iterdir()}


class TestTheirFiles:
    @pytest.mark.parametrize("journal", ["delete", "wal"])
    def test_they_are_left_as_they_are_while_another_has_them_open(
        self, memory: Memory, tmp_path: Path, journal: str
    ) -> None:
        with LegacyStore(tmp_path / "x", journal=journal) as store:
            store.block("in the log, if there is one")
            before = files(store.folder)
            assert ("memory.db-wal" in before) == (journal == "wal")
            assert memory.import_from(store.folder).added == 1
            assert files(store.folder) == before

    def test_a_log_that_was_left_behind_is_read(self, memory: Memory, tmp_path: Path) -> None:
        with LegacyStore(tmp_path / "x", journal="wal") as store:
            store.block("one")
            copy = tmp_path / "copy"
            copy.mkdir()
            for name in ("memory.db", "memory.db-wal"):
                (copy / name).write_bytes((store.folder / name).read_bytes())
        before = files(copy)
        assert memory.import_from(copy).added == 1
        assert files(copy) == before

    def test_one_that_never_holds_still_is_refused(
        self, memory: Memory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with LegacyStore(tmp_path / "x", journal="wal") as store:
            store.block("one")
            states = iter(range(100))
            monkeypatch.setattr(databases, "state_of", lambda _: [(next(states), 1)] * 3)
            with pytest.raises(InvalidInput, match="is being written to"):
                memory.import_from(store.folder)

    def test_a_change_meanwhile_is_told(
        self, memory: Memory, store: LegacyStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store.block("one")
        monkeypatch.setattr(databases.Database, "has_changed", True)
        assert "written to while it was read" in memory.import_from(store.folder).notes[-1]

    def test_what_is_no_table_is_not_asked(self, memory: Memory, tmp_path: Path) -> None:
        with sqlite3.connect(tmp_path / "memory.db") as connection:
            connection.execute(
                "CREATE VIEW blocks AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
                " SELECT i AS block_index, i AS timestamp, i AS context, i AS importance, i AS hash, i AS prev_hash"
                " FROM n"
            )
        connection.close()
        with pytest.raises(InvalidInput, match="in no format that is recognised"):
            memory.import_from(tmp_path)

    def test_what_is_damaged_is_said(self, memory: Memory, store: LegacyStore, tmp_path: Path) -> None:
        store.connection.execute("BEGIN")
        for number in range(2_000):
            store.block(f"block {number} " + "x" * 200)
        store.connection.execute("COMMIT")
        raw = bytearray(store.path.read_bytes())
        raw[len(raw) // 4 : len(raw) // 2] = bytes(len(raw) // 2 - len(raw) // 4)
        (tmp_path / "damaged.db").write_bytes(raw)
        with pytest.raises(InvalidInput, match=r"is damaged|no database"):
            memory.import_from(tmp_path / "damaged.db", format="greeum-legacy")

    def test_what_is_none_is_refused(self, memory: Memory, tmp_path: Path) -> None:
        with pytest.raises(InvalidInput, match=r"holds no memory.db"):
            memory.import_from(tmp_path, format="greeum-legacy")
        sqlite3.connect(tmp_path / "memory.db").execute("CREATE TABLE blocks (uid)").connection.close()
        with pytest.raises(InvalidInput, match=r"greeum merge"):
            memory.import_from(tmp_path)
        with pytest.raises(InvalidInput, match=r"is no memory.db of an older Greeum"):
            memory.import_from(tmp_path, format="greeum-legacy")
