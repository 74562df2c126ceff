"""The documents as the tests see them: which there are, and the fenced blocks, headings and links in each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

LINK = re.compile(r"\]\(([^)\s]+)\)")


@dataclass(frozen=True)
class Fence:
    """A fenced block: what language it is in, and the line of the page on which it begins."""

    language: str
    text: str
    line: int


def all_pages() -> list[Path]:
    """Every page of the project, but for those beside data, which describe that alone."""
    top = sorted(ROOT.glob("*.md"))
    return top + sorted((ROOT / "docs").rglob("*.md"))


def name(page: Path) -> str:
    """How a test is called after a page."""
    return page.relative_to(ROOT).as_posix()


def fences(page: Path) -> list[Fence]:
    """The fenced blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    return [Fence(found[1], found[2], text.count("\n", 0, found.start(2)) + 1) for found in FENCE.finditer(text)]


def prose(page: Path) -> str:
    """A page without its fenced blocks."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def headings(page: Path) -> list[tuple[int, str]]:
    """Level and text of each heading."""
    lines = prose(page).splitlines()
    return [(len(line) - len(line.lstrip("#")), line.lstrip("# ")) for line in lines if re.match(r"#{1,6} ", line)]


def anchors(page: Path) -> set[str]:
    """What a link may name after the `#`, as GitHub makes it from headings."""
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for _, heading in headings(page)}


def links(page: Path) -> Iterator[str]:
    """The targets of the links."""
    for found in LINK.finditer(prose(page)):
        yield found[1]
