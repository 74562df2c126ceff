"""The time zone over HTTP: by whose days a memory goes."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from greeum.api import answers, encoding, wire
from greeum.api.routes import Operation

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum import Memory
    from greeum.api.http import Answer, Call


class NewTimeZone(wire.Request):
    """By whose days to go from now on."""

    time_zone: Annotated[wire.Name, Meta(description="A name of the IANA database, as Asia/Seoul.")]


class TimeZone(answers.Answered):
    """By whose days the memory goes."""

    time_zone: Annotated[str, Meta(description="Its name in the IANA database; UTC unless it was set.")]


def get(memory: Memory, _: Call) -> Answer:
    """By whose days the memory goes: "yesterday" in a text, and times that are given without an offset."""
    return encoding.plain({"time_zone": memory.time_zone.get()})


def put(memory: Memory, call: Call) -> Answer:
    """Go by another zone from now on. All texts are understood anew, which takes as long as making the index does."""
    return encoding.plain({"time_zone": memory.time_zone.set(call.body["time_zone"])})


OPERATIONS = (
    Operation(
        id="time_zone.get", method="GET", path="/v1/time-zone", handle=get, answer=TimeZone
    ),
    Operation(
        id="time_zone.set", method="PUT", path="/v1/time-zone", handle=put, body=NewTimeZone, answer=TimeZone,
        problems=("store-full",), is_long=True,
    ),
)  # fmt: skip
