"""How methods of Memory become those of a confined one, with the same arguments."""

from __future__ import annotations

from functools import wraps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Concatenate, ParamSpec, TypeVar

    from greeum.memory import Memory
    from greeum.rooted.memory import Rooted

    P = ParamSpec("P")
    R = TypeVar("R")


def within(method: Callable[Concatenate[Memory, P], R]) -> Callable[Concatenate[Rooted, P], R]:
    """A method that looks into a namespace: into the root unless one is named, and into none outside of it. What it is
    to be `near` is looked for here, too.
    """
    behind = getattr(method, "__wrapped__", method)
    assert "namespace" in (behind.__kwdefaults__ or ()), "one that is given by its place would not be looked at"
    name = method.__name__

    @wraps(method)
    def confined(self: Rooted, /, *arguments: P.args, **options: P.kwargs) -> R:
        given: dict[str, Any] = options
        scope = given["namespace"] = self._root.within(given.get("namespace", ""))
        if "near" in given:
            given["near"] = self._root.near(given["near"], self.anchors, scope)
        answer: R = getattr(self._memory, name)(*arguments, **given)
        return answer

    return confined


def of_the_whole(method: Callable[Concatenate[Memory, P], R]) -> Callable[Concatenate[Rooted, P], R]:
    """In place of a method that concerns the memory as a whole."""
    name = method.__name__

    @wraps(method)
    def forbidden(self: Rooted, /, *_: P.args, **__: P.kwargs) -> R:
        raise self._of_the_whole(name)

    forbidden.__doc__ = "Forbidden."
    return forbidden
