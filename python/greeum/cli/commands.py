"""Which commands there are, and where each lives. A module is imported when its command is called, or help wanted."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from greeum.cli.options import Command

HOMES = {
    "add": "add.COMMAND",
    "search": "search.COMMAND",
    "context": "context.COMMAND",
    "explain": "explain.COMMAND",
    "get": "get.COMMAND",
    "list": "listing.COMMAND",
    "count": "counting.COUNT",
    "facets": "counting.FACETS",
    "namespaces": "counting.NAMESPACES",
    "diff": "diff.COMMAND",
    "update": "update.COMMAND",
    "forget": "forget.COMMAND",
    "wipe": "forget.WIPE",
    "certificates": "forget.CERTIFICATES",
    "quarantine": "quarantine.QUARANTINE",
    "release": "quarantine.RELEASE",
    "roll-back": "quarantine.ROLL_BACK",
    "policies show": "policies.SHOW",
    "policies set": "policies.SET",
    "screening show": "screening.SHOW",
    "screening set": "screening.SET",
    "time-zone show": "zones.SHOW",
    "time-zone set": "zones.SET",
    "link": "link.LINK",
    "unlink": "link.UNLINK",
    "links": "link.LINKS",
    "anchors set": "anchors.SET",
    "anchors move": "anchors.MOVE",
    "anchors pin": "anchors.PIN",
    "anchors unpin": "anchors.UNPIN",
    "anchors clear": "anchors.CLEAR",
    "anchors status": "anchors.STATUS",
    "weights show": "weights.SHOW",
    "weights set": "weights.SET",
    "weights reset": "weights.RESET",
    "feedback": "feedback.COMMAND",
    "used": "used.COMMAND",
    "import": "transfer.IMPORT",
    "merge": "transfer.MERGE",
    "export": "transfer.EXPORT",
    "backup": "backups.BACKUP",
    "restore": "backups.RESTORE",
    "verify": "backups.VERIFY",
    "serve": "serve.COMMAND",
    "keys create": "keys.CREATE",
    "keys list": "keys.LIST",
    "keys revoke": "keys.REVOKE",
    "mcp": "mcp.COMMAND",
    "mcp install": "mcp_install.COMMAND",
    "stats": "stats.COMMAND",
    "changes": "changes.COMMAND",
    "logical-hash": "logical_hash.COMMAND",
    "maintain": "maintain.COMMAND",
    "retention set": "retention.SET",
    "retention list": "retention.LIST",
    "retention clear": "retention.CLEAR",
    "reembed": "reembed.COMMAND",
    "doctor": "doctor.COMMAND",
    "eval": "evaluation.COMMAND",
    "demo": "demo.COMMAND",
}
"""Name → module and the name of its table there, in the order of the help."""

ELSEWHERE = {
    "history": "get ID --history",
    "ask": "search",
    "find": "search",
    "query": "search",
    "show": "get",
    "ls": "list",
    "edit": "update",
    "delete": "forget",
    "remove": "forget",
    "rm": "forget",
    "server": "serve",
}
"""What other programs call a command, or the library does: who says that is told its name here."""

GROUPS = frozenset(name.partition(" ")[0] for name in HOMES if " " in name)
"""First words of commands of two words."""


def command(name: str) -> Command:
    """The command of this name, which there must be."""
    from importlib import import_module

    module, _, constant = HOMES[name].partition(".")
    found: Command = getattr(import_module(f"greeum.cli.{module}"), constant)
    return found


def every_command() -> Iterator[Command]:
    return map(command, HOMES)
