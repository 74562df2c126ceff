"""The stores of Greeum 2 to 5: memory.db, and beside it anchors.json, graph_snapshot.jsonl and stm_anchors.db.

What they hold is taken with what is known of its faults: hashes of several kinds, of which none is refused; links in
three forms, often twice; vectors that carry no meaning, which are made anew; times of the clock on the wall; short-term
memories of which nobody noted when they end.
"""

from __future__ import annotations

import os
from json import loads
from typing import Any

from greeum.errors import InvalidInput
from greeum.importers.databases import Database
from greeum.importers.files import SQLITE_MAGIC, content, magic
from greeum.importers.legacy_entities import entities
from greeum.importers.legacy_hashes import Chain
from greeum.importers.records import Bad, Edge, Left, Note, Record, Slot, digest, moment, short, tame
from greeum.unreadable import json_fault

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import tzinfo

    from greeum.importers.databases import Row
    from greeum.importers.records import Findings

NAME = "greeum-legacy"

PLACES = ("memory.db", os.path.join("data", "memory.db"))
"""Where the database is in a directory."""

COLUMNS = ("block_index", "timestamp", "context", "importance", "hash", "prev_hash")

LATER_COLUMNS = ("before", "after", "xref", "slot")
"""Of stores from 3.0 on: the tree of blocks, whose names are hashes."""

SHORT_TERM_US = 3_600_000_000
"""How long a short-term memory lasted, whatever was asked for: an hour, since nothing else was stored."""

SIDE_BYTES_MAX = 67_108_864
"""anchors.json or graph_snapshot.jsonl: the graph of a hundred thousand blocks is some 30 MB."""

ANCHOR_HOPS = {"A": 1, "B": 2, "C": 3}
HOPS_MAX = 3

NOISE = ("links", "actant_analysis", "actant_processing")
"""Metadata that are links, which become links, or guesses of a pattern matcher, which say nothing."""


def path_of(path: str) -> str | None:
    """The database in a directory, or that a path is; None if there is none."""
    places = [os.path.join(path, place) for place in PLACES] if os.path.isdir(path) else [path]
    return next((place for place in places if os.path.isfile(place) and magic(place) == SQLITE_MAGIC), None)


def is_one(database: Database) -> bool:
    """Whether a database is such a store."""
    return set(COLUMNS) <= set(database.columns("blocks"))


def findings(database: Database, zone: tzinfo | None, now_us: int) -> Findings:
    """Blocks in their order, then links and anchors."""
    store = Legacy(database, zone)
    yield from store.blocks()
    yield from store.short_term(now_us)
    yield from store.links()
    yield from entities(database, store.block_of)
    yield from store.anchors()
    yield from store.notes()


class Legacy:
    """One store, and what must be remembered of it on the way: eight bytes and a hash for each block."""

    def __init__(self, database: Database, zone: tzinfo | None) -> None:
        self._database = database
        self._zone = zone
        self._folder = os.path.dirname(os.path.abspath(database.path))
        self._ids: dict[int, str] = {}
        """The identity of each block, by its index."""
        self._hashes: dict[str, int] = {}
        self._first: dict[int, int] = {}
        """Of a revision, the index of the first version."""
        self._newest: dict[int, str] = {}
        """Of a first version that was revised, the identity of the newest."""
        self._weights: dict[tuple[int, int, str], float] = {}
        self._chain = Chain()

    # Blocks.

    def blocks(self) -> Findings:
        columns = [*COLUMNS, *(name for name in LATER_COLUMNS if name in self._database.columns("blocks"))]
        for row in self._database.rows("blocks", columns, order="block_index"):
            where = f"block {row['block_index']}"
            if row.problem is not None:
                yield Bad(where, row.problem)
                continue
            try:
                yield from self._block(where, row)
            except InvalidInput as error:
                yield Bad(where, str(error))

    def _block(self, where: str, row: Row) -> Findings:
        index, text = row["block_index"], row["context"]
        if not isinstance(text, str) or not text.strip():
            yield Left("blocks without text")
            return
        at = moment(row["timestamp"], "timestamp", self._zone)
        if at is None:
            raise InvalidInput("timestamp", "is missing")
        metadata, problem = self._metadata(index)
        if problem is not None:
            yield Note(f"{where}: its metadata {problem}: kept as they are, under `unread`")
        metadata, revision = parted(metadata)
        notes = {"block_index": index, "hash": row["hash"], "prev_hash": row["prev_hash"],
                 "hash_kind": self._chain.kind(row), "keywords": list(self._words("block_keywords", "keyword", index)),
                 "slot": row.get("slot")}  # fmt: skip
        notes = {name: note for name, note in notes.items() if note not in (None, "", [])}
        record = Record(
            where, identity(row), text, kind="note", tags=list(self._words("block_tags", "tag", index))[:64],
            importance=share(row["importance"]), at=at, added_at=at,
            metadata=tame(metadata | {"legacy": notes}),
            before=self._version_before(revision),
        )  # fmt: skip
        self._ids[index] = record.id
        self._note_version(index, revision)
        if isinstance(row["hash"], str) and row["hash"]:
            self._hashes[row["hash"]] = index
        self._note_tree(index, row)
        yield record

    def _version_before(self, revision: int | None) -> str | None:
        """The newest version of the block that was revised: a second revision names the same block as the first."""
        first = None if revision is None else self._first.get(revision, revision)
        return None if first is None else self._newest.get(first, self._ids.get(first))

    def _note_version(self, index: int, revision: int | None) -> None:
        if revision in self._ids:
            first = self._first[index] = self._first.get(revision, revision)
            self._newest[first] = self._ids[index]

    def _current(self, index: int | None) -> str:
        """The newest version of a block that is there: what points to a block means what it has become."""
        assert index is not None
        return self._newest.get(self._first.get(index, index), self._ids[index])

    def _metadata(self, index: int) -> tuple[dict[str, Any], str | None]:
        """What is noted of a block, without its links, which are noted here; and what is wrong with it."""
        for row in self._of_block("block_metadata", "metadata", index):
            if row.problem is not None:
                return {}, row.problem
            try:
                metadata = loads(row["metadata"])
            except (TypeError, ValueError, RecursionError):
                return {"unread": str(row["metadata"])[:10_000]}, "are not JSON"
            if not isinstance(metadata, dict):
                return {"unread": metadata}, "are no object"
            self._note_neighbours(index, metadata.get("links"))
            return metadata, None
        return {}, None

    def _words(self, table: str, column: str, index: int) -> Iterator[str]:
        for row in self._of_block(table, column, index):
            word = row.get(column)
            if isinstance(word, str) and word.strip():
                yield short(word)

    def _of_block(self, table: str, column: str, index: int) -> Iterator[Row]:
        if {"block_index", column} <= set(self._database.columns(table)):
            yield from self._database.rows(table, (column,), where="block_index = ?", arguments=(index,))

    def short_term(self, now_us: int) -> Findings:
        """Those that would not have ended yet, with what is left of their hour."""
        if not {"id", "timestamp", "content"} <= set(self._database.columns("short_term_memories")):
            return
        for row in self._database.rows("short_term_memories", ("id", "timestamp", "content", "speaker")):
            where = f"short-term memory {row['id']}"
            try:
                at = moment(row["timestamp"], "timestamp", self._zone)
                text = row["content"]
                if row.problem is not None or at is None or not isinstance(text, str):
                    raise InvalidInput("content", row.problem or "has no time or no text")
            except InvalidInput as error:
                yield Bad(where, str(error))
                continue
            if at + SHORT_TERM_US <= now_us or not text.strip():
                yield Left("short-term memories that have ended")
            else:
                speaker = row["speaker"] if isinstance(row["speaker"], str) and row["speaker"].strip() else None
                yield Record(
                    where, f"short-term\0{row['id']}", text, source=speaker and short(speaker), at=at, added_at=at,
                    tags=["short-term"], expires_at=at + SHORT_TERM_US,
                )  # fmt: skip

    # Links.

    def _note_neighbours(self, index: int, links: object) -> None:
        neighbours = links.get("neighbors") if isinstance(links, dict) else None
        for neighbour in neighbours if isinstance(neighbours, list) else ():
            if isinstance(neighbour, dict):
                weight = neighbour.get("w", neighbour.get("weight"))
                target = neighbour.get("id")
                if isinstance(target, dict):  # a link of the older form within one of the newer
                    weight, target = target.get("w", weight), target.get("id")
                self._note_link(index, index_of(target), "near", weight)

    def _note_link(self, source: int | None, target: int | None, kind: str, weight: object) -> None:
        """Keep a link, and the strongest of several alike."""
        if source is not None and target is not None and source != target:
            link = source, target, kind
            self._weights[link] = max(share(weight, 0.5), self._weights.get(link, 0.0))

    def _note_tree(self, index: int, row: Row) -> None:
        before = row.get("before")
        if isinstance(before, str):
            self._note_link(index, self._hashes.get(before), "after", 1.0)
        for other in hashes_of(row.get("xref")):
            self._note_link(index, self._hashes.get(other), "about", 0.5)

    def block_of(self, index: object) -> str | None:
        """The identity of the newest version of the block with this index; None if there is none."""
        return self._current(index) if isinstance(index, int) and index in self._ids else None

    def links(self) -> Findings:
        yield from self._graph()
        yield from self._associations()
        unknown = 0
        for (source, target, kind), weight in self._weights.items():
            if source in self._ids and target in self._ids:
                ends = self._current(source), self._current(target)
                if ends[0] != ends[1]:
                    yield Edge(f"link of block {source}", *ends, kind, weight)
            else:
                unknown += 1
        if unknown:
            yield Note(f"{unknown:,} links lead to blocks that are not there, and were left out")

    def _graph(self) -> Findings:
        graph, problem = self._beside("graph_snapshot.jsonl")
        if problem is not None:
            yield Bad("graph_snapshot.jsonl", problem)
        edges = graph.get("edges") if isinstance(graph, dict) else None
        for edge in edges if isinstance(edges, list) else ():
            if isinstance(edge, dict):
                self._note_link(index_of(edge.get("u")), index_of(edge.get("v")), "near", edge.get("w"))

    def _associations(self) -> Findings:
        database = self._database
        if not {"node_id", "memory_id"} <= set(database.columns("memory_nodes")):
            return
        wanted = ("source_node_id", "target_node_id", "association_type", "strength")
        if not set(wanted) <= set(database.columns("associations")):
            return
        nodes = {row["node_id"]: row["memory_id"] for row in database.rows("memory_nodes", ("node_id", "memory_id"))}
        for row in database.rows("associations", wanted):
            if row.problem is not None:
                yield Bad(f"association {row.name}", row.problem)
                continue
            ends = [nodes.get(row[name]) for name in wanted[:2]]
            source, target = (end if isinstance(end, int) else None for end in ends)
            kind = row["association_type"]
            self._note_link(
                source, target, short(kind) if isinstance(kind, str) and kind.strip() else "about", row["strength"]
            )

    # Anchors.

    def anchors(self) -> Findings:
        found: dict[str, Slot] = {}
        snapshot, problem = self._beside("anchors.json")
        if problem is not None:
            yield Bad("anchors.json", problem)
        slots = snapshot.get("slots") if isinstance(snapshot, dict) else None
        for place, slot in enumerate(slots if isinstance(slots, list) else ()):
            where = f"anchors.json: slots[{place}]"
            if isinstance(slot, dict) and isinstance(slot.get("slot"), str) and slot["slot"].strip():
                block = index_of(slot.get("anchor_block_id"))
                if block in self._ids:
                    found[slot["slot"]] = self._slot(where, slot["slot"], self._current(block), slot)
                elif slot.get("anchor_block_id"):
                    yield Bad(where, f"points to block {slot['anchor_block_id']!r:.80}, which is not there")
        yield from self._later_anchors(found)
        yield from found.values()

    def _slot(self, where: str, name: str, block: str, slot: dict[str, Any]) -> Slot:
        hops = slot.get("hop_budget")
        is_number = isinstance(hops, int) and not isinstance(hops, bool)
        chosen = min(max(hops, 1), HOPS_MAX) if is_number and isinstance(hops, int) else ANCHOR_HOPS.get(name, 2)
        return Slot(where, short(name), block, chosen, slot.get("pinned") is True, used_at(slot.get("last_used_ts")))

    def _later_anchors(self, found: dict[str, Slot]) -> Findings:
        """Those of 3.1 and later, in a database of their own; they hold where both say something."""
        path = os.path.join(self._folder, "stm_anchors.db")
        if not os.path.isfile(path):
            return
        try:
            with Database(path) as database:
                columns = database.columns("slots")
                wanted = [name for name in ("slot_name", "anchor_block", "last_seen") if name in columns]
                if wanted[:2] == ["slot_name", "anchor_block"]:
                    for name, slot in self._later_slots(database.rows("slots", wanted)):
                        found[name] = slot
        except InvalidInput as error:
            yield Bad("stm_anchors.db", str(error))

    def _later_slots(self, rows: Iterable[Row]) -> Iterator[tuple[str, Slot]]:
        for row in rows:
            name, block = row["slot_name"], row["anchor_block"]
            index = self._hashes.get(block, index_of(block)) if isinstance(block, str) else None
            if index in self._ids and isinstance(name, str) and name.strip():
                where, seen = f"stm_anchors.db: slot {name}", {"last_used_ts": row.get("last_seen")}
                yield name, self._slot(where, name, self._current(index), seen)

    def _beside(self, name: str) -> tuple[object, str | None]:
        """A JSON document beside the database; None if there is none, or if there is something wrong with it."""
        path = os.path.join(self._folder, name)
        if not os.path.isfile(path):
            return None, None
        try:
            return loads(content(path, SIDE_BYTES_MAX)), None
        except (InvalidInput, ValueError, RecursionError) as error:
            return None, f"cannot be read: {json_fault(error)}"

    def notes(self) -> Findings:
        yield from self._chain.notes()
        if self._database.has_changed:
            yield Note("the store was written to while it was read: import it again when nothing writes to it")


def identity(row: Row) -> str:
    """The same for the same block, wherever its store lies: an index alone is that of other stores' blocks too."""
    return digest(*(row[name] for name in ("block_index", "timestamp", "hash", "context")))


def parted(metadata: dict[str, Any]) -> tuple[dict[str, Any], int | None]:
    """Metadata without noise, and the index of the block that this one is a revision of, if it is one."""
    original = metadata.get("original_block_index")
    is_revision = metadata.get("revision_type") == "update" or "revision_number" in metadata
    kept = {name: value for name, value in metadata.items() if name not in NOISE}
    return kept, original if is_revision and isinstance(original, int) else None


def index_of(name: object) -> int | None:
    """The index that a block is named by: a number, as text too, with or without blk_ before it."""
    if isinstance(name, bool):
        return None
    if isinstance(name, int):
        return name
    digits = name.removeprefix("blk_") if isinstance(name, str) else ""
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 16 else None


def share(value: object, otherwise: float = 0.5) -> float:
    """A number from 0 to 1; what lies beyond is brought back, what is none is `otherwise`."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value:  # noqa: PLR0124 - NaN
        return otherwise
    return float(min(max(value, 0.0), 1.0))


def used_at(seconds: object) -> int | None:
    """When an anchor was used, if that is known."""
    try:
        return moment(seconds, "last_used_ts") or None
    except InvalidInput:
        return None


def hashes_of(value: object) -> list[str]:
    """A JSON list of hashes."""
    try:
        found = loads(value) if isinstance(value, str) else []
    except (ValueError, RecursionError):
        return []
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []
