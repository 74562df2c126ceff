"""Taking parts of a score away, to see what each is worth."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

PARTS = {
    "words": ("words",),
    "vector": ("vector",),
    "tokens": ("tokens",),
    "conversation": ("previous", "asked", "next", "previous2", "next2", "session", "diversity", "several"),
    "prior": (
        "source", "company", "family", "question", "brief_question", "answer", "opening", "brevity", "personal",
        "summary", "time", "date", "update", "home", "importance", "uses", "recency",
    ),
    "graph": ("near", "linked", "about"),
}  # fmt: skip
"""The parts of a score, and the weights that each is made of."""

EACH = "each"

Ablation = tuple[str, ...]
"""Parts, or single weights, that are taken away together; none of them is a search as it is."""


def ablations(asked: Sequence[str]) -> list[Ablation]:
    """What `--without` asks for, after the search as it is."""
    found: list[Ablation] = [()]
    for words in asked:
        if words == EACH:
            found += [(part,) for part in PARTS]
        else:
            found.append(tuple(part.strip() for part in words.split(",")))
    return list(dict.fromkeys(found))


def weights_of(ablation: Ablation) -> dict[str, float]:
    """The weights of a search without these. A name that is no part is that of a weight, which the search checks."""
    return {weight: 0.0 for part in ablation for weight in PARTS.get(part, (part,))}
