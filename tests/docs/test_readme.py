"""The README in two languages is one README, and short enough to be read."""

from __future__ import annotations

import re
from pathlib import Path

from tests.docs.pages import ROOT, fences, headings, links

from greeum import __version__

ENGLISH, KOREAN = ROOT / "README.md", ROOT / "README.ko.md"

LINES_MAX = 120

FIGURES = re.compile(r"<!-- figures -->\n(.*?)<!-- /figures -->", re.DOTALL)


def code(page: Path) -> list[str]:
    """The fenced blocks, without the comments of commands, which are in the language of the page."""
    return [re.sub(r" +# .*", "", fence.text) if fence.language == "sh" else fence.text for fence in fences(page)]


def test_both_have_the_same_code() -> None:
    assert code(ENGLISH) == code(KOREAN)


def test_both_have_the_same_sections() -> None:
    assert [level for level, _ in headings(ENGLISH)] == [level for level, _ in headings(KOREAN)]


def test_both_lead_to_the_same_pages() -> None:
    there = {"README.md", "README.ko.md"}
    assert sorted(set(links(ENGLISH)) - there) == sorted(set(links(KOREAN)) - there)


def test_both_show_the_same_figures() -> None:
    """Every number of the tables, in order."""
    english, korean = (page.read_text(encoding="utf-8") for page in (ENGLISH, KOREAN))
    assert figures(english) == figures(korean)
    assert FIGURES.search(english) and FIGURES.search(korean)


def figures(page: str) -> list[list[str]]:
    """The numbers in the last cell of each row."""
    rows = [line.rstrip("| ").rpartition("|")[2] for line in page.splitlines() if line.startswith("| ")]
    return [re.findall(r"\d[\d.,]*", row) for row in rows]


def test_it_is_short() -> None:
    assert len(ENGLISH.read_text(encoding="utf-8").splitlines()) <= LINES_MAX


def test_the_changelog_has_this_version() -> None:
    assert f"\n## [{__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
