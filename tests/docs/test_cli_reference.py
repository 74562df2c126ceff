"""The reference of the command line says what the command line does."""

from __future__ import annotations

from pathlib import Path

from greeum.cli.reference import reference

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "cli.md"


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference(), "run python -m greeum.cli.reference > docs/reference/cli.md"
