"""The policies of a confined memory."""

from __future__ import annotations

from greeum.errors import Forbidden
from greeum.policies import EVERY_KIND

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

    from greeum.memory import Memory


class RootedPolicies:
    """`Rooted.policies`: what the store says can be seen, and not changed, since it concerns others too."""

    __slots__ = ("_policies",)

    def __init__(self, memory: Memory) -> None:
        self._policies = memory.policies

    def get(self, kind: str = EVERY_KIND) -> dict[str, str]:
        """As `Policies.get`."""
        return self._policies.get(kind)

    def set(
        self, kind: str = EVERY_KIND, *, on_duplicate: str | None = None, on_conflict: str | None = None
    ) -> NoReturn:
        """Forbidden."""
        raise Forbidden("`policies.set` concerns the whole memory, and this one is confined to a namespace")
