"""A memory on a disk against a plain model of it: whatever is done to both, and however the process ends, they agree.

Each rule is one step, and after every step a question is asked of both. A *crash* takes the files as they are, as the
end of the process would leave them, and goes on from there; one in the middle of a change has the disk fail at some
write.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import apsw
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from tests.integration.disk import Disk
from tests.machine.known import Known, State

from greeum import Block, Memory, wiring
from greeum.embed.static import StaticEmbedder
from greeum.errors import Conflict, GreeumError, NotFound, StoreError
from greeum.model import moment
from greeum.store.sqlite import SQLiteStore
from greeum.testing import FrozenClock

NAMESPACES = ("", "a", "a/b", "a2", "가")
KEYS = ("home", "work")
KINDS = ("message", "fact")
SOURCES = (None, "alice", "bob")
TAGS = ((), ("x",), ("x", "y"))
ANCHORS = ("A", "B")
WORDS = ("violin", "garden", "harbor", "lantern", "부산", "기차", "바다", "시장")

MINUTE = 60_000_000
WRITES_MAX = 12
"""A change of one block is some five to ten writes of the database: one in the middle is hit most of the time."""

NUMBER = st.integers(0, 10_000)
"""Which of the things that there are: taken modulo how many there are."""


class Operations(Counter[str]):
    """How often each was done, over all runs."""


DONE = Operations()
"""Of this process."""


def known_of(block: Block, clock: FrozenClock) -> Known:
    """A block as it came back; what was not told is the default."""
    known = shown(block)
    assert known.added_at == clock.now_us
    assert (known.revision, known.supersedes, known.superseded_by) == (1, block.supersedes, None)
    return replace(known, supersedes=None)


def shown(block: Block) -> Known:
    """All that the model has of a block."""
    row: Any = block._row
    values: tuple[Any, ...] = (*row[:7], block.tags, row[8], *row[10:19])
    return Known(*values)


class Machine(RuleBasedStateMachine):
    """See the module. `check` is asked after each step; a fault may be planted around the whole run."""

    @initialize()
    def begin(self) -> None:
        self.temporary = TemporaryDirectory()
        self.number = 0
        self.disk = Disk()
        self.clock = FrozenClock("2026-01-01T00:00:00Z")
        self.state = State()
        self.moments = [self.clock.now_us]
        self.directory = Path(self.temporary.name) / "0"
        self.memory = self.open()
        self.words = 0
        self.steps = 0

    def open(self) -> Memory:
        store = SQLiteStore(str(self.directory), vfs=self.disk.name)
        index = str(self.directory / wiring.INDEX_DIRECTORY)
        return wiring.join(store, StaticEmbedder(), index, now_us=self.clock)

    def teardown(self) -> None:
        if hasattr(self, "memory"):
            self.disk.mend()
            close(self.memory)
            self.temporary.cleanup()

    # What is done.

    def fields(self, number: int) -> dict[str, Any]:
        """Fields of a block out of one number, and a text that no other block has."""
        self.words += 1
        times = {}
        if number % 5 == 1:
            times["expires_at"] = moment(self.clock.now_us + (number % 7 - 1) * MINUTE)
        if number % 5 == 2:
            times["valid_from"] = moment(self.clock.now_us + (number % 3 - 1) * MINUTE)
        if number % 5 == 3:
            times["valid_to"] = moment(self.clock.now_us + (number % 4) * MINUTE)
        return {
            "text": f"{WORDS[number % len(WORDS)]} {WORDS[number // 8 % len(WORDS)]} w{self.words}q",
            "namespace": NAMESPACES[number % len(NAMESPACES)],
            "kind": KINDS[number % 2],
            "source": SOURCES[number % 3],
            "tags": TAGS[number % len(TAGS)],
            "importance": number % 11 / 10,
            **times,
        }

    @rule(number=NUMBER)
    def add(self, number: int) -> None:
        fields = self.fields(number)
        with self.step("add"):
            self.state.add(known_of(self.memory.add(**fields), self.clock))

    @rule(number=NUMBER, key=st.sampled_from(KEYS))
    def add_with_a_key(self, number: int, key: str) -> None:
        fields = self.fields(number)
        head = self.state.head(fields["namespace"], key)
        with self.step("add_with_a_key"):
            if head is None:
                self.state.add(known_of(self.memory.add(**fields, key=key), self.clock))
            elif number % 2:
                same = self.memory.add(head.text, namespace=head.namespace, key=key)
                assert shown(same) == head
            else:
                refused(Conflict, lambda: self.memory.add(**fields, key=key))

    @rule(numbers=st.lists(NUMBER, min_size=2, max_size=6))
    def add_many(self, numbers: list[int]) -> None:
        items = [self.fields(number) for number in numbers]
        with self.step("add_many"):
            for block in self.memory.add_many(items):
                self.state.add(known_of(block, self.clock))

    @precondition(lambda self: self.state.blocks)
    @rule(number=NUMBER, other=NUMBER, name=st.sampled_from(ANCHORS))
    def add_near(self, number: int, other: int, name: str) -> None:
        fields = self.fields(number)
        place = (fields["namespace"], name)
        with self.step("add_near"):
            if number % 2 or place not in self.state.anchors:
                target: Any = self.pick(other).id
                block = self.memory.add(**fields, near=target)
            else:
                target = place
                block = self.memory.add(**fields, near=name)
            self.state.add(known_of(block, self.clock), target)

    @precondition(lambda self: self.state.blocks)
    @rule(number=NUMBER, other=NUMBER)
    def correct(self, number: int, other: int) -> None:
        block = self.pick(number)
        text = self.fields(other)["text"]
        with self.step("correct"):
            if block.superseded_by is not None:
                refused(Conflict, lambda: self.memory.update(block.id, text=text))
                return
            self.clock.advance(1)
            new = self.memory.update(block.id, text=text)
            expected = (block.namespace, block.key, block.kind, block.source, block.tags, block.importance)
            assert (new.namespace, new.key, new.kind, new.source, new.tags, new.importance) == expected
            self.state.supersede(block.id, known_of(new, self.clock))

    @precondition(lambda self: self.state.blocks)
    @rule(number=NUMBER, other=NUMBER)
    def revise(self, number: int, other: int) -> None:
        block = self.pick(number)
        fields = self.fields(other)
        change = {name: fields[name] for name in ("kind", "source", "tags", "importance")}
        with self.step("revise"):
            if block.superseded_by is not None:
                refused(Conflict, lambda: self.memory.update(block.id, **change))
                return
            refused(Conflict, lambda: self.memory.update(block.id, **change, revision=block.revision + 1))
            self.memory.update(block.id, **change, revision=block.revision)
            self.state.revise(block.id, **change)

    @precondition(lambda self: len(self.state.blocks) > 3)
    @rule(numbers=st.lists(NUMBER, min_size=1, max_size=3))
    def forget(self, numbers: list[int]) -> None:
        wanted = [self.pick(number).id for number in numbers]
        missing = max(self.state.blocks) + 1_000
        with self.step("forget"):
            refused(NotFound, lambda: self.memory.forget([*wanted, missing]))
            assert self.memory.forget(wanted) == self.state.forget(wanted)

    @precondition(lambda self: self.state.blocks)
    @rule(number=NUMBER, kept=st.integers(4, 40))
    def maintain(self, number: int, kept: int) -> None:
        """What has expired is erased, and all but the newest so many of a namespace; a second run has nothing to do."""
        namespace = NAMESPACES[number % len(NAMESPACES)]
        self.memory.retention.set(namespace, max_blocks=kept)
        with self.step("maintain"):
            expired = [
                block.id for block in self.heads() if (block.expires_at or self.clock.now_us + 1) <= self.clock.now_us
            ]
            self.state.forget(expired)
            inside = sorted((block.added_at, block.id) for block in self.heads() if block.is_in(namespace))
            outlived = [block for _, block in inside[: max(len(inside) - kept, 0)]]
            self.state.forget(outlived)
            counts = self.memory.maintain(grace=0).counts
            assert (counts["expired"], counts["outlived"]) == (len(expired), len(outlived))
            assert sum(self.memory.maintain(grace=0).counts.values()) == 0
        self.memory.retention.clear(namespace)

    def heads(self) -> list[Known]:
        return [block for block in self.state.blocks.values() if block.superseded_by is None]

    @precondition(lambda self: len(self.state.blocks) > 1)
    @rule(number=NUMBER, other=NUMBER, kind=st.sampled_from(("about", "cause")))
    def link(self, number: int, other: int, kind: str) -> None:
        source, target = self.pick(number).id, self.pick(other).id
        with self.step("link"):
            if source != target:
                self.memory.link(source, target, kind=kind, weight=number % 11 / 10)
                self.state.links[source, target, kind] = number % 11 / 10

    @precondition(lambda self: self.state.links)
    @rule(number=NUMBER)
    def unlink(self, number: int) -> None:
        ends = sorted(self.state.links)[number % len(self.state.links)]
        with self.step("unlink"):
            self.memory.unlink(ends[0], ends[1], kind=ends[2])
            del self.state.links[ends]
            refused(NotFound, lambda: self.memory.unlink(ends[0], ends[1], kind=ends[2]))

    @precondition(lambda self: self.state.blocks)
    @rule(number=NUMBER, name=st.sampled_from(ANCHORS), pinned=st.booleans(), hops=st.integers(1, 3))
    def set_anchor(self, number: int, name: str, hops: int, *, pinned: bool) -> None:
        block = self.pick(number)
        with self.step("set_anchor"):
            self.memory.anchors.set(name, block.id, namespace=block.namespace, hops=hops, pinned=pinned)
            self.state.anchors[block.namespace, name] = (block.id, hops, pinned)

    @precondition(lambda self: self.state.anchors)
    @rule(number=NUMBER)
    def clear_or_pin_anchor(self, number: int) -> None:
        place = sorted(self.state.anchors)[number % len(self.state.anchors)]
        with self.step("clear_or_pin_anchor"):
            if number % 2:
                self.memory.anchors.clear(place[1], namespace=place[0])
                del self.state.anchors[place]
            else:
                self.memory.anchors.pin(place[1], namespace=place[0])
                self.state.anchors[place] = (*self.state.anchors[place][:2], True)

    @rule(minutes=st.integers(1, 5))
    def wait(self, minutes: int) -> None:
        with self.step("wait"):
            self.clock.advance(60 * minutes)
            self.moments.append(self.clock.now_us)

    # How the process ends.

    @rule()
    def reopen(self) -> None:
        with self.step("reopen"):
            close(self.memory)
            self.memory = self.open()

    @rule()
    def fold(self) -> None:
        with self.step("fold"):
            self.memory._follower._fold(wait=True)

    @rule()
    def crash(self) -> None:
        with self.step("crash"):
            self.go_on_from_the_files()

    @rule(number=NUMBER, nth=st.integers(1, WRITES_MAX))
    def crash_in_the_middle(self, number: int, nth: int) -> None:
        """Either all of the change is there afterwards, or none of it."""
        before = self.state.copy()
        fields = self.fields(number)
        self.disk.fail(lambda act, written: apsw.SQLITE_IOERR if (act, written) == ("write", nth) else 0)
        done = None
        with self.step("crash_in_the_middle"):
            try:
                if number % 3 and self.state.blocks:
                    block = self.pick(number).id
                    self.memory.forget(block)
                    before.forget([block])
                    done = before
                else:
                    added = self.memory.add(**fields)
                    before.add(known_of(added, self.clock))
                    done = before
            except StoreError:
                pass
            self.disk.mend()
            self.go_on_from_the_files()
            if done is not None:
                self.state = done
            else:
                self.settle(number, fields)

    def settle(self, number: int, fields: dict[str, Any]) -> None:
        """A change that was not acknowledged may have happened all the same, but then as a whole."""
        there = {block.id for block in self.every(history=True, expired=True)}
        if there == set(self.state.blocks):
            return
        after = self.state.copy()
        if number % 3 and self.state.blocks:
            after.forget([self.pick(number).id])
        else:
            [new] = there - set(self.state.blocks)
            block = self.memory.get(new)
            assert block.text == fields["text"]
            after.add(known_of(block, self.clock))
        assert there == set(after.blocks)
        self.state = after

    def go_on_from_the_files(self) -> None:
        """Leave the process as it is, and open what another one would find."""
        self.number += 1
        directory = Path(self.temporary.name) / str(self.number)
        shutil.copytree(self.directory, directory, ignore=shutil.ignore_patterns("*.lock", "*-shm"))
        old, left = self.memory, self.directory
        self.directory = directory
        self.memory = self.open()
        close(old)
        shutil.rmtree(left)

    # What is asked.

    def every(self, *, history: bool = False, expired: bool = False) -> list[Block]:
        if expired:
            ids = self.memory._store.ids(0, 100_000)
            return [self.memory.get(block) for block in ids]
        return list(self.memory.list(history=history, limit=1_000))

    @contextmanager
    def step(self, operation: str) -> Iterator[None]:
        """Count it, and ask about everything that it may have touched."""
        yield
        DONE[operation] += 1
        self.steps += 1
        self.check(self.steps)

    def check(self, number: int) -> None:
        now, namespace = self.clock.now_us, NAMESPACES[number % len(NAMESPACES)]
        history = number % 3 == 0
        then = None if number % 2 else self.moments[number % len(self.moments)]
        as_of = None if then is None else moment(then)
        expected = self.state.seen(now, namespace, then, history=history)
        found = self.memory.list(namespace=namespace, history=history, as_of=as_of, limit=1_000)
        assert [shown(block) for block in found] == expected
        assert self.memory.count(namespace=namespace, history=history, as_of=as_of) == len(expected)
        self.check_edges()
        if self.state.blocks:
            self.check_block(self.pick(number), as_of, then)
        if number % 7 == 0:
            self.check_difference(then)

    def check_edges(self) -> None:
        links = {row[:3]: row[3] for row in self.memory._store.links(sorted(self.state.blocks))}
        assert links == self.state.links
        anchors = {(a.namespace, a.name): (a.block_id, a.hops, a.pinned) for a in self.memory.anchors.status()}
        assert anchors == self.state.anchors

    def check_block(self, block: Known, as_of: datetime | None, then: int | None) -> None:
        assert shown(self.memory.get(block.id)) == block
        chain = self.state.chain(block.id)
        assert [shown(version) for version in self.memory.history(block.id)] == chain
        word = block.text.rpartition(" ")[2]
        hits = self.memory.search(word, k=1_000, namespace=block.namespace, as_of=as_of, exact=True)
        said = {hit.block.id: hit.parts["words"] for hit in hits}
        assert (block.id in said) == block.is_seen(self.clock.now_us, then, history=False)
        assert block.id not in said or said[block.id] == max(said.values())
        if then is not None:
            recorded = [version for version in chain if version.added_at <= then]
            if recorded:
                assert shown(self.memory.get(block.id, as_of=as_of)) == recorded[-1]
            else:
                refused(NotFound, lambda: self.memory.get(block.id, as_of=as_of))

    def check_difference(self, then: int | None) -> None:
        since = self.moments[0] if then is None else then
        now = self.clock.now_us
        before = {block.id for block in self.state.seen(now, "", since)}
        after = {block.id for block in self.state.seen(now, "", now)}
        found = self.memory.diff(moment(since), moment(now), limit=1_000)
        new = {block.id for block in found.added} | {pair[1].id for pair in found.changed}
        old = {block.id for block in found.removed} | {pair[0].id for pair in found.changed}
        assert (new, old) == (after - before, before - after)
        chains = {chain_of(self.state, block) for block in before - after}
        corrected = {block for block in after - before if chain_of(self.state, block) in chains}
        assert {pair[1].id for pair in found.changed} == corrected

    def pick(self, number: int) -> Known:
        """One of the blocks that there are."""
        ids = sorted(self.state.blocks)
        return self.state.blocks[ids[number % len(ids)]]


def chain_of(state: State, block: int) -> int:
    return state.chain(block)[0].id


def close(memory: Memory) -> None:
    """SQLite, when the last one closes, tries for a lock that a reader cannot have, and makes nothing of it; a file
    system layer in Python tells of it all the same.
    """
    with suppress(apsw.IOError):
        memory.close()


def refused(error: type[GreeumError], act: Callable[[], object]) -> None:
    """It must raise this."""
    try:
        act()
    except error:
        return
    raise AssertionError(f"{error.__name__} was not raised")
