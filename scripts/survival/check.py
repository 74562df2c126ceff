"""Looks whether a memory holds what it must, and nothing else."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from scripts.survival import database, texts
from scripts.survival.expected import Expected, Violation

import greeum
from greeum.errors import NotFound
from greeum.store.files import DATABASE_FILE
from greeum.wiring import INDEX_DIRECTORY

if TYPE_CHECKING:
    from collections.abc import Iterator, Set
    from random import Random

Answers: TypeAlias = list[list[tuple[int, float]]]
"""For each question the hits: block id and score."""

PAGE_BLOCKS = 1_000
QUESTIONS = 20
NEW_BLOCKS_MAX = 1_000
"""Of the blocks that no check has searched for, how many one does; the others are left to the next."""

SAMPLE_BLOCKS = 200
"""Of the blocks that an earlier check has found, how many are searched for again."""

HITS = 20
WEIGHTS = (
    *("words", "vector", "tokens", "previous", "next", "previous2", "next2", "session"),
    *("source", "question", "answer", "time", "importance", "near"),
)
WORDS_ALONE = {name: float(name == "words") for name in WEIGHTS}
"""The whole ranking would show how good it is, not whether the word is there."""


@dataclass
class Checker:
    """Checks one directory again and again, as its writers come and go. Makes copies in `scratch`."""

    scratch: Path
    random: Random
    expected: Expected = field(default_factory=Expected)
    _searched: set[int] = field(default_factory=set)

    def check(self, directory: Path) -> None:
        """Raises Violation at the first thing that is missing, halved, changed, or not gone."""
        with greeum.open(directory) as memory:
            self._check_blocks(memory)
            self._check_words(memory)
            self._check_erased(memory)
            self._check_links(memory)
            # Where a block answers to its own word, its vectors count too.
            live = self.expected.live
            own_words = [live[block_id].word for block_id in self._sample(live.keys(), QUESTIONS)]
            questions = [*texts.questions(self.random, QUESTIONS), *own_words]
            answers = ask(memory, questions)
        database.check(directory / DATABASE_FILE, self.expected.live)
        with copied(directory, self.scratch / "rebuilt") as copy:
            shutil.rmtree(copy / INDEX_DIRECTORY, ignore_errors=True)
            expect_same(answers, copy, questions, "an index built from scratch")

    def _check_blocks(self, memory: greeum.Memory) -> None:
        found = {block.id: texts.digest(block.text) for block in blocks(memory)}
        self.expected.settle(found)
        expected = {block_id: text.digest for block_id, text in self.expected.live.items()}
        if lost := sorted(expected.keys() - found.keys()):
            raise Violation(f"acknowledged and lost: {len(lost)} blocks, {lost[:10]}")
        if unknown := sorted(found.keys() - expected.keys()):
            raise Violation(f"there without having been written, or not gone: {len(unknown)} blocks, {unknown[:10]}")
        if changed := sorted(block_id for block_id in found if found[block_id] != expected[block_id]):
            raise Violation(f"with another text than was written: {len(changed)} blocks, {changed[:10]}")

    def _check_words(self, memory: greeum.Memory) -> None:
        live = self.expected.live
        new = self._sample(live.keys() - self._searched, NEW_BLOCKS_MAX)
        for block_id in (*new, *self._sample(live.keys() & self._searched, SAMPLE_BLOCKS)):
            word = live[block_id].word
            hits = [hit.block.id for hit in memory.search(word, k=1, weights=WORDS_ALONE)]
            if hits != [block_id]:
                raise Violation(f"block {block_id} is stored, but its own word {word!r} finds {hits}")
        self._searched.update(new)

    def _check_erased(self, memory: greeum.Memory) -> None:
        erased = self.expected.erased
        for block_id in self._sample(erased.keys(), SAMPLE_BLOCKS):
            if block_id in (hit.block.id for hit in memory.search(erased[block_id].word, k=HITS)):
                raise Violation(f"block {block_id} was forgotten, and a search finds it")
            try:
                memory.get(block_id)
            except NotFound:
                continue
            raise Violation(f"block {block_id} was forgotten, and is there")

    def _check_links(self, memory: greeum.Memory) -> None:
        for source, target in self.expected.current_links():
            if target not in (link.target for link in memory.links(source)):
                raise Violation(f"the link from block {source} to {target} was acknowledged and is lost")

    def _sample(self, ids: Set[int], count: int) -> list[int]:
        return self.random.sample(sorted(ids), min(count, len(ids)))


def blocks(memory: greeum.Memory) -> Iterator[greeum.Block]:
    """All of them."""
    cursor = None
    while True:
        page = memory.list(limit=PAGE_BLOCKS, cursor=cursor)
        yield from page
        cursor = page.cursor
        if cursor is None:
            return


def ask(memory: greeum.Memory, questions: list[str]) -> Answers:
    """The answers in exact mode, which may not depend on how the index came about."""
    return [
        [(hit.block.id, hit.score) for hit in memory.search(question, k=HITS, exact=True)] for question in questions
    ]


def expect_same(answers: Answers, directory: Path, questions: list[str], what: str) -> None:
    """Raises Violation unless the memory in `directory` gives these answers too."""
    with greeum.open(directory) as memory:
        others = ask(memory, questions)
    for question, before, after in zip(questions, answers, others, strict=True):
        if before != after:
            raise Violation(f"{what} answers {question!r} with {after[:5]} instead of {before[:5]}")


@contextmanager
def copied(directory: Path, copy: Path) -> Iterator[Path]:
    """A copy of a memory, gone afterwards unless something was wrong with it."""
    shutil.copytree(directory, copy)
    yield copy
    shutil.rmtree(copy)
