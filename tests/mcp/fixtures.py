"""What the MCP project's conformance suite calls on every server, on the server that Greeum makes.

The suite tests the protocol by tools, resources and prompts of its own (`test_simple_text`, `test://static-text`, …).
They are added here to Greeum's server, and are no part of Greeum: `python -m tests.mcp.fixtures` speaks over standard
input and output through the same front as `greeum mcp`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import mcp_types as types
from mcp.server.lowlevel.server import Server
from mcp.shared.exceptions import MCPError

from greeum.mcp import stdio
from greeum.mcp.callers import Caller
from greeum.mcp.catalogue import server_of
from greeum.testing import memory

PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=="
WAV = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAAAAA=="

Content = list[types.ContentBlock]
Run = Callable[[Any, dict[str, Any]], Awaitable[Content]]


def text(content: str) -> types.TextContent:
    return types.TextContent(type="text", text=content)


def image() -> types.ImageContent:
    return types.ImageContent(type="image", data=PNG, mime_type="image/png")


def embedded(uri: str, mime_type: str, content: str) -> types.EmbeddedResource:
    resource = types.TextResourceContents(uri=uri, mime_type=mime_type, text=content)
    return types.EmbeddedResource(type="resource", resource=resource)


# Tools.


async def simple_text(ctx: Any, given: dict[str, Any]) -> Content:
    return [text("This is a simple text response for testing.")]


async def image_content(ctx: Any, given: dict[str, Any]) -> Content:
    return [image()]


async def audio_content(ctx: Any, given: dict[str, Any]) -> Content:
    return [types.AudioContent(type="audio", data=WAV, mime_type="audio/wav")]


async def embedded_resource(ctx: Any, given: dict[str, Any]) -> Content:
    return [embedded("test://embedded-resource", "text/plain", "This is an embedded resource content.")]


async def several_types(ctx: Any, given: dict[str, Any]) -> Content:
    mixed = embedded("test://mixed-content-resource", "application/json", '{"test":"data","value":123}')
    return [text("Multiple content types test:"), image(), mixed]


async def logs(ctx: Any, given: dict[str, Any]) -> Content:
    for message in ("Tool execution started", "Tool processing data", "Tool execution completed"):
        await ctx.session.send_log_message("info", message, related_request_id=ctx.request_id)
        await anyio.sleep(0.05)  # as the suite prescribes
    return [text("done")]


async def progress(ctx: Any, given: dict[str, Any]) -> Content:
    for done in (0, 50, 100):
        await ctx.session.report_progress(done, 100)
        await anyio.sleep(0.05)  # as the suite prescribes
    return [text("done")]


async def fails(ctx: Any, given: dict[str, Any]) -> Content:
    raise ValueError("This tool intentionally returns an error for testing")


async def samples(ctx: Any, given: dict[str, Any]) -> Content:
    asked = types.SamplingMessage(role="user", content=text(given["prompt"]))
    answer = await ctx.session.create_message([asked], max_tokens=100, related_request_id=ctx.request_id)
    return [text(f"LLM response: {answer.content.text}")]


async def needs_sampling(ctx: Any, given: dict[str, Any]) -> Content:
    if not ctx.session.check_client_capability(types.ClientCapabilities(sampling=types.SamplingCapability())):
        data: Any = {"requiredCapabilities": {"sampling": {}}}
        raise MCPError(types.MISSING_REQUIRED_CLIENT_CAPABILITY, "this tool needs sampling", data)
    return [text("done")]


def asks(properties: dict[str, Any], required: list[str], begin: str) -> Run:
    async def run(ctx: Any, given: dict[str, Any]) -> Content:
        schema = {"type": "object", "properties": properties, "required": required}
        answer = await ctx.session.elicit(given.get("message", "Who are you?"), schema, ctx.request_id)
        return [text(f"{begin} action={answer.action}, content={json.dumps(answer.content)}")]

    return run


PERSON = {
    "username": {"type": "string", "description": "User's response"},
    "email": {"type": "string", "description": "User's email address"},
}

WITH_DEFAULTS = {
    "name": {"type": "string", "default": "John Doe"},
    "age": {"type": "integer", "default": 30},
    "score": {"type": "number", "default": 95.5},
    "status": {"type": "string", "enum": ["active", "inactive", "pending"], "default": "active"},
    "verified": {"type": "boolean", "default": True},
}

TITLED = [{"const": f"value{n}", "title": f"{word} Option"} for n, word in ((1, "First"), (2, "Second"), (3, "Third"))]

CHOICES = {
    "untitledSingle": {"type": "string", "enum": ["option1", "option2", "option3"]},
    "titledSingle": {"type": "string", "oneOf": TITLED},
    "legacyEnum": {
        "type": "string",
        "enum": ["opt1", "opt2", "opt3"],
        "enumNames": ["Option One", "Option Two", "Option Three"],
    },
    "untitledMulti": {"type": "array", "items": {"type": "string", "enum": ["option1", "option2", "option3"]}},
    "titledMulti": {"type": "array", "items": {"anyOf": TITLED}},
}

EMPTY: dict[str, Any] = {"type": "object", "properties": {}}

STRING = {"type": "string"}

SCHEMA_2020_12: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {
        "address": {
            "$anchor": "addressDef",
            "type": "object",
            "properties": {"street": STRING, "city": STRING},
        }
    },
    "properties": {
        "name": STRING,
        "address": {"$ref": "#/$defs/address"},
        "contactMethod": {"type": "string", "enum": ["phone", "email"]},
        "phone": STRING,
        "email": STRING,
    },
    "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
    "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
    "then": {"required": ["phone"]},
    "else": {"required": ["email"]},
    "additionalProperties": False,
}

MIRRORED: dict[str, Any] = {
    "type": "object",
    "properties": {"region": {"type": "string", "x-mcp-header": "Region"}, "query": STRING},
}

TOOLS: dict[str, tuple[Run, dict[str, Any]]] = {
    "test_simple_text": (simple_text, EMPTY),
    "test_image_content": (image_content, EMPTY),
    "test_audio_content": (audio_content, EMPTY),
    "test_embedded_resource": (embedded_resource, EMPTY),
    "test_multiple_content_types": (several_types, EMPTY),
    "test_tool_with_logging": (logs, EMPTY),
    "test_logging_tool": (logs, EMPTY),
    "test_tool_with_progress": (progress, EMPTY),
    "test_streaming_elicitation": (progress, EMPTY),
    "test_error_handling": (fails, EMPTY),
    "test_sampling": (samples, {"type": "object", "properties": {"prompt": STRING}, "required": ["prompt"]}),
    "test_missing_capability": (needs_sampling, EMPTY),
    "test_elicitation": (
        asks(PERSON, ["username", "email"], "User response:"),
        {"type": "object", "properties": {"message": STRING}, "required": ["message"]},
    ),
    "test_elicitation_sep1034_defaults": (asks(WITH_DEFAULTS, [], "Elicitation completed:"), EMPTY),
    "test_elicitation_sep1330_enums": (asks(CHOICES, [], "Elicitation completed:"), EMPTY),
    "json_schema_2020_12_tool": (simple_text, SCHEMA_2020_12),
    "test_x_mcp_header": (simple_text, MIRRORED),
}

# Resources and prompts.

CONTENTS: dict[str, types.TextResourceContents | types.BlobResourceContents] = {
    "test://static-text": types.TextResourceContents(
        uri="test://static-text", mime_type="text/plain", text="This is the content of the static text resource."
    ),
    "test://static-binary": types.BlobResourceContents(uri="test://static-binary", mime_type="image/png", blob=PNG),
    "test://template/123/data": types.TextResourceContents(
        uri="test://template/123/data",
        mime_type="application/json",
        text='{"id":"123","templateTest":true,"data":"Data for ID: 123"}',
    ),
}

ARGUMENTS = {"test_prompt_with_arguments": ("arg1", "arg2"), "test_prompt_with_embedded_resource": ("resourceUri",)}

PROMPTS = ("test_simple_prompt", "test_prompt_with_image", *ARGUMENTS)


def prompt_contents(name: str, given: dict[str, str]) -> Content:
    if name == "test_simple_prompt":
        return [text("This is a simple prompt for testing.")]
    if name == "test_prompt_with_arguments":
        return [text(f"Prompt with arguments: arg1='{given['arg1']}', arg2='{given['arg2']}'")]
    if name == "test_prompt_with_image":
        return [image(), text("Please analyze the image above.")]
    resource = embedded(given["resourceUri"], "text/plain", "Embedded resource content for testing.")
    return [resource, text("Please process the embedded resource above.")]


# The server: Greeum's, where a request is about nothing of the above.


class Fixtures:
    """Answers what is about the suite's own things, and hands on the rest."""

    def __init__(self, server: Server[Any]) -> None:
        self._inner = {method: server.get_request_handler(method) for method in METHODS}
        for method, (parameters, name) in METHODS.items():
            server.add_request_handler(method, parameters, getattr(self, name))

    async def _hand_on(self, method: str, ctx: Any, params: Any) -> Any:
        entry = self._inner[method]
        assert entry is not None
        return await entry.handler(ctx, params)

    async def list_tools(self, ctx: Any, params: Any) -> Any:
        result = await self._hand_on("tools/list", ctx, params)
        result.tools += [
            types.Tool(name=name, description=name, input_schema=schema) for name, (_, schema) in TOOLS.items()
        ]
        return result

    async def call_tool(self, ctx: Any, params: Any) -> Any:
        if params.name not in TOOLS:
            return await self._hand_on("tools/call", ctx, params)
        try:
            return types.CallToolResult(content=await TOOLS[params.name][0](ctx, params.arguments or {}))
        except ValueError as error:
            return types.CallToolResult(content=[text(str(error))], is_error=True)

    async def list_resources(self, ctx: Any, params: Any) -> Any:
        result = await self._hand_on("resources/list", ctx, params)
        result.resources += [types.Resource(uri=uri, name=uri) for uri in list(CONTENTS)[:2]]
        return result

    async def list_resource_templates(self, ctx: Any, params: Any) -> Any:
        result = await self._hand_on("resources/templates/list", ctx, params)
        result.resource_templates.append(types.ResourceTemplate(uri_template="test://template/{id}/data", name="data"))
        return result

    async def read_resource(self, ctx: Any, params: Any) -> Any:
        if params.uri in CONTENTS:
            return types.ReadResourceResult(contents=[CONTENTS[params.uri]])
        return await self._hand_on("resources/read", ctx, params)

    async def list_prompts(self, ctx: Any, params: Any) -> Any:
        result = await self._hand_on("prompts/list", ctx, params)
        for name in PROMPTS:
            arguments = [
                types.PromptArgument(name=one, description=one, required=True) for one in ARGUMENTS.get(name, ())
            ]
            result.prompts.append(types.Prompt(name=name, description=name, arguments=arguments))
        return result

    async def get_prompt(self, ctx: Any, params: Any) -> Any:
        if params.name not in PROMPTS:
            return await self._hand_on("prompts/get", ctx, params)
        contents = prompt_contents(params.name, params.arguments or {})
        return types.GetPromptResult(messages=[types.PromptMessage(role="user", content=one) for one in contents])

    async def complete(self, ctx: Any, params: Any) -> Any:
        if isinstance(params.ref, types.PromptReference) and params.ref.name in PROMPTS:
            return types.CompleteResult(completion=types.Completion(values=["paris", "park", "party"]))
        return await self._hand_on("completion/complete", ctx, params)

    async def accept(self, ctx: Any, params: Any) -> Any:
        """Of subscriptions and of levels for logs: there is nothing to do about them."""
        return types.EmptyResult()


METHODS: dict[str, tuple[Any, str]] = {
    "tools/list": (types.PaginatedRequestParams, "list_tools"),
    "tools/call": (types.CallToolRequestParams, "call_tool"),
    "resources/list": (types.PaginatedRequestParams, "list_resources"),
    "resources/templates/list": (types.PaginatedRequestParams, "list_resource_templates"),
    "resources/read": (types.ReadResourceRequestParams, "read_resource"),
    "prompts/list": (types.PaginatedRequestParams, "list_prompts"),
    "prompts/get": (types.GetPromptRequestParams, "get_prompt"),
    "completion/complete": (types.CompleteRequestParams, "complete"),
    "resources/subscribe": (types.SubscribeRequestParams, "accept"),
    "resources/unsubscribe": (types.UnsubscribeRequestParams, "accept"),
    "logging/setLevel": (types.SetLevelRequestParams, "accept"),
}


def server_with_fixtures(caller_of: Callable[[Any], Caller]) -> Server[Any]:
    server = server_of("memory", caller_of)
    Fixtures(server)
    return server


if __name__ == "__main__":
    stdio.serve(memory, lambda local: server_with_fixtures(lambda _: local), "memory", read_only=False)
    sys.exit(0)
