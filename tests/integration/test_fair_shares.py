"""One tenant whose calls take long, or never come to an end, does not hold up the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from tests.asgi import Exchange
from tests.integration.callers import Service

from greeum.api.worker import LONG_THREADS, THREADS
from greeum.mcp.http import Endpoint
from greeum.testing import TinyEmbedder

PATIENCE_S = 300
"""More than all of a test takes on a machine that has much else to do."""

JSON = {"content-type": "application/json"}
LINES = {"content-type": "application/x-ndjson", "transfer-encoding": "chunked"}


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    found = Service(tmp_path, Endpoint())
    yield found
    found.close()


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch, service: Service) -> Iterator[Event]:
    """What the embedder waits for when a text says "slow"."""
    found = Event()
    encode = TinyEmbedder.encode_blocks

    def encode_blocks(embedder: TinyEmbedder, texts: Sequence[str]) -> list[bytes]:
        if any("slow" in text for text in texts):
            assert found.wait(PATIENCE_S)
        return encode(embedder, texts)

    monkeypatch.setattr(TinyEmbedder, "encode_blocks", encode_blocks)
    yield found
    found.set()


def as_tenant(service: Service, tenant: str) -> Any:
    client = service._client
    client.credential = service.key(tenant, "admin")
    return client


def ended(service: Service, exchanges: list[Exchange]) -> list[int]:
    statuses = [exchange.hear()["status"] for exchange in exchanges]
    for exchange in exchanges:
        exchange.leave()
        exchange.end()
    return statuses


def test_while_one_tenants_adds_wait_for_their_embedder(service: Service, gate: Event) -> None:
    slow = as_tenant(service, "slow")
    assert slow("POST", "/v1/blocks", {"text": "first"}).status == 201
    asked = {"name": "memory_search", "arguments": {"query": "quick"}}
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": asked}
    mcp = {"accept": "application/json, text/event-stream", "mcp-protocol-version": "2025-06-18"}
    assert slow("POST", "/mcp", call, headers=mcp).status == 200
    waiting = [slow.open("POST", "/v1/blocks", JSON, b'{"text": "slow %d"}' % n) for n in range(2 * THREADS)]
    for tenant in ("other", "third"):
        quick = as_tenant(service, tenant)
        assert quick("POST", "/v1/blocks", {"text": "quick"}).status == 201
        assert len(quick("POST", "/v1/search", {"query": "quick"}).json["hits"]) == 1
        assert quick("POST", "/mcp", call, headers=mcp).json["result"]["structuredContent"]["hits"]
    assert not any(exchange.has_more() for exchange in waiting)
    gate.set()
    assert ended(service, waiting) == [201] * len(waiting)


def test_while_one_tenants_imports_wait_for_more(service: Service) -> None:
    slow = as_tenant(service, "slow")
    assert slow("POST", "/v1/blocks", {"text": "first"}).status == 201
    waiting = [slow.open("POST", "/v1/import", LINES, None) for _ in range(2 * LONG_THREADS)]
    quick = as_tenant(service, "other")
    assert quick("POST", "/v1/blocks", {"text": "quick"}).status == 201
    lines = quick("GET", "/v1/export").body
    assert quick("POST", "/v1/import", body=lines, headers=LINES).json["present"] == 1
    assert quick("POST", "/v1/maintain", {}).status == 200
    assert not any(exchange.has_more() for exchange in waiting)
    for exchange in waiting:
        exchange.say(type="http.request", body=lines)
    assert ended(service, waiting) == [200] * len(waiting)
