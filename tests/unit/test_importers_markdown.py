"""A folder of notes."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

import greeum.testing
from greeum import Memory
from greeum.errors import InvalidInput
from greeum.importers import markdown
from greeum.importers.front_matter import parted
from greeum.testing import TinyEmbedder


@pytest.fixture
def memory() -> Iterator[Memory]:
    with greeum.testing.memory(embedder=TinyEmbedder()) as memory:
        yield memory


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    (folder / "music").mkdir(parents=True)
    note = (
        "---\ntitle: Cello\ntags: [music, 'lesson one']\ndate: 2025-03-04\naliases:\n  - violoncello\n---\n"
        "Before any heading, see [[Mia]].\n\n# Lessons\n\nOn Thursdays. #weekly\n\n```sh\n# no heading\n```\n"
        "## Empty\n\n## Friday\r\n\r\nNever; [[mia#Hours|her hours]] and [[Nobody]].\n"
    )
    (folder / "music" / "cello.md").write_text(note, encoding="utf-8", newline="")
    (folder / "Mia.md").write_text(
        "Teaches the [[violoncello]].\n# Hours\nFrom nine.\n# Hours\nTo five.\n", encoding="utf-8"
    )
    (folder / "empty.markdown").write_text("---\na: b\n---\n\n", encoding="utf-8")
    (folder / "other.txt").write_text("no note", encoding="utf-8")
    (folder / ".obsidian").mkdir()
    (folder / ".obsidian" / "hidden.md").write_text("no note", encoding="utf-8")
    return folder


def texts(memory: Memory) -> dict[str | None, str]:
    return {block.key: block.text for block in memory.list()}


def test_each_section_is_a_block_in_the_namespace_of_its_file(memory: Memory, notes: Path) -> None:
    report = memory.import_from(notes)
    assert (report.format, report.added, report.skipped) == ("markdown", 6, 0)
    assert texts(memory) == {
        "music/cello.md": "Before any heading, see [[Mia]].",
        "music/cello.md#Lessons": "# Lessons\n\nOn Thursdays. #weekly\n\n```sh\n# no heading\n```",
        "music/cello.md#Lessons#Friday": "## Friday\n\nNever; [[mia#Hours|her hours]] and [[Nobody]].",
        "Mia.md": "Teaches the [[violoncello]].",
        "Mia.md#Hours": "# Hours\nFrom nine.",
        "Mia.md#Hours#2": "# Hours\nTo five.",
    }
    assert report.left_out == {"notes without text": 1}
    block = memory.get(key="music/cello.md#Lessons", namespace="music/cello")
    assert (block.kind, block.tags) == ("note", ("music", "lesson one", "weekly"))
    assert block.at == datetime(2025, 3, 4, tzinfo=UTC)
    assert block.metadata["headings"] == ["Lessons"]
    assert block.metadata["front_matter"]["aliases"] == ["violoncello"]  # type: ignore[index]


def test_links_between_notes_become_links_between_blocks(memory: Memory, notes: Path) -> None:
    report = memory.import_from(notes)
    found = {
        (memory.get(link.source).key, link.kind, memory.get(link.target).key)
        for block in memory.list()
        for link in memory.links(block.id)
    }
    assert found == {
        ("music/cello.md", "mentions", "Mia.md"),
        ("music/cello.md#Lessons#Friday", "mentions", "Mia.md#Hours"),
        ("Mia.md", "mentions", "music/cello.md"),
    }
    assert report.notes == ["1 links name notes that are not there, and were left out"]


def test_what_was_changed_corrects_what_was_imported(memory: Memory, notes: Path) -> None:
    memory.import_from(notes)
    assert (memory.import_from(notes).added, memory.import_from(notes).present) == (0, 6)
    path = notes / "Mia.md"
    path.write_text(path.read_text(encoding="utf-8").replace("From nine", "From ten"), encoding="utf-8")
    assert memory.import_from(notes, dry_run=True).corrected == 1
    report = memory.import_from(notes)
    assert (report.added, report.corrected, report.present) == (1, 1, 5)
    changed = memory.get(key="Mia.md#Hours", namespace="Mia")
    assert [block.text for block in memory.history(changed.id)] == ["# Hours\nFrom nine.", "# Hours\nFrom ten."]


def test_without_a_date_a_note_is_as_old_as_its_file(memory: Memory, notes: Path) -> None:
    os.utime(notes / "Mia.md", (1_700_000_000, 1_700_000_000))
    memory.import_from(notes, namespace="vault")
    assert memory.get(key="Mia.md", namespace="vault/Mia").at.timestamp() == 1_700_000_000


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="has no named pipes")
def test_links_pipes_and_what_is_no_text_are_not_read(memory: Memory, notes: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text("secret", encoding="utf-8")
    (notes / "out.md").symlink_to(tmp_path / "secret.md")
    (notes / "loop").symlink_to(notes)
    os.mkfifo(notes / "pipe.md")
    (notes / "bad.md").write_bytes(b"caf\xe9")
    report = memory.import_from(notes)
    assert report.added == 6
    assert [(where, reason[:20]) for where, reason in report.reasons] == [
        ("bad.md", "file: is not UTF-8 ("),
        ("out.md", "is a symbolic link, "),
        ("pipe.md", "is no file"),
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="has no such names")
def test_names_that_are_no_text_are_said_as_far_as_they_are(memory: Memory, notes: Path) -> None:
    Path(os.fsdecode(os.fsencode(notes) + b"/caf\xe9.md")).write_text("x", encoding="utf-8")
    [reason] = memory.import_from(notes).reasons
    assert reason == ("caf?.md", "has a name that is not UTF-8")


def test_a_note_that_is_too_large_is_said(memory: Memory, notes: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (notes / "large.md").write_text("x" * 2_001, encoding="utf-8")
    monkeypatch.setattr(markdown, "FILE_BYTES_MAX", 2_000)
    report = memory.import_from(notes)
    assert [where for where, _ in report.reasons] == ["large.md"]
    assert report.reasons[0].reason == "file: is larger than 2,000 bytes"


def test_what_is_no_folder_is_refused(memory: Memory, notes: Path) -> None:
    with pytest.raises(InvalidInput, match="is no folder"):
        memory.import_from(notes / "Mia.md", format="markdown")


def test_long_and_deep_names_fit(memory: Memory, tmp_path: Path) -> None:
    deep = tmp_path / "n" / Path(*(f"folder {number}" for number in range(20)))
    deep.mkdir(parents=True)
    (deep / f"{'long ' * 40}.md").write_text(f"# {'heading ' * 60}\ntext\n", encoding="utf-8")
    assert memory.import_from(tmp_path / "n").added == 1
    assert memory.import_from(tmp_path / "n").present == 1


@pytest.mark.parametrize(
    ("text", "matter", "rest"),
    [
        ("no matter", {}, "no matter"),
        ("---\nnever ends\n", {}, "---\nnever ends\n"),
        (
            "---\na: 'b: c'\n# comment\nlist:\n- one\n- \"two\"\nlong: |\n  some\n  lines\nempty:\n---\nx",
            {"a": "b: c", "list": ["one", "two"], "long": "|\nsome\nlines"},
            "x",
        ),
        ("---\nno colon\n---\nx", {}, "x"),
    ],
)
def test_front_matter_is_read_as_far_as_people_write_it(text: str, matter: dict[str, object], rest: str) -> None:
    assert parted(text) == (matter, rest)
