"""Weights of a memory's own over HTTP: what counts how much in searches, and what hits teach about it."""

from __future__ import annotations

from greeum.api import answers, encoding, wire
from greeum.api.blocks import idempotency_key
from greeum.api.routes import Operation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum import Memory
    from greeum.api.http import Answer, Call


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
        id="weights.get", method="GET", path="/v1/weights", handle=get, query=wire.InNamespace, answer=answers.Weighing
    ),
    Operation(
        id="weights.set", method="PUT", path="/v1/weights", handle=put, body=wire.NewWeights, answer=answers.Weighing,
        problems=("store-full",),
    ),
    Operation(
        id="weights.reset", method="POST", path="/v1/weights:reset", handle=reset, body=wire.WeightsReset,
        answer=answers.Weighing, problems=("store-full",),
    ),
    Operation(
        id="feedback", method="POST", path="/v1/feedback", handle=feedback, body=wire.Feedback,
        answer=answers.Weighing, problems=("not-found", "embedder-failed", "store-full"),
        headers=("Idempotency-Key",),
    ),
)  # fmt: skip
