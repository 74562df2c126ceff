"""Rules: what is hidden, shown again, and taken back."""

from __future__ import annotations

from tests.machine.base import DOORS, NAMESPACES, SOURCES, Base, refused
from tests.machine.known import Known, is_below
from tests.machine.operation import NUMBER, YES_OR_NO, one_of, operation

from greeum.errors import Forbidden
from greeum.model import moment

ORIGINS = tuple(origin for origin, _ in DOORS if origin)


class Trust(Base):
    """Quarantine and roll-backs."""

    def meant(self, number: int) -> tuple[dict[str, object], list[Known]]:
        """Some way to say which blocks are meant, and those that are."""
        namespace = NAMESPACES[number % len(NAMESPACES)]
        inside = [block for block in self.state.blocks.values() if block.is_in(namespace)]
        if number % 3 == 0:
            block = self.pick(number)
            return {"block": block.id}, [block]
        if number % 3 == 1:
            source = SOURCES[1 + number % 2]
            return {"source": source, "namespace": namespace}, [b for b in inside if b.source == source]
        origin = ORIGINS[number % len(ORIGINS)]
        return {"origin": origin, "namespace": namespace}, [b for b in inside if is_below(b.origin, origin)]

    @operation(lambda self: self.state.blocks, number=NUMBER)
    def quarantine(self, number: int) -> None:
        scope, blocks = self.meant(number)
        with self.step("quarantine"):
            refused(Forbidden, lambda: self.memory.through("mail", 0.5).quarantine(**scope))  # type: ignore[arg-type]
            hidden = self.memory.quarantine(**scope)  # type: ignore[arg-type]
            assert sorted(hidden) == self.state.hide((block.id for block in blocks), is_set=True)

    @operation(lambda self: self.state.blocks, number=NUMBER)
    def release(self, number: int) -> None:
        scope, blocks = self.meant(number)
        with self.step("release"):
            shown_again = self.memory.release(**scope)  # type: ignore[arg-type]
            assert sorted(shown_again) == self.state.hide((block.id for block in blocks), is_set=False)

    @operation(number=NUMBER, origin=one_of(ORIGINS), forget=YES_OR_NO)
    def roll_back(self, number: int, origin: str, *, forget: bool) -> None:
        since = self.moments[number % len(self.moments)]
        namespace = NAMESPACES[number % len(NAMESPACES)]
        with self.step("roll_back"):
            done = self.memory.roll_back(origin=origin, since=moment(since), namespace=namespace, forget=forget)
            written = self.state.roll_back(origin, since, namespace)
            assert sorted(done.quarantined + done.forgotten) == written
            assert done.forgotten == (self.state.forget(written) if forget else [])
