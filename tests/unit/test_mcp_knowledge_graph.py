"""The tools of the MCP project's memory server over a Memory, beside a model of what its releases do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from greeum import Memory
from greeum.errors import InvalidInput, NotFound
from greeum.mcp.catalogue import tools_of
from greeum.mcp.tools.graph import MENTION, NAMESPACE
from greeum.mcp.tools.tool import Result
from greeum.testing import TinyEmbedder, memory

TOOLS = {tool.name: tool for tool in tools_of("knowledge-graph")}

NAMES_THERE = {
    "create_entities", "create_relations", "add_observations", "delete_entities", "delete_observations",
    "delete_relations", "read_graph", "search_nodes", "open_nodes",
}  # fmt: skip


class Model:
    """A graph as two lists, which is all that there is to it."""

    def __init__(self) -> None:
        self.entities: list[dict[str, Any]] = []
        self.relations: list[dict[str, str]] = []

    def named(self, name: str) -> dict[str, Any] | None:
        return next((entity for entity in self.entities if entity["name"] == name), None)

    def create_entities(self, entities: list[dict[str, Any]]) -> Any:
        created = []
        for entity in entities:
            if self.named(entity["name"]) is None:
                self.entities.append({**entity, "observations": list(entity["observations"])})
                created.append(entity)
        return {"entities": created}

    def create_relations(self, relations: list[dict[str, str]]) -> Any:
        created = []
        for relation in relations:
            if relation not in self.relations:
                self.relations.append(relation)
                created.append(relation)
        return {"relations": created}

    def add_observations(self, observations: list[dict[str, Any]]) -> Any:
        if any(self.named(one["entityName"]) is None for one in observations):
            return None
        results = []
        for one in observations:
            entity = self.named(one["entityName"])
            assert entity is not None
            added = [text for text in one["contents"] if text not in entity["observations"]]
            entity["observations"] += added
            results.append({"entityName": one["entityName"], "addedObservations": added})
        return {"results": results}

    def delete_entities(self, entityNames: list[str]) -> Any:  # noqa: N803 - the name there
        self.entities = [entity for entity in self.entities if entity["name"] not in entityNames]
        self.relations = [one for one in self.relations if not {one["from"], one["to"]} & set(entityNames)]
        return {"success": True, "message": "Entities deleted successfully"}

    def delete_observations(self, deletions: list[dict[str, Any]]) -> Any:
        for deletion in deletions:
            entity = self.named(deletion["entityName"])
            if entity is not None:
                kept = [text for text in entity["observations"] if text not in deletion["observations"]]
                entity["observations"] = kept
        return {"success": True, "message": "Observations deleted successfully"}

    def delete_relations(self, relations: list[dict[str, str]]) -> Any:
        self.relations = [one for one in self.relations if one not in relations]
        return {"success": True, "message": "Relations deleted successfully"}

    def part(self, entities: list[dict[str, Any]]) -> Any:
        names = {entity["name"] for entity in entities}
        return {"entities": entities, "relations": [one for one in self.relations if {one["from"], one["to"]} & names]}

    def read_graph(self) -> Any:
        return {"entities": self.entities, "relations": self.relations}

    def search_nodes(self, query: str) -> Any:
        def holds(entity: dict[str, Any]) -> bool:
            texts = [entity["name"], entity["entityType"], *entity["observations"]]
            return any(query.lower() in text.lower() for text in texts)

        return self.part([entity for entity in self.entities if holds(entity)])

    def open_nodes(self, names: list[str]) -> Any:
        return self.part([entity for entity in self.entities if entity["name"] in names])


@pytest.fixture
def m() -> Iterator[Memory]:
    with memory(embedder=TinyEmbedder()) as opened:
        yield opened


def call(m: Memory, name: str, /, **arguments: Any) -> Result:
    tool = TOOLS[name]
    Draft202012Validator(tool.input_schema()).validate(arguments)
    result = tool.call(m, json.loads(json.dumps(arguments)))
    Draft202012Validator(tool.output).validate(json.loads(json.dumps(result.structured)))
    return result


def unordered(graph: Any) -> Any:
    """Relations are a set: one microsecond may see several of them."""
    if "relations" in graph:
        relations = sorted(graph["relations"], key=lambda one: (one["from"], one["to"], one["relationType"]))
        return {**graph, "relations": relations}
    return graph


def test_they_are_the_nine() -> None:
    assert set(TOOLS) == NAMES_THERE


NAME = st.sampled_from(["Ann", "Bob", "서울", "ann"])
TEXT = st.sampled_from(["likes tea", "Speaks Spanish", "lives in 서울", "x"])
TEXTS = st.lists(TEXT, max_size=3)
RELATIONS = st.lists(
    st.fixed_dictionaries(
        {"from": NAME, "to": NAME, "relationType": st.sampled_from(["knows", "near", "about"])}
    ).filter(lambda one: one["from"] != one["to"]),
    max_size=3,
)
ENTITIES = st.lists(
    st.fixed_dictionaries({"name": NAME, "entityType": st.sampled_from(["person", "", "city"]), "observations": TEXTS}),
    max_size=3,
)

CALLS = st.one_of(
    st.tuples(st.just("create_entities"), st.fixed_dictionaries({"entities": ENTITIES})),
    st.tuples(st.just("create_relations"), st.fixed_dictionaries({"relations": RELATIONS})),
    st.tuples(
        st.just("add_observations"),
        st.fixed_dictionaries(
            {"observations": st.lists(st.fixed_dictionaries({"entityName": NAME, "contents": TEXTS}), max_size=2)}
        ),
    ),
    st.tuples(st.just("delete_entities"), st.fixed_dictionaries({"entityNames": st.lists(NAME, max_size=2)})),
    st.tuples(
        st.just("delete_observations"),
        st.fixed_dictionaries(
            {"deletions": st.lists(st.fixed_dictionaries({"entityName": NAME, "observations": TEXTS}), max_size=2)}
        ),
    ),
    st.tuples(st.just("delete_relations"), st.fixed_dictionaries({"relations": RELATIONS})),
    st.tuples(
        st.just("search_nodes"), st.fixed_dictionaries({"query": st.sampled_from(["", "ANN", "tea", "city", "서"])})
    ),
    st.tuples(st.just("open_nodes"), st.fixed_dictionaries({"names": st.lists(NAME, max_size=3)})),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(CALLS, max_size=12))
def test_the_answers_are_those_of_the_model(calls: list[tuple[str, dict[str, Any]]]) -> None:
    model = Model()
    with memory(embedder=TinyEmbedder()) as m:
        for name, arguments in [*calls, ("read_graph", {})]:
            expected = getattr(model, name)(**json.loads(json.dumps(arguments)))
            if expected is None:
                with pytest.raises(NotFound):
                    call(m, name, **arguments)
            else:
                assert unordered(call(m, name, **arguments).structured) == unordered(expected), name
        # Nothing is left behind of what was deleted.
        names = {end for one in model.relations for end in (one["from"], one["to"])}
        mentions = names - {entity["name"] for entity in model.entities}
        assert m.count(where={"kind": MENTION}) == len(mentions)
        observations = sum(len(entity["observations"]) for entity in model.entities)
        assert m.count(namespace=NAMESPACE) == len(mentions) + len(model.entities) + observations


def test_texts_are_those_of_the_reference(m: Memory) -> None:
    entity = {"name": "Ann", "entityType": "person", "observations": ["likes tea"]}
    assert json.loads(call(m, "create_entities", entities=[entity]).text) == [entity]
    assert call(m, "create_entities", entities=[]).text == "[]"
    relation = {"from": "Ann", "to": "Bob", "relationType": "knows"}
    assert json.loads(call(m, "create_relations", relations=[relation]).text) == [relation]
    added = call(m, "add_observations", observations=[{"entityName": "Ann", "contents": ["x"]}])
    assert json.loads(added.text) == [{"entityName": "Ann", "addedObservations": ["x"]}]
    assert json.loads(call(m, "read_graph").text) == call(m, "read_graph").structured
    assert call(m, "delete_entities", entityNames=["Nobody"]).text == "Entities deleted successfully"


def test_the_error_is_that_of_the_reference(m: Memory) -> None:
    call(m, "create_entities", entities=[{"name": "Ann", "entityType": "person", "observations": []}])
    observations = [{"entityName": "Ann", "contents": ["x"]}, {"entityName": "Bob", "contents": ["y"]}]
    with pytest.raises(NotFound, match=r"^Entity with name Bob not found$"):
        call(m, "add_observations", observations=observations)
    assert call(m, "open_nodes", names=["Ann"]).structured["entities"][0]["observations"] == []


def test_the_graph_is_part_of_the_memory(m: Memory) -> None:
    """Entities, observations and relations are blocks and links like others."""
    entity = {"name": "Ann", "entityType": "person", "observations": ["likes tea"]}
    call(m, "create_entities", entities=[entity])
    call(m, "create_relations", relations=[{"from": "Ann", "to": "Bob", "relationType": "knows"}])
    ann = m.get(key="Ann", namespace=NAMESPACE)
    observation = m.list(where={"kind": "observation"})[0]
    assert (ann.kind, ann.metadata) == ("entity", {"entityType": "person"})
    assert observation.text == "likes tea"
    ends = {(link.source, link.target, link.kind) for link in m.links(ann.id)}
    assert (ann.id, m.get(key="Bob", namespace=NAMESPACE).id, "knows") in ends
    assert any(source == observation.id and target == ann.id for source, target, _ in ends)


def test_links_to_other_memories_are_no_relations(m: Memory) -> None:
    other = m.add("Ann was here.")
    entity = {"name": "Ann", "entityType": "person", "observations": ["likes tea"]}
    call(m, "create_entities", entities=[entity])
    m.link(m.get(key="Ann", namespace=NAMESPACE).id, other.id)
    assert call(m, "read_graph").structured == {"entities": [entity], "relations": []}
    call(m, "delete_entities", entityNames=["Ann"])
    assert [block.id for block in m.list()] == [other.id]


def test_many_observations_come_page_by_page(m: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("greeum.mcp.tools.graph.PAGE", 2)
    entity = {"name": "Ann", "entityType": "person", "observations": [f"fact {n}" for n in range(5)]}
    call(m, "create_entities", entities=[entity])
    assert call(m, "open_nodes", names=["Ann"]).structured["entities"] == [entity]


@pytest.mark.parametrize(
    ("field", "name", "arguments"),
    [
        ("entities", "create_entities", {"entities": {}}),
        ("entities[0]", "create_entities", {"entities": ["Ann"]}),
        ("entities[0].entityType", "create_entities", {"entities": [{"name": "Ann", "observations": []}]}),
        (
            "entities[0].age",
            "create_entities",
            {"entities": [{"name": "A", "entityType": "", "observations": [], "age": 5}]},
        ),
        ("entities[0].name", "create_entities", {"entities": [{"name": "", "entityType": "", "observations": []}]}),
        (
            "entities[0].observations[0]",
            "create_entities",
            {"entities": [{"name": "Ann", "entityType": "", "observations": [""]}]},
        ),
        ("relations[0].to", "create_relations", {"relations": [{"from": "A", "to": 5, "relationType": "x"}]}),
        ("relations[0].to", "create_relations", {"relations": [{"from": "Ann", "to": "Ann", "relationType": "x"}]}),
        ("observations[0].contents", "add_observations", {"observations": [{"entityName": "A", "contents": "x"}]}),
        ("entityNames[1]", "delete_entities", {"entityNames": ["Ann", None]}),
        (
            "deletions[0].observations[0]",
            "delete_observations",
            {"deletions": [{"entityName": "A", "observations": [5]}]},
        ),
        ("names", "open_nodes", {"names": "Ann"}),
        ("query", "search_nodes", {"query": 5}),
    ],
)
def test_what_cannot_be_used_is_named(m: Memory, field: str, name: str, arguments: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as caught:
        TOOLS[name].call(m, arguments)
    assert caught.value.field == field
    assert m.count() == 0


def test_what_is_not_there_is_passed_over(m: Memory) -> None:
    relation = {"from": "Ann", "to": "Bob", "relationType": "knows"}
    entities: list[dict[str, Any]] = [
        {"name": name, "entityType": "person", "observations": []} for name in ("Ann", "Bob")
    ]
    call(m, "create_entities", entities=entities)
    assert call(m, "delete_relations", relations=[relation]).structured["success"] is True
    call(m, "create_relations", relations=[relation, {**relation, "to": "Carol"}])
    assert call(m, "create_relations", relations=[relation]).structured == {"relations": []}
    call(m, "delete_relations", relations=[{**relation, "to": "Carol"}])
    assert m.count(where={"kind": MENTION}) == 0
    call(m, "create_relations", relations=[{**relation, "from": "Carol"}])
    call(m, "delete_entities", entityNames=["Bob", "Nobody"])
    assert m.count(where={"kind": MENTION}) == 0
    assert call(m, "read_graph").structured == {"entities": entities[:1], "relations": []}


class Forgetful:
    """A memory from which another process has just forgotten a block that a link still names."""

    def __init__(self, inner: Memory, gone: int) -> None:
        self._inner = inner
        self._gone = gone

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def get(self, block: int | None = None, **which: Any) -> Any:
        if block == self._gone:
            raise NotFound(f"there is no block {block}")
        return self._inner.get(block, **which)


def test_what_was_forgotten_a_moment_ago(m: Memory) -> None:
    call(m, "create_entities", entities=[{"name": "Ann", "entityType": "", "observations": []}])
    call(m, "create_relations", relations=[{"from": "Ann", "to": "Bob", "relationType": "knows"}])
    gone = Forgetful(m, m.get(key="Bob", namespace=NAMESPACE).id)
    assert call(gone, "open_nodes", names=["Ann"]).structured["relations"] == []  # type: ignore[arg-type]
