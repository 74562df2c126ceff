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
    from greeum.backups.pieces import Backup
    from greeum.errors import GreeumError
    from greeum.explanation import Explanation
    from greeum.forgetting import Certificate, Forgotten
    from greeum.hits import Hits
    from greeum.importers.report import ImportReport
    from greeum.listing import NamespacePage, Page
    from greeum.maintenance import Report
    from greeum.memory import Memory
    from greeum.model import Added, Anchor, Block, Change, Context, Contradiction, Hit, Link
    from greeum.policies import Policies
    from greeum.reembedding import Reembedded
    from greeum.remote import RemoteMemory, connect
    from greeum.retention import Retention, Rule
    from greeum.rooted import Rooted
    from greeum.weights import Weighing, Weight, Weights
    from greeum.wiring import (
        open,  # noqa: A004 - greeum.open(path), as in sqlite3, shelve and others
        reembed,
        restore,
        verify,
    )
    from greeum.zones import TimeZone

__all__ = [
    "Added", "Anchor", "Anchors", "Backup", "Block", "Certificate", "Change", "Context", "Contradiction",
    "Explanation", "Forgotten", "GreeumError", "Hit", "Hits", "ImportReport", "Link", "Memory", "NamespacePage", "Page",
    "Policies", "Reembedded", "RemoteMemory", "Report", "Retention", "Rooted", "Rule", "TimeZone", "Weighing", "Weight",
    "Weights", "connect", "errors", "open", "reembed", "restore", "verify",
]  # fmt: skip

_HOMES = {
    "Added": "model",
    "Anchor": "model",
    "Anchors": "anchors",
    "Backup": "backups.pieces",
    "Block": "model",
    "Certificate": "forgetting",
    "Change": "model",
    "Context": "model",
    "Contradiction": "model",
    "Explanation": "explanation",
    "Forgotten": "forgetting",
    "GreeumError": "errors",
    "Hit": "model",
    "Hits": "hits",
    "ImportReport": "importers.report",
    "Link": "model",
    "Memory": "memory",
    "NamespacePage": "listing",
    "Page": "listing",
    "Policies": "policies",
    "Reembedded": "reembedding",
    "RemoteMemory": "remote",
    "Report": "maintenance",
    "Retention": "retention",
    "Rooted": "rooted",
    "Rule": "retention",
    "TimeZone": "zones",
    "Weighing": "weights",
    "Weight": "weights",
    "Weights": "weights",
    "connect": "remote",
    "open": "wiring",
    "reembed": "wiring",
    "restore": "wiring",
    "verify": "wiring",
}


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name in _HOMES:
        return getattr(import_module(f"greeum.{_HOMES[name]}"), name)
    if name == "errors":
        return import_module("greeum.errors")
    raise AttributeError(f"module 'greeum' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
