"""What the documents point at is there: pages, headings, files, folders, commands of make, environment variables."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.docs.pages import ROOT, all_pages, anchors, links, name

from greeum.settings import VARIABLES

PATH = re.compile(r"`((?:crates|python|docs|tests|scripts|tools|benches|requirements)/[\w./-]*\w/?)`")

TREE_LINE = re.compile(r"^( *)([\w./]+(?: [\w./]+)*)(?:  |$)")

GITHUB_OF_OTHERS = ("https://",)


@pytest.mark.parametrize("page", all_pages(), ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    for link in links(page):
        if link.startswith(GITHUB_OF_OTHERS):
            continue
        path, _, heading = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not heading or heading in anchors(target), link


@pytest.mark.parametrize("page", all_pages(), ids=name)
def test_paths_are_there(page: Path) -> None:
    for found in PATH.finditer(page.read_text(encoding="utf-8")):
        assert (ROOT / found[1]).exists(), found[1]


@pytest.mark.parametrize("page", all_pages(), ids=name)
def test_commands_of_make_and_variables_are_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert set(re.findall(r"(?:`|^)make ([a-z]+)", text, re.MULTILINE)) <= targets
    assert set(re.findall(r"\bGREEUM_[A-Z_]+", text)) <= set(VARIABLES)


def test_the_tree_of_the_architecture_is_there() -> None:
    """Each line names one or more entries of the folder above it, whose names end with a slash."""
    tree = re.search(r"^## Where things are\n\n```text\n(.*?)```", architecture(), re.MULTILINE | re.DOTALL)
    assert tree is not None
    folder = ROOT
    for line in tree[1].splitlines():
        found = TREE_LINE.match(line)
        assert found is not None, line
        entries = found[2].split()
        above = folder if found[1] else ROOT
        for entry in entries:
            assert (above / entry).exists(), f"{above / entry}"
        if not found[1]:
            folder = ROOT / entries[0]


def test_every_module_has_its_line_in_the_architecture() -> None:
    text = architecture()
    for module in (ROOT / "python" / "greeum").glob("*.py"):
        assert module.name.startswith("__") or module.name in text, module.name
    for folder in (ROOT / "crates" / "core" / "src").iterdir():
        assert not folder.is_dir() or f"  {folder.name}/" in text, folder.name


def architecture() -> str:
    return (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
