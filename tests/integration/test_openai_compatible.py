"""The HTTP embedder against a server of OpenAI's form on this machine: the good answers, and every kind of bad one."""

from __future__ import annotations

import json
import math
import socket
import struct
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import time
from typing import Any

import pytest

from greeum.embed import endpoint
from greeum.embed.endpoint import backoff_s, retry_after_s
from greeum.embed.openai_compatible import OpenAICompatibleEmbedder, vectors_of
from greeum.errors import EmbedderFailed, InvalidInput

KEY = "sk-very-secret-0123456789"

Answer = tuple[int, dict[str, str], bytes]
Behaviour = Callable[[dict[str, Any]], Answer]


def embedding(text: str, dimension: int = 3) -> list[float]:
    """Of a text: its length, its first character's number, and zeros."""
    return [float(len(text)), float(ord(text[0])), *[0.0] * (dimension - 2)]


def reply(vectors: Sequence[object], indices: Sequence[object] | None = None, status: int = 200) -> Answer:
    places = range(len(vectors)) if indices is None else indices
    data = [{"object": "embedding", "index": i, "embedding": v} for i, v in zip(places, vectors, strict=True)]
    return status, {}, json.dumps({"object": "list", "data": data, "model": "tiny"}).encode()


def well(request: dict[str, Any]) -> Answer:
    dimension = request.get("dimensions", 3)
    return reply([embedding(text, dimension) for text in request["input"]])


def backwards(request: dict[str, Any]) -> Answer:
    vectors = [embedding(text) for text in request["input"]]
    return reply(vectors[::-1], range(len(vectors))[::-1])


def status(code: int, body: str = "", **headers: str) -> Behaviour:
    return lambda _: (code, {name.replace("_", "-"): value for name, value in headers.items()}, body.encode())


class Server:
    """Answers each request with the next of the behaviours it was given, the last one for ever."""

    def __init__(self) -> None:
        self.behaviours: list[Behaviour] = [well]
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.connections = 0
        self.closes_after_each = False
        self.released = threading.Event()
        self.lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                with outer.lock:
                    outer.connections += 1
                super().setup()

            def do_POST(self) -> None:
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                code, headers, body = outer.answer(self.path, dict(self.headers), request)
                self.send_response(code)
                for name, value in headers.items():
                    self.send_header(name, value)
                if not {"Content-Length", "Transfer-Encoding"} & headers.keys():
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
                if outer.closes_after_each:
                    # Unannounced, as servers do with connections that were idle for long.
                    self.close_connection = True

            def log_message(self, *_: object) -> None:
                pass

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                pass

        self.http = Quiet(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/v1"
        self.thread = threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def answer(self, path: str, headers: dict[str, str], request: dict[str, Any]) -> Answer:
        with self.lock:
            self.paths.append(path)
            self.headers.append(headers)
            self.requests.append(request)
            behaviour = self.behaviours.pop(0) if len(self.behaviours) > 1 else self.behaviours[0]
        return behaviour(request)

    def silence(self, request: dict[str, Any]) -> Answer:
        """Say nothing until the test is over."""
        self.released.wait()
        return well(request)

    def close(self) -> None:
        self.released.set()
        self.http.shutdown()
        self.thread.join()
        self.http.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    yield running
    running.close()


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long was waited between attempts, without waiting."""
    waited: list[float] = []
    monkeypatch.setattr(endpoint, "sleep", waited.append)
    return waited


def open_embedder(server: Server, **arguments: Any) -> OpenAICompatibleEmbedder:
    return OpenAICompatibleEmbedder(server.url, "tiny", **({"dimension": 3} | arguments))


def first_vector(code: bytes, dimension: int = 3) -> list[float]:
    scale, *steps = struct.unpack_from(f"<f{dimension}b", code)
    return [scale * step for step in steps]


def unit(vector: Sequence[float]) -> list[float]:
    return [component / math.hypot(*vector) for component in vector]


def test_texts_become_codes(server: Server) -> None:
    embedder = open_embedder(server, api_key=KEY)
    codes = embedder.encode_blocks(["one", "three"])
    assert [first_vector(code) for code in codes] == [
        pytest.approx(unit(embedding(text)), abs=0.01) for text in ("one", "three")
    ]
    assert server.paths == ["/v1/embeddings"]
    assert server.requests == [{"model": "tiny", "input": ["one", "three"]}]
    assert server.headers[0]["Authorization"] == f"Bearer {KEY}"
    assert server.headers[0]["Content-Type"] == "application/json"


@pytest.mark.parametrize("end", ["", "/", "/embeddings", "/embeddings/"])
def test_the_address_may_be_named_with_its_end_or_without(end: str) -> None:
    embedder = OpenAICompatibleEmbedder(f"https://elsewhere.example/v1{end}", "tiny", dimension=3)
    assert embedder.name == "tiny at https://elsewhere.example/v1/embeddings"


def test_without_a_key_none_is_sent(server: Server) -> None:
    open_embedder(server).encode_query("one")
    assert "Authorization" not in server.headers[0]


def test_batches_keep_the_order_of_the_texts_even_if_the_server_does_not(server: Server) -> None:
    server.behaviours = [backwards]
    texts = [letter * 3 for letter in "abcdefg"]
    codes = open_embedder(server, batch_size=3).encode_blocks(texts)
    assert [request["input"] for request in server.requests] == [texts[:3], texts[3:6], texts[6:]]
    assert [first_vector(code) for code in codes] == [pytest.approx(unit(embedding(t)), abs=0.01) for t in texts]


def test_prefixes_go_before_questions_and_passages(server: Server) -> None:
    embedder = open_embedder(server, query_prefix="query: ", passage_prefix="passage: ")
    embedder.encode_query("one")
    embedder.encode_blocks(["two"])
    assert [request["input"] for request in server.requests] == [["query: one"], ["passage: two"]]


def test_the_dimension_is_asked_once_if_it_is_not_given(server: Server) -> None:
    embedder = open_embedder(server, dimension=None)
    assert embedder.dimension == 3
    embedder.encode_query("one")
    assert len(server.requests) == 2


def test_shorter_vectors_are_asked_of_the_server(server: Server) -> None:
    embedder = open_embedder(server, dimension=None, dimensions=2)
    assert embedder.dimension == 2
    embedder.encode_query("one")
    assert [request.get("dimensions") for request in server.requests] == [2]


def test_the_fingerprint_tells_vectors_apart_and_not_addresses(server: Server) -> None:
    base = open_embedder(server).fingerprint
    others = [
        OpenAICompatibleEmbedder(server.url, "other", dimension=3),
        open_embedder(server, dimension=4),
        open_embedder(server, query_prefix="query: "),
        open_embedder(server, passage_prefix="query: "),
    ]
    assert len({base, *(other.fingerprint for other in others)}) == 5
    same = OpenAICompatibleEmbedder("https://elsewhere.example/v1/", "tiny", dimension=3, api_key=KEY, batch_size=1)
    assert same.fingerprint == base


# Trouble that passes


def test_a_busy_server_is_asked_again(server: Server, pauses: list[float]) -> None:
    server.behaviours = [status(429, "slow down"), status(503), well]
    assert first_vector(open_embedder(server).encode_query("one")) == pytest.approx(unit(embedding("one")), abs=0.01)
    assert len(server.requests) == 3
    assert 0.25 <= pauses[0] <= 0.5 <= pauses[1] <= 1.0


def test_retry_after_is_honoured(server: Server, pauses: list[float]) -> None:
    in_ten_seconds = formatdate(time() + 10, usegmt=True)
    server.behaviours = [status(429, Retry_After="7"), status(429, Retry_After=in_ten_seconds), well]
    open_embedder(server).encode_query("one")
    assert pauses == [7.0, pytest.approx(10, abs=5)]


def test_a_pause_longer_than_anyone_would_wait_is_an_error_at_once(server: Server, pauses: list[float]) -> None:
    server.behaviours = [status(429, "quota used up", Retry_After="86400")]
    with pytest.raises(EmbedderFailed, match=r"429.*quota used up.*86400 s"):
        open_embedder(server).encode_query("one")
    assert pauses == []


def test_a_server_that_stays_ill_is_given_up(server: Server, pauses: list[float]) -> None:
    server.behaviours = [status(500, '{"error": "no model loaded"}')]
    with pytest.raises(EmbedderFailed, match=r"500.*no model loaded.*the last of 3 attempts"):
        open_embedder(server, retries=2).encode_query("one")
    assert len(server.requests) == 3
    assert len(pauses) == 2


def test_a_server_that_is_not_there_is_named(pauses: list[float]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        embedder = OpenAICompatibleEmbedder(url, "tiny", dimension=3, retries=1)
        with pytest.raises(EmbedderFailed, match=rf"{url}/embeddings: the connection failed"):
            embedder.encode_query("one")
    assert len(pauses) == 1


def test_an_answer_that_breaks_off_is_asked_for_again(server: Server, pauses: list[float]) -> None:
    def broken(request: dict[str, Any]) -> Answer:
        _, _, body = well(request)
        server.closes_after_each = True
        return 200, {"Content-Length": str(len(body) + 9)}, body

    server.behaviours = [broken, well]
    open_embedder(server).encode_query("one")
    assert len(server.requests) == 2
    assert len(pauses) == 1


def test_backoff_doubles_up_to_a_bound() -> None:
    for attempt, longest in ((1, 0.5), (2, 1), (3, 2), (4, 4), (5, 8), (6, 8), (60, 8)):
        assert longest / 2 <= backoff_s(attempt) <= longest


def test_only_a_retry_after_that_makes_sense_counts() -> None:
    assert retry_after_s("5") == 5
    assert retry_after_s(formatdate(time() - 60, usegmt=True)) == 0
    assert [retry_after_s(header) for header in (None, "", "soon", "-1", "nan", "1e9")] == [None] * 6


# Connections


def test_a_connection_is_used_again(server: Server) -> None:
    embedder = open_embedder(server, batch_size=1)
    embedder.encode_blocks(["one", "two", "three"])
    embedder.encode_query("four")
    assert server.connections == 1


def test_an_answer_in_chunks_is_put_together_and_its_connection_used_again(server: Server) -> None:
    def chunked(request: dict[str, Any]) -> Answer:
        _, _, body = well(request)
        chunks = [body[:7], body[7:20], body[20:]]
        return 200, {"Transfer-Encoding": "chunked"}, b"".join(b"%x\r\n%b\r\n" % (len(c), c) for c in [*chunks, b""])

    server.behaviours = [chunked]
    embedder = open_embedder(server)
    for text in ("one", "three"):
        assert first_vector(embedder.encode_query(text)) == pytest.approx(unit(embedding(text)), abs=0.01)
    assert server.connections == 1


def test_a_connection_that_the_server_has_closed_is_replaced_without_a_pause(
    server: Server, pauses: list[float]
) -> None:
    server.closes_after_each = True
    embedder = open_embedder(server, retries=0)
    for text in ("one", "two", "three"):
        embedder.encode_query(text)
    assert server.connections == 3
    assert pauses == []


def test_threads_have_a_connection_each(server: Server) -> None:
    together = threading.Barrier(4)

    def wait_for_the_others(request: dict[str, Any]) -> Answer:
        together.wait()
        return well(request)

    server.behaviours = [wait_for_the_others]
    embedder = open_embedder(server)
    codes: dict[str, bytes] = {}
    texts = ["a", "bb", "ccc", "dddd"]
    threads = [threading.Thread(target=lambda t=text: codes.update({t: embedder.encode_query(t)})) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert server.connections == 4
    for text in texts:
        assert first_vector(codes[text]) == pytest.approx(unit(embedding(text)), abs=0.01)


# Trouble that stays


def test_silence_is_an_error_after_the_timeout_and_is_not_repeated(server: Server, pauses: list[float]) -> None:
    server.behaviours = [server.silence]
    with pytest.raises(EmbedderFailed, match=r"no answer within 0\.2 s"):
        open_embedder(server, timeout_s=0.2).encode_query("one")
    assert len(server.requests) == 1
    assert pauses == []


@pytest.mark.parametrize("code", [400, 401, 403, 404, 413, 301])
def test_a_refusal_is_shown_and_not_repeated(server: Server, pauses: list[float], code: int) -> None:
    server.behaviours = [status(code, '{"error":\n  "the reason"}', Location="http://127.0.0.1:9/")]
    with pytest.raises(EmbedderFailed, match=rf"/v1/embeddings: answered {code} .*the reason"):
        open_embedder(server).encode_query("one")
    assert len(server.requests) == 1
    assert pauses == []


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (reply([embedding("a")]), "asked for 2 vectors, got 1"),
        (reply([embedding("a")] * 3), "asked for 2 vectors, got 3"),
        (reply([embedding("a")] * 2, [0, 0]), "`index` is not each of 0 to 1 once"),
        (reply([embedding("a")] * 2, [1, 2]), "`index` is not each of 0 to 1 once"),
        (reply([embedding("a")] * 2, [None, [1]]), "`index` is not each of 0 to 1 once"),
        (reply([embedding("a"), [1.0, math.nan, 0.0]]), "embedding 1 whose component 1 is nan"),
        (reply([[math.inf, 0.0, 0.0], embedding("a")]), "embedding 0 whose component 0 is inf"),
        (reply([embedding("a"), [10**400, 0, 0]]), "embedding 1 whose component 0 is inf"),
        (reply([embedding("a"), [0, 0, 0]]), "a vector that cannot be used"),
        (reply([embedding("a"), "AACAPw=="]), "embedding 1 that is no list of numbers"),
        (reply([embedding("a"), [1.0, None, 0.0]]), "embedding 1 that is no list of numbers"),
        (reply([embedding("a"), [1.0, True, 0.0]]), "embedding 1 that is no list of numbers"),
        (reply([embedding("a"), None]), "embedding 1 that is no list of numbers"),
        (reply([embedding("a"), embedding("a", 4)]), "expected 3 components, got 4"),
        (reply([embedding("a", 2)] * 2), "expected 3 components, got 2"),
        ((200, {}, b'{"data": {}}'), "without a list of objects in `data`"),
        ((200, {}, b'{"data": [1, 2]}'), "without a list of objects in `data`"),
        ((200, {}, b"[]"), "without a list of objects in `data`"),
        ((200, {}, b"<html>hello</html>"), "answered 200 with no JSON: <html>hello</html>"),
        ((200, {}, b""), r"answered 200 with no JSON: \(nothing\)"),
        ((200, {}, b"[" * 100_000), "answered 200 with no JSON"),
        ((200, {}, b"\xff\xfe"), "answered 200 with no JSON"),
    ],
)
def test_nonsense_is_refused_with_what_was_asked_and_what_came(server: Server, answer: Answer, complaint: str) -> None:
    server.behaviours = [lambda _: answer]
    with pytest.raises(EmbedderFailed, match=complaint):
        open_embedder(server).encode_blocks(["one", "two"])
    assert len(server.requests) == 1


def test_whole_numbers_are_components_too() -> None:
    answer = json.loads('{"data": [{"index": 0, "embedding": [1, 0]}]}', parse_int=float)
    assert vectors_of(answer, 1) == [[1.0, 0.0]]


def test_an_endless_answer_is_cut_off(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "REPLY_BYTES_MAX", 1_000)
    server.behaviours = [lambda _: (200, {}, b" " * 5_000)]
    with pytest.raises(EmbedderFailed, match="longer than 1000 bytes"):
        open_embedder(server).encode_query("one")


# The key


@pytest.mark.parametrize("behaviour", [status(401, f"Incorrect key: {KEY}"), status(500, f"{KEY} {KEY}"), well])
def test_the_key_is_shown_nowhere(server: Server, pauses: list[float], behaviour: Behaviour) -> None:
    server.behaviours = [behaviour]
    embedder = open_embedder(server, api_key=KEY, retries=1)
    shown = [repr(embedder), str(embedder), embedder.fingerprint, embedder.name]
    try:
        embedder.encode_query("one")
    except EmbedderFailed as error:
        shown += traceback.format_exception(error)
        assert "***" in str(error)
    assert not any(KEY in text for text in shown)
    assert server.url in repr(embedder)


@pytest.mark.parametrize("key", ["", f"{KEY}\n", f"{KEY} ", f"{KEY}é", f"{KEY}\r\nX-Evil: 1"])
def test_a_key_that_fits_no_header_is_refused_without_showing_it(key: str) -> None:
    with pytest.raises(InvalidInput, match="api_key") as caught:
        OpenAICompatibleEmbedder("http://127.0.0.1:9/v1", "tiny", api_key=key, dimension=3)
    assert KEY not in str(caught.value)


# Arguments


@pytest.mark.parametrize(
    "url",
    [
        "",
        "127.0.0.1:11434/v1",
        "ftp://127.0.0.1/v1",
        "http://",
        "http://127.0.0.1:port/v1",
        "http://127.0.0.1:99999/v1",
        "http://user:secret@127.0.0.1/v1",
        "http://127.0.0.1/v1?key=secret",
        "http://127.0.0.1/v1#secret",
        "http://127.0.0.1/a b",
        "http://127.0.0.1/é",
        "http://127.0.0.1/\r\nX-Evil: 1",
    ],
)
def test_an_address_that_cannot_be_used_is_refused(url: str) -> None:
    with pytest.raises(InvalidInput, match="base_url") as caught:
        OpenAICompatibleEmbedder(url, "tiny", dimension=3)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"batch_size": 0}, "batch_size"),
        ({"timeout_s": 0}, "timeout_s"),
        ({"timeout_s": math.nan}, "timeout_s"),
        ({"retries": -1}, "retries"),
        ({"dimension": 0}, "dimension"),
        ({"dimension": 5_000}, "dimension"),
        ({"dimension": None, "dimensions": 0}, "dimension"),
        ({"dimension": 3, "dimensions": 2}, "dimension"),
    ],
)
def test_an_argument_that_cannot_be_used_is_named(arguments: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        OpenAICompatibleEmbedder("http://127.0.0.1:9/v1", "tiny", **({"dimension": 3} | arguments))
    assert caught.value.field == field
