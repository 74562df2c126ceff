"""The part of a memory that looks after it: its uses, its health, its copies, and what comes from elsewhere."""

from __future__ import annotations

from os.path import abspath

from greeum import inputs
from greeum.errors import InvalidInput, NotFound, StoreError, StoreReadOnly
from greeum.maintenance import GRACE_S, Maintenance, count_uses
from greeum.recall import Recall
from greeum.retention import Retention
from greeum.uses import Uses

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable
    from datetime import timedelta
    from typing import BinaryIO

    from greeum.backups.pieces import Backup
    from greeum.embed.protocol import Embedder
    from greeum.follower import Follower
    from greeum.importers.admission import Admission
    from greeum.importers.report import ImportReport
    from greeum.inputs import Namespace, Span
    from greeum.maintenance import Report
    from greeum.store.protocol import Store

    Findings = list[tuple[str, bool, str]]


class Upkeep(Recall):
    """What is done for a memory as a whole."""

    def __init__(
        self,
        store: Store,
        follower: Follower,
        embedder: Embedder,
        *,
        now_us: Callable[[], int],
        open_store: Callable[[str], Store] | None = None,
    ) -> None:
        super().__init__(store, follower, embedder, now_us=now_us)
        self._open_store = open_store
        """Opens the store in another directory, for reading."""
        self.retention = Retention(store, now_us)
        self._uses = Uses()

    def used(self, block: int | Iterable[int]) -> None:
        """Say that a block, or several, was of use. Each counts once. Blocks that were used weigh more in searches (the
        weight `uses`) and fade more slowly.

        Uses are gathered in RAM and counted together: by `maintain`, by `close`, and when a thousand blocks have some.
        Only then `Block.uses` shows them. A process that is killed before loses them. Raises NotFound or StoreReadOnly.
        """
        ids = dict.fromkeys(inputs.block_ids(block))
        missing = ids.keys() - {row[0] for row in self._store.blocks(list(ids))}
        if missing:
            raise none_used(min(missing))
        if self._store.read_only:
            raise StoreReadOnly("opened read-only; open it without read_only to count uses")
        if self._uses.note(ids):
            self._count_uses()

    def _count_uses(self) -> int:
        """Count what was noted; of how many blocks."""
        return count_uses(self._store, self._uses)

    def _settle_uses(self) -> None:
        """Before it is closed. What cannot be counted now is lost, for a close is not to fail for it."""
        try:
            self._count_uses()
        except StoreError:
            self._uses.take()

    def maintain(
        self, *, dry_run: bool = False, grace: Span = GRACE_S, progress: Callable[[str, int], None] | None = None
    ) -> Report:
        """Erase, as `forget` does, what expired longer than `grace` ago (default: a day) and what `retention` does not
        keep. Count uses, remove links that lead nowhere, write out and merge index files, cut the log of changes, and
        give back free space. Returns what was done, step by step.

        It may run at any time, beside other processes, and be interrupted. A second run finds nothing to do. `dry_run`
        changes nothing, and says what there is to do. `progress` is called with a step's name and how much it has done.

        Raises InvalidInput, StoreBusy if another process is doing it, or another StoreError.
        """
        grace_us = inputs.duration(grace, "grace", or_none=True)
        run = Maintenance(
            self._store, self._follower, self._uses, now_us=self._now_us(), grace_us=grace_us, progress=progress
        )
        return run.look() if inputs.truth(dry_run, "dry_run") else run.run()

    def check(self) -> Findings:
        """Read everything and look for trouble, without changing anything. Returns for each check its name, whether all
        is well, and what was found or what to do.
        """
        from greeum.checks import check

        return check(self._store, self._follower, self._embedder)

    def repair(self) -> Findings:
        """Repair what `check` finds, as far as it is certain what is right. Returns for each repair its name, whether
        all is well now, and what was done; nothing if there was nothing to repair.

        The index is rebuilt from the rows. References to what is missing are removed. Missing vectors are made from the
        texts. Files are closed to others. Everything else stays as it is, and `check` says what to do. Raises
        StoreError.
        """
        from greeum.repairs import repair

        return repair(self._store, self._follower, self._embedder)

    def backup(
        self, directory: str | os.PathLike[str], *, full: bool = False, keep: float | timedelta | None = None
    ) -> Backup:
        """Back everything up, as of one moment, into a directory for backups of this memory only. Returns the backup
        that was made, or the one before if nothing has changed since. Others may write meanwhile.

        A backup holds what has changed since the one before, unless it is the first, `full`, or another full one is
        due. `keep` is how far back (seconds, or a `timedelta`) it must be possible to go: older backups are removed,
        and a full one is due after that time. From the first backup on, the directory is told of whatever is forgotten,
        so that no backup brings it back. See docs/operate/backup.md.

        Raises InvalidInput, Conflict (it holds the backups of another memory, or continues another copy of this one),
        StoreDamaged, StoreFull or another StoreError. Existing backups stay usable.
        """
        from greeum.backups.taking import backup

        keep_us = None if keep is None else inputs.duration(keep, "keep", or_none=True)
        place = abspath(inputs.path(directory, "directory"))
        return backup(self._store, place, full=inputs.truth(full, "full"), keep_us=keep_us, now_us=self._now_us)

    def drop_backups(self, directory: str | os.PathLike[str]) -> None:
        """Stop telling this directory what is forgotten, because its backups are gone for good or continue another copy
        of this memory. They are not removed.

        Raises NotFound if this memory has no backups there.
        """
        from greeum.backups.places import drop

        drop(self._store, abspath(inputs.path(directory, "directory")))

    def logical_hash(self) -> str:
        """A hash of all that is stored, whatever the ids are: two memories with the same blocks (by uid, in every
        version, with their vectors), links, anchors and weights have the same. It reads everything.
        """
        from greeum.backups.logical import logical_hash

        return logical_hash(self._store)

    def export(self, *, namespace: Namespace = "") -> Iterable[str]:
        """Everything at a namespace and below it as JSON Lines, one record a line, for `import_` into any memory: of
        links those that stay within. Vectors are among it only where they cannot be made anew (`GivenVectors`). See
        docs/reference/export.md. Raises InvalidInput.
        """
        from greeum.transfer import export

        return export(self._store, inputs.namespace(namespace))

    def import_(
        self,
        lines: Iterable[str],
        *,
        progress: Callable[[int], None] | None = None,
        bring_back: bool = False,
    ) -> dict[str, int]:
        """Take in what `export` wrote; how many of each record were `added` and how many were there already.

        Blocks keep their uid, and where they are from and how far they are trusted (no further than what is written
        here, see `through`), and get new ids; a block whose uid is here already is passed over, so that a second import
        of the same lines adds nothing. One that was forgotten here is passed over too, with its links and anchors, and
        counted as `forgotten`; `bring_back` takes it in. A memory that holds nothing and goes by UTC takes over the
        time zone. Raises InvalidInput with the number of the first bad line; what came before it stays.
        """
        from greeum.transfer import import_lines

        inputs.truth(bring_back, "bring_back")
        done = import_lines(self._store, self._door(), lines, bring_back=bring_back, progress=progress)
        self._follower.catch_up()
        return done

    def import_from(
        self,
        path: str | os.PathLike[str] | BinaryIO,
        *,
        format: str | None = None,  # noqa: A002 - the word for it
        namespace: Namespace = "",
        dry_run: bool = False,
        time_zone: str | None = None,
        progress: Callable[[int, int], None] | None = None,
        bring_back: bool = False,
    ) -> ImportReport:
        """Take in what another program keeps, or an export, from a file or folder; a report of what was done. An export
        may also come in a binary stream.

        `format` is recognised if it is left out: greeum (an export, packed by gzip or not), greeum-legacy (a store of
        Greeum 2 to 5), mem0, mcp-memory, letta, chatgpt, claude or markdown. Blocks come to lie in `namespace` and
        below it. With `dry_run` nothing is written. Times without an offset are in `time_zone` (as Asia/Seoul); if that
        is left out, in that of this machine for an older store, and else in UTC. `progress` is called with (rows, 0).

        What was imported before is recognised and passed over; so is what was forgotten here, unless it is to be
        brought back (`bring_back`). Blocks that another program kept have the origin import/FORMAT; all are looked at
        as those that are added (see `screening`), and trusted no further than what is written here. A row that cannot
        be taken is reported, and the others are taken. Files are only read, and other programs' databases left as they
        are, to the byte.

        Raises InvalidInput if it cannot be read or recognised, and NotFound.
        """
        from greeum.importers.importing import Import

        zone = None if time_zone is None else inputs.time_zone(time_zone)
        where = inputs.namespace(namespace)
        is_dry = inputs.truth(dry_run, "dry_run")
        comes_back = inputs.truth(bring_back, "bring_back")
        job = Import(
            self._store, self._door(), self._now_us(), dry_run=is_dry, bring_back=comes_back, progress=progress
        )
        try:
            return job.run(inputs.path_or_stream(path), format, where, zone)
        finally:
            self._follower.catch_up()

    def merge(
        self,
        other: str | os.PathLike[str],
        *,
        dry_run: bool = False,
        progress: Callable[[int, int], None] | None = None,
        bring_back: bool = False,
    ) -> ImportReport:
        """Take in everything of the memory in the directory `other`: versions, links, anchors, weights; a report of it.

        Blocks keep their uid and get new ids, so that a second merge adds nothing. What is the same block in both, by
        uid, or by key and text, is one block afterwards. Where the two contradict each other, what is here stays, and
        the report says so: a key with another text, a block that both have corrected, an anchor that points elsewhere,
        other weights of a namespace.
        What was forgotten here is passed over, unless it is to be brought back (`bring_back`); what was forgotten in
        the other stays here. That one is only read. With `dry_run` nothing is written. `progress` is called with (rows,
        total).

        Raises NotFound if there is no memory, InvalidInput if it is this one, and what `open` raises.
        """
        from os.path import isdir, samefile

        from greeum.transfer import merge

        assert self._open_store is not None, "whoever joins a memory says how to open another"
        is_dry = inputs.truth(dry_run, "dry_run")
        comes_back = inputs.truth(bring_back, "bring_back")
        directory = inputs.path(other, "other")
        if not isdir(directory):
            raise NotFound(f"{directory}: there is no such directory")
        if self._store.directory is not None and samefile(directory, self._store.directory):
            raise InvalidInput("other", "is the memory itself")
        store = self._open_store(directory)
        try:
            return merge(self._store, store, self._door(), dry_run=is_dry, bring_back=comes_back, progress=progress)
        finally:
            store.close()
            self._follower.catch_up()

    def _door(self) -> Admission:
        """What comes from elsewhere comes in here."""
        from greeum.importers.admission import Admission

        return Admission(self._drafter, self._embedder)


def none_used(block: int) -> NotFound:
    return NotFound(f"there is no block {block}: no use was counted")
