"""What the door lets in: each check gives the one form of a value, or says what is wrong with it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from enum import IntEnum
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from greeum import inputs, limits
from greeum._core import Zone, format_time
from greeum.errors import InvalidInput
from greeum.model import moment

anything = settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])

characters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
names = st.text(characters, min_size=1, max_size=20).filter(str.strip)
segments = st.lists(names, max_size=limits.NAMESPACE_SEGMENTS_MAX)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-inputs.INTEGER_MAX, inputs.INTEGER_MAX)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(characters, max_size=20),
    lambda values: st.lists(values, max_size=4) | st.dictionaries(names, values, max_size=4),
    max_leaves=20,
)


def refused(act: Callable[[], object], field: str, reason: str = "") -> None:
    with pytest.raises(InvalidInput) as caught:
        act()
    assert caught.value.field == field
    assert reason in caught.value.reason
    assert str(caught.value) == f"{caught.value.field}: {caught.value.reason}"


class TestStrings:
    @pytest.mark.parametrize(
        ("value", "reason"),
        [
            (None, "not NoneType"),
            (5, "not int"),
            (b"x", "not bytes"),
            (["x"], "not list"),
            ("", "is empty"),
            (" \n\u3000", "is empty"),
            ("a\0", "NUL"),
            ("ab\ud800", "half of a surrogate pair at 2"),
            ("\udfff", "half of a surrogate pair at 0"),
            ("x" * 11, "is 11 bytes long; at most 10"),
            ("가나다라", "is 12 bytes long"),
        ],
    )
    def test_what_is_no_text_is_refused(self, value: object, reason: str) -> None:
        refused(lambda: inputs.string(value, "here", 10), "here", reason)

    def test_empty_may_be_allowed(self) -> None:
        assert inputs.string("", "here", 10, empty=True) == ""
        assert inputs.string(" ", "here", 10, empty=True) == " "

    def test_limits_are_exact(self) -> None:
        assert len(inputs.text("x" * limits.TEXT_BYTES_MAX)) == limits.TEXT_BYTES_MAX
        refused(lambda: inputs.text("x" * (limits.TEXT_BYTES_MAX + 1)), "text", "1,048,577 bytes long")
        assert inputs.name("x" * limits.NAME_BYTES_MAX, "kind")
        refused(lambda: inputs.name("x" * (limits.NAME_BYTES_MAX + 1), "kind"), "kind")
        refused(lambda: inputs.text("x" * 10_000_000), "text")

    @anything
    @given(st.text(st.characters()))
    def test_a_text_comes_through_unchanged_or_not_at_all(self, value: str) -> None:
        try:
            assert inputs.text(value) == value
        except InvalidInput as error:
            assert error.field == "text"

    def test_none_is_no_name(self) -> None:
        assert inputs.optional_name(None, "key") is None
        assert inputs.optional_name("k", "key") == "k"
        refused(lambda: inputs.optional_name("", "key"), "key")


class TestPaths:
    def test_strings_and_paths(self) -> None:
        assert inputs.path("./memory") == "./memory"
        assert inputs.path(Path("a") / "b") == str(Path("a") / "b")

    @pytest.mark.parametrize("value", ["", " ", "a\0b", "\ud800", b"a", 5, None, "x" * (limits.PATH_BYTES_MAX + 1)])
    def test_what_is_none_is_refused(self, value: object) -> None:
        refused(lambda: inputs.path(value), "path")


class TestNamespaces:
    @pytest.mark.parametrize(
        ("value", "canonical"),
        [
            ("", ""),
            ([], ""),
            ("acme", "acme"),
            (("acme", "alice/1"), "acme/alice%2F1"),
            ("a%2fb", "a%2Fb"),
            ("%41%62c", "Abc"),
            ("%C3%A9", "é"),
            ("caf\u00e9", "café"),
            (["100%"], "100%25"),
            ("100%25", "100%25"),
            (["\x01\x7f"], "%01%7F"),
            ("a b/. ./..", "a b/. ./.."),
            ("/".join("abcdefghijklmnop"), "a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p"),
            ("x" * limits.SEGMENT_BYTES_MAX, "x" * limits.SEGMENT_BYTES_MAX),
            (["/" * limits.SEGMENT_BYTES_MAX], "%2F" * limits.SEGMENT_BYTES_MAX),
        ],
    )
    def test_each_has_one_form(self, value: Any, canonical: str) -> None:
        assert inputs.namespace(value) == canonical
        assert inputs.namespace(canonical) == canonical

    @pytest.mark.parametrize(
        ("value", "reason"),
        [
            ("/acme", "has an empty segment"),
            ("acme/", "has an empty segment"),
            ("a//b", "has an empty segment"),
            ("//", "has an empty segment"),
            ("a/ /b", "is empty"),
            ([""], "is empty"),
            (["a", 1], "not int"),
            (["a", None], "not NoneType"),
            ("%", "percent sign"),
            ("100%", "percent sign"),
            ("%zz", "percent sign"),
            ("%1", "percent sign"),
            ("%1/2", "percent sign"),
            ("%+1", "percent sign"),
            ("% 1", "percent sign"),
            ("%1_", "percent sign"),
            ("%é1", "percent sign"),
            ("%C3", "percent sign"),
            ("%C3%", "percent sign"),
            ("%FF", "percent sign"),
            ("%ED%A0%80", "percent sign"),
            ("%00", "NUL"),
            ("a\0b", "NUL"),
            ("\ud800", "surrogate"),
            (["\ud800"], "surrogate"),
            ("/".join("abcdefghijklmnopq"), "has 17 segments; at most 16"),
            (["a"] * 100, "has 100 segments"),
            ("x" * (limits.SEGMENT_BYTES_MAX + 1), "257 bytes"),
            ("x" * 10_000_000, "bytes long"),
            (None, "not NoneType"),
            (5, "not int"),
            (True, "not bool"),
            (b"acme", "not bytes"),
            ({"acme"}, "not set"),
            ({"acme": 1}, "not dict"),
        ],
    )
    def test_what_is_none_is_refused(self, value: Any, reason: str) -> None:
        refused(lambda: inputs.namespace(value), "namespace", reason)

    @anything
    @given(segments, segments)
    def test_a_form_stands_for_its_segments_alone(self, one: list[str], other: list[str]) -> None:
        canonical = inputs.namespace(one)
        assert inputs.namespace(canonical) == canonical
        assert (canonical == inputs.namespace(other)) == (one == other)
        assert len(canonical.split("/")) == max(len(one), 1)
        assert not any(c < " " or c == "\x7f" for c in canonical)

    @anything
    @given(st.text(st.sampled_from("ab/%2Ff+ .é\0\ud800"), max_size=12))
    def test_any_string_has_a_form_or_a_reason(self, value: str) -> None:
        try:
            canonical = inputs.namespace(value)
        except InvalidInput as error:
            assert error.field == "namespace"
        else:
            assert inputs.namespace(canonical) == canonical


class BrokenZone(tzinfo):
    """A zone that does not know its offset, as some libraries have."""

    def utcoffset(self, _: datetime | None) -> None:
        return None

    def tzname(self, _: datetime | None) -> None:
        return None

    def dst(self, _: datetime | None) -> None:
        return None


class TestTimes:
    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            ("2025-03-04", datetime(2025, 3, 4, tzinfo=UTC)),
            ("2025-03-04T09:12", datetime(2025, 3, 4, 9, 12, tzinfo=UTC)),
            ("2025-03-04 09:12:13.000001Z", datetime(2025, 3, 4, 9, 12, 13, 1, tzinfo=UTC)),
            ("2025-03-04T09:12:00-0330", datetime(2025, 3, 4, 12, 42, tzinfo=UTC)),
            ("0001-01-01", datetime.min.replace(tzinfo=UTC)),
            ("9999-12-31T23:59:59.999999Z", datetime.max.replace(tzinfo=UTC)),
            (datetime.min, datetime.min.replace(tzinfo=UTC)),
            (datetime.max, datetime.max.replace(tzinfo=UTC)),
            (datetime(2025, 3, 4, tzinfo=BrokenZone()), datetime(2025, 3, 4, tzinfo=UTC)),
            (datetime(2025, 3, 4, tzinfo=timezone(timedelta(hours=-9))), datetime(2025, 3, 4, 9, tzinfo=UTC)),
        ],
    )
    def test_moments(self, value: Any, expected: datetime) -> None:
        assert moment(inputs.time(value, "at")) == expected
        assert inputs.optional_time(value, "at") == inputs.time(value, "at")

    @pytest.mark.parametrize(
        "value",
        [
            "",
            "yesterday",
            "2025",
            "2025-13-01",
            "2025-02-29",
            "2025-03-04T24:00",
            "2025-03-04T09:12:60",
            "2025-03-04T09:12+25:00",
            "20250304",
            "2025-03-04T",
            "0000-01-01",
            "10000-01-01",
            "-001-01-01",
            "+2025-03-04",
            "２０２５-03-04",
            "2025-03-04T09:12:00.é",
            "2025-03-04T09:12:00.1ééé",
            "1741078800",
            "\ud800",
            "a\0",
            "x" * 10_000_000,
            1741078800,
            1.5,
            float("nan"),
            True,
            None,
            date(2025, 3, 4),
            time(9, 12),
            timedelta(1),
            b"2025-03-04",
        ],
        ids=lambda value: f"{value!r:.30}",
    )
    def test_what_is_none_is_refused(self, value: Any) -> None:
        refused(lambda: inputs.time(value, "at"), "at")

    @pytest.mark.parametrize(
        "value",
        [
            "0001-01-01T00:00+00:01",
            "9999-12-31T23:59-00:01",
            datetime.min.replace(tzinfo=timezone(timedelta(minutes=1))),
            datetime.max.replace(tzinfo=timezone(-timedelta(minutes=1))),
        ],
    )
    def test_beyond_the_calendar_in_utc(self, value: Any) -> None:
        refused(lambda: inputs.time(value, "at"), "at", "outside the years 1 to 9999")

    @pytest.mark.parametrize(
        ("value", "asks"),
        [
            ("2025-03-04", True),
            ("2025-03-04T09:12", True),
            (datetime(2025, 3, 4), True),
            ("2025-03-04T09:12Z", False),
            ("2025-03-04 09:12z", False),
            ("2025-03-04T09:12+00:00", False),
            ("2025-03-04T09:12:00.5-03:30", False),
            (datetime(2025, 3, 4, tzinfo=UTC), False),
        ],
    )
    def test_only_times_without_an_offset_need_a_zone(self, value: Any, asks: bool) -> None:
        asked: list[Zone] = []

        def zone() -> Zone:
            asked.append(Zone("Asia/Seoul"))
            return asked[-1]

        at = inputs.time(value, "at", zone)
        assert len(asked) == asks
        assert at == inputs.time(value, "at") - asks * 9 * 3_600_000_000

    def test_none_is_no_time(self) -> None:
        assert inputs.optional_time(None, "at") is None

    @anything
    @given(st.datetimes(timezones=st.none() | st.timezones()))
    def test_a_datetime_is_the_same_moment(self, value: datetime) -> None:
        try:
            at = inputs.time(value, "at")
        except InvalidInput as error:
            assert value.year in (1, 9999)
            assert "outside" in error.reason
        else:
            # Not compared across zones: there an hour that a clock shows twice equals nothing.
            assert moment(at) == (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
            assert inputs.time(format_time(at), "at") == at

    @anything
    @given(st.text(st.sampled_from("0123456789-:.,TZ+ é"), max_size=30) | st.text(st.characters()))
    def test_any_string_is_a_moment_or_refused(self, value: str) -> None:
        try:
            assert limits.TIME_MIN_US <= inputs.time(value, "at") <= limits.TIME_MAX_US
        except InvalidInput as error:
            assert error.field == "at"


class Level(IntEnum):
    HIGH = 1


class TestNumbers:
    @pytest.mark.parametrize("value", [0, 1, 0.0, 1.0, 0.5, -0.0, 1e-320, Level.HIGH])
    def test_shares(self, value: float) -> None:
        share = inputs.share(value, "importance")
        assert share == value
        assert type(share) is float

    @pytest.mark.parametrize(
        "value",
        [-0.1, 1.0000001, 2, -1, float("nan"), float("inf"), -float("inf"), 10**400, 10**5_000, -(10**5_000), True,
         None, "0.5", Decimal("0.5"), 1j, [0.5], b"0"],
        ids=lambda value: str(type(value)),
    )  # fmt: skip
    def test_no_shares(self, value: object) -> None:
        refused(lambda: inputs.share(value, "importance"), "importance")

    @pytest.mark.parametrize("value", [1, 10, Level.HIGH, np.int64(10), np.uint8(1)])
    def test_counts(self, value: int) -> None:
        count = inputs.count(value, "k", 10)
        assert count == value
        assert type(count) is int

    def test_ids_from_an_array(self) -> None:
        ids = np.array([3, 5])
        assert inputs.block_ids(ids[0]) == [3]
        assert inputs.block_ids(ids) == inputs.block_ids(list(ids)) == [3, 5]
        assert inputs.where({"uses": {"gte": ids[0]}, "metadata.page": {"in": set(ids)}}) == (
            '{"uses": {"gte": 3}, "metadata.page": {"in": [3, 5]}}'
        )
        refused(lambda: inputs.block_ids(True), "block", "whole number, not bool")
        refused(lambda: inputs.block_id(np.True_), "block", "whole number, not bool")

    @pytest.mark.parametrize(
        "value",
        [
            0,
            -1,
            11,
            10**9,
            10**5_000,
            -(10**5_000),
            True,
            False,
            1.0,
            1.5,
            float("nan"),
            "3",
            None,
            Decimal(3),
            [3],
            np.float64(3),
            np.array([3, 5]),
        ],
        ids=lambda value: str(type(value)),
    )
    def test_no_counts(self, value: object) -> None:
        refused(lambda: inputs.count(value, "k", 10), "k")

    def test_messages_show_numbers_that_can_be_shown(self) -> None:
        refused(lambda: inputs.count(11, "k", 1_000, least=20), "k", "is 11; it must lie between 20 and 1,000")
        refused(lambda: inputs.count(10**5_000, "k", 10), "k", "is a whole number of 16610 bits")

    def test_ids_are_those_that_a_double_can_hold(self) -> None:
        assert inputs.block_id(2**53 - 1) == 2**53 - 1
        refused(lambda: inputs.block_id(2**53), "block")
        refused(lambda: inputs.block_id(0, "near"), "near")

    def test_truth(self) -> None:
        assert inputs.truth(True, "exact") is True
        assert inputs.truth(False, "exact") is False

    @pytest.mark.parametrize("value", [1, 0, None, "true", []])
    def test_no_truth(self, value: object) -> None:
        refused(lambda: inputs.truth(value, "exact"), "exact")


class TestTags:
    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            ((), []),
            (iter(()), []),
            (["b", "a", "b"], ["b", "a"]),
            (("여행",), ["여행"]),
            ((tag for tag in "ab"), ["a", "b"]),
            ({"x"}, ["x"]),
        ],
    )
    def test_each_once_in_order(self, value: Any, expected: list[str]) -> None:
        assert json.loads(inputs.tags(value)) == expected

    @pytest.mark.parametrize("value", ["trip", b"trip", {"trip": 1}, 5, None, object()])
    def test_what_is_no_sequence_is_refused(self, value: Any) -> None:
        refused(lambda: inputs.tags(value), "tags")

    @pytest.mark.parametrize("tag", ["", " ", None, 5, "a\0", "\ud800", "x" * 257, ["a"]])
    def test_a_bad_one_is_named_by_its_place(self, tag: Any) -> None:
        refused(lambda: inputs.tags(["good", tag]), "tags[1]")

    def test_there_is_a_limit(self) -> None:
        many = [f"tag {number}" for number in range(limits.TAGS_MAX)]
        assert json.loads(inputs.tags(many * 2)) == many
        refused(lambda: inputs.tags([*many, "one more"]), "tags", "are 65; at most 64")


def nested(levels: int) -> dict[str, Any]:
    """A dictionary in a dictionary in …"""
    value: Any = {}
    for _ in range(levels):
        value = {"a": value}
    return {"a": value}


def cyclic() -> dict[str, Any]:
    value: dict[str, Any] = {}
    value["self"] = [value]
    return value


class TestMetadata:
    @anything
    @given(st.dictionaries(names, json_values, max_size=5))
    def test_it_comes_back_the_same(self, value: dict[str, object]) -> None:
        try:
            encoded = inputs.metadata(value)
        except InvalidInput as error:
            assert "nested" in error.reason
        else:
            assert json.dumps(json.loads(encoded)) == json.dumps(value)

    @pytest.mark.parametrize(
        ("value", "field"),
        [
            ([], "metadata"),
            (None, "metadata"),
            ("{}", "metadata"),
            ([("a", 1)], "metadata"),
            ({1: 2}, "metadata"),
            ({None: 2}, "metadata"),
            ({"": 2}, "metadata"),
            ({"\ud800": 2}, "metadata"),
            ({"a\0": 2}, "metadata"),
            ({"x" * 257: 2}, "metadata"),
            ({"a": {("b",): 1}}, "metadata.a"),
            ({"a": float("nan")}, "metadata.a"),
            ({"a": [1, float("inf")]}, "metadata.a[1]"),
            ({"a": 2**53 + 1}, "metadata.a"),
            ({"a": -(10**5_000)}, "metadata.a"),
            ({"a": "\ud800"}, "metadata.a"),
            ({"a": "b\0"}, "metadata.a"),
            ({"a": {"b": b"bytes"}}, "metadata.a.b"),
            ({"a": {1, 2}}, "metadata.a"),
            ({"a": object()}, "metadata.a"),
            ({"a": datetime(2025, 3, 4)}, "metadata.a"),
            ({"a": Decimal(1)}, "metadata.a"),
            ({"a": "x" * limits.METADATA_BYTES_MAX}, "metadata"),
            ({"a": "x" * 10_000_000}, "metadata.a"),
            ({str(number): number for number in range(10_000)}, "metadata"),
            (nested(limits.METADATA_DEPTH_MAX), "metadata"),
            (nested(5_000), "metadata"),
            (cyclic(), "metadata"),
        ],
        ids=lambda value: f"{type(value).__name__}",
    )
    def test_what_json_cannot_say_is_refused(self, value: Any, field: str) -> None:
        refused(lambda: inputs.metadata(value), field)

    def test_limits_are_exact(self) -> None:
        assert json.loads(inputs.metadata(nested(limits.METADATA_DEPTH_MAX - 1)))
        room = limits.METADATA_BYTES_MAX - len('{"a":""}')
        assert inputs.metadata({"a": "x" * room})
        refused(lambda: inputs.metadata({"a": "x" * (room + 1)}), "metadata", "more than 65,536 bytes")
        assert inputs.metadata({}) == "{}"


SPRING = datetime(2025, 4, 1, tzinfo=timezone(timedelta(hours=9)))


class TestFilters:
    def test_times_and_sets_may_be_in_it(self) -> None:
        value = {"at": {"gt": datetime(2025, 3, 4)}, "source": {"in": {"b", "a"}}, "kind": {"in": frozenset(("x",))}}
        assert inputs.where(value) == (
            '{"at": {"gt": "2025-03-04T00:00:00"}, "source": {"in": ["a", "b"]}, "kind": {"in": ["x"]}}'
        )
        assert inputs.where({"at": SPRING}) == '{"at": "2025-03-31T15:00:00Z"}'
        assert inputs.where(None) is None
        assert inputs.where({}) == "{}"

    @pytest.mark.parametrize(
        "value",
        [
            [],
            "source=alice",
            5,
            {"source": b"alice"},
            {"source": object()},
            {"source": "\ud800"},
            {"\ud800": 1},
            {("a",): 1},
            {"importance": float("nan")},
            {"importance": float("inf")},
            {"importance": 10**5_000},
            {"source": {"in": {1, "a"}}},
            {"at": time(9)},
            {"at": datetime.max.replace(tzinfo=timezone(-timedelta(hours=1)))},
            {"source": "x" * limits.METADATA_BYTES_MAX},
            nested(100_000),
            cyclic(),
        ],
        ids=lambda value: f"{type(value).__name__}",
    )
    def test_what_cannot_be_written_as_json_is_refused(self, value: Any) -> None:
        refused(lambda: inputs.where(value), "where")


class TestVectors:
    @pytest.mark.parametrize("value", [[1, 2.5, -0.0], (1.0,), iter([1]), [Decimal("0.5")], range(3), []])
    def test_numbers_become_floats(self, value: Any) -> None:
        assert all(type(component) is float for component in inputs.vector(value))

    @pytest.mark.parametrize(
        ("value", "reason"),
        [
            ("123", "must be a sequence"),
            (b"123", "must be a sequence"),
            ({1: 2}, "must be a sequence"),
            (5, "must be a sequence"),
            (None, "must be a sequence"),
            ([1, True], "component 1"),
            ([1, "2"], "component 1"),
            ([None], "component 0"),
            ([[1.0]], "component 0"),
            ([1j], "component 0"),
            ([10**400], "no number"),
            ([0.0] * (limits.DIMENSION_MAX + 1), "4097 components"),
        ],
    )
    def test_what_is_none_is_refused(self, value: Any, reason: str) -> None:
        refused(lambda: inputs.vector(value), "vector", reason)

    def test_a_number_that_cannot_be_one_is_refused(self) -> None:
        class Odd:
            def __float__(self) -> float:
                raise TypeError("not today")

        refused(lambda: inputs.vector([Odd()]), "vector", "not today")  # type: ignore[list-item]
