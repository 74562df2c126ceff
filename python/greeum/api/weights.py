"""Weights of a memory's own over HTTP: what counts how much in searches, and what hits teach about it."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, field

from greeum import limits
from greeum.api import answers, encoding, wire
from greeum.api.blocks import idempotency_key
from greeum.api.routes import Operation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum import Memory
    from greeum.api.http import Answer, Call

Judged = Annotated[list[wire.Id], Meta(max_length=limits.JUDGED_MAX)]


class NewWeights(wire.Request):
    """How much some kinds of evidence are to count; those that are left out stay as they are."""

    weights: Annotated[
        dict[str, float | None], Meta(description="By name; null takes back what was said.", min_length=1)
    ]
    namespace: Annotated[wire.Namespace, Meta(description="It holds there and below.")] = ""


class WeightsReset(wire.Request):
    """What to forget of a namespace's weights."""

    namespace: wire.Namespace = ""
    learnt_only: Annotated[bool, Meta(description="Whether what was set is to stay.")] = False


class Feedback(wire.Request):
    """Which hits of a query have answered it (`good`), and which have not (`bad`); at least one is named."""

    query: wire.Query
    good: Judged = field(default_factory=list)
    bad: Judged = field(default_factory=list)
    namespace: wire.Namespace = ""
    vector: wire.Vector = None


class Weight(answers.Answered):
    """How much one kind of evidence counts, and why."""

    name: str
    value: float
    default: float
    origin: Literal["default", "set", "learnt"]
    namespace: Annotated[str | None, Meta(description="Where that was said; null for the default.")]


class Weighing(answers.Answered):
    """The weights of a search in a namespace."""

    namespace: str
    judgements: Annotated[int, Meta(description="How often feedback has taught this very namespace something.", ge=0)]
    share: Annotated[float, Meta(description="How much of what was learnt there is in use.", ge=0, le=1)]
    weights: list[Weight]


def get(memory: Memory, call: Call) -> Answer:
    """The weights of a search in a namespace, and where each comes from."""
    return encoding.one(memory.weights.get(**call.query))


def put(memory: Memory, call: Call) -> Answer:
    """Say how much some kinds of evidence count in a namespace and all below it."""
    return encoding.one(memory.weights.set(call.body["weights"], namespace=call.body.get("namespace", "")))


def reset(memory: Memory, call: Call) -> Answer:
    """Forget what was set and learnt for a namespace, or only what was learnt."""
    return encoding.one(memory.weights.reset(**call.body))


def feedback(memory: Memory, call: Call) -> Answer:
    """Say which of a query's hits have answered it, and which have not; it tunes the weights of the namespace."""
    return encoding.one(memory.feedback(**call.body, **idempotency_key(call)))


OPERATIONS = (
    Operation(
        id="weights.get", method="GET", path="/v1/weights", handle=get, query=wire.InNamespace, answer=Weighing
    ),
    Operation(
        id="weights.set", method="PUT", path="/v1/weights", handle=put, body=NewWeights, answer=Weighing,
        problems=("store-full",),
    ),
    Operation(
        id="weights.reset", method="POST", path="/v1/weights:reset", handle=reset, body=WeightsReset,
        answer=Weighing, problems=("store-full",),
    ),
    Operation(
        id="feedback", method="POST", path="/v1/feedback", handle=feedback, body=Feedback,
        answer=Weighing, problems=("not-found", "embedder-failed", "store-full"),
        headers=("Idempotency-Key",),
    ),
)  # fmt: skip
