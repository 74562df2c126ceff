"""greeum mcp: the memory for an agent that speaks the Model Context Protocol, over standard input and output."""

from __future__ import annotations

from greeum.cli.options import HERE, Command, Option
from greeum.errors import InvalidInput
from greeum.mcp.offers import OFFERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from mcp.server.lowlevel.server import Server

    from greeum.cli.call import Call
    from greeum.mcp.callers import Local
    from greeum.memory import Memory

TOOLS = "memory"


def run(call: Call) -> int:
    tools = known_tools(call)
    need_package()
    from greeum.mcp.stdio import serve

    path, read_only = call.path(), "read_only" in call.given
    note = of_new(path) if call.is_missing() and not read_only else ""

    def open_memory() -> Memory:
        from greeum.wiring import open as open_it

        memory = open_it(path, read_only=read_only, create=not read_only)
        if note:
            if "time_zone" in call.given:
                memory.time_zone.set(call.given["time_zone"])
            call.note_new()  # on standard error, which agents keep as the log of a server
        return memory

    def build(local: Local) -> Server[Any]:
        from greeum.mcp.catalogue import server_of

        return server_of(tools, lambda _: local, note)

    serve(open_memory, build, tools, read_only=read_only, note=note)
    return 0


def of_new(path: str) -> str:
    """What a model is told of a memory that was not there: nobody else reads what an agent's tools print."""
    from os.path import abspath

    return (
        f"This memory is new and empty: {abspath(path)}. If there should be something in it, tell the user that the "
        "directory may be mistyped."
    )


def known_tools(call: Call) -> str:
    """The name of the tools to offer. Raises InvalidInput for one that is not known."""
    tools: str = call.given.get("tools", TOOLS)
    if tools not in OFFERS:
        raise InvalidInput("--tools", f"{tools!r} are none; there are {' and '.join(OFFERS)}")
    return tools


def need_package() -> None:
    """Raises InvalidInput where the SDK is not installed; importing it would take too long to find out."""
    from importlib.util import find_spec

    if find_spec("mcp") is None:
        from greeum.extras import how_to_install

        raise InvalidInput("mcp", f"needs one more package: {how_to_install('mcp')}")


COMMAND = Command(
    "mcp",
    run,
    "Speak the Model Context Protocol over standard input and output, for an agent that starts this command.",
    options=[
        Option(
            "--tools",
            "NAME",
            f"Which tools to offer: memory, or knowledge-graph (those of the MCP project's own memory server). "
            f"Default: {TOOLS}",
        ),
        Option(
            "--time-zone",
            "NAME",
            "The time zone of the memory if it is made now, as Asia/Seoul. Default: $GREEUM_TIME_ZONE, else UTC",
        ),
        Option("--read-only", None, "Offer only tools that change nothing."),
    ],
    details="""Agents start it themselves: `greeum mcp install` tells them how. It needs no key; the memory is made if
    it is not there. It ends when the agent closes its end, or with SIGTERM. See docs/guides/mcp.md.""",
    examples=["greeum mcp", "greeum mcp --memory ./memory --read-only", "greeum mcp --tools knowledge-graph"],
    places=HERE,
)
