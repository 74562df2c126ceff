"""One import into one memory: of an export, or of what another program keeps."""

from __future__ import annotations

from contextlib import ExitStack, nullcontext

from greeum import inputs
from greeum.errors import InvalidInput
from greeum.importers import formats
from greeum.importers.files import check_there, lines, opened, unpacked
from greeum.importers.intake import Intake
from greeum.importers.reading import Reading
from greeum.importers.rehearsal import Rehearsal
from greeum.importers.report import ImportReport

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import tzinfo
    from typing import BinaryIO

    from greeum.importers.admission import Admission
    from greeum.store.protocol import Store


class Import(Reading):
    """One import into one memory."""

    def __init__(
        self,
        store: Store,
        door: Admission,
        now_us: int,
        *,
        dry_run: bool = False,
        bring_back: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> None:
        super().__init__(now_us, progress)
        self._store = store
        self._door = door
        self._dry_run = dry_run
        self._bring_back = bring_back

    def run(self, path: str | BinaryIO, format: str | None, namespace: str, zone: tzinfo | None) -> ImportReport:  # noqa: A002
        """Take in what is at `path`, or comes in a stream. Raises InvalidInput, NotFound, or what a Store raises."""
        self._begin(format_of(path, format), namespace)
        report = ImportReport(self._format, dry_run=self._dry_run)
        intake = self._intake(report)
        try:
            if self._format == formats.OURS:
                self._take_export(path, intake, report)
            elif isinstance(path, str):
                self._take_findings(path, zone, intake, report)
        finally:
            intake.flush()
        self._tell_of_unfit(report)
        return report

    def _take_findings(self, path: str, zone: tzinfo | None, intake: Intake | Rehearsal, report: ImportReport) -> None:
        with ExitStack() as closing:
            found = formats.findings(self._format, path, zone, self._now_us, closing)
            for number, finding in enumerate(found, 1):
                self._take(finding, intake, report)
                self._tell(number)

    def _intake(self, report: ImportReport) -> Intake | Rehearsal:
        if self._dry_run:
            return Rehearsal(self._store, self._door, report, bring_back=self._bring_back)
        origin = "" if self._format == formats.OURS else self._origin
        return Intake(self._store, self._door, report, origin=origin, bring_back=self._bring_back)

    def _take_export(self, path: str | BinaryIO, intake: Intake | Rehearsal, report: ImportReport) -> None:
        from greeum.importers.exports import Importer

        check_namespace_of_export(self._namespace)
        importer = Importer(intake, report, self._door)
        with opened(path) if isinstance(path, str) else nullcontext(path) as file:
            for number, line in lines(unpacked(file, path if isinstance(path, str) else "the stream")):
                importer.line(number, line)
                self._tell(number)
        importer.end()


def format_of(path: str | BinaryIO, format: str | None) -> str:  # noqa: A002 - the word for it
    """The format of what is to be taken in. Raises NotFound or InvalidInput."""
    if format is not None and inputs.name(format, "format") not in formats.NAMES:
        raise InvalidInput("format", f"is {format!r:.80}; there are {', '.join(formats.NAMES)}")
    if isinstance(path, str):
        check_there(path)
        return format or formats.recognised(path)
    if format not in (None, formats.OURS):
        raise InvalidInput("path", "must name a file or folder: only an export is read from a stream")
    return formats.OURS


def check_namespace_of_export(namespace: str) -> None:
    if namespace:
        raise InvalidInput("namespace", "cannot be chosen for an export of a memory: its blocks have theirs")
