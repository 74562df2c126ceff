"""greeum doctor: is the memory sound, and if not, what to do."""

from __future__ import annotations

import os
import sys

from greeum.cli.options import Command
from greeum.cli.screen import GREEN, RED
from greeum.errors import GreeumError, NotFound

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    from greeum.cli.call import Call

    Finding: TypeAlias = tuple[str, bool, str]

FREE_BYTES_MIN = 1_073_741_824
"""1 GiB: a memory of a million blocks writes its index anew within that."""

NAME_CELLS = 14


def run(call: Call) -> int:
    path = call.path()
    findings = [*opened(call), table(), *(surroundings(path) if os.path.isdir(path) else [])]
    sound = all(ok for _, ok, _ in findings)
    if call.screen.json:
        checks = [{"name": name, "ok": ok, "detail": detail} for name, ok, detail in findings]
        call.screen.document({"memory": path, "ok": sound, "checks": checks})
    else:
        for name, ok, detail in findings:
            mark = call.screen.styled("ok     ", GREEN) if ok else call.screen.styled("trouble", RED)
            call.screen.line(f"{mark}  {name:<{NAME_CELLS}}{detail}")
    return 0 if sound else 1


def opened(call: Call) -> list[Finding]:
    """What the memory says of itself; read-only, so that looking changes nothing. That there is none is no finding."""
    import warnings

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            with call.open_quietly(read_only=True) as memory:
                findings = [("opens", True, "yes"), *memory.check()]
        except NotFound:
            raise
        except (GreeumError, OSError) as error:
            findings = [("opens", False, str(error))]
    return [*findings, *(("file system", False, str(warning.message)) for warning in caught)]


def table() -> Finding:
    """Whether the token table that is shipped is what was shipped."""
    from greeum.wiring import verify_table

    try:
        return "token table", True, f"its checksum is right ({verify_table()})"
    except GreeumError as error:
        return "token table", False, f"{error}: install Greeum anew"


def surroundings(path: str) -> list[Finding]:
    return [free_space(path), permissions(path)]


def free_space(path: str) -> Finding:
    from shutil import disk_usage

    free = disk_usage(path).free
    detail = f"{free / 2**30:,.1f} GiB free"
    return (
        "disk",
        free >= FREE_BYTES_MIN,
        detail if free >= FREE_BYTES_MIN else f"{detail}: make room before writes stop",
    )


def permissions(path: str) -> Finding:
    if sys.platform == "win32":
        return "permissions", True, "are those of the folder"
    status = os.stat(path)
    if status.st_mode & 0o077:
        return "permissions", False, f"others on this machine may look into {path}: chmod 700 it"
    if not os.access(path, os.W_OK):
        return "permissions", False, f"{path} may not be written: it can be read with --read-only"
    return "permissions", True, "for its owner alone"


COMMAND = Command(
    "doctor",
    run,
    "Check the memory and what it stands on; say what to do about trouble.",
    details="""Reads the whole database and every file of the index, and changes nothing. One line a check; exit code
        1 if there is trouble. With --json the document is {"memory", "ok", "checks": [{"name", "ok",
        "detail"}, …]}.""",
    examples=["greeum doctor"],
)
