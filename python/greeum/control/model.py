"""What the control store keeps: a key, and the role it has."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple


class Role(IntEnum):
    """What a key may do; each may do all that the ones before it may."""

    READER = 1
    WRITER = 2
    ADMIN = 3

    def __str__(self) -> str:
        return self.name.lower()


ROLES = {str(role): role for role in Role}
"""Each by its name, lowest first."""


class Key(NamedTuple):
    """What is known of a key. Neither the key itself nor its hash: whoever holds this cannot come in with it."""

    id: str
    """The public part, which logs and lists may show."""
    tenant: str
    role: Role
    namespace: str
    """What it is confined to; "" is all that the tenant has."""
    rate: float | None
    """Requests a second; None is without bound."""
    label: str
    created_at_us: int
    revoked_at_us: int | None
    trust: float = 1.0
    """How far what it writes is trusted, from 0 to 1."""

    def to_dict(self) -> dict[str, object]:
        """As JSON shows it."""
        from greeum.model import optional_iso

        return {
            "id": self.id,
            "tenant": self.tenant,
            "role": str(self.role),
            "namespace": self.namespace,
            "rate": self.rate,
            "label": self.label,
            "trust": self.trust,
            "created_at": optional_iso(self.created_at_us),
            "revoked_at": optional_iso(self.revoked_at_us),
        }
