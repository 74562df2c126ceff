"""Which names a server answers to, and pages of which sites may call it."""

from __future__ import annotations

import pytest

from greeum.api.hosts import LOOPBACK, REMEMBERED_MAX, Hosts
from greeum.errors import InvalidInput

ON_LOOPBACK = Hosts(LOOPBACK)


def status(hosts: Hosts, host: str | None, origin: str | None = None) -> int | None:
    refusal = hosts.refusal(
        None if host is None else host.encode("latin-1"), None if origin is None else origin.encode("latin-1")
    )
    return None if refusal is None else refusal.status


@pytest.mark.parametrize("host", ["localhost", "localhost:8400", "LocalHost:1", "127.0.0.1:80", "[::1]", "[::1]:8400"])
def test_this_machine_s_names_for_itself_are_answered(host: str) -> None:
    assert status(ON_LOOPBACK, host) is None


@pytest.mark.parametrize(
    "host",
    [
        None, "", "evil.example", "evil.example:8400", "127.0.0.1.evil.example", "localhost.evil.example", "127.0.0.2",
        "localhost:", "localhost:80:80", "localhost:x", "::1", "[::1", "[::1]x:80", " localhost", "\xe9.example",
        "localhost@evil.example",
    ],
)  # fmt: skip
def test_a_name_that_somebody_else_can_point_here_is_not(host: str | None) -> None:
    assert status(ON_LOOPBACK, host) == 421


@pytest.mark.parametrize(
    "name", ["", " ", "http://a.example", "a.example:80", "a.example/", "::1", "a,b", "me@a.example"]
)
def test_what_no_host_header_could_match_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match="allowed_hosts"):
        Hosts([name])


@pytest.mark.parametrize(
    ("client", "answered"),
    [
        (None, True),
        (("127.0.0.1", 1), True),
        (("127.8.8.8", 1), True),
        (("::1", 1), True),
        (("::ffff:127.0.0.1", 1), True),
        (("192.0.2.2", 1), False),
        (("::ffff:192.0.2.2", 1), False),
        (("fe80::1%eth0", 1), False),
        (("testclient", 1), False),
    ],
)
def test_a_memory_without_keys_is_for_its_own_machine(client: tuple[str, int] | None, answered: bool) -> None:
    refusal = Hosts(LOOPBACK, only_here=True).refusal_of(client)
    assert (refusal is None) is answered
    assert Hosts(LOOPBACK).refusal_of(client) is None, "where it listens is decided at the start"


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://localhost:8400", "localhost:8400"),
        ("http://127.0.0.1:8400", "127.0.0.1:8400"),
        ("HTTP://LOCALHOST:8400", "localhost:8400"),
        ("http://localhost", "localhost:80"),
        ("http://localhost:80", "localhost"),
        ("https://localhost", "localhost"),
        ("https://localhost:443", "localhost"),
    ],
)
def test_a_page_of_this_server_may_call_it(origin: str, host: str) -> None:
    assert status(ON_LOOPBACK, host, origin) is None


@pytest.mark.parametrize(
    "origin",
    [
        "null", "", "http://evil.example", "http://localhost:3000", "http://127.0.0.1:8400", "file://",
        "localhost:8400", "http://localhost:8400.evil.example", "http://evil.example/localhost:8400", "ftp://localhost:8400",
    ],
)  # fmt: skip
def test_a_page_of_another_site_may_not(origin: str) -> None:
    assert status(ON_LOOPBACK, "localhost:8400", origin) == 403


def test_a_port_of_another_scheme_is_another_place() -> None:
    assert status(ON_LOOPBACK, "localhost:443", "http://localhost") == 403


def test_behind_keys_every_name_is_answered() -> None:
    assert status(Hosts(None), "anything", "http://anywhere") is None
    assert status(Hosts(None), None) is None


def test_own_names_take_the_place_of_loopback_s() -> None:
    hosts = Hosts(["Memory.example"])
    assert status(hosts, "memory.example") is None
    assert status(hosts, "memory.example:443", "https://memory.example") is None
    assert status(hosts, "localhost") == 421


def test_what_is_remembered_has_a_bound() -> None:
    hosts = Hosts(LOOPBACK)
    for number in range(3 * REMEMBERED_MAX):
        assert status(hosts, f"{number}.example") == 421
        assert len(hosts._known) <= REMEMBERED_MAX
    assert status(hosts, "localhost") is None
