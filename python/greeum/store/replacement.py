"""The vectors of another embedder, gathered beside those in use until they can take their place.

The table is found by its reference to blocks when these are forgotten (see `erasure`), so that nothing is left in it
either.
"""

from __future__ import annotations

from greeum.errors import Conflict
from greeum.store.statements import SQL, load

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, Protocol, TypeVar

    import apsw

    T = TypeVar("T")

    class Turn(Protocol):
        """Runs something with a connection, inside a transaction if it changes anything."""

        def __call__(self, work: Callable[[apsw.Connection], T], /) -> T: ...


class Replacement:
    """What a store gathers for the embedder with this fingerprint, and how it takes over: a transaction a method."""

    def __init__(self, ask: Turn, change: Turn, fingerprint: str, dimension: int) -> None:
        self._ask = ask
        self._change = change
        self._fingerprint = fingerprint
        self._dimension = dimension
        self._sql = load("replacement.sql")

    def begin(self) -> None:
        """Gather vectors of this embedder from now on; what was gathered for another one is dropped."""

        def work(connection: apsw.Connection) -> None:
            if not self._is_awaited(connection):
                self._run(connection, "clear")
                self._run(connection, "name_next", self._fingerprint)

        self._change(work)

    def give_up(self) -> None:
        """Gather none, for whatever embedder."""

        def work(connection: apsw.Connection) -> None:
            self._run(connection, "clear")
            self._run(connection, "unname_next")

        self._change(work)

    def awaited(self) -> str | None:
        """The embedder that vectors are gathered for now, if there is one."""
        found = self._ask(lambda connection: self._run(connection, "next_embedder"))
        return found[0][0] if found else None

    def amounts(self) -> tuple[int, int]:
        """How many blocks have vectors of the next embedder, and how many there are; versions count."""
        [(done, total)] = self._ask(lambda connection: self._run(connection, "amounts"))
        return done, total

    def wanting(self, after: int, limit: int) -> list[tuple[int, str]]:
        """Id and text of blocks that have no such vectors yet: the first ones above an id."""
        return self._ask(lambda connection: self._run(connection, "wanting", after, limit))

    def keep(self, vectors: Sequence[tuple[int, bytes]]) -> None:
        """Keep the vectors of these blocks, as far as they are still there. Raises Conflict."""

        def work(connection: apsw.Connection) -> None:
            self._check_awaited(connection)
            connection.executemany(self._sql["keep"], vectors)

        self._change(work)

    def take_over(self, most: int, encode: Callable[[Sequence[str]], list[bytes]]) -> int | None:
        """Put what was gathered in the place of the vectors in use, and bind the store to the embedder. Up to `most`
        blocks may still have none: they are encoded while whoever wants to write waits. How many these were; None, and
        nothing is changed, if there are more. Raises Conflict.
        """

        def work(connection: apsw.Connection) -> int | None:
            self._check_awaited(connection)
            last = self._run(connection, "wanting", 0, most + 1)
            if len(last) > most:
                return None
            codes = encode([text for _, text in last]) if last else []
            connection.executemany(
                self._sql["keep"], [(block, code) for (block, _), code in zip(last, codes, strict=True)]
            )
            for step in ("drop_old", "promote", "begin_anew", "unname_next"):
                self._run(connection, step)
            for name, value in (("embedder", self._fingerprint), ("dimension", self._dimension)):
                connection.execute(SQL["put_setting"], (name, value)).fetchall()
            return len(last)

        return self._change(work)

    def _check_awaited(self, connection: apsw.Connection) -> None:
        if not self._is_awaited(connection):
            raise Conflict(
                f"vectors of {self._fingerprint} are no longer wanted: another change of embedder was begun, or done"
            )

    def _is_awaited(self, connection: apsw.Connection) -> bool:
        return self._run(connection, "next_embedder") == [(self._fingerprint,)]

    def _run(self, connection: apsw.Connection, statement: str, *bindings: Any) -> list[Any]:
        return connection.execute(self._sql[statement], bindings).fetchall()
