"""`greeum mcp install` as people call it: what it writes for each agent, and that the agent could start it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from tests.mcp.talk import INITIALIZE, Talk, call

from greeum.cli.mcp_install import NAMES
from greeum.mcp.install.clients import CLIENTS

FILES = {
    "claude-code": ".claude.json",
    "claude-desktop": ".config/Claude/claude_desktop_config.json",
    "cursor": ".cursor/mcp.json",
    "codex": ".codex/config.toml",
    "vscode": ".config/Code/User/mcp.json",
}

linux_alone = pytest.mark.skipif(sys.platform != "linux", reason="the places are those of Linux")


class Home:
    """A home directory of nobody's."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir()

    def run(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        ours = ("GREEUM_", "CLAUDE_", "CODEX_", "XDG_", "APPDATA")
        there = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        command = [sys.executable, "-m", "greeum", "mcp", "install", *words]
        return subprocess.run(
            command,
            env={**there, "HOME": str(self.path), **environment},
            cwd=self.path,
            capture_output=True,
            text=True,
            check=False,
        )

    def entry(self, client: str) -> Any:
        """What is written for an agent."""
        text = (self.path / FILES[client]).read_text()
        if client == "codex":
            return tomllib.loads(text)["mcp_servers"]["greeum"]
        return json.loads(text)["servers" if client == "vscode" else "mcpServers"]["greeum"]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def test_the_names_are_those_of_the_table() -> None:
    assert tuple(CLIENTS) == NAMES


@linux_alone
@pytest.mark.parametrize("client", NAMES)
def test_each_agent_gets_what_starts_it(home: Home, client: str) -> None:
    done = home.run(client, "--memory", "memory")
    assert (done.returncode, done.stderr) == (0, "")
    assert str(home.path / FILES[client]) in done.stdout
    entry = home.entry(client)
    assert entry["args"][-3:] == ["mcp", "--memory", str(home.path / "memory")]
    assert Path(entry["command"]).is_absolute()
    with Talk(command=[entry["command"], *entry["args"]]) as talk:
        assert talk.ask(INITIALIZE)["result"]["serverInfo"]["name"] == "greeum"
    before = (home.path / FILES[client]).read_bytes()
    again = home.run(client, "--memory", "memory")
    assert again.stdout.endswith("says so already.\n")
    assert (home.path / FILES[client]).read_bytes() == before


@linux_alone
@pytest.mark.parametrize("client", NAMES)
def test_print_writes_nothing(home: Home, client: str) -> None:
    done = home.run(client, "--print", "--tools", "knowledge-graph", "--read-only")
    assert done.returncode == 0
    assert FILES[client] in done.stderr
    text = tomllib.loads(done.stdout) if client == "codex" else json.loads(done.stdout)
    entry = next(iter(next(iter(text.values())).values()))
    assert entry["args"][-4:] == ["mcp", "--tools", "knowledge-graph", "--read-only"]
    assert list(home.path.iterdir()) == []


@linux_alone
def test_a_memory_that_the_agent_makes_goes_by_the_time_zone_of_here(home: Home) -> None:
    done = home.run("cursor", "--memory", "memory", GREEUM_TIME_ZONE="asia/seoul")
    assert (done.returncode, done.stderr) == (0, "")
    entry = home.entry("cursor")
    assert entry["args"][-2:] == ["--time-zone", "Asia/Seoul"]
    with Talk(command=[entry["command"], *entry["args"]]) as talk:
        talk.open()
        shown = talk.ask(call(1, "memory_context", query="anything"))["result"]["structuredContent"]
    assert shown["time_zone"] == "Asia/Seoul"
    refused = home.run("cursor", GREEUM_TIME_ZONE="Seoul/Asia")
    assert (refused.returncode, "names no time zone" in refused.stderr) == (2, True)


@linux_alone
def test_what_others_have_written_stays(home: Home) -> None:
    path = home.path / ".claude.json"
    path.write_text('{"numStartups": 5, "mcpServers": {"other": {"command": "x"}}}')
    path.chmod(0o600)
    assert home.run("claude-code").returncode == 0
    document = json.loads(path.read_text())
    assert document["numStartups"] == 5
    assert set(document["mcpServers"]) == {"other", "greeum"}
    assert path.stat().st_mode & 0o777 == 0o600


@linux_alone
@pytest.mark.parametrize(
    ("client", "text"), [("claude-code", "{,}"), ("codex", "a = "), ("cursor", "[]"), ("vscode", "x")]
)
def test_a_file_that_cannot_be_read_is_left_alone(home: Home, client: str, text: str) -> None:
    path = home.path / FILES[client]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    done = home.run(client)
    assert done.returncode == 2
    assert f"{path}: is left as it was" in done.stderr
    assert f"greeum mcp install {client} --print" in done.stderr
    assert path.read_text() == text


@linux_alone
def test_a_file_with_a_byte_order_mark(home: Home) -> None:
    path = home.path / FILES["vscode"]
    path.parent.mkdir(parents=True)
    path.write_text("\ufeff{}", encoding="utf-8")
    assert home.run("vscode").returncode == 0
    assert path.read_text(encoding="utf-8").startswith("\ufeff{")


@linux_alone
def test_the_memory_is_that_of_other_commands_here(home: Home) -> None:
    home.run("cursor", GREEUM_HOME=str(home.path / "elsewhere"))
    assert home.entry("cursor")["args"][-2:] == ["--memory", str(home.path / "elsewhere")]
    home.run("cursor")
    assert home.entry("cursor")["args"][-1] == "mcp"


@linux_alone
def test_for_everybody_who_works_here(home: Home) -> None:
    assert home.run("cursor", "--scope", "project").returncode == 0
    assert (home.path / ".cursor" / "mcp.json").exists()
    done = home.run("claude-desktop", "--scope", "project")
    assert done.returncode == 2
    assert "--scope: 'project' is none of Claude Desktop; there are user" in done.stderr


@linux_alone
def test_what_is_shared_names_no_path_of_this_machine_where_that_can_be(home: Home) -> None:
    programs = home.path / "bin"
    programs.mkdir()
    alone = home.run("cursor", "--scope", "project", PATH=str(programs))
    assert Path(home.entry("cursor")["command"]).is_absolute()
    assert f"It names {home.entry('cursor')['command']}, which others may not have" in alone.stderr
    (programs / "greeum").write_text("#!/bin/sh\n")
    (programs / "greeum").chmod(0o755)
    done = home.run("cursor", "--scope", "project", PATH=str(programs))
    assert (home.entry("cursor")["command"], home.entry("cursor")["args"], done.stderr) == ("greeum", ["mcp"], "")
    done = home.run("cursor", "--scope", "project", "--memory", "shared", PATH=str(programs))
    assert f"It names {home.path / 'shared'}, which others may not have" in done.stderr
    home.run("cursor", PATH=str(programs))
    assert Path(home.entry("cursor")["command"]).is_absolute()


@linux_alone
def test_as_json(home: Home) -> None:
    for changed in (True, False):
        document = json.loads(home.run("cursor", "--json").stdout)
        assert (document["client"], document["changed"]) == ("cursor", changed)
        assert document["file"] == str(home.path / FILES["cursor"])
        assert document["entry"] == home.entry("cursor")
    assert json.loads(home.run("cursor", "--json", "--print").stdout)["entry"] == home.entry("cursor")


def test_the_command_itself_is_named_where_there_is_one(tmp_path: Path) -> None:
    command = shutil.which("greeum", path=str(Path(sys.executable).parent))
    if command is None:
        pytest.skip("greeum is not installed as a command beside this Python")
    done = subprocess.run(
        [command, "mcp", "install", "cursor", "--print", "--json"],
        env={**os.environ, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout)["entry"]["command"] == command


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("emacs",), "CLIENT: 'emacs' is not known"),
        ((), "CLIENT: is missing"),
        (("cursor", "--tools", "x"), "--tools: 'x' are none"),
        (("cursor", "--scope"), "--scope: needs a value"),
    ],
)
def test_what_cannot_be_used(home: Home, words: tuple[str, ...], message: str) -> None:
    done = home.run(*words)
    assert done.returncode == 2
    assert message in done.stderr
    assert list(home.path.iterdir()) == []


def test_a_word_too_many(home: Home) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "greeum", "mcp", "instal"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "'instal': is one argument too many for `greeum mcp`" in done.stderr
