"""`memory.policies` and `memory.screening` of a memory elsewhere."""

from __future__ import annotations

from greeum import inputs
from greeum.policies import EVERY_KIND, conflict_policy, duplicate_policy, one_of
from greeum.remote import bodies, rows
from greeum.screening import KINDS, POLICIES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.remote.client import Client


class RemotePolicies:
    """As `Policies`."""

    __slots__ = ("_client",)

    def __init__(self, client: Client) -> None:
        self._client = client

    def get(self, kind: str = EVERY_KIND) -> dict[str, str]:
        """As `Policies.get`."""
        return self._client.read("/v1/policies", rows.words, kind=inputs.name(kind, "kind"))

    def set(self, kind: str = EVERY_KIND, *, on_duplicate: str | None = None, on_conflict: str | None = None) -> None:
        """As `Policies.set`."""
        body = {
            "kind": bodies.quoted_name(kind, "kind"),
            "on_duplicate": bodies.word_or_null(duplicate_policy(on_duplicate)),
            "on_conflict": bodies.word_or_null(conflict_policy(on_conflict)),
        }
        self._client.change("PUT", "/v1/policies", body, rows.words)


class RemoteScreening:
    """As `Screening`."""

    __slots__ = ("_client",)

    def __init__(self, client: Client) -> None:
        self._client = client

    def policies(self) -> dict[str, str]:
        """As `Screening.policies`."""
        return self._client.read("/v1/screening", rows.words)

    def set(self, kind: str, policy: str) -> None:
        """As `Screening.set`."""
        body = {
            "kind": bodies.quoted(one_of(kind, "kind", KINDS)),
            "policy": bodies.quoted(one_of(policy, "policy", POLICIES)),
        }
        self._client.change("PUT", "/v1/screening", body, rows.words)
