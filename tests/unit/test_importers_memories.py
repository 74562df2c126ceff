"""What other memory programs keep: mem0, the MCP project's memory server, Letta."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.exports import mem0_history, written

import greeum.testing
from greeum import Memory
from greeum.integrations import mem0
from greeum.mcp.tools.graph import Graph
from greeum.mcp.tools.knowledge_graph import read_graph
from greeum.testing import FrozenClock, TinyEmbedder


@pytest.fixture
def memory() -> Iterator[Memory]:
    with greeum.testing.memory(embedder=TinyEmbedder(), clock=FrozenClock("2025-03-04T10:00:00Z")) as memory:
        yield memory


def texts(memory: Memory, **options: Any) -> list[str]:
    return [block.text for block in memory.list(**options)]


def remembered(identity: str, text: str, **more: Any) -> dict[str, Any]:
    return {
        "id": identity,
        "memory": text,
        "hash": "0" * 32,
        "metadata": {"topic": "music"},
        "created_at": "2025-01-02T03:04:05.678+09:00",
        "updated_at": None,
        "user_id": "alice",
    } | more


class TestMem0:
    def test_memories_lie_where_its_own_interface_finds_them(self, memory: Memory, tmp_path: Path) -> None:
        given = {
            "results": [
                remembered("a-1", "plays the cello", agent_id="tutor", role="user"),
                remembered("a-2", "lesson on Thursday", run_id="r1", updated_at="2025-02-01T00:00:00Z"),
            ],
            "relations": [],
        }
        report = memory.import_from(written(tmp_path / "mem0.json", given))
        assert (report.format, report.added) == ("mem0", 2)
        found = mem0.Memory(memory).get_all(filters={"user_id": "alice"})["results"]
        assert {one["memory"] for one in found} == {"plays the cello", "lesson on Thursday"}
        first = memory.get(key="a-1", namespace="alice")
        assert (first.kind, first.source) == ("fact", "user")
        assert first.metadata == {"topic": "music", "agent_id": "tutor", "role": "user"}
        assert first.at == datetime(2025, 1, 1, 18, 4, 5, 678_000, tzinfo=UTC)
        second = memory.get(key="a-2", namespace="alice/r1")
        assert (second.at, second.added_at) == (datetime(2025, 2, 1, tzinfo=UTC), first.at)

    def test_a_later_export_corrects_what_has_changed(self, memory: Memory, tmp_path: Path) -> None:
        path = written(tmp_path / "mem0.json", [remembered("a", "lesson on Thursday"), remembered("b", "same")])
        memory.import_from(path)
        written(path, [remembered("a", "lesson on Friday"), remembered("b", "same")])
        report = memory.import_from(path)
        assert (report.added, report.corrected, report.present) == (1, 1, 1)
        assert [block.text for block in memory.history(memory.get(key="a", namespace="alice").id)] == [
            "lesson on Thursday",
            "lesson on Friday",
        ]
        assert memory.import_from(path).present == 2

    def test_its_history_gives_every_version(self, memory: Memory, tmp_path: Path) -> None:
        path = mem0_history(
            tmp_path / "history.db",
            ("m1", None, "lesson on Thursday", "ADD", "2025-01-01T00:00:00-07:00"),
            ("m2", None, "soon gone", "ADD", "2025-01-02T00:00:00Z"),
            ("m1", "lesson on Thursday", "lesson on Friday", "UPDATE", "2025-01-03T00:00:00Z"),
            ("m1", None, "lesson on Friday", "NONE", "2025-01-04T00:00:00Z"),
            ("m2", "soon gone", None, "DELETE", "2025-01-05T00:00:00Z"),
            ("m3", None, None, "ADD", "2025-01-06T00:00:00Z"),
            ("m4", None, "x", "ADD", "when?"),
            (" ", None, "whose?", "ADD", "2025-01-06T00:00:00Z"),
            ("m1", "lesson on Friday", "lesson on Friday", "UPDATE", "2025-01-07T00:00:00Z"),
        )
        report = memory.import_from(path)
        assert (report.format, report.added, report.corrected) == ("mem0", 2, 1)
        assert report.left_out == {"versions of deleted memories": 2, "events that change nothing": 2}
        assert [where for where, _ in report.reasons] == ["history 6", "history 7", "history 8"]
        old, new = memory.history(memory.get(key="m1").id)
        assert (old.text, new.text, old.at) == (
            "lesson on Thursday",
            "lesson on Friday",
            datetime(2025, 1, 1, 7, tzinfo=UTC),
        )
        assert memory.import_from(path).added == 0

    def test_what_is_wrong_is_said(self, memory: Memory, tmp_path: Path) -> None:
        odd: list[Any] = [
            remembered("a", "good", metadata={"n": 2**60, "deep": [[1.5]], "": 1}),
            {"memory": "x"},
            5,
            remembered("b", " "),
            remembered("c", "x", created_at="soon"),
            remembered("d", "y", expiration_date="2026-01-01"),
            {"id": "e", "memory": 42},
            {"id": "f", "memory": None, "text": ["no", "text"]},
        ]
        report = memory.import_from(written(tmp_path / "m.json", odd))
        assert report.added == 2
        assert [where for where, _ in report.reasons] == ["[1]", "[2]", "[4]", "[6]", "[7]"]
        assert report.reasons[3].reason == "memory: must be a string, not int"
        assert report.left_out == {"memories without text": 1}
        assert memory.get(key="a", namespace="alice").metadata == {"n": "a whole number of 61 bits", "deep": [[1.5]]}
        assert memory.get(key="d", namespace="alice").expires_at == datetime(2026, 1, 1, tzinfo=UTC)


def lines(path: Path, *values: object) -> Path:
    text = "\n".join(value if isinstance(value, str) else json.dumps(value) for value in values)
    path.write_text(text, encoding="utf-8")
    return path


def entity(name: str, *observations: object, kind: str = "person") -> dict[str, Any]:
    return {"type": "entity", "name": name, "entityType": kind, "observations": list(observations)}


def relation(source: str, target: str, kind: str = "knows") -> dict[str, Any]:
    return {"type": "relation", "from": source, "to": target, "relationType": kind}


class TestKnowledgeGraph:
    def test_the_tools_of_that_server_show_it(self, memory: Memory, tmp_path: Path) -> None:
        path = lines(
            tmp_path / "memory.jsonl",
            entity("Ben", "plays the cello", "lives in Busan"),
            relation("Ben", "Mia"),
            entity("Mia", kind="teacher"),
            relation("Mia", "the academy", "works_at"),
        )
        report = memory.import_from(path)
        assert (report.format, report.added, report.links, report.skipped) == ("mcp-memory", 5, 4, 0)
        assert read_graph(memory).structured == {
            "entities": [
                {"name": "Ben", "entityType": "person", "observations": ["plays the cello", "lives in Busan"]},
                {"name": "Mia", "entityType": "teacher", "observations": []},
            ],
            "relations": [
                {"from": "Ben", "to": "Mia", "relationType": "knows"},
                {"from": "Mia", "to": "the academy", "relationType": "works_at"},
            ],
        }
        again = memory.import_from(path)
        assert (again.added, again.present) == (0, 5)
        with greeum.testing.memory() as other:
            assert other.import_from(path, dry_run=True).added == 5

    def test_what_is_wrong_is_said_once(self, memory: Memory, tmp_path: Path) -> None:
        path = lines(
            tmp_path / "memory.json",
            entity("Ben", "good", 5, " "),
            "{broken",
            "",
            [1],
            {"type": "thing"},
            entity("Ben", "again"),
            entity(" "),
            {"type": "entity", "name": "x", "observations": {}},
            relation("Ben", "Ben"),
            {"type": "relation", "from": "Ben"},
        )
        report = memory.import_from(path)
        assert [where for where, _ in report.reasons] == [
            "line 1: observations[1]",
            "line 2",
            "line 4",
            "line 5",
            "line 6",
            "line 7",
            "line 8",
            "line 9",
            "line 10",
        ]
        assert {block.text for block in Graph(memory).observations("Ben")} == {"good", "again"}
        assert report.left_out == {"observations without text": 1}


def message(identity: str, role: str, text: str, **more: Any) -> dict[str, Any]:
    return {
        "id": identity,
        "role": role,
        "content": [{"type": "text", "text": text}],
        "created_at": "2025-02-03T04:05:06Z",
    } | more


SEND = {"function": {"name": "send_message", "arguments": '{"message": "On Thursday."}'}}


class TestLetta:
    def test_agents_keep_what_is_in_their_context_and_what_was_said(self, memory: Memory, tmp_path: Path) -> None:
        given = {
            "agents": [
                {
                    "id": "agent-0",
                    "name": "tutor",
                    "block_ids": ["block-0", "block-9"],
                    "messages": [
                        message("message-0", "system", "be brief"),
                        message("message-1", "user", '{"type": "user_message", "message": "When is the lesson?"}'),
                        message("message-2", "assistant", "", tool_calls=[SEND, {"function": {"name": "other"}}]),
                        message("message-3", "tool", " "),
                    ],
                },
                {"id": "agent-1"},
                5,
            ],
            "blocks": [{"id": "block-0", "label": "human", "value": "Ben plays the cello.", "description": "who"}],
            "tools": [{"source_code": "…"}],
        }
        path = written(tmp_path / "tutor.af", given)
        report = memory.import_from(path)
        assert (report.format, report.added) == ("letta", 3)
        assert texts(memory, namespace="tutor") == ["When is the lesson?", "On Thursday.", "Ben plays the cello."]
        core = memory.get(key="human", namespace="tutor")
        assert (core.kind, core.metadata) == ("core", {"description": "who"})
        assert [where for where, _ in report.reasons] == ["agents[0].block_ids[1]", "agents[2]"]
        assert report.left_out == {"instructions of the system": 1, "messages without text": 1}
        given["blocks"][0]["value"] = "Ben plays the viola."  # type: ignore[index]
        again = memory.import_from(written(path, given))
        assert (again.added, again.corrected, again.present) == (1, 1, 2)

    def test_files_of_one_agent_are_read_too(self, memory: Memory, tmp_path: Path) -> None:
        given = {
            "agent_type": "memgpt_agent",
            "core_memory": [
                {"label": "persona", "value": "a tutor", "created_at": "2025-01-01", "updated_at": "2025-02-01"},
                {"label": "human", "value": " "},
                {"label": 5},
            ],
            "messages": [message("m", "user", "hello"), message("n", "user", "x", created_at="soon")],
            "name": "tutor",
        }
        report = memory.import_from(written(tmp_path / "tutor.af", given))
        assert (report.format, sorted(texts(memory))) == ("letta", ["a tutor", "hello"])
        assert len(report.reasons) == 2
        assert memory.get(key="persona", namespace="tutor").at == datetime(2025, 2, 1, tzinfo=UTC)

    def test_what_is_wrong_is_said(self, memory: Memory, tmp_path: Path) -> None:
        given = {
            "agents": [
                {"messages": []},
                {
                    "name": "tutor",
                    "messages": [
                        message("1", "user", "{not JSON"),
                        message("2", "assistant", "", tool_calls=[{"function": SEND["function"] | {"arguments": "{"}}]),
                        {"id": "3", "content": "whose?"},
                        message("4", "user", "", content=[5, "plain"]),
                        message("5", "user", "", content=17),
                    ],
                },
            ]
        }
        report = memory.import_from(written(tmp_path / "tutor.af", given))
        assert sorted(texts(memory)) == ["plain", "{not JSON"]
        assert [where for where, _ in report.reasons] == [
            "agents[0]", "agents[1].messages[2]", "agents[1].messages[4]"
        ]  # fmt: skip
        assert report.left_out == {"messages without text": 1}
