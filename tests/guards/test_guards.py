"""The table of guards is of the product as it is; `scripts/guard_test.py` takes them away."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.guards.guards import GUARDS, Guard

ROOT = Path(__file__).resolve().parents[2]
PROMISES = (ROOT / "docs" / "guarantees.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_it_is_there_and_its_test_proves_a_promise(guard: Guard) -> None:
    assert guard.lines in (ROOT / "python" / "greeum" / guard.file).read_text(encoding="utf-8")
    assert guard.lines != guard.instead
    assert f"`{guard.test}`" in PROMISES
