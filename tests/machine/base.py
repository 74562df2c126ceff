"""What every rule of the machine stands on: the memory, the model beside it, and the questions after each step."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine, initialize
from tests.integration.disk import Disk
from tests.machine.known import Known, State

from greeum import Block, Memory, wiring
from greeum.embed.static import StaticEmbedder
from greeum.errors import GreeumError, NotFound
from greeum.model import moment
from greeum.store.sqlite import SQLiteStore
from greeum.testing import FrozenClock

NAMESPACES = ("", "a", "a/b", "a2", "가")
KINDS = ("message", "fact")
SOURCES = (None, "alice", "bob")
TAGS = ((), ("x",), ("x", "y"))
ANCHORS = ("A", "B")
WORDS = ("violin", "garden", "harbor", "lantern", "부산", "기차", "바다", "시장")

DOORS = (("", 1.0), ("web", 1.0), ("mail", 0.5), ("mail/list", 0.5))
"""By which what is written comes, and how far it is trusted."""

MINUTE = 60_000_000

DONE: Counter[str] = Counter()
"""How often each operation was done in this process."""


class Base(RuleBasedStateMachine):
    """Without any rule. `check` is asked after each step."""

    @initialize()
    def begin(self) -> None:
        self.temporary = TemporaryDirectory()
        self.number = 0
        self.disk = Disk()
        self.clock = FrozenClock("2026-01-01T00:00:00Z")
        self.state = State()
        self.moments = [self.clock.now_us]
        self.directory = self.new_directory()
        self.memory = self.open()
        self.words = 0
        self.steps = 0
        self.begin_backups()

    def begin_backups(self) -> None:
        """For whoever makes some."""

    def new_directory(self) -> Path:
        self.number += 1
        return Path(self.temporary.name) / str(self.number)

    def open(self, directory: Path | None = None) -> Memory:
        where = directory or self.directory
        store = SQLiteStore(str(where), vfs=self.disk.name)
        return wiring.join(store, StaticEmbedder(), str(where / wiring.INDEX_DIRECTORY), now_us=self.clock)

    def go_on_in(self, directory: Path) -> None:
        """Leave the memory as it is, and have another one in its place."""
        old, left = self.memory, self.directory
        self.directory = directory
        self.memory = self.open()
        old.close()
        shutil.rmtree(left)

    def teardown(self) -> None:
        if hasattr(self, "memory"):
            self.disk.mend()
            self.memory.close()
            self.temporary.cleanup()

    # What is done.

    def door(self, number: int) -> tuple[Memory, float]:
        """The memory as it is for one who comes by some door, and how far that one is trusted."""
        origin, trust = DOORS[number % len(DOORS)]
        return (self.memory.through(origin, trust) if origin else self.memory), trust

    def new_word(self) -> str:
        """One that no text has yet."""
        self.words += 1
        return f"w{self.words}q"

    def fields(self, number: int) -> dict[str, Any]:
        """Fields of a block out of one number, and a text that no other block has."""
        times = {}
        if number % 5 == 1:
            times["expires_at"] = moment(self.clock.now_us + (number % 7 - 1) * MINUTE)
        if number % 5 == 2:
            times["valid_from"] = moment(self.clock.now_us + (number % 3 - 1) * MINUTE)
        if number % 5 == 3:
            times["valid_to"] = moment(self.clock.now_us + (number % 4) * MINUTE)
        return {
            "text": f"{WORDS[number % len(WORDS)]} {WORDS[number // 8 % len(WORDS)]} {self.new_word()}",
            "namespace": NAMESPACES[number % len(NAMESPACES)],
            "kind": KINDS[number % 2],
            "source": SOURCES[number % 3],
            "tags": TAGS[number % len(TAGS)],
            "importance": number % 11 / 10,
            **times,
        }

    def pick(self, number: int) -> Known:
        """One of the blocks that there are."""
        ids = sorted(self.state.blocks)
        return self.state.blocks[ids[number % len(ids)]]

    def known_of(self, block: Block) -> Known:
        """A block as it came back; what was not told is the default."""
        known = shown(block)
        assert known.added_at == self.clock.now_us
        assert (known.revision, known.supersedes, known.superseded_by) == (1, block.supersedes, None)
        return replace(known, supersedes=None)

    # What is asked.

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
        links = {row[:3]: row[3:] for row in self.memory._store.links(sorted(self.state.blocks))}
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
        if block.id in said and word.endswith("q"):  # the word is in no other text
            assert said[block.id] == max(said.values())
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
        chains = {self.state.chain(block)[0].id for block in before - after}
        corrected = {block for block in after - before if self.state.chain(block)[0].id in chains}
        assert {pair[1].id for pair in found.changed} == corrected


def shown(block: Block) -> Known:
    """All that the model has of a block."""
    row: Any = block._row
    values: tuple[Any, ...] = (*row[:7], block.tags, row[8], *row[10:21], '"quarantined"' in row[21])
    return Known(*values)


def refused(error: type[GreeumError], act: Callable[[], object]) -> None:
    """It must raise this."""
    try:
        act()
    except error:
        return
    raise AssertionError(f"{error.__name__} was not raised")
