"""From what a format finds to what a memory takes: identities become uids, and what does not fit is reported."""

from __future__ import annotations

from hashlib import blake2b

from greeum import inputs
from greeum.errors import InvalidInput
from greeum.importers.intake import AnchorAt, LinkAt
from greeum.importers.records import Bad, Edge, Left, Note, Record, Slot, clean, short
from greeum.limits import TAGS_MAX
from greeum.store.arrivals import Arrival
from greeum.store.protocol import Draft
from greeum.store.rows import check_validity

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol, TypeAlias

    from greeum.importers.records import Finding
    from greeum.importers.report import ImportReport

    Progress: TypeAlias = Callable[[int, int], None]

    class Taker(Protocol):
        """What takes things in: an Intake, or what stands in its place."""

        def block(self, where: str, arrival: Arrival) -> None: ...

        def link(self, link: LinkAt) -> None: ...

        def anchor(self, anchor: AnchorAt) -> None: ...


ORIGIN = "import/"
"""How the origin of a block begins that another program kept; the format's name follows. A block of an export keeps the
origin that it has: it comes from the same person's memory."""

FINDINGS_PER_STEP = 500
"""Findings between two reports of progress."""


class Reading:
    """What one import makes of what it finds."""

    def __init__(self, now_us: int, progress: Progress | None) -> None:
        self._now_us = now_us
        self._progress = progress
        self._format = ""
        self._namespace = ""
        self._place: tuple[tuple[str, ...], str] = (), ""
        """The last place of a block, there and here: what follows most often lies there too."""
        self._unfit = 0

    def _begin(self, format: str, namespace: str) -> None:  # noqa: A002 - the word for it
        self._format = format
        self._namespace = namespace
        self._place = (), namespace
        self._unfit = 0

    @property
    def _origin(self) -> str:
        return f"{ORIGIN}{self._format}"

    def _tell_of_unfit(self, report: ImportReport) -> None:
        if self._unfit:
            report.note(f"of {self._unfit:,} blocks the metadata did not fit, and were left out")

    def _tell(self, number: int) -> None:
        if self._progress is not None and number % FINDINGS_PER_STEP == 0:
            self._progress(number, 0)

    def _take(self, finding: Finding, intake: Taker, report: ImportReport) -> None:
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
            origin=self._origin,
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
