"""The service in the words of OpenAPI 3.1, made from the table of operations and the shapes of what comes and goes."""

from __future__ import annotations

import inspect
import re
from typing import Any

from msgspec import json

from greeum import __version__
from greeum.api import answers, filters, problems
from greeum.api.blocks import Added
from greeum.api.http import JSON
from greeum.api.operations import OPERATIONS
from greeum.problems import KINDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from greeum.api.routes import Operation

    Schema = dict[str, Any]

REF = "#/components/schemas/{name}"

DESCRIPTION = """\
Long-term memory for agents: blocks of text are remembered, found, corrected and forgotten. The words, fields and
filters are those of the Python library and of the command line.

A request says who sends it by `Authorization: Bearer KEY` or `X-API-Key: KEY`; a server of one memory for one machine
asks for none. What is wrong is said as RFC 9457 problems. Every answer names its request in `X-Request-Id`. Answers
from 1 KiB on are compressed for those who accept gzip.

`/v1/search:live` is a WebSocket for recall while somebody types: send `{"id": 1, "query": "…"}` with the options of a
search, again with each key pressed; `{"id": 1, "hits": […]}` or `{"id": 1, "problem": {…}}` comes back for the newest,
and queries that were overtaken are passed over. Browsers name the key as the subprotocol `greeum.key.KEY` beside
`greeum`, or send `{"key": "KEY"}` first. MCP is served at `/mcp`.
"""

LINES = "One JSON object a line. All of it may be packed by gzip, which `Content-Encoding` then says."

COMMON = (
    "invalid-input", "unauthenticated", "forbidden", "not-acceptable", "misdirected", "rate-limited", "internal",
    "unavailable",
)  # fmt: skip
"""Problems that every operation may answer."""

OF_BODIES = ("timeout", "too-large", "unsupported-media-type")
"""Those of operations that take a body."""

OF_EVERYBODY = ("invalid-input", "not-acceptable", "misdirected", "internal")
"""Those of what needs no key."""

PARAMETERS: dict[str, Schema] = {
    "id": {"description": "The block's id.", "schema": {"type": "integer", "minimum": 1, "maximum": 2**53 - 1}},
    "name": {"description": "The anchor's name.", "schema": {"type": "string", "minLength": 1}, "example": "A"},
}

HEADERS: dict[str, Schema] = {
    "Idempotency-Key": {
        "description": "Names this very request: sent again, it changes nothing more and answers the same; with other "
        "content it is a conflict.",
        "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
    },
    "If-Match": {
        "description": "The ETag that the block must still have.",
        "schema": {"type": "string"},
        "example": '"12-1"',
    },
    "If-None-Match": {
        "description": "The ETag that is known: if it holds still, the answer is 304.",
        "schema": {"type": "string"},
        "example": '"12-1"',
    },
    "Last-Event-ID": {
        "description": "Of a stream of events: the id of the last that came.",
        "schema": {"type": "string", "pattern": "^[0-9]{1,15}$"},
    },
}

ANSWERED_HEADERS: dict[str, Schema] = {
    "X-Request-Id": {"description": "The caller's, or one of the server's own.", "schema": {"type": "string"}},
    "ETag": {"description": "Changes with the block.", "schema": {"type": "string"}},
    "Location": {"description": "Where the block is.", "schema": {"type": "string"}},
    "Retry-After": {"description": "Seconds to wait before another try.", "schema": {"type": "integer"}},
    "WWW-Authenticate": {"description": "How to say who sends it.", "schema": {"type": "string"}},
    "RateLimit": {"description": "What is left of the key's rate.", "schema": {"type": "string"}},
    "RateLimit-Policy": {"description": "The key's rate, if it has one.", "schema": {"type": "string"}},
}

OF_PROBLEMS: dict[str, tuple[str, ...]] = {
    "unauthenticated": ("WWW-Authenticate",),
    "rate-limited": ("Retry-After", "RateLimit", "RateLimit-Policy"),
    **{name: ("Retry-After",) for name, kind in KINDS.items() if kind.status == 503},
}


def encoded() -> bytes:
    """The document."""
    return json.encode(document())


def pretty() -> str:
    """The same, to be read and compared."""
    return json.format(encoded(), indent=1).decode() + "\n"


def document() -> Schema:
    shapes = list(shapes_of(OPERATIONS))
    listed, components = json.schema_components(shapes, ref_template=REF)
    schemas = dict(zip(shapes, listed, strict=True))
    paths: dict[str, Schema] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = described(operation, schemas, components)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Greeum",
            "version": __version__,
            "description": DESCRIPTION,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}, {"key": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
            },
            "headers": ANSWERED_HEADERS,
            "responses": {names[0]: problem(*names) for names in problems_by_status()},
            "schemas": used(components) | filters.SCHEMAS,
        },
    }


def shapes_of(operations: Iterable[Operation]) -> Iterator[Any]:
    """Every shape that an operation takes or answers, once."""
    seen: set[Any] = {answers.Problem}
    yield answers.Problem
    for operation in operations:
        for shape in (operation.body, operation.query, operation.answer):
            if shape not in (None, str) and shape not in seen:
                seen.add(shape)
                yield shape


def used(components: dict[str, Schema]) -> dict[str, Schema]:
    """Without the shapes of query strings: their fields are parameters."""
    queries = {operation.query.__name__ for operation in OPERATIONS if operation.query is not None}
    return {name: schema for name, schema in components.items() if name not in queries}


def described(operation: Operation, schemas: dict[Any, Schema], components: dict[str, Schema]) -> Schema:
    prose = inspect.getdoc(operation.handle) or ""
    summary, _, _ = prose.partition("\n\n")
    summary = " ".join(summary.split())
    found: Schema = {
        "operationId": operation.id,
        "tags": [operation.id.partition(".")[0]],
        "summary": re.split(r"(?<=[.:;]) ", summary)[0].rstrip(".:;"),
        "description": summary,
    }
    if operation.is_open:
        found["security"] = []
    parameters = [*in_path(operation), *in_query(operation, components), *in_headers(operation)]
    if parameters:
        found["parameters"] = parameters
    if operation.body is not None or operation.takes is not None:
        found["requestBody"] = body(operation, schemas)
    found["responses"] = responses(operation, schemas)
    return found


def in_path(operation: Operation) -> Iterator[Schema]:
    name = operation.parameter
    if name is not None:
        yield {"in": "path", "name": name, "required": True} | PARAMETERS[name]


def in_query(operation: Operation, components: dict[str, Schema]) -> Iterator[Schema]:
    if operation.query is None:
        return
    shape = components[operation.query.__name__]
    for name, schema in shape["properties"].items():
        said = {key: value for key, value in schema.items() if key != "description"}
        parameter = {"in": "query", "name": name, "required": name in shape.get("required", ())}
        if "description" in schema:
            parameter["description"] = schema["description"]
        if name == "where":
            yield parameter | {"content": {"application/json": {"schema": filters.ref("Filter")}}}
        else:
            yield parameter | {"schema": without_null(said)}


def without_null(schema: Schema) -> Schema:
    """A query string has no null: what may be null is left out."""
    schema = {key: value for key, value in schema.items() if not (key == "default" and value is None)}
    choices = [choice for choice in schema.pop("anyOf", ()) if choice != {"type": "null"}]
    return schema | choices[0] if choices else schema


def in_headers(operation: Operation) -> Iterator[Schema]:
    names = [name.decode().title() for name in operation.preconditions]
    for name in (*names, *operation.headers):
        yield {"in": "header", "name": name, "required": False} | HEADERS[name]


def body(operation: Operation, schemas: dict[Any, Schema]) -> Schema:
    if operation.takes is not None:
        content = {operation.takes.decode(): {"schema": {"type": "string", "description": LINES}}}
        return {"required": True, "content": content}
    return {"required": operation.needs_body, "content": {"application/json": {"schema": schemas[operation.body]}}}


def responses(operation: Operation, schemas: dict[Any, Schema]) -> Schema:
    found: Schema = {str(operation.status): success(operation, schemas)}
    if operation.status_unchanged is not None:
        found[str(operation.status_unchanged)] = unchanged(operation, schemas)
    if b"if-none-match" in operation.preconditions:
        found["304"] = {"description": "The block is still the one that is known.", "headers": headers("ETag")}
    if operation.is_open and operation.path == "/readyz":
        found["503"] = success(operation, schemas) | {"description": "Send requests elsewhere."}
    common = OF_EVERYBODY if operation.is_open else COMMON
    of_body = () if operation.body is None and operation.takes is None else OF_BODIES
    for name in sorted({*common, *of_body, *operation.problems}, key=lambda name: KINDS[name].status):
        found.setdefault(str(KINDS[name].status), {"$ref": f"#/components/responses/{name}"})
    return found


def success(operation: Operation, schemas: dict[Any, Schema]) -> Schema:
    if operation.answer is None:
        return {"description": "It is done.", "headers": headers()}
    streams = dict(operation.streams)
    content = {
        offer.decode(): {
            "schema": schemas[operation.answer] if offer == JSON else {"type": "string", "description": streams[offer]}
        }
        for offer in operation.offers
    }
    is_block = operation.path in ("/v1/blocks", "/v1/blocks/{id}") and operation.answer in (answers.Block, Added)
    names = (*(["ETag"] if is_block else []), *(["Location"] if operation.id == "blocks.add" else []))
    said = "As a text." if operation.answer is str else (inspect.getdoc(operation.answer) or "").split("\n")[0]
    return {"description": said, "headers": headers(*names), "content": content}


def unchanged(operation: Operation, schemas: dict[Any, Schema]) -> Schema:
    """The same answer where nothing had to be made."""
    found = success(operation, schemas)
    left = {name: header for name, header in found["headers"].items() if name != "Location"}
    return found | {"description": "Nothing was added: it was there already.", "headers": left}


def headers(*names: str) -> Schema:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in ("X-Request-Id", *names)}


def problems_by_status() -> list[list[str]]:
    """The names of problems that share a status, the most general first: an operation has one answer for each."""
    return [
        [name for name, kind in KINDS.items() if kind.status == status]
        for status in sorted({kind.status for kind in KINDS.values()})
    ]


def problem(name: str, *others: str) -> Schema:
    kind = KINDS[name]
    more = f"; or one of: {', '.join(others)}" if others else ""
    example = problems.Problem(name, "what is wrong with this request").members("3f9a6d-1")
    if name == "invalid-input":
        example |= {"detail": "k: is 0; it must lie between 1 and 1,000", "field": "k"}
    content = {"schema": {"$ref": REF.format(name="Problem")}, "example": example}
    return {
        "description": kind.title + more,
        "headers": headers(*OF_PROBLEMS.get(name, ())),
        "content": {problems.MEDIA_TYPE.decode(): content},
    }
