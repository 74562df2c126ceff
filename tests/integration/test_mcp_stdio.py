"""`greeum mcp` as agents use it: a process that speaks over standard input and output, and nothing else over them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.mcp.talk import INITIALIZE, INITIALIZED, WAIT_S, Talk, call

import greeum
from greeum.cli import main
from greeum.mcp.opening import META


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Talk]:
    """About a memory that is there."""
    greeum.open(tmp_path / "memory").close()
    with Talk("mcp", home=tmp_path / "memory") as found:
        yield found


def text_of(answer: dict[str, Any]) -> str:
    text: str = answer["result"]["content"][0]["text"]
    return text


def test_a_memory_that_was_not_there_is_said_to_be_new(tmp_path: Path) -> None:
    """The directory may be mistyped. The model is told, and what the agent keeps as the server's log."""
    place = tmp_path / "mistyped"
    with Talk("mcp", "--memory", str(place)) as talk:
        told = talk.open()["result"]["instructions"]
        assert told.startswith(f"This memory is new and empty: {place}. ")
        assert "look it up with memory_context" in told
        again = talk.ask(INITIALIZE | {"id": 7})  # which the SDK answers
        assert again["result"]["instructions"] == told
        talk.ask(call(1, "memory_add", text="The ferry leaves at nine."))
        assert talk.end() == (0, [], f"greeum: a new memory in {place}\n")
    with Talk("mcp", "--memory", str(place)) as talk:
        assert "new and empty" not in talk.open()["result"]["instructions"]
        assert talk.end() == (0, [], "")


class TestConversation:
    def test_what_is_added_is_found_and_stays(self, talk: Talk, tmp_path: Path) -> None:
        assert talk.open()["result"]["serverInfo"]["name"] == "greeum"
        added = talk.ask(call(1, "memory_add", text="부산으로 이사했다.", source="alice"))
        assert text_of(added) == "Remembered as block 1."
        assert "부산으로 이사했다." in text_of(talk.ask(call(2, "memory_search", query="부산")))
        assert talk.end() == (0, [], "")
        with greeum.open(tmp_path / "memory", create=False) as memory:
            assert memory.get(1).source == "alice"

    def test_another_process_finds_it_at_once(self, talk: Talk, tmp_path: Path) -> None:
        talk.open()
        talk.ask(call(1, "memory_add", text="The ferry leaves at nine."))
        with greeum.open(tmp_path / "memory") as memory:
            memory.add("The bus leaves at ten.")
            assert memory.search("ferry")[0].block.id == 1
        assert "The bus leaves at ten." in text_of(talk.ask(call(2, "memory_search", query="bus")))

    def test_without_a_handshake(self, talk: Talk) -> None:
        envelope = {f"{META}protocolVersion": "2026-07-28", f"{META}clientCapabilities": {}}
        params: dict[str, Any] = {"_meta": envelope}
        found = talk.ask({"jsonrpc": "2.0", "id": "d", "method": "server/discover", "params": params})
        assert found["result"]["supportedVersions"] == ["2026-07-28"]
        listed = talk.ask({"jsonrpc": "2.0", "id": "l", "method": "tools/list", "params": params})
        assert listed["result"]["tools"][0]["name"] == "memory_add"
        refused = talk.ask(INITIALIZE)
        assert refused["error"]["code"] == -32022
        assert talk.end()[0] == 0

    def test_what_comes_early_waits_and_is_answered(self, talk: Talk) -> None:
        """All at once, before anything is loaded; the end of it too."""
        calls = [call(n, "memory_add", text=f"Ferry number {n}") for n in range(1, 21)]
        talk.say(INITIALIZE, INITIALIZED, *calls)
        code, said, errors = talk.end()
        assert (code, errors) == (0, "")
        assert said[0]["id"] == 0
        assert sorted(one["id"] for one in said) == list(range(21))
        assert all("Remembered" in text_of(one) for one in said[1:])

    def test_the_first_answer_comes_once(self, talk: Talk) -> None:
        answer = talk.open()
        assert answer["result"]["protocolVersion"] == "2025-11-25"
        again = talk.ask(INITIALIZE | {"id": 7, "params": INITIALIZE["params"] | {"protocolVersion": "2025-06-18"}})
        assert again["result"]["protocolVersion"] == "2025-06-18"
        assert talk.end() == (0, [], "")

    def test_a_first_request_that_cannot_be_used_is_refused_by_the_sdk(self, talk: Talk) -> None:
        wrong = {**INITIALIZE, "params": {"protocolVersion": 5}}
        assert talk.ask(wrong)["error"]["code"] == -32602
        assert talk.ask(INITIALIZE)["result"]["serverInfo"]["name"] == "greeum"

    def test_what_is_no_message_is_refused_and_the_rest_goes_on(self, talk: Talk) -> None:
        talk.say(b"\n", b"nonsense\n")
        error = {"code": -32700, "message": "Parse error: Expecting value at character 0"}
        assert talk.hear() == {"jsonrpc": "2.0", "id": None, "error": error}
        talk.say(b'[{"jsonrpc":"2.0","id":1,"method":"ping"}]\n')
        assert talk.hear()["error"]["code"] == -32600
        talk.say(b'{"jsonrpc":"2.0","id":9,"method":5}\n')
        error = {"code": -32600, "message": "Invalid request: method must be a string"}
        assert talk.hear() == {"jsonrpc": "2.0", "id": 9, "error": error}
        talk.open()
        assert talk.ask({"jsonrpc": "2.0", "id": 1, "method": "ping"}) == {"jsonrpc": "2.0", "id": 1, "result": {}}

    @pytest.mark.parametrize("number", ["null", "1.5", "true"])
    def test_a_request_with_an_id_that_is_none_is_answered(self, talk: Talk, number: str) -> None:
        """A client that waits for the answer must not wait for ever."""
        talk.open()
        talk.say(b'{"jsonrpc":"2.0","id":%b,"method":"ping"}\n' % number.encode())
        answer = talk.hear()
        assert (answer["id"], answer["error"]["code"]) == (None, -32600)
        assert "id must be a string or a whole number" in answer["error"]["message"]

    def test_before_the_handshake_nothing_is_done(self, talk: Talk) -> None:
        refused = talk.ask(call(1, "memory_add", text="x"))["error"]
        assert refused["code"] == -32602
        assert refused["message"] == "A conversation begins with initialize: send that first"
        talk.open()
        wrong = talk.ask({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {}})["error"]
        assert (wrong["code"], wrong["message"]) == (-32602, "Invalid request parameters")

    def test_a_request_that_is_taken_back_is_not_waited_for(self, talk: Talk) -> None:
        talk.open()
        taken_back = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}}
        talk.say(call(1, "memory_search", query="x"), taken_back)
        code, said, _ = talk.end()
        assert code == 0
        assert all(one["id"] == 1 for one in said)


class TestTools:
    def test_read_only(self, tmp_path: Path) -> None:
        with greeum.open(tmp_path) as memory:
            memory.add("The ferry leaves at nine.")
        with Talk("mcp", "--read-only", "--memory", str(tmp_path)) as talk:
            talk.open()
            listed = talk.ask({"jsonrpc": "2.0", "id": 1, "method": "tools/list"})["result"]["tools"]
            assert all(tool["annotations"]["readOnlyHint"] for tool in listed)
            assert talk.ask(call(2, "memory_add", text="x"))["result"]["isError"] is True
            assert "nine" in text_of(talk.ask(call(3, "memory_search", query="ferry")))
            assert talk.end() == (0, [], "")

    def test_the_knowledge_graph(self, tmp_path: Path) -> None:
        with Talk("mcp", "--tools", "knowledge-graph", home=tmp_path / "memory") as talk:
            capabilities = talk.open()["result"]["capabilities"]
            assert capabilities == {"tools": {"listChanged": False}}
            entity = {"name": "Ann", "entityType": "person", "observations": ["likes tea"]}
            talk.ask(call(1, "create_entities", entities=[entity]))
            answer = talk.ask(call(2, "read_graph"))["result"]
            assert answer["structuredContent"] == {"entities": [entity], "relations": []}
            failed = talk.ask(call(3, "add_observations", observations=[{"entityName": "Bob", "contents": ["x"]}]))
            assert (failed["result"]["isError"], text_of(failed)) == (True, "Entity with name Bob not found")

    def test_tools_that_there_are_not(self, tmp_path: Path) -> None:
        with Talk("mcp", "--tools", "none", home=tmp_path) as talk:
            code, _, errors = talk.end()
            assert code == 2
            assert "--tools: 'none' are none; there are memory and knowledge-graph" in errors

    def test_a_memory_that_cannot_be_opened(self, tmp_path: Path) -> None:
        """The conversation begins all the same, and every request says what is wrong, until it is right."""
        home = tmp_path / "memory"
        with Talk("mcp", "--read-only", home=home) as talk:
            talk.open()
            failed = talk.ask(call(1, "memory_search", query="x"))
            assert failed["result"]["isError"] is True
            assert str(home) in text_of(failed)
            with greeum.open(home) as memory:
                memory.add("The ferry leaves at nine.")
            assert "nine" in text_of(talk.ask(call(2, "memory_search", query="ferry")))
            code, _, errors = talk.end()
            assert code == 0
            assert errors.startswith("greeum: ")


class TestEnd:
    def test_nothing_is_said_at_all(self, talk: Talk) -> None:
        assert talk.end() == (0, [], "")

    def test_only_blank_lines(self, talk: Talk) -> None:
        talk.say(b"\n \r\n")
        assert talk.end() == (0, [], "")

    def test_a_last_line_without_an_end(self, talk: Talk) -> None:
        talk.say(json.dumps(INITIALIZE).encode())
        code, said, errors = talk.end()
        assert (code, [one["id"] for one in said], errors) == (0, [0], "")

    def test_by_signal(self, talk: Talk) -> None:
        talk.open()
        talk.ask(call(1, "memory_add", text="x"))
        talk.process.send_signal(signal.SIGTERM)
        assert talk.ended() == (0, [], "")

    def test_by_signal_before_anything_was_loaded(self, talk: Talk) -> None:
        talk.ask(INITIALIZE)
        talk.process.send_signal(signal.SIGTERM)
        assert talk.ended() == (0, [], "")

    def test_what_was_asked_before_the_signal_is_answered(self, talk: Talk, tmp_path: Path) -> None:
        talk.open()
        talk.ask(call(0, "memory_get", block=1))
        talk.say(*(call(n, "memory_add", text=f"Ferry number {n}") for n in range(1, 11)))
        talk.hear()
        talk.process.send_signal(signal.SIGTERM)
        code, said, _ = talk.ended()
        assert code == 0
        with greeum.open(tmp_path / "memory") as memory:
            assert memory.count() >= 1 + len(said)

    def test_by_interrupt(self, talk: Talk) -> None:
        talk.open()
        talk.ask(call(1, "memory_add", text="x"))
        talk.process.send_signal(signal.SIGINT)
        code, said, errors = talk.ended()
        assert (code, said) == (130, [])
        assert "Traceback" not in errors

    def test_whoever_listened_has_gone(self, tmp_path: Path) -> None:
        """The client reads no more, and does not say so."""
        greeum.open(tmp_path / "memory").close()
        command = [sys.executable, "-m", "greeum", "mcp", "--memory", str(tmp_path / "memory")]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(INITIALIZE).encode() + b"\n")
        process.stdin.flush()
        process.stdout.readline()
        process.stdout.close()
        process.stdin.write(b"".join(json.dumps(one).encode() + b"\n" for one in (INITIALIZED, call(1, "memory_get"))))
        process.stdin.flush()
        assert process.wait(WAIT_S) == 0
        assert process.stderr is not None
        assert process.stderr.read() == b""
        process.stdin.close()
        process.stderr.close()

    def test_a_client_that_reads_nothing_cannot_hold_up_the_end(self, tmp_path: Path) -> None:
        read, write = os.pipe()
        command = [sys.executable, "-m", "greeum", "mcp", "--memory", str(tmp_path / "memory")]
        with greeum.open(tmp_path / "memory") as memory:
            memory.add("ferry " * 40_000)
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=write)
        os.close(write)
        assert process.stdin is not None
        calls = [call(n, "memory_get", block=1) for n in range(1, 4)]
        process.stdin.write(b"".join(json.dumps(one).encode() + b"\n" for one in (INITIALIZE, INITIALIZED, *calls)))
        process.stdin.close()
        assert process.wait(WAIT_S) == 0
        os.close(read)


STRAYS = """
import sys
from greeum.mcp import stdio
from greeum.mcp.catalogue import server_of
from greeum.testing import memory

def open_memory():
    print("a stray print")
    sys.stdout.write("and another")
    sys.stdout.flush()
    import os
    os.system("echo of a child")
    assert sys.stdin.read() == ""
    return memory()

stdio.serve(open_memory, lambda local: server_of("memory", lambda _: local), "memory", read_only=False)
"""


def test_whatever_is_printed_goes_to_standard_error() -> None:
    with Talk(command=[sys.executable, "-c", STRAYS]) as talk:
        talk.open()
        assert text_of(talk.ask(call(1, "memory_add", text="x"))) == "Remembered as block 1."
        code, said, errors = talk.end()
        assert (code, said) == (0, [])
        assert all(stray in errors for stray in ("a stray print", "and another", "of a child"))


def test_standard_input_is_closed(tmp_path: Path) -> None:
    script = (
        "import sys; sys.stdin = None; from greeum.cli import main; sys.exit(main(['mcp', '--memory', sys.argv[1]]))"
    )
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "standard input: is closed" in done.stderr


# How soon it answers.

CPU_RATIO_MAX = 5.5
"""CPU time from the start of the process to the answer to `initialize`, in starts of a Python that does nothing: 100 ms
where that takes 18."""

RUNS = 5


def cpu_ns(process: subprocess.Popen[bytes]) -> int:
    """Time that the threads of a process have spent on a processor."""
    tasks = Path("/proc", str(process.pid), "task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks)


def until_first_line(command: list[str], line: bytes) -> int:
    """The CPU time of a process until it has said something. Coverage would be most of it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(line)
    process.stdin.flush()
    assert process.stdout.readline()
    spent = cpu_ns(process)
    process.kill()
    process.wait()
    process.stdin.close()
    process.stdout.close()
    return spent


needs_proc = pytest.mark.skipif(
    not Path("/proc/self/schedstat").exists(), reason="only Linux tells what another process is doing"
)


@needs_proc
def test_initialize_is_answered_before_the_sdk_is_loaded(tmp_path: Path) -> None:
    line = json.dumps(INITIALIZE).encode() + b"\n"
    ours = [sys.executable, "-m", "greeum", "mcp", "--memory", str(tmp_path / "memory")]
    bare = [sys.executable, "-c", "input(); print(1, flush=True); input()"]
    spent = min(until_first_line(ours, line) for _ in range(RUNS))
    least = min(until_first_line(bare, line) for _ in range(RUNS))
    assert spent / least < CPU_RATIO_MAX


WHEN_ANSWERED = """
import sys
from greeum.mcp import wire
send = wire.Wire.send
def noted(self, line):
    sys.stderr.write(" ".join(sorted(sys.modules)) + "\\n")
    send(self, line)
    wire.Wire.send = send
wire.Wire.send = noted
from greeum.cli import main
sys.exit(main(["mcp", "--memory", sys.argv[1]]))
"""


def test_what_is_loaded_when_initialize_is_answered(tmp_path: Path) -> None:
    with Talk(str(tmp_path / "memory"), command=[sys.executable, "-c", WHEN_ANSWERED]) as talk:
        talk.ask(INITIALIZE)
        code, _, errors = talk.end()
    assert code == 0
    loaded = set(errors.split())
    assert loaded & {"mcp", "mcp_types", "pydantic", "anyio", "asyncio", "logging", "greeum._core", "apsw"} == set()


@needs_proc
def test_an_answer_to_a_late_client_comes_while_the_sdk_is_being_loaded(tmp_path: Path) -> None:
    with Talk("mcp", home=tmp_path / "memory") as talk:
        maps = Path("/proc", str(talk.process.pid), "maps")
        deadline_s = time.monotonic() + WAIT_S
        while "pydantic_core" not in maps.read_text():
            assert time.monotonic() < deadline_s
            time.sleep(0.001)
        assert talk.ask(INITIALIZE)["result"]["serverInfo"]["name"] == "greeum"
        talk.say(INITIALIZED)
        assert text_of(talk.ask(call(1, "memory_add", text="x"))) == "Remembered as block 1."


def test_without_the_sdk(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert main(["mcp"]) == 2
    assert 'pip install ".[mcp]" in its directory' in capsys.readouterr().err
