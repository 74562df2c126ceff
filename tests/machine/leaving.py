"""Rules: what goes for good."""

from __future__ import annotations

from tests.machine.base import KINDS, MINUTE, NAMESPACES, SOURCES, Base, refused
from tests.machine.known import Known
from tests.machine.operation import NUMBER, one_of, operation, several, whole

from greeum.errors import Conflict, Forbidden, NotFound


class Leaving(Base):
    """Forgetting, retention and maintenance."""

    @operation(lambda self: len(self.state.blocks) > 3, numbers=several(NUMBER, 1, 3))
    def forget(self, numbers: list[int]) -> None:
        wanted = [self.pick(number).id for number in numbers]
        missing = max(self.state.blocks) + 1_000
        with self.step("forget"):
            refused(NotFound, lambda: self.memory.forget([*wanted, missing]))
            if any(version.trust > 0.5 for block in wanted for version in self.state.chain(block)):
                refused(Forbidden, lambda: self.memory.through("mail", 0.5).forget(wanted))
            assert self.memory.forget(wanted) == self.state.forget(wanted)

    @operation(number=NUMBER)
    def forget_what_fits(self, number: int) -> None:
        """By namespace, by filter, or both."""
        namespace, source, kind = NAMESPACES[number % len(NAMESPACES)], SOURCES[number % 2 + 1], KINDS[number % 2]
        where = None if number % 4 == 0 and namespace else {"source": source, "kind": kind}
        fits = [b.id for b in self.state.blocks.values() if b.is_in(namespace) and fits_filter(b, where)]
        with self.step("forget_what_fits"):
            refused(Conflict, lambda: self.memory.wipe(confirm=len(self.state.heads()) + 1))
            would = self.memory.forget(namespace=namespace, where=where, dry_run=True)
            gone = self.memory.forget(namespace=namespace, where=where)
            assert gone == would == self.state.forget(fits)
            assert (gone.certificate is None) == (not fits)

    @operation(number=NUMBER, kept=whole(1, 20), kind=one_of(("", *KINDS)))
    def keep_only(self, number: int, kept: int, kind: str) -> None:
        """A rule of retention, which changes nothing by itself."""
        namespace = NAMESPACES[number % len(NAMESPACES)]
        with self.step("keep_only"):
            if (namespace, kind) in self.state.rules:
                self.memory.retention.clear(namespace, kind or None)
                del self.state.rules[namespace, kind]
                return
            age = (number % 7 + 5) * MINUTE if number % 2 else None
            self.memory.retention.set(namespace, kind or None, max_age=age and age / 1_000_000, max_blocks=kept)
            self.state.rules[namespace, kind] = (age, kept)

    @operation()
    def maintain(self) -> None:
        """What has expired is erased, and what no rule keeps; a second run has nothing to do."""
        now = self.clock.now_us
        expired = [b.id for b in self.state.heads() if b.expires_at is not None and b.expires_at <= now]
        with self.step("maintain"):
            self.state.forget(expired)
            outlived = self.state.outlived(now)
            self.state.forget(outlived)
            counts = self.memory.maintain(grace=0).counts
            assert (counts["expired"], counts["outlived"]) == (len(expired), len(outlived))
            assert sum(self.memory.maintain(grace=0).counts.values()) == 0


def fits_filter(block: Known, where: dict[str, str | None] | None) -> bool:
    return where is None or all(getattr(block, field) == value for field, value in where.items())
