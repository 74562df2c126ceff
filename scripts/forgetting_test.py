"""How long it takes until nothing of a block is left, how long forgetting by filter and backups take; at any size.

    python scripts/forgetting_test.py --blocks 100000 [--directory DIR]

Fills a memory, plants a canary (see tests/canary.py), forgets it, and looks for every trace of it in every file of the
directory; then forgets a tenth (at most 10,000 blocks) by filter, backs up, adds some, backs up again, restores,
verifies and compares logical hashes. Prints a line for each step, and ends with status 1 if a trace was left or a hash
differs.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests import canary

import greeum
from greeum import Memory
from greeum.embed.static import StaticEmbedder
from greeum.limits import BATCH_MAX

WORDS = ("busan", "rain", "train", "violin", "market", "river", "snow", "tea", "lamp", "stone", "부산", "바다", "시장")
FORGOTTEN_MAX = 10_000


@contextmanager
def timed(what: str) -> Iterator[None]:
    start = perf_counter()
    yield
    print(f"{what:<50}{perf_counter() - start:9.2f} s", flush=True)


def fill(memory: Memory, count: int, source: str = "") -> None:
    random = Random(count)
    for start in range(0, count, BATCH_MAX):
        memory.add_many(
            {
                "text": f"{' '.join(random.choices(WORDS, k=12))} {number}",
                "namespace": f"n/{number % 97}",
                "source": source or f"s{number * FORGOTTEN_MAX // count if count > FORGOTTEN_MAX else number}"[:2],
            }
            for number in range(start, min(start + BATCH_MAX, count))
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--blocks", type=int, default=100_000)
    parser.add_argument("--directory", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.directory) as folder:
        return run(options.blocks, Path(folder))


def run(blocks: int, folder: Path) -> int:
    directory, backups = folder / "memory", folder / "backups"
    traces = canary.traces_of(StaticEmbedder(), folder / "traces")
    with greeum.open(directory) as memory:
        with timed(f"adding {blocks:,} blocks"):
            fill(memory, blocks // 2)
            planted = canary.add_to(memory)
            fill(memory, blocks - blocks // 2 - min(FORGOTTEN_MAX, blocks // 10))
            fill(memory, min(FORGOTTEN_MAX, blocks // 10), "to-go")
            memory._index.fold(True)
        assert {name for _, name in canary.copies(directory, traces)} >= {"text", "codes", "signs", "tokens"}
        with timed("forgetting the canary"):
            memory.forget(planted)
        left = canary.copies(directory, traces)
        print(f"traces left: {left or 'none'}")
        with timed("a dry run by filter"):
            would = memory.forget(where={"source": "to-go"}, dry_run=True)
        with timed(f"forgetting {would.blocks:,} blocks by filter"):
            memory.forget(where={"source": "to-go"})
        with timed("a full backup"):
            full = memory.backup(backups)
        fill(memory, min(1_000, blocks))
        with timed("an increment of 1,000 blocks"):
            increment = memory.backup(backups)
        with timed("the logical hash"):
            expected = memory.logical_hash()
        size = sum(path.stat().st_size for path in directory.glob("memory.db*"))
    print(f"database {size:,} bytes, full backup {full.size_bytes:,}, increment {increment.size_bytes:,}")
    with timed("restoring"):
        greeum.restore(backups, folder / "restored")
    with timed("verifying"):
        findings = greeum.verify(backups)
    with greeum.open(folder / "restored") as memory:
        is_equal = memory.logical_hash() == expected
    print(f"equal by logical hash: {is_equal}; verified: {all(ok for _, ok, _ in findings)}")
    return 0 if is_equal and not left and all(ok for _, ok, _ in findings) else 1


if __name__ == "__main__":
    sys.exit(main())
