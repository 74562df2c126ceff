"""Every file with unsafe code stands in docs/concepts/unsafe.md, and no other."""

from __future__ import annotations

import re

from tests.docs.pages import ROOT

UNSAFE = re.compile(r"^(?!\s*//).*\bunsafe\b *(\{|fn|impl|extern)", re.MULTILINE)

ROW = re.compile(r"^\| `(crates/[\w/.]+\.rs)` \|", re.MULTILINE)


def test_files_with_unsafe_code_are_listed() -> None:
    sources = {
        str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in (ROOT / "crates").rglob("*.rs")
    }
    listed = ROW.findall((ROOT / "docs" / "concepts" / "unsafe.md").read_text(encoding="utf-8"))
    assert sorted(listed) == sorted(name for name, text in sources.items() if UNSAFE.search(text))
