"""Guards of the promises in docs/guarantees.md: what the product is without each, and the test that must fail then.

`scripts/guard_test.py` takes them away one by one.
"""

from __future__ import annotations

from tests.guards import doors, erasing, searching, storing

GUARDS = (*storing.GUARDS, *erasing.GUARDS, *searching.GUARDS, *doors.GUARDS)

UNGUARDED = {
    "tests/docs/test_guarantees.py::test_every_parameter_has_a_test_that_shows_its_effect":
        "it is about tests, and no line of the product keeps it: a parameter that is added without one fails it",
}  # fmt: skip
"""Tests that a promise names and that have no guard, each with the reason why it can have none."""
