"""The pages of the reference say what the code says."""

from __future__ import annotations

from pathlib import Path

import pytest
from scripts.make_reference import pages
from tests.docs.pages import ROOT

from greeum import transfer
from greeum.embed import protocol as embed_protocol

MADE = pages()


@pytest.mark.parametrize("path", MADE, ids=lambda path: path.name)
def test_it_is_as_the_script_makes_it(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == MADE[path], "run python scripts/make_reference.py"
