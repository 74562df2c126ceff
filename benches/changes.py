"""Which statements are known to say that another is no longer so: `python -m benches.changes`.

What is compared is in `data/changes.jsonl` (see the README there). Each pair is added to a memory of its own, through
the public face, as facts, of which the second supersedes the first where that is sure.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from pathlib import Path
from typing import Any, NamedTuple

from greeum import testing

CHANGES = Path(__file__).parent / "data" / "changes.jsonl"


class Told(NamedTuple):
    """What a pair is, and what was made of it."""

    relation: str
    is_reported: bool
    is_superseded: bool

    @property
    def is_right(self) -> bool:
        if self.relation == "beside":
            return not self.is_superseded
        wanted = {"apart": (False, False), "changed": (True, False), "replaced": (True, True)}
        return (self.is_reported, self.is_superseded) == wanted[self.relation]


def measured(pair: dict[str, Any]) -> Told:
    """Whether the second is said to contradict the first, and whether it takes its place."""
    with testing.memory() as memory:
        memory.add(pair["one"], kind="fact")
        other = memory.add(pair["other"], kind="fact", on_conflict="supersede")
        return Told(pair["relation"], bool(other.conflicts), other.supersedes is not None)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--misses", metavar="PART", help="the pairs of this part that were not told aright, too")
    arguments = parser.parse_args()
    found: dict[tuple[str, str], list[Told]] = defaultdict(list)
    for line in CHANGES.read_text(encoding="utf-8").splitlines():
        pair = json.loads(line)
        told = measured(pair)
        found[pair["language"], pair["part"]].append(told)
        if pair["part"] == arguments.misses and not told.is_right:
            print(f"{told}: {pair['one']} | {pair['other']}")
    for (language, part), each in found.items():
        print(f"{language}, {part:15} {line_of(each)}")


def line_of(each: list[Told]) -> str:
    reported = [told for told in each if told.is_reported and told.relation != "beside"]
    superseded = [told for told in each if told.is_superseded]
    changed = sum(told.relation in ("changed", "replaced") for told in each)
    replaced = sum(told.relation == "replaced" for told in each)
    false_reports = sum(told.relation == "apart" for told in reported)
    wrongly = sum(told.relation != "replaced" for told in superseded)
    return (
        f"({len(each)} pairs) reported {len(reported) - false_reports} of {changed}, falsely {false_reports}; "
        f"superseded {len(superseded) - wrongly} of {replaced}, falsely {wrongly}"
    )


if __name__ == "__main__":
    main()
