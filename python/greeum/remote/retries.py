"""When a request is sent again, and after how long.

A second attempt is made where it can do no harm: where nothing was sent, where the server said that it had not begun
(`problems.NOT_BEGUN`), or where doing it twice is doing it once (reading; adding and updating under a name of the
request). Silence is never tried again: whoever asked has waited long enough, and a slow server is not helped by more
work.
"""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from random import uniform
from time import monotonic, time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from threading import Event

    from greeum.errors import GreeumError

TRIES_MAX = 6
"""With the first one. Without a word from the server their pauses take four to eight seconds in all: a server that
restarts is back by then (it stops listening, answers what it has, and is ready within a second); one that is down is no
nearer after a minute."""

TRYING_MAX_S = 30.0
"""From the first attempt to the beginning of the last: the caller of `add` or `search` waits all that time."""

BACKOFF_FIRST_S = 0.25
BACKOFF_MAX_S = 5.0
"""Of pauses that no server has asked for, each twice as long as the one before. The client for TypeScript has the same
(`clients/typescript/src/retries.ts`)."""

SPREAD = 0.25
"""How much longer than a server asked for is waited at most, as a share of it: those it sent away should not all come
back at the same moment."""


class Trouble(Exception):
    """Why an attempt came to nothing. `error` is what the caller is told if there is no other.

    `is_unsure` says that the request may have been acted on all the same, `is_final` that another attempt would be no
    better, `wait_s` what pause the server asked for.
    """

    def __init__(
        self, error: GreeumError, *, is_unsure: bool, is_final: bool = False, wait_s: float | None = None
    ) -> None:
        super().__init__(str(error))
        self.error = error
        self.is_unsure = is_unsure
        self.is_final = is_final
        self.wait_s = wait_s


class Patience:
    """How long one request may still be tried."""

    def __init__(self, tries_max: int = TRIES_MAX, trying_max_s: float = TRYING_MAX_S) -> None:
        self._tries_max = tries_max
        self._tries = 0
        self._until_s = monotonic() + trying_max_s

    def wait(self, trouble: Trouble, cancelled: Event) -> bool:
        """Wait until it is time for the next attempt, or `cancelled` is set; whether there should be one."""
        self._tries += 1
        if trouble.is_final or self._tries >= self._tries_max:
            return False
        pause_s = backoff_s(self._tries) if trouble.wait_s is None else trouble.wait_s * uniform(1, 1 + SPREAD)
        if monotonic() + pause_s > self._until_s:
            return False
        cancelled.wait(pause_s)
        return True


def backoff_s(tries: int) -> float:
    """Seconds to wait after so many attempts: twice as long each time, and never the same for all who wait."""
    return min(BACKOFF_MAX_S, BACKOFF_FIRST_S * 2.0 ** (tries - 1)) * uniform(0.5, 1)


def retry_after_s(header: str | None) -> float | None:
    """The pause that a Retry-After header asks for, in seconds; None if there is none, or none that makes sense."""
    if header is None:
        return None
    if header.isascii() and header.strip().isdecimal():
        return float(header)
    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - time())
    except ValueError:
        return None
