"""The tools over MCP: each does what the method of Memory does, answers in its schema, and refuses the rest."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from typing import Any

import mcp_types as types
import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from greeum import Memory
from greeum.context import tokens
from greeum.errors import Conflict, Forbidden, InvalidInput, NotFound
from greeum.mcp import prompts, resources
from greeum.mcp.catalogue import tools_of
from greeum.mcp.completion import VALUES_MAX, of_prompt, of_resource
from greeum.mcp.offers import OFFERS
from greeum.mcp.server import described
from greeum.mcp.tools import schemas
from greeum.mcp.tools.memory import TEXT_BYTES_PER_HIT, K
from greeum.mcp.tools.tool import Result, Tool
from greeum.rooted import Rooted
from greeum.testing import FrozenClock, memory

TOOLS = {tool.name: tool for tool in tools_of("memory")}

ALL = [tool for offer in OFFERS for tool in tools_of(offer)]


@pytest.fixture
def m() -> Iterator[Memory]:
    with memory(clock=FrozenClock("2026-05-03T09:00:00Z")) as opened:
        yield opened


def call(m: Memory | Rooted, name: str, /, **arguments: Any) -> Result:
    """Call a tool as a client does, and check its answer against what it says of itself."""
    tool = TOOLS[name]
    Draft202012Validator(tool.input_schema()).validate(arguments)
    result = tool.call(m, json.loads(json.dumps(arguments)))
    Draft202012Validator(tool.output).validate(json.loads(json.dumps(result.structured)))
    on_request = {given for given in ("history", "links") if name == "memory_get" and not arguments.get(given)}
    on_request |= {"facets"} if name == "memory_count" and "fields" not in arguments else set()
    assert set(result.structured) == set(tool.output["properties"]) - on_request  # type: ignore[call-overload]
    assert result.text
    return result


def named(schema: Any) -> set[str]:
    """The fields that a part of an answer is said to have."""
    return set(schema["description"].split(", "))


class TestEveryTool:
    @pytest.mark.parametrize("tool", ALL, ids=lambda tool: tool.name)
    def test_its_schemas_are_schemas(self, tool: Tool) -> None:
        for schema in (tool.input_schema(), tool.output):
            Draft202012Validator.check_schema(schema)
            assert schema["type"] == "object"
        assert tool.input_schema()["additionalProperties"] is False
        assert tool.title
        assert tool.description.endswith(".")
        assert set(tool.required) <= set(tool.arguments)
        assert not (tool.reads and tool.destroys)

    @pytest.mark.parametrize("tool", ALL, ids=lambda tool: tool.name)
    def test_every_argument_is_explained(self, tool: Tool) -> None:
        for name, schema in tool.arguments.items():
            assert schema.get("description"), name

    @pytest.mark.parametrize("tool", ALL, ids=lambda tool: tool.name)
    def test_an_argument_that_it_does_not_have_is_refused(self, m: Memory, tool: Tool) -> None:
        with pytest.raises(InvalidInput, match=f"is no argument of {tool.name}") as caught:
            tool.call(m, {"deepth": 3})
        assert caught.value.field == "deepth"

    def test_an_argument_with_another_name_elsewhere_is_told_its_name_here(self, m: Memory) -> None:
        with pytest.raises(InvalidInput, match=r"is no argument of memory_search \(did you mean `k`\?\); there are"):
            TOOLS["memory_search"].call(m, {"query": "plums", "limit": 3})

    @pytest.mark.parametrize("tool", [tool for tool in ALL if tool.required], ids=lambda tool: tool.name)
    def test_an_argument_that_is_missing_is_named(self, m: Memory, tool: Tool) -> None:
        for given in ({}, dict.fromkeys(tool.required)):
            with pytest.raises(InvalidInput, match="is missing") as caught:
                tool.call(m, given)
            assert caught.value.field == tool.required[0]

    @pytest.mark.parametrize(
        ("name", "method", "left_out"),
        [
            ("memory_add", Memory.add, {"vector"}),
            ("memory_search", Memory.search, {"vector", "rerank", "rerank_budget_ms", "budget_ms"}),
            ("memory_context", Memory.context, set()),
            ("memory_list", Memory.list, set()),
            ("memory_count", Memory.count, {"history", "expired"}),
            ("memory_count", Memory.facets, {"k", "limit"}),
            ("memory_get", Memory.get, set()),
            ("memory_update", Memory.update, {"vector"}),
            ("memory_forget", Memory.forget, {"namespace", "where"}),
        ],
    )
    def test_its_arguments_are_those_of_the_method(self, name: str, method: Any, left_out: set[str]) -> None:
        """Models bring neither vectors nor functions, and erase only what they name; all else has the same names."""
        there = set(inspect.signature(method).parameters) - {"self"} - left_out
        assert there <= set(TOOLS[name].arguments)
        assert set(TOOLS[name].arguments) - there <= {"history", "links", "fields"}

    @pytest.mark.parametrize(("offer", "bytes_max"), [("memory", 13_500), ("knowledge-graph", 6_200)])
    def test_the_list_of_tools_takes_little_of_a_context(self, offer: str, bytes_max: int) -> None:
        """As it is sent. Every conversation begins with it: 13 KB are some 3,300 tokens."""
        listed = types.ListToolsResult(tools=[described(tool) for tool in tools_of(offer)])
        assert len(listed.model_dump_json(by_alias=True, exclude_unset=True).encode()) < bytes_max

    def test_what_is_in_an_answer_is_named_in_its_schema(self, m: Memory) -> None:
        first = call(m, "memory_add", text="I live in Seoul.", kind="fact").structured["block"]
        second = call(m, "memory_add", text="I live in Busan.", kind="fact", near=1)
        hit = call(m, "memory_search", query="Busan").structured["hits"][0]
        got = call(m, "memory_get", block=2, links=True, history=True).structured
        anchors = call(m, "memory_anchor", action="set", name="A", block=2).structured["anchors"]
        assert named(schemas.BLOCK) == set(first) == set(got["block"]) == set(got["history"][0]) == set(hit["block"])
        assert named(schemas.HIT) == set(hit)
        assert named(schemas.LINK) == set(got["links"][0])
        assert named(schemas.ANCHOR) == set(anchors[0])
        assert named(schemas.OUTCOME["conflicts"]["items"]) == set(second.structured["conflicts"][0])


class TestAdd:
    def test_it_remembers(self, m: Memory) -> None:
        result = call(
            m, "memory_add", text="I moved to Busan.", namespace="acme/alice", source="alice", tags=["home"],
            at="2026-05-01", metadata={"x": 1}, importance=0.7, kind="note", key="k", idempotency_key="i",
        )  # fmt: skip
        assert result.text == "Remembered as block 1 in acme/alice."
        assert result.structured["block"] == m.get(1).to_dict()
        assert m.get(1).tags == ("home",)

    def test_what_is_known_already_and_what_contradicts(self, m: Memory) -> None:
        first = call(m, "memory_add", text="I live in Seoul.", kind="fact", ttl=3_600)
        assert first.structured["is_new"] is True
        assert first.structured["block"]["expires_at"] == "2026-05-03T10:00:00Z"
        again = call(m, "memory_add", text="I live in Seoul.", kind="fact", ttl=60)
        assert again.text == "Known already: block 1."
        assert (again.structured["is_new"], again.structured["duplicate_of"]) == (False, 1)
        linked = call(m, "memory_add", text="I live in Seoul.", kind="fact", ttl=60, on_duplicate="link")
        assert linked.text.splitlines()[:2] == ["Remembered as block 2.", "It says the same as [1]."]
        other = call(m, "memory_add", text="I live in Busan.", kind="fact", on_conflict="keep")
        assert {conflict["block"] for conflict in other.structured["conflicts"]} == {1, 2}
        assert "Look at [1]: it says 'Busan' where block 1 says 'Seoul'" in other.text

    def test_it_stays_near_an_anchor(self, m: Memory) -> None:
        first = m.add("The lens has a scratch.")
        m.anchors.set("A", first.id)
        call(m, "memory_add", text="The repair costs 140.", near="A")
        assert m.anchors.get("A").block_id == 2
        assert [link.target for link in m.links(2) if link.source == 2] == [1]

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("text", 5),
            ("text", ""),
            ("tags", "home"),
            ("importance", 2),
            ("at", "soon"),
            ("near", 1.5),
            ("metadata", []),
        ],
    )
    def test_what_cannot_be_used_is_named(self, m: Memory, field: str, value: object) -> None:
        with pytest.raises(InvalidInput) as caught:
            TOOLS["memory_add"].call(m, {"text": "x", field: value})
        assert caught.value.field == field
        assert m.count() == 0

    def test_null_is_not_given(self, m: Memory) -> None:
        """Some clients send every argument."""
        TOOLS["memory_add"].call(m, dict.fromkeys(TOOLS["memory_add"].arguments) | {"text": "x"})
        assert m.get(1).kind == "message"


class TestSearch:
    def test_it_finds(self, m: Memory) -> None:
        m.add("I moved to Busan.", source="alice", namespace="acme/alice")
        result = call(m, "memory_search", query="Busan")
        assert result.text == "[1] 2026-05-03 alice (acme/alice): I moved to Busan."
        assert result.structured["hits"] == [m.search("Busan")[0].to_dict()]
        assert result.structured["left_out"] == []

    def test_days_are_those_of_the_time_zone(self, m: Memory) -> None:
        m.add("I moved to Busan.", at="2026-05-02T23:00:00Z", source="alice")
        m.time_zone.set("Asia/Seoul")
        expected = "[1] 2026-05-03 alice: I moved to Busan."
        assert call(m, "memory_search", query="Busan").text == expected
        assert call(m, "memory_list").text == expected
        assert call(m, "memory_get", block=1).text == expected

    def test_nothing(self, m: Memory) -> None:
        result = call(m, "memory_search", query="Busan")
        assert result == Result({"hits": [], "left_out": []}, "Nothing found.")

    def test_few_unless_more_are_wanted(self, m: Memory) -> None:
        m.add_many({"text": f"Ferry number {n}"} for n in range(12))
        result = call(m, "memory_search", query="ferry")
        assert len(result.structured["hits"]) == K
        assert result.text.endswith(f"There may be more: ask with a k above {K}.")
        assert len(json.dumps(result.structured)) + len(result.text) < 6_000
        assert len(call(m, "memory_search", query="ferry", k=12).structured["hits"]) == 12
        assert "more" not in call(m, "memory_search", query="ferry", k=50).text

    def test_texts_that_are_too_long_are_named_and_not_cut(self, m: Memory) -> None:
        m.add("ferry " * 5_000)
        m.add("The ferry leaves at nine.")
        result = call(m, "memory_search", query="ferry")
        assert [hit["block"]["id"] for hit in result.structured["hits"]] == [2]
        assert result.structured["left_out"] == [1]
        assert "Too long to show here: [1]. Read them with memory_get" in result.text
        enough = 5_000 * 6 // TEXT_BYTES_PER_HIT + 1
        assert call(m, "memory_search", query="ferry", k=enough).structured["left_out"] == []

    def test_only_texts_that_are_too_long(self, m: Memory) -> None:
        m.add("ferry " * 5_000)
        assert call(m, "memory_search", query="ferry").text.startswith("Too long to show here: [1].")

    def test_filters_and_options_reach_the_memory(self, m: Memory) -> None:
        old = m.add("The ferry leaves at nine.", namespace="a", source="alice")
        m.add("The ferry leaves at ten.", namespace="b", source="bob")
        new = m.update(old.id, text="The ferry leaves at eight.")
        m.anchors.set("A", new.id)

        def found(**options: Any) -> list[int]:
            hits = call(m, "memory_search", query="When does the ferry leave?", **options).structured["hits"]
            return sorted(hit["block"]["id"] for hit in hits)

        assert found() == [2, 3]
        assert found(namespace="b") == [2]
        assert found(where={"source": "alice"}) == [3]
        assert found(history=True) == [1, 2, 3]
        assert found(exact=True, weights={"words": 2.0}, near="A") == [2, 3]
        with pytest.raises(InvalidInput) as caught:
            TOOLS["memory_search"].call(m, {"query": "x", "where": {"author": "alice"}})
        assert caught.value.field == "where.author"

    def test_a_version_that_was_corrected_says_so(self, m: Memory) -> None:
        m.update(m.add("The ferry leaves at nine.").id, text="The ferry leaves at eight.")
        assert "[corrected since, see 2]" in call(m, "memory_search", query="ferry", history=True).text


class TestList:
    def test_the_newest_first_and_page_by_page(self, m: Memory) -> None:
        m.add_many({"text": f"Ferry number {n}", "at": f"2026-01-{n + 1:02}"} for n in range(25))
        first = call(m, "memory_list")
        assert [block["id"] for block in first.structured["blocks"]] == list(range(25, 5, -1))
        cursor = first.structured["cursor"]
        assert first.text.startswith("[25] 2026-01-25 message: Ferry number 24\n[24]")
        assert first.text.endswith(f"There are more: ask the same with cursor {cursor}")
        rest = call(m, "memory_list", cursor=cursor)
        assert [block["id"] for block in rest.structured["blocks"]] == [5, 4, 3, 2, 1]
        assert rest.structured["cursor"] is None and "more" not in rest.text

    def test_filters_and_options_reach_the_memory(self, m: Memory) -> None:
        old = m.add("The ferry leaves at nine.", namespace="a", source="alice", at="2026-01-01")
        m.add("The ferry leaves at ten.", namespace="b", source="bob", at="2026-01-02")
        m.add("It rains.", namespace="b", expires_at="2026-01-03", at="2026-01-02")
        m.update(old.id, text="The ferry leaves at eight.", at="2026-01-04")

        def listed(**options: Any) -> list[int]:
            return [block["id"] for block in call(m, "memory_list", **options).structured["blocks"]]

        assert listed() == [4, 2]
        assert listed(newest_first=False, limit=1) == [2]
        assert listed(namespace="b") == [2]
        assert listed(where={"source": "alice"}) == [4]
        assert listed(history=True) == [4, 2, 1]
        assert listed(expired=True) == [3]
        assert listed(as_of="2025-01-01") == []

    def test_texts_that_are_too_long_are_named_and_not_cut(self, m: Memory) -> None:
        m.add("ferry " * 10_000, at="2026-01-01")
        m.add("The ferry leaves at nine.", at="2026-01-02")
        result = call(m, "memory_list")
        assert [block["id"] for block in result.structured["blocks"]] == [2]
        assert result.structured["left_out"] == [1]
        assert result.text.endswith("Too long to show here: [1]. Read them with memory_get.")
        assert call(m, "memory_list", limit=40).structured["left_out"] == []

    def test_nothing(self, m: Memory) -> None:
        assert call(m, "memory_list") == Result({"blocks": [], "left_out": [], "cursor": None}, "There is nothing.")

    def test_a_cursor_of_another_list_is_refused(self, m: Memory) -> None:
        m.add_many({"text": f"turn {n}"} for n in range(3))
        cursor = call(m, "memory_list", limit=1).structured["cursor"]
        with pytest.raises(InvalidInput):
            call(m, "memory_list", cursor=cursor, namespace="acme")


class TestContext:
    def test_it_tells(self, m: Memory) -> None:
        m.add("I moved to Busan.", source="alice")
        result = call(m, "memory_context", query="Where does Alice live?", max_tokens=100)
        assert "I moved to Busan." in result.text
        assert result.structured["text"] == result.text
        assert result.structured["block_ids"] == [1]
        assert result.structured["tokens"] <= 100

    def test_nothing(self, m: Memory) -> None:
        result = call(m, "memory_context", query="Where does Alice live?", namespace="x", where={"source": "alice"})
        assert result.text == "Nothing is known about that."
        assert result.structured == {"text": "", "tokens": 0, "block_ids": [], "time_zone": "UTC"}

    def test_it_says_whose_days_it_tells(self, m: Memory) -> None:
        m.time_zone.set("Asia/Seoul")
        m.add("I moved to Busan.", source="alice", at="2026-05-01T23:00:00Z")
        result = call(m, "memory_context", query="Where does Alice live?")
        assert result.text.startswith("Days as in Asia/Seoul:\n") and "2026-05-02" in result.text
        assert result.structured["time_zone"] == "Asia/Seoul"

    def test_all_that_a_model_reads_is_counted(self, m: Memory) -> None:
        m.time_zone.set("America/Argentina/Buenos_Aires")
        m.add_many({"text": f"Ferry {n} leaves at nine.", "source": "alice"} for n in range(30))
        for most in (1, 5, 20, 60, 200):
            result = call(m, "memory_context", query="When does the ferry leave?", max_tokens=most)
            assert tokens(result.structured["text"]) == result.structured["tokens"] <= most
            assert bool(result.structured["block_ids"]) == (most >= 60)
        with pytest.raises(InvalidInput) as caught:
            TOOLS["memory_context"].call(m, {"query": "x", "max_tokens": 0})
        assert caught.value.field == "max_tokens"

    def test_it_is_meant_from_the_day_that_is_said(self, m: Memory) -> None:
        m.add("I walked along the canal.", at="2024-06-04")
        m.add("I walked up the hill.", at="2024-06-12")
        asked = {"query": "Where did I walk yesterday?", "now": "2024-06-05"}
        assert call(m, "memory_search", k=1, **asked).structured["hits"][0]["block"]["id"] == 1
        assert call(m, "memory_search", k=1, **asked | {"now": "2024-06-13"}).structured["hits"][0]["block"]["id"] == 2
        assert call(m, "memory_context", max_tokens=35, **asked).structured["block_ids"] == [1]
        assert call(m, "memory_count", query="yesterday", now="2024-06-05").structured == {"count": 1}


class TestCount:
    @pytest.fixture(autouse=True)
    def ferries(self, m: Memory) -> None:
        m.add("The ferry leaves at nine.", source="alice", namespace="a", tags=["sea"])
        m.add("Two ferries were late.", source="alice", namespace="b", tags=["sea", "news"])
        m.add("It rains.", source="bob")

    def test_all_of_them_or_those_with_a_word(self, m: Memory) -> None:
        assert call(m, "memory_count") == Result({"count": 3}, "There are 3.")
        assert call(m, "memory_count", query="ferry") == Result({"count": 2}, "There are 2.")
        assert call(m, "memory_count", query="ferry", namespace="a").text == "There is one."
        assert call(m, "memory_count", where={"source": "bob"}).structured == {"count": 1}
        assert call(m, "memory_count", query="kiln").text == "There are 0."
        assert call(m, "memory_count", as_of="2020-01-01").structured == {"count": 0}

    def test_of_which_sorts(self, m: Memory) -> None:
        result = call(m, "memory_count", query="ferry rain", fields=["source", "tags", "namespace"])
        assert result.structured == {
            "count": 3,
            "facets": {
                "source": [["alice", 2], ["bob", 1]],
                "tags": [["sea", 2], ["news", 1]],
                "namespace": [["", 1], ["a", 1], ["b", 1]],
            },
        }
        assert result.text.splitlines()[1:] == [
            "source: alice 2, bob 1",
            "tags: sea 2, news 1",
            "namespace: (root) 1, a 1, b 1",
        ]
        assert call(m, "memory_count", query="kiln", fields=["tags"]).text == "There are 0.\ntags: none"
        with pytest.raises(InvalidInput, match="cannot be counted by"):
            TOOLS["memory_count"].call(m, {"fields": ["colour"]})


class TestGet:
    def test_by_id_and_by_key(self, m: Memory) -> None:
        m.add("I moved to Busan.", key="home", namespace="acme")
        by_id = call(m, "memory_get", block=1)
        assert by_id.structured == {"block": m.get(1).to_dict()}
        assert call(m, "memory_get", key="home", namespace="acme") == by_id

    def test_with_versions_and_links(self, m: Memory) -> None:
        first = m.add("The ferry leaves at nine.")
        second = m.update(first.id, text="The ferry leaves at eight.")
        other = m.add("The harbour is in Busan.")
        m.link(second.id, other.id, kind="about", weight=0.5)
        result = call(m, "memory_get", block=2, history=True, links=True)
        assert [block["id"] for block in result.structured["history"]] == [1, 2]
        assert [link["target"] for link in result.structured["links"]] == [3]
        assert "Versions, oldest first:\n[1] " in result.text
        assert "Links:\n2 -about-> 3 (0.5)" in result.text
        assert call(m, "memory_get", block=1, links=True).text.endswith("No links.")

    def test_what_cannot_be_used(self, m: Memory) -> None:
        with pytest.raises(NotFound):
            call(m, "memory_get", block=1)
        with pytest.raises(InvalidInput) as caught:
            call(m, "memory_get")
        assert caught.value.field == "block"
        with pytest.raises(InvalidInput) as caught:
            TOOLS["memory_get"].call(m, {"block": 1, "history": "yes"})
        assert caught.value.field == "history"


class TestUpdate:
    def test_a_new_text(self, m: Memory) -> None:
        m.add("I moved in May.")
        result = call(m, "memory_update", block=1, text="I moved in June.", at="2026-06-01")
        assert result.text == "Corrected: block 1 is now [2] 2026-06-01 message: I moved in June."
        assert result.structured["block"] == m.get(2).to_dict()

    def test_other_fields(self, m: Memory) -> None:
        m.add("I moved in May.", source="bob", tags=["a"])
        result = call(m, "memory_update", block=1, source=None, tags=["b"], revision=1)
        assert result.text == "Changed [1] 2026-05-03 message: I moved in May."
        assert (m.get(1).source, m.get(1).tags) == (None, ("b",))
        with pytest.raises(Conflict):
            call(m, "memory_update", block=1, kind="note", revision=1)

    def test_null_clears_only_what_can_be_empty(self, m: Memory) -> None:
        m.add("I moved in May.", source="bob", expires_at="2030-01-01")
        TOOLS["memory_update"].call(m, {"block": 1, "text": None, "kind": None, "expires_at": None})
        assert (m.get(1).text, m.get(1).kind, m.get(1).expires_at) == ("I moved in May.", "message", None)
        assert m.get(1).source == "bob"


class TestForget:
    def test_one_and_several(self, m: Memory) -> None:
        m.add_many([{"text": "a"}, {"text": "b"}, {"text": "c"}])
        would = call(m, "memory_forget", block=1, dry_run=True)
        assert would.text == "Would be forgotten: [1]."
        assert (would.structured["dry_run"], would.structured["certificate"]) == (True, None)
        done = call(m, "memory_forget", block=1)
        assert done.text == "Forgotten for good: [1]."
        assert (done.structured["forgotten"], done.structured["versions"], done.structured["dry_run"]) == (
            [1],
            1,
            False,
        )
        assert done.structured["certificate"] == m.certificates()[0].sha256
        assert call(m, "memory_forget", block=[2, 3]).text == "Forgotten for good: [2], [3]."
        assert call(m, "memory_forget", block=[]).text == "Forgotten for good: nothing."
        with pytest.raises(NotFound):
            call(m, "memory_forget", block=1)
        with pytest.raises(InvalidInput):
            TOOLS["memory_forget"].call(m, {"block": True})


class TestAnchor:
    def test_its_life(self, m: Memory) -> None:
        m.add_many([{"text": "a"}, {"text": "b"}])
        assert call(m, "memory_anchor", action="status").text == "There are no anchors."
        result = call(m, "memory_anchor", action="set", name="A", block=1, namespace="acme", hops=2, pinned=True)
        assert result.text == "A in acme is at block 1, 2 hops, pinned"
        assert result.structured["anchors"] == [m.anchors.get("A", namespace="acme").to_dict()]
        assert call(m, "memory_anchor", action="status") == result
        with pytest.raises(Conflict):
            call(m, "memory_anchor", action="move", name="A", block=2, namespace="acme")
        call(m, "memory_anchor", action="unpin", name="A", namespace="acme")
        call(m, "memory_anchor", action="move", name="A", block=2, namespace="acme")
        assert call(m, "memory_anchor", action="pin", name="A", namespace="acme").text.endswith(
            "block 2, 2 hops, pinned"
        )
        result = call(m, "memory_anchor", action="clear", name="A", namespace="acme")
        assert result == Result({"anchors": []}, "Anchor A is cleared; its block stays.")
        assert m.anchors.status() == []

    @pytest.mark.parametrize(
        ("field", "arguments"),
        [
            ("action", {"action": "drop"}),
            ("action", {"action": 5}),
            ("name", {"action": "pin"}),
            ("block", {"action": "set", "name": "A"}),
            ("block", {"action": "pin", "name": "A", "block": 1}),
            ("hops", {"action": "move", "name": "A", "block": 1, "hops": 1}),
            ("name", {"action": "status", "name": "A"}),
            ("hops", {"action": "set", "name": "A", "block": 1, "hops": 99}),
            ("namespace", {"action": "status", "namespace": "/"}),
        ],
    )
    def test_what_an_action_does_not_take(self, m: Memory, field: str, arguments: dict[str, Any]) -> None:
        m.add("a")
        with pytest.raises(InvalidInput) as caught:
            TOOLS["memory_anchor"].call(m, arguments)
        assert caught.value.field == field


class TestConnector:
    def test_search(self, m: Memory) -> None:
        m.add("I moved to Busan.\nAnd it rained.")
        m.add("Busan " * 100)
        result = call(m, "search", query="Busan")
        assert json.loads(result.text) == result.structured
        found = {one["id"]: one for one in result.structured["results"]}
        assert found["1"] == {"id": "1", "title": "I moved to Busan.", "url": "memory://blocks/1"}
        assert len(found["2"]["title"]) == 80
        assert found["2"]["title"].endswith("…")

    def test_fetch(self, m: Memory) -> None:
        m.add("I moved to Busan.\nAnd it rained.", source="alice")
        result = call(m, "fetch", id="1")
        assert json.loads(result.text) == result.structured
        assert result.structured["text"] == "I moved to Busan.\nAnd it rained."
        assert (result.structured["id"], result.structured["title"]) == ("1", "I moved to Busan.")
        assert result.structured["url"] == "memory://blocks/1"
        assert result.structured["metadata"]["source"] == "alice"

    @pytest.mark.parametrize("number", ["", "x", "-1", "1" * 17, 1, "²"])
    def test_what_is_no_id(self, m: Memory, number: object) -> None:
        with pytest.raises(InvalidInput):
            TOOLS["fetch"].call(m, {"id": number})


class TestResources:
    def test_the_list_comes_in_pages_and_has_an_end(self, m: Memory) -> None:
        m.add_many({"text": f"Ferry number {n}", "at": f"2026-01-01T00:{n // 60:02}:{n % 60:02}"} for n in range(260))
        found, cursor = resources.listed(m, None)
        assert [one.uri for one in found[:4]] == [
            "memory://anchors", "memory://namespaces", "memory://stats", "memory://blocks/260",
        ]  # fmt: skip
        pages = 1
        while cursor is not None:
            more, cursor = resources.listed(m, cursor)
            found += more
            pages += 1
        assert pages == resources.LISTED_MAX // resources.PAGE
        assert len({one.uri for one in found}) == len(found) == 3 + resources.LISTED_MAX

    def test_an_entry(self, m: Memory) -> None:
        m.add("I moved to Busan.", source="alice", namespace="acme")
        entry = resources.listed(m, None)[0][-1]
        assert entry == resources.Resource(
            "memory://blocks/1", "block 1", "I moved to Busan.", "2026-05-03 alice in acme"
        )

    @pytest.mark.parametrize("cursor", ["", "x", "0", "0:", ":", "0:x", "200:1.1.00000000", "9" * 30 + ":x", "-1:x"])
    def test_a_cursor_that_is_none(self, m: Memory, cursor: str) -> None:
        with pytest.raises(InvalidInput) as caught:
            resources.listed(m, cursor)
        assert caught.value.field == "cursor"

    def test_what_they_hold(self, m: Memory) -> None:
        m.add("I moved to Busan.", namespace="acme")
        m.anchors.set("A", 1, namespace="acme")
        assert json.loads(resources.read(m, "memory://blocks/1")) == m.get(1).to_dict()
        assert json.loads(resources.read(m, "memory://anchors")) == {"anchors": [m.anchors.status()[0].to_dict()]}
        namespaces = {"namespaces": [{"namespace": "acme", "blocks": 1}], "more": False}
        assert json.loads(resources.read(m, "memory://namespaces")) == namespaces
        assert json.loads(resources.read(m, "memory://stats"))["blocks"] == 1

    @pytest.mark.parametrize(
        "uri", ["", "memory://", "memory://blocks/", "memory://blocks/x", "memory://blocks/0", "memory://blocks/2",
                "memory://blocks/" + "9" * 30, "memory://blocks/1/", "file:///etc/passwd", "memory://blocks/²"],
    )  # fmt: skip
    def test_what_is_not_there(self, m: Memory, uri: str) -> None:
        m.add("a")
        with pytest.raises(NotFound):
            resources.read(m, uri)


class TestPrompts:
    def test_recall(self, m: Memory) -> None:
        m.add("I moved to Busan.", namespace="acme/alice")
        m.anchors.set("A", 1)
        given = {"topic": "Where I live", "namespace": "acme", "near": "", "max_tokens": "200"}
        assert "I moved to Busan." in prompts.written(m, "recall", given)
        assert "Nothing is known" in prompts.written(m, "recall", {"topic": "x", "namespace": "other"})

    def test_remember(self, m: Memory) -> None:
        assert "this conversation" in prompts.written(m, "remember", {})
        text = prompts.written(m, "remember", {"what": "the ferry", "namespace": "acme"})
        assert "Keep this: the ferry." in text
        assert "Use the namespace acme." in text

    @pytest.mark.parametrize(
        ("field", "name", "given"),
        [
            ("topic", "recall", {}),
            ("topic", "recall", {"topic": ""}),
            ("max_tokens", "recall", {"topic": "x", "max_tokens": "many"}),
            ("max_tokens", "recall", {"topic": "x", "max_tokens": "9" * 40}),
            ("depth", "recall", {"topic": "x", "depth": "3"}),
            ("namespace", "recall", {"topic": "x", "namespace": "/"}),
        ],
    )
    def test_what_cannot_be_used(self, m: Memory, field: str, name: str, given: dict[str, str]) -> None:
        with pytest.raises(InvalidInput) as caught:
            prompts.written(m, name, given)
        assert caught.value.field == field

    def test_a_prompt_that_there_is_not(self, m: Memory) -> None:
        with pytest.raises(NotFound):
            prompts.written(m, "forget", {})


class TestCompletion:
    def test_namespaces(self, m: Memory) -> None:
        m.add_many({"text": "a", "namespace": name} for name in ("acme/alice/x", "acme/bob", "beta"))
        assert of_prompt(m, "recall", "namespace", "").values == ["acme/alice/x", "acme/bob", "beta"]
        assert of_prompt(m, "recall", "namespace", "ac").values == ["acme/alice/x", "acme/bob"]
        assert of_prompt(m, "remember", "namespace", "acme/b").values == ["acme/bob"]
        assert of_prompt(m, "recall", "namespace", "a//").values == []

    def test_of_a_part_of_a_memory(self, m: Memory) -> None:
        m.add_many({"text": "a", "namespace": name} for name in ("acme/alice", "beta"))
        m.anchors.set("A", 2, namespace="beta")
        part = Rooted(m, "acme")
        assert of_prompt(part, "recall", "namespace", "").values == ["acme/alice"]
        assert of_prompt(part, "recall", "namespace", "beta/").values == []
        assert of_prompt(part, "recall", "near", "").values == []
        with pytest.raises(Forbidden):
            call(part, "memory_search", query="a", namespace="beta")

    def test_anchors(self, m: Memory) -> None:
        m.add("a")
        for name, namespace in (("A", ""), ("A", "acme"), ("Apple", ""), ("B", "")):
            m.anchors.set(name, 1, namespace=namespace)
        assert of_prompt(m, "recall", "near", "A").values == ["A", "Apple"]

    def test_free_text(self, m: Memory) -> None:
        assert of_prompt(m, "recall", "topic", "x") == ([], False)

    def test_ids(self, m: Memory) -> None:
        m.add_many({"text": f"{n}"} for n in range(150))
        assert of_resource(m, resources.TEMPLATE.uri, "id", "14").values[:3] == ["149", "148", "147"]
        completion = of_resource(m, resources.TEMPLATE.uri, "id", "")
        assert (len(completion.values), completion.has_more) == (VALUES_MAX, True)

    def test_what_there_is_not(self, m: Memory) -> None:
        with pytest.raises(NotFound):
            of_prompt(m, "forget", "topic", "")
        with pytest.raises(InvalidInput):
            of_prompt(m, "recall", "depth", "")
        with pytest.raises(NotFound):
            of_resource(m, "memory://anchors", "id", "")
        with pytest.raises(InvalidInput):
            of_resource(m, resources.TEMPLATE.uri, "name", "")
