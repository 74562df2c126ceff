"""The nine tools of a memory. Each does what the method of Memory does that it is named after."""

from __future__ import annotations

from greeum import inputs, limits
from greeum.context import tokens
from greeum.errors import InvalidInput
from greeum.mcp.tools import schemas
from greeum.mcp.tools.texts import anchor_line, block_line, block_lines, link_line, zone_of
from greeum.mcp.tools.tool import Result, Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from greeum.mcp.tools.tool import AnyMemory
    from greeum.model import Block

K = 5
"""Hits of a search that names no number: with all their fields they take some 4 KB."""

LIMIT = 20
"""Blocks of a list that names no number: what somebody has said in one conversation, or decided in a week."""

CONTEXT_TOKENS = 1_000
"""Length of a context that names none."""

TEXT_BYTES_PER_HIT = 2_000
"""The texts of an answer may take so much for each block that was asked for. Blocks beyond that are named by their ids
alone: a memory may hold texts that would fill a model's context by themselves."""

TAKES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "status": ((), ()),
    "set": (("name", "block"), ("hops", "pinned")),
    "move": (("name", "block"), ()),
    "pin": (("name",), ()),
    "unpin": (("name",), ()),
    "clear": (("name",), ()),
}
"""Action → the arguments that it needs, and those that it takes besides; each takes a namespace."""

ACTIONS = tuple(TAKES)


def add(memory: AnyMemory, *, text: str, **fields: Any) -> Result:
    block = memory.add(text, **fields)
    where = f" in {block.namespace}" if block.namespace else ""
    lines = [f"Remembered as block {block.id}{where}." if block.is_new else f"Known already: block {block.id}{where}."]
    if block.is_new and block.supersedes is not None:
        lines.append(f"It supersedes [{block.supersedes}].")
    if block.is_new and block.duplicate_of is not None:
        lines.append(f"It says the same as [{block.duplicate_of}].")
    lines += [f"Look at [{conflict.block}]: {conflict.message}." for conflict in block.conflicts]
    return Result({"block": block.to_dict(), **block.outcome()}, "\n".join(lines))


def search(memory: AnyMemory, *, query: str, k: int = K, **options: Any) -> Result:
    hits = memory.search(query, k=k, **options)
    room = set(fitting([hit.block for hit in hits], k))
    shown = [hit for hit in hits if hit.block.id in room]
    left_out = [hit.block.id for hit in hits if hit.block.id not in room]
    lines = block_lines([hit.block for hit in shown], zone_of(memory)) or ([] if left_out else ["Nothing found."])
    if left_out:
        lines.append(f"Too long to show here: {numbered(left_out)}. Read them with memory_get, or ask memory_context.")
    elif len(hits) == k:
        lines.append(f"There may be more: ask with a k above {k}.")
    return Result({"hits": [hit.to_dict() for hit in shown], "left_out": left_out}, "\n".join(lines))


def list_(memory: AnyMemory, *, limit: int = LIMIT, newest_first: bool = True, **options: Any) -> Result:
    page = memory.list(limit=limit, newest_first=newest_first, **options)
    room = set(fitting(page, limit))
    shown = [block for block in page if block.id in room]
    left_out = [block.id for block in page if block.id not in room]
    lines = block_lines(shown, zone_of(memory)) or ([] if left_out else ["There is nothing."])
    if left_out:
        lines.append(f"Too long to show here: {numbered(left_out)}. Read them with memory_get.")
    if page.cursor is not None:
        lines.append(f"There are more: ask the same with cursor {page.cursor}")
    structured = {"blocks": [block.to_dict() for block in shown], "left_out": left_out, "cursor": page.cursor}
    return Result(structured, "\n".join(lines))


def count(memory: AnyMemory, *, fields: Any = None, **options: Any) -> Result:
    total = memory.count(**options)
    structured: dict[str, Any] = {"count": total}
    lines = ["There is one." if total == 1 else f"There are {total:,}."]
    if fields is not None:
        found = memory.facets(fields, **options)
        structured["facets"] = {field: [list(pair) for pair in counts] for field, counts in found.items()}
        lines += [f"{field}: {counted(counts)}" for field, counts in found.items()]
    return Result(structured, "\n".join(lines))


def counted(counts: Sequence[tuple[str, int]]) -> str:
    """Values, each with how many blocks have it."""
    return ", ".join(f"{value or '(root)'} {blocks:,}" for value, blocks in counts) or "none"


def fitting(blocks: Sequence[Block], wanted: int) -> Iterator[int]:
    """The ids of those blocks, in this order, whose texts have room together."""
    room = wanted * TEXT_BYTES_PER_HIT
    for block in blocks:
        size = len(block.text.encode())
        if size <= room:
            room -= size
            yield block.id


def numbered(ids: Sequence[int]) -> str:
    return ", ".join(f"[{one}]" for one in ids)


def context(memory: AnyMemory, *, query: str, max_tokens: int = CONTEXT_TOKENS, **options: Any) -> Result:
    zone = memory.time_zone.get()
    # A model takes a day for that of whoever asks, unless it is told whose it is.
    heading = f"Days as in {zone}:\n"
    most = inputs.count(max_tokens, "max_tokens", limits.CONTEXT_TOKENS_MAX)
    # Where the heading leaves no room, no block fits either: it is shorter than any with its day.
    found = memory.context(query, max_tokens=max(most - tokens(heading), 1), **options)
    text = heading + found.text if found.text else ""
    ids = [block.id for block in found.blocks]
    structured = {"text": text, "tokens": tokens(text), "block_ids": ids, "time_zone": zone}
    return Result(structured, text or "Nothing is known about that.")


def get(memory: AnyMemory, *, history: bool = False, links: bool = False, **which: Any) -> Result:
    with_history, with_links = inputs.truth(history, "history"), inputs.truth(links, "links")
    block = memory.get(**which)
    structured: dict[str, object] = {"block": block.to_dict()}
    zone = zone_of(memory)
    lines = [block_line(block, zone)]
    if with_history:
        versions = memory.history(block.id)
        structured["history"] = [version.to_dict() for version in versions]
        lines += ["Versions, oldest first:", *block_lines(versions, zone)]
    if with_links:
        found = memory.links(block.id)
        structured["links"] = [link.to_dict() for link in found]
        lines += ["Links:", *map(link_line, found)] if found else ["No links."]
    return Result(structured, "\n".join(lines))


def update(memory: AnyMemory, *, block: int, **fields: Any) -> Result:
    now = memory.update(block, **fields)
    what = "Changed" if now.id == block else f"Corrected: block {block} is now"
    return Result({"block": now.to_dict()}, f"{what} {block_line(now, zone_of(memory))}")


def forget(memory: AnyMemory, *, block: Any, dry_run: bool = False) -> Result:
    done = memory.forget(block, dry_run=dry_run)
    what = "Would be forgotten" if done.dry_run else "Forgotten for good"
    counts = {name: getattr(done, name) for name in ("blocks", "versions", "links", "anchors")}
    certificate = None if done.certificate is None else done.certificate.sha256
    structured = {"forgotten": list(done), **counts, "dry_run": done.dry_run, "certificate": certificate}
    return Result(structured, f"{what}: {numbered(done) or 'nothing'}.")


def anchor(memory: AnyMemory, *, action: str, namespace: str = "", **given: Any) -> Result:
    check_taken(action, given)
    name = given.pop("name", None)
    if action == "status":
        found = memory.anchors.status(namespace=namespace)
        text = "\n".join(map(anchor_line, found)) or "There are no anchors."
    elif action == "clear":
        memory.anchors.clear(name, namespace=namespace)
        found, text = [], f"Anchor {name} is cleared; its block stays."
    else:
        # The other actions are called as the methods are.
        found = [getattr(memory.anchors, action)(name, namespace=namespace, **given)]
        text = anchor_line(found[0])
    return Result({"anchors": [one.to_dict() for one in found]}, text)


def check_taken(action: str, given: dict[str, Any]) -> None:
    """Raises InvalidInput for an action that there is not, or for what it does not take or lacks."""
    if action not in ACTIONS:
        raise InvalidInput("action", f"{action!r} is none; there are {', '.join(ACTIONS)}")
    needed, optional = TAKES[action]
    for name in needed:
        if name not in given:
            raise InvalidInput(name, f"is missing: {action} needs it")
    for name in given:
        if name not in needed and name not in optional:
            raise InvalidInput(name, f"is not taken by {action}")


FILTERS: dict[str, Any] = {"namespace": schemas.NAMESPACE, "where": schemas.WHERE, "near": schemas.NEAR}

TOOLS = (
    Tool(
        "memory_add",
        "Remember",
        "Remember one thing for good: what was said, decided, learnt or preferred, and who said it.",
        {
            "text": schemas.string("What to remember."),
            "namespace": schemas.PLACE,
            "key": schemas.KEY,
            "kind": schemas.KIND,
            "source": schemas.SOURCE,
            "tags": schemas.TAGS,
            "importance": schemas.IMPORTANCE,
            "metadata": schemas.METADATA,
            "at": schemas.AT,
            "valid_from": schemas.VALID_FROM,
            "valid_to": schemas.VALID_TO,
            "expires_at": schemas.EXPIRES_AT,
            "ttl": schemas.TTL,
            "near": schemas.NEAR_WHEN_ADDING,
            "idempotency_key": schemas.IDEMPOTENCY_KEY,
            "on_duplicate": schemas.ON_DUPLICATE,
            "on_conflict": schemas.ON_CONFLICT,
        },
        ("text",),
        schemas.answer({"block": schemas.BLOCK_AGAIN, **schemas.OUTCOME}),
        add,
    ),
    Tool(
        "memory_search",
        "Search memory",
        "Find what answers a question, best first. Use it before answering anything about the past, people, "
        "preferences or decisions.",
        {
            "query": schemas.QUERY,
            "k": schemas.whole_number(f"Hits at most. Default: {K}"),
            **FILTERS,
            "history": schemas.HISTORY,
            "exact": schemas.EXACT,
            "as_of": schemas.AS_OF,
            "now": schemas.NOW,
            "min_trust": schemas.MIN_TRUST,
            "weights": schemas.WEIGHTS,
        },
        ("query",),
        schemas.answer({"hits": schemas.array(schemas.HIT), "left_out": schemas.IDS}),
        search,
        reads=True,
        repeats=True,
    ),
    Tool(
        "memory_context",
        "Recall in context",
        "What is known about a subject, as one text with dates, speakers and ids. Better than memory_search when "
        "several memories together make the answer.",
        {
            "query": schemas.QUERY,
            "max_tokens": schemas.whole_number(f"How long the text may be. Default: {CONTEXT_TOKENS}"),
            **FILTERS,
            "where": schemas.WHERE_AGAIN,
            "as_of": schemas.AS_OF,
            "now": schemas.NOW,
            "min_trust": schemas.MIN_TRUST,
            "weights": schemas.WEIGHTS,
        },
        ("query",),
        schemas.answer(
            {
                "text": {"type": "string"},
                "tokens": {"type": "integer"},
                "block_ids": schemas.IDS,
                "time_zone": {"type": "string"},
            }
        ),
        context,
        reads=True,
        repeats=True,
    ),
    Tool(
        "memory_list",
        "List memories",
        "What is in a namespace or fits a filter, the newest first, page by page. For what answers a question, use "
        "memory_search.",
        {
            "namespace": schemas.NAMESPACE,
            "where": schemas.WHERE_AGAIN,
            "limit": schemas.whole_number(f"How many at most. Default: {LIMIT}"),
            "cursor": schemas.string("From the answer before, to go on."),
            "newest_first": schemas.truth("Default: true"),
            "history": schemas.HISTORY,
            "expired": schemas.truth("Only what has expired."),
            "as_of": schemas.AS_OF,
        },
        (),
        schemas.answer(
            {
                "blocks": schemas.array(schemas.BLOCK_AGAIN),
                "left_out": schemas.IDS,
                "cursor": {"type": ["string", "null"]},
            }
        ),
        list_,
        reads=True,
        repeats=True,
    ),
    Tool(
        "memory_count",
        "Count memories",
        'How many memories have a word of a query, or fit a filter; with fields, of which sorts. For "how often" and '
        '"what do you know of me", before reading any.',
        {
            "query": schemas.string("Words, any of which it has. Default: all"),
            "fields": schemas.FACETS,
            "namespace": schemas.NAMESPACE,
            "where": schemas.WHERE_AGAIN,
            "as_of": schemas.AS_OF,
            "now": schemas.NOW,
        },
        (),
        schemas.answer({"count": {"type": "integer"}, "facets": schemas.fields("field: [[value, count], ...]")}),
        count,
        reads=True,
        repeats=True,
    ),
    Tool(
        "memory_get",
        "Read a memory",
        "Read one block whole, by its id or by its key.",
        {
            "block": schemas.BLOCK_ID,
            "key": schemas.string("Its key, in place of an id."),
            "namespace": schemas.string("Where the key is. Default: the root"),
            "as_of": schemas.string("Its version then, in ISO 8601."),
            "history": schemas.truth("Show its other versions too."),
            "links": schemas.truth("Show its links too."),
        },
        (),
        schemas.answer(
            {
                "block": schemas.BLOCK,
                "history": schemas.array({"type": "object"}),
                "links": schemas.array(schemas.LINK),
            },
        ),
        get,
        reads=True,
        repeats=True,
    ),
    Tool(
        "memory_update",
        "Correct a memory",
        "Correct a block when something turns out otherwise. A new text supersedes the old one, which is kept in the "
        "history; other fields change in place. null clears what takes it.",
        {
            "block": schemas.BLOCK_ID,
            "text": schemas.string("What is true instead."),
            "kind": schemas.string("A new kind."),
            "source": schemas.or_null(schemas.SOURCE),
            "tags": schemas.array({"type": "string"}, "In place of those it has."),
            "importance": schemas.number("0 to 1."),
            "metadata": {"type": "object", "description": "In place of what it has."},
            "at": schemas.string("In ISO 8601. Default with a new text: now"),
            "valid_from": schemas.or_null(schemas.VALID_FROM),
            "valid_to": schemas.or_null(schemas.VALID_TO),
            "expires_at": schemas.or_null(schemas.EXPIRES_AT),
            "ttl": schemas.or_null(schemas.TTL),
            "revision": schemas.whole_number("Refused if it is another by now."),
            "idempotency_key": schemas.IDEMPOTENCY_KEY,
        },
        ("block",),
        schemas.answer({"block": schemas.BLOCK_AGAIN}),
        update,
        destroys=True,
    ),
    Tool(
        "memory_forget",
        "Forget",
        "Erase blocks for good, with all versions: only when somebody asks for it. To correct, use memory_update.",
        {"block": schemas.BLOCK_IDS, "dry_run": schemas.truth("Erase nothing, and say what would be.")},
        ("block",),
        schemas.answer({"forgotten": schemas.IDS, **schemas.FORGOTTEN}),
        forget,
        destroys=True,
        repeats=True,
    ),
    Tool(
        "memory_anchor",
        "Set an anchor",
        "Anchors (A, B, C or your own names) mark what a conversation is about: search and add near one. status shows "
        "them; set and move point one to a block; pin keeps it there, unpin lets it follow what is added near it; "
        "clear removes it.",
        {
            "action": {"type": "string", "enum": list(ACTIONS), "description": "What to do."},
            "name": schemas.string("The anchor's name, but for status."),
            "block": schemas.whole_number("What to point to, for set and move."),
            "namespace": schemas.string("Whose anchor it is. Default: the root"),
            "hops": schemas.whole_number("How far searches reach, for set."),
            "pinned": schemas.truth("Keep it where it is, for set."),
        },
        ("action",),
        schemas.answer({"anchors": schemas.array(schemas.ANCHOR)}),
        anchor,
        destroys=True,
        repeats=True,
    ),
)
