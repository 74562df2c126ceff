"""Which names a server answers to: a web page must not reach it under a name of the page's own (DNS rebinding)."""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import NamedTuple

from greeum.errors import InvalidInput

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
"""The names of this machine for itself, whatever the port."""

NO_NAME = re.compile(r"[\s/@?#,]")
"""What stands in no name."""

REMEMBERED_MAX = 1_024
"""Pairs of Host and Origin whose verdict is kept: clients of one server send the same few, an attacker any number."""


class Refusal(NamedTuple):
    status: int
    detail: str


class Hosts:
    """Compares `Host` with the allowed names, and `Origin`, where a browser sends one, with `Host`."""

    def __init__(self, allowed: Iterable[str] | None, *, only_here: bool = False) -> None:
        """`allowed`: names without a port, in brackets if they are IPv6; None allows every name and every origin, for
        a server behind keys, where a page has none to send. Raises InvalidInput for what is no such name.

        `only_here` is for a server without keys whose socket is not ours: it answers this machine alone. A `Host` from
        elsewhere may say anything.
        """
        self._only_here = only_here
        self._allowed = None if allowed is None else frozenset(map(name_of, allowed))
        self._known: dict[tuple[bytes | None, bytes | None], Refusal | None] = {}

    def refusal(self, host: bytes | None, origin: bytes | None) -> Refusal | None:
        """Why a request with these headers is not answered; None if it is."""
        if self._allowed is None:
            return None
        pair = (host, origin)
        try:
            return self._known[pair]
        except KeyError:
            pass
        found = self._judge(self._allowed, host, origin)
        if len(self._known) >= REMEMBERED_MAX:
            self._known.clear()
        self._known[pair] = found
        return found

    def refusal_of(self, client: Sequence[object] | None) -> Refusal | None:
        """Why who calls from there (address and port; None where there is none) is not answered; None if they are."""
        if not self._only_here or client is None or is_here(str(client[0])):
            return None
        return Refusal(403, "A memory without keys is for its own machine: serve tenants, who have keys, to others")

    def _judge(self, allowed: frozenset[str], host: bytes | None, origin: bytes | None) -> Refusal | None:
        named = "" if host is None else host.decode("latin-1").lower()
        if without_port(named) not in allowed:
            return Refusal(421, f"Host must be one of {', '.join(sorted(allowed))} here, with any port")
        if origin is not None and not is_same(origin.decode("latin-1").lower(), named):
            return Refusal(403, "Origin is another than Host: a web page of another site may not call this server")
        return None


def is_here(address: str) -> bool:
    try:
        place = ip_address(address.partition("%")[0])
    except ValueError:
        return False  # A name of whatever it is; who cannot be told to be here is not.
    mapped = getattr(place, "ipv4_mapped", None)
    return (mapped or place).is_loopback


def name_of(allowed: str) -> str:
    """An allowed name as it is compared. Raises InvalidInput for one that no Host header could match."""
    name = allowed.lower()
    is_ipv6 = name.startswith("[") and name.endswith("]")
    if not name or NO_NAME.search(name) or (":" in name and not is_ipv6):
        raise InvalidInput("allowed_hosts", f"has {allowed!r}: a name has no scheme, port or path, and IPv6 brackets")
    return name


def without_port(host: str) -> str:
    """The name in a Host header; IPv6 keeps its brackets. What cannot be read stays as it is, and is no name."""
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdecimal() and (":" not in name or name.endswith("]")) else host


def is_same(origin: str, host: str) -> bool:
    scheme, separator, place = origin.partition("://")
    default = {"http": ":80", "https": ":443"}.get(scheme)
    if not separator or default is None:
        return False
    return place == host or place.removesuffix(default) == host.removesuffix(default)
