"""Links over HTTP."""

from __future__ import annotations

from greeum.api import answers, encoding, wire
from greeum.api.blocks import id_of
from greeum.api.http import Answer
from greeum.api.routes import Operation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum import Memory
    from greeum.api.http import Call


class NewLink(wire.Request):
    """A link to add; the same again changes its weight."""

    source: wire.Id
    target: wire.Id
    kind: wire.Name = "about"
    weight: wire.Share = 1.0


class LinkName(wire.Request):
    source: wire.Id
    target: wire.Id
    kind: wire.Name = "about"


class Links(answers.Answered):
    """Those that leave the block, then those that arrive at it."""

    links: list[answers.Link]


def add(memory: Memory, call: Call) -> Answer:
    """Link one block to another; the same link again changes its weight."""
    return encoding.one(memory.link(**call.body), 201)


def remove(memory: Memory, call: Call) -> Answer:
    """Remove a link."""
    memory.unlink(**call.query)
    return Answer(status=204)


def of_block(memory: Memory, call: Call) -> Answer:
    """The links that leave a block, then those that arrive at it."""
    return encoding.several("links", memory.links(id_of(call)))


OPERATIONS = (
    Operation(
        id="links.add", method="POST", path="/v1/links", handle=add, body=NewLink, status=201,
        answer=answers.Link, problems=("not-found", "store-full"),
    ),
    Operation(
        id="links.remove", method="DELETE", path="/v1/links", handle=remove, query=LinkName, status=204,
        problems=("not-found", "store-full"),
    ),
    Operation(
        id="links.of", method="GET", path="/v1/blocks/{id}/links", handle=of_block, answer=Links,
        problems=("not-found",),
    ),
)  # fmt: skip
