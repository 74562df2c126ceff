"""How blocks are shown to people: as rows of a table, or one in full."""

from __future__ import annotations

from greeum.cli.cells import on_one_line, shown
from greeum.zones import said_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from greeum.cli.screen import Screen
    from greeum.model import Block, Hit
    from greeum.zones import Zone


def heads(zone: Zone) -> tuple[str, ...]:
    return "ID", f"WHEN ({zone.name})", "WHO", "NAMESPACE", "TEXT"


HIDDEN = ("bidi", "control", "zero-width")
"""Flags of characters that a reader does not see."""

TIMES = frozenset(("at", "added_at", "valid_from", "valid_to", "expires_at", "superseded_at"))
"""Fields of a block that are moments."""

IN_WORDS = {"personal": "personal data", "secret": "a secret"}
"""What other flags say, where their name alone does not."""


def when(block: Block, zone: Zone) -> str:
    """Date, hour and minute there."""
    return said_at(block, zone)[:16].replace("T", " ")


def row(block: Block, zone: Zone) -> list[str]:
    """The cells under these heads."""
    text = on_one_line(block.text)
    if block.superseded_by is not None:
        text = f"[superseded by {block.superseded_by}] {text}"
    return [str(block.id), when(block, zone), on_one_line(block.source or ""), on_one_line(block.namespace), text]


def show_blocks(screen: Screen, blocks: Iterable[Block], zone: Zone) -> None:
    """A table of blocks, with times as clocks show them in a zone."""
    screen.table(heads(zone), [row(block, zone) for block in blocks], none="no blocks", numeric=("ID",))


def show_hits(screen: Screen, hits: Sequence[Hit], zone: Zone) -> None:
    """A table of hits, best first."""
    rows = [[f"{hit.score:.2f}", *row(hit.block, zone)] for hit in hits]
    screen.table(("SCORE", *heads(zone)), rows, none="nothing found", numeric=("SCORE", "ID"))


def show_block(screen: Screen, block: Block, zone: Zone) -> None:
    """Every field that says something, with times as clocks show them in a zone, then the text."""
    fields = {
        name: value for name, value in block.to_dict().items() if name != "text" and value not in (None, [], {}, "")
    }
    for name, value in fields.items():
        at = zone.parse(str(value)) if name in TIMES else None
        screen.line(f"{name:<14}{on_one_line(spelt(value) if at is None else zone.format(at))}")
    screen.line()
    screen.line(shown(block.text))


def noticed(flag: str) -> str:
    """A flag in words."""
    return f"hidden characters ({flag})" if flag in HIDDEN else IN_WORDS.get(flag, flag)


def show_flags(screen: Screen, block: Block) -> None:
    """What was noticed in a block that was just written, if anything was."""
    if block.flags:
        screen.line(f"noticed in it: {', '.join(map(noticed, block.flags))}")


def spelt(value: object) -> str:
    if isinstance(value, dict):
        from greeum.cli.screen import as_json

        return as_json(value)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)
