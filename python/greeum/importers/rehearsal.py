"""What an Intake would do, without doing it."""

from __future__ import annotations

from greeum.errors import InvalidInput
from greeum.importers.intake import link_problem, stays, takes_zone, unknown, weights_stay, why, zone_stays
from greeum.store.arrivals import PassedOver

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.errors import GreeumError
    from greeum.importers.admission import Admission
    from greeum.importers.intake import AnchorAt, LinkAt, WeightsAt
    from greeum.importers.report import ImportReport
    from greeum.store.arrivals import Arrival
    from greeum.store.protocol import Draft, Store


def corrected_otherwise(block_id: int) -> str:
    return f"its block has been corrected here too, and otherwise (by block {block_id})"


class Rehearsal:
    """Has the face of an Intake, and looks at the Store only. It remembers sixteen bytes of each block and each
    new link.
    """

    def __init__(
        self,
        store: Store,
        door: Admission,
        report: ImportReport,
        *,
        keeps_anchors: bool = False,
        bring_back: bool = False,
    ) -> None:
        self._store = store
        self._door = door
        self._report = report
        self._keeps_anchors = keeps_anchors
        self._passed_over = PassedOver(store, bring_back=bring_back)
        self._uids: set[bytes] = set()
        """Of blocks that would be here."""
        self._keys: dict[tuple[str, str], str] = {}
        """What the block of a key would say."""
        self._merged: dict[str, int] = {}
        """Blocks that are here under another uid."""
        self._corrects: dict[str, int] = {}
        """Which blocks that are here those would correct that would be here."""
        self._links: set[bytes] = set()
        """Links that would be new."""

    def block(self, where: str, arrival: Arrival) -> None:
        draft = arrival.draft
        if self._is_here(draft.uid):
            self._report.present += 1
        elif self._passed_over.arriving([arrival]):
            self._report.forgotten += 1
        elif self._is_admitted(where, draft):
            if arrival.before is not None:
                self._after(where, arrival, arrival.before)
            else:
                self._by_key(where, arrival)

    def _is_admitted(self, where: str, draft: Draft) -> bool:
        try:
            self._door.admit(draft)
        except InvalidInput as error:
            self.refuse(where, error)
            return False
        return True

    def _after(self, where: str, arrival: Arrival, before: str) -> None:
        """One that corrects another, which must be here and must not have been corrected otherwise."""
        if not self._is_here(before):
            self._report.skip(where, f"supersedes: {unknown(before)}")
            return
        old = self._merged.get(before) or self._store.ids_of([before]).get(before)
        later = [] if old is None else [row for row in self._store.history(old) if row[0] > old]
        same = [row for row in later if row[4] == arrival.draft.text]
        if same:
            self._find(arrival, same[0][0])
        elif later:
            self._report.skip(where, corrected_otherwise(later[0][0]))
        else:
            self._add(arrival, corrects=True, old=old)

    def _find(self, arrival: Arrival, block_id: int) -> None:
        """It is here under another uid."""
        self._report.present += 1
        self._merged[arrival.draft.uid] = block_id
        self._uids.add(bytes.fromhex(arrival.draft.uid))

    def _by_key(self, where: str, arrival: Arrival) -> None:
        draft = arrival.draft
        key = None if draft.key is None else (draft.namespace, draft.key)
        head = None if key is None else self._store.block_by_key(*key)
        versions = [] if head is None else self._store.history(head[0])
        same = [row for row in versions if row[4] == draft.text]
        planned = None if key is None else self._keys.get(key)
        if same:
            self._find(arrival, same[0][0])
        elif planned == draft.text:
            self._report.present += 1
            self._uids.add(bytes.fromhex(draft.uid))
        elif not (versions or planned) or arrival.replaces:
            self._add(arrival, corrects=bool(versions or planned), old=head and head[0])
        else:
            self._report.skip(where, f"the key {draft.key!r} is taken by a block which has another text")

    def _add(self, arrival: Arrival, *, corrects: bool, old: int | None) -> None:
        self._report.added += 1
        self._report.corrected += corrects
        self._uids.add(bytes.fromhex(arrival.draft.uid))
        if old is not None:
            self._corrects[arrival.draft.uid] = old
        if arrival.draft.key is not None:
            self._keys[arrival.draft.namespace, arrival.draft.key] = arrival.draft.text

    def _is_here(self, uid: str) -> bool:
        return bytes.fromhex(uid) in self._uids or bool(self._store.ids_of([uid]))

    def link(self, link: LinkAt) -> None:
        ids = {uid: here for uid in (link.source, link.target) if (here := self._here(uid)) is not None}
        missing = [uid for uid in (link.source, link.target) if uid not in ids]
        if missing and self._passed_over.among(missing):
            return
        problem = link_problem(link.where, link.source, link.target, ids)
        if problem is not None:
            self.refuse(*problem)
        elif self._is_new(ids[link.source], ids[link.target], link.kind):
            self._report.links += 1

    def _here(self, uid: str) -> int | str | None:
        """What the block of this uid is called here, or would be: its id, or that of the block which it would correct
        and whose links it would have; the uid of one that would be new.
        """
        known = self._store.ids_of([uid]).get(uid) or self._merged.get(uid) or self._corrects.get(uid)
        return known or (uid if bytes.fromhex(uid) in self._uids else None)

    def _is_new(self, source: int | str, target: int | str, kind: str) -> bool:
        """Whether this link is not here, nor in a line before."""
        if isinstance(source, int) and isinstance(target, int) and self._store.has_link(source, target, kind):
            return False
        from hashlib import blake2b

        link = blake2b(f"{source} {target} {kind}".encode(), digest_size=16).digest()
        before = len(self._links)
        self._links.add(link)
        return len(self._links) > before

    def anchor(self, anchor: AnchorAt) -> None:
        if not self._is_here(anchor.block):
            if not self._passed_over.among([anchor.block]):
                self._report.skip(anchor.where, unknown(anchor.block))
            return
        here = self._store.anchor(anchor.namespace, anchor.name) if self._keeps_anchors else None
        if here is None:
            self._report.anchors += 1
        elif here[2] != self._store.ids_of([anchor.block]).get(anchor.block, self._merged.get(anchor.block)):
            self._report.skip(anchor.where, stays(anchor.name, here[2]))

    def weights(self, weights: WeightsAt) -> None:
        here = self._store.weights(weights.namespace) if self._keeps_anchors else None
        if here is None:
            self._report.weights += 1
        elif here != weights.own.written():
            self._report.skip(weights.where, weights_stay(weights.namespace))

    def zone(self, name: str) -> None:
        if not takes_zone(self._store) and name != self._store.time_zone():
            self._report.note(zone_stays(name, self._store))

    def flush(self) -> None:
        """There is nothing to be written."""

    def refuse(self, where: str, error: GreeumError) -> None:
        self._report.skip(where, why(error))
