"""`memory.weights` of a memory elsewhere, and what `feedback` sends."""

from __future__ import annotations

from json import dumps

from greeum import inputs, limits
from greeum.feedback import both_sides
from greeum.remote import bodies, rows
from greeum.weights import said

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from greeum.inputs import Namespace
    from greeum.remote.client import Client
    from greeum.weights import Weighing

PATH = "/v1/weights"


class RemoteWeights:
    """As `Weights`."""

    __slots__ = ("_client",)

    def __init__(self, client: Client) -> None:
        self._client = client

    def get(self, namespace: Namespace = "") -> Weighing:
        """As `Weights.get`."""
        return self._client.read(PATH, rows.weighing, namespace=inputs.namespace(namespace))

    def set(self, weights: Mapping[str, float | None], *, namespace: Namespace = "") -> Weighing:
        """As `Weights.set`."""
        body = {"namespace": bodies.quoted_namespace(namespace), "weights": dumps(said(weights), ensure_ascii=False)}
        return self._client.change("PUT", PATH, body, rows.weighing)

    def reset(self, *, namespace: Namespace = "", learnt_only: bool = False) -> Weighing:
        """As `Weights.reset`."""
        body = {"namespace": bodies.quoted_namespace(namespace)} | bodies.flags(learnt_only=learnt_only)
        return self._client.change("POST", f"{PATH}:reset", body, rows.weighing)


def judgement(
    query: str, good: Iterable[int], bad: Iterable[int], namespace: Namespace, vector: Sequence[float] | None
) -> dict[str, str]:
    """The body of `feedback`."""
    said_good, said_bad = both_sides(good, bad)
    body = {
        "query": bodies.quoted(inputs.string(query, "query", limits.QUERY_BYTES_MAX, empty=vector is not None)),
        "good": dumps(sorted(said_good)),
        "bad": dumps(sorted(said_bad)),
        "namespace": bodies.quoted_namespace(namespace),
    }
    return body if vector is None else body | {"vector": bodies.components(vector)}
