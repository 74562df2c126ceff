"""How many requests a second a key may make, over all workers of a server together."""

from __future__ import annotations

import time
from hashlib import blake2b
from typing import NamedTuple

PLACES = 4_096
"""Keys that can be counted at the same time. A key takes a place only while it has used up some of its rate."""

PROBES = 16
"""Places that a key may have. If all are taken by others in use, the one closest to being free gives way."""

CELLS = 2 * PLACES
"""Eight-byte cells of the shared memory that the counts need."""

BURST_S = 1.0
"""A key that has been quiet may make the requests of so many seconds at once."""


class Allowance(NamedTuple):
    """What a request finds left of its key's rate."""

    allowed: bool
    limit: int
    """Requests in each `window_s`, and at once."""
    window_s: int
    remaining: int
    reset_s: int
    """Seconds until there is more than now; for a refused request, until it may be tried again. At least 1."""

    def headers(self) -> list[tuple[bytes, bytes]]:
        """RateLimit-Policy and RateLimit; Retry-After too, if it was refused."""
        found = [
            (b"ratelimit-policy", b'"key";q=%d;w=%d' % (self.limit, self.window_s)),
            (b"ratelimit", b'"key";r=%d;t=%d' % (self.remaining, self.reset_s)),
        ]
        return found if self.allowed else [*found, (b"retry-after", b"%d" % self.reset_s)]


class Rates:
    """A leaky bucket for each key. A bucket is one number, the time at which it will be empty, so that the workers can
    share it in memory without a lock: two that write at the same moment let one request too many through, no more.
    """

    def __init__(self, cells: memoryview | None = None) -> None:
        """`cells`: `CELLS` cells of eight bytes that all workers see; by default they are this process's own."""
        content = memoryview(bytearray(8 * CELLS)) if cells is None else cells
        self._owners = content[: 8 * PLACES].cast("Q")
        self._empty_at = content[8 * PLACES : 8 * CELLS].cast("d")
        self._marks: dict[str, int] = {}

    def take(self, key_id: str, rate: float, now_s: float | None = None) -> Allowance:
        """Count one request of a key that may make `rate` of them a second."""
        now = time.monotonic() if now_s is None else now_s
        window_s = max(1, -(-1 // rate)) if rate < 1 else 1
        limit = max(1, int(rate * window_s))
        cost, room = 1.0 / rate, max(BURST_S, 1.0 / rate)
        place = self._place(key_id, now)
        empty_at = max(now, self._empty_at[place])
        allowed = empty_at + cost <= now + room + 1e-9
        if allowed:
            empty_at += cost
            self._empty_at[place] = empty_at
        remaining = max(0, int((now + room - empty_at) / cost + 1e-9))
        wait = empty_at - now if allowed else empty_at + cost - room - now
        return Allowance(allowed, limit, int(window_s), remaining, max(1, -int(-wait // 1)))

    def _place(self, key_id: str, now: float) -> int:
        """Where the key is counted. Looked up anew each time: another worker may have given its place away."""
        mark = self._marks.get(key_id)
        if mark is None:
            if len(self._marks) >= 4 * PLACES:
                self._marks.clear()
            mark = int.from_bytes(blake2b(key_id.encode(), digest_size=8).digest(), "little") | 1
            self._marks[key_id] = mark
        owners, first = self._owners, mark % PLACES
        for probe in range(PROBES):
            if owners[(first + probe) % PLACES] == mark:
                return (first + probe) % PLACES
        places = [(first + probe) % PLACES for probe in range(PROBES)]
        free = min(places, key=self._empty_at.__getitem__)
        owners[free] = mark
        self._empty_at[free] = now
        return free
