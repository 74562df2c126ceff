"""A memory that a server keeps, from Python: `greeum.connect(url, key)`.

address.py     where the server is, and whether a key may go there
transport.py   connections, time-outs, answers; retries.py: what is sent again
client.py      the operations of the service, by what they do
bodies.py      from arguments to JSON, checked; rows.py: from JSON to Block, Hit, …
memory.py      RemoteMemory, on finding.py, recall.py and upkeep.py; anchors.py, feed.py, upload.py: parts of it
absent.py      what it does not have, and where that is done instead
"""

from __future__ import annotations

from greeum import inputs
from greeum.errors import InvalidInput
from greeum.remote.address import Address
from greeum.remote.memory import RemoteMemory
from greeum.remote.transport import Transport

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ssl import SSLContext

__all__ = ["RemoteMemory", "connect"]

ANSWER_S = 60.0
"""How long a server may take over one answer, unless it is said otherwise: an embedder elsewhere may be asked again."""

ANSWER_MAX_S = 86_400.0
"""What nobody waits for, and no operating system's timers stop at."""


def connect(
    url: str,
    key: str | None = None,
    *,
    timeout_s: float = ANSWER_S,
    insecure: bool = False,
    tls: SSLContext | None = None,
) -> RemoteMemory:
    """The memory that a server keeps, with the methods of Memory. `url` is where `greeum serve` listens, as
    http://127.0.0.1:8400; `key` is what `greeum keys create` has shown.

    Nothing is sent before the first call. `timeout_s` is how long one answer may take. `insecure` allows a key to be
    sent over http to another machine, where others may read it. `tls` is for servers whose certificates this machine
    does not know: an `ssl.SSLContext` that does.

    Raises InvalidInput.
    """
    address = Address(url)
    if isinstance(timeout_s, bool) or not isinstance(timeout_s, (int, float)) or not 0 < timeout_s <= ANSWER_MAX_S:
        raise InvalidInput("timeout_s", f"must be a number of seconds, more than 0 and at most {ANSWER_MAX_S:,.0f}")
    if tls is not None and not address.secure:
        raise InvalidInput("tls", f"is for https, and {address.url} is not")
    inputs.truth(insecure, "insecure")
    return RemoteMemory(Transport(address, key, timeout_s=timeout_s, insecure=insecure, tls=tls), address.path)
