"""What may be said of a tenant or a key, checked before it is stored: each returns it, or raises InvalidInput."""

from __future__ import annotations

from greeum.control.model import ROLES, Role
from greeum.errors import InvalidInput
from greeum.inputs import share, string
from greeum.limits import NAME_BYTES_MAX

TENANT_CHARACTERS_MAX = 63
"""A tenant's name is a directory's and may be a host's: a label of a domain name has at most so many."""

RATE_MIN_PER_S = 0.001
"""Under four requests an hour is not a rate but a mistake."""

RATE_MAX_PER_S = 1_000_000.0
"""More than any server answers: who means no bound leaves it out."""


def tenant_name(value: str) -> str:
    """Small letters, digits and dashes, so that it can be a directory's name in every file system as it stands."""
    is_plain = value.isascii() and value.replace("-", "a").isalnum() and value == value.lower()
    if not is_plain or value[0] == "-" or len(value) > TENANT_CHARACTERS_MAX:
        raise InvalidInput(
            "tenant",
            f"{value[:80]!r} is no name for one: write 1 to {TENANT_CHARACTERS_MAX} of a-z, 0-9 and -, and no - first",
        )
    return value


def role_of(value: str) -> Role:
    role = ROLES.get(value)
    if role is None:
        raise InvalidInput("role", f"{value!r} is none; there are {', '.join(ROLES)}")
    return role


def rate_of(value: float | None) -> float | None:
    """Requests a second."""
    if value is None:
        return None
    if not RATE_MIN_PER_S <= value <= RATE_MAX_PER_S:  # not a number fails too
        raise InvalidInput(
            "rate", f"is {value:g}; it must lie between {RATE_MIN_PER_S:g} and {RATE_MAX_PER_S:,.0f} a second"
        )
    return float(value)


def label_of(value: str) -> str:
    return string(value, "label", NAME_BYTES_MAX, empty=True)


def trust_of(value: float, role: Role) -> float:
    """From 0 to 1."""
    trust = share(value, "trust")
    if trust < 1 and role == Role.READER:
        raise InvalidInput("trust", "says how far what a key writes is trusted, and a reader writes nothing")
    return trust
