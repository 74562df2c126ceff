"""From what a format finds to what a Store takes: identities become uids, and what does not fit is reported."""

from __future__ import annotations

from contextlib import ExitStack, nullcontext
from hashlib import blake2b

from greeum import inputs
from greeum.errors import InvalidInput
from greeum.importers import formats
from greeum.importers.files import check_there, lines, opened, unpacked
from greeum.importers.intake import AnchorAt, Intake, LinkAt
from greeum.importers.records import Bad, Edge, Left, Note, Record, Slot, clean, short
from greeum.importers.rehearsal import Rehearsal
from greeum.importers.report import ImportReport
from greeum.limits import TAGS_MAX
from greeum.store.arrivals import Arrival
from greeum.store.protocol import Draft
from greeum.store.rows import check_validity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import tzinfo
    from typing import BinaryIO, TypeAlias

    from greeum.importers.admission import Admission
    from greeum.importers.records import Finding, Findings
    from greeum.store.protocol import Store

    Progress: TypeAlias = Callable[[int, int], None]

ORIGIN = "import/"
"""How the origin of a block begins that another program kept; the format's name follows. A block of an export keeps the
origin that it has: it comes from the same person's memory."""

FINDINGS_PER_STEP = 500
"""Findings between two reports of progress."""


class Import:
    """One import into one memory."""

    def __init__(
        self,
        store: Store,
        door: Admission,
        now_us: int,
        *,
        dry_run: bool = False,
        bring_back: bool = False,
        progress: Progress | None = None,
    ) -> None:
        self._store = store
        self._door = door
        self._now_us = now_us
        self._dry_run = dry_run
        self._bring_back = bring_back
        self._progress = progress
        self._format = ""
        self._namespace = ""
        self._place: tuple[tuple[str, ...], str] = (), ""
        """The last place of a block, there and here: what follows most often lies there too."""
        self._unfit = 0

    def run(self, path: str | BinaryIO, format: str | None, namespace: str, zone: tzinfo | None) -> ImportReport:  # noqa: A002
        """Take in what is at `path`, or comes in a stream. Raises InvalidInput, NotFound, or what a Store raises."""
        if format is not None and inputs.name(format, "format") not in formats.NAMES:
            raise InvalidInput("format", f"is {format!r:.80}; there are {', '.join(formats.NAMES)}")
        if isinstance(path, str):
            check_there(path)
        elif format not in (None, formats.OURS):
            raise InvalidInput("path", "must name a file or folder: only an export is read from a stream")
        self._format = format or (formats.recognised(path) if isinstance(path, str) else formats.OURS)
        self._namespace = namespace
        self._place = (), namespace
        report = ImportReport(self._format, dry_run=self._dry_run)
        intake = self._intake(report)
        try:
            with ExitStack() as closing:
                if self._format == formats.OURS:
                    self._take_export(path, intake, report)
                elif isinstance(path, str):
                    found = formats.findings(self._format, path, zone, self._now_us, closing)
                    self._take_all(found, intake, report)
        finally:
            intake.flush()
        if self._unfit:
            report.note(f"of {self._unfit:,} blocks the metadata did not fit, and were left out")
        return report

    def _intake(self, report: ImportReport) -> Intake | Rehearsal:
        if self._dry_run:
            return Rehearsal(self._store, self._door, report, bring_back=self._bring_back)
        origin = "" if self._format == formats.OURS else f"{ORIGIN}{self._format}"
        return Intake(self._store, self._door, report, origin=origin, bring_back=self._bring_back)

    def _take_export(self, path: str | BinaryIO, intake: Intake | Rehearsal, report: ImportReport) -> None:
        from greeum.importers.exports import Importer

        if self._namespace:
            raise InvalidInput("namespace", "cannot be chosen for an export of a memory: its blocks have theirs")
        importer = Importer(intake, report, self._door)
        with opened(path) if isinstance(path, str) else nullcontext(path) as file:
            for number, line in lines(unpacked(file, path if isinstance(path, str) else "the stream")):
                importer.line(number, line)
                self._tell(number)
        importer.end()

    def _take_all(self, findings: Findings, intake: Intake | Rehearsal, report: ImportReport) -> None:
        for number, finding in enumerate(findings, 1):
            self._take(finding, intake, report)
            self._tell(number)

    def _tell(self, number: int) -> None:
        if self._progress is not None and number % FINDINGS_PER_STEP == 0:
            self._progress(number, 0)

    def _take(self, finding: Finding, intake: Intake | Rehearsal, report: ImportReport) -> None:
        match finding:
            case Record():
                try:
                    arrival = self._arrival(finding)
                except InvalidInput as error:
                    report.skip(finding.where, str(error))
                else:
                    intake.block(finding.where, arrival)
            case Edge():
                intake.link(self._link(finding))
            case Slot():
                intake.anchor(self._anchor(finding))
            case Bad():
                report.skip(finding.where, finding.reason)
            case Left():
                report.leave_out(finding.reason)
            case Note():
                report.note(finding.text)

    def _uid(self, identity: str) -> str:
        """The same for the same thing in the same namespace, each time it is imported."""
        said = f"import\0{self._format}\0{self._namespace}\0{identity}"
        return blake2b(said.encode(errors="surrogatepass"), digest_size=16).hexdigest()

    def _arrival(self, record: Record) -> Arrival:
        added_at = self._now_us if record.added_at is None else record.added_at
        draft = Draft(
            uid=self._uid(record.id),
            namespace=self._below(record.namespace),
            text=inputs.text(clean(record.text)),
            key=inputs.optional_name(record.key, "key"),
            kind=inputs.name(record.kind, "kind"),
            source=inputs.optional_name(record.source, "source"),
            tags=inputs.tags(record.tags[:TAGS_MAX]),
            importance=inputs.share(record.importance, "importance"),
            metadata=self._metadata(record),
            at=added_at if record.at is None else record.at,
            added_at=added_at,
            expires_at=record.expires_at,
            origin=f"{ORIGIN}{self._format}",
            vectors=b"",
        )
        check_validity(draft.valid_from, draft.valid_to)
        return Arrival(draft, None if record.before is None else self._uid(record.before), replaces=record.replaces)

    def _below(self, segments: tuple[str, ...]) -> str:
        if segments != self._place[0]:
            below = inputs.namespace([short(segment) for segment in segments])
            self._place = segments, inputs.namespace(f"{self._namespace}/{below}" if self._namespace else below)
        return self._place[1]

    def _metadata(self, record: Record) -> str:
        try:
            return inputs.metadata(record.metadata)
        except InvalidInput:
            self._unfit += 1
            return "{}"

    def _link(self, edge: Edge) -> LinkAt:
        added_at = self._now_us if edge.added_at is None else edge.added_at
        return LinkAt(
            edge.where, self._uid(edge.source), self._uid(edge.target), short(edge.kind), edge.weight, added_at
        )

    def _anchor(self, slot: Slot) -> AnchorAt:
        moved_at = self._now_us if slot.moved_at is None else slot.moved_at
        uid = self._uid(slot.block)
        return AnchorAt(slot.where, self._namespace, slot.name, uid, slot.hops, slot.pinned, moved_at)
