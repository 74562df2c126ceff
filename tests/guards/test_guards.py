"""The tables of guards are of the product as it is, and no promise is without one; `scripts/guard_test.py` takes them
away.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.guards.guard import Guard
from tests.guards.guards import GUARDS, UNGUARDED

ROOT = Path(__file__).resolve().parents[2]
PROMISES = (ROOT / "docs" / "guarantees.md").read_text(encoding="utf-8")
PROMISED = set(re.findall(r"`((?:tests|crates)/[\w./]+::[\w:]+)`", PROMISES))


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_it_is_there_and_its_test_proves_a_promise(guard: Guard) -> None:
    for edit in guard.edits:
        # Lines that stand there twice would be taken from the first place, which may have nothing to do with it.
        assert (ROOT / edit.path).read_text(encoding="utf-8").count(edit.lines) == 1
        assert edit.lines != edit.instead
    assert guard.test in PROMISED


def test_every_test_of_a_promise_has_a_guard_or_a_reason_why_it_can_have_none() -> None:
    guarded = {guard.test for guard in GUARDS}
    assert sorted(PROMISED - guarded - UNGUARDED.keys()) == []
    assert sorted(UNGUARDED.keys() - (PROMISED - guarded)) == []
