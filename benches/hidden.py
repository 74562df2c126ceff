"""What a search still finds when conversations lie among very many others.

    python -m benches.hidden SET --blocks N …

SET is a file of LoCoMo (`locomo-pooled=PATH`) or of one's own (see `greeum eval`). All its conversations go into one
memory, and its questions are asked of everything; then small talk of the same names, dates and subjects
(`small_talk.py`) is added until there are as many blocks as `--blocks` says, and they are asked again. A line for each:
R@10, what was lost, and the processor time of a search.
"""

from __future__ import annotations

import argparse
import time
from itertools import islice
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import greeum
from benches.small_talk import SmallTalk
from greeum.evaluate.measures import mean
from greeum.evaluate.public import read
from greeum.evaluate.remembered import as_drafted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from greeum import Memory
    from greeum.evaluate.sets import Question

SEED = 20_251_126
BATCH = 5_000
"""Blocks that are added at once."""

K, DEEP = 10, 50


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("set", help="the conversations, and what is asked of them")
    parser.add_argument("--blocks", type=int, nargs="+", default=[100_000], help="how many in the end; several in turn")
    parser.add_argument("--directory", help="where the memory is for the time being (a million blocks take some 3 GB)")
    parser.add_argument("--exact", action="store_true", help="score every block: what other blocks cost, and not haste")
    options = parser.parse_args()
    labelled = read(options.set)
    with TemporaryDirectory(prefix="greeum-", dir=options.directory) as directory:
        drafts = [as_drafted(block) for block in labelled.blocks]
        add(directory, iter(drafts))
        first = report(directory, len(drafts), labelled.questions, None, options.exact)
        said, there = SmallTalk(SEED).blocks(max(options.blocks)), len(drafts)
        for blocks in sorted(options.blocks):
            add(directory, islice(said, blocks - there))
            there = blocks
            report(directory, there, labelled.questions, first, options.exact)


def add(directory: str, drafts: Iterator[dict[str, Any]]) -> None:
    """Adds and closes, so that everything is in files."""
    with greeum.open(directory) as memory:
        while batch := list(islice(drafts, BATCH)):
            memory.add_many(batch)


def report(directory: str, blocks: int, questions: Sequence[Question], first: float | None, exact: bool) -> float:
    """Asks everything once, after a round that warms the files; prints a line, and gives R@10."""
    with greeum.open(directory) as memory:
        recalls(memory, questions, exact)
        start = time.process_time()
        found = recalls(memory, questions, exact)
        milliseconds = 1_000 * (time.process_time() - start) / len(questions)
    ten, deep = (100 * mean(values) for values in zip(*found, strict=True))
    lost = "" if first is None else f"  lost {first - ten:.1f}"
    print(f"{blocks:9,} blocks  R@{K} {ten:.1f}  R@{DEEP} {deep:.1f}  {milliseconds:.2f} ms{lost}", flush=True)
    return ten


def recalls(memory: Memory, questions: Sequence[Question], exact: bool) -> list[tuple[float, float]]:
    """Of each question, the shares of its answers among the first ten and the first fifty."""
    found = []
    for question in questions:
        keys = [hit.block.key for hit in memory.search(question.text, k=DEEP, exact=exact)]
        ten, deep = (sum(answer in keys[:k] for answer in question.answers) / len(question.answers) for k in (K, DEEP))
        found.append((ten, deep))
    return found


if __name__ == "__main__":
    main()
