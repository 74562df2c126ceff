"""Text in a terminal: how wide it is, and that what is clipped or padded fits."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greeum.cli.cells import clip, on_one_line, pad, pad_left, shown, table, width, wrap
from greeum.cli.charts import chart
from greeum.cli.progress import Bar, drawn


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("", 0),
        ("plain", 5),
        ("한글", 4),
        (unicodedata.normalize("NFD", "한글"), 4),
        ("cafe\u0301", 4),
        ("日本", 4),
        ("Ａ", 2),
        ("🏠", 2),
        ("a\u200db", 2),
        ("é", 1),
    ],
)
def test_width(text: str, cells: int) -> None:
    assert width(text) == cells


@given(st.text(), st.integers(1, 30))
def test_what_is_clipped_fits(text: str, cells: int) -> None:
    clipped = clip(text, cells)
    assert width(clipped) <= cells
    if width(text) <= cells:
        assert clipped == text
    else:
        assert clipped.endswith("…")
        assert text.startswith(clipped[:-1])


@given(st.text(max_size=10))
def test_what_is_padded_has_the_width(text: str) -> None:
    assert width(pad(text, 40)) == 40 == width(pad_left(text, 40))


@given(st.text())
def test_what_is_shown_steers_no_terminal(text: str) -> None:
    line = on_one_line(text)
    assert line.isprintable() or set(line) & {"\u200c", "\u200d"}
    assert not set(shown(text)) & {"\x1b", "\x07", "\x9b", "\u202e", "\r"}


def test_a_table_is_aligned() -> None:
    rows = [["1", "민지", "첫째"], ["20", "alice", "second"]]
    assert table(("ID", "WHO", "TEXT"), rows, None, ("ID",)) == [
        "ID  WHO    TEXT",
        " 1  민지   첫째",
        "20  alice  second",
    ]


def test_a_table_is_clipped_to_a_width_and_not_otherwise() -> None:
    rows = [["n" * 50, "t" * 500]]
    assert max(map(width, table(("NAME", "TEXT"), rows, 80))) == 80
    assert table(("NAME", "TEXT"), rows, None)[1] == f"{'n' * 50}  {'t' * 500}"
    assert width(table(("NAME", "TEXT"), rows, 10)[1]) < 60


def test_lines_are_cut_at_blanks() -> None:
    assert wrap("one two three four", 9) == ["one two", "three", "four"]
    assert wrap("가나다 라마바", 7) == ["가나다", "라마바"]
    assert wrap("unbreakable", 4) == ["unbreakable"]


def test_a_chart_is_to_scale() -> None:
    lines = chart({"words": 4.0, "vector": 1.0, "prior": -2.0, "graph": 0.0}, 31)
    assert lines == [
        "words        ██████████   4.00",
        "vector       ██▌          1.00",
        "prior        ░░░░░       -2.00",
    ]
    assert len(chart({"words": 4.0, "vector": 1.0, "prior": -2.0}, 100)) == 1
    assert chart({"words": 0.0}, 100) == []


def test_a_bar_says_how_far_it_is() -> None:
    assert drawn(0, 0) == "0"
    assert drawn(1_500, 3_000) == f"{'█' * 15}{'░' * 15}  50%  1,500 of 3,000"
    assert "100%" in drawn(7, 3)


def test_a_bar_appears_late_and_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    from io import StringIO

    now_s = 100.0
    monkeypatch.setattr("greeum.cli.progress.monotonic", lambda: now_s)
    stream = StringIO()
    bar = Bar(stream, "Importing", "bytes")
    bar(1, 10)
    assert stream.getvalue() == ""
    now_s += 1
    bar(5, 10)
    bar(6, 10)  # too soon after the last
    assert stream.getvalue().count("Importing") == 1
    assert "5 of 10 bytes" in stream.getvalue()
    bar.end()
    assert stream.getvalue().endswith("\r\x1b[K")
