"""The lines of an import on their way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tests.scripted import Scripted, problem, said, scripted

import greeum
from greeum.errors import Conflict, InvalidInput
from greeum.remote import upload

DONE = {"added": 1, "present": 0, "links": 0, "anchors": 0, "weights": 0}


@pytest.fixture
def server() -> Iterator[Scripted]:
    with scripted(said(DONE)) as server:
        yield server


def sent(server: Scripted, lines: Any) -> bytes:
    with greeum.connect(server.url) as memory:
        assert memory.import_(lines) == DONE
    assert server.received[-1].headers["content-type"] == "application/x-ndjson"
    return server.received[-1].body


@pytest.mark.parametrize(
    ("lines", "body"),
    [
        (["a", "b"], "a\nb\n"),
        (iter(["a\n", "\r\n", "", "b"]), "a\n\n\nb\n"),
        (["줄\u2028바꿈\x85"], "줄\u2028바꿈\x85\n"),
        (['{"a":\n "\\n"}\n'], '{"a": "\\n"}\n'),
        ([], ""),
    ],
)
def test_each_is_sent_as_one(server: Scripted, lines: Any, body: str) -> None:
    assert sent(server, lines).decode() == body


def test_they_go_in_pieces_and_are_counted(server: Scripted, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload, "PIECE_BYTES", 10)
    told: list[int] = []
    with greeum.connect(server.url) as memory:
        memory.import_((f"{number}" for number in range(1_200)), progress=told.append)
    assert server.received[0].body.split() == [str(number).encode() for number in range(1_200)]
    assert told == [500, 1_000]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (5, "line 2: must be a string, not int"),
        ("\ud800", "line 2: holds half of a surrogate pair at 0"),
        ('{"a":\n1', "line 2: is not JSON"),
        ('{"text": "a\nb"}', "line 2: is not JSON"),
    ],
)
def test_what_cannot_be_sent_is_named_and_what_came_before_it_is_sent(
    server: Scripted, line: Any, message: str
) -> None:
    with greeum.connect(server.url) as memory, pytest.raises(InvalidInput) as caught:
        memory.import_(["good", line, "good"])
    assert str(caught.value).startswith(message)
    assert server.received[0].body == b"good\n"


def test_even_if_nothing_was_sent(server: Scripted) -> None:
    server.script[:] = [problem("invalid-input", 400, "lines: are empty", field="lines")]
    with greeum.connect(server.url) as memory:
        with pytest.raises(InvalidInput, match="line 1: must be a string"):
            memory.import_([5])  # type: ignore[list-item]
        with pytest.raises(InvalidInput, match="lines: are empty"):
            memory.import_([])


def test_what_the_server_finds_comes_first(server: Scripted) -> None:
    server.script[:] = [problem("conflict", 409, "line 1: the key is in use")]
    with greeum.connect(server.url) as memory, pytest.raises(Conflict, match="line 1"):
        memory.import_(["good", 5])  # type: ignore[list-item]


def test_the_errors_of_those_who_give_the_lines_are_theirs(server: Scripted) -> None:
    def lines() -> Iterator[str]:
        yield "good"
        raise OSError("the disk is gone")

    with greeum.connect(server.url) as memory, pytest.raises(OSError, match="the disk is gone"):
        memory.import_(lines())
    assert server.received[0].body == b"good\n"
