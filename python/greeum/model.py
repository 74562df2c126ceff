"""What a memory gives back: Block, Link, Anchor, Hit, Context, Change.

They are views over rows: a field that nobody reads is not built. Nothing here can be changed; `Memory` changes things.
"""

from __future__ import annotations

from greeum import _core
from greeum._core import PARTS, format_time
from greeum.store.protocol import ANCHOR, BLOCK, FORGOTTEN, LINKS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from greeum.store.protocol import AnchorRow, BlockRow, LinkRow
    from greeum.store.rollback import Undone


def moment(at_us: int) -> datetime:
    """Microseconds since 1970 as an aware `datetime` in UTC."""
    from datetime import UTC, datetime, timedelta

    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at_us)


def optional_moment(at_us: int | None) -> datetime | None:
    return None if at_us is None else moment(at_us)


def optional_iso(at_us: int | None) -> str | None:
    return None if at_us is None else format_time(at_us)


class Block:
    """One memory, in one version. `id` names the version; `key`, or the newest version, names the thing.

    Times are aware `datetime`s in UTC: `at` (when it was said or true), `added_at` (when it was stored), `valid_from`
    and `valid_to` (when it holds), `expires_at` (when it is to be gone from searches).
    """

    __slots__ = ("_row",)

    def __init__(self, row: BlockRow) -> None:
        self._row = row

    @property
    def id(self) -> int:
        return self._row[0]

    @property
    def uid(self) -> str:
        """The block's identity across stores: 32 hex digits, kept by export and import."""
        return self._row[1]

    @property
    def namespace(self) -> str:
        return self._row[2]

    @property
    def key(self) -> str | None:
        return self._row[3]

    @property
    def text(self) -> str:
        return self._row[4]

    @property
    def kind(self) -> str:
        return self._row[5]

    @property
    def source(self) -> str | None:
        return self._row[6]

    @property
    def tags(self) -> tuple[str, ...]:
        if self._row[7] == "[]":
            return ()
        from json import loads

        return tuple(loads(self._row[7]))

    @property
    def importance(self) -> float:
        return self._row[8]

    @property
    def metadata(self) -> dict[str, object]:
        if self._row[9] == "{}":
            return {}
        from json import loads

        metadata: dict[str, object] = loads(self._row[9])
        return metadata

    @property
    def at(self) -> datetime:
        return moment(self._row[10])

    @property
    def at_iso(self) -> str:
        """`at` in ISO 8601, for those who can do without `datetime`: the command line pays for every import."""
        return format_time(self._row[10])

    @property
    def added_at(self) -> datetime:
        return moment(self._row[11])

    @property
    def valid_from(self) -> datetime | None:
        return optional_moment(self._row[12])

    @property
    def valid_to(self) -> datetime | None:
        return optional_moment(self._row[13])

    @property
    def expires_at(self) -> datetime | None:
        return optional_moment(self._row[14])

    @property
    def revision(self) -> int:
        """1 when added, one more with each change of a field."""
        return self._row[15]

    @property
    def supersedes(self) -> int | None:
        """The id of the version before this one."""
        return self._row[16]

    @property
    def superseded_by(self) -> int | None:
        """The id of the version after this one; None for the newest."""
        return self._row[17]

    @property
    def superseded_at(self) -> datetime | None:
        """When the version after this one was recorded."""
        return optional_moment(self._row[18])

    @property
    def origin(self) -> str:
        """Where it was written from, as `cli` or `key/4fRt09ZqLm`; empty where a program used the library itself."""
        return self._row[19]

    @property
    def trust(self) -> float:
        """How far its origin was trusted, from 0 to 1."""
        return self._row[20]

    @property
    def flags(self) -> tuple[str, ...]:
        """What was noticed about it when it was stored, or decided about it since (`quarantined`)."""
        if self._row[21] == "[]":
            return ()
        from json import loads

        return tuple(loads(self._row[21]))

    @property
    def uses(self) -> int:
        """How often it was used, as of the last time that this was written down."""
        return self._row[22]

    def to_dict(self) -> dict[str, object]:
        """All fields, ready for JSON: times in ISO 8601."""
        row = self._row
        return {
            "id": row[0],
            "uid": row[1],
            "namespace": row[2],
            "key": row[3],
            "text": row[4],
            "kind": row[5],
            "source": row[6],
            "tags": list(self.tags),
            "importance": row[8],
            "metadata": self.metadata,
            "at": format_time(row[10]),
            "added_at": format_time(row[11]),
            "valid_from": optional_iso(row[12]),
            "valid_to": optional_iso(row[13]),
            "expires_at": optional_iso(row[14]),
            "revision": row[15],
            "supersedes": row[16],
            "superseded_by": row[17],
            "superseded_at": optional_iso(row[18]),
            "origin": row[19],
            "trust": row[20],
            "flags": list(self.flags),
            "uses": row[22],
        }

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Block) and self._row == other._row

    def __hash__(self) -> int:
        return hash(self._row[1])

    def __repr__(self) -> str:
        return f"Block({self.id}, {self.text[:60]!r})"


class Contradiction:
    """That a block which was added cannot hold beside another one, `block`, and why.

    `reason` is "number", "date", "negation" or "value" (something else in the same place); `new` and `old` are what
    either says there. `is_sure` says that the newer one is sure to hold instead. `message` is all of it in a
    sentence."""

    __slots__ = ("block", "is_sure", "message", "new", "old", "reason")

    def __init__(self, block: int, reason: str, new: str, old: str, is_sure: bool, text: str) -> None:
        self.block = block
        self.reason = reason
        self.new = new
        self.old = old
        self.is_sure = is_sure
        said = text if len(text) <= SAID_MAX else f"{text[:SAID_MAX]}…"
        if reason == "negation":
            self.message = f"it denies block {block} ({said!r}), or is denied by it"
        else:
            self.message = f"it says {new!r} where block {block} says {old!r} ({said!r}): another {reason}"

    def to_dict(self) -> dict[str, object]:
        """All fields, ready for JSON."""
        return {name: getattr(self, name) for name in ("block", "reason", "new", "old", "is_sure", "message")}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Contradiction) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash((self.block, self.reason, self.new, self.old))

    def __repr__(self) -> str:
        return f"Contradiction(block {self.block}, {self.reason}: {self.old!r} → {self.new!r})"


SAID_MAX = 80
"""Characters of a block's text in a sentence about it."""


class Added(Block):
    """What `add` gives back: the block as stored, and what came of it.

    `is_new` is False if nothing was added, since it is there already: this is the block that is there. `duplicate_of`
    is the id of the block that says the same (its own, if nothing was added), `echo_of` that of the one whose text a
    search had given back a moment before, `conflicts` what it contradicts."""

    __slots__ = ("conflicts", "duplicate_of", "echo_of", "is_new")

    def __init__(
        self,
        row: BlockRow,
        is_new: bool = True,
        duplicate_of: int | None = None,
        echo_of: int | None = None,
        conflicts: tuple[Contradiction, ...] = (),
    ) -> None:
        super().__init__(row)
        self.is_new = is_new
        self.duplicate_of = duplicate_of
        self.echo_of = echo_of
        self.conflicts = conflicts

    def outcome(self) -> dict[str, object]:
        """What came of adding it, ready for JSON: all that a Block does not have."""
        return {
            "is_new": self.is_new,
            "duplicate_of": self.duplicate_of,
            "echo_of": self.echo_of,
            "conflicts": [conflict.to_dict() for conflict in self.conflicts],
        }


class Link:
    """A directed, typed edge from block `source` to block `target`, weighing 0 to 1."""

    __slots__ = ("_row",)

    def __init__(self, row: LinkRow) -> None:
        self._row = row

    @property
    def source(self) -> int:
        return self._row[0]

    @property
    def target(self) -> int:
        return self._row[1]

    @property
    def kind(self) -> str:
        return self._row[2]

    @property
    def weight(self) -> float:
        return self._row[3]

    @property
    def added_at(self) -> datetime:
        return moment(self._row[4])

    @property
    def origin(self) -> str:
        """Where it was written from; empty for a program that uses the library."""
        return self._row[5]

    def to_dict(self) -> dict[str, object]:
        """All fields, ready for JSON."""
        source, target, kind, weight, added_at, origin = self._row
        return {
            "source": source,
            "target": target,
            "kind": kind,
            "weight": weight,
            "added_at": format_time(added_at),
            "origin": origin,
        }

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Link) and self._row == other._row

    def __hash__(self) -> int:
        return hash(self._row[:3])

    def __repr__(self) -> str:
        return f"Link({self.source} -{self.kind}-> {self.target}, {self.weight})"


class Anchor:
    """A named slot in a namespace that points to a block; searches near it reach `hops` away from there.

    A `pinned` anchor stays where it is; another moves on to each block that is added near it.
    """

    __slots__ = ("_row",)

    def __init__(self, row: AnchorRow) -> None:
        self._row = row

    @property
    def namespace(self) -> str:
        return self._row[0]

    @property
    def name(self) -> str:
        return self._row[1]

    @property
    def block_id(self) -> int:
        return self._row[2]

    @property
    def hops(self) -> int:
        return self._row[3]

    @property
    def pinned(self) -> bool:
        return bool(self._row[4])

    @property
    def moved_at(self) -> datetime:
        return moment(self._row[5])

    def to_dict(self) -> dict[str, object]:
        """All fields, ready for JSON."""
        namespace, name, block_id, hops, pinned, moved_at = self._row
        return {
            "namespace": namespace,
            "name": name,
            "block_id": block_id,
            "hops": hops,
            "pinned": bool(pinned),
            "moved_at": format_time(moved_at),
        }

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Anchor) and self._row == other._row

    def __hash__(self) -> int:
        return hash(self._row[:2])

    def __repr__(self) -> str:
        where = f" in {self.namespace}" if self.namespace else ""
        return f"Anchor({self.name}{where} at {self.block_id}{', pinned' if self.pinned else ''})"


class Hit:
    """A block that answers a query, and why.

    `score` is the sum of `parts`, in standard deviations over the blocks in scope: it orders the hits of one query, and
    says little across queries. Parts: `words` (the same words), `vector` (the same meaning as a whole), `tokens` (the
    same meaning word by word), `conversation` (the turns around it, or itself where it stands alone), `prior` (who said
    it, when, how), `graph` (the way from the anchor, or what is linked with it).
    """

    __slots__ = ("_parts", "_row", "_score")

    def __init__(self, row: BlockRow, score: float, parts: list[float]) -> None:
        self._row = row
        self._score = score
        self._parts = parts

    @property
    def block(self) -> Block:
        return Block(self._row)

    @property
    def score(self) -> float:
        return self._score

    @property
    def parts(self) -> dict[str, float]:
        return dict(zip(PARTS, self._parts, strict=True))

    def to_dict(self) -> dict[str, object]:
        """Score, parts and block, ready for JSON."""
        parts = {name: round(part, 4) for name, part in self.parts.items()}
        return {"score": round(self.score, 4), "parts": parts, "block": self.block.to_dict()}

    def __repr__(self) -> str:
        return f"Hit({self.score:.2f}, {self._row[4][:60]!r})"


class Context:
    """What is known about a query, as a text for a prompt; `len` counts its blocks.

    `blocks` are those that stand in the text, in that order, and `tokens` is about how many tokens the text takes:
    estimated, and on the safe side.
    """

    __slots__ = ("_blocks", "_text", "_tokens")

    def __init__(self, text: str, blocks: list[Block], tokens: int) -> None:
        self._text = text
        self._blocks = blocks
        self._tokens = tokens

    @property
    def text(self) -> str:
        """Ready for a prompt; empty if nothing was found, or nothing fits."""
        return self._text

    @property
    def blocks(self) -> list[Block]:
        return list(self._blocks)

    @property
    def tokens(self) -> int:
        return self._tokens

    def to_dict(self) -> dict[str, object]:
        """Text, tokens and blocks, ready for JSON."""
        return {"text": self._text, "tokens": self._tokens, "blocks": [block.to_dict() for block in self._blocks]}

    def __len__(self) -> int:
        return len(self._blocks)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Context) and self._text == other._text and self._blocks == other._blocks

    def __hash__(self) -> int:
        return hash(self._text)

    def __str__(self) -> str:
        """The text: what a prompt is to hold, if somebody puts the whole of it there."""
        return self._text

    def __repr__(self) -> str:
        return f"Context({len(self._blocks)} blocks, {self._tokens} tokens)"


class RolledBack:
    """What a roll-back did, or would do."""

    __slots__ = ("_undone", "forgotten")

    def __init__(self, undone: Undone, forgotten: list[int]) -> None:
        self._undone = undone
        self.forgotten = forgotten
        """Blocks that were erased, since that was asked for; ascending, as all ids here."""

    @property
    def quarantined(self) -> list[int]:
        """Blocks that the origin wrote, and that nobody finds any more."""
        forgotten = set(self.forgotten)
        return [block for block in self._undone.written if block not in forgotten]

    @property
    def restored(self) -> list[int]:
        """Blocks that the origin had corrected, and that are the newest version again."""
        return list(self._undone.restored)

    @property
    def links(self) -> list[Link]:
        """Links that the origin had added, and that are gone."""
        return [Link(row) for row in self._undone.links]

    @property
    def anchors(self) -> list[Anchor]:
        """Anchors that had come to point to what it wrote, where they are now."""
        return [Anchor(row) for row in self._undone.anchors]

    def _told_within(self, holds: Callable[[str], bool]) -> RolledBack:
        """The same without the anchors of namespaces that somebody may not know of."""
        anchors = [row for row in self._undone.anchors if holds(row[0])]
        return RolledBack(self._undone._replace(anchors=anchors), self.forgotten)

    def to_dict(self) -> dict[str, object]:
        """All fields, ready for JSON."""
        return {
            "quarantined": self.quarantined,
            "forgotten": list(self.forgotten),
            "restored": self.restored,
            "links": [link.to_dict() for link in self.links],
            "anchors": [anchor.to_dict() for anchor in self.anchors],
        }

    def __repr__(self) -> str:
        written, restored = len(self._undone.written), len(self._undone.restored)
        return f"RolledBack({written} blocks, {restored} restored, {len(self._undone.links)} links)"


OPERATIONS = {BLOCK: "block", FORGOTTEN: "forgotten", LINKS: "links", ANCHOR: "anchor"}
"""The operations of the log by the names that a Change gives them."""


class Change:
    """One entry of the log of changes: what was changed, not how.

    `operation` is "block" (added, corrected, or a field of it changed), "forgotten", "links" (those that leave the
    block) or "anchor" (one that points, or pointed, to the block).
    """

    __slots__ = ("_block_id", "_operation", "_seq")

    def __init__(self, seq: int, operation: str, block_id: int) -> None:
        self._seq = seq
        self._operation = operation
        self._block_id = block_id

    @property
    def seq(self) -> int:
        return self._seq

    @property
    def operation(self) -> str:
        return self._operation

    @property
    def block_id(self) -> int:
        return self._block_id

    def to_dict(self) -> dict[str, object]:
        """All fields, ready for JSON."""
        return {"seq": self._seq, "operation": self._operation, "block_id": self._block_id}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Change) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash(self._seq)

    def __repr__(self) -> str:
        return f"Change({self._seq}, {self._operation}, block {self._block_id})"


def hits_json(hits: Iterable[Hit]) -> bytes:
    """A JSON array of `to_dict` of each hit, in UTF-8, some ten times as quick."""
    return _core.hits_json([(hit._row, hit._score, hit._parts) for hit in hits])


def blocks_json(blocks: Iterable[Block]) -> bytes:
    """A JSON array of `to_dict` of each block, in UTF-8."""
    return _core.blocks_json([block._row for block in blocks])
