"""Lines over two descriptors: whole, in order, and with an end whatever the other side does."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from greeum.mcp import wire
from greeum.mcp.wire import LINE_BYTES_MAX, TOO_LONG, Wire

WAIT_S = 30


class Ends:
    """What the other side holds."""

    def __init__(self) -> None:
        self.source, self.write_to = os.pipe()
        self.read_from, self.target = os.pipe()
        self.wire = Wire(self.source, self.target)

    def close(self) -> None:
        self.wire.close()
        for descriptor in (self.source, self.write_to, self.read_from, self.target):
            with suppress(OSError):  # the test has closed it
                os.close(descriptor)


@pytest.fixture
def ends() -> Iterator[Ends]:
    found = Ends()
    yield found
    found.close()


def said(ends: Ends, *pieces: bytes) -> list[bytes]:
    """The lines that arrive when these pieces are written and that is all."""

    def write() -> None:
        for piece in pieces:
            left = piece
            while left:
                left = left[os.write(ends.write_to, left) :]
        os.close(ends.write_to)

    writer = threading.Thread(target=write)
    writer.start()
    lines = list(ends.wire.lines())
    writer.join(WAIT_S)
    return lines


def test_lines(ends: Ends) -> None:
    assert said(ends, b"a\nb", b"c\n\n", b"d") == [b"a", b"bc", b"", b"d"]


def test_nothing(ends: Ends) -> None:
    assert said(ends) == []


def test_a_line_of_megabytes(ends: Ends) -> None:
    line = b"x" * 3_000_000
    assert said(ends, line + b"\n" + line + b"\n") == [line, line]


def test_a_line_that_is_too_long(ends: Ends, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "LINE_BYTES_MAX", 100_000)
    assert said(ends, b"a\n" + b"x" * 500_000 + b"\nb\n") == [b"a", TOO_LONG, b"b"]
    assert LINE_BYTES_MAX > 4 * 6 * 1_048_576


def test_a_descriptor_that_cannot_be_read(ends: Ends) -> None:
    os.close(ends.source)
    assert list(ends.wire.lines()) == []


def test_sending(ends: Ends) -> None:
    ends.wire.send(b"a\n")
    ends.wire.send(b"b\n")
    ends.wire.close()
    assert os.read(ends.read_from, 100) == b"a\nb\n"


def test_sending_waits_for_nobody(ends: Ends) -> None:
    """A pipe holds 64 KB; what is more waits in the writing thread."""
    for _ in range(10):
        ends.wire.send(b"x" * 65_536)
    found = b""
    while len(found) < 655_360:
        found += os.read(ends.read_from, 65_536)
    assert found == b"x" * 655_360


def test_nobody_reads(ends: Ends) -> None:
    broken = threading.Event()
    ends.wire.when_broken(broken.set)
    os.close(ends.read_from)
    ends.wire.send(b"a\n")
    ends.wire.send(b"b\n")
    assert broken.wait(WAIT_S)
    again = threading.Event()
    ends.wire.when_broken(again.set)
    assert again.is_set()


def test_a_client_that_reads_nothing(ends: Ends, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "FLUSH_S", 0.01)
    ends.wire.send(b"x" * 1_000_000)
    ends.wire.close()
    os.close(ends.read_from)
