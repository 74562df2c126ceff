"""Maintenance: what has outlived its time is erased, what piles up is put away. `memory.maintain` runs it.

Every step is many small transactions, each of which leaves everything in order: so it may be interrupted at any moment,
goes on from there when it is run again, and a second run finds nothing to do. Others search and write meanwhile.
"""

from __future__ import annotations

from time import perf_counter

from greeum.forgetting import tell_backups
from greeum.store.protocol import ErasureRequest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from greeum.follower import Follower
    from greeum.store.protocol import Store
    from greeum.uses import Uses

    Progress = Callable[[str, int], None]

ORIGIN = "maintain"
"""What certificates say of who has erased it."""

GRACE_S = 86_400
"""A day: for so long what has expired can still be listed, and be given more time, before it is erased."""

BLOCKS_PER_STEP = 500
"""Erased in one transaction: it takes some 50 ms, for which other writers wait."""

LOG_KEPT_MIN = 100_000
"""Changes that the log keeps at least: some 2 MB, and days for those who follow from afar or copy what is new."""

LOG_PER_BLOCK = 2
"""Changes that the log keeps for each block, if that is more: to read a block takes as long as to read a change of it,
so that whoever lies further behind is sooner done by starting again from the rows."""

LOG_PER_STEP = 20_000
"""Changes dropped in one transaction: some 10 ms."""

FREE_BYTES_MIN = 1_048_576
"""Free space that is worth giving back; and it must be one part in FREE_SHARE of the file, since what is free is used
again."""

FREE_SHARE = 8

PAGES_PER_STEP = 1_000
"""Given back in one transaction: pages of 4 KiB are moved for it."""


class Step:
    """What one step did, or would do."""

    __slots__ = ("count", "name", "seconds", "unit")

    def __init__(self, name: str, unit: str, count: int, seconds: float) -> None:
        self.name = name
        self.unit = unit
        """What is counted: blocks, links, changes or bytes."""
        self.count = count
        self.seconds = seconds

    def to_dict(self) -> dict[str, object]:
        """All fields, ready for JSON."""
        return {"name": self.name, "count": self.count, "unit": self.unit, "seconds": round(self.seconds, 4)}

    def __repr__(self) -> str:
        return f"Step({self.name}: {self.count} {self.unit})"


class Report:
    """What `maintain` did, step by step; with `dry_run`, what each step would do if it were the only one."""

    __slots__ = ("dry_run", "steps")

    def __init__(self, dry_run: bool) -> None:
        self.dry_run = dry_run
        self.steps: list[Step] = []

    @property
    def counts(self) -> dict[str, int]:
        """How much each step did, by its name."""
        return {step.name: step.count for step in self.steps}

    def to_dict(self) -> dict[str, object]:
        """All of it, ready for JSON."""
        return {"dry_run": self.dry_run, "steps": [step.to_dict() for step in self.steps]}

    def __repr__(self) -> str:
        return f"Report({', '.join(f'{name} {count}' for name, count in self.counts.items())})"


class Maintenance:
    """One run over one memory."""

    def __init__(
        self, store: Store, follower: Follower, uses: Uses, *, now_us: int, grace_us: int, progress: Progress | None
    ) -> None:
        self._store = store
        self._follower = follower
        self._uses = uses
        self._now_us = now_us
        self._expired_before_us = now_us - grace_us
        self._progress = progress
        self._erased = False

    def run(self) -> Report:
        """Do it. Raises StoreBusy if it is being done already, or another StoreError."""
        report = Report(dry_run=False)
        with self._store.maintaining():
            self._step(report, "uses", "blocks", self._count_uses)
            self._step(report, "expired", "blocks", self._erase_expired)
            self._step(report, "outlived", "blocks", self._erase_outlived)
            self._step(report, "links", "links", lambda: self._store.mend("links"))
            self._step(report, "index", "blocks", self._follower.compact)
            self._step(report, "log", "changes", self._cut_log)
            self._step(report, "space", "bytes", self._give_back)
            self._store.note_maintained(self._now_us)
        return report

    def look(self) -> Report:
        """What each step would do. Changes nothing."""
        report = Report(dry_run=True)
        self._step(report, "uses", "blocks", lambda: len(self._uses))
        self._step(report, "expired", "blocks", lambda: self._store.expired(self._expired_before_us))
        self._step(report, "outlived", "blocks", self._count_outlived)
        self._step(report, "links", "links", lambda: len(self._store.flaws("links").get("links", ())))
        self._step(report, "index", "blocks", self._follower.worth_files)
        self._step(report, "log", "changes", lambda: max(self._store.log_length() - self._log_kept(), 0))
        self._step(report, "space", "bytes", self._worth_giving_back)
        return report

    def _step(self, report: Report, name: str, unit: str, work: Callable[[], int]) -> None:
        began_s = perf_counter()
        count = work()
        report.steps.append(Step(name, unit, count, perf_counter() - began_s))
        self._tell(name, count)

    def _tell(self, name: str, count: int) -> None:
        if self._progress is not None:
            self._progress(name, count)

    def _count_uses(self) -> int:
        return count_uses(self._store, self._uses)

    def _erase_expired(self) -> int:
        erased = 0
        request = ErasureRequest(asked='{"by":"expiry"}', origin=ORIGIN, at=self._now_us)
        while heads := self._store.forget_expired(self._expired_before_us, BLOCKS_PER_STEP, request):
            erased += len(heads)
            self._tell("expired", erased)
        self._finish(erased)
        return erased

    def _erase_outlived(self) -> int:
        request = ErasureRequest(asked='{"by":"retention"}', origin=ORIGIN, at=self._now_us)
        rules = self._store.retention()
        erased = 0
        for rule in rules:
            seen = self._store.outlived(rule, self._now_us)
            for start in range(0, len(seen), BLOCKS_PER_STEP):
                erased += len(self._store.forget_seen(seen[start : start + BLOCKS_PER_STEP], rules, request))
                self._tell("outlived", erased)
        self._finish(erased)
        return erased

    def _finish(self, erased: int) -> None:
        """As after `forget`: no backup and no file keeps it."""
        if erased:
            tell_backups(self._store)
            self._follower.scrub()

    def _count_outlived(self) -> int:
        return sum(len(self._store.outlived(rule, self._now_us)) for rule in self._store.retention())

    def _log_kept(self) -> int:
        counts = self._store.counts()
        return max(LOG_KEPT_MIN, LOG_PER_BLOCK * (counts["blocks"] + counts["superseded"]))

    def _cut_log(self) -> int:
        kept, cut = self._log_kept(), 0
        while dropped := self._store.cut_log(kept, LOG_PER_STEP):
            cut += dropped
            self._tell("log", cut)
        return cut

    def _worth_giving_back(self) -> int:
        free = self._store.free_bytes()
        return free if free >= max(FREE_BYTES_MIN, self._store.counts()["bytes"] // FREE_SHARE) else 0

    def _give_back(self) -> int:
        given, free = 0, self._worth_giving_back()
        while free:
            self._store.give_back(PAGES_PER_STEP)
            left = self._store.free_bytes()
            given += free - left
            self._tell("space", given)
            free = left if left < free else 0  # somebody else frees as much: the next run goes on
        return given


def count_uses(store: Store, uses: Uses) -> int:
    """Count what was noted aside; of how many blocks."""
    taken = uses.take()
    if not taken:
        return 0
    try:
        return store.count_uses(taken)
    except BaseException:
        uses.put_back(taken)
        raise
