"""What `greeum mcp` answers before the SDK is loaded is what the SDK answers, for every version of the protocol."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import anyio
import mcp_types as types
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mcp.shared.message import SessionMessage
from mcp_types.version import HANDSHAKE_PROTOCOL_VERSIONS, MODERN_PROTOCOL_VERSIONS

from greeum.mcp.callers import Local
from greeum.mcp.catalogue import server_of
from greeum.mcp.offers import OFFERS
from greeum.mcp.opening import DISCOVERY_VERSIONS, HANDSHAKE_VERSIONS, LINE_BYTES_MAX, META, Opening
from greeum.testing import memory


def by_sdk(offer: str, line: bytes) -> dict[str, Any] | None:
    """What the SDK's server answers to a line; None if it cannot be read."""
    try:
        message = types.jsonrpc_message_adapter.validate_json(line, by_name=False)
    except ValueError:
        return None
    server = server_of(offer, lambda _: Local(memory, read_only=False))

    async def converse() -> dict[str, Any]:
        send, read_stream = anyio.create_memory_object_stream[SessionMessage | Exception](1)
        write_stream, receive = anyio.create_memory_object_stream[SessionMessage](1)
        async with anyio.create_task_group() as group:
            group.start_soon(server.run, read_stream, write_stream, server.create_initialization_options())
            await send.send(SessionMessage(message))
            answer = await receive.receive()
            send.close()
        receive.close()
        encoded: dict[str, Any] = json.loads(answer.message.model_dump_json(by_alias=True, exclude_unset=True))
        return encoded

    return asyncio.run(converse())


def request(method: str, params: Any, number: Any = 0) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}).encode()


def initialize(version: str, capabilities: Any = None, client: Any = None) -> dict[str, Any]:
    return {
        "protocolVersion": version,
        "capabilities": capabilities or {},
        "clientInfo": client or {"name": "test", "version": "1"},
    }


def discover(version: str) -> dict[str, Any]:
    return {"_meta": {f"{META}protocolVersion": version, f"{META}clientCapabilities": {}}}


def test_the_versions_are_those_of_the_sdk() -> None:
    assert HANDSHAKE_VERSIONS == HANDSHAKE_PROTOCOL_VERSIONS
    assert DISCOVERY_VERSIONS == MODERN_PROTOCOL_VERSIONS


@pytest.mark.parametrize("offer", OFFERS)
@pytest.mark.parametrize(
    "line",
    [
        *(request("initialize", initialize(version)) for version in (*HANDSHAKE_VERSIONS, "1999-01-01", "2026-07-28")),
        *(request("server/discover", discover(version)) for version in DISCOVERY_VERSIONS),
        request("initialize", initialize("2025-11-25"), "a name"),
        request("initialize", initialize("2025-11-25", {"roots": {"listChanged": True}, "sampling": {}, "new": 5})),
        request("initialize", initialize("2025-11-25", {"elicitation": {"form": {"applyDefaults": True}, "url": {}}})),
    ],
)
def test_it_is_what_the_sdk_answers(offer: str, line: bytes) -> None:
    answer = Opening(OFFERS[offer]).answer(line)
    assert answer is not None
    number, text = answer
    assert text.endswith(b"\n")
    assert b"\n" not in text[:-1]
    assert json.loads(text) == by_sdk(offer, line)
    assert json.loads(text)["id"] == number


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"nonsense",
        b"[]",
        b"5",
        b'"initialize"',
        b"[" * 100_000,
        request("tools/list", {}),
        request("ping", {}),
        request("initialize", None),
        request("initialize", {}),
        request("initialize", initialize("2025-11-25"), None),
        request("initialize", initialize("2025-11-25"), True),
        request("initialize", initialize("2025-11-25"), 1.5),
        request("initialize", initialize("2025-11-25", client={"name": "test"})),
        request("initialize", initialize("2025-11-25", client={"name": "test", "version": 1})),
        request("initialize", initialize("2025-11-25", {"roots": 5})),
        request("initialize", initialize("2025-11-25", {"experimental": {"a": 5}})),
        request("initialize", initialize("2025-11-25") | {"protocolVersion": 20251125}),
        request("initialize", initialize("2025-11-25", client={"name": "\ud800", "version": "1"})),
        request("initialize", initialize("2025-11-25", {"x": float("nan")})),
        request("initialize", initialize("2025-11-25", {"x": "y" * LINE_BYTES_MAX})),
        request("server/discover", {}),
        request("server/discover", None),
        request("server/discover", {"_meta": 5}),
        request("server/discover", discover("1999-01-01")),
        request("server/discover", discover("2026-07-28") | {"more": 1}),
        b'{"jsonrpc":"1.0","id":1,"method":"ping"}',
        b'{"jsonrpc":"2.0","method":"notifications/initialized"}',
        b'{"jsonrpc":"2.0","id":1,"method":"initialize","params":{},"more":1}',
    ],
    ids=lambda line: line[:60].decode(),
)
def test_what_is_unusual_is_left_to_the_sdk(line: bytes) -> None:
    assert Opening(OFFERS["memory"]).answer(line) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)

NAMES = ("roots", "sampling", "elicitation", "experimental", "extensions", "tasks", "x")
INNER = ("listChanged", "context", "tools", "form", "url", "list", "cancel", "requests", "sampling", "elicitation")

CAPABILITIES = st.dictionaries(
    st.sampled_from(NAMES), st.dictionaries(st.sampled_from(INNER), JSON | st.just({}), max_size=2) | JSON, max_size=3
)

CLIENTS = st.fixed_dictionaries(
    {"name": st.text(max_size=5) | JSON, "version": st.just("1")},
    optional={
        "title": st.text(max_size=5) | JSON,
        "websiteUrl": JSON,
        "icons": st.lists(st.fixed_dictionaries({"src": st.text(max_size=5)}, optional={"sizes": JSON}), max_size=1),
    },
)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([*HANDSHAKE_VERSIONS, "x"]),
    CAPABILITIES,
    CLIENTS,
    st.integers() | st.text(max_size=5),
    st.booleans(),
)
def test_whatever_is_answered_is_what_the_sdk_answers(
    version: str, capabilities: Any, client: Any, number: Any, modern: bool
) -> None:
    line = request("initialize", initialize(version, capabilities, client), number)
    if modern:
        meta = {f"{META}protocolVersion": DISCOVERY_VERSIONS[0], f"{META}clientCapabilities": capabilities}
        line = request("server/discover", {"_meta": meta | {f"{META}clientInfo": client}}, number)
    answer = Opening(OFFERS["memory"]).answer(line)
    if answer is not None:
        assert json.loads(answer[1]) == by_sdk("memory", line)
