"""The log of a server: a JSON object a line, in order, without content."""

from __future__ import annotations

import json
import logging
import os
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.scripted import until

from greeum.api import logs
from greeum.api.logs import AccessLog, JsonHandler, LogStream, event, where

SECRET = "what-somebody-said"


class File:
    """A log in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self.stream = LogStream(self.descriptor)

    def lines(self) -> list[dict[str, Any]]:
        """What is in it once it is closed."""
        self.stream.close()
        return [json.loads(line) for line in self._path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def file(tmp_path: Path) -> Iterator[File]:
    file = File(tmp_path / "log")
    yield file
    file.stream.close()
    os.close(file.descriptor)


def test_a_request_is_a_line(file: File) -> None:
    log = AccessLog(file.stream)
    log.write("abc-1", "POST", "search", 200, 0.0003127, 2_065, "0123456789")
    log.write("abc-2", "GET", "blocks.get", 503, 1.5, 0, None, "5b8aa5a2d2c872e8321cf37308d69df2")
    first, second = file.lines()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", first.pop("time"))
    second.pop("time")
    assert first == {
        "level": "info", "event": "request", "request_id": "abc-1", "method": "POST", "operation": "search",
        "status": 200, "ms": 0.313, "bytes": 2_065, "key": "0123456789",
    }  # fmt: skip
    assert second == {
        "level": "error", "event": "request", "request_id": "abc-2", "method": "GET", "operation": "blocks.get",
        "status": 503, "ms": 1500.0, "bytes": 0, "trace_id": "5b8aa5a2d2c872e8321cf37308d69df2",
    }  # fmt: skip


def test_a_method_of_a_client_s_own_cannot_write_into_the_log(file: File) -> None:
    AccessLog(file.stream).write("abc", 'X","status":200,"', "other", 400, 0.0, 0, None)
    assert file.lines()[0]["method"] == "other"


@pytest.mark.parametrize("is_made", [False, True], ids=["nothing", "a new file"])
def test_when_a_file_was_renamed_the_next_lines_go_into_a_new_one(tmp_path: Path, is_made: bool) -> None:
    path, aside = tmp_path / "log", tmp_path / "log.1"
    stream = LogStream(logs.opened(str(path)), str(path))
    stream.append(event("info", "first"))
    until(lambda: path.stat().st_size > 0)
    path.rename(aside)
    if is_made:
        path.touch()
        path.chmod(0o640)
    stream.append(event("info", "second"))
    stream.close()
    assert [json.loads(file.read_text())["event"] for file in (aside, path)] == ["first", "second"]
    assert path.stat().st_mode & 0o777 == (0o640 if is_made else 0o600)


def test_where_no_new_file_can_be_made_the_old_one_goes_on(tmp_path: Path) -> None:
    path, moved = tmp_path / "logs" / "log", tmp_path / "moved"
    path.parent.mkdir()
    stream = LogStream(logs.opened(str(path)), str(path))
    path.parent.rename(moved)
    stream.append(event("info", "first"))
    until(lambda: (moved / "log").stat().st_size > 0)
    path.parent.mkdir()
    stream.append(event("info", "second"))
    stream.close()
    assert [json.loads(file.read_text())["event"] for file in (moved / "log", path)] == ["first", "second"]


def test_a_failure_is_told_by_its_place_and_not_by_what_it_says(file: File) -> None:
    try:
        json.loads(f'{{"{SECRET}"')
    except ValueError as error:
        AccessLog(file.stream).failed("abc", "search", error)
    line = file.lines()[0]
    assert (line["event"], line["error"], line["request_id"]) == ("failure", "JSONDecodeError", "abc")
    assert any(frame.startswith("json.decoder:") for frame in line["frames"])
    assert SECRET not in json.dumps(line)


def test_a_failure_has_its_reason_where_that_is_known_to_quote_nothing(file: File) -> None:
    AccessLog(file.stream).failed("abc", "search", OSError(SECRET), reason="/srv/memory: no room")
    line = file.lines()[0]
    assert (line["error"], line["reason"]) == ("OSError", "/srv/memory: no room")
    assert SECRET not in json.dumps(line)


def test_what_libraries_log_takes_the_same_form(file: File) -> None:
    logger = logging.Logger("library")
    logger.addHandler(JsonHandler(file.stream))
    logger.warning("there are %d left", 3)
    try:
        raise KeyError(SECRET)
    except KeyError:
        logger.exception("it failed")
    logger.error("a task was lost\nfuture: %r", ValueError(SECRET))
    first, second, third = file.lines()
    assert third["message"] == "a task was lost"
    assert SECRET not in json.dumps(third)
    assert (first["level"], first["logger"], first["message"]) == ("warning", "library", "there are 3 left")
    assert (second["level"], second["error"]) == ("error", "KeyError")
    assert SECRET not in json.dumps(second)


def test_lines_come_within_the_time_promised(file: File, tmp_path: Path) -> None:
    file.stream.append(event("info", "first"))
    deadline = threading.Event()
    for _ in range(200):
        if (tmp_path / "log").stat().st_size:
            break
        deadline.wait(0.01)
    assert "first" in (tmp_path / "log").read_text(encoding="utf-8")


def test_lines_of_several_threads_are_whole_and_all_there(file: File) -> None:
    def write(number: int) -> None:
        for count in range(500):
            file.stream.append(event("info", "line", thread=number, count=count, filling="x" * 50))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = file.lines()
    for number in range(4):
        assert [line["count"] for line in lines if line["thread"] == number] == list(range(500))


def test_a_reader_that_stands_still_costs_lines_and_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "WAITING_LINES_MAX", 10)
    monkeypatch.setattr(logs, "FLUSH_S", 0.001)
    reading, writing = os.pipe()
    stream = LogStream(writing)
    long = event("info", "line", filling="x" * 100_000)
    # The first fills the pipe; then the thread stands, and so do those behind it.
    stream.append(long)
    while stream._lines:
        pass
    for _ in range(30):
        stream.append(event("info", "line"))
    with os.fdopen(reading, encoding="utf-8") as reader:

        def close() -> None:
            stream.close()
            os.close(writing)

        closer = threading.Thread(target=close)
        closer.start()
        found = [json.loads(line)["event"] for line in reader]
        closer.join()
    assert found.count("line") == 11
    assert found[-1] == "log.dropped"


def test_a_log_that_nobody_reads_any_more_does_not_stop_the_service() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    stream = LogStream(writing)
    stream.append(event("info", "line"))
    stream.close()
    os.close(writing)


def test_what_is_not_text_is_written_all_the_same(file: File) -> None:
    file.stream.append(event("info", "line", name="\ud800"))
    assert file.lines()[0]["name"] == "\ud800"


def test_without_a_stream_nothing_is_written() -> None:
    log = AccessLog(None)
    log.write("abc", "GET", "search", 200, 0.1, 1, None)
    log.failed("abc", "search", ValueError())


def test_the_frames_of_an_error_lead_from_the_caller_to_its_place() -> None:
    try:
        Path("/nowhere/at/all").read_text(encoding="utf-8")
    except OSError as error:
        facts = where(error)
    frames = facts["frames"]
    assert isinstance(frames, list)
    assert frames[0].startswith(f"{__name__}:test_the_frames")
    assert frames[-1].startswith("pathlib:open")
