"""Which statements are known to be the same, and which to contradict each other: `python -m benches.pairs`.

What is compared is in `data/pairs.jsonl` (see the README there). Each pair is added to a memory of its own, through the
public face, as a fact.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from greeum import testing

PAIRS = Path(__file__).parent / "data" / "pairs.jsonl"


def measured(pair: dict[str, Any]) -> tuple[bool, bool]:
    """Whether the second is taken for the first said again, and whether for its opposite."""
    with testing.memory() as memory:
        memory.add(pair["one"], kind="fact")
        other = memory.add(pair["other"], kind="fact")
        return not other.is_new, bool(other.conflicts)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--misses", action="store_true", help="the pairs that were not told aright, too")
    arguments = parser.parse_args()
    found: dict[tuple[str, str], list[tuple[bool, bool, bool]]] = defaultdict(list)
    for line in PAIRS.read_text(encoding="utf-8").splitlines():
        pair = json.loads(line)
        same, opposite = measured(pair)
        found[pair["language"], pair["part"]].append((pair["same"], same, opposite))
        if arguments.misses and (same != pair["same"] or (opposite and pair["same"])):
            print(f"{pair['language']} {pair['part']}: {pair['one']} | {pair['other']}")
    for (language, part), each in found.items():
        print(line_of(f"{language}, {part}", each))


def line_of(name: str, each: list[tuple[bool, bool, bool]]) -> str:
    taken = [is_same for is_same, same, _ in each if same]
    wanted = sum(is_same for is_same, _, _ in each)
    precision = sum(taken) / max(1, len(taken))
    opposites = [is_same for is_same, _, opposite in each if opposite]
    said = f"{len(opposites)} of {len(each) - wanted} near misses contradict, {sum(opposites)} of what is the same"
    return f"{name:14} precision {precision:.3f}  recall {sum(taken) / wanted:.3f}  ({len(each)} pairs; {said})"


if __name__ == "__main__":
    main()
