"""greeum export, import: everything out of one memory, and into another."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, nullcontext

from greeum.cli import fields
from greeum.cli.cells import on_one_line
from greeum.cli.exits import DONE, INVALID
from greeum.cli.options import HERE, Argument, Command, Option
from greeum.cli.progress import bar
from greeum.errors import Conflict, InvalidInput, NotFound

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from gzip import GzipFile
    from typing import BinaryIO

    from greeum.cli.call import Call
    from greeum.importers.report import ImportReport
    from greeum.memory import Memory

STDIO = "-"

UNFINISHED = ".unfinished"
"""Behind the name of an export that is being written: what has the name itself is complete."""

PACKED_SUFFIX = ".gz"

GZIP_LEVEL = 6
"""What gzip itself takes: a level more costs a third more time for a hundredth of the size."""

# Out.


def run_export(call: Call) -> int:
    file = call.given.get("file", STDIO)
    if file != STDIO and os.path.lexists(file):
        raise Conflict(f"{file}: is there already; name another file, or remove it")
    with call.open() as memory, bar("Exporting", "records") as progress:
        lines = counted(memory.export(**call.pick("namespace")), total_of(memory), progress)
        packed = "gzip" in call.given or file.endswith(PACKED_SUFFIX)
        records = to_stdout(lines, packed) if file == STDIO else to_file(file, lines, packed)
    # The export itself may be on standard output, and must stay alone there.
    say = call.screen.note if file == STDIO else call.screen.line
    if call.screen.json:
        from greeum.cli.screen import as_json

        say(as_json({"records": records, "file": None if file == STDIO else file}))
    elif file != STDIO:
        say(f"{records:,} records in {file}")
    return 0


def total_of(memory: Memory) -> int:
    stats = memory.stats()
    return sum(int(str(stats[name])) for name in ("blocks", "superseded", "links", "anchors"))


def counted(lines: Iterable[str], total: int, progress: Callable[[int, int], None] | None) -> Iterator[str]:
    for done, line in enumerate(lines):
        if progress is not None:
            progress(done, total)
        yield line


def to_stdout(lines: Iterable[str], packed: bool) -> int:
    if not packed:
        return written(lines, sys.stdout.write)
    sys.stdout.flush()
    with gzip_to(sys.stdout.buffer) as stream:
        return written(lines, lambda line: stream.write(line.encode()))


def written(lines: Iterable[str], write: Callable[[str], object]) -> int:
    """Write all lines; how many records they are."""
    records = -1  # the first line says only what follows
    for line in lines:
        write(line + "\n")
        records += 1
    return max(records, 0)


def gzip_to(stream: BinaryIO) -> GzipFile:
    from gzip import GzipFile

    # Without the time of day, so that the same export is the same file.
    return GzipFile(filename="", mode="wb", compresslevel=GZIP_LEVEL, fileobj=stream, mtime=0)


def to_file(path: str, lines: Iterable[str], packed: bool) -> int:
    """Write aside, sync, rename; for the owner alone, since it is as private as the memory."""
    unfinished = path + UNFINISHED
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise InvalidInput("file", f"{path} cannot be written: {error.strerror}") from error
    try:
        with open(descriptor, "wb") as file:
            with gzip_to(file) if packed else nullcontext(file) as stream:
                records = written(lines, lambda line: stream.write(line.encode()))
            file.flush()
            os.fsync(descriptor)
        os.replace(unfinished, path)
    except BaseException:
        os.unlink(unfinished)
        raise
    return records


# In.

COUNTED = ("added", "present", "forgotten", "links", "anchors", "weights")
"""Of a report, on one line."""

SKIPPED_SHOWN_MAX = 20
"""Rows that could not be taken and are shown one by one: a screenful. --json has up to a thousand."""


def run_import(call: Call) -> int:
    given = call.pick("format", "namespace", "time_zone", "bring_back")
    source = call.given.get("path", STDIO)
    if source != STDIO and not os.path.lexists(source):
        raise NotFound(f"{source}: there is no such file or folder")
    if source != STDIO and "format" not in given:
        from greeum.importers.formats import recognised

        given["format"] = recognised(source)  # before the memory is made: of what is no import, none is left
    is_dry = "dry_run" in call.given
    stream = standard_input() if source == STDIO else nullcontext(source)
    with stream as path, target(call, is_dry) as memory, bar("Importing", "rows") as progress:
        report = memory.import_from(path, dry_run=is_dry, progress=progress, **given)
    return told(call, report)


def run_merge(call: Call) -> int:
    is_dry = "dry_run" in call.given
    other = os.path.expanduser(call.given["other"])
    if not os.path.isdir(other):
        raise NotFound(f"{other}: there is no such directory")
    with target(call, is_dry) as memory, bar("Merging", "rows") as progress:
        report = memory.merge(other, dry_run=is_dry, progress=progress, **call.pick("bring_back"))
    return told(call, report)


@contextmanager
def target(call: Call, is_dry: bool) -> Iterator[Memory]:
    """The memory that takes it in. A dry run makes none where there is none, and looks at an empty one instead."""
    if not is_dry or "url" in call.given or os.path.isdir(call.path()):
        with call.open() if is_dry else call.begin() as memory:
            yield memory
        return
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="greeum-") as directory, call.at(directory).open(create=True) as memory:
        yield memory


def standard_input() -> BinaryIO:
    """To be closed by whoever asked."""
    if sys.stdin is None:
        raise InvalidInput("path", "is to come from standard input, which is closed")
    return open(os.dup(sys.stdin.fileno()), "rb")


def told(call: Call, report: ImportReport) -> int:
    """Say what was done; INVALID if something could not be taken, so that nobody throws it away."""
    if call.screen.json:
        call.screen.document(report.to_dict())
    else:
        counts = ", ".join(f"{getattr(report, name):,} {name}" for name in COUNTED)
        call.screen.line(f"{report.format}, dry run: {counts}" if report.dry_run else counts)
        for text in remarks(report):
            call.screen.line(text)
    if not report.skipped:
        return DONE
    call.screen.note(f"greeum: {report.skipped:,} rows could not be taken:")
    for where, reason in report.reasons[:SKIPPED_SHOWN_MAX]:
        call.screen.note(f"  {on_one_line(where)}: {on_one_line(reason)}")
    if report.skipped > SKIPPED_SHOWN_MAX:
        call.screen.note(f"  and {report.skipped - SKIPPED_SHOWN_MAX:,} more")
    return INVALID


def remarks(report: ImportReport) -> Iterator[str]:
    if report.corrected and report.format != "greeum":  # there every version is an entry of its own
        yield f"newer versions of others among them: {report.corrected:,}"
    for reason, number in report.left_out.items():
        yield f"left out: {number:,} {reason}"
    for text in report.notes:
        yield f"note: {on_one_line(text)}"


EXPORT = Command(
    "export",
    run_export,
    "Write everything as JSON Lines.",
    arguments=[
        Argument("FILE|-", "A file that is not there yet; - or nothing for standard output.", field="file", least=0)
    ],
    options=[
        Option("--namespace", "PATH", "Only what is at this namespace and below it, with the links that stay within."),
        Option("--gzip", None, "Pack it. A file whose name ends with .gz is packed anyway."),
        fields.READ_ONLY,
    ],
    details="""Every version of every block, links, anchors and weights, in a form that any memory takes in, whatever
        its embedder. What --json says goes to standard error if the export goes to standard output.""",
    examples=[
        "greeum export memory.jsonl.gz",
        "greeum export alice.jsonl --namespace acme/alice",
        "greeum export | greeum import --memory ./copy",
    ],
)

DRY_RUN = Option("--dry-run", None, "Say what would be done, and write nothing.")

BRING_BACK = Option("--bring-back", None, "Take in what was forgotten here, too.")

IMPORT = Command(
    "import",
    run_import,
    "Take in an export, or what another program keeps.",
    arguments=[
        Argument("PATH|-", "A file or folder; - or nothing for an export on standard input.", field="path", least=0)
    ],
    options=[
        Option(
            "--from",
            "FORMAT",
            "greeum, greeum-legacy, mem0, mcp-memory, letta, chatgpt, claude or markdown. Default: what it looks like",
            field="format",
        ),
        Option("--namespace", "PATH", "Where its blocks are to lie: here and below. Not for an export."),
        Option("--time-zone", "NAME", "Of times without an offset, as in Asia/Seoul."),
        BRING_BACK,
        DRY_RUN,
    ],
    details="""Blocks keep their uid and get new ids; those of other programs get one out of the identity that they have
        there. What is here already is passed over, so that a second import adds nothing; so is what was forgotten here,
        unless --bring-back says otherwise. A row that cannot be taken is
        shown, with its place, and the others are taken: the exit code is then 2. An export may be packed by gzip. The
        memory is made if it is not there.""",
    examples=["greeum import memory.jsonl --memory ./copy", "greeum import chatgpt.zip --namespace chatgpt --dry-run"],
)

MERGE = Command(
    "merge",
    run_merge,
    "Take in everything of another memory.",
    arguments=[Argument("DIR", "The directory of the other memory, which is only read.", field="other")],
    options=[BRING_BACK, DRY_RUN],
    details="""All versions, links, anchors and weights. What is in both, by uid or by key and text, is one block
        afterwards, so that a second merge adds nothing. What was forgotten here is passed over, unless --bring-back
        says otherwise. Where the two contradict each other, what is here stays, and the exit code is 2.""",
    examples=["greeum merge ./laptop", "greeum merge ./laptop --memory ./desk --dry-run"],
    places=HERE,
)
