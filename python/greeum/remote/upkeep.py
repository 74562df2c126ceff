"""The part of a memory that a server keeps which looks after it."""

from __future__ import annotations

from greeum import inputs
from greeum.errors import InvalidInput
from greeum.maintenance import GRACE_S
from greeum.remote import bodies, rows
from greeum.remote.client import LONG_S
from greeum.remote.recall import RemoteRecall
from greeum.remote.upload import lines_upload

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any, BinaryIO, TypeVar

    from greeum.importers.report import ImportReport
    from greeum.inputs import Namespace, Span
    from greeum.maintenance import Report
    from greeum.remote.upload import Upload
    from greeum.upkeep import Findings

    T = TypeVar("T")


class RemoteUpkeep(RemoteRecall):
    """What is done for a memory on a server as a whole."""

    def used(self, block: int | Iterable[int]) -> None:
        """As `Memory.used`, of 10,000 blocks at most. The server counts them within some minutes."""
        self._client.change("POST", "/v1/blocks:used", {"ids": bodies.named_ids(block)}, rows.nothing)

    def check(self) -> Findings:
        """As `Memory.check`."""
        return self._client.question("/v1/check", None, rows.listed("findings", rows.finding), timeout_s=LONG_S)

    def repair(self) -> Findings:
        """As `Memory.repair`."""
        return self._client.change("POST", "/v1/repair", None, rows.listed("findings", rows.finding), timeout_s=LONG_S)

    def maintain(
        self, *, dry_run: bool = False, grace: Span = GRACE_S, progress: Callable[[str, int], None] | None = None
    ) -> Report:
        """As `Memory.maintain`; `progress` is told of each step when all of them are done."""
        body = {"grace": bodies.seconds(grace, "grace", or_none=True)} | bodies.flags(dry_run=dry_run)
        done = self._client.change("POST", "/v1/maintain", body, rows.report, timeout_s=LONG_S)
        if progress is not None:
            for step in done.steps:
                progress(step.name, step.count)
        return done

    def export(self, *, namespace: Namespace = "") -> Iterator[str]:
        """As `Memory.export`, line by line as it comes."""
        scope = inputs.namespace(namespace)
        return self._client.text_lines("/v1/export", timeout_s=LONG_S, namespace=scope or None)

    def import_(
        self,
        lines: Iterable[str],
        *,
        progress: Callable[[int], None] | None = None,
        bring_back: bool = False,
    ) -> dict[str, int]:
        """As `Memory.import_`; `progress` is told how many lines have been sent."""
        query = bodies.flags(bring_back=bring_back)
        return self._send(lines_upload(lines, progress), rows.counts, query)

    def import_from(
        self,
        path: str | os.PathLike[str] | BinaryIO,
        *,
        format: str | None = None,  # noqa: A002 - the word for it
        namespace: Namespace = "",
        dry_run: bool = False,
        time_zone: str | None = None,
        progress: Callable[[int, int], None] | None = None,
        bring_back: bool = False,
    ) -> ImportReport:
        """As `Memory.import_from`. What is at `path` here is read here, and sent as the lines of an export."""
        from greeum.remote.importing import send

        zone = None if time_zone is None else inputs.time_zone(time_zone)
        where = inputs.namespace(namespace)
        query = bodies.flags(dry_run=dry_run, bring_back=bring_back) | {"report": "true"}
        source = inputs.path_or_stream(path)
        return send(source, format, where, zone, progress, lambda upload: self._send(upload, rows.import_report, query))

    def _send(self, upload: Upload, meaning: Callable[[Any], T], query: dict[str, str]) -> T:
        try:
            done = self._client.upload("/v1/import", upload, meaning, timeout_s=LONG_S, **query)
        except InvalidInput as error:
            # "There are no lines": none that could be sent.
            if upload.error is None or error.field != "lines":
                raise
            raise upload.error from None
        if upload.error is not None:
            raise upload.error
        return done
