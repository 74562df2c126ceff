"""Numbers in prose are those of the code."""

from __future__ import annotations

import re

import pytest
from tests.docs.pages import ROOT

CORE = "crates/core/src/"

SAID = [
    ("ARCHITECTURE.md", "about {} words", CORE + "words/passages.rs", "PASSAGE_WORDS"),
    ("ARCHITECTURE.md", "At {} blocks in the tail", CORE + "index/mod.rs", "TAIL_BLOCKS_MAX"),
    ("ARCHITECTURE.md", "From {} passages on", CORE + "index/fold.rs", "GRAPH_PASSAGES_MIN"),
    ("docs/concepts/search.md", "Up to {} blocks in scope", CORE + "rank/candidates.rs", "ALL_MAX"),
    ("docs/concepts/search.md", "words bring in {} candidates", CORE + "rank/candidates.rs", "DEPTH"),
    ("docs/concepts/search.md", "sample of {} blocks", CORE + "rank/view.rs", "SAMPLE"),
    ("docs/concepts/storage.md", "from {} new blocks on", "python/greeum/follower.py", "CLOSE_TAIL_BLOCKS"),
    ("docs/concepts/storage.md", "at {} new blocks", CORE + "index/mod.rs", "TAIL_BLOCKS_MAX"),
    ("docs/decisions/0003-segments.md", "up to {} blocks", CORE + "index/mod.rs", "SMALL_BLOCKS"),
    ("docs/guarantees.md", "Above {} blocks in scope", CORE + "rank/candidates.rs", "ALL_MAX"),
    ("docs/guarantees.md", "are those of {} blocks", CORE + "rank/view.rs", "SAMPLE"),
    ("docs/guarantees.md", "A larger k than {} may", CORE + "rank/candidates.rs", "K_USUAL"),
    ("docs/guides/anchors.md", "by {}, times the weight", CORE + "links/walk.rs", "HOP_DECAY"),
    ("docs/guides/anchors.md", "({} for a turn beside it", CORE + "rank/nearby.rs", "TURN_WEIGHT"),
    ("docs/guides/several-processes.md", "more than {} seconds", "python/greeum/store/files.py", "WRITE_LOCK_WAIT_S"),
    ("docs/reference/filters.md", "(at most {})", CORE + "filter/mod.rs", "VALUES_MAX"),
    ("docs/reference/filters.md", "up to {} levels deep", CORE + "filter/mod.rs", "DEPTH_MAX"),
]
"""Page, what it says with `{}` for the number, and where the number is."""


@pytest.mark.parametrize(("page", "phrase", "source", "constant"), SAID)
def test_it_is_the_number_of_the_code(page: str, phrase: str, source: str, constant: str) -> None:
    text = " ".join((ROOT / page).read_text(encoding="utf-8").split())
    code = (ROOT / source).read_text(encoding="utf-8")
    found = re.search(rf"\b{constant}(?:: \w+)? = ([\d._]+)", code)
    assert found is not None
    value = float(found[1].replace("_", ""))
    assert phrase.format(f"{value:,g}" if value < 1_000 else f"{int(value):,}") in text
