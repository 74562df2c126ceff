"""What Memory gives, as JSON."""

from __future__ import annotations

from msgspec.json import encode

from greeum.api.http import Answer
from greeum.model import blocks_json, hits_json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Protocol

    from greeum import Added, Block, Hit

    class Model(Protocol):
        def to_dict(self) -> dict[str, object]: ...


def block(found: Block) -> bytes:
    """A JSON object."""
    return blocks_json([found])[1:-1]


def blocks(found: Iterable[Block]) -> bytes:
    """A JSON array of them."""
    return blocks_json(found)


def added(found: Added) -> bytes:
    """A JSON object: the block's, and what came of adding it."""
    return block(found)[:-1] + b"," + encode(found.outcome())[1:]


def hits(found: Iterable[Hit]) -> bytes:
    """A JSON array of them."""
    return hits_json(found)


def hit_lines(found: Iterable[Hit]) -> bytes:
    """One a line."""
    return b"".join([hits([hit])[1:-1] + b"\n" for hit in found])


def hit_events(found: Iterable[Hit]) -> bytes:
    """One an event."""
    return b"".join([b"event: hit\ndata: " + hits([hit])[1:-1] + b"\n\n" for hit in found])


def one(model: Model, status: int = 200) -> Answer:
    """An answer that is this one thing."""
    return Answer(encode(model.to_dict()), status)


def several(name: str, models: Iterable[Model]) -> Answer:
    """An answer that lists these things under a name."""
    return Answer(encode({name: [model.to_dict() for model in models]}))


def plain(answer: object, *, records: int | None = None) -> Answer:
    """An answer of what JSON knows."""
    return Answer(encode(answer), records=records)
