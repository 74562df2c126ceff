"""The command line on a memory that a server keeps: with --url, a command does there what it does in a directory."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.scripted import problem, said, scripted
from tests.served import Loop, loop_in_a_thread, served

import greeum
from greeum import Memory
from greeum.cli import main
from greeum.cli.commands import every_command
from greeum.cli.exits import DONE, INVALID, NOT_FOUND, TROUBLE
from greeum.cli.options import ANYWHERE


@pytest.fixture(scope="module")
def loop() -> Iterator[Loop]:
    with loop_in_a_thread() as loop:
        yield loop


@pytest.fixture(autouse=True)
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GREEUM_HOME", str(tmp_path / "home"))
    for name in ("COLUMNS", "NO_COLOR", "GREEUM_EMBEDDER", "GREEUM_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def kept() -> Iterator[Memory]:
    with greeum.open("kept") as memory:
        yield memory


@pytest.fixture
def url(loop: Loop, kept: Memory) -> Iterator[str]:
    with served(loop, kept) as server:
        yield server.url


class Done:
    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.out = out
        self.err = err


Run = Callable[..., Done]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def run_it(*words: str) -> Done:
        code = main(list(words))
        return Done(code, *capsys.readouterr())

    return run_it


EXPORTED = [
    {"type": "greeum", "format": 1},
    {"type": "block", "uid": f"{7:032x}", "text": "Snow in the hills.", "at": "2024-01-01T00:00:00Z"},
    {"type": "colour"},
]

LINES = """
    add 'I moved to Busan in May.' --namespace acme/alice --key home --kind fact --source alice --at 2025-05-01
    add 'It rains again.' --namespace acme/ben --source ben --tag weather --at 2025-05-02
    add 'It rains again.' --namespace acme/ben --kind note --at 2025-05-03 --expires-at 2025-05-04
    import lines.jsonl
    import lines.jsonl --dry-run
    get 1
    get --key home --namespace acme/alice
    update 1 --text 'I moved to Busan in June.' --at 2025-05-05
    get 5 --history
    list
    list --newest-first --limit 2
    list --expired
    count --namespace acme
    facets kind source tags --namespace acme
    facets source --query home -k 2
    count --query home
    namespaces
    diff 2025-01-01
    search 'where does Alice live?' -k 2
    search 'where does Alice live?' --explain
    context 'where does Alice live?'
    explain 2 'where does Alice live?'
    link 2 5 --kind about --weight 0.5
    links 2
    unlink 2 5
    anchors set A 2 --namespace acme
    anchors move A 5 --namespace acme
    anchors pin A --namespace acme
    anchors unpin A --namespace acme
    anchors status
    anchors clear A --namespace acme
    weights set recency=0.5 --namespace acme
    weights show --namespace acme
    weights reset --namespace acme
    feedback 'where does Alice live?' --good 5 --namespace acme
    time-zone set asia/seoul
    time-zone show
    policies set preference --on-conflict supersede
    policies show
    screening set secret redact
    screening show
    retention set --namespace acme/ben --max-age 400d
    retention list
    retention clear --namespace acme/ben
    quarantine 2
    release 2
    roll-back --origin nobody
    changes
    stats
    maintain --dry-run
    export
    export --namespace acme/ben
    export out.jsonl.gz
    used 2
    forget 2 --yes
    certificates
    wipe --confirm 3
    count
    get 77
    search rain --where '{"sauce": "alice"}'
    add ''
"""

OTHERWISE = [
    (r"greeum: a new memory in .*\n", ""),
    (r'"(uid|sha256|before|added_at|superseded_at|moved_at|until|at)": "[^"]*"', r'"\1": "…"'),
    (r'"requests": \["[0-9a-f]{16}"\]', '"requests": []'),
    (r"\b([0-9a-f]{12,13}\.\d+)\.[0-9a-f]{1,8}\b", r"\1.…"),
    (r"\b[0-9a-f]{64}\b", "…"),
    (r"\b[0-9a-f]{32}\b", "…"),
    (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?Z?)?", "…"),
    (r"\b(cli|http)\b", "…"),
    (r'"(bytes|seq)": \d+', r'"\1": …'),
    (r"-?\d+\.\d+(e-\d+)?", "…"),
    (r"\bbytes +[\d,]+", "bytes …"),
    (r" {2,}", "  "),
]
"""A server has made its memory. Cursors, times, identities, by which door it came and how large files are differ;
scores are rounded on their way; a server counts uses later, under another seq; a client names its requests."""


def same(text: str) -> str:
    for pattern, instead in OTHERWISE:
        text = re.sub(pattern, instead, text)
    return text


@pytest.mark.parametrize("as_json", [False, True])
def test_what_it_says_is_what_it_says_of_a_directory(run: Run, url: str, work: Path, as_json: bool) -> None:
    (work / "lines.jsonl").write_text("\n".join(map(json.dumps, EXPORTED)))
    json_flag = ["--json"] if as_json else []
    different = []
    for line in LINES.strip().splitlines():
        words = shlex.split(line) + json_flag
        here = run(*words, "--memory", "own")
        (work / "out.jsonl.gz").unlink(missing_ok=True)
        there = run(*words, "--url", url)
        (work / "out.jsonl.gz").unlink(missing_ok=True)
        if (there.code, same(there.out), same(there.err)) != (here.code, same(here.out), same(here.err)):
            different.append((line, vars(here), vars(there)))
    assert not different, "\n".join(f"{line}\n  {here}\n  {there}" for line, here, there in different)
    assert not (work / "home").exists()


def test_every_command_that_takes_a_url_is_tried_above() -> None:
    tried = {" ".join(shlex.split(line)[:2]) for line in LINES.strip().splitlines()}
    tried |= {name.partition(" ")[0] for name in tried}
    named = {command.name for command in every_command() if command.places == ANYWHERE}
    assert named - tried == {"eval"}, "evaluation is tried by itself"


def test_the_key_comes_from_a_file_or_the_environment(run: Run, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (work / "key").write_text("gk_fromfile\n")
    (work / "empty").touch()
    assert run("count", "--url", "http://127.0.0.1:1", "--key-file", "empty").err.startswith(
        "greeum: --key-file: empty is"
    )
    with scripted(said({"count": 3})) as server:
        assert run("count", "--url", server.url).out == "3\n"
        assert "authorization" not in server.received[-1].headers
        monkeypatch.setenv("GREEUM_KEY", "gk_fromenvironment")
        assert run("count", "--url", server.url).code == DONE
        assert server.received[-1].headers["authorization"] == "Bearer gk_fromenvironment"
        assert run("count", "--url", server.url, "--key-file", "key").code == DONE
        assert server.received[-1].headers["authorization"] == "Bearer gk_fromfile"
        server.script[:] = [problem("unauthenticated", 401, "There is no such key")]
        refused = run("count", "--url", server.url)
        assert refused.code == TROUBLE and "key" in refused.err and "gk_" not in refused.err


@pytest.mark.parametrize(
    ("line", "code", "about"),
    [
        ("count --url nowhere", INVALID, "greeum: url: "),
        ("count --url http://127.0.0.1:1/v1/", INVALID, "greeum: url: ends with /v1, which every request adds"),
        ("count --url http://127.0.0.1:1 --memory m", INVALID, "greeum: --memory: is about a directory"),
        ("count --url http://127.0.0.1:1 --read-only", INVALID, "greeum: --read-only: is about a directory"),
        ("count --url http://127.0.0.1:1 --key-file none", INVALID, "greeum: --key-file: none cannot be read"),
        ("import none --url http://127.0.0.1:1", NOT_FOUND, "greeum: none: there is no such file"),
        ("backup b --url http://127.0.0.1:1", INVALID, "greeum: --url: is no option of `greeum backup`"),
        ("keys list --url http://127.0.0.1:1", INVALID, "greeum: --url: is no option of `greeum keys list`"),
        ("--url http://127.0.0.1:1 doctor", INVALID, "greeum: --url: is no option of `greeum doctor`"),
        ("count --insecure", INVALID, "greeum: --insecure: is for a server: name it with --url"),
        ("count --key-file k", INVALID, "greeum: --key-file: is for a server: name it with --url"),
    ],
)
def test_what_cannot_be(run: Run, work: Path, line: str, code: int, about: str) -> None:
    done = run(*shlex.split(line))
    assert (done.code, done.out) == (code, "")
    assert done.err.startswith(about)
    assert list(work.iterdir()) == []


def test_no_key_goes_readably_to_another_machine_unless_that_is_said(
    run: Run, work: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GREEUM_KEY", "gk_fromenvironment")
    elsewhere = ("count", "--url", "http://nowhere.invalid")
    assert run(*elsewhere).err.startswith("greeum: key: would be readable on its way to http://nowhere.invalid")
    assert "key" not in run(*elsewhere, "--insecure").err  # but that there is no such server


def test_who_has_no_key_is_told_how_a_command_takes_one(run: Run) -> None:
    refusal = problem("unauthenticated", 401, "send it as `Authorization: Bearer gk_…`")
    with scripted(refusal) as server:
        told = run("count", "--url", server.url)
    assert told.code == TROUBLE
    assert "GREEUM_KEY" in told.err and "--key-file" in told.err and "Authorization" not in told.err


def test_what_another_program_keeps_goes_to_the_server(run: Run, url: str, work: Path, kept: Memory) -> None:
    message = {"uuid": "m1", "sender": "human", "created_at": "2025-03-04T09:00:00Z", "text": "On Thursday."}
    chat: Any = {"uuid": "c1", "name": "Lessons", "created_at": "2025-03-04T09:00:00Z", "chat_messages": [message]}
    (work / "conversations.json").write_text(json.dumps([chat]))
    done = run("import", "conversations.json", "--url", url, "--namespace", "claude")
    assert done.out.startswith("1 added")
    [block] = kept.list(namespace="claude")
    assert (block.text, block.origin) == ("On Thursday.", "import/claude")


def test_questions_are_asked_of_the_server(run: Run, url: str, work: Path, kept: Memory) -> None:
    block = kept.add("I moved to Busan in May.", source="Alice", key="home")
    lines = [
        {"question": "where does Alice live?", "answers": [block.id]},
    ]
    (work / "questions.jsonl").write_text("\n".join(map(json.dumps, lines)))
    done = run("eval", "questions.jsonl", "--url", url)
    assert done.code == DONE, done.err
    assert "100.0" in done.out
