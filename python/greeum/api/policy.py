"""Who may do what: the least role for every operation of every interface, in one table."""

from __future__ import annotations

from greeum.control.model import Role
from greeum.errors import Forbidden

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from greeum.api.authentication import Visitor

READER, WRITER, ADMIN = Role.READER, Role.WRITER, Role.ADMIN

LEAST_ROLE: dict[str, Role] = {
    "blocks.add": WRITER,
    "blocks.add_many": WRITER,
    "blocks.get": READER,
    "blocks.get_by_key": READER,
    "blocks.list": READER,
    "blocks.history": READER,
    "blocks.update": WRITER,
    "blocks.forget": WRITER,
    "blocks.forget_many": WRITER,
    "blocks.used": WRITER,
    "search": READER,
    "search.many": READER,
    "search.live": READER,
    "explain": READER,
    "context": READER,
    "count": READER,
    "diff": READER,
    "facets": READER,
    "namespaces": READER,
    "links.add": WRITER,
    "links.remove": WRITER,
    "links.of": READER,
    "anchors.status": READER,
    "anchors.get": READER,
    "anchors.set": WRITER,
    "anchors.move": WRITER,
    "anchors.pin": WRITER,
    "anchors.unpin": WRITER,
    "anchors.clear": WRITER,
    "stats": READER,
    "policies.get": READER,
    "screening.get": READER,
    "time_zone.get": READER,
    "weights.get": READER,
    # It moves weights within bounds, and only after many judgements: it changes less than a block that is added.
    "feedback": WRITER,
    # These see or change all of a memory at once, or cost as much as all of it.
    "blocks.forget_where": ADMIN,
    "wipe": ADMIN,
    "certificates": ADMIN,
    "policies.set": ADMIN,
    "time_zone.set": ADMIN,
    "weights.set": ADMIN,
    "weights.reset": ADMIN,
    "blocks.quarantine": ADMIN,
    "blocks.release": ADMIN,
    "roll_back": ADMIN,
    "screening.set": ADMIN,
    "retention.list": ADMIN,
    "retention.rule": ADMIN,
    "retention.set": ADMIN,
    "retention.clear": ADMIN,
    "maintain": ADMIN,
    "repair": ADMIN,
    "check": ADMIN,
    "export": ADMIN,
    "import": ADMIN,
    "changes": ADMIN,
    # What MCP says before it does anything: initialize, ping, the list of tools.
    "mcp": READER,
    "mcp.memory_add": WRITER,
    "mcp.memory_search": READER,
    "mcp.memory_context": READER,
    "mcp.memory_list": READER,
    "mcp.memory_count": READER,
    "mcp.memory_get": READER,
    "mcp.memory_update": WRITER,
    "mcp.memory_forget": WRITER,
    "mcp.memory_anchor": WRITER,
    "mcp.search": READER,
    "mcp.fetch": READER,
    "mcp.resources": READER,
    "mcp.prompts": READER,
}
"""Operation → the least role that may call it. An operation that is not here cannot be served."""


def require(operation_ids: Iterable[str]) -> None:
    """Raises LookupError if one of these operations is not in the table: what offers it must not start."""
    missing = sorted(set(operation_ids) - set(LEAST_ROLE))
    if missing:
        raise LookupError(f"nobody has said who may call {', '.join(missing)}: see LEAST_ROLE in greeum.api.policy")


def allow(visitor: Visitor, operation_id: str) -> None:
    """Raises Forbidden if the visitor's role is too low, KeyError if the operation is not in the table."""
    least = LEAST_ROLE[operation_id]
    if visitor.role < least:
        raise Forbidden(f"{operation_id} takes the role {least}; this key is that of a {visitor.role}")
