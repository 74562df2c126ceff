"""Whatever is sent is answered with a clear 4xx or taken as it is: nothing fails, nothing is altered or passed over."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from tests.asgi import Client, talking

from greeum import Memory, limits, testing
from greeum.api.application import application
from greeum.embed.given import GivenVectors

JSON = {"content-type": "application/json"}


@pytest.fixture
def memory() -> Iterator[Memory]:
    with testing.memory() as memory:
        memory.add("what was there before")
        yield memory


@pytest.fixture
def rest(memory: Memory) -> Iterator[Client]:
    with talking(application(memory)) as client:
        yield client
        assert memory.count() == 1
        assert memory.get(1).revision == 1


@pytest.fixture
def vectors() -> Iterator[Client]:
    with testing.memory(embedder=GivenVectors(3, "test")) as memory, talking(application(memory)) as client:
        yield client
        assert memory.count() == 0


HOSTILE = {
    "NaN": b'{"text":"a","importance":NaN}',
    "infinity": b'{"text":"a","importance":-Infinity}',
    "beyond floats": b'{"text":"a","importance":1e999}',
    "NaN in metadata": b'{"text":"a","metadata":{"x":NaN}}',
    "beyond floats in metadata": b'{"text":"a","metadata":{"x":[1e999]}}',
    "half a surrogate pair": b'{"text":"\\ud800"}',
    "half a surrogate pair in a key": b'{"text":"a","metadata":{"\\udfff":1}}',
    "half a surrogate pair in a tag": b'{"text":"a","tags":["\\ud800"]}',
    "half a surrogate pair as a field": b'{"text":"a","\\ud800":1}',
    "NUL": b'{"text":"a\\u0000b"}',
    "NUL in metadata": b'{"text":"a","metadata":{"x":"\\u0000"}}',
    "NUL in a namespace": b'{"text":"a","namespace":"a/\\u0000"}',
    "30 digits": b'{"text":"a","near":123456789012345678901234567890}',
    "30 digits in metadata": b'{"text":"a","metadata":{"x":123456789012345678901234567890}}',
    "5,000 digits": b'{"text":"a","near":' + b"1" * 5_000 + b"}",
    "nested 5,000 deep": b'{"text":"a","metadata":{"x":' + b"[" * 5_000 + b"]" * 5_000 + b"}}",
    "nested 100,000 deep": b'{"text":"a","metadata":' + b'{"x":' * 100_000 + b"1" + b"}" * 100_001,
    "nested deeper than metadata may be": b'{"text":"a","metadata":' + b'{"x":' * 18 + b"1" + b"}" * 19,
    "a field twice": b'{"text":"a","text":"b"}',
    "a field twice, written in two ways": b'{"text":"a","te\\u0078t":"b"}',
    "a key of metadata twice": b'{"text":"a","metadata":{"x":1,"x":2}}',
    "no UTF-8": b'{"text":"\xff"}',
    "overlong UTF-8": b'{"text":"\xc0\xaf"}',
    "UTF-16": '{"text":"a"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"text":"a"}',
    "a line end in a string": b'{"text":"a\nb"}',
    "a trailing comma": b'{"text":"a",}',
    "single quotes": b"{'text':'a'}",
    "two documents": b'{"text":"a"}{"text":"b"}',
    "half a document": b'{"text":"a"',
    "nothing": b"",
    "white space": b" ",
    "null": b"null",
    "a list": b'["text"]',
    "a string": b'"text"',
    "no text": b"{}",
    "an empty text": b'{"text":""}',
    "a blank text": b'{"text":" \\n\\u3000"}',
    "a text that is null": b'{"text":null}',
    "a text that is a number": b'{"text":1}',
    "an unknown field": b'{"text":"a","tenant_id":"other"}',
    "a field of the answer": b'{"text":"a","id":7}',
    "added_at": b'{"text":"a","added_at":"2020-01-01"}',
    "a share as a string": b'{"text":"a","importance":"0.5"}',
    "a share that is true": b'{"text":"a","importance":true}',
    "a share above 1": b'{"text":"a","importance":1.0000001}',
    "tags that are a string": b'{"text":"a","tags":"abc"}',
    "tags that are an object": b'{"text":"a","tags":{"a":1}}',
    "a tag that is a number": b'{"text":"a","tags":[1]}',
    "metadata that is a list": b'{"text":"a","metadata":[]}',
    "a namespace with an empty segment": b'{"text":"a","namespace":"a//b"}',
    "a namespace that is a number": b'{"text":"a","namespace":1}',
    "a namespace with a lone percent sign": b'{"text":"a","namespace":"100%"}',
    "a time that is none": b'{"text":"a","at":"yesterday"}',
    "a time that is a number": b'{"text":"a","at":1700000000}',
    "the 30th of February": b'{"text":"a","at":"2025-02-30"}',
    "a vector where none is taken": b'{"text":"a","vector":[1,2,3]}',
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_a_body_that_cannot_be_used_is_refused(rest: Client, body: bytes) -> None:
    reply = rest("POST", "/v1/blocks", body=body, headers=JSON)
    assert (reply.status, reply.problem) == (400, "invalid-input")
    assert reply.json["detail"].startswith(f"{reply.json['field']}: ")
    assert not re.search(r"sys\.|recursion", reply.json["detail"]), "Python's advice to those who program in it"


def test_a_field_twice_is_named_with_its_place(rest: Client) -> None:
    for path, body, field in (
        ("/v1/search", b'{"query":"a","where":{"source":"a","source":"b"}}', "where.source"),
        ("/v1/search", b'{"query":"a","query":"b"}', "query"),
        ("/v1/blocks:batch", b'{"blocks":[{"text":"a"},{"text":"a","metadata":{"x":{"y":1,"y":2}}}]}',
         "blocks[1].metadata.x.y"),
    ):  # fmt: skip
        assert rest("POST", path, body=body, headers=JSON).json["field"] == field
    listed = rest("GET", "/v1/blocks?where=%7B%22source%22:%22a%22,%22source%22:%22b%22%7D")
    assert (listed.status, listed.json["field"]) == (400, "where.source")
    assert listed.json["detail"] == "where.source: stands twice in one object"


@pytest.mark.parametrize("body", [body for name, body in HOSTILE.items() if name != "a string"])
def test_nor_is_it_a_block_among_others(rest: Client, body: bytes) -> None:
    """But for a string, which is the text of one."""
    reply = rest("POST", "/v1/blocks:batch", body=b'{"blocks":[{"text":"fine"},' + body + b"]}", headers=JSON)
    assert reply.problem == "invalid-input"


@pytest.mark.parametrize(
    "text",
    [
        '" AND * nocol:x NEAR( -x',
        "it's c++ a@b.c",
        "안녕?",
        "'; DROP TABLE block;--",
        "%_\\",
        "(((",
        "\u202e",
        "\ufdd0",
        "a" * 60_000,
    ],
)
def test_a_query_is_text_whatever_it_looks_like(rest: Client, text: str) -> None:
    assert rest("POST", "/v1/search", {"query": text}).status == 200
    assert rest("POST", "/v1/context", {"query": text}).status == 200


def test_a_text_without_a_word_stands_in_a_context(memory: Memory) -> None:
    flag = memory.add("🇺🇸")
    with talking(application(memory)) as rest:
        assert "🇺🇸" in rest("POST", "/v1/context", {"query": "where?", "near": flag.id}).json["text"]


SEARCHES: list[tuple[str, dict[str, Any]]] = [
    ("k", {"k": 0}), ("k", {"k": -1}), ("k", {"k": 10**9}), ("k", {"k": 10**30}), ("k", {"k": 1.5}), ("k", {"k": 10.0}),
    ("k", {"k": "10"}), ("k", {"k": True}), ("k", {"k": None}), ("query", {"query": None}), ("query", {"query": ""}),
    ("query", {"query": "a" * (limits.QUERY_BYTES_MAX + 1)}), ("query", {"query": ["a"]}), ("history", {"history": 1}),
    ("exact", {"exact": "yes"}), ("near", {"near": 1.5}), ("near", {"near": True}), ("near", {"near": 0}),
    ("where", {"where": []}), ("where", {"where": "source"}), ("where.author", {"where": {"author": 1}}),
    ("where.source", {"where": {"source": {"like": "a"}}}), ("where.importance", {"where": {"importance": "high"}}),
    ("weights.sense", {"weights": {"sense": 1}}),
    ("weights.tokens", {"weights": {"tokens": "a lot"}}), ("weights.tokens", {"weights": {"tokens": None}}),
    ("weights", {"weights": [1]}), ("namespace[1]", {"namespace": ["a", 1]}), ("vector", {"vector": [1, 2, 3]}),
    ("depth", {"depth": 3}), ("slot", {"slot": "A"}), ("limit", {"limit": 3}),
]  # fmt: skip


@pytest.mark.parametrize(("field", "options"), SEARCHES, ids=lambda value: str(value)[:40])
def test_an_option_of_a_search_that_cannot_be_used_is_named(rest: Client, field: str, options: dict[str, Any]) -> None:
    reply = rest("POST", "/v1/search", {"query": "a"} | options)
    assert reply.status == 400
    assert reply.json["field"].startswith(field.partition("[")[0])
    for accept in ("application/x-ndjson", "text/event-stream"):
        assert rest("POST", "/v1/search", {"query": "a"} | options, headers={"accept": accept}).status == 400
    if "query" not in options:
        for queries in (["a"], []):
            assert rest("POST", "/v1/search:batch", {"queries": queries} | options).status == 400


@pytest.mark.parametrize(
    "vector",
    [
        [1, 2],
        [1, 2, 3, 4],
        [],
        [0, 0, 0],
        ["1", 2, 3],
        [True, 1, 1],
        "1,2,3",
        {"0": 1},
        [1, 2, None],
        [[1], [2], [3]],
        7,
        [0.5] * 1_000_000,
        [10**30, 1, 1],
        [10**400, 1, 1],
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_vector_is_of_numbers_and_as_long_as_the_others(vectors: Client, vector: Any) -> None:
    if vector == [10**30, 1, 1]:
        assert vectors("POST", "/v1/search", {"query": "", "vector": vector}).status == 200
        return
    for path, body in (("/v1/blocks", {"text": "a"}), ("/v1/search", {"query": "a"})):
        reply = vectors("POST", path, body | {"vector": vector})
        assert reply.status == 400, path
        assert reply.json["field"].startswith(("vector", "body"))


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"1e999", b"-1e999"])
def test_a_vector_is_finite(vectors: Client, number: bytes) -> None:
    body = b'{"text":"a","vector":[1,2,%b]}' % number
    assert vectors("POST", "/v1/blocks", body=body, headers=JSON).status == 400


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"), ("limit=-1", "limit"), ("limit=1e9", "limit"), ("limit=1000000000", "limit"),
        ("limit=" + "9" * 30, "limit"), ("limit=", "limit"), ("limit=%31%30&limit=10", "limit"),
        ("limit=true", "limit"),
        ("limit=١", "query"), ("history=1", "history"), ("history=", "history"), ("history=TRUE", "history"),
        ("where=", "where"), ("where=%7B", "where"), ("where=[]", "where"),
        ("where=%7B%22a%22:1%7D", "where.a"),
        ("where=NaN", "where"), ('where={"kind":"a","kind":"b"}', "where.kind"), ("cursor=", "cursor"),
        ("cursor=x", "cursor"), ("cursor=1.2.3", "cursor"), ("page=2", "page"), ("Limit=2", "Limit"),
        ("limit", "query"), ("=", "query"),
        ("limit=2&&history=true", "query"), ("namespace=%", "query"), ("namespace=%zz", "query"),
        ("namespace=%ff", "query"), ("namespace=%00", "namespace"), ("namespace=a//b", "namespace"),
        ("&".join(f"a{n}=1" for n in range(40)), "query"),
    ],
)  # fmt: skip
def test_a_parameter_that_cannot_be_used_is_named(rest: Client, query: str, field: str) -> None:
    reply = rest("GET", f"/v1/blocks?{query}")
    assert (reply.status, reply.json["field"]) == (400, field)


def test_a_parameter_where_none_is_taken_is_refused(rest: Client) -> None:
    for method, path, body in (
        ("GET", "/v1/blocks/1", ...),
        ("POST", "/v1/search", {"query": "a"}),
        ("GET", "/livez", ...),
    ):
        assert rest(method, f"{path}?pretty=true", body).json["field"] == "pretty"


def test_a_body_where_none_is_taken_is_refused(rest: Client) -> None:
    for method, path in (("GET", "/v1/blocks/1"), ("DELETE", "/v1/blocks/1"), ("POST", "/v1/check"), ("GET", "/livez")):
        assert rest(method, path, {"a": 1}).json["field"] == "body"
        assert rest(method, path, headers={"transfer-encoding": "chunked"}).json["field"] == "body"


@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain", "application/xml", "application/json; charset=latin-1", "application/json-seq",
     "application/json, text/plain", "multipart/form-data", "application/x-www-form-urlencoded"],
)  # fmt: skip
def test_a_body_of_another_type_is_refused(rest: Client, content_type: str) -> None:
    headers = {"content-type": content_type} if content_type else {}
    assert rest("POST", "/v1/blocks", body=b'{"text":"a"}', headers=headers).problem == "unsupported-media-type"
    assert rest("POST", "/v1/import", body=b'{"type":"greeum"}', headers=headers).problem == "unsupported-media-type"


def test_a_compressed_body_is_refused(rest: Client) -> None:
    reply = rest("POST", "/v1/blocks", {"text": "a"}, headers={"content-encoding": "gzip"})
    assert reply.problem == "unsupported-media-type"


@pytest.mark.parametrize(
    "content_type", ["application/json;charset=UTF-8", "Application/JSON ; charset=utf-8", "application/json;"]
)
def test_the_type_of_json_is_written_in_several_ways(rest: Client, content_type: str) -> None:
    assert rest("POST", "/v1/count", body=b"{}", headers={"content-type": content_type}).json == {"count": 1}


@pytest.mark.parametrize(
    "header", ["content-type", "authorization", "idempotency-key", "x-request-id", "accept", "if-match"]
)
def test_a_header_that_counts_once_is_refused_twice(rest: Client, header: str) -> None:
    headers = [(b"content-type", b"application/json"), (header.encode(), b"a"), (header.encode(), b"b")]
    exchange = rest.open("POST", "/v1/blocks", headers, b'{"text":"a"}')
    assert exchange.hear()["status"] == 400
    assert json.loads(exchange.hear()["body"])["field"] == header


def test_a_body_is_not_read_past_its_bound(rest: Client) -> None:
    announced = rest.open("POST", "/v1/search", JSON | {"content-length": "100000000"}, body=None)
    assert announced.hear()["status"] == 413
    piecemeal = rest.open("POST", "/v1/search", JSON, body=None)
    for _ in range(limits.BODY_BYTES_MAX // 1_000_000 + 1):
        piecemeal.say(type="http.request", body=b" " * 1_000_000, more_body=True)
    assert piecemeal.hear()["status"] == 413
    assert json.loads(piecemeal.hear()["body"])["type"] == "urn:greeum:problem:too-large"
    at_once = rest("POST", "/v1/count", body=b" " * (limits.BODY_BYTES_MAX + 1), headers=JSON | {"content-length": "x"})
    assert at_once.problem == "too-large"


def test_a_text_has_a_bound(rest: Client) -> None:
    assert rest("POST", "/v1/blocks", {"text": "a" * (limits.TEXT_BYTES_MAX + 1)}).json["field"] == "text"
    assert rest("POST", "/v1/blocks", body=b'{"text":"' + b"a" * 10_000_000 + b'"}', headers=JSON).status == 413
    many = {"blocks": [{"text": "a"}] * (limits.BATCH_MAX + 1)}
    assert rest("POST", "/v1/blocks:batch", many).json["field"] == "blocks"
    assert rest("POST", "/v1/blocks:forget", {"ids": [2] * (limits.BATCH_MAX + 1)}).json["field"] == "ids"


@pytest.mark.parametrize("ids", [[0], [-1], [1.5], ["1"], [True], [None], [2**53], [10**30], 1, "1", {}, [[1]]])
def test_ids_are_numbers(rest: Client, ids: Any) -> None:
    reply = rest("POST", "/v1/blocks:forget", {"ids": ids})
    assert (reply.status, reply.json["field"].startswith("ids")) == (400, True)


@pytest.mark.parametrize("name", ["%00", "%ff", "%", "%zz", "%ed%a0%80", "%20", "a" * 300])
def test_a_name_in_a_path_that_cannot_be_one(rest: Client, name: str) -> None:
    for method, path, body in (
        ("GET", "", ...), ("PUT", "", {"block": 1}), ("DELETE", "", ...), ("POST", ":pin", ...),
        ("POST", ":move", {"block": 1}),
    ):  # fmt: skip
        assert rest(method, f"/v1/anchors/{name}{path}", body).status == 400, (method, path)


def test_a_client_that_leaves_is_not_answered(rest: Client) -> None:
    exchange = rest.open("POST", "/v1/blocks", JSON, body=None)
    exchange.say(type="http.request", body=b'{"text":', more_body=True)
    exchange.leave()
    exchange.end()
    assert not exchange.has_more()


@pytest.mark.parametrize("ensure_ascii", [True, False])
def test_values_come_back_as_they_were_sent(memory: Memory, ensure_ascii: bool) -> None:
    with talking(application(memory)) as rest:
        metadata = {
            "": {}, "int": 2**53, "minus": -(2**53), "tiny": 5e-324, "huge": 1.7976931348623157e308, "zero": -0.0,
            "quote": '"\\/\b\f\n\r\t', "del": "\x7f", "line": "\u2028\u2029", "astral": "🦜", "nfd": "e\u0301",
            "bidi": "\u202e", "null": None, "list": [[], [[]], {}],
        }  # fmt: skip
        del metadata[""]
        block = {"text": "e\u0301🦜\u2028\x7f", "metadata": metadata, "tags": ["", "b"][1:], "source": "한글 é"}
        body = json.dumps(block, ensure_ascii=ensure_ascii).encode()
        added = rest("POST", "/v1/blocks", body=body, headers=JSON).json
        read = rest("GET", f"/v1/blocks/{added['id']}").json
        for field, value in block.items():
            assert read[field] == value, field
        assert json.dumps(read["metadata"], sort_keys=True) == json.dumps(metadata, sort_keys=True)
        assert rest("GET", f"/v1/blocks?where={quote(json.dumps({'source': '한글 é'}))}").json["blocks"] == [read]
