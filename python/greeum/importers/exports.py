"""What `export` wrote, read again: from lines to what an intake takes. docs/reference/export.md has each field."""

from __future__ import annotations

from json import loads

from greeum import inputs, limits
from greeum.errors import InvalidInput
from greeum.importers.intake import LINE, AnchorAt, LinkAt, WeightsAt, at
from greeum.learning import LEARNABLE
from greeum.store.arrivals import Arrival
from greeum.store.protocol import Draft
from greeum.unreadable import json_fault
from greeum.weights import Own, said, weight_pairs
from greeum.zones import chosen

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from greeum.importers.admission import Admission
    from greeum.importers.intake import Intake
    from greeum.importers.rehearsal import Rehearsal
    from greeum.importers.report import ImportReport

    Record = dict[str, Any]

FORMAT = 1
"""Counts up when an older Greeum could no longer read what is written."""

UID_DIGITS = 32

LINES_PER_STEP = 500
"""Lines between two reports of progress."""

COUNTED = ("added", "present", "forgotten", "links", "anchors", "weights")
"""What `import_` says the number of."""


class Importer:
    """Takes records of an export, in the order in which they come. What is wrong with one is the intake's to refuse."""

    def __init__(
        self, intake: Intake | Rehearsal, report: ImportReport, door: Admission, *, takes_vectors: bool = False
    ) -> None:
        self._intake = intake
        self._report = report
        self._embedder = door.embedder
        self._takes_vectors = takes_vectors or door.needs_vectors
        self._has_begun = False

    def run(self, lines: Iterable[str], progress: Callable[[int], None] | None = None) -> dict[str, int]:
        """Take in all lines; `progress` is called with the number of lines done."""
        if isinstance(lines, (str, bytes)) or not hasattr(lines, "__iter__"):
            raise InvalidInput("lines", "must be several strings, each a line of JSON")
        try:
            for number, line in enumerate(lines, 1):
                if not isinstance(line, str):
                    raise InvalidInput(f"line {number}", f"must be a string, not {type(line).__name__}")
                self.line(number, line)
                if progress is not None and number % LINES_PER_STEP == 0:
                    progress(number)
        finally:
            self._intake.flush()
        self.end()
        return {name: getattr(self._report, name) for name in COUNTED}

    def end(self) -> None:
        """There are no more lines."""
        if not self._has_begun:
            raise InvalidInput("lines", "are empty: the first one must say what follows")

    def line(self, number: int, line: str | bytes | None) -> None:
        """Take one line; None is one that was too long to be read."""
        where = f"line {number}"
        try:
            if line is None:
                raise InvalidInput(LINE, "is too long")
            if not line.strip():
                return
            record = parsed(line)
        except InvalidInput as error:
            self._refuse(where, error)
        else:
            self.record(where, record)

    def record(self, where: str, record: Record) -> None:
        """Take one record."""
        try:
            thing = self._read(where, record)
        except InvalidInput as error:
            self._refuse(where, error)
            return
        if isinstance(thing, Arrival):
            self._intake.block(where, thing)
        elif isinstance(thing, LinkAt):
            self._intake.link(thing)
        elif isinstance(thing, WeightsAt):
            self._intake.weights(thing)
        elif thing is not None:
            self._intake.anchor(thing)

    def _refuse(self, where: str, error: InvalidInput) -> None:
        """What has not begun as an export is none, and refused as a whole."""
        if not self._has_begun:
            raise at(where, error) from error
        self._intake.refuse(where, error)

    def _read(self, where: str, record: Record) -> Arrival | LinkAt | AnchorAt | WeightsAt | None:
        sort = record.get("type")
        if not self._has_begun or sort == "greeum":
            check_header(record)
            self._has_begun = True
            if record.get("time_zone") is not None:
                self._intake.zone(chosen(record["time_zone"]).name)
            return None
        if sort == "block":
            return self._block(record)
        if sort == "link":
            return link_of(where, record)
        if sort == "anchor":
            return anchor_of(where, record)
        if sort == "weights":
            return weights_of(where, record)
        raise InvalidInput("type", f"is {sort!r}; there are block, link, anchor and weights")

    def _block(self, record: Record) -> Arrival:
        draft = draft_of(record)
        if "vectors" in record:
            draft.vectors = self._given(record["vectors"], draft.text)
        before = record.get("supersedes")
        replaces = inputs.truth(record.get("replaces", False), "replaces")
        return Arrival(draft, None if before is None else uid_of(before, "supersedes"), replaces=replaces)

    def _given(self, vectors: object, text: str) -> bytes:
        if not self._takes_vectors:
            raise InvalidInput("vectors", f"cannot be taken: this memory's are made by {self._embedder.fingerprint}")
        return inputs.codes(vectors, text, self._embedder.dimension)


LINK_FIELDS = frozenset(("type", "source", "target", "kind", "weight", "added_at", "origin"))
ANCHOR_FIELDS = frozenset(("type", "namespace", "name", "block", "hops", "pinned", "moved_at"))
WEIGHTS_FIELDS = frozenset(("type", "namespace", "set", "learnt"))
BLOCK_FIELDS = frozenset(
    ("type", "uid", "namespace", "key", "text", "kind", "source", "tags", "importance", "metadata", "at", "added_at",
     "valid_from", "valid_to", "expires_at", "revision", "supersedes", "replaces", "origin", "trust", "flags", "uses",
     "vectors")
)  # fmt: skip


def link_of(where: str, record: Record) -> LinkAt:
    check_fields(record, LINK_FIELDS)
    source, target = uid_of(record.get("source"), "source"), uid_of(record.get("target"), "target")
    if source == target:
        raise InvalidInput("target", "is the block itself")
    kind, weight = inputs.name(record.get("kind"), "kind"), inputs.share(record.get("weight"), "weight")
    added_at, origin = inputs.time(record.get("added_at", ""), "added_at"), origin_of(record)
    return LinkAt(where, source, target, kind, weight, added_at, origin)


def anchor_of(where: str, record: Record) -> AnchorAt:
    check_fields(record, ANCHOR_FIELDS)
    return AnchorAt(
        where,
        inputs.namespace(record.get("namespace", "")),
        inputs.name(record.get("name"), "name"),
        uid_of(record.get("block"), "block"),
        inputs.count(record.get("hops"), "hops", limits.HOPS_MAX),
        inputs.truth(record.get("pinned"), "pinned"),
        inputs.time(record.get("moved_at", ""), "moved_at"),
    )


def weights_of(where: str, record: Record) -> WeightsAt:
    check_fields(record, WEIGHTS_FIELDS)
    namespace = inputs.namespace(record.get("namespace", ""))
    chosen = record.get("set", {})
    weight_pairs(chosen)
    if chosen:
        said(chosen)  # that there are such weights
    try:
        own = Own.of({"set": chosen, "learnt": record.get("learnt")})
    except InvalidInput:
        raise
    except (ValueError, TypeError, KeyError) as error:
        raise InvalidInput("learnt", f"cannot have been learnt ({error})") from error
    unknown = own.learnt.steps.keys() - set(LEARNABLE) if own.learnt is not None else ()
    if unknown:
        raise InvalidInput("learnt.steps", f"has {min(unknown)[:80]!r}, which is no weight that is learnt")
    if own.written() is None:
        raise InvalidInput("set", "and `learnt` say nothing")
    return WeightsAt(where, namespace, own)


def draft_of(record: Record) -> Draft:
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
        origin=origin_of(record),
        trust=inputs.share(record.get("trust", 1.0), "trust"),
        flags=inputs.tags(record.get("flags", ())),
        uses=inputs.count(record.get("uses", 0), "uses", 2**53 - 1, least=0),
        vectors=b"",
    )


def parsed(line: str | bytes) -> Record:
    try:
        record = loads(line if isinstance(line, str) else line.decode())
    except UnicodeDecodeError as error:
        raise InvalidInput(LINE, f"is not UTF-8 ({error.reason} at byte {error.start})") from error
    except (ValueError, RecursionError) as error:
        raise InvalidInput(LINE, f"is not JSON ({json_fault(error)})") from error
    if not isinstance(record, dict):
        raise InvalidInput(LINE, "is not a JSON object")
    return record


def check_header(record: Record) -> None:
    if record.get("type") != "greeum":
        raise InvalidInput("type", 'of the first line must be "greeum": this is no export of a memory')
    if record.get("format") != FORMAT:
        raise InvalidInput("format", f"is {record.get('format')!r}; this version reads {FORMAT}: upgrade Greeum")


def check_fields(record: Record, known: frozenset[str]) -> None:
    unknown = sorted(record.keys() - known)
    if unknown:
        raise InvalidInput(unknown[0], f"is no field of a {record['type']}")


def origin_of(record: Record) -> str:
    return inputs.string(record.get("origin", ""), "origin", limits.NAME_BYTES_MAX, empty=True)


def uid_of(value: object, field: str) -> str:
    if not isinstance(value, str) or len(value) != UID_DIGITS or any(c not in "0123456789abcdef" for c in value):
        raise InvalidInput(field, f"must be {UID_DIGITS} hex digits")
    return value
