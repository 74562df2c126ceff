"""What MemoryStore holds, and what is looked up in it with its lock held. The parts of that Store stand on it."""

from __future__ import annotations

from _thread import allocate_lock
from os import urandom

from greeum.errors import NotFound, StoreClosed
from greeum.store.protocol import DEFAULT_ZONE
from greeum.store.rows import SUPERSEDED_BY, SUPERSEDES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.store.protocol import AnchorRow, BlockRow, CertificateRow, LinkRow


class Tables:
    """Rows of every sort, by what they are asked by."""

    def __init__(self) -> None:
        self._gate = Gate()
        self._embedder: tuple[str, int] | None = None
        self._last_id = 0
        self._rows: dict[int, BlockRow] = {}  # in ascending order of id, as they were added
        self._vectors: dict[int, bytes] = {}
        self._uids: dict[str, int] = {}
        self._heads: dict[tuple[str, str], int] = {}
        self._taken: dict[str, BlockRow] = {}
        """What became of each draft of the request at hand, by its uid."""
        self._links: dict[tuple[int, int, str], LinkRow] = {}
        self._anchors: dict[tuple[str, str], AnchorRow] = {}
        self._log: list[tuple[int, int]] = []
        self._digests: dict[int, list[int]] = {}
        self._digest_of: dict[int, int] = {}
        self._policies: dict[str, str] = {}
        self._weights: dict[str, str] = {}
        self._time_zone = DEFAULT_ZONE
        self._settings_changes = 0
        self._certificates: list[CertificateRow] = []
        self._ledger: dict[bytes, tuple[int, int]] = {}
        """Digest of a uid → block id, number of the certificate."""
        self._settings = {
            "memory_id": urandom(16).hex(),
            "lineage": urandom(16).hex(),
            "certificate_key": urandom(32).hex(),
        }
        self._log_start = 0  # changes that were cut off

    def _existing(self, block_id: int) -> BlockRow:
        if block_id not in self._rows:
            raise NotFound(f"there is no block {block_id} here (it may have been forgotten)")
        return self._rows[block_id]

    def _existing_anchor(self, namespace: str, name: str) -> AnchorRow:
        if (namespace, name) not in self._anchors:
            raise NotFound(f"there is no anchor {name!r} in the namespace {namespace!r}: set it first")
        return self._anchors[namespace, name]

    def _chain(self, block_id: int) -> list[BlockRow]:
        """Every version, oldest first."""
        if block_id not in self._rows:
            return []
        row = self._rows[block_id]
        while row[SUPERSEDES] is not None:
            row = self._rows[row[SUPERSEDES]]
        chain = [row]
        while chain[-1][SUPERSEDED_BY] is not None:
            chain.append(self._rows[chain[-1][SUPERSEDED_BY]])
        return chain


class Gate:
    """Lets in one thread at a time, and nobody once it is closed."""

    def __init__(self) -> None:
        self._mutex = allocate_lock()
        self._closed = False

    def __enter__(self) -> None:
        self._mutex.acquire()
        if self._closed:
            self._mutex.release()
            raise StoreClosed("this memory has been closed; open it again")

    def __exit__(self, *error: object) -> None:
        self._mutex.release()

    def close(self) -> None:
        with self._mutex:
            self._closed = True
