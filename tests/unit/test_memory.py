"""What happens to a change when somebody else makes one between reading the block and writing it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from greeum import Block, Memory, testing
from greeum.errors import Conflict, NotFound
from greeum.testing import TinyEmbedder


@pytest.fixture
def memory() -> Iterator[Memory]:
    with testing.memory(embedder=TinyEmbedder()) as memory:
        yield memory


@pytest.fixture
def before_writing(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, Callable[[], object]], None]:
    """Has something done right before the next call of a method that writes."""

    def arrange(method: str, act: Callable[[], object]) -> None:
        write = getattr(memory._store, method)

        def interrupted(*arguments: Any) -> Any:
            monkeypatch.setattr(memory._store, method, write)
            act()
            return write(*arguments)

        monkeypatch.setattr(memory._store, method, interrupted)

    return arrange


@pytest.fixture
def block(memory: Memory) -> Block:
    return memory.add("The violin is old.", importance=0.1)


def test_fields_are_set_beside_what_another_one_sets(memory: Memory, block: Block, before_writing: Any) -> None:
    before_writing("revise", lambda: memory.update(block.id, tags=["wood"]))
    after = memory.update(block.id, importance=0.9, idempotency_key="r")
    assert (after.importance, after.tags, after.revision) == (0.9, ("wood",), 3)


def test_fields_that_another_one_has_just_set_so_are_left_alone(
    memory: Memory, block: Block, before_writing: Any
) -> None:
    before_writing("revise", lambda: memory.update(block.id, importance=0.9))
    assert memory.update(block.id, importance=0.9, revision=1, idempotency_key="r").revision == 2


def test_a_revision_that_is_no_longer_the_current_one_is_refused(
    memory: Memory, block: Block, before_writing: Any
) -> None:
    before_writing("revise", lambda: memory.update(block.id, tags=["wood"]))
    with pytest.raises(Conflict, match="revision 2"):
        memory.update(block.id, importance=0.9, revision=1, idempotency_key="r")


def test_a_correction_takes_over_what_another_one_sets(memory: Memory, block: Block, before_writing: Any) -> None:
    before_writing("supersede", lambda: memory.update(block.id, importance=0.9))
    after = memory.update(block.id, text="The violin is new.", idempotency_key="r")
    assert (after.importance, after.supersedes) == (0.9, block.id)


def test_the_same_correction_of_another_one_is_taken(memory: Memory, block: Block, before_writing: Any) -> None:
    made: list[Block] = []
    before_writing(
        "supersede", lambda: made.append(memory.update(block.id, text="The violin is new.", idempotency_key="r"))
    )
    assert memory.update(block.id, text="The violin is new.", idempotency_key="r") == made[0]


def test_what_would_be_superseded_may_be_forgotten_meanwhile(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    old = memory.add("I live in Seoul.", kind="fact", tags=["home"])
    examine = memory._comparer.examine

    def examined(drafts: Any, is_single: bool) -> None:
        examine(drafts, is_single)
        assert drafts[0].supersedes == old.id
        memory.forget(old.id)

    monkeypatch.setattr(memory._comparer, "examine", examined)
    new = memory.add("I live in Busan.", kind="fact", on_conflict="supersede")
    assert (new.supersedes, new.tags, memory.count()) == (None, (), 1)


def test_what_another_one_has_just_forgotten_is_not_found(memory: Memory, block: Block, before_writing: Any) -> None:
    before_writing("forget", lambda: memory.forget(block.id))
    with pytest.raises(NotFound, match=f"no block {block.id}: nothing was forgotten"):
        memory.forget(block.id)
    assert len(memory.certificates()) == 1
