"""The MCP project's own memory server beside ours: the same calls, the same answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.mcp.node import MEMORY_SERVER, NODE, needs_node
from tests.mcp.talk import Message, Talk, call
from tests.unit.test_mcp_knowledge_graph import CALLS, TOOLS, unordered

from greeum import Memory
from greeum.errors import InvalidInput, NotFound
from greeum.testing import TinyEmbedder, memory

pytestmark = needs_node


class Reference:
    """The server, over its standard input and output, and the file that it keeps its graph in."""

    def __init__(self, talk: Talk, file: Path) -> None:
        self._talk = talk
        self._file = file
        self._numbers = count(1)
        talk.open()

    def empty(self) -> None:
        self._file.unlink(missing_ok=True)

    def call(self, name: str, arguments: dict[str, Any]) -> Message:
        result: Message = self._talk.ask(call(next(self._numbers), name, **arguments))["result"]
        return result

    def tools(self) -> dict[str, Message]:
        listed = self._talk.ask({"jsonrpc": "2.0", "id": next(self._numbers), "method": "tools/list"})
        return {tool["name"]: tool for tool in listed["result"]["tools"]}


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reference]:
    file = tmp_path_factory.mktemp("reference") / "memory.jsonl"
    with Talk(command=["env", f"MEMORY_FILE_PATH={file}", str(NODE), str(MEMORY_SERVER)]) as talk:
        yield Reference(talk, file)


def once(name: str, arguments: dict[str, Any]) -> bool:
    """Whether no entity and no relation is named twice in this call: there, both are kept; here it is one."""
    if name == "create_entities":
        names = [entity["name"] for entity in arguments["entities"]]
        return len(names) == len(set(names))
    relations = [tuple(sorted(relation.items())) for relation in arguments.get("relations", ())]
    return len(relations) == len(set(relations))


def ours(opened: Memory, name: str, arguments: dict[str, Any]) -> tuple[str, Any]:
    """The text and the structure of an answer."""
    try:
        result = TOOLS[name].call(opened, arguments)
    except NotFound as error:
        return str(error), None
    return result.text, result.structured


@settings(max_examples=60, deadline=None)
@given(calls=st.lists(CALLS.filter(lambda one: once(*one)), max_size=12))
def test_it_answers_as_the_reference(reference: Reference, calls: list[tuple[str, dict[str, Any]]]) -> None:
    reference.empty()
    with memory(embedder=TinyEmbedder()) as opened:
        for name, arguments in [*calls, ("read_graph", {})]:
            theirs = reference.call(name, arguments)
            text, structured = ours(opened, name, json.loads(json.dumps(arguments)))
            expected = theirs.get("structuredContent")
            assert (structured is None) == theirs.get("isError", False)
            assert unordered(structured or {}) == unordered(expected or {}), name
            if structured == expected:  # in the same order, too
                assert text == theirs["content"][0]["text"]


def test_the_tools_take_and_give_the_same(reference: Reference) -> None:
    """Names, titles, hints and arguments. Descriptions are our own; what is refused beside them, the guide says."""

    def taken(schema: Any) -> Any:
        if "properties" in schema:
            return {name: taken(one) for name, one in schema["properties"].items()}, set(schema.get("required", ()))
        return taken(schema["items"]) if "items" in schema else schema["type"]

    theirs = reference.tools()
    assert set(theirs) == set(TOOLS)
    for name, tool in TOOLS.items():
        there = theirs[name]
        assert tool.title == there["title"]
        assert taken(tool.input_schema()) == taken(there["inputSchema"])
        assert set(tool.output["properties"]) == set(there["outputSchema"]["properties"])  # type: ignore[call-overload]
        hints = there["annotations"]
        assert (tool.reads, tool.destroys) == (hints["readOnlyHint"], hints["destructiveHint"])
        assert tool.repeats == hints["idempotentHint"]


TWICE = {"name": "Ann", "entityType": "person", "observations": []}
RELATED = {"from": "Ann", "to": "Bob", "relationType": "knows"}


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("create_entities", {"entities": [TWICE, TWICE]}),
        ("create_relations", {"relations": [RELATED, RELATED]}),
        ("create_relations", {"relations": [RELATED | {"to": "Ann"}]}),
        ("create_entities", {"entities": [TWICE | {"observations": [""]}]}),
        ("create_entities", {"entities": [TWICE | {"name": ""}]}),
        ("create_entities", {"entities": [TWICE | {"age": 5}]}),
        ("read_graph", {"all": True}),
    ],
)
def test_what_the_guide_says_is_other_here(reference: Reference, name: str, arguments: dict[str, Any]) -> None:
    """When the reference changes its mind about these, so may we."""
    reference.empty()
    theirs = reference.call(name, arguments)
    assert not theirs.get("isError", False)
    with memory(embedder=TinyEmbedder()) as opened:
        try:
            assert ours(opened, name, arguments)[1] != theirs["structuredContent"]
        except InvalidInput:
            assert opened.count() == 0
