"""Where a memory is at home: by whose days it understands "yesterday", and what a date without a time means there."""

from __future__ import annotations

from greeum import inputs
from greeum._core import Zone
from greeum.errors import InvalidInput

__all__ = ["TimeZone", "Zone", "chosen", "said_at"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.follower import Follower
    from greeum.model import Block
    from greeum.store.protocol import Store


FIXED = {"EST": "America/New_York", "MST": "America/Denver"}
"""Abbreviations that the database has for clocks that are never changed, and the places that are mostly meant by them:
there they are changed twice a year."""


def chosen(name: str, field: str = "time_zone") -> Zone:
    """The zone of a name that somebody gives. Raises InvalidInput, also for the names in `FIXED`."""
    zone = Zone(inputs.name(name, field))
    if zone.name in FIXED:
        place = FIXED[zone.name]
        raise InvalidInput(
            field,
            f"is {zone.name}, which has no summer time: write {place}, or America/Panama or "
            "America/Phoenix if you mean that",
        )
    return zone


class TimeZone:
    """`memory.time_zone`: by whose days the memory goes.

    "Yesterday" in a text is the day before the one on which it was said there, and in a query the day before its `now`.
    Times that are given without an offset are those of a clock there: `at`, `as_of`, filters and all others.
    """

    __slots__ = ("_follower", "_store")

    def __init__(self, store: Store, follower: Follower) -> None:
        self._store = store
        self._follower = follower

    def __repr__(self) -> str:
        return f"TimeZone({self.get()!r})"

    def get(self) -> str:
        """Its name in the IANA database; `UTC` unless it was set."""
        return self._follower.zone().name

    def set(self, name: str) -> str:
        """Go by another zone from now on, as `Asia/Seoul`; its name as the database has it. It is kept in the store,
        for every process: each understands all texts anew, which takes as long as making the index does. Moments stay
        what they are. Raises InvalidInput.
        """
        zone = chosen(name)
        if zone.name != self.get():
            self._store.set_time_zone(zone.name)
            self._follower.write_out()
        return zone.name


def said_at(block: Block, zone: Zone) -> str:
    """When it was said, in ISO 8601 as a clock there shows it."""
    return zone.format(block._row[10])
