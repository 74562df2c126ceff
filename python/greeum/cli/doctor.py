"""greeum doctor: is the memory sound, and if not, what to do."""

from __future__ import annotations

import os

from greeum.cli.call import is_about_embedder
from greeum.cli.options import HERE, Command, Option
from greeum.cli.screen import GREEN, RED
from greeum.errors import EmbedderFailed, EmbedderMismatch, GreeumError, InvalidInput, NotFound
from greeum.surroundings import surroundings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    from greeum.cli.call import Call
    from greeum.memory import Memory

    Finding: TypeAlias = tuple[str, bool, str]

NAME_CELLS = 14

MARK_CELLS = 9


def run(call: Call) -> int:
    path = call.path()
    repairs = repaired(path) if "repair" in call.given else None
    findings = [*opened(path), table()]
    sound = all(ok for _, ok, _ in findings)
    if call.screen.json:
        document: dict[str, object] = {"memory": path, "ok": sound, "checks": listed(findings)}
        if repairs is not None:
            document["repairs"] = listed(repairs)
        call.screen.document(document)
        return 0 if sound else 1
    for name, ok, detail in repairs or []:
        show(call, "repaired" if ok else "left", GREEN if ok else RED, name, detail)
    if repairs == []:
        call.screen.line("nothing to repair")
    for name, ok, detail in findings:
        show(call, "ok" if ok else "trouble", GREEN if ok else RED, name, detail)
    return 0 if sound else 1


def listed(findings: list[Finding]) -> list[dict[str, object]]:
    return [{"name": name, "ok": ok, "detail": detail} for name, ok, detail in findings]


def show(call: Call, mark: str, style: str, name: str, detail: str) -> None:
    call.screen.line(f"{call.screen.styled(f'{mark:<{MARK_CELLS}}', style)}{name:<{NAME_CELLS}}{detail}")


def repaired(path: str) -> list[Finding]:
    """What was put in order, and what could not be. That there is no memory is no finding."""
    from greeum.wiring import repair

    try:
        return repair(path)
    except NotFound:
        raise
    except (GreeumError, OSError) as error:
        return [("repair", False, str(error))]


def opened(path: str) -> list[Finding]:
    """What the memory says of itself; read-only, so that looking changes nothing. That there is none is no finding."""
    import warnings

    from greeum.wiring import open as open_memory

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            with open_memory(path, read_only=True, create=False) as memory:
                findings = [("opens", True, "yes"), *checks(memory)]
        except NotFound:
            raise
        except (EmbedderFailed, EmbedderMismatch, InvalidInput) as error:
            rest = without_vectors(path, error) if is_about_embedder(error) else around(path)
            findings = [("opens", False, str(error)), *rest]
        except (GreeumError, OSError) as error:
            findings = [("opens", False, str(error)), *around(path)]
    return [*findings, *(("file system", False, str(warning.message)) for warning in caught)]


def checks(memory: Memory) -> list[Finding]:
    return [("time zone", True, memory.time_zone.get()), *memory.check()]


def without_vectors(path: str, error: GreeumError) -> list[Finding]:
    """All that can be looked at without the embedder, which is what is wrong."""
    from greeum.wiring import open_without_vectors

    try:
        with open_without_vectors(path, error, read_only=True) as memory:
            return [finding for finding in checks(memory) if finding[0] != "embedder"]
    except (GreeumError, OSError):
        return around(path)  # the memory is bound to none yet, or not to be opened: what was said before holds


def around(path: str) -> list[Finding]:
    """What it stands on."""
    return surroundings(path) if os.path.isdir(path) else []


def table() -> Finding:
    """Whether the token table that is shipped is what was shipped."""
    from greeum.wiring import verify_table

    try:
        return "token table", True, f"its checksum is right ({verify_table()})"
    except GreeumError as error:
        return "token table", False, f"{error}: install Greeum anew"


COMMAND = Command(
    "doctor",
    run,
    "Check the memory and what it stands on; say what to do about trouble.",
    options=[Option("--repair", None, "Put in order what it is sure of; say what was done.")],
    details="""Reads the whole database and every file of the index, and changes nothing, unless --repair is given:
        then the index is made anew where it is not right, what refers to blocks that are not there is removed, vectors
        are made anew, leftover files go, and files are closed to others. What cannot be told from the rows alone stays
        as it is. One line a check; exit code 1 if there is trouble (left). With --json the document is {"memory",
        "ok", "checks": [{"name", "ok", "detail"}, …]}, and with --repair "repairs" in the same form.""",
    examples=["greeum doctor", "greeum doctor --repair"],
    places=HERE,
)
