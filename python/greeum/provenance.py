"""Who wrote what: blocks are hidden, shown again, and what an origin wrote is undone."""

from __future__ import annotations

from greeum import inputs, limits
from greeum.errors import Forbidden, InvalidInput, NotFound, StoreBusy, StoreFailed
from greeum.model import RolledBack
from greeum.store.rows import ID, QUARANTINED, is_quarantined

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from greeum.follower import Follower
    from greeum.forgetting import Forgetting
    from greeum.inputs import Namespace, Time
    from greeum.store.protocol import Store


class Provenance:
    """What somebody who is trusted this far may do with what others wrote: nothing, unless it is in full."""

    def __init__(
        self, store: Store, follower: Follower, forgetting: Forgetting, trust: float, now_us: Callable[[], int]
    ) -> None:
        self._store = store
        self._follower = follower
        self._forgetting = forgetting
        self._trust = trust
        self._now_us = now_us

    def flag(
        self,
        is_set: bool,
        block: int | Iterable[int] | None,
        origin: str | None,
        source: str | None,
        where: Mapping[str, object] | None,
        namespace: Namespace,
        dry_run: bool,
    ) -> list[int]:
        """Hide blocks, or show them again; the ids of those that were not so already."""
        self._check_trusted_in_full("quarantines and releases")
        is_dry = inputs.truth(dry_run, "dry_run")
        if block is None:
            ids = self._meant(origin, source, where, namespace)
        elif (origin, source, where, namespace) == (None, None, None, ""):
            ids = self._known(block)
        else:
            raise InvalidInput("block", "comes alone: an id says which block is meant")
        if is_dry:
            rows = self._store.blocks(sorted(ids))
            return [row[ID] for row in rows if is_quarantined(row) != is_set]
        changed = self._store.flag(ids, QUARANTINED, is_set)
        self._follower.catch_up()
        return changed

    def roll_back(
        self, origin: str, since: Time | None, namespace: Namespace, *, forget: bool, dry_run: bool
    ) -> RolledBack:
        """Undo what an origin, and those below it, wrote."""
        self._check_trusted_in_full("rolls back")
        begin = limits.TIME_MIN_US if since is None else inputs.time(since, "since", self._follower.zone)
        scope = inputs.namespace(namespace)
        is_dry, erases = inputs.truth(dry_run, "dry_run"), inputs.truth(forget, "forget")
        undone = self._store.roll_back(inputs.name(origin, "origin"), begin, scope, self._now_us(), is_dry)
        self._follower.catch_up()
        if not erases or not undone.written:
            return RolledBack(undone, [])
        return RolledBack(undone, undone.written if is_dry else self._erased(undone.written))

    def _erased(self, written: list[int]) -> list[int]:
        """Raises StoreFailed if that cannot be done now: unlike StoreBusy that does not say that nothing was done."""
        try:
            return list(self._forgetting.named(written, dry_run=False))
        except StoreBusy as error:
            reason = "it was rolled back, and its blocks are hidden, but not erased: forget them by their origin"
            raise StoreFailed(f"{reason} ({error})") from error

    def _known(self, block: int | Iterable[int]) -> set[int]:
        """The ids of blocks that are all there. Raises NotFound."""
        ids = set(inputs.block_ids(block))
        missing = sorted(ids - {row[ID] for row in self._store.blocks(sorted(ids))})
        if missing:
            raise NotFound(f"there is no block {missing[0]}: nothing was changed")
        return ids

    def _meant(
        self, origin: str | None, source: str | None, where: Mapping[str, object] | None, namespace: Namespace
    ) -> set[int]:
        """The blocks, hidden and superseded ones too, for which all that is given holds."""
        scope = inputs.namespace(namespace)
        if origin is None and source is None and where is None and not scope:
            raise InvalidInput("origin", "is missing: name an origin, a source, a filter, a namespace, or ids")
        written = (
            None if origin is None else self._store.written_by(inputs.name(origin, "origin"), limits.TIME_MIN_US, scope)
        )
        if written is not None and source is None and where is None:
            return set(written)
        inputs.where(where)
        asked: list[Mapping[str, object]] = [] if where is None else [where]
        if source is not None:
            asked.append({"source": inputs.name(source, "source")})
        filter_json = inputs.where({"and": asked}) if asked else None
        # What has expired too, for it may yet be given more time.
        found = set(self._follower.versions(scope, filter_json))
        return found if written is None else found & set(written)

    def _check_trusted_in_full(self, deed: str) -> None:
        if self._trust < 1:
            raise Forbidden(f"who {deed} must be trusted in full; what you write is trusted to {self._trust:g}")
