"""SQLite's full-text search: what a program does that has a database already. Words alone, as OR of the query's."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING

from benches.peers.protocol import ADD, FILTER, NAMESPACE, SEARCH, Batch, Found, Peer, Step

if TYPE_CHECKING:
    from benches.peers.protocol import Vectors


class Fts5(Peer):
    name = "fts5"
    package = "sqlite"
    can = frozenset((SEARCH, NAMESPACE, FILTER, ADD))
    is_durable = True
    about = "unicode61, bm25(), WAL with synchronous=FULL"

    def __init__(self, directory: str, dimension: int, blocks: int) -> None:
        super().__init__(directory, dimension, blocks)
        self._connection = sqlite3.connect(Path(directory) / "blocks.db")
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = FULL")
        self._connection.execute("CREATE VIRTUAL TABLE blocks USING fts5 (text, namespace UNINDEXED, source UNINDEXED)")

    def add(self, batch: Batch) -> None:
        rows = ((n, b["text"], b["namespace"], b["source"]) for n, b in enumerate(batch.blocks, batch.first + 1))
        with self._connection:
            self._connection.executemany(
                "INSERT INTO blocks (rowid, text, namespace, source) VALUES (?, ?, ?, ?)", rows
            )

    def ask(self, step: Step, vector: Vectors | None, k: int) -> Found:
        words = " OR ".join('"' + word.replace('"', "") + '"' for word in step.text.split())
        where, values = "", []
        if step.kind == NAMESPACE:
            where, values = "AND namespace >= ? AND namespace < ?", [step.namespace + "/", step.namespace + "0"]
        elif step.kind == FILTER:
            where, values = "AND source = ?", [step.source]
        rows = self._connection.execute(
            f"SELECT rowid, text FROM blocks WHERE blocks MATCH ? {where} ORDER BY rank LIMIT ?", (words, *values, k)
        ).fetchall()
        return Found([row[0] - 1 for row in rows], [row[1] for row in rows])

    def close(self) -> None:
        self._connection.close()


PEER = Fts5
