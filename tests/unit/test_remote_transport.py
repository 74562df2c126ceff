"""What the client makes of servers that are busy, slow, broken, or no Greeum: an answer, or an error that says so."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate
from time import time
from typing import Any

import pytest
from tests.scripted import RESET, SILENCE, Says, Scripted, answer, chunks, problem, read, said, scripted, until

import greeum
from greeum import RemoteMemory
from greeum.errors import (
    Conflict,
    EmbedderFailed,
    Forbidden,
    GreeumError,
    InvalidInput,
    LogCut,
    NotFound,
    ServerFailed,
    StoreBusy,
    StoreClosed,
    StoreFailed,
    StoreFull,
    Unauthenticated,
)
from greeum.remote import connections
from greeum.remote.retries import TRIES_MAX, retry_after_s

KEY = "gk_very-secret-0123456789"

BLOCK = {
    "id": 7, "uid": "0" * 32, "namespace": "", "key": None, "text": "hello", "kind": "message", "source": None,
    "tags": [], "importance": 0.5, "metadata": {}, "at": "2025-03-04T09:00:00Z", "added_at": "2025-03-04T09:00:00Z",
    "valid_from": None, "valid_to": None, "expires_at": None, "revision": 1, "supersedes": None, "superseded_by": None,
    "superseded_at": None, "origin": "", "trust": 1.0, "flags": [], "uses": 0,
}  # fmt: skip

OUTCOME: dict[str, object] = {"is_new": True, "duplicate_of": None, "echo_of": None, "conflicts": []}

WELL = said(BLOCK | OUTCOME)

GONE = said(
    {
        "forgotten": [7], "blocks": 1, "versions": 1, "links": 0, "anchors": 0, "dry_run": False, "certificate": None,
        "untold": 0,
    }
)  # fmt: skip

UNSURE = "whether it was done is not known"


FORK = """
import os, sys, greeum
memory = greeum.connect(sys.argv[1])
memory.get(7)
if not os.fork():
    memory.get(7)
    os._exit(0)
assert os.wait()[1] == 0
memory.get(7)
"""


class Pauses(threading.Event):
    """How long was waited between attempts, without waiting."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        self.asked.append(timeout)
        return self.is_set()


class Returning(Pauses):
    """In the last pause the server comes back, and answers one request."""

    def __init__(self, away: socket.socket) -> None:
        super().__init__()
        self._away = away

    def wait(self, timeout: float | None = None) -> bool:
        if len(self.asked) == TRIES_MAX - 2:
            self._away.listen()
            threading.Thread(target=self._answer).start()
        return super().wait(timeout)

    def _answer(self) -> None:
        connection, _ = self._away.accept()
        with connection, connection.makefile("rb") as stream:
            read(stream, 1)
            connection.sendall(GONE.content)


def connect(server: Scripted, **options: Any) -> RemoteMemory:
    return greeum.connect(server.url, **options)


def pauses_of(memory: RemoteMemory) -> Pauses:
    memory._transport.closed = pauses = Pauses()
    return pauses


@pytest.fixture
def server() -> Iterator[Scripted]:
    with scripted(WELL) as server:
        yield server


class TestConnections:
    def test_one_is_kept_for_all_requests_also_those_that_are_refused(self, server: Scripted) -> None:
        server.script[:] = [WELL, problem("not-found", 404), Says(answer(204, b"")), WELL]
        with connect(server) as memory:
            assert memory.get(7).text == "hello"
            with pytest.raises(NotFound):
                memory.get(8)
            memory.unlink(7, 8)
            memory.get(7)
        assert server.connections == 1
        assert [one.target for one in server.received] == [
            "/v1/blocks/7", "/v1/blocks/8", "/v1/links?source=7&target=8&kind=about", "/v1/blocks/7",
        ]  # fmt: skip

    def test_each_thread_has_its_own(self, server: Scripted) -> None:
        with connect(server) as memory, ThreadPoolExecutor(8) as pool:
            assert {block.id for block in pool.map(memory.get, [7] * 64)} == {7}
            assert 1 <= server.connections <= 8
        numbers = [one.connection for one in server.received]
        assert len(numbers) == 64

    def test_one_that_the_server_has_ended_is_not_used_again(self, server: Scripted) -> None:
        server.script[:] = [Says(WELL.content, "ends"), GONE]
        with connect(server) as memory:
            memory.get(7)
            [(connection, _)] = memory._transport._connections._idle
            until(lambda: connections.is_readable(connection))
            assert memory.forget(7) == [7]
        assert [one.connection for one in server.received] == [1, 2]

    def test_one_that_was_idle_for_long_is_not_used_again(
        self, server: Scripted, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(connections, "IDLE_S", 0.0)
        with connect(server) as memory:
            memory.get(7)
            memory.get(7)
        assert server.connections == 2

    def test_only_so_many_are_kept(self, server: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(connections, "IDLE_CONNECTIONS_MAX", 0)
        with connect(server) as memory:
            memory.get(7)
            assert memory._transport._connections._idle == []

    def test_one_that_the_server_says_it_will_end_is_not_kept(self, server: Scripted) -> None:
        server.script[:] = [said(BLOCK | OUTCOME, Connection="close"), WELL]
        with connect(server) as memory:
            memory.get(7)
            memory.get(7)
        assert server.connections == 2

    @pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
    def test_a_process_that_was_forked_makes_its_own(self, server: Scripted) -> None:
        ended = subprocess.run([sys.executable, "-c", FORK, server.url], capture_output=True, text=True, check=False)
        assert ended.returncode == 0, ended.stderr
        numbers = [one.connection for one in server.received]
        assert numbers == [1, 2, 1], "that of the parent stays open"

    def test_after_closing_there_are_none(self, server: Scripted) -> None:
        memory = connect(server)
        memory.get(7)
        memory.close()
        memory.close()
        with pytest.raises(StoreClosed, match="connect again"):
            memory.get(7)
        assert len(server.received) == 1


class TestTryingAgain:
    @pytest.mark.parametrize("refusal", [("rate-limited", 429), ("unavailable", 503)])
    def test_a_busy_server_is_asked_again_when_it_says(self, server: Scripted, refusal: tuple[str, int]) -> None:
        server.script[:] = [problem(*refusal, Retry_After="2"), problem(*refusal, Retry_After="3"), WELL]
        with connect(server) as memory:
            pauses = pauses_of(memory)
            assert memory.get(7).id == 7
        assert len(server.received) == 3
        assert 2 <= pauses.asked[0] <= 2.5
        assert 3 <= pauses.asked[1] <= 3.75

    def test_without_a_word_on_when_it_is_not(self, server: Scripted) -> None:
        server.script[:] = [problem("unavailable", 503, "a writer is in the way", instance="urn:greeum:request:r-1")]
        with connect(server) as memory, pytest.raises(ServerFailed, match=r"a writer is in the way \(request r-1\)"):
            memory.get(7)
        assert len(server.received) == 1

    @pytest.mark.parametrize(
        "pause",
        ["86400", formatdate(time() + 86_400, usegmt=True), "9" * 400],
        ids=["seconds", "a date", "many digits"],
    )
    def test_a_pause_longer_than_anyone_waits_is_an_error_at_once(self, server: Scripted, pause: str) -> None:
        server.script[:] = [problem("rate-limited", 429, "slow down", Retry_After=pause)]
        with connect(server) as memory:
            pauses = pauses_of(memory)
            with pytest.raises(ServerFailed, match="slow down"):
                memory.get(7)
        assert pauses.asked == []

    def test_not_for_ever(self, server: Scripted) -> None:
        server.script[:] = [problem("unavailable", 503, "not yet", Retry_After="1")]
        with connect(server) as memory:
            pauses = pauses_of(memory)
            with pytest.raises(ServerFailed, match="not yet"):
                memory.search("hello")
        assert len(server.received) == TRIES_MAX
        assert len(pauses.asked) == TRIES_MAX - 1

    @pytest.mark.parametrize(
        "trouble", [RESET, *(Says(WELL.content[:size], "ends") for size in (0, 5, 20, 40, 60, 70, 73, 80, -1))]
    )
    def test_what_only_reads_is_asked_again_when_the_connection_breaks(self, server: Scripted, trouble: Says) -> None:
        server.script[:] = [trouble, trouble, WELL]
        with connect(server) as memory:
            pauses = pauses_of(memory)
            assert memory.get(7).id == 7
        assert 0.125 <= pauses.asked[0] <= 0.25 <= pauses.asked[1] <= 0.5

    def test_a_search_and_an_add_too_and_the_add_under_the_same_name(self, server: Scripted) -> None:
        server.script[:] = [RESET, said({"hits": []}), RESET, RESET, WELL, WELL]
        with connect(server) as memory:
            pauses_of(memory)
            assert memory.search("hello") == []
            memory.add("hello")
            memory.add("hello")
        names = [one.headers["idempotency-key"] for one in server.received if one.target == "/v1/blocks"]
        assert names[0] == names[1] == names[2] != names[3]
        assert all(len(name) == 32 for name in names)

    def test_a_name_of_the_callers_is_used(self, server: Scripted) -> None:
        server.script[:] = [RESET, WELL, said({"blocks": [BLOCK | OUTCOME]}), WELL]
        with connect(server) as memory:
            pauses_of(memory)
            memory.add("hello", idempotency_key="one")
            memory.add_many([{"text": "hello"}], idempotency_key="two")
            memory.update(7, importance=1, idempotency_key="three")
        assert [one.headers["idempotency-key"] for one in server.received] == ["one", "one", "two", "three"]

    def test_one_that_no_header_takes_is_told_from_all_others(self, server: Scripted) -> None:
        names = ("a b", "a  b", " a", "키", "a\nb", "x" * 255, "x" * 256)
        with connect(server) as memory:
            for name in (*names, *names):
                memory.add("hello", idempotency_key=name)
            for bad in ("", 5, "x" * 257, "\ud800"):
                with pytest.raises(InvalidInput) as caught:
                    memory.add("hello", idempotency_key=bad)  # type: ignore[arg-type]
                assert caught.value.field == "idempotency_key"
        sent = [one.headers["idempotency-key"] for one in server.received]
        assert sent[:7] == sent[7:]
        assert len(set(sent)) == 7
        assert all(re.fullmatch(r"[!-~]{1,255}", name) for name in sent)
        assert sent[5] == "x" * 255

    def test_a_change_of_fields_has_none_unless_it_is_given_one(self, server: Scripted) -> None:
        server.script[:] = [WELL, RESET]
        with connect(server) as memory:
            memory.update(7, text="hi", importance=1)
            with pytest.raises(ServerFailed, match=UNSURE):
                memory.update(7, importance=1)
        assert ["idempotency-key" in one.headers for one in server.received] == [True, False]

    def test_with_one_it_is_repeated_only_if_it_says_of_which_revision(self, server: Scripted) -> None:
        server.script[:] = [RESET, RESET, WELL]
        with connect(server) as memory:
            pauses_of(memory)
            with pytest.raises(ServerFailed, match=UNSURE):
                memory.update(7, importance=1, idempotency_key="one")
            memory.update(7, importance=1, idempotency_key="two", revision=3)
        assert [one.headers["idempotency-key"] for one in server.received] == ["one", "two", "two"]

    @pytest.mark.parametrize(
        "trouble",
        [
            RESET,
            Says(b"", "ends"),
            problem("store-closed", 503, Retry_After="1"),
            problem("store-failed", 503),
            problem("internal", 500),
            said("<html>", 503, Retry_After="1"),
            said("<html>", 502),
        ],
    )
    def test_what_may_have_been_done_is_not_done_again(self, server: Scripted, trouble: Says) -> None:
        server.script[:] = [trouble, GONE]
        with connect(server) as memory:
            pauses = pauses_of(memory)
            with pytest.raises((ServerFailed, StoreClosed, StoreFailed), match=UNSURE):
                memory.forget(7)
        assert len(server.received) == 1
        assert pauses.asked == []

    @pytest.mark.parametrize("refusal", [("rate-limited", 429), ("unavailable", 503), ("store-busy", 503)])
    def test_what_was_turned_away_is(self, server: Scripted, refusal: tuple[str, int]) -> None:
        server.script[:] = [problem(*refusal, Retry_After="1"), GONE]
        with connect(server) as memory:
            pauses_of(memory)
            assert memory.forget(7) == [7]

    def test_what_was_turned_away_for_good_was_not_done(self, server: Scripted) -> None:
        server.script[:] = [problem("store-busy", 503)]
        with connect(server) as memory, pytest.raises(StoreBusy) as caught:
            memory.forget(7)
        assert UNSURE not in str(caught.value)

    def test_lines_that_have_been_sent_are_not_sent_again(self, server: Scripted) -> None:
        server.script[:] = [problem("rate-limited", 429, "slow down", Retry_After="1"), said({"added": 1})]
        with connect(server) as memory:
            pauses_of(memory)
            with pytest.raises(ServerFailed, match="slow down"):
                memory.import_(iter(["{}"]))
        assert len(server.received) == 1

    def test_a_server_that_is_not_there(self) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            memory = greeum.connect(f"http://127.0.0.1:{taken.getsockname()[1]}")
            pauses = pauses_of(memory)
            with pytest.raises(ServerFailed, match=r"cannot be reached .*is `greeum serve` running there\?"):
                memory.forget(7)
        assert len(pauses.asked) == TRIES_MAX - 1

    def test_a_server_that_restarts_is_waited_for_whatever_was_asked(self) -> None:
        """It listens again when all that a client waits for it has passed: four to eight seconds."""
        with socket.socket() as away:
            away.bind(("127.0.0.1", 0))
            memory = greeum.connect(f"http://127.0.0.1:{away.getsockname()[1]}")
            pauses = memory._transport.closed = Returning(away)
            assert memory.forget(7) == [7]
            assert len(pauses.asked) == TRIES_MAX - 1
            assert 3.8 < sum(pauses.asked) < 7.8
            memory.close()

    @pytest.mark.parametrize("status", [502, 503])
    def test_so_is_one_behind_a_proxy_where_that_does_no_harm(self, server: Scripted, status: int) -> None:
        server.script[:] = [Says(answer(status, HTML, "text/html")), WELL]
        with connect(server) as memory:
            pauses = pauses_of(memory)
            assert memory.add("hello").id == 7
        assert len(pauses.asked) == 1

    def test_but_not_the_silence_that_a_proxy_tells_of(self, server: Scripted) -> None:
        server.script[:] = [Says(answer(504, HTML, "text/html")), WELL]
        with connect(server) as memory, pytest.raises(ServerFailed, match="answered 504"):
            memory.get(7)
        assert len(server.received) == 1

    def test_closing_ends_the_waiting(self, server: Scripted) -> None:
        server.script[:] = [problem("unavailable", 503, Retry_After="20")]
        memory = connect(server)
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(memory.get, 7)
            until(lambda: bool(server.received))
            memory.close()
            with pytest.raises(StoreClosed):
                waiting.result(20)

    @pytest.mark.parametrize(
        ("header", "seconds"),
        [(None, None), ("", None), ("7", 7.0), (" 0 ", 0.0), ("soon", None), ("-1", None), ("٣", None)],
    )
    def test_what_a_server_may_say(self, header: str | None, seconds: float | None) -> None:
        assert retry_after_s(header) == seconds

    def test_or_by_the_clock(self) -> None:
        assert retry_after_s(formatdate(time() + 10, usegmt=True)) == pytest.approx(10, abs=5)
        assert retry_after_s(formatdate(time() - 10, usegmt=True)) == 0


class TestSilence:
    def test_nobody_waits_longer_than_was_said_and_nobody_asks_again(self, server: Scripted) -> None:
        server.script[:] = [SILENCE]
        with connect(server, timeout_s=0.05) as memory:
            with pytest.raises(ServerFailed, match=r"no answer within 0.05 s$"):
                memory.get(7)
            with pytest.raises(ServerFailed, match=f"no answer within 0.05 s; {UNSURE}"):
                memory.add("hello")
        assert len(server.received) == 2

    def test_an_answer_that_comes_in_drops_is_none(self, server: Scripted) -> None:
        server.script[:] = [Says(WELL.content, drip_s=0.004)]
        with connect(server, timeout_s=0.2) as memory, pytest.raises(ServerFailed, match="no answer within"):
            memory.get(7)

    @pytest.mark.parametrize("timeout_s", [0, -1, float("nan"), float("inf"), "1", True, 1e9])
    def test_it_must_be_a_time(self, timeout_s: Any) -> None:
        with pytest.raises(InvalidInput) as caught:
            greeum.connect("http://127.0.0.1:1", timeout_s=timeout_s)
        assert caught.value.field == "timeout_s"


HTML = b"<html>Welcome to nginx!</html>"


class TestWhatIsNoGreeum:
    @pytest.mark.parametrize(
        ("says", "message"),
        [
            (Says(answer(200, HTML, "text/html")), "text/html where Greeum gives application/json"),
            (Says(answer(200, b"", "")), "something where Greeum"),
            (Says(answer(204, b"")), "answered what no Greeum answers"),
            (Says(answer(404, HTML, "text/html")), "answered 404 Said, and not as Greeum does"),
            (Says(answer(502, HTML, "text/html")), "answered 502 Said, and not as Greeum does"),
            (Says(answer(404, b"{}")), "answered 404 Said, and not as Greeum does"),
            (Says(answer(200, b'{"id": 7')), "answered 200 with what is no JSON"),
            (Says(answer(200, b'{"id": "\xff"}')), "answered 200 with what is no JSON"),
            (Says(answer(200, b"[" * 100_000)), "answered 200 with what is no JSON"),
            (Says(answer(200, b'{"id": NaN}')), "answered 200 with what is no JSON"),
            (Says(answer(500, b"[", "application/problem+json")), "answered 500 with what is no JSON"),
            (Says(answer(500, b"[]", "application/problem+json")), "says that something is wrong"),
            (said([]), "answered what no Greeum answers"),
            (said({"id": 7}), r"KeyError\('uid'\)"),
            (said(BLOCK | {"id": "7"}), "no whole number"),
            (said(BLOCK | {"id": True}), "no whole number"),
            (said(BLOCK | {"text": None}), "no string"),
            (said(BLOCK | {"at": "yesterday"}), "no time"),
            (said(BLOCK | {"tags": {"a": 1}}), "no list"),
            (said(BLOCK | {"metadata": [1]}), "no object"),
            (said(BLOCK | {"importance": "much"}), "no number"),
            (said({"error": "unknown"}, 418), "answered 418"),
            (Says(b"SSH-2.0-OpenSSH_9.9\r\n", "ends"), "the connection broke"),
            (Says(b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 200 + b"\r\n", "ends"), "the connection broke"),
        ],
    )
    def test_it_is_said(self, server: Scripted, says: Says, message: str) -> None:
        server.script[:] = [says]
        with connect(server) as memory:
            pauses_of(memory)
            with pytest.raises(ServerFailed, match=message) as caught:
                memory.get(7)
        assert str(caught.value).startswith(server.url)
        assert UNSURE not in str(caught.value)

    def test_a_change_may_have_been_made_all_the_same(self, server: Scripted) -> None:
        for says in (said([]), Says(answer(200, HTML, "text/html"))):
            server.script[:] = [says]
            with connect(server) as memory, pytest.raises(ServerFailed, match=UNSURE):
                memory.add("hello")

    def test_redirects_are_not_followed(self, server: Scripted) -> None:
        server.script[:] = [Says(answer(307, b"", Location=server.url + "/elsewhere")), WELL]
        with connect(server, key=KEY) as memory, pytest.raises(ServerFailed, match="answered 307"):
            memory.get(7)
        assert len(server.received) == 1

    def test_more_than_what_is_known_is_passed_over(self, server: Scripted) -> None:
        server.script[:] = [said(BLOCK | {"mood": "good"}, Content_Type="Application/JSON; charset=utf-8")]
        with connect(server) as memory:
            assert memory.get(7).text == "hello"


class TestProblems:
    @pytest.mark.parametrize(
        ("name", "status", "kind"),
        [
            ("conflict", 409, Conflict),
            ("precondition-failed", 412, Conflict),
            ("embedder-failed", 502, EmbedderFailed),
            ("forbidden", 403, Forbidden),
            ("internal", 500, ServerFailed),
            ("log-cut", 410, LogCut),
            ("method-not-allowed", 405, ServerFailed),
            ("not-found", 404, NotFound),
            ("store-full", 507, StoreFull),
            ("unauthenticated", 401, Unauthenticated),
        ],
    )
    def test_each_is_the_error_of_the_memory(
        self, server: Scripted, name: str, status: int, kind: type[GreeumError]
    ) -> None:
        server.script[:] = [problem(name, status, "block 7 이 없습니다")]
        with connect(server) as memory, pytest.raises(GreeumError, match="block 7 이 없습니다") as caught:
            memory.get(7)
        assert type(caught.value) is kind
        assert kind is ServerFailed or str(caught.value) == "block 7 이 없습니다"

    def test_what_cannot_be_used_is_named(self, server: Scripted) -> None:
        server.script[:] = [problem("invalid-input", 400, "where.sauce: is no field", field="where.sauce")]
        with connect(server) as memory, pytest.raises(InvalidInput) as caught:
            memory.search("hello")
        assert (caught.value.field, caught.value.reason) == ("where.sauce", "is no field")
        assert str(caught.value) == "where.sauce: is no field"

    def test_also_where_no_field_is_named(self, server: Scripted) -> None:
        server.script[:] = [problem("too-large", 413, "The body is too long")]
        with connect(server) as memory, pytest.raises(InvalidInput) as caught:
            memory.search("hello")
        assert (caught.value.field, caught.value.reason) == ("request", "The body is too long")


class TestStreams:
    def test_what_is_cut_off_is_no_end(self, server: Scripted) -> None:
        server.script[:] = [Says(chunks(b"one\ntwo\nth", whole=False), "ends")]
        with connect(server) as memory:
            lines: list[str] = []
            with pytest.raises(ServerFailed, match="cut off"):
                lines += memory.export()
            exported = memory.export()
            assert next(iter(exported)) == "one"

    def test_nor_is_less_than_was_announced(self, server: Scripted) -> None:
        server.script[:] = [Says(answer(200, b"one\ntwo\n", "application/x-ndjson", Content_Length="9"), "ends")]
        with connect(server) as memory, pytest.raises(ServerFailed, match="cut off"):
            list(memory.export())

    def test_nor_what_has_no_end_that_can_be_seen(self, server: Scripted) -> None:
        server.script[:] = [Says(b"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\n\r\none\n", "ends")]
        with connect(server) as memory, pytest.raises(ServerFailed, match="does not say where the answer ends"):
            list(memory.export())

    def test_lines_end_where_json_says_and_nowhere_else(self, server: Scripted) -> None:
        text = '"줄\u2028바꿈\x85\x0c"'
        server.script[:] = [Says(chunks(text.encode()[:5], text.encode()[5:] + b"\n\n", b"last")), WELL]
        with connect(server) as memory:
            assert list(memory.export()) == [text, "", "last"]
            memory.get(7)
        assert server.connections == 1, "it is kept when all has been read"

    def test_a_line_that_is_no_text(self, server: Scripted) -> None:
        server.script[:] = [Says(chunks(b"\xff\n"))]
        with connect(server) as memory, pytest.raises(ServerFailed, match="answered what no Greeum answers"):
            list(memory.export())

    def test_who_has_seen_enough_may_stop(self, server: Scripted) -> None:
        server.script[:] = [Says(chunks(b"one\ntwo\n", whole=False), "silent"), WELL]
        with connect(server) as memory:
            for line in memory.export():
                assert line == "one"
                break
            memory.get(7)
        assert server.connections == 2

    def test_and_who_never_looks_leaves_nothing_open(self, server: Scripted) -> None:
        server.script[:] = [Says(chunks(b"{}\n", whole=False), "silent")]
        with connect(server) as memory:
            hits = memory.stream("hello")
            [stream] = memory._transport._streams
            sock = stream.connection.sock
            del hits, stream
            assert sock.fileno() == -1
            assert not memory._transport._streams

    def test_closing_ends_it(self, server: Scripted) -> None:
        server.script[:] = [Says(chunks(b"one\n", whole=False), "silent")]
        memory = connect(server)
        exported = iter(memory.export())
        assert next(exported) == "one"
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(next, exported)
            memory.close()
            with pytest.raises(StoreClosed):
                waiting.result(20)

    def test_a_refusal_is_an_error_before_the_first_line(self, server: Scripted) -> None:
        server.script[:] = [problem("forbidden", 403, "for admins"), Says(answer(200, HTML, "text/html"))]
        with connect(server) as memory:
            with pytest.raises(Forbidden, match="for admins"):
                next(iter(memory.export()))
            with pytest.raises(ServerFailed, match="text/html where Greeum gives application/x-ndjson"):
                next(iter(memory.export()))


class TestUploads:
    def test_what_is_refused_meanwhile_is_not_sent_to_the_end(self) -> None:
        """The server answers after the first piece, and the lines go on without an end."""
        listener = socket.create_server(("127.0.0.1", 0))

        def serve() -> None:
            connection, _ = listener.accept()
            with connection, connection.makefile("rb") as stream:
                while stream.readline() != b"\r\n":
                    pass
                stream.readline()
                connection.sendall(problem("invalid-input", 400, "line 2: type: no", field="line 2: type").content)
                while stream.read(65_536):
                    pass

        thread = threading.Thread(target=serve)
        thread.start()
        sent = 0

        def lines() -> Iterator[str]:
            nonlocal sent
            while True:
                sent += 1
                yield '{"type": "greeum"}' + " " * 1_000 + "x"

        with greeum.connect(f"http://127.0.0.1:{listener.getsockname()[1]}") as memory:
            with pytest.raises(InvalidInput) as caught:
                memory.import_(lines())
            assert caught.value.field == "line 2: type"
        assert sent > 1
        thread.join(20)
        listener.close()

    def test_what_the_server_said_before_it_broke_the_connection_is_heard(self) -> None:
        listener = socket.create_server(("127.0.0.1", 0))

        def serve() -> None:
            connection, _ = listener.accept()
            connection.recv(100)
            connection.sendall(problem("forbidden", 403, "for admins").content)
            connection.shutdown(socket.SHUT_WR)
            connection.close()  # with most of the body unread, which breaks the connection

        thread = threading.Thread(target=serve)
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with greeum.connect(url) as memory, pytest.raises(GreeumError) as caught:
            memory.import_("x" * 100_000 for _ in range(1_000))
        thread.join(20)
        listener.close()
        # Whether the answer outlives the broken connection is up to the operating system.
        assert isinstance(caught.value, Forbidden) or UNSURE in str(caught.value)
