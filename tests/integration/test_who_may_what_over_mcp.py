"""Every tool and every other request of MCP, tried without a key, with too low a role, and with somebody else's key.

Tools, resources and prompts come from the tables that the server is made from: one that is added is tried too.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from tests.integration.callers import MARKER, Answer, Request, Service, Thing, each_role, two_tenants

from greeum.api import policy
from greeum.api.policy import LEAST_ROLE
from greeum.control.keys import NewKey
from greeum.control.model import ROLES, Role
from greeum.mcp import http, prompts, resources
from greeum.mcp.catalogue import tools_of
from greeum.mcp.tools.memory import TAKES
from greeum.mcp.tools.tool import Tool

TOOLS = tools_of("memory")

STRANGERS = {
    "another tenant's writer": ("globex", ""),
    "a writer of another namespace": ("acme", "plain/alice"),
    "one whose namespace begins alike": ("acme", MARKER[:-1]),
}
"""Whose key each has, and what it is confined to."""

every_tool = pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
every_role = pytest.mark.parametrize("role", ROLES.values(), ids=str)
every_stranger = pytest.mark.parametrize("stranger", STRANGERS)
every_place = pytest.mark.parametrize("namespace", ["", f"{MARKER}/0"], ids=["at the root", "below it"])


class Message(NamedTuple):
    """A request of JSON-RPC."""

    method: str
    params: dict[str, Any]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with two_tenants(tmp_path_factory.mktemp("tenants"), mcp=http.Endpoint()) as found:
        yield found


@pytest.fixture(scope="module")
def keys(service: Service) -> dict[Role, str]:
    """One of each role, of acme."""
    return each_role(service)


@pytest.fixture(scope="module")
def strangers(service: Service) -> dict[str, str]:
    return {name: service.key(tenant, "writer", root=root) for name, (tenant, root) in STRANGERS.items()}


def send(service: Service, message: Message, key: str | None) -> Answer:
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": message.method, "params": message.params})
    return service.ask(Request("POST", "/mcp", "", body.encode(), accept="application/json"), key)


def call(tool: Tool, arguments: dict[str, Any]) -> Message:
    return Message("tools/call", {"name": tool.name, "arguments": arguments})


def result(answer: Answer) -> dict[str, Any]:
    assert answer.status == 200
    found: dict[str, Any] = json.loads(answer.body)["result"]
    return found


def values(thing: Thing) -> dict[str, Any]:
    """What arguments are given, by name: enough for every tool's required ones."""
    return {
        "text": "An otter swims.",
        "query": "otter",
        "topic": "otter",
        "id": str(thing.block),
        "block": thing.block,
        "key": thing.key,
        "name": thing.anchor,
    }


def calls(tool: Tool, thing: Thing) -> list[dict[str, Any]]:
    """The arguments of calls that should succeed, in every way in which the tool can name the thing."""
    known, at = values(thing), {"namespace": thing.namespace} if thing.namespace else {}
    if "action" in tool.arguments:
        return [{"action": action, **{name: known[name] for name in TAKES[action][0]}, **at} for action in TAKES]
    given = {name: known[name] for name in tool.required}
    if "block" in tool.arguments:
        about = given | {name: known[name] for name in ("block", "text") if name in tool.arguments}
        return [about] + ([{"key": thing.key, **at}] if "key" in tool.arguments else [])
    at = at if "namespace" in tool.arguments else {}
    nearby = [{"near": near} for near in (thing.block, thing.anchor)]
    return [given | at, *(given | at | near for near in nearby if "near" in tool.arguments)]


def other_messages(thing: Thing) -> list[Message]:
    """Everything but calls of tools."""
    at = {"namespace": thing.namespace} if thing.namespace else {}
    asked = [
        Message("ping", {}),
        Message("tools/list", {}),
        Message("prompts/list", {}),
        Message("resources/list", {}),
        Message("resources/templates/list", {}),
        *(Message("resources/read", {"uri": fixed.resource.uri}) for fixed in resources.FIXED),
        Message("resources/read", {"uri": f"{resources.BLOCKS}{thing.block}"}),
        completion({"type": "ref/resource", "uri": resources.TEMPLATE.uri}, "id", str(thing.block)),
    ]
    for prompt in prompts.PROMPTS:
        given = {one.name: values(thing)[one.name] for one in prompt.arguments if one.required}
        more = [{}, at] + ([at | {"near": thing.anchor}] if "near" in {one.name for one in prompt.arguments} else [])
        asked += [Message("prompts/get", {"name": prompt.name, "arguments": given | one}) for one in more]
        for argument in prompt.arguments:
            for typed in ("", MARKER[:3], f"{MARKER}/", thing.anchor):
                asked.append(completion({"type": "ref/prompt", "name": prompt.name}, argument.name, typed))
    return asked


def completion(ref: dict[str, str], name: str, typed: str) -> Message:
    return Message("completion/complete", {"ref": ref, "argument": {"name": name, "value": typed}})


def names_it(arguments: dict[str, Any]) -> bool:
    return bool({"id", "block", "key", "name", "near", "namespace"} & set(arguments))


class TestWithoutAKey:
    @every_tool
    def test_no_tool_is_called(self, service: Service, tool: Tool) -> None:
        thing = service.thing("acme", MARKER)
        seq = service.seq("acme")
        for arguments in calls(tool, thing):
            self.check(service, call(tool, arguments))
        assert service.seq("acme") == seq

    def test_nothing_else_is_answered(self, service: Service) -> None:
        for message in other_messages(service.thing("acme", MARKER)):
            self.check(service, message)

    def check(self, service: Service, message: Message) -> None:
        answers = {send(service, message, key) for key in (None, "", "gk_x", NewKey().text)}
        assert len(answers) == 1
        answer = answers.pop()
        assert answer.status == 401
        assert MARKER.encode() not in answer.body


class TestRoles:
    @every_tool
    @every_role
    def test_one_that_is_too_low_is_refused_and_nothing_happens(
        self, service: Service, keys: dict[Role, str], tool: Tool, role: Role
    ) -> None:
        for place in range(len(calls(tool, Thing(1, 2, "", "", "")))):
            arguments = calls(tool, service.thing("acme"))[place]
            seq = service.seq("acme")
            said = result(send(service, call(tool, arguments), keys[role]))
            if role >= LEAST_ROLE[tool.operation]:
                assert not said["isError"], said
            else:
                assert (said["isError"], said["_meta"]["greeum/error"]) == (True, "Forbidden")
            if role < LEAST_ROLE[tool.operation] or role is Role.READER:
                assert service.seq("acme") == seq

    @every_role
    def test_only_what_may_be_called_is_listed(self, service: Service, keys: dict[Role, str], role: Role) -> None:
        listed = {tool["name"] for tool in result(send(service, Message("tools/list", {}), keys[role]))["tools"]}
        assert listed == {tool.name for tool in TOOLS if role >= LEAST_ROLE[tool.operation]}

    def test_readers_are_answered_everything_else_and_change_nothing(
        self, service: Service, keys: dict[Role, str]
    ) -> None:
        thing = service.thing("acme")
        seq = service.seq("acme")
        for message in other_messages(thing):
            result(send(service, message, keys[Role.READER]))
        assert service.seq("acme") == seq

    def test_a_tool_without_a_least_role_is_not_served(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(
            policy, "LEAST_ROLE", {name: LEAST_ROLE[name] for name in LEAST_ROLE if name != "mcp.fetch"}
        )
        with pytest.raises(LookupError, match=r"mcp\.fetch"):
            http.memory_server(http.guest_of)

    def test_every_operation_of_the_table_is_served(self) -> None:
        served = {tool.operation for tool in TOOLS} | {resources.OPERATION, prompts.OPERATION}
        assert served == {name for name in LEAST_ROLE if name.startswith("mcp.")}

    def test_every_kind_of_request_is_tried_here(self) -> None:
        tried = {message.method for message in other_messages(Thing(1, 2, "", "", ""))} | {"tools/call"}
        answered = set(http.memory_server(http.guest_of)._request_handlers)
        assert answered - tried == {"server/discover"}


class TestStrangers:
    @every_tool
    @every_place
    def test_its_owner_is_answered(self, service: Service, keys: dict[Role, str], tool: Tool, namespace: str) -> None:
        """Else it would be no wonder that strangers are not."""
        for place in range(len(calls(tool, Thing(1, 2, namespace, "", "")))):
            arguments = calls(tool, service.thing("acme", MARKER, namespace))[place]
            said = result(send(service, call(tool, arguments), keys[Role.WRITER]))
            assert not said["isError"], (arguments, said)

    @every_stranger
    @every_tool
    @every_place
    def test_what_is_there_looks_like_what_never_was(
        self, service: Service, strangers: dict[str, str], stranger: str, tool: Tool, namespace: str
    ) -> None:
        """The same calls before the thing is made and after: every byte of the answers is the same."""
        thing = service.next_thing("acme", namespace)
        # Adding to one's own is no secret, and differs each time; what is added near a stranger's thing is refused.
        about = [one for one in calls(tool, thing) if names_it(one) and ("near" in one or tool.name != "memory_add")]
        before = [send(service, call(tool, arguments), strangers[stranger]) for arguments in about]
        service.make("acme", thing, MARKER)
        with service.inside("acme") as memory:
            held = memory.get(thing.block).to_dict(), [link.to_dict() for link in memory.links(thing.block)]
        assert [send(service, call(tool, arguments), strangers[stranger]) for arguments in about] == before
        with service.inside("acme") as memory:
            assert held == (memory.get(thing.block).to_dict(), [link.to_dict() for link in memory.links(thing.block)])
            assert memory.anchors.get(thing.anchor, namespace=thing.namespace).block_id == thing.block

    @every_stranger
    @every_place
    def test_all_else_looks_the_same_too(
        self, service: Service, strangers: dict[str, str], stranger: str, namespace: str
    ) -> None:
        thing = service.next_thing("acme", namespace)
        messages = other_messages(thing)
        before = [send(service, message, strangers[stranger]) for message in messages]
        service.make("acme", thing, MARKER)
        after = [send(service, message, strangers[stranger]) for message in messages]
        for message, then, now in zip(messages, before, after, strict=True):
            assert then == now, message

    @every_stranger
    @every_tool
    def test_nothing_of_it_is_in_any_answer(
        self, service: Service, strangers: dict[str, str], stranger: str, tool: Tool
    ) -> None:
        thing = service.thing("acme", MARKER, f"{MARKER}/0")._replace(namespace="")
        for arguments in calls(tool, thing):
            assert MARKER.encode() not in send(service, call(tool, arguments), strangers[stranger]).body
