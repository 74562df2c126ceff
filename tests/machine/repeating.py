"""Rules: what is there already, and what contradicts it."""

from __future__ import annotations

import re

from tests.machine.base import NAMESPACES, Base, refused, shown
from tests.machine.known import Edge, Known
from tests.machine.operation import NUMBER, one_of, operation

from greeum.errors import Conflict
from greeum.model import optional_iso
from greeum.policies import ON_CONFLICT, ON_DUPLICATE

SUBJECTS = ("ship", "shop", "farm")
CLAIM = re.compile(r"The (\w+) has (\d+) doors")
"""Shorter than what is an echo when it is found first and said again."""

COMPARED = 3
"""With so many neighbours a text is compared; where more say the same, or the opposite, nobody says which is found."""


class Repeating(Base):
    """Duplicates and contradictions."""

    @operation(lambda self: self.state.blocks, number=NUMBER, door=NUMBER, policy=one_of(ON_DUPLICATE))
    def add_the_same(self, number: int, door: int, policy: str) -> None:
        block = self.pick(number)
        namesakes = [b for b in self.state.heads() if (b.namespace, b.text) == (block.namespace, block.text)]
        policy = policy if len(namesakes) <= COMPARED else "keep"
        memory, trust = self.door(door)
        same = [b for b in namesakes if self.stands_for(b, block, trust)]
        with self.step("add_the_same"):
            added = memory.add(
                block.text, namespace=block.namespace, kind=block.kind, source=block.source, on_duplicate=policy,
                valid_from=optional_iso(block.valid_from), valid_to=optional_iso(block.valid_to),
                expires_at=optional_iso(block.expires_at),
            )  # fmt: skip
            if policy == "keep" or not same:
                assert (added.is_new, added.duplicate_of) == (True, None)
                self.state.add(self.known_of(added))
                return
            assert added.duplicate_of in [b.id for b in same]
            if policy == "return":
                assert not added.is_new
                assert shown(added) == self.state.blocks[added.id]
            else:
                self.state.add(self.known_of(added))
                self.state.links[added.id, added.duplicate_of, "similar"] = Edge(1.0, added._row[11], added.origin)

    def stands_for(self, block: Known, said: Known, trust: float) -> bool:
        """Whether it can be given back to one who says the same again by a door that is trusted as far."""
        fields = ("kind", "source", "valid_from", "valid_to")
        is_same = all(getattr(block, field) == getattr(said, field) for field in fields)
        ends, until = block.expires_at, said.expires_at
        outlives = ends is None or (ends > self.clock.now_us and until is not None and ends >= until)
        return is_same and outlives and block.trust >= trust and not block.is_hidden

    @operation(number=NUMBER, door=NUMBER, policy=one_of(ON_CONFLICT))
    def contradict(self, number: int, door: int, policy: str) -> None:
        namespace = NAMESPACES[number % 2]
        subject = SUBJECTS[number // 2 % len(SUBJECTS)]
        said = [b for b in self.state.heads() if b.namespace == namespace and subject_of(b) == subject]
        rivals = [b for b in said if b.is_seen(self.clock.now_us, None, history=False)]
        policy = policy if len(rivals) <= COMPARED else "keep"
        near = self.pick(door).id if door % 3 == 0 and self.state.blocks else rivals[0].id if rivals else None
        memory, trust = self.door(door % 2)
        self.words += 1
        text = f"The {subject} has {self.words + 1} doors"

        def add() -> Known:
            self.clock.advance(1)
            added = memory.add(text, namespace=namespace, kind="fact", near=near, on_conflict=policy)
            if len(rivals) <= COMPARED:
                assert sorted(conflict.block for conflict in added.conflicts) == sorted(b.id for b in rivals)
            return self.known_of(added)

        with self.step("contradict"):
            if policy == "reject" and rivals:
                refused(Conflict, add)
                return
            new = add()
            self.state.add(new, near)
            old = rivals[0] if len(rivals) == 1 else None
            if policy == "supersede" and old and self.may_come_after(old, trust):
                self.state.supersede(old.id, new)

    def may_come_after(self, old: Known, trust: float) -> bool:
        return (old.kind, old.source) == ("fact", None) and old.at <= self.clock.now_us and old.trust <= trust


def subject_of(block: Known) -> str | None:
    found = CLAIM.fullmatch(block.text)
    return found and found[1]
