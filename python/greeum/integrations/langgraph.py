"""A LangGraph `BaseStore` over a memory: items are blocks.

| LangGraph | Greeum |
| --- | --- |
| namespace `("users", "alice")` | the namespace `users/alice`, below the store's own |
| key | key; a block that has none is called `#17` |
| value | metadata; of a block that was not put here: its metadata, and its text as `text` |
| what is searched for (`fields`, `index`) | text, of kind `item`; if nothing is, the key, of kind `unindexed` |
| put over an item | the block is corrected: `history` shows what it said before |
| delete | forget |
| `created_at`, `updated_at` | `added_at` of the first version, `at` of the newest |
| ttl | `expires_at`, moved on by each read that refreshes |

An item that has expired is not there any more, for reads and for listings of namespaces alike.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from itertools import islice

from greeum import inputs
from greeum.errors import Conflict, InvalidInput, NotFound
from greeum.integrations.blocks import find, forget_all, hits_for, is_over, listed, name_of, put_many, root_of, segments
from greeum.integrations.extras import brought_by
from greeum.integrations.filters import Filter, Grammar
from greeum.integrations.langgraph_items import (
    ITEM,
    UNINDEXED,
    checked_fields,
    checked_names,
    created_at,
    drafted,
    noted,
    value_of,
)
from greeum.limits import K_MAX, PAGE_MAX

with brought_by("langgraph"):
    from langgraph.store.base import (
        BaseStore,
        GetOp,
        Item,
        ListNamespacesOp,
        PutOp,
        SearchItem,
        SearchOp,
        validate_op_namespace,
    )

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from langgraph.store.base import MatchCondition, Op, Result, TTLConfig

    from greeum.inputs import Namespace
    from greeum.integrations.blocks import Entry, Path
    from greeum.integrations.protocol import AnyMemory
    from greeum.model import Block

GRAMMAR = Grammar({f"${name}": name for name in ("eq", "ne", "gt", "gte", "lt", "lte")}, {})


class GreeumStore(BaseStore):
    """A store for LangGraph in a memory, at `namespace` and below.

    `fields` are the paths of a value that queries go by, in LangGraph's syntax; all of it, unless they are given. There
    is no `dims` and no `embed`: vectors are made by the memory's own embedder. `ttl` is LangGraph's: `default_ttl` in
    minutes and `refresh_on_read`.
    """

    supports_ttl = True

    def __init__(
        self,
        memory: AnyMemory,
        *,
        namespace: Namespace = "",
        fields: Sequence[str] | None = None,
        ttl: TTLConfig | None = None,
    ) -> None:
        self._memory = memory
        self._root = root_of(memory, namespace)
        self._fields = None if fields is None else checked_fields(fields, "fields")
        self.ttl_config = None if ttl is None else checked_ttl(ttl)

    def batch(self, ops: Iterable[Op]) -> list[Result]:
        """What the operations ask for, in their order. Reads see what was there before the batch; of several puts of
        one key the last holds. Raises InvalidNamespaceError or InvalidInput before anything is written.
        """
        operations = list(ops)
        for op in operations:
            validate_op_namespace(op)
        puts = {(self._root + tuple(op.namespace), op.key): op for op in operations if isinstance(op, PutOp)}
        entries: list[Entry] = []
        gone: list[tuple[Path, str]] = []
        for (path, key), op in puts.items():
            inputs.namespace(path)
            inputs.name(key, "key")
            if op.value is None:
                gone.append((path, key))
            else:
                entries.append((path, key, drafted(op, self._fields).over))
        results = [self._read(op) for op in operations]
        forget_all(self._memory, [block for name in gone if (block := find(self._memory, *name)) is not None])
        put_many(self._memory, entries)
        return results

    async def abatch(self, ops: Iterable[Op]) -> list[Result]:
        """As `batch`, in a worker thread."""
        return await asyncio.to_thread(self.batch, list(ops))

    def _read(self, op: Op) -> Result:
        match op:
            case GetOp():
                return self._get(op)
            case SearchOp():
                return self._search(op)
            case ListNamespacesOp():
                return self._namespaces(op)
            case PutOp():
                return None
            case _:
                raise InvalidInput("ops", f"hold a {type(op).__name__}, which is no operation of a store")

    def _get(self, op: GetOp) -> Item | None:
        block = find(self._memory, self._root + tuple(op.namespace), op.key)
        if block is None or is_over(block):
            return None
        self._refresh([block], op.refresh_ttl)
        return Item(**self._parts(block))

    def _search(self, op: SearchOp) -> list[SearchItem]:
        limit, offset = count(op.limit, "limit"), count(op.offset, "offset")
        filter_ = Filter(checked_names(op.filter, "filter"), GRAMMAR, record=value_of)
        scope = self._root + tuple(op.namespace_prefix)
        found: list[tuple[Block, float | None]]
        if op.query and op.query.strip():
            if limit + offset > K_MAX:
                raise InvalidInput("offset", f"and limit go beyond the best {K_MAX:,}, where a query ends")
            filter_.restrict({"kind": {"ne": UNINDEXED}})
            hits = hits_for(self._memory, op.query, limit + offset, filter_, namespace=scope)
            found = [(hit.block, hit.score) for hit in hits[offset:]]
        else:
            blocks = listed(self._memory, page=limit + offset, namespace=scope, where=filter_.where, newest_first=True)
            found = [(block, None) for block in islice(filter(filter_.holds, blocks), offset, offset + limit)]
        self._refresh([block for block, _ in found], op.refresh_ttl)
        return [SearchItem(**self._parts(block), score=score) for block, score in found]

    def _namespaces(self, op: ListNamespacesOp) -> list[Path]:
        limit, offset = count(op.limit, "limit"), count(op.offset, "offset")
        depth = None if op.max_depth is None else count(op.max_depth, "max_depth", 1)
        conditions = op.match_conditions or ()
        below = [path for path in self._all_namespaces(conditions) if all(matches(one, path) for one in conditions)]
        return sorted({path[:depth] for path in below})[offset : offset + limit]

    def _all_namespaces(self, conditions: Iterable[MatchCondition]) -> Iterable[Path]:
        """Those below the store's own, and as far as can be told below what the conditions begin with."""
        known = max((literal(one) for one in conditions), key=len, default=())
        cursor = None
        while True:
            page = self._memory.namespaces(namespace=self._root + known, limit=PAGE_MAX, cursor=cursor)
            yield from (path for name, _ in page if (path := segments(name)[len(self._root) :]))
            cursor = page.cursor
            if cursor is None:
                return

    def _parts(self, block: Block) -> dict[str, Any]:
        return {
            "namespace": segments(block.namespace)[len(self._root) :],
            "key": name_of(self._memory, block),
            "value": value_of(block),
            "created_at": created_at(block) or block.added_at,
            "updated_at": block.at if block.kind in (ITEM, UNINDEXED) else block.added_at,
        }

    def _refresh(self, blocks: Iterable[Block], wanted: bool) -> None:
        for block in blocks:
            minutes = noted(block, "ttl")
            if wanted and isinstance(minutes, (int, float)):
                try:
                    self._memory.update(block.id, expires_at=datetime.now(UTC) + timedelta(minutes=minutes))
                except (Conflict, NotFound):
                    # Put anew or deleted since it was read: then it lives as long as that says.
                    continue


def literal(condition: MatchCondition) -> Path:
    """What every namespace that matches begins with."""
    path = tuple(condition.path)
    if condition.match_type != "prefix":
        return ()
    return path[: path.index("*")] if "*" in path else path


def matches(condition: MatchCondition, path: Path) -> bool:
    """Whether a namespace begins, or ends, as the condition says; `*` stands for any one label."""
    wanted = tuple(condition.path)
    if condition.match_type not in ("prefix", "suffix"):
        raise InvalidInput("match_conditions", f"have the type {condition.match_type!r}; there are prefix and suffix")
    part = path[: len(wanted)] if condition.match_type == "prefix" else path[max(0, len(path) - len(wanted)) :]
    return len(part) == len(wanted) and all(one in ("*", label) for one, label in zip(wanted, part, strict=True))


def count(value: object, field: str, least: int = 0) -> int:
    return inputs.count(value, field, 2**53, least)


def checked_ttl(ttl: TTLConfig) -> TTLConfig:
    """Raises InvalidInput for what would have no effect."""
    unknown = ttl.keys() - {"default_ttl", "refresh_on_read", "omit_expired", "sweep_interval_minutes"}
    if unknown:
        raise InvalidInput(f"ttl.{sorted(unknown)[0]}", "is not known here")
    if ttl.get("omit_expired") is False:
        raise InvalidInput("ttl.omit_expired", "cannot be False: what has expired is not read any more")
    if ttl.get("sweep_interval_minutes") is not None:
        raise InvalidInput(
            "ttl.sweep_interval_minutes", "cannot be set: nothing sweeps, reads leave out what has expired"
        )
    return ttl
