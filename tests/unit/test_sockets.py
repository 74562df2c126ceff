"""Where a server listens, and when it takes connections."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator

import pytest
from tests.listening import listening
from tests.unit.test_connection import GET, tell

from greeum.api import sockets
from greeum.errors import InvalidInput

HAS_IPV6 = socket.has_ipv6 and any(family == socket.AF_INET6 for family, _ in sockets.addresses("localhost", 0))


@pytest.fixture
def bound() -> Iterator[list[socket.socket]]:
    found: list[socket.socket] = []
    yield found
    for one in found:
        one.close()


@pytest.mark.parametrize(
    ("host", "on_loopback"),
    [
        ("127.0.0.1", True), ("127.8.8.8", True), ("::1", True), ("localhost", True), ("0.0.0.0", False),
        ("::", False), ("", False), ("192.0.2.1", False), ("2001:db8::1", False),
    ],
)  # fmt: skip
def test_loopback_is_what_only_this_machine_can_reach(host: str, on_loopback: bool) -> None:
    places = sockets.addresses(host, 0)
    assert places
    assert sockets.are_loopback(places) is on_loopback


@pytest.mark.parametrize(
    ("host", "port", "field"), [("no.such.invalid", 0, "--host"), ("x" * 300, 0, "--host"), ("", 99_999, "--port")]
)
def test_what_is_no_address_is_an_error(host: str, port: int, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        sockets.addresses(host, port)
    assert caught.value.field == field


def test_every_address_of_a_name_has_the_same_port(bound: list[socket.socket]) -> None:
    bound += sockets.listen(sockets.addresses("localhost", 0), 0)
    assert len({one.getsockname()[1] for one in bound}) == 1
    assert len(bound) == len(sockets.addresses("localhost", 0))


def test_a_port_that_is_taken_leaves_nothing_behind(bound: list[socket.socket]) -> None:
    bound += sockets.listen(sockets.addresses("127.0.0.1", 0), 0)
    bound[0].listen()
    port = bound[0].getsockname()[1]
    with pytest.raises(sockets.PortUnavailable, match="cannot be listened on"):
        sockets.listen([(socket.AF_INET, "127.0.0.2"), (socket.AF_INET, "127.0.0.1")], port)
    # The one that was free is free still.
    bound += sockets.listen([(socket.AF_INET, "127.0.0.2")], port)


def test_an_address_of_another_machine_is_named_as_what_is_wrong() -> None:
    with pytest.raises(InvalidInput, match=r"192\.0\.2\.1 is no address of this machine") as caught:
        sockets.listen([(socket.AF_INET, "192.0.2.1")], 0)
    assert caught.value.field == "--host"


def test_a_url_can_be_opened_from_this_machine(bound: list[socket.socket]) -> None:
    bound.append(sockets.bind(socket.AF_INET, "127.0.0.1", 0))
    assert sockets.url(bound[0]) == f"http://127.0.0.1:{bound[0].getsockname()[1]}"
    bound.append(sockets.bind(socket.AF_INET, "0.0.0.0", 0))
    assert sockets.url(bound[-1]).startswith("http://127.0.0.1:")


@pytest.mark.skipif(not HAS_IPV6, reason="this machine has no IPv6")
def test_an_address_of_ipv6_stands_in_brackets(bound: list[socket.socket]) -> None:
    bound += [sockets.bind(socket.AF_INET6, place, 0) for place in ("::1", "::")]
    assert [sockets.url(one).rpartition(":")[0] for one in bound] == ["http://[::1]", "http://[::1]"]


def test_without_room_for_one_more_open_file_it_takes_connections_when_there_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refusals = [OSError(errno.EMFILE, "too many open files")] * 3
    accept = socket.socket.accept

    def accept_or_fail(self: socket.socket) -> tuple[socket.socket, object]:
        if refusals:
            raise refusals.pop()
        return accept(self)

    monkeypatch.setattr("greeum.api.acceptor.PAUSE_S", 0.01)
    monkeypatch.setattr(socket.socket, "accept", accept_or_fail)
    with listening(tell) as server:
        assert server.client().ask(GET).status == 200
    assert refusals == []


def test_connections_that_wait_when_it_stops_listening_are_taken() -> None:
    with listening(tell) as server:

        def connect_and_stop() -> list[socket.socket]:
            # In the server's own thread, so that it cannot take them before it is told to stop.
            found = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(5)]
            for one in found:
                one.sendall(GET)
            server.server.stop()
            return found

        for one in server.call(connect_and_stop):
            with one:
                one.settimeout(10)
                assert one.recv(100).startswith(b"HTTP/1.1 200 ")
        assert server.code.result(10) == 0
