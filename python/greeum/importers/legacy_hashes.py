"""The hashes of blocks in older stores: two programs made them in two ways, and some blocks have none.

They are checked and told of, and nothing is refused for them.
"""

from __future__ import annotations

from hashlib import sha256
from json import dumps

from greeum.importers.records import Note

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.importers.databases import Row
    from greeum.importers.records import Findings


class Chain:
    """The chain of blocks as it is read, in order."""

    def __init__(self) -> None:
        self._last: object = None
        self._breaks = 0
        self._kinds: dict[str, int] = {}

    def kind(self, row: Row) -> str:
        """Which way a block's hash was made: "library", "server", "none", or "unverified" if in none that is known."""
        if self._last is not None and row["prev_hash"] != self._last:
            self._breaks += 1
        self._last = row["hash"]
        kind = kind_of(row)
        self._kinds[kind] = self._kinds.get(kind, 0) + 1
        return kind

    def notes(self) -> Findings:
        """What there is to see of it."""
        if self._breaks:
            yield Note(
                f"the chain of hashes breaks at {self._breaks:,} blocks, as it does after some versions and deletions"
            )
        if self._kinds.get("unverified"):
            yield Note(
                f"{self._kinds['unverified']:,} hashes were made in a way that is not known here, as of revisions"
            )


def kind_of(row: Row) -> str:
    if not row["hash"]:
        return "none"
    plain = {name: row[name] for name in ("block_index", "timestamp", "context", "prev_hash")}
    with_importance = plain | {"importance": row["importance"]}
    for kind, said, is_ascii in (("library", with_importance, False), ("server", plain, True)):
        written = dumps(said, sort_keys=True, ensure_ascii=is_ascii)
        if sha256(written.encode(errors="surrogatepass")).hexdigest() == row["hash"]:
            return kind
    return "unverified"
