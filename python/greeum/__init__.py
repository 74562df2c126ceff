"""Greeum: long-term memory for LLM agents.

    import greeum

    with greeum.open("./memory") as memory:
        memory.add("I moved to Busan in May.", source="alice", namespace="acme/alice")
        for hit in memory.search("where does Alice live?"):
            print(hit.score, hit.block.text)

Names are imported when they are first used: the command line pays for every import.
"""

from __future__ import annotations

__version__ = "0.1.0"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum import errors
    from greeum.anchors import Anchors
    from greeum.errors import GreeumError
    from greeum.listing import NamespacePage, Page
    from greeum.memory import Memory
    from greeum.model import Added, Anchor, Block, Change, Context, Contradiction, Hit, Link
    from greeum.policies import Policies
    from greeum.remote import RemoteMemory, connect
    from greeum.rooted import Rooted
    from greeum.wiring import open  # noqa: A004 - greeum.open(path), as in sqlite3, shelve and others

__all__ = [
    "Added", "Anchor", "Anchors", "Block", "Change", "Context", "Contradiction", "GreeumError", "Hit", "Link", "Memory",
    "NamespacePage", "Page", "Policies", "RemoteMemory", "Rooted", "connect", "errors", "open",
]  # fmt: skip

_HOMES = {
    "Added": "model",
    "Anchor": "model",
    "Anchors": "anchors",
    "Block": "model",
    "Change": "model",
    "Context": "model",
    "Contradiction": "model",
    "GreeumError": "errors",
    "Hit": "model",
    "Link": "model",
    "Memory": "memory",
    "NamespacePage": "listing",
    "Page": "listing",
    "Policies": "policies",
    "RemoteMemory": "remote",
    "Rooted": "rooted",
    "connect": "remote",
    "open": "wiring",
}


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name in _HOMES:
        return getattr(import_module(f"greeum.{_HOMES[name]}"), name)
    if name == "errors":
        return import_module("greeum.errors")
    raise AttributeError(f"module 'greeum' has no attribute {name!r}")
