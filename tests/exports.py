"""What other programs keep, in small: files as they write them, made here so that nothing of anybody's is in them."""

from __future__ import annotations

import json
import sqlite3
from hashlib import sha256
from pathlib import Path
from typing import Any

# ChatGPT and Claude.


def chatgpt_node(
    node_id: str, parent: str | None, text: str | None = None, role: str = "user", at: object = 1_700_000_000.5
) -> dict[str, Any]:
    message = None
    if text is not None:
        message = {
            "id": node_id,
            "author": {"role": role, "name": None, "metadata": {}},
            "create_time": at,
            "content": {"content_type": "text", "parts": [text]},
            "metadata": {"model_slug": "m"},
        }
    return {"id": node_id, "message": message, "parent": parent, "children": []}


def chatgpt(identity: str, *nodes: dict[str, Any], current: str | None = None) -> dict[str, Any]:
    mapping = {node["id"]: node for node in nodes}
    for node in nodes:
        if node["parent"] in mapping:
            mapping[node["parent"]]["children"].append(node["id"])
    return {
        "id": identity,
        "conversation_id": identity,
        "title": "Lessons",
        "create_time": 1_700_000_000.0,
        "mapping": mapping,
        "current_node": current or nodes[-1]["id"],
    }


def claude(identity: str, *messages: object) -> dict[str, Any]:
    return {
        "uuid": identity,
        "name": "Lessons",
        "created_at": "2025-03-04T09:00:00Z",
        "chat_messages": list(messages),
    }


def claude_message(uuid: str, text: str, sender: str = "human", **more: Any) -> dict[str, Any]:
    return {
        "uuid": uuid,
        "sender": sender,
        "created_at": "2025-03-04T09:00:01Z",
        "text": text,
        "content": [{"type": "text", "text": text}],
    } | more


def written(path: Path, value: object) -> Path:
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


# mem0.


def mem0_history(path: Path, *events: tuple[str, str | None, str | None, str, str]) -> Path:
    """Of (memory_id, old, new, event, time)."""
    with sqlite3.connect(path) as connection:
        connection.execute(
            "CREATE TABLE history (id TEXT PRIMARY KEY, memory_id TEXT, old_memory TEXT, new_memory TEXT, event TEXT,"
            " created_at DATETIME, updated_at DATETIME, is_deleted INTEGER, actor_id TEXT, role TEXT)"
        )
        for number, (memory, old, new, event, at) in enumerate(events):
            created, updated = (at, None) if event == "ADD" else (None, at)
            connection.execute(
                "INSERT INTO history VALUES (?,?,?,?,?,?,?,?,?,?)",
                (f"e{number}", memory, old, new, event, created, updated, 0, None, "user"),
            )
    connection.close()
    return path


# Greeum 2 to 5.

TABLES = """
CREATE TABLE blocks (block_index INTEGER PRIMARY KEY, timestamp TEXT NOT NULL, context TEXT NOT NULL,
    importance REAL NOT NULL, hash TEXT NOT NULL, prev_hash TEXT NOT NULL);
CREATE TABLE block_keywords (id INTEGER PRIMARY KEY AUTOINCREMENT, block_index INTEGER NOT NULL,
    keyword TEXT NOT NULL, UNIQUE(block_index, keyword));
CREATE TABLE block_tags (id INTEGER PRIMARY KEY AUTOINCREMENT, block_index INTEGER NOT NULL, tag TEXT NOT NULL,
    UNIQUE(block_index, tag));
CREATE TABLE block_metadata (block_index INTEGER PRIMARY KEY, metadata TEXT NOT NULL);
CREATE TABLE block_embeddings (block_index INTEGER PRIMARY KEY, embedding BLOB NOT NULL, embedding_model TEXT,
    embedding_dim INTEGER);
CREATE TABLE short_term_memories (id TEXT PRIMARY KEY, timestamp TEXT NOT NULL, content TEXT NOT NULL, speaker TEXT,
    metadata TEXT);
"""

LATER_TABLES = """
ALTER TABLE blocks ADD COLUMN root TEXT;
ALTER TABLE blocks ADD COLUMN before TEXT;
ALTER TABLE blocks ADD COLUMN after TEXT DEFAULT '[]';
ALTER TABLE blocks ADD COLUMN xref TEXT DEFAULT '[]';
ALTER TABLE blocks ADD COLUMN slot TEXT;
CREATE TABLE memory_nodes (node_id TEXT PRIMARY KEY, memory_id INTEGER, node_type TEXT, content TEXT);
CREATE TABLE associations (association_id TEXT PRIMARY KEY, source_node_id TEXT, target_node_id TEXT,
    association_type TEXT, strength REAL);
"""


class LegacyStore:
    """A store of an older Greeum in a folder, as its own library writes it."""

    def __init__(self, folder: Path, *, later: bool = False, journal: str = "delete") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.path = folder / "memory.db"
        self.connection = sqlite3.connect(self.path, isolation_level=None)
        self.connection.execute(f"PRAGMA journal_mode = {journal}")
        self.connection.executescript(TABLES + (LATER_TABLES if later else ""))
        self.hashes: list[str] = []

    def __enter__(self) -> LegacyStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def block(
        self,
        text: object,
        *,
        metadata: object = None,
        tags: tuple[str, ...] = (),
        keywords: tuple[str, ...] = (),
        timestamp: str = "2025-03-04T09:00:00.5",
        hash_kind: str = "library",
        index: int | None = None,
        importance: float = 0.5,
        **columns: object,
    ) -> str:
        """Add a block; its hash."""
        index = len(self.hashes) if index is None else index
        before = self.hashes[-1] if self.hashes else ""
        said = {"block_index": index, "timestamp": timestamp, "context": str(text), "prev_hash": before}
        if hash_kind == "library":
            written = json.dumps(said | {"importance": importance}, sort_keys=True, ensure_ascii=False)
        else:
            written = json.dumps(said, sort_keys=True)
        digest = "" if hash_kind == "none" else sha256(written.encode()).hexdigest()
        row = {**said, "context": text, "importance": importance, "hash": digest, **columns}
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        self.connection.execute(f"INSERT INTO blocks ({names}) VALUES ({marks})", tuple(row.values()))
        for table, column, words in (("block_tags", "tag", tags), ("block_keywords", "keyword", keywords)):
            for word in words:
                self.connection.execute(f"INSERT INTO {table} (block_index, {column}) VALUES (?, ?)", (index, word))
        if metadata is not None:
            kept = metadata if isinstance(metadata, str) else json.dumps(metadata)
            self.connection.execute("INSERT INTO block_metadata VALUES (?, ?)", (index, kept))
        self.connection.execute("INSERT INTO block_embeddings VALUES (?, ?, 'default', 128)", (index, bytes(512)))
        self.hashes.append(digest)
        return digest

    def anchors(self, *slots: dict[str, object]) -> None:
        written(self.folder / "anchors.json", {"version": 1, "slots": list(slots), "updated_at": 1})

    def graph(self, *edges: tuple[str, str, float]) -> None:
        listed = [{"u": u, "v": v, "w": w, "src": ["sim"]} for u, v, w in edges]
        written(self.folder / "graph_snapshot.jsonl", {"version": 1, "nodes": [], "edges": listed})

    def later_anchors(self, **slots: str | None) -> None:
        with sqlite3.connect(self.folder / "stm_anchors.db") as connection:
            connection.execute(
                "CREATE TABLE slots (slot_name TEXT PRIMARY KEY, anchor_block TEXT, topic_vec TEXT, summary TEXT,"
                " last_seen REAL, hysteresis REAL)"
            )
            for name, block in slots.items():
                connection.execute("INSERT INTO slots VALUES (?, ?, NULL, '', 1755245165.0, 0)", (name, block))
        connection.close()
