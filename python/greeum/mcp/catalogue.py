"""Which tools each offer has."""

from __future__ import annotations

from greeum.mcp.offers import offered
from greeum.mcp.server import build

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from mcp.server.lowlevel.server import Server

    from greeum.mcp.callers import Caller
    from greeum.mcp.tools.tool import Tool


def tools_of(name: str) -> Sequence[Tool]:
    """The tools of an offer."""
    if name == "knowledge-graph":
        from greeum.mcp.tools import knowledge_graph

        return knowledge_graph.TOOLS
    from greeum.mcp.tools import connector, memory

    return (*memory.TOOLS, *connector.TOOLS)


def server_of(name: str, caller_of: Callable[[Any], Caller], note: str = "") -> Server[Any]:
    """A server with the offer of this name, and a note for the model."""
    return build(offered(name, note), tools_of(name), caller_of)
