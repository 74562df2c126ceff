"""A short run of the machine, and whether it finds what is wrong; `scripts/model_test.py` is the long one."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from tests.machine.evenly import Evenly
from tests.machine.faults import FAULTS
from tests.machine.machine import Machine

from greeum.errors import GreeumError

STEPS = 40

SHORT = settings(
    max_examples=12, stateful_step_count=STEPS, deadline=None, suppress_health_check=list(HealthCheck), database=None,
    derandomize=True,
)  # fmt: skip
"""The same steps every time, so that a change is refused for what it does; new ones are tried by the long one."""

HUNT = settings(SHORT, max_examples=60, stateful_step_count=100, phases=[Phase.generate], report_multiple_bugs=False)
"""It is to be found, not to be shown in its simplest form: with steps enough for a backup, what is done after it, and
its return."""


def test_a_memory_is_what_was_told_it_whatever_happens() -> None:
    run_state_machine_as_test(Machine, settings=SHORT)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(fault: str) -> None:
    with FAULTS[fault](), pytest.raises((AssertionError, GreeumError, ExceptionGroup)):
        run_state_machine_as_test(Evenly, settings=HUNT)
