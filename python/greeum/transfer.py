"""Out and in: a memory as JSON Lines, without loss.

The first line says what follows: `{"type": "greeum", "format": 1}`. Then one record a line: `block` (every version,
oldest first, its text and fields, and the uid of the version it supersedes), `link`, `anchor`. Records name blocks by
their uid, which is the same in every memory. docs/reference/export.md has each field.
"""

from __future__ import annotations

from base64 import b64encode
from json import dumps, loads

from greeum import inputs, limits
from greeum.drafts import mark
from greeum.errors import Conflict, InvalidInput
from greeum.model import Block, optional_iso
from greeum.store.protocol import Draft

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from greeum.embed.protocol import Embedder
    from greeum.store.protocol import AnchorRow, BlockRow, LinkRow, Store

FORMAT = 1
"""Counts up when an older Greeum could no longer read what is written."""

GIVEN = "given/"
"""How the fingerprint of vectors begins that the caller brought: these cannot be made anew, and are taken along."""

ROWS_PER_STEP = 500
"""Blocks read or added at once."""

UID_DIGITS = 32


def export(store: Store) -> Iterator[str]:
    """The lines, without line ends. Blocks that are added meanwhile may or may not be among them."""
    yield dumps({"type": "greeum", "format": FORMAT})
    uids: dict[int, str] = {}
    bound = store.embedder()
    are_given = bound is not None and bound[0].startswith(GIVEN)
    for row, vectors in entries_of(store):
        uids[row[0]] = row[1]
        record = block_record(row, uids)
        if are_given:
            record["vectors"] = b64encode(vectors).decode()
        yield dumps(record, ensure_ascii=False)
    for link in links_of(store, uids):
        yield dumps(link_record(link, uids), ensure_ascii=False)
    for anchor in store.anchors(""):
        if anchor[2] in uids:
            yield dumps(anchor_record(anchor, uids), ensure_ascii=False)


def entries_of(store: Store) -> Iterator[tuple[BlockRow, bytes]]:
    last = 0
    while ids := store.ids(last, ROWS_PER_STEP):
        yield from store.entries(ids)
        last = ids[-1]


def links_of(store: Store, uids: dict[int, str]) -> Iterator[LinkRow]:
    ids = list(uids)
    for start in range(0, len(ids), ROWS_PER_STEP):
        for link in store.links(ids[start : start + ROWS_PER_STEP]):
            if link[1] in uids:
                yield link


def block_record(row: BlockRow, uids: dict[int, str]) -> dict[str, object]:
    record = {"type": "block"} | Block(row).to_dict()
    del record["id"], record["superseded_by"], record["superseded_at"]
    record["supersedes"] = None if row[16] is None else uids.get(row[16])
    return record


def link_record(row: LinkRow, uids: dict[int, str]) -> dict[str, object]:
    return {
        "type": "link",
        "source": uids[row[0]],
        "target": uids[row[1]],
        "kind": row[2],
        "weight": row[3],
        "added_at": optional_iso(row[4]),
    }


def anchor_record(row: AnchorRow, uids: dict[int, str]) -> dict[str, object]:
    return {
        "type": "anchor",
        "namespace": row[0],
        "name": row[1],
        "block": uids[row[2]],
        "hops": row[3],
        "pinned": bool(row[4]),
        "moved_at": optional_iso(row[5]),
    }


class Importer:
    """Takes records in, in the order in which they come."""

    def __init__(
        self, store: Store, embedder: Embedder, admit: Callable[[Draft], None], *, bring_back: bool = False
    ) -> None:
        """`admit` is the door's: it has a look at every draft, as at one that is added."""
        self._store = store
        self._admit = admit
        self._embedder = embedder
        self._bring_back = bring_back
        self._line = 0
        self._has_begun = False
        self._waiting: list[tuple[int, Draft]] = []
        self._merged: dict[str, int] = {}
        """Blocks that are here under another uid, since their key says the same."""
        self._forgotten: set[str] = set()
        """Blocks that were forgotten here, and are passed over with what names them."""
        self.counts = {"added": 0, "present": 0, "forgotten": 0, "links": 0, "anchors": 0}

    def run(self, lines: Iterable[str], progress: Callable[[int], None] | None = None) -> dict[str, int]:
        """Take in all lines; `progress` is called with the number of lines done."""
        if isinstance(lines, (str, bytes)) or not hasattr(lines, "__iter__"):
            raise InvalidInput("lines", "must be several strings, each a line of JSON")
        try:
            for number, line in enumerate(lines, 1):
                self._line = number
                self._step(self._take, line)
                if progress is not None and number % ROWS_PER_STEP == 0:
                    progress(number)
        finally:
            self._step(self._flush)
        if not self._has_begun:
            raise InvalidInput("lines", "are empty: the first one must say what follows")
        return self.counts

    def _step(self, act: Callable[..., None], *arguments: str) -> None:
        """Do it; if it is refused, say in which line."""
        try:
            act(*arguments)
        except (InvalidInput, Conflict) as error:
            raise type(error)(*at_line(self._line, error)) from error

    def _take(self, line: str) -> None:
        if not isinstance(line, str):
            raise InvalidInput("line", f"must be a string, not {type(line).__name__}")
        if not line.strip():
            return
        record = parsed(line)
        sort = record.get("type")
        if not self._has_begun or sort == "greeum":
            check_header(record)
            self._has_begun = True
        elif sort == "block":
            self._take_block(record)
        elif sort == "link":
            self._flush()
            self._take_link(record)
        elif sort == "anchor":
            self._flush()
            self._take_anchor(record)
        else:
            raise InvalidInput("type", f"is {sort!r}; there are block, link and anchor")

    def _take_block(self, record: dict[str, Any]) -> None:
        draft = draft_of(record)
        self._admit(draft)
        mark(draft, is_turn=draft.kind == "message")
        draft.is_turn = False  # it has a uid to be known by
        if "vectors" in record:
            draft.vectors = self._given(record["vectors"], draft.text)
        before = record.get("supersedes")
        if before is None:
            self._waiting.append((self._line, draft))
            if len(self._waiting) >= ROWS_PER_STEP:
                self._flush()
            return
        self._flush()
        if self._store.ids_of([draft.uid]):
            self.counts["present"] += 1
            return
        if self._is_passed_over(before) or self._were_forgotten([draft.uid]):
            self._pass_over({draft.uid})
            return
        self._embed([draft])
        self._store.supersede(self._id_of(before, "supersedes"), draft)
        self.counts["added"] += 1

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        present = self._store.ids_of([draft.uid for _, draft in waiting])
        fresh = {draft.uid: (line, draft) for line, draft in reversed(waiting) if draft.uid not in present}
        self.counts["present"] += len(waiting) - len(fresh)
        gone = self._were_forgotten(list(fresh))
        self._pass_over(gone)
        in_order = sorted((pair for uid, pair in fresh.items() if uid not in gone), key=lambda pair: pair[0])
        if not in_order:
            return
        drafts = [draft for _, draft in in_order]
        self._embed(drafts)
        try:
            self._add(drafts)
        except Conflict:
            # One is refused, and so are all; but those in the lines before it are to stay.
            for line, draft in in_order:
                self._line = line
                self._add([draft])

    def _were_forgotten(self, uids: list[str]) -> set[str]:
        return set() if self._bring_back else self._store.forgotten(uids)

    def _pass_over(self, uids: set[str]) -> None:
        self._forgotten |= uids
        self.counts["forgotten"] += len(uids)

    def _is_passed_over(self, *uids: object) -> bool:
        return any(isinstance(uid, str) and uid in self._forgotten for uid in uids)

    def _add(self, drafts: list[Draft]) -> None:
        for row, draft in zip(self._store.add(drafts), drafts, strict=True):
            if row[1] == draft.uid:
                self.counts["added"] += 1
            else:
                self._merged[draft.uid] = row[0]
                self.counts["present"] += 1

    def _given(self, vectors: object, text: str) -> bytes:
        if not self._embedder.fingerprint.startswith(GIVEN):
            raise InvalidInput("vectors", f"cannot be taken: this memory's are made by {self._embedder.fingerprint}")
        return inputs.codes(vectors, text, self._embedder.dimension)

    def _embed(self, drafts: list[Draft]) -> None:
        bare = [draft for draft in drafts if not draft.vectors]
        codes = self._embedder.encode_blocks([draft.text for draft in bare]) if bare else []
        for draft, code in zip(bare, codes, strict=True):
            draft.vectors = code

    def _take_link(self, record: dict[str, Any]) -> None:
        check_fields(record, LINK_FIELDS)
        if self._is_passed_over(record.get("source"), record.get("target")):
            return
        source, target = self._id_of(record.get("source"), "source"), self._id_of(record.get("target"), "target")
        if source == target:
            raise InvalidInput("target", "is the block itself")
        kind, weight = inputs.name(record.get("kind"), "kind"), inputs.share(record.get("weight"), "weight")
        self._store.link(source, target, kind, weight, inputs.time(record.get("added_at", ""), "added_at"))
        self.counts["links"] += 1

    def _take_anchor(self, record: dict[str, Any]) -> None:
        check_fields(record, ANCHOR_FIELDS)
        if self._is_passed_over(record.get("block")):
            return
        self._store.set_anchor(
            inputs.namespace(record.get("namespace", "")),
            inputs.name(record.get("name"), "name"),
            self._id_of(record.get("block"), "block"),
            inputs.count(record.get("hops"), "hops", limits.HOPS_MAX),
            inputs.truth(record.get("pinned"), "pinned"),
            inputs.time(record.get("moved_at", ""), "moved_at"),
        )
        self.counts["anchors"] += 1

    def _id_of(self, uid: object, field: str) -> int:
        wanted = uid_of(uid, field)
        block = self._store.ids_of([wanted]).get(wanted, self._merged.get(wanted))
        if block is None:
            raise InvalidInput(field, f"names block {uid}, which is neither in this memory nor in a line before")
        return block


LINK_FIELDS = frozenset(("type", "source", "target", "kind", "weight", "added_at"))
ANCHOR_FIELDS = frozenset(("type", "namespace", "name", "block", "hops", "pinned", "moved_at"))
BLOCK_FIELDS = frozenset(
    ("type", "uid", "namespace", "key", "text", "kind", "source", "tags", "importance", "metadata", "at", "added_at",
     "valid_from", "valid_to", "expires_at", "revision", "supersedes", "origin", "trust", "flags", "uses", "vectors")
)  # fmt: skip


def draft_of(record: dict[str, Any]) -> Draft:
    check_fields(record, BLOCK_FIELDS)
    at = inputs.time(record.get("at", ""), "at")
    return Draft(
        uid=uid_of(record.get("uid"), "uid"),
        namespace=inputs.namespace(record.get("namespace", "")),
        key=inputs.optional_name(record.get("key"), "key"),
        text=inputs.text(record.get("text")),
        kind=inputs.name(record.get("kind", "message"), "kind"),
        source=inputs.optional_name(record.get("source"), "source"),
        tags=inputs.tags(record.get("tags", ())),
        importance=inputs.share(record.get("importance", 0.5), "importance"),
        metadata=inputs.metadata(record.get("metadata", {})),
        at=at,
        added_at=inputs.time(record["added_at"], "added_at") if "added_at" in record else at,
        valid_from=inputs.optional_time(record.get("valid_from"), "valid_from"),
        valid_to=inputs.optional_time(record.get("valid_to"), "valid_to"),
        expires_at=inputs.optional_time(record.get("expires_at"), "expires_at"),
        revision=inputs.count(record.get("revision", 1), "revision", 2**53 - 1),
        origin=inputs.string(record.get("origin", ""), "origin", limits.NAME_BYTES_MAX, empty=True),
        trust=inputs.share(record.get("trust", 1.0), "trust"),
        flags=inputs.tags(record.get("flags", ())),
        uses=inputs.count(record.get("uses", 0), "uses", 2**53 - 1, least=0),
        vectors=b"",
    )


def parsed(line: str) -> dict[str, Any]:
    try:
        record = loads(line)
    except (ValueError, RecursionError) as error:  # ValueError also for a number of thousands of digits
        raise InvalidInput("line", f"is not JSON ({error})") from error
    if not isinstance(record, dict):
        raise InvalidInput("line", "is not a JSON object")
    return record


def check_header(record: dict[str, Any]) -> None:
    if record.get("type") != "greeum":
        raise InvalidInput("type", 'of the first line must be "greeum": this is no export of a memory')
    if record.get("format") != FORMAT:
        raise InvalidInput("format", f"is {record.get('format')!r}; this version reads {FORMAT}: upgrade Greeum")


def check_fields(record: dict[str, Any], known: frozenset[str]) -> None:
    unknown = sorted(record.keys() - known)
    if unknown:
        raise InvalidInput(unknown[0], f"is no field of a {record['type']}")


def uid_of(value: object, field: str) -> str:
    if not isinstance(value, str) or len(value) != UID_DIGITS or any(c not in "0123456789abcdef" for c in value):
        raise InvalidInput(field, f"must be {UID_DIGITS} hex digits")
    return value


def at_line(number: int, error: InvalidInput | Conflict) -> tuple[str, ...]:
    """What to build the same error from, with the line in it."""
    if isinstance(error, InvalidInput):
        return f"line {number}: {error.field}", error.reason
    return (f"line {number}: {error}",)
