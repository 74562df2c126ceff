"""A server with /mcp, for tests."""

from __future__ import annotations

from typing import Any

from greeum.api.application import Application
from greeum.api.authentication import Authentication
from greeum.api.health import Health
from greeum.api.hosts import LOOPBACK, Hosts
from greeum.api.logs import AccessLog
from greeum.api.metrics import Metrics
from greeum.api.operations import IDS
from greeum.api.tracing import Tracer
from greeum.mcp.http import Endpoint


def application(door: Authentication, endpoint: Endpoint | None = None, tracer: Tracer | None = None) -> Any:
    """The whole service, with its checks of names and keys."""
    return Application(
        door,
        log=AccessLog(None),
        metrics=Metrics(IDS),
        tracer=tracer or Tracer(),
        health=Health(),
        hosts=Hosts(LOOPBACK),
        mcp=endpoint or Endpoint(),
    )
