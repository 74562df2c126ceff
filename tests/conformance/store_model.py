"""A Store against its twin in memory: whatever is done to both, both answer alike, in results and in errors."""

from __future__ import annotations

from collections.abc import Callable
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from tests.conformance.store import draft

from greeum.errors import GreeumError
from greeum.store.certificates import uid_digest
from greeum.store.memory import MemoryStore
from greeum.store.protocol import Erased, ErasureRequest, Store

# Few of each, so that they meet.
IDS = st.integers(1, 9)
NAMESPACES = ("", "a", "a/b", "a2")
KEYS = ("k", "l")
NAMES = ("A", "B")
KINDS = ("x", "y")
HOPS = st.none() | st.integers(1, 8)
NEAR = st.none() | IDS | st.tuples(st.sampled_from(NAMESPACES), st.sampled_from(NAMES))

DRAFTS = st.fixed_dictionaries(
    {
        "text": st.sampled_from(("one", "two")),
        "namespace": st.sampled_from(NAMESPACES),
        "key": st.none() | st.sampled_from(KEYS),
        "near": NEAR,
    },
    optional={
        "uid": st.sampled_from(("u1", "u2")),
        "importance": st.floats(0, 1),
        "vectors": st.binary(max_size=3),
        "source": st.sampled_from(("alice", "bob")),
        "tags": st.sampled_from(("[]", '["a"]', '["b","a"]')),
        "is_repeatable": st.booleans(),
    },
)
FIELDS = st.fixed_dictionaries(
    {},
    optional={"importance": st.floats(0, 1), "source": st.none() | st.text(max_size=3), "text": st.just("changed")},
)


class Twins(RuleBasedStateMachine):
    """Every rule is done to both stores; every question is asked of both after each."""

    open_other: Callable[[str], Store]

    @initialize()
    def open(self) -> None:
        self.directory = TemporaryDirectory()
        self.memory: Store = MemoryStore()
        self.other = self.open_other(self.directory.name)

    def teardown(self) -> None:
        self.other.close()
        self.directory.cleanup()

    def both(self, act: Callable[[Store], object]) -> None:
        assert outcome(act, self.other) == outcome(act, self.memory)

    @rule(fields=st.lists(DRAFTS, max_size=4))
    def add(self, fields: list[dict[str, Any]]) -> None:
        drafts = [draft(**each) for each in fields]
        self.both(lambda store: store.add(drafts))

    @rule(block_id=IDS, fields=DRAFTS)
    def supersede(self, block_id: int, fields: dict[str, Any]) -> None:
        new = draft(**fields)
        self.both(lambda store: store.supersede(block_id, new))

    @rule(block_id=IDS, fields=DRAFTS)
    def supersede_in_place(self, block_id: int, fields: dict[str, Any]) -> None:
        for row in self.memory.blocks([block_id]):
            new = draft(**{**fields, "namespace": row[2], "key": None})
            self.both(lambda store, new=new: store.supersede(block_id, new))  # type: ignore[misc]

    @rule(block_id=IDS, fields=FIELDS, revision=st.none() | st.integers(1, 2))
    def revise(self, block_id: int, fields: dict[str, object], revision: int | None) -> None:
        self.both(lambda store: store.revise(block_id, fields, revision))

    @rule(block_ids=st.lists(IDS, max_size=2))
    def forget(self, block_ids: list[int]) -> None:
        self.both(lambda store: store.forget(block_ids))

    @rule(block_ids=st.lists(IDS, max_size=2), origin=st.sampled_from(("", "cli")), at=st.integers(0, 9))
    def forget_for_somebody(self, block_ids: list[int], origin: str, at: int) -> None:
        request = ErasureRequest(asked='{"by":"filter"}', origin=origin, at=at)
        self.both(lambda store: store.forget(block_ids, request))

    @rule(block_ids=st.lists(IDS, max_size=3), last=st.integers(0, 12))
    def reconcile(self, block_ids: list[int], last: int) -> None:
        ledger = [(uid_digest(row[1]), last, 1) for row in self.memory.blocks(block_ids)]
        self.both(lambda store: store.reconcile(ledger))

    @rule(start=IDS, end=IDS, kind=st.sampled_from(KINDS), weight=st.floats(0, 1), at=st.integers(0, 9))
    def link(self, start: int, end: int, kind: str, weight: float, at: int) -> None:
        self.both(lambda store: store.link(start, end, kind, weight, at))

    @rule(start=IDS, end=IDS, kind=st.sampled_from(KINDS))
    def unlink(self, start: int, end: int, kind: str) -> None:
        self.both(lambda store: store.unlink(start, end, kind))

    @rule(
        namespace=st.sampled_from(NAMESPACES),
        name=st.sampled_from(NAMES),
        block_id=IDS,
        hops=HOPS,
        pinned=st.none() | st.booleans(),
        at=st.integers(0, 9),
    )
    def set_anchor(
        self, *, namespace: str, name: str, block_id: int, hops: int | None, pinned: bool | None, at: int
    ) -> None:
        self.both(lambda store: store.set_anchor(namespace, name, block_id, hops, pinned, at))

    @rule(namespace=st.sampled_from(NAMESPACES), name=st.sampled_from(NAMES), pinned=st.booleans())
    def pin_anchor(self, namespace: str, name: str, pinned: bool) -> None:
        self.both(lambda store: store.pin_anchor(namespace, name, pinned))

    @rule(namespace=st.sampled_from(NAMESPACES), name=st.sampled_from(NAMES))
    def clear_anchor(self, namespace: str, name: str) -> None:
        self.both(lambda store: store.clear_anchor(namespace, name))

    @rule(dimension=st.integers(1, 2))
    def bind_embedder(self, dimension: int) -> None:
        self.both(lambda store: store.bind_embedder("fingerprint", dimension))

    @rule()
    def reopen(self) -> None:
        self.other.close()
        self.other = self.open_other(self.directory.name)

    @invariant()
    def every_question_has_one_answer(self) -> None:
        self.both(answers)


def outcome(act: Callable[[Store], object], store: Store) -> object:
    """What it returned, or the kind of error that it raised."""
    try:
        return act(store)
    except GreeumError as error:
        return type(error)


def amounts(erased: Erased) -> tuple[object, ...]:
    return list(erased), erased.blocks, erased.links, erased.anchors, erased.certificate


def answers(store: Store) -> list[object]:
    """The answers to all questions there are."""
    ids = store.ids(0, 100)
    wanted = [*reversed(ids), 99, *ids[:2]]
    counts = store.counts()
    del counts["bytes"]
    return [
        ids,
        store.ids(2, 2),
        store.seq(),
        store.embedder(),
        counts,
        store.blocks(wanted),
        store.entries(wanted),
        [store.history(block_id) for block_id in wanted],
        [amounts(store.would_forget([block_id])) for block_id in wanted],
        store.certificates(),
        store.ledger(-1),
        store.ledger(1),
        store.links(wanted),
        store.backlinks(wanted),
        [store.block_by_key(namespace, key) for namespace in NAMESPACES for key in KEYS],
        [store.anchors(namespace) for namespace in NAMESPACES],
        [store.anchor(namespace, name) for namespace in NAMESPACES for name in NAMES],
        [store.tally(field, ids) for field in ("kind", "source", "tags")],
        store.changes(0, 1_000),
        store.changes(store.seq() // 2, 3),
    ]


def compare_with_memory(open_store: Callable[[str], Store]) -> None:
    """Drive random histories through a MemoryStore and the Store that `open_store` opens in a directory."""

    class Pair(Twins):
        open_other = staticmethod(open_store)

    run_state_machine_as_test(
        Pair,
        settings=settings(
            max_examples=50,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
