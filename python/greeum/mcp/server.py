"""The official SDK's server, with what is offered here."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any, TypeVar

import mcp_types as types
from mcp.server.caching import CacheHint
from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel.server import Server
from mcp.shared.exceptions import MCPError

from greeum import errors
from greeum.mcp import completion, offers, prompts, resources, traces
from greeum.mcp.opening import LISTS_FRESH_MS
from greeum.problems import OTHER, in_words_of_json, name_of, of_the_machine

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from greeum.mcp.callers import Caller
    from greeum.mcp.offers import Offer
    from greeum.mcp.tools.tool import Tool

T = TypeVar("T")
Request = ServerRequestContext[Any, Any]

log = logging.getLogger(__name__)

CACHE_HINTS: Any = {
    "server/discover": CacheHint(LISTS_FRESH_MS),
    "tools/list": CacheHint(LISTS_FRESH_MS),
    "prompts/list": CacheHint(LISTS_FRESH_MS),
    "resources/templates/list": CacheHint(LISTS_FRESH_MS),
}
"""What is said of memories may change at any moment, so of these there is none."""

ERROR_META, FIELD_META = traces.ERROR, "greeum/field"
"""Where an error's name, and the argument that it is about, stand for programs."""

FAILED = "the server failed, and has written to its log why"


class Answers:
    """What is answered to each kind of request. The memory is asked in a thread, so that others need not wait."""

    def __init__(self, tools: Sequence[Tool], caller_of: Callable[[Request], Caller]) -> None:
        self._tools = {tool.name: tool for tool in tools}
        self._caller_of = caller_of

    async def list_tools(self, ctx: Request, params: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        """The tools that the caller may use."""
        check_one_page(params)
        caller = self._caller_of(ctx)
        return types.ListToolsResult(tools=[described(tool) for tool in self._tools.values() if may_use(caller, tool)])

    async def call_tool(self, ctx: Request, params: types.CallToolRequestParams) -> types.CallToolResult:
        """Errors are told in the result, so that the model sees them and can do better."""
        tool = self._tools.get(params.name)
        if tool is None:
            raise MCPError(types.INVALID_PARAMS, f"Unknown tool: {params.name[:200]}")
        caller = self._caller_of(ctx)
        given, origin = params.arguments or {}, origin_of(ctx)
        result = await outcome(
            caller, tool.operation, tool.reads, lambda memory: tool.call(memory.through(origin), given)
        )
        if isinstance(result, Trouble):
            text, meta = types.TextContent(type="text", text=result.text), result.data()
            return types.CallToolResult(content=[text], is_error=True, _meta=meta)
        text = types.TextContent(type="text", text=result.text)
        return types.CallToolResult(content=[text], structured_content=result.structured)

    async def list_resources(
        self, ctx: Request, params: types.PaginatedRequestParams | None
    ) -> types.ListResourcesResult:
        cursor = None if params is None else params.cursor
        found, more = await self._ask(ctx, resources.OPERATION, lambda memory: resources.listed(memory, cursor))
        return types.ListResourcesResult(
            resources=[types.Resource(**one._asdict(), mime_type=resources.MEDIA_TYPE) for one in found],
            next_cursor=more,
        )

    async def list_resource_templates(
        self, ctx: Request, params: types.PaginatedRequestParams | None
    ) -> types.ListResourceTemplatesResult:
        check_one_page(params)
        fields = resources.TEMPLATE._asdict()
        template = types.ResourceTemplate(uri_template=fields.pop("uri"), **fields, mime_type=resources.MEDIA_TYPE)
        return types.ListResourceTemplatesResult(resource_templates=[template])

    async def read_resource(self, ctx: Request, params: types.ReadResourceRequestParams) -> types.ReadResourceResult:
        about = {"uri": params.uri}
        text = await self._ask(ctx, resources.OPERATION, lambda memory: resources.read(memory, params.uri), about)
        content = types.TextResourceContents(uri=params.uri, mime_type=resources.MEDIA_TYPE, text=text)
        return types.ReadResourceResult(contents=[content])

    async def list_prompts(self, ctx: Request, params: types.PaginatedRequestParams | None) -> types.ListPromptsResult:
        check_one_page(params)
        return types.ListPromptsResult(prompts=[described_prompt(prompt) for prompt in prompts.PROMPTS])

    async def get_prompt(self, ctx: Request, params: types.GetPromptRequestParams) -> types.GetPromptResult:
        given = params.arguments or {}
        text = await self._ask(ctx, prompts.OPERATION, lambda memory: prompts.written(memory, params.name, given))
        message = types.PromptMessage(role="user", content=types.TextContent(type="text", text=text))
        return types.GetPromptResult(description=prompts.named(params.name).description, messages=[message])

    async def complete(self, ctx: Request, params: types.CompleteRequestParams) -> types.CompleteResult:
        typed = params.argument
        if isinstance(params.ref, types.PromptReference):
            operation = prompts.OPERATION
            ask = partial(completion.of_prompt, name=params.ref.name, argument=typed.name, typed=typed.value)
        else:
            operation = resources.OPERATION
            ask = partial(completion.of_resource, uri=params.ref.uri, argument=typed.name, typed=typed.value)
        found = await self._ask(ctx, operation, ask)
        return types.CompleteResult(completion=types.Completion(values=found.values, has_more=found.has_more))

    async def _ask(
        self, ctx: Request, operation: str, work: Callable[[Any], T], about: dict[str, str] | None = None
    ) -> T:
        """Raises MCPError for whatever speaks against it, which then says what it was about."""
        found = await outcome(self._caller_of(ctx), operation, True, work)
        if isinstance(found, Trouble):
            raise MCPError(found.code, found.text, found.data() | (about or {}))
        return found


def check_one_page(params: types.PaginatedRequestParams | None) -> None:
    """Raises MCPError for the cursor of a list that is one page."""
    if params is not None and params.cursor is not None:
        text = "cursor: is none that this list has given: it is one page"
        raise MCPError(types.INVALID_PARAMS, text, Trouble("InvalidInput", text, types.INVALID_PARAMS, "cursor").data())


CLIENT_CHARACTERS_MAX = 40
"""Of a client's name in an origin, where a key's id stands too."""


def origin_of(ctx: Request) -> str:
    """Where what is written is from: MCP, and the client as it calls itself, if it has said that."""
    said = ctx.session.client_params
    name = "" if said is None else "".join(c if c.isalnum() or c in "-_." else "-" for c in said.client_info.name)
    return f"mcp/{name[:CLIENT_CHARACTERS_MAX]}" if name.strip("-") else "mcp"


class Trouble:
    """An error as a client is told of it."""

    def __init__(self, name: str, text: str, code: int, field: str | None = None) -> None:
        self.name = name
        self.text = text
        self.code = code
        self.field = field

    def data(self) -> dict[str, str]:
        return {ERROR_META: self.name} | ({} if self.field is None else {FIELD_META: self.field})


async def outcome(caller: Caller, operation: str, reads: bool, work: Callable[[Any], T]) -> T | Trouble:
    """What comes of asking the caller's memory, in a thread; or what speaks against it."""
    try:
        caller.allow(operation, reads=reads)
        return await caller.run(work)
    except Exception as error:  # noqa: BLE001 - whatever it was, the client is told of it
        return told(error, caller)


def told(error: Exception, caller: Caller) -> Trouble:
    """What to tell of an error: what it says, but nothing of the server's own failures."""
    name = type(error).__name__
    if not isinstance(error, errors.GreeumError) or (name_of(error) == OTHER and not caller.is_local):
        log.error("a request failed", exc_info=error)
        return Trouble("Internal", FAILED, types.INTERNAL_ERROR)
    elsewhere = None if caller.is_local else of_the_machine(error)
    if elsewhere is not None:
        log.error("a request failed: %s", error, exc_info=error)
        return Trouble(name, elsewhere, types.INTERNAL_ERROR)
    # A message may quote what was sent, and that need not be text: halves of surrogate pairs become `?`.
    text = str(error).encode("utf-8", "replace").decode()
    if isinstance(error, errors.InvalidInput):
        text = in_words_of_json(text)
        return Trouble(name, text, types.INVALID_PARAMS, error.field.encode("utf-8", "replace").decode())
    if isinstance(error, errors.NotFound):
        return Trouble(name, text, types.INVALID_PARAMS)
    return Trouble(name, text, types.INTERNAL_ERROR)


def may_use(caller: Caller, tool: Tool) -> bool:
    try:
        caller.allow(tool.operation, reads=tool.reads)
    except errors.Forbidden:
        return False
    return True


def described(tool: Tool) -> types.Tool:
    hints = types.ToolAnnotations(read_only_hint=tool.reads, open_world_hint=False)
    if not tool.reads:  # of what changes nothing, the other two say nothing
        hints.destructive_hint, hints.idempotent_hint = tool.destroys, tool.repeats
    return types.Tool(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=tool.input_schema(),
        output_schema=dict(tool.output),
        annotations=hints,
    )


def described_prompt(prompt: prompts.Prompt) -> types.Prompt:
    arguments = [types.PromptArgument(**argument._asdict()) for argument in prompt.arguments]
    return types.Prompt(name=prompt.name, title=prompt.title, description=prompt.description, arguments=arguments)


def build(offer: Offer, tools: Sequence[Tool], caller_of: Callable[[Request], Caller]) -> Server[Any]:
    """A server that offers this; `caller_of` knows who makes a request."""
    answers = Answers(tools, caller_of)
    more: dict[str, Any] = {}
    if offer.has_prompts:
        more = {
            "on_list_resources": answers.list_resources,
            "on_list_resource_templates": answers.list_resource_templates,
            "on_read_resource": answers.read_resource,
            "on_list_prompts": answers.list_prompts,
            "on_get_prompt": answers.get_prompt,
            "on_completion": answers.complete,
        }
    return Server(
        offers.NAME,
        version=offers.VERSION,
        title=offers.TITLE,
        description=offers.DESCRIPTION,
        instructions=offer.instructions,
        cache_hints=CACHE_HINTS,
        on_list_tools=answers.list_tools,
        on_call_tool=answers.call_tool,
        **more,
    )
