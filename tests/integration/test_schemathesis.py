"""The service does what its OpenAPI document says, whatever it is sent (more of it: scripts/schemathesis_test.py)."""

from __future__ import annotations

from typing import Any

import pytest
from scripts import schemathesis_test

from greeum.api import encoding
from greeum.api.authentication import KeyedDoor
from greeum.api.http import Answer

CASES = 350
"""Some ten for each operation: what takes thousands to find is for the script."""


def test_nothing_is_found() -> None:
    found, statuses = schemathesis_test.run(CASES, seed=1)
    assert found == {}
    assert {200, 201, 400, 404} <= statuses.keys()


def found_in(operation: str) -> set[str]:
    """What is found where something was broken on purpose."""
    found, _ = schemathesis_test.run(40, seed=2, only=operation)
    return {what.partition(": ")[2] for what in found}


def test_an_answer_that_the_document_does_not_describe_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "plain", lambda _: Answer(b'{"count":"1"}'))
    assert "Response violates schema" in found_in("POST /v1/count")


def test_a_failure_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encoding, "plain", lambda _: 1 / 0)
    assert "Server error" in found_in("POST /v1/count")


def test_a_door_that_lets_everybody_in_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    keys: list[str] = []
    enter = KeyedDoor.enter

    def let_in(door: KeyedDoor, credential: str | None) -> Any:
        keys.append(credential or keys[0])
        return enter(door, keys[0])

    monkeypatch.setattr(KeyedDoor, "enter", let_in)
    monkeypatch.setattr(KeyedDoor, "enter_at_once", lambda *_: None)
    assert any("authentication" in what.lower() for what in found_in("POST /v1/count"))
