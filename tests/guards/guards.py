"""Guards of the promises in docs/guarantees.md: what the product is without each, and the test that must fail then.

`scripts/guard_test.py` takes them away one by one.
"""

from __future__ import annotations

from tests.guards import doors, erasing, searching, storing

GUARDS = (*storing.GUARDS, *erasing.GUARDS, *searching.GUARDS, *doors.GUARDS)

UNGUARDED: dict[str, str] = {}
"""Tests that a promise names and that have no guard here, and why they can have none."""
