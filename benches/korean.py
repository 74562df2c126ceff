"""Recall in Korean, of questions asked in other words than their answers: `python -m benches.korean`.

What is asked and what answers it is in `data/` (see the README there). All conversations are in one memory, and it is
searched through the public face. Beside it stands the usual way to search Korean without a dictionary: BM25 over pairs
of syllables, with what the turns around a block say added to it.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from greeum import evaluate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Retrieve = Callable[[str, int], Sequence[str]]

DATA = Path(__file__).parent / "data"
DEPTH = 50
RESAMPLES = 2_000

K1, B = 0.9, 0.4
"""BM25's settings, the best of those tried on short Korean texts."""

AROUND = {-1: 0.35, 1: 0.15, -2: 0.2, 2: 0.1}
"""What the turns before and after add to a block: from measurements in English."""

SESSION, SESSION_BEST = 0.5, 3
"""What the best three of its session add to it."""


@dataclass(frozen=True)
class Turn:
    """One block of the set, named as `greeum.evaluate` has it."""

    id: str
    text: str
    speaker: str
    timestamp: datetime
    session: str
    conversation: str


@dataclass(frozen=True)
class Question:
    """A question, its kind, and the ids of the blocks that answer it together."""

    id: str
    kind: str
    text: str
    answers: frozenset[str]


def turns() -> list[Turn]:
    """The blocks, in order."""
    return [
        Turn(
            id=row["id"],
            text=row["text"],
            speaker=row["source"],
            timestamp=datetime.fromisoformat(row["at"]),
            session=row["session"],
            conversation=row["conversation"],
        )
        for row in rows("korean_blocks.jsonl")
    ]


def questions() -> list[Question]:
    """The questions, with their labels."""
    return [
        Question(row["id"], row["kind"], row["question"], frozenset(row["answers"]))
        for row in rows("korean_questions.jsonl")
    ]


def rows(name: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


def pairs_of_syllables(text: str) -> list[str]:
    """Each word's pairs of neighbouring characters; a word of one is itself."""
    words = re.findall(r"\w+", text.lower())
    return [word[at : at + 2] for word in words for at in range(max(1, len(word) - 1))]


class PairsWithLinks:
    """The baseline: BM25 over pairs of syllables, then the turns around, then the session."""

    def __init__(self, blocks: Sequence[Turn]) -> None:
        self.blocks = blocks
        documents = [Counter(pairs_of_syllables(f"{block.speaker} {block.text}")) for block in blocks]
        self.lengths = [document.total() for document in documents]
        self.usual_length = sum(self.lengths) / len(blocks)
        self.postings: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for number, document in enumerate(documents):
            for term, count in document.items():
                self.postings[term].append((number, count))
        self.sessions: dict[tuple[str, str], list[int]] = defaultdict(list)
        for number, block in enumerate(blocks):
            self.sessions[block.conversation, block.session].append(number)

    def __call__(self, query: str, k: int) -> list[str]:
        scores = self.with_links(self.bm25(query))
        best = sorted(range(len(scores)), key=lambda number: -scores[number])[:k]
        return [self.blocks[number].id for number in best]

    def bm25(self, query: str) -> list[float]:
        scores = [0.0] * len(self.blocks)
        for term in set(pairs_of_syllables(query)):
            found = self.postings.get(term, [])
            idf = math.log(1 + (len(self.blocks) - len(found) + 0.5) / (len(found) + 0.5))
            for number, count in found:
                norm = K1 * (1 - B + B * self.lengths[number] / self.usual_length)
                scores[number] += idf * count * (K1 + 1) / (count + norm)
        return scores

    def with_links(self, alone: list[float]) -> list[float]:
        scores = list(alone)
        for numbers in self.sessions.values():
            for at, number in enumerate(numbers):
                for step, weight in AROUND.items():
                    if 0 <= at + step < len(numbers):
                        scores[number] += weight * alone[numbers[at + step]]
            best = sorted((scores[number] for number in numbers), reverse=True)[:SESSION_BEST]
            for number in numbers:
                scores[number] += SESSION * sum(best) / len(best)
        return scores


@dataclass(frozen=True)
class Outcome:
    """What one search brought: the share of answers among the first 10 and 50, and one over the first one's rank."""

    at_10: float
    at_50: float
    reciprocal_rank: float


def outcome(question: Question, found: Sequence[str]) -> Outcome:
    """How much of what answers the question was found."""
    ranks = [rank for rank, block in enumerate(found, start=1) if block in question.answers]
    share = len(question.answers)
    return Outcome(
        sum(rank <= 10 for rank in ranks) / share,
        sum(rank <= 50 for rank in ranks) / share,
        1 / ranks[0] if ranks else 0.0,
    )


def mean(values: Iterable[float]) -> float:
    listed = list(values)
    return sum(listed) / len(listed)


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Where the mean lies in 95 of 100 samples drawn from these values with replacement."""
    chance = random.Random(0)
    means = sorted(mean(chance.choices(values, k=len(values))) for _ in range(RESAMPLES))
    return means[RESAMPLES * 25 // 1000], means[RESAMPLES * 975 // 1000]


def measure(retrieve: Retrieve, asked: Sequence[Question]) -> list[Outcome]:
    """Each question's outcome."""
    return [outcome(question, retrieve(question.text, DEPTH)) for question in asked]


def line(name: str, outcomes: Sequence[Outcome]) -> str:
    """The outcomes' means, as a line of the table."""
    low, high = interval([each.at_10 for each in outcomes])
    at_10, at_50, mrr = (
        mean(getattr(each, field) for each in outcomes) for field in ("at_10", "at_50", "reciprocal_rank")
    )
    return f"{name:22} R@10 {at_10:6.1%} [{low:.1%}, {high:.1%}]  R@50 {at_50:6.1%}  MRR {mrr:.3f}  ({len(outcomes)})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", action="store_true", help="a line for each question, too")
    arguments = parser.parse_args()
    blocks, asked = turns(), questions()
    baseline = measure(PairsWithLinks(blocks), asked)
    retrieve = evaluate.make(blocks)
    measured = measure(retrieve, asked)
    if arguments.questions:
        for question, each in zip(asked, measured, strict=True):
            print(f"{question.id} {each.at_10:4.2f} {each.reciprocal_rank:5.3f} {question.text}")
    print(line("pairs with links", baseline))
    print(line("greeum", measured))
    for kind in dict.fromkeys(question.kind for question in asked):
        of_kind = [each for question, each in zip(asked, measured, strict=True) if question.kind == kind]
        print(line(f"  {kind}", of_kind))
    gains = [100 * (a.at_10 - b.at_10) for a, b in zip(measured, baseline, strict=True)]
    low, high = interval(gains)
    print(f"points of R@10 above the baseline: {mean(gains):.1f} [{low:.1f}, {high:.1f}]")


if __name__ == "__main__":
    main()
