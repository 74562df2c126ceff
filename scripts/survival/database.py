"""Looks whether the database is sound, and holds what it must: past the Memory, straight at the rows."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import apsw
from scripts.survival import texts
from scripts.survival.expected import Violation

from greeum.embed.static import StaticEmbedder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from scripts.survival.ledger import Text

CHECKED_VECTORS = 500
"""The newest blocks, whose vectors are made again and compared."""


def check(path: Path, live: Mapping[int, Text]) -> None:
    """Raises Violation if the file is damaged, a seq is missing, or the rows are not those of `live`."""
    with closing(apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)) as connection:
        check_integrity(connection)
        check_seq(connection)
        check_rows(connection, live)
        check_vectors(connection)


def check_integrity(connection: apsw.Connection) -> None:
    """The B-trees, and what refers to what."""
    if (verdict := connection.execute("PRAGMA integrity_check").fetchall()) != [("ok",)]:
        raise Violation(f"SQLite finds the database damaged: {verdict[:3]}")
    if broken := connection.execute("PRAGMA foreign_key_check").fetchall():
        raise Violation(f"rows refer to blocks that are not there: {broken[:3]}")


def check_seq(connection: apsw.Connection) -> None:
    """1, 2, 3, … without gaps; a log that was cut begins later."""
    gap = "SELECT seq FROM log WHERE seq > (SELECT min(seq) FROM log) AND seq - 1 NOT IN (SELECT seq FROM log)"
    if after := connection.execute(gap).fetchall():
        raise Violation(f"seq has gaps, before {after[:5]}")


def check_rows(connection: apsw.Connection, live: Mapping[int, Text]) -> None:
    """The newest versions, by id and text."""
    rows = connection.execute("SELECT id, text FROM blocks WHERE superseded_by IS NULL")
    stored = {block_id: texts.digest(text) for block_id, text in rows}
    expected = {block_id: text.digest for block_id, text in live.items()}
    if stored != expected:
        differing = sorted(dict(stored.items() ^ expected.items()))
        raise Violation(f"the rows are not what was acknowledged: {len(differing)} blocks differ, {differing[:10]}")


def check_vectors(connection: apsw.Connection) -> None:
    """Each block has the vectors that its text makes."""
    rows: list[tuple[int, str, bytes]] = connection.execute(
        "SELECT id, text, vectors FROM blocks LEFT JOIN vectors ON block_id = id ORDER BY id DESC LIMIT ?",
        (CHECKED_VECTORS,),
    ).fetchall()  # type: ignore[assignment] # the columns' types
    made = StaticEmbedder().encode_blocks([text for _, text, _ in rows])
    if wrong := [row[0] for row, vectors in zip(rows, made, strict=True) if row[2] != vectors]:
        raise Violation(f"without their vectors: {len(wrong)} blocks, {wrong[:10]}")
