"""Where a server listens."""

from __future__ import annotations

import socket
from errno import EADDRNOTAVAIL
from ipaddress import ip_address

from greeum.errors import InvalidInput

PORT_MAX = 65_535

SILENT_S = 60
"""After this silence the kernel asks whether a client's machine is still there, so that a stream to one that has gone
does not stay open for ever."""


class PortUnavailable(OSError):
    """Another program listens on this port, or it takes rights that this one has not."""


def addresses(host: str, port: int) -> list[tuple[socket.AddressFamily, str]]:
    """The addresses that a name stands for. Raises InvalidInput if there are none."""
    if not 0 <= port <= PORT_MAX:
        raise InvalidInput("--port", f"is {port}; there are those from 0 (any that is free) to {PORT_MAX:,}")
    try:
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise InvalidInput("--host", f"{host!r} is no address of this machine ({error})") from error
    return list(dict.fromkeys((family, str(place[0])) for family, _, _, _, place in found))


def are_loopback(places: list[tuple[socket.AddressFamily, str]]) -> bool:
    """Whether only this machine can reach them."""
    return all(ip_address(address.partition("%")[0]).is_loopback for _, address in places)


def listen(places: list[tuple[socket.AddressFamily, str]], port: int) -> list[socket.socket]:
    """Sockets bound to a port of these addresses, the same for all. Raises PortUnavailable or InvalidInput."""
    bound: list[socket.socket] = []
    for family, address in places:
        try:
            one = bind(family, address, port)
        except OSError as error:
            for other in bound:
                other.close()
            if error.errno == EADDRNOTAVAIL:
                reason = f"{address} is no address of this machine: name one that is, or 0.0.0.0 for all"
                raise InvalidInput("--host", reason) from error
            raise PortUnavailable(
                f"port {port} of {address} cannot be listened on ({error.strerror}): "
                "name another with --port, or 0 for one that is free"
            ) from error
        bound.append(one)
        port = one.getsockname()[1]
    return bound


def bind(family: socket.AddressFamily, address: str, port: int) -> socket.socket:
    # The protocol is named, or asyncio does not see that it is TCP, and leaves Nagle's algorithm on.
    one = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # On Linux, what is accepted inherits these.
        one.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        if hasattr(socket, "TCP_KEEPIDLE"):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, SILENT_S)
        if family == socket.AF_INET6:
            one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        one.setblocking(False)
        one.bind((address, port))
    except BaseException:
        one.close()
        raise
    return one


def url(one: socket.socket) -> str:
    """How to reach it from this machine."""
    address, port = one.getsockname()[:2]
    place = ip_address(address.partition("%")[0])
    if place.is_unspecified:
        address = "127.0.0.1" if place.version == 4 else "::1"
    return f"http://{address}:{port}" if place.version == 4 else f"http://[{address}]:{port}"
