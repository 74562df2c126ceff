"""What is a message of JSON-RPC, and what is said of what is none."""

from __future__ import annotations

import json
from typing import Any

import mcp_types as types
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from greeum.mcp.conversation import understood
from greeum.mcp.messages import INVALID_REQUEST, PARSE_ERROR, Refused, message_of

PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}


def refused(content: bytes) -> Refused:
    with pytest.raises(Refused) as caught:
        message_of(content)
    return caught.value


@pytest.mark.parametrize(
    "message",
    [
        PING,
        PING | {"id": "one", "params": {"a": [1, None]}},
        PING | {"params": None},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": 1, "result": {}},
        {"jsonrpc": "2.0", "id": None, "error": {"code": 1, "message": "no"}},
    ],
)
def test_messages(message: dict[str, Any]) -> None:
    assert message_of(json.dumps(message).encode()) == message


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"", PARSE_ERROR, "Parse error: Expecting value at character 0"),
        (b"\xff", PARSE_ERROR, "Parse error: it is not UTF-8 at byte 0"),
        (b"[" * 100_000, PARSE_ERROR, "Parse error: it is nested too deep"),
        (b'{"id": NaN}', PARSE_ERROR, "Parse error: NaN is no number"),
        (b"5", INVALID_REQUEST, "Invalid request: it is no object; send each message by itself, as one object"),
        (b"[]", INVALID_REQUEST, "Invalid request: batches are not taken; send each message by itself, as one object"),
        (b'{"id": 1, "id": 2}', INVALID_REQUEST, "Invalid request: id: stands twice in one object"),
        (b"{}", INVALID_REQUEST, 'Invalid request: jsonrpc must be "2.0"'),
        (b'{"jsonrpc": "2.0"}', INVALID_REQUEST, "Invalid request: method is missing"),
        (b'{"jsonrpc": "2.0", "id": 1, "result": 5}', INVALID_REQUEST, "Invalid request: method is missing"),
        (
            b'{"jsonrpc": "2.0", "error": {"code": 1, "message": "x"}}',
            INVALID_REQUEST,
            "Invalid request: method is missing",
        ),
        (
            b'{"jsonrpc": "2.0", "id": 1, "result": {}, "params": [1]}',
            INVALID_REQUEST,
            "Invalid request: params must be an object",
        ),
        (b'{"jsonrpc": "2.0", "error": {"code": 5}}', INVALID_REQUEST, "Invalid request: method is missing"),
    ],
)
def test_what_is_no_message(content: bytes, code: int, words: str) -> None:
    error = refused(content)
    assert (error.code, str(error), error.number) == (code, words, 1 if b"result" in content else None)


def test_what_the_sdk_does_not_take_is_refused_too() -> None:
    with pytest.raises(Refused, match="no such message") as caught:
        understood({"jsonrpc": "2.0", "id": 1, "result": 5})
    assert caught.value.number == 1


@pytest.mark.parametrize("number", [None, 1.5, True, [], {}])
def test_an_id_that_is_none(number: Any) -> None:
    error = refused(json.dumps(PING | {"id": number}).encode())
    assert error.number is None
    assert "id must be a string or a whole number" in str(error)


@pytest.mark.parametrize(
    ("place", "number"),
    [({"params": {"query": "\ud800"}}, 1), ({"id": "\ud800"}, None), ({"params": {"\udfff": 1}}, 1)],
)
def test_halves_of_surrogate_pairs(place: dict[str, Any], number: object) -> None:
    error = refused(json.dumps(PING | place).encode())
    assert "surrogate" in str(error)
    assert json.loads(error.answer())["id"] == number
    assert message_of(json.dumps(PING | {"params": {"q": "😀"}}).encode())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)
PARTS = st.fixed_dictionaries(
    {"jsonrpc": st.just("2.0")},
    optional={
        "id": JSON,
        "method": st.just("ping") | JSON,
        "params": JSON,
        "result": JSON,
        "error": st.fixed_dictionaries({"code": JSON, "message": JSON}) | JSON,
    },
)


@settings(deadline=None)
@given(PARTS)
def test_what_is_let_through_the_sdk_takes(parts: dict[str, Any]) -> None:
    try:
        message = message_of(json.dumps(parts).encode())
    except Refused:
        return
    types.jsonrpc_message_adapter.validate_python(message, by_name=False)
