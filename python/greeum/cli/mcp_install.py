"""greeum mcp install: tell an agent to start `greeum mcp`."""

from __future__ import annotations

import os
import sys

from greeum.cli.mcp import TOOLS, known_tools, need_package
from greeum.cli.options import HERE, Argument, Command, Option
from greeum.errors import InvalidInput

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.cli.call import Call
    from greeum.mcp.install.clients import Client, Place

NAMES = ("claude-code", "claude-desktop", "cursor", "codex", "vscode")


def run(call: Call) -> int:
    from greeum.mcp.install.clients import CLIENTS, PROJECT

    name = call.given["client"]
    if name not in CLIENTS:
        raise InvalidInput("CLIENT", f"{name!r} is not known; there are {', '.join(CLIENTS)}")
    client = CLIENTS[name]
    place = client.place(call.given.get("scope"), call.settings)
    is_shared = call.given.get("scope") == PROJECT
    command = [*(portable() if is_shared else program()), *words(call)]
    entry = client.entry(command)
    if "print" in call.given:
        show(call, client, place, entry)
        return 0
    need_package()
    changed = install(client, place, entry)
    if call.screen.json:
        call.screen.document({"client": name, "file": place.file, "changed": changed, "entry": entry})
    elif changed:
        call.screen.line(f"Written to {place.file}. Start {client.title} anew, and it has Greeum's tools.")
    else:
        call.screen.line(f"{place.file} says so already.")
    if is_shared and (paths := [word for word in command if os.path.isabs(word)]):
        call.screen.note(f"It names {' and '.join(paths)}, which others may not have: see to that before you share it.")
    return 0


def portable() -> list[str]:
    """The same for others who work in this directory, if it can be started by its name alone."""
    from shutil import which

    return ["greeum"] if which("greeum") is not None else program()


def program() -> list[str]:
    """How to start this command from anywhere: by its whole path, as agents have a PATH of their own."""
    name = os.path.basename(sys.argv[0]).lower()
    if name in ("greeum", "greeum.exe") and os.path.isfile(sys.argv[0]):
        return [os.path.abspath(sys.argv[0])]
    return [sys.executable, "-m", "greeum"]


def words(call: Call) -> list[str]:
    """What follows. The memory is named if it is not the one that it would be anyway, whatever the agent's environment,
    and so is the time zone that it would be made with here.
    """
    from greeum.wiring import zone_named

    found = ["mcp"]
    memory = os.path.abspath(call.path())
    if memory != os.path.join(os.path.expanduser("~"), ".greeum"):
        found += ["--memory", memory]
    tools = known_tools(call)
    if tools != TOOLS:
        found += ["--tools", tools]
    if call.settings.time_zone is not None:
        found += ["--time-zone", zone_named(call.settings.time_zone).name]
    return found + (["--read-only"] if "read_only" in call.given else [])


def show(call: Call, client: Client, place: Place, entry: dict[str, object]) -> None:
    """Print what the file is to say, by itself."""
    if call.screen.json:
        call.screen.document({"client": client.name, "file": place.file, "changed": False, "entry": entry})
        return
    call.screen.note(f"In {place.file}:")
    call.screen.line(edited(client, place, "", entry).rstrip("\n"))


def install(client: Client, place: Place, entry: dict[str, object]) -> bool:
    """Write the entry; whether that changed anything. Raises InvalidInput if the file cannot be read, and leaves it."""
    from greeum.mcp.install import files
    from greeum.mcp.install.document import Unreadable

    try:
        before = files.read(place.file)
        after = edited(client, place, before or "", entry)
        if after == before:
            return False
        files.replace(place.file, after, before)
    except Unreadable as error:
        by_hand = f"greeum mcp install {client.name} --print"
        raise InvalidInput(place.file, f"is left as it was: {error}. `{by_hand}` shows what to add by hand") from error
    return True


def edited(client: Client, place: Place, text: str, entry: dict[str, object]) -> str:
    from greeum.mcp.install import jsonc, toml
    from greeum.mcp.install.files import MARK

    mark = MARK if text.startswith(MARK) else ""
    content = text.removeprefix(mark)
    if client.is_toml:
        return mark + toml.put(content, (place.keys[0], place.keys[1]), entry)
    return mark + jsonc.put(content, place.keys, entry, allows_comments=client.allows_comments)


COMMAND = Command(
    "mcp install",
    run,
    "Tell an agent on this machine to start `greeum mcp`.",
    arguments=[Argument("CLIENT", f"One of {', '.join(NAMES)}.", field="client")],
    options=[
        Option(
            "--scope",
            "SCOPE",
            "For whom: user (everything you do; the default), project (everybody who works in this directory; the "
            "command is named without its path if it is on the PATH) or, for Claude Code, local (you, in this "
            "directory).",
        ),
        Option("--print", None, "Show what would be written, and write nothing."),
        Option("--tools", "NAME", f"Which tools to offer, as for `greeum mcp`. Default: {TOOLS}"),
        Option("--read-only", None, "Offer only tools that change nothing."),
    ],
    details="""Adds an entry named greeum to the agent's configuration file, or brings the one that is there up to
        date; all else in the file stays as it is. A file that cannot be read is left alone. The agent gets the memory
        that other commands would use here: that of --memory, of $GREEUM_HOME, or ~/.greeum. If $GREEUM_TIME_ZONE is
        set, a memory that the agent makes goes by that zone, too.""",
    examples=[
        "greeum mcp install claude-code",
        "greeum mcp install cursor --scope project --memory ./memory",
        "greeum mcp install codex --print",
    ],
    places=HERE,
)
