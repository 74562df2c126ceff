"""An import into a memory that a server keeps: as into one's own, whatever is imported."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.exports import chatgpt, chatgpt_node, claude, claude_message, written
from tests.served import Loop, loop_in_a_thread, served

import greeum
from greeum import Memory, RemoteMemory, testing
from greeum.errors import InvalidInput, NotFound
from greeum.remote import upload
from greeum.testing import TinyEmbedder

HEADER = '{"type": "greeum", "format": 1}'


@pytest.fixture(scope="module")
def loop() -> Iterator[Loop]:
    with loop_in_a_thread() as loop:
        yield loop


@pytest.fixture
def own() -> Iterator[Memory]:
    with testing.memory(embedder=TinyEmbedder()) as memory:
        yield memory


@pytest.fixture
def kept() -> Iterator[Memory]:
    """The one that the server has."""
    with testing.memory(embedder=TinyEmbedder()) as memory:
        yield memory


@pytest.fixture
def remote(loop: Loop, kept: Memory) -> Iterator[RemoteMemory]:
    with served(loop, kept) as server, greeum.connect(server.url) as memory:
        yield memory


def record(uid: int, text: str, **more: Any) -> str:
    return json.dumps({"type": "block", "uid": f"{uid:032x}", "text": text, "at": "2025-01-01T00:00:00Z"} | more)


def everything(memory: Memory) -> list[dict[str, Any]]:
    """All that is stored, without when it was."""
    records = [json.loads(line) for line in memory.export()]
    return [{name: value for name, value in one.items() if name not in ("added_at", "moved_at")} for one in records]


LINES = [
    HEADER,
    record(1, "The violin is old.", key="violin"),
    "no json",
    record(2, "It was made in Cremona.", supersedes=f"{1:032x}"),
    record(3, "Rain again.", colour="grey"),
    record(4, "Snow.", key="violin"),
    json.dumps({"type": "link", "source": f"{2:032x}", "target": f"{9:032x}", "kind": "about", "weight": 1,
                "added_at": "2025-01-01T00:00:00Z"}),
]  # fmt: skip


def export_file(folder: Path) -> Path:
    path = folder / "memory.jsonl"
    path.write_text("\n".join(LINES), encoding="utf-8")
    return path


def packed_export(folder: Path) -> Path:
    path = folder / "memory.jsonl.gz"
    path.write_bytes(gzip.compress("\n".join(LINES).encode()))
    return path


def chats(folder: Path) -> Path:
    nodes = (
        chatgpt_node("one", None, "When is the cello lesson?", at=1_700_000_001),
        chatgpt_node("blank", "one", " ", at=1_700_000_002),
        chatgpt_node("last", "blank", "Thanks.", at=1_700_000_003),
    )
    return written(folder / "conversations.json", [chatgpt("chat-1", *nodes)])


def claudes(folder: Path) -> Path:
    messages = (claude_message("m-1", "What is a viola?"), {"uuid": "m-2", "text": "Larger."})
    return written(folder / "conversations.json", [claude("c-1", *messages)])


def notes(folder: Path) -> Path:
    path = folder / "notes"
    path.mkdir()
    (path / "cello.md").write_text("---\ndate: 2025-03-04\n---\n# Lessons\nOn Thursday, with [[Mia]].\n")
    (path / "Mia.md").write_text("---\ndate: 2025-03-04\n---\nTeaches the cello.\n")
    return path


@pytest.mark.parametrize("make", [export_file, packed_export, chats, claudes, notes])
@pytest.mark.parametrize("dry_run", [False, True])
def test_what_is_done_and_said_is_what_a_memory_of_ones_own_does_and_says(
    own: Memory, kept: Memory, remote: RemoteMemory, tmp_path: Path, make: Any, dry_run: bool
) -> None:
    path = make(tmp_path)
    expected = own.import_from(path, dry_run=dry_run)
    assert remote.import_from(path, dry_run=dry_run).to_dict() == expected.to_dict()
    assert everything(kept) == everything(own)
    assert expected.added > 0 and (len(everything(own)) == 1) == dry_run
    again = remote.import_from(path, dry_run=dry_run)
    assert again.to_dict() == own.import_from(path, dry_run=dry_run).to_dict()
    assert everything(kept) == everything(own)


def test_a_note_that_was_changed_is_the_newer_version(
    own: Memory, kept: Memory, remote: RemoteMemory, tmp_path: Path
) -> None:
    path = notes(tmp_path)
    for memory in (own, remote):
        memory.import_from(path, namespace="notes")
    (path / "Mia.md").write_text("---\ndate: 2025-03-04\n---\nTeaches the cello and the viola.\n")
    assert remote.import_from(path, namespace="notes").to_dict() == own.import_from(path, namespace="notes").to_dict()
    assert everything(kept) == everything(own)
    [mia] = kept.list(where={"key": "Mia.md"}, namespace="notes") or kept.list(namespace="notes/Mia.md")
    assert [block.text for block in kept.history(mia.id)] == ["Teaches the cello.", "Teaches the cello and the viola."]


def test_the_place_of_what_the_server_refuses_is_that_of_the_file(
    own: Memory, kept: Memory, remote: RemoteMemory, tmp_path: Path
) -> None:
    path = claudes(tmp_path)
    for memory in (own, kept):
        memory.screening.set("secret", "refuse")
    path.write_text(path.read_text().replace("What is a viola?", "The password is hunter2hunter2."))
    [secret, missing] = sorted(remote.import_from(path).reasons)
    assert sorted(own.import_from(path).reasons) == [secret, missing]
    assert secret.where.startswith("[0]")


def test_a_stream_is_an_export(kept: Memory, remote: RemoteMemory) -> None:
    report = remote.import_from(io.BytesIO("\n".join(LINES).encode()))
    assert (report.format, report.added, report.skipped) == ("greeum", 2, 4)
    with pytest.raises(InvalidInput, match="only an export is read from a stream"):
        remote.import_from(io.BytesIO(b""), format="chatgpt")


def test_what_was_forgotten_stays_away_unless_it_is_brought_back(
    kept: Memory, remote: RemoteMemory, tmp_path: Path
) -> None:
    path = tmp_path / "memory.jsonl"
    path.write_text("\n".join([HEADER, record(1, "The violin is old."), record(2, "Rain again.")]))
    remote.import_from(path)
    kept.forget([block.id for block in kept.list()])
    assert (remote.import_from(path).forgotten, kept.count()) == (2, 0)
    assert (remote.import_from(path, bring_back=True).added, kept.count()) == (2, 2)


def test_it_goes_in_pieces_and_progress_is_told(
    kept: Memory, remote: RemoteMemory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload, "PIECE_BYTES", 1_000)
    path = tmp_path / "memory.jsonl"
    path.write_text("\n".join([HEADER, *(record(n, f"turn {n}") for n in range(1, 101))]) + "\n")
    told: list[tuple[int, int]] = []
    assert remote.import_from(path, progress=lambda rows, total: told.append((rows, total))).added == 100
    assert told == sorted(told) and told[0][0] < told[-1][0] == 101


def test_of_a_damaged_file_what_came_before_is_taken_in(kept: Memory, remote: RemoteMemory, tmp_path: Path) -> None:
    path = packed_export(tmp_path)
    random = [record(n, f"turn {n} {hash(str(n))}") for n in range(1, 5_000)]
    path.write_bytes(gzip.compress("\n".join([HEADER, *random]).encode())[:-2_000])
    with pytest.raises(InvalidInput, match="is damaged"):
        remote.import_from(path, format="greeum")
    assert kept.count() > 0


def test_what_cannot_be_imported_is_refused_before_anything_is_sent(remote: RemoteMemory, tmp_path: Path) -> None:
    remote.close()  # nothing can be sent any more
    with pytest.raises(NotFound):
        remote.import_from(tmp_path / "nowhere")
    with pytest.raises(InvalidInput, match="cannot be chosen for an export"):
        remote.import_from(export_file(tmp_path), namespace="acme")
    with pytest.raises(InvalidInput, match="format: is 'notion'"):
        remote.import_from(tmp_path, format="notion")
