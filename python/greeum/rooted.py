"""A memory confined to one namespace, for those who may know of nothing else: an end user of an application, say.

What lies outside is as if it did not exist: a block's id from there is one that is not here, whatever is done with it.
"""

from __future__ import annotations

from functools import partial

from greeum import inputs, limits
from greeum.anchors import AUTO, HOPS, HOPS_OTHERWISE, Choice
from greeum.errors import Conflict, Forbidden, InvalidInput, NotFound
from greeum.forgetting import block_ids, check_scope, none_forgotten
from greeum.maintenance import GRACE_S
from greeum.memory import KEEP, none_used
from greeum.model import Anchor, Block
from greeum.policies import EVERY_KIND
from greeum.recall import list_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import timedelta
    from typing import Any, BinaryIO, NoReturn

    from greeum.backups.pieces import Backup
    from greeum.difference import Difference
    from greeum.explanation import Explanation
    from greeum.forgetting import Forgotten
    from greeum.hits import Hits
    from greeum.importers.report import ImportReport
    from greeum.inputs import Namespace, Span, Time
    from greeum.listing import NamespacePage, Page
    from greeum.maintenance import Report
    from greeum.memory import AddedBlocks, Certificates, Findings, Ids, Keep, Memory
    from greeum.model import Added, Context, Hit, Link, RolledBack
    from greeum.recall import Answers, Blocks, Changes, Facets, Links, Near, Written
    from greeum.reranking import Rerank
    from greeum.store.protocol import Store
    from greeum.weights import Weighing


IDS_PER_STEP = 20_000
"""Blocks whose links are read in one transaction."""


class Root:
    """The namespace at and below which everything is that may be known, and what of a memory that is."""

    def __init__(self, store: Store, path: str) -> None:
        self.path = path
        self._store = store

    def within(self, namespace: Namespace) -> str:
        """A namespace that was asked for, in canonical form; "" is the root. Raises Forbidden if it lies outside."""
        where = inputs.namespace(namespace)
        if not where:
            return self.path
        if not self.holds(where):
            raise Forbidden(f"the namespace {where!r} lies outside of {self.path!r}, which this memory is confined to")
        return where

    def holds(self, namespace: str) -> bool:
        """Whether a canonical namespace is the root or lies below it."""
        return not self.path or namespace == self.path or namespace.startswith(self.path + "/")

    def block(self, block: int, field: str = "block") -> Block:
        """The block with this id. Raises NotFound if it lies outside, as if it were not there."""
        number = inputs.block_id(block, field)
        for row in self._store.blocks([number]):
            if self.holds(row[2]):
                return Block(row)
        raise NotFound(f"there is no block {number}")

    def inside(self, ids: Iterable[int]) -> set[int]:
        """Those of these blocks that are here."""
        return {row[0] for row in self._store.blocks(list(ids)) if self.holds(row[2])}

    def amounts(self, ids: Sequence[int]) -> tuple[int, int]:
        """How many links, with both ends here, and anchors of here these blocks have."""
        wanted, ends = set(ids), set[tuple[int, int, str]]()
        for start in range(0, len(ids), IDS_PER_STEP):
            some = ids[start : start + IDS_PER_STEP]
            ends |= {row[:3] for row in [*self._store.links(some), *self._store.backlinks(some)]}
        inside = wanted | self.inside({end for source, target, _ in ends for end in (source, target)} - wanted)
        links = sum(source in inside and target in inside for source, target, _ in ends)
        return links, sum(anchor[2] in wanted for anchor in self._store.anchors(self.path))

    def near(self, near: Near | None, anchors: RootedAnchors, namespace: str) -> Near | None:
        """What something is to be near, if that is here. Raises NotFound."""
        if near == AUTO:
            return Choice(anchors)
        if isinstance(near, str):
            return anchors.closest(inputs.name(near, "near"), namespace)
        if isinstance(near, Anchor):
            return anchors.get(near.name, namespace=near.namespace)
        if isinstance(near, Choice):
            raise InvalidInput("near", f"must be {AUTO!r}: what can be chosen from here is known here")
        if near is not None and inputs.block_id(near, "near") not in self.inside([near]):
            raise NotFound(f"near: there is no block {near}")
        return near


class RootedAnchors:
    """`Rooted.anchors`: those at or below the root that point to a block there."""

    def __init__(self, memory: Memory, root: Root) -> None:
        self._anchors = memory.anchors
        self._root = root

    def set(
        self, name: str, block: int, *, namespace: Namespace = "", hops: int | None = None, pinned: bool | None = None
    ) -> Anchor:
        """As `Anchors.set`."""
        where, name = self._root.within(namespace), inputs.name(name, "name")
        self._root.block(block)
        if self._shown(name, where) is None:
            # One that points outside is not to lend its hops.
            hops = HOPS.get(name, HOPS_OTHERWISE) if hops is None else hops
            pinned = False if pinned is None else pinned
        return self._anchors.set(name, block, namespace=where, hops=hops, pinned=pinned)

    def move(self, name: str, block: int, *, namespace: Namespace = "") -> Anchor:
        """As `Anchors.move`."""
        if self.get(name, namespace=namespace).pinned:
            raise Conflict(f"anchor {name!r} is pinned: unpin it first, or set it")
        return self.set(name, block, namespace=namespace)

    def pin(self, name: str, *, namespace: Namespace = "") -> Anchor:
        """As `Anchors.pin`."""
        return self._still_shown(self._anchors.pin(name, namespace=self.get(name, namespace=namespace).namespace))

    def unpin(self, name: str, *, namespace: Namespace = "") -> Anchor:
        """As `Anchors.unpin`."""
        return self._still_shown(self._anchors.unpin(name, namespace=self.get(name, namespace=namespace).namespace))

    def clear(self, name: str, *, namespace: Namespace = "") -> None:
        """As `Anchors.clear`."""
        self._anchors.clear(name, namespace=self.get(name, namespace=namespace).namespace)

    def get(self, name: str, *, namespace: Namespace = "") -> Anchor:
        """As `Anchors.get`."""
        where = self._root.within(namespace)
        anchor = self._shown(inputs.name(name, "name"), where)
        if anchor is None:
            raise no_anchor(name, where)
        return anchor

    def closest(self, name: str, namespace: str) -> Anchor:
        """As `Anchors.closest`, but not above the root."""
        where = namespace
        while True:
            anchor = self._shown(name, where)
            if anchor is not None:
                return anchor
            if where == self._root.path:
                raise NotFound(f"there is no anchor {name!r} in namespace {namespace!r} or above: set it first")
            where = where.rpartition("/")[0]

    def status(self, *, namespace: Namespace = "") -> list[Anchor]:
        """As `Anchors.status`."""
        anchors = self._anchors.status(namespace=self._root.within(namespace))
        inside = self._root.inside(anchor.block_id for anchor in anchors)
        return [anchor for anchor in anchors if anchor.block_id in inside]

    def _shown(self, name: str, namespace: str) -> Anchor | None:
        anchor = self._anchors._find(name, namespace)
        return anchor if anchor is not None and self._root.inside([anchor.block_id]) else None

    def _still_shown(self, anchor: Anchor) -> Anchor:
        """Another may have moved it outside meanwhile."""
        if not self._root.inside([anchor.block_id]):
            raise no_anchor(anchor.name, anchor.namespace)
        return anchor


class RootedPolicies:
    """`Rooted.policies`: what the store says can be seen, and not changed, since it concerns others too."""

    def __init__(self, memory: Memory) -> None:
        self._policies = memory.policies

    def get(self, kind: str = EVERY_KIND) -> dict[str, str]:
        """As `Policies.get`."""
        return self._policies.get(kind)

    def set(
        self, kind: str = EVERY_KIND, *, on_duplicate: str | None = None, on_conflict: str | None = None
    ) -> NoReturn:
        """Forbidden."""
        raise Forbidden("`policies.set` concerns the whole memory, and this one is confined to a namespace")


class RootedWeights:
    """`Rooted.weights`: those of the root and what lies below it. What holds above it holds here too, unless something
    else is said here."""

    def __init__(self, memory: Memory, root: Root) -> None:
        self._weights = memory.weights
        self._root = root

    def get(self, namespace: Namespace = "") -> Weighing:
        """As `Weights.get`."""
        return self._weights.get(self._root.within(namespace))

    def set(self, weights: Mapping[str, float | None], *, namespace: Namespace = "") -> Weighing:
        """As `Weights.set`."""
        return self._weights.set(weights, namespace=self._root.within(namespace))

    def reset(self, *, namespace: Namespace = "", learnt_only: bool = False) -> Weighing:
        """As `Weights.reset`."""
        return self._weights.reset(namespace=self._root.within(namespace), learnt_only=learnt_only)


def no_anchor(name: str, namespace: str) -> NotFound:
    return NotFound(f"there is no anchor {name!r} in namespace {namespace!r}: set it first")


class Rooted:
    """A Memory of which only what lies at or below `root` can be seen and changed.

    Its methods are those of Memory. A namespace that is left out is the root, and one outside raises Forbidden; those
    in answers are whole paths. What concerns the memory as a whole (`seq`, `changes`, `check`, `repair`, `maintain`,
    `retention`, `screening`, `export`, `import_`, `import_from`, `merge`, `certificates`, `backup`, `drop_backups`,
    `logical_hash`) raises Forbidden. `close` closes the memory behind it.
    """

    def __init__(self, memory: Memory, root: Namespace) -> None:
        self._memory = memory
        self._root = Root(memory._store, inputs.namespace(root, "root"))
        self.anchors = RootedAnchors(memory, self._root)
        self.policies = RootedPolicies(memory)
        self.weights = RootedWeights(memory, self._root)

    @property
    def root(self) -> str:
        """The namespace that it is confined to."""
        return self._root.path

    def __enter__(self) -> Rooted:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """As `Memory.close`."""
        self._memory.close()

    def through(self, origin: str, trust: float = 1.0) -> Rooted:
        """As `Memory.through`."""
        return Rooted(self._memory.through(origin, trust), self.root)

    # Remembering.

    def add(
        self,
        text: str,
        *,
        namespace: Namespace = "",
        key: str | None = None,
        kind: str = "message",
        source: str | None = None,
        tags: Iterable[str] = (),
        importance: float = 0.5,
        metadata: Mapping[str, object] | None = None,
        at: Time | None = None,
        valid_from: Time | None = None,
        valid_to: Time | None = None,
        expires_at: Time | None = None,
        ttl: Span | None = None,
        near: Near | None = None,
        vector: Sequence[float] | None = None,
        idempotency_key: str | None = None,
        on_duplicate: str | None = None,
        on_conflict: str | None = None,
    ) -> Added:
        """As `Memory.add`."""
        where = self._root.within(namespace)
        return self._memory.add(
            text, namespace=where, key=key, kind=kind, source=source, tags=tags, importance=importance,
            metadata=metadata, at=at, valid_from=valid_from, valid_to=valid_to, expires_at=expires_at, ttl=ttl,
            near=self._root.near(near, self.anchors, where), vector=vector, idempotency_key=idempotency_key,
            on_duplicate=on_duplicate, on_conflict=on_conflict,
        )  # fmt: skip

    def add_many(self, blocks: Iterable[Mapping[str, Any]], *, idempotency_key: str | None = None) -> AddedBlocks:
        """As `Memory.add_many`."""
        items = list_of(blocks, "blocks", "must be several mappings, each of the arguments of `add`")
        placed = [self._placed(item, f"blocks[{i}].") for i, item in enumerate(items)]
        return self._memory.add_many(placed, idempotency_key=idempotency_key)

    def _placed(self, item: Any, prefix: str) -> Any:
        """The arguments for one block, with the namespace and the surroundings that are meant."""
        if not (hasattr(item, "keys") and hasattr(item, "get")):
            return item  # Memory says what is wrong with it
        try:
            where = self._root.within(item.get("namespace", ""))
            near = self._root.near(item.get("near"), self.anchors, where)
        except InvalidInput as error:
            raise InvalidInput(prefix + error.field, error.reason) from error
        return {**{name: item[name] for name in item.keys()}, "namespace": where, "near": near}  # noqa: SIM118 - no dict

    # Finding.

    def search(
        self,
        query: str,
        *,
        k: int = 10,
        namespace: Namespace = "",
        where: Mapping[str, object] | None = None,
        near: Near | None = None,
        history: bool = False,
        exact: bool = False,
        as_of: Time | None = None,
        min_trust: float = 0.0,
        weights: Mapping[str, float] | None = None,
        vector: Sequence[float] | None = None,
        rerank: Rerank | None = None,
        rerank_budget_ms: float = limits.RERANK_BUDGET_MS,
        budget_ms: float | None = None,
    ) -> Hits:
        """As `Memory.search`."""
        scope = self._root.within(namespace)
        start = self._root.near(near, self.anchors, scope)
        return self._memory.search(
            query, k=k, namespace=scope, where=where, near=start, history=history, exact=exact,
            as_of=as_of, min_trust=min_trust, weights=weights,
            vector=vector, rerank=rerank, rerank_budget_ms=rerank_budget_ms,
            budget_ms=budget_ms,
        )  # fmt: skip

    def explain(
        self,
        query: str,
        block: int,
        *,
        k: int = 10,
        namespace: Namespace = "",
        where: Mapping[str, object] | None = None,
        near: Near | None = None,
        history: bool = False,
        exact: bool = False,
        as_of: Time | None = None,
        min_trust: float = 0.0,
        weights: Mapping[str, float] | None = None,
        vector: Sequence[float] | None = None,
    ) -> Explanation:
        """As `Memory.explain`."""
        scope = self._root.within(namespace)
        start = self._root.near(near, self.anchors, scope)
        return self._memory.explain(
            query, self._root.block(block).id, k=k, namespace=scope, where=where, near=start, history=history,
            exact=exact, as_of=as_of, min_trust=min_trust, weights=weights, vector=vector,
        )  # fmt: skip

    def search_json(
        self,
        query: str,
        *,
        k: int = 10,
        namespace: Namespace = "",
        where: Mapping[str, object] | None = None,
        near: Near | None = None,
        history: bool = False,
        exact: bool = False,
        as_of: Time | None = None,
        min_trust: float = 0.0,
        weights: Mapping[str, float] | None = None,
        vector: Sequence[float] | None = None,
    ) -> bytes:
        """As `Memory.search_json`."""
        scope = self._root.within(namespace)
        start = self._root.near(near, self.anchors, scope)
        return self._memory.search_json(
            query, k=k, namespace=scope, where=where, near=start, history=history, exact=exact,
            as_of=as_of, min_trust=min_trust, weights=weights,
            vector=vector,
        )  # fmt: skip

    def stream(
        self,
        query: str,
        *,
        k: int = 10,
        namespace: Namespace = "",
        where: Mapping[str, object] | None = None,
        near: Near | None = None,
        history: bool = False,
        exact: bool = False,
        as_of: Time | None = None,
        min_trust: float = 0.0,
        weights: Mapping[str, float] | None = None,
        vector: Sequence[float] | None = None,
    ) -> Iterator[Hit]:
        """As `Memory.stream`."""
        scope = self._root.within(namespace)
        start = self._root.near(near, self.anchors, scope)
        return self._memory.stream(
            query, k=k, namespace=scope, where=where, near=start, history=history, exact=exact,
            as_of=as_of, min_trust=min_trust, weights=weights,
            vector=vector,
        )  # fmt: skip

    def search_many(
        self,
        queries: Iterable[str],
        *,
        k: int = 10,
        namespace: Namespace = "",
        where: Mapping[str, object] | None = None,
        near: Near | None = None,
        history: bool = False,
        exact: bool = False,
        as_of: Time | None = None,
        min_trust: float = 0.0,
        weights: Mapping[str, float] | None = None,
        budget_ms: float | None = None,
    ) -> Answers:
        """As `Memory.search_many`."""
        scope = self._root.within(namespace)
        start = self._root.near(near, self.anchors, scope)
        return self._memory.search_many(
            queries, k=k, namespace=scope, where=where, near=start, history=history, exact=exact, as_of=as_of,
            min_trust=min_trust, weights=weights, budget_ms=budget_ms,
        )  # fmt: skip

    def search_many_json(
        self,
        queries: Iterable[str],
        *,
        k: int = 10,
        namespace: Namespace = "",
        where: Mapping[str, object] | None = None,
        near: Near | None = None,
        history: bool = False,
        exact: bool = False,
        as_of: Time | None = None,
        min_trust: float = 0.0,
        weights: Mapping[str, float] | None = None,
    ) -> Written:
        """As `Memory.search_many_json`."""
        scope = self._root.within(namespace)
        start = self._root.near(near, self.anchors, scope)
        return self._memory.search_many_json(
            queries, k=k, namespace=scope, where=where, near=start, history=history, exact=exact, as_of=as_of,
            min_trust=min_trust, weights=weights,
        )  # fmt: skip

    def context(
        self,
        query: str,
        *,
        max_tokens: int = 1_000,
        namespace: Namespace = "",
        where: Mapping[str, object] | None = None,
        near: Near | None = None,
        as_of: Time | None = None,
        min_trust: float = 0.0,
        weights: Mapping[str, float] | None = None,
    ) -> Context:
        """As `Memory.context`."""
        scope = self._root.within(namespace)
        start = self._root.near(near, self.anchors, scope)
        return self._memory.context(
            query, max_tokens=max_tokens, namespace=scope, where=where, near=start, as_of=as_of, min_trust=min_trust,
            weights=weights,
        )  # fmt: skip

    def get(
        self,
        block: int | None = None,
        *,
        key: str | None = None,
        namespace: Namespace = "",
        as_of: Time | None = None,
    ) -> Block:
        """As `Memory.get`."""
        if block is None or key is not None or namespace != "":
            return self._memory.get(block, key=key, namespace=self._root.within(namespace), as_of=as_of)
        return self._memory.get(self._root.block(block).id, as_of=as_of)

    def list(
        self,
        *,
        namespace: Namespace = "",
        where: Mapping[str, object] | None = None,
        history: bool = False,
        expired: bool = False,
        as_of: Time | None = None,
        limit: int = 100,
        cursor: str | None = None,
        newest_first: bool = False,
    ) -> Page:
        """As `Memory.list`."""
        scope = self._root.within(namespace)
        return self._memory.list(
            namespace=scope, where=where, history=history, expired=expired, as_of=as_of, limit=limit, cursor=cursor,
            newest_first=newest_first,
        )  # fmt: skip

    def history(self, block: int) -> Blocks:
        """As `Memory.history`."""
        return self._memory.history(self._root.block(block).id)

    def count(
        self,
        *,
        namespace: Namespace = "",
        where: Mapping[str, object] | None = None,
        history: bool = False,
        expired: bool = False,
        as_of: Time | None = None,
    ) -> int:
        """As `Memory.count`."""
        scope = self._root.within(namespace)
        return self._memory.count(namespace=scope, where=where, history=history, expired=expired, as_of=as_of)

    def facets(
        self,
        fields: str | Iterable[str],
        *,
        namespace: Namespace = "",
        where: Mapping[str, object] | None = None,
        as_of: Time | None = None,
        limit: int = 20,
    ) -> Facets:
        """As `Memory.facets`."""
        scope = self._root.within(namespace)
        return self._memory.facets(fields, namespace=scope, where=where, as_of=as_of, limit=limit)

    def diff(
        self,
        since: Time,
        until: Time | None = None,
        *,
        namespace: Namespace = "",
        where: Mapping[str, object] | None = None,
        limit: int = 100,
    ) -> Difference:
        """As `Memory.diff`."""
        return self._memory.diff(since, until, namespace=self._root.within(namespace), where=where, limit=limit)

    def namespaces(self, *, namespace: Namespace = "", limit: int = 100, cursor: str | None = None) -> NamespacePage:
        """As `Memory.namespaces`."""
        return self._memory.namespaces(namespace=self._root.within(namespace), limit=limit, cursor=cursor)

    # Changing.

    def update(
        self,
        block: int,
        *,
        text: str | Keep = KEEP,
        kind: str | Keep = KEEP,
        source: str | Keep | None = KEEP,
        tags: Iterable[str] | Keep = KEEP,
        importance: float | Keep = KEEP,
        metadata: Mapping[str, object] | Keep = KEEP,
        at: Time | Keep = KEEP,
        valid_from: Time | Keep | None = KEEP,
        valid_to: Time | Keep | None = KEEP,
        expires_at: Time | Keep | None = KEEP,
        ttl: Span | Keep | None = KEEP,
        revision: int | None = None,
        vector: Sequence[float] | None = None,
        idempotency_key: str | None = None,
    ) -> Block:
        """As `Memory.update`."""
        return self._memory.update(
            self._root.block(block).id, text=text, kind=kind, source=source, tags=tags, importance=importance,
            metadata=metadata, at=at, valid_from=valid_from, valid_to=valid_to, expires_at=expires_at, ttl=ttl,
            revision=revision, vector=vector, idempotency_key=idempotency_key,
        )  # fmt: skip

    def forget(
        self,
        block: int | Iterable[int] | None = None,
        *,
        namespace: Namespace | None = None,
        where: Mapping[str, object] | None = None,
        dry_run: bool = False,
    ) -> Forgotten:
        """As `Memory.forget`, without a certificate, which would tell of what lies outside. All that is here is
        forgotten by `wipe`, or by naming the root.
        """
        check_scope(block, namespace, where)
        if block is None:
            # A root that is the whole memory is no namespace that could be named.
            scope = self._root.within("" if namespace is None else namespace) or None
            return self._forget(partial(self._memory.forget, namespace=scope, where=where), dry_run=dry_run)
        ids = block_ids(block)
        missing = set(ids) - self._root.inside(ids)
        if missing:
            raise none_forgotten(min(missing))
        return self._forget(partial(self._memory.forget, ids), dry_run=dry_run)

    def _forget(self, forget: Callable[..., Forgotten], *, dry_run: bool) -> Forgotten:
        """Counted first, for afterwards nobody knows which links had both ends here."""
        would = forget(dry_run=True)
        links, anchors = self._root.amounts(would)
        done = would if inputs.truth(dry_run, "dry_run") else forget()
        return done.seen_from_within(links, anchors)

    def wipe(self, *, confirm: int) -> Forgotten:
        """As `Memory.wipe`, of what is here."""
        count = inputs.count(confirm, "confirm", 2**53, least=0)
        would = self._memory._ids_below(self.root)
        links, anchors = self._root.amounts(would)
        return self._memory._wipe(self.root, count).seen_from_within(links, anchors)

    def used(self, block: int | Iterable[int]) -> None:
        """As `Memory.used`."""
        wanted = [block] if isinstance(block, int) else list_of(block, "block", "must be a block's id, or several")
        ids = [inputs.block_id(one) for one in wanted]
        missing = set(ids) - self._root.inside(ids)
        if missing:
            raise none_used(min(missing))
        self._memory.used(ids)

    def feedback(
        self,
        query: str,
        *,
        good: Iterable[int] = (),
        bad: Iterable[int] = (),
        namespace: Namespace = "",
        vector: Sequence[float] | None = None,
        idempotency_key: str | None = None,
    ) -> Weighing:
        """As `Memory.feedback`."""
        return self._memory.feedback(
            query, good=good, bad=bad, namespace=self._root.within(namespace), vector=vector,
            idempotency_key=idempotency_key,
        )  # fmt: skip

    # Who wrote what.

    def quarantine(
        self,
        block: int | Iterable[int] | None = None,
        *,
        origin: str | None = None,
        source: str | None = None,
        where: Mapping[str, object] | None = None,
        namespace: Namespace = "",
        dry_run: bool = False,
    ) -> Ids:
        """As `Memory.quarantine`."""
        return self._flag(self._memory.quarantine, block, origin, source, where, namespace, dry_run)

    def release(
        self,
        block: int | Iterable[int] | None = None,
        *,
        origin: str | None = None,
        source: str | None = None,
        where: Mapping[str, object] | None = None,
        namespace: Namespace = "",
        dry_run: bool = False,
    ) -> Ids:
        """As `Memory.release`."""
        return self._flag(self._memory.release, block, origin, source, where, namespace, dry_run)

    def _flag(
        self,
        act: Callable[..., Ids],
        block: int | Iterable[int] | None,
        origin: str | None,
        source: str | None,
        where: Mapping[str, object] | None,
        namespace: Namespace,
        dry_run: bool,
    ) -> Ids:
        if block is None and (origin, source, where, namespace) != (None, None, None, ""):
            inside = self._root.within(namespace)
            return act(origin=origin, source=source, where=where, namespace=inside, dry_run=dry_run)
        if block is not None:
            wanted = [block] if isinstance(block, int) else list_of(block, "block", "must be a block's id, or several")
            block = [self._root.block(one).id for one in wanted]
        return act(block, origin=origin, source=source, where=where, namespace=namespace, dry_run=dry_run)

    def roll_back(
        self,
        *,
        origin: str,
        since: Time | None = None,
        namespace: Namespace = "",
        forget: bool = False,
        dry_run: bool = False,
    ) -> RolledBack:
        """As `Memory.roll_back`."""
        inside = self._root.within(namespace)
        return self._memory.roll_back(origin=origin, since=since, namespace=inside, forget=forget, dry_run=dry_run)

    # Links and anchors.

    def link(self, source: int, target: int, *, kind: str = "about", weight: float = 1.0) -> Link:
        """As `Memory.link`."""
        ends = self._root.block(source, "source").id, self._root.block(target, "target").id
        return self._memory.link(*ends, kind=kind, weight=weight)

    def unlink(self, source: int, target: int, *, kind: str = "about") -> None:
        """As `Memory.unlink`."""
        ends = self._root.block(source, "source").id, self._root.block(target, "target").id
        self._memory.unlink(*ends, kind=kind)

    def links(self, block: int) -> Links:
        """As `Memory.links`: those whose other end is here."""
        links = self._memory.links(self._root.block(block).id)
        inside = self._root.inside({end for link in links for end in (link.source, link.target)})
        return [link for link in links if link.source in inside and link.target in inside]

    def anchor(self, name: str, *, namespace: Namespace = "") -> Anchor:
        """As `Memory.anchor`."""
        return self.anchors.closest(inputs.name(name, "name"), self._root.within(namespace))

    # Looking after it.

    def stats(self) -> dict[str, object]:
        """How many `blocks`, `superseded` ones, `links` and `anchors` there are here, and what makes the vectors. It
        takes about two microseconds a block.
        """
        embedder = self._memory._embedder
        made_by = {"embedder": embedder.fingerprint, "dimension": embedder.dimension}
        return self._memory._amounts(self.root) | {"anchors": len(self.anchors.status())} | made_by

    @property
    def at_hand(self) -> bool:
        """As `Memory.at_hand`."""
        return self._memory.at_hand

    @property
    def screening(self) -> NoReturn:
        """Forbidden."""
        raise self._of_the_whole("screening")

    @property
    def seq(self) -> NoReturn:
        """Forbidden."""
        raise self._of_the_whole("seq")

    def changes(self, after: int = 0, *, limit: int = 1_000) -> Changes:
        """Forbidden."""
        raise self._of_the_whole("changes")

    def check(self) -> Findings:
        """Forbidden."""
        raise self._of_the_whole("check")

    def repair(self) -> Findings:
        """Forbidden."""
        raise self._of_the_whole("repair")

    def maintain(
        self, *, dry_run: bool = False, grace: Span = GRACE_S, progress: Callable[[str, int], None] | None = None
    ) -> Report:
        """Forbidden."""
        raise self._of_the_whole("maintain")

    @property
    def retention(self) -> NoReturn:
        """Forbidden."""
        raise self._of_the_whole("retention")

    def export(self) -> Iterable[str]:
        """Forbidden."""
        raise self._of_the_whole("export")

    def import_(
        self,
        lines: Iterable[str],
        *,
        progress: Callable[[int], None] | None = None,
        bring_back: bool = False,
    ) -> dict[str, int]:
        """Forbidden."""
        raise self._of_the_whole("import_")

    def import_from(
        self,
        path: str | os.PathLike[str] | BinaryIO,
        *,
        format: str | None = None,  # noqa: A002 - as Memory has it
        namespace: Namespace = "",
        dry_run: bool = False,
        time_zone: str | None = None,
        progress: Callable[[int, int], None] | None = None,
        bring_back: bool = False,
    ) -> ImportReport:
        """Forbidden."""
        raise self._of_the_whole("import_from")

    def merge(
        self,
        other: str | os.PathLike[str],
        *,
        dry_run: bool = False,
        progress: Callable[[int, int], None] | None = None,
        bring_back: bool = False,
    ) -> ImportReport:
        """Forbidden."""
        raise self._of_the_whole("merge")

    def certificates(
        self, *, namespace: Namespace | None = None, where: Mapping[str, object] | None = None
    ) -> Certificates:
        """Forbidden."""
        raise self._of_the_whole("certificates")

    def backup(
        self, directory: str | os.PathLike[str], *, full: bool = False, keep: float | timedelta | None = None
    ) -> Backup:
        """Forbidden."""
        raise self._of_the_whole("backup")

    def drop_backups(self, directory: str | os.PathLike[str]) -> None:
        """Forbidden."""
        raise self._of_the_whole("drop_backups")

    def logical_hash(self) -> str:
        """Forbidden."""
        raise self._of_the_whole("logical_hash")

    def _of_the_whole(self, name: str) -> Forbidden:
        return Forbidden(f"`{name}` concerns the whole memory, and this one is confined to {self.root!r}")
