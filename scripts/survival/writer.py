"""One process that writes to a memory until it is killed, and keeps a ledger of what was acknowledged.

    python -m scripts.survival.writer DIRECTORY LEDGER --number N --first-text N --seed N --kinds add,… [--operations N]

Each writer keeps to a namespace of its own, so that what it knows of its blocks stays true.
"""

from __future__ import annotations

import argparse
from itertools import count
from pathlib import Path
from random import Random

from scripts.survival import texts
from scripts.survival.ledger import Kind, Ledger, Text

import greeum

BATCH_SIZES = (2, 5, 40)
OWN_BLOCKS_MAX = 500
"""Of its older blocks, how many a writer reads when it starts."""

WEIGHTS = {"add": 6, "batch": 2, "near": 3, "update": 2, "forget": 1, "link": 2}
"""What a writer may do, and how often it does it."""

BLOCKS_BEFORE_CHANGES = 4
"""Nothing is updated, linked or forgotten before there are this many blocks."""


def namespace_of(number: int) -> str:
    """Where this writer's blocks are."""
    return f"survival/writer-{number}"


class Writer:
    """Does one thing after the other, each chosen by the seed, and tells the ledger before and after."""

    def __init__(self, memory: greeum.Memory, arguments: argparse.Namespace) -> None:
        self._memory = memory
        self._ledger = Ledger(arguments.ledger)
        self._random = Random(arguments.seed)
        self._numbers = count(arguments.first_text)
        self._namespace = namespace_of(arguments.number)
        self._own = [block.id for block in memory.list(namespace=self._namespace, limit=OWN_BLOCKS_MAX)]
        self._anchor: int | None = None
        self._weights = [WEIGHTS[kind] for kind in arguments.kinds]
        operations = {
            "add": self._add,
            "batch": self._add_batch,
            "near": self._add_near,
            "update": self._update,
            "forget": self._forget,
            "link": self._link,
        }
        self._operations = [operations[kind] for kind in arguments.kinds]

    def step(self) -> None:
        """One operation of those it was given."""
        few = len(self._own) < BLOCKS_BEFORE_CHANGES
        [operation] = [self._add] if few else self._random.choices(self._operations, self._weights)
        operation()

    def _add(self) -> None:
        text = self._text()
        self._begin("add", [text])
        self._acknowledge([self._memory.add(text, namespace=self._namespace, source="survival").id])

    def _add_batch(self) -> None:
        batch = [self._text() for _ in range(self._random.choice(BATCH_SIZES))]
        self._begin("add", batch)
        blocks = self._memory.add_many([{"text": text, "namespace": self._namespace} for text in batch])
        self._acknowledge([block.id for block in blocks])

    def _add_near(self) -> None:
        anchor = self._anchor or self._set_anchor()
        text = self._text()
        self._begin("add", [text], [anchor])
        added = self._memory.add(text, namespace=self._namespace, near="A").id
        self._acknowledge([added])
        self._anchor = added

    def _update(self) -> None:
        old, text = self._take(), self._text()
        self._begin("update", [text], [old])
        new = self._memory.update(old, text=text).id
        if old == self._anchor:
            self._anchor = new
        self._acknowledge([new])

    def _forget(self) -> None:
        old = self._take()
        self._begin("forget", targets=[old])
        self._memory.forget(old)
        if old == self._anchor:
            self._anchor = None
        self._acknowledge([])

    def _link(self) -> None:
        source, target = self._random.sample(self._own, 2)
        self._begin("link", targets=[source, target])
        self._memory.link(source, target, kind="about", weight=0.5)
        self._acknowledge([])

    def _set_anchor(self) -> int:
        block_id = self._random.choice(self._own)
        self._begin("anchor", targets=[block_id])
        self._memory.anchors.set("A", block_id, namespace=self._namespace)
        self._acknowledge([])
        return block_id

    def _text(self) -> str:
        return texts.make(next(self._numbers), self._random)

    def _take(self) -> int:
        return self._own.pop(self._random.randrange(len(self._own)))

    def _begin(self, kind: Kind, batch: list[str] | None = None, targets: list[int] | None = None) -> None:
        known = [Text(texts.digest(text), texts.word_of(text)) for text in batch or []]
        self._ledger.intend(kind, known, targets or [])

    def _acknowledge(self, ids: list[int]) -> None:
        self._own.extend(ids)
        self._ledger.acknowledge(ids)


def parse_arguments() -> argparse.Namespace:
    """See the module."""
    parser = argparse.ArgumentParser(description="Write to a memory until killed.")
    parser.add_argument("directory", type=Path)
    parser.add_argument("ledger", type=Path)
    parser.add_argument("--number", type=int, required=True, help="of this writer: names its namespace")
    parser.add_argument(
        "--first-text", type=int, required=True, help="number of its first text; no other may share one"
    )
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--operations", type=int, help="then close the memory and end; without it, go on for ever")
    parser.add_argument("--kinds", type=lambda names: names.split(","), required=True, help=f"of {', '.join(WEIGHTS)}")
    return parser.parse_args()


def main() -> None:
    """Open, write, and close if there is an end to it."""
    arguments = parse_arguments()
    with greeum.open(arguments.directory) as memory:
        writer = Writer(memory, arguments)
        for _ in count() if arguments.operations is None else range(arguments.operations):
            writer.step()


if __name__ == "__main__":
    main()
