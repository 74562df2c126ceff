"""What the three probes of an orchestrator are told: is the process alive, has it started, should it get requests."""

from __future__ import annotations

from asyncio import Event
from json import dumps

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

PATHS = frozenset(("/livez", "/readyz", "/startupz"))
"""Where the probes look. They need no key and say nothing of what is stored."""


class Health:
    """The state of one worker: starting, then ready, at the end draining. Checks can take its readiness away meanwhile.

    `/livez` is answered 200 as long as anything is: a process that hangs does not answer. `/startupz` is 200 from the
    moment of the first `ready`, `/readyz` while the worker is ready and every check holds.
    """

    def __init__(self) -> None:
        self.state = "starting"
        self.stopping = Event()
        """Set when the server ends: whoever sends a stream that has no end of its own ends it then."""
        self._started = False
        self._checks: dict[str, Callable[[], str | None]] = {}

    def check(self, name: str, trouble: Callable[[], str | None]) -> None:
        """Ask what is wrong, in a word, for every `/readyz`; None is that nothing is. It must be quick, and must not
        raise.
        """
        self._checks[name] = trouble

    def ready(self) -> None:
        """Requests are answered from now on, unless the end has come meanwhile."""
        self._started = True
        if self.state == "starting":
            self.state = "ready"

    def drain(self) -> None:
        """From now on requests are better sent elsewhere; those that come are answered still."""
        self.state = "draining"

    @property
    def draining(self) -> bool:
        return self.state == "draining"

    def answer(self, path: str) -> tuple[int, bytes]:
        """Status and JSON body for one of `PATHS`."""
        if path == "/livez":
            return 200, b'{"status":"alive"}'
        if path == "/startupz":
            return (200, b'{"status":"started"}') if self._started else (503, b'{"status":"starting"}')
        troubles = {name: trouble() for name, trouble in self._checks.items()}
        reasons = {name: trouble for name, trouble in troubles.items() if trouble is not None}
        status = "not ready" if reasons and self.state == "ready" else self.state
        said: dict[str, object] = {"status": status, "checks": {name: name not in reasons for name in troubles}}
        if reasons:
            said["reasons"] = reasons
        return 200 if self.state == "ready" and not reasons else 503, dumps(said).encode()
