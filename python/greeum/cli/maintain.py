"""greeum maintain: erase what has outlived its time, put away what piles up."""

from __future__ import annotations

import sys

from greeum.cli.options import Command, Option, as_seconds
from greeum.cli.screen import is_terminal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from greeum.cli.call import Call
    from greeum.maintenance import Report

    Progress = Callable[[str, int], None]

NAME_CELLS = 12
COUNT_CELLS = 14


def run(call: Call) -> int:
    dry_run = "dry_run" in call.given
    with call.open() as memory:
        report = memory.maintain(dry_run=dry_run, progress=tell(), **call.pick("grace"))
    if call.screen.json:
        call.screen.document(report.to_dict())
    else:
        show(call, report)
    return 0


def show(call: Call, report: Report) -> None:
    if report.dry_run:
        call.screen.line("nothing was changed; this is what there is to do")
    for step in report.steps:
        amount = f"{step.count:,} {step.unit}"
        call.screen.line(f"{step.name:<{NAME_CELLS}}{amount:>{COUNT_CELLS}}{step.seconds * 1_000:>10,.1f} ms")


def tell() -> Progress | None:
    """A line that says what is being done, where somebody sees it."""
    if not is_terminal(sys.stderr):
        return None

    def progress(step: str, done: int) -> None:
        sys.stderr.write(f"\r{step} {done:,}\x1b[K\r")
        sys.stderr.flush()

    return progress


COMMAND = Command(
    "maintain",
    run,
    "Erase what has outlived its time; compact index, log and database.",
    options=[
        Option("--dry-run", None, "Change nothing; say what there is to do."),
        Option("--grace", "TIME", "Erase what expired longer ago than this, as in 12h. Default: 1d", read=as_seconds),
    ],
    details="""Run it now and then, once a day say, unless a server does: `greeum serve` runs it in the background.
        It may run beside other processes and be interrupted. What it erases is gone as after `greeum forget`.
        With --json the document is {"dry_run", "steps": [{"name", "count", "unit", "seconds"}, …]}.""",
    examples=["greeum maintain --dry-run", "greeum maintain", "greeum maintain --grace 0"],
)
