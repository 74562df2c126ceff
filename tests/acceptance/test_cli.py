"""The command `greeum` as people and scripts use it: what it prints, what it stores, how it says that it could not."""

from __future__ import annotations

import gzip
import io
import json
import os
import pty
import re
import select
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import apsw
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import greeum
from greeum import Hits, errors
from greeum.cli import main
from greeum.cli.commands import HOMES, every_command
from greeum.cli.exits import CODES, MEANINGS, code_of
from greeum.cli.options import GLOBALS, JSON
from greeum.embed.static import TABLE, StaticEmbedder
from greeum.memory import Memory
from greeum.store import files
from greeum.testing import TinyEmbedder

PROGRAM = [sys.executable, "-m", "greeum"]


class Result:
    """What a command did."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.out = out
        self.err = err

    def json(self) -> Any:
        assert self.code == 0, self.err
        return json.loads(self.out)


Run = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The directory of the default memory; whatever else is written goes into a directory beside it."""
    monkeypatch.setenv("GREEUM_HOME", str(tmp_path / "home"))
    for name in ("COLUMNS", "NO_COLOR", "GREEUM_EMBEDDER", "GREEUM_TIME_ZONE"):
        monkeypatch.delenv(name, raising=False)
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    return tmp_path / "home"


@pytest.fixture
def run(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in this process."""

    def run_it(*words: str, stdin: bytes = b"") -> Result:
        with tempfile.TemporaryFile() as file:
            file.write(stdin)
            file.seek(0)
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(file))
            code = main(list(words))
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    return run_it


def process(*words: str, stdin: bytes = b"", **options: Any) -> subprocess.CompletedProcess[bytes]:
    """Run the command in a process of its own."""
    environment = {**os.environ, **options.pop("env", {})}
    return subprocess.run(
        [*PROGRAM, *words], input=stdin, capture_output="stdout" not in options, env=environment, check=False, **options
    )


def add(run: Run, text: str, *options: str) -> int:
    identity: int = run("add", text, *options, "--json").json()["id"]
    return identity


def import_many(run: Run) -> None:
    """As many blocks as make files of the index worth writing."""
    records: list[dict[str, object]] = [{"type": "greeum", "format": 1}]
    records += [
        {"type": "block", "uid": f"{n:032x}", "text": f"text {n}", "at": "2025-01-01T00:00:00Z"} for n in range(300)
    ]
    assert run("import", stdin="\n".join(map(json.dumps, records)).encode()).code == 0


class TestAdding:
    @pytest.mark.parametrize(
        "line",
        ["add '' ", "add hello --at yesterday", "add hello --near A", "add hello --importance 2",
         "weights set nonsense=1", "screening set secret maybe", "policies set note --on-duplicate maybe",
         "time-zone set Seoul"],
    )  # fmt: skip
    def test_what_fails_makes_no_memory(self, run: Run, home: Path, line: str) -> None:
        assert run(*shlex.split(line)).code in (2, 3)
        assert not home.exists()

    def test_a_new_memory_is_said_to_be_new(self, run: Run, home: Path) -> None:
        assert run("add", "hello").err == f"greeum: a new memory in {home}\n"
        assert run("add", "hello again").err == ""
        assert run("add", "hello", "--memory", "own", "--json").err == ""
        assert f"greeum: a new memory in {Path('copy').absolute()}\n" in run("import", "--memory", "copy").err

    def test_it_says_what_is_noticed_in_it(self, run: Run) -> None:
        assert run("add", "Call Alice: 010-2345-6789").out == "block 1\nnoticed in it: personal data\n"
        assert run("update", "1", "--text", "Call Alice: 010-2345-6780").out.endswith("noticed in it: personal data\n")
        assert run("update", "2", "--text", "Call Alice.").out == "block 3 supersedes 2\n"
        assert run("add", "bell \x07").out == "block 4\nnoticed in it: hidden characters (control)\n"

    def test_what_fails_or_not_is_embedded_once(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        asked: list[str] = []

        class Counting(TinyEmbedder):
            def encode_query(self, text: str) -> bytes:
                asked.append(text)
                return super().encode_query(text)

        monkeypatch.setenv("GREEUM_EMBEDDER", "openai:tiny")
        monkeypatch.setattr("greeum.wiring.embedder_of", lambda settings: Counting())
        assert run("add", "hello", "--near", "auto").code == 0
        assert asked == ["hello", "hello"], "once as a block, and once as a question"
        assert run("add", "hello again").code == 0

    def test_it_says_what_it_supersedes(self, run: Run) -> None:
        old = add(run, "I live in Seoul.", "--kind", "fact", "--tag", "home")
        said = run("add", "I live in Busan.", "--kind", "fact", "--on-conflict", "supersede").out
        assert said.splitlines()[0] == f"block {old + 1} supersedes {old}"
        assert run("get", str(old + 1), "--json").json()["tags"] == ["home"]

    def test_an_empty_directory_becomes_a_memory_only_by_what_succeeds(self, run: Run, home: Path) -> None:
        home.mkdir()
        assert run("add", "").code == 2
        assert list(home.iterdir()) == []
        assert run("add", "hello").code == 0

    def test_every_field_is_stored(self, run: Run) -> None:
        other = add(run, "Before.", "--namespace", "acme/alice")
        line = """
            add 'I moved to Busan in May.' --namespace acme/alice --key home --kind note --source alice --tag a --tag=b
            --importance 0.75 --metadata '{"x": [1, "둘"]}' --at 2025-03-04T09:00:00+09:00 --valid-from 2025-05-01
            --valid-to 2026-05-01 --expires-at 2099-01-01
        """
        block = run(*shlex.split(line), "--near", str(other), "--json").json()
        expected = {
            "text": "I moved to Busan in May.",
            "namespace": "acme/alice",
            "key": "home",
            "kind": "note",
            "source": "alice",
            "tags": ["a", "b"],
            "importance": 0.75,
            "metadata": {"x": [1, "둘"]},
            "at": "2025-03-04T00:00:00Z",
            "valid_from": "2025-05-01T00:00:00Z",
            "valid_to": "2026-05-01T00:00:00Z",
            "expires_at": "2099-01-01T00:00:00Z",
            "revision": 1,
            "supersedes": None,
            "superseded_by": None,
        }
        assert {field: block[field] for field in expected} == expected
        assert (block["origin"], block["trust"], block["flags"]) == ("cli", 1.0, [])
        stored = run("get", str(block["id"]), "--json").json()
        assert stored == {field: block[field] for field in stored}
        assert [link["target"] for link in run("links", str(block["id"]), "--json").json()["links"]] == [other]

    def test_words_are_one_text(self, run: Run) -> None:
        assert run("add", "I", "moved", "to", "Busan").out == "block 1\n"
        assert run("get", "1", "--json").json()["text"] == "I moved to Busan"

    @pytest.mark.parametrize("text", ["- buy milk", "-5 degrees outside", "--force is what I said"])
    def test_a_text_may_begin_with_a_dash(self, run: Run, text: str) -> None:
        assert run("get", str(add(run, text)), "--json").json()["text"] == text

    def test_after_two_dashes_nothing_is_an_option(self, run: Run) -> None:
        assert run("add", "--json", "--", "--json", "-k").json()["text"] == "--json -k"

    def test_standard_input(self, run: Run) -> None:
        block = run("add", "-", "--json", stdin="첫 줄\n둘째 줄\r\n".encode()).json()
        assert block["text"] == "첫 줄\n둘째 줄"

    def test_standard_input_that_is_not_text(self, run: Run) -> None:
        result = run("add", "-", stdin=b"caf\xe9")
        assert (result.code, result.err.split(":")[1]) == (2, " text")

    def test_standard_input_that_is_too_long(self, run: Run) -> None:
        assert run("add", "-", stdin=b"x" * 1_048_576).code == 0
        assert run("add", "-", stdin=b"x" * 1_048_577).code == 2
        assert run("add", "-", stdin=b"x" * 3_000_000).code == 2

    def test_near_an_anchor_moves_it(self, run: Run) -> None:
        run("anchors", "set", "A", str(add(run, "first")))
        second = add(run, "second", "--near", "A")
        assert [anchor["block_id"] for anchor in run("anchors", "status", "--json").json()["anchors"]] == [second]


class TestFinding:
    @pytest.fixture(autouse=True)
    def blocks(self, run: Run) -> None:
        add(run, "I moved to Busan in May.", "--source", "alice", "--namespace", "acme/alice", "--at", "2025-05-02")
        add(run, "부산에서 두부를 먹었다.", "--source", "민지", "--namespace", "acme/minji", "--at", "2025-05-01")
        add(run, "The rate limit is 120.", "--source", "marco", "--namespace", "acme/team", "--at", "2025-05-03")

    def test_the_best_comes_first(self, run: Run) -> None:
        hits = run("search", "where", "did", "she", "move?", "--json").json()["hits"]
        assert hits[0]["block"]["text"] == "I moved to Busan in May."
        assert abs(sum(hits[0]["parts"].values()) - hits[0]["score"]) < 1e-3

    def test_a_table_for_people(self, run: Run) -> None:
        head, first, *_ = run("search", "두부").out.splitlines()
        assert head.split() == ["SCORE", "ID", "WHEN", "(UTC)", "WHO", "NAMESPACE", "TEXT"]
        assert first.split()[1:] == ["2", "2025-05-01", "00:00", "민지", "acme/minji", "부산에서", "두부를", "먹었다."]

    def test_days_and_times_are_those_of_the_time_zone(self, run: Run) -> None:
        assert run("time-zone", "show").out == "UTC\n"
        assert run("time-zone", "set", "asia/seoul").out == "Asia/Seoul\n"
        assert run("time-zone", "show", "--json").json() == {"time_zone": "Asia/Seoul"}
        head, first, *_ = run("search", "두부").out.splitlines()
        assert head.split()[2:4] == ["WHEN", "(Asia/Seoul)"]
        assert first.split()[2:4] == ["2025-05-01", "09:00"]
        block = run("add", "어제 두부를 샀다.", "--at", "2025-05-10", "--json").json()
        assert block["at"] == "2025-05-09T15:00:00Z"
        rows = run("list", "--where", '{"at": {"gte": "2025-05-10"}}').out.splitlines()[1:]
        assert [row.split()[1:3] for row in rows] == [["2025-05-10", "00:00"]]
        assert "2025-05-10: 어제 두부를 샀다." in run("context", "두부").out
        explained = run("explain", str(block["id"]), "두부", "--json").json()
        assert explained["account"]["dates"]["mentions"] == ["2025-05-09"]
        at = run("get", "1", "--json").json()["at"]
        [shown] = [line.split()[1] for line in run("get", "1").out.splitlines() if line.startswith("at ")]
        assert shown.endswith("+09:00") and datetime.fromisoformat(shown) == datetime.fromisoformat(at)
        assert "time zone               Asia/Seoul\n" in run("stats").out
        assert "time zone     Asia/Seoul\n" in run("doctor").out
        refused = run("time-zone", "set", "Seoul")
        assert (refused.code, "Asia/Seoul" in refused.err) == (2, True)

    def test_every_option_arrives(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        seen: dict[str, object] = {}

        def search(self: Memory, query: str, **options: object) -> Hits:
            seen.update(options, query=query)
            return Hits()

        monkeypatch.setattr(Memory, "search", search)
        run(*shlex.split("""search a -k 3 --namespace acme --where '{"kind": "note"}' --near A --history --exact"""))
        assert seen == {
            "query": "a",
            "k": 3,
            "namespace": "acme",
            "where": {"kind": "note"},
            "near": "A",
            "history": True,
            "exact": True,
        }
        run("search", "a", "--near", "17", "--weights", '{"words": 2}')
        assert (seen["near"], seen["weights"]) == (17, {"words": 2})

    @pytest.mark.parametrize(
        ("line", "says"),
        [
            ("list --namespace none", "no blocks"),
            ("namespaces --namespace none", "no namespaces"),
            ("facets kind --namespace none", "no values"),
            ("links 1", "no links"),
            ("anchors status", "no anchors"),
            ("certificates", "no certificates"),
            ("retention list", "no rules"),
            ("changes --after 3", "no changes"),
        ],
    )
    def test_nothing_is_said_to_be_nothing(self, run: Run, line: str, says: str) -> None:
        result = run(*line.split())
        assert (result.code, result.out, result.err) == (0, "", f"{says}\n")
        result = run(*line.split(), "--json")
        assert (result.err, json.loads(result.out) is not None) == ("", True)

    def test_k_namespace_and_where_limit_it(self, run: Run) -> None:
        def found(*options: str) -> set[int]:
            result = run("search", "moved to Busan, 두부, rate limit", "--json", *options)
            return {hit["block"]["id"] for hit in result.json()["hits"]}

        assert found() == {1, 2, 3}
        assert len(found("-k1")) == 1
        assert found("--namespace", "acme/minji") == {2}
        assert found("--where", '{"source": "marco"}') == {3}

    def test_a_query_from_standard_input(self, run: Run) -> None:
        assert run("search", "-", "--json", stdin="두부".encode()).json()["hits"][0]["block"]["id"] == 2

    def test_explained(self, run: Run) -> None:
        plain, explained = run("search", "Busan"), run("search", "Busan", "--explain")
        assert explained.out.startswith(plain.out)
        assert re.search(r"block 1: hit 1, score .*\nwords +█", explained.out)

    def test_a_query_without_a_word_to_look_for_is_explained(self, run: Run) -> None:
        result = run("explain", "1", "?!…")
        assert (result.code, result.out.splitlines()[0]) == (
            0,
            "block 1: not looked at, since the query has no word to look for",
        )

    def test_a_context_is_the_text_alone(self, run: Run) -> None:
        plain = run("context", "Busan", "--max-tokens", "60").out
        document = run("context", "Busan", "--max-tokens", "60", "--json").json()
        assert plain == f"{document['text']}\n"
        assert "Busan" in plain
        assert (document["tokens"] <= 60, len(document["blocks"])) == (True, plain.count("\n["))
        assert run("context", "Busan", "--max-tokens", "0").code == 2

    def test_a_context_of_nothing_is_no_error(self, run: Run) -> None:
        result = run("context", "Busan", "--namespace", "nobody")
        assert (result.code, result.out, result.err) == (0, "", "nothing found, or nothing that fits\n")

    def test_finding_nothing_is_no_error(self, run: Run) -> None:
        result = run("search", "Busan", "--namespace", "nobody")
        assert (result.code, result.out, result.err) == (0, "", "nothing found\n")

    def test_superseded_versions_are_found_when_asked_for(self, run: Run) -> None:
        new = run("update", "3", "--text", "The rate limit is 300.", "--json").json()["id"]
        assert [block["id"] for block in run("list", "--namespace", "acme/team", "--json").json()["blocks"]] == [new]
        listed = run("list", "--namespace", "acme/team", "--history")
        assert f"[superseded by {new}] The rate limit is 120." in listed.out
        hits = run("search", "rate limit", "--namespace", "acme/team", "--history", "--json").json()["hits"]
        assert {hit["block"]["id"] for hit in hits} == {3, new}

    def test_a_list_is_in_the_order_of_what_was_said(self, run: Run) -> None:
        def ids(*options: str) -> list[int]:
            return [block["id"] for block in run("list", "--json", *options).json()["blocks"]]

        assert ids() == [2, 1, 3]
        assert ids("--newest-first") == [3, 1, 2]
        assert ids("--where", '{"source": "alice"}') == [1]

    def test_a_list_goes_on_by_cursor(self, run: Run) -> None:
        page = run("list", "--limit", "2", "--json").json()
        assert ([block["id"] for block in page["blocks"]], page["cursor"] is None) == ([2, 1], False)
        rest = run("list", "--limit", "2", "--cursor", page["cursor"], "--json").json()
        assert ([block["id"] for block in rest["blocks"]], rest["cursor"]) == ([3], None)
        assert page["cursor"] in run("list", "--limit", "2").err

    def test_one_block_in_full(self, run: Run) -> None:
        add(run, "Two\nlines", "--key", "k", "--tag", "a", "--tag", "b")
        out = run("get", "--key", "k").out
        assert re.search(r"^tags +a, b$", out, re.MULTILINE)
        assert out.endswith("\n\nTwo\nlines\n")
        assert "expires_at" not in out

    def test_a_key_belongs_to_its_namespace(self, run: Run) -> None:
        block = add(run, "x", "--key", "k", "--namespace", "acme")
        assert run("get", "--key", "k", "--namespace", "acme", "--json").json()["id"] == block
        assert run("get", "--key", "k").code == 3

    def test_every_version(self, run: Run) -> None:
        run("update", "3", "--text", "The rate limit is 300.")
        versions = run("get", "3", "--history", "--json").json()["blocks"]
        assert [version["text"] for version in versions] == ["The rate limit is 120.", "The rate limit is 300."]
        assert run("get", "3", "--history").out.count("\n---\n") == 1

    def test_as_of_then(self, run: Run) -> None:
        added_at = run("get", "3", "--json").json()["added_at"]
        run("update", "3", "--text", "The rate limit is 300.")
        assert "limit is 300" in run("search", "rate limit", "-k", "1").out
        assert "limit is 120" in run("search", "rate limit", "-k", "1", "--as-of", added_at).out
        assert "limit is 120" in run("list", "--as-of", added_at).out
        assert "limit is 120" in run("get", "3", "--as-of", added_at).out
        assert run("search", "rate limit", "--min-trust", "2").code == 2
        out = run("diff", added_at).out
        assert "The rate limit is 120. -> [" in out
        found = run("diff", added_at, "--json").json()
        assert found["counts"]["changed"] == len(found["changed"]) == 1
        assert run("diff", added_at, "2020-01-01").code == 2

    def test_a_question_is_meant_from_the_day_that_is_said(self, run: Run) -> None:
        add(run, "I walked along the canal.", "--at", "2024-06-04")
        add(run, "I walked up the hill.", "--at", "2024-06-12")
        asked = "Where did I walk yesterday?"
        for now, expected in (("2024-06-05", "canal"), ("2024-06-13", "hill")):
            assert expected in run("search", asked, "-k", "1", "--now", now).out
            assert expected in run("context", asked, "--max-tokens", "25", "--now", now).out
            assert run("count", "--query", "yesterday", "--now", now, "--json").json() == {"count": 1}
            facets = run("facets", "kind", "--query", "yesterday", "--now", now, "--json").json()["facets"]
            assert facets == {"kind": [{"value": "message", "count": 1}]}
        assert run("search", asked, "--now", "soon").code == run("count", "--now", "2024-06-05").code == 2

    def test_looking_makes_no_memory(self, run: Run, home: Path) -> None:
        for words in (["search", "x"], ["list"], ["get", "1"], ["stats"], ["doctor"], ["export"], ["links", "1"]):
            assert run(*words, "--memory", "elsewhere").code == 3
        assert not Path("elsewhere").exists()

    def test_read_only_changes_no_file(self, run: Run, home: Path) -> None:
        before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
        for words in (
            ["search", "Busan"],
            ["list"],
            ["diff", "2020-01-01"],
            ["get", "1"],
            ["stats"],
            ["export"],
            ["links", "1"],
            ["anchors", "status"],
        ):
            assert run(*words, "--read-only").code == 0
        after = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
        # SQLite keeps what readers share in files of its own, and removes them when the last one leaves.
        assert {path: content for path, content in after.items() if path.suffix not in (".db-shm", ".db-wal")} == before


class TestChanging:
    @pytest.fixture(autouse=True)
    def blocks(self, run: Run) -> None:
        add(run, "one", "--source", "alice", "--tag", "a", "--metadata", '{"x": 1}', "--expires-at", "2099-01-01")
        add(run, "two")

    def test_a_new_text_supersedes(self, run: Run) -> None:
        result = run("update", "1", "--text", "eins")
        assert result.out == "block 3 supersedes 1\n"
        block = run("get", "3", "--json").json()
        assert (block["text"], block["source"], block["tags"]) == ("eins", "alice", ["a"])

    def test_a_new_text_from_standard_input(self, run: Run) -> None:
        assert run("update", "1", "--text", "-", "--json", stdin="하나\n".encode()).json()["text"] == "하나"

    def test_every_field(self, run: Run) -> None:
        line = """update 1 --kind fact --source bob --tag b --importance 1 --metadata '{"y": 2}' --at 2020-01-01
            --valid-from 2020-01-02 --valid-to 2020-01-03 --expires-at 2100-01-01"""
        assert run(*shlex.split(line)).out == "block 1, revision 2\n"
        block = run("get", "1", "--json").json()
        assert {name: block[name] for name in ("kind", "source", "tags", "importance", "metadata")} == {
            "kind": "fact",
            "source": "bob",
            "tags": ["b"],
            "importance": 1.0,
            "metadata": {"y": 2},
        }
        assert [block[name][:10] for name in ("at", "valid_from", "valid_to", "expires_at")] == [
            "2020-01-01",
            "2020-01-02",
            "2020-01-03",
            "2100-01-01",
        ]

    def test_fields_can_be_emptied(self, run: Run) -> None:
        run("update", "1", *shlex.split("--clear source --clear tags --clear metadata --clear expires-at"))
        block = run("get", "1", "--json").json()
        assert [block[name] for name in ("source", "tags", "metadata", "expires_at")] == [None, [], {}, None]

    @pytest.mark.parametrize("options", [["--clear", "text"], ["--clear", "source", "--source", "x"], []])
    def test_what_cannot_be_emptied(self, run: Run, options: list[str]) -> None:
        assert run("update", "1", *options).code == 2

    def test_only_at_this_revision(self, run: Run) -> None:
        assert run("update", "1", "--kind", "note", "--revision", "1").code == 0
        assert run("update", "1", "--kind", "fact", "--revision", "1").code == 4

    def test_forgetting(self, run: Run) -> None:
        run("update", "1", "--text", "eins")
        assert run("forget", "3", "2", "--yes", "--json").json()["forgotten"] == [1, 2, 3]
        assert run("list", "--history", "--json").json()["blocks"] == []

    def test_forgetting_needs_a_yes_where_nobody_can_be_asked(self, run: Run) -> None:
        result = run("forget", "1")
        assert (result.code, "--yes" in result.err) == (2, True)
        assert run("get", "1").code == 0

    def test_of_several_to_forget_one_that_is_missing_keeps_all(self, run: Run) -> None:
        assert run("forget", "1", "99", "--yes").code == 3
        assert run("get", "1").code == 0

    def test_links(self, run: Run) -> None:
        assert run("link", "1", "2", "--kind", "about", "--weight", "0.25").out == "1 -about-> 2, weight 0.25\n"
        [link] = run("links", "2", "--json").json()["links"]
        assert (link["source"], link["target"], link["kind"], link["weight"]) == (1, 2, "about", 0.25)
        assert run("links", "2").out.splitlines()[1].split() == ["1", "2", "0.25", "about"]
        assert run("unlink", "1", "2").code == 0
        assert run("unlink", "1", "2").code == 3
        assert run("links", "2").out == ""

    def test_anchors(self, run: Run) -> None:
        assert run(*shlex.split("anchors set A 1 --namespace acme --hops 4 --pinned")).code == 0
        assert run(*shlex.split("anchors set B 2")).out == "anchor B: block 2, hops 2\n"
        assert run(*shlex.split("anchors move A 2 --namespace acme")).code == 4
        assert run(*shlex.split("anchors unpin A --namespace acme")).code == 0
        moved = run(*shlex.split("anchors move A 2 --namespace acme --json")).json()
        assert (moved["name"], moved["namespace"], moved["block_id"], moved["hops"], moved["pinned"]) == (
            *("A", "acme", 2, 4),
            False,
        )
        assert run(*shlex.split("anchors pin B --json")).json()["pinned"] is True
        table = run("anchors", "status").out.splitlines()
        assert [line.split() for line in table[1:]] == [
            ["B", "2", "2", "pinned", "two"],
            ["A", "acme", "2", "4", "two"],
        ]
        assert [a["name"] for a in run(*shlex.split("anchors status --namespace acme --json")).json()["anchors"]] == [
            "A"
        ]
        assert run(*shlex.split("anchors clear A --namespace acme")).code == 0
        assert run(*shlex.split("anchors clear A --namespace acme")).code == 3


class TestWhoWroteIt:
    @pytest.fixture(autouse=True)
    def blocks(self, run: Run, home: Path) -> None:
        add(run, "Alice lives in Busan.", "--source", "alice", "--key", "home")
        with greeum.open(home) as memory:
            bot = memory.through("mcp/bot", 1.0)
            bot.update(1, text="Alice lives in Moscow.")
            bot.add("Bob lives in Moscow.", source="page")

    def listed(self, run: Run, *options: str) -> list[Any]:
        found: list[Any] = run("list", "--json", *options).json()["blocks"]
        return found

    def test_what_a_command_writes_says_so(self, run: Run) -> None:
        assert [block["origin"] for block in self.listed(run, "--history")] == ["cli", "mcp/bot", "mcp/bot"]

    def test_hiding_and_showing_again(self, run: Run) -> None:
        assert run("quarantine", "--origin", "mcp", "--dry-run").out == "would be quarantined: 2, 3\n"
        assert len(self.listed(run)) == 2
        assert run("quarantine", "--origin", "mcp", "--source", "page").out == "quarantined: 3\n"
        assert run("quarantine", "2", "3", "--json").json() == {"quarantined": [2], "dry_run": False}
        assert self.listed(run) == []
        assert run("release", "--where", '{"source": "page"}').out == "released: 3\n"
        assert run("release", "3").out == "released: none\n"
        assert [block["id"] for block in self.listed(run)] == [3]

    def test_rolling_back(self, run: Run) -> None:
        told = "2 quarantined, 0 forgotten, 1 restored, 0 links removed, 0 anchors moved back\n"
        assert run("roll-back", "--origin", "mcp/bot", "--dry-run").out == f"would come to {told}"
        refused = run("roll-back", "--origin", "mcp/bot")
        assert (refused.code, "--yes" in refused.err) == (2, True)

        assert run("roll-back", "--origin", "mcp/bot", "--yes").out == told
        assert [block["text"] for block in self.listed(run)] == ["Alice lives in Busan."]
        done = run("roll-back", "--origin", "mcp/bot", "--forget", "--yes", "--json").json()
        assert (done["forgotten"], done["quarantined"], done["dry_run"]) == ([2, 3], [], False)

    def test_only_since_then(self, run: Run) -> None:
        done = run("roll-back", "--origin", "mcp", "--since", "9999-01-01", "--dry-run", "--json").json()
        assert done["quarantined"] == []

    @pytest.mark.parametrize("line", ["quarantine", "release", "quarantine 1 --origin cli", "roll-back --yes"])
    def test_something_must_be_named(self, run: Run, line: str) -> None:
        assert run(*line.split()).code == 2

    def test_what_is_done_with_findings(self, run: Run) -> None:
        assert run("screening", "show", "--json").json()["personal"] == "note"
        assert run("screening", "set", "personal", "redact").out == "personal: redact\n"
        assert add(run, "Call 010-2345-6789") == 4
        assert self.listed(run)[-1]["text"] == "Call [phone]"
        assert run("screening", "set", "personal", "refuse", "--json").json() == {"personal": "refuse"}
        refused = run("add", "Call 010-2345-6789")
        assert (refused.code, "personal" in refused.err, "2345" in refused.err) == (2, True, False)
        rows = [row.split() for row in run("screening", "show").out.splitlines()]
        assert ["personal", "refuse"] in rows
        assert ["secret", "note"] in rows
        assert run("screening", "set", "secrets", "note").code == 2


class TestCarrying:
    @pytest.fixture(autouse=True)
    def blocks(self, run: Run) -> None:
        add(run, "one", "--namespace", "acme", "--metadata", '{"x": "둘"}')
        add(run, "two")
        run("update", "1", "--text", "eins")
        run("link", "2", "3")
        run("anchors", "set", "A", "2")

    def test_through_a_file(self, run: Run) -> None:
        assert run("export", "out.jsonl").out == "5 records in out.jsonl\n"
        assert Path("out.jsonl").stat().st_mode & 0o777 == 0o600
        assert os.listdir() == ["out.jsonl"]
        done = run("import", "out.jsonl", "--memory", "copy", "--json").json()
        assert done["added"] == 3
        assert run("import", "out.jsonl", "--memory", "copy", "--json").json()["added"] == 0
        copy = run("export", "--memory", "copy").out
        assert sorted(copy.splitlines()) == sorted(Path("out.jsonl").read_text(encoding="utf-8").splitlines())

    def test_what_was_forgotten_comes_back_if_it_is_asked_for(self, run: Run) -> None:
        run("export", "out.jsonl")
        run("import", "out.jsonl", "--memory", "other")
        run("forget", "3", "--yes")
        assert run("import", "out.jsonl").out == "0 added, 1 present, 2 forgotten, 0 links, 1 anchors, 0 weights\n"
        merged = "greeum, dry run: 0 added, 1 present, 2 forgotten, 0 links, 0 anchors, 0 weights\n"
        assert run("merge", "other", "--dry-run").out == merged
        assert run("merge", "other", "--bring-back", "--json").json()["added"] == 2
        run("forget", "5", "--yes")
        brought = "2 added, 1 present, 0 forgotten, 1 links, 1 anchors, 0 weights\n"
        assert run("import", "out.jsonl", "--bring-back").out == brought

    def test_through_a_pipe(self, run: Run) -> None:
        exported = run("export", "--json")
        assert json.loads(exported.err) == {"records": 5, "file": None}
        assert run("import", "-", "--memory", "copy", stdin=exported.out.encode()).code == 0
        assert len(run("list", "--memory", "copy", "--json").json()["blocks"]) == 2

    def test_packed(self, run: Run) -> None:
        assert run("export", "out.jsonl.gz").out == "5 records in out.jsonl.gz\n"
        run("export", "plain.jsonl")
        content = Path("out.jsonl.gz").read_bytes()
        assert gzip.decompress(content) == Path("plain.jsonl").read_bytes()
        assert run("import", "out.jsonl.gz", "--memory", "copy", "--json").json()["added"] == 3
        packed = process("export", "--gzip", stdout=subprocess.PIPE).stdout
        assert packed == content
        assert run("import", "--memory", "copy", "--json", stdin=packed).json()["present"] == 3

    def test_a_bad_line_does_not_keep_the_others_out(self, run: Run) -> None:
        run("export", "out.jsonl")
        header, *lines = Path("out.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
        Path("out.jsonl").write_text("".join([header, "{\n" * 30, *lines]), encoding="utf-8")
        result = run("import", "out.jsonl", "--memory", "copy")
        assert (result.code, result.out) == (2, "3 added, 0 present, 0 forgotten, 1 links, 1 anchors, 0 weights\n")
        assert "greeum: 30 rows could not be taken:\n  line 2: is not JSON" in result.err
        assert result.err.endswith("and 10 more\n")

    def test_from_another_program(self, run: Run) -> None:
        said = {"uuid": "m", "sender": "human", "text": "hello", "created_at": "2025-03-04"}
        chat = {"uuid": "c", "name": "n", "chat_messages": [said, said | {"uuid": "n", "text": " "}]}
        Path("c.json").write_text(json.dumps([chat]), encoding="utf-8")
        dry = run("import", "c.json", "--memory", "copy", "--dry-run")
        counts = "1 added, 0 present, 0 forgotten, 0 links, 0 anchors, 0 weights"
        assert dry.out == f"claude, dry run: {counts}\nleft out: 1 messages without text\n"
        assert not Path("copy").exists()
        options = ("--from", "claude", "--namespace", "chats", "--time-zone", "UTC", "--memory", "copy")
        assert run("import", "c.json", *options, "--json").json()["added"] == 1
        assert run("list", "--memory", "copy", "--json").json()["blocks"][0]["namespace"] == "chats/c"
        assert run("import", "c.json", "--from", "zep").code == 2
        assert run("import", "missing.json", "--memory", "none").code == 3
        Path("notes.txt").write_text("Nothing that anybody exports.")
        assert run("import", "notes.txt", "--memory", "none").code == 2
        assert not Path("none").exists()

    def test_merging(self, run: Run) -> None:
        add(run, "three", "--memory", "other")
        assert run("merge", "other", "--memory", "new", "--dry-run").out == (
            "greeum, dry run: 1 added, 0 present, 0 forgotten, 0 links, 0 anchors, 0 weights\n"
        )
        assert not Path("new").exists()
        assert run("merge", "other").out == "1 added, 0 present, 0 forgotten, 0 links, 0 anchors, 0 weights\n"
        assert run("merge", "other", "--json").json()["present"] == 1
        assert run("merge", "other", "--memory", "other").code == 2
        assert run("merge", "missing").code == 3

    def test_an_export_overwrites_nothing(self, run: Run) -> None:
        Path("out.jsonl").write_text("precious", encoding="utf-8")
        assert run("export", "out.jsonl").code == 4
        assert Path("out.jsonl").read_text(encoding="utf-8") == "precious"

    @pytest.mark.parametrize(
        ("content", "line"), [(b"{}\n", 1), (b'{"type": "greeum", "format": 1}\n\n{"type": "x"}\n', 3), (b"\xff\n", 1)]
    )
    def test_a_bad_line_is_named(self, run: Run, content: bytes, line: int) -> None:
        result = run("import", "--memory", "copy", stdin=content)
        assert (result.code, f"line {line}" in result.err) == (2, True)

    def test_files_that_cannot_be_used(self, run: Run) -> None:
        assert run("import", "missing.jsonl").code == 3
        assert run("import", ".").code == 2
        assert run("export", "no/such/directory/out.jsonl").code == 2

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
    def test_a_full_disk_under_the_output(self, run: Run, home: Path) -> None:
        with Path("/dev/full").open("wb") as full:
            result = process("export", stdout=full, stderr=subprocess.PIPE)
        assert (result.returncode, result.stderr.count(b"\n")) == (5, 1)


class TestLookingAfter:
    def test_stats(self, run: Run) -> None:
        add(run, "one")
        stats = run("stats", "--json").json()
        assert (stats["blocks"], stats["index"]["blocks"], stats["index_trouble"]) == (1, 1, None)
        assert stats["embedder"].startswith("static/")
        out = run("stats").out
        assert re.search(r"^blocks +1$", out, re.MULTILINE)
        assert re.search(r"^index blocks +1$", out, re.MULTILINE)

    def test_a_sound_memory(self, run: Run, home: Path) -> None:
        add(run, "one")
        checks = run("doctor", "--json").json()
        assert checks["memory"] == str(home)
        assert [check for check in checks["checks"] if not check["ok"]] == []
        assert {"database", "index files", "index", "embedder", "token table", "disk", "permissions"} <= {
            check["name"] for check in checks["checks"]
        }
        assert all(line.startswith("ok ") for line in run("doctor").out.splitlines())

    def trouble(self, run: Run) -> dict[str, str]:
        result = run("doctor", "--json")
        assert result.code == 1
        assert "trouble" in run("doctor").out
        return {check["name"]: check["detail"] for check in json.loads(result.out)["checks"] if not check["ok"]}

    def test_a_damaged_database(self, run: Run, home: Path) -> None:
        import_many(run)
        database = home / "memory.db"
        content = bytearray(database.read_bytes())
        middle = content.index(b"text 150") // 4096 * 4096
        content[middle + 8 : middle + 16] = b"\xff" * 8
        database.write_bytes(content)
        assert "keep a copy" in self.trouble(run)["database"]

    def test_a_database_that_cannot_be_read_at_all(self, run: Run, home: Path) -> None:
        import_many(run)
        database = home / "memory.db"
        database.write_bytes(database.read_bytes()[:4096])
        assert self.trouble(run)
        assert run("search", "text").code == 8

    def test_an_index_that_has_other_blocks(self, run: Run, home: Path) -> None:
        import_many(run)
        connection = apsw.Connection(str(home / "memory.db"))
        connection.execute("DELETE FROM vectors WHERE block_id = 1; DELETE FROM blocks WHERE id = 1").fetchall()
        connection.close()
        assert "has 300 blocks of 299" in self.trouble(run)["index"]
        shutil.rmtree(home / "index")
        assert run("doctor").code == 0

    def test_little_room_on_the_disk(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        add(run, "one")
        monkeypatch.setattr("greeum.surroundings.FREE_BYTES_MIN", 2**80)
        assert "make room" in self.trouble(run)["disk"]

    def test_a_damaged_token_table(self, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        add(run, "one")
        content = bytearray(Path(TABLE).read_bytes())
        content[-1] ^= 0xFF
        (tmp_path / "damaged.table").write_bytes(content)

        class Damaged(StaticEmbedder):
            def __init__(self) -> None:
                super().__init__(str(tmp_path / "damaged.table"))

        monkeypatch.setattr("greeum.wiring.StaticEmbedder", Damaged)
        assert "install Greeum anew" in self.trouble(run)["token table"]

    def test_a_file_that_is_no_database(self, run: Run, home: Path) -> None:
        add(run, "one")
        (home / "memory.db").write_bytes(b"not a database, but longer than a header would be" * 100)
        assert "opens" in self.trouble(run)
        assert run("search", "one").code == 8

    def test_a_damaged_index_is_named_and_made_anew_by_the_next_command(self, run: Run, home: Path) -> None:
        import_many(run)
        [segment] = [path for path in (home / "index").iterdir() if path.stat().st_size > 10_000]
        content = bytearray(segment.read_bytes())
        content[len(content) // 2] ^= 0xFF
        segment.write_bytes(content)
        assert "nothing is lost" in self.trouble(run)["index files"]
        segment.unlink()
        assert "index files" in self.trouble(run)
        assert run("search", "text", "--json").json()["hits"]
        assert run("doctor").code == 0

    @pytest.mark.skipif(sys.platform == "win32", reason="modes are those of POSIX")
    def test_a_directory_that_others_may_read(self, run: Run, home: Path) -> None:
        add(run, "one")
        home.chmod(0o755)
        assert "chmod 700" in self.trouble(run)["permissions"]

    def test_an_embedder_that_is_not_its_own(self, run: Run, home: Path) -> None:
        class Other:
            fingerprint, dimension = "given/2", 2

            def encode_blocks(self, texts: object) -> list[bytes]:
                raise AssertionError

            def encode_query(self, text: str) -> bytes:
                raise AssertionError

        greeum.open(home, embedder=Other()).close()
        trouble = self.trouble(run)
        assert trouble.keys() == {"opens"} and "given/2" in trouble["opens"]
        assert run("search", "x").code == 9

    def test_what_else_is_wrong_is_told_of_one_whose_vectors_an_older_table_has_made(
        self, run: Run, home: Path
    ) -> None:
        add(run, "one", "--namespace", "acme")
        connection = apsw.Connection(str(home / "memory.db"))
        [(fingerprint,)] = connection.execute("SELECT value FROM settings WHERE name = 'embedder'").fetchall()
        older = re.sub(r"\d+$", "1", str(fingerprint))
        assert older != fingerprint
        connection.execute("UPDATE settings SET value = ? WHERE name = 'embedder'", (older,)).fetchall()
        connection.execute("INSERT INTO settings VALUES ('weights/acme', 'x')").fetchall()
        connection.close()
        assert self.trouble(run).keys() == {"opens", "weights"}

    def test_an_embedder_that_cannot_be_had(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        """What needs no vectors works, and what does says why it does not."""
        block = add(run, "The ferry leaves at nine.", "--source", "alice")
        monkeypatch.setenv("GREEUM_EMBEDDER", "model2vec:/nowhere")
        assert run("count", "--json").json() == {"count": 1}
        assert run("count", "--query", "ferry", "--read-only", "--json").json() == {"count": 1}
        assert "ferry" in run("list").out and "ferry" in run("get", str(block)).out
        assert run("facets", "source", "--json").json()["facets"]["source"] == [{"value": "alice", "count": 1}]
        for words in (["stats"], ["export"], ["links", str(block)], ["update", str(block), "--importance", "0.9"]):
            assert run(*words).code == 0
        for words in (
            ["search", "ferry"],
            ["context", "ferry"],
            ["add", "x"],
            ["update", str(block), "--text", "x"],
            ["facets", "source", "--query", "ferry", "-k", "1"],
        ):
            result = run(*words)
            assert result.code == 9 and "/nowhere" in result.err, words
        assert "/nowhere" in self.trouble(run)["opens"]
        assert run("forget", str(block), "--yes").code == 0
        assert run("count", "--memory", "elsewhere").code == 9

    @pytest.mark.parametrize(
        ("embedder", "code", "said"),
        [
            ("nosuch:thing", 2, "names no provider"),
            ("openai:model", 2, "GREEUM_EMBEDDER_URL"),
            ("static:x", 2, "static"),
        ],
    )
    def test_an_embedder_that_is_misnamed(
        self, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, embedder: str, code: int, said: str
    ) -> None:
        block = add(run, "The ferry leaves at nine.")
        monkeypatch.setenv("GREEUM_EMBEDDER", embedder)
        checked = [check["name"] for check in json.loads(run("doctor", "--json").out)["checks"]]
        assert "time zone" in checked and said in self.trouble(run)["opens"]
        self.gets_on_without_vectors(run, block, tmp_path / "backup", code, said)
        assert run("count", "--memory", "elsewhere").code != 0

    def test_an_embedder_that_is_not_the_memorys(self, run: Run, home: Path, tmp_path: Path) -> None:
        embedder = TinyEmbedder()
        with greeum.open(home, embedder=embedder) as memory:
            block = memory.add("The ferry leaves at nine.").id
        self.gets_on_without_vectors(run, block, tmp_path / "backup", 9, embedder.fingerprint)
        # What was done meanwhile has left its vectors and its index as they were.
        with greeum.open(home, embedder=embedder) as memory:
            assert memory.count() == 0
            assert memory.add("The ferry leaves at ten.").id in [hit.block.id for hit in memory.search("ferry")]

    def gets_on_without_vectors(self, run: Run, block: int, backup: Path, code: int, said: str) -> None:
        assert run("count", "--query", "ferry", "--json").json() == {"count": 1}
        assert "ferry" in run("list", "--read-only").out and "ferry" in run("get", str(block)).out
        assert "ferry" in run("export").out
        assert run("stats").code == run("backup", str(backup)).code == 0
        for words in (["search", "ferry"], ["context", "ferry"], ["add", "x"], ["update", str(block), "--text", "x"]):
            result = run(*words)
            assert result.code == code and said in result.err, words
        assert run("forget", str(block), "--yes").code == run("count").code == 0

    def test_a_network_file_system(self, run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        add(run, "one")
        monkeypatch.setattr(files, "filesystem_of", lambda directory: "nfs")
        assert "network" in self.trouble(run)["file system"]
        result = run("list")
        assert (result.code, result.err.startswith("greeum: warning: ")) == (0, True)


class TestMeasuring:
    @pytest.fixture
    def questions(self, tmp_path: Path) -> str:
        said = [{"id": f"b{n}", "text": f"The violin number {n} is old.", "source": "Ada"} for n in range(12)]
        asked = [
            {"question": "the violin number 3", "answers": ["b3"], "kind": "one"},
            {"question": "violins number 4 and 5", "answers": ["b4", "b5"], "kind": "two"},
        ]
        file = tmp_path / "violins.jsonl"
        file.write_text("".join(f"{json.dumps(row)}\n" for row in [*said, *asked]), encoding="utf-8")
        return str(file)

    def test_a_table_for_people(self, run: Run, questions: str, home: Path) -> None:
        plain = run("eval", questions).out.splitlines()
        heads = ["Set", "Without", "Questions", "R@10", "95", "%", "Hit@10", "NDCG@10", "MRR", "R@50", "ms"]
        assert plain[0].split() == heads
        assert plain[1].startswith("violins  -  ") or plain[1].split()[:3] == ["violins", "-", "2"]
        assert not home.exists()
        table = run("eval", questions, f"jsonl-pooled={questions}", "-k", "1", "--without", "each", "--by-kind").out
        lines = [line.split() for line in table.splitlines()]
        assert "Change" in lines[0]
        assert len(lines) == 1 + 2 * 7 * 3
        assert [line[0] for line in lines[1:4]] == ["violins", "one", "two"]
        assert lines[1][:4] == ["violins", "-", "2", "75.0"]

    def test_questions_without_a_kind_do_not_stand_for_all(self, run: Run, questions: str) -> None:
        with Path(questions).open("a", encoding="utf-8") as file:
            file.write(json.dumps({"question": "the violin number 7", "answers": ["b7"]}) + "\n")
        lines = [line.split() for line in run("eval", questions, "--by-kind").out.splitlines()]
        assert [line[:3] for line in lines[1:]] == [
            ["violins", "-", "3"], ["one", "-", "1"], ["two", "-", "1"], ["no", "kind", "-"],
        ]  # fmt: skip

    def test_as_json_and_for_each_question(self, run: Run, questions: str, tmp_path: Path) -> None:
        file = str(tmp_path / "found.jsonl")
        result = run("eval", questions, "--without", "words,tokens", "--questions", file, "--json").json()
        [measured] = result["sets"]
        assert (result["k"], measured["set"], measured["blocks"]) == (10, "violins", 12)
        whole, reduced = measured["runs"]
        assert (whole["without"], whole["questions"], set(whole["kinds"])) == ([], 2, {"one", "two"})
        assert whole["recall@10"] == whole["recall@50"] == 1.0
        assert reduced["change"] == pytest.approx(reduced["recall@10"] - 1.0)
        rows = [json.loads(line) for line in Path(file).read_text(encoding="utf-8").splitlines()]
        assert [row["without"] for row in rows] == [[], [], ["words", "tokens"], ["words", "tokens"]]
        assert (rows[0]["ranks"], rows[0]["found"][0], rows[0]["recall@10"]) == ([1], "b3", 1.0)

    def test_an_older_file_of_what_was_found_is_replaced_and_a_set_is_not(
        self, run: Run, questions: str, tmp_path: Path
    ) -> None:
        found = tmp_path / "found.jsonl"
        for _ in range(2):
            run("eval", questions, "--questions", str(found))
            assert len(found.read_text(encoding="utf-8").splitlines()) == 2
        before = Path(questions).read_bytes()
        refused = run("eval", f"jsonl={questions}", "--questions", questions)
        assert (refused.code, "name another file" in refused.err) == (4, True)
        assert Path(questions).read_bytes() == before
        folder = tmp_path / "sets"
        folder.mkdir()
        Path(questions).rename(folder / "violins.jsonl")
        assert run("eval", str(folder), "--questions", str(folder / "found.jsonl")).code == 4
        assert run("eval", str(folder), "--questions", str(tmp_path / "nowhere" / "found.jsonl")).code == 3
        refused = run("eval", questions, "--questions", str(tmp_path))
        assert (refused.code, "--questions" in refused.err, "is a directory" in refused.err) == (2, True, True)

    @pytest.mark.parametrize("where", [("--memory", "m"), ("--url", "http://127.0.0.1:1")])
    def test_a_memory_that_no_question_is_asked_of_is_refused(
        self, run: Run, questions: str, where: tuple[str, str]
    ) -> None:
        refused = run("eval", questions, *where)
        assert (refused.code, f"{where[0]}: is not asked" in refused.err) == (2, True)

    def test_several_depths_at_once(self, run: Run, questions: str, tmp_path: Path) -> None:
        lines = run("eval", questions, "-k", "5,1").out.splitlines()
        assert lines[0].split() == [
            "Set", "Without", "Questions", "R@1", "R@5", "95", "%", "Hit@1", "Hit@5", "NDCG@1", "NDCG@5", "MRR", "R@50",
            "ms",
        ]  # fmt: skip
        assert lines[1].split()[2:5] == ["2", "75.0", "100.0"]
        file = tmp_path / "found.jsonl"
        result = run("eval", questions, "-k", "1,5", "--questions", str(file), "--json").json()
        figures = result["sets"][0]["runs"][0]
        assert (result["k"], figures["recall@1"], figures["hit@1"], figures["recall@5"]) == ([1, 5], 0.75, 1.0, 1.0)
        two = json.loads(file.read_text(encoding="utf-8").splitlines()[1])
        assert (two["recall@1"], two["hit@1"], two["recall@5"], len(two["found"])) == (0.5, True, 1.0, 5)
        assert "'x' is not a whole number" in run("eval", questions, "-k", "1,x").err

    def test_misses_say_why(self, run: Run, questions: str) -> None:
        with Path(questions).open("a", encoding="utf-8") as file:
            file.write(json.dumps({"question": "the violin number 7", "answers": ["b9"], "kind": "wrong"}) + "\n")
        shown = run("eval", questions, "-k", "1", "--misses", "5").out
        assert "violins, question 3 (wrong): the violin number 7" in shown
        assert "The violin number 9 is old." in shown
        assert "  above b7: hit 1, score " in shown
        assert "words +" in shown
        assert "question 1" not in shown
        [miss] = run("eval", questions, "-k", "1", "--misses", "5", "--json").json()["sets"][0]["misses"]
        assert (miss["answers"][0]["name"], miss["above"][0]["block"]["key"]) == ("b9", "b7")
        assert "no answer was missed" in run("eval", questions, "--misses", "1").out
        assert run("eval", questions, "--misses", "0").code == 2

    def test_a_field_that_nobody_knows(self, run: Run, questions: str) -> None:
        with Path(questions).open("a", encoding="utf-8") as file:
            file.write(json.dumps({"id": "b99", "text": "Rain.", "speaker": "Bo"}) + "\n")
        refused = run("eval", questions)
        assert (refused.code, f"{questions}:15: speaker" in refused.err) == (2, True)

    def test_questions_of_the_memory_that_is_there(self, run: Run, tmp_path: Path) -> None:
        block = add(run, "The violin is old.")
        file = tmp_path / "mine.jsonl"
        file.write_text(json.dumps({"question": "Which violin?", "answers": [block]}), encoding="utf-8")
        [measured] = run("eval", str(file), "--json", "--read-only").json()["sets"]
        assert measured["runs"][0]["mrr"] == 1.0

    def test_what_cannot_be_measured(self, run: Run, questions: str) -> None:
        assert run("eval", "nowhere.jsonl").code == 3
        assert "nonsense" in run("eval", questions, "--without", "nonsense").err


class TestSayingWhatIsWrong:
    @pytest.mark.parametrize(
        ("line", "code", "says"),
        [
            ("", 2, "`greeum --help` lists all commands"),
            ("serch x", 2, "did you mean search?"),
            ("anchors", 2, "anchors set"),
            ("anchors sett A 1", 2, "did you mean anchors set?"),
            ("search", 2, "greeum: QUERY: is missing. The question"),
            ("explain dog 1", 2, "the block's id comes first, the query after it"),
            ("update 1", 2, "needs a field to change"),
            ("help nonsense", 2, "is no command"),
            ("search x --namspace y", 2, "did you mean --namespace?"),
            ("search x --limit 3", 2, "did you mean -k?"),
            ("list -k 3", 2, "did you mean --limit?"),
            ("history 1", 2, "did you mean get ID --history?"),
            ("forget --where {}", 2, "where: leaves nothing out"),
            ("forget --namespace ''", 2, "namespace: leaves nothing out"),
            ("search x -k", 2, "needs a value"),
            ("search x --namespace --history", 2, "needs a value"),
            ("search x -k 1 -k 2", 2, "given twice"),
            ("search x --history=1", 2, "takes no value"),
            ("search x -k ten", 2, "not a whole number"),
            ("add x --ttl 1y", 2, "'1y' is no time span: write seconds, or as 30m, 12h, 90d, 2w"),
            ("search x -k 0", 2, "between 1 and"),
            ("search x -k " + "9" * 5_000, 2, "too long"),
            ("search x --where [1]", 2, "JSON object"),
            ("search x --where {", 2, "not JSON"),
            ("""search x --where '{"a": 1, "a": 2}'""", 2, "twice"),
            ("""search x --where '{"nonsense": 1}'""", 2, "nonsense"),
            ("search x --near nowhere", 3, "nowhere"),
            ("add x --importance much", 2, "not a number"),
            ("add x --importance nan", 2, "importance"),
            ("add x --at yesterday", 2, "yesterday"),
            ("add x --read-only", 2, "--read-only"),
            ("add x --memory ''", 2, "memory"),
            ("add ''", 2, "empty"),
            ("get", 2, "id or a key"),
            ("get 1 2", 2, "too many"),
            ("get one", 2, "not a whole number"),
            ("get 99", 3, "99"),
            ("link 1 1", 2, "itself"),
            ("update 1 --text x --revision 7", 4, "revision"),
            ("demo --memory .", 4, "not empty"),
            ("list --version", 2, "--version"),
            ("search x --memory /dev/null", 3, "no memory here"),
            ("add x --memory /dev/null/below", 5, "not a directory"),
            ("serve --log /dev/null/x.log", 2, "name another file"),
            ("serve --log ''", 2, "empty"),
            ("serve --backup /dev/null", 2, "--backup"),
            ("serve --tenants /dev/null/tenants", 3, "keys create"),
        ],
    )
    def test_an_exit_code_and_one_line(self, run: Run, line: str, code: int, says: str) -> None:
        add(run, "one")
        Path("file").touch()
        result = run(*shlex.split(line))
        assert (result.code, result.out) == (code, "")
        assert says in result.err
        if line not in ("", "anchors"):
            assert result.err.startswith("greeum: ")
            assert result.err.count("\n") == 1

    def test_as_json(self, run: Run) -> None:
        result = run("add", "x", "--importance", "2", "--json")
        told = json.loads(result.err)["error"]
        assert (result.code, result.out, told["type"], told["field"]) == (2, "", "InvalidInput", "importance")
        assert "between 0 and 1" in told["message"]

    def test_every_error_has_a_code_and_every_code_a_meaning(self) -> None:
        kinds = [
            kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.GreeumError)
        ]
        specific = [kind for kind in kinds if kind not in (errors.GreeumError, errors.StoreError, errors.StoreClosed)]
        assert {kind for kind, _ in CODES} == set(specific)
        assert {code for _, code in CODES} <= MEANINGS.keys()

    def test_a_key_in_use(self, run: Run) -> None:
        add(run, "one", "--key", "k")
        refused = run("add", "two", "--key", "k")
        assert (refused.code, "update block 1 with the new text" in refused.err) == (4, True)

    def test_a_memory_that_another_process_holds(self, run: Run, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        add(run, "one")
        monkeypatch.setattr(files, "WRITE_LOCK_WAIT_S", 0.0)
        with files.WriteLock(str(home)):
            assert run("add", "two").code == 6

    def test_an_embedder_that_cannot_be_loaded(self, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("GREEUM_EMBEDDER", "model2vec:nowhere")
        assert run("add", "x").code == 9

    def test_an_operating_system_error_is_told_in_a_line(self, run: Run, home: Path) -> None:
        home.write_text("a file where the directory should be", encoding="utf-8")
        result = run("add", "x")
        assert (result.code in MEANINGS, result.err.count("\n")) == (True, 1)
        assert code_of(OSError(28, "No space left on device")) == 5

    def test_controls_do_not_reach_the_terminal(self, run: Run) -> None:
        add(run, "red \x1b[31malert\x07 and a\ttab", "--source", "\x1b]0;title")
        for words in (["list"], ["search", "alert"], ["get", "1"]):
            out = run(*words).out
            assert "alert" in out
            assert not set(out) & {"\x1b", "\x07"}


class TestHelp:
    def test_overall(self, run: Run) -> None:
        result = run("--help")
        assert result.code == 0
        assert all(f"  {name} " in result.out for name in HOMES)
        assert all(f"  {code} " in result.out for code in MEANINGS)

    @pytest.mark.parametrize("name", HOMES)
    def test_of_each_command(self, run: Run, name: str) -> None:
        result = run(*name.split(), "--help")
        assert result.code == 0
        assert result.out.startswith(f"greeum {name} ")
        assert max(map(len, result.out.splitlines())) <= 100 or "Examples" in result.out

    def test_of_a_group(self, run: Run) -> None:
        assert run("anchors", "-h").out.startswith("greeum anchors COMMAND")

    @pytest.mark.parametrize("name", ["", "search", "anchors", "anchors set"])
    def test_asked_for_by_a_word(self, run: Run, name: str) -> None:
        asked = run("help", *name.split())
        assert (asked.code, asked.out) == (0, run(*name.split(), "--help").out)

    def test_help_may_be_looked_for(self, run: Run) -> None:
        add(run, "help is near")
        assert "help is near" in run("search", "help").out

    def test_examples_can_be_read(self, run: Run) -> None:
        """The tables accept each of them: with `--help` nothing is done, but all of it is read."""
        for command in every_command():
            for example in command.examples:
                for part in example.split(" | "):
                    program, *words = shlex.split(part)
                    if program == "greeum":
                        assert run(*words, "--help").code == 0, example

    def test_version(self, run: Run) -> None:
        assert run("--version").out == f"greeum {greeum.__version__}\n"
        assert run("--json", "--version").json() == {"version": greeum.__version__}

    def test_global_options_stand_before_or_after(self, run: Run) -> None:
        run("--memory", "here", "add", "one")
        before = run("--json", "--memory=here", "list")
        assert before.out == run("list", "--memory", "here", "--json").out
        assert run("--read-only", "--memory", "here", "list").code == 0
        assert run("anchors", "--memory", "here", "status").code == 0


class TestInAProcess:
    """What depends on the process: locale, pipes, signals, terminals."""

    @pytest.mark.parametrize("locale", ["C", "POSIX", "ko_KR.EUC-KR"])
    def test_korean_in_any_locale(self, home: Path, locale: str) -> None:
        environment = {"LANG": locale, "LC_ALL": locale, "PYTHONIOENCODING": "ascii"}
        assert (
            process("add", "-", "--source", "alice", stdin="부산으로 이사했다 🏠".encode(), env=environment).returncode
            == 0
        )
        found = process("search", "--json", "busan", env=environment)
        assert found.returncode == 0
        assert json.loads(found.stdout.decode())["hits"][0]["block"]["text"] == "부산으로 이사했다 🏠"
        assert "부산으로 이사했다 🏠" in process("list", env=environment).stdout.decode()

    def test_arguments_that_are_not_text(self, home: Path) -> None:
        result = subprocess.run([*PROGRAM, "add", b"caf\xe9"], capture_output=True, check=False)
        assert result.returncode == 2
        assert result.stderr.startswith(b"greeum: argument 2: ")
        assert not home.exists()

    def test_a_home_that_is_not_text(self, home: Path) -> None:
        environment = {**os.environb, b"GREEUM_HOME": os.fsencode(home.parent) + b"/caf\xe9"}
        result = subprocess.run([*PROGRAM, "add", "x"], capture_output=True, check=False, env=environment)
        assert result.returncode in MEANINGS
        assert b"Traceback" not in result.stderr

    def test_a_reader_that_has_gone(self, home: Path) -> None:
        process("add", "one")
        read_end, write_end = os.pipe()
        os.close(read_end)
        result = process("list", stdout=write_end, stderr=subprocess.PIPE)
        os.close(write_end)
        assert (result.returncode, result.stderr) == (141, b"")

    @pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-"])
    def test_a_stream_that_is_closed(self, home: Path, closed: str) -> None:
        assert process("add", "the first").returncode == 0
        command = shlex.join([*PROGRAM, "add", "one"])
        result = subprocess.run(["sh", "-c", f"{command} {closed}"], capture_output=True, check=False)
        assert (result.returncode, result.stderr) == (0, b"")
        result = subprocess.run(
            ["sh", "-c", f"{shlex.join([*PROGRAM, 'add', '-'])} <&-"], capture_output=True, check=False
        )
        assert (result.returncode, b"Traceback" in result.stderr) == (2, False)

    @pytest.mark.skipif(sys.platform == "win32", reason="has no named pipes")
    def test_interrupted(self, home: Path, tmp_path: Path) -> None:
        pipe = tmp_path / "pipe"
        os.mkfifo(pipe)
        child = subprocess.Popen([*PROGRAM, "import", str(pipe)], stderr=subprocess.PIPE)
        with pipe.open("wb"):  # returns once the child has opened it too, and waits for lines
            child.send_signal(signal.SIGINT)
            _, stderr = child.communicate()
        assert (child.returncode, stderr.endswith(b"\ngreeum: interrupted\n")) == (130, True)


class Terminal:
    """The command on a terminal of its own."""

    def __init__(self, *words: str, columns: int = 80, **environment: str) -> None:
        import fcntl
        import struct
        import termios

        self._mine, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self._child = subprocess.Popen(
            [*PROGRAM, *words], stdin=theirs, stdout=theirs, stderr=theirs, env={**os.environ, **environment}
        )
        os.close(theirs)
        self.shown = ""

    def read_until(self, text: str) -> None:
        while text not in self.shown and self._read():
            pass
        assert text in self.shown

    def _read(self) -> bool:
        ready, _, _ = select.select([self._mine], [], [], 20)
        assert ready, f"nothing more comes after {self.shown!r}"
        try:
            content = os.read(self._mine, 65_536)
        except OSError:  # how Linux says that nobody is left at the other end
            content = b""
        self.shown += content.decode()
        return bool(content)

    def type(self, text: str) -> None:
        os.write(self._mine, text.encode())

    def end(self) -> int:
        while self._read():
            pass
        os.close(self._mine)
        return self._child.wait()


class TestOnATerminal:
    @pytest.mark.parametrize(("answer", "left"), [("y", 0), ("n", 1), ("", 1)])
    def test_forgetting_asks(self, run: Run, answer: str, left: int) -> None:
        add(run, "two words")
        terminal = Terminal("forget", "1")
        terminal.read_until("[y/N] ")
        assert "1  two words" in terminal.shown
        terminal.type(answer + "\n")
        assert terminal.end() == 0
        assert len(run("list", "--json").json()["blocks"]) == left

    def test_lines_fit_and_wide_characters_count_twice(self, run: Run) -> None:
        add(run, "가나다라마바사아자차카타파하" * 20, "--source", "민지", "--at", "2025-01-02")
        add(run, "plain " * 40, "--source", "al", "--at", "2025-01-01")
        terminal = Terminal("list", columns=61, NO_COLOR="1")
        assert terminal.end() == 0
        lines = terminal.shown.replace("\r", "").splitlines()
        assert "\x1b" not in terminal.shown
        cells = [sum(2 if "가" <= c <= "힣" else 1 for c in line) for line in lines]
        assert max(cells) in (60, 61)
        assert lines[0].index("TEXT") == lines[1].index("plain")
        assert lines[2].endswith("…")

    def test_colours_unless_they_are_not_wanted(self, run: Run) -> None:
        add(run, "one")
        coloured, plain = Terminal("list"), Terminal("list", NO_COLOR="1")
        assert (coloured.end(), plain.end()) == (0, 0)
        assert ("\x1b[" in coloured.shown, "\x1b[" in plain.shown) == (True, False)

    def test_into_a_pipe_lines_are_whole_unless_columns_are_said(
        self, run: Run, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        add(run, "word " * 100)
        assert len(run("list").out.splitlines()[1]) > 500
        monkeypatch.setenv("COLUMNS", "60")
        assert max(map(len, run("list").out.splitlines())) <= 60


def options_of_all() -> list[str]:
    tables = [*GLOBALS, *(option for command in every_command() for option in command.options)]
    return sorted({flag for option in tables for flag in option.flags})


COMMANDS = [command for command in every_command() if command.name != "demo"]
NAMES = sorted({word for command in COMMANDS for word in command.name.split()})

HOSTILE = ["", "-", "--", "---", "=", "-=", "--=", "-k", "-k=", "--where={", "[" * 20_000, "9" * 5_000, "-1", "1e999"]
HOSTILE += [
    "\0",
    "\ud800",
    "\udcff",
    "\u202e",
    "가" * 300,
    "%zz",
    "%00",
    "a%2Fb",
    "nan",
    "1_0",
    "１",
    "a/b",
    "a//b",
    "..",
    ".",
]
HOSTILE += ["0001-01-01", "9999-12-31T23:59:59.999999Z", "10000-01-01", '{"a":NaN}', '{"a":1e999}', '{"a":' * 500 + "1"]

SENSIBLE = [
    "1",
    "2",
    "3",
    "0.5",
    "A",
    "one",
    "note",
    "2025-01-01",
    '{"source": "alice"}',
    '{"words": 2}',
    '{"at": {"gte": "x"}}',
]

# No path that leads out of the test's own directory: what is written must stay there.
WORDS = st.text(st.characters(exclude_characters="/~\\"), max_size=12)
VALUES = st.one_of(st.sampled_from(SENSIBLE), st.sampled_from(HOSTILE), WORDS)
ANYTHING = st.one_of(VALUES, st.sampled_from(options_of_all()), st.sampled_from(NAMES))


@st.composite
def well_formed(draw: st.DrawFn) -> list[str]:
    """A command with as many arguments as it takes, and options that it has: only the values may be hostile."""
    command = draw(st.sampled_from(COMMANDS))
    words = command.name.split()
    for option in draw(
        st.lists(st.sampled_from([*command.options, JSON]), max_size=3, unique_by=lambda one: one.field)
    ):
        flag = option.flags[-1]
        words.append(flag if option.metavar is None else f"{flag}={draw(VALUES)}")
    for argument in command.arguments:
        words += draw(st.lists(VALUES, min_size=argument.least, max_size=argument.most or 3))
    return words


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(line=st.one_of(st.lists(ANYTHING, max_size=6), well_formed(), well_formed()))
def test_no_line_makes_it_stumble(run: Run, line: list[str]) -> None:
    """Whatever is typed: an exit code that means something, and no traceback."""
    # What is packed is no text, and all that is said here is looked at as text.
    assume("--gzip" not in line)
    result = run("--memory", "scratch", *line, stdin=b'{"type": "greeum", "format": 1}\n')
    assert result.code in MEANINGS
    assert "Traceback" not in result.err
    assert result.code == 0 or result.err


@pytest.fixture(autouse=True)
def nothing_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server would wait for a signal to end it; tests/integration/test_serve.py is about those."""
    monkeypatch.setattr("greeum.cli.serve.serve", lambda *_: 0)


@pytest.fixture(autouse=True)
def nothing_is_left_open() -> Iterator[None]:
    """A command closes what it opens: whoever calls `main` in a loop must not run out of files."""
    before = set(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else set()
    yield
    after = set(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else set()
    assert len(after) <= len(before) + 1
