"""Who comes in, and what they may use: the only place that hands out a Memory.

A visitor has the memory of their tenant, or the part of it that their key is confined to, and nothing below is told of
tenants.
"""

from __future__ import annotations

import os
from time import monotonic
from typing import Protocol

from greeum.control.keys import LENGTH, digest
from greeum.control.model import Role
from greeum.errors import Unauthenticated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from greeum.control.model import Key
    from greeum.control.store import ControlStore
    from greeum.memory import Memory
    from greeum.rooted import Rooted
    from greeum.tenants import Tenant, Tenants

LOOK_PERIOD_S = 0.25
"""How often to ask whether a key was made or revoked: revoked keys are to be refused within a second."""

KEYS_KNOWN_MAX = 65_536
"""Keys remembered from their first request on, some 30 MB of them. Past this all are looked up anew."""


class Visitor:
    """Who makes a request, and the memory that it is about."""

    __slots__ = ("epoch", "key_id", "memory", "rate", "role", "tenant")

    def __init__(
        self,
        memory: Memory | Rooted,
        role: Role,
        key_id: str | None = None,
        rate: float | None = None,
        tenant: Tenant | None = None,
        epoch: object = None,
    ) -> None:
        self.memory = memory
        self.role = role
        self.key_id = key_id
        """The public part of the key; None where no keys are asked for."""
        self.rate = rate
        """Requests a second that the key may make; None is without bound."""
        self.tenant = tenant
        """Whose memory is kept open until the visitor leaves."""
        self.epoch = epoch
        """What was known of keys when this one was last looked at, for `confirm`."""

    @property
    def share(self) -> str | None:
        """Whose share of the threads its calls take; None where there are no tenants to share them."""
        return None if self.tenant is None else self.tenant.name

    def __repr__(self) -> str:
        return f"Visitor(role={self.role}, key_id={self.key_id!r})"


class Authentication(Protocol):
    """The door. Each call of `enter` that returns is followed by one of `leave`."""

    def enter(self, credential: str | None) -> Visitor:
        """Who this is. May open a memory, which takes milliseconds. Raises Unauthenticated, or what opening raises."""
        ...

    def enter_at_once(self, credential: str | None) -> Visitor | None:
        """The same, if that takes no more than a few microseconds; None means that `enter` has more to do, and an event
        loop should not wait for it. Raises Unauthenticated.
        """
        ...

    def check(self, credential: str | None) -> None:
        """For those who are not inside but may come back: raises Unauthenticated if the credential opens nothing."""
        ...

    def confirm(self, visitor: Visitor) -> None:
        """For those who stay for long, as on a stream: raises Unauthenticated if the key has been revoked since."""
        ...

    def leave(self, visitor: Visitor) -> None:
        """The visitor has gone: the memory may be closed when nobody is inside. A second call does nothing."""
        ...

    def close(self) -> None:
        """Let nobody in any more, and close what was opened here."""
        ...


OPEN_ORIGIN = "http"
"""Where what is written without a key is from."""


class OpenDoor:
    """One memory, and everybody may do everything: for a server that only this machine can reach."""

    def __init__(self, memory: Memory) -> None:
        self._visitor = Visitor(memory.through(OPEN_ORIGIN), Role.ADMIN)

    def enter(self, credential: str | None) -> Visitor:
        """A credential is not asked for; one that comes anyway opens the same."""
        return self._visitor

    enter_at_once = enter

    def check(self, credential: str | None) -> None:
        """Anything opens it."""

    def confirm(self, visitor: Visitor) -> None:
        """Everybody may stay."""

    def leave(self, visitor: Visitor) -> None:
        """The memory stays open: it belongs to whoever opened it."""

    def close(self) -> None:
        """As `leave`."""


UNKNOWN = "a valid key is needed: send it as `Authorization: Bearer gk_…`, or as `X-API-Key: gk_…`"
"""The one answer to no key, a mistyped, an unknown and a revoked one: it must not tell which."""


class KeyedDoor:
    """Many tenants; a key says whose memory it opens, and what its bearer may do there."""

    def __init__(self, control: ControlStore, tenants: Tenants) -> None:
        self._control = control
        self.tenants = tenants
        self._known: dict[bytes, Key] = {}
        """Hash of a valid key → what is known of it. After any change of the control store it is another dictionary, so
        that what was read before the change goes into the old one, and is forgotten with it."""
        self._version = control.version()
        self._looked_at_s = monotonic()

    def enter(self, credential: str | None) -> Visitor:
        epoch = self._known
        key = self._key(credential)
        return visitor_of(key, self.tenants.enter(key.tenant), epoch)

    def enter_at_once(self, credential: str | None) -> Visitor | None:
        epoch = self._known
        key = self._key(credential)
        place = self.tenants.enter_at_once(key.tenant)
        return None if place is None else visitor_of(key, place, epoch)

    def check(self, credential: str | None) -> None:
        self._key(credential)

    def _key(self, credential: str | None) -> Key:
        self._look()
        if credential is None or len(credential) != LENGTH or not credential.isascii():
            raise Unauthenticated(UNKNOWN)
        known, hashed = self._known, digest(credential)
        key = known.get(hashed)
        if key is None:
            # What does not open the door is not remembered, or anybody could fill the memory with it.
            key = self._control.key_of(credential)
            if key is None:
                raise Unauthenticated(UNKNOWN)
            if len(known) >= KEYS_KNOWN_MAX:
                known.clear()
            known[hashed] = key
        return key

    def _look(self) -> None:
        """If it is time, ask whether keys were made or revoked. If that fails, nobody comes in: a revoked key might."""
        now_s = monotonic()
        if now_s - self._looked_at_s < LOOK_PERIOD_S:
            return
        version = self._control.version()
        if version != self._version:
            self._version, self._known = version, {}
        self._looked_at_s = now_s

    def confirm(self, visitor: Visitor) -> None:
        self._look()
        known = self._known
        if visitor.epoch is not known:
            if visitor.key_id is None or self._control.valid_key(visitor.key_id) is None:
                raise Unauthenticated(UNKNOWN)
            visitor.epoch = known

    def open_count(self) -> int:
        """How many memories are open, for the metrics."""
        return self.tenants.open_count

    def leave(self, visitor: Visitor) -> None:
        place, visitor.tenant = visitor.tenant, None
        if place is not None:
            self.tenants.leave(place)

    def close(self) -> None:
        self.tenants.close()
        self._control.close()


def visitor_of(key: Key, place: Tenant, epoch: object) -> Visitor:
    memory = place.part(key.namespace, f"key/{key.id}", key.trust)
    return Visitor(memory, key.role, key.id, key.rate, place, epoch)


def keyed_door(directory: str, *, open_max: int | None = None) -> KeyedDoor:
    """The door of the tenants in a directory, which is made if it is not there. `open_max` is that of Tenants. Raises
    StoreError.
    """
    from greeum.control.store import ControlStore
    from greeum.tenants import TENANTS_DIRECTORY, Tenants

    control = ControlStore(directory)
    try:
        tenants = Tenants(os.path.join(directory, TENANTS_DIRECTORY), open_max=open_max)
    except BaseException:
        control.close()
        raise
    return KeyedDoor(control, tenants)
