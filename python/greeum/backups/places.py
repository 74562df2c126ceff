"""Where a memory's backups are: it must tell all of them what it forgets."""

from __future__ import annotations

from json import dumps, loads

from greeum.errors import NotFound

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.store.protocol import Store

SETTING = "backups"


def places_of(store: Store) -> list[str]:
    """The directories, in the order in which they were first used."""
    places: list[str] = loads(store.setting(SETTING) or "[]")
    return places


def remember(store: Store, place: str) -> None:
    """Tell this directory too from now on."""
    places = places_of(store)
    if place not in places:
        store.put_setting(SETTING, dumps([*places, place], ensure_ascii=False))


def drop(store: Store, place: str) -> None:
    """Tell this directory no more. Raises NotFound."""
    places = places_of(store)
    if place not in places:
        there = ", ".join(places) or "none"
        raise NotFound(f"this memory has no backups in {place}; there are {there}")
    store.put_setting(SETTING, dumps([one for one in places if one != place], ensure_ascii=False))
