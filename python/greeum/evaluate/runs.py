"""Asking the questions of a set, with all parts of a search and without some."""

from __future__ import annotations

from time import perf_counter

from greeum.errors import InvalidInput
from greeum.evaluate.ablations import weights_of
from greeum.evaluate.measures import DEPTH, Outcome
from greeum.evaluate.remembered import Remembered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, Protocol

    from greeum.evaluate.ablations import Ablation
    from greeum.evaluate.sets import Answer, Labelled, Question, Turn
    from greeum.memory import Memory

    Runs = dict[Ablation, list[Outcome]]

    class Retrieves(Protocol):
        def retrieve(self, query: str, k: int, near: Any = None, **options: Any) -> Sequence[Answer]: ...


class There:
    """A memory that is there, of which nothing is known but the ids of blocks."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def newest(self, block: Answer) -> int:
        """The version that searches find today, of a block that was named at some time. Raises NotFound."""
        if not isinstance(block, int):
            raise InvalidInput("answers", f"{block!r} is no id: in a memory that is there, blocks go by their numbers")
        return self._memory.history(block)[-1].id

    def retrieve(self, query: str, k: int, near: Any = None, **options: Any) -> list[Answer]:
        return [hit.block.id for hit in self._memory.search(query, k=k, near=near, **options)]


def evaluate(
    labelled: Labelled,
    ablations: Sequence[Ablation],
    *,
    k: int,
    memory: Memory | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Runs:
    """The outcome of every question, for each ablation, in the same order. `memory` is asked where a set has no blocks.
    Raises InvalidInput, NotFound and what a search raises.
    """
    runs: Runs = {ablation: [] for ablation in ablations}
    total = len(labelled.questions) * len(ablations)
    for blocks, labels in labelled.stores():
        store, questions = held(blocks, labels, memory)
        for ablation in ablations:
            for question in questions:
                runs[ablation].append(asked(store, question, labelled.group_of(question), ablation, k))
                if progress is not None:
                    progress(sum(map(len, runs.values())), total)
    return runs


def held(
    blocks: Sequence[Turn], questions: Sequence[Question], memory: Memory | None
) -> tuple[Retrieves, Sequence[Question]]:
    """What is searched, and the questions with their labels as it has them."""
    if blocks:
        return Remembered(blocks), questions
    if memory is None:
        raise InvalidInput("SET", "holds no blocks: name the memory that its questions are asked of")
    there = There(memory)
    return there, resolved(there, questions)


def resolved(there: There, questions: Sequence[Question]) -> list[Question]:
    """Questions whose answers were corrected since, with the versions that can be found."""
    from dataclasses import replace

    return [
        replace(
            question,
            answers=tuple(dict.fromkeys(map(there.newest, question.answers))),
            near=None if question.near is None else there.newest(question.near),
        )
        for question in questions
    ]


def asked(store: Retrieves, question: Question, group: str, ablation: Ablation, k: int) -> Outcome:
    """One question, and what was found."""
    started = perf_counter()
    found = store.retrieve(question.text, max(k, DEPTH), near=question.near, weights=weights_of(ablation))
    return Outcome(question, group, tuple(found), perf_counter() - started)
