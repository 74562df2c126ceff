"""What linked blocks add to a plain search, what links that mean nothing cost, and how long a search with links takes.

    python -m benches.links [--weight 0 1.5 …] [--noise SET …] [--time]

Of two facts, one says what is asked ("Anna is in charge of the bike shed in Ghent."), and the other, which is linked
with it, has no word of the question. Both are among small talk: as notes, and as chats. How often is the second among
the first ten hits? There is one for each first fact (*pair*), or there are four or ten (*hub*). Other first facts are
of the same person, or of the same thing.

`--noise` takes sets of questions (`locomo=PATH`, see `greeum eval`), links their blocks at random, and says R@10.
`--time` says how many microseconds of processor time a search among 10,000 blocks takes that have so many links each.
"""

from __future__ import annotations

import argparse
from random import Random
from statistics import mean
from time import process_time_ns
from typing import TYPE_CHECKING, Any

from benches.small_talk import SmallTalk
from greeum.evaluate.public import read
from greeum.evaluate.remembered import as_drafted
from greeum.testing import memory as in_ram

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from greeum import Memory

    Asked = list[tuple[str, set[int]]]
    """Questions, and the blocks that are to be found."""

K = 10
SEED = 7
BATCH = 1_000
OTHERS = 10_000
"""Blocks of small talk."""

WEIGHTS = (0.0, 1.0, 1.5, 2.0)
FANS = (4, 10)
NOISE = (1, 5)
"""Random links for each block."""

TIMED = (0, 1, 5)
ROUNDS = 20
QUESTIONS = 60
QUESTION_WORDS = 6

PEOPLE = (
    "Anna", "Ben", "Carla", "David", "Elena", "Felix", "Greta", "Hugo", "Ines", "Jonas", "Karin", "Liam", "Mona",
    "Nils", "Olga",
)  # fmt: skip
PLACES = ("Lisbon", "Turin", "Ghent", "Malmo", "Porto", "Graz", "Split", "Bergen")
THINGS = {
    "solar roof": "Panels arrive by freight, invoice due week nine.",
    "archive move": "Crates go to depot seven; mind the humid corner.",
    "canteen menu": "No shellfish on Thursdays, lentils instead.",
    "badge system": "Readers need firmware four, spare keys behind reception.",
    "bike shed": "Concrete is poured once frost is over.",
    "podcast": "Microphones are borrowed until Easter, gain at forty.",
    "intern week": "Twelve pupils, two rooms, lanyards are green.",
    "fire drill": "Assemble by the chestnut tree, whistle three times.",
}
"""What people are in charge of, and what is to be known about it."""

THINGS_EACH = 4
ROLES = (
    "neighbour from upstairs", "dentist", "landlord", "piano teacher", "accountant", "lawyer", "goalkeeper", "gardener",
    "plumber", "hairdresser", "mayor", "nurse", "chess partner", "driving instructor", "tax adviser",
)  # fmt: skip
TRAITS = (
    "Peanuts and prawns are off limits.", "Shoe size forty-three, wide.", "Blue door, third bell.",
    "Drives on the left side only.", "Prefers tea without sugar.", "Scores on Sundays.",
    "Born in Riga, raised by the sea.", "Keeps two tortoises.", "Sings bass.", "Sleeps until noon.",
    "Has a bad knee.", "Collects stamps.",
)  # fmt: skip


def fact(memory: Memory, text: str) -> int:
    """The id of a new fact, whatever else says the same."""
    return memory.add(text, kind="fact", namespace="facts", on_duplicate="keep", on_conflict="keep").id


def pairs(memory: Memory, chance: Random) -> Asked:
    """Facts with one linked fact each, in either direction by turns."""
    asked: Asked = []
    for name in PEOPLE:
        for thing in chance.sample(sorted(THINGS), THINGS_EACH):
            first = fact(memory, f"{name} is in charge of the {thing} in {chance.choice(PLACES)}.")
            second = fact(memory, f"{THINGS[thing]} ({chance.randrange(1_000)})")
            memory.link(*((first, second) if len(asked) % 2 else (second, first)))
            asked.append((f"What should I know about the {thing} that {name} is in charge of?", {second}))
    return asked


def hubs(memory: Memory, chance: Random, fan: int) -> Asked:
    """Facts with several linked facts each."""
    asked: Asked = []
    for name, role in zip(PEOPLE, ROLES, strict=True):
        hub = fact(memory, f"{name} is my {role}.")
        traits = {fact(memory, f"{trait} ({chance.randrange(1_000)})") for trait in chance.sample(TRAITS, fan)}
        for trait in traits:
            memory.link(trait, hub)
        asked.append((f"What do I know about {name}, my {role}?", traits))
    return asked


def found(memory: Memory, asked: Iterable[tuple[str, set[int]]], weight: float) -> float:
    """R@10, in per cent."""
    recall = []
    for question, wanted in asked:
        hits = memory.search(question, k=K, weights={"linked": weight})
        recall.append(len(wanted.intersection(hit.block.id for hit in hits)) / len(wanted))
    return 100 * mean(recall)


def add(memory: Memory, blocks: Iterable[Any]) -> list[int]:
    """The ids of new blocks."""
    items = list(blocks)
    parts = (items[start : start + BATCH] for start in range(0, len(items), BATCH))
    return [block.id for part in parts for block in memory.add_many(part)]


def small_talk(kind: str, count: int) -> Iterator[dict[str, Any]]:
    """So many blocks, as chats, or each a note by itself."""
    for block in SmallTalk(SEED).blocks(count):
        yield block if kind == "message" else {"text": block["text"], "kind": kind}


def report(name: str, of_each: Iterable[float], digits: int = 1) -> None:
    """Prints a line."""
    print(f"{name:32}" + "".join(f"{value:9.{digits}f}" for value in of_each), flush=True)


def gains(weights: Sequence[float]) -> None:
    """Prints how often linked facts are found."""
    for kind in ("note", "message"):
        for fan in (1, *FANS):
            with in_ram() as memory:
                add(memory, small_talk(kind, OTHERS))
                asked = pairs(memory, Random(SEED)) if fan == 1 else hubs(memory, Random(SEED), fan)
                name = f"{kind}s, {'pair' if fan == 1 else f'hub of {fan}'}"
                report(name, [found(memory, asked, weight) for weight in weights])


def noise(name: str, links: int, weights: Sequence[float]) -> None:
    """Prints R@10 of a set whose blocks have so many random links each."""
    labelled, chance = read(name), Random(SEED)
    recall: dict[float, list[float]] = {weight: [] for weight in weights}
    for turns, questions in labelled.stores():
        with in_ram() as memory:
            blocks = add(memory, map(as_drafted, turns))
            ids = {turn.id: block for turn, block in zip(turns, blocks, strict=True)}
            for _ in range(links * len(blocks)):
                memory.link(*chance.sample(blocks, 2))
            asked = [(question.text, {ids[str(answer)] for answer in question.answers}) for question in questions]
            for weight in weights:
                recall[weight] += [found(memory, [one], weight) for one in asked]
    report(f"{labelled.name}, {links} random", [mean(recall[weight]) for weight in weights], 2)


def timed(kind: str) -> None:
    """Prints how long a search takes with so many links for each block: the quickest of many rounds."""
    memories, chance = [], Random(SEED)
    blocks = list(small_talk(kind, OTHERS))
    for links in TIMED:
        memory = in_ram()
        ids = add(memory, blocks)
        for _ in range(links * len(ids)):
            memory.link(*chance.sample(ids, 2))
        memories.append(memory)
    words = [chance.choice(blocks)["text"].split() for _ in range(QUESTIONS)]
    questions = [" ".join(chance.sample(some, min(QUESTION_WORDS, len(some)))) for some in words]
    least: dict[tuple[int, str], int] = {}
    for _ in range(ROUNDS):
        for number, memory in enumerate(memories):
            for question in questions:
                began = process_time_ns()
                memory.search(question, k=K)
                took = process_time_ns() - began
                least[number, question] = min(took, least.get((number, question), took))
    report(
        f"{kind}s, µs",
        [mean(least[number, question] / 1_000 for question in questions) for number in range(len(TIMED))],
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weight", type=float, nargs="+", default=WEIGHTS, help="values of the weight `linked`")
    parser.add_argument("--noise", nargs="+", default=[], help="sets of questions whose blocks are linked at random")
    parser.add_argument("--time", action="store_true", help="how long a search takes")
    given = parser.parse_args()
    report("linked, R@10 by weight", given.weight)
    gains(given.weight)
    for name in given.noise:
        for links in NOISE:
            noise(name, links, given.weight)
    if given.time:
        report("links for each block", TIMED, 0)
        for kind in ("note", "message"):
            timed(kind)


if __name__ == "__main__":
    main()
