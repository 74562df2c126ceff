"""The service put together: what is served, and what is said of it."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

import greeum
from greeum import api
from greeum.api import process, service
from greeum.api.health import Health
from greeum.api.hosts import LOOPBACK
from greeum.api.logs import event
from greeum.api.service import NOWHERE, Observers, Options, Standalone
from greeum.errors import GreeumError
from greeum.settings import Settings


def options(directory: Path, **more: Any) -> Options:
    return Options(memory=str(directory), tenants=None, allowed_hosts=LOOPBACK, log=NOWHERE)._replace(**more)


def test_options_reach_the_workers_as_they_are(tmp_path: Path) -> None:
    for given in (options(tmp_path), Options(None, "tenants", None, workers=3, traces=True)):
        assert Options.from_json(given.to_json()) == given


def test_the_environment_says_what_an_application_serves() -> None:
    one = service.options_of(Settings({"GREEUM_HOME": "home"}))
    assert (one.memory, one.tenants, one.allowed_hosts) == ("home", None, LOOPBACK)
    many = service.options_of(Settings({"GREEUM_HOME": "home", "GREEUM_TENANTS": "tenants"}))
    assert (many.memory, many.tenants, many.allowed_hosts) == (None, "tenants", None)
    named = service.options_of(Settings({"GREEUM_ALLOWED_HOSTS": "memory.example"}))
    assert named.allowed_hosts == ("memory.example",)


def test_the_application_is_made_when_it_is_asked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GREEUM_HOME", str(tmp_path / "memory"))
    vars(api).pop("app", None)
    try:
        assert isinstance(api.app, Standalone)
        assert api.app is api.app
        assert not (tmp_path / "memory").exists()
    finally:
        vars(api).pop("app", None)
    with pytest.raises(AttributeError, match="nothing"):
        api.nothing  # noqa: B018 - asking for it is the test


def test_a_server_without_a_lifespan_is_told_so(tmp_path: Path) -> None:
    standalone = Standalone(options(tmp_path))
    with pytest.raises(RuntimeError, match="lifespan"):
        asyncio.run(standalone({"type": "http"}, None, None))


def test_the_end_is_told_when_all_is_closed(tmp_path: Path) -> None:
    """A server that has heard of it ends its process, with whatever is not on disk by then."""
    log = tmp_path / "log"
    standalone = Standalone(options(tmp_path / "memory", log=str(log)))
    told: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    seen: dict[str, str] = {}

    async def send(message: dict[str, Any]) -> None:
        seen[message["type"]] = log.read_text()
        if message["type"] == "lifespan.startup.complete":
            await standalone({"type": "http", "method": "GET", "path": "/livez", "headers": []}, told.get, send)
            await told.put({"type": "lifespan.shutdown"})

    told.put_nowait({"type": "lifespan.startup"})
    asyncio.run(standalone({"type": "lifespan"}, told.get, send))
    assert list(seen)[-1] == "lifespan.shutdown.complete"
    assert '"operation":"livez"' in seen["lifespan.shutdown.complete"]


def made(given: Options) -> tuple[Health, Observers, Any]:
    health, observers = Health(), Observers(given)
    _, close = service.make(given, observers, health)
    health.ready()
    return health, observers, close


def readiness(health: Health) -> tuple[int, Any]:
    status, body = health.answer("/readyz")
    return status, json.loads(body)["checks"]


def test_a_server_whose_store_cannot_be_read_is_not_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    health, observers, close = made(options(tmp_path / "memory"))
    try:
        assert readiness(health) == (200, {"store": True})
        assert "greeum_open_memories 1.0" in observers.metrics.expose()[0].decode()

        def fail(*_: object) -> int:
            raise GreeumError("the disk has gone")

        monkeypatch.setattr(greeum.Memory, "seq", property(fail))
        assert readiness(health) == (503, {"store": False})
        assert reasons(health) == {"store": "unreadable"}
    finally:
        close()


@pytest.mark.parametrize("is_tenants", [False, True])
def test_a_server_whose_data_are_gone_is_not_ready_and_says_why(tmp_path: Path, is_tenants: bool) -> None:
    directory, aside = tmp_path / "data", tmp_path / "aside"
    where = {"memory": None, "tenants": str(directory)} if is_tenants else {"memory": str(directory)}
    health, observers, close = made(options(directory)._replace(**where))
    try:
        directory.rename(aside)
        assert readiness(health) == (503, {"store": False})
        assert reasons(health) == {"store": "missing"}
        for child in (directory, tmp_path / "copy"):
            shutil.copytree(aside, child)
        assert reasons(health) == {"store": "replaced"}
        shutil.rmtree(directory)
        aside.rename(directory)
        assert readiness(health) == (200, {"store": True})
        assert health.answer("/livez")[0] == 200
    finally:
        close()
        observers.close()


def test_a_server_that_may_write_no_more_is_not_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    health, observers, close = made(options(tmp_path / "memory"))
    try:
        with monkeypatch.context() as patch:
            patch.setattr(os, "access", lambda path, mode: not mode & os.W_OK)  # as on a disk that went read-only
            assert reasons(health) == {"store": "not-writable"}
        assert readiness(health) == (200, {"store": True})
    finally:
        close()
        observers.close()


def reasons(health: Health) -> Any:
    return json.loads(health.answer("/readyz")[1])["reasons"]


def test_a_server_of_tenants_is_ready_while_its_keys_can_be_read(tmp_path: Path) -> None:
    health, observers, close = made(options(tmp_path)._replace(memory=None, tenants=str(tmp_path / "tenants")))
    try:
        assert readiness(health) == (200, {"store": True})
        assert "greeum_open_memories 0.0" in observers.metrics.expose()[0].decode()
    finally:
        close()
        observers.close()


def test_a_log_in_a_file_is_for_its_owner_and_is_added_to(tmp_path: Path) -> None:
    log = tmp_path / "log"
    for name in ("first", "second"):
        observers = Observers(options(tmp_path, log=str(log)))
        observers.note("info", name)
        observers.close()
    with service.open_log(str(log)) as file:
        file.write(event("info", "third"))
    assert [json.loads(line)["event"] for line in log.read_text().splitlines()] == ["first", "second", "third"]
    assert log.stat().st_mode & 0o777 == 0o600


def test_without_a_log_nothing_is_noted(tmp_path: Path) -> None:
    observers = Observers(options(tmp_path))
    observers.note("info", "nothing")
    observers.take_messages()
    observers.close()


def test_a_server_may_open_as_many_files_as_the_system_lets_it(monkeypatch: pytest.MonkeyPatch) -> None:
    import resource

    limits = [(256, 4_096)]
    monkeypatch.setattr(resource, "getrlimit", lambda _: limits[-1])
    monkeypatch.setattr(resource, "setrlimit", lambda _, wanted: limits.append(wanted))
    process.raise_open_files()
    assert limits[-1] == (4_096, 4_096)
    limits.append((256, resource.RLIM_INFINITY))
    process.raise_open_files()
    assert limits[-1] == (process.OPEN_FILES_MAX, resource.RLIM_INFINITY)
    limits.append((process.OPEN_FILES_MAX, process.OPEN_FILES_MAX))
    process.raise_open_files()
    assert len(limits) == 5


def test_the_log_of_workers_goes_to_standard_error_by_default() -> None:
    assert service.descriptor_of(service.STDERR) == 2
    with service.open_log(service.STDERR):
        pass
    os.fstat(2)
