"""A real server behind a network that breaks: what was asked for once is done once, and what is read is read whole."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import count, islice

import pytest
from tests.scripted import until
from tests.served import Loop, OwnServer, Server, loop_in_a_thread, served

import greeum
from greeum import Memory, RemoteMemory, testing
from greeum.errors import Conflict, NotFound, ServerFailed, StoreClosed
from greeum.model import Change
from greeum.remote import feed as feeds
from greeum.remote import retries
from greeum.remote.connections import is_readable

WAIT_S = 30

UNSURE = "whether it was done is not known"


class Relay:
    """Between a client and a server. Of each connection `allow` says how many bytes of the answers get through; then it
    is broken, though the server has had all that was sent.
    """

    def __init__(self, port: int) -> None:
        self.port_of_server = port
        self.allow: Callable[[int], int | None] = lambda _: None
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._start(self._accept)

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self.cut()
        for thread in self._threads:
            thread.join(WAIT_S)

    def cut(self) -> None:
        """End all connections."""
        for one in list(self._open):
            end(one)

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        for number in count():
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            server = socket.create_connection(("127.0.0.1", self.port_of_server))
            self._open |= {client, server}
            self._start(self._forward, client, server)
            self._start(self._answer, server, client, self.allow(number))

    def _forward(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while piece := client.recv(65_536):
                server.sendall(piece)
        end(server)

    def _answer(self, server: socket.socket, client: socket.socket, allowed: int | None) -> None:
        with server, client:
            with suppress(OSError):
                self._pass_on(server, client, allowed)
            end(client)
            self._open -= {server, client}

    def _pass_on(self, server: socket.socket, client: socket.socket, allowed: int | None) -> None:
        while piece := server.recv(65_536):
            if allowed is not None and len(piece) >= allowed:
                client.sendall(piece[:allowed])
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                client.shutdown(socket.SHUT_RD)  # wakes the thread that reads from it, and would keep it open
                return
            client.sendall(piece)
            allowed = None if allowed is None else allowed - len(piece)


def end(one: socket.socket) -> None:
    """Closing does not, while another thread waits for something to read."""
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)


@pytest.fixture(scope="module")
def loop() -> Iterator[Loop]:
    with loop_in_a_thread() as loop:
        yield loop


@pytest.fixture
def local() -> Iterator[Memory]:
    with testing.memory(embedder=testing.TinyEmbedder()) as memory:
        yield memory


@pytest.fixture(params=[Server, OwnServer])
def kind(request: pytest.FixtureRequest) -> type[Server]:
    found: type[Server] = request.param
    return found


@pytest.fixture
def relay(loop: Loop, local: Memory, kind: type[Server]) -> Iterator[Relay]:
    with served(loop, local, kind=kind) as server:
        relay = Relay(server.port)
        yield relay
        relay.close()


@pytest.fixture
def remote(relay: Relay) -> Iterator[RemoteMemory]:
    with greeum.connect(relay.url) as memory:
        yield memory


@pytest.fixture(autouse=True)
def without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "RECONNECT_S", 0.0)
    monkeypatch.setattr(retries, "BACKOFF_FIRST_S", 0.0)


@contextmanager
def broken(relay: Relay, memory: RemoteMemory, times: int, allowed: int) -> Iterator[None]:
    """The next connections break after so many bytes of their answer."""
    relay.cut()
    kept = memory._transport._connections._idle
    until(lambda: all(is_readable(connection) for connection, _ in kept))
    left = iter([allowed] * times)
    relay.allow = lambda _: next(left, None)
    yield
    relay.allow = lambda _: None


CUTS = [0, 1, 20, 300]
"""Before the answer, within its first line, within its head, within its body."""


@pytest.mark.parametrize("allowed", CUTS)
@pytest.mark.parametrize("times", [1, 3])
def test_an_add_is_done_once(local: Memory, relay: Relay, remote: RemoteMemory, allowed: int, times: int) -> None:
    with broken(relay, remote, times, allowed):
        block = remote.add("I moved to Busan.", namespace="acme", tags=["home"])
    assert local.list() == [block]
    assert relay.connections == times + 1


@pytest.mark.parametrize("allowed", CUTS)
def test_and_so_are_many_and_a_correction(local: Memory, relay: Relay, remote: RemoteMemory, allowed: int) -> None:
    with broken(relay, remote, 1, allowed):
        blocks = remote.add_many([{"text": f"turn {number}", "namespace": f"n/{number % 2}"} for number in range(10)])
    assert local.list() == blocks
    with broken(relay, remote, 2, allowed):
        corrected = remote.update(blocks[0].id, text="turn zero")
    assert local.history(blocks[0].id)[1:] == [corrected]
    with broken(relay, remote, 2, allowed):
        changed = remote.update(corrected.id, importance=0.75, revision=1, idempotency_key="mine")
    assert (changed.revision, changed.importance) == (2, 0.75)
    assert local.get(corrected.id) == changed


@pytest.mark.parametrize("allowed", CUTS)
def test_what_is_read_is_read_again(relay: Relay, remote: RemoteMemory, allowed: int) -> None:
    block = remote.add("I moved to Busan.")
    with broken(relay, remote, 2, allowed):
        assert remote.get(block.id) == block
    with broken(relay, remote, 2, allowed):
        assert [hit.block for hit in remote.search("Busan")] == [block]
    with broken(relay, remote, 2, allowed):
        assert remote.list() == [block]


@pytest.mark.parametrize("allowed", CUTS[:3])
def test_what_cannot_be_repeated_is_said_to_be_unsure(
    local: Memory, relay: Relay, remote: RemoteMemory, allowed: int
) -> None:
    block = remote.add("I moved to Busan.")
    with broken(relay, remote, 1, allowed), pytest.raises(ServerFailed, match=UNSURE):
        remote.forget(block.id)
    assert local.list() == []
    with pytest.raises(NotFound):
        remote.forget(block.id)


def test_a_network_that_stays_broken_is_given_up(local: Memory, relay: Relay, remote: RemoteMemory) -> None:
    with broken(relay, remote, 100, 0), pytest.raises(ServerFailed, match=UNSURE):
        remote.add("I moved to Busan.", idempotency_key="mine")
    [block] = local.list()
    assert remote.add("I moved to Busan.", idempotency_key="mine") == block
    with pytest.raises(Conflict):
        remote.add("I moved to Seoul.", idempotency_key="mine")
    assert local.list() == [block]


def test_many_threads_over_a_network_that_breaks(local: Memory, relay: Relay, remote: RemoteMemory) -> None:
    relay.allow = lambda number: number % 7 * 40 if number % 3 == 0 else None

    def say(number: int) -> int:
        return remote.add(f"turn {number}", key=f"k{number}").id

    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(say, range(100)))
        relay.cut()
        ids += pool.map(say, range(100, 200))
    assert len(set(ids)) == 200
    assert sorted(block.id for block in local.list(limit=1_000)) == sorted(ids)


def test_an_export_that_is_cut_off_says_so(relay: Relay, remote: RemoteMemory) -> None:
    remote.add_many({"text": f"turn {number}"} for number in range(2_000))
    whole = list(remote.export())
    lines: list[str] = []
    with broken(relay, remote, 1, 100_000), pytest.raises(ServerFailed):
        for line in remote.export():
            lines.append(line)
    assert lines == whole[: len(lines)]
    assert len(lines) < len(whole)


def test_a_feed_leaves_nothing_out(local: Memory, relay: Relay, remote: RemoteMemory) -> None:
    relay.allow = lambda number: 600 + number % 5 * 100
    with remote.follow() as feed, ThreadPoolExecutor(1) as pool:
        seen = pool.submit(lambda: list(islice(feed, 60)))
        for number in range(60):
            local.add(f"turn {number}")
            if number % 10 == 0:
                until(lambda: feed.seq > 0)
                relay.cut()
        changes = seen.result(WAIT_S)
    assert changes == [Change(seq, "block", seq) for seq in range(1, 61)]
    assert relay.connections > 5


def test_a_server_that_goes_and_comes_back(loop: Loop, local: Memory, kind: type[Server]) -> None:
    with served(loop, local, kind=kind) as server:
        memory = greeum.connect(server.url)
        block = memory.add("I moved to Busan.")
        port = server.port
    with pytest.raises(ServerFailed, match="cannot be reached"):
        memory.get(block.id)
    with served(loop, local, kind=kind, listen_port=port):
        assert memory.get(block.id) == block
    memory.close()


def test_a_memory_that_was_closed_behind_the_server(loop: Loop, kind: type[Server]) -> None:
    local = testing.memory()
    with served(loop, local, kind=kind) as server, greeum.connect(server.url) as memory:
        block = memory.add("hello")
        local.close()
        with pytest.raises(StoreClosed, match="was closed"):
            memory.forget(block.id)
