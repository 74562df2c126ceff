"""The contract of evaluation scripts: blocks in, a function that retrieves ids."""

from __future__ import annotations

from types import SimpleNamespace

from greeum import evaluate


def turn(name: str, speaker: str, text: str) -> SimpleNamespace:
    """A block as evaluation scripts have it."""
    return SimpleNamespace(id=name, text=text, speaker=speaker, timestamp="2025-03-04", session="s", conversation="c")


SAID = [
    turn("b0", "alice", "The violin is old."),
    turn("b1", "", "Rain again."),
    turn("b2", "bob", "The train was late."),
]


def test_what_was_said_is_retrieved_best_first() -> None:
    retrieve = evaluate.make(iter(SAID))
    assert retrieve("old violin", 1) == ["b0"]
    assert set(retrieve("old violin", 10)) <= {"b0", "b1", "b2"}


def test_options_go_to_every_search() -> None:
    retrieve = evaluate.make(SAID, where={"source": "bob"})
    assert retrieve("old violin and late train", 10) == ["b2"]
