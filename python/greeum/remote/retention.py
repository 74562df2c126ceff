"""`memory.retention` of a memory elsewhere."""

from __future__ import annotations

from greeum import inputs
from greeum.errors import InvalidInput
from greeum.remote import bodies, rows
from greeum.retention import BLOCKS_MAX

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.inputs import Namespace, Span
    from greeum.remote.client import Client
    from greeum.retention import Rule, Rules

PATH = "/v1/retention"


class RemoteRetention:
    """As `Retention`."""

    __slots__ = ("_client",)

    def __init__(self, client: Client) -> None:
        self._client = client

    def set(
        self,
        namespace: Namespace = "",
        kind: str | None = None,
        *,
        max_age: Span | None = None,
        max_blocks: int | None = None,
    ) -> Rule:
        """As `Retention.set`."""
        body = {"namespace": bodies.quoted_namespace(namespace)}
        if max_age is None and max_blocks is None:
            raise InvalidInput("max_age", "or max_blocks must say what is kept; `clear` removes a rule")
        if max_age is not None:
            body["max_age"] = bodies.seconds(max_age, "max_age")
        if max_blocks is not None:
            body["max_blocks"] = str(inputs.count(max_blocks, "max_blocks", BLOCKS_MAX, least=0))
        if kind is not None:
            body["kind"] = bodies.quoted_name(kind, "kind")
        return self._client.change("PUT", PATH, body, rows.rule)

    def list(self) -> Rules:
        """As `Retention.list`."""
        return self._client.read(PATH, rows.listed("rules", rows.rule))

    def rule(self, namespace: Namespace = "", kind: str = "message") -> Rule | None:
        """As `Retention.rule`."""
        where = inputs.namespace(namespace)
        return self._client.read(f"{PATH}:rule", rows.rule_that_counts, namespace=where, kind=inputs.name(kind, "kind"))

    def clear(self, namespace: Namespace = "", kind: str | None = None) -> None:
        """As `Retention.clear`."""
        self._client.erase(PATH, namespace=inputs.namespace(namespace), kind=inputs.optional_name(kind, "kind"))
