"""The conversations of `greeum demo`, what was corrected in them, and what is asked of them. See README.md."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Record = dict[str, Any]

HERE = os.path.dirname(__file__)


def conversations() -> list[Record]:
    """The blocks, as `Memory.add_many` takes them."""
    from json import loads

    return [loads(line) for line in read("conversations.jsonl").splitlines()]


def corrections() -> list[Record]:
    """What was corrected: `namespace`, `old_text`, `new_text`, `at`."""
    from json import loads

    found: list[Record] = loads(read("corrections.json"))
    return found


def searches() -> list[Record]:
    """What is asked: `title`, `query`, `namespace`, `where`, `near`; `expect` is the text that should come first."""
    from json import loads

    found: list[Record] = loads(read("searches.json"))
    return found


def read(name: str) -> str:
    with open(os.path.join(HERE, name), encoding="utf-8") as file:
        return file.read()
