"""Where a server is, and what may be sent there."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from greeum.errors import InvalidInput

PORTS = {"http": 80, "https": 443}


class Address:
    """A server's URL, taken apart: `path` is what goes before `/v1`, where Greeum stands behind a path of a proxy."""

    __slots__ = ("host", "path", "port", "secure", "url")

    def __init__(self, url: str) -> None:
        """Raises InvalidInput, which does not repeat what may be a password."""
        if not isinstance(url, str):
            raise InvalidInput("url", f"must be a string, not {type(url).__name__}")
        if not (url.isascii() and url.isprintable()) or " " in url:
            raise InvalidInput("url", "must be printable ASCII without spaces; percent-encode the rest")
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise InvalidInput("url", f"is no URL: {error}") from error
        if parts.scheme not in PORTS or not parts.hostname:
            raise InvalidInput("url", "must begin with http:// or https:// and a host, as http://127.0.0.1:8400")
        if parts.username is not None:
            raise InvalidInput(
                "url", "must not hold a user or a password: it is shown in messages. Pass the key as `key`"
            )
        if parts.query or parts.fragment:
            raise InvalidInput("url", "must not hold a query or a fragment")
        if parts.path.rstrip("/").endswith("/v1"):
            raise InvalidInput("url", "ends with /v1, which every request adds: leave that off")
        self.secure = parts.scheme == "https"
        self.host = parts.hostname
        self.port = PORTS[parts.scheme] if port is None else port
        self.path = parts.path.rstrip("/")
        self.url = url.rstrip("/")

    @property
    def is_this_machine(self) -> bool:
        """Whether what is sent stays on this machine."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


def authorization(key: str, address: Address, *, insecure: bool) -> str:
    """The header that carries the key. Raises InvalidInput, which does not show it, for one that cannot be sent or
    should not.
    """
    if not isinstance(key, str):
        raise InvalidInput("key", f"must be a string, not {type(key).__name__}")
    if not key or not (key.isascii() and key.isprintable()) or " " in key:
        raise InvalidInput("key", "must be printable ASCII without spaces (a line end at its end is a usual mistake)")
    if not (address.secure or address.is_this_machine or insecure):
        raise InvalidInput(
            "key",
            f"would be readable on its way to {address.url}: use https, or say insecure=True (--insecure) if that "
            "network is safe",
        )
    return f"Bearer {key}"
