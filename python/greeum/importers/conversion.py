"""From what another program keeps to the lines of an export, for a memory that is elsewhere."""

from __future__ import annotations

from contextlib import ExitStack
from json import dumps, loads

from greeum._core import format_time
from greeum.importers import formats
from greeum.importers.exports import FORMAT
from greeum.importers.reading import Reading
from greeum.importers.report import ImportReport

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterator
    from datetime import tzinfo
    from typing import Any

    from greeum.importers.intake import AnchorAt, LinkAt
    from greeum.importers.reading import Progress
    from greeum.store.arrivals import Arrival

HEADER = {"type": "greeum", "format": FORMAT}


class Conversion(Reading):
    """One file or folder of another program, as lines. These can be asked for again, and are the same."""

    def __init__(self, path: str, format: str, namespace: str, zone: tzinfo | None, now_us: int) -> None:  # noqa: A002
        super().__init__(now_us, None)
        self._path = path
        self._zone = zone
        self._begin(format, namespace)

    def lines(self, report: ImportReport, progress: Progress | None = None) -> Iterator[str]:
        """The lines, with what cannot be one in the report. Raises InvalidInput if it cannot be read."""
        self._progress = progress
        return (line for _, line in self._placed(report))

    def places(self, numbers: Container[int]) -> dict[int, str]:
        """Where the lines of these numbers come from."""
        placed = enumerate(self._placed(ImportReport(self._format)), 1)
        return {number: where for number, (where, _) in placed if number in numbers}

    def _placed(self, report: ImportReport) -> Iterator[tuple[str, str]]:
        """Each line, and where it comes from."""
        self._begin(self._format, self._namespace)
        yield "", dumps(HEADER)
        carrier = Carrier(self._origin)
        with ExitStack() as closing:
            found = formats.findings(self._format, self._path, self._zone, self._now_us, closing)
            for number, finding in enumerate(found, 1):
                self._take(finding, carrier, report)
                for where, record in carrier.taken:
                    yield where, dumps(record, ensure_ascii=False)
                carrier.taken.clear()
                self._tell(number)
        self._tell_of_unfit(report)


class Carrier:
    """Has the face of an Intake, and makes records of an export."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self.taken: list[tuple[str, dict[str, Any]]] = []
        """Where each comes from, and the record."""

    def block(self, where: str, arrival: Arrival) -> None:
        draft = arrival.draft
        record = {
            "type": "block", "uid": draft.uid, "namespace": draft.namespace, "key": draft.key, "text": draft.text,
            "kind": draft.kind, "source": draft.source, "tags": loads(draft.tags), "importance": draft.importance,
            "metadata": loads(draft.metadata), "at": format_time(draft.at), "added_at": format_time(draft.added_at),
            "expires_at": None if draft.expires_at is None else format_time(draft.expires_at), "origin": draft.origin,
            "supersedes": arrival.before, "replaces": arrival.replaces,
        }  # fmt: skip
        self.taken.append((where, record))

    def link(self, link: LinkAt) -> None:
        record = {
            "type": "link", "source": link.source, "target": link.target, "kind": link.kind, "weight": link.weight,
            "added_at": format_time(link.added_at), "origin": link.origin or self._origin,
        }  # fmt: skip
        self.taken.append((link.where, record))

    def anchor(self, anchor: AnchorAt) -> None:
        record = {
            "type": "anchor", "namespace": anchor.namespace, "name": anchor.name, "block": anchor.block,
            "hops": anchor.hops, "pinned": anchor.pinned, "moved_at": format_time(anchor.moved_at),
        }  # fmt: skip
        self.taken.append((anchor.where, record))
