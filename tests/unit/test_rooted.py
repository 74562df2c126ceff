"""A memory that is confined to a namespace: what lies outside can be neither seen, nor changed, nor noticed.

That it keeps every promise of a Memory within is asked by tests/conformance/test_rooted_memory.py.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from greeum import Anchor, Anchors, Block, Context, Hit, Link, Memory, Rooted, testing
from greeum.errors import Conflict, Forbidden, GreeumError, InvalidInput, NotFound
from greeum.forgetting import Forgotten
from greeum.rooted.anchors import RootedAnchors
from greeum.testing import FrozenClock, TinyEmbedder

NEVER = 2**52
"""An id that no block has."""


@pytest.fixture
def whole() -> Iterator[Memory]:
    with testing.memory(embedder=TinyEmbedder()) as memory:
        yield memory


@pytest.fixture
def rooted(whole: Memory) -> Rooted:
    return Rooted(whole, "acme/alice")


def methods(face: type) -> dict[str, Any]:
    return {name: member for name, member in inspect.getmembers(face) if not name.startswith("_")}


@pytest.mark.parametrize(("face", "confined"), [(Memory, Rooted), (Anchors, RootedAnchors)])
def test_the_faces_are_the_same(face: type, confined: type) -> None:
    offered = methods(confined)
    for name, member in methods(face).items():
        assert name in offered, name
        if inspect.isfunction(member):
            mine, its = inspect.signature(offered[name]), inspect.signature(member)
            assert list(mine.parameters.values()) == list(its.parameters.values()), name
            assert offered[name].__doc__, name


@pytest.mark.parametrize("outside", ["acme", "acme/alice2", "acme/al", "acme/alice%2Fchat", "zoo", ["acme"]])
def test_a_namespace_outside_is_forbidden(rooted: Rooted, outside: Any) -> None:
    block = rooted.add("hello")
    acts: list[Callable[[], object]] = [
        lambda: rooted.add("hello", namespace=outside),
        lambda: rooted.add_many([{"text": "hello", "namespace": outside}]),
        lambda: rooted.search("hello", namespace=outside),
        lambda: rooted.search_json("hello", namespace=outside),
        lambda: rooted.search_many(["hello"], namespace=outside),
        lambda: rooted.search_many_json(["hello"], namespace=outside),
        lambda: rooted.stream("hello", namespace=outside),
        lambda: rooted.context("hello", namespace=outside),
        lambda: rooted.get(key="k", namespace=outside),
        lambda: rooted.list(namespace=outside),
        lambda: rooted.count(namespace=outside),
        lambda: rooted.facets("kind", namespace=outside),
        lambda: rooted.diff("2025-01-01", namespace=outside),
        lambda: rooted.explain("hello", block.id, namespace=outside),
        lambda: rooted.feedback("hello", good=[block.id], namespace=outside),
        lambda: rooted.forget(namespace=outside),
        lambda: rooted.quarantine(namespace=outside),
        lambda: rooted.release(namespace=outside),
        lambda: rooted.roll_back(origin="web", namespace=outside),
        lambda: rooted.weights.get(outside),
        lambda: rooted.weights.set({"tokens": 0}, namespace=outside),
        lambda: rooted.weights.reset(namespace=outside),
        lambda: rooted.namespaces(namespace=outside),
        lambda: rooted.anchor("A", namespace=outside),
        lambda: rooted.anchors.set("A", block.id, namespace=outside),
        lambda: rooted.anchors.get("A", namespace=outside),
        lambda: rooted.anchors.move("A", block.id, namespace=outside),
        lambda: rooted.anchors.pin("A", namespace=outside),
        lambda: rooted.anchors.unpin("A", namespace=outside),
        lambda: rooted.anchors.clear("A", namespace=outside),
        lambda: rooted.anchors.status(namespace=outside),
    ]
    for act in acts:
        with pytest.raises(Forbidden, match="acme/alice"):
            act()
    assert rooted.count() == 1


def test_what_is_left_out_is_the_root(whole: Memory, rooted: Rooted) -> None:
    whole.add("elsewhere")
    for namespace in ("", [], "acme/alice", ["acme", "alice"], "acme/%61lice"):
        assert rooted.add("hello", namespace=namespace).namespace == "acme/alice"
    assert rooted.add("hello", namespace="acme/alice/chat").namespace == "acme/alice/chat"
    assert rooted.count() == 6
    assert rooted.root == "acme/alice"
    with pytest.raises(InvalidInput) as caught:
        Rooted(whole, "/")
    assert caught.value.field == "root"


def test_the_root_of_everything_confines_to_everything(whole: Memory) -> None:
    everything = Rooted(whole, "")
    block = everything.add("hello", namespace="a")
    assert everything.get(block.id) == whole.get(block.id)
    assert everything.stats()["blocks"] == 1


def test_forgetting_here_tells_nothing_of_what_lies_outside(whole: Memory, rooted: Rooted) -> None:
    mine, other = rooted.add("mine", source="alice").id, rooted.add("mine too").id
    outside = whole.add("not mine", namespace="acme/alice2", source="alice").id
    for source, target in ((mine, other), (mine, outside), (outside, mine)):
        whole.link(source, target)
    whole.anchors.set("A", mine, namespace="acme")
    whole.anchors.set("B", mine, namespace="acme/alice")
    would = rooted.forget(where={"source": "alice"}, dry_run=True)
    done = rooted.forget(where={"source": "alice"})
    for told in (would, done):
        assert (list(told), told.links, told.anchors, told.certificate, told.untold) == ([mine], 1, 1, None, [])
    assert whole.get(outside).text == "not mine"
    with pytest.raises(Forbidden):
        rooted.forget(namespace="acme")
    with pytest.raises(Conflict, match="there are 1 blocks"):
        rooted.wipe(confirm=2)
    assert rooted.wipe(confirm=1) == [other]
    assert [block.id for block in whole.list()] == [outside]
    assert [one.to_dict()["versions"] for one in whole.certificates()] == [1, 1]


def test_rolling_back_here_neither_tells_of_what_lies_outside_nor_touches_it(whole: Memory, rooted: Rooted) -> None:
    other = rooted.add("mine").id
    outside = whole.add("not mine", namespace="acme/alice2").id
    bot = whole.through("bot")
    written = bot.add("the bot's", namespace="acme/alice", near=other).id
    for source, target in ((other, written), (other, outside), (outside, other)):
        bot.link(source, target)
    whole.anchors.set("A", written, namespace="acme")
    whole.anchors.set("B", written, namespace="acme/alice")
    would = rooted.roll_back(origin="bot", dry_run=True)
    done = rooted.roll_back(origin="bot")
    for told in (would, done):
        assert told.quarantined == [written]
        assert {(link.source, link.target) for link in told.links} == {(written, other), (other, written)}
        assert [(anchor.namespace, anchor.block_id) for anchor in told.anchors] == [("acme/alice", other)]
    assert whole.anchors.get("A", namespace="acme").block_id == other, "no anchor points to what is hidden"
    assert {(link.source, link.target) for link in whole.links(outside)} == {(other, outside), (outside, other)}


def test_naming_the_root_forgets_all_that_is_there(whole: Memory, rooted: Rooted) -> None:
    rooted.add("mine", namespace="acme/alice/chat")
    whole.add("not mine")
    assert rooted.forget(namespace="acme/alice").blocks == 1
    assert [block.text for block in whole.list()] == ["not mine"]
    assert Rooted(whole, "").forget(where={"kind": "message"}).blocks == 1


def test_what_concerns_the_whole_is_forbidden(rooted: Rooted) -> None:
    acts: list[Callable[[], object]] = [
        rooted.changes, rooted.check, rooted.export, lambda: rooted.import_([]), lambda: rooted.seq,
        rooted.certificates, lambda: rooted.backup("x"), lambda: rooted.drop_backups("x"), rooted.logical_hash,
    ]  # fmt: skip
    for act in acts:
        with pytest.raises(Forbidden, match="whole memory"):
            act()


def told(act: Callable[[], object]) -> tuple[type[GreeumError], str]:
    """What an act is refused with, without the numbers in it."""
    with pytest.raises(GreeumError) as caught:
        act()
    return type(caught.value), re.sub(r"\d+", "#", str(caught.value))


def test_a_block_outside_is_one_that_never_was(whole: Memory, rooted: Rooted) -> None:
    mine = rooted.add("mine", key="k").id
    outside = whole.add("not mine", namespace="acme/alice2", key="k").id
    old = whole.add("old", namespace="acme").id
    whole.update(old, text="new")
    before = whole.stats()
    acts: list[Callable[[int], object]] = [
        rooted.get,
        rooted.history,
        rooted.links,
        rooted.forget,
        lambda block: rooted.forget([mine, block]),
        lambda block: rooted.update(block, text="changed"),
        lambda block: rooted.update(block, importance=1.0),
        lambda block: rooted.update(block, importance=1.0, idempotency_key="r"),
        lambda block: rooted.link(mine, block),
        lambda block: rooted.link(block, mine),
        lambda block: rooted.link(block, block),
        lambda block: rooted.unlink(mine, block),
        lambda block: rooted.unlink(block, mine),
        lambda block: rooted.add("x", near=block),
        lambda block: rooted.add_many([{"text": "x"}, {"text": "y", "near": block}]),
        lambda block: rooted.search("x", near=block),
        lambda block: rooted.search_json("x", near=block),
        lambda block: rooted.search_many(["x"], near=block),
        lambda block: rooted.search_many_json(["x"], near=block),
        lambda block: rooted.stream("x", near=block),
        lambda block: rooted.context("x", near=block),
        lambda block: rooted.anchors.set("A", block),
        lambda block: rooted.get(block, namespace="acme/alice"),
        lambda block: rooted.get(block, key="k"),
    ]
    for act in acts:
        for hidden in (outside, old):
            assert told(lambda act=act, hidden=hidden: act(hidden)) == told(lambda act=act: act(NEVER))  # type: ignore[misc]
    after = whole.stats()
    assert [after[name] for name in ("seq", "blocks", "links", "anchors")] == [
        before[name] for name in ("seq", "blocks", "links", "anchors")
    ]
    assert rooted.get(key="k").id == mine


def test_anchors_that_point_outside_or_stand_above_are_not_there(whole: Memory, rooted: Rooted) -> None:
    outside, mine = whole.add("not mine").id, rooted.add("mine").id
    for namespace in ("", "acme", "acme/alice"):
        whole.anchors.set("A", outside, namespace=namespace, hops=7, pinned=True)
    above = whole.anchors.get("A")
    whole.anchors.set("A", mine, namespace="acme")
    acts: list[Callable[[str], object]] = [
        rooted.anchor,
        rooted.anchors.get,
        lambda name: rooted.anchors.move(name, mine),
        rooted.anchors.pin,
        rooted.anchors.unpin,
        rooted.anchors.clear,
        lambda name: rooted.add("x", near=name),
        lambda name: rooted.add_many([{"text": "x", "near": name}]),
        lambda name: rooted.search("x", near=name),
        lambda name: rooted.context("x", near=name),
    ]
    for act in acts:
        for name in ("A", "never"):
            with pytest.raises(NotFound, match=f"there is no anchor '{name}'"):
                act(name)
    assert rooted.anchors.status() == []
    assert (rooted.count(), rooted.stats()["anchors"]) == (1, 0)
    anchor = rooted.anchors.set("A", mine)
    assert (anchor.hops, anchor.pinned) == (1, False), "those of a new one"
    assert whole.anchors.get("A") == above
    assert rooted.anchors.status() == [anchor]


def test_an_anchor_that_was_had_from_elsewhere_leads_nowhere(whole: Memory, rooted: Rooted) -> None:
    outside, mine = whole.add("not mine"), rooted.add("mine", namespace="acme/alice/x")
    above = whole.anchors.set("A", outside.id)
    with pytest.raises(Forbidden):
        rooted.add("x", near=Anchor(("acme", "A", mine.id, 1, False, 0)))
    with pytest.raises(NotFound):
        rooted.add("x", near=above)
    with pytest.raises(NotFound):
        rooted.search("x", near=Anchor(("acme/alice", "A", outside.id, 1, False, 0)))
    own = rooted.anchors.set("B", mine.id)
    block = rooted.add("x", near=own)
    assert [link.target for link in rooted.links(block.id)] == [mine.id]
    assert rooted.anchors.get("B").block_id == block.id
    assert whole.anchors.get("A") == above


def test_an_anchor_that_is_moved_outside_meanwhile_is_not_shown(
    whole: Memory, rooted: Rooted, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside, mine = whole.add("not mine").id, rooted.add("mine").id
    rooted.anchors.set("A", mine)
    pin = whole.anchors.pin

    def move_then_pin(name: str, *, namespace: Any = "") -> Anchor:
        whole.anchors.set(name, outside, namespace=namespace)
        return pin(name, namespace=namespace)

    monkeypatch.setattr(Anchors, "pin", lambda _, name, *, namespace: move_then_pin(name, namespace=namespace))
    with pytest.raises(NotFound, match="there is no anchor 'A'"):
        rooted.anchors.pin("A")


def test_links_to_what_lies_outside_are_not_shown(whole: Memory, rooted: Rooted) -> None:
    mine, other = rooted.add("mine").id, rooted.add("other").id
    outside = whole.add("outside", namespace="acme/alice2").id
    link = whole.link(mine, other)
    whole.link(mine, outside)
    whole.link(outside, other)
    assert rooted.links(mine) == [link] == rooted.links(other)
    assert len(whole.links(mine)) == 2
    assert rooted.stats()["links"] == 1


def test_arguments_are_checked_as_ever(rooted: Rooted) -> None:
    acts: list[tuple[Callable[[], object], str]] = [
        (lambda: rooted.add_many([{"text": "x"}, {"text": "x", "namespace": "a//b"}]), "blocks[1].namespace"),
        (lambda: rooted.add_many([{"text": "x", "near": 1.5}]), "blocks[0].near"),
        (lambda: rooted.add_many([{"text": "x", "near": ""}]), "blocks[0].near"),
        (lambda: rooted.add_many([7]), "blocks[0]"),  # type: ignore[list-item]
        (lambda: rooted.add_many("x"), "blocks"),
        (lambda: rooted.get(True), "block"),
        (rooted.get, "block"),
        (lambda: rooted.link(0, 1), "source"),
        (lambda: rooted.link(rooted.add("x").id, 0), "target"),
        (lambda: rooted.forget("x"), "block"),  # type: ignore[arg-type]
        (lambda: rooted.search_many("x"), "queries"),
        (lambda: rooted.anchor(""), "name"),
    ]
    for act, field in acts:
        with pytest.raises(InvalidInput) as caught:
            act()
        assert caught.value.field == field


def test_hits_as_json_are_those_of_a_search(whole: Memory, rooted: Rooted) -> None:
    whole.add("the old violin", namespace="acme/alice2")
    rooted.add_many([{"text": "an old violin", "key": "k"}, {"text": "a new piano", "near": None}])
    rooted.anchors.set("A", rooted.get(key="k").id)
    hits = [hit.to_dict() for hit in rooted.search("violin", near="A")]
    assert json.loads(rooted.search_json("violin", near="A")) == hits
    assert [json.loads(one) for one in rooted.search_many_json(["violin"] * 2, near="A")] == [hits, hits]
    assert [[hit.to_dict() for hit in one] for one in rooted.search_many(["violin"], near="A")] == [hits]


def test_a_cursor_of_another_root_is_refused(whole: Memory, rooted: Rooted) -> None:
    other = Rooted(whole, "acme/bob")
    for memory in (rooted, other):
        memory.add_many({"text": "x", "namespace": f"{memory.root}/{number}"} for number in range(4))
    for listing in ("list", "namespaces"):
        cursor = getattr(other, listing)(limit=2).cursor
        assert cursor is not None
        with pytest.raises(InvalidInput):
            getattr(rooted, listing)(cursor=cursor)


def test_closing_it_closes_the_memory(whole: Memory) -> None:
    with Rooted(whole, "a") as rooted:
        rooted.add("x")
        assert rooted.at_hand == whole.at_hand
    with pytest.raises(GreeumError, match="closed"):
        whole.add("x")


# Whatever others do round about, it makes no difference.

MINE, OTHER = "acme/alice", "acme/alice2"
PLACES = ("", "/x", "/x/y")
TEXTS = ("the old violin", "rain in Busan", "부산 바다", "violin")
NAMES = ("A", "B")
NUMBERS = st.integers(0, 7)


class Confined(RuleBasedStateMachine):
    """What is done within a root is done in a memory that has nothing else, too, and is answered alike in both."""

    @initialize()
    def open(self) -> None:
        clock = FrozenClock()
        self.whole = testing.memory(embedder=TinyEmbedder(), clock=clock)
        self.alone = testing.memory(embedder=TinyEmbedder(), clock=clock)
        self.rooted = Rooted(self.whole, MINE)
        self.mirror = Rooted(self.alone, MINE)
        self.ids: list[tuple[int, int]] = []
        """Blocks within, as they are called in the whole memory and in the other."""
        self.outside: list[int] = []
        for place in ("", "acme", OTHER):
            self.outside.append(self.whole.add("the old violin", namespace=place).id)
        for text in TEXTS:
            self.both(lambda memory, _, text=text: memory.add(text))  # type: ignore[misc]
        self.both(lambda memory, block: memory.anchors.set("A", block(0)))

    def teardown(self) -> None:
        self.whole.close()
        self.alone.close()

    def block(self, number: int) -> tuple[int, int]:
        """A block in both: one within, or one outside, which the other memory knows nothing of."""
        number %= len(self.ids) + 2
        return self.ids[number] if number < len(self.ids) else (self.outside[number % len(self.outside)], NEVER)

    def within(self, number: int) -> int | None:
        """A block within, as it is called in the whole memory, if it is still there."""
        block = self.ids[number % len(self.ids)][0]
        return block if self.whole_has(block) else None

    def both(self, act: Callable[[Rooted, Callable[[int], int]], Any]) -> None:
        here = outcome(lambda: act(self.rooted, lambda number: self.block(number)[0]))
        there = outcome(lambda: act(self.mirror, lambda number: self.block(number)[1]))
        if isinstance(here, Block) and isinstance(there, Block):
            self.know(here, there)
        mine, other = dict(self.ids), {b: b for _, b in self.ids}
        assert plain(here, mine) == plain(there, other)

    def know(self, here: Block, there: Block) -> None:
        if (here.id, there.id) not in self.ids:
            self.ids.append((here.id, there.id))

    @rule(
        text=st.sampled_from(TEXTS),
        place=st.sampled_from(PLACES),
        key=st.sampled_from((None, None, "k")),
        near=st.none() | st.none() | NUMBERS | st.sampled_from(NAMES),
        request=st.sampled_from((None, None, "r")),
    )
    def add(self, text: str, place: str, key: str | None, near: int | str | None, request: str | None) -> None:
        def act(memory: Rooted, block: Callable[[int], int]) -> Block:
            at = block(near) if isinstance(near, int) else near
            return memory.add(text, namespace=MINE + place, key=key, near=at, idempotency_key=request)

        self.both(act)

    @rule(number=NUMBERS, text=st.none() | st.sampled_from(TEXTS), importance=st.sampled_from((0.25, 0.75)))
    def update(self, number: int, text: str | None, importance: float) -> None:
        fields: dict[str, Any] = {"importance": importance} if text is None else {"text": text}
        self.both(lambda memory, block: memory.update(block(number), **fields))

    @rule(numbers=st.lists(NUMBERS, max_size=2))
    def forget(self, numbers: list[int]) -> None:
        self.both(lambda memory, block: memory.forget([block(number) for number in numbers]))

    @rule(start=NUMBERS, end=NUMBERS, what=st.sampled_from(("link", "unlink")))
    def link(self, start: int, end: int, what: str) -> None:
        self.both(lambda memory, block: getattr(memory, what)(block(start), block(end), kind="k"))

    @rule(
        name=st.sampled_from(NAMES),
        number=NUMBERS,
        place=st.sampled_from(PLACES),
        what=st.sampled_from(("set", "move", "pin", "unpin", "clear", "get")),
    )
    def anchor(self, name: str, number: int, place: str, what: str) -> None:
        def act(memory: Rooted, block: Callable[[int], int]) -> Any:
            pointed_to = [block(number)] if what in ("set", "move") else []
            return getattr(memory.anchors, what)(name, *pointed_to, namespace=MINE + place)

        self.both(act)

    @rule(number=NUMBERS)
    def read(self, number: int) -> None:
        for name in ("get", "history", "links"):
            self.both(lambda memory, block, name=name: getattr(memory, name)(block(number)))  # type: ignore[misc]

    @rule(near=st.none() | NUMBERS | st.sampled_from(NAMES), place=st.sampled_from(PLACES), history=st.booleans())
    def search(self, near: int | str | None, place: str, history: bool) -> None:
        def act(memory: Rooted, block: Callable[[int], int]) -> Any:
            at = block(near) if isinstance(near, int) else near
            return memory.search("violin in Busan 부산", near=at, namespace=MINE + place, history=history, k=50)

        self.both(act)

    # What others do, whom nothing confines.

    @rule(text=st.sampled_from(TEXTS), place=st.sampled_from(("", "acme", OTHER, "acme/alic")), near=st.booleans())
    def add_outside(self, text: str, place: str, near: bool) -> None:
        self.outside.append(self.whole.add(text, namespace=place, near=self.within(0) if near else None).id)

    @rule(number=NUMBERS, arrives=st.booleans())
    def link_across(self, number: int, arrives: bool) -> None:
        inner, outer = self.within(number), self.outside[number % len(self.outside)]
        if inner is not None and self.whole_has(outer):
            ends = (outer, inner) if arrives else (inner, outer)
            self.whole.link(*ends, kind="k")

    @rule(name=st.sampled_from(NAMES), place=st.sampled_from(("", "acme", OTHER)), number=NUMBERS)
    def anchor_elsewhere(self, name: str, place: str, number: int) -> None:
        for block in (self.within(number), self.outside[number % len(self.outside)]):
            if block is not None and self.whole_has(block):
                self.whole.anchors.set(name, block, namespace=place, hops=7, pinned=True)

    @rule(name=st.sampled_from(NAMES), place=st.sampled_from(PLACES), number=NUMBERS)
    def anchor_here_points_outside(self, name: str, place: str, number: int) -> None:
        """It is no longer there for those within, and they are told so."""
        block = self.outside[number % len(self.outside)]
        if self.whole_has(block):
            outcome(lambda: self.mirror.anchors.clear(name, namespace=MINE + place))
            self.whole.anchors.set(name, block, namespace=MINE + place, hops=7, pinned=True)

    @rule(number=NUMBERS)
    def change_outside(self, number: int) -> None:
        block = self.outside[number % len(self.outside)]
        if self.whole_has(block) and self.whole.get(block).superseded_by is None:
            self.outside.append(self.whole.update(block, text="violin, corrected").id)

    @rule(number=NUMBERS)
    def forget_outside(self, number: int) -> None:
        block = self.outside[number % len(self.outside)]
        if self.whole_has(block):
            self.whole.forget(block)

    def whole_has(self, block: int) -> bool:
        return not isinstance(outcome(lambda: self.whole.get(block)), tuple)

    @invariant()
    def everything_within_is_told_alike(self) -> None:
        questions: list[Callable[[Rooted], object]] = [
            lambda memory: memory.list(history=True),
            lambda memory: memory.search("violin", k=50, exact=True),
            lambda memory: memory.context("violin Busan", max_tokens=300),
            lambda memory: memory.count(history=True),
            lambda memory: memory.facets(["kind", "source", "tags", "namespace"]),
            lambda memory: memory.namespaces(),
            lambda memory: memory.anchors.status(),
            lambda memory: memory.get(key="k"),
            lambda memory: memory.anchor("A", namespace=MINE + "/x"),
            lambda memory: memory.anchor("B", namespace=MINE + "/x"),
            lambda memory: memory.stats(),
        ]
        for question in questions:
            self.both(lambda memory, _, question=question: question(memory))  # type: ignore[misc]


def outcome(act: Callable[[], Any]) -> Any:
    """What it returned, or what it was refused with."""
    try:
        return act()
    except GreeumError as error:
        return type(error), re.sub(r"\d+", "#", str(error))


def plain(answer: Any, ids: dict[int, int]) -> Any:  # noqa: PLR0911 - one for each kind of answer
    """An answer to compare: blocks by the ids that they have in the other memory, and without what is chance."""
    if isinstance(answer, Forgotten):
        return [ids.get(one, one) for one in answer], answer.to_dict()
    if isinstance(answer, Block):
        versions = {"supersedes": answer.supersedes, "superseded_by": answer.superseded_by}
        named = {name: block and ids[block] for name, block in versions.items()}
        return answer.to_dict() | {"id": ids[answer.id], "uid": ""} | named
    if isinstance(answer, Hit):
        return plain(answer.block, ids), round(answer.score, 3)
    if isinstance(answer, Link):
        return ids[answer.source], ids[answer.target], answer.kind, answer.weight
    if isinstance(answer, Anchor):
        return answer.to_dict() | {"block_id": ids[answer.block_id]}
    if isinstance(answer, Context):
        text = re.sub(r"^\[(\d+)\]", lambda found: f"[{ids[int(found[1])]}]", answer.text, flags=re.MULTILINE)
        return text, plain(answer.blocks, ids)
    if isinstance(answer, list):
        return [ids.get(one, one) if isinstance(one, int) else plain(one, ids) for one in answer]
    return answer


def test_others_make_no_difference() -> None:
    run_state_machine_as_test(
        Confined,
        settings=settings(
            max_examples=40,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )


def test_a_pinned_anchor_is_not_moved(rooted: Rooted) -> None:
    block = rooted.add("x").id
    rooted.anchors.set("A", block, pinned=True)
    with pytest.raises(Conflict, match="pinned"):
        rooted.anchors.move("A", block)
