"""Rules: what goes into backups and files, and what comes back out of them."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

from tests.machine.base import Base, refused
from tests.machine.known import State
from tests.machine.operation import NUMBER, operation
from tests.machine.writing import KEYS

from greeum import Memory
from greeum.backups.restoring import restore
from greeum.errors import Conflict, NotFound
from greeum.model import moment
from greeum.store.sqlite import SQLiteStore


class Piece(NamedTuple):
    """One backup, and what the memory was then."""

    at: int
    seq: int
    hash: str
    state: State
    line: tuple[int, ...]
    """The numbers of those that it is a later state of, and its own."""


class Carrying(Base):
    """Backups, exports and merges."""

    def begin_backups(self) -> None:
        """In a new place: those of another memory are of no use."""
        self.backups = self.new_directory()
        self.pieces: dict[int, Piece] = {}
        self.line: tuple[int, ...] = ()

    def make_backup(self) -> None:
        made = self.memory.backup(str(self.backups))
        assert made.logical_hash == self.memory.logical_hash()
        if made.number not in self.pieces:
            self.line = (*self.line, made.number)
        piece = Piece(made.at_us, made.seq, made.logical_hash, self.state.copy(), self.line)
        assert self.pieces.setdefault(made.number, piece).hash == piece.hash

    @operation()
    def back_up(self) -> None:
        with self.step("back_up"):
            self.make_backup()

    @operation(number=NUMBER)
    def restore(self, number: int) -> None:
        """Whatever had been forgotten, in whichever life, before the last of its backups, stays so."""
        with self.step("restore"):
            self.make_backup()
            wanted = self.pieces[sorted(self.pieces)[number % len(self.pieces)]]
            by_time = number % 2
            if by_time:
                fits = [piece for _, piece in sorted(self.pieces.items()) if piece.at <= wanted.at]
            else:
                fits = [piece for piece in map(self.pieces.__getitem__, self.line) if piece.seq <= wanted.seq]
            forgotten: dict[str, int] = {}
            for piece in self.pieces.values():
                for uid, block in piece.state.forgotten.items():
                    forgotten[uid] = max(block, forgotten.get(uid, 0))
            directory = self.new_directory()
            at = moment(wanted.at) if by_time else wanted.seq
            if not fits:
                refused(NotFound, lambda: restore(str(self.backups), str(directory), at, SQLiteStore, self.clock))
                return
            restore(str(self.backups), str(directory), at, SQLiteStore, self.clock)
            self.state = fits[-1].state.without(forgotten)
            self.line = fits[-1].line
            self.go_on_in(directory)

    @operation(number=NUMBER)
    def part(self, number: int) -> None:
        """Another life of this memory begins, and goes on as well: the backups are those of the one or of the other."""
        with self.step("part"):
            self.make_backup()
            directory = self.new_directory()
            if number % 2:
                copy_files(self.directory, directory)
            else:
                restore(str(self.backups), str(directory), None, SQLiteStore, self.clock)
            other = self.open(directory)
            other.add(**self.fields(number))
            for block in sorted(self.state.heads(), key=lambda block: block.id)[: number % 3]:
                other.forget(block.id)
            is_theirs = number // 2 % 2
            if is_theirs:
                other.backup(str(self.backups))
            self.state.add(self.known_of(self.memory.add(**self.fields(number // 2))))
            if is_theirs:
                refused(Conflict, lambda: self.memory.backup(str(self.backups)))
                self.begin_backups()
            else:
                self.make_backup()
                refused(Conflict, lambda: other.backup(str(self.backups)))
            other.close()
            shutil.rmtree(directory)

    @operation()
    def carry_over(self) -> None:
        """All of it, by way of JSON, into a new memory; what is imported here again is here already."""
        with self.step("carry_over"):
            lines = list(self.memory.export())
            assert self.memory.import_(lines)["added"] == 0
            directory = self.new_directory()
            new = self.open(directory)
            done = new.import_(lines)
            state = State()
            assert done["added"] == state.take_in(self.state, ids_in(new, self.state), keeps_anchors=False)
            new.close()
            self.state = state
            self.go_on_in(directory)
            self.begin_backups()

    @operation(number=NUMBER)
    def merge(self, number: int) -> None:
        """Another memory, which was a copy of this one or a new one, and has gone its own way since."""
        with self.step("merge"):
            directory = self.new_directory()
            theirs = self.state.copy() if number % 2 else State()
            if number % 2:
                copy_files(self.directory, directory)
            other = self.open(directory)
            self.go_another_way(number, other, theirs)
            other.close()
            self.go_on_here(number)
            report = self.memory.merge(str(directory))
            assert report.added == self.state.take_in(theirs, ids_in(self.memory, theirs), keeps_anchors=True)
            assert self.memory.merge(str(directory)).added == 0
            shutil.rmtree(directory)

    def go_another_way(self, number: int, other: Memory, theirs: State) -> None:
        """Some changes of that memory."""
        for block in (number, number // 2):
            theirs.add(self.known_of(other.add(**self.fields(block))))
        fields = self.fields(number // 3)
        if theirs.head(fields["namespace"], KEYS[0]) is None:
            theirs.add(self.known_of(other.add(**fields, key=KEYS[0])))
        old = sorted(theirs.heads(), key=lambda block: block.id)[number % len(theirs.heads())]
        self.clock.advance(1)
        theirs.supersede(old.id, self.known_of(other.update(old.id, text=self.fields(number)["text"])))
        ends = sorted(theirs.blocks)[0], sorted(theirs.blocks)[-1]
        theirs.link((*ends, "about"), 0.5, other.link(*ends, weight=0.5)._row[4], "")
        last = theirs.blocks[ends[1]]
        other.anchors.set("A", last.id, namespace=last.namespace, hops=1)
        theirs.anchors[last.namespace, "A"] = (last.id, 1, theirs.anchors.get((last.namespace, "A"), (0, 0, False))[2])

    def go_on_here(self, number: int) -> None:
        """Some changes of this memory, that may be about the same blocks."""
        heads = sorted(self.state.heads(), key=lambda block: block.id)
        if heads and number % 3 == 0:
            old = heads[number % len(heads)]
            self.clock.advance(1)
            new = self.memory.update(old.id, text=self.fields(number)["text"])
            self.state.supersede(old.id, self.known_of(new))
        elif heads and number % 3 == 1:
            block = heads[number // 2 % len(heads)].id
            assert self.memory.forget(block) == self.state.forget([block])


def ids_in(memory: Memory, state: State) -> dict[str, int]:
    """By uid, those of all of these blocks that are there."""
    return memory._store.ids_of([block.uid for block in state.blocks.values()])


def copy_files(source: Path, target: Path) -> None:
    """As the end of the process would leave them. Files of the index may go while they are copied: then once more."""
    while True:
        try:
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("*.lock", "*-shm"))
            return
        except shutil.Error:
            shutil.rmtree(target)
