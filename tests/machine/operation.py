"""How the rules of the machine are declared: with what hypothesis needs, and with what a plain draw of lots needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any, NamedTuple

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule


class Argument(NamedTuple):
    """Of an operation: for hypothesis, and by lot."""

    strategy: st.SearchStrategy[Any]
    draw: Callable[[Random], Any]


def whole(least: int, most: int) -> Argument:
    return Argument(st.integers(least, most), lambda lots: lots.randint(least, most))


def one_of(choices: Sequence[Any]) -> Argument:
    return Argument(st.sampled_from(choices), lambda lots: lots.choice(choices))


def several(of: Argument, least: int, most: int) -> Argument:
    return Argument(
        st.lists(of.strategy, min_size=least, max_size=most),
        lambda lots: [of.draw(lots) for _ in range(lots.randint(least, most))],
    )


NUMBER = whole(0, 10_000)
"""Which of the things that there are: taken modulo how many there are."""

YES_OR_NO = one_of((False, True))

Possible = Callable[[Any], Any]


def operation(possible: Possible = lambda _: True, /, **arguments: Argument) -> Callable[[Any], Any]:
    """A rule, with what must hold for it to be possible."""

    def declare(function: Any) -> Any:
        strategies: dict[str, Any] = {name: argument.strategy for name, argument in arguments.items()}
        as_rule: Callable[[Any], Any] = rule(**strategies)
        declared: Any = precondition(possible)(as_rule(function))
        declared.possible, declared.arguments = possible, arguments
        return declared

    return declare


def operations_of(machine: type[Any]) -> list[Any]:
    """All of them, by name."""
    found = (getattr(machine, name) for name in sorted(dir(machine)))
    return [one for one in found if hasattr(one, "possible")]
