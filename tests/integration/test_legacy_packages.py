"""Stores that the published packages of older Greeums really make. Only where it is asked for.

TRY_LEGACY=install installs each version into an environment of its own, which needs the network; TRY_LEGACY=FOLDER
takes those in FOLDER/VERSION.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import greeum.testing
from greeum.testing import TinyEmbedder

TRY_LEGACY = os.environ.get("TRY_LEGACY", "")

NEEDS = ("numpy", "click", "rich", "sqlalchemy", "pydantic", "python-dateutil", "anyio", "requests", "psutil")
"""What the modules import that are used here. Installing all that the packages ask for takes six gigabytes."""

WRITER = Path(__file__).parent / "legacy_writer.py"

pytestmark = pytest.mark.skipif(not TRY_LEGACY, reason="TRY_LEGACY does not ask for it")


def python_of(version: str, folder: Path) -> Path:
    """The Python of an environment with this version."""
    if TRY_LEGACY != "install":
        return Path(TRY_LEGACY) / version / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = folder / "bin" / "python"
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*install, *NEEDS], check=True)
    subprocess.run([*install, "--no-deps", f"greeum=={version}"], check=True)
    return python


@pytest.mark.parametrize("version", ["2.2.5", "2.3.0", "3.1.2"])
def test_what_it_wrote_is_taken_in(version: str, tmp_path: Path) -> None:
    store = tmp_path / "store"
    store.mkdir()
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    environment = kept | {"HOME": str(store), "GREEUM_DATA_DIR": str(store), "GREEUM_DISABLE_ST": "1"}
    python = python_of(version, tmp_path / "environment")
    command = [str(python), str(WRITER), str(store), version]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout.splitlines()[-1])
    before = {path.name: path.read_bytes() for path in store.iterdir() if path.is_file()}
    with greeum.testing.memory(embedder=TinyEmbedder()) as memory:
        report = memory.import_from(store)
        assert (report.format, report.added, report.corrected, report.skipped) == ("greeum-legacy", 7, 2, 0)
        blocks = {block.text: block for block in memory.list(history=True)}
        assert set(told["texts"]) < set(blocks)
        lesson = blocks["The cello lesson is on Saturday."]
        assert [block.text for block in memory.history(lesson.id)] == [
            "The cello lesson is on Thursday.",
            "The cello lesson is on Friday.",
            "The cello lesson is on Saturday.",
        ]
        assert blocks["remember the milk"].expires_at is not None
        links = {
            (link.source, link.target, link.kind): link.weight
            for block in blocks.values()
            for link in memory.links(block.id)
        }
        first, report_, odd = (blocks[told["texts"][place]].id for place in (0, 2, 3))
        assert (links[report_, lesson.id, "near"], links[first, odd, "near"]) == (0.7, 0.62)
        assert memory.anchors.get("B").block_id == report_
        assert (memory.anchors.get("A").block_id == lesson.id) or told["is_later"]
        kinds = [block.metadata["legacy"]["hash_kind"] for block in blocks.values() if "legacy" in block.metadata]  # type: ignore[index]
        assert sorted(kinds) == ["library"] * 4 + ["unverified"] * 2
        again = memory.import_from(store)
        assert (again.added, again.present) == (0, 7)
    assert {path.name: path.read_bytes() for path in store.iterdir() if path.is_file()} == before
