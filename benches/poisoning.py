"""How many places one source can take in other people's answers, if it writes one block in a hundred.

    python -m benches.poisoning --locomo FILE [--attack NAME …] [--json]

FILE is LoCoMo's conversations (https://github.com/snap-research/locomo); without it, texts out of a seed. The source
knows the memory and what it is asked in general, not the questions themselves. Printed for each attack: the share of
the first ten places that it takes, over all questions; the same with `min_trust`; and what it costs those who ask: the
share of the right blocks among the first ten, without the attack and with it.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from benches.texts import Texts
from greeum.testing import memory as in_ram

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from greeum import Memory

    Block = dict[str, Any]

HERE = Path(__file__).parent
SHARE = 0.01
"""Of the blocks that are there when the source has written: what an attacker can do without being noticed at once."""

K = 10
LOW_TRUST = 0.3
BATCH = 1_000
HUGE_BYTES = 200_000
SEED = 20_251_125
WORD = re.compile(r"[^\W\d_]+")
OFTEN = 400
"""Words of the memory that are stuffed into a text, the commonest first: a question is likely to have them too."""


class Corpus:
    """What is remembered, and what is asked; of each question the blocks that answer it, if that is known."""

    def __init__(self, blocks: list[Block], questions: list[tuple[str, frozenset[str]]]) -> None:
        self.blocks = blocks
        self.questions = questions
        self.texts = [block["text"] for block in blocks]
        counts = Counter(word for text in self.texts for word in {w.lower() for w in WORD.findall(text)})
        self.words = [word for word, _ in counts.most_common() if len(word) > 3]


def locomo(path: Path) -> Corpus:
    blocks, questions = [], []
    for talk in json.loads(path.read_text()):
        name, turns = talk["sample_id"], talk["conversation"]
        for session in sorted(
            (key for key in turns if re.fullmatch(r"session_\d+", key)), key=lambda key: int(key[8:])
        ):
            blocks += [
                {"text": turn["text"], "source": turn["speaker"], "key": f"{name}/{turn['dia_id']}",
                 "namespace": [name, session]}
                for turn in turns[session]
            ]  # fmt: skip
        for asked in talk["qa"]:
            right = re.findall(r"D\d+:\d+", " ".join(asked.get("evidence", [])))
            questions.append((asked["question"], frozenset(f"{name}/{one}" for one in right)))
    return Corpus(blocks, questions)


def seeded() -> Corpus:
    workload = json.loads((HERE / "workloads" / "chat-1k.json").read_text()) | {"blocks": 3_000, "queries": 300}
    texts = Texts(workload)
    blocks = [block | {"key": str(number)} for number, block in enumerate(texts.blocks())]
    return Corpus(blocks, [(query, frozenset()) for query, _ in texts.queries(blocks)])


# Attacks: each makes so many texts.


def stuffing(corpus: Corpus, count: int, random: Random) -> list[str]:
    """As many of the memory's commonest words as one passage holds."""
    return [" ".join(random.sample(corpus.words[:OFTEN], min(90, len(corpus.words)))) for _ in range(count)]


def short_stuffing(corpus: Corpus, count: int, random: Random) -> list[str]:
    """A few of the commonest words, as length speaks against a text."""
    return [" ".join(random.sample(corpus.words[:OFTEN], 12)) for _ in range(count)]


def generic(corpus: Corpus, count: int, random: Random) -> list[str]:
    """Sentences that say nothing in particular, out of the commonest words: near the middle of everything."""
    common = corpus.words[:60]
    return [
        f"What {' '.join(random.sample(common, 6))}, and when? {' '.join(random.sample(common, 4))}."
        for _ in range(count)
    ]


def questions(corpus: Corpus, count: int, random: Random) -> list[str]:
    """Other questions about the same people: of those that are asked afterwards, none."""
    return [" ".join(random.sample([question for question, _ in corpus.questions[1::2]], 3)) for _ in range(count)]


def copies(corpus: Corpus, count: int, random: Random) -> list[str]:
    """One text again and again, a word apart."""
    text = stuffing(corpus, 1, random)[0]
    return [f"{text} {random.choice(corpus.words)}" for _ in range(count)]


def huge(corpus: Corpus, count: int, random: Random) -> list[str]:
    """All words there are, again and again in another order: of some hundred passages one fits every question."""

    def text() -> str:
        parts: list[str] = []
        size = 0
        while size < HUGE_BYTES:
            sentence = " ".join(random.sample(corpus.words, min(40, len(corpus.words)))) + ". "
            parts.append(sentence)
            size += len(sentence)
        return "".join(parts)

    return [text() for _ in range(count)]


def quoting(corpus: Corpus, count: int, random: Random) -> list[str]:
    """What others have said, put together, fifty turns a text."""
    return ["\n".join(random.sample(corpus.texts, min(50, len(corpus.texts)))) for _ in range(count)]


ATTACKS: dict[str, Callable[[Corpus, int, Random], list[str]]] = {
    attack.__name__: attack for attack in (stuffing, short_stuffing, generic, questions, copies, huge, quoting)
}


def filled(corpus: Corpus) -> Memory:
    memory = in_ram()
    add(memory, corpus.blocks)
    return memory


def add(memory: Memory, blocks: Sequence[Block]) -> None:
    for start in range(0, len(blocks), BATCH):
        memory.add_many(blocks[start : start + BATCH])


def measure(corpus: Corpus, name: str, among: bool) -> dict[str, Any]:
    """One attack; `among` puts its blocks into the conversations of others, instead of one of its own."""
    random = Random(SEED)
    count = max(round(len(corpus.blocks) * SHARE / (1 - SHARE)), 1)
    texts = ATTACKS[name](corpus, count, random)
    with filled(corpus) as memory:
        asked = corpus.questions[::2]
        before = recall(memory, asked)
        attacker = memory.through("attacker", LOW_TRUST) if hasattr(memory, "through") else memory
        places = random.choices(corpus.blocks, k=count) if among else [{"namespace": "attacker"}] * count
        add(attacker, [
            {"text": text, "importance": 1.0, "namespace": place["namespace"], "source": "attacker"}
            for text, place in zip(texts, places, strict=True)
        ])  # fmt: skip
        figures = {
            "attack": name + (" among others" if among else ""),
            "blocks": count,
            "share": share(memory, asked, {}),
            "recall_before": before,
            "recall": recall(memory, asked),
        }
        if hasattr(memory, "through"):
            figures["share_min_trust"] = share(memory, asked, {"min_trust": 0.5})
        return figures


def share(memory: Memory, asked: Iterable[tuple[str, frozenset[str]]], options: dict[str, Any]) -> float:
    """Of the places in the answers, those that the attacker's blocks have."""
    places = taken = 0
    for hits in memory.search_many([question for question, _ in asked], k=K, **options):
        places += len(hits)
        taken += sum(hit.block.source == "attacker" for hit in hits)
    return taken / max(places, 1)


def recall(memory: Memory, asked: Iterable[tuple[str, frozenset[str]]]) -> float:
    """Of the blocks that answer a question, those among the first ten."""
    known = [(question, right) for question, right in asked if right]
    if not known:
        return 0.0
    answers = memory.search_many([question for question, _ in known], k=K)
    found = [
        len(right & {hit.block.key for hit in hits}) / len(right)
        for (_, right), hits in zip(known, answers, strict=True)
    ]
    return sum(found) / len(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--locomo", type=Path, help="LoCoMo's conversations")
    parser.add_argument(
        "--attack", action="append", choices=sorted(ATTACKS), help="only this one (may be given several times)"
    )
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    corpus = locomo(options.locomo) if options.locomo else seeded()
    for name in options.attack or ATTACKS:
        for among in (False, True):
            figures = measure(corpus, name, among)
            print(json.dumps(figures) if options.json else line(figures), flush=True)


def line(figures: dict[str, Any]) -> str:
    trusted = f"{figures['share_min_trust']:6.1%}" if "share_min_trust" in figures else "   -"
    places = f"share of the first ten {figures['share']:6.1%}, with min_trust {trusted}"
    right = f"recall@10 {figures['recall_before']:.1%} -> {figures['recall']:.1%}"
    return f"{figures['attack']:28s} {figures['blocks']:4d} blocks  {places}  {right}"


if __name__ == "__main__":
    main()
