"""greeum quarantine, release, roll-back: hide what somebody wrote, show it again, or undo all of it."""

from __future__ import annotations

from greeum.cli import asking, fields
from greeum.cli.options import Argument, Command, Option
from greeum.errors import InvalidInput

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.cli.call import Call
    from greeum.model import RolledBack

SELECTION = ("origin", "source", "where", "namespace", "dry_run")


def run_quarantine(call: Call) -> int:
    return flag(call, "quarantined", "quarantine")


def run_release(call: Call) -> int:
    return flag(call, "released", "release")


def flag(call: Call, done: str, method: str) -> int:
    with call.open() as memory:
        changed = getattr(memory, method)(call.given["blocks"] or None, **call.pick(*SELECTION))
    if call.screen.json:
        call.screen.document({done: changed, "dry_run": "dry_run" in call.given})
    else:
        would_be = "would be " if "dry_run" in call.given else ""
        call.screen.line(f"{would_be}{done}: {', '.join(map(str, changed)) or 'none'}")
    return 0


def run_roll_back(call: Call) -> int:
    if "origin" not in call.given:
        raise InvalidInput("--origin", "is missing: say whose writing is to be undone")
    options = call.pick("origin", "since", "namespace", "forget")
    with call.open() as memory:
        planned = memory.roll_back(**options, dry_run=True)
        is_dry = "dry_run" in call.given
        if not is_dry and "yes" not in call.given and not agreed(call, planned):
            call.screen.note("nothing was rolled back")
            return 0
        done = planned if is_dry else memory.roll_back(**options)
    if call.screen.json:
        call.screen.document(done.to_dict() | {"dry_run": is_dry})
    else:
        call.screen.line(("would come to " if is_dry else "") + told(done))
    return 0


def agreed(call: Call, planned: RolledBack) -> bool:
    """Whether the person at the terminal wants it, having seen what it comes to."""
    asking.need_terminal("--yes", "; --dry-run shows what it comes to")
    call.screen.note(told(planned))
    return asking.agreed("Roll this back?")


def told(done: RolledBack) -> str:
    parts = {
        "quarantined": len(done.quarantined),
        "forgotten": len(done.forgotten),
        "restored": len(done.restored),
        "links removed": len(done.links),
        "anchors moved back": len(done.anchors),
    }
    return ", ".join(f"{number:,} {name}" for name, number in parts.items())


BLOCKS = Argument("ID…", "The blocks' ids, if they are not named by options.", field="blocks", read=fields.BLOCK_ID,
                  least=0, most=None)  # fmt: skip
ORIGIN = Option(
    "--origin", "NAME", "Those that were written through this origin, as cli or key/4fRt09ZqLm, and those within it."
)
WHOSE = (ORIGIN, fields.SOURCE, fields.WHERE, fields.NAMESPACE)
DRY_RUN = Option("--dry-run", None, "Change nothing; say what would be changed.")

QUARANTINE = Command(
    "quarantine",
    run_quarantine,
    "Hide blocks from every search and list.",
    arguments=[BLOCKS],
    options=[*WHOSE, DRY_RUN],
    details="""Of the options that are given all must hold. Hidden blocks are found with --history alone, until they are
        released. What they corrected stays corrected; see `greeum roll-back`. With --json the document is
        {"quarantined": [ids], "dry_run": false}.""",
    examples=["greeum quarantine 17 18", "greeum quarantine --origin key/4fRt09ZqLm --dry-run"],
)

RELEASE = Command(
    "release",
    run_release,
    "Show blocks again that were quarantined.",
    arguments=[BLOCKS],
    options=[*WHOSE, DRY_RUN],
    details="""With --json the document is {"released": [ids], "dry_run": false}.""",
    examples=["greeum release 17", "greeum release --origin key/4fRt09ZqLm"],
)

ROLL_BACK = Command(
    "roll-back",
    run_roll_back,
    "Undo everything that was written through one origin.",
    options=[
        ORIGIN,
        Option("--since", "TIME", "Only what came since then."),
        fields.NAMESPACE,
        Option("--forget", None, "Erase its blocks for good, instead of quarantining them."),
        DRY_RUN,
        Option("-y --yes", None, "Do not ask."),
    ],
    details="""Its blocks are quarantined and lose their keys; what it corrected is the newest version again; its links
        are removed. Fields that it changed of others' blocks, and what it erased, do not come back. On a
        terminal it says what it comes to and asks; anywhere else it needs --yes.""",
    examples=["greeum roll-back --origin key/4fRt09ZqLm --since 2025-03-04 --dry-run"],
)
