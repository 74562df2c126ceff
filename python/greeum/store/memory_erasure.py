"""How blocks leave a Store in memory: the twin of `erasure`."""

from __future__ import annotations

from os import urandom

from greeum.store.certificates import certify, uid_digest
from greeum.store.memory_provenance import MemoryProvenance
from greeum.store.protocol import ANCHOR, FORGOTTEN, LINKS, UNSAID, Erased
from greeum.store.rows import ID, KEY, NAMESPACE, SUPERSEDED_BY, UID

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from greeum.store.protocol import CertificateRow, ErasureRequest, LedgerRow


class MemoryErasure(MemoryProvenance):
    """The part of MemoryStore that forgets."""

    def forget(self, block_ids: Iterable[int], request: ErasureRequest = UNSAID) -> Erased:
        with self._gate:
            return self._forget(self._doomed(block_ids), request)

    def would_forget(self, block_ids: Iterable[int]) -> Erased:
        with self._gate:
            return self._doomed(block_ids)

    def reconcile(self, ledger: Sequence[LedgerRow], request: ErasureRequest = UNSAID) -> Erased:
        with self._gate:
            for digest, block_id, _ in ledger:
                known, by = self._ledger.get(digest, (0, 0))
                self._ledger[digest] = (max(known, block_id), by)
            self._last_id = max(self._last_id, *(block_id for block_id, _ in self._ledger.values()), 0)
            self._settings["lineage"] = urandom(16).hex()
            named = [(row[ID], self._ledger.get(uid_digest(row[UID]), (0, 0))[0]) for row in self._rows.values()]
            gone = [block_id for block_id, last in named if block_id <= last]
            doomed = {row[ID] for block_id in gone for row in self._chain(block_id) if row[ID] >= block_id}
            self._take_apart(sorted(doomed), request.at)
            return self._forget(self._doomed(doomed), request)

    def certificates(self) -> list[CertificateRow]:
        with self._gate:
            return list(self._certificates)

    def ledger(self, after: int) -> list[LedgerRow]:
        with self._gate:
            found = [(digest, block_id, by) for digest, (block_id, by) in self._ledger.items() if by > after]
            return sorted(found, key=lambda row: (row[2], row[0]))

    def forgotten(self, uids: Sequence[str]) -> set[str]:
        with self._gate:
            return self._forgotten(uids)

    def _forgotten(self, uids: Iterable[str]) -> set[str]:
        return {uid for uid in uids if uid_digest(uid) in self._ledger}

    def _doomed(self, block_ids: Iterable[int]) -> Erased:
        ids = sorted({row[ID] for block_id in block_ids for row in self._chain(block_id)})
        gone = set(ids)
        return Erased(
            ids,
            blocks=sum(self._rows[block_id][SUPERSEDED_BY] is None for block_id in ids),
            links=sum(not gone.isdisjoint(link[:2]) for link in self._links),
            anchors=sum(anchor[2] in gone for anchor in self._anchors.values()),
        )

    def _forget(self, erased: Erased, request: ErasureRequest) -> Erased:
        if not erased:
            return erased
        gone = set(erased)
        links = [link for link in self._links if not gone.isdisjoint(link[:2])]
        anchors = sorted(name for name, anchor in self._anchors.items() if anchor[2] in gone)
        bereft = sorted({source for source, _, _ in links} - gone)
        pointed_to = [self._anchors[name][2] for name in anchors]
        for link in links:
            del self._links[link]
        for name in anchors:
            del self._anchors[name]
        number = len(self._certificates) + 1
        for block_id in erased:
            digest = uid_digest(self._rows[block_id][UID])
            self._ledger[digest] = (max(block_id, self._ledger.get(digest, (0, 0))[0]), number)
            self._erase(block_id)
        self._log += [(FORGOTTEN, block_id) for block_id in erased]
        self._log += [(LINKS, block_id) for block_id in bereft]
        self._log += [(ANCHOR, block_id) for block_id in pointed_to]
        erased.certificate = self._certify(erased, request)
        return erased

    def _certify(self, erased: Erased, request: ErasureRequest) -> CertificateRow:
        before = (self._certificates[-1][0], self._certificates[-1][-1]) if self._certificates else None
        number = len(self._certificates) + 1
        digests = sorted(digest for digest, (_, by) in self._ledger.items() if by == number)
        amounts = erased.blocks, len(erased), erased.links, erased.anchors
        self._certificates.append(certify(before, request, amounts, len(self._log), digests))
        return self._certificates[-1]

    def _erase(self, block_id: int) -> None:
        row = self._rows.pop(block_id)
        key = row[KEY]
        del self._vectors[block_id], self._uids[row[UID]]
        digest = self._digest_of.pop(block_id, None)
        if digest is not None:
            self._digests[digest].remove(block_id)
            if not self._digests[digest]:
                del self._digests[digest]
        if key is not None and row[SUPERSEDED_BY] is None:
            del self._heads[row[NAMESPACE], key]
