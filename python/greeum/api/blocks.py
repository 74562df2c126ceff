"""Blocks over HTTP: remembered, read, listed, corrected."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal
from zlib import crc32

from msgspec import UNSET, Meta, UnsetType
from msgspec.json import encode

from greeum import limits
from greeum.api import answers, encoding, wire
from greeum.api.http import Answer
from greeum.api.problems import Problem
from greeum.api.routes import Operation, always
from greeum.errors import Conflict, InvalidInput

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum import Block, Memory
    from greeum.api.http import Call

ID = re.compile(r"[1-9][0-9]{0,15}")

ID_MAX = 2**53 - 1
"""Up to here every reader of JSON knows whole numbers apart."""


IDEMPOTENCY_KEY = re.compile(rb"[\x21-\x7e]{1,255}")
"""What an Idempotency-Key may be: visible ASCII, as much as a UUID, a hash or a path takes."""

TAG = re.compile(rb'\s*(W/)?"([\x21\x23-\x7e\x80-\xff]*)"\s*')


class NewBlock(wire.Request):
    """A block to remember. `at` is when it was said (default: now), `importance` how much it matters (default: 0.5);
    the same text under the same key adds nothing. Of what supersedes a block, `tags`, `importance` and `metadata` that
    are left out are those of that block."""

    text: wire.Text
    namespace: wire.Namespace = ""
    key: wire.Name | None = None
    kind: wire.Name = "message"
    source: wire.Name | None = None
    tags: wire.Tags | UnsetType = UNSET
    importance: wire.Share | UnsetType = UNSET
    metadata: wire.Metadata | UnsetType = UNSET
    at: wire.Time | None = None
    valid_from: wire.Time | None = None
    valid_to: wire.Time | None = None
    expires_at: wire.Time | None = None
    ttl: wire.Ttl = None
    near: wire.Near = None
    vector: wire.Vector = None
    on_duplicate: wire.OnDuplicate = None
    on_conflict: wire.OnConflict = None


class NewBlocks(wire.Request):
    """Blocks to remember, all or none."""

    blocks: Annotated[list[NewBlock | wire.Text], Meta(extra_json_schema={"maxItems": limits.BATCH_MAX})]


class BlockChange(wire.Request):
    """What is to be changed; what is left out stays. With a new text there is a new block that supersedes this one."""

    text: wire.Text | UnsetType = UNSET
    kind: wire.Name | UnsetType = UNSET
    source: wire.Name | UnsetType | None = UNSET
    tags: wire.Tags | UnsetType = UNSET
    importance: wire.Share | UnsetType = UNSET
    metadata: wire.Metadata | UnsetType = UNSET
    at: wire.Time | UnsetType = UNSET
    valid_from: wire.Time | UnsetType | None = UNSET
    valid_to: wire.Time | UnsetType | None = UNSET
    expires_at: wire.Time | UnsetType | None = UNSET
    ttl: wire.Ttl | UnsetType = UNSET
    vector: wire.Vector = None


class BlockIds(wire.Request):
    """Several blocks."""

    ids: Annotated[list[wire.Id], Meta(max_length=limits.BATCH_MAX)]


class Listing(wire.Request):
    namespace: wire.PathNamespace = ""
    where: wire.Where = None
    history: bool = False
    expired: wire.Expired = False
    as_of: wire.AsOf = None
    limit: wire.PageLimit = 100
    cursor: wire.Cursor = None
    newest_first: bool = False


class Moment(wire.Request):
    as_of: wire.AsOf = None


class Key(wire.Request):
    key: wire.Name
    namespace: wire.PathNamespace = ""
    as_of: wire.AsOf = None


class Contradiction(answers.Answered):
    """That a block cannot hold beside another one, and why."""

    block: Annotated[int, Meta(description="The other one's id.")]
    reason: Literal["number", "date", "negation", "value"]
    new: Annotated[str, Meta(description="What this one says there.")]
    old: Annotated[str, Meta(description="What the other one says there.")]
    is_sure: Annotated[bool, Meta(description="Whether the newer one is sure to hold instead.")]
    message: str


class Added(answers.Block):
    """The block as stored, and what came of adding it."""

    is_new: Annotated[bool, Meta(description="False if nothing was added: this is the block that was there.")]
    duplicate_of: Annotated[int | None, Meta(description="The block that says the same; its own id if it was there.")]
    echo_of: Annotated[int | None, Meta(description="The block that a search had given back a moment before.")]
    conflicts: list[Contradiction]


class AddedBlocks(answers.Answered):
    """Those that were sent, in the same order."""

    blocks: list[Added]


class Blocks(answers.Answered):
    """Several blocks, in order."""

    blocks: list[answers.Block]


class BlockPage(answers.Answered):
    """Some blocks of a list, in the order in which they were said."""

    blocks: list[answers.Block]
    cursor: answers.Cursor


def id_of(call: Call) -> int:
    """The block that the path names. Raises InvalidInput."""
    if not ID.fullmatch(call.path) or int(call.path) > ID_MAX:
        raise InvalidInput("id", f"must be a block's id, a whole number from 1 to {ID_MAX:,}")
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
    """The ETag of a block: its id and revision, by which it is corrected, and a checksum of all that is said of it: for
    a block is used, flagged and superseded without a new revision.
    """
    return b'"%d-%d-%08x"' % (block.id, block.revision, crc32(encoding.block(block)))


def tags_in(call: Call, header: bytes) -> list[bytes]:
    """The tags that a header names, weak ones as `W/"…"`; `*` stands for any. Raises InvalidInput if it names none."""
    value = call.headers[header]
    if value.strip() == b"*":
        return [b"*"]
    found = [TAG.fullmatch(entry) for entry in value.split(b",")]
    if not all(found):
        raise InvalidInput(header.decode(), 'must be tags as ETag gives them, such as "12-1", or *')
    return [(tag[1] or b"") + b'"' + tag[2] + b'"' for tag in found if tag is not None]


def block_answer(block: Block) -> Answer:
    return Answer(encoding.block(block), headers=[(b"etag", tag_of(block))], records=1)


def add(memory: Memory, call: Call) -> Answer:
    """Remember a text: on disk when this is answered, and found by the next search. 200 in place of 201 says that
    nothing was added, because it was there already.
    """
    added = memory.add(**call.body, **idempotency_key(call))
    headers = [(b"etag", tag_of(added))]
    if added.is_new:
        headers.append((b"location", b"/v1/blocks/%d" % added.id))
    return Answer(encoding.added(added), 201 if added.is_new else 200, headers, records=1)


def add_many(memory: Memory, call: Call) -> Answer:
    """Remember several texts, all or none. They are answered in the same order; with 200 in place of 201 if nothing was
    added, because all of them were there already.
    """
    added = memory.add_many(call.body["blocks"], **idempotency_key(call))
    found = b",".join(map(encoding.added, added))
    status = 201 if any(one.is_new for one in added) else 200
    return Answer(b'{"blocks":[' + found + b"]}", status, records=len(added))


def get(memory: Memory, call: Call) -> Answer:
    """A block by its id, in exactly that version; or in the one that was the newest at some time."""
    block = memory.get(id_of(call), **call.query)
    if b"if-none-match" in call.headers:
        # Weakly (RFC 9110 §13.1.2): a proxy that compresses an answer makes its tag a weak one.
        known = [tag.removeprefix(b"W/") for tag in tags_in(call, b"if-none-match")]
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
    if not call.body:
        raise InvalidInput("body", "needs a field to change, as text or tags: name at least one")
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
        named = re.fullmatch(rb'"%d-([1-9][0-9]{0,15})(?:-[0-9a-f]{8})?"' % block, tag)
        if named is not None:
            return int(named[1])
    now = tag_of(memory.get(block)).decode()
    if all(tag.startswith(b"W/") for tag in tags):
        raise Problem("precondition-failed", f"a weak tag holds for no change; the tag of block {block} is {now}")
    raise Problem("precondition-failed", f"the tag of block {block} is {now} by now")


def used(memory: Memory, call: Call) -> Answer:
    """Say that blocks were of use, each once: it weighs in searches. Uses are counted together, within some minutes."""
    memory.used(call.body["ids"])
    return Answer(status=204)


def operation(id: str, method: str, path: str, handle: Any, **more: Any) -> Operation:  # noqa: A002 - as the field
    return Operation(id=f"blocks.{id}", method=method, path=path, handle=handle, **more)


OPERATIONS = (
    operation(
        "add", "POST", "/v1/blocks", add, body=NewBlock, status=201, status_unchanged=200, answer=Added,
        problems=("not-found", "conflict", "embedder-failed", "store-full"), headers=("Idempotency-Key",),
    ),
    operation(
        "add_many", "POST", "/v1/blocks:batch", add_many, body=NewBlocks, status=201, status_unchanged=200,
        answer=AddedBlocks,
        problems=("not-found", "conflict", "embedder-failed", "store-full"), headers=("Idempotency-Key",),
        bytes_max=limits.BATCH_BODY_BYTES_MAX,
    ),
    operation(
        "get", "GET", "/v1/blocks/{id}", get, query=Moment, answer=answers.Block, problems=("not-found",),
        preconditions=(b"if-none-match",), is_quick=always,
    ),
    operation(
        "get_by_key", "GET", "/v1/blocks:by-key", get_by_key, query=Key, answer=answers.Block,
        problems=("not-found",),
    ),
    operation("list", "GET", "/v1/blocks", listing, query=Listing, answer=BlockPage),
    operation(
        "history", "GET", "/v1/blocks/{id}/history", history, answer=Blocks, problems=("not-found",)
    ),
    operation(
        "update", "PATCH", "/v1/blocks/{id}", update, body=BlockChange, answer=answers.Block,
        problems=("not-found", "conflict", "precondition-failed", "embedder-failed", "store-full"),
        preconditions=(b"if-match",), headers=("Idempotency-Key",),
    ),
    operation(
        "used", "POST", "/v1/blocks:used", used, body=BlockIds, status=204, problems=("not-found",),
        is_counted=True,
        bytes_max=limits.BATCH_BODY_BYTES_MAX,
    ),
)  # fmt: skip
