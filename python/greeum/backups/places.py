"""Where a memory's backups are: it must tell all of them what it forgets."""

from __future__ import annotations

from json import dumps, loads

from greeum.errors import NotFound

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias

    from greeum.store.protocol import Store

    Footing: TypeAlias = tuple[int, int]
    """The number of the newest backup there when this memory came to it, and of that which it goes on from."""

SETTING = "backups"


def places_of(store: Store) -> dict[str, Footing | None]:
    """The directories, in the order in which they were first used, each with its footing there; None if that was not
    kept.
    """
    kept = loads(store.setting(SETTING) or "{}")
    if isinstance(kept, list):
        return dict.fromkeys(kept)  # as they were kept before lineages were told apart
    return {place: None if footing is None else (footing[0], footing[1]) for place, footing in kept.items()}


def remember(store: Store, place: str, footing: Footing) -> None:
    """Tell this directory too from now on."""
    put(store, places_of(store) | {place: footing})


def drop(store: Store, place: str) -> None:
    """Tell this directory no more. Raises NotFound."""
    places = places_of(store)
    if place not in places:
        there = ", ".join(places) or "none"
        raise NotFound(f"this memory has no backups in {place}; there are {there}")
    del places[place]
    put(store, places)


def put(store: Store, places: dict[str, Footing | None]) -> None:
    store.put_setting(SETTING, dumps(places, ensure_ascii=False))
