"""Blocks over HTTP: remembered, read, listed, corrected."""

from __future__ import annotations

import re

from msgspec.json import encode

from greeum import limits
from greeum.api import answers, encoding, wire
from greeum.api.http import Answer
from greeum.api.problems import Problem
from greeum.api.routes import Operation, always
from greeum.errors import Conflict, InvalidInput

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from greeum import Block, Memory
    from greeum.api.http import Call

ID = re.compile(r"[1-9][0-9]{0,15}")

IDEMPOTENCY_KEY = re.compile(rb"[\x21-\x7e]{1,255}")
"""What an Idempotency-Key may be: visible ASCII, as much as a UUID, a hash or a path takes."""

TAG = re.compile(rb'\s*(W/)?"([\x21\x23-\x7e\x80-\xff]*)"\s*')


def id_of(call: Call) -> int:
    """The block that the path names. Raises InvalidInput."""
    if not ID.fullmatch(call.path):
        raise InvalidInput("id", "must be a block's id, a whole number from 1")
    return int(call.path)


def idempotency_key(call: Call) -> dict[str, Any]:
    """The argument of that name, if there is such a header. Raises InvalidInput."""
    key = call.headers.get(b"idempotency-key")
    if key is None:
        return {}
    if not IDEMPOTENCY_KEY.fullmatch(key):
        raise InvalidInput("idempotency-key", "must be 1 to 255 visible ASCII characters")
    return {"idempotency_key": key.decode("ascii")}


def tag_of(block: Block) -> bytes:
    """The ETag of a block: it changes whenever the block does."""
    return b'"%d-%d"' % (block.id, block.revision)


def tags_in(call: Call, header: bytes) -> list[bytes]:
    """The strong tags that a header names; `*` stands for any. Raises InvalidInput if it names none."""
    value = call.headers[header]
    if value.strip() == b"*":
        return [b"*"]
    found = [TAG.fullmatch(entry) for entry in value.split(b",")]
    if not all(found):
        raise InvalidInput(header.decode(), 'must be tags as ETag gives them, such as "12-1", or *')
    return [b'"' + tag[2] + b'"' for tag in found if tag is not None and tag[1] is None]


def block_answer(block: Block) -> Answer:
    return Answer(encoding.block(block), headers=[(b"etag", tag_of(block))], records=1)


def add(memory: Memory, call: Call) -> Answer:
    """Remember a text: on disk when this is answered, and found by the next search."""
    added = memory.add(**call.body, **idempotency_key(call))
    headers = [(b"etag", tag_of(added)), (b"location", b"/v1/blocks/%d" % added.id)]
    return Answer(encoding.added(added), 201, headers, records=1)


def add_many(memory: Memory, call: Call) -> Answer:
    """Remember several texts, all or none. They are answered in the same order."""
    added = memory.add_many(call.body["blocks"], **idempotency_key(call))
    found = b",".join(map(encoding.added, added))
    return Answer(b'{"blocks":[' + found + b"]}", 201, records=len(added))


def get(memory: Memory, call: Call) -> Answer:
    """A block by its id, in exactly that version; or in the one that was the newest at some time."""
    block = memory.get(id_of(call), **call.query)
    if b"if-none-match" in call.headers:
        known = tags_in(call, b"if-none-match")
        if b"*" in known or tag_of(block) in known:
            return Answer(status=304, headers=[(b"etag", tag_of(block))])
    return block_answer(block)


def get_by_key(memory: Memory, call: Call) -> Answer:
    """The newest version of the block with this key in this namespace, or the one that was it at some time."""
    return block_answer(memory.get(**call.query))


def listing(memory: Memory, call: Call) -> Answer:
    """Blocks in the order in which they were said, a page at a time."""
    page = memory.list(**call.query)
    cursor = encode(page.cursor)
    return Answer(b'{"blocks":' + encoding.blocks(page) + b',"cursor":' + cursor + b"}", records=len(page))


def history(memory: Memory, call: Call) -> Answer:
    """Every version of a block, oldest first."""
    versions = memory.history(id_of(call))
    return Answer(b'{"blocks":' + encoding.blocks(versions) + b"}", records=len(versions))


def update(memory: Memory, call: Call) -> Answer:
    """Correct a block. A new text makes a new block that supersedes this one: the answer has its id and tag."""
    block = id_of(call)
    changes = call.body | idempotency_key(call)
    if b"if-match" not in call.headers:
        return block_answer(memory.update(block, **changes))
    revision = revision_named(memory, block, tags_in(call, b"if-match"))
    try:
        return block_answer(memory.update(block, revision=revision, **changes))
    except Conflict as error:
        now = memory.get(block)
        if revision is not None and (now.revision != revision or now.superseded_by is not None):
            raise Problem("precondition-failed", str(error)) from error
        raise


def revision_named(memory: Memory, block: int, tags: list[bytes]) -> int | None:
    """Which revision of a block If-Match asks for; None for any. Raises Problem if it is of none of this block's."""
    if b"*" in tags:
        return None
    for tag in tags:
        named = re.fullmatch(rb'"%d-([1-9][0-9]{0,15})"' % block, tag)
        if named is not None:
            return int(named[1])
    raise Problem("precondition-failed", f"the tag of block {block} is {tag_of(memory.get(block)).decode()} by now")


def used(memory: Memory, call: Call) -> Answer:
    """Say that blocks were of use, each once: it weighs in searches. Uses are counted together, within some minutes."""
    memory.used(call.body["ids"])
    return Answer(status=204)


def operation(id: str, method: str, path: str, handle: Any, **more: Any) -> Operation:  # noqa: A002 - as the field
    return Operation(id=f"blocks.{id}", method=method, path=path, handle=handle, **more)


OPERATIONS = (
    operation(
        "add", "POST", "/v1/blocks", add, body=wire.NewBlock, status=201, answer=answers.Added,
        problems=("not-found", "conflict", "embedder-failed", "store-full"), headers=("Idempotency-Key",),
    ),
    operation(
        "add_many", "POST", "/v1/blocks:batch", add_many, body=wire.NewBlocks, status=201, answer=answers.AddedBlocks,
        problems=("not-found", "conflict", "embedder-failed", "store-full"), headers=("Idempotency-Key",),
        bytes_max=limits.BATCH_BODY_BYTES_MAX,
    ),
    operation(
        "get", "GET", "/v1/blocks/{id}", get, query=wire.Moment, answer=answers.Block, problems=("not-found",),
        preconditions=(b"if-none-match",), is_quick=always,
    ),
    operation(
        "get_by_key", "GET", "/v1/blocks:by-key", get_by_key, query=wire.Key, answer=answers.Block,
        problems=("not-found",),
    ),
    operation("list", "GET", "/v1/blocks", listing, query=wire.Listing, answer=answers.BlockPage),
    operation(
        "history", "GET", "/v1/blocks/{id}/history", history, answer=answers.Blocks, problems=("not-found",)
    ),
    operation(
        "update", "PATCH", "/v1/blocks/{id}", update, body=wire.BlockChange, answer=answers.Block,
        problems=("not-found", "conflict", "precondition-failed", "embedder-failed", "store-full"),
        preconditions=(b"if-match",), headers=("Idempotency-Key",),
    ),
    operation(
        "used", "POST", "/v1/blocks:used", used, body=wire.BlockIds, status=204, problems=("not-found",),
        bytes_max=limits.BATCH_BODY_BYTES_MAX,
    ),
)  # fmt: skip
