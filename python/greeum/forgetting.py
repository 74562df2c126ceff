"""Forgetting, as Memory does it: what is meant, how much that is, and what certifies that it was done."""

from __future__ import annotations

from greeum import inputs
from greeum.errors import Conflict, InvalidInput, NotFound, StoreError
from greeum.model import optional_iso
from greeum.store.certificates import SEALED
from greeum.store.protocol import Erased, ErasureRequest
from greeum.store.rows import TRUST, trusted_more

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import TypeAlias

    from greeum.follower import Follower
    from greeum.inputs import Namespace
    from greeum.store.protocol import CertificateRow, Store

    Where: TypeAlias = Mapping[str, object]


class Certificate:
    """That something was forgotten: when, by which origin, at whose request, how many; never what it said.

    Each is sealed with a SHA-256 that covers the one before it, so that none is changed or left out unnoticed:
    `Memory.check` looks. docs/guides/forgetting.md says how to compute it.
    """

    __slots__ = ("_row",)

    def __init__(self, row: CertificateRow) -> None:
        self._row = row

    @property
    def number(self) -> int:
        """1, 2, 3, …"""
        return self._row[0]

    @property
    def sha256(self) -> str:
        """The seal."""
        return self._row[11]

    def to_dict(self) -> dict[str, object]:
        """All that it says, as JSON has it."""
        from json import loads

        said: dict[str, object] = dict(zip((*SEALED, "sha256"), self._row, strict=True))
        return said | {"at": optional_iso(self._row[1]), "asked": loads(self._row[3])}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Certificate) and self._row == other._row

    def __hash__(self) -> int:
        return hash(self._row)

    def __repr__(self) -> str:
        return f"Certificate({self.to_dict()})"


class Forgotten(list[int]):
    """The ids of every version that was forgotten (after a dry run: that would be), ascending.

    `blocks`, `versions`, `links` and `anchors` say how many went, a block and its older versions being one block and
    several versions. `certificate` is None if nothing was there to forget, and after a dry run. `untold` names the
    backups that could not be told (see `Memory.backup`): they will be with the next `forget` or backup,
    unless they have gone on with another copy of this memory.
    """

    def __init__(self, erased: Erased, *, dry_run: bool, untold: Iterable[str] = ()) -> None:
        super().__init__(erased)
        self.blocks = erased.blocks
        self.versions = len(erased)
        self.links = erased.links
        self.anchors = erased.anchors
        self.certificate = None if erased.certificate is None else Certificate(erased.certificate)
        self.dry_run = dry_run
        self.untold = list(untold)

    def seen_from_within(self, links: int, anchors: int) -> Forgotten:
        """The same for those who may know of these links and anchors alone, and of no certificate: it counts all."""
        erased = Erased(self, blocks=self.blocks, links=links, anchors=anchors)
        return Forgotten(erased, dry_run=self.dry_run)

    def to_dict(self) -> dict[str, object]:
        """How many, and the certificate; without the ids."""
        counts: dict[str, object] = {name: getattr(self, name) for name in ("blocks", "versions", "links", "anchors")}
        certificate = None if self.certificate is None else self.certificate.to_dict()
        return counts | {"dry_run": self.dry_run, "certificate": certificate, "untold": self.untold}


class Forgetting:
    """Forgets in one memory, for one origin."""

    def __init__(self, store: Store, follower: Follower, origin: str, trust: float, now_us: Callable[[], int]) -> None:
        self._store = store
        self._follower = follower
        self._origin = origin
        self._trust = trust
        self._now_us = now_us

    def named(self, blocks: int | Iterable[int], *, dry_run: bool) -> Forgotten:
        """Those with these ids. Raises NotFound if one of them is not there, and then forgets none; also if somebody
        else has forgotten all of them meanwhile.
        """
        ids = inputs.block_ids(blocks)
        missing = set(ids) - {row[0] for row in self._store.blocks(ids)}
        if missing:
            raise none_forgotten(min(missing))
        forgotten = self._erase(ids, {"by": "ids", "ids": len(set(ids))}, dry_run=dry_run)
        if ids and not forgotten:
            raise none_forgotten(min(ids))
        return forgotten

    def matching(self, namespace: str, where: Where | None, *, dry_run: bool) -> Forgotten:
        """Those of which a version, an older one or an expired one too, is here and fits the filter."""
        where_json = inputs.where(where)
        asked = {"by": "filter", **digests(self._store, namespace, where)}
        return self._erase(self.ids(namespace, where_json), asked, dry_run=dry_run)

    def everything(self, namespace: str, confirm: int) -> Forgotten:
        """All there is at and below a namespace. Raises Conflict unless `confirm` is how many blocks that are."""
        ids = self.ids(namespace, None)
        there = self._store.would_forget(ids).blocks
        if confirm != there:
            raise Conflict(
                f"there are {there:,} blocks here, and `confirm` is {confirm:,}: nothing was forgotten. To forget "
                "all of them, confirm with their number"
            )
        asked = {"by": "everything", **(digests(self._store, namespace, None) if namespace else {})}
        return self._erase(ids, asked, dry_run=False)

    def ids(self, namespace: str, where_json: str | None) -> list[int]:
        return self._follower.versions(namespace, where_json)

    def _check_trust(self, ids: list[int]) -> None:
        """Raises Forbidden if a version is trusted more than what this origin writes."""
        if self._trust < 1:
            for row in self._store.blocks(self._store.would_forget(ids)):
                if row[TRUST] > self._trust:
                    raise trusted_more(row, self._trust)

    def _erase(self, ids: list[int], asked: Mapping[str, object], *, dry_run: bool) -> Forgotten:
        self._check_trust(ids)
        if dry_run:
            return Forgotten(self._store.would_forget(ids), dry_run=True)
        from json import dumps

        request = ErasureRequest(asked=dumps(asked, separators=(",", ":")), origin=self._origin, at=self._now_us())
        erased = self._store.forget(ids, request)
        untold = tell_backups(self._store) if erased else []
        self._follower.scrub()
        return Forgotten(erased, dry_run=False, untold=untold)


def none_forgotten(block: int) -> NotFound:
    return NotFound(f"there is no block {block}: nothing was forgotten")


def check_scope(block: object, namespace: Namespace | None, where: Where | None) -> None:
    """Raises InvalidInput unless either blocks are named, or a filter that leaves something out."""
    if block is not None and (namespace is not None or where is not None):
        raise InvalidInput("block", "and a namespace or a filter: name either blocks, or what they have in common")
    if block is None and namespace in (None, "", (), []) and where in (None, {}):
        if namespace is None and where is None:
            raise InvalidInput(
                "block", "is missing: name blocks, a namespace or a filter; everything is forgotten by `wipe`"
            )
        field = "namespace" if where is None else "where"
        raise InvalidInput(field, "leaves nothing out: name a namespace or a filter; everything is forgotten by `wipe`")


def digests(store: Store, namespace: str, where: Where | None) -> dict[str, str | None]:
    """What a certificate says of a filter: that it was the same as another one, and nothing of what it looked for.

    HMAC-SHA256 under a key of this memory, so that who has nothing but the certificate cannot try out names.
    """
    import hmac
    from json import dumps, loads

    key = bytes.fromhex(store.setting("certificate_key") or "")
    written = inputs.where(where)
    if written is not None:
        written = dumps(loads(written), sort_keys=True) if where else None
    return {
        "namespace": hmac.digest(key, dumps(["namespace", namespace]).encode(), "sha256").hex() if namespace else None,
        "where": hmac.digest(key, dumps(["where", written]).encode(), "sha256").hex() if written else None,
    }


def certificates(store: Store, namespace: Namespace | None, where: Where | None) -> list[Certificate]:
    """Every certificate, in order; with a filter, those of a request with this very filter."""
    found = [Certificate(row) for row in store.certificates()]
    if namespace is None and where is None:
        return found
    scope = "" if namespace is None else inputs.namespace(namespace)
    wanted = digests(store, scope, where)
    return [one for one in found if wanted.items() <= one.to_dict()["asked"].items()]  # type: ignore[attr-defined]


def tell_backups(store: Store) -> list[str]:
    """Enter what was forgotten into the ledgers that lie with this memory's backups; those that could not be told."""
    if store.setting("backups") is None:
        return []
    from greeum.backups.ledger import tell
    from greeum.backups.places import places_of

    untold = []
    for place in places_of(store):
        try:
            tell(store, place)
        except (StoreError, Conflict):
            # It is forgotten, and the next one to forget or to make a backup tells them of this too; unless they have
            # gone on with another copy of this memory: then they are no longer its backups.
            untold.append(place)
    return untold
