"""Where a key goes, and where it never shows."""

from __future__ import annotations

import os
import pickle
import socket
import ssl
import threading
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tests.scripted import Says, Scripted, problem, said, scripted
from tests.served import loop_in_a_thread, served

import greeum
from greeum import testing
from greeum.errors import GreeumError, InvalidInput, NotFound, ServerFailed
from greeum.remote.address import Address

KEY = "gk_Very-Secret-0123456789"


@pytest.fixture
def server() -> Iterator[Scripted]:
    with scripted(said({"blocks": 0, "seq": 0})) as server:
        yield server


class TestAddresses:
    @pytest.mark.parametrize(
        ("url", "parts"),
        [
            ("http://127.0.0.1:8400", (False, "127.0.0.1", 8400, "")),
            ("HTTP://Example.com/", (False, "example.com", 80, "")),
            ("https://example.com", (True, "example.com", 443, "")),
            ("https://example.com:8443/team/memory//", (True, "example.com", 8443, "/team/memory")),
            ("http://[::1]:8400/a%20b", (False, "::1", 8400, "/a%20b")),
        ],
    )
    def test_are_taken_apart(self, url: str, parts: tuple[bool, str, int, str]) -> None:
        address = Address(url)
        assert (address.secure, address.host, address.port, address.path) == parts
        assert address.url == url.rstrip("/")

    @pytest.mark.parametrize(
        "url",
        [
            "", "127.0.0.1:8400", "ftp://example.com", "http://", "http:///path", "http://host:port", "http://host:70000",
            "http://[::1", "http://host/a b", "http://호스트", "http://host/\n", "http://host/?a=1", "http://host/#a",
            f"http://user:{KEY}@host", 5, None,
        ],
    )  # fmt: skip
    def test_that_are_none_are_refused_and_not_shown(self, url: Any) -> None:
        with pytest.raises(InvalidInput) as caught:
            greeum.connect(url)
        assert caught.value.field == "url"
        assert KEY not in "".join(traceback.format_exception(caught.value))

    @pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "localhost", "[::1]"])
    def test_on_this_machine_a_key_may_go_over_http(self, host: str) -> None:
        greeum.connect(f"http://{host}:8400", KEY)

    @pytest.mark.parametrize("host", ["10.0.0.1", "example.com", "localhost.example.com", "[fe80::1]", "0.0.0.0"])
    def test_elsewhere_only_if_it_is_said(self, host: str) -> None:
        with pytest.raises(InvalidInput, match=r"use https, or say insecure=True") as caught:
            greeum.connect(f"http://{host}", KEY)
        assert (caught.value.field, KEY in str(caught.value)) == ("key", False)
        greeum.connect(f"http://{host}", KEY, insecure=True)
        greeum.connect(f"http://{host}")
        greeum.connect(f"https://{host}", KEY)

    @pytest.mark.parametrize("key", ["", "a b", f"{KEY}\n", "열쇠", 5, b"gk"])
    def test_a_key_that_cannot_be_sent_is_refused_and_not_shown(self, key: Any) -> None:
        with pytest.raises(InvalidInput) as caught:
            greeum.connect("http://127.0.0.1:8400", key)
        assert caught.value.field == "key"
        assert "gk_" not in str(caught.value)

    def test_arguments_that_would_have_no_effect_are_refused(self) -> None:
        with pytest.raises(InvalidInput) as caught:
            greeum.connect("http://127.0.0.1:8400", tls=ssl.create_default_context())
        assert caught.value.field == "tls"
        with pytest.raises(InvalidInput) as caught:
            greeum.connect("http://127.0.0.1:8400", insecure=1)  # type: ignore[arg-type]
        assert caught.value.field == "insecure"


class TestKeys:
    def test_are_sent_in_a_header_and_shown_nowhere(self, server: Scripted) -> None:
        server.script[:] = [problem("forbidden", 403, f"{KEY} is not allowed")]
        memory = greeum.connect(server.url, KEY)
        with pytest.raises(GreeumError) as caught:
            memory.get(7)
        [request] = server.received
        assert request.headers["authorization"] == f"Bearer {KEY}"
        assert KEY not in request.target
        shown = "".join(traceback.format_exception(caught.value)) + repr(memory) + repr(memory.anchors) + str(memory)
        assert KEY not in shown
        assert "*** is not allowed" in shown
        memory.close()

    @pytest.mark.parametrize(
        "says",
        [
            Says(f"HTTP/1.1 500 {KEY}\r\nContent-Length: 0\r\n\r\n".encode(), "ends"),
            Says(f"HTTP/1.1 200 OK\r\nContent-Type: {KEY}\r\nContent-Length: 0\r\n\r\n".encode(), "ends"),
            Says(f"{KEY}\r\n\r\n".encode(), "ends"),
        ],
    )
    def test_are_not_in_what_a_server_repeats(self, server: Scripted, says: Says) -> None:
        server.script[:] = [says]
        with greeum.connect(server.url, KEY) as memory, pytest.raises(ServerFailed) as caught:
            memory.forget(7)
        assert KEY not in str(caught.value)
        assert "***" in str(caught.value)

    def test_without_one_none_is_sent(self, server: Scripted) -> None:
        with greeum.connect(server.url) as memory:
            memory.stats()
        assert "authorization" not in server.received[0].headers

    def test_do_not_travel_in_a_pickle(self) -> None:
        with pytest.raises((AttributeError, TypeError)):
            pickle.dumps(greeum.connect("http://127.0.0.1:1", KEY))

    def test_what_the_environment_says_of_proxies_is_passed_over(
        self, server: Scripted, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, "http://127.0.0.1:1")
        with greeum.connect(server.url) as memory:
            assert memory.stats()["blocks"] == 0


def can_listen_on_ipv6() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


@pytest.mark.skipif(not can_listen_on_ipv6(), reason="there is no IPv6 here")
def test_ipv6() -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as listener:
        port = listener.getsockname()[1]
        heads: list[bytes] = []

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                heads.append(connection.recv(65_536))
                connection.sendall(said({"seq": 3}).content)

        thread = threading.Thread(target=serve)
        thread.start()
        with greeum.connect(f"http://[::1]:{port}") as memory:
            assert memory.seq == 3
        thread.join(20)
    assert f"Host: [::1]:{port}\r\n".encode() in heads[0]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return write_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def url(certificate: tuple[Path, Path]) -> Iterator[str]:
    chain, key = certificate
    options: dict[str, Any] = {"ssl_certfile": str(chain), "ssl_keyfile": str(key)}
    with loop_in_a_thread() as loop, testing.memory() as memory, served(loop, memory, **options) as server:
        yield server.url


class TestTLS:
    def test_a_certificate_that_nobody_vouches_for_is_refused(self, url: str) -> None:
        with greeum.connect(url, KEY) as memory, pytest.raises(ServerFailed, match=r"TLS as it should .*self-signed"):
            memory.add("hello")

    def test_one_that_is_known_is_taken_and_the_connection_kept(self, url: str, certificate: tuple[Path, Path]) -> None:
        context = ssl.create_default_context(cafile=certificate[0])
        with greeum.connect(url, KEY, tls=context) as memory:
            block = memory.add("hello")
            [(kept, _)] = memory._transport._connections._idle
            assert memory.get(block.id) == block
            assert [connection for connection, _ in memory._transport._connections._idle] == [kept]
            lines = list(memory.export())
            assert memory.import_(lines)["present"] == 1
            with pytest.raises(NotFound):
                memory.get(999)
            with memory.follow() as feed:
                assert next(feed).seq == 1
                threading.Timer(0.05, feed.close).start()
                assert list(feed) == []

    def test_one_for_another_name_is_refused(self, url: str, certificate: tuple[Path, Path]) -> None:
        context = ssl.create_default_context(cafile=certificate[0])
        other = url.replace("127.0.0.1", "localhost")
        with (
            greeum.connect(other, tls=context) as memory,
            pytest.raises(ServerFailed, match="not valid for 'localhost'"),
        ):
            memory.stats()

    def test_openssl_may_be_told_of_it(
        self, url: str, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(os.environ, "SSL_CERT_FILE", str(certificate[0]))
        with greeum.connect(url) as memory:
            assert "seq" in memory.stats()

    def test_http_where_https_should_be(self, server: Scripted) -> None:
        with greeum.connect(server.url.replace("http:", "https:")) as memory, pytest.raises(ServerFailed):
            memory.stats()


def write_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that is signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "greeum test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    chain, secret = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return chain, secret
