"""What a tool is, and how its arguments are checked before anything is done with them."""

from __future__ import annotations

from typing import NamedTuple

from greeum.errors import InvalidInput
from greeum.keywords import guess

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from greeum.memory import Memory
    from greeum.rooted import Rooted

    Schema = Mapping[str, object]
    AnyMemory = Memory | Rooted


class Result(NamedTuple):
    """What a tool answers: the same for programs and, shorter, for models that read text alone."""

    structured: dict[str, Any]
    text: str


class Tool(NamedTuple):
    """One tool. `run` is given the memory and the arguments that were given, by name."""

    name: str
    title: str
    description: str
    arguments: dict[str, Schema]
    """Each argument by its name, as JSON Schema."""
    required: tuple[str, ...]
    output: Schema
    run: Callable[..., Result]
    reads: bool = False
    """It changes nothing."""
    destroys: bool = False
    """It may take away or overwrite something, and does not only add."""
    repeats: bool = False
    """Called again with the same arguments, it changes nothing further."""

    @property
    def operation(self) -> str:
        """What the table of roles calls it."""
        return f"mcp.{self.name}"

    def input_schema(self) -> dict[str, object]:
        """The arguments as one JSON Schema."""
        schema: dict[str, object] = {"type": "object", "properties": self.arguments, "additionalProperties": False}
        if self.required:
            schema["required"] = list(self.required)
        return schema

    def call(self, memory: AnyMemory, arguments: Mapping[str, Any]) -> Result:
        """Raises InvalidInput for arguments that it does not have or that are missing, and what the memory raises."""
        return self.run(memory, **self.checked(arguments))

    def checked(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments that were given. Some clients send null for what they leave out: that is not given, except
        where null is a value.
        """
        for name in arguments:
            if name not in self.arguments:
                hint = guess(name, [*self.arguments])
                there = ", ".join(self.arguments) or "none"
                raise InvalidInput(name, f"is no argument of {self.name}{hint}; there are {there}")
        given = {name: value for name, value in arguments.items() if value is not None or self._takes_null(name)}
        for name in self.required:
            if name not in given:
                raise InvalidInput(name, "is missing")
        return given

    def _takes_null(self, name: str) -> bool:
        kinds = self.arguments[name].get("anyOf")
        return isinstance(kinds, list) and {"type": "null"} in kinds
