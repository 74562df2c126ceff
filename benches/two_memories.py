"""How often the second of two memories is found, which shares a name with the first and little with the question.

    python -m benches.two_memories [--weight 0 1.5 …]

"Where does the man who repaired our boiler live?" needs two: who he is, which has words of the question, and where he
lives, which goes by his name. The questions, 32 in English and 32 in Korean, lie among each other and among 288 blocks
that say the same of others (`data/two_memories.json`), as notes, or each as a chat by itself in which somebody answers
"I see." Printed are R@10, R@5 and MRR of the second, by the weight `about`.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING, Any

from greeum.testing import memory as in_ram

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from greeum import Memory

DATA = Path(__file__).parent / "data" / "two_memories.json"
DEEP = 50
WEIGHTS = (0.0, 1.5, 3.0)
REPLIES = {"en": "I see.", "ko": "그렇구나."}
"""What is answered to each block, in a chat."""


def blocks_of(text: str, number: int, reply: str, kind: str) -> Iterator[dict[str, Any]]:
    """A block of a text, and in a chat what is answered."""
    if kind == "note":
        yield {"text": text, "kind": "note"}
    else:
        yield {"text": text, "source": "user", "namespace": f"chat/{number}"}
        yield {"text": reply, "source": "friend", "namespace": f"chat/{number}", "on_duplicate": "keep"}


def remembered(memory: Memory, language: str, kind: str) -> list[tuple[str, int]]:
    """The questions, each with the id of the second block that it needs."""
    data = json.loads(DATA.read_text(encoding="utf-8"))[language]
    others = [other.format(name) for other in data["others"] for name in data["names"]]
    texts = [text for _, first, second in data["questions"] for text in (first, second)] + others
    drafts = [draft for at, text in enumerate(texts) for draft in blocks_of(text, at, REPLIES[language], kind)]
    ids = {block.text: block.id for block in memory.add_many(drafts)}
    return [(question, ids[second]) for question, _, second in data["questions"]]


def ranks(memory: Memory, asked: Sequence[tuple[str, int]], weight: float) -> list[int]:
    """The place at which each second block is found, from 1 on; 0 if it is not."""
    places = []
    for question, wanted in asked:
        found = [hit.block.id for hit in memory.search(question, k=DEEP, weights={"about": weight})]
        places.append(found.index(wanted) + 1 if wanted in found else 0)
    return places


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weight", type=float, nargs="+", default=WEIGHTS, help="values of the weight `about`")
    given = parser.parse_args()
    print(f"{'':16}{'about':>8}{'R@10':>8}{'R@5':>8}{'MRR':>8}")
    for language in REPLIES:
        for kind in ("note", "message"):
            with in_ram() as memory:
                asked = remembered(memory, language, kind)
                for weight in given.weight:
                    found = ranks(memory, asked, weight)
                    within = [100 * mean(0 < place <= k for place in found) for k in (10, 5)]
                    reciprocal = 100 * mean(1 / place if place else 0 for place in found)
                    row = "".join(f"{value:8.1f}" for value in (weight, *within, reciprocal))
                    print(f"{f'{language}, {kind}s':16}{row}", flush=True)


if __name__ == "__main__":
    main()
