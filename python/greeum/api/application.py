"""The service as an ASGI application: who calls, what they may, which operation it is, and what it answers."""

from __future__ import annotations

import asyncio
from functools import lru_cache, partial
from time import perf_counter

from greeum.api import live, openapi, pages, policy, requests, sending
from greeum.api.authentication import OpenDoor
from greeum.api.health import PATHS as PROBES
from greeum.api.health import Health
from greeum.api.hosts import Hosts
from greeum.api.http import (
    JSON,
    Answer,
    Call,
    ClientLeft,
    body_of,
    check_single,
    check_type,
    chosen_type,
    credential_of,
    has_body,
    problem_answer,
    replayed,
)  # fmt: skip
from greeum.api.logs import AccessLog
from greeum.api.metrics import Metrics
from greeum.api.operations import IDS, OPERATIONS
from greeum.api.problems import Problem
from greeum.api.rate import Rates
from greeum.api.routes import Router
from greeum.api.tracing import Tracer
from greeum.api.worker import Worker
from greeum.errors import InvalidInput
from greeum.limits import BODY_BYTES_MAX

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from greeum import Memory
    from greeum.api.authentication import Authentication
    from greeum.api.http import ASGI, Receive, Scope, Send
    from greeum.api.routes import Operation

CLIENT_LEFT = 499
"""What the log says of requests whose client did not wait for the end of the answer; as a status it is never sent."""

MCP, MCP_OPERATION = "/mcp", "mcp"
"""What is said there is MCP's own, which asks for leave for each of its operations."""

CONDITIONS = (b"if-match", b"if-none-match", b"if-modified-since", b"if-unmodified-since")
"""Headers that make a change depend on something. Passed over, they would let through what they are to hold back."""


class Application:
    """Answers requests over HTTP, and conversations over WebSocket. Give it to any ASGI server."""

    def __init__(
        self,
        door: Authentication,
        *,
        log: AccessLog,
        metrics: Metrics,
        tracer: Tracer,
        health: Health,
        hosts: Hosts,
        rates: Rates | None = None,
        mcp: ASGI | None = None,
        page: bytes | None = None,
    ) -> None:
        """`metrics` must know `operations.IDS`; `mcp` answers what is below /mcp, `page` is answered at /."""
        policy.require([operation.id for operation in OPERATIONS if not operation.is_open] + ["search.live", "mcp"])
        self._worker = Worker(
            door,
            log=log,
            metrics=metrics,
            tracer=tracer,
            health=health,
            hosts=hosts,
            rates=rates or Rates(),
            page=page,
            description=lru_cache(maxsize=1)(openapi.encoded),
        )
        self._log, self._metrics, self._tracer, self._health, self._door = log, metrics, tracer, health, door
        self._router = Router([*OPERATIONS, *([] if page is None else [pages.PAGE])])
        self._mcp = mcp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kind = scope["type"]
        if kind == "http":
            await self._http(scope, receive, send)
        elif kind == "websocket":
            await self._websocket(scope, receive, send)
        elif kind == "lifespan":
            await self._lifespan(receive, send)
        else:
            raise ValueError(f"there is no answer to {kind}")

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A conversation; what speaks against it is said in place of accepting it."""
        worker, headers = self._worker, dict(scope["headers"])
        request_id = worker.request_id(headers.get(b"x-request-id"))
        await receive()
        try:
            check_single(scope["headers"])
            worker.check_host(scope, headers)
            if paths_of(scope)[0] != live.PATH:
                raise Problem("not-found", f"There is one WebSocket, at {live.PATH}")
            subprotocol, key = live.offered(scope)
            conversation = live.Conversation(worker, receive, send, request_id, key or credential_of(headers))
            is_known = await conversation.is_known()
        except Exception as error:  # noqa: BLE001 - whatever it was, the caller gets an answer
            problem = worker.problem_of(error, request_id, live.OPERATION)
            self._log.write(request_id, "WS", live.OPERATION, problem.status, 0.0, 0, None)
            await sending.refuse_websocket(send, scope, problem_answer(problem, request_id))
            return
        await conversation.run(subprotocol, is_known=is_known)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        began_s = perf_counter()
        call = Call(scope, receive, self._worker)
        status = CLIENT_LEFT
        try:
            answer = await self._answer_or_problem(call)
            await sending.send_answer(send, call, answer)
            status = answer.status
        except (ClientLeft, OSError):
            pass  # Some servers tell by an OSError that there is nobody any more to send to.
        except Exception as error:  # noqa: BLE001 - the server sees that the answer has no end, and the log says why
            status = self._problem(call, error).status
        finally:
            if call.visitor is not None:
                self._door.leave(call.visitor)
            self._note(call, status, perf_counter() - began_s)

    async def _answer_or_problem(self, call: Call) -> Answer:
        try:
            return await self._answer(call)
        except ClientLeft:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it was, the caller gets an answer
            return problem_answer(self._problem(call, error), call.request_id)

    def _problem(self, call: Call, error: Exception) -> Problem:
        problem = self._worker.problem_of(error, call.request_id, call.operation_id)
        call.problem = problem.name
        return problem

    def _note(self, call: Call, status: int, seconds: float) -> None:
        visitor, span = call.visitor, call.span
        trace_id = None
        if span is not None:
            trace_id = span.trace_id
            span.end(status, call.problem)
        key_id = None if visitor is None else visitor.key_id
        method = call.scope["method"]
        self._log.write(call.request_id, method, call.operation_id, status, seconds, call.sent, key_id, trace_id)
        self._metrics.observe(call.operation_id, status, seconds)

    async def _answer(self, call: Call) -> Answer:
        scope, worker = call.scope, self._worker
        headers = call.headers = dict(scope["headers"])
        call.request_id = worker.request_id(headers.get(b"x-request-id"))
        if len(headers) != len(scope["headers"]):
            check_single(scope["headers"])
        method, path, raw_path = scope["method"], *paths_of(scope)
        if path not in PROBES:
            worker.check_host(scope, headers)
        if path == MCP and self._mcp is not None:
            await self._enter(call, MCP_OPERATION, MCP)
            return await self._hand_over(call, self._mcp)
        if path == live.PATH:
            raise Problem(
                "upgrade-required", "This is a WebSocket, and the request asks for none: does a proxy drop Upgrade?"
            )
        if method == "OPTIONS":
            return Answer(status=204, headers=[(b"allow", ", ".join(self._router.methods(path, raw_path)).encode())])
        operation, call.path = self._router.find(method, path, raw_path)
        if operation.is_open:
            call.operation_id = operation.id
        else:
            await self._enter(call, operation.id, operation.path)
        call.accepted = chosen_type(headers, operation.offers)
        await self._read(call, operation)
        return await self._run(call, operation)

    async def _hand_over(self, call: Call, mcp: ASGI) -> Answer:
        """To MCP, with what it may rely on: who calls, and that a body is JSON that is not too long."""
        requests.parameters_of(call.scope["query_string"], None)
        if call.scope["method"] == "POST":
            check_type(call.headers, JSON)
            body = await body_of(call.receive, call.headers, BODY_BYTES_MAX)
            call.receive = replayed(body, call.receive)
        run = partial(self._worker.run, call.share)
        call.scope.setdefault("state", {}).update(visitor=call.visitor, run=run, span=call.span)
        return Answer(inner=mcp)

    async def _enter(self, call: Call, operation_id: str, route: str) -> None:
        """Let in whoever calls, if they may do this."""
        call.operation_id = operation_id
        if self._tracer.on:
            call.span = self._tracer.start(operation_id, call.scope["method"], route, call.scope["headers"])
        call.visitor = await self._worker.enter(credential_of(call.headers))
        call.extra_headers = self._worker.admit(call.visitor, operation_id)

    async def _read(self, call: Call, operation: Operation) -> None:
        headers = call.headers
        query = call.scope["query_string"]
        if query or operation.query is not None:
            call.query = requests.parameters_of(query, operation.query)
        if operation.method != "GET":
            for name in CONDITIONS:
                if name in headers and name not in operation.preconditions:
                    raise InvalidInput(name.decode(), "is not heeded here")
            if operation.is_counted and b"idempotency-key" in headers:
                raise InvalidInput("idempotency-key", "is not heeded here: a second request counts again")
        if operation.body is not None:
            if operation.needs_body or has_body(headers):
                check_type(headers, JSON)
                body = await body_of(call.receive, headers, operation.bytes_max)
                call.body = requests.fields_of(body, operation.body)
        elif operation.takes is not None:
            check_type(headers, operation.takes, (b"identity", b"gzip"))
        elif has_body(headers):
            raise InvalidInput("body", "is not taken here")

    async def _run(self, call: Call, operation: Operation) -> Answer:
        memory = None if call.visitor is None else call.visitor.memory
        if operation.is_quick(call):
            answer = await self._worker.turns.take(operation.handle, memory, call)
        elif operation.is_long:
            answer = await self._worker.run_long(call.share, operation.handle, memory, call)
        else:
            answer = await self._worker.run(call.share, operation.handle, memory, call)
        if call.span is not None:
            call.span.memory(records=answer.records, queries=queries_in(call.body))
        return answer

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                self._health.ready()
                await send({"type": "lifespan.startup.complete"})
            else:
                self._health.drain()
                self._health.stopping.set()
                await asyncio.to_thread(self._worker.close)
                await send({"type": "lifespan.shutdown.complete"})
                return


def queries_in(body: dict[str, Any]) -> list[str]:
    """What was asked for, in one query or several."""
    query = body.get("query")
    return body.get("queries", []) if query is None else [query]


def paths_of(scope: Scope) -> tuple[str, bytes]:
    """The path, and as it was sent; below where this application is mounted, if it is within another."""
    path, raw_path = scope["path"], scope.get("raw_path")
    if raw_path is None:
        raw_path = path.encode()
    root = scope.get("root_path")
    if root and path.startswith(root):
        return path[len(root) :], raw_path.removeprefix(root.encode())
    return path, raw_path


def application(memory: Memory) -> Application:
    """One open memory as an ASGI application, without keys and without a log: for tests, and to be mounted in a server
    of your own. The memory stays yours to close.
    """
    return Application(
        OpenDoor(memory),
        log=AccessLog(None),
        metrics=Metrics(IDS),
        tracer=Tracer(),
        health=Health(),
        hosts=Hosts(None),
    )
