"""MCP at /mcp of the service: the official client over real connections, keys and roles, tenants side by side."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx2
import pytest
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from tests.mcp.serving import application
from tests.served import Loop, Server, loop_in_a_thread

from greeum.api.authentication import KeyedDoor, OpenDoor
from greeum.api.policy import LEAST_ROLE
from greeum.api.tracing import Tracer
from greeum.control.model import ROLES
from greeum.control.store import ControlStore
from greeum.limits import BODY_BYTES_MAX
from greeum.mcp.catalogue import tools_of
from greeum.mcp.http import Endpoint, memory_server
from greeum.mcp.server import ERROR_META
from greeum.tenants import Tenants
from greeum.testing import TinyEmbedder, memory

T = TypeVar("T")

HEADERS = {"content-type": "application/json", "accept": "application/json, text/event-stream"}

OPEN_MAX = 3
"""Memories that may be open at once: fewer than there are tenants in the test of them."""


@pytest.fixture(scope="module")
def loop() -> Iterator[Loop]:
    with loop_in_a_thread() as found:
        yield found


@pytest.fixture
def opened(loop: Loop) -> Iterator[str]:
    """The address of a service of one memory, without keys."""
    with memory() as found:
        server = Server(loop, application(OpenDoor(found)))
        yield f"{server.url}/mcp"
        server.stop()


class Service:
    """A service of tenants, and those who make keys for it."""

    def __init__(self, loop: Loop, folder: Path) -> None:
        self.control = ControlStore(str(folder))
        tenants = Tenants(str(folder / "tenants"), embedder=TinyEmbedder(), open_max=OPEN_MAX)
        self._server = Server(loop, application(KeyedDoor(ControlStore(str(folder)), tenants)))
        self.url = f"{self._server.url}/mcp"

    def key(self, tenant: str, role: str = "writer", **more: Any) -> str:
        text: str = self.control.create_key(tenant, role, **more)[1].text
        return text

    def stop(self) -> None:
        self._server.stop()
        self.control.close()


@pytest.fixture
def service(loop: Loop, tmp_path: Path) -> Iterator[Service]:
    found = Service(loop, tmp_path)
    yield found
    found.stop()


@asynccontextmanager
async def connected(url: str, key: str | None = None, mode: Any = "auto") -> Any:
    headers = {} if key is None else {"authorization": f"Bearer {key}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=60) as http,
        Client(streamable_http_client(url, http_client=http), mode=mode) as client,
    ):
        yield client


def within(url: str, key: str | None, work: Callable[[Any], Awaitable[T]], mode: Any = "auto") -> T:
    async def run() -> T:
        async with connected(url, key, mode) as client:
            return await work(client)

    return asyncio.run(run())


def post(url: str, message: Any, **headers: str) -> httpx2.Response:
    content = message if isinstance(message, bytes) else json.dumps(message).encode()
    return httpx2.post(url, content=content, headers=HEADERS | headers, timeout=60)


def rpc(method: str, **params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}


class TestConversation:
    @pytest.mark.parametrize("mode", ["legacy", "auto"])
    def test_the_official_client(self, opened: str, mode: str) -> None:
        async def work(client: Any) -> None:
            added = await client.call_tool("memory_add", {"text": "I moved to Busan.", "source": "alice"})
            assert added.content[0].text == "Remembered as block 1."
            found = await client.call_tool("memory_search", {"query": "Busan"})
            assert found.structured_content["hits"][0]["block"]["source"] == "alice"
            assert len((await client.list_tools()).tools) == len(tools_of("memory"))
            block = await client.read_resource("memory://blocks/1")
            assert json.loads(block.contents[0].text)["text"] == "I moved to Busan."
            refused = await client.call_tool("memory_search", {"query": "x", "depth": 3})
            assert (refused.is_error, refused.meta[ERROR_META]) == (True, "InvalidInput")

        within(opened, None, work, mode)

    def test_what_is_added_is_found_by_other_doors(self, opened: str) -> None:
        post(opened, rpc("tools/call", name="memory_add", arguments={"text": "The ferry leaves at nine."}))
        found = httpx2.post(opened.replace("/mcp", "/v1/search"), json={"query": "ferry"}, timeout=60).json()
        assert found["hits"][0]["block"]["text"] == "The ferry leaves at nine."

    def test_there_is_no_session(self, opened: str) -> None:
        client = {"name": "test", "version": "1"}
        params = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client}
        answer = post(opened, rpc("initialize", **params))
        assert answer.json()["result"]["protocolVersion"] == "2025-11-25"
        assert "mcp-session-id" not in answer.headers
        # Any request is answered by itself, whoever was asked before.
        assert post(opened, rpc("tools/list"), **{"mcp-session-id": "gone"}).json()["result"]["tools"]

    def test_notifications_are_taken(self, opened: str) -> None:
        assert post(opened, {"jsonrpc": "2.0", "method": "notifications/initialized"}).status_code == 202

    def test_first_requests_at_the_same_time(self, opened: str) -> None:
        async def work() -> list[int]:
            async with httpx2.AsyncClient(headers=HEADERS, timeout=60) as http:
                asked = [http.post(opened, json=rpc("ping")) for _ in range(20)]
                return [answer.status_code for answer in await asyncio.gather(*asked)]

        assert asyncio.run(work()) == [200] * 20


class TestHttp:
    @pytest.mark.parametrize(
        "message",
        [
            [], {}, None, 5, [rpc("ping")], rpc("ping") | {"jsonrpc": "1.0"}, rpc("ping") | {"params": []},
            rpc("ping") | {"id": None}, rpc("ping") | {"id": 1.5}, rpc("ping") | {"id": True},
            {"jsonrpc": "2.0", "id": 1, "result": 5},
        ],
    )  # fmt: skip
    def test_what_is_json_but_no_message_is_told_in_a_sentence(self, opened: str, message: Any) -> None:
        answer = post(opened, message)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, -32600)
        assert re.fullmatch(r"Invalid request: .{1,100}", answer.json()["error"]["message"])

    @pytest.mark.parametrize(
        ("more", "status", "detail"),
        [
            ({"content-type": "text/plain"}, 415, "The body must be application/json"),
            ({"content-encoding": "gzip"}, 415, "The content encoding of the body must be identity"),
        ],
    )
    def test_a_body_of_another_kind_is_refused_as_elsewhere(
        self, opened: str, more: dict[str, str], status: int, detail: str
    ) -> None:
        answer = post(opened, rpc("ping"), **more)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
        assert answer.json()["detail"].startswith(detail)

    def test_a_query_string_is_refused_as_elsewhere(self, opened: str) -> None:
        answer = post(f"{opened}?x=1", rpc("ping"))
        assert (answer.status_code, answer.json()["field"]) == (400, "x")

    def test_a_version_that_there_is_not_is_told_in_words_about_the_header(self, opened: str) -> None:
        answer = post(opened, rpc("ping"), **{"mcp-protocol-version": "1999-01-01"})
        error = answer.json()["error"]
        assert (answer.status_code, answer.json()["id"], error["code"]) == (400, 1, -32022)
        assert error["message"].startswith("MCP-Protocol-Version: 1999-01-01 is no version that is spoken here")
        assert post(opened, rpc("ping"), **{"mcp-protocol-version": "2025-06-18"}).status_code == 200

    @pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
    def test_other_methods(self, opened: str, method: str) -> None:
        answer = httpx2.request(method, opened, headers=HEADERS)
        assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
        assert answer.json()["error"]["code"] == -32600

    def test_what_is_no_message(self, opened: str) -> None:
        assert post(opened, b"nonsense").json()["error"]["code"] == -32700
        assert post(opened, rpc("nothing")).json()["error"]["code"] == -32601
        assert post(opened, rpc("ping"), accept="text/html").status_code == 406

    def test_a_body_that_is_too_long(self, opened: str) -> None:
        message = rpc("tools/call", name="memory_add", arguments={"text": "x" * BODY_BYTES_MAX})
        answer = post(opened, message)
        assert (answer.status_code, answer.headers["content-type"]) == (413, "application/problem+json")

    def test_a_text_as_long_as_may_be(self, opened: str) -> None:
        answer = post(opened, rpc("tools/call", name="memory_add", arguments={"text": "x" * 1_048_576}))
        assert answer.json()["result"]["isError"] is False

    def test_a_page_of_another_name(self, opened: str) -> None:
        assert post(opened, rpc("ping"), host="evil.example").status_code in (403, 421)
        assert post(opened, rpc("ping"), origin="https://evil.example").status_code == 403

    def test_halves_of_surrogate_pairs(self, opened: str) -> None:
        message = (
            b'{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"search","arguments":{"query":"\\ud800"}}}'
        )
        answer = post(opened, message)
        assert (answer.status_code, answer.json()["id"]) == (400, 1)
        assert "surrogate" in answer.json()["error"]["message"]

    def test_every_answer_has_a_request_id(self, opened: str) -> None:
        assert post(opened, rpc("ping"), **{"x-request-id": "mine"}).headers["x-request-id"] == "mine"


@pytest.mark.parametrize("content", [False, True])
def test_traces_tell_what_was_asked(loop: Loop, content: bool) -> None:
    exporter = InMemorySpanExporter()
    tracer = Tracer(exporter, content=content)
    with memory() as found:
        found.add("The ferry leaves at nine.")
        server = Server(loop, application(OpenDoor(found), tracer=tracer))
        for name, arguments in (("memory_search", {"query": "ferry"}), ("memory_get", {"block": 7})):
            post(f"{server.url}/mcp", rpc("tools/call", name=name, arguments=arguments))
        post(f"{server.url}/mcp", rpc("resources/list"))
        post(f"{server.url}/mcp", rpc("tools/call", name="made up"))
        server.stop()
    tracer.close()
    search, get, listed, unknown = exporter.get_finished_spans()
    names = [span.name for span in (search, get, listed, unknown)]
    assert names == ["tools/call memory_search", "tools/call memory_get", "resources/list", "POST /mcp"]
    expected = {
        "http.route": "/mcp", "mcp.method.name": "tools/call", "gen_ai.tool.name": "memory_search",
        "gen_ai.operation.name": "search_memory", "gen_ai.memory.record.count": 1,
    }  # fmt: skip
    assert search.attributes is not None and get.attributes is not None
    assert expected.items() <= dict(search.attributes).items()
    assert search.attributes.get("gen_ai.memory.query.text") == ("ferry" if content else None)
    assert (get.attributes["gen_ai.operation.name"], get.attributes["error.type"]) == ("read_memory", "NotFound")


class TestKeys:
    @pytest.mark.parametrize("key", [None, "gk_nobody", "Basic x"])
    def test_without_a_key_nothing_is_said(self, service: Service, key: str | None) -> None:
        headers = {} if key is None else {"authorization": f"Bearer {key}"}
        for method in ("initialize", "tools/list", "tools/call"):
            answer = post(service.url, rpc(method), **headers)
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"].startswith("Bearer")

    @pytest.mark.parametrize("role", ROLES)
    def test_who_may_do_what(self, service: Service, role: str) -> None:
        """Every tool, with every role: what the one table says."""

        async def work(client: Any) -> None:
            listed = {tool.name for tool in (await client.list_tools()).tools}
            for tool in tools_of("memory"):
                may = ROLES[role] >= LEAST_ROLE[tool.operation]
                assert (tool.name in listed) is may
                result = await client.call_tool(tool.name, {"deepth": 3})
                assert (result.meta or {}).get(ERROR_META) == ("InvalidInput" if may else "Forbidden"), tool.name
            assert (await client.list_resources()).resources
            assert (await client.get_prompt("remember")).messages

        within(service.url, service.key("acme", role), work)

    def test_a_key_of_a_part_of_a_memory(self, service: Service) -> None:
        whole, part = service.key("acme"), service.key("acme", root="acme/alice")

        async def add(client: Any) -> None:
            await client.call_tool("memory_add", {"text": "Bob likes tea.", "namespace": "acme/bob"})
            await client.call_tool("memory_add", {"text": "Alice likes tea.", "namespace": "acme/alice"})

        async def look(client: Any) -> None:
            found = await client.call_tool("memory_search", {"query": "Who likes tea?"})
            assert [hit["block"]["text"] for hit in found.structured_content["hits"]] == ["Alice likes tea."]
            hidden = await client.call_tool("memory_get", {"block": 1})
            missing = await client.call_tool("memory_get", {"block": 77})
            assert hidden.content[0].text.replace("1", "77") == missing.content[0].text
            refused = await client.call_tool("memory_search", {"query": "x", "namespace": "acme/bob"})
            assert refused.meta[ERROR_META] == "Forbidden"
            assert [one.uri for one in (await client.list_resources()).resources][3:] == ["memory://blocks/2"]

        within(service.url, whole, add)
        within(service.url, part, look)

    def test_a_revoked_key(self, service: Service) -> None:
        key, new = service.control.create_key("acme", "reader")
        assert post(service.url, rpc("ping"), authorization=f"Bearer {new.text}").status_code == 200
        service.control.revoke(key.id)

        async def until_refused() -> None:
            async with httpx2.AsyncClient(headers=HEADERS | {"authorization": f"Bearer {new.text}"}) as http:
                while (await http.post(service.url, json=rpc("ping"))).status_code != 401:
                    pass

        asyncio.run(asyncio.wait_for(until_refused(), 10))


TENANTS, ROUNDS = 6, 6


@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_tenants_at_the_same_time_see_each_their_own(service: Service, mode: str) -> None:
    """More tenants than memories may be open, all in the middle of something at any moment."""

    inside = asyncio.Semaphore(OPEN_MAX)

    async def turn_of(client: Any, mine: str, turn: int) -> None:
        added = await client.call_tool("memory_add", {"text": f"{mine} is a secret, turn {turn}"})
        assert added.structured_content["block"]["id"] == turn + 1
        found, got, listed = await asyncio.gather(
            client.call_tool("memory_search", {"query": "secret", "k": 100}),
            client.call_tool("memory_get", {"block": 1}),
            client.list_resources(),
        )
        texts = [hit["block"]["text"] for hit in found.structured_content["hits"]]
        assert len(texts) == turn + 1
        titles = [one.title for one in listed.resources[3:]]
        assert all(mine in text for text in [*texts, got.content[0].text, *titles])

    async def tenant(number: int, key: str) -> None:
        for turn in range(ROUNDS):
            async with inside, connected(service.url, key, mode) as client:
                await turn_of(client, f"secret-{number}", turn)

    async def all_of_them() -> None:
        keys = [service.key(f"tenant-{number}") for number in range(TENANTS)]
        await asyncio.gather(*(tenant(number, key) for number, key in enumerate(keys)))

    asyncio.run(all_of_them())


def test_one_connection_with_the_keys_of_two_tenants(service: Service) -> None:
    """What a connection was used for before says nothing."""
    keys = [service.key(tenant) for tenant in ("acme", "globex")]
    with httpx2.Client(headers=HEADERS, timeout=60) as http:
        for turn in range(6):
            headers = {"authorization": f"Bearer {keys[turn % 2]}"}
            arguments = {"text": f"turn {turn}"}
            message = rpc("tools/call", name="memory_add", arguments=arguments)
            answer = http.post(service.url, json=message, headers=headers).json()
            assert answer["result"]["structuredContent"]["block"]["id"] == turn // 2 + 1


def test_a_tool_that_nobody_may_call_is_not_served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(LEAST_ROLE, "mcp.memory_add")
    with pytest.raises(LookupError, match=r"mcp\.memory_add"):
        memory_server(lambda _: None)  # type: ignore[arg-type, return-value]


def test_what_is_not_http() -> None:
    async def unused(*_: object) -> Any:
        raise AssertionError

    with pytest.raises(ValueError, match="websocket"):
        asyncio.run(Endpoint()({"type": "websocket"}, unused, unused))


READY = """
import sys
from greeum.api.service import make, Observers, Options
from greeum.api.health import Health
options = Options(memory=sys.argv[1], tenants=None, allowed_hosts=None, log="none")
application, close = make(options, Observers(options), Health())
print("mcp" in sys.modules, "pydantic" in sys.modules)
close()
"""


def test_a_server_is_ready_before_the_sdk_is_loaded(tmp_path: Path) -> None:
    command = [sys.executable, "-c", READY, str(tmp_path / "memory")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "False False\n"
