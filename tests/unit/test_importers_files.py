"""Files, packed or not, and what they must not do to whoever reads them."""

from __future__ import annotations

import gzip
import io
import json
import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from tests.exports import chatgpt, chatgpt_node

import greeum.testing
from greeum import Memory
from greeum.errors import InvalidInput, NotFound
from greeum.importers import files
from greeum.importers.files import BLANK_LINES_MAX, lines
from greeum.testing import TinyEmbedder

HEADER = '{"type": "greeum", "format": 1}\n'
BLOCK = '{"type": "block", "uid": "%032x", "text": "turn %d", "at": "2025-03-04"}\n'


@pytest.fixture
def memory() -> Iterator[Memory]:
    with greeum.testing.memory(embedder=TinyEmbedder()) as memory:
        yield memory


@pytest.mark.parametrize("size", [1, 5, 1 << 20])
def test_lines_are_read_whole_and_long_ones_passed_over(size: int) -> None:
    class Dripping(io.BytesIO):
        def read(self, wanted: int | None = -1, /) -> bytes:
            return super().read(size)

    found = list(lines(Dripping(b"one\n\n" + b"x" * 30 + b"\nthree\r\n" + b"y" * 30), bytes_max=10))
    assert found == [(1, b"one"), (2, b""), (3, None), (4, b"three\r"), (5, None)]


def test_a_file_of_empty_lines_is_given_up() -> None:
    some = b"\n" * BLANK_LINES_MAX
    assert len(list(lines(io.BytesIO(some)))) == BLANK_LINES_MAX
    with pytest.raises(InvalidInput, match="empty lines"):
        list(lines(io.BytesIO(some + b"\n" + b"one")))


class TestExports:
    def test_an_export_is_read_packed_or_not(self, memory: Memory, tmp_path: Path) -> None:
        text = (HEADER + "".join(BLOCK % (number, number) for number in range(3))).encode()
        (tmp_path / "a.jsonl").write_bytes(text)
        (tmp_path / "b").write_bytes(gzip.compress(text))
        assert memory.import_from(tmp_path / "a.jsonl").added == 3
        report = memory.import_from(tmp_path / "b")
        assert (report.format, report.present) == ("greeum", 3)
        for stream in (io.BytesIO(text), io.BytesIO(gzip.compress(text))):
            assert memory.import_from(stream).present == 3

    def test_bad_lines_are_said_and_the_others_taken(self, memory: Memory, tmp_path: Path) -> None:
        odd = [HEADER, BLOCK % (1, 1), "{\n", "\n", '{"type": "x"}\n', BLOCK % (2, 2)]
        link = {
            "type": "link",
            "source": f"{1:032x}",
            "target": f"{9:032x}",
            "kind": "k",
            "weight": 1,
            "added_at": "2025-03-04",
        }
        path = tmp_path / "a.jsonl"
        path.write_bytes("".join(odd).encode() + b"\xff\n" + json.dumps(link).encode())
        report = memory.import_from(path)
        assert (report.added, [where for where, _ in report.reasons]) == (2, ["line 3", "line 5", "line 7", "line 8"])
        assert memory.import_from(path, dry_run=True).skipped == 4

    def test_what_is_no_export_is_refused(self, memory: Memory, tmp_path: Path) -> None:
        path = tmp_path / "a.jsonl"
        for content in (b"", b"{}\n", b"\xff\n", b"\n\n"):
            path.write_bytes(content)
            with pytest.raises(InvalidInput):
                memory.import_from(path)
        with pytest.raises(InvalidInput, match="have theirs"):
            memory.import_from(path, format="greeum", namespace="acme")
        with pytest.raises(InvalidInput, match="must name a file"):
            memory.import_from(io.BytesIO(b"[]"), format="chatgpt")
        with pytest.raises(InvalidInput, match="format: is 'zep'"):
            memory.import_from(path, format="zep")
        assert memory.stats()["seq"] == 0

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="has no named pipes")
    def test_a_pipe_is_read_once(self, memory: Memory, tmp_path: Path) -> None:
        pipe = tmp_path / "pipe"
        os.mkfifo(pipe)
        writer = Thread(target=pipe.write_bytes, args=(gzip.compress((HEADER + BLOCK % (1, 1)).encode()),))
        writer.start()
        assert memory.import_from(pipe).added == 1
        writer.join()


class TestBombs:
    def test_of_gzip(self, memory: Memory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(files, "PACKED_FREE_BYTES", 1 << 20)
        path = tmp_path / "bomb.jsonl.gz"
        path.write_bytes(gzip.compress(HEADER.encode() + b"x" * (1 << 24)))
        with pytest.raises(InvalidInput, match="unpacks to more than 200 times its size"):
            memory.import_from(path)

    def test_of_zip(self, memory: Memory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(files, "PACKED_FREE_BYTES", 1 << 20)
        chat = json.dumps([chatgpt("c", chatgpt_node("a", None, "good"))])[:-1]
        with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("conversations.json", chat + "," + " " * (1 << 24) + "1]")
        with pytest.raises(InvalidInput, match="unpacks to more than 200 times its size"):
            memory.import_from(tmp_path / "bomb.zip")
        assert memory.count() == 1

    def test_what_is_damaged_or_cannot_be_unpacked(self, memory: Memory, tmp_path: Path) -> None:
        packed = gzip.compress((HEADER + BLOCK % (1, 1)).encode())
        damaged = {
            "short.gz": packed[:-9],
            "sum.gz": packed[:-8] + bytes(8),
            "deflate.gz": packed[:12] + b"\xff" * 20,
            "x.zip": b"PK\x03\x04nonsense",
            "x.zst": b"\x28\xb5\x2f\xfdx",
        }
        for name, content in damaged.items():
            (tmp_path / name).write_bytes(content)
            with pytest.raises(InvalidInput, match=r"is damaged|no zip file|zstd -d"):
                memory.import_from(tmp_path / name)
        with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
            archive.writestr("other.json", "[]")
        with pytest.raises(InvalidInput, match="in no format that is recognised"):
            memory.import_from(tmp_path / "x.zip")
        with zipfile.ZipFile(tmp_path / "y.zip", "w") as archive:
            archive.writestr("conversations.json", "[]")
        raw = bytearray((tmp_path / "y.zip").read_bytes())
        for place in (raw.find(b"PK\x03\x04") + 6, raw.find(b"PK\x01\x02") + 8):
            raw[place] |= 1  # says that it is encrypted
        (tmp_path / "y.zip").write_bytes(raw)
        with pytest.raises(InvalidInput, match="cannot be unpacked"):
            memory.import_from(tmp_path / "y.zip")


def test_what_is_not_there_or_not_known(memory: Memory, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        memory.import_from(tmp_path / "missing")
    with pytest.raises(NotFound):
        memory.import_from(tmp_path / "missing", format="chatgpt")
    (tmp_path / "a file").write_text("x", encoding="utf-8")
    with pytest.raises(InvalidInput, match="cannot be read"):
        memory.import_from(tmp_path / "a file" / "within")
    for content in ("text", "[]", '{"a": 1}', "[{}]"):
        (tmp_path / "x").write_text(content, encoding="utf-8")
        with pytest.raises(InvalidInput, match="in no format that is recognised; there are greeum, greeum-legacy"):
            memory.import_from(tmp_path / "x")
    with pytest.raises(InvalidInput, match="in no format"):
        memory.import_from(tmp_path)
    (tmp_path / "x.db").write_bytes(b"SQLite format 3\0" + bytes(100))
    with pytest.raises(InvalidInput, match="is no database that can be read"):
        memory.import_from(tmp_path / "x.db")
