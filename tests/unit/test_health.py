"""What the probes are told."""

from __future__ import annotations

from json import loads

from greeum.api.health import Health


def status(health: Health, path: str) -> int:
    return health.answer(path)[0]


def test_a_server_that_starts_lives_and_is_neither_started_nor_ready() -> None:
    health = Health()
    assert (status(health, "/livez"), status(health, "/startupz"), status(health, "/readyz")) == (200, 503, 503)
    assert loads(health.answer("/readyz")[1]) == {"status": "starting", "checks": {}}


def test_a_server_that_ends_is_no_longer_ready_and_lives_on() -> None:
    health = Health()
    health.ready()
    assert (status(health, "/livez"), status(health, "/startupz"), status(health, "/readyz")) == (200, 200, 200)
    health.drain()
    assert health.draining
    assert (status(health, "/livez"), status(health, "/startupz"), status(health, "/readyz")) == (200, 200, 503)


def test_what_ends_while_it_starts_does_not_become_ready() -> None:
    health = Health()
    health.drain()
    health.ready()
    assert status(health, "/readyz") == 503
    assert health.draining


def test_a_check_that_fails_takes_the_readiness_and_nothing_else() -> None:
    health, troubles = Health(), dict[str, str]()
    health.ready()
    health.check("disk", lambda: troubles.get("disk"))
    health.check("keys", lambda: None)
    assert status(health, "/readyz") == 200
    assert "reasons" not in loads(health.answer("/readyz")[1])
    troubles["disk"] = "missing"
    found, body = health.answer("/readyz")
    assert found == 503
    assert loads(body) == {
        "status": "not ready", "checks": {"disk": False, "keys": True}, "reasons": {"disk": "missing"},
    }  # fmt: skip
    assert status(health, "/livez") == 200
