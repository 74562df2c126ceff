"""Policies over HTTP: what is done with a text that says what is there already, or the opposite."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from greeum.api import answers, encoding, wire
from greeum.api.routes import Operation
from greeum.policies import EVERY_KIND

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum import Memory
    from greeum.api.http import Answer, Call


class NewPolicy(wire.Request):
    """What to do with blocks of a kind from now on; what is null or left out stays as it is."""

    kind: Annotated[wire.Name, Meta(description="`*`: of every kind of which nothing is said.")] = EVERY_KIND
    on_duplicate: wire.OnDuplicate = None
    on_conflict: wire.OnConflict = None


class PolicyFor(wire.Request):
    kind: wire.Name = EVERY_KIND


class Policy(answers.Answered):
    """What is done with blocks of a kind if a call says nothing itself."""

    on_duplicate: Literal["return", "link", "keep"]
    on_conflict: Literal["keep", "supersede", "reject"]


def get(memory: Memory, call: Call) -> Answer:
    """What is done with blocks of a kind if a call says nothing itself."""
    return encoding.plain(memory.policies.get(**call.query))


def put(memory: Memory, call: Call) -> Answer:
    """Say so for a kind, or for all of which nothing is said. What is null or left out stays as it was."""
    memory.policies.set(**call.body)
    return encoding.plain(memory.policies.get(call.body.get("kind", EVERY_KIND)))


OPERATIONS = (
    Operation(
        id="policies.get", method="GET", path="/v1/policies", handle=get, query=PolicyFor, answer=Policy
    ),
    Operation(
        id="policies.set", method="PUT", path="/v1/policies", handle=put, body=NewPolicy, answer=Policy,
        problems=("store-full",),
    ),
)  # fmt: skip
