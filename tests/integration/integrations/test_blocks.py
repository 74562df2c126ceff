"""Blocks under names: written once and found again, whoever else is at work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from greeum import Block, Memory, testing
from greeum.errors import Conflict
from greeum.integrations import blocks
from greeum.integrations.blocks import ATTEMPTS_MAX, find, forget_all, put, put_many

PLACE = ("acme", "a/b")

Fields = dict[str, Any]


@pytest.fixture
def memory() -> Iterator[Memory]:
    with testing.memory() as memory:
        yield memory


def saying(text: str, **fields: Any) -> Callable[[Block | None], Fields]:
    return lambda _: {"text": text} | fields


def before(
    memory: Memory, method: str, act: Callable[[], object], monkeypatch: pytest.MonkeyPatch, times: int = 1
) -> None:
    """Let somebody else act right before this memory does, so many times."""
    real, left = getattr(memory, method), [times]

    def overtaken(*args: Any, **kwargs: Any) -> Any:
        if left[0]:
            left[0] -= 1
            act()
        return real(*args, **kwargs)

    monkeypatch.setattr(memory, method, overtaken)


def test_a_name_that_somebody_else_has_just_taken_is_corrected(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    another = Memory.add
    before(memory, "add", lambda: another(memory, "theirs", namespace=PLACE, key="k"), monkeypatch)
    assert put(memory, PLACE, "k", saying("ours")).text == "ours"
    assert [block.text for block in memory.list()] == ["ours"]


def test_so_it_is_when_they_said_the_same_of_it(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    another = Memory.add
    before(memory, "add", lambda: another(memory, "x", namespace=PLACE, key="k", kind="note"), monkeypatch)
    assert put(memory, PLACE, "k", saying("x", kind="fact", metadata={"n": 1})).kind == "fact"
    (block,) = memory.list()
    assert (block.kind, block.metadata) == ("fact", {"n": 1})


def test_what_is_forgotten_meanwhile_is_added(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    old = memory.add("old", namespace=PLACE, key="k")
    before(memory, "update", lambda: memory.forget(old.id), monkeypatch)
    put(memory, PLACE, "k", saying("new"))
    assert [block.text for block in memory.list()] == ["new"]


def test_whoever_is_overtaken_for_ever_is_told(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "ATTEMPTS_MAX", 3)
    memory.add("old", namespace=PLACE, key="k")
    update = Memory.update
    number = iter(range(ATTEMPTS_MAX))

    def act() -> None:
        update(memory, memory.get(key="k", namespace=PLACE).id, text=f"theirs {next(number)}")

    before(memory, "update", act, monkeypatch, times=ATTEMPTS_MAX)
    with pytest.raises(Conflict, match="3 times"):
        put(memory, PLACE, "k", saying("ours"))
    assert memory.get(key="k", namespace=PLACE).text == "theirs 2"


def test_several_of_which_one_is_taken_meanwhile(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    memory.add("old", namespace=PLACE, key="there")
    another = Memory.add
    before(memory, "add_many", lambda: another(memory, "theirs", namespace=PLACE, key="two"), monkeypatch)
    put_many(memory, [(PLACE, name, saying(f"ours {name}")) for name in ("there", "one", "two")])
    assert {block.key: block.text for block in memory.list()} == {
        "there": "ours there", "one": "ours one", "two": "ours two",
    }  # fmt: skip


def test_forgetting_what_is_partly_forgotten_already(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    several = memory.add_many([{"text": str(number)} for number in range(3)])
    forget = Memory.forget
    before(memory, "forget", lambda: forget(memory, several[1].id), monkeypatch)
    forget_all(memory, several)
    assert memory.list() == []
    forget_all(memory, several)
    forget_all(memory, [])


def test_a_number_that_is_no_blocks_name(memory: Memory) -> None:
    keyed = memory.add("keyed", namespace=PLACE, key="k")
    elsewhere = memory.add("keyless, elsewhere", namespace="other")
    for name in (f"#{keyed.id}", f"#{elsewhere.id}", "#0", "#01", "#99", "#", "#1.5", "#" + "9" * 20):
        assert find(memory, PLACE, name) is None
