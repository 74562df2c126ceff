"""`memory.time_zone` of a memory elsewhere."""

from __future__ import annotations

from greeum import inputs
from greeum._core import Zone
from greeum.remote import bodies, rows
from greeum.remote.client import LONG_S

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.remote.client import Client

PATH = "/v1/time-zone"


class RemoteTimeZone:
    """As `TimeZone`."""

    __slots__ = ("_client",)

    def __init__(self, client: Client) -> None:
        self._client = client

    def get(self) -> str:
        """As `TimeZone.get`."""
        return self._client.read(PATH, rows.time_zone)

    def set(self, name: str) -> str:
        """As `TimeZone.set`."""
        zone = Zone(inputs.name(name, "time_zone"))
        body = {"time_zone": bodies.quoted(zone.name)}
        return self._client.change("PUT", PATH, body, rows.time_zone, timeout_s=LONG_S)
