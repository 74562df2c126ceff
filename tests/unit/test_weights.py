"""Weights of a memory's own, as they are kept and remembered from one search to the next."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

import greeum
from greeum import Memory, testing
from greeum.errors import StoreDamaged
from greeum.learning import Learnt
from greeum.weights import NAMESPACES_KEPT, KeptWeights, Own, at_and_above, defaults


@pytest.fixture
def memory() -> Iterator[Memory]:
    with testing.memory() as memory:
        memory.add("The violin is old.")
        yield memory


def words(memory: Memory, **options: object) -> float:
    return memory.search("the violin", **options)[0].parts["words"]  # type: ignore[arg-type]


def test_what_is_kept_is_read_back() -> None:
    own = Own({"words": 0.5}, None)
    assert Own.read(own.written()).set == {"words": 0.5}
    assert Own({}, None).written() is None
    assert Own.read(None).set == {}


def test_a_namespace_and_those_that_hold_it() -> None:
    assert list(at_and_above("acme/alice/chat")) == ["acme/alice/chat", "acme/alice", "acme", ""]
    assert list(at_and_above("")) == [""]


DAMAGED = [
    "{",
    "[]",
    json.dumps({"set": {}}),
    json.dumps({"set": {"words": "high"}, "learnt": None}),
    json.dumps({"set": {}, "learnt": {"steps": {"words": 1}}}),
]


@pytest.mark.parametrize("kept", DAMAGED)
def test_what_cannot_be_read_fails_no_search(memory: Memory, kept: str, caplog: pytest.LogCaptureFixture) -> None:
    usual = words(memory)
    memory._store.swap_weights("", None, kept)
    assert words(memory) == usual
    assert "cannot be read, and is passed over" in caplog.text
    assert {weight.origin for weight in memory.weights.get().weights.values()} == {"default"}
    with pytest.raises(StoreDamaged, match="reset them"):
        memory.weights.set({"words": 0.8})  # what was there would be lost
    memory.weights.reset()
    assert memory.weights.set({"words": 0.8})["words"].value == 0.8


def test_it_takes_what_is_set_above(memory: Memory) -> None:
    memory.weights.set({"words": 0.0}, namespace="acme")
    memory.add("The violin is old.", namespace="acme/alice")
    memory._store.swap_weights("acme/alice", None, "{")
    assert words(memory, namespace="acme/alice") == 0.0


def test_what_cannot_be_read_goes_with_all_that_was_learnt_there(memory: Memory) -> None:
    memory._store.swap_weights("acme", None, "{")
    memory.wipe(confirm=1)
    assert memory._store.weights("acme") is None


LEARNT = {"steps": {"words": 0.1}, "judgements": 2, "gain": 0.5, "spread": 0.25, "requests": ["00" * 8]}


def test_what_was_learnt_is_read_back() -> None:
    assert Learnt.of(LEARNT).to_dict() == LEARNT


@pytest.mark.parametrize(
    "wrong",
    [
        {"steps": {"words": 0.7}}, {"steps": {"words": None}}, {"steps": [1]}, {"judgements": "2"}, {"gain": 2.5},
        {"gain": float("nan")}, {"spread": -0.1}, {"requests": ["a query"]}, {"requests": ["00" * 8] * 65},
        {"judgements": 10**400, "gain": 10**399}, {"requests": "00"}, {"requests": ["00"]}, {"requests": [5]},
    ],
)  # fmt: skip
def test_what_cannot_have_been_learnt_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises((ValueError, TypeError)):
        Learnt.of(LEARNT | wrong)


def test_a_gain_next_to_nothing_is_none() -> None:
    assert Learnt({}, 1, gain=1e-200).share == 0.0


def test_a_weight_of_a_later_greeum_is_passed_over(memory: Memory) -> None:
    memory._store.swap_weights("", None, Own({"colour": 3.0, "words": 0.0}, None).written())
    assert "colour" not in memory.weights.get().weights
    assert words(memory) == 0.0
    memory.feedback("the violin", bad=[1])


def test_another_process_sees_a_change_at_its_next_search(tmp_path: Path) -> None:
    with greeum.open(tmp_path) as one, greeum.open(tmp_path) as other:
        one.add_many([{"text": "The violin is old."}, {"text": "Rain again."}])
        usual = words(other)
        one.weights.set({"words": 0.8})
        assert words(other) == pytest.approx(2 * usual)
        one.weights.reset()
        assert words(other) == pytest.approx(usual)
    with greeum.open(tmp_path) as again:
        again.weights.set({"words": 0.0})
    with greeum.open(tmp_path, read_only=True) as again:
        assert words(again) == 0.0


def test_a_search_without_any_asks_the_store_for_none(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(memory._store, "weights", asked.append)
    memory.search("the violin", namespace="")
    assert asked == []


def test_they_are_read_once_until_somebody_changes_some(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    memory.weights.set({"words": 0.8})
    read, asked = memory._store.weights, list[str]()

    def counted(namespace: str) -> str | None:
        asked.append(namespace)
        return read(namespace)

    monkeypatch.setattr(memory._store, "weights", counted)
    memory.search("the violin", namespace="acme")
    memory.search("the violin", namespace="acme")
    assert asked == ["acme", ""]


def test_no_more_namespaces_are_remembered_than_there_is_room_for(memory: Memory) -> None:
    memory.weights.set({"words": 0.8})
    kept = KeptWeights(memory._store)
    for number in range(NAMESPACES_KEPT + 10):
        assert kept.of(f"n{number}", None, 1) == [("words", 0.8)]
    assert len(kept._known[1]) <= NAMESPACES_KEPT


def test_changes_of_several_at_once_are_all_kept(memory: Memory) -> None:
    names = [name for name in defaults() if name != "half_life"]
    threads = [Thread(target=memory.weights.set, args=({name: 0.25},)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert memory.weights.get().weights.keys() > set(names)
    assert all(memory.weights.get()[name].value == 0.25 for name in names)


def test_what_is_shown_is_ready_for_json(memory: Memory) -> None:
    weighing = memory.weights.set({"words": 0.8}, namespace="acme")
    shown = json.loads(json.dumps(weighing.to_dict()))
    assert shown["weights"][0] == {
        "name": "words", "value": 0.8, "default": 0.4, "origin": "set", "namespace": "acme"
    }  # fmt: skip
    assert repr(weighing) == "Weighing(acme, 0 judgements: [Weight(words 0.8, set)])"
