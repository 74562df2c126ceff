"""`greeum keys`, as who runs a server uses it: what it prints, what it makes, how it says that it could not."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

import greeum
from greeum.cli import main
from greeum.cli.exits import INVALID, NOT_FOUND
from greeum.control.store import ControlStore

PROCESSES = 6

WAIT_S = 30


class Result:
    """What a command did."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.out = out
        self.err = err


class Keys:
    """`greeum keys`, run in this process."""

    def __init__(self, directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.directory = directory
        self._capsys = capsys

    def __call__(self, line: str) -> Result:
        code = main(["keys", *shlex.split(line)])
        captured = self._capsys.readouterr()
        return Result(code, captured.out, captured.err)

    def json(self, line: str) -> Any:
        result = self(f"{line} --json")
        assert result.code == 0, result.err
        return json.loads(result.out)


@pytest.fixture
def keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Keys:
    monkeypatch.setenv("GREEUM_TENANTS", str(tmp_path / "tenants"))
    for name in ("COLUMNS", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    return Keys(tmp_path / "tenants", capsys)


class TestCreating:
    def test_the_key_alone_is_printed_and_opens_the_door(self, keys: Keys) -> None:
        keys("create --tenant acme --role reader")
        result = keys("create --tenant acme --role writer")
        with ControlStore(str(keys.directory), create=False) as control:
            key = control.key_of(result.out.removesuffix("\n"))
        assert key is not None
        assert (key.tenant, str(key.role)) == ("acme", "writer")
        assert result.err == f"greeum: key {key.id} of acme, writer; keep it, it cannot be shown again\n"

    @pytest.mark.parametrize("line", ["--tenant 'A B' --role writer", "--tenant acme --role boss", "--tenant acme"])
    def test_one_that_cannot_be_made_leaves_nothing(self, keys: Keys, line: str) -> None:
        assert keys(f"create {line}").code == INVALID
        assert not keys.directory.exists()

    def test_every_option_is_kept(self, keys: Keys) -> None:
        made = keys.json("create --tenant acme --role reader --namespace acme/alice --rate 0.5 --label '내 노트'")
        text = made.pop("key")
        assert made == keys.json("list")["keys"][0]
        assert (made["namespace"], made["rate"], made["label"]) == ("acme/alice", 0.5, "내 노트")
        assert text.startswith(f"gk_{made['id']}_")

    def test_its_trust_is_kept(self, keys: Keys) -> None:
        assert keys.json("create --tenant acme --role writer --trust 0.3")["trust"] == 0.3
        assert keys.json("create --tenant acme --role admin")["trust"] == 1.0
        assert "trust: " in keys("create --tenant acme --role reader --trust 0.3").err

    def test_a_directory_may_be_named(self, keys: Keys, tmp_path: Path) -> None:
        keys.json(f"create --tenants {tmp_path}/other --tenant acme --role admin")
        assert not keys.directory.exists()
        assert len(keys.json(f"list --tenants {tmp_path}/other")["keys"]) == 1

    @pytest.mark.parametrize(
        ("line", "about"),
        [
            ("create --role writer", "--tenant: is missing"),
            ("create --tenant acme", "--role: is missing"),
            ("create --tenant Acme --role writer", "tenant: 'Acme'"),
            ("create --tenant acme --role boss", "role: 'boss'"),
            ("create --tenant acme --role reader --rate many", "--rate: 'many'"),
            ("create --tenant acme --role reader --rate 0", "rate: is 0"),
            ("create --tenant acme --role reader --namespace /a", "namespace: "),
            ("create --tenant acme --role reader --memory m", "--memory: is no option of `greeum keys create`"),
            ("create --tenant acme --role reader --tenants=", "--tenants: is missing"),
        ],
    )
    def test_what_cannot_be_made(self, keys: Keys, line: str, about: str) -> None:
        result = keys(line)
        assert (result.code, result.out) == (INVALID, "")
        assert result.err.startswith(f"greeum: {about}")
        assert not (keys.directory / "control.db").exists() or keys.json("list") == {"keys": []}

    def test_a_tenant_that_was_not_there_is_said_to_be_new(self, keys: Keys) -> None:
        """The name, or that of the directory, may be mistyped."""
        note = f"greeum: a new tenant, acme, in {keys.directory}\n"
        assert note in keys("create --tenant acme --role writer").err
        assert "new tenant" not in keys("create --tenant acme --role reader").err

    def test_who_names_tenants_where_a_memory_is_meant_is_told_how_to_name_one(
        self, keys: Keys, capsys: pytest.CaptureFixture[str]
    ) -> None:
        keys("create --tenant acme --role writer")
        assert main(["backup", "b", "--tenants", str(keys.directory)]) == INVALID
        assert "name one tenant's memory, --memory DIR/tenants/NAME" in capsys.readouterr().err
        assert main(["serve", "--tenants", str(keys.directory), "--port", "0", "--backup", "b"]) == INVALID
        assert f"--memory {keys.directory}/tenants/NAME`" in capsys.readouterr().err

    def test_no_directory_is_guessed(self, keys: Keys, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("GREEUM_TENANTS")
        assert "set GREEUM_TENANTS" in keys("list").err


class TestListing:
    def test_a_table(self, keys: Keys) -> None:
        first = keys.json("create --tenant acme --role writer --namespace acme/alice --rate 50")
        second = keys.json("create --tenant globex --role reader --label 'two\nlines'")
        keys.json(f"revoke {second['id']}")
        head, *rows = keys("list").out.splitlines()
        assert head.split("  ")[0] == "ID"
        assert rows[0].split() == [
            first["id"], "acme", "writer", "1", "acme/alice", "50",
            first["created_at"][:10], first["created_at"][11:16],
        ]  # fmt: skip
        assert rows[1].split()[:3] == [second["id"], "globex", "reader"]
        assert rows[1].endswith("two lines")
        assert len(rows[1].split()) == 4 + 2 + 2 + 2

    def test_of_one_tenant(self, keys: Keys) -> None:
        for tenant in ("acme", "globex"):
            keys.json(f"create --tenant {tenant} --role reader")
        assert [key["tenant"] for key in keys.json("list --tenant globex")["keys"]] == ["globex"]

    def test_where_there_are_none(self, keys: Keys) -> None:
        result = keys("list")
        assert (result.code, result.out) == (NOT_FOUND, "")
        assert not keys.directory.exists()


class TestRevoking:
    @pytest.mark.parametrize("named", ["id", "key"])
    def test_by_its_id_or_itself(self, keys: Keys, named: str) -> None:
        made = keys.json("create --tenant acme --role reader")
        result = keys(f"revoke {made[named]}")
        assert (result.code, result.out) == (0, f"revoked: {made['id']}\n")
        with ControlStore(str(keys.directory)) as control:
            assert control.key_of(made["key"]) is None

    def test_a_typo_is_told_from_a_key_that_is_not_there(self, keys: Keys) -> None:
        made = keys.json("create --tenant acme --role reader")
        mistyped = keys(f"revoke {made['key'][:-1]}~")
        assert (mistyped.code, "mistyped" in mistyped.err) == (INVALID, True)
        for unknown in ("nosuchkey0", "short"):
            result = keys(f"revoke {unknown}")
            assert (result.code, unknown in result.err) == (NOT_FOUND, True)
        assert keys.json("list")["keys"][0]["revoked_at"] is None


@contextmanager
def serving(directory: Path) -> Iterator[str]:
    """A server of the tenants in this directory, in two processes; its address."""
    command = [sys.executable, "-m", "greeum", "serve", "--tenants", str(directory), "--port", "0", "--workers", "2"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    server = subprocess.Popen([*command, "--log", "none", "--json"], stdout=subprocess.PIPE, env=environment, text=True)
    assert server.stdout is not None
    try:
        yield json.loads(server.stdout.readline())["url"]
    finally:
        server.terminate()
        server.communicate(timeout=WAIT_S)


def status(url: str, key: str, text: str | None = None) -> int:
    """Of a request over a connection of its own, to whichever process takes it: for the figures, or to add a text."""
    body = None if text is None else json.dumps({"text": text}).encode()
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    request = Request(url + ("/v1/stats" if text is None else "/v1/blocks"), body, headers)
    try:
        with urlopen(request, timeout=WAIT_S) as answer:
            return int(answer.status)
    except HTTPError as error:
        with error:
            return error.code


class TestServing:
    """Keys are made and revoked while a server runs."""

    def test_every_process_knows_of_it(self, keys: Keys) -> None:
        keys.json("create --tenant globex --role reader")
        with serving(keys.directory) as url:
            made = keys.json("create --tenant acme --role writer")
            assert {status(url, made["key"], f"block {number}") for number in range(20)} == {201}
            keys.json(f"revoke {made['id']}")
            deadline_s = monotonic() + WAIT_S
            while {status(url, made["key"]) for _ in range(20)} != {401}:
                assert monotonic() < deadline_s
        with greeum.open(keys.directory / "tenants" / "acme", create=False) as memory:
            assert memory.stats()["blocks"] == 20


def test_processes_that_make_the_first_keys_at_once_all_do(tmp_path: Path) -> None:
    def make(number: int) -> str:
        words = f"keys create --tenants {tmp_path}/tenants --tenant t{number % 2} --role reader".split()
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-m", "greeum", *words]
        done = subprocess.run(command, capture_output=True, check=False, env=environment, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    with ThreadPoolExecutor(PROCESSES) as pool:
        made = list(pool.map(make, range(PROCESSES)))
    with ControlStore(str(tmp_path / "tenants"), create=False) as control:
        assert len({control.key_of(text) for text in made} - {None}) == PROCESSES
        assert control.tenants() == ["t0", "t1"]
