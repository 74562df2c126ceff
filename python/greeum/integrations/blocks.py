"""Blocks under the names that other products know them by.

A name is a block's key. What has no key is called `#17`, after its first version, so that the name stays when the text
is corrected.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from urllib.parse import unquote

from greeum import inputs
from greeum.errors import Conflict, InvalidInput, NotFound
from greeum.limits import K_MAX, PAGE_MAX

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any

    from greeum.inputs import Namespace
    from greeum.integrations.filters import Filter
    from greeum.integrations.protocol import AnyMemory
    from greeum.model import Block, Hit

    Fields = dict[str, Any]
    Path = tuple[str, ...]
    Find = Callable[[AnyMemory, Path, str], Block | None]
    FieldsOver = Callable[[Block | None], Fields]
    Entry = tuple[Path, str, FieldsOver]

ATTEMPTS_MAX = 100
"""How often a write is tried anew because another one came first. Each time somebody's write was done, so that they all
get on; whoever comes last a hundred times should know.
"""

KEYLESS = re.compile(r"#([1-9][0-9]{0,14})")


def segments(namespace: str) -> Path:
    """The segments of a namespace in its canonical form."""
    return tuple(unquote(segment) for segment in namespace.split("/")) if namespace else ()


def root_of(memory: AnyMemory, namespace: Namespace) -> Path:
    """The segments of an adapter's namespace; "" is the one that the memory is confined to, if it is confined."""
    return segments(inputs.namespace(namespace) or getattr(memory, "root", ""))


def is_over(block: Block) -> bool:
    """Whether it has expired."""
    return block.expires_at is not None and block.expires_at <= datetime.now(UTC)


def first_id(memory: AnyMemory, block: Block) -> int:
    """The id of a block's first version: corrections do not change it."""
    return block.id if block.supersedes is None else memory.history(block.id)[0].id


def newest(memory: AnyMemory, block_id: int) -> Block | None:
    """The newest version of a block, named by the id of any of them."""
    try:
        return memory.history(block_id)[-1]
    except NotFound:
        return None


def name_of(memory: AnyMemory, block: Block) -> str:
    """What a block is called."""
    return block.key if block.key is not None else f"#{first_id(memory, block)}"


def find(memory: AnyMemory, namespace: Path, name: str) -> Block | None:
    """What has this name in exactly this namespace, expired or not."""
    try:
        return memory.get(key=name, namespace=namespace)
    except NotFound:
        block = find_keyless(memory, name)
    return block if block is not None and segments(block.namespace) == namespace else None


def find_below(memory: AnyMemory, namespace: Path, name: str) -> Block | None:
    """What has this name in this namespace, or else below it. Raises Conflict if several do there."""
    try:
        return memory.get(key=name, namespace=namespace)
    except NotFound:
        block = find_keyless(memory, name)
    if block is not None and segments(block.namespace)[: len(namespace)] == namespace:
        return block
    below = memory.list(namespace=namespace, where={"key": name}, limit=2)
    if len(below) > 1:
        raise Conflict(f"{name!r} is in {below[0].namespace!r} and in {below[1].namespace!r}: look in one of them")
    return below[0] if below else None


def find_keyless(memory: AnyMemory, name: str) -> Block | None:
    called = KEYLESS.fullmatch(name)
    block = newest(memory, int(called[1])) if called else None
    return block if block is not None and block.key is None else None


def put(memory: AnyMemory, namespace: Path, name: str, fields_over: FieldsOver, lookup: Find = find) -> Block:
    """Add a block under a name, or correct the one that has it. `fields_over` says with which fields, when it is told
    what is there.

    Raises InvalidInput, or Conflict if others change it all the time.
    """
    for _ in range(ATTEMPTS_MAX):
        block = lookup(memory, namespace, name)
        fields = fields_over(None if block is None or is_over(block) else block)
        try:
            if block is not None and is_over(block):
                memory.forget(block.id)
                block = None
            stored = memory.add(namespace=namespace, key=name, **fields) if block is None else block
            return stored if says(stored, fields) else corrected(memory, stored, fields)
        except (Conflict, NotFound):
            # Added, changed or forgotten by somebody else since we looked.
            continue
    raise overtaken(repr(name))


def put_many(memory: AnyMemory, entries: Sequence[Entry], lookup: Find = find) -> None:
    """`put` for several, each a namespace, a name and its `fields_over`, no name twice: those that are new in one
    transaction, the others one by one.
    """
    new = [(entry, entry[2](None)) for entry in entries if lookup(memory, *entry[:2]) is None]
    stored: set[tuple[Path, str]] = set()
    try:
        added = memory.add_many([fields | {"namespace": entry[0], "key": entry[1]} for entry, fields in new])
        stored = {entry[:2] for (entry, fields), block in zip(new, added, strict=True) if says(block, fields)}
    except Conflict:
        # One of them has been added by somebody else meanwhile, so that none was: each finds its own way.
        pass
    for entry in entries:
        if entry[:2] not in stored:
            put(memory, *entry, lookup)


def revise(memory: AnyMemory, look: Callable[[], Block], fields_over: Callable[[Block], Fields]) -> Block:
    """Change a block by what it says now; if somebody else has changed it since it was looked at, look again.

    Raises whatever `look` raises, InvalidInput, or Conflict if others change it all the time.
    """
    for _ in range(ATTEMPTS_MAX):
        block = look()
        try:
            return memory.update(block.id, revision=block.revision, **fields_over(block))
        except Conflict:
            continue
    raise overtaken(f"block {block.id}")


def overtaken(what: str) -> Conflict:
    return Conflict(f"{what} was changed by others {ATTEMPTS_MAX} times while it was being written: try again")


def says(block: Block, fields: Fields) -> bool:
    """Whether a block has these fields already."""
    return all(getattr(block, name) == value for name, value in fields.items())


def corrected(memory: AnyMemory, block: Block, fields: Fields) -> Block:
    """The block with these fields: a new version if its text is another, else the same one revised."""
    changed = {name: value for name, value in fields.items() if name != "text" or value != block.text}
    return memory.update(block.id, **changed)


def listed(memory: AnyMemory, *, page: int = PAGE_MAX, **options: Any) -> Iterator[Block]:
    """All blocks of a listing, read in pages of about that size as they are asked for."""
    cursor = None
    while True:
        blocks = memory.list(limit=max(1, min(page, PAGE_MAX)), cursor=cursor, **options)
        yield from blocks
        cursor = blocks.cursor
        if cursor is None:
            return


def forget_all(memory: AnyMemory, blocks: Iterable[Block]) -> int:
    """Forget these blocks, whatever of them is still there; how many there were."""
    ids = [block.id for block in blocks]
    if not ids:
        return 0
    try:
        memory.forget(ids)
    except NotFound:
        # Some were forgotten by somebody else meanwhile, so that none was: those that are left.
        return forget_all(memory, [block for block_id in ids if (block := newest(memory, block_id)) is not None])
    return len(ids)


def hits_for(memory: AnyMemory, query: str, count: int, filter_: Filter, **options: Any) -> list[Hit]:
    """The `count` best hits for which a filter holds.

    Raises InvalidInput if the filter asks for what the Index cannot tell, and too few of those that it ranks pass.
    """
    if filter_.is_exact:
        return memory.search(query, k=count, where=filter_.where, **options) if count else []
    hits = memory.search(query, k=K_MAX, where=filter_.where, **options)
    passed = [hit for hit in hits if filter_.holds(hit.block)]
    if len(hits) == K_MAX and len(passed) < count:
        raise InvalidInput("filter", f"holds for {len(passed)} of the best {K_MAX:,} only: narrow it, or ask for fewer")
    return passed[:count]
