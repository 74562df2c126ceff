"""What is done with a text that says what is there already, or the opposite: by call, by store, by kind."""

from __future__ import annotations

from greeum import inputs
from greeum.errors import InvalidInput

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from greeum.store.protocol import Store

ON_DUPLICATE = ("return", "link", "keep")
"""Give back the block that is there; add the new one with a `similar` link to it; add it as if there were none."""

ON_CONFLICT = ("keep", "supersede", "reject")
"""Add it and say what it contradicts; let it supersede that, if that is sure; raise Conflict."""

RETURNED_KINDS = frozenset(("fact", "note"))
"""Kinds of which the same is not kept twice. Of a conversation the second "yes" is a turn too, and what a caller's
own kinds mean is not known."""

EVERY_KIND = "*"


class Policy:
    """What holds for one block. `is_said` says that somebody has chosen what to do with duplicates."""

    __slots__ = ("is_said", "on_conflict", "on_duplicate")

    def __init__(self, on_duplicate: str, on_conflict: str, is_said: bool) -> None:
        self.on_duplicate = on_duplicate
        self.on_conflict = on_conflict
        self.is_said = is_said


class Policies:
    """`memory.policies`: what the store says, for those calls that say nothing themselves."""

    __slots__ = ("_store",)

    def __init__(self, store: Store) -> None:
        self._store = store

    def get(self, kind: str = EVERY_KIND) -> dict[str, str]:
        """What is done with blocks of a kind if a call says nothing: `on_duplicate` and `on_conflict`."""
        policy = policy_of(self._store.policies(), inputs.name(kind, "kind"), None, None)
        return {"on_duplicate": policy.on_duplicate, "on_conflict": policy.on_conflict}

    def set(self, kind: str = EVERY_KIND, *, on_duplicate: str | None = None, on_conflict: str | None = None) -> None:
        """Say so for a kind, or for all that nothing is said of; what is left out stays as it is. It is kept in the
        store, for every process. Raises InvalidInput."""
        kind = inputs.name(kind, "kind")
        chosen = {"on_duplicate": duplicate_policy(on_duplicate), "on_conflict": conflict_policy(on_conflict)}
        self._store.set_policies({f"{name}/{kind}": value for name, value in chosen.items() if value is not None})


class KeptPolicies:
    """What the store says, kept from one add to the next."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: tuple[int, Mapping[str, str]] | None = None
        """With how often its settings had changed by then."""

    def said(self, changes: int) -> Mapping[str, str]:
        """All of it, when its settings have changed so often: see `Store.newest`."""
        kept = self._kept
        if kept is None or kept[0] != changes:
            kept = self._kept = changes, self._store.policies()
        return kept[1]


def policy_of(said: Mapping[str, str], kind: str, on_duplicate: str | None, on_conflict: str | None) -> Policy:
    """What holds for a block of this kind, of which a call says this much, and the store what is `said`."""
    duplicate = on_duplicate or said.get(f"on_duplicate/{kind}") or said.get(f"on_duplicate/{EVERY_KIND}")
    conflict = on_conflict or said.get(f"on_conflict/{kind}") or said.get(f"on_conflict/{EVERY_KIND}") or "keep"
    otherwise = "return" if kind in RETURNED_KINDS else "keep"
    return Policy(duplicate or otherwise, conflict, duplicate is not None)


def duplicate_policy(value: object) -> str | None:
    return None if value is None else one_of(value, "on_duplicate", ON_DUPLICATE)


def conflict_policy(value: object) -> str | None:
    return None if value is None else one_of(value, "on_conflict", ON_CONFLICT)


def one_of(value: object, field: str, choices: tuple[str, ...]) -> str:
    if not isinstance(value, str) or value not in choices:
        raise InvalidInput(field, f"must be one of {', '.join(choices)}")
    return value
