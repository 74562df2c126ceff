"""Answers as text, for models: a line for each block, with the id to name it by."""

from __future__ import annotations

from greeum.zones import Zone, said_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from greeum.mcp.tools.tool import AnyMemory
    from greeum.model import Anchor, Block, Link


def zone_of(memory: AnyMemory) -> Zone:
    """By whose days its blocks are told."""
    return Zone(memory.time_zone.get())


def day_of(block: Block, zone: Zone) -> str:
    """The day on which it was said there."""
    return said_at(block, zone)[:10]


def block_line(block: Block, zone: Zone) -> str:
    """As in `[17] 2026-05-03 alice (acme/alice/chat-1): I moved to Busan.`"""
    who = block.source or block.kind
    where = f" ({block.namespace})" if block.namespace else ""
    corrected = "" if block.superseded_by is None else f" [corrected since, see {block.superseded_by}]"
    return f"[{block.id}] {day_of(block, zone)} {who}{where}: {block.text}{corrected}"


def block_lines(blocks: Sequence[Block], zone: Zone) -> list[str]:
    return [block_line(block, zone) for block in blocks]


def link_line(link: Link) -> str:
    return f"{link.source} -{link.kind}-> {link.target} ({link.weight:g})"


def anchor_line(anchor: Anchor) -> str:
    where = f" in {anchor.namespace}" if anchor.namespace else ""
    pinned = ", pinned" if anchor.pinned else ""
    return f"{anchor.name}{where} is at block {anchor.block_id}, {anchor.hops} hops{pinned}"
