"""What comes from elsewhere, into the database: inside a transaction that the caller ends."""

from __future__ import annotations

from greeum.store import changes, erasure
from greeum.store.arrivals import Intake
from greeum.store.statements import row_of, rows_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import apsw

    from greeum.store.arrivals import Arrival, Outcome
    from greeum.store.protocol import BlockRow, Draft


def take_in(connection: apsw.Connection, arrivals: Sequence[Arrival], *, stop: bool, bring_back: bool) -> list[Outcome]:
    return Intake(_Shelf(connection), arrivals, stop=stop, bring_back=bring_back).run()


class _Shelf:
    """What an Intake asks of the database."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def ids_of(self, uids: Iterable[str]) -> dict[str, int]:
        return changes.ids_of(self._connection, uids)

    def forgotten(self, uids: Iterable[str]) -> set[str]:
        return erasure.forgotten(self._connection, uids)

    def head(self, namespace: str, key: str) -> BlockRow | None:
        row: BlockRow | None = row_of(self._connection, "block_by_key", namespace, key)
        return row

    def chain(self, block_id: int) -> list[BlockRow]:
        return rows_of(self._connection, "history", block_id)

    def place(self, drafts: Sequence[Draft]) -> list[BlockRow]:
        return changes.add(self._connection, drafts)

    def correct(self, block_id: int, draft: Draft) -> BlockRow:
        return changes.supersede(self._connection, block_id, draft, None)
