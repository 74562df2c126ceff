"""HTTP/1.1 as the server speaks it: what is a request, what is none, and what becomes of either."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from typing import Any

import pytest
from tests.listening import listening

from greeum.api import connection as connections
from greeum.api import reader

GET = b"GET /path HTTP/1.1\r\nhost: localhost\r\n\r\n"


def post(body: bytes, *headers: bytes) -> bytes:
    return b"\r\n".join(
        [b"POST /path HTTP/1.1", b"host: localhost", b"content-length: %d" % len(body), *headers, b"", body]
    )


async def lifespan(receive: Any, send: Any) -> None:
    for stage in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{stage}.complete"})


async def body_of(receive: Any) -> bytes:
    body: bytes = b""
    while True:
        message = await receive()
        assert message["type"] == "http.request"
        body += bytes(message["body"])
        if not message["more_body"]:
            return body


async def respond(send: Any, body: bytes, status: int = 200, headers: Any = ()) -> None:
    length = (b"content-length", b"%d" % len(body))
    await send({"type": "http.response.start", "status": status, "headers": [length, *headers]})
    await send({"type": "http.response.body", "body": body})


async def tell(scope: Any, receive: Any, send: Any) -> None:
    """Answers with what it has understood."""
    if scope["type"] == "lifespan":
        await lifespan(receive, send)
        return
    told = {name: scope[name] for name in ("method", "path", "http_version", "root_path", "scheme")}
    told["raw_path"], told["query_string"] = scope["raw_path"].decode(), scope["query_string"].decode()
    told["headers"] = [[name.decode("latin-1"), value.decode("latin-1")] for name, value in scope["headers"]]
    told["client"] = scope["client"][0]
    told["body"] = (await body_of(receive)).decode()
    await respond(send, json.dumps(told).encode())


def application(handle: Any) -> Any:
    """An application that handles requests so."""

    async def found(scope: Any, receive: Any, send: Any) -> None:
        await (lifespan(receive, send) if scope["type"] == "lifespan" else handle(scope, receive, send))

    return found


def problem(body: bytes) -> tuple[str, int]:
    found = json.loads(body)
    assert found["instance"].startswith("urn:greeum:request:")
    return found["type"].removeprefix("urn:greeum:problem:"), found["status"]


# Requests.


@pytest.mark.parametrize(
    ("request_line", "url"),
    [
        (b"GET http://mem.example:81/a%20b?c=d HTTP/1.1", ("mem.example:81", "/a b", "c=d")),
        (b"GET HTTP://mem.example HTTP/1.1", ("mem.example", "/", "")),
        (b"GET http://mem.example?c=d HTTP/1.1", ("mem.example", "/", "c=d")),
        (b"GET /http://mem.example/ HTTP/1.1", ("localhost", "/http://mem.example/", "")),
    ],
)
def test_a_url_in_whole_says_what_host_is_meant(request_line: bytes, url: tuple[str, str, str]) -> None:
    with listening(tell) as server:
        told = json.loads(server.client().ask(request_line + b"\r\nhost: localhost\r\n\r\n").body)
        hosts = [value for name, value in told["headers"] if name == "host"]
        assert (*hosts, told["path"], told["query_string"]) == url


@pytest.mark.parametrize(
    ("request_", "status", "detail"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", 400, "A request of HTTP/1.1 needs a Host header, and only one"),
        (b"GET http://a/ HTTP/1.1\r\nhost: a\r\nhost: a\r\n\r\n", 400, "A request of HTTP/1.1 needs a Host"),
        (b"FOO /v1/search HTTP/1.1\r\nhost: a\r\n\r\n", 501, "There is no such method here"),
        (b"\x16\x03\x01\x02\x00", 400, "This is not HTTP/1.1"),
    ],
)
def test_what_is_refused_says_why(request_: bytes, status: int, detail: str) -> None:
    with listening(tell, linger_s=0.1) as server:
        answer = server.client().ask(request_)
        assert answer.status == status
        assert json.loads(answer.body)["detail"].startswith(detail)


def test_a_request_reaches_the_application_and_its_answer_the_client() -> None:
    with listening(tell) as server:
        answer = server.client().ask(
            post(b"hello", b"X-Thing: a", b"x-thing: b").replace(b"/path", b"/a%20b/%ea%b0%80?c=%20d")
        )
        told = json.loads(answer.body)
        assert (answer.status, told["method"], told["body"], told["client"]) == (200, "POST", "hello", "127.0.0.1")
        assert (told["path"], told["raw_path"], told["query_string"]) == ("/a b/가", "/a%20b/%ea%b0%80", "c=%20d")
        assert [value for name, value in told["headers"] if name == "x-thing"] == ["a", "b"]
        assert set(answer.headers) == {"date", "content-length"}
        assert answer.headers["date"].endswith("GMT")


def test_a_connection_serves_many_requests() -> None:
    with listening(tell) as server:
        client = server.client()
        for number in range(50):
            assert json.loads(client.ask(post(b"%d" % number)).body)["body"] == str(number)
        assert len(server.gate.connections) == 1


def test_a_request_may_come_byte_by_byte() -> None:
    with listening(tell) as server:
        client = server.client()
        client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in post(b"hello", b"x-thing: a"):
            client.send(bytes([byte]))
        told = json.loads(client.answer().body)
        assert told["body"] == "hello"
        assert ["x-thing", "a"] in told["headers"]


def test_a_body_may_come_in_chunks_and_its_trailers_are_no_headers() -> None:
    with listening(tell) as server:
        client = server.client()
        head = b"POST / HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n"
        client.send(head + b"3\r\nabc\r\n")
        client.send(b"2;extension=1\r\nde\r\n0\r\nauthorization: Bearer x\r\n\r\n")
        told = json.loads(client.answer().body)
        assert told["body"] == "abcde"
        assert [name for name, _ in told["headers"]] == ["host", "transfer-encoding"]
        assert client.ask(GET).status == 200


def test_a_body_larger_than_what_is_buffered_arrives_whole() -> None:
    sizes: list[int] = []

    async def handle(scope: Any, receive: Any, send: Any) -> None:
        total = 0
        while True:
            message = await receive()
            sizes.append(len(message["body"]))
            total += len(message["body"])
            if not message["more_body"]:
                break
        await respond(send, b"%d" % total)

    with listening(application(handle)) as server:
        assert server.client().ask(post(b"x" * 5_000_000)).body == b"5000000"
    assert len(sizes) > 5
    assert max(sizes) < 5 * connections.BUFFERED_BYTES_MAX


def test_what_waits_for_permission_to_send_its_body_gets_it() -> None:
    with listening(tell) as server:
        client = server.client()
        client.send(b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n")
        assert client.some() == b"HTTP/1.1 100 Continue\r\n\r\n"
        assert json.loads(client.ask(b"ab").body)["body"] == "ab"


def test_requests_in_advance_are_answered_in_their_order() -> None:
    async def handle(scope: Any, receive: Any, send: Any) -> None:
        body = await body_of(receive)
        await asyncio.sleep(float(body))
        await respond(send, body)

    with listening(application(handle)) as server:
        client = server.client()
        client.send(post(b"0.05") + post(b"0.0") + post(b"0.01"))
        assert [client.answer().body for _ in range(3)] == [b"0.05", b"0.0", b"0.01"]
        assert client.ask(post(b"0")).body == b"0"


# What is no request.


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"hello\r\n\r\n", 400),
        (b"GET / HTTP/9.9\r\nhost: a\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n", 400),
        (b"GET /%ff HTTP/1.1\r\nhost: a\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nhost: a\r\nbad header: x\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nhost: a\r\nx: \0\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nz\r\n", 400),
        (b"GET /" + b"a" * reader.URL_BYTES_MAX + b" HTTP/1.1\r\nhost: a\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nhost: a\r\n" + b"a: b\r\n" * reader.HEADERS_MAX + b"\r\n", 431),
        (b"GET / HTTP/1.1\r\nhost: a\r\nx: " + b"a" * reader.HEADER_BYTES_MAX + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nhost: a\r\nx: " + b"a" * 3 * reader.HEADER_BYTES_MAX, 431),
        (b"GET /" + b"a" * 3 * reader.HEADER_BYTES_MAX, 431),
        (b"\r\n" * reader.HEADER_BYTES_MAX, 431),
    ],
)  # fmt: skip
def test_what_is_no_request_is_refused_as_a_problem_and_the_connection_closed(content: bytes, status: int) -> None:
    with listening(tell, linger_s=0.1) as server:
        client = server.client()
        client.send(content)
        answer = client.answer()
        assert answer.status == status
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["connection"] == "close"
        assert answer.headers["x-request-id"] in answer.body.decode()
        assert problem(answer.body) == ("invalid-input" if status == 400 else "too-large", status)
        assert client.rest() == b""
        server.until(lambda: not server.gate.connections)
        assert server.client().ask(GET).status == 200


def test_a_trailer_without_an_end_is_refused() -> None:
    with listening(tell, linger_s=0.1) as server:
        client = server.client()
        client.send(b"POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n0\r\nx: ")
        server.until(lambda: len(server.gate.tasks) == 1)
        client.send(b"a" * 2 * reader.HEADER_BYTES_MAX)
        assert client.answer().status == 431


def test_requests_before_the_bad_one_are_answered_first() -> None:
    released = threading.Event()

    async def handle(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.to_thread(released.wait, 5)
        await respond(send, b"well")

    with listening(application(handle), linger_s=0.1) as server:
        client = server.client()
        client.send(GET + b"nonsense\r\n\r\n")
        server.until(lambda: server.gate.waiting == 1)
        released.set()
        assert client.answer().body == b"well"
        assert client.rest() == b""


# Answers.


@pytest.mark.parametrize(
    ("content", "method"),
    [
        (GET.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n"), "GET"),
        (GET.replace(b"1.1", b"1.0"), "GET"),
        (b"GET /path HTTP/1.0\r\n\r\n", "GET"),
        (GET.replace(b"GET", b"HEAD").replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n"), "HEAD"),
    ],
)
def test_a_client_that_wants_the_connection_closed_has_it_closed(content: bytes, method: str) -> None:
    with listening(tell) as server:
        client = server.client()
        answer = client.ask(content, method)
        assert (answer.status, answer.headers["connection"]) == (200, "close")
        assert bool(answer.body) == (method != "HEAD")
        assert client.rest() == b""


def test_an_answer_without_a_length_is_sent_in_chunks_as_it_comes() -> None:
    go_on = threading.Event()

    async def handle(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"x-a", b"b")]})
        await asyncio.to_thread(go_on.wait, 5)
        for part in (b"one", b"", b"two"):
            await send({"type": "http.response.body", "body": part, "more_body": True})
        await send({"type": "http.response.body"})

    with listening(application(handle)) as server:
        client = server.client()
        client.send(GET)
        # The head comes before there is any body: whoever reads a stream wants to know that it has begun.
        head = client.some()
        assert head.startswith(b"HTTP/1.1 200 OK\r\n")
        assert b"transfer-encoding: chunked\r\n" in head
        assert server.call(lambda: server.gate.waiting) == 0
        go_on.set()
        body = b""
        while not body.endswith(b"0\r\n\r\n"):
            body += client.some()
        assert body == b"3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"
        assert client.ask(GET).body == b"onetwo"
        old = server.client()
        old.send(GET.replace(b"1.1", b"1.0"))
        head, _, body = old.rest().partition(b"\r\n\r\n")
        assert body == b"onetwo"
        assert b"chunked" not in head


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_that_has_no_body_ends_with_its_head(status: int) -> None:
    async def handle(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": status, "headers": []})
        await send({"type": "http.response.body"})

    with listening(application(handle)) as server:
        client = server.client()
        assert client.ask(GET)[::2] == (status, b"")
        assert client.ask(GET).status == status


START: Any = {"type": "http.response.start", "status": 200, "headers": []}
BODY: Any = {"type": "http.response.body", "body": b"ab"}


@pytest.mark.parametrize(
    "messages",
    [
        [],
        [BODY],
        [START | {"headers": [(b"x", b"a\r\nset-cookie: b")]}],
        [START | {"headers": [(b"x\n", b"a")]}],
        [START | {"headers": [(b"x", b"\0")]}],
        [START | {"headers": [(b"content-length", b"1")]}, BODY],
        [START | {"headers": [(b"content-length", b"3")]}, BODY],
        [START, START],
        [START],
        [START, BODY | {"more_body": True}],
    ],
)
def test_an_application_that_fails_ends_its_own_request_only(messages: list[Any]) -> None:
    async def handle(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/well":
            await respond(send, b"well")
            return
        for message in messages:
            await send(message)

    with listening(application(handle), linger_s=0.1) as server:
        client = server.client()
        client.send(GET)
        content = client.rest()
        if content.startswith(b"HTTP/1.1 500"):
            assert problem(content.partition(b"\r\n\r\n")[2]) == ("internal", 500)
        else:
            # What has begun is cut off, so that nobody takes it for the whole.
            assert not content.endswith(b"0\r\n\r\n")
            assert content.partition(b"\r\n\r\n")[2] in (b"", b"2\r\nab\r\n")
        assert server.client().ask(GET.replace(b"/path", b"/well")).body == b"well"
        assert server.call(lambda: (server.gate.waiting, len(server.gate.tasks))) == (0, 0)


def test_what_an_application_sends_after_its_answer_reaches_nobody() -> None:
    async def handle(scope: Any, receive: Any, send: Any) -> None:
        for message in (START, BODY, BODY):
            await send(message)

    with listening(application(handle)) as server:
        client = server.client()
        for _ in range(2):
            assert client.ask(GET).body == b"ab"


def test_an_answer_before_the_body_was_read_reaches_the_client_and_ends_the_connection() -> None:
    async def handle(scope: Any, receive: Any, send: Any) -> None:
        await respond(send, b"too large", 413)

    with listening(application(handle), linger_s=0.3) as server:
        client = server.client()
        client.send(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 10000000\r\n\r\n" + b"x" * 100_000)
        answer = client.answer()
        assert (answer.status, answer.headers["connection"]) == (413, "close")
        assert client.rest() == b""
        server.until(lambda: not server.gate.connections)


def test_a_refusal_of_a_body_that_is_there_already_leaves_the_connection_open() -> None:
    async def handle(scope: Any, receive: Any, send: Any) -> None:
        await respond(send, b"no", 401)

    with listening(application(handle)) as server:
        client = server.client()
        for _ in range(3):
            assert client.ask(post(b"x" * 1_000)).status == 401


def test_an_application_is_told_that_its_client_has_gone() -> None:
    told: list[str] = []

    async def handle(scope: Any, receive: Any, send: Any) -> None:
        await body_of(receive)
        told.append((await receive())["type"])
        # What is sent now goes nowhere, and is no error.
        await respond(send, b"late")
        told.append("sent")

    with listening(application(handle)) as server:
        client = server.client()
        client.send(post(b"ab"))
        server.until(lambda: server.gate.waiting == 1)
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        client.close()
        server.until(lambda: told == ["http.disconnect", "sent"])
        assert server.call(lambda: server.gate.waiting) == 0


def test_a_client_that_has_said_all_still_gets_its_answer() -> None:
    released = threading.Event()

    async def handle(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.to_thread(released.wait, 5)
        await respond(send, b"well")

    with listening(application(handle)) as server:
        client = server.client()
        client.send(GET)
        client.socket.shutdown(socket.SHUT_WR)
        server.until(lambda: server.gate.waiting == 1)
        released.set()
        assert client.answer().body == b"well"


def test_after_its_answer_an_application_that_listens_on_hears_the_end() -> None:
    told: list[str] = []

    async def handle(scope: Any, receive: Any, send: Any) -> None:
        await body_of(receive)
        listening_on = asyncio.ensure_future(receive())
        await asyncio.sleep(0)
        await respond(send, b"well")
        told.append((await listening_on)["type"])

    with listening(application(handle)) as server:
        client = server.client()
        for _ in range(3):
            assert client.ask(GET).body == b"well"
        server.until(lambda: told == ["http.disconnect"] * 3)


# Time-outs.


@pytest.fixture(autouse=True)
def quick_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("greeum.api.server.SWEEP_S", 0.02)


def test_what_is_half_sent_or_not_begun_is_closed() -> None:
    with listening(tell, headers_s=0.2) as server:
        silent, half, dripping = (server.client() for _ in range(3))
        half.send(GET[:-2])
        dripping.send(GET[:5])
        stop = threading.Event()

        def drip() -> None:
            for byte in GET[5:]:
                if stop.wait(0.05):
                    return
                try:
                    dripping.send(bytes([byte]))
                except OSError:
                    return

        thread = threading.Thread(target=drip)
        thread.start()
        try:
            assert silent.rest() == b""
            assert half.answer().status == 408
            assert dripping.rest().startswith(b"HTTP/1.1 408 ")
            server.until(lambda: not server.gate.connections)
        finally:
            stop.set()
            thread.join()


def test_a_body_that_comes_too_slowly_is_closed_and_its_request_ends() -> None:
    told: list[str] = []

    async def handle(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        while (message := await receive())["type"] == "http.request":
            pass
        told.append(message["type"])

    with listening(application(handle), body_grace_s=0.2) as server:
        client = server.client()
        client.send(post(b"x" * 100)[:-50])
        answer = client.answer()
        assert (answer.status, problem(answer.body)) == (408, ("timeout", 408))
        server.until(lambda: told == ["http.disconnect"])
        assert client.rest() == b""


def test_a_large_body_has_the_time_that_its_size_needs() -> None:
    with listening(tell, body_grace_s=0.15, body_bytes_per_s=100_000) as server:
        client, waiting = server.client(), threading.Event()
        content = post(b"x" * 40_000)
        client.send(content[:-30_000])
        for start in range(30_000, 0, -10_000):
            waiting.wait(0.1)
            client.send(content[len(content) - start : len(content) - start + 10_000])
        assert client.answer().status == 200


def test_a_body_that_the_application_does_not_take_is_not_the_client_s_fault() -> None:
    released = threading.Event()

    async def handle(scope: Any, receive: Any, send: Any) -> None:
        await asyncio.to_thread(released.wait, 5)
        await respond(send, b"%d" % len(await body_of(receive)))

    with listening(application(handle), body_grace_s=0.1) as server:
        client = server.client()
        sender = threading.Thread(target=client.send, args=(post(b"x" * 3_000_000),))
        sender.start()
        server.until(lambda: len(server.gate.connections) == 1)
        released.wait(0.4)
        released.set()
        assert client.answer().body == b"3000000"
        sender.join()


def test_a_connection_that_is_silent_after_its_request_is_closed_later() -> None:
    with listening(tell, headers_s=0.05, idle_s=0.3) as server:
        client, waiting = server.client(), threading.Event()
        assert client.ask(GET).status == 200
        waiting.wait(0.15)
        assert client.ask(GET).status == 200
        assert client.rest() == b""


def test_a_client_that_takes_nothing_of_its_answer_is_cut_off() -> None:
    ended = threading.Event()

    async def handle(scope: Any, receive: Any, send: Any) -> None:
        gone = asyncio.ensure_future(receive_end(receive))
        await send(START)
        while not gone.done():
            await send({"type": "http.response.body", "body": b"x" * 65_536, "more_body": True})
        ended.set()

    with listening(application(handle), stall_s=0.2) as server:
        client = server.client()
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        client.send(GET)
        assert ended.wait(5)
        server.until(lambda: not server.gate.connections)


async def receive_end(receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def test_a_slow_reader_gets_all_of_a_long_answer() -> None:
    size = 8_000_000

    async def handle(scope: Any, receive: Any, send: Any) -> None:
        await respond(send, b"x" * size)

    with listening(application(handle), stall_s=1.0) as server:
        client, waiting = server.client(), threading.Event()
        client.send(GET)
        waiting.wait(0.1)
        assert len(client.answer().body) == size
        assert client.ask(GET).status == 200


def test_the_slowest_reader_is_cut_off_when_more_waits_for_clients_than_may() -> None:
    size = 20_000_000

    async def handle(scope: Any, receive: Any, send: Any) -> None:
        await respond(send, b"x" * size)

    with listening(application(handle), unread_bytes_max=size * 2) as server:
        connections = server.gate.connections
        slow, first, second = (server.client() for _ in range(3))
        slow.send(GET)
        server.until(lambda: any(one.write_paused for one in connections))
        [paused] = server.call(lambda: [one for one in connections if one.write_paused])
        first.send(GET)
        server.until(lambda: sum(one.write_paused for one in connections) == 2)
        assert server.call(lambda: len(connections)) == 3
        second.send(GET)
        server.until(lambda: paused not in connections)
        assert len(slow.rest()) < size
        assert [len(client.answer().body) for client in (first, second)] == [size, size]


# Overload.


def test_more_than_may_wait_are_turned_away_at_once_and_may_come_again() -> None:
    released = threading.Event()

    async def handle(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == "/path":
            await asyncio.to_thread(released.wait, 5)
        await respond(send, b"well")

    with listening(application(handle), waiting_max=2, linger_s=0.1) as server:
        waiting = [server.client() for _ in range(2)]
        for client in waiting:
            client.send(post(b"ab"))
        server.until(lambda: server.gate.waiting == 2)
        other = server.client()
        for _ in range(3):
            answer = other.ask(post(b"ab"))
            assert (answer.status, problem(answer.body)) == (503, ("unavailable", 503))
            assert answer.headers["retry-after"] == "1"
        assert other.ask(post(b"").replace(b"/path", b"/livez")).status == 200
        large = server.client()
        large.send(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 10000000\r\n\r\n")
        assert (large.answer().status, large.rest()) == (503, b"")
        # One that would be the last of its connection is, whatever comes after it in the same packet.
        last = server.client()
        last.send(GET.replace(b"1.1", b"1.0") + GET + GET)
        assert (last.answer().status, last.rest()) == (503, b"")
        released.set()
        assert [client.answer().status for client in waiting] == [200, 200]
        assert other.ask(post(b"ab")).status == 200


def test_connections_that_are_silent_or_slow_do_not_count_as_waiting() -> None:
    with listening(tell, waiting_max=1) as server:
        slow = [server.client() for _ in range(20)]
        for client in slow[:10]:
            client.send(post(b"ab")[:-1])
        server.until(lambda: len(server.gate.connections) == 20)
        assert server.client().ask(GET).status == 200
        for client in slow[:10]:
            assert client.ask(b"b").status == 200


def test_more_connections_than_may_be_open_are_told_so() -> None:
    with listening(tell, connections_max=2, linger_s=0.1) as server:
        first = [server.client() for _ in range(2)]
        assert [client.ask(GET).status for client in first] == [200, 200]
        assert server.client().rest().startswith(b"HTTP/1.1 503 ")
        first[0].close()
        server.until(lambda: len(server.gate.connections) == 1)
        assert server.client().ask(GET).status == 200
