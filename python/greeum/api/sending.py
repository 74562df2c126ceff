"""Answers on their way out: headers, compression, bodies at once or piece by piece."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import partial

from greeum.api.http import (
    ALWAYS,
    EVENTS,
    GZIP_BYTES_MIN,
    ClientLeft,
    compressor,
    gzipped,
    problem_answer,
    takes_gzip,
)  # fmt: skip
from greeum.api.problems import problem_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from zlib import _Compress as Compressor

    from greeum.api.http import Answer, Call, Headers, Message, Receive, Scope, Send

UNBUFFERED = (b"x-accel-buffering", b"no")
"""Asks proxies to pass on each piece when it comes: without it, nginx keeps the first hit until there are 4 KiB."""

BARE = (204, 304)
"""Statuses that come without a body."""


async def send_answer(send: Send, call: Call, answer: Answer) -> None:
    """Send it, and count its body in `call.sent`. Raises what keeps it from being sent to its end: ClientLeft if nobody
    waits for that any more.
    """
    if answer.inner is not None:
        await hand_over(send, call, answer)
        return
    headers = [*ALWAYS, (b"x-request-id", call.request_id.encode("ascii")), *call.extra_headers, *answer.headers]
    if answer.pieces is not None:
        headers.append((b"content-type", answer.media_type))
        await send_pieces(send, call, answer, headers)
        return
    body = answer.body
    if answer.status not in BARE:
        headers.append((b"content-type", answer.media_type))
        if len(body) >= GZIP_BYTES_MIN:
            headers.append((b"vary", b"accept-encoding"))
            if takes_gzip(call.headers):
                body = gzipped(body)
                headers.append((b"content-encoding", b"gzip"))
        headers.append((b"content-length", b"%d" % len(body)))
    if call.scope["method"] == "HEAD":
        body = b""
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
    call.sent = len(body)


async def hand_over(send: Send, call: Call, answer: Answer) -> None:
    """Let another application answer, and note what it does. If it fails before it has begun, that is answered here."""
    assert answer.inner is not None
    has_begun = False

    async def noted(message: Message) -> None:
        nonlocal has_begun
        if message["type"] == "http.response.start":
            answer.status, has_begun = message["status"], True
            given = {name.lower() for name, _ in message.get("headers", ())}
            ours = [*ALWAYS, (b"x-request-id", call.request_id.encode("ascii")), *call.extra_headers]
            message["headers"] = [*message.get("headers", ()), *(pair for pair in ours if pair[0] not in given)]
        elif message["type"] == "http.response.body":
            call.sent += len(message.get("body", b""))
        await send(message)

    try:
        await answer.inner(call.scope, call.receive, noted)
    except Exception as error:
        if not has_begun:
            failed = problem_answer(problem_of(error), call.request_id)
            answer.status = failed.status
            await send_answer(send, call, failed)
        raise


async def send_pieces(send: Send, call: Call, answer: Answer, headers: Headers) -> None:
    press = compressor() if answer.is_bulk and takes_gzip(call.headers) else None
    if not answer.is_bulk:
        headers.append(UNBUFFERED)
    if press is not None:
        headers += [(b"content-encoding", b"gzip"), (b"vary", b"accept-encoding")]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    if call.scope["method"] == "HEAD":
        await send({"type": "http.response.body"})
        return
    call.left = asyncio.ensure_future(departure(call.receive))
    try:
        await send_each(send, call, answer, press)
    except ClientLeft:
        raise
    except Exception as error:
        if answer.media_type == EVENTS:
            problem = problem_of(error).body(call.request_id)
            await send({"type": "http.response.body", "body": b"event: problem\ndata: " + problem + b"\n\n"})
        # Of other answers the end is left out, so that nobody takes what has come for all there is.
        raise
    finally:
        call.left.cancel()


async def send_each(send: Send, call: Call, answer: Answer, press: Compressor | None) -> None:
    """What is there already, then each piece as it comes, compressed if there is what does that."""
    assert call.left is not None
    async for piece in pieces_of(call, answer):
        ready = piece if press is None else press.compress(piece)
        if ready:
            await send({"type": "http.response.body", "body": ready, "more_body": True})
            call.sent += len(ready)
    tail = b"" if press is None else press.flush()
    if not call.left.done():
        await send({"type": "http.response.body", "body": tail})
        call.sent += len(tail)


async def pieces_of(call: Call, answer: Answer) -> AsyncIterator[bytes]:
    """The pieces until there are no more. Raises ClientLeft if there is nobody to take the rest; where they would never
    end, that is their end.
    """
    assert call.left is not None
    pieces = answer.pieces
    yield answer.body
    if isinstance(pieces, AsyncGenerator):
        async with aclosing(pieces):
            async for piece in pieces:
                yield piece
        return
    run = call.worker.turns.take if call.at_once else partial(call.worker.run, call.share)
    while not call.left.done():
        if call.visitor is not None:
            # It may take as long as the client likes: a key that was revoked meanwhile ends it.
            call.worker.door.confirm(call.visitor)
        piece = await run(next, pieces, None)
        if piece is None:
            return
        yield piece
    raise ClientLeft


async def departure(receive: Receive) -> None:
    """Returns when the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def refuse_websocket(send: Send, scope: Scope, answer: Answer) -> None:
    """Answer a WebSocket's opening request as a request, where the server can do that; else it says 403."""
    if "websocket.http.response" not in (scope.get("extensions") or {}):
        await send({"type": "websocket.close", "code": 1008, "reason": ""})
        return
    headers = [*ALWAYS, *answer.headers, (b"content-type", answer.media_type)]
    headers.append((b"content-length", b"%d" % len(answer.body)))
    await send({"type": "websocket.http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": answer.body})
