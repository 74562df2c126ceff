"""Rooted: the same face as Memory, of which only one namespace can be seen."""

from __future__ import annotations

from functools import partial

from greeum import inputs, keywords
from greeum.errors import Forbidden, InvalidInput
from greeum.forgetting import check_scope, none_forgotten
from greeum.memory import KEEP, Memory
from greeum.rooted.anchors import RootedAnchors
from greeum.rooted.methods import of_the_whole, within
from greeum.rooted.policies import RootedPolicies
from greeum.rooted.root import Root
from greeum.rooted.weights import RootedWeights
from greeum.rooted.zones import RootedTimeZone
from greeum.upkeep import none_used

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from typing import Any, NoReturn

    from greeum.explanation import Explanation
    from greeum.forgetting import Forgotten
    from greeum.inputs import Namespace, Span, Time
    from greeum.memory import AddedBlocks, Ids, Keep
    from greeum.model import Anchor, Block, Link, RolledBack
    from greeum.recall import Blocks, Links
    from greeum.starts import Near


@keywords.with_fixed_parts
@keywords.told
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
        self.time_zone = RootedTimeZone(memory)
        self.weights = RootedWeights(memory, self._root)

    @property
    def root(self) -> str:
        """The namespace that it is confined to."""
        return self._root.path

    def __repr__(self) -> str:
        return f"Rooted({self._memory!r}, {self.root!r})"

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

    add = within(Memory.add)

    def add_many(self, blocks: Iterable[str | Mapping[str, Any]], *, idempotency_key: str | None = None) -> AddedBlocks:
        """As `Memory.add_many`."""
        placed = [self._placed(item, f"blocks[{i}].") for i, item in enumerate(inputs.batch(blocks))]
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

    search = within(Memory.search)
    search_json = within(Memory.search_json)
    search_many = within(Memory.search_many)
    search_many_json = within(Memory.search_many_json)
    stream = within(Memory.stream)
    context = within(Memory.context)

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
        now: Time | None = None,
        min_trust: float = 0.0,
        weights: Mapping[str, float] | None = None,
        vector: Sequence[float] | None = None,
    ) -> Explanation:
        """As `Memory.explain`."""
        scope = self._root.within(namespace)
        start = self._root.near(near, self.anchors, scope)
        return self._memory.explain(
            query, self._root.block(block).id, k=k, namespace=scope, where=where, near=start, history=history,
            exact=exact, as_of=as_of, now=now, min_trust=min_trust, weights=weights, vector=vector,
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

    list = within(Memory.list)
    count = within(Memory.count)
    facets = within(Memory.facets)
    diff = within(Memory.diff)
    namespaces = within(Memory.namespaces)

    def history(self, block: int) -> Blocks:
        """As `Memory.history`."""
        return self._memory.history(self._root.block(block).id)

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
        ids = inputs.block_ids(block)
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
        ids = inputs.block_ids(block)
        missing = set(ids) - self._root.inside(ids)
        if missing:
            raise none_used(min(missing))
        self._memory.used(ids)

    feedback = within(Memory.feedback)

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
            block = [self._root.block(one).id for one in inputs.block_ids(block)]
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
        """As `Memory.roll_back`: anchors elsewhere that pointed here are moved too, but not told of."""
        inside = self._root.within(namespace)
        done = self._memory.roll_back(origin=origin, since=since, namespace=inside, forget=forget, dry_run=dry_run)
        return done._told_within(self._root.holds)

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
        """How many `blocks`, `superseded` ones, `links` and `anchors` there are here, what makes the vectors, and by
        whose days it goes. It takes about two microseconds a block.
        """
        embedder = self._memory._embedder
        made_by = {"embedder": embedder.fingerprint, "dimension": embedder.dimension}
        there = {"anchors": len(self.anchors.status()), "time_zone": self.time_zone.get()}
        return self._memory._amounts(self.root) | there | made_by

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

    @property
    def retention(self) -> NoReturn:
        """Forbidden."""
        raise self._of_the_whole("retention")

    changes = of_the_whole(Memory.changes)
    check = of_the_whole(Memory.check)
    repair = of_the_whole(Memory.repair)
    maintain = of_the_whole(Memory.maintain)
    export = of_the_whole(Memory.export)
    import_ = of_the_whole(Memory.import_)
    import_from = of_the_whole(Memory.import_from)
    merge = of_the_whole(Memory.merge)
    certificates = of_the_whole(Memory.certificates)
    backup = of_the_whole(Memory.backup)
    drop_backups = of_the_whole(Memory.drop_backups)
    logical_hash = of_the_whole(Memory.logical_hash)

    def _of_the_whole(self, name: str) -> Forbidden:
        return Forbidden(f"`{name}` concerns the whole memory, and this one is confined to {self.root!r}")
