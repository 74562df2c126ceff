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


class Rehearsal:
    """Has the face of an Intake, and looks at the Store only. It remembers sixteen bytes of each block."""

    def __init__(self, store: Store, report: Report, *, keeps_anchors: bool = False) -> None:
        self._store = store
        self._report = report
        self._keeps_anchors = keeps_anchors
        self._uids: set[bytes] = set()
        """Of blocks that would be here."""
        self._keys: dict[tuple[str, str], str] = {}

    def block(self, where: str, arrival: Arrival) -> None:
        draft = arrival.draft
        is_here = self._is_here(draft.uid)
        if arrival.before is not None and not is_here and not self._is_here(arrival.before):
            self._report.skip(where, f"supersedes: {unknown(arrival.before)}")
            return
        self._uids.add(bytes.fromhex(draft.uid))
        if is_here:
            self._report.present += 1
        elif arrival.before is not None:
            self._add(arrival, corrects=True)
        else:
            self._by_key(where, arrival)

    def _by_key(self, where: str, arrival: Arrival) -> None:
        draft = arrival.draft
        texts = [] if draft.key is None else self._texts(draft.namespace, draft.key)
        if draft.text in texts:
            self._report.present += 1
        elif not texts or arrival.replaces:
            self._add(arrival, corrects=bool(texts))
        else:
            self._report.skip(where, f"the key {draft.key!r} is taken by a block which has another text")

    def _add(self, arrival: Arrival, *, corrects: bool) -> None:
        self._report.added += 1
        self._report.corrected += corrects
        if arrival.draft.key is not None:
            self._keys[arrival.draft.namespace, arrival.draft.key] = arrival.draft.text

    def _texts(self, namespace: str, key: str) -> list[str]:
        """What the block of this key says, in all its versions."""
        planned = self._keys.get((namespace, key))
        head = self._store.block_by_key(namespace, key)
        stored = [] if head is None else [row[4] for row in self._store.history(head[0])]
        return stored if planned is None else [*stored, planned]

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
