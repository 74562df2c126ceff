"""greeum backup, restore, verify: a memory that is in use, kept elsewhere and brought back."""

from __future__ import annotations

from greeum.cli.options import HERE, NOWHERE, Argument, Command, Option, as_moment, as_seconds
from greeum.cli.screen import GREEN, RED
from greeum.errors import InvalidInput

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.cli.call import Call

NAME_CELLS = 14

KEEP = Option(
    "--keep",
    "TIME",
    "For how long one is to be able to go back, as in 30d; what is older is removed.",
    read=as_seconds,
)
AT = Option(
    "--at",
    "TIME|SEQ",
    "The newest backup up to a time (in UTC unless it has an offset); or up to a seq, on the way to the newest. "
    "Default: the newest.",
    read=as_moment,
)


def run_backup(call: Call) -> int:
    if "drop" in call.given:
        return drop(call)
    directory = call.given["directory"]
    with call.open() as memory:
        made = memory.backup(directory, **call.pick("full", "keep"))
    if call.screen.json:
        call.screen.document(made.to_dict())
    else:
        kind = "everything" if made.is_full else "what has changed since the one before"
        call.screen.line(
            f"backup {made.number} in {directory}: {kind}, up to seq {made.seq:,} ({made.size_bytes:,} bytes)"
        )
    return 0


def drop(call: Call) -> int:
    """Make none, and tell the directory no more."""
    if call.pick("full", "keep"):
        raise InvalidInput("--drop", "makes no backup: leave out --full and --keep")
    directory = call.given["directory"]
    with call.open() as memory:
        memory.drop_backups(directory)
    if call.screen.json:
        call.screen.document({"dropped": directory})
    else:
        call.screen.note(f"{directory} is told no more of what is forgotten")
    return 0


BACKUP = Command(
    "backup",
    run_backup,
    "Back the memory up while it is in use.",
    arguments=[Argument("DIR", "A directory for the backups of this memory alone.", field="directory")],
    options=[
        Option("--full", None, "Everything, not only what has changed."),
        KEEP,
        Option("--drop", None, "Make none, and tell the directory no more of what is forgotten: it is gone for good."),
    ],
    details="""The first one holds everything, the next ones what has changed. If nothing has, none is made, and what
        is told is the one before. From the first one on, whatever is forgotten is told to the directory too, so that
        no backup brings it back. Of copies of one memory that are in use at once, a directory goes on with the first
        to make a backup there, and the others are refused. With --json the document is {"number", "at", "seq", "full",
        "bytes", "pages", "logical_hash"}, or {"dropped"}. See docs/operate/backup.md.""",
    examples=["greeum backup ./backups", "greeum backup ./backups --keep 30d"],
    places=HERE,
)


def run_restore(call: Call) -> int:
    from greeum.wiring import restore

    target = call.given["target"]
    done = restore(call.given["directory"], target, **call.pick("at"))
    if call.screen.json:
        call.screen.document(done.to_dict())
        return 0
    made = done.backup
    call.screen.line(f"{target}: as it was at {made.to_dict()['at']} (backup {made.number}, seq {made.seq:,})")
    if done.forgotten:
        call.screen.line(f"less {done.forgotten:,} versions that were forgotten since")
    return 0


RESTORE = Command(
    "restore",
    run_restore,
    "Make a memory anew out of its backups.",
    arguments=[
        Argument("DIR", "Where the backups are.", field="directory"),
        Argument("TARGET", "The directory of the new memory, which must not be there, or be empty.", field="target"),
    ],
    options=[AT],
    details="""What was forgotten after the backup does not come back. It is compared with what the backup should hold;
        the target gets its name when all is done. With --json the document is that of `backup`, and "forgotten".""",
    examples=["greeum restore ./backups ./restored", "greeum restore ./backups ./restored --at 2026-11-01T12:00:00Z"],
    places=NOWHERE,
)


def run_verify(call: Call) -> int:
    from greeum.wiring import verify

    findings = verify(call.given["directory"], **call.pick("at"))
    sound = all(ok for _, ok, _ in findings)
    if call.screen.json:
        checks = [{"name": name, "ok": ok, "detail": detail} for name, ok, detail in findings]
        call.screen.document({"ok": sound, "checks": checks})
    else:
        for name, ok, detail in findings:
            mark = call.screen.styled("ok     ", GREEN) if ok else call.screen.styled("trouble", RED)
            call.screen.line(f"{mark}  {name:<{NAME_CELLS}}{detail}")
    return 0 if sound else 1


VERIFY = Command(
    "verify",
    run_verify,
    "Try out backups by restoring one.",
    arguments=[Argument("DIR", "Where the backups are.", field="directory")],
    options=[AT],
    details="""Every file against its checksum; then the newest backup, or that of --at, is restored into a place that
        is removed afterwards, read from end to end, and compared with what it should hold. Exit code 1 if there is
        trouble. With --json the document is {"ok", "checks": [{"name", "ok", "detail"}, …]}.""",
    examples=["greeum verify ./backups"],
    places=NOWHERE,
)
