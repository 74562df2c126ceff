"""The nine tools of the MCP project's own memory server, with its answers, over the same memory.

Two things that its file can hold and a memory cannot are refused: an entity that relates to itself, and empty texts.
"""

from __future__ import annotations

from json import dumps
from typing import NamedTuple

from greeum import inputs, limits
from greeum.errors import InvalidInput, NotFound
from greeum.mcp.tools import schemas
from greeum.mcp.tools.graph import TYPE, Graph, Relation, changing
from greeum.mcp.tools.tool import Result, Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from greeum.mcp.tools.tool import AnyMemory, Schema
    from greeum.model import Block


def create_entities(memory: AnyMemory, *, entities: object) -> Result:
    graph, created = Graph(memory), []
    wanted = [entity_of(*each) for each in each_object(entities, "entities", ("name", "entityType", "observations"))]
    with changing:
        for entity in wanted:
            if graph.entity(entity["name"]) is None:
                graph.observe(graph.create(entity["name"], entity["entityType"]), entity["observations"])
                created.append(entity)
    return answer({"entities": created}, created)


def create_relations(memory: AnyMemory, *, relations: object) -> Result:
    graph = Graph(memory)
    wanted = relations_of(relations)
    with changing:
        created = [relation.to_dict() for relation in wanted if graph.relate(relation)]
    return answer({"relations": created}, created)


def add_observations(memory: AnyMemory, *, observations: object) -> Result:
    graph = Graph(memory)
    wanted = [
        (inputs.name(item["entityName"], f"{field}.entityName"), texts_of(item["contents"], f"{field}.contents"))
        for item, field in each_object(observations, "observations", ("entityName", "contents"))
    ]
    results = []
    with changing:
        found = [(there(graph, name), contents) for name, contents in wanted]
        for entity, contents in found:
            known = {block.text for block in graph.observations(str(entity.key))}
            added = [text for text in contents if text not in known]
            graph.observe(entity, added)
            results.append({"entityName": entity.key, "addedObservations": added})
    return answer({"results": results}, results)


def there(graph: Graph, name: str) -> Block:
    entity = graph.entity(name)
    if entity is None:
        raise NotFound(f"Entity with name {name} not found")
    return entity


def delete_entities(memory: AnyMemory, *, entityNames: object) -> Result:  # noqa: N803 - the name there
    names = [inputs.name(name, f"entityNames[{i}]") for i, name in enumerate(listed(entityNames, "entityNames"))]
    with changing:
        Graph(memory).delete(names)
    return done("Entities deleted successfully")


def delete_observations(memory: AnyMemory, *, deletions: object) -> Result:
    graph = Graph(memory)
    wanted = [
        (
            inputs.name(item["entityName"], f"{field}.entityName"),
            strings_of(item["observations"], f"{field}.observations"),
        )
        for item, field in each_object(deletions, "deletions", ("entityName", "observations"))
    ]
    with changing:
        for name, texts in wanted:
            graph.forget(block for block in graph.observations(name) if block.text in texts)
    return done("Observations deleted successfully")


def delete_relations(memory: AnyMemory, *, relations: object) -> Result:
    graph = Graph(memory)
    wanted = relations_of(relations)
    with changing:
        for relation in wanted:
            graph.unrelate(relation)
    return done("Relations deleted successfully")


def read_graph(memory: AnyMemory) -> Result:
    graph = Graph(memory)
    return drawn(graph, known(graph), graph.mentions())


def search_nodes(memory: AnyMemory, *, query: object) -> Result:
    """By a substring, in any case, as there. What means the same is found by memory_search."""
    wanted = inputs.string(query, "query", limits.QUERY_BYTES_MAX, empty=True).lower()
    graph = Graph(memory)
    return drawn(graph, [one for one in known(graph) if any(wanted in text.lower() for text in one.texts())])


def open_nodes(memory: AnyMemory, *, names: object) -> Result:
    wanted = [inputs.name(name, f"names[{i}]") for i, name in enumerate(listed(names, "names"))]
    graph = Graph(memory)
    found = [entity for name in dict.fromkeys(wanted) if (entity := graph.entity(name)) is not None]
    found.sort(key=lambda entity: (entity.at, entity.id))
    return drawn(graph, [Known(entity, graph.observations(str(entity.key))) for entity in found])


class Known(NamedTuple):
    """An entity with what was observed about it."""

    entity: Block
    observations: list[Block]

    def texts(self) -> list[str]:
        """In which to look for something."""
        return [str(self.entity.key), type_of(self.entity), *(block.text for block in self.observations)]

    def to_dict(self) -> dict[str, object]:
        name, kind, *observations = self.texts()
        return {"name": name, "entityType": kind, "observations": observations}


def known(graph: Graph) -> list[Known]:
    """All entities."""
    observations = graph.all_observations()
    return [Known(entity, observations.get(str(entity.key), [])) for entity in graph.entities()]


def drawn(graph: Graph, found: Sequence[Known], mentions: Sequence[Block] = ()) -> Result:
    """These entities, and the relations that touch them, or these mentions."""
    relations = graph.relations([*(one.entity for one in found), *mentions])
    entities = [one.to_dict() for one in found]
    return answer({"entities": entities, "relations": [relation.to_dict() for relation in relations]})


def type_of(entity: Block) -> str:
    return str(entity.metadata.get(TYPE, ""))


# What was given, checked.


def each_object(values: object, field: str, members: tuple[str, ...]) -> list[tuple[dict[str, object], str]]:
    """Each item with what it is called in a message. Raises InvalidInput if one has not just these members."""
    items = []
    for i, item in enumerate(listed(values, field)):
        place = f"{field}[{i}]"
        if not isinstance(item, dict):
            raise InvalidInput(place, f"must be an object with {', '.join(members)}")
        for name in (*members, *item):
            if name not in item:
                raise InvalidInput(f"{place}.{name}", "is missing")
            if name not in members:
                raise InvalidInput(f"{place}.{name}", f"is none of {', '.join(members)}")
        items.append((item, place))
    return items


def listed(values: object, field: str) -> list[object]:
    if not isinstance(values, list):
        raise InvalidInput(field, "must be an array")
    return values


def strings_of(values: object, field: str) -> list[str]:
    """Of what is only compared, and may be empty."""
    return [
        inputs.string(text, f"{field}[{i}]", limits.TEXT_BYTES_MAX, empty=True)
        for i, text in enumerate(listed(values, field))
    ]


def texts_of(values: object, field: str) -> list[str]:
    return [inputs.text(text, f"{field}[{i}]") for i, text in enumerate(listed(values, field))]


def entity_of(item: dict[str, object], field: str) -> dict[str, Any]:
    return {
        "name": inputs.name(item["name"], f"{field}.name"),
        "entityType": inputs.string(item["entityType"], f"{field}.entityType", limits.NAME_BYTES_MAX, empty=True),
        "observations": texts_of(item["observations"], f"{field}.observations"),
    }


def relations_of(values: object) -> list[Relation]:
    members = ("from", "to", "relationType")
    found = []
    for item, field in each_object(values, "relations", members):
        relation = Relation(*(inputs.name(item[name], f"{field}.{name}") for name in members))
        if relation.source == relation.target:
            raise InvalidInput(f"{field}.to", "is the entity itself: a memory links blocks with others only")
        found.append(relation)
    return found


# What is answered.


def answer(structured: dict[str, object], text: object = None) -> Result:
    return Result(structured, dumps(structured if text is None else text, ensure_ascii=False, indent=2))


def done(message: str) -> Result:
    return Result({"success": True, "message": message}, message)


STRING: Schema = {"type": "string"}
STRINGS = schemas.array(STRING)
ENTITIES = schemas.array(schemas.record({"name": STRING, "entityType": STRING, "observations": STRINGS}))
RELATIONS = schemas.array(schemas.record({"from": STRING, "to": STRING, "relationType": STRING}))
ENTITIES_AGAIN = schemas.array(schemas.fields("name, entityType, observations"))
RELATIONS_AGAIN = schemas.array(schemas.fields("from, to, relationType"))
GRAPH = schemas.answer({"entities": ENTITIES_AGAIN, "relations": RELATIONS_AGAIN})
DONE = schemas.answer({"success": {"type": "boolean"}, "message": STRING})


def tool(
    run: Callable[..., Result],
    description: str,
    arguments: dict[str, Schema],
    output: Schema,
    *,
    reads: bool = False,
    destroys: bool = False,
) -> Tool:
    """Under the function's name; its title is the same in words."""
    name = run.__name__
    title = name.replace("_", " ").title()
    return Tool(
        name, title, description, arguments, tuple(arguments), output, run, reads, destroys, repeats=reads or destroys
    )


TOOLS = (
    tool(
        create_entities,
        "Create entities in the knowledge graph, with what is known about each. Names that are there already are "
        "left as they are.",
        {"entities": {**ENTITIES, "description": "Each with its name, its type (as person) and its observations."}},
        schemas.answer({"entities": ENTITIES_AGAIN}),
    ),
    tool(
        create_relations,
        "Create relations between entities, in active voice, as works_at. Those that are there already are passed "
        "over.",
        {"relations": {**RELATIONS, "description": "Each from one entity's name to another's, with its type."}},
        schemas.answer({"relations": RELATIONS_AGAIN}),
    ),
    tool(
        add_observations,
        "Add observations to entities that are there: one fact each.",
        {
            "observations": schemas.array(
                schemas.record({"entityName": STRING, "contents": STRINGS}), "Each about one entity."
            )
        },
        schemas.answer({"results": schemas.array(schemas.fields("entityName, addedObservations"))}),
    ),
    tool(
        delete_entities,
        "Delete entities with their observations and relations, for good.",
        {"entityNames": schemas.array(STRING, "Their names.")},
        DONE,
        destroys=True,
    ),
    tool(
        delete_observations,
        "Delete single observations of entities, for good.",
        {
            "deletions": schemas.array(
                schemas.record({"entityName": STRING, "observations": STRINGS}), "Each about one entity."
            )
        },
        DONE,
        destroys=True,
    ),
    tool(
        delete_relations,
        "Delete relations.",
        {"relations": {**RELATIONS, "description": "Each as it was created."}},
        DONE,
        destroys=True,
    ),
    tool(read_graph, "Read the whole knowledge graph.", {}, GRAPH, reads=True),
    tool(
        search_nodes,
        "Find entities of which the name, the type or an observation holds a text, with their relations.",
        {"query": schemas.string("The text, in any case.")},
        GRAPH,
        reads=True,
    ),
    tool(
        open_nodes,
        "Read entities by name, with their relations.",
        {"names": schemas.array(STRING, "Their names.")},
        GRAPH,
        reads=True,
    ),
)
