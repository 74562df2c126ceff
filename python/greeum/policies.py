"""`memory.policies`: what a memory does by itself with what is written to it. They are kept in the store, so that every
process that has it open does the same.
"""

from __future__ import annotations

from greeum import inputs
from greeum.errors import Forbidden, InvalidInput

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.store.protocol import Store

ON_FINDING = ("note", "redact", "refuse")

POLICIES: dict[str, tuple[str, ...]] = {
    "bidi": ON_FINDING,
    "control": ON_FINDING,
    "personal": ON_FINDING,
    "secret": ON_FINDING,
    "zero-width": ON_FINDING,
}
"""Name → what it may say; the first is the default."""


class Policies:
    """See the module. All methods may be called from any thread."""

    def __init__(self, store: Store, *, may_set: bool = True) -> None:
        self._store = store
        self._may_set = may_set

    def get(self, name: str) -> str:
        """What a policy says. Raises InvalidInput if there is none of this name."""
        return self._store.policies().get(known(name), POLICIES[name][0])

    def set(self, name: str, value: str) -> None:
        """Change one, for every process, from the next write on. Raises InvalidInput, or Forbidden to those who are not
        trusted in full.
        """
        if not self._may_set:
            raise Forbidden("policies are set by those who are trusted in full")
        allowed = POLICIES[known(name)]
        if inputs.name(value, "value") not in allowed:
            raise InvalidInput("value", f"is {value[:80]!r}; a policy for {name!r} is {' or '.join(allowed)}")
        self._store.set_policy(name, value)

    def all(self) -> dict[str, str]:
        """Every policy, those too that were never set, by name."""
        said = self._store.policies()
        return {name: said.get(name, allowed[0]) for name, allowed in POLICIES.items()}


def known(name: str) -> str:
    if inputs.name(name, "name") not in POLICIES:
        raise InvalidInput("name", f"{name[:80]!r} is no policy; there are {', '.join(POLICIES)}")
    return name
