"""Workloads: what is stored and what is asked, out of a file and a seed."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

from benches.peers.protocol import ADD, ANCHOR, FILTER, NAMESPACE, SEARCH, Step
from benches.texts import Texts

FOLDER = Path(__file__).parent / "workloads"

HALVES = {SEARCH: 1, NAMESPACE: 1}
"""The mix of a workload that names none."""


def read(names: list[str] | None = None) -> list[dict[str, Any]]:
    """The workloads of these names, or all that are not too large to be run by the way."""
    found = {path.stem: json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json"))}
    return [found[name] for name in names] if names else [one for one in found.values() if not one.get("on_request")]


def scaled(workload: dict[str, Any], blocks: int | None, queries: int | None) -> dict[str, Any]:
    """The same with other numbers of blocks and queries: to try it, or to find out what grows."""
    changed = {"blocks": blocks, "queries": queries}
    return workload | {name: value for name, value in changed.items() if value is not None}


class Content:
    """The blocks of a workload, and the steps that are taken afterwards, the same for everyone."""

    def __init__(self, workload: dict[str, Any]) -> None:
        mix = workload.get("mix", HALVES)
        count = min(workload["queries"], workload["blocks"])
        self._kinds = Random(workload["seed"]).choices(list(mix), list(mix.values()), k=count)
        size = workload["blocks"] + self._kinds.count(ADD)
        texts = Texts(workload | {"blocks": size})
        made = list(texts.blocks())
        self.blocks, self._later = made[: workload["blocks"]], made[workload["blocks"] :]
        self._questions = texts.questions(self.blocks)

    def steps(self) -> list[Step]:
        """Questions and adds, mixed. A question consists of words of one of the blocks, which is its answer."""
        later = iter(enumerate(self._later, len(self.blocks)))
        return [
            self._added(*next(later)) if kind == ADD else self._asked(kind, answer, text)
            for kind, (answer, text) in zip(self._kinds, self._questions, strict=True)
        ]

    def _asked(self, kind: str, answer: int, text: str) -> Step:
        block = self.blocks[answer]
        return Step(
            kind,
            text,
            namespace=block["namespace"].rpartition("/")[0] if kind == NAMESPACE else "",
            source=block["source"] if kind == FILTER else "",
            near=max(0, answer - NEAR_TURNS) if kind == ANCHOR else None,
            answer=answer,
        )

    @staticmethod
    def _added(number: int, block: dict[str, Any]) -> Step:
        return Step(ADD, block["text"], block["namespace"], block["source"], answer=number, at=block["at"])


NEAR_TURNS = 2
"""Turns by which the block from which a search starts lies before its answer."""
