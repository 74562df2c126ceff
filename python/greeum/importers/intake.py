"""Takes drafts, links and anchors that name blocks by uid into a Store, many in one transaction."""

from __future__ import annotations

from typing import NamedTuple

from greeum.errors import Conflict, Forbidden, InvalidInput, NotFound
from greeum.store.arrivals import Arrival, PassedOver
from greeum.store.protocol import DEFAULT_ZONE
from greeum.weights import KeptWeights

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import TypeAlias

    from greeum.errors import GreeumError
    from greeum.importers.admission import Admission
    from greeum.importers.report import ImportReport
    from greeum.store.arrivals import Outcome
    from greeum.store.protocol import AnchorRow, LinkRow, Store
    from greeum.weights import Own

    Located: TypeAlias = list[tuple[str, Arrival]]
    Refusal: TypeAlias = InvalidInput | Conflict | Forbidden


LINE = "line"
"""The field of an error that is about a line in whole: its place names it already."""


class LinkAt(NamedTuple):
    """A link, and where it was found; its ends are uids."""

    where: str
    source: str
    target: str
    kind: str
    weight: float
    added_at: int
    origin: str = ""


class AnchorAt(NamedTuple):
    """An anchor, and where it was found; its block is a uid."""

    where: str
    namespace: str
    name: str
    block: str
    hops: int
    pinned: bool
    moved_at: int


class WeightsAt(NamedTuple):
    """What is kept of a namespace's weights, and where it was found."""

    where: str
    namespace: str
    own: Own


BATCH = 500
"""Blocks, links or anchors of one transaction: its sync is then a small part of its cost, and other writers wait for
milliseconds only."""


def takes_zone(store: Store) -> bool:
    """Whether nobody has said by whose days a memory goes, and none of its texts has been understood by any."""
    return store.seq() == 0 and store.time_zone() == DEFAULT_ZONE


def zone_stays(name: str, store: Store) -> str:
    return f"its texts were told by the days of {name}: here they are understood by those of {store.time_zone()}"


class Intake:
    """Takes things in, in order. `strict` raises the first error and takes nothing after it; otherwise the report says
    what could not be taken, and the rest is. Links that do not say their origin are from `origin`.
    """

    def __init__(
        self,
        store: Store,
        door: Admission,
        report: ImportReport,
        *,
        origin: str = "",
        strict: bool = False,
        keeps_anchors: bool = False,
        bring_back: bool = False,
    ) -> None:
        self._store = store
        self._door = door
        self._origin = origin
        self._report = report
        self._strict = strict
        self._keeps_anchors = keeps_anchors
        """Whether an anchor that is here stays where it is, and weights as they are."""
        self._bring_back = bring_back
        self._passed_over = PassedOver(store, bring_back=bring_back)
        self._merged: dict[str, int] = {}
        """Blocks that are here under another uid, since their key says the same."""
        self._blocks: Located = []
        self._links: list[LinkAt] = []
        self._anchors: list[AnchorAt] = []

    def block(self, where: str, arrival: Arrival) -> None:
        if self._strict and (self._links or self._anchors):
            self.flush()
        self._blocks.append((where, arrival))
        if len(self._blocks) >= BATCH:
            self.flush()

    def link(self, link: LinkAt) -> None:
        if self._strict and (self._blocks or self._anchors):
            self.flush()
        self._links.append(link)
        if len(self._links) >= BATCH:
            self.flush()

    def anchor(self, anchor: AnchorAt) -> None:
        if self._strict and (self._blocks or self._links):
            self.flush()
        self._anchors.append(anchor)
        if len(self._anchors) >= BATCH:
            self.flush()

    def weights(self, weights: WeightsAt) -> None:
        """Few, and short: each at once."""
        if self._strict:
            self.flush()
        where, namespace, own = weights
        here = self._store.weights(namespace) if self._keeps_anchors else None
        if here is None:
            KeptWeights(self._store).put(namespace, own)
            self._report.weights += 1
        elif here != own.written():
            self._report.skip(where, weights_stay(namespace))

    def zone(self, name: str) -> None:
        """By whose days the blocks were told. A memory that holds nothing goes by them from now on."""
        if takes_zone(self._store):
            self._store.set_time_zone(name)
        elif name != self._store.time_zone():
            self._report.note(zone_stays(name, self._store))

    def flush(self) -> None:
        """Have everything that was given so far in the Store."""
        blocks, self._blocks = self._blocks, []
        links, self._links = self._links, []
        anchors, self._anchors = self._anchors, []
        if blocks:
            self._take_blocks(blocks)
        if links:
            self._take_links(links)
        if anchors:
            self._take_anchors(anchors)

    # Blocks.

    def _take_blocks(self, blocks: Located) -> None:
        present = self._store.ids_of([arrival.draft.uid for _, arrival in blocks])
        new = [(where, self._known_before(arrival)) for where, arrival in blocks if arrival.draft.uid not in present]
        self._report.present += len(blocks) - len(new)
        # The store looks into its ledger again as it takes them in. They are not embedded to be passed over, though.
        gone = self._passed_over.arriving(arrival for _, arrival in new)
        fresh = [(where, arrival) for where, arrival in new if arrival.draft.uid not in gone]
        self._report.forgotten += len(new) - len(fresh)
        admitted, problem = self._admitted(fresh)
        arrivals = [arrival for _, arrival in admitted]
        self._door.embed([arrival.draft for arrival in arrivals])
        outcomes = self._store.take_in(arrivals, stop=self._strict, bring_back=self._bring_back)
        for (where, arrival), outcome in zip(admitted, outcomes, strict=False):
            self._note(where, arrival, outcome)
        if problem is not None:
            self.refuse(*problem)

    def _admitted(self, blocks: Located) -> tuple[Located, tuple[str, InvalidInput] | None]:
        """Those that may come in; if all ends at the first that may not, also that one."""
        admitted: Located = []
        for where, arrival in blocks:
            try:
                self._door.admit(arrival.draft)
            except InvalidInput as error:
                if self._strict:
                    return admitted, (where, error)
                self.refuse(where, error)
            else:
                admitted.append((where, arrival))
        return admitted, None

    def _known_before(self, arrival: Arrival) -> Arrival:
        """The same, with the uid under which the block before it is here."""
        known = None if arrival.before is None else self._merged.get(arrival.before)
        if known is None:
            return arrival
        rows = self._store.blocks([known])
        return Arrival(arrival.draft, rows[0][1] if rows else arrival.before, replaces=arrival.replaces)

    def _note(self, where: str, arrival: Arrival, outcome: Outcome) -> None:
        if isinstance(outcome, NotFound):
            self.refuse(where, InvalidInput("supersedes", str(outcome)))
        elif isinstance(outcome, (Conflict, Forbidden)):
            self.refuse(where, outcome)
        else:
            state, block_id = outcome
            if state == "present":
                self._report.present += 1
                self._merged[arrival.draft.uid] = block_id  # else it would have been found by its uid
            elif state == "forgotten":
                self._report.forgotten += 1
                self._passed_over.add(arrival.draft.uid)
            else:
                self._report.added += 1
                self._report.corrected += state == "corrected"

    def refuse(self, where: str, error: Refusal) -> None:
        """Raise it, with its place, or put it into the report."""
        if self._strict:
            raise at(where, error)
        self._report.skip(where, why(error))

    # Links and anchors.

    def _ids(self, uids: Sequence[str]) -> dict[str, int]:
        """The ids of those that are here, be it under another uid."""
        return {uid: self._merged[uid] for uid in uids if uid in self._merged} | self._store.ids_of(uids)

    def _gone(self, uids: Iterable[str], ids: dict[str, int]) -> set[str]:
        """Those that are not here since they are passed over: what names them is passed over too."""
        missing = [uid for uid in uids if uid not in ids]
        return self._passed_over.among(missing) if missing else set()

    def _take_links(self, links: Sequence[LinkAt]) -> None:
        uids = [uid for link in links for uid in (link.source, link.target)]
        ids = self._ids(uids)
        gone = self._gone(uids, ids)
        rows: list[LinkRow] = []
        problem: tuple[str, InvalidInput] | None = None
        for where, source, target, kind, weight, added_at, origin in links:
            if source in gone or target in gone:
                continue
            problem = link_problem(where, source, target, ids)
            if problem is None:
                said = self._door.origin(origin or self._origin)
                rows.append((ids[source], ids[target], kind, weight, added_at, said))
            elif self._strict:
                break
            else:
                self.refuse(*problem)
        self._report.links += self._store.link_many(rows)
        if self._strict and problem is not None:
            self.refuse(*problem)

    def _take_anchors(self, anchors: Sequence[AnchorAt]) -> None:
        uids = [anchor.block for anchor in anchors]
        ids = self._ids(uids)
        gone = self._gone(uids, ids)
        rows: list[AnchorRow] = []
        problem: tuple[str, InvalidInput] | None = None
        for where, namespace, name, uid, hops, pinned, moved_at in anchors:
            if uid in gone:
                continue
            if uid not in ids:
                problem = where, InvalidInput("block", unknown(uid))
                if self._strict:
                    break
                self.refuse(*problem)
            elif not self._is_kept(where, namespace, name, ids[uid]):
                rows.append((namespace, name, ids[uid], hops, pinned, moved_at))
        self._report.anchors += len(self._store.set_anchors(rows))
        if self._strict and problem is not None:
            self.refuse(*problem)

    def _is_kept(self, where: str, namespace: str, name: str, block_id: int) -> bool:
        """Whether there is such an anchor that is to stay; one that points elsewhere is a conflict."""
        here = self._store.anchor(namespace, name) if self._keeps_anchors else None
        if here is None:
            return False
        if here[2] != block_id:
            self._report.skip(where, stays(name, here[2]))
        return True


def link_problem(where: str, source: str, target: str, ids: Mapping[str, object]) -> tuple[str, InvalidInput] | None:
    """Why a link between blocks of these uids cannot be added, if it cannot."""
    for field, uid in (("source", source), ("target", target)):
        if uid not in ids:
            return where, InvalidInput(field, unknown(uid))
    if ids[source] == ids[target]:
        return where, InvalidInput("target", "is the block itself")
    return None


def stays(name: str, block_id: int) -> str:
    return f"the anchor {name!r} points to block {block_id} here, and stays there"


def weights_stay(namespace: str) -> str:
    return f"the namespace {namespace!r} has other weights here, and keeps them"


def unknown(uid: str) -> str:
    return f"names block {uid}, which is neither in this memory nor in a line before"


def at(where: str, error: Refusal) -> Refusal:
    """The same error with its place in it."""
    if isinstance(error, InvalidInput):
        return InvalidInput(where if error.field == LINE else f"{where}: {error.field}", error.reason)
    return type(error)(f"{where}: {error}")


def why(error: GreeumError) -> str:
    """What stands beside a place about what is wrong there."""
    return error.reason if isinstance(error, InvalidInput) and error.field == LINE else str(error)
