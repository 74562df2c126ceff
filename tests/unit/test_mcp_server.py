"""The SDK's server with what Greeum offers, as the SDK's own client sees it, in both eras of the protocol."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, TypeVar

import pytest
from mcp.client import Client
from mcp.shared.exceptions import MCPError

from greeum import Memory, errors
from greeum.api.problems import problem_of
from greeum.mcp.callers import Local
from greeum.mcp.catalogue import server_of, tools_of
from greeum.mcp.server import ERROR_META, FAILED, FIELD_META
from greeum.rooted import Rooted
from greeum.testing import memory

T = TypeVar("T")

INVALID_PARAMS, INTERNAL_ERROR = -32602, -32603

READING = {"memory_search", "memory_context", "memory_list", "memory_count", "memory_get", "search", "fetch"}


@pytest.fixture
def m() -> Iterator[Memory]:
    with memory() as opened:
        yield opened


class Elsewhere:
    """A caller who is not on this machine."""

    is_local = False

    def __init__(self, opened: Memory | Rooted) -> None:
        self.memory = opened

    def allow(self, operation: str, *, reads: bool) -> None:
        if operation in ("mcp.memory_forget", "mcp.resources"):
            raise errors.Forbidden(f"{operation} takes another role")

    async def run(self, work: Callable[[Any], T]) -> T:
        return await asyncio.to_thread(work, self.memory)


def within(caller: Any, work: Callable[[Any], Awaitable[T]], *, offer: str = "memory", mode: Any = "legacy") -> T:
    """What comes of it, with a client of a server of this caller."""

    async def run() -> T:
        async with Client(server_of(offer, lambda _: caller), mode=mode) as client:
            return await work(client)

    return asyncio.run(run())


def local(opened: Memory, *, read_only: bool = False) -> Local:
    return Local(lambda: opened, read_only=read_only)


@pytest.mark.parametrize("mode", ["legacy", "auto"])
def test_a_conversation(m: Memory, mode: str) -> None:
    async def work(client: Any) -> None:
        added = await client.call_tool("memory_add", {"text": "I moved to Busan.", "source": "alice"})
        assert not added.is_error
        assert added.content[0].text == "Remembered as block 1."
        assert added.structured_content["block"] == m.get(1).to_dict()
        found = await client.call_tool("memory_search", {"query": "Busan"})
        assert found.structured_content["hits"][0]["block"]["id"] == 1
        assert [one.name for one in (await client.list_prompts()).prompts] == ["recall", "remember"]
        prompt = await client.get_prompt("recall", {"topic": "Busan"})
        assert "I moved to Busan." in prompt.messages[0].content.text
        templates = (await client.list_resource_templates()).resource_templates
        assert [one.uri_template for one in templates] == ["memory://blocks/{id}"]
        block = (await client.read_resource("memory://blocks/1")).contents[0]
        assert (json.loads(block.text)["text"], block.mime_type) == ("I moved to Busan.", "application/json")

    within(local(m), work, mode=mode)


def test_what_tools_say_of_themselves(m: Memory) -> None:
    async def work(client: Any) -> Any:
        return (await client.list_tools()).tools

    for offer in ("memory", "knowledge-graph"):
        there = {tool.name: tool for tool in tools_of(offer)}
        for tool in within(local(m), work, offer=offer):
            hints = tool.annotations
            assert hints.open_world_hint is False
            assert hints.read_only_hint is there[tool.name].reads
            if not hints.read_only_hint:
                assert hints.destructive_hint is there[tool.name].destroys
                assert hints.idempotent_hint is there[tool.name].repeats
            assert tool.title == there[tool.name].title
            assert tool.output_schema == there[tool.name].output
            assert tool.input_schema == there[tool.name].input_schema()


def test_errors_are_told_in_the_result(m: Memory) -> None:
    async def work(client: Any) -> None:
        result = await client.call_tool("memory_search", {"query": "x", "k": 0})
        assert result.is_error
        assert result.content[0].text == "k: is 0; it must lie between 1 and 1,000"
        assert result.meta == {ERROR_META: "InvalidInput", FIELD_META: "k"}
        assert result.structured_content is None
        result = await client.call_tool("memory_search", {"query": "x", "k": "5"})
        assert result.content[0].text == "k: must be a whole number, not a string"
        result = await client.call_tool("memory_get", {"block": 5})
        assert (result.is_error, result.meta) == (True, {ERROR_META: "NotFound"})
        with pytest.raises(MCPError) as caught:
            await client.call_tool("memory_drop", {})
        assert caught.value.error.code == INVALID_PARAMS

    within(local(m), work)


def test_errors_of_other_requests(m: Memory) -> None:
    async def refused(asked: Awaitable[object]) -> tuple[int, Any]:
        with pytest.raises(MCPError) as caught:
            await asked
        return caught.value.error.code, caught.value.error.data

    async def work(client: Any) -> None:
        uri = "memory://blocks/7"
        assert await refused(client.read_resource(uri)) == (INVALID_PARAMS, {ERROR_META: "NotFound", "uri": uri})
        data = {ERROR_META: "InvalidInput", FIELD_META: "cursor"}
        assert await refused(client.list_resources(cursor="x")) == (INVALID_PARAMS, data)
        assert await refused(client.list_tools(cursor="x")) == (INVALID_PARAMS, data)
        assert await refused(client.list_prompts(cursor="x")) == (INVALID_PARAMS, data)
        assert await refused(client.list_resource_templates(cursor="x")) == (INVALID_PARAMS, data)
        assert (await refused(client.get_prompt("forget", {})))[0] == INVALID_PARAMS
        data = {ERROR_META: "InvalidInput", FIELD_META: "topic"}
        assert await refused(client.get_prompt("recall", {})) == (INVALID_PARAMS, data)

    within(local(m), work)


def test_the_list_of_resources_comes_in_pages(m: Memory) -> None:
    m.add_many({"text": f"{n}"} for n in range(60))

    async def work(client: Any) -> list[str]:
        page = await client.list_resources()
        found = [one.uri for one in page.resources]
        while page.next_cursor is not None:
            page = await client.list_resources(cursor=page.next_cursor)
            found += [one.uri for one in page.resources]
        return found

    assert len(set(within(local(m), work))) == 63


def test_completion(m: Memory) -> None:
    import mcp_types as types

    m.add("a", namespace="acme/alice")

    async def work(client: Any) -> None:
        prompt = types.PromptReference(name="recall")
        answer = await client.complete(prompt, {"name": "namespace", "value": "acm"})
        assert answer.completion.values == ["acme/alice"]
        template = types.ResourceTemplateReference(uri="memory://blocks/{id}")
        answer = await client.complete(template, {"name": "id", "value": ""})
        assert answer.completion.values == ["1"]

    within(local(m), work)


def test_read_only(m: Memory) -> None:
    async def work(client: Any) -> None:
        assert {tool.name for tool in (await client.list_tools()).tools} == READING
        result = await client.call_tool("memory_add", {"text": "x"})
        assert (result.is_error, result.meta) == (True, {ERROR_META: "Forbidden"})
        assert m.count() == 0

    within(local(m, read_only=True), work)


def test_what_a_caller_may_not(m: Memory) -> None:
    m.add("a")

    async def work(client: Any) -> None:
        assert "memory_forget" not in {tool.name for tool in (await client.list_tools()).tools}
        result = await client.call_tool("memory_forget", {"block": 1})
        assert (result.is_error, result.meta) == (True, {ERROR_META: "Forbidden"})
        with pytest.raises(MCPError) as caught:
            await client.list_resources()
        assert caught.value.error.data == {ERROR_META: "Forbidden"}

    within(Elsewhere(m), work)
    assert m.count() == 1


class Failing:
    """A memory that fails."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __getattr__(self, name: str) -> Any:
        raise self._error


def told(caller: Any) -> str:
    async def work(client: Any) -> str:
        text: str = (await client.call_tool("memory_search", {"query": "x"})).content[0].text
        return text

    return within(caller, work)


def test_the_servers_own_failures_are_logged_and_not_told(caplog: pytest.LogCaptureFixture) -> None:
    unknown = errors.StoreError("secret path is damaged")
    with caplog.at_level(logging.ERROR):
        assert told(Elsewhere(Failing(ZeroDivisionError("secret"))))  # type: ignore[arg-type]
        assert told(Elsewhere(Failing(ZeroDivisionError("secret")))) == FAILED  # type: ignore[arg-type]
        assert told(Elsewhere(Failing(unknown))) == FAILED  # type: ignore[arg-type]
    assert len(caplog.records) == 3


@pytest.mark.parametrize(
    "kind",
    [errors.StoreBusy, errors.StoreClosed, errors.StoreDamaged, errors.StoreFull, errors.StoreReadOnly,
     errors.StoreFailed, errors.StoreVersion, errors.EmbedderFailed, errors.EmbedderMismatch],
)  # fmt: skip
def test_who_calls_from_elsewhere_is_not_told_of_directories(
    kind: type[errors.GreeumError], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        text = told(Elsewhere(Failing(kind("/srv/tenants/acme: in the way"))))  # type: ignore[arg-type]
    assert text
    assert "acme" not in text
    assert "/srv/tenants/acme" in caplog.text
    assert text == problem_of(kind("")).detail, "what is told over REST"


def test_whoever_started_it_is_told_of_the_machine() -> None:
    assert told(local(Failing(errors.StoreDamaged("the path is damaged")))) == "the path is damaged"  # type: ignore[arg-type]


class TestLocal:
    def test_a_memory_that_cannot_be_opened_is_tried_again(self, m: Memory) -> None:
        trouble: list[Exception] = [errors.StoreBusy("another process"), errors.StoreFull("no room")]

        def open_it() -> Memory:
            if trouble:
                raise trouble.pop(0)
            return m

        caller = Local(open_it, read_only=False)
        assert told(caller) == "another process"
        assert told(caller) == "no room"
        assert told(caller) == "Nothing found."

    def test_after_the_end(self) -> None:
        opened = memory()
        caller = Local(lambda: opened, read_only=False)
        assert caller.memory is opened
        caller.close()
        caller.close()
        with pytest.raises(errors.StoreClosed):
            opened.stats()
        with pytest.raises(errors.StoreClosed):
            caller.memory  # noqa: B018 - is refused
