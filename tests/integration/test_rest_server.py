"""The application behind a real server and real sockets: what only shows there."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.served import Loop, Server, loop_in_a_thread, served
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

import greeum
from greeum import Memory

WAIT_S = 20


@pytest.fixture(scope="module")
def loop() -> Iterator[Loop]:
    with loop_in_a_thread() as loop:
        yield loop


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    with greeum.open(tmp_path) as memory:
        yield memory


@pytest.fixture
def server(loop: Loop, memory: Memory) -> Iterator[Server]:
    with served(loop, memory) as server:
        yield server


def connection(server: Server) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", server.port, timeout=WAIT_S)


def call(client: http.client.HTTPConnection, method: str, path: str, body: Any = None, **headers: str) -> Any:
    """An answer, whose body is not read yet."""
    if body is not None and not isinstance(body, (bytes, Iterator)):
        body, headers = json.dumps(body).encode(), headers | {"content-type": "application/json"}
    client.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    return client.getresponse()


def test_a_connection_is_used_again_and_again(server: Server) -> None:
    client = connection(server)
    for n in range(1, 4):
        added = call(client, "POST", "/v1/blocks", {"text": f"turn {n}"})
        assert (added.status, json.loads(added.read())["id"]) == (201, n)
    refused = call(client, "POST", "/v1/blocks", {"text": ""})
    assert (refused.status, json.loads(refused.read())["field"]) == (400, "text")
    head = call(client, "HEAD", "/v1/blocks/1")
    assert (head.status, head.read()) == (200, b"")
    gone = call(client, "GET", "/v1/blocks/1", if_none_match=head.headers["etag"])
    assert (gone.status, gone.read()) == (304, b"")
    assert call(client, "OPTIONS", "/v1/blocks/1").status == 204
    client.close()


def test_what_is_added_is_found_by_the_next_search_of_anybody(server: Server, memory: Memory) -> None:
    writer, reader = connection(server), connection(server)
    for n in range(20):
        call(writer, "POST", "/v1/blocks", {"text": f"the number is {n}"}).read()
        found = json.loads(call(reader, "POST", "/v1/search", {"query": f"number {n}", "k": 100}).read())
        assert len(found["hits"]) == n + 1
        assert len(memory.search("number", k=100)) == n + 1
    writer.close()
    reader.close()


def test_a_long_import_is_taken_in_as_it_comes(server: Server, memory: Memory) -> None:
    def lines() -> Iterator[bytes]:
        yield b'{"type":"greeum","format":1}\n'
        for n in range(2_000):
            record = {"type": "block", "uid": f"{n:032x}", "text": f"{n} " * 200, "at": "2025-01-01"}
            yield json.dumps(record).encode() + b"\n"

    client = connection(server)
    taken = call(client, "POST", "/v1/import", lines(), content_type="application/x-ndjson")
    assert json.loads(taken.read())["added"] == 2_000
    out = call(client, "GET", "/v1/export")
    assert out.headers["transfer-encoding"] == "chunked"
    assert out.read().count(b"\n") == 2_001
    client.close()


def test_changes_are_followed_over_a_connection_that_may_end(server: Server, memory: Memory) -> None:
    client = connection(server)
    stream = call(client, "GET", "/v1/changes", accept="text/event-stream")
    assert stream.readline() == b": changes after 0\n"
    for n in range(1, 4):
        memory.add(f"{n}")
        while (line := stream.readline()) != b"id: %d\n" % n:
            assert not line.startswith(b"id: ")
    stream.close()
    client.close()
    again = connection(server)
    stream = call(again, "GET", "/v1/changes", accept="text/event-stream", last_event_id="2")
    assert stream.readline() == b": changes after 2\n"
    assert stream.readline() == b"\n"
    assert stream.readline() == b"id: 3\n"
    stream.close()
    again.close()


def test_recall_while_typing(server: Server, memory: Memory) -> None:
    memory.add("The ferry leaves at nine.")
    with connect(f"ws://127.0.0.1:{server.port}/v1/search:live", open_timeout=WAIT_S) as live:
        for number, query in enumerate(("f", "fer", "ferry")):
            live.send(json.dumps({"id": number, "query": query}))
        while (answer := json.loads(live.recv(WAIT_S)))["id"] != 2:
            pass
        assert answer["hits"][0]["block"]["text"] == "The ferry leaves at nine."
    with pytest.raises(InvalidStatus) as refused:
        connect(f"ws://127.0.0.1:{server.port}/v1/other", open_timeout=WAIT_S)
    assert refused.value.response.status_code == 404
