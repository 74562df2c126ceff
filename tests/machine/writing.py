"""Rules: what is added and changed, block by block."""

from __future__ import annotations

from typing import Any

from tests.machine.base import ANCHORS, Base, refused, shown
from tests.machine.operation import NUMBER, YES_OR_NO, one_of, operation, several, whole

from greeum.errors import Conflict, Forbidden, NotFound

KEYS = ("home", "work")


class Writing(Base):
    """Blocks, links and anchors."""

    @operation(number=NUMBER, door=NUMBER)
    def add(self, number: int, door: int) -> None:
        fields = self.fields(number)
        with self.step("add"):
            self.state.add(self.known_of(self.door(door)[0].add(**fields)))

    @operation(number=NUMBER, key=one_of(KEYS))
    def add_with_a_key(self, number: int, key: str) -> None:
        fields = self.fields(number)
        with self.step("add_with_a_key"):
            head = self.state.holder(fields["namespace"], key, self.clock.now_us)
            if head is None:
                self.state.add(self.known_of(self.memory.add(**fields, key=key)))
            elif number % 2 and not head.is_hidden:
                same = self.memory.add(head.text, namespace=head.namespace, key=key)
                assert shown(same) == head
            else:
                refused(Conflict, lambda: self.memory.add(**fields, key=key))

    @operation(numbers=several(NUMBER, 2, 6), door=NUMBER)
    def add_many(self, numbers: list[int], door: int) -> None:
        items = [self.fields(number) for number in numbers]
        with self.step("add_many"):
            for block in self.door(door)[0].add_many(items):
                self.state.add(self.known_of(block))

    @operation(lambda self: self.state.blocks, number=NUMBER, other=NUMBER, name=one_of(ANCHORS))
    def add_near(self, number: int, other: int, name: str) -> None:
        fields = self.fields(number)
        place = (fields["namespace"], name)
        door, _ = self.door(other)
        with self.step("add_near"):
            if number % 2 or place not in self.state.anchors:
                target: Any = self.pick(other).id
                block = door.add(**fields, near=target)
            else:
                target = place
                block = door.add(**fields, near=name)
            self.state.add(self.known_of(block), target)

    @operation(lambda self: self.state.blocks, number=NUMBER, other=NUMBER)
    def correct(self, number: int, other: int) -> None:
        block = self.pick(number)
        text = self.fields(other)["text"]
        door, trust = self.door(other)
        with self.step("correct"):
            if not block.is_head:
                refused(Conflict, lambda: door.update(block.id, text=text))
                return
            if trust < block.trust:
                refused(Forbidden, lambda: door.update(block.id, text=text))
                return
            self.clock.advance(1)
            new = self.known_of(door.update(block.id, text=text))
            for field in ("namespace", "key", "kind", "source", "tags", "importance", "trust", "is_hidden"):
                assert getattr(new, field) == getattr(block, field)
            self.state.supersede(block.id, new)

    @operation(lambda self: self.state.blocks, number=NUMBER, other=NUMBER)
    def revise(self, number: int, other: int) -> None:
        block = self.pick(number)
        fields = self.fields(other)
        change = {name: fields[name] for name in ("kind", "source", "tags", "importance")}
        door, trust = self.door(other)
        with self.step("revise"):
            if trust < block.trust:
                refused(Forbidden, lambda: door.update(block.id, **change))
                return
            if not block.is_head:
                refused(Conflict, lambda: door.update(block.id, **change))
                return
            refused(Conflict, lambda: door.update(block.id, **change, revision=block.revision + 1))
            door.update(block.id, **change, revision=block.revision)
            self.state.revise(block.id, **change)

    @operation(lambda self: len(self.state.blocks) > 1, number=NUMBER, other=NUMBER, kind=one_of(("about", "cause")))
    def link(self, number: int, other: int, kind: str) -> None:
        ends = self.pick(number).id, self.pick(other).id
        door, _ = self.door(number)
        with self.step("link"):
            if ends[0] != ends[1]:
                link = door.link(*ends, kind=kind, weight=number % 11 / 10)
                self.state.link((*ends, kind), number % 11 / 10, link._row[4], door._drafter.origin)

    @operation(lambda self: self.state.links, number=NUMBER)
    def unlink(self, number: int) -> None:
        ends = sorted(self.state.links)[number % len(self.state.links)]
        with self.step("unlink"):
            self.memory.unlink(ends[0], ends[1], kind=ends[2])
            del self.state.links[ends]
            refused(NotFound, lambda: self.memory.unlink(ends[0], ends[1], kind=ends[2]))

    @operation(lambda self: self.state.blocks, number=NUMBER, name=one_of(ANCHORS), pinned=YES_OR_NO, hops=whole(1, 3))
    def set_anchor(self, number: int, name: str, hops: int, *, pinned: bool) -> None:
        block = self.pick(number)
        with self.step("set_anchor"):
            self.memory.anchors.set(name, block.id, namespace=block.namespace, hops=hops, pinned=pinned)
            self.state.anchors[block.namespace, name] = (block.id, hops, pinned)

    @operation(lambda self: self.state.anchors, number=NUMBER)
    def clear_or_pin_anchor(self, number: int) -> None:
        place = sorted(self.state.anchors)[number % len(self.state.anchors)]
        with self.step("clear_or_pin_anchor"):
            if number % 2:
                self.memory.anchors.clear(place[1], namespace=place[0])
                del self.state.anchors[place]
            else:
                self.memory.anchors.pin(place[1], namespace=place[0])
                self.state.anchors[place] = (*self.state.anchors[place][:2], True)

    @operation(minutes=whole(1, 5))
    def wait(self, minutes: int) -> None:
        with self.step("wait"):
            self.clock.advance(60 * minutes)
            self.moments.append(self.clock.now_us)
