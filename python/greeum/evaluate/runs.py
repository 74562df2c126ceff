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
    from greeum.explanation import Explanation
    from greeum.memory import Memory

    Runs = dict[Ablation, list[Outcome]]

    class Retrieves(Protocol):
        def retrieve(
            self, query: str, k: int, near: Any = None, at: str | None = None, **options: Any
        ) -> Sequence[Answer]: ...

        def explain(
            self, query: str, block: Any, k: int, near: Any = None, at: str | None = None, now: str | None = None
        ) -> Explanation: ...

    Look = Callable[[Retrieves, Outcome], None]
    """Told of every outcome of a search as it is, while what was searched is still there."""


class There:
    """A memory that is there, or a namespace of it, of which nothing is known but the ids and keys of blocks."""

    def __init__(self, memory: Memory, namespace: str) -> None:
        self._memory = memory
        self._namespace = namespace

    def version(self, block: Answer, at: str | None) -> int:
        """The version that a search finds at a time, of a block that is named by its key, or was by its id at some
        time. Raises NotFound.
        """
        if isinstance(block, str):
            return self._memory.get(key=block, namespace=self._namespace, as_of=at).id
        return self._memory.history(block)[-1].id if at is None else self._memory.get(block, as_of=at).id

    def retrieve(self, query: str, k: int, near: Any = None, at: str | None = None, **options: Any) -> list[Answer]:
        found = self._memory.search(query, k=k, namespace=self._namespace, near=near, as_of=at, **options)
        return [hit.block.id for hit in found]

    def explain(
        self, query: str, block: int, k: int, near: Any = None, at: str | None = None, now: str | None = None
    ) -> Explanation:
        return self._memory.explain(query, block, k=k, namespace=self._namespace, near=near, as_of=at, now=now)


def evaluate(
    labelled: Labelled,
    ablations: Sequence[Ablation],
    *,
    k: int,
    memory: Memory | None = None,
    progress: Callable[[int, int], None] | None = None,
    look: Look | None = None,
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
                outcome = asked(store, question, labelled.group_of(question), ablation, k)
                runs[ablation].append(outcome)
                if look is not None and not ablation:
                    look(store, outcome)
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
    there = There(memory, questions[0].conversation)
    return there, resolved(there, questions)


def resolved(there: There, questions: Sequence[Question]) -> list[Question]:
    """Questions whose answers go by keys, or were corrected since, with the versions that can be found."""
    from dataclasses import replace

    return [
        replace(
            question,
            answers=tuple(dict.fromkeys(there.version(answer, question.at) for answer in question.answers)),
            near=None if question.near is None else there.version(question.near, question.at),
        )
        for question in questions
    ]


def asked(store: Retrieves, question: Question, group: str, ablation: Ablation, k: int) -> Outcome:
    """One question, and what was found."""
    started = perf_counter()
    found = store.retrieve(
        question.text,
        max(k, DEPTH),
        near=question.near,
        at=question.at,
        now=question.now,
        weights=weights_of(ablation),
    )
    return Outcome(question, group, tuple(found), perf_counter() - started)
