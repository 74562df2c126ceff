"""What is imported from this machine into a memory elsewhere: files are read here, and go as the lines of an export."""

from __future__ import annotations

from contextlib import nullcontext

from greeum.importers.conversion import Conversion
from greeum.importers.files import buffered, opened
from greeum.importers.formats import OURS
from greeum.importers.importing import check_namespace_of_export, format_of
from greeum.importers.report import REASONS_MAX, ImportReport, Skipped
from greeum.memory import clock_us
from greeum.remote.upload import Upload, each_written, stream_upload

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import tzinfo
    from typing import BinaryIO

    Send = Callable[[Upload], ImportReport]
    Progress = Callable[[int, int], None]

LINE = "line "
"""How a server calls the place of what it could not take; the number of the line follows."""


def send(
    path: str | BinaryIO,
    format: str | None,  # noqa: A002 - the word for it
    namespace: str,
    zone: tzinfo | None,
    progress: Progress | None,
    upload: Send,
) -> ImportReport:
    """Have `upload` send what is at `path`, or comes in a stream. Raises InvalidInput, NotFound, or what `upload` does.

    An export is sent as it is; what another program keeps is converted on its way.
    """
    kind = format_of(path, format)
    if isinstance(path, str) and kind != OURS:
        here, conversion = ImportReport(kind), Conversion(path, kind, namespace, zone, clock_us())
        there = upload(Upload(each_written(conversion.lines(here, progress), None)))
        return joined(here, there, conversion)
    check_namespace_of_export(namespace)
    name = path if isinstance(path, str) else "the stream"
    with opened(path) if isinstance(path, str) else nullcontext(path) as file:
        return upload(stream_upload(buffered(file), name, progress))


def joined(here: ImportReport, there: ImportReport, conversion: Conversion) -> ImportReport:
    """What was said here of the conversion and there of its lines, whose places are then those of what was read."""
    found = conversion.places({line_of(one) for one in there.reasons}) if there.reasons else {}
    told = [Skipped(found.get(line_of(one)) or one.where, one.reason) for one in there.reasons]
    there.format = here.format
    there.skipped += here.skipped
    there.reasons = [*here.reasons, *told][:REASONS_MAX]
    there.left_out = here.left_out | there.left_out
    there.notes = [*here.notes, *there.notes]
    return there


def line_of(one: Skipped) -> int:
    """The number of the line that could not be taken, or 0."""
    number = one.where.removeprefix(LINE)
    return int(number) if number.isdecimal() else 0
