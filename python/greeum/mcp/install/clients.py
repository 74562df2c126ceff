"""The agents whose configuration is known: where each keeps it, and what an entry looks like there."""

from __future__ import annotations

import os
import sys
from typing import NamedTuple

from greeum.errors import InvalidInput

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from greeum.settings import Settings

NAME = "greeum"
"""What the server is called in every configuration."""

USER, PROJECT, LOCAL = "user", "project", "local"
"""For whom: everything this user does, everybody who works in this directory, or this user in this directory."""


class Place(NamedTuple):
    """A file, and where in it the entry belongs."""

    file: str
    keys: tuple[str, ...]


class Client(NamedTuple):
    """One agent."""

    name: str
    title: str
    places: dict[str, Callable[[Settings], Place]]
    """By scope; the first is the one that is meant if none is named."""
    names_type: bool = False
    """Whether an entry says by what it is reached."""
    is_toml: bool = False
    allows_comments: bool = False
    """Whether its JSON may have comments, and commas after the last."""

    def place(self, scope: str | None, settings: Settings) -> Place:
        """Raises InvalidInput if there is no such scope."""
        chosen = next(iter(self.places)) if scope is None else scope
        if chosen not in self.places:
            raise InvalidInput("--scope", f"{chosen!r} is none of {self.title}; there are {', '.join(self.places)}")
        return self.places[chosen](settings)

    def entry(self, command: list[str]) -> dict[str, object]:
        """What says how to start the server."""
        entry: dict[str, object] = {"type": "stdio"} if self.names_type else {}
        return entry | {"command": command[0], "args": command[1:]}


def home(*parts: str) -> str:
    return os.path.join(os.path.expanduser("~"), *parts)


def applications(settings: Settings, *parts: str) -> str:
    """Below the directory where programs keep what is a user's, on this platform."""
    if sys.platform == "darwin":
        return home("Library", "Application Support", *parts)
    if sys.platform == "win32":
        return os.path.join(settings.appdata or home("AppData", "Roaming"), *parts)
    return os.path.join(settings.xdg_config_home or home(".config"), *parts)


def claude_code(settings: Settings) -> str:
    return os.path.join(settings.claude_config_dir or home(), ".claude.json")


def codex(settings: Settings) -> str:
    return os.path.join(settings.codex_home or home(".codex"), "config.toml")


def here(*parts: str) -> str:
    return os.path.join(os.getcwd(), *parts)


SERVERS = ("mcpServers", NAME)

CLIENTS = {
    client.name: client
    for client in (
        Client(
            "claude-code",
            "Claude Code",
            {
                USER: lambda settings: Place(claude_code(settings), SERVERS),
                PROJECT: lambda settings: Place(here(".mcp.json"), SERVERS),
                LOCAL: lambda settings: Place(claude_code(settings), ("projects", os.getcwd(), *SERVERS)),
            },
            names_type=True,
        ),
        Client(
            "claude-desktop",
            "Claude Desktop",
            {USER: lambda settings: Place(applications(settings, "Claude", "claude_desktop_config.json"), SERVERS)},
        ),
        Client(
            "cursor",
            "Cursor",
            {
                USER: lambda settings: Place(home(".cursor", "mcp.json"), SERVERS),
                PROJECT: lambda settings: Place(here(".cursor", "mcp.json"), SERVERS),
            },
            names_type=True,
            allows_comments=True,
        ),
        Client(
            "codex",
            "Codex",
            {
                USER: lambda settings: Place(codex(settings), ("mcp_servers", NAME)),
                PROJECT: lambda settings: Place(here(".codex", "config.toml"), ("mcp_servers", NAME)),
            },
            is_toml=True,
        ),
        Client(
            "vscode",
            "VS Code",
            {
                USER: lambda settings: Place(applications(settings, "Code", "User", "mcp.json"), ("servers", NAME)),
                PROJECT: lambda settings: Place(here(".vscode", "mcp.json"), ("servers", NAME)),
            },
            names_type=True,
            allows_comments=True,
        ),
    )
}
"""Each by its name on the command line."""
