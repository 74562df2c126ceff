"""greeum export, import: everything out of one memory, and into another."""

from __future__ import annotations

import os
import sys

from greeum.cli import fields
from greeum.cli.options import Argument, Command, Option
from greeum.cli.progress import bar
from greeum.errors import Conflict, InvalidInput, NotFound

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import BinaryIO

    from greeum.cli.call import Call
    from greeum.memory import Memory

STDIO = "-"

UNFINISHED = ".unfinished"
"""Behind the name of an export that is being written: what has the name itself is complete."""


# Out.


def run_export(call: Call) -> int:
    file = call.given.get("file", STDIO)
    if file != STDIO and os.path.lexists(file):
        raise Conflict(f"{file}: is there already; name another file, or remove it")
    with call.open() as memory, bar("Exporting", "records") as progress:
        lines = counted(memory.export(), total_of(memory), progress)
        records = to_stdout(lines) if file == STDIO else to_file(file, lines)
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


def to_stdout(lines: Iterable[str]) -> int:
    records = -1  # the first line says only what follows
    for line in lines:
        sys.stdout.write(line + "\n")
        records += 1
    return max(records, 0)


def to_file(path: str, lines: Iterable[str]) -> int:
    """Write aside, sync, rename; for the owner alone, since it is as private as the memory."""
    unfinished = path + UNFINISHED
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise InvalidInput("file", f"{path} cannot be written: {error.strerror}") from error
    try:
        records = -1
        with open(descriptor, "w", encoding="utf-8", newline="\n") as stream:
            for line in lines:
                stream.write(line + "\n")
                records += 1
            stream.flush()
            os.fsync(descriptor)
        os.replace(unfinished, path)
    except BaseException:
        os.unlink(unfinished)
        raise
    return max(records, 0)


# In.


def run_import(call: Call) -> int:
    file = call.given.get("file", STDIO)
    with opened(file) as stream, call.open(create=True) as memory, bar("Importing", "bytes") as progress:
        done = memory.import_(lines_of(stream, file, progress), **call.pick("bring_back"))
    if call.screen.json:
        call.screen.document(done)
    else:
        call.screen.line(", ".join(f"{number:,} {name}" for name, number in done.items()))
    return 0


def opened(file: str) -> BinaryIO:
    """The file, or standard input, to be closed by whoever asked."""
    if file == STDIO:
        if sys.stdin is None:
            raise InvalidInput("file", "is to come from standard input, which is closed")
        return open(os.dup(sys.stdin.fileno()), "rb")
    try:
        return open(file, "rb")
    except FileNotFoundError as error:
        raise NotFound(f"{file}: there is no such file") from error
    except OSError as error:
        raise InvalidInput("file", f"{file} cannot be read: {error.strerror}") from error


def lines_of(stream: BinaryIO, file: str, progress: Callable[[int, int], None] | None) -> Iterator[str]:
    total, done = os.fstat(stream.fileno()).st_size, 0  # 0 for a pipe
    for number, line in enumerate(stream, 1):
        done += len(line)
        if progress is not None:
            progress(done, total)
        try:
            yield line.decode()
        except UnicodeDecodeError as error:
            raise InvalidInput(
                f"line {number}", f"of {file} is not UTF-8 ({error.reason} at byte {error.start})"
            ) from error


EXPORT = Command(
    "export",
    run_export,
    "Write everything as JSON Lines.",
    arguments=[
        Argument("FILE|-", "A file that is not there yet; - or nothing for standard output.", field="file", least=0)
    ],
    options=[fields.READ_ONLY],
    details="""Every version of every block, links and anchors, in a form that any memory takes in, whatever its
        embedder. What --json says goes to standard error if the export goes to standard output.""",
    examples=["greeum export memory.jsonl", "greeum export | greeum import --memory ./copy"],
)

IMPORT = Command(
    "import",
    run_import,
    "Take in what `export` wrote.",
    arguments=[Argument("FILE|-", "The file; - or nothing for standard input.", field="file", least=0)],
    options=[Option("--bring-back", None, "Take in what was forgotten here, too.")],
    details="""Blocks keep their uid and get new ids. What is here already is passed over, so that a second import
        adds nothing; so is what was forgotten here, unless --bring-back says otherwise. At a bad line it stops; what
        came before it stays. The memory is made if it is not there.""",
    examples=["greeum import memory.jsonl --memory ./copy"],
)
