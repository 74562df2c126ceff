"""What feedback on hits is worth: `python -m benches.feedback [SET …]`.

Without a SET it is the Korean set of `data/`; a SET is one of `greeum eval` (`locomo=PATH`, `beam-pooled=PATH`, …). The
questions of one half teach the memory's weights: of each, what answers it among the first ten hits is said to be good,
and what stands above the last of these, bad. Those of the other half are searched before and after that. The halves
are of conversations, or, where each conversation has a memory of its own, of its questions; each is the half that
teaches once, in several divisions by chance. Then the same with wrong judgements: of one in five, a hit by chance that
answers nothing is said to be good.

A line for each: R@10 and NDCG@10 without feedback, and what either gains, with where that lies in 95 of 100 samples of
conversations; and how many judgements there were, and what share of what was learnt was in use at the end.
"""

from __future__ import annotations

import argparse
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from benches.korean import questions, turns
from greeum.evaluate.measures import Outcome, interval, mean
from greeum.evaluate.public import read
from greeum.evaluate.remembered import as_drafted
from greeum.evaluate.sets import Labelled, Question, Turn
from greeum.testing import memory

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from greeum.memory import Memory

    Half = list[Question]

K = 10

DIVISIONS = 4

WRONG = 0.2
"""The share of judgements that are wrong, in the second line."""


@dataclass
class Gains:
    """What searches gained, question by question, and what was learnt for it."""

    groups: list[str] = field(default_factory=list)
    recall: list[float] = field(default_factory=list)
    ndcg: list[float] = field(default_factory=list)
    usual: list[Outcome] = field(default_factory=list)
    judgements: list[int] = field(default_factory=list)
    shares: list[float] = field(default_factory=list)

    def add(self, before: Outcome, after: Outcome) -> None:
        self.groups.append(before.group)
        self.recall.append(after.recall(K) - before.recall(K))
        self.ndcg.append(after.ndcg(K) - before.ndcg(K))
        self.usual.append(before)

    def line(self, name: str) -> str:
        recall, ndcg = mean(each.recall(K) for each in self.usual), mean(each.ndcg(K) for each in self.usual)
        return (
            f"{name:24} R@10 {recall:.1%}, NDCG {ndcg:.3f}   R@10 {self.points(self.recall)}   "
            f"NDCG {self.points(self.ndcg)}   {mean(self.judgements):.0f} judgements, {mean(self.shares):.0%} in use"
        )

    def points(self, gains: Sequence[float]) -> str:
        low, high = interval(gains, self.groups)
        return f"{100 * mean(gains):+.1f} [{100 * low:+.1f}, {100 * high:+.1f}]"


class Trial:
    """One memory, and what is asked of it."""

    def __init__(self, labelled: Labelled, said: Sequence[Turn], asked: Sequence[Question]) -> None:
        self.labelled = labelled
        self.asked = list(asked)
        self.memory: Memory = memory()
        added = self.memory.add_many([as_drafted(turn) for turn in said])
        self.ids = {turn.id: block.id for turn, block in zip(said, added, strict=True)}
        self.names = {block: name for name, block in self.ids.items()}
        self.usual = {question.id: self.outcome(question) for question in asked}

    def outcome(self, question: Question) -> Outcome:
        hits = self.memory.search(question.text, k=K)
        found = tuple(self.names[hit.block.id] for hit in hits)
        return Outcome(question, self.labelled.group_of(question), found, 0.0)

    def divisions(self, chance: random.Random) -> Iterator[tuple[Half, Half]]:
        """Who teaches, and who is measured."""
        groups = sorted({self.labelled.group_of(question) for question in self.asked})
        for _ in range(DIVISIONS):
            if len(groups) > 1:
                chosen = set(chance.sample(groups, len(groups) // 2))
                first = [question for question in self.asked if self.labelled.group_of(question) in chosen]
            else:
                first = chance.sample(self.asked, len(self.asked) // 2)
            names = {question.id for question in first}
            second = [question for question in self.asked if question.id not in names]
            yield from ((first, second), (second, first))

    def run(self, gains: Gains, chance: random.Random, wrong: float) -> None:
        for teaching, measured in self.divisions(chance):
            for question in chance.sample(teaching, len(teaching)):
                self.teach(question, chance, wrong)
            learnt = self.memory.weights.get()
            gains.judgements.append(learnt.judgements)
            gains.shares.append(learnt.share)
            for question in measured:
                gains.add(self.usual[question.id], self.outcome(question))
            self.memory.weights.reset()

    def teach(self, question: Question, chance: random.Random, wrong: float) -> None:
        hits = [hit.block.id for hit in self.memory.search(question.text, k=K)]
        answers = {self.ids[str(answer)] for answer in question.answers}
        good = [block for block in hits if block in answers]
        if not good:
            return
        others = [block for block in hits if block not in answers]
        if others and chance.random() < wrong:
            good = [chance.choice(others)]
        bad = [block for block in hits[: max(hits.index(block) for block in good)] if block not in good]
        self.memory.feedback(question.text, good=good, bad=bad)


def korean() -> Labelled:
    """The Korean set, all of it in one memory."""
    blocks = [
        Turn(turn.id, turn.text, turn.speaker, turn.timestamp, turn.session, turn.conversation) for turn in turns()
    ]
    asked = [Question(each.text, tuple(sorted(each.answers)), each.kind, "", each.id) for each in questions()]
    return Labelled("Korean chats", blocks, asked)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", metavar="SET")
    sets = parser.parse_args().sets
    for labelled in [read(each) for each in sets] if sets else [korean()]:
        trials = [Trial(labelled, said, asked) for said, asked in labelled.stores()]
        for wrong, name in ((0.0, labelled.name), (WRONG, "  one in five wrong")):
            gains, chance = Gains(), random.Random(0)
            for trial in trials:
                trial.run(gains, chance, wrong)
            print(gains.line(name), flush=True)


if __name__ == "__main__":
    main()
