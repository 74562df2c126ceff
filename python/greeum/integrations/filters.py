"""Filters in the manner of other products, in Greeum's.

A filter is an object of fields, each with a value or with operators, and of words that join filters. What Greeum's
`where` can say, the Index answers; the rest (text compared with text, lists as a whole, letters within a text) is
looked up in the blocks that it leaves.
"""

from __future__ import annotations

from dataclasses import dataclass
from operator import ge, gt, le, lt

from greeum.errors import InvalidInput

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from greeum.model import Block

    Where = dict[str, Any]
    Record = Mapping[str, Any]

WHOLE_MAX = 2**53
"""Numbers beyond this are not told apart by the Index, which keeps doubles."""

VALUES_MAX = 1_000
"""As many values of `in` the Index takes."""

ORDER: dict[str, Callable[[Any, Any], bool]] = {"gt": gt, "gte": ge, "lt": lt, "lte": le}


@dataclass(frozen=True)
class Grammar:
    """The words of a product: its operators and what joins filters, each with the one of ours that it stands for.

    Two have no like in `where`: `has`, that a text holds these letters or a list this text, and `has_any_case`.
    """

    operators: Mapping[str, str]
    joins: Mapping[str, str]

    def is_operators(self, value: object) -> bool:
        """Whether a field's value is an object of operators, and not one to be matched field by field."""
        if not isinstance(value, dict) or not value:
            return False
        prefixed = all(operator.startswith("$") for operator in self.operators)
        return any(str(key).startswith("$") for key in value) if prefixed else True


@dataclass(frozen=True)
class Condition:
    """That `path` stands in the relation `operator` to `value`."""

    path: str
    operator: str
    value: Any

    def holds(self, record: Record) -> bool:
        """Whether it is so in what a block holds."""
        return RELATIONS[self.operator](at_path(record, self.path), self.value)

    def where(self, field: Callable[[Condition], Where | None]) -> Where | None:
        """The same for the Index; None if it cannot tell."""
        return field(self)


@dataclass(frozen=True)
class Join:
    """`and`, `or` or `not` over filters; `not` over several: none of them holds."""

    word: str
    parts: tuple[Condition | Join, ...]

    def holds(self, record: Record) -> bool:
        held = (part.holds(record) for part in self.parts)
        if self.word == "not":
            return not any(held)
        return all(held) if self.word == "and" else any(held)

    def where(self, field: Callable[[Condition], Where | None]) -> Where | None:
        parts = [part.where(field) for part in self.parts]
        if None in parts:
            return None
        return {"not": {"or": parts}} if self.word == "not" else {self.word: parts}


def in_metadata(condition: Condition) -> Where | None:
    """A condition on what stands in a block's metadata."""
    if not is_for_index(condition.operator, condition.value):
        return None
    return {f"metadata.{condition.path}": {condition.operator: condition.value}}


def is_for_index(operator: str, value: Any) -> bool:
    if operator in ORDER:
        return is_number(value) and abs(value) <= WHOLE_MAX
    if operator in ("in", "nin"):
        return len(value) <= VALUES_MAX and all(is_for_index("eq", one) for one in value)
    if value is None:
        return operator in ("eq", "ne")
    is_plain = isinstance(value, (str, bool)) or (is_number(value) and abs(value) <= WHOLE_MAX)
    return is_plain and operator in ("eq", "ne", "contains", "exists")


class Filter:
    """A filter, read: `where` is as much of it as the Index can tell, `is_exact` whether that is all of it."""

    def __init__(
        self,
        conditions: Mapping[str, Any] | None,
        grammar: Grammar,
        *,
        name: str = "filter",
        record: Callable[[Block], Record] = lambda block: block.metadata,
        field: Callable[[Condition], Where | None] = in_metadata,
    ) -> None:
        """`name` is what the caller calls it, `record` what a block holds in that product's eyes, `field` how a
        condition is put to the Index. Raises InvalidInput.
        """
        self._record = record
        parts = read(conditions, grammar, name) if conditions is not None else ()
        wheres = [part.where(field) for part in parts]
        self._rest = [part for part, where in zip(parts, wheres, strict=True) if where is None]
        self._wheres = [where for where in wheres if where is not None]

    @property
    def is_exact(self) -> bool:
        return not self._rest

    @property
    def where(self) -> Where | None:
        return {"and": self._wheres} if self._wheres else None

    def restrict(self, where: Where) -> None:
        """Let through only what `where`, one of ours, lets through as well."""
        self._wheres.append(where)

    def holds(self, block: Block) -> bool:
        """Whether what the Index could not tell holds for a block that it has let through."""
        if not self._rest:
            return True
        record = self._record(block)
        return all(part.holds(record) for part in self._rest)


def read(conditions: Mapping[str, Any], grammar: Grammar, name: str) -> tuple[Condition | Join, ...]:
    """The parts of a filter, all of which must hold. Raises InvalidInput."""
    if not isinstance(conditions, dict):
        raise InvalidInput(name, f"must be a dictionary, not {type(conditions).__name__}")
    parts: list[Condition | Join] = []
    for key, value in conditions.items():
        if not isinstance(key, str) or not key:
            raise InvalidInput(name, "has a field without a name")
        if key in grammar.joins:
            parts.append(read_join(key, value, grammar, name))
        elif key.startswith("$"):
            known = ", ".join(grammar.joins) or "fields only"
            raise InvalidInput(f"{name}.{key}", f"is not known here; there are {known}")
        else:
            parts += read_field(key, value, grammar, name)
    return tuple(parts)


def read_join(word: str, value: Any, grammar: Grammar, name: str) -> Join:
    join = grammar.joins[word]
    filters = [value] if join == "not" and isinstance(value, dict) else value
    if not isinstance(filters, list) or not filters:
        raise InvalidInput(f"{name}.{word}", "must be a list of filters, at least one")
    return Join(join, tuple(Join("and", read(one, grammar, f"{name}.{word}")) for one in filters))


def read_field(path: str, value: Any, grammar: Grammar, name: str) -> list[Condition]:
    if grammar.is_operators(value):
        return [read_operator(path, operator, one, grammar, name) for operator, one in value.items()]
    if isinstance(value, dict) and value:
        return [part for key, one in value.items() for part in read_field(f"{path}.{key}", one, grammar, name)]
    return [Condition(path, "eq", plain(value, f"{name}.{path}"))]


def read_operator(path: str, operator: str, value: Any, grammar: Grammar, name: str) -> Condition:
    ours = grammar.operators.get(operator)
    field = f"{name}.{path}"
    if ours is None:
        raise InvalidInput(field, f"{operator} is no operator; there are {', '.join(grammar.operators)}")
    if ours in ORDER and not (is_number(value) or isinstance(value, str)):
        raise InvalidInput(field, f"{operator} takes a number or a string")
    if ours in ("in", "nin") and not isinstance(value, (list, tuple, set, frozenset)):
        raise InvalidInput(field, f"{operator} takes a list")
    if ours == "exists" and not isinstance(value, bool):
        raise InvalidInput(field, f"{operator} takes true or false")
    if ours.startswith("has") and not isinstance(value, str):
        raise InvalidInput(field, f"{operator} takes a string")
    return Condition(path, ours, plain(value, field))


def plain(value: Any, field: str) -> Any:
    """A value as JSON has it."""
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(one, field) for one in value]
    if isinstance(value, dict):
        return {key: plain(one, field) for key, one in value.items()}
    raise InvalidInput(field, f"is a {type(value).__name__}; a filter takes what JSON can say")


def at_path(record: Any, path: str) -> Any:
    """What stands at a path of names joined by dots (a name may have dots in it), or None."""
    if not isinstance(record, dict):
        return None
    if path in record:
        return record[path]
    for name in record:
        if path.startswith(f"{name}.") and (found := at_path(record[name], path[len(name) + 1 :])) is not None:
            return found
    return None


def is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def has(found: Any, value: str) -> bool:
    """Whether a text holds these letters, or a list this text."""
    return isinstance(found, (str, list)) and value in found


def folded(value: Any) -> Any:
    """A text, or those in a list, without regard to upper and lower case."""
    if isinstance(value, list):
        return [folded(one) for one in value]
    return value.casefold() if isinstance(value, str) else value


def ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    """A comparison that holds only between two numbers, or two strings."""

    def holds(one: Any, other: Any) -> bool:
        are_numbers = is_number(one) and is_number(other)
        are_strings = isinstance(one, str) and isinstance(other, str)
        return (are_numbers or are_strings) and compare(one, other)

    return holds


def same(one: Any, other: Any) -> bool:
    """Equality as JSON has it: true is not 1, but 1 is 1.0."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(value, other[key]) for key, value in one.items())
    return bool(one == other)


RELATIONS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": same,
    "ne": lambda found, value: not same(found, value),
    "in": lambda found, values: any(same(found, one) for one in values),
    "nin": lambda found, values: not any(same(found, one) for one in values),
    "contains": lambda found, value: isinstance(found, list) and any(same(one, value) for one in found),
    "exists": lambda found, value: (found is not None) is value,
    "has": has,
    "has_any_case": lambda found, value: has(folded(found), folded(value)),
} | {name: ordered(compare) for name, compare in ORDER.items()}
"""What each of our operators says of what is found and the value that it is compared with."""
