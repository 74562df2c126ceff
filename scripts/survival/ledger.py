"""What one writer was about to do, and what was acknowledged to it: a file of JSON lines, outside the memory.

A line is written with one call to the kernel, which keeps it when the writer is killed. So of the operations in a
ledger only the last can lack its acknowledgement.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal["add", "update", "forget", "link", "anchor"]


@dataclass(frozen=True)
class Text:
    """What identifies a text: its digest, and the rare word by which a search must find it."""

    digest: str
    word: str


@dataclass
class Operation:
    """`targets` are the blocks it was about, `texts` what it was to store; `ids` is None unless it was acknowledged."""

    kind: Kind
    texts: list[Text] = field(default_factory=list)
    targets: list[int] = field(default_factory=list)
    ids: list[int] | None = None


class Ledger:
    """The writer's side."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

    def intend(self, kind: Kind, texts: list[Text], targets: list[int]) -> None:
        """Say what is about to be done."""
        self._say({"kind": kind, "texts": [[text.digest, text.word] for text in texts], "targets": targets})

    def acknowledge(self, ids: list[int]) -> None:
        """Say that it was acknowledged, and which blocks were added."""
        self._say({"ids": ids})

    def _say(self, record: dict[str, object]) -> None:
        os.write(self._file, json.dumps(record).encode() + b"\n")


def read(path: Path) -> list[Operation]:
    """The operations of a ledger, in order. A last line that was cut short was never said."""
    operations: list[Operation] = []
    for line in path.read_text().split("\n")[:-1] if path.exists() else []:
        record = json.loads(line)
        if "ids" in record:
            operations[-1].ids = record["ids"]
        else:
            texts = [Text(digest, word) for digest, word in record["texts"]]
            operations.append(Operation(record["kind"], texts, record["targets"]))
    return operations
