"""The machine for long runs: every operation that is possible is as likely as any other at each step.

Hypothesis by itself tries some rules much more often than others, which finds more with few steps, and leaves some out
with many.
"""

from __future__ import annotations

from random import Random

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from tests.machine.machine import Machine
from tests.machine.operation import operations_of

OPERATIONS = operations_of(Machine)


class Evenly(RuleBasedStateMachine):
    """A Machine that is given its steps by lot."""

    @initialize(seed=st.integers(0, 2**32 - 1))
    def begin(self, seed: int) -> None:
        self.lots = Random(seed)
        self.machine = Machine()
        self.machine.begin()

    @rule()
    def step(self) -> None:
        chosen = self.lots.choice([one for one in OPERATIONS if one.possible(self.machine)])
        chosen(self.machine, **{name: argument.draw(self.lots) for name, argument in chosen.arguments.items()})

    def teardown(self) -> None:
        if hasattr(self, "machine"):
            self.machine.teardown()
