"""Forgetting and backups by the real command: what it asks, what it prints, and what it brings back."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.acceptance.test_cli import Run, Terminal, add, home, process, run  # noqa: F401


@pytest.fixture
def filled(run: Run) -> Run:  # noqa: F811
    """Three blocks: two of alice's, one of bob's."""
    add(run, "one", "--namespace", "acme/alice", "--source", "alice")
    add(run, "two", "--namespace", "acme/alice/chat", "--source", "alice", "--near", "1")
    add(run, "three", "--namespace", "acme/bob", "--source", "bob")
    return run


def left(run: Run) -> list[int]:  # noqa: F811
    return [block["id"] for block in run("list", "--json").json()["blocks"]]


class TestForgetting:
    def test_by_namespace(self, filled: Run) -> None:
        said = filled("forget", "--namespace", "acme/alice", "--yes", "--json").json()
        assert (said["forgotten"], said["blocks"], said["links"]) == ([1, 2], 2, 1)
        assert said["certificate"]["asked"]["by"] == "filter"
        assert left(filled) == [3]

    def test_by_filter(self, filled: Run) -> None:
        result = filled("forget", "--where", '{"source": "bob"}', "--yes")
        assert result.out.splitlines()[:2] == ["forgotten: 3", "1 block, 1 version, 0 links, 0 anchors"]
        assert result.out.splitlines()[2].startswith("certificate 1, ")
        assert left(filled) == [1, 2]

    def test_a_dry_run_says_what_would_be(self, filled: Run) -> None:
        result = filled("forget", "--namespace", "acme/alice", "--dry-run")
        assert result.out == "would be forgotten: 1, 2\n2 blocks, 2 versions, 1 link, 0 anchors\n"
        assert filled("forget", "1", "--dry-run", "--json").json()["dry_run"] is True
        assert left(filled) == [1, 2, 3]

    def test_nothing_fits(self, filled: Run) -> None:
        assert filled("forget", "--namespace", "nobody").out == "forgotten: nothing\n"

    @pytest.mark.parametrize("words", [(), ("--namespace", ""), ("1", "--namespace", "a"), ("--where", "{}")])
    def test_without_a_scope_nothing_goes(self, filled: Run, words: tuple[str, ...]) -> None:
        assert filled("forget", *words, "--yes").code == 2
        assert left(filled) == [1, 2, 3]

    def test_by_filter_it_needs_a_yes_where_nobody_can_be_asked(self, filled: Run) -> None:
        result = filled("forget", "--namespace", "acme")
        assert (result.code, "--yes" in result.err) == (2, True)
        assert left(filled) == [1, 2, 3]

    @pytest.mark.parametrize(("answer", "stay"), [("y", [3]), ("n", [1, 2, 3])])
    def test_on_a_terminal_it_asks(self, filled: Run, answer: str, stay: list[int]) -> None:
        terminal = Terminal("forget", "--namespace", "acme/alice")
        terminal.read_until("[y/N] ")
        assert "1  one" in terminal.shown
        assert "2 blocks, 2 versions, 1 link, 0 anchors" in terminal.shown
        terminal.type(answer + "\n")
        assert terminal.end() == 0
        assert left(filled) == stay


class TestWiping:
    def test_with_the_number_of_blocks(self, filled: Run) -> None:
        assert filled("wipe", "--confirm", "2").code == 4
        assert left(filled) == [1, 2, 3]
        assert filled("wipe", "--confirm", "3", "--json").json()["blocks"] == 3
        assert left(filled) == []

    def test_where_nobody_can_be_asked_it_needs_the_number(self, filled: Run) -> None:
        result = filled("wipe")
        assert (result.code, "--confirm" in result.err) == (2, True)

    @pytest.mark.parametrize(("answer", "stay"), [("3", []), ("", [1, 2, 3]), ("y", [1, 2, 3])])
    def test_on_a_terminal_it_asks_for_the_number(self, filled: Run, answer: str, stay: list[int]) -> None:
        terminal = Terminal("wipe")
        terminal.read_until("Type how many they are: ")
        assert "holds 3 blocks" in terminal.shown
        terminal.type(answer + "\n")
        assert terminal.end() == (2 if answer == "y" else 0)
        assert left(filled) == stay


def test_certificates_are_listed(filled: Run) -> None:
    filled("forget", "3", "--yes")
    filled("forget", "--namespace", "acme/alice", "--yes")
    heads, first, second = filled("certificates").out.splitlines()
    assert heads.split()[:2] == ["NO", "WHEN"]
    assert ("ids" in first, "filter" in second) == (True, True)
    [one] = filled("certificates", "--namespace", "acme/alice", "--json").json()["certificates"]
    assert (one["number"], one["versions"]) == (2, 2)
    assert "alice" not in str(one)


class TestBackups:
    def test_there_and_back(self, filled: Run, tmp_path: Path) -> None:
        assert filled("backup", "b").out.startswith("backup 1 in b: everything, up to seq ")
        add(filled, "four")
        made = filled("backup", "b", "--keep", "30d", "--json").json()
        assert (made["number"], made["full"]) == (2, False)
        filled("forget", "--namespace", "acme/alice", "--yes")
        assert filled("verify", "b").code == 0
        assert {check["ok"] for check in filled("verify", "b", "--json").json()["checks"]} == {True}
        result = filled("restore", "b", "back")
        assert result.out.splitlines()[1] == "less 2 versions that were forgotten since"
        assert [block["text"] for block in filled("list", "--memory", "back", "--json").json()["blocks"]] == [
            "three",
            "four",
        ]
        before = filled("restore", "b", "before", "--at", str(made["seq"] - 1), "--json").json()
        assert (before["number"], before["forgotten"]) == (1, 2)
        assert filled("restore", "b", "back").code == 4
        assert filled("doctor").code == 0

    def test_a_damaged_one_is_told(self, filled: Run) -> None:
        filled("backup", "b", "--full")
        Path("b/000001.pages").write_bytes(b"x")
        result = filled("verify", "b")
        assert (result.code, "trouble" in result.out) == (1, True)
        assert filled("restore", "b", "back").code == 8
        assert not Path("back").exists()

    def test_where_there_is_none(self, filled: Run) -> None:
        assert filled("verify", "nowhere").code == 3
        filled("backup", "b")
        assert filled("restore", "b", "back", "--at", "2020-01-01").code == 3
        assert filled("backup", "b", "--keep", "soon").code == 2

    def test_what_cannot_be_told_is_said_until_it_is_dropped(self, filled: Run) -> None:
        filled("backup", "b")
        Path("b").rename("elsewhere")
        assert "could not be told" in filled("forget", "1", "--yes").err
        assert filled("doctor").code == 1
        assert filled("backup", "b", "--drop", "--full").code == 2, "there is no backup to be full"
        assert filled("backup", "b", "--drop", "--json").json() == {"dropped": "b"}
        assert filled("forget", "2", "--yes").err == ""
        assert filled("doctor").code == 0

    def test_a_process_may_back_up_what_another_one_has_open(self, filled: Run, home: Path) -> None:  # noqa: F811
        terminal = Terminal("forget", "1")
        terminal.read_until("[y/N] ")
        assert process("backup", "b").returncode == 0
        terminal.type("y\n")
        assert terminal.end() == 0
        assert filled("restore", "b", "back").code == 0
        assert [block["id"] for block in filled("list", "--memory", "back", "--json").json()["blocks"]] == [2, 3]


def test_an_import_passes_over_what_was_forgotten(filled: Run) -> None:
    filled("export", "out.jsonl")
    filled("forget", "3", "--yes")
    assert filled("import", "out.jsonl", "--json").json()["forgotten"] == 1
    assert filled("import", "out.jsonl", "--bring-back", "--json").json()["added"] == 1
