"""What an Intake would do, without doing it."""

from __future__ import annotations

from greeum.importers.intake import stays, unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.errors import Conflict, InvalidInput
    from greeum.importers.intake import AnchorAt, LinkAt
    from greeum.importers.report import Report
    from greeum.store.arrivals import Arrival
    from greeum.store.protocol import Store


def corrected_otherwise(block_id: int) -> str:
    return f"its block has been corrected here too, and otherwise (by block {block_id})"


class Rehearsal:
    """Has the face of an Intake, and looks at the Store only. It remembers sixteen bytes of each block."""

    def __init__(self, store: Store, report: Report, *, keeps_anchors: bool = False) -> None:
        self._store = store
        self._report = report
        self._keeps_anchors = keeps_anchors
        self._uids: set[bytes] = set()
        """Of blocks that would be here."""
        self._keys: dict[tuple[str, str], str] = {}
        """What the block of a key would say."""
        self._merged: dict[str, int] = {}
        """Blocks that are here under another uid."""

    def block(self, where: str, arrival: Arrival) -> None:
        draft = arrival.draft
        if self._is_here(draft.uid):
            self._report.present += 1
        elif arrival.before is not None:
            self._after(where, arrival, arrival.before)
        else:
            self._by_key(where, arrival)

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
            self._add(arrival, corrects=True)

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
        elif not (versions or planned) or arrival.replaces:
            self._add(arrival, corrects=bool(versions or planned))
        else:
            self._report.skip(where, f"the key {draft.key!r} is taken by a block which has another text")

    def _add(self, arrival: Arrival, *, corrects: bool) -> None:
        self._report.added += 1
        self._report.corrected += corrects
        self._uids.add(bytes.fromhex(arrival.draft.uid))
        if arrival.draft.key is not None:
            self._keys[arrival.draft.namespace, arrival.draft.key] = arrival.draft.text

    def _is_here(self, uid: str) -> bool:
        return bytes.fromhex(uid) in self._uids or bool(self._store.ids_of([uid]))

    def link(self, link: LinkAt) -> None:
        missing = next((uid for uid in (link.source, link.target) if not self._is_here(uid)), None)
        if missing is None:
            self._report.links += 1
        else:
            self._report.skip(link.where, unknown(missing))

    def anchor(self, anchor: AnchorAt) -> None:
        here = self._store.anchor(anchor.namespace, anchor.name) if self._keeps_anchors else None
        if here is not None:
            if here[2] != self._store.ids_of([anchor.block]).get(anchor.block):
                self._report.skip(anchor.where, stays(anchor.name, here[2]))
        elif self._is_here(anchor.block):
            self._report.anchors += 1
        else:
            self._report.skip(anchor.where, unknown(anchor.block))

    def flush(self) -> None:
        """There is nothing to be written."""

    def refuse(self, where: str, error: InvalidInput | Conflict) -> None:
        self._report.skip(where, str(error))
