"""Out and in: a memory as JSON Lines, without loss.

The first line says what follows: `{"type": "greeum", "format": 1, "time_zone": "UTC"}`. Then one record a line: `block`
(every version, oldest first, its text and fields, and the uid of the version it supersedes), `link`, `anchor`,
`weights`. Records name blocks by their uid, which is the same in every memory. docs/reference/export.md has each field.
"""

from __future__ import annotations

from base64 import b64encode
from json import dumps

from greeum.errors import StoreDamaged
from greeum.importers.admission import GIVEN
from greeum.importers.exports import FORMAT, LINES_PER_STEP, Importer
from greeum.model import Block, optional_iso
from greeum.store.rows import NAMESPACE, is_within
from greeum.weights import Own, is_readable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from greeum.importers.admission import Admission
    from greeum.importers.exports import Record
    from greeum.importers.intake import Intake
    from greeum.importers.rehearsal import Rehearsal
    from greeum.importers.report import ImportReport
    from greeum.store.protocol import AnchorRow, BlockRow, LinkRow, Store

ROWS_PER_STEP = 500
"""Blocks read at once."""


def export(store: Store, namespace: str) -> Iterator[str]:
    """The lines, without line ends. Blocks that are added meanwhile may or may not be among them."""
    bound = store.embedder()
    are_given = bound is not None and bound[0].startswith(GIVEN)
    for record in records(store, with_vectors=are_given, namespace=namespace):
        yield dumps(record, ensure_ascii=False)


def records(store: Store, *, with_vectors: bool, namespace: str = "") -> Iterator[Record]:
    """What the lines say of a namespace and all below it: the header, blocks, links among these, anchors, weights."""
    yield {"type": "greeum", "format": FORMAT, "time_zone": store.time_zone()}
    uids = Uids()
    for row, vectors in entries_of(store):
        if not is_within(row[NAMESPACE], namespace):
            continue
        uids.add(row[0], row[1])
        record = block_record(row, uids)
        if with_vectors:
            record["vectors"] = b64encode(vectors).decode()
        yield record
    for link in links_of(store, uids):
        yield link_record(link, uids)
    for anchor in store.anchors(namespace):
        if anchor[2] in uids:
            yield anchor_record(anchor, uids)
    for place, kept in sorted(store.weights_below(namespace).items()):
        if is_readable(kept):
            yield {"type": "weights", "namespace": place, **Own.read(kept).to_dict()}


class Uids:
    """The uids of blocks by their ids, which come in ascending order: 24 bytes each, for there may be millions."""

    def __init__(self) -> None:
        from array import array

        self._ids = array("q")
        self._uids = bytearray()

    def add(self, block_id: int, uid: str) -> None:
        try:
            self._uids += bytes.fromhex(uid)
        except ValueError as error:
            raise StoreDamaged(f"the uid of block {block_id} is damaged: restore a backup") from error
        self._ids.append(block_id)

    def get(self, block_id: int | None) -> str | None:
        from bisect import bisect_left

        if block_id is None:
            return None
        place = bisect_left(self._ids, block_id)
        if place == len(self._ids) or self._ids[place] != block_id:
            return None
        return self._uids[16 * place : 16 * place + 16].hex()

    def __getitem__(self, block_id: int) -> str:
        uid = self.get(block_id)
        if uid is None:
            raise StoreDamaged(
                f"block {block_id}, which something refers to, is not there: run `greeum doctor --repair`"
            )
        return uid

    def __contains__(self, block_id: int) -> bool:
        return self.get(block_id) is not None

    def steps(self) -> Iterator[list[int]]:
        """The ids, some at a time."""
        for start in range(0, len(self._ids), ROWS_PER_STEP):
            yield self._ids[start : start + ROWS_PER_STEP].tolist()


def entries_of(store: Store) -> Iterator[tuple[BlockRow, bytes]]:
    last = 0
    while ids := store.ids(last, ROWS_PER_STEP):
        yield from store.entries(ids)
        last = ids[-1]


def links_of(store: Store, uids: Uids) -> Iterator[LinkRow]:
    for ids in uids.steps():
        for link in store.links(ids):
            if link[1] in uids:
                yield link


def block_record(row: BlockRow, uids: Uids) -> Record:
    record = {"type": "block"} | Block(row).to_dict()
    del record["id"], record["superseded_by"], record["superseded_at"]  # the version after it says both
    record["supersedes"] = uids.get(row[16])
    return record


def link_record(row: LinkRow, uids: Uids) -> Record:
    return {
        "type": "link",
        "source": uids[row[0]],
        "target": uids[row[1]],
        "kind": row[2],
        "weight": row[3],
        "added_at": optional_iso(row[4]),
        "origin": row[5],
    }


def anchor_record(row: AnchorRow, uids: Uids) -> Record:
    return {
        "type": "anchor",
        "namespace": row[0],
        "name": row[1],
        "block": uids[row[2]],
        "hops": row[3],
        "pinned": bool(row[4]),
        "moved_at": optional_iso(row[5]),
    }


def import_lines(
    store: Store,
    door: Admission,
    lines: Iterable[str],
    *,
    bring_back: bool,
    progress: Callable[[int], None] | None,
) -> dict[str, int]:
    """Take in what `export` wrote. The first line that is wrong ends it; what came before stays."""
    from greeum.importers.intake import Intake
    from greeum.importers.report import ImportReport

    report = ImportReport("greeum")
    intake = Intake(store, door, report, strict=True, bring_back=bring_back)
    return Importer(intake, report, door).run(lines, progress)


def merge(
    store: Store,
    other: Store,
    door: Admission,
    *,
    dry_run: bool,
    bring_back: bool,
    progress: Callable[[int, int], None] | None,
) -> ImportReport:
    """Take in what another store holds, and report what of it contradicts what is here. Anchors that are here stay."""
    from greeum.importers.intake import Intake
    from greeum.importers.rehearsal import Rehearsal
    from greeum.importers.report import ImportReport

    report = ImportReport("greeum", dry_run=dry_run)
    if dry_run:
        intake: Intake | Rehearsal = Rehearsal(store, door, report, keeps_anchors=True, bring_back=bring_back)
    else:
        intake = Intake(store, door, report, keeps_anchors=True, bring_back=bring_back)
    # Of the same embedder the vectors are the same: they need not be made again.
    takes_vectors = other.embedder() == (door.embedder.fingerprint, door.embedder.dimension)
    importer = Importer(intake, report, door, takes_vectors=takes_vectors)
    counts = other.counts()
    total = sum(counts[name] for name in ("blocks", "superseded", "links", "anchors"))
    try:
        for number, record in enumerate(records(other, with_vectors=takes_vectors)):
            importer.record(place_of(record), record)
            if progress is not None and number % LINES_PER_STEP == 0:
                progress(number, total)
    finally:
        intake.flush()
    return report


def place_of(record: Record) -> str:
    """How a report calls a record of another store."""
    name = record.get("uid") or record.get("source") or record.get("name") or record.get("namespace") or ""
    return f"{record['type']} {name}".rstrip()
