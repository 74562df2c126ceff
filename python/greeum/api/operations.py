"""Everything that can be asked over HTTP."""

from __future__ import annotations

from greeum.api import (
    anchors,
    blocks,
    changes,
    explanations,
    forgetting,
    links,
    looking,
    pages,
    policies,
    provenance,
    search,
    transfer,
    upkeep,
    weights,
    zones,
)

OPERATIONS = (
    *blocks.OPERATIONS, *forgetting.OPERATIONS, *search.OPERATIONS, *explanations.OPERATIONS, *looking.OPERATIONS,
    *links.OPERATIONS, *anchors.OPERATIONS, *provenance.OPERATIONS, *policies.OPERATIONS, *weights.OPERATIONS,
    *zones.OPERATIONS, *upkeep.OPERATIONS, *transfer.OPERATIONS, *changes.OPERATIONS, *pages.OPERATIONS,
)  # fmt: skip

IDS = (*(operation.id for operation in OPERATIONS), "search.live", "mcp", "page")
"""What logs and figures name requests by. `search.live` is a WebSocket, `mcp` has operations of its own."""
