"""The time zone of a confined memory."""

from __future__ import annotations

from greeum.errors import Forbidden

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

    from greeum.memory import Memory


class RootedTimeZone:
    """`Rooted.time_zone`: that of the whole memory. It can be seen, and not changed, since it concerns others too."""

    __slots__ = ("_time_zone",)

    def __init__(self, memory: Memory) -> None:
        self._time_zone = memory.time_zone

    def get(self) -> str:
        """As `TimeZone.get`."""
        return self._time_zone.get()

    def set(self, name: str) -> NoReturn:
        """Forbidden."""
        raise Forbidden("`time_zone.set` concerns the whole memory, and this one is confined to a namespace")
