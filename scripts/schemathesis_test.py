"""Does the service do what its OpenAPI document says, whatever it is sent?

    python scripts/schemathesis_test.py --cases 20000

Makes so many requests from the document, half of them with something that it does not allow, and sends them to the
application in this process: with keys, over a tenant that has blocks, links and anchors. Every answer must be one that
the document describes; what is not allowed must be refused; a request without a key must not be answered; nothing may
fail. Prints what was found, with the request to find it again, and ends with status 1 if there was anything.

`--operation` looks at operations of this name alone; `--seed` makes the same requests again.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

import hypothesis
import schemathesis
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.failures import FailureGroup

from greeum.api.application import Application
from greeum.api.authentication import KeyedDoor
from greeum.api.health import Health
from greeum.api.hosts import Hosts
from greeum.api.logs import AccessLog
from greeum.api.metrics import Metrics
from greeum.api.operations import IDS
from greeum.api.tracing import Tracer
from greeum.control.store import ControlStore
from greeum.tenants import Tenants
from greeum.testing import TinyEmbedder

PASSED_OVER = {
    "positive_data_acceptance",  # what the document allows may still name a block that is not there
    "max_response_time",
    "object_level_authorization",  # asks for a second key; tests/integration/test_who_may_what.py does that
}

Found = dict[str, str]


@schemathesis.serializer("application/x-ndjson")
def lines(_: schemathesis.SerializationContext, value: Any) -> bytes:
    """A body that is text already."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


class Service:
    """The application over one tenant, and a key of its administrator."""

    def __init__(self, directory: str) -> None:
        self._control = ControlStore(directory)
        tenants = Tenants(str(Path(directory, "tenants")), embedder=TinyEmbedder())
        self.key = self._control.create_key("acme", "admin")[1].text
        self._door = KeyedDoor(ControlStore(directory), tenants)
        self.application = Application(
            self._door,
            log=AccessLog(None),
            metrics=Metrics(IDS),
            tracer=Tracer(),
            health=Health(),
            hosts=Hosts(None),
        )
        self.fill()

    def fill(self) -> None:
        """Have something there to be found under small numbers and plain names."""
        visitor = self._door.enter(self.key)
        memory = visitor.memory
        memory.add_many([{"text": f"Turn {n} of a conversation.", "key": f"{n}", "source": "ann"} for n in range(20)])
        memory.link(1, 2)
        memory.anchors.set("A", 3)
        self._door.leave(visitor)

    def close(self) -> None:
        self._door.close()
        self._control.close()


@contextmanager
def service() -> Iterator[Service]:
    with TemporaryDirectory() as directory:
        made = Service(directory)
        try:
            yield made
        finally:
            made.close()


def run(cases: int, *, seed: int = 0, only: str = "", say: Any = None) -> tuple[Found, Counter[int]]:
    """What was found, by operation and kind; and how often each status was answered."""
    load_all_checks()
    checks = [CHECKS.get_one(name) for name in CHECKS.get_all_names() if name not in PASSED_OVER]
    found: Found = {}
    statuses: Counter[int] = Counter()
    with service() as made:
        schema = schemathesis.openapi.from_asgi("/openapi.json", made.application)
        operations = [one for one in map(described, schema.get_all_operations()) if only in one.label]
        for operation in operations:
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                share = max(cases // len(operations) // 2, 1)
                explore(operation, mode, share, seed, made.key, checks, found, statuses)
            if say is not None:
                say(f"{operation.label}: {sum(statuses.values())} requests, {len(found)} found")
    return found, statuses


def described(result: Any) -> Any:
    """An operation of the document. Raises what is wrong with it."""
    return result.ok()


def explore(
    operation: Any, mode: GenerationMode, cases: int, seed: int, key: str, checks: Any, found: Found, statuses: Any
) -> None:
    """Send requests to one operation, of one mode."""

    def send(case: Any) -> None:
        headers = {"Authorization": f"Bearer {key}"}
        response = case.call(headers=headers)
        statuses[response.status_code] += 1
        try:
            case.validate_response(response, checks=checks, headers=headers)
        except FailureGroup as group:
            for failure in group.exceptions:
                found.setdefault(f"{operation.label}: {failure.title}", f"{failure.message}\n{case.as_curl_command()}")

    test = hypothesis.given(case=operation.as_strategy(generation_mode=mode))(send)
    settings = hypothesis.settings(
        max_examples=cases,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    with suppress(hypothesis.errors.Unsatisfiable):  # what takes nothing can be given nothing wrong
        hypothesis.seed(seed)(settings(test))()


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--operation", default="")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    began_s = monotonic()
    found, statuses = run(options.cases, seed=options.seed, only=options.operation, say=print)
    for what, how in found.items():
        print(f"\n{what}\n{how}")
    total, seconds = sum(statuses.values()), monotonic() - began_s
    print(f"\n{total} requests in {seconds:.0f} s, by status: {dict(sorted(statuses.items()))}")
    print(f"{len(found)} defects")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
