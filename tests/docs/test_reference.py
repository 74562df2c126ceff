"""The pages of the reference say what the code says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from scripts.make_reference import pages
from tests.docs.pages import ROOT

from greeum import testing
from greeum.errors import InvalidInput
from greeum.importers import exports
from greeum.mcp.catalogue import tools_of

MADE = pages()


@pytest.mark.parametrize("path", MADE, ids=lambda path: path.name)
def test_it_is_as_the_script_makes_it(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == MADE[path], "run python scripts/make_reference.py"


@pytest.mark.parametrize(
    ("record", "fields"),
    [
        ("block", exports.BLOCK_FIELDS),
        ("link", exports.LINK_FIELDS),
        ("anchor", exports.ANCHOR_FIELDS),
    ],
)
def test_the_export_page_has_every_field(record: str, fields: frozenset[str]) -> None:
    page = (ROOT / "docs" / "reference" / "export.md").read_text(encoding="utf-8")
    section = page.partition(f"\n## {record}\n")[2].partition("\n## ")[0]
    cells = [row.split("|")[1] for row in section.splitlines() if row.startswith("| `")]
    assert set(re.findall(r"`(\w+)`", " ".join(cells))) == fields


def test_the_filter_page_has_every_field_and_operator() -> None:
    """What the Index says of fields and operators that are not there names those that are."""
    page = (ROOT / "docs" / "reference" / "filters.md").read_text(encoding="utf-8")
    for wrong in ({"author": 1}, {"source": {"like": 1}}):
        with testing.memory() as memory, pytest.raises(InvalidInput) as caught:
            memory.list(where=wrong)
        named = re.findall(r"[a-z][\w.]+", caught.value.reason.partition("there are ")[2], re.IGNORECASE)
        assert named
        for name in named:
            assert name in {"and", "for"} or f"`{name}`" in page, name


def test_an_origin_is_called_so() -> None:
    """One word for it, in what is made of docstrings, of the operations of REST and of the tools over MCP."""
    described = [str((tool.description, tool.arguments)) for tool in tools_of("memory")]
    for text in [*MADE.values(), *described]:
        assert not re.search(r"\bdoors?\b", text)
