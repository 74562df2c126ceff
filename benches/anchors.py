"""What a search near an anchor finds, and how much it looks at for it: `python -m benches.anchors SET`.

SET is a file of LoCoMo (`locomo=PATH`, or `locomo-pooled=PATH` for one memory of all conversations) or of one's own
(see `greeum eval`). Every question is asked of everything, and then near an anchor that the answer itself did not set:

* `before`: at one of the four turns before the first that answers it, as if the conversation had just been there;
* `past`: ten turns after the last that answers it, when the conversation has gone on;
* `anywhere`: at any turn, as if it stood wrong;
* `auto`: the conversation is added anew, turn by turn, near `auto`, and the anchors are as they stood ten turns after
  the last that answers it.

A line for each: R@10, that against R@10 of everything, and the mean share of blocks that were looked at.
"""

from __future__ import annotations

import argparse
import random
from collections import defaultdict
from typing import TYPE_CHECKING

from greeum.evaluate.measures import mean
from greeum.evaluate.public import read
from greeum.evaluate.remembered import as_drafted
from greeum.testing import memory

if TYPE_CHECKING:
    from collections.abc import Sequence

    from greeum.evaluate.sets import Question, Turn
    from greeum.memory import Memory

    Starts = list[tuple[int, int]]

K = 10

BEFORE_MAX = 4
"""Turns before the answer."""

PAST = 10
"""Turns after it."""

HOPS = 2


class Told:
    """Conversations that were added turn by turn near `auto`, and where the anchors stood after each turn."""

    def __init__(self, turns: Sequence[Turn]) -> None:
        self.turns = turns
        self.memory: Memory = memory()
        self.ids: dict[str, int] = {}
        self.at = {turn.id: number for number, turn in enumerate(turns)}
        self.slots: list[Starts] = []
        for turn in turns:
            # Sessions are namespaces of their own; what is said in one goes on with the anchors of the conversation.
            if turn.conversation not in (anchor.namespace for anchor in self.memory.anchors.status()):
                opening = self.memory.add(**as_drafted(turn))
                self.memory.anchors.set("A", opening.id, namespace=turn.conversation)
            else:
                opening = self.memory.add(**as_drafted(turn), near="auto")
            self.ids[turn.id] = opening.id
            anchors = self.memory.anchors.status(namespace=turn.conversation)
            self.slots.append([(anchor.block_id, anchor.hops) for anchor in anchors])

    def last_of(self, conversation: str) -> int:
        """The number of the last turn of a conversation."""
        return max(number for number, turn in enumerate(self.turns) if turn.conversation == conversation)

    def starts(self, question: Question, chance: random.Random) -> dict[str, Starts]:
        """From where a question is asked, by the name of the way."""
        answers = sorted(self.at[str(answer)] for answer in question.answers)
        first, conversation = self.turns[answers[0]], self.turns[answers[0]].conversation
        earlier = [
            number
            for number in range(max(0, answers[0] - BEFORE_MAX), answers[0])
            if self.turns[number].session == first.session and self.turns[number].conversation == conversation
        ]
        before = chance.choice(earlier or [answers[0]])
        past = min(answers[-1] + PAST, self.last_of(conversation))
        return {
            "everything": [],
            "before": [self.start(before)],
            "past": [self.start(past)],
            "anywhere": [self.start(chance.randrange(len(self.turns)))],
            "auto": self.slots[past],
        }

    def start(self, number: int) -> tuple[int, int]:
        return self.ids[self.turns[number].id], HOPS

    def asked(self, question: Question, near: Starts) -> tuple[float, float]:
        """R@10, and the share of the blocks that were looked at."""
        index, now = self.memory._index, self.memory._now_us()
        found = index.search([(question.text, None)], K, "", None, near, False, now, False, None, None, None)
        wanted = {self.ids[str(answer)] for answer in question.answers}
        blocks, visited, _, _ = found.visit(0)
        return sum(hit[0] in wanted for hit in found.hits(0)) / len(wanted), visited / blocks


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", help="a set of questions, as `greeum eval` reads it")
    labelled = read(parser.parse_args().set)
    chance = random.Random(1)
    outcomes: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for turns, questions in labelled.stores():
        told = Told(turns)
        for question in questions:
            for way, near in told.starts(question, chance).items():
                outcomes[way].append(told.asked(question, near))
    everything = mean(recall for recall, _ in outcomes["everything"])
    print(f"{labelled.name}: {len(outcomes['everything']):,} questions")
    for way, results in outcomes.items():
        recall, share = (mean(result[part] for result in results) for part in (0, 1))
        print(f"{way:12} R@{K} {recall:6.1%}  {recall / everything:6.1%} of everything's  looked at {share:6.1%}")


if __name__ == "__main__":
    main()
