"""What every Memory must do about its time zone: what days and times without an offset mean."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from tests.conformance.memory import OpenMemory, texts

from greeum import Memory, testing
from greeum.errors import InvalidInput
from greeum.testing import FrozenClock

MORNING = "2026-05-01T23:00:00Z"
"""Eight o'clock in Seoul, where it is the second of May."""


def when(iso: str) -> datetime:
    return datetime.fromisoformat(iso)


def days_of(memory: Memory, block: int, query: str = "violin") -> tuple[str | None, list[str]]:
    """The day on which it was said, and those that it speaks of."""
    account = memory.explain(query, block).account
    assert account is not None
    return account.dates.said, list(account.dates.mentions)


def set_to(clock: FrozenClock, iso: str) -> None:
    clock.now_us = FrozenClock(iso).now_us


class TestTimeZone:
    def test_it_is_utc_unless_it_is_set(self, memory: Memory) -> None:
        assert memory.time_zone.get() == "UTC"
        assert memory.time_zone.set("asia/seoul") == "Asia/Seoul"
        assert memory.time_zone.get() == "Asia/Seoul"

    def test_a_memory_that_holds_nothing_takes_over_that_of_an_export(self, memory: Memory) -> None:
        with testing.memory() as other:
            other.time_zone.set("Asia/Seoul")
            other.add("He played the violin yesterday.", at=MORNING)
            memory.import_(other.export())
        assert memory.time_zone.get() == "Asia/Seoul"
        [block] = memory.list()
        assert days_of(memory, block.id) == ("2026-05-02", ["2026-05-01"])

    def test_one_that_holds_something_keeps_its_own(self, memory: Memory) -> None:
        memory.add("A trumpet.")
        with testing.memory() as other:
            other.time_zone.set("Asia/Seoul")
            told = other.add("He played the violin yesterday.", at=MORNING)
            memory.import_(other.export())
        assert memory.time_zone.get() == "UTC"
        [block] = [block for block in memory.list() if block.uid == told.uid]
        assert days_of(memory, block.id) == ("2026-05-01", ["2026-04-30"])

    @pytest.mark.parametrize("zone", ["Seoul", "", 9, "EST", "MST"])
    def test_an_export_by_no_known_days_is_refused(self, memory: Memory, zone: object) -> None:
        with pytest.raises(InvalidInput, match="time_zone"):
            memory.import_([json.dumps({"type": "greeum", "format": 1, "time_zone": zone})])

    @pytest.mark.parametrize("name", ["", "Seoul", "KST", "EST", "../UTC", "+09:00", 9, None])
    def test_a_name_that_is_none_changes_nothing(self, memory: Memory, name: str) -> None:
        memory.time_zone.set("Asia/Seoul")
        with pytest.raises(InvalidInput, match="time_zone"):
            memory.time_zone.set(name)
        assert memory.time_zone.get() == "Asia/Seoul"

    def test_what_is_there_is_understood_anew(self, memory: Memory) -> None:
        block = memory.add("어제 violin을 샀어", at=MORNING)
        assert days_of(memory, block.id) == ("2026-05-01", ["2026-04-30"])
        memory.time_zone.set("Asia/Seoul")
        assert days_of(memory, block.id) == ("2026-05-02", ["2026-05-01"])
        assert memory.get(block.id).at == block.at
        later = memory.add("Yesterday the violin broke.", at=MORNING)
        assert days_of(memory, later.id) == ("2026-05-02", ["2026-05-01"])

    @pytest.mark.parametrize(("zone", "first"), [("Asia/Seoul", "Sold the violin."), ("UTC", "Bought the violin.")])
    def test_yesterday_in_a_question_is_the_day_before_there(
        self, memory: Memory, clock: FrozenClock, zone: str, first: str
    ) -> None:
        memory.time_zone.set(zone)
        memory.add("Bought the violin.", at="2026-04-30T10:00Z", kind="note")
        memory.add("Sold the violin.", at="2026-05-01T10:00Z", kind="note")
        memory.add_many({"text": f"The bridge number {n}.", "kind": "note", "at": "2026-04-01"} for n in range(30))
        set_to(clock, MORNING)
        assert texts(memory.search("What about the violin yesterday?"))[0] == first
        assert texts(memory.search("어제 violin은?"))[0] == first

    def test_times_without_an_offset_are_those_of_a_clock_there(self, memory: Memory) -> None:
        memory.time_zone.set("Asia/Seoul")
        block = memory.add("one", at="2026-05-02", valid_from=datetime(2026, 5, 2), expires_at="2099-01-01T09:00")
        assert block.at == block.valid_from == when("2026-05-01T15:00:00Z")
        assert block.expires_at == when("2099-01-01T00:00:00Z")
        assert block.to_dict()["at"] == "2026-05-01T15:00:00Z"
        changed = memory.update(block.id, at="2026-07-01T00:00", valid_from=None)
        assert changed.at == when("2026-06-30T15:00:00Z")
        assert memory.update(block.id, at="2026-07-01T00:00Z").at == when("2026-07-01T00:00:00Z")

    def test_clocks_that_are_changed(self, memory: Memory) -> None:
        memory.time_zone.set("Europe/Berlin")
        times = {"2026-03-29": "2026-03-28T23:00:00Z", "2026-03-30": "2026-03-29T22:00:00Z"}
        for written, moment in times.items():
            assert memory.add(written, at=written).at == when(moment)

    def test_a_date_in_a_filter_begins_there(self, memory: Memory) -> None:
        memory.add("late", at="2026-05-01T14:59:59Z")
        memory.add("early", at="2026-05-01T15:00:00Z")
        memory.time_zone.set("Asia/Seoul")
        for since in ("2026-05-02", datetime(2026, 5, 2), "2026-05-01T15:00Z", when("2026-05-01T15:00:00Z")):
            assert texts(memory.list(where={"at": {"gte": since}})) == ["early"]
            assert texts(memory.search("early late", where={"at": {"gte": since}})) == ["early"]
        assert memory.count(where={"not": {"or": [{"at": {"gte": "2026-05-02"}}]}}) == 1

    def test_as_of_a_date_is_midnight_there(self, memory: Memory, clock: FrozenClock) -> None:
        memory.time_zone.set("Asia/Seoul")
        set_to(clock, "2026-05-01T15:00:01Z")
        memory.add("the violin")
        set_to(clock, "2026-06-01T00:00:00Z")
        assert texts(memory.search("violin", as_of="2026-05-02")) == []
        assert texts(memory.search("violin", as_of="2026-05-02T00:01")) == ["the violin"]
        assert memory.count(as_of=datetime(2026, 5, 2)) == 0
        assert memory.diff("2026-05-02").counts["added"] == 1
        assert memory.diff("2026-05-02T00:01").counts["added"] == 0

    def test_a_context_tells_the_days_there(self, memory: Memory) -> None:
        memory.add("the violin", at=MORNING)
        memory.time_zone.set("Asia/Seoul")
        assert "2026-05-02: the violin" in memory.context("violin").text


class TestSharedTimeZone:
    """For a memory that several can have open."""

    def test_whoever_else_has_it_open_goes_by_it_too(self, open_memory: OpenMemory, memory: Memory) -> None:
        block = memory.add("어제 violin을 샀어", at=MORNING)
        other = open_memory()
        assert days_of(other, block.id) == ("2026-05-01", ["2026-04-30"])
        memory.time_zone.set("Asia/Seoul")
        assert days_of(other, block.id) == ("2026-05-02", ["2026-05-01"])
        assert other.add("one", at="2026-05-02").at == when("2026-05-01T15:00:00Z")
