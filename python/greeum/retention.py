"""Retention: how long memories are kept, and how many, by namespace and kind."""

from __future__ import annotations

from greeum import inputs
from greeum._core import format_time
from greeum.errors import InvalidInput, NotFound
from greeum.store.upkeep import closest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import timedelta

    from greeum.inputs import Namespace, Span
    from greeum.store.protocol import Store
    from greeum.store.upkeep import RuleRow

    # `Retention.list` hides the builtin from annotations within the class.
    Rules = list["Rule"]

EVERY_KIND = ""
"""How a rule for every kind is stored."""

BLOCKS_MAX = 2**53 - 1
"""More than there can be."""


class Rule:
    """What is kept of a namespace and all below it, of one kind or of every kind (None).

    A block is erased by the next `maintain` once it has been in the memory for longer than `max_age`, or when
    `max_blocks` newer ones are there; what is None is without bound.
    """

    __slots__ = ("_row",)

    def __init__(self, row: RuleRow) -> None:
        self._row = row

    @property
    def namespace(self) -> str:
        return self._row[0]

    @property
    def kind(self) -> str | None:
        return self._row[1] or None

    @property
    def max_age(self) -> timedelta | None:
        from datetime import timedelta

        return None if self._row[2] is None else timedelta(microseconds=self._row[2])

    @property
    def max_blocks(self) -> int | None:
        return self._row[3]

    def to_dict(self) -> dict[str, object]:
        """All fields, ready for JSON; `max_age` in seconds."""
        namespace, kind, max_age_us, max_blocks, set_at = self._row
        return {
            "namespace": namespace,
            "kind": kind or None,
            "max_age": None if max_age_us is None else max_age_us / 1_000_000,
            "max_blocks": max_blocks,
            "set_at": format_time(set_at),
        }

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Rule) and self._row == other._row

    def __hash__(self) -> int:
        return hash(self._row[:2])

    def __repr__(self) -> str:
        bounds = [f"{name} {value}" for name, value in (("age", self.max_age), ("blocks", self.max_blocks)) if value]
        return f"Rule({self.namespace or '/'}, {self.kind or 'every kind'}: {', '.join(bounds)})"


class Retention:
    """`memory.retention`: rules that `maintain` applies, and nothing else: a search finds what is there.

    For each block one rule counts: that of the longest namespace at or above its own, and there, that of its kind
    before that of every kind. So a closer rule may keep longer what one above would have erased.
    """

    __slots__ = ("_now_us", "_store")

    def __init__(self, store: Store, now_us: Callable[[], int]) -> None:
        self._store = store
        self._now_us = now_us

    def set(
        self,
        namespace: Namespace = "",
        kind: str | None = None,
        *,
        max_age: Span | None = None,
        max_blocks: int | None = None,
    ) -> Rule:
        """Say what is kept of a namespace and all below it, in place of what was said before.

        `max_age` is in seconds or a `timedelta`, and counts from when a block was added (not from its `at`, which may
        lie in any past); `max_blocks` is how many are kept of all that the rule is for, the newest ones. At least one
        of them must be given. Raises InvalidInput.
        """
        where = inputs.namespace(namespace)
        if max_age is None and max_blocks is None:
            raise InvalidInput("max_age", "or max_blocks must say what is kept; `clear` removes a rule")
        age_us = None if max_age is None else inputs.duration(max_age, "max_age")
        most = None if max_blocks is None else inputs.count(max_blocks, "max_blocks", BLOCKS_MAX, least=0)
        row = (where, self._kind(kind), age_us, most, self._now_us())
        self._store.put_retention(row)
        return Rule(row)

    def list(self) -> Rules:
        """Every rule, ordered by namespace and kind."""
        return [Rule(row) for row in self._store.retention()]

    def rule(self, namespace: Namespace = "", kind: str = "message") -> Rule | None:
        """The one rule that counts for blocks of this kind in this namespace; None if they are kept for good."""
        found = closest(self._store.retention(), inputs.namespace(namespace), inputs.name(kind, "kind"))
        return None if found is None else Rule(found)

    def clear(self, namespace: Namespace = "", kind: str | None = None) -> None:
        """Remove a rule. Raises NotFound."""
        where = inputs.namespace(namespace)
        if not self._store.remove_retention(where, self._kind(kind)):
            raise NotFound(f"there is no rule for {kind or 'every kind'} in namespace {where!r}")

    def _kind(self, kind: str | None) -> str:
        return EVERY_KIND if kind is None else inputs.name(kind, "kind")
