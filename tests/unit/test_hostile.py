"""Whatever is passed, for whichever argument: a right answer, or an error of ours that names the argument, and then
nothing has changed.
"""

from __future__ import annotations

import inspect
import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone
from datetime import time as clock_time
from decimal import Decimal
from enum import IntEnum
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from greeum import Anchors, Block, GreeumError, Hit, Memory, Retention, Weights, limits, testing
from greeum.embed.given import GivenVectors
from greeum.errors import InvalidInput

FIXED = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


class One(IntEnum):
    ONE = 1


class Text(str):
    """A string of another class."""

    __slots__ = ()


def nested(levels: int, key: str = "a") -> dict[str, Any]:
    value: Any = 1
    for _ in range(levels):
        value = {key: value}
    return {key: value}


def cyclic() -> dict[str, Any]:
    value: dict[str, Any] = {}
    value["a"] = value
    return value


LONG = "x" * 10_000_000

NUMBERS: list[Any] = [
    0, -1, 1, True, False, 2, 3.0, 1.5, -0.0, float("nan"), float("inf"), -float("inf"), 10**9, 2**53, 2**63, 2**64,
    -(2**63), 10**400, 10**5_000, 1e300, 5e-324, Decimal(1), Decimal("NaN"), Fraction(1, 2), 1j, One.ONE,
]  # fmt: skip

STRINGS: list[Any] = [
    "", " ", "\u3000", "\n", "a", "A", "3", "NaN", "true", "null", "\0", "a\0b", "\ud800", "a\udfff", LONG, "🏠",
    "👩‍👩‍👧‍👦" * 50, "안녕?", "\u1112\u1161\u11ab", "\u202eabc\u202c", "שלום", "\x1b[31mred", "\x7f\x01", "\ufeff",
    "\uffff", "\U0010ffff", '"', "'", "`", "\\", "AND", "OR NOT", "a AND b", "NEAR(a b)", "*", "(", "?!", "...", "-",
    "' OR '1'='1", "%", "%zz", "%2F", "%2e%2e", "..", "../..", "/", "//", "a//b", "/a", "a/", "a/../b", "{}", "[]",
    "{}{0}", "%s%n", "<script>", "2025-03-04", "2025-02-30", "0000-00-00", "99999-01-01", "yesterday", "x" * 257,
    "/".join("a" * 100), Text("text"),
]  # fmt: skip

OTHERS: list[Any] = [
    None, b"", b"a", b"\xff", bytearray(b"a"), memoryview(b"a"), [], (), {}, set(), [None], [[]], [1], ["a"], [""],
    ["\ud800"], ["a", "a"], ["a"] * 100, [{}], {"a": 1}, {1: 2}, {None: None}, {"": 1}, {"\ud800": 1}, {("a",): 1},
    {"a": float("nan")}, {"a": object()}, {"a": b""}, {"a": {1}}, nested(16), nested(17), nested(200), nested(100_000),
    cyclic(), range(0), object(), ..., int, len, iter(()), datetime.min, datetime.max, datetime(2025, 3, 4),
    datetime(2025, 3, 4, tzinfo=UTC), datetime.min.replace(tzinfo=timezone(timedelta(hours=1))),
    datetime.max.replace(tzinfo=timezone(timedelta(hours=-1))), date(2025, 3, 4), clock_time(9), timedelta(1),
]  # fmt: skip

HOSTILE = NUMBERS + STRINGS + OTHERS

FILTERS: list[Any] = [
    {"sauce": "a"}, {"": 1}, {"metadata": 1}, {"metadata.": 1}, {"metadata..": 1}, {"where": {}}, {"text": "a"},
    {"source": {"like": "a"}}, {"source": {"$eq": "a"}}, {"source": {}}, {"source": {"eq": {"eq": "a"}}},
    {"source": {"eq": "a", "bogus": 1}}, {"kind": {"in": "abc"}}, {"kind": {"in": ["a"] * 1_001}}, {"tags": ["a"]},
    {"namespace": {"prefix": 5}}, {"and": []}, {"or": []}, {"not": {}}, {"and": {}}, {"or": "a"}, {"not": []},
    {"and": [{"bogus": 1}]}, {"not": {"or": [{"source": {"gt": 1}}]}}, nested(15, "not"), nested(17, "not"),
    nested(500, "not"), {"not": {"not": {"not": {}}}}, {"at": {"gt": "9999-12-31T23:59:59.999999Z"}}, {"at": ""},
    {"at": "2025-03-04T09:12:00.1ééé"}, {"importance": {"gt": "0.5"}}, {"importance": {"exists": 1}},
    {"metadata.a": {"contains": [1]}}, {"metadata." + "a." * 500 + "b": 1}, {"metadata.a\0b": 1}, {"key": {"eq": None}},
]  # fmt: skip


def around(value: object) -> list[Any]:
    """The value inside of what a filter, metadata, tags, vectors or weights may be made of."""
    inside: list[Any] = [[value], {"a": value}, {"words": value}, [value, 1, 1], {"source": value}, {"at": value}]
    inside += [{"importance": {"gt": value}}, {"metadata.a": value}, {"source": {"in": [value]}}, {"and": [value]}]
    inside += [{"tags": {"contains": value}}, {"namespace": value}, {"not": value}, {"key": {"exists": value}}]
    with suppress(TypeError):  # not everything can be a key
        inside.append({value: 1})
    return inside


STRUCTURED = [value for hostile in HOSTILE for value in around(hostile)] + FILTERS

STRUCTURES = {
    "where", "metadata", "tags", "vector", "weights", "namespace", "blocks", "lines", "block", "near", "fields",
    "queries",
}  # fmt: skip
"""Arguments that may be made of other values."""

HEADER = '{"type": "greeum", "format": 1}'

Act = Callable[[Memory, Any], object]

METHODS: dict[str, Act] = {
    # Each calls a method with one argument as given, and whatever else it needs.
    "add.text": lambda memory, value: memory.add(value),
    "add.near": lambda memory, value: memory.add("hello", near=value),
    "add_many.blocks": lambda memory, value: memory.add_many(value),
    "search.query": lambda memory, value: memory.search(value),
    "explain.query": lambda memory, value: memory.explain(value, 1),
    "explain.block": lambda memory, value: memory.explain("hello", value),
    "search_json.query": lambda memory, value: memory.search_json(value),
    "search_many.queries": lambda memory, value: memory.search_many(value),
    "search_many_json.queries": lambda memory, value: memory.search_many_json(value),
    "stream.query": lambda memory, value: list(memory.stream(value)),
    "context.query": lambda memory, value: memory.context(value),
    "facets.fields": lambda memory, value: memory.facets(value),
    "get.block": lambda memory, value: memory.get(value),
    "get.key": lambda memory, value: memory.get(key=value),
    "get.namespace": lambda memory, value: memory.get(key="k", namespace=value),
    "get.as_of": lambda memory, value: memory.get(1, as_of=value),
    "history.block": lambda memory, value: memory.history(value),
    "update.block": lambda memory, value: memory.update(value, kind="note"),
    "forget.block": lambda memory, value: memory.forget(value),
    "forget.dry_run": lambda memory, value: memory.forget(1, dry_run=value),
    "backup.directory": lambda memory, value: memory.backup(value),
    "drop_backups.directory": lambda memory, value: memory.drop_backups(value),
    "link.source": lambda memory, value: memory.link(value, 2),
    "link.target": lambda memory, value: memory.link(2, value),
    "link.kind": lambda memory, value: memory.link(1, 2, kind=value),
    "link.weight": lambda memory, value: memory.link(1, 2, weight=value),
    "unlink.source": lambda memory, value: memory.unlink(value, 2),
    "unlink.target": lambda memory, value: memory.unlink(2, value),
    "unlink.kind": lambda memory, value: memory.unlink(1, 2, kind=value),
    "links.block": lambda memory, value: memory.links(value),
    "anchor.name": lambda memory, value: memory.anchor(value),
    "anchor.namespace": lambda memory, value: memory.anchor("A", namespace=value),
    "import_.lines": lambda memory, value: memory.import_(value),
    "import_from.path": lambda memory, value: memory.import_from(value),
    "import_from.format": lambda memory, value: memory.import_from("/nowhere", format=value),
    "import_from.namespace": lambda memory, value: memory.import_from(os.devnull, format="chatgpt", namespace=value),
    "import_from.dry_run": lambda memory, value: memory.import_from(os.devnull, format="chatgpt", dry_run=value),
    "import_from.time_zone": lambda memory, value: memory.import_from(os.devnull, format="chatgpt", time_zone=value),
    "merge.other": lambda memory, value: memory.merge(value),
    "import_from.bring_back": lambda memory, value: memory.import_from(os.devnull, format="chatgpt", bring_back=value),
    "merge.dry_run": lambda memory, value: memory.merge("/nowhere", dry_run=value),
    "merge.bring_back": lambda memory, value: memory.merge("/nowhere", bring_back=value),
    "anchors.set.name": lambda memory, value: memory.anchors.set(value, 1),
    "anchors.set.block": lambda memory, value: memory.anchors.set("A", value),
    "anchors.move.block": lambda memory, value: memory.anchors.move("A", value),
    "anchors.status.namespace": lambda memory, value: memory.anchors.status(namespace=value),
}


def keyword(method: str, argument: str, *needed: object) -> Act:
    def act(memory: Memory, value: object) -> object:
        face, _, name = f".{method}".rpartition(".")
        return getattr(getattr(memory, face[1:]) if face else memory, name)(*needed, **{argument: value})

    return act


METHODS |= {
    f"{method}.{argument}": keyword(method, argument, *needed)
    for method, needed, arguments in (
        ("add", ("hello",), "namespace key kind source tags importance metadata vector"),
        ("add", ("hello",), "at valid_from valid_to expires_at ttl idempotency_key on_duplicate on_conflict"),
        ("add_many", ([{"text": "hello"}],), "idempotency_key"),
        ("search", ("hello",), "k namespace where near history exact as_of now min_trust weights vector"),
        ("search", ("hello",), "rerank rerank_budget_ms budget_ms"),
        ("explain", ("hello", 1), "k namespace where near history exact as_of now min_trust weights vector"),
        ("search_json", ("hello",), "k namespace where near history exact as_of now min_trust weights vector"),
        ("stream", ("hello",), "k namespace where near history exact as_of now min_trust weights vector"),
        ("search_many", (["hello"],), "k namespace where near history exact as_of now min_trust weights budget_ms"),
        ("search_many_json", (["hello"],), "k namespace where near history exact as_of now min_trust weights"),
        ("context", ("hello",), "max_tokens namespace where near as_of now min_trust weights"),
        ("count", (), "namespace where history expired as_of now query"),
        ("facets", (["kind", "tags"],), "namespace where as_of now query k limit"),
        ("diff", (), "since"),
        ("diff", ("2025-03-04",), "until namespace where limit"),
        ("namespaces", (), "namespace limit cursor"),
        ("changes", (), "after limit"),
        ("list", (), "namespace where history expired as_of limit cursor newest_first"),
        ("update", (1,), "kind source tags importance metadata at valid_from valid_to expires_at ttl"),
        ("forget", (), "namespace where"),
        ("export", (), "namespace"),
        ("wipe", (), "confirm"),
        ("certificates", (), "namespace where"),
        ("backup", ("backups",), "full keep"),
        ("import_", ([HEADER],), "bring_back"),
        ("used", (), "block"),
        ("weights.get", (), "namespace"),
        ("weights.set", (), "weights"),
        ("weights.set", ({"words": 1},), "namespace"),
        ("weights.reset", (), "namespace learnt_only"),
        ("maintain", (), "dry_run grace"),
        ("retention.set", (), "max_age max_blocks"),
        ("retention.rule", (), "namespace kind"),
        ("retention.clear", (), "namespace kind"),
        ("through", (), "origin"),
        ("through", ("cli",), "trust"),
        ("quarantine", (1,), "dry_run"),
        ("release", (1,), "dry_run"),
        ("roll_back", (), "origin"),
        ("anchors.set", ("A", 1), "namespace hops pinned"),
        ("anchors.move", ("A", 1), "namespace"),
        ("anchors.pin", (), "name"),
        ("anchors.pin", ("A",), "namespace"),
        ("anchors.unpin", (), "name"),
        ("anchors.unpin", ("A",), "namespace"),
        ("anchors.clear", (), "name"),
        ("anchors.clear", ("A",), "namespace"),
        ("anchors.get", (), "name"),
        ("anchors.get", ("A",), "namespace"),
    )
    for argument in arguments.split()
}  # fmt: skip


def of_an_origin(method: str, argument: str) -> Act:
    return lambda memory, value: getattr(memory, method)(origin="bot", **{argument: value})


METHODS |= {
    f"{method}.{argument}": of_an_origin(method, argument)
    for method in ("quarantine", "release")
    for argument in ("source", "where", "namespace")
}
METHODS |= {
    # A version that has been superseded takes no further one.
    "update.text": lambda memory, value: memory.update(memory.get(key="k").id, text=value),
    "update.vector": lambda memory, value: memory.update(memory.get(key="k").id, text="hi", vector=value),
    "update.idempotency_key": lambda memory, value: memory.update(
        memory.get(key="k").id, text="hi", idempotency_key=value
    ),
    "feedback.query": lambda memory, value: memory.feedback(value, good=[1]),
    "feedback.good": lambda memory, value: memory.feedback("hi", good=value),
    "feedback.bad": lambda memory, value: memory.feedback("hi", good=[1], bad=value),
    "feedback.namespace": lambda memory, value: memory.feedback("hi", good=[1], namespace=value),
    "feedback.vector": lambda memory, value: memory.feedback("hi", good=[1], vector=value),
    "feedback.idempotency_key": lambda memory, value: memory.feedback("hi", good=[1], idempotency_key=value),
    "retention.set.namespace": lambda memory, value: memory.retention.set(value, max_blocks=5),
    "retention.set.kind": lambda memory, value: memory.retention.set(kind=value, max_blocks=5),
    "update.revision": lambda memory, value: memory.update(1, kind="note", revision=value),
    "anchors.move.name": lambda memory, value: memory.anchors.move(value, 1),
    # With something named beside it, for nothing at all is another mistake.
    "quarantine.block": lambda memory, value: memory.quarantine(1 if value is None else value),
    "release.block": lambda memory, value: memory.release(1 if value is None else value),
    "quarantine.origin": lambda memory, value: memory.quarantine(origin=value),
    "release.origin": lambda memory, value: memory.release(origin=value),
    "roll_back.since": lambda memory, value: memory.roll_back(origin="bot", since=value),
    "roll_back.namespace": lambda memory, value: memory.roll_back(origin="bot", namespace=value),
    "roll_back.forget": lambda memory, value: memory.roll_back(origin="bot", forget=value),
    "roll_back.dry_run": lambda memory, value: memory.roll_back(origin="bot", dry_run=value),
}

ALSO_NAMED = {
    "queries": "query", "lines": "line", "key": "block", "source": "target", "namespace": "block", "where": "block",
    "directory": "memory", "full": "memory", "keep": "memory", "max_blocks": "max_age",
}  # fmt: skip
"""What an error may name instead of the argument."""

LEFT_OUT = {
    "import_.progress",
    "import_from.progress",
    "maintain.progress",
    "merge.progress",
    "anchors.closest.name",
    "anchors.closest.namespace",
}
"""A callable is what the caller makes of it; `closest` is asked with what has been checked."""


def test_every_argument_of_every_method_is_tried() -> None:
    there = {
        f"{prefix}{name}.{argument}"
        for prefix, face in (("", Memory), ("anchors.", Anchors), ("retention.", Retention), ("weights.", Weights))
        for name, method in inspect.getmembers(face, inspect.isfunction)
        if not name.startswith("_")
        for argument, parameter in inspect.signature(method).parameters.items()
        if argument != "self" and parameter.kind is not inspect.Parameter.VAR_KEYWORD
    }
    assert set(METHODS) == there - LEFT_OUT


def fill(memory: Memory, vector: list[float] | None = None) -> None:
    memory.add("The violin is old.", key="k", source="alice", vector=vector)
    memory.add("Rain again.", namespace="acme", tags=["a"], metadata={"a": 1}, vector=vector)


@pytest.fixture
def memory() -> Iterator[Memory]:
    with testing.memory() as memory:
        fill(memory)
        yield memory


@pytest.fixture
def vectors() -> Iterator[Memory]:
    with testing.memory(embedder=GivenVectors(3)) as memory:
        fill(memory, [1, 0, 0])
        yield memory


def facts(memory: Memory) -> dict[str, object]:
    stats = memory.stats()
    return {name: stats[name] for name in ("blocks", "superseded", "links", "anchors", "seq")}


def attempt(memory: Memory, name: str, act: Callable[[], object]) -> object:
    """Do it; what it gives, or the error, which is ours and names the argument, and has changed nothing."""
    before = facts(memory)
    argument = name.rpartition(".")[2]
    try:
        result = act()
    except GreeumError as error:
        assert facts(memory) == before
        assert str(error)
        if isinstance(error, InvalidInput):
            assert {argument, ALSO_NAMED.get(argument)} & set(re.findall(r"\w+", error.field)), (error.field, argument)
            assert len(str(error)) < 1_000
        return error
    return result


@pytest.mark.parametrize("name", METHODS)
def test_anything_for_any_argument(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    values = HOSTILE + STRUCTURED if name.rpartition(".")[2] in STRUCTURES else HOSTILE
    if name == "import_from.path":
        # What lies around here, or below the root, is another machine's another time.
        (tmp_path / "a" / "b").mkdir(parents=True)
        monkeypatch.chdir(tmp_path / "a" / "b")
        values = [f"{tmp_path}{value}" if value in ("/", "//") else value for value in values]
    with testing.memory(embedder=GivenVectors(3) if name.endswith(".vector") else testing.TinyEmbedder()) as memory:
        vector = [1.0, 0.0, 0.0] if name.endswith(".vector") else None
        fill(memory, vector)
        for value in values:
            if memory.stats()["blocks"] == 0:
                fill(memory, vector)
            attempt(memory, name, partial(METHODS[name], memory, value))
        assert all(is_well for _, is_well, _ in memory.check())


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("search.k", [0, -1, True, False, 10**9, 10**5_000, 1.5, 3.0, "3", None, float("nan"), limits.K_MAX + 1]),
        ("list.limit", [0, -1, True, 10**9, 1.5, "3", None, limits.PAGE_MAX + 1]),
        ("search.query", [None, 5, b"a", "", " ", "\u3000", "\0", "\ud800", LONG, "x" * 65_537]),
        ("add.text", [None, 5, b"a", "", " ", "\u3000", "\0", "\ud800", LONG, ["a"]]),
        ("add.importance", [float("nan"), float("inf"), -0.1, 1.1, True, "0.5", 10**5_000]),
        ("add.at", [0, 1.5, True, "", "yesterday", "\ud800", date(2025, 3, 4), b"2025-03-04"]),
        ("add.namespace", [None, 5, "..//", "a//b", "%zz", "%", "\ud800", "/".join("a" * 100), ["a"] * 100, [1], b"a"]),
        ("add.metadata", [[], "{}", {1: 2}, {"a": float("nan")}, nested(17), nested(100_000), cyclic(), {"a": LONG}]),
        ("add.vector", [[1, 2], [1, 2, 3, 4], [0, 0, 0], [float("nan")] * 3, [True] * 3, ["1"] * 3, "abc", 5, {}]),
        ("search.vector", [[1, 2], [0, 0, 0], [float("inf"), 1, 1], [True] * 3, ["1"] * 3, "abc", 5]),
        ("context.max_tokens", [0, -1, True, 10**9, 1.5, "3", None, limits.CONTEXT_TOKENS_MAX + 1]),
        ("facets.fields", ["text", "key", "", [], [5], None, 5, b"kind", {"kind": 1}, ["kind", "metadata.a"]]),
        ("facets.limit", [0, -1, True, 10**9, None, limits.PAGE_MAX + 1]),
        ("facets.query", [5, b"a", "", " ", "\u3000", "\0", "\ud800", LONG, "x" * 65_537]),
        ("namespaces.cursor", ["", "a", "1.2.3", "..", 5, b"1.1.1", "x" * 1_000, "\ud800", "00000000.00", "٠.61"]),
        ("changes.after", [-1, True, 1.5, "1", None, 2**53]),
        ("add.idempotency_key", ["", " ", 5, b"a", True, LONG, "x" * 257, "\0", "\ud800"]),
        ("add.ttl", [0, -1, True, "1h", "", float("nan"), float("inf"), 10**5_000, timedelta(0), timedelta.max, b"1"]),
        ("list.expired", [1, 0, None, "true"]),
        ("used.block", [True, "1", None, 1.5, {1: 2}, [True], ["1"], [None], b"\x01"]),
        ("maintain.dry_run", [1, 0, None, "true"]),
        ("maintain.grace", [-1, True, "1h", float("nan"), float("inf"), 10**5_000, timedelta(-1), None]),
        ("feedback.good", [True, "1", None, 1.5, {1: 2}, [True], ["1"], [None], [0], b"\x01", [], list(range(1, 102))]),
        ("feedback.idempotency_key", ["", " ", 5, b"a", True, LONG, "x" * 257]),
        ("weights.set.weights", [None, [], {}, {"bogus": 1}, {"words": float("nan")}, {"words": "1"}, {1: 1}, LONG]),
        ("weights.reset.learnt_only", [1, 0, None, "true"]),
        ("retention.set.max_age", [0, -1, True, "1h", float("nan"), 10**5_000, timedelta(0), None]),
        ("retention.set.max_blocks", [-1, True, 1.5, "3", None, 2**53]),
        ("search.history", [1, 0, None, "true"]),
        ("search.as_of", [0, 1.5, True, "", "yesterday", "\ud800", date(2025, 3, 4), b"2025-03-04"]),
        ("search.now", [0, 1.5, True, "", "yesterday", "\ud800", date(2025, 3, 4), b"2025-03-04"]),
        ("search.min_trust", [float("nan"), -0.1, 1.1, True, "0.5", None, 10**5_000]),
        ("diff.since", [None, 0, True, "", "yesterday", date(2025, 3, 4)]),
        ("diff.until", [0, True, "", "yesterday", "2020-01-01", date(2025, 3, 4)]),
        ("search.rerank", [3, "x", [], True, 0]),
        ("search.rerank_budget_ms", [0, -1, True, "5", None, float("nan"), 10**5_000]),
        ("search.exact", [1, 0, None, "true"]),
        ("search.weights", [[], {"bogus": 1}, {"words": float("nan")}, {"words": "1"}, {"words": True}, {1: 1}]),
        ("list.newest_first", [1, None, "yes"]),
        ("list.cursor", ["", "a", "1.2.3", "..", 5, b"1.1.1", "x" * 1_000, "\ud800"]),
        ("forget.block", [True, "1", None, 1.5, {1: 2}, [True], ["1"], [None], b"\x01"]),
        ("forget.namespace", ["", [], None, 5, "a//b", "%zz", "\ud800"]),
        ("forget.where", [{}, None, [], 0, "{}", {"sauce": "a"}]),
        ("forget.dry_run", [1, 0, None, "true"]),
        ("wipe.confirm", [-1, True, None, "2", 2.0, 10**20]),
        ("certificates.where", [[], 0, "{}", {"a": object()}, {1j: 2}]),
        ("backup.directory", [None, 5, b"a", "", "\0", "\ud800", "x" * 5_000]),
        ("backup.keep", [-1, True, "30d", float("nan"), float("inf"), 10**20, timedelta(-1)]),
        ("import_.bring_back", [1, 0, None, "true"]),
        ("anchors.set.hops", [0, -1, 9, True, 1.5, "2"]),
        ("anchors.set.pinned", [1, 0, "true"]),
        ("link.weight", [-0.1, 1.1, float("nan"), True, "1", None]),
        ("update.revision", [0, -1, True, 1.5, "1", 2**53 + 1]),
        ("add_many.blocks", ["a", b"a", None, 5, {"text": "a"}, [b"a"], [None], [{"text": 5}], [{}], [{1: 2}], [[]]]),
        ("import_.lines", ["{}", b"{}", None, 5, [5], [b"{}"], [None], [HEADER, "9" * 5_000]]),
    ],
)  # fmt: skip
def test_what_cannot_be_right_is_refused(name: str, bad: list[Any]) -> None:
    with testing.memory(embedder=GivenVectors(3) if name.endswith(".vector") else None) as memory:
        fill(memory, [1.0, 0.0, 0.0] if name.endswith(".vector") else None)
        for value in bad:
            given_back = attempt(memory, name, partial(METHODS[name], memory, value))
            assert isinstance(given_back, InvalidInput), f"{name} took {value!r:.60}"


def test_a_cursor_with_other_numbers_in_it_is_refused(memory: Memory) -> None:
    cursor = memory.list(limit=1).cursor
    assert cursor is not None
    at, block, listing = cursor.split(".")
    forged = [f"{at}.{block}.{listing}.", f"+{at}.{block}.{listing}", f"{at}. {block}.{listing}", f"{at}.-1.{listing}",
              f"{at}.0.{listing}", f"{'f' * 30}.{block}.{listing}", f"-{'f' * 30}.{block}.{listing}",
              f"{at}.{'f' * 30}.{listing}", f"{at}.{block}.{'f' * 30}", f"{at.upper()}.0x1.{listing}"]  # fmt: skip
    for one in forged:
        assert isinstance(attempt(memory, "list.cursor", partial(memory.list, cursor=one)), InvalidInput), one
    assert len(memory.list(limit=1, cursor=cursor)) == 1


def test_an_unknown_keyword_is_pythons_to_refuse(memory: Memory) -> None:
    acts: list[Callable[..., object]] = [memory.add, memory.search, memory.update, memory.list, memory.anchors.set]
    for act in acts:
        with pytest.raises(TypeError):
            act("hello", bogus=1)


HOSTILE_FIELDS: dict[str, Any] = {
    "text": "", "namespace": "a//b", "key": "", "kind": None, "source": 5, "tags": "a", "importance": 2,
    "metadata": [], "at": "yesterday", "valid_from": 5, "valid_to": "", "expires_at": True,
    "near": 1.5, "vector": [1.0], "bogus": 1,
}  # fmt: skip


@pytest.mark.parametrize("field", HOSTILE_FIELDS)
def test_one_bad_block_of_many_and_none_is_added(memory: Memory, field: str) -> None:
    memory.anchors.set("A", 1)
    before = facts(memory)
    bad = {"text": "bad", field: HOSTILE_FIELDS[field]}
    with pytest.raises(InvalidInput) as caught:
        memory.add_many([{"text": "good", "near": "A"}, {"text": "good too", "key": "new"}, bad, {"text": "good"}])
    assert caught.value.field == f"blocks[2].{field}"
    assert facts(memory) == before
    assert memory.anchors.get("A").block_id == 1


# What is accepted is right.

characters = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
names = st.text(characters, min_size=1, max_size=12).filter(str.strip)
moments = st.datetimes(min_value=datetime(2, 1, 1), max_value=datetime(9998, 1, 1))


def in_order(given_fields: dict[str, Any]) -> dict[str, Any]:
    """The same fields, but what is valid ends after it has begun."""
    ends = sorted(given_fields[name] for name in ("valid_from", "valid_to") if given_fields.get(name) is not None)
    return given_fields | (dict(zip(("valid_from", "valid_to"), ends, strict=True)) if len(ends) == 2 else {})


fields = st.fixed_dictionaries(
    {"text": st.text(characters, min_size=1, max_size=200).filter(str.strip)},
    optional={
        "namespace": st.lists(names, max_size=4),
        "kind": names,
        "source": st.none() | names,
        "tags": st.lists(names, max_size=4),
        "importance": st.floats(0, 1),
        "metadata": st.dictionaries(names, st.none() | st.booleans() | st.integers(-99, 99) | names, max_size=4),
        "at": moments,
        "valid_from": st.none() | moments,
        "valid_to": st.none() | moments,
        "expires_at": st.none() | moments,
    },
).map(in_order)


@FIXED
@given(fields)
def test_what_is_added_is_what_was_given(given_fields: dict[str, Any]) -> None:
    with testing.memory(embedder=testing.TinyEmbedder()) as memory:
        block = memory.add(**given_fields)
        memory.anchors.set("A", block.id, namespace=block.namespace)
        for field, value in given_fields.items():
            stored = getattr(block, field)
            if field == "namespace":
                assert memory.list(namespace=value, history=True) == memory.list(
                    namespace=block.namespace, history=True
                )
            elif field == "tags":
                assert stored == tuple(dict.fromkeys(value))
            elif isinstance(value, datetime):
                assert stored == value.replace(tzinfo=UTC)
            else:
                assert stored == value
        assert memory.get(block.id) == block
        there = [] if block.expires_at is not None and block.expires_at <= block.added_at else [block]
        assert list(memory.list(history=True)) == there
        holds = (block.valid_from is None or block.valid_from <= block.added_at) and (
            block.valid_to is None or block.added_at < block.valid_to
        )
        assert list(memory.list()) == (there if holds else [])
        namespace = given_fields.get("namespace", "")
        for history in (False, True):
            hits = memory.search(block.text, namespace=namespace, history=history)
            assert [hit.block for hit in hits] in ([], there if holds or history else [])


@pytest.fixture(scope="module")
def told() -> Iterator[Memory]:
    """Some blocks with something in every field."""
    with testing.memory() as memory:
        memory.add_many(
            {
                "text": f"turn {number} of the violin",
                "namespace": ["", "acme", "acme/a", "acme/a%2Fb"][number % 4],
                "kind": ["message", "note"][number % 2],
                "source": [None, "alice", "bob"][number % 3],
                "tags": [["a"], ["a", "b"], []][number % 3],
                "importance": number / 24,
                "metadata": [{}, {"a": 1}, {"a": "x", "b": {"c": True}}, {"a": [1, "x", None]}][number % 4],
                "valid_from": [None, "2025-03-04"][number % 2],
            }
            for number in range(24)
        )
        yield memory


scalars = (
    st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from([0.5, 1.0, "a", "x", "alice", "acme", "note"])
)
times = st.sampled_from(["2025-03-04", "2020-01-01T00:00:00Z", "", "x"])
operators = st.sampled_from(
    ["eq", "ne", "gt", "gte", "lt", "lte", "in", "nin", "contains", "exists", "prefix", "bogus"]
)
known_fields = st.sampled_from(
    [
        "kind",
        "source",
        "key",
        "tags",
        "importance",
        "at",
        "valid_from",
        "namespace",
        "metadata.a",
        "metadata.b.c",
        "bogus",
    ]
)
operands = scalars | times | st.lists(scalars, max_size=3)
conditions = st.dictionaries(
    known_fields, operands | st.dictionaries(operators, operands, min_size=1, max_size=2), min_size=1, max_size=2
)
filters = st.recursive(
    conditions,
    lambda inner: (
        st.fixed_dictionaries({"and": st.lists(inner, max_size=3)})
        | st.fixed_dictionaries({"or": st.lists(inner, max_size=3)})
        | st.fixed_dictionaries({"not": inner})
    ),
    max_leaves=6,
)


@settings(FIXED, max_examples=300)
@given(filters)
def test_a_filter_and_its_opposite_share_all_blocks_out(told: Memory, where: dict[str, Any]) -> None:
    result = attempt(told, "list.where", lambda: told.list(where=where))
    if isinstance(result, InvalidInput):
        assert isinstance(attempt(told, "search.where", lambda: told.search("violin", where=where)), InvalidInput)
        return
    assert isinstance(result, list)
    those = {block.id for block in result}
    others = {block.id for block in told.list(where={"not": where})}
    assert not those & others
    assert those | others == {block.id for block in told.list()}
    assert {hit.block.id for hit in told.search("violin", k=100, where=where)} == those


@settings(FIXED, max_examples=200)
@given(st.text(st.characters(), max_size=60) | st.sampled_from([v for v in STRINGS if len(v) < 1_000]))
def test_any_query_has_hits_or_a_reason(told: Memory, query: str) -> None:
    result = attempt(told, "search.query", lambda: told.search(query, near=3, k=100))
    if isinstance(result, InvalidInput):
        assert not query.strip() or "\0" in query or not query.isprintable()
        return
    assert isinstance(result, list)
    assert all(isinstance(hit, Hit) for hit in result)
    assert [hit.score for hit in result] == sorted((hit.score for hit in result), reverse=True)
    assert [hit.block.id for hit in told.search(query, near=3, k=7)] == [hit.block.id for hit in result[:7]]


@FIXED
@given(st.text(characters, min_size=1, max_size=300).filter(str.strip))
def test_any_text_can_be_exported_and_taken_in(text: str) -> None:
    with testing.memory(embedder=testing.TinyEmbedder()) as memory, testing.memory() as other:
        block = memory.add(text, source=text[:20].strip() or None)
        lines = list(memory.export())
        assert other.import_(lines)["added"] == 1
        assert [one.text for one in other.list()] == [block.text]
        assert list(other.export()) == lines


record_fields = st.sampled_from(
    ["uid", "text", "at", "block", "source", "target", "kind", "weight", "name", "key", "tags", "supersedes", "bogus"]
)
anything = st.recursive(
    scalars | st.text(st.characters(), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(record_fields, inner, max_size=6),
    max_leaves=12,
)


@settings(FIXED, max_examples=150)
@given(anything, st.sampled_from(["block", "link", "anchor", "greeum", "x"]))
def test_any_line_is_taken_or_named(memory: Memory, value: object, sort: str) -> None:
    record = {**value, "type": sort} if isinstance(value, dict) else value
    lines = [HEADER, json.dumps(record)]
    result = attempt(memory, "import_.lines", lambda: memory.import_(lines))
    if isinstance(result, InvalidInput):
        assert result.field.startswith("line 2")


def test_what_a_call_gives_is_of_the_kind_that_is_promised(memory: Memory) -> None:
    assert all(isinstance(block, Block) for block in memory.list())
    assert all(isinstance(hit, Hit) for hit in memory.search("violin"))
