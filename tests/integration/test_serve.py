"""`greeum serve` as a process: where it listens, who may reach it, how it ends, and what becomes of its workers."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from scripts.load.client import Client, Reply, request

import greeum
from greeum.api import server as servers
from greeum.api.sockets import PortUnavailable
from greeum.cli import serve
from greeum.cli.call import Call
from greeum.cli.exits import TROUBLE
from greeum.cli.screen import Screen
from greeum.settings import Settings

PATIENCE_S = 30.0
SECRET = "the-password-of-alice"


class Serving:
    """A server that runs in a process of its own."""

    def __init__(self, process: subprocess.Popen[str], said: dict[str, Any], log: Path) -> None:
        self.process = process
        self.said = said
        self.port = int(said["url"].rpartition(":")[2])
        self._log = log

    def asked(self, method: str, path: str, body: object = None, headers: str = "") -> Reply:
        """The answer to one request, over a connection of its own."""

        content = request(method, path, None if body is None else json.dumps(body).encode())
        return self.sent(content.replace(b"\r\n", f"\r\n{headers}".encode(), 1))

    def sent(self, content: bytes) -> Reply:
        """The answer to these bytes."""

        async def ask() -> Reply:
            async with clients(self.port) as (client,):
                return await client.ask(content)

        return asyncio.run(ask())

    def get(self, path: str) -> Any:
        reply = self.asked("GET", path)
        assert reply.status == 200, reply
        return json.loads(reply.body) if reply.body.startswith(b"{") else reply.body.decode()

    def search(self, query: str) -> list[str]:
        """The texts that are found."""
        reply = self.asked("POST", "/v1/search", {"query": query})
        assert reply.status == 200, reply
        return [hit["block"]["text"] for hit in json.loads(reply.body)["hits"]]

    def workers(self) -> list[int]:
        pid = self.process.pid
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def end(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE_S)

    def log(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._log.read_text(encoding="utf-8").splitlines()]


@asynccontextmanager
async def clients(port: int, count: int = 1) -> AsyncIterator[list[Client]]:
    found = [Client("127.0.0.1", port) for _ in range(count)]
    try:
        yield found
    finally:
        for client in found:
            client.close()
        await asyncio.sleep(0)


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "greeum", "serve", *arguments]


@contextmanager
def serving(tmp_path: Path, *arguments: str) -> Iterator[Serving]:
    """`greeum serve --json` on a port that the system chose; its log goes to a file."""
    log = tmp_path / "log"
    given = ("--port", "0", "--json", "--log", str(log), *arguments)
    if "--tenants" not in arguments and "--memory" not in arguments:
        given += ("--memory", str(tmp_path / "memory"))
    with running(command(*given)) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, f"it ended with {process.wait(PATIENCE_S)}: {process.stderr and process.stderr.read()}"
        yield Serving(process, json.loads(line), log)


@contextmanager
def running(words: list[str], **options: Any) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.communicate(timeout=PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


def refused(*arguments: str) -> tuple[int, str]:
    """The exit code, and what is said, of a server that does not start."""
    done = subprocess.run(command(*arguments), capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.stdout == ""
    return done.returncode, done.stderr


def until(holds: Any) -> None:
    deadline_s = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < deadline_s, "it did not come about"
        time.sleep(0.02)


# Starting.


def test_it_says_where_it_listens_when_it_is_ready_and_ends_when_it_is_told_to(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        assert server.said["memory"] == str(tmp_path / "memory")
        assert server.said["tenants"] is None
        assert server.said["pid"] == server.process.pid
        assert server.get("/readyz")["status"] == "ready"
        assert server.asked("POST", "/v1/blocks", {"text": "I moved to Busan in May."}).status == 201
        assert server.search("Busan") == ["I moved to Busan in May."]
        assert server.end() == 0
    with greeum.open(tmp_path / "memory", read_only=True) as memory:
        assert memory.stats()["blocks"] == 1


def test_people_are_told_what_to_open_and_ctrl_c_ends_it(tmp_path: Path) -> None:
    with running(command("--memory", str(tmp_path), "--port", "0", "--log", "none")) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(6)]
        address = re.search(r"http://127\.0\.0\.1:\d+", lines[0])
        assert address and str(tmp_path) in lines[0]
        assert [line.split()[-1] for line in lines[1:5]] == [
            f"{address[0]}{path}" for path in ("/", "/v1", "/openapi.json", "/mcp")
        ]
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_S) == 0
        assert process.communicate()[1] == f"greeum: a new memory in {tmp_path}\n"


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_terminal_that_is_closed_ends_it_in_good_order(tmp_path: Path, workers: str) -> None:
    with serving(tmp_path, "--workers", workers) as server:
        assert server.asked("POST", "/v1/blocks", {"text": "hello"}).status == 201
        assert server.end(signal.SIGHUP) == 0
    assert server.log()[-1]["event"] == "stopped"


def test_a_memory_that_was_there_is_not_said_to_be_new(tmp_path: Path) -> None:
    greeum.open(tmp_path).close()
    with running(command("--memory", str(tmp_path), "--port", "0", "--log", "none")) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=PATIENCE_S)[1] == ""


def test_the_log_is_lines_of_json_without_content(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        block = {"text": SECRET, "namespace": f"acme/{SECRET}", "key": SECRET, "metadata": {"a": SECRET}}
        assert server.asked("POST", "/v1/blocks", block, "x-request-id: mine-1\r\n").status == 201
        assert server.asked("POST", "/v1/search", {"query": SECRET}).status == 200
        assert server.asked("POST", "/v1/search", {"query": SECRET, SECRET: 1}).status == 400
        assert server.asked("GET", f"/v1/blocks:by-key?key={SECRET}&namespace=acme").status == 404
        assert server.asked("GET", f"/{SECRET}").status == 404
        assert server.end() == 0
        requests = [line for line in server.log() if line["event"] == "request"]
        assert [line["status"] for line in requests] == [201, 200, 400, 404, 404]
        assert [line["operation"] for line in requests] == [
            "blocks.add", "search", "search", "blocks.get_by_key", "other",
        ]  # fmt: skip
        assert requests[0]["request_id"] == "mine-1"
        assert SECRET not in (tmp_path / "log").read_text(encoding="utf-8")


def test_one_memory_is_not_served_to_other_machines(tmp_path: Path) -> None:
    for host in ("0.0.0.0", "::", ""):
        code, said = refused("--memory", str(tmp_path / "memory"), "--host", host, "--json")
        error = json.loads(said)["error"]
        assert (code, error["type"], error["field"]) == (2, "InvalidInput", "--host")
        assert "greeum keys create" in error["message"]
    assert not (tmp_path / "memory").exists()


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        (("--host", "no.such.host.invalid"), "--host"),
        (("--port", "many"), "--port"),
        (("--maintain", "often"), "--maintain"),
        (("--port", "65536"), "--port"),
        (("--port", "-1"), "--port"),
        (("--workers", "0"), "--workers"),
        (("--workers", "65"), "--workers"),
        (("--drain", "-1"), "--drain"),
        (("--backup", "b", "--backup-every", "0s"), "--backup-every"),
        (("--backup", "b", "--backup-every", "often"), "--backup-every"),
        (("--backup-every", "1h"), "--backup"),
        (("--backup-keep", "1d"), "--backup"),
        (("--drain", "nan"), "--drain"),
        (("--waiting-max", "0"), "--waiting-max"),
        (("--tenants", "somewhere"), "--memory"),
        (("--log", ""), "--log"),
    ],
)
def test_what_cannot_be_served_is_said(tmp_path: Path, arguments: tuple[str, ...], field: str) -> None:
    code, said = refused("--memory", str(tmp_path), "--json", *arguments)
    assert (code, json.loads(said)["error"]["field"]) == (2, field)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="there is no /proc here, where nobody can make a directory")
def test_a_memory_that_cannot_be_made_is_said_and_the_log_tells_of_no_end(tmp_path: Path) -> None:
    log = tmp_path / "log"
    code, said = refused("--memory", "/proc/nope", "--log", str(log), "--port", "0")
    assert code == 5
    assert "see to the disk, or name another directory" in said
    assert [json.loads(line)["event"] for line in log.read_text().splitlines()] == ["failed"]


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, said = refused("--memory", str(tmp_path), "--port", str(port))
    assert code == TROUBLE
    assert f"port {port} of 127.0.0.1" in said


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_memory_that_cannot_be_opened_ends_it_with_the_code_of_that(tmp_path: Path, workers: str) -> None:
    (tmp_path / "memory").write_text("a file is in the way", encoding="utf-8")
    code, said = refused("--memory", str(tmp_path / "memory"), "--port", "0", "--workers", workers, "--json")
    assert code != 0
    assert "error" in json.loads(said.splitlines()[-1])


def test_on_loopback_only_this_machine_s_names_are_answered(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        assert server.asked("GET", "/v1/stats").status == 200
        rebound = request("GET", "/v1/stats").replace(b"127.0.0.1", b"evil.example")
        assert server.sent(rebound).status == 421
        assert server.asked("GET", "/v1/stats", headers="origin: http://evil.example\r\n").status == 403


def test_it_answers_under_the_address_that_it_tells(tmp_path: Path) -> None:
    with serving(tmp_path, "--host", "127.0.0.2") as server, urlopen(f"{server.said['url']}/v1/stats") as answer:
        assert answer.status == 200


@pytest.mark.parametrize("name", ["http://memory.example", "memory.example:8400"])
def test_a_name_that_could_never_match_is_refused_at_the_start(tmp_path: Path, name: str) -> None:
    code, said = refused("--memory", str(tmp_path), "--port", "0", "--allowed-host", name)
    assert code == 2
    assert f"--allowed-host: has '{name}'" in said


# Tenants.


def test_tenants_are_served_behind_their_keys(tmp_path: Path) -> None:
    tenants = str(tmp_path / "tenants")
    create = ["keys", "create", "--tenants", tenants, "--tenant", "acme", "--role", "writer", "--rate", "5"]
    made = subprocess.run(
        [sys.executable, "-m", "greeum", *create], capture_output=True, text=True, check=True, timeout=PATIENCE_S
    )
    key = f"authorization: Bearer {made.stdout.strip()}\r\n"
    with serving(tmp_path, "--tenants", tenants, "--workers", "2") as server:
        assert server.asked("GET", "/v1/stats").status == 401
        assert server.asked("POST", "/v1/blocks", {"text": "a note"}, key).status == 201
        # Whichever worker is asked, the key has the one rate.
        statuses = [server.asked("GET", "/v1/stats", headers=key).status for _ in range(20)]
        assert 4 <= statuses.count(200) < 20
        assert set(statuses) == {200, 429}
        assert server.end() == 0
        keys = {line.get("key") for line in server.log() if line["event"] == "request"}
        assert len(keys) == 2
        assert made.stdout.strip()[3:13] in keys


# Ending.


def test_no_request_is_lost_when_it_ends_under_load(tmp_path: Path) -> None:
    async def load(server: Serving, number: int, acknowledged: list[str], lost: list[str]) -> None:
        client, count = Client("127.0.0.1", server.port), 0
        while True:
            try:
                await client.connect()
            except OSError:
                return
            is_first = True
            while client.is_open:
                # Of some each request takes so long that it is under way when everything else has been answered.
                keys = [f"{number}-{count}-{n}" for n in range(1 if number % 8 else 500)]
                count += 1
                body = json.dumps({"blocks": [{"text": f"note {key}", "key": key} for key in keys]}).encode()
                reply = await client.ask(request("POST", "/v1/blocks:batch", body))
                if reply.status == 201:
                    acknowledged.extend(keys)
                elif reply.status or not is_first:
                    lost.append(f"{keys[0]}: {reply}")
                # A connection that nobody took before the listener went is not accepted: that nothing of it is stored
                # is seen at the end.
                is_first = False
            # Its last answer may have come, and the server's end of the connection not yet.
            client.close()

    async def play(server: Serving) -> tuple[list[str], list[str]]:
        acknowledged: list[str] = []
        lost: list[str] = []
        loads = [asyncio.ensure_future(load(server, number, acknowledged, lost)) for number in range(32)]
        while len(acknowledged) < 3_000:
            await asyncio.sleep(0.01)
        server.process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(asyncio.gather(*loads), PATIENCE_S)
        await asyncio.sleep(0)  # in which what was closed goes
        return acknowledged, lost

    with serving(tmp_path, "--workers", "2") as server:
        acknowledged, lost = asyncio.run(play(server))
        assert server.process.wait(PATIENCE_S) == 0
    assert lost == []
    with greeum.open(tmp_path / "memory", read_only=True) as memory:
        assert memory.stats()["blocks"] == len(acknowledged)
        for key in acknowledged:
            assert memory.get(key=key).text == f"note {key}"


def test_a_second_signal_ends_it_at_once(tmp_path: Path) -> None:
    for workers in ("1", "2"):
        with serving(tmp_path, "--workers", workers) as server:
            half_sent = socket.create_connection(("127.0.0.1", server.port), PATIENCE_S)
            half_sent.sendall(b"POST /v1/search HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n")
            server.process.send_signal(signal.SIGTERM)
            until(lambda port=server.port: not can_connect(port))
            assert server.process.poll() is None
            assert server.end() == servers.INTERRUPTED
            half_sent.close()


def can_connect(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def test_half_sent_requests_are_gone_within_ten_seconds_while_others_are_served(tmp_path: Path) -> None:
    async def play(server: Serving) -> None:
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        content = b"POST /v1/search HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n"
        # What comes after is more of a path, and more of a header's name: nothing that could be refused for itself.
        halves = [b"", content[:13], content[:-2], content]
        ends = [asyncio.ensure_future(hold(server.port, halves[number % 4], loop)) for number in range(400)]
        async with clients(server.port) as (client,):
            while not all(end.done() for end in ends):
                reply = await client.ask(request("GET", "/v1/stats"))
                assert reply.status == 200
                assert loop.time() - began_s < PATIENCE_S
                await asyncio.sleep(0.02)
        assert max(end.result() for end in ends) < 10.0

    with serving(tmp_path) as server:
        asyncio.run(play(server))


async def hold(port: int, half: bytes, loop: asyncio.AbstractEventLoop) -> float:
    """Send half of a request, then a byte of it now and then; how long the server bore it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    began_s = loop.time()
    writer.write(half)
    ended = asyncio.ensure_future(reader.read())
    while not ended.done():
        if half[-4:] != b"\r\n\r\n" and half:
            writer.write(b"x")
        await asyncio.wait((ended,), timeout=1.0)
    writer.close()
    # The server may have closed while a byte was on its way.
    await asyncio.gather(ended, writer.wait_closed(), return_exceptions=True)
    return loop.time() - began_s


# Workers.


def test_what_one_worker_has_added_the_other_finds_at_once(tmp_path: Path) -> None:
    async def play(server: Serving) -> None:
        async with clients(server.port, 100) as callers:
            of_workers: dict[str, Client] = {}
            for caller in callers:
                # Whose connection it is: each worker begins the ids of its requests in its own way.
                nothing = json.loads((await caller.ask(request("GET", "/v1/nothing"))).body)
                of_workers.setdefault(nothing["instance"].rpartition(":")[2].partition("-")[0], caller)
            adder, finder = of_workers.values()
            for number in range(100):
                body = json.dumps({"text": f"a note about topic{number}"}).encode()
                added = await adder.ask(request("POST", "/v1/blocks", body))
                query = json.dumps({"query": f"topic{number}", "k": 1}).encode()
                found = await finder.ask(request("POST", "/v1/search", query))
                assert json.loads(found.body)["hits"][0]["block"]["id"] == json.loads(added.body)["id"]
                adder, finder = finder, adder

    with serving(tmp_path, "--workers", "2") as server:
        asyncio.run(play(server))
        assert server.end() == 0


def test_a_worker_that_dies_is_replaced_and_its_figures_stay(tmp_path: Path) -> None:
    with serving(tmp_path, "--workers", "2") as server:
        for _ in range(10):
            server.get("/v1/stats")
        before = server.workers()
        assert len(before) == 2
        # What it has logged is written, so that it does not die with it.
        until(lambda: len(server.log()) == 12)
        os.kill(before[0], signal.SIGKILL)
        until(lambda: len(set(server.workers()) - {before[0]}) == 2)
        until(lambda: [line["event"] for line in server.log()].count("ready") == 3)
        for _ in range(10):
            server.get("/v1/stats")
        figures = server.get("/metrics")
        assert 'duration_seconds_count{operation="stats",status="2xx"} 20.0' in figures
        assert [line["code"] for line in server.log() if line["event"] == "worker.died"] == [-signal.SIGKILL]
        assert server.end() == 0


def test_workers_do_not_outlive_the_one_who_looks_after_them(tmp_path: Path) -> None:
    with serving(tmp_path, "--workers", "2") as server:
        workers = server.workers()
        server.end(signal.SIGKILL)
        until(lambda: not any(Path(f"/proc/{one}/cmdline").exists() for one in workers))


# As an application of another server.


def test_any_asgi_server_can_run_it(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "uvicorn", "greeum.api:app", "--port", "0", "--no-access-log"]
    environment = os.environ | {"GREEUM_HOME": str(tmp_path / "memory")}
    environment.pop("GREEUM_TENANTS", None)
    with running(words, env=environment) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if found := re.search(r"http://127\.0\.0\.1:(\d+)", line):
                break
        server = Serving(process, {"url": f"http://127.0.0.1:{found and found[1]}"}, tmp_path / "log")
        assert server.asked("POST", "/v1/blocks", {"text": "I moved to Busan in May."}).status == 201
        assert server.search("Busan") == ["I moved to Busan in May."]
        assert server.get("/readyz")["status"] == "ready"
        # Nor for other machines, nor by a name that somebody else can point here.
        assert server.sent(request("GET", "/v1/stats").replace(b"127.0.0.1", b"evil.example")).status == 421
        assert server.asked("GET", "/v1/stats", headers="x-forwarded-for: 192.0.2.9\r\n").status == 403
        process.send_signal(signal.SIGINT)
        assert '"operation":"search"' in process.communicate(timeout=PATIENCE_S)[1]
    with greeum.open(tmp_path / "memory", read_only=True) as memory:
        assert memory.stats()["blocks"] == 1


# After a demonstration.


def test_the_demonstration_is_served_if_that_is_wished(tmp_path: Path) -> None:
    words = [sys.executable, "-m", "greeum", "demo", "--serve", "--port", "0", "--memory", str(tmp_path / "memory")]
    with running(words) as process:
        assert process.stdout is not None
        shown = ""
        while "Stop it with Ctrl-C." not in shown:
            line = process.stdout.readline()
            assert line, shown
            shown += line
        found = re.search(r"http://127\.0\.0\.1:(\d+)", shown)
        assert found and "Try next:" in shown
        server = Serving(process, {"url": found[0]}, tmp_path / "log")
        assert server.search("Where does Alice live?")
        assert server.end(signal.SIGINT) == 0


def test_the_demonstration_takes_another_port_if_the_usual_one_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []

    def serve_at(_: object, host: str, port: int) -> int:
        tried.append(port)
        if port == serve.PORT:
            raise PortUnavailable("taken")
        return 0

    monkeypatch.setattr(serve, "serve_at", serve_at)
    call = Call({}, Screen(Settings({}), json=False), Settings({}))
    assert serve.run_after_demo(call) == 0
    assert tried == [serve.PORT, 0]


def test_a_port_without_a_server_is_refused() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "greeum", "demo", "--port", "1"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "--serve" in done.stderr


# From the inside.


def test_traces_are_sent_where_the_environment_says(tmp_path: Path) -> None:
    """To a collector of our own, over HTTP, and without what was searched for."""
    received: list[bytes] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - as the class has it
            """Be silent."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Collector) as collector:
        thread = threading.Thread(target=collector.serve_forever)
        thread.start()
        try:
            endpoint = {"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{collector.server_port}"}
            words = command("--port", "0", "--json", "--memory", str(tmp_path / "memory"))
            with running(words, env=os.environ | endpoint) as process:
                assert process.stdout is not None
                server = Serving(process, json.loads(process.stdout.readline()), tmp_path / "log")
                server.search(SECRET)
                process.terminate()
                log = process.communicate(timeout=PATIENCE_S)[1]
        finally:
            collector.shutdown()
            thread.join()
    spans = b"".join(received)
    assert b"POST /v1/search" in spans
    assert b"search_memory" in spans
    assert SECRET.encode() not in spans
    assert re.search(r'"trace_id":"[0-9a-f]{32}"', log)


# Backups.


@pytest.mark.parametrize("workers", ["1", "2"])
def test_it_backs_up_what_it_serves(tmp_path: Path, workers: str) -> None:
    place = tmp_path / "backups"
    given = ("--backup", str(place), "--backup-every", "1s", "--backup-keep", "30d", "--workers", workers)
    with serving(tmp_path, *given) as server:
        assert server.asked("POST", "/v1/blocks", {"text": "I moved to Busan in May."}).status == 201
        # The one that was being made may not have it yet.
        before = len(backups_in(server))
        until(lambda: len(backups_in(server)) >= before + 2)
        assert server.end() == 0
    assert all(ok for _, ok, _ in greeum.verify(place))
    greeum.restore(place, tmp_path / "restored")
    with greeum.open(tmp_path / "restored") as memory:
        assert [block.text for block in memory.list()] == ["I moved to Busan in May."]


def backups_in(server: Serving) -> list[dict[str, Any]]:
    """What the log says of each backup that was made."""
    return [entry for entry in server.log() if entry["event"] == "backup"]


def test_a_tenants_memory_that_was_removed_is_told_of_and_the_server_stays_ready(tmp_path: Path) -> None:
    root, aside = tmp_path / "tenants", tmp_path / "aside"
    keys = {}
    for name in ("acme", "beta"):
        create = ["keys", "create", "--tenants", str(root), "--tenant", name, "--role", "writer"]
        made = subprocess.run([sys.executable, "-m", "greeum", *create], capture_output=True, text=True, check=True)
        keys[name] = f"authorization: Bearer {made.stdout.strip()}\r\n"
    with serving(tmp_path, "--tenants", str(root)) as server:

        def answer(name: str, path: str, body: dict[str, object]) -> Reply:
            return server.asked("POST", path, body, keys[name])

        def becomes(name: str, status: int) -> Reply:
            """Within some seconds: how often a server looks is its own."""
            deadline_s = time.monotonic() + PATIENCE_S
            while (reply := answer(name, "/v1/search", {"query": "violin"})).status != status:
                assert time.monotonic() < deadline_s
            return reply

        for name in keys:
            assert answer(name, "/v1/blocks", {"text": f"The violin is {name}'s."}).status == 201
        acme = root / "tenants" / "acme"
        acme.rename(aside)
        said = json.loads(becomes("acme", 503).body)
        assert said["type"] == "urn:greeum:problem:store-failed"
        assert "was moved, removed or replaced" in said["detail"]
        assert answer("acme", "/v1/blocks", {"text": "lost?"}).status == 503
        assert not acme.exists()
        assert answer("beta", "/v1/search", {"query": "violin"}).status == 200
        assert server.get("/readyz")["status"] == "ready"
        shutil.copytree(aside, acme)
        assert b"The violin is acme's." in becomes("acme", 200).body
        assert answer("acme", "/v1/blocks", {"text": "kept"}).status == 201
        root.rename(tmp_path / "gone")
        reply = server.asked("GET", "/readyz")
        assert (reply.status, json.loads(reply.body)["reasons"]) == (503, {"store": "missing"})
        (tmp_path / "gone").rename(root)
        assert server.asked("GET", "/readyz").status == 200
        (root / "control.db").rename(tmp_path / "keys.db")
        said = json.loads(becomes("beta", 503).body)
        assert (said["type"], said["detail"].partition(";")[0]) == (
            "urn:greeum:problem:store-failed", "What the server keeps for this was moved, removed or replaced"
        )  # fmt: skip
        assert server.asked("GET", "/readyz").status == 503
        (tmp_path / "keys.db").rename(root / "control.db")
        becomes("beta", 200)


def test_tenants_are_not_backed_up_by_the_server(tmp_path: Path) -> None:
    code, said = refused("--tenants", str(tmp_path), "--backup", "b", "--json")
    assert (code, json.loads(said)["error"]["field"]) == (2, "--backup")
