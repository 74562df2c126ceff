"""Keeps an Index equal to a Store: reads what has changed, folds it in, and starts over from the rows where that is not
possible.
"""

from __future__ import annotations

import errno
from _thread import RLock, allocate_lock
from time import monotonic, sleep

from greeum._core import Zone
from greeum.errors import (
    EmbedderMismatch,
    InvalidInput,
    StoreClosed,
    StoreDamaged,
    StoreFailed,
    StoreFull,
    StoreVersion,
)
from greeum.kept import KeptBlocks
from greeum.store.protocol import BLOCK, FORGOTTEN, LINKS
from greeum.store.rows import BEFORE_ALL_US, SPEAKING_SHARES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from threading import Thread

    from greeum._core import Index
    from greeum.store.protocol import BlockRow, Draft, LinkRow, Store

CHANGES_PER_STEP = 5_000
"""Changes folded in at once: enough to be quick, few enough that a first step is seen soon."""

ROWS_PER_STEP = 2_000
"""Rows read at once while everything is loaded: no read transaction lasts for long."""

REFRESH_PERIOD_S = 0.25
"""How often to look whether another process has written new files; looking costs one system call."""

SEARCHING_S = 0.02
"""How long after one has begun a search of this process is taken to be at work: few take longer."""

GIVE_WAY_S = 0.000_05
"""How long an add lets go of Python's lock for them: as long as a thread that waits for it takes to wake up."""

CLOSE_TAIL_BLOCKS = 256
"""Blocks in memory that are worth a file when the memory is closed: the next to open it would fold in as many."""


class Searches:
    """Those of this process, of all its memories."""

    last_at_s = -SEARCHING_S


SEARCHES = Searches()


class Follower:
    """The Index that it is given, kept up to date with the Store that it is given."""

    def __init__(self, store: Store, index: Index, report: Callable[[int, int], None] | None = None) -> None:
        self.index = index
        self.trouble: str | None = index.reason
        """Why the Index had to be built anew, or why its files could not be written."""
        self.kept = KeptBlocks(store)
        self._store = store
        self._embedder = store.embedder()
        self._lock = RLock()
        self._looked_at_s = monotonic()
        self._settings_seen: int | None = None
        """How often settings had changed when the time zone was looked up."""
        self._folding: Thread | None = None
        self._arriving: dict[int, Sequence[Draft]] = {}
        """What is being added here at this moment."""
        self._beginning = allocate_lock()
        """Held by whoever begins a fold in the background, or ends that there are any."""
        self._closed = False
        self._report = report
        if index.seq > store.seq() or not self._is_of_this_store():
            self.trouble = "its index belongs to another state of this memory"
            self.rebuild()
            if not store.read_only:
                # At once: when the store has grown past these files, nobody could tell that they are not of it.
                self._fold()
        elif index.reason is not None or index.seq == 0:
            self.rebuild()
        self.catch_up()

    def _is_of_this_store(self) -> bool:
        witness = self.index.witness
        if witness is None:
            return True
        rows = self._store.blocks([witness[0]])
        return rows[0][1] == witness[1] if rows else self._was_forgotten(witness[0])

    def _was_forgotten(self, block: int) -> bool:
        """Whether the log says so. It is read from its end: the block was the newest one, and will not have gone long
        ago.
        """
        before = self._store.seq()
        while before > 0:
            after = max(before - CHANGES_PER_STEP, 0)
            try:
                changes = self._store.changes(after, CHANGES_PER_STEP)
            except LookupError:  # the log was cut
                return False
            if any(operation == FORGOTTEN and changed == block for _, operation, changed in changes):
                return True
            before = after
        return False

    def catch_up(self) -> int:
        """Fold in every change that is durable now; how often settings have changed by now."""
        return self._catch_up(self._is_behind)

    def keep_up(self) -> int:
        """The same, but without waiting for adds of this process that have not returned yet: nobody has been told that
        these are done, and whoever adds folds them in before that.
        """
        SEARCHES.last_at_s = monotonic()
        return self._catch_up(self.is_late)

    def give_way(self) -> None:
        """Let searches of this process have Python's lock, if there are any, of whatever memory. Whoever adds many
        blocks is in less haste, and would else keep it for milliseconds at a time (`sys.getswitchinterval`), several
        times in each search.
        """
        if monotonic() - SEARCHES.last_at_s < SEARCHING_S:
            sleep(GIVE_WAY_S)

    def is_late(self, seq: int) -> bool:
        """Whether changes up to `seq` are missing that no thread of this process is about to fold in."""
        known = self.index.seq
        return seq - known > sum(self._on_their_way(known, seq))

    def _is_behind(self, seq: int) -> bool:
        return seq != self.index.seq

    def _on_their_way(self, known: int, seq: int) -> Iterator[int]:
        """How many of the changes after `known` up to `seq` each of the adds has made that have not returned."""
        for drafts in list(self._arriving.values()):
            first, last = drafts[0].seq, drafts[-1].seq
            if first is not None and last is not None:
                yield max(min(last, seq) - max(first, known + 1) + 1, 0)

    def _catch_up(self, is_due: Callable[[int], bool]) -> int:
        seq, settings_changes = self._store.newest()
        if settings_changes != self._settings_seen:
            self._heed(settings_changes)
        if is_due(seq):
            with self._lock:
                while self._step() and self.index.seq < seq:
                    pass
            self._fold_if_due()
        now_s = monotonic()
        if now_s - self._looked_at_s > REFRESH_PERIOD_S:
            self._looked_at_s = now_s
            self._refresh()
            self._fold_if_due()
        return settings_changes

    def zone(self) -> Zone:
        """The time zone by whose days the Index goes, as the Store has it now."""
        settings_changes = self._store.newest()[1]
        if settings_changes != self._settings_seen:
            self._heed(settings_changes)
        return self.index.zone

    def has_settings_to_read(self) -> bool:
        """Whether settings have changed since the time zone was looked up: what comes next may take long."""
        return self._store.newest()[1] != self._settings_seen

    def versions(self, namespace: str, where_json: str | None) -> list[int]:
        """The ids of all versions in and below a namespace for which a filter holds, expired ones too: for what is done
        to all of them. So it waits while all is loaded anew, when some would be missing.
        """
        with self._lock:
            self.catch_up()
            return self.index.ids(namespace, where_json, True, BEFORE_ALL_US, None)

    def write_out(self) -> None:
        """Write out what is only in memory, however little that is: files that are there are of another time zone."""
        self.catch_up()
        if self._store.directory is not None and self._tail():
            self._fold(wait=True)

    def _heed(self, settings_changes: int) -> None:
        """Go by the Store's time zone. In another one the texts speak of other days: all is loaded anew."""
        with self._lock:
            if settings_changes != self._settings_seen:
                zone = zone_of(self._store)
                if zone.name != self.index.zone.name:
                    self.rebuild(zone)
                self._settings_seen = settings_changes

    def add(self, drafts: Sequence[Draft]) -> list[BlockRow]:
        """Add blocks to the Store, and fold them in; their rows."""
        self._arriving[id(drafts)] = drafts
        try:
            rows = self._store.add(drafts)
            self._follow(drafts, rows)
        finally:
            del self._arriving[id(drafts)]
        return rows

    def _follow(self, drafts: Sequence[Draft], rows: Sequence[BlockRow]) -> None:
        """Fold in what has just been added here. If it is next, and nothing but new rows, it need not be read back."""
        first, last = drafts[0].seq, drafts[-1].seq
        with self._lock:
            is_next = first is not None and last is not None and first == self.index.seq + 1
            if is_next and last is not None:
                entries = [(row, draft.vectors) for draft, row in zip(drafts, rows, strict=True)]
                self.index.apply(last, entries, [], [])
                if len(rows) == 1:
                    self.kept.add(rows[0])
        if is_next:
            self._fold_if_due()
        elif last is None or self.index.seq < last:
            self.catch_up()

    def _step(self) -> bool:
        try:
            changes = self._store.changes(self.index.seq, CHANGES_PER_STEP)
        except LookupError:  # the log was cut: what it said is in the rows
            self.rebuild()
            return True
        if not changes:
            return False
        touched = {block for _, operation, block in changes if operation in (BLOCK, FORGOTTEN)}
        # Before the Index shows them: who has written must not be answered with what was kept before.
        self.kept.drop(touched)
        entries = self._store.entries(sorted(touched))
        removed = sorted(touched - {row[0] for row, _ in entries})
        sources = sorted({block for _, operation, block in changes if operation == LINKS})
        self.index.apply(changes[-1][0], entries, removed, grouped(sources, self._store.links(sources)))
        return True

    def rebuild(self, zone: Zone | None = None) -> None:
        """Load the Index from the rows, by the days of a `zone` if it is another one. Until that is done, searches find
        what they found before; changes that come meanwhile are folded in after it.
        """
        with self._lock:
            seq = self._store.seq()
            self.kept.clear()
            self.index.reload(zone or self.index.zone)
            try:
                self._load_all(seq)
            except BaseException:
                # What there was stays; whoever comes next begins anew.
                self.index.leave_off()
                raise
            self.index.loaded(seq)

    def _load_all(self, seq: int) -> None:
        total = sum(self._store.counts()[name] for name in ("blocks", "superseded")) if self._report else 0
        last, done = 0, 0
        while ids := self._store.ids(last, ROWS_PER_STEP):
            entries = self._store.entries(ids)
            links = self._store.links(ids)
            self._load(seq, entries, links)
            last, done = ids[-1], done + len(ids)
            if self._report:
                self._report(done, total)

    def _load(self, seq: int, entries: list[tuple[BlockRow, bytes]], links: list[LinkRow]) -> None:
        try:
            self.index.load(seq, entries, grouped(sorted({link[0] for link in links}), links))
        except RuntimeError as error:
            raise StoreDamaged(
                f"rows of blocks {entries[0][0][0]} to {entries[-1][0][0]} are damaged ({error}): keep a copy of the "
                "directory, then restore a backup"
            ) from error

    def renew(self) -> None:
        """Make the index anew out of the rows, and its files with it."""
        with self._lock:
            self.rebuild()
            self.catch_up()
            self.trouble = None
            if not self._store.read_only:
                self._fold(wait=True)

    def scrub(self) -> None:
        """See to it that no file holds what was forgotten, whoever wrote it. Raises StoreFull or StoreFailed if that
        cannot be done now.
        """
        self.catch_up()
        try:
            if not self.index.scrub():
                with self._lock:  # nobody loads anything now
                    self.index.scrub()
        except (RuntimeError, OSError) as error:
            kind = StoreFull if getattr(error, "errno", None) == errno.ENOSPC else StoreFailed
            raise kind(
                f"forgotten, but index files could not be rewritten ({error}); the next `forget` or fold tries again"
            ) from error

    def worth_files(self) -> int:
        """How many blocks are only in memory, if they are worth a file; else 0."""
        self.catch_up()
        return self._tail() if self._store.directory is not None and self._is_worth_files() else 0

    def compact(self) -> int:
        """Write out what is only in memory, if that is worth a file, merged with other files; how many blocks."""
        before = self.worth_files()
        if before or self.index.holds_forgotten:
            self._fold(wait=True)
        return max(before - self._tail(), 0) if before else 0

    def _fold_if_due(self) -> None:
        if not self._closed and not self._store.read_only and self.index.wants_fold:
            self._fold_in_background()

    def _fold_in_background(self) -> None:
        from threading import Thread

        # Many threads may find it due at the same moment.
        with self._beginning:
            if self._closed or (self._folding is not None and self._folding.is_alive()):
                return
            folding = Thread(target=self._fold, name="greeum-fold", daemon=True)
            try:
                folding.start()
            except RuntimeError as error:
                # No more threads may be started. Whoever has added or searched is answered; the next one tries again.
                self.trouble = f"its files could not be written: {error}"
            else:
                self._folding = folding

    def _fold(self, wait: bool = False) -> None:
        if self._store.embedder() != self._embedder:
            self.trouble = "another embedder has taken over: the files are no longer its own; open the memory anew"
            return
        try:
            done = self.index.fold(wait)
        except (RuntimeError, OSError) as error:
            # Nothing is lost: the files are derived. The next fold tries again; `stats` and `doctor` show the reason.
            self.trouble = f"its files could not be written: {error}"
        else:
            if done and self.trouble is not None and self.trouble.startswith("its files"):
                self.trouble = None

    def _refresh(self) -> None:
        try:
            self.index.refresh()
        except (RuntimeError, OSError) as error:
            # What is in memory is still right; the next fold writes the files anew.
            self.trouble = f"its files could not be read: {error}"

    def close(self, fold: bool) -> None:
        """Wait for what is being written, and write out what is in memory if there is enough of it."""
        with self._beginning:
            if self._closed:
                return
            self._closed = True
        self.kept.close()
        if self._folding is not None:
            self._folding.join()
        if fold:
            try:
                self._leave_files()
            except (StoreClosed, EmbedderMismatch, StoreVersion):
                # A forked child, or whoever shares a store that was closed first, or whose embedder has been replaced,
                # or who does not know the time zone: there is nothing of its own.
                return
            except StoreFailed as error:
                if not error.was_moved:
                    raise

    def _leave_files(self) -> None:
        # Twice, since another process may forget something while it is being written.
        for _ in range(2):
            self.catch_up()
            if self._is_worth_files():
                self._fold(wait=True)

    def _tail(self) -> int:
        tail = self.index.stats()["tail_blocks"]
        assert isinstance(tail, int)
        return tail

    def _is_worth_files(self) -> bool:
        tail = self._tail()
        return tail >= CLOSE_TAIL_BLOCKS or self.index.holds_forgotten or bool(self.trouble and tail)


def zone_of(store: Store) -> Zone:
    """The time zone that a Store has kept. Raises StoreVersion if this version does not know it."""
    name = store.time_zone()
    try:
        return Zone(name)
    except InvalidInput as error:
        raise StoreVersion(
            f"it goes by the days of {name}, which this version does not know: use a newer Greeum"
        ) from error


def grouped(sources: Iterable[int], links: Iterable[LinkRow]) -> list[tuple[int, list[tuple[int, float, float]]]]:
    """Links by source, for the sources given: where each leads, how near that is, and how far it speaks for the source.

    A source without links has none. Of several kinds the strongest counts.
    """
    rows: dict[int, dict[int, tuple[float, float]]] = {source: {} for source in sources}
    for source, target, kind, weight, *_ in links:
        near, speaks = rows[source].get(target, (0.0, 0.0))
        rows[source][target] = max(weight, near), max(weight * SPEAKING_SHARES.get(kind, 1.0), speaks)
    return [(source, [(target, *strong) for target, strong in row.items()]) for source, row in rows.items()]
