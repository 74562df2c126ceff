"""The answer to the first request of a conversation, made without the SDK, which takes nine times as long to load as an
agent should wait. It is what the SDK answers, for each protocol version; what is unusual is left to the SDK.
"""

from __future__ import annotations

from json import dumps

from greeum.mcp import offers
from greeum.unreadable import STRICT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from greeum.mcp.offers import Offer

    Answer = dict[str, Any]
    Id = str | int
    Request = dict[str, Any]

HANDSHAKE_VERSIONS = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
"""Versions of the protocol that begin with `initialize`. A client that asks for another one is offered the last."""

DISCOVERY_VERSIONS = ("2026-07-28",)
"""Those in which every request stands by itself, and `server/discover` tells what there is."""

META = "io.modelcontextprotocol/"

LISTS_FRESH_MS = 300_000
"""How long a client may take lists of tools and prompts for current: they change with a new version, or another key."""

LINE_BYTES_MAX = 65_536
"""A longer first request is unusual."""

OBJECTS = "objects"

CAPABILITIES: dict[str, object] = {
    "experimental": OBJECTS,
    "extensions": OBJECTS,
    "roots": {"listChanged": bool},
    "sampling": {"context": {}, "tools": {}},
    "elicitation": {"form": {}, "url": {}},
    "tasks": {
        "list": {},
        "cancel": {},
        "requests": {"sampling": {"createMessage": {}}, "elicitation": {"create": {}}},
    },
}

CLIENT = {
    "name": str, "version": str, "title": str, "description": str, "websiteUrl": str,
    "icons": [{"src": str, "mimeType": str, "sizes": [str]}],
}  # fmt: skip


class Opening:
    """What one server answers to begin with."""

    def __init__(self, offer: Offer) -> None:
        self._offer = offer

    def answer(self, line: bytes) -> tuple[Id, bytes] | None:
        """The id of the request that this line is, and the line that answers it; None if that is not known here."""
        request = usual(line)
        if request is None:
            return None
        number, method, params = request["id"], request["method"], request.get("params", {})
        if method == "initialize" and is_initialize(params):
            result = self.initialized(params["protocolVersion"])
        elif method == "server/discover" and is_discover(params):
            result = self.discovered()
        else:
            return None
        answer = dumps({"jsonrpc": "2.0", "id": number, "result": result}, ensure_ascii=False, separators=(",", ":"))
        return number, answer.encode() + b"\n"

    def initialized(self, version: str) -> Answer:
        """The result of `initialize`."""
        return {
            "protocolVersion": version if version in HANDSHAKE_VERSIONS else HANDSHAKE_VERSIONS[-1],
            "capabilities": self._capabilities(),
            "serverInfo": server_info(),
            "instructions": self._offer.instructions,
        }

    def discovered(self) -> Answer:
        """The result of `server/discover`."""
        return {
            "resultType": "complete",
            "supportedVersions": list(DISCOVERY_VERSIONS),
            "capabilities": self._capabilities(),
            "instructions": self._offer.instructions,
            "ttlMs": LISTS_FRESH_MS,
            "cacheScope": "private",
            "_meta": {f"{META}serverInfo": server_info()},
        }

    def _capabilities(self) -> Answer:
        tools: Answer = {"tools": {"listChanged": False}}
        if not self._offer.has_prompts:
            return tools
        resources = {"listChanged": False, "subscribe": False}
        return tools | {"completions": {}, "prompts": {"listChanged": False}, "resources": resources}


def server_info() -> Answer:
    return {
        "name": offers.NAME,
        "title": offers.TITLE,
        "version": offers.VERSION,
        "description": offers.DESCRIPTION,
    }


def usual(line: bytes) -> Answer | None:
    """The request that a line is, if it is written as requests usually are."""
    # JSON can write halves of surrogate pairs, and numbers that it has none for, which the SDK refuses.
    if len(line) > LINE_BYTES_MAX or b"\\ud" in line.lower() or b"NaN" in line or b"Infinity" in line:
        return None
    try:
        request = STRICT.decode(line.decode())
    except (ValueError, RecursionError):
        return None
    if not isinstance(request, dict) or set(request) - {"params"} != {"jsonrpc", "id", "method"}:
        return None
    is_id = isinstance(request["id"], str | int) and not isinstance(request["id"], bool)
    return request if request["jsonrpc"] == "2.0" and is_id else None


def is_initialize(params: Any) -> bool:
    return (
        isinstance(params, dict)
        and set(params) == {"protocolVersion", "capabilities", "clientInfo"}
        and isinstance(params["protocolVersion"], str)
        and fits(params["capabilities"], CAPABILITIES)
        and is_client(params["clientInfo"])
    )


def is_discover(params: object) -> bool:
    if not isinstance(params, dict) or set(params) != {"_meta"} or not isinstance(params["_meta"], dict):
        return False
    meta = dict(params["_meta"])
    client = meta.pop(f"{META}clientInfo", None)
    return (
        set(meta) == {f"{META}protocolVersion", f"{META}clientCapabilities"}
        and meta[f"{META}protocolVersion"] in DISCOVERY_VERSIONS
        and fits(meta[f"{META}clientCapabilities"], CAPABILITIES)
        and (client is None or is_client(client))
    )


def is_client(value: object) -> bool:
    return isinstance(value, dict) and "name" in value and "version" in value and fits(value, CLIENT)


def fits(value: object, shape: object) -> bool:
    """Whether a value has the types of a shape, wherever both say something."""
    if isinstance(shape, dict):
        return isinstance(value, dict) and all(
            fits(value[name], inner) for name, inner in shape.items() if name in value
        )
    if isinstance(shape, list):
        return isinstance(value, list) and all(fits(item, shape[0]) for item in value)
    if shape is OBJECTS:
        return isinstance(value, dict) and all(isinstance(item, dict) for item in value.values())
    return type(value) is shape
