"""A memory with mem0's methods, for code that is written for mem0: change the import, and the rest stays.

    from greeum.integrations.mem0 import Memory

| mem0 | Greeum |
| --- | --- |
| memory | a block; its id is that of its first version |
| `user_id`, and with it `run_id` | segments of the namespace: `alice/chat-1`, below the one that is given |
| `agent_id`, `run_id`, `actor_id`, `role` | metadata of these names; the actor, else the role, is the source |
| `metadata` | metadata |
| `timestamp`, `expiration_date` | `at`; `expires_at` at the end of that day in UTC |
| `update`, `history` | the block is corrected; its versions |
| `delete`, `delete_all`, `reset` | forget: nothing is left, in `history` neither |

What other programs have added for a user is there as well. It differs in that `infer` is False unless it is said
otherwise, and cannot be True: nothing here asks a language model, messages are kept as they are. Scores order the
memories of one search, so that there is no `threshold`. Whatever else cannot be done raises InvalidInput, a ValueError.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from functools import wraps
from itertools import islice

import greeum
from greeum import inputs
from greeum.errors import InvalidInput, NotFound
from greeum.integrations.blocks import forget_all, hits_for, listed, newest, revise, root_of, segments
from greeum.integrations.filters import Filter, in_metadata
from greeum.integrations.mem0_items import (
    GRAMMAR,
    NOT_FIELDS,
    OURS,
    PROMOTED,
    SCOPE,
    UNSET,
    added,
    block_of,
    changed,
    checked_messages,
    checked_metadata,
    checked_scope,
    digest,
    end_of,
    how_many,
    refuse_expired,
    refuse_scales,
    refuse_what_needs_a_model,
    said_at,
    starred,
)
from greeum.limits import K_MAX, PAGE_MAX

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Any, Concatenate, ParamSpec, TypeVar

    from greeum.inputs import Namespace
    from greeum.integrations.blocks import Fields, Path
    from greeum.integrations.filters import Condition, Where
    from greeum.integrations.protocol import AnyMemory
    from greeum.model import Block

    P = ParamSpec("P")
    R = TypeVar("R")
    Answer = dict[str, Any]


class MemoryNotFound(NotFound, ValueError):
    """There is no memory with this id."""


class Memory:
    """mem0's Memory over one of Greeum, at `namespace` and below; without one, over that of `greeum.open()`.

    `memory` is the one behind it.
    """

    def __init__(self, memory: AnyMemory | None = None, *, namespace: Namespace = "") -> None:
        self._is_opened_here = memory is None
        self.memory: AnyMemory = greeum.open() if memory is None else memory
        self._root = root_of(self.memory, namespace)

    def __enter__(self) -> Memory:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the memory, if it was opened here."""
        if self._is_opened_here:
            self.memory.close()

    def add(
        self,
        messages: str | dict[str, Any] | list[dict[str, Any]],
        *,
        user_id: str | None = None,
        agent_id: str | None = None,
        run_id: str | None = None,
        metadata: dict[str, Any] | None = None,
        timestamp: float | str | datetime | None = None,
        expiration_date: str | date | None = None,
        infer: bool = False,
        memory_type: str | None = None,
        prompt: str | None = None,
    ) -> Answer:
        """Keep messages, each as a memory; what was added. At least one id is needed; system messages are not kept.

        `timestamp` says when they were said (seconds since 1970, ISO 8601 or a datetime), `expiration_date` is the last
        day on which they are found.
        """
        refuse_what_needs_a_model(infer=infer, memory_type=memory_type, prompt=prompt)
        scope = checked_scope({"user_id": user_id, "agent_id": agent_id, "run_id": run_id})
        known = checked_metadata(metadata) | {name: scope[name] for name in ("agent_id", "run_id") if name in scope}
        shared = {
            "namespace": self._place(scope),
            "at": None if timestamp is None else said_at(timestamp),
            "expires_at": None if expiration_date is None else end_of(expiration_date),
        }
        said = [message for message in checked_messages(messages) if message["role"] != "system"]
        blocks = self.memory.add_many([shared | block_of(message, known) for message in said])
        return {"results": [added(block) for block in blocks]}

    def get(self, memory_id: str) -> Answer | None:
        """A memory, or None if there is none with this id."""
        block = self._block(memory_id)
        return None if block is None else self._item(block, score=None)

    def get_all(
        self,
        *,
        filters: dict[str, Any] | None = None,
        top_k: int = 20,
        show_expired: bool = False,
        user_id: str | None = None,
        agent_id: str | None = None,
        run_id: str | None = None,
        limit: int | None = None,
    ) -> Answer:
        """The last `top_k` memories for which the filters hold; one of them must be an id. (Ids and `limit` may stand
        outside of the filters, as in older code.)
        """
        refuse_expired(show_expired)
        place, filter_ = self._asked(filters, {"user_id": user_id, "agent_id": agent_id, "run_id": run_id})
        count = how_many(top_k, limit, 2**53)
        page = count if filter_.is_exact else PAGE_MAX
        blocks = listed(self.memory, page=page, namespace=place, where=filter_.where, newest_first=True)
        return {"results": [self._item(block) for block in islice(filter(filter_.holds, blocks), count)]}

    def search(
        self,
        query: str,
        *,
        top_k: int = 20,
        filters: dict[str, Any] | None = None,
        threshold: float | None = None,
        rerank: bool = False,
        explain: bool = False,
        reference_date: object = None,
        show_expired: bool = False,
        user_id: str | None = None,
        agent_id: str | None = None,
        run_id: str | None = None,
        limit: int | None = None,
    ) -> Answer:
        """The `top_k` memories that answer best, of those for which the filters hold. `explain` adds the parts of each
        score as `score_details`. The rest is as in `get_all`.
        """
        refuse_expired(show_expired)
        refuse_scales(threshold=threshold, rerank=rerank, reference_date=reference_date)
        place, filter_ = self._asked(filters, {"user_id": user_id, "agent_id": agent_id, "run_id": run_id})
        hits = hits_for(self.memory, query, how_many(top_k, limit, K_MAX), filter_, namespace=place)
        shown = [(hit, {"score_details": hit.parts} if explain else {}) for hit in hits]
        return {"results": [self._item(hit.block, score=hit.score) | details for hit, details in shown]}

    def update(
        self,
        memory_id: str,
        text: str | None = None,
        metadata: dict[str, Any] | None = None,
        expiration_date: Any = UNSET,
        data: str | None = None,
    ) -> Answer:
        """Correct a memory: another text (`data` is the older name for it), further metadata, or another last day (None
        for none).
        """
        text = data if text is None else text
        if text is None and metadata is None and expiration_date is UNSET:
            raise InvalidInput("text", "is missing, and so are metadata and expiration_date: give at least one of them")
        expires = {}
        if expiration_date is not UNSET:
            expires["expires_at"] = None if expiration_date is None else end_of(expiration_date)

        def fields_over(block: Block) -> Fields:
            known = block.metadata | checked_metadata(metadata, self._record(block))
            said = {} if text is None or text == block.text else {"text": text}
            return expires | said | {"metadata": known | {OURS: {"updated_at": datetime.now(UTC).isoformat()}}}

        revise(self.memory, lambda: self._existing(memory_id), fields_over)
        return {"message": "Memory updated successfully!"}

    def delete(self, memory_id: str) -> Answer:
        """Forget a memory, and what it said before."""
        self.memory.forget(self._existing(memory_id).id)
        return {"message": "Memory deleted successfully!"}

    def delete_all(self, user_id: str | None = None, agent_id: str | None = None, run_id: str | None = None) -> Answer:
        """Forget all memories with these ids, at least one."""
        place, filter_ = self._asked(None, {"user_id": user_id, "agent_id": agent_id, "run_id": run_id})
        forget_all(self.memory, listed(self.memory, namespace=place, where=filter_.where))
        return {"message": "Memories deleted successfully!"}

    def history(self, memory_id: str) -> list[Answer]:
        """What a memory has said, from the first version to the last. Changes of metadata alone make no version."""
        block = self._block(memory_id)
        versions = [] if block is None else self.memory.history(block.id)
        return [changed(old, new, versions[0]) for old, new in zip([None, *versions], versions, strict=False)]

    def reset(self) -> None:
        """Forget everything at the namespace and below."""
        forget_all(self.memory, listed(self.memory, namespace=self._root))

    def _asked(self, filters: dict[str, Any] | None, ids: dict[str, str | None]) -> tuple[Path, Filter]:
        """In which namespace to look, and for what."""
        asked = dict(filters or {}) | {name: value for name, value in ids.items() if value is not None}
        plain = {name: asked[name] for name in SCOPE if isinstance(asked.get(name), (str, int)) and asked[name] != "*"}
        scope = checked_scope(plain) if plain or not asked.keys() & set(SCOPE) else {}
        place = self._place(scope)
        by_place = ("user_id", "run_id")[: len(place) - len(self._root)]
        rest = {name: scope.get(name, value) for name, value in asked.items() if name not in by_place}
        return place, Filter(starred(rest), GRAMMAR, name="filters", record=self._record, field=self._field)

    def _place(self, scope: dict[str, str]) -> Path:
        """The namespace of a user, or of one run of a user."""
        user, run = scope.get("user_id"), scope.get("run_id")
        if user is None:
            return self._root
        return (*self._root, user) if run is None else (*self._root, user, run)

    def _field(self, condition: Condition) -> Where | None:
        name = condition.path.partition(".")[0]
        if name in NOT_FIELDS:
            raise InvalidInput(f"filters.{name}", "is nothing that can be asked for in a filter")
        return in_metadata(condition) if name != "user_id" else self._of_user(condition)

    def _of_user(self, condition: Condition) -> Where | None:
        def of(user: Any) -> Where:
            return {"namespace": {"prefix": inputs.namespace((*self._root, user), "filters.user_id")}}

        match condition.operator:
            case "eq":
                return of(condition.value)
            case "ne":
                return {"not": of(condition.value)}
            case "in":
                return {"or": list(map(of, condition.value))}
            case "nin":
                return {"not": {"or": list(map(of, condition.value))}}
            case "exists":
                return {"not": {"namespace": inputs.namespace(self._root)}}
            case _:
                return None

    def _block(self, memory_id: object) -> Block | None:
        digits = str(memory_id)
        if not (digits.isascii() and digits.isdigit() and 0 < int(digits[:16]) < 2**53 and len(digits) < 17):
            return None
        block = newest(self.memory, int(digits))
        is_ours = block is not None and segments(block.namespace)[: len(self._root)] == self._root
        return block if is_ours else None

    def _existing(self, memory_id: object) -> Block:
        block = self._block(memory_id)
        if block is None:
            raise MemoryNotFound(f"Memory with id {memory_id} not found")
        return block

    def _record(self, block: Block) -> Answer:
        """A block's metadata, and whose it is."""
        below = segments(block.namespace)[len(self._root) :]
        return block.metadata | dict(zip(("user_id", "run_id"), below, strict=False))

    def _item(self, block: Block, **score: float | None) -> Answer:
        """A block as mem0 shows a memory."""
        versions = [block] if block.supersedes is None else self.memory.history(block.id)
        record = self._record(block)
        noted = record.pop(OURS, None)
        created = versions[0].at.isoformat()
        corrected = created if len(versions) == 1 else block.added_at.isoformat()
        noted_at = noted.get("updated_at") if isinstance(noted, dict) else None
        others = {name: value for name, value in record.items() if name not in PROMOTED}
        item: Answer = {
            "id": str(versions[0].id),
            "memory": block.text,
            "hash": digest(block.text),
            "metadata": others or None,
            **score,
            "created_at": created,
            "updated_at": max(corrected, noted_at) if isinstance(noted_at, str) else corrected,
        }
        if block.expires_at is not None:
            item["expiration_date"] = (block.expires_at - timedelta(microseconds=1)).date().isoformat()
        return item | {name: record[name] for name in PROMOTED if name in record}


def awaited(method: Callable[Concatenate[Memory, P], R]) -> Callable[Concatenate[AsyncMemory, P], Awaitable[R]]:
    """A method of Memory for AsyncMemory: it runs in a worker thread."""

    @wraps(method)
    async def call(self: AsyncMemory, /, *args: P.args, **kwargs: P.kwargs) -> R:
        return await asyncio.to_thread(method, self.sync, *args, **kwargs)

    return call


class AsyncMemory:
    """The same for asyncio. `sync` is the Memory behind it."""

    def __init__(self, memory: AnyMemory | None = None, *, namespace: Namespace = "") -> None:
        self.sync = Memory(memory, namespace=namespace)

    async def __aenter__(self) -> AsyncMemory:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """As `Memory.close`."""
        self.sync.close()

    add = awaited(Memory.add)
    get = awaited(Memory.get)
    get_all = awaited(Memory.get_all)
    search = awaited(Memory.search)
    update = awaited(Memory.update)
    delete = awaited(Memory.delete)
    delete_all = awaited(Memory.delete_all)
    history = awaited(Memory.history)
    reset = awaited(Memory.reset)
