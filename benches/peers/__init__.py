"""What Greeum is measured beside: a file for each product, all with the same face, each in a process of its own.

Their packages are pinned in `requirements/peers.txt` and belong into an environment of their own. Every peer is used as
its documents say, with what a user would leave as it is; what had to be chosen stands in its file.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from benches.peers.protocol import Peer

NAMES = ("greeum", "fts5", "bm25s", "tantivy", "hnswlib", "usearch", "chroma", "lancedb", "qdrant", "mem0")


def peer(name: str) -> type[Peer]:
    """The class of a peer. Ends the program if its package is not installed."""
    if name not in NAMES:
        raise SystemExit(f"{name}: no such peer; there are {', '.join(NAMES)}")
    try:
        found: type[Peer] = import_module(f"benches.peers.{name}_peer").PEER
    except ImportError as error:
        raise SystemExit(f"{name}: {error}; install requirements/peers.txt into an environment of its own") from error
    return found
